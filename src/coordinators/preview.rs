//! An assignment or hand-over, only looked at: it takes no lock and writes nothing.
use super::assign::{self, AssignCoordinator, Outcome, Terms};
use super::covers::meets;
use super::plan::{self, Args, Mode};
use super::rules::{self, Named, When};
use super::selection::{Selection, To, refused_in};
use crate::db::{DbError, FromRow, Reader, Sql, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ContractNumber, PersonId};
use crate::operation::Query;
use crate::policy::{self, Action, Permit, Scope};
use crate::text::{address_key, search_key};
use crate::time::Day;
use crate::web::person::Reach;
use std::collections::BTreeSet;

/// Stands for a person who is not there yet.
pub const INVITED: PersonId = PersonId(-9);

/// Assets that go the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Who is in force now.
    pub former: PersonId,
    /// Who will be.
    pub successor: PersonId,
    /// Whether the former is it only by default, as Contract Manager.
    pub by_default: bool,
    /// The company of their contracts.
    pub account: i64,
    /// Whether the assets' own assignments change.
    pub changes: bool,
    /// How many assets.
    pub assets: u64,
}

/// A person as a preview shows one.
#[derive(Clone, Debug, FromRow)]
pub struct Face {
    /// Who.
    pub id: PersonId,
    /// What addresses and colours are made from.
    pub handle: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Whether there is a sign-in to reach: not deactivated.
    pub reachable: bool,
    /// Whether mail comes back.
    pub bounced: bool,
    /// Whether the person is no confirmed member of this company yet.
    pub pending: bool,
    /// Whether there is an invitation to it.
    pub invited: bool,
}

impl Face {
    /// Whether mail reaches this person.
    pub fn reach(&self) -> Reach {
        let (deactivated, bounced) = (!self.reachable, self.bounced);
        Reach { deactivated, bounced, pending: self.pending, invited: self.invited }
    }
}

/// What an apply would do.
#[derive(Clone, Debug)]
pub struct Previewed {
    /// As the API says it.
    pub outcome: Outcome,
    /// Who hands over how many to whom.
    pub moves: Vec<Move>,
    /// Everybody in the moves, the new coordinator and the manager.
    pub people: Vec<Face>,
    /// The new coordinator; [`INVITED`] for somebody new.
    pub to: Option<PersonId>,
    /// The Contract Manager.
    pub manager: Option<PersonId>,
}

/// The preview of an assignment.
pub struct PreviewAssignment(pub AssignCoordinator);

impl Query for PreviewAssignment {
    type Action = policy::AssignCoordinator;
    type Output = Previewed;

    fn target(&self) -> ContractNumber {
        self.0.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Previewed, AppError> {
        let input = &self.0.input;
        let when = rules::when(input.from, input.until, reader.now().today)?;
        let mode = assign::mode(&input.to, when != When::Undated)?;
        let selection = selection(reader, permit, &input.to).await?;
        let terms: Option<Terms> = reader.find(permit, sql(assign::TERMS).bind(permit.target().0)).await?;
        let terms = terms.ok_or_else(AppError::hidden)?;
        let found = match &input.coordinator {
            Some(c) => {
                let member = sql(assign::MEMBER).bind(terms.account_id).bind(address_key(&c.email));
                reader.find(permit, member).await?
            }
            None => None,
        };
        let named = assign::named(input.coordinator.as_ref(), found)?;
        rules::assignment(terms.phase(reader.now().today), &named, selection.is_empty(), Vec::new())?;
        let to = match named {
            Named::Member(person) => Some(person),
            Named::Invite => Some(INVITED),
            _ => None,
        };
        let args = Args { change_set: None, about: permit.target().0.0, to: to.map(|p| p.0) };
        let scope = permit.scope::<policy::AssignCoordinator>();
        let moves = moves(reader, &scope, mode, &selection, &args).await?;
        let asked = selection.named();
        let counted: u64 = moves.iter().map(|m| m.assets).sum();
        let refused = match counted < asked.len() as u64 {
            true => refused_in(reader, permit, asked).await?,
            false => Vec::new(),
        };
        if let (When::Dated { from, until }, true) = (when, refused.is_empty()) {
            self.unmet(reader, permit, &selection, from, until).await?;
        }
        let level: Option<(i64,)> = match mode {
            Mode::Group | Mode::GroupReplace => reader.find(permit, group_changes(&selection, to)).await?,
            Mode::Contract | Mode::ContractReplace => {
                reader.find(permit, sql(CONTRACT_CHANGES).bind(permit.target().0).bind(to)).await?
            }
            _ => None,
        };
        let own: u64 = moves.iter().filter(|m| m.changes).map(|m| m.assets).sum();
        let (changed, unchanged) = match (level, when) {
            (Some((n,)), When::Undated) => (n.unsigned_abs(), 1 - n.unsigned_abs().min(1)),
            (Some(_), _) => (1, 0),
            (None, When::Undated) => (own, counted - own),
            (None, _) => (counted, 0),
        };
        let manager: Option<(PersonId,)> = reader.find(permit, sql(MANAGER).bind(permit.target().0)).await?;
        let manager = manager.map(|(m,)| m);
        let people = faces(reader, permit, &moves, to.into_iter().chain(manager), terms.account_id).await?;
        let anything = changed > 0 || moves.iter().any(|m| m.former != m.successor || m.changes);
        let notices = if anything { told(&moves, &people, to.into_iter().chain(manager)) } else { 0 };
        let state = Some(terms.version.to_string());
        let outcome = Outcome { change_set: None, changed, unchanged, refused, notices, state };
        Ok(Previewed { outcome, moves, people, to, manager })
    }
}

/// Dated assignments of the contract, some day of which is among those of `$3` until `$4`.
const MET: &str = concat!(
    "SELECT k.level, k.target_id, COALESCE(a.serial, '') FROM covers k JOIN contracts c ON c.id = k.contract_id
    LEFT JOIN assets a ON k.level = 'asset' AND a.id = k.target_id LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE k.contract_id = $2 AND ",
    meets!("k", "$3", "$4"),
    " AND"
);

impl PreviewAssignment {
    /// Refuses where another dated assignment of the same target covers some of the days, as applying would.
    async fn unmet(
        &self,
        reader: &mut Reader,
        permit: &Permit<policy::AssignCoordinator>,
        selection: &Selection,
        from: Day,
        until: Option<Day>,
    ) -> Result<(), AppError> {
        let (contract, scope) = (permit.target().0, permit.scope::<policy::AssignCoordinator>());
        let bound = |s: Sql| s.bind(contract).bind(from).bind(until);
        let met = scope.build(MET, bound, |s| if let Selection::Matching(f) = selection { f.push_onto(s) } else { s });
        let met: Vec<(String, i64, String)> = reader.list(met).await?;
        let meets = |(level, target, serial): &(String, i64, String)| match selection {
            Selection::Serials(serials) => level == "asset" && serials.contains(serial),
            Selection::Group(id) => level == "group" && target == id,
            Selection::WholeContract => level == "contract",
            Selection::AllAssets | Selection::Matching(_) | Selection::Everything(_) => level == "asset",
        };
        match met.iter().any(meets) {
            true => Err(rules::dates_overlap().into()),
            false => Ok(()),
        }
    }
}

async fn selection(
    reader: &mut Reader,
    permit: &Permit<policy::AssignCoordinator>,
    to: &To,
) -> Result<Selection, AppError> {
    let To::Group { group, .. } = to else { return to.selection() };
    let lookup = sql(assign::GROUP).bind(permit.target().0).bind(search_key(group));
    let found: Option<(i64,)> = reader.find(permit, lookup).await?;
    found.map(|(id,)| Selection::Group(id)).ok_or_else(|| assign::no_such_group(group))
}

/// Reads the plan's counts.
pub async fn moves<A: Action>(
    reader: &mut Reader,
    scope: &Scope<A>,
    mode: Mode,
    selection: &Selection,
    args: &Args,
) -> Result<Vec<Move>, DbError> {
    let mut all = Vec::new();
    for part in plan::counts(scope, mode, selection, args) {
        let rows: Vec<(PersonId, PersonId, i64, i64, i64, i64)> = reader.list(part).await?;
        all.extend(rows.into_iter().map(|(former, successor, by_default, changes, account, assets)| Move {
            former,
            successor,
            by_default: by_default > 0,
            account,
            changes: changes > 0,
            assets: assets.unsigned_abs(),
        }));
    }
    Ok(all)
}

/// How many people would be told: who loses, who gains, the new coordinator, the manager; nobody whose sign-in ended.
pub fn told(moves: &[Move], people: &[Face], also: impl Iterator<Item = PersonId>) -> u64 {
    let moved = moves.iter().filter(|m| m.former != m.successor).flat_map(|m| [m.former, m.successor]);
    let all: BTreeSet<PersonId> = moved.chain(also).collect();
    let reachable = |id: &&PersonId| **id == INVITED || people.iter().any(|p| p.id == **id && p.reachable);
    all.iter().filter(reachable).count() as u64
}

const FACES: &str = "SELECT p.id, p.handle, p.first_name, p.last_name, p.email, p.deactivated_at IS NULL AS reachable,
        p.bounced_at IS NOT NULL AS bounced,
        EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.account_id = $1 AND m.confirmed_at IS NULL)
            AS pending,
        EXISTS (SELECT 1 FROM invitations i WHERE i.person_id = p.id AND i.account_id = $1) AS invited
    FROM (";
const OF_THESE: &str = ") v CROSS JOIN people p WHERE p.id = CAST(v.column1 AS BIGINT)";

/// Everybody who occurs.
pub async fn faces<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    moves: &[Move],
    also: impl Iterator<Item = PersonId>,
    account: i64,
) -> Result<Vec<Face>, DbError> {
    let ids: BTreeSet<PersonId> = moves.iter().flat_map(|m| [m.former, m.successor]).chain(also).collect();
    let ids: Vec<String> = ids.into_iter().map(|p| p.0.to_string()).collect();
    let mut faces = Vec::new();
    for part in Sql::batches(&ids) {
        let rows = sql(FACES).bind(account).push_values(part).push(OF_THESE);
        faces.extend(reader.fetch::<A, Face>(permit, rows).await?);
    }
    Ok(faces)
}

const MANAGER: &str = "SELECT manager_id FROM contracts WHERE id = $1";
const GROUP_CHANGES: &str = "SELECT COUNT(*) FROM asset_groups g
    LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active'
    WHERE g.id = $1 AND CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END IS DISTINCT FROM CAST($2 AS BIGINT)";
const CONTRACT_CHANGES: &str = "SELECT COUNT(*) FROM contracts c
    LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active'
    WHERE c.id = $1 AND CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END IS DISTINCT FROM CAST($2 AS BIGINT)";

fn group_changes(selection: &Selection, to: Option<PersonId>) -> Sql {
    let id = if let Selection::Group(id) = selection { *id } else { 0 };
    sql(GROUP_CHANGES).bind(id).bind(to)
}

/// Refuses what an apply would refuse for its items, so that a page can say so before.
pub fn refusal(previewed: &Previewed) -> Option<Refusal> {
    let refused = previewed.outcome.refused.clone();
    let title = "some serial numbers cannot be assigned; nothing was changed";
    (!refused.is_empty()).then(|| Refusal { refused, ..Refusal::new("items-refused", title) })
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [MANAGER, GROUP_CHANGES, CONTRACT_CHANGES].map(sql).into();
    let scope = Scope::<policy::AssignCoordinator>::sample();
    all.push(scope.build(MET, |s| s.bind(0).bind("").bind(""), |s| s).into_sql());
    for n in [1, 17] {
        all.push(sql(FACES).bind(0).push_values(&vec![String::new(); n]).push(OF_THESE));
    }
    all
}
