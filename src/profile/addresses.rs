//! The addresses that somebody had, and the change that waits.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::policy::{Action, Permit};
use crate::text::full_name;
use crate::time::{Instant, day_of, long};
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// A change of address.
#[derive(Clone, Debug, Default, FromRow)]
pub struct AddressRow {
    old_email: String,
    new_email: String,
    asked_by: i64,
    by_first: Option<String>,
    by_last: Option<String>,
    expires_at: Instant,
    old_confirmed: bool,
    new_confirmed: bool,
    done_at: Option<Instant>,
}

/// What took effect, the newest first, and before it the one that waits.
const CHANGES: &str = "SELECT c.old_email, c.new_email, c.asked_by, b.first_name AS by_first, b.last_name AS by_last,
        c.expires_at, c.old_confirmed_at IS NOT NULL AS old_confirmed, c.new_confirmed_at IS NOT NULL AS new_confirmed, c.done_at
    FROM email_changes c LEFT JOIN people b ON b.id = c.asked_by
    WHERE c.person_id = $1 AND (c.done_at IS NOT NULL OR (c.ended_at IS NULL AND c.expires_at > $2))
    ORDER BY c.done_at IS NULL DESC, c.id DESC LIMIT 50";

/// Asks for the changes of one person.
pub async fn changes<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    person: PersonId,
) -> Result<Vec<AddressRow>, AppError> {
    let now = reader.now().at;
    Ok(reader.fetch(permit, sql(CHANGES).bind(person).bind(now)).await?)
}

impl AddressRow {
    /// It still waits for a confirmation.
    pub fn waits(&self) -> bool {
        self.done_at.is_none()
    }

    /// What a change that waits is waiting for.
    pub fn waiting(&self, zone: &TimeZone) -> Markup {
        let missing = match (self.old_confirmed, self.new_confirmed) {
            (false, false) => "Both addresses have a mail with a link to confirm it",
            (true, false) => "The present address has confirmed it; the new one has not yet",
            (_, _) => "The new address has confirmed it; the present one has not yet",
        };
        html! {
            "To change to " b.break { (self.new_email) } ". " (missing) ", until " (long(self.expires_at, zone)) "."
            @if let Some(seen) = crate::text::looks_like(&self.new_email) {
                " It looks like " b.break { (seen) } ", but has letters of another alphabet."
            }
        }
    }

    /// "elena@old.example until 3 Nov 2026, changed by Ana Ruiz".
    fn line(&self, person: i64, zone: &TimeZone) -> Markup {
        let by = match (self.asked_by == person, &self.by_first, &self.by_last) {
            (true, ..) => String::new(),
            (false, Some(first), Some(last)) => format!(", changed by {}", full_name(first, last)),
            _ => ", changed by the vendor".to_owned(),
        };
        let until = self.done_at.map(|at| day_of(at, zone).long()).unwrap_or_default();
        html! { li { span.break { (self.old_email) } " until " (until) (by) } }
    }
}

/// "Earlier addresses"; nothing where there was only one.
pub fn earlier(rows: &[AddressRow], person: i64, zone: &TimeZone) -> Markup {
    html! {
        @if rows.iter().any(|row| !row.waits()) {
            h3 { "Earlier addresses" }
            ul.lines { @for row in rows.iter().filter(|row| !row.waits()) { (row.line(person, zone)) } }
        }
    }
}

impl AddressRow {
    /// One that took effect.
    pub fn sample() -> AddressRow {
        AddressRow {
            old_email: "elena@ostrava.example".to_owned(),
            new_email: "elena.ostrava@finch.example".to_owned(),
            done_at: Some(1_795_510_800_000),
            ..AddressRow::default()
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(CHANGES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_says_until_when_and_by_whom() {
        let zone = TimeZone::UTC;
        let own = earlier(&[AddressRow { asked_by: 7, ..AddressRow::sample() }], 7, &zone).into_string();
        assert!(own.contains("elena@ostrava.example</span> until 24 Nov 2026</li>"), "{own}");
        let (by_first, by_last) = (Some("Ana".to_owned()), Some("Ruiz".to_owned()));
        let other = AddressRow { asked_by: 8, by_first, by_last, ..AddressRow::sample() };
        assert!(earlier(&[other], 7, &zone).into_string().contains(", changed by Ana Ruiz"));
        let waits = AddressRow { done_at: None, old_confirmed: true, ..AddressRow::sample() };
        assert_eq!(earlier(std::slice::from_ref(&waits), 7, &zone).into_string(), "");
        assert!(
            waits.waiting(&zone).into_string().contains("The present address has confirmed it; the new one has not")
        );
    }
}
