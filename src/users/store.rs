//! Writes who is named: people, memberships, invitations, then the access, as items of a change set. The number of statements
//! does not depend on how many they are.
use super::input::Grant;
use super::rules::Planned;
use crate::auth::secret::handle;
use crate::coordinators::rules::HELD_FOR;
use crate::db::{DbError, Sql, WriteTx, sql};
use crate::ids::{ChangeSetId, ContractId};
use crate::jobs::NewJob;
use crate::people::invite::INVITED_FOR;
use crate::policy::{Contract, GiveAccess, Minted, Permit, Scope, Scoped, WriteAction};
use crate::text::{search_key, sort_key};

const PEOPLE: &str =
    "INSERT INTO people (handle, email, email_key, first_name, last_name, first_key, last_key, sort_key,
        language, theme, version)
    SELECT column1, column2, column3, column4, column5, column6, column7, column8, 'en', 'system', 1 FROM (";
const NEW_ONES: &str = ") v WHERE column1 IS NOT NULL ON CONFLICT (email_key) DO NOTHING";
/// `$1` the contract.
const MEMBERS: &str = "INSERT INTO memberships (account_id, person_id)
    SELECT c.account_id, p.id FROM contracts c CROSS JOIN (";
const OF_THESE: &str = ") v CROSS JOIN people p WHERE c.id = $1 AND p.email_key = v.column1
    ON CONFLICT (account_id, person_id) DO NOTHING";
const INVITED: &str = "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at)
    SELECT c.account_id, p.id, $2, $3, $4 FROM contracts c CROSS JOIN (";
const WHO_WAIT: &str = ") v CROSS JOIN people p
    JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id AND m.confirmed_at IS NULL
    WHERE c.id = $1 AND p.email_key = v.column1 ON CONFLICT (account_id, person_id) DO NOTHING";

/// In each text the rows come first: SQLite keeps the order of a CROSS JOIN, and looks each up.
///
/// The items of those who have access already; `$1` the actor, `$2` the contract, then the change set.
const BEFORE: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id)
    SELECT ";
const BEFORE_OF: &str = ", 'entry', e.id, c.id, e.id FROM (";
const OF_ENTRIES: &str = ") v CROSS JOIN people p CROSS JOIN contracts c
    JOIN entries e ON e.contract_id = c.id AND e.person_id = p.id AND e.ended_at IS NULL
    WHERE p.email_key = v.column1 AND c.id = $2 AND";
const END: &str = "UPDATE entries SET ended_at = $2 WHERE ended_at IS NULL AND id IN (
    SELECT i.before_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'entry')";
/// `$1` the contract, `$2` the actor, `$3` now.
const BEGIN: &str = "INSERT INTO entries (person_id, contract_id, account_id, all_assets, releases, extensions, support,
        learning, set_by, from_at)
    SELECT p.id, c.id, c.account_id, v.column2 = '1', v.column3 = '1', v.column4 = '1', v.column5 = '1', v.column6 = '1',
        $2, $3 FROM contracts c CROSS JOIN (";
const OF_PEOPLE: &str = ") v CROSS JOIN people p WHERE c.id = $1 AND p.email_key = v.column1";
/// `$1` the actor, `$2` the contract: named assets, each of which the actor may give.
const ASSETS: &str = "INSERT INTO entry_assets (entry_id, asset_id) SELECT e.id, a.id FROM (";
const OF_ASSETS: &str = ") v CROSS JOIN people p CROSS JOIN contracts c
    JOIN entries e ON e.contract_id = c.id AND e.person_id = p.id AND e.ended_at IS NULL
    JOIN assets a ON a.serial = v.column2 AND a.contract_id = c.id LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE p.email_key = v.column1 AND c.id = $2 AND";
const AFTER: &str = "UPDATE change_set_items SET after_id = (SELECT n.id FROM entries b JOIN entries n
        ON n.person_id = b.person_id AND n.contract_id = b.contract_id AND n.ended_at IS NULL
        WHERE b.id = change_set_items.before_id)
    WHERE change_set = $1 AND level = 'entry'";
const FIRST: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, after_id)
    SELECT ";
const FIRST_OF: &str = ", 'entry', e.id, c.id, e.id FROM (";
type Rows = Vec<Vec<Option<String>>>;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn people(planned: &[Planned]) -> Rows {
    let new = planned.iter().filter(|user| user.new);
    let row = |user: &Planned| {
        let (first, last, email) = (user.first_name.as_str(), user.last_name.as_str(), user.email.as_str());
        let sort = sort_key(first, last, email);
        let keys = [search_key(first), search_key(last), sort].map(Some);
        [Some(handle()), text(email), text(&user.key), text(first), text(last)].into_iter().chain(keys).collect()
    };
    new.map(row).collect()
}

fn entries(planned: &[Planned]) -> Rows {
    let flag = |set: bool| text(if set { "1" } else { "0" });
    let row = |user: &Planned| {
        let grants = Grant::ALL.map(|grant| flag(user.grants.contains(&grant)));
        [text(&user.key), flag(user.all_assets)].into_iter().chain(grants).collect()
    };
    planned.iter().map(row).collect()
}

fn assets(planned: &[Planned]) -> Rows {
    let of = |user: &Planned| user.serials.iter().map(|s| vec![text(&user.key), text(s)]).collect::<Rows>();
    planned.iter().flat_map(of).collect()
}

/// Makes those known who are not, and invites those who have not accepted.
pub async fn invite<A: WriteAction<Target = Contract>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    planned: &[Planned],
) -> Result<(), DbError> {
    let contract = permit.target().0;
    for part in Sql::batches(&people(planned)) {
        tx.execute(permit, sql(PEOPLE).push_rows(8, part).push(NEW_ONES)).await?;
    }
    let keys: Vec<String> = planned.iter().map(|user| user.key.clone()).collect();
    for part in Sql::batches(&keys) {
        tx.execute(permit, sql(MEMBERS).bind(contract).push_values(part).push(OF_THESE)).await?;
        let invited = sql(INVITED).bind(contract).bind(permit.actor()).bind(tx.now()).bind(tx.now() + INVITED_FOR);
        tx.execute(permit, invited.push_values(part).push(WHO_WAIT)).await?;
    }
    Ok(())
}

fn minting<A: WriteAction>(
    scope: &Scope<A>,
    contract: ContractId,
    set: ChangeSetId,
    part: &[String],
    texts: [&'static str; 3],
) -> Scoped {
    let [head, of, then] = texts;
    scope.build(head, |s| s.bind(contract).push_bind(set).push(of).push_values(part).push(then), |s| s)
}

fn giving(scope: &Scope<GiveAccess>, contract: ContractId, part: &[Vec<Option<String>>]) -> Scoped {
    scope.build(ASSETS, |s| s.bind(contract).push_rows(2, part).push(OF_ASSETS), |s| s)
}

/// Ends what the people had on the contract, as items of the set.
pub async fn end<A: WriteAction<Target = Contract>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    set: &Minted<A>,
    keys: &[String],
) -> Result<u64, DbError> {
    let mut ended = 0;
    for part in Sql::batches(keys) {
        let texts = [BEFORE, BEFORE_OF, OF_ENTRIES];
        ended += set.mint(tx, minting(&permit.scope::<A>(), permit.target().0, set.id(), part, texts)).await?;
    }
    tx.execute(set, sql(END).bind(set.id()).bind(tx.now())).await?;
    Ok(ended)
}

/// Gives the access that was planned, in the place of what there was. Returns how many assets were given by name.
pub async fn give<A: WriteAction<Target = Contract>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    set: &Minted<A>,
    planned: &[Planned],
) -> Result<u64, DbError> {
    let contract = permit.target().0;
    let had: Vec<String> = planned.iter().filter(|user| user.had).map(|user| user.key.clone()).collect();
    end(tx, permit, set, &had).await?;
    for part in Sql::batches(&entries(planned)) {
        let begin = sql(BEGIN).bind(contract).bind(set.actor()).bind(tx.now());
        tx.execute(set, begin.push_rows(6, part).push(OF_PEOPLE)).await?;
    }
    let mut given = 0;
    for part in Sql::batches(&assets(planned)) {
        given += tx.insert(set, giving(&permit.scope(), contract, part)).await?;
    }
    tx.execute(set, sql(AFTER).bind(set.id())).await?;
    // Of those who had none before, so that this looks up nobody's former access.
    let first: Vec<String> = planned.iter().filter(|user| !user.had).map(|user| user.key.clone()).collect();
    for part in Sql::batches(&first) {
        let texts = [FIRST, FIRST_OF, OF_ENTRIES];
        set.mint(tx, minting(&permit.scope::<A>(), contract, set.id(), part, texts)).await?;
    }
    Ok(given)
}

const HOLD_MAIL: &str = "UPDATE change_sets SET mail = 'held' WHERE id = $1";

/// Has the people told when the mail is no longer held.
pub async fn tell<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), DbError> {
    tx.execute(set, sql(HOLD_MAIL).bind(set.id())).await?;
    let ChangeSetId(payload) = set.id();
    tx.enqueue(set, NewJob { kind: "mail.users", payload, run_at: tx.now() + HELD_FOR, urgent: false }).await
}

pub(super) fn statements() -> Vec<Sql> {
    let (row, part) = (vec![Vec::new()], [String::new()]);
    let scope = Scope::<crate::policy::NameUsers>::sample();
    let mint = |texts| minting(&scope, ContractId(0), ChangeSetId(0), &part, texts).into_sql();
    vec![
        sql(PEOPLE).push_rows(8, &row).push(NEW_ONES),
        sql(MEMBERS).bind(0).push_values(&part).push(OF_THESE),
        sql(INVITED).bind(0).bind(0).bind(0).bind(0).push_values(&part).push(WHO_WAIT),
        mint([BEFORE, BEFORE_OF, OF_ENTRIES]),
        mint([FIRST, FIRST_OF, OF_ENTRIES]),
        minting(
            &Scope::<crate::policy::EndAccess>::sample(),
            ContractId(0),
            ChangeSetId(0),
            &part,
            [BEFORE, BEFORE_OF, OF_ENTRIES],
        )
        .into_sql(),
        sql(END),
        sql(BEGIN).bind(0).bind(0).bind(0).push_rows(6, &row).push(OF_PEOPLE),
        giving(&Scope::sample(), ContractId(0), &row).into_sql(),
        sql(AFTER),
        sql(HOLD_MAIL),
    ]
}
