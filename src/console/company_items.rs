//! What moves when two companies become one, and back: the items of the change set are the contracts, from one company to the
//! other; people and domains are noted beside them.
use crate::coordinators::store;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::ChangeSetId;
use crate::policy::{MergeCompanies, Minted, Scope, Scoped, WriteAction, WriteProof};

/// `$1` the actor, `$2` the company that goes, `$3` the one that stays, `$4` the set.
const CONTRACTS: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id)
    SELECT $4, 'company', c.id, c.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM contracts c WHERE c.account_id = $2 AND";

/// The items: each contract of the company that goes.
pub fn contracts(scope: &Scope<MergeCompanies>, set: ChangeSetId, gone: i64, kept: i64) -> Scoped {
    scope.build(CONTRACTS, |s| s.bind(gone).bind(kept).bind(set), |s| s)
}

/// `$1` the set, `$2` which goes, `$3` which stays.
const NOTE: &[&str] = &[
    "INSERT INTO merged_companies (change_set, account_id, kept_id, direct)
     SELECT CAST($1 AS BIGINT), o.id, CAST($3 AS BIGINT), o.id = $2 FROM accounts o WHERE o.id = $2 OR o.merged_into = $2",
    "INSERT INTO merged_members (change_set, person_id, confirmed_at, had) SELECT CAST($1 AS BIGINT), m.person_id,
        m.confirmed_at, EXISTS (SELECT 1 FROM memberships k WHERE k.account_id = $3 AND k.person_id = m.person_id)
     FROM memberships m WHERE m.account_id = $2",
    "INSERT INTO merged_domains (change_set, domain, had) SELECT CAST($1 AS BIGINT), d.domain, EXISTS (SELECT 1
        FROM account_domains k WHERE k.account_id = $3 AND k.domain = d.domain)
     FROM account_domains d WHERE d.account_id = $2",
];
/// `$1` from which company, `$2` to which. Memberships come first: roles need them.
const PEOPLE: &[&str] = &[
    "INSERT INTO memberships (account_id, person_id, confirmed_at)
     SELECT CAST($2 AS BIGINT), m.person_id, m.confirmed_at FROM memberships m WHERE m.account_id = $1
     ON CONFLICT (account_id, person_id) DO UPDATE SET
        confirmed_at = COALESCE(memberships.confirmed_at, excluded.confirmed_at)",
    "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at, mailed_at, accepted_at, reminded_at)
     SELECT CAST($2 AS BIGINT), i.person_id, i.invited_by, i.invited_at, i.expires_at, i.mailed_at, i.accepted_at, i.reminded_at
     FROM invitations i WHERE i.account_id = $1 ON CONFLICT (account_id, person_id) DO NOTHING",
    "INSERT INTO account_domains (account_id, domain) SELECT CAST($2 AS BIGINT), d.domain FROM account_domains d
     WHERE d.account_id = $1 ON CONFLICT (account_id, domain) DO NOTHING",
    "UPDATE links SET account_id = $2 WHERE account_id = $1 AND used_at IS NULL",
    "UPDATE access_requests SET account_id = $2 WHERE account_id = $1",
];
/// `$1`: the company that is left, once nothing is there any more.
const LEAVE: &[&str] = &[
    "DELETE FROM account_domains WHERE account_id = $1",
    "DELETE FROM invitations WHERE account_id = $1",
    "DELETE FROM memberships WHERE account_id = $1",
];

/// Whatever of a table belongs to a contract among the items goes where the item says.
macro_rules! goes {
    ($table:literal) => {
        goes!($table, "contract_id")
    };
    ($table:literal, $contract:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET account_id = i.after_id FROM change_set_items i
              WHERE i.change_set = $1 AND i.level = 'company' AND ",
            $table,
            ".",
            $contract,
            " = i.target_id"
        )
    };
}
const MOVE: &[&str] = &[
    goes!("contracts", "id"),
    goes!("asset_groups"),
    goes!("assets"),
    goes!("entries"),
    goes!("covers"),
    goes!("naming_rights"),
    goes!("adoptions"),
    // Where one to the same place is there already, the address is asked for again, and both are put together then.
    "UPDATE shipments SET account_id = n.after_id, confirmed_at = CASE WHEN shipments.state = 'requested' AND EXISTS (SELECT 1 FROM shipments o
            WHERE o.account_id = n.after_id AND o.person_id = shipments.person_id AND o.release_id = shipments.release_id
            AND o.state = 'requested' AND o.confirmed_at IS NOT NULL) THEN NULL ELSE confirmed_at END
     FROM (SELECT DISTINCT x.shipment_id, i.after_id FROM change_set_items i JOIN assets a ON a.contract_id = i.target_id
        JOIN shipment_assets x ON x.asset_id = a.id WHERE i.change_set = $1 AND i.level = 'company') n
     WHERE shipments.id = n.shipment_id",
];

/// Moves the contracts of the set's items, with what is on them.
pub async fn carry<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), AppError> {
    tx.defer_keys(set).await?;
    for text in MOVE {
        tx.execute(set, sql(text).bind(set.id())).await?;
    }
    Ok(())
}

/// Writes the merge.
pub async fn join(tx: &mut WriteTx, set: &Minted<MergeCompanies>, gone: i64, kept: i64) -> Result<(), AppError> {
    for text in NOTE {
        tx.execute(set, sql(text).bind(set.id()).bind(gone).bind(kept)).await?;
    }
    for text in PEOPLE {
        tx.execute(set, sql(text).bind(gone).bind(kept)).await?;
    }
    carry(tx, set).await?;
    for text in LEAVE {
        tx.execute(set, sql(text).bind(gone)).await?;
    }
    store::touch(tx, set, None).await?;
    Ok(())
}

/// The company that went with the set `$1`.
macro_rules! gone {
    () => {
        "(SELECT g.account_id FROM merged_companies g WHERE g.change_set = $1 AND g.direct = TRUE)"
    };
}
macro_rules! kept {
    () => {
        "(SELECT MIN(g.kept_id) FROM merged_companies g WHERE g.change_set = $1)"
    };
}
/// Before contracts go back: whoever was there, and whoever holds something on them since.
const RETURN: &[&str] = &[
    concat!(
        "INSERT INTO memberships (account_id, person_id, confirmed_at) SELECT ",
        gone!(),
        ", n.person_id, COALESCE(m.confirmed_at, n.confirmed_at) FROM merged_members n
         LEFT JOIN memberships m ON m.account_id = ",
        kept!(),
        " AND m.person_id = n.person_id WHERE n.change_set = $1 ON CONFLICT (account_id, person_id) DO NOTHING"
    ),
    concat!(
        "INSERT INTO memberships (account_id, person_id, confirmed_at) SELECT ",
        gone!(),
        ", m.person_id, m.confirmed_at FROM memberships m WHERE m.account_id = ",
        kept!(),
        " AND m.person_id IN (
            SELECT c.manager_id FROM contracts c JOIN change_set_items i ON i.change_set = $1 AND i.target_id = c.id
            UNION SELECT c.coordinator_id FROM contracts c JOIN change_set_items i ON i.change_set = $1 AND i.target_id = c.id
            UNION SELECT g.coordinator_id FROM asset_groups g JOIN change_set_items i ON i.change_set = $1
                AND i.target_id = g.contract_id
            UNION SELECT a.coordinator_id FROM assets a JOIN change_set_items i ON i.change_set = $1
                AND i.target_id = a.contract_id
            UNION SELECT e.person_id FROM entries e JOIN change_set_items i ON i.change_set = $1
                AND i.target_id = e.contract_id WHERE e.ended_at IS NULL
            UNION SELECT n.person_id FROM naming_rights n JOIN change_set_items i ON i.change_set = $1
                AND i.target_id = n.contract_id
            UNION SELECT k.person_id FROM covers k JOIN change_set_items i ON i.change_set = $1
                AND i.target_id = k.contract_id WHERE k.state IN ('planned', 'active')
            UNION SELECT k.under_id FROM covers k JOIN change_set_items i ON i.change_set = $1
                AND i.target_id = k.contract_id WHERE k.state = 'active')
         ON CONFLICT (account_id, person_id) DO NOTHING"
    ),
    concat!(
        "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at, mailed_at, accepted_at, reminded_at)
         SELECT ",
        gone!(),
        ", v.person_id, v.invited_by, v.invited_at, v.expires_at, v.mailed_at, v.accepted_at, v.reminded_at FROM invitations v
         JOIN merged_members n ON n.change_set = $1 AND n.person_id = v.person_id AND n.had = FALSE WHERE v.account_id = ",
        kept!(),
        " ON CONFLICT (account_id, person_id) DO NOTHING"
    ),
    concat!(
        "INSERT INTO account_domains (account_id, domain) SELECT ",
        gone!(),
        ", d.domain FROM merged_domains d WHERE d.change_set = $1 ON CONFLICT (account_id, domain) DO NOTHING"
    ),
];
/// Once they are back: of what only the merge had brought, whatever nobody needs.
macro_rules! unneeded {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE account_id = ",
            kept!(),
            " AND person_id IN (SELECT n.person_id FROM merged_members n
                WHERE n.change_set = $1 AND n.had = FALSE)
             AND NOT EXISTS (SELECT 1 FROM contracts c WHERE c.account_id = ",
            $table,
            ".account_id
                AND (c.manager_id = ",
            $table,
            ".person_id OR c.coordinator_id = ",
            $table,
            ".person_id
                OR EXISTS (SELECT 1 FROM asset_groups g WHERE g.contract_id = c.id AND g.coordinator_id = ",
            $table,
            ".person_id)
                OR EXISTS (SELECT 1 FROM assets a WHERE a.contract_id = c.id AND a.coordinator_id = ",
            $table,
            ".person_id)
                OR EXISTS (SELECT 1 FROM naming_rights r WHERE r.contract_id = c.id AND r.person_id = ",
            $table,
            ".person_id)
                OR EXISTS (SELECT 1 FROM entries e WHERE e.contract_id = c.id AND e.person_id = ",
            $table,
            ".person_id
                    AND e.ended_at IS NULL)
                OR EXISTS (SELECT 1 FROM covers k WHERE k.contract_id = c.id AND k.state IN ('planned', 'active')
                    AND (k.person_id = ",
            $table,
            ".person_id OR k.under_id = ",
            $table,
            ".person_id))))"
        )
    };
}
const PART: &[&str] = &[
    unneeded!("invitations"),
    unneeded!("memberships"),
    concat!(
        "DELETE FROM account_domains WHERE account_id = ",
        kept!(),
        " AND domain IN (SELECT d.domain FROM merged_domains d WHERE d.change_set = $1 AND d.had = FALSE)"
    ),
    concat!("UPDATE accounts SET merged_into = NULL, version = version + 1 WHERE id = ", gone!()),
    concat!(
        "UPDATE accounts SET merged_into = ",
        gone!(),
        " WHERE id IN (SELECT e.account_id FROM merged_companies e WHERE e.change_set = $1) AND id <> ",
        gone!()
    ),
];
const UNDONE: &str = "UPDATE change_sets SET undone_by = $2 WHERE id = $1 AND undone_by IS NULL AND NOT EXISTS (
    SELECT 1 FROM change_set_items i WHERE i.change_set = $1 AND i.reverted_by IS NULL AND i.level <> 'effect')";

/// Takes a merge back; the undo's items are its contracts, turned round. Both are two companies again.
pub async fn part<A: WriteAction>(tx: &mut WriteTx, undo: &Minted<A>, undone: ChangeSetId) -> Result<(), AppError> {
    all(tx, undo, RETURN, undone).await?;
    carry(tx, undo).await?;
    all(tx, undo, PART, undone).await?;
    tx.execute(undo, sql(UNDONE).bind(undone).bind(undo.id())).await?;
    Ok(())
}

async fn all(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    texts: &[&'static str],
    set: ChangeSetId,
) -> Result<(), AppError> {
    for text in texts {
        tx.execute(proof, sql(text).bind(set)).await?;
    }
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    let mut texts: Vec<Sql> =
        [NOTE, PEOPLE, LEAVE, MOVE, RETURN, PART].into_iter().flatten().map(|text| sql(text)).collect();
    texts.push(sql(UNDONE));
    texts.push(contracts(&Scope::sample(), ChangeSetId(0), 0, 0).into_sql());
    texts
}
