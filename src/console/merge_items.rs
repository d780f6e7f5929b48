//! What moves when two people become one: the items of the change set, and the few rows beside them that its undo needs.
use crate::coordinators::hand_over::pass_covers;
use crate::coordinators::store;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{ChangeSetId, PersonId};
use crate::policy::{MergePeople, Minted, Scope, Scoped, WriteProof};

/// Items of one level: `$1` the actor, `$2` who goes, `$3` who stays, `$4` the set.
macro_rules! items {
    ($level:literal, $target:literal, $contract:literal, $former:literal, $from:literal) => {
        concat!(
            "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id, former, successor)
             SELECT $4, '",
            $level,
            "', ",
            $target,
            ", ",
            $contract,
            ", CAST($2 AS BIGINT), CAST($3 AS BIGINT), ",
            $former,
            " FROM ",
            $from,
            " AND"
        )
    };
}
const ASSETS: &str = items!(
    "asset",
    "a.id",
    "a.contract_id",
    "COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id),
     CASE WHEN COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $2 THEN $3
     ELSE COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) END",
    "assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
     LEFT JOIN covers k ON k.level = 'asset' AND k.target_id = a.id AND k.state = 'active'
     WHERE CASE WHEN k.id IS NULL THEN a.coordinator_id ELSE k.under_id END = $2"
);
const GROUPS: &str = items!(
    "group",
    "g.id",
    "g.contract_id",
    "CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)",
    "asset_groups g LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active'
     WHERE CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END = $2"
);
const CONTRACTS: &str = items!(
    "contract",
    "c.id",
    "c.id",
    "CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)",
    "contracts c LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active'
     WHERE CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END = $2"
);
const COVERS: &str = items!(
    "cover",
    "k.id",
    "k.contract_id",
    "CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)",
    "covers k WHERE k.person_id = $2 AND k.state IN ('planned', 'active')"
);
const MANAGERS: &str = items!(
    "manager",
    "c.id",
    "c.id",
    "CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)",
    "contracts c WHERE c.manager_id = $2"
);

/// The items of all roles.
pub fn roles(scope: &Scope<MergePeople>, set: ChangeSetId, gone: PersonId, kept: PersonId) -> Vec<Scoped> {
    let items = |head| scope.build(head, |s| s.bind(gone).bind(kept).bind(set), |s| s);
    [ASSETS, GROUPS, CONTRACTS, COVERS, MANAGERS].map(items).into()
}

/// `$1` the set, `$2` who goes, `$3` who stays. had: the one who stays had it before.
const NOTE_MEMBERS: &str = "INSERT INTO merged_rows (change_set, kind, target_id, had)
    SELECT $1, 'membership', m.account_id, EXISTS (SELECT 1 FROM memberships k WHERE k.account_id = m.account_id
        AND k.person_id = $3) FROM memberships m WHERE m.person_id = $2";
const MEMBERS: &str = "INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at)
    SELECT m.account_id, CAST($2 AS BIGINT), m.partner_role, m.confirmed_at FROM memberships m WHERE m.person_id = $1
    ON CONFLICT (account_id, person_id) DO UPDATE SET
        confirmed_at = COALESCE(memberships.confirmed_at, excluded.confirmed_at),
        partner_role = COALESCE(memberships.partner_role, excluded.partner_role)";
const INVITATIONS: &str =
    "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at, mailed_at, accepted_at)
    SELECT i.account_id, CAST($2 AS BIGINT), i.invited_by, i.invited_at, i.expires_at, i.mailed_at, i.accepted_at
    FROM invitations i JOIN memberships m ON m.account_id = i.account_id AND m.person_id = $2
    WHERE i.person_id = $1 AND (i.accepted_at IS NULL OR m.confirmed_at IS NOT NULL)
    ON CONFLICT (account_id, person_id) DO NOTHING";
const NOTE_NAMING: &str = "INSERT INTO merged_rows (change_set, kind, target_id, had)
    SELECT $1, 'naming', n.contract_id, EXISTS (SELECT 1 FROM naming_rights k WHERE k.contract_id = n.contract_id
        AND k.person_id = $3) FROM naming_rights n WHERE n.person_id = $2";
const NAMING: &str = "INSERT INTO naming_rights (contract_id, account_id, person_id, given_by, given_at)
    SELECT n.contract_id, n.account_id, CAST($2 AS BIGINT), n.given_by, n.given_at FROM naming_rights n
    WHERE n.person_id = $1 ON CONFLICT (contract_id, person_id) DO NOTHING";
const UNNAME: &str = "DELETE FROM naming_rights WHERE person_id = $1";
const NOTE_EARLIER: &str = "INSERT INTO merged_rows (change_set, kind, target_id, had)
    SELECT $1, 'earlier', p.id, FALSE FROM people p WHERE p.merged_into = $2 AND $3 > 0";
const EARLIER: &str = "UPDATE people SET merged_into = $2 WHERE merged_into = $1";

/// `$1` the set, `$2` who goes, `$3` who stays: what both have where the one who goes has anything, to be replaced by one.
const ENTRIES: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id)
    SELECT $1, 'entry', e.id, e.contract_id, e.id FROM entries e WHERE e.ended_at IS NULL AND (e.person_id = $2
        OR (e.person_id = $3 AND EXISTS (SELECT 1 FROM entries o WHERE o.person_id = $2 AND o.contract_id = e.contract_id
            AND o.ended_at IS NULL)))";
const END_ENTRIES: &str = "UPDATE entries SET ended_at = $2 WHERE id IN (
    SELECT i.before_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'entry')";
/// The union of the rights. MAX of a boolean differs between the databases; counting does not.
const UNITE: &str =
    "INSERT INTO entries (person_id, contract_id, account_id, all_assets, releases, extensions, support, learning,
        set_by, from_at)
    SELECT CAST($2 AS BIGINT), e.contract_id, e.account_id, COUNT(CASE WHEN e.all_assets = TRUE THEN 1 END) > 0,
        COUNT(CASE WHEN e.releases = TRUE THEN 1 END) > 0, COUNT(CASE WHEN e.extensions = TRUE THEN 1 END) > 0,
        COUNT(CASE WHEN e.support = TRUE THEN 1 END) > 0, COUNT(CASE WHEN e.learning = TRUE THEN 1 END) > 0, $3, $4
    FROM change_set_items i JOIN entries e ON e.id = i.before_id WHERE i.change_set = $1 AND i.level = 'entry'
    GROUP BY e.contract_id, e.account_id";
const UNITE_ASSETS: &str = "INSERT INTO entry_assets (entry_id, asset_id)
    SELECT DISTINCT n.id, x.asset_id FROM change_set_items i JOIN entry_assets x ON x.entry_id = i.before_id
    JOIN entries n ON n.person_id = $2 AND n.contract_id = i.contract_id AND n.ended_at IS NULL AND n.all_assets = FALSE
    WHERE i.change_set = $1 AND i.level = 'entry'";
/// What the one who stays had is replaced by what is united; where there was nothing, that is new.
const REPLACED: &str = "UPDATE change_set_items SET after_id = (SELECT n.id FROM entries n WHERE n.person_id = $2
        AND n.contract_id = change_set_items.contract_id AND n.ended_at IS NULL)
    WHERE change_set = $1 AND level = 'entry' AND EXISTS (SELECT 1 FROM entries e WHERE e.id = change_set_items.before_id
        AND e.person_id = $2)";
const GIVEN: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, after_id)
    SELECT DISTINCT CAST($1 AS BIGINT), 'entry', n.id, n.contract_id, n.id FROM change_set_items i JOIN entries n ON n.person_id = $2
        AND n.contract_id = i.contract_id AND n.ended_at IS NULL
    WHERE i.change_set = $1 AND i.level = 'entry' AND NOT EXISTS (SELECT 1 FROM change_set_items o
        WHERE o.change_set = $1 AND o.level = 'entry' AND o.after_id = n.id)";

const END_MANAGER: &str =
    "UPDATE spans SET until_at = $2 WHERE level = 'manager' AND until_at IS NULL AND target_id IN (
    SELECT i.target_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'manager')";
const MANAGER: &str = "UPDATE contracts SET manager_id = i.after_id FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'manager' AND contracts.id = i.target_id";
const BEGIN_MANAGER: &str = "INSERT INTO spans (level, target_id, person_id, from_at, set_by, change_set)
    SELECT 'manager', i.target_id, i.after_id, $2, $3, i.change_set FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'manager'";

/// Writes what the minted items say, and everything beside them. Memberships come first: roles need them.
pub async fn carry(
    tx: &mut WriteTx,
    set: &Minted<MergePeople>,
    gone: PersonId,
    kept: PersonId,
) -> Result<(), AppError> {
    let now = tx.now();
    for (note, text) in [(NOTE_MEMBERS, MEMBERS), (NOTE_NAMING, NAMING), (NOTE_EARLIER, EARLIER)] {
        tx.execute(set, sql(note).bind(set.id()).bind(gone).bind(kept)).await?;
        tx.execute(set, sql(text).bind(gone).bind(kept)).await?;
    }
    tx.execute(set, sql(INVITATIONS).bind(gone).bind(kept)).await?;
    tx.execute(set, sql(UNNAME).bind(gone)).await?;
    let about = |text| sql(text).bind(set.id());
    tx.execute(set, about(ENTRIES).bind(gone).bind(kept)).await?;
    tx.execute(set, about(END_ENTRIES).bind(now)).await?;
    tx.execute(set, about(UNITE).bind(kept).bind(set.actor()).bind(now)).await?;
    tx.execute(set, about(UNITE_ASSETS).bind(kept)).await?;
    tx.execute(set, about(REPLACED).bind(kept)).await?;
    tx.execute(set, about(GIVEN).bind(kept)).await?;
    store::assign(tx, set).await?;
    pass_covers(tx, set).await?;
    managers(tx, set, set.id(), set.actor()).await?;
    store::touch(tx, set, None).await?;
    Ok(())
}

/// Gives contracts to the managers that the items of a set name, with their history; an undo uses it, too.
pub async fn managers(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    set: ChangeSetId,
    actor: PersonId,
) -> Result<(), AppError> {
    let now = tx.now();
    tx.execute(proof, sql(END_MANAGER).bind(set).bind(now)).await?;
    tx.execute(proof, sql(BEGIN_MANAGER).bind(set).bind(now).bind(actor)).await?;
    tx.execute(proof, sql(MANAGER).bind(set)).await?;
    Ok(())
}

/// `$1` the set that is undone.
const RENAME: &str = "INSERT INTO naming_rights (contract_id, account_id, person_id, given_by, given_at)
    SELECT r.target_id, c.account_id, s.person_id, $2, $3 FROM merged_rows r JOIN contracts c ON c.id = r.target_id
    JOIN change_sets s ON s.id = r.change_set JOIN memberships m ON m.account_id = c.account_id AND m.person_id = s.person_id
    WHERE r.change_set = $1 AND r.kind = 'naming' ON CONFLICT (contract_id, person_id) DO NOTHING";
macro_rules! kept {
    () => {
        "(SELECT p.merged_into FROM people p JOIN change_sets s ON s.person_id = p.id WHERE s.id = $1)"
    };
}
const TAKE_NAMING: &str = concat!(
    "DELETE FROM naming_rights WHERE person_id = ",
    kept!(),
    " AND contract_id IN (SELECT r.target_id FROM merged_rows r WHERE r.change_set = $1 AND r.kind = 'naming' AND r.had = FALSE)"
);
/// Companies that the merge brought and in which nothing is left.
macro_rules! unused {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE person_id = ",
            kept!(),
            " AND account_id IN (SELECT r.target_id FROM merged_rows r WHERE r.change_set = $1 AND r.kind = 'membership'
                AND r.had = FALSE)
             AND NOT EXISTS (SELECT 1 FROM contracts c WHERE c.account_id = ",
            $table,
            ".account_id AND (c.manager_id = ",
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
                OR EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = ",
            $table,
            ".person_id)
                OR EXISTS (SELECT 1 FROM entries e WHERE e.contract_id = c.id AND e.person_id = ",
            $table,
            ".person_id AND e.ended_at IS NULL)
                OR EXISTS (SELECT 1 FROM covers k WHERE k.contract_id = c.id AND k.state IN ('planned', 'active')
                    AND (k.person_id = ",
            $table,
            ".person_id OR k.under_id = ",
            $table,
            ".person_id))))"
        )
    };
}
const UNINVITE: &str = unused!("invitations");
const LEAVE: &str = unused!("memberships");
const BACK_EARLIER: &str = "UPDATE people SET merged_into = (SELECT s.person_id FROM change_sets s WHERE s.id = $1)
    WHERE id IN (SELECT r.target_id FROM merged_rows r WHERE r.change_set = $1 AND r.kind = 'earlier')";
const BACK: &str = "UPDATE people SET deactivated_at = NULL, merged_into = NULL, version = version + 1
    WHERE id = (SELECT s.person_id FROM change_sets s WHERE s.id = $1) AND erased_at IS NULL";
const UNDONE: &str = "UPDATE change_sets SET undone_by = $2 WHERE id = $1 AND undone_by IS NULL AND NOT EXISTS (
    SELECT 1 FROM change_set_items i WHERE i.change_set = $1 AND i.reverted_by IS NULL AND i.level <> 'effect')";

/// After the items of a merge were taken back: the rest of it. Both are two people again.
pub async fn part(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    undone: ChangeSetId,
    undo: ChangeSetId,
    actor: PersonId,
) -> Result<(), AppError> {
    tx.execute(proof, sql(RENAME).bind(undone).bind(actor).bind(tx.now())).await?;
    for text in [TAKE_NAMING, UNINVITE, LEAVE, BACK_EARLIER, BACK] {
        tx.execute(proof, sql(text).bind(undone)).await?;
    }
    tx.execute(proof, sql(UNDONE).bind(undone).bind(undo)).await?;
    Ok(())
}

/// Something that moves.
#[derive(Clone, Debug, FromRow)]
pub struct Moves {
    /// `manager`, `contract`, `group`, `asset`, `dated`, `naming`, `entry`, `membership`.
    pub kind: String,
    /// Contract number, or company.
    pub label: String,
    /// How many.
    pub n: i64,
}

/// `$1` who would go, `$2` who would stay.
pub const MOVES: &str = "SELECT 'membership' AS kind, o.name AS label, CAST(1 AS BIGINT) AS n FROM memberships m
        JOIN accounts o ON o.id = m.account_id WHERE m.person_id = $1
        AND NOT EXISTS (SELECT 1 FROM memberships k WHERE k.account_id = m.account_id AND k.person_id = $2)
    UNION ALL SELECT 'manager', c.number, 1 FROM contracts c WHERE c.manager_id = $1
    UNION ALL SELECT 'contract', c.number, 1 FROM contracts c WHERE c.coordinator_id = $1
    UNION ALL SELECT 'group', c.number, COUNT(*) FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
        WHERE g.coordinator_id = $1 GROUP BY c.number
    UNION ALL SELECT 'asset', c.number, COUNT(*) FROM assets a JOIN contracts c ON c.id = a.contract_id
        WHERE a.coordinator_id = $1 GROUP BY c.number
    UNION ALL SELECT 'dated', c.number, COUNT(*) FROM covers k JOIN contracts c ON c.id = k.contract_id
        WHERE (k.person_id = $1 AND k.state = 'planned') OR (k.under_id = $1 AND k.state = 'active') GROUP BY c.number
    UNION ALL SELECT 'naming', c.number, 1 FROM naming_rights n JOIN contracts c ON c.id = n.contract_id WHERE n.person_id = $1
    UNION ALL SELECT 'entry', c.number, 1 FROM entries e JOIN contracts c ON c.id = e.contract_id
        WHERE e.person_id = $1 AND e.ended_at IS NULL
    ORDER BY 1, 2";

impl Moves {
    /// "Contract Manager of 110448270013"
    pub fn words(&self) -> String {
        use crate::web::words::{count, serial_numbers};
        let Moves { label, n, .. } = self;
        match self.kind.as_str() {
            "membership" => format!("Belongs to {label}"),
            "manager" => format!("Contract Manager of {label}"),
            "contract" => format!("Software Coordinator of the whole contract {label}"),
            "group" => format!("Software Coordinator of {} of {label}", count(*n, "group", "groups")),
            "asset" => format!("Software Coordinator of {} of {label}", serial_numbers(*n)),
            "dated" => format!("{} on {label}", count(*n, "dated assignment", "dated assignments")),
            "naming" => format!("May name users on {label}"),
            _ => format!("Access to {label}, as far as both have it together"),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> =
        roles(&Scope::sample(), ChangeSetId(0), PersonId(0), PersonId(0)).into_iter().map(Scoped::into_sql).collect();
    all.extend([NOTE_MEMBERS, MEMBERS, INVITATIONS, NOTE_NAMING, NAMING, UNNAME, NOTE_EARLIER, EARLIER].map(sql));
    all.extend([ENTRIES, END_ENTRIES, UNITE, UNITE_ASSETS, REPLACED, GIVEN].map(sql));
    all.extend([END_MANAGER, MANAGER, BEGIN_MANAGER, RENAME, TAKE_NAMING, UNINVITE, LEAVE].map(sql));
    all.extend([BACK_EARLIER, BACK, UNDONE, MOVES].map(sql));
    all
}
