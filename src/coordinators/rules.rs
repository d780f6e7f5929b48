//! The slice's rules: pure, ordered, without database, web or clock.
use crate::error::{AppError, Refusal, RefusedItem};
use crate::ids::PersonId;
use crate::time::{DAY, Day, Instant, MINUTE};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Mail that a change causes waits this long, so that a change undone at once writes to nobody (domain.md §3).
pub const HELD_FOR: Instant = MINUTE;
/// How long a change can be undone (domain.md §3).
pub const UNDO_FOR: Instant = 30 * DAY;
/// An expired contract may still be edited for so many days after its end; then it is lapsed (domain.md §5, Renewal).
pub const GRACE_DAYS: i32 = 30;
/// More people to write to than this must be confirmed with the number (quality.md, security 8).
pub const UNASKED_NOTICES: u64 = 50;

/// Whether a contract is running, over but editable, or lapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Its first day lies ahead.
    Future,
    /// In term.
    Active,
    /// Its end has passed, the grace has not.
    Grace,
    /// Read only.
    Lapsed,
}

/// The phase on a day. The end date is the last day of the term.
pub fn phase(start: Day, end: Day, today: Day) -> Phase {
    if today < start {
        Phase::Future
    } else if today <= end {
        Phase::Active
    } else if today <= end.plus(GRACE_DAYS) {
        Phase::Grace
    } else {
        Phase::Lapsed
    }
}

/// At which level the coordinator of an asset was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Assigned to this serial number.
    Asset,
    /// Assigned to its group.
    Group,
    /// Assigned to the contract.
    Contract,
    /// Nobody was assigned.
    ContractManager,
}

impl Source {
    /// As the API and the history name it.
    pub fn name(self) -> &'static str {
        match self {
            Source::Asset => "asset",
            Source::Group => "group",
            Source::Contract => "contract",
            Source::ContractManager => "contract_manager",
        }
    }
}

/// Who coordinates an asset: asset > group > contract > manager. The SQL texts say the same; a test compares.
pub fn resolve<P>(asset: Option<P>, group: Option<P>, contract: Option<P>, manager: P) -> (P, Source) {
    let levels = [(asset, Source::Asset), (group, Source::Group), (contract, Source::Contract)];
    let assigned = levels.into_iter().find_map(|(person, source)| Some((person?, source)));
    assigned.unwrap_or((manager, Source::ContractManager))
}

/// The coordinator that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Nobody: the assets fall back to the next level.
    Clear,
    /// A member of the contract's account, or somebody invited to it.
    Member(PersonId),
    /// Unknown here, or of another company, but named: they will be invited.
    Invite,
    /// Unknown here, or of another company: the same answer for both.
    Unknown,
}

/// Whether an assignment may go ahead. The order is part of the contract with callers: contract, who, what.
pub fn assignment(
    phase: Phase,
    named: &Named,
    nothing_selected: bool,
    refused: Vec<RefusedItem>,
) -> Result<(), Refusal> {
    if phase == Phase::Lapsed {
        let title = "the contract has lapsed: it can be read, but not changed; renew it to name coordinators again";
        return Err(Refusal::new("contract-lapsed", title));
    }
    if *named == Named::Unknown {
        let title = "nobody here has this address; give first_name and last_name, and they are invited";
        return Err(Refusal::new("unknown-coordinator", title));
    }
    if nothing_selected {
        return Err(Refusal::new("nothing-selected", "choose which serial numbers it is for"));
    }
    if !refused.is_empty() {
        let title = "some serial numbers cannot be assigned; nothing was changed";
        return Err(Refusal { refused, ..Refusal::new("items-refused", title) });
    }
    Ok(())
}

/// When an assignment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// From now on, with no end.
    Undated,
    /// Over the undated one, from a day until another day, exclusive.
    Dated {
        /// First day.
        from: Day,
        /// The day on which it falls back. `None`: on `from` it becomes the undated one.
        until: Option<Day>,
    },
}

/// Reads the two days of a request.
pub fn when(from: Option<Day>, until: Option<Day>, today: Day) -> Result<When, AppError> {
    if from.is_some_and(|from| from < today) {
        return Err(AppError::invalid("from", format!("choose {} or a later day", today.long())));
    }
    let first = from.unwrap_or(today);
    if until.is_some_and(|until| until <= first) {
        return Err(AppError::invalid("until", format!("choose a day after {}", first.long())));
    }
    match (first == today, until) {
        (true, None) => Ok(When::Undated),
        _ => Ok(When::Dated { from: first, until }),
    }
}

/// Two dated assignments of one target must not meet (domain.md §2).
pub fn dates_overlap() -> Refusal {
    let title = "another dated assignment covers some of these days; choose other days, or undo that one first";
    Refusal::new("dates-overlap", title)
}

/// Writing to many people must be meant: the caller states the number (quality.md, security 8).
pub fn confirmed(notices: u64, stated: Option<u64>) -> Result<(), Refusal> {
    if notices <= UNASKED_NOTICES || stated == Some(notices) {
        return Ok(());
    }
    let title = format!("this would write to {notices} people; repeat it with confirm_notices: {notices}");
    Err(Refusal { notices: Some(notices), ..Refusal::new("confirm-notices", title) })
}

/// Which of the serial numbers asked for are refused, and why. `seen`: *(serial, on this contract, permitted)*; one that is
/// not seen is answered like one that does not exist.
pub fn refused(asked: &[String], seen: Vec<(String, bool, bool)>) -> Vec<RefusedItem> {
    let seen: HashMap<String, (bool, bool)> = seen.into_iter().map(|(serial, on, may)| (serial, (on, may))).collect();
    let refuse = |serial: &String| {
        let reason = match seen.get(serial) {
            Some((true, true)) => return None,
            Some((true, false)) => "not_allowed",
            Some((false, _)) => "other_contract",
            None => "not_found",
        };
        Some(RefusedItem { serial_number: serial.clone(), reason: reason.to_owned() })
    };
    asked.iter().filter_map(refuse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn the_nearest_level_wins() {
        assert_eq!(resolve(Some(1), Some(2), Some(3), 9), (1, Source::Asset));
        assert_eq!(resolve(None, Some(2), Some(3), 9), (2, Source::Group));
        assert_eq!(resolve(None, None, Some(3), 9), (3, Source::Contract));
        assert_eq!(resolve(None, None, None, 9), (9, Source::ContractManager));
    }

    #[test]
    fn refusals_come_in_order() {
        let item = RefusedItem { serial_number: "S".into(), reason: "not_found".into() };
        let kind = |phase, named, nothing, refused: &[RefusedItem]| {
            assignment(phase, &named, nothing, refused.to_vec()).map_err(|r| r.kind)
        };
        let all = std::slice::from_ref(&item);
        assert_eq!(kind(Phase::Lapsed, Named::Unknown, true, all), Err("contract-lapsed"));
        assert_eq!(kind(Phase::Grace, Named::Unknown, true, all), Err("unknown-coordinator"));
        assert_eq!(kind(Phase::Active, Named::Clear, true, all), Err("nothing-selected"));
        assert_eq!(kind(Phase::Active, Named::Clear, false, all), Err("items-refused"));
        assert_eq!(kind(Phase::Grace, Named::Invite, false, &[]), Ok(()));
    }

    #[test]
    fn grace_ends_after_thirty_days() {
        let phase = |today| phase(day("2025-03-01"), day("2026-02-28"), day(today));
        assert_eq!(phase("2025-02-28"), Phase::Future);
        assert_eq!(phase("2026-02-28"), Phase::Active);
        assert_eq!(phase("2026-03-01"), Phase::Grace);
        assert_eq!(phase("2026-03-30"), Phase::Grace);
        assert_eq!(phase("2026-03-31"), Phase::Lapsed);
    }

    #[test]
    fn days_of_an_assignment() {
        let today = day("2026-11-24");
        let field = |from: Option<&str>, until: Option<&str>| match when(from.map(day), until.map(day), today) {
            Err(AppError::Invalid { field, .. }) => field,
            Ok(When::Undated) => "undated",
            _ => "dated",
        };
        assert_eq!(field(None, None), "undated");
        assert_eq!(field(Some("2026-11-24"), None), "undated");
        assert_eq!(field(Some("2026-11-25"), None), "dated");
        assert_eq!(field(None, Some("2026-11-25")), "dated");
        assert_eq!(field(Some("2026-11-23"), None), "from");
        assert_eq!(field(None, Some("2026-11-24")), "until");
        assert_eq!(field(Some("2026-12-01"), Some("2026-12-01")), "until");
    }

    #[test]
    fn many_notices_are_confirmed() {
        assert_eq!(confirmed(50, None), Ok(()));
        assert_eq!(confirmed(51, Some(51)), Ok(()));
        assert!(confirmed(51, Some(50)).is_err() && confirmed(51, None).is_err());
    }
}
