//! What needs the reader: of the contracts that he or she manages, the most urgent first.
use super::pages::Need;
use crate::coordinators::rules::GRACE_DAYS;
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::notices::list::{CountNotices, Counted};
use crate::notices::sentence;
use crate::operation::Query;
use crate::policy::{self, AssignCoordinator, Permit, Scope, Scoped, SeePerson};
use crate::text::full_name;
use crate::time::{DAY, Day, Instant, Moment, day_of};
use crate::web::words::{encoded, in_days, serial_numbers};

/// So many are shown.
const MOST: usize = 5;
/// A contract that ends within so many days needs its manager.
const ENDS_SOON: i32 = 60;
/// Somebody invited may take so long without a word.
const PATIENCE: Instant = 3 * DAY;
/// By then serial numbers should no longer be the manager's by default: after what is broken, before what only ends.
const BY_DEFAULT_WITHIN: i32 = 7;

/// Asks what needs the reader.
pub struct ShowNeeds;

/// What does.
#[derive(Debug, Default)]
pub struct Needs {
    /// At most five.
    pub needs: Vec<Need>,
    /// The contract that ends next, as a sentence; empty where none does.
    pub next: String,
}

#[derive(FromRow)]
struct Bounced {
    handle: String,
    first_name: String,
    last_name: String,
    assets: i64,
}

#[derive(FromRow)]
struct ByDefault {
    number: String,
    assets: i64,
}

#[derive(FromRow)]
struct Ending {
    number: String,
    end_on: String,
    reseller: Option<String>,
}

#[derive(FromRow)]
struct Invited {
    handle: String,
    first_name: String,
    last_name: String,
    invited_at: Instant,
    expires_at: Instant,
}

/// `$2`: the first end day of a contract that may still be changed.
const BOUNCED: &str = "SELECT p.handle, p.first_name, p.last_name, COUNT(*) AS assets
    FROM contracts c JOIN assets a ON a.contract_id = c.id LEFT JOIN asset_groups g ON g.id = a.group_id
    JOIN people p ON p.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id)
    WHERE p.bounced_at IS NOT NULL AND p.id <> $1 AND c.end_on >= $2 AND";
const BY_PERSON: &str = " GROUP BY p.id, p.handle, p.first_name, p.last_name, p.bounced_at, p.sort_key ORDER BY p.bounced_at, p.sort_key LIMIT ";
const DEFAULT: &str = "SELECT c.number, COUNT(*) AS assets
    FROM contracts c JOIN assets a ON a.contract_id = c.id LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE a.coordinator_id IS NULL AND g.coordinator_id IS NULL AND c.coordinator_id IS NULL AND c.end_on >= $2 AND";
const BY_CONTRACT: &str = " GROUP BY c.id, c.number ORDER BY 2 DESC, c.number LIMIT ";
const ENDING: &str = "SELECT c.number, c.end_on, l.name AS reseller
    FROM contracts c LEFT JOIN accounts l ON l.id = c.reseller_id WHERE c.end_on >= $2
    AND NOT EXISTS (SELECT 1 FROM renewal_terms t WHERE t.contract_id = c.id AND t.end_on = c.end_on AND t.ordered_at IS NOT NULL) AND";
const BY_END: &str = " ORDER BY c.end_on, c.number LIMIT ";
/// Those whom the reader invited, and those who coordinate on the reader's contracts. `$2`: invited no later than then.
const INVITED: &str = "SELECT p.handle, p.first_name, p.last_name, i.invited_at, i.expires_at
    FROM invitations i JOIN memberships w ON w.account_id = i.account_id AND w.person_id = i.person_id
    JOIN people p ON p.id = i.person_id
    WHERE w.confirmed_at IS NULL AND i.accepted_at IS NULL AND i.invited_at <= $2
    AND i.account_id IN (SELECT x.account_id FROM contracts x WHERE x.manager_id = $1)
    AND (i.invited_by = $1 OR EXISTS (SELECT 1 FROM contracts x WHERE x.manager_id = $1 AND x.account_id = i.account_id
        AND (x.coordinator_id = p.id
            OR EXISTS (SELECT 1 FROM asset_groups y WHERE y.coordinator_id = p.id AND y.contract_id = x.id)
            OR EXISTS (SELECT 1 FROM assets y WHERE y.coordinator_id = p.id AND y.contract_id = x.id)))) AND";
const BY_EXPIRY: &str = " ORDER BY i.expires_at, p.sort_key LIMIT ";

/// A list of the contracts that the reader manages.
fn managed(scope: &Scope<AssignCoordinator>, head: &'static str, open: Day, order: &'static str) -> Scoped {
    scope.select(head, open.to_string(), |s| s.push(order).push_bind(MOST as i64 + 1))
}

fn invited(scope: &Scope<SeePerson>, before: Instant) -> Scoped {
    scope.select(INVITED, before, |s| s.push(BY_EXPIRY).push_bind(MOST as i64))
}

impl Query for ShowNeeds {
    type Action = policy::SeeSelf;
    type Output = Needs;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Needs, AppError> {
        let now = reader.now().clone();
        let (scope, open) = (permit.scope(), now.today.plus(-GRACE_DAYS));
        let bounced: Vec<Bounced> = reader.list(managed(&scope, BOUNCED, open, BY_PERSON)).await?;
        let default: Vec<ByDefault> = reader.list(managed(&scope, DEFAULT, open, BY_CONTRACT)).await?;
        let ending: Vec<Ending> = reader.list(managed(&scope, ENDING, open, BY_END)).await?;
        let invited: Vec<Invited> = reader.list(invited(&permit.scope(), now.at - PATIENCE)).await?;
        let ending: Vec<(Day, &Ending)> =
            ending.iter().filter_map(|row| Some((row.end_on.parse().ok()?, row))).collect();
        let soon = |end: Day| now.today.days_until(end) <= ENDS_SOON;
        let told_of = CountNotices.run(reader, &permit.also()?).await?;
        let known = |row: &&Bounced| !told_of.lost.iter().any(|lost| lost.handle == row.handle);
        let mut all: Vec<(Day, Need)> = bounced.iter().filter(known).map(|row| (now.today, row.need())).collect();
        all.extend(told(&told_of).map(|need| (now.today, need)));
        all.extend(default.iter().map(|row| (now.today.plus(BY_DEFAULT_WITHIN), row.need())));
        all.extend(ending.iter().filter(|(end, _)| soon(*end)).map(|(end, row)| row.need(*end, now.today)));
        all.extend(invited.iter().map(|row| row.need(&now)));
        all.sort_by_key(|(due, _)| *due);
        let needs = all.into_iter().map(|(_, need)| need).take(MOST).collect();
        let next = ending.iter().find(|(end, _)| !soon(*end));
        let next = next.map(|(end, row)| format!("Contract {} ends on {}.", row.number, end.long()));
        Ok(Needs { needs, next: next.unwrap_or_default() })
    }
}

/// What was sent to the company, where some of it came back from somebody who is out of reach still.
fn told(counted: &Counted) -> Option<Need> {
    let lost = counted.lost.first()?;
    let more = if counted.lost.len() > 1 { " and others" } else { "" };
    Some(Need {
        text: format!("{} ({}{more}).", sentence(counted, " to your company"), lost.address),
        action: "Hand over".to_owned(),
        href: format!("/people/{}", lost.handle),
        icon: "alert",
    })
}

impl Bounced {
    fn need(&self) -> Need {
        let name = full_name(&self.first_name, &self.last_name);
        Need {
            text: format!("Mail to {name}, who coordinates {}, comes back.", serial_numbers(self.assets)),
            action: "Hand over".to_owned(),
            href: format!("/people/{}", self.handle),
            icon: "alert",
        }
    }
}

impl ByDefault {
    fn need(&self) -> Need {
        let are = if self.assets == 1 { "is" } else { "are" };
        Need {
            text: format!("{} on {} {are} yours by default.", serial_numbers(self.assets), self.number),
            action: "Assign coordinator".to_owned(),
            href: format!("/contracts/{}/products?coordinator=default", encoded(&self.number)),
            icon: "coord",
        }
    }
}

impl Ending {
    /// In grace what counts is until when it can be changed.
    fn need(&self, end: Day, today: Day) -> (Day, Need) {
        let (number, days, lapses) = (&self.number, today.days_until(end), end.plus(GRACE_DAYS));
        let renew = self.reseller.as_ref().map(|name| format!(" {name} can renew it.")).unwrap_or_default();
        let (due, text) = match days {
            0.. => (end, format!("Contract {number} ends {}, on {}.{renew}", in_days(days.into()), end.long())),
            _ => {
                let until = format!("Until {} it can still be changed.", lapses.long());
                (lapses, format!("Contract {number} ended on {}. {until}{renew}", end.long()))
            }
        };
        let href = format!("/contracts/{}/renewal", encoded(number));
        (due, Need { text, action: "Request renewal quote".to_owned(), href, icon: "cal" })
    }
}

impl Invited {
    fn need(&self, now: &Moment) -> (Day, Need) {
        let name = full_name(&self.first_name, &self.last_name);
        let (since, until) = (day_of(self.invited_at, &now.zone), day_of(self.expires_at, &now.zone));
        let text = match self.expires_at > now.at {
            true => format!("{name} has not accepted since {}.", since.short()),
            false => format!("{name} did not accept; the invitation ended on {}.", until.short()),
        };
        let (action, href) = (format!("See {name}"), format!("/people/{}", self.handle));
        (until, Need { text, action, href, icon: "mail" })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let today = day_of(0, &jiff::tz::TimeZone::UTC);
    let lists = [(BOUNCED, BY_PERSON), (DEFAULT, BY_CONTRACT), (ENDING, BY_END)];
    let mut all: Vec<Sql> =
        lists.into_iter().map(|(head, order)| managed(&Scope::sample(), head, today, order).into_sql()).collect();
    all.push(invited(&Scope::sample(), 0).into_sql());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_due_when_it_ends_and_grace_when_it_lapses() {
        let day = |text: &str| text.parse::<Day>().unwrap_or_else(|e| panic!("{e}"));
        let reseller = Some("Brightwell".to_owned());
        let row = Ending { number: "110391050027".to_owned(), end_on: String::new(), reseller };
        let (due, need) = row.need(day("2026-12-22"), day("2026-11-24"));
        assert_eq!(due, day("2026-12-22"));
        assert_eq!(need.text, "Contract 110391050027 ends in 28 days, on 22 Dec 2026. Brightwell can renew it.");
        let (due, need) = row.need(day("2026-11-04"), day("2026-11-24"));
        assert_eq!(due, day("2026-12-04"));
        assert!(need.text.starts_with("Contract 110391050027 ended on 4 Nov 2026. Until 4 Dec 2026 it can"));
    }
}
