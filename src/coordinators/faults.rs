//! Why an assignment was not carried out, in the words of its form.
use super::entered::Entered;
use crate::contracts::assets::AssetRow;
use crate::error::RefusedItem;
use crate::text::full_name;
use crate::time::long;
use crate::web::frame;
use crate::web::problem::Problem;
use crate::web::ui::{ChangedRow, Fault, Problem as Summary};
use crate::web::words::{number, serial_numbers};
use jiff::tz::TimeZone;

/// So many refused serial numbers are named.
const MOST_NAMED: usize = 10;

fn fault(field: &'static str, text: impl Into<String>) -> Fault {
    Fault { field, text: text.into() }
}

/// The summary above the form. `company`: whose people can be chosen; `changed`: what somebody else changed meanwhile.
pub fn summary(problem: &Problem, entered: &Entered, company: &str, changed: Vec<ChangedRow>) -> Summary {
    match problem.name() {
        "changed" => raced(entered, changed),
        "unknown-coordinator" => Summary::with(nameless(entered, company)),
        "nothing-selected" => Summary::with(vec![fault("scope", "Choose which serial numbers it is for")]),
        "items-refused" => Summary::with(refused(&problem.refused)),
        "dates-overlap" => Summary::with(vec![fault("from", of(problem))]),
        "confirm-notices" => {
            let confirm = problem.notices.and_then(|n| i64::try_from(n).ok());
            let people = number(confirm.unwrap_or_default());
            let text = format!("This writes to {people} people. Tick the box beside the button if it should");
            Summary { confirm, ..Summary::with(vec![fault("confirm", text)]) }
        }
        "idempotency-key-reused" => {
            let text = "This form was sent before with other entries. Look at what it does now, then apply again";
            Summary::with(vec![fault("", text)])
        }
        _ => Summary::with(vec![fault(field(problem.field), of(problem))]),
    }
}

/// The words of the rule, as a sentence.
fn of(problem: &Problem) -> String {
    frame::summary(problem).faults.into_iter().next().map(|fault| fault.text).unwrap_or_default()
}

/// The field of the form behind a field of the API.
fn field(name: &'static str) -> &'static str {
    match name {
        "matching" | "group" | "overrides" | "serial_numbers" | "all_assets" | "whole_contract" => "scope",
        "if_state" | "csrf" => "",
        name => name,
    }
}

fn nameless(entered: &Entered, company: &str) -> Vec<Fault> {
    let names = [("first_name", "first", &entered.first_name), ("last_name", "last", &entered.last_name)];
    let missing: Vec<_> = names.into_iter().filter(|(_, _, name)| name.is_empty()).collect();
    match missing.as_slice() {
        [(field, word, _)] => vec![fault(field, format!("Enter the {word} name"))],
        _ => {
            let text = format!(
                "Nobody at {company} has this address. Check the names, then apply again: an invitation goes to it"
            );
            vec![fault("first_name", text)]
        }
    }
}

fn refused(items: &[RefusedItem]) -> Vec<Fault> {
    let words = |item: &RefusedItem| {
        let why = match item.reason.as_str() {
            "other_contract" => "is on another contract",
            "not_allowed" => "is not yours to assign",
            _ => "is not on this contract",
        };
        fault("", format!("{} {why}", item.serial_number))
    };
    let mut all: Vec<Fault> = items.iter().take(MOST_NAMED).map(words).collect();
    let more = items.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        all.push(fault("", format!("and {} more", number(i64::try_from(more).unwrap_or(i64::MAX)))));
    }
    all.push(fault(
        "",
        "Nothing was applied. The others are still selected; apply again if it should be for them only.",
    ));
    all
}

/// Ticked serial numbers that the page does not show.
pub fn missing(serials: &[&String]) -> Summary {
    let item = |serial: &&String| RefusedItem { serial_number: (*serial).clone(), reason: "not_found".to_owned() };
    let items: Vec<RefusedItem> = serials.iter().map(item).collect();
    let mut faults = refused(&items);
    faults.pop();
    Summary::with(faults)
}

fn raced(entered: &Entered, changed: Vec<ChangedRow>) -> Summary {
    let (n, of) = (changed.len(), entered.serials.len());
    let title = match (n, entered.scope.as_str()) {
        (0, _) => "Somebody changed this since you opened this page".to_owned(),
        (n, "selected") if n <= of => format!("{n} of {of} changed since you opened this page"),
        (n, _) => {
            format!("{} changed since you opened this page", serial_numbers(i64::try_from(n).unwrap_or(i64::MAX)))
        }
    };
    let text = "Nothing was applied. What you see now is up to date; apply again if it still fits.";
    Summary { title, changed, ..Summary::with(vec![fault("", text)]) }
}

/// What somebody else changed, as it is now.
pub fn changed(row: &AssetRow, zone: &TimeZone) -> ChangedRow {
    let when = row.since.map(|at| long(at, zone));
    let by: Vec<String> = row.assigned_by.clone().into_iter().chain(when).collect();
    ChangedRow {
        serial: row.serial_number.clone(),
        product: row.product.clone(),
        coordinator: full_name(&row.first_name, &row.last_name),
        by: if row.assigned_by.is_some() { by.join(", ") } else { String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{AppError, Refusal};

    fn summary_of(refusal: Refusal, entered: &Entered) -> Summary {
        summary(&Problem::from(AppError::from(refusal)), entered, "Ostrava & Finch", Vec::new())
    }

    fn texts(summary: &Summary) -> Vec<(&str, &str)> {
        summary.faults.iter().map(|fault| (fault.field, fault.text.as_str())).collect()
    }

    #[test]
    fn a_missing_name_is_asked_for_at_its_field() {
        let unknown = || Refusal::new("unknown-coordinator", "x");
        let one = Entered { first_name: "Nora".to_owned(), ..Entered::default() };
        assert_eq!(texts(&summary_of(unknown(), &one)), [("last_name", "Enter the last name")]);
        let both = summary_of(unknown(), &Entered::default());
        assert!(
            texts(&both)
                .first()
                .is_some_and(|(field, text)| *field == "first_name" && text.contains("Ostrava & Finch"))
        );
    }

    #[test]
    fn what_is_refused_is_named_up_to_ten() {
        let item = |n: usize| RefusedItem { serial_number: format!("S{n}"), reason: "other_contract".to_owned() };
        let refusal = Refusal { refused: (0..12).map(item).collect(), ..Refusal::new("items-refused", "x") };
        let summary = summary_of(refusal, &Entered::default());
        let texts = texts(&summary);
        assert_eq!((texts.len(), texts.first().map(|t| t.1)), (12, Some("S0 is on another contract")));
        assert_eq!(texts.get(10).map(|t| t.1), Some("and 2 more"));
    }

    #[test]
    fn a_race_and_a_bad_day_say_what_to_do() {
        let row = || ChangedRow {
            serial: "S1".into(),
            product: String::new(),
            coordinator: String::new(),
            by: String::new(),
        };
        let ticked = Entered { scope: "selected".to_owned(), serials: vec![String::new(); 12], ..Entered::default() };
        assert_eq!(raced(&ticked, vec![row(), row()]).title, "2 of 12 changed since you opened this page");
        assert_eq!(raced(&Entered::default(), vec![row()]).title, "1 serial number changed since you opened this page");
        let bad = Problem::from(AppError::invalid("until", "choose a day after 1 Dec 2026"));
        let summary = summary(&bad, &ticked, "", Vec::new());
        assert_eq!(texts(&summary), [("until", "Choose a day after 1 Dec 2026")]);
        let filter = Problem::from(AppError::invalid("matching", "give at least one filter"));
        assert_eq!(super::summary(&filter, &ticked, "", Vec::new()).faults.first().map(|f| f.field), Some("scope"));
    }
}
