//! Hand everything that somebody coordinates to another, across the contracts that the actor manages.
use super::assign::{Coordinator, MEMBER, named};
use super::plan::{self, Args, Mode};
use super::preview::{self, INVITED, Previewed};
use super::rules::{self, Named};
use super::selection::Selection;
use super::{assign::Outcome, levels, store};
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, PersonKey};
use crate::operation::{Operation, Query};
use crate::people::invite;
use crate::policy::{self, AssignCoordinator, Draft, Minted, Permit};
use crate::text::address_key;
use serde::{Deserialize, Serialize};

/// The body of `POST /people/{email}/hand-over`.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Who gets it.
    pub coordinator: Coordinator,
    /// Only say what would happen.
    #[serde(default)]
    pub preview: bool,
    /// Needed where more than 50 people would be written to: their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_notices: Option<u64>,
}

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct HandOver {
    /// Who hands over.
    pub person: PersonKey,
    /// The request.
    pub input: Input,
}

/// The companies of whoever hands over in which the actor manages contracts.
const ACCOUNTS: &str = "SELECT DISTINCT c.account_id FROM contracts c JOIN memberships m ON m.account_id = c.account_id
    WHERE m.person_id = $1 AND c.manager_id = $2 ORDER BY c.account_id";

impl Operation for HandOver {
    type Action = policy::HandOver;
    type Output = Outcome;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Outcome, AppError> {
        let from = permit.target().0;
        let accounts: Vec<(i64,)> = tx.fetch(permit, sql(ACCOUNTS).bind(from).bind(permit.actor())).await?;
        let successor = &self.input.coordinator;
        let key = address_key(&successor.email);
        let mut to = None;
        for (account,) in &accounts {
            // Several companies at once are rare; each has its own members.
            let found = tx.find(permit, sql(MEMBER).bind(*account).bind(key.as_str())).await?;
            let person = match named(Some(successor), found)? {
                Named::Member(person) => Some(person),
                Named::Invite => {
                    let new = invite::Invitation::new(
                        *account,
                        &successor.email,
                        &successor.first_name,
                        &successor.last_name,
                    )?;
                    Some(invite::invite(tx, permit, permit.actor(), &new).await?)
                }
                Named::Unknown | Named::Clear => None,
            };
            to = to.or(person);
        }
        let to = to.ok_or_else(unknown)?;
        different(from, to)?;
        let draft = Draft { kind: "hand_over", person: Some(from), ..Draft::default() };
        let set = permit.open(tx, &draft).await?;
        let scope = permit.scope::<AssignCoordinator>();
        let args = Args { change_set: Some(set.id().0), about: from.0, to: Some(to.0) };
        let managed = Selection::Everything(tx.today().plus(-rules::GRACE_DAYS));
        for statement in plan::inserts(&scope, Mode::HandOver, &managed, &args) {
            set.mint(tx, statement).await?;
        }
        for statement in levels::items(&scope, Mode::HandOver, &managed, &args, false) {
            set.mint(tx, statement).await?;
        }
        let changed = count(tx, &set).await?;
        if changed == 0 {
            return Err(nothing());
        }
        foreign(tx, &set, to).await?;
        store::assign(tx, &set).await?;
        pass_covers(tx, &set).await?;
        store::touch(tx, &set, None).await?;
        let notices = store::notices(tx, &set).await?;
        rules::confirmed(notices, self.input.confirm_notices)?;
        store::tell(tx, &set).await?;
        tx.note(self, Some(set.id()));
        Ok(Outcome { change_set: Some(set.handle().to_owned()), changed, notices, ..Outcome::default() })
    }
}

fn unknown() -> AppError {
    let title = "nobody here has this address; give first_name and last_name, and they are invited";
    Refusal::new("unknown-coordinator", title).into()
}

fn nothing() -> AppError {
    Refusal::new("nothing-selected", "this person coordinates nothing on your contracts").into()
}

fn different(from: PersonId, to: PersonId) -> Result<(), AppError> {
    match from == to {
        true => Err(AppError::invalid("coordinator", "choose somebody else than the person who hands over")),
        false => Ok(()),
    }
}

const COUNT: &str = "SELECT COUNT(*) FROM change_set_items WHERE change_set = $1 AND level <> 'effect'";
/// Contracts of a company to which the successor does not belong.
const FOREIGN: &str = "SELECT COUNT(*) FROM change_set_items i JOIN contracts c ON c.id = i.contract_id
    WHERE i.change_set = $1 AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id AND m.person_id = $2)";

async fn count(tx: &mut WriteTx, set: &Minted<policy::HandOver>) -> Result<u64, AppError> {
    let count: Option<(i64,)> = tx.find(set, sql(COUNT).bind(set.id())).await?;
    Ok(count.map_or(0, |(n,)| n.unsigned_abs()))
}

async fn foreign(tx: &mut WriteTx, set: &Minted<policy::HandOver>, to: PersonId) -> Result<(), AppError> {
    let foreign: Option<(i64,)> = tx.find(set, sql(FOREIGN).bind(set.id()).bind(to)).await?;
    match foreign {
        Some((n,)) if n > 0 => Err(unknown()),
        _ => Ok(()),
    }
}

macro_rules! in_force {
    ($level:literal, $table:literal) => {
        [
            concat!(
                "UPDATE spans SET until_at = $2 WHERE level = '",
                $level,
                "' AND until_at IS NULL AND target_id IN (
                    SELECT k.target_id FROM change_set_items i JOIN covers k ON k.id = i.target_id
                    WHERE i.change_set = $1 AND i.level = 'cover' AND k.level = '",
                $level,
                "' AND k.state = 'active')"
            ),
            concat!(
                "UPDATE ",
                $table,
                " SET coordinator_id = k.person_id FROM covers k JOIN change_set_items i ON i.target_id = k.id
                 WHERE i.change_set = $1 AND i.level = 'cover' AND k.level = '",
                $level,
                "' AND k.state = 'active' AND $2 > 0 AND ",
                $table,
                ".id = k.target_id"
            ),
            concat!(
                "INSERT INTO spans (level, target_id, person_id, from_at, set_by, change_set)
                 SELECT k.level, k.target_id, k.person_id, $2, s.set_by, s.id
                 FROM change_set_items i JOIN covers k ON k.id = i.target_id JOIN change_sets s ON s.id = i.change_set
                 WHERE i.change_set = $1 AND i.level = 'cover' AND k.level = '",
                $level,
                "' AND k.state = 'active' AND k.person_id IS NOT NULL"
            ),
        ]
    };
}
const PASS: &str = "UPDATE covers SET person_id = i.after_id FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'cover' AND i.target_id = covers.id";
const IN_FORCE: [[&str; 3]; 3] =
    [in_force!("asset", "assets"), in_force!("group", "asset_groups"), in_force!("contract", "contracts")];

/// Gives dated assignments to the successor: planned ones quietly, those in force with their history.
pub async fn pass_covers<A: policy::WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), AppError> {
    if tx.execute(set, sql(PASS).bind(set.id())).await? == 0 {
        return Ok(());
    }
    for text in IN_FORCE.into_iter().flatten() {
        let statement = sql(text).bind(set.id()).bind(tx.now());
        tx.execute(set, statement).await?;
    }
    Ok(())
}

/// The preview of a hand-over.
pub struct PreviewHandOver(pub HandOver);

impl Query for PreviewHandOver {
    type Action = policy::HandOver;
    type Output = Previewed;

    fn target(&self) -> PersonKey {
        self.0.person.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Previewed, AppError> {
        let from = permit.target().0;
        let successor = &self.0.input.coordinator;
        let accounts: Vec<(i64,)> = reader.fetch(permit, sql(ACCOUNTS).bind(from).bind(permit.actor())).await?;
        let (mut to, mut foreign) = (None, Vec::new());
        for (account,) in &accounts {
            let found = reader.find(permit, sql(MEMBER).bind(*account).bind(address_key(&successor.email))).await?;
            to = to.or(match named(Some(successor), found)? {
                Named::Member(person) => Some(person),
                Named::Invite => Some(INVITED),
                Named::Unknown | Named::Clear => {
                    foreign.push(*account);
                    None
                }
            });
        }
        let to = to.ok_or_else(unknown)?;
        different(from, to)?;
        let args = Args { change_set: None, about: from.0, to: Some(to.0) };
        let scope = permit.scope::<AssignCoordinator>();
        // A lapsed contract is read only; the others are handed over.
        let editable = reader.now().today.plus(-rules::GRACE_DAYS);
        let moves = preview::moves(reader, &scope, Mode::HandOver, &Selection::Everything(editable), &args).await?;
        let moves: Vec<_> = moves.into_iter().filter(|m| m.changes || m.former != m.successor).collect();
        let mut also = vec![to, permit.actor()];
        let mut changed: u64 = moves.iter().filter(|m| m.changes).map(|m| m.assets).sum();
        let mut concerned: Vec<i64> = moves.iter().map(|m| m.account).collect();
        for count in levels::handed(&scope, from.0, editable) {
            for (account, count, planned) in reader.list::<(i64, i64, i64)>(count).await? {
                changed += count.unsigned_abs();
                concerned.push(account);
                // Who gives up what lies ahead is told, too.
                also.extend((planned > 0).then_some(from));
            }
        }
        if changed == 0 {
            return Err(nothing());
        }
        if concerned.iter().any(|account| foreign.contains(account)) {
            return Err(unknown());
        }
        let account = accounts.first().map_or(0, |(a,)| *a);
        let people = preview::faces(reader, permit, &moves, also.iter().copied(), account).await?;
        let notices = preview::told(&moves, &people, also.into_iter());
        let outcome = Outcome { changed, notices, ..Outcome::default() };
        Ok(Previewed { outcome, moves, people, to: Some(to), manager: Some(permit.actor()) })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [ACCOUNTS, COUNT, FOREIGN, PASS].map(sql).into();
    all.extend(IN_FORCE.into_iter().flatten().map(sql));
    all
}
