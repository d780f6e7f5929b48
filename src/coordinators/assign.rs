//! Assign a coordinator to serial numbers, a group or a whole contract, as one change set.
use super::plan::{self, Args, Mode};
use super::rules::{self, Named, Phase, When};
use super::selection::{Overrides, Selection, To, refused};
use super::{covers, store};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal, RefusedItem};
use crate::ids::{ContractNumber, PersonId};
use crate::operation::Operation;
use crate::people::invite;
use crate::policy::{self, Draft, GrantNaming, Minted, Permit};
use crate::text::{address_key, is_address, search_key};
use crate::time::Day;
use serde::{Deserialize, Serialize};

// --- input -------------------------------------------------------------------------------------------------------------

/// The body of `POST …/coordinator-assignments`.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Whom to assign; `null` clears, so that the assets fall back to the next level. Must be given.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    pub coordinator: Option<Coordinator>,
    /// What it is for.
    pub to: To,
    /// Gives (true) or takes (false) the right to name users on this contract; absent: as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_name_users: Option<bool>,
    /// First day, in the vendor's time zone; absent: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// The day on which it falls back to the undated assignment; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Day>,
    /// Only say what would happen.
    #[serde(default)]
    pub preview: bool,
    /// `state` of a preview: refuses with 412 where one of the assets has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_state: Option<String>,
    /// Needed where more than 50 people would be written to: their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_notices: Option<u64>,
}

/// A person, by address. With a name, somebody unknown is invited.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coordinator {
    /// The address that the person signs in with.
    pub email: String,
    /// For somebody new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// For somebody new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

/// What happened, or would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Outcome {
    /// For undo; none in a preview.
    #[schema(required)]
    pub change_set: Option<String>,
    /// Rows of the level whose own assignment changed.
    pub changed: u64,
    /// Rows of the level that had it already.
    pub unchanged: u64,
    /// Always empty once applied.
    pub refused: Vec<RefusedItem>,
    /// People who will be written to: one mail each.
    pub notices: u64,
    /// Of a preview: send it back as `if_state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

// --- use case ----------------------------------------------------------------------------------------------------------

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct AssignCoordinator {
    /// The contract.
    pub contract: ContractNumber,
    /// The request.
    pub input: Input,
}

/// What the rules need to know of the contract.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Terms {
    pub account_id: i64,
    pub start_on: String,
    pub end_on: String,
    pub version: i64,
}

impl Terms {
    pub fn phase(&self, today: Day) -> Phase {
        let days = (self.start_on.parse(), self.end_on.parse());
        if let (Ok(start), Ok(end)) = days { rules::phase(start, end, today) } else { Phase::Lapsed }
    }
}

pub(super) const TERMS: &str = "SELECT account_id, start_on, end_on, version FROM contracts WHERE id = $1";
pub(super) const MEMBER: &str = "SELECT p.id FROM people p JOIN memberships m ON m.person_id = p.id
    WHERE m.account_id = $1 AND p.email_key = $2 AND p.deactivated_at IS NULL";
pub(super) const GROUP: &str = "SELECT id FROM asset_groups WHERE contract_id = $1 AND name_key = $2";

/// Whom the request names, once the database said who has that address in this company.
pub(super) fn named(coordinator: Option<&Coordinator>, found: Option<(PersonId,)>) -> Result<Named, AppError> {
    let Some(coordinator) = coordinator else { return Ok(Named::Clear) };
    if !is_address(coordinator.email.trim()) {
        return Err(AppError::invalid("coordinator", "enter the full e-mail address, for example name@company.com"));
    }
    let name = |name: &Option<String>| name.as_deref().is_some_and(|n| !n.trim().is_empty());
    Ok(match found {
        Some((person,)) => Named::Member(person),
        None if name(&coordinator.first_name) && name(&coordinator.last_name) => Named::Invite,
        None => Named::Unknown,
    })
}

/// The mode of the plan.
pub(super) fn mode(to: &To, dated: bool) -> Result<Mode, AppError> {
    use Overrides::{Keep, Replace};
    match (to, dated) {
        (To::Group { overrides: Replace, .. } | To::WholeContract { overrides: Replace, .. }, true) => {
            Err(AppError::invalid("overrides", "a dated assignment cannot replace own ones; choose keep, or no dates"))
        }
        (To::Group { overrides: Keep, .. }, _) => Ok(Mode::Group),
        (To::Group { overrides: Replace, .. }, false) => Ok(Mode::GroupReplace),
        (To::WholeContract { overrides: Keep, .. }, _) => Ok(Mode::Contract),
        (To::WholeContract { overrides: Replace, .. }, false) => Ok(Mode::ContractReplace),
        (_, false) => Ok(Mode::Assets),
        (_, true) => Ok(Mode::AssetsDated),
    }
}

pub(super) fn no_such_group(name: &str) -> AppError {
    AppError::invalid("group", format!("there is no group {name} on this contract"))
}

impl Operation for AssignCoordinator {
    type Action = policy::AssignCoordinator;
    type Output = Outcome;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Outcome, AppError> {
        let input = &self.input;
        let when = rules::when(input.from, input.until, tx.today())?;
        let mode = mode(&input.to, when != When::Undated)?;
        let selection = self.selection(tx, permit).await?;
        let terms: Option<Terms> = tx.find(permit, sql(TERMS).bind(permit.target().0)).await?;
        let terms = terms.ok_or_else(AppError::hidden)?;
        let found = match &input.coordinator {
            Some(c) => tx.find(permit, sql(MEMBER).bind(terms.account_id).bind(address_key(&c.email))).await?,
            None => None,
        };
        let named = named(input.coordinator.as_ref(), found)?;
        rules::assignment(terms.phase(tx.today()), &named, selection.is_empty(), Vec::new())?;
        let to = self.person(tx, permit, &terms, &named).await?;
        let set = permit.open(tx, &draft(when, to)).await?;
        let minted = mint(tx, permit, &set, mode, &selection, to, when).await?;
        if !selection.named().is_empty() && minted < selection.named().len() as u64 {
            let refused = refused(tx, permit, selection.named()).await?;
            rules::assignment(terms.phase(tx.today()), &named, false, refused)?;
        }
        self.unraced(tx, &set, &terms).await?;
        let counts = carry_out(tx, &set, mode, when).await?;
        self.naming(tx, permit, &set, to).await?;
        store::touch(tx, &set, Some(permit.target().0)).await?;
        let notices = match counts.anything {
            true => store::notices(tx, &set).await?,
            false => 0,
        };
        rules::confirmed(notices, input.confirm_notices)?;
        if notices > 0 {
            store::tell(tx, &set).await?;
        }
        tx.note(self, Some(set.id()));
        let change_set = Some(set.handle().to_owned());
        Ok(Outcome { change_set, changed: counts.changed, unchanged: counts.unchanged, notices, ..Outcome::default() })
    }
}

/// The change set of an assignment.
fn draft(when: When, to: Option<PersonId>) -> Draft {
    let (from_on, until_on) = match when {
        When::Undated => (None, None),
        When::Dated { from, until } => (Some(from), until),
    };
    Draft { kind: "assign_coordinator", person: to, from_on, until_on, ..Draft::default() }
}

struct Counts {
    changed: u64,
    unchanged: u64,
    anything: bool,
}

/// Writes the items of the level itself and of what it does to each asset. Returns how many assets were selected.
async fn mint(
    tx: &mut WriteTx,
    permit: &Permit<policy::AssignCoordinator>,
    set: &Minted<policy::AssignCoordinator>,
    mode: Mode,
    selection: &Selection,
    to: Option<PersonId>,
    when: When,
) -> Result<u64, AppError> {
    let scope = permit.scope::<policy::AssignCoordinator>();
    let args = Args { change_set: Some(set.id().0), about: permit.target().0.0, to: to.map(|p| p.0) };
    let mut rows = 0;
    for statement in plan::inserts(&scope, mode, selection, &args) {
        rows += set.mint(tx, statement).await?;
    }
    for statement in super::levels::items(&scope, mode, selection, &args, when != When::Undated) {
        set.mint(tx, statement).await?;
    }
    Ok(rows)
}

const COUNT: &str = "SELECT level, COUNT(*) FROM change_set_items WHERE change_set = $1 GROUP BY level";

/// Does what the items say, undated or dated, and counts the rows of the level.
async fn carry_out(
    tx: &mut WriteTx,
    set: &Minted<policy::AssignCoordinator>,
    mode: Mode,
    when: When,
) -> Result<Counts, AppError> {
    let before: Vec<(String, i64)> = tx.fetch(set, sql(COUNT).bind(set.id())).await?;
    match when {
        When::Undated => {
            store::prune(tx, set).await?;
            store::assign(tx, set).await?;
        }
        When::Dated { from, until } => {
            if covers::overlaps(tx, set, from, until).await? > 0 {
                return Err(rules::dates_overlap().into());
            }
            covers::plan(tx, set, from, until).await?;
            covers::begin_today(tx, set, from).await?;
        }
    }
    let after: Vec<(String, i64)> = tx.fetch(set, sql(COUNT).bind(set.id())).await?;
    let level = match (mode, when) {
        (Mode::Assets | Mode::AssetsDated | Mode::HandOver, When::Undated) => "asset",
        (Mode::Assets | Mode::AssetsDated | Mode::HandOver, _) => "asset_dated",
        (Mode::Group | Mode::GroupReplace, When::Undated) => "group",
        (Mode::Group | Mode::GroupReplace, _) => "group_dated",
        (Mode::Contract | Mode::ContractReplace, When::Undated) => "contract",
        (Mode::Contract | Mode::ContractReplace, _) => "contract_dated",
    };
    let of =
        |counts: &[(String, i64)]| counts.iter().find(|(name, _)| name == level).map_or(0, |(_, n)| n.unsigned_abs());
    // With replace on the whole contract, the groups cleared are items of the level below and do not count here.
    let (all, changed) = (of(&before), of(&after));
    Ok(Counts { changed, unchanged: all - changed, anything: !after.is_empty() })
}

impl AssignCoordinator {
    async fn selection(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::AssignCoordinator>,
    ) -> Result<Selection, AppError> {
        let To::Group { group, .. } = &self.input.to else { return self.input.to.selection() };
        let found: Option<(i64,)> = tx.find(permit, sql(GROUP).bind(permit.target().0).bind(search_key(group))).await?;
        found.map(|(id,)| Selection::Group(id)).ok_or_else(|| no_such_group(group))
    }

    /// The person to assign; somebody new is invited.
    async fn person(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::AssignCoordinator>,
        terms: &Terms,
        named: &Named,
    ) -> Result<Option<PersonId>, AppError> {
        match (named, &self.input.coordinator) {
            (Named::Member(person), _) => Ok(Some(*person)),
            (Named::Invite, Some(c)) => {
                let invitation = invite::Invitation::new(terms.account_id, &c.email, &c.first_name, &c.last_name)?;
                Ok(Some(invite::invite(tx, permit, permit.actor(), &invitation).await?))
            }
            _ => Ok(None),
        }
    }

    /// Refuses where one of the items was changed by another set since the caller looked.
    async fn unraced(
        &self,
        tx: &mut WriteTx,
        set: &Minted<policy::AssignCoordinator>,
        terms: &Terms,
    ) -> Result<(), AppError> {
        let Some(state) = &self.input.if_state else { return Ok(()) };
        let seen: i64 = state.parse().map_err(|_| AppError::invalid("if_state", "send back the state of a preview"))?;
        // The lock has just moved the version by one.
        if seen == terms.version - 1 {
            return Ok(());
        }
        let changed: Vec<(Option<String>,)> = tx.fetch(set, sql(CHANGED_SINCE).bind(set.id()).bind(seen)).await?;
        if changed.is_empty() {
            return Ok(());
        }
        let changed_since: Vec<String> = changed.into_iter().filter_map(|(serial,)| serial).collect();
        let title = match changed_since.len() {
            0 => "somebody changed this since you looked; look again and decide anew".to_owned(),
            1 => "1 serial number has changed since you looked; look again and decide anew".to_owned(),
            n => format!("{n} serial numbers have changed since you looked; look again and decide anew"),
        };
        Err(Refusal { changed_since, ..Refusal::new("changed", title) }.into())
    }

    /// Gives or takes the right to name users, as part of the same set.
    async fn naming(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::AssignCoordinator>,
        set: &Minted<policy::AssignCoordinator>,
        to: Option<PersonId>,
    ) -> Result<(), AppError> {
        let (Some(wanted), Some(person)) = (self.input.may_name_users, to) else { return Ok(()) };
        let naming = permit.also::<GrantNaming>()?;
        super::naming::set(tx, &naming, set, person, wanted).await
    }
}

const CHANGED_SINCE: &str = "SELECT a.serial FROM change_set_items i
    LEFT JOIN assets a ON a.id = i.target_id AND i.level IN ('asset', 'asset_dated', 'effect')
    WHERE i.change_set = $1 AND EXISTS (SELECT 1 FROM change_set_items o
        JOIN change_set_contracts x ON x.change_set = o.change_set AND x.contract_id = o.contract_id
        WHERE o.target_id = i.target_id AND o.change_set <> $1 AND x.version > $2
        AND (o.level = i.level OR (o.level IN ('asset', 'asset_dated', 'effect')
            AND i.level IN ('asset', 'asset_dated', 'effect'))))
    ORDER BY a.serial LIMIT 200";

pub(super) fn statements() -> Vec<Sql> {
    [TERMS, MEMBER, GROUP, COUNT, CHANGED_SINCE].map(sql).into()
}
