//! May this person fetch the files of this release? One text for a page, a list, the API and a link, decided anew each time:
//! by the grants and the own assets (the policy's part), and by the term of the contract (domain.md §5). A "no" says why.
use super::rules::Kind;
use crate::db::{FromRow, Reader, Sql, WriteTx};
use crate::error::AppError;
use crate::policy::{Action, DownloadExtension, DownloadRelease, Permit, Scope, Scoped, SeeAsset, WhoCan, WriteAction};
use crate::text::full_name;
use crate::time::Day;

/// What a serial number is entitled to, whoever fetches it: `c` runs today (`$2`), or ran on the day of `r`; an extension adds to
/// what is registered.
macro_rules! entitled {
    () => {
        " ((c.start_on <= $2 AND c.end_on >= $2) OR (c.start_on <= r.released_on AND c.end_on >= r.released_on))
        AND (r.base = '' OR a.release = r.base) AND"
    };
}
pub(super) use entitled;

/// `$1` the person, `$2` today, `$3` the kind. Of each release one serial number by which the person may fetch it.
const PERMITTED: &str = concat!(
    "SELECT x.id, x.asset FROM (SELECT r.id, (SELECT a.id
        FROM memberships y JOIN contracts c ON c.account_id = y.account_id JOIN assets a ON a.contract_id = c.id
        JOIN products k ON k.id = a.product_id LEFT JOIN asset_groups g ON g.id = a.group_id
        WHERE y.person_id = $1 AND y.confirmed_at IS NOT NULL AND k.line = r.line AND",
    entitled!()
);
const OF_THESE: &str = " LIMIT 1) AS asset FROM releases r WHERE r.kind = $3 AND r.state = 'published'
        AND r.id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const THAT_MAY: &str = ") v)) x WHERE x.asset IS NOT NULL";

/// A release, and a serial number that entitles to it.
type May = (i64, i64);

fn permitted<A: Action>(scope: &Scope<A>, kind: Kind, today: Day, releases: &[String]) -> Scoped {
    let head = |s: Sql| s.bind(today).bind(kind.name());
    scope.build(PERMITTED, head, |s| s.push(OF_THESE).push_values(releases).push(THAT_MAY))
}

fn ids(releases: &[i64]) -> Vec<String> {
    releases.iter().map(i64::to_string).collect()
}

/// Those of these releases whose files the reader may fetch, each with a serial number that entitles to it.
pub async fn of_these<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    releases: &[i64],
) -> Result<Vec<May>, AppError> {
    let (today, ids) = (reader.now().today, ids(releases));
    let mut all: Vec<May> =
        reader.list(permitted(&permit.scope::<DownloadRelease>(), Kind::Release, today, &ids)).await?;
    let extensions = permitted(&permit.scope::<DownloadExtension>(), Kind::Extension, today, &ids);
    all.extend(reader.list::<May>(extensions).await?);
    Ok(all)
}

/// The same for one, inside a write.
pub async fn of_one<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    release: i64,
    kind: Kind,
) -> Result<Option<i64>, AppError> {
    let (today, ids) = (tx.today(), ids(&[release]));
    let found: Vec<May> = match kind {
        Kind::Release => tx.list(permitted(&permit.scope::<DownloadRelease>(), kind, today, &ids)).await?,
        Kind::Extension => tx.list(permitted(&permit.scope::<DownloadExtension>(), kind, today, &ids)).await?,
    };
    Ok(found.first().map(|(_, asset)| *asset))
}

/// A serial number of the line that the reader sees, with what decides about it.
#[derive(Clone, Debug, FromRow)]
pub struct Seen {
    /// The serial number.
    pub serial: String,
    /// Its contract.
    pub contract: String,
    /// The contract runs today, or ran on the day of the release.
    pub in_term: bool,
    /// What the extension adds to is what is registered; of a release always.
    pub fits: bool,
    /// When the contract ends.
    pub end_on: String,
    coordinator_first: String,
    coordinator_last: String,
    coordinator_email: String,
    manager_first: String,
    manager_last: String,
    manager_email: String,
    /// The reseller, where there is one.
    pub reseller: Option<String>,
}

/// `$2` the release, `$3` today. What comes closest comes first.
const SEEN: &str = "SELECT a.serial, c.number AS contract,
        (c.start_on <= $3 AND c.end_on >= $3) OR (c.start_on <= r.released_on AND c.end_on >= r.released_on) AS in_term,
        r.base = '' OR a.release = r.base AS fits, c.end_on, q.first_name AS coordinator_first,
        q.last_name AS coordinator_last, q.email AS coordinator_email, m.first_name AS manager_first,
        m.last_name AS manager_last, m.email AS manager_email, l.name AS reseller
    FROM releases r JOIN products k ON k.line = r.line JOIN memberships y ON y.person_id = $1 AND y.confirmed_at IS NOT NULL
    JOIN contracts c ON c.account_id = y.account_id JOIN assets a ON a.contract_id = c.id AND a.product_id = k.id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    JOIN people q ON q.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
    JOIN people m ON m.id = c.manager_id LEFT JOIN accounts l ON l.id = c.reseller_id
    WHERE r.id = $2 AND";
const CLOSEST: &str = " ORDER BY fits DESC, in_term DESC, c.end_on DESC, a.serial LIMIT 1";

fn seen(scope: &Scope<SeeAsset>, release: i64, today: Day) -> Scoped {
    scope.build(SEEN, |s| s.bind(release).bind(today), |s| s.push(CLOSEST))
}

/// Why not, and who can change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhyNot {
    /// `withdrawn`, `other_release`, `out_of_term` or `no_grant`.
    pub reason: &'static str,
    /// One sentence.
    pub words: String,
    /// Who can change it.
    pub who: Vec<WhoCan>,
    /// The serial number to ask about, where asking helps.
    pub ask_about: Option<String>,
}

impl WhyNot {
    /// No grant: the coordinator can.
    pub fn sample() -> Self {
        let (role, name) = ("Software Coordinator", Some("Tomás Brandt".to_owned()));
        let who = vec![WhoCan { role, name, email: Some("t.brandt@ostrava.example".to_owned()) }];
        let words = "You may not download releases of SiteMesh Civil.".to_owned();
        Self { reason: "no_grant", words, who, ask_about: Some("390-41920577".to_owned()) }
    }
}

/// What the answer is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Release or extension.
    pub kind: Kind,
    /// The product line.
    pub line: &'a str,
    /// What an extension adds to.
    pub base: &'a str,
    /// Why it was withdrawn; empty: it was not.
    pub withdrawn: &'a str,
}

/// The answer in words, from the serial number that comes closest.
pub fn why_not(about: About<'_>, closest: Option<&Seen>) -> WhyNot {
    let none = |reason, words| WhyNot { reason, words, who: Vec::new(), ask_about: None };
    if !about.withdrawn.is_empty() {
        return none("withdrawn", format!("It was withdrawn: {}", about.withdrawn));
    }
    let Some(seen) = closest else {
        return none("no_serial_number", format!("You have no serial number of {}.", about.line));
    };
    let who = |role, first: &str, last: &str, email: &str| WhoCan {
        role,
        name: Some(full_name(first, last)),
        email: Some(email.to_owned()),
    };
    let manager = who("Contract Manager", &seen.manager_first, &seen.manager_last, &seen.manager_email);
    let kind = if about.kind == Kind::Release { "releases" } else { "extensions" };
    if !seen.fits {
        let words =
            format!("It adds to {}, and none of your serial numbers is registered as that release.", about.base);
        return WhyNot { reason: "other_release", words, who: vec![manager], ask_about: None };
    }
    if !seen.in_term {
        let end = seen.end_on.parse::<Day>().map_or_else(|_| seen.end_on.clone(), Day::long);
        let words = format!(
            "Contract {} ended on {end}, and this is dated outside its term. It comes with a renewal.",
            seen.contract
        );
        return WhyNot { reason: "out_of_term", words, who: vec![manager], ask_about: None };
    }
    let coordinator =
        who("Software Coordinator", &seen.coordinator_first, &seen.coordinator_last, &seen.coordinator_email);
    let same = seen.coordinator_email == seen.manager_email;
    let who = if same { vec![manager] } else { vec![coordinator, manager] };
    let words = format!("You may not download {kind} of {}.", about.line);
    WhyNot { reason: "no_grant", words, who, ask_about: Some(seen.serial.clone()) }
}

/// The serial number of the line that comes closest, of those that the reader sees.
pub async fn closest<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    release: i64,
) -> Result<Option<Seen>, AppError> {
    let today = reader.now().today;
    let found: Vec<Seen> = reader.list(seen(&permit.scope(), release, today)).await?;
    Ok(found.into_iter().next())
}

/// The same inside a write, for who can.
pub async fn closest_in<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    release: i64,
) -> Result<Option<Seen>, AppError> {
    let today = tx.today();
    let found: Vec<Seen> = tx.list(seen(&permit.scope(), release, today)).await?;
    Ok(found.into_iter().next())
}

pub(super) fn statements() -> Vec<Sql> {
    let (day, one) = (Day(jiff::civil::Date::MIN), [String::new()]);
    vec![
        permitted(&Scope::<DownloadRelease>::sample(), Kind::Release, day, &one).into_sql(),
        permitted(&Scope::<DownloadExtension>::sample(), Kind::Extension, day, &one).into_sql(),
        seen(&Scope::sample(), 0, day).into_sql(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(fits: bool, in_term: bool, coordinator: &str) -> Seen {
        Seen {
            serial: "390-1".to_owned(),
            contract: "110".to_owned(),
            in_term,
            fits,
            end_on: "2026-02-28".to_owned(),
            coordinator_first: "Tomás".to_owned(),
            coordinator_last: "Brandt".to_owned(),
            coordinator_email: coordinator.to_owned(),
            manager_first: "Elena".to_owned(),
            manager_last: "Ostrava".to_owned(),
            manager_email: "elena@x.example".to_owned(),
            reseller: None,
        }
    }

    #[test]
    fn a_no_says_why_and_who_can_in_order() {
        let about = About { kind: Kind::Release, line: "Draftline", base: "", withdrawn: "" };
        let reason = |about, seen: Option<&Seen>| {
            let why = why_not(about, seen);
            (why.reason, why.who.len(), why.ask_about.is_some())
        };
        let tomas = "tomas@x.example";
        assert_eq!(
            reason(About { withdrawn: "broken", ..about }, Some(&seen(false, false, tomas))),
            ("withdrawn", 0, false)
        );
        assert_eq!(reason(about, None), ("no_serial_number", 0, false));
        assert_eq!(reason(about, Some(&seen(false, false, tomas))), ("other_release", 1, false));
        assert_eq!(reason(about, Some(&seen(true, false, tomas))), ("out_of_term", 1, false));
        assert_eq!(reason(about, Some(&seen(true, true, tomas))), ("no_grant", 2, true));
        assert_eq!(reason(about, Some(&seen(true, true, "elena@x.example"))), ("no_grant", 1, true));
        let words = why_not(about, Some(&seen(true, false, tomas))).words;
        assert_eq!(
            words,
            "Contract 110 ended on 28 Feb 2026, and this is dated outside its term. It comes with a renewal."
        );
    }
}
