//! `/users/new`: names one user or many, edits the access of one; what would happen is shown row by row before it does.
use super::input::{Grant, Grants, RowView, Verdict};
use super::list_page::{Choice, crumbs};
use crate::web::layout::{Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Fault, Field, Kind, Problem, Tone, confirm_notices, csrf, hidden, pill};
use crate::web::words::{count, encoded, number};
use maud::{Markup, Render, html};

/// Rows of a preview that are shown; the rest is counted.
pub const MOST_SHOWN: usize = 200;

/// How people are entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// One person, in fields.
    #[default]
    One,
    /// A list, pasted or from a file.
    Many,
}

/// What would happen.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// The rows: those that need a look first.
    pub rows: Vec<RowView>,
    /// So many are not shown.
    pub more: usize,
    /// So many would get the access.
    pub changed: u64,
    /// Of these so many are new.
    pub invited: u64,
    /// So many cannot be named.
    pub refused: usize,
    /// More than 50 would be written to: their number, to be ticked.
    pub confirm: Option<i64>,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct NameView {
    /// One or many.
    pub form: Form,
    /// The access of somebody who has some is edited.
    pub edits: bool,
    /// The contracts to choose from.
    pub contracts: Vec<Choice>,
    /// The one chosen.
    pub contract: String,
    /// Of one person.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Of many: the list as pasted.
    pub people: String,
    /// What the access lets them do.
    pub grants: Grants,
    /// All serial numbers of the contract; a coordinator chooses among own ones.
    pub all_assets: bool,
    /// The reader may give all of them.
    pub may_all: bool,
    /// Serial numbers, separated by spaces or lines.
    pub serials: String,
    /// Of many: what they have already stays.
    pub add: bool,
    /// What would happen, once it was checked.
    pub check: Option<Check>,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
    /// New for each page.
    pub idempotency_key: String,
}

impl NameView {
    fn title(&self) -> &'static str {
        match (self.form, self.edits) {
            (Form::One, false) => "Name a user",
            (Form::One, true) => "Edit access",
            (Form::Many, _) => "Name many users",
        }
    }
}

/// The page.
pub fn name_page(frame: &Frame, view: &NameView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { (view.title()) } (lead(view)) } }
            @if view.form == Form::Many { (file(view)) }
            form.stack-form method="post" action="/users/new" novalidate {
                (csrf(&view.csrf)) (hidden("idempotency_key", &view.idempotency_key))
                input type="hidden" name="form" value=(if view.form == Form::Many { "many" } else { "one" });
                @if view.edits { input type="hidden" name="edits" value="1"; }
                (contract(view))
                @match view.form { Form::One => (one(view)), Form::Many => (many(view)) }
                (access(view))
                @if let Some(check) = &view.check { (checked(view, check)) }
                div.under {
                    @match &view.check {
                        Some(check) => (go_on(check)),
                        None if view.form == Form::Many => button.btn.primary type="submit" name="step" value="check" { "Check list" },
                        None => button.btn.primary type="submit" name="step" value="apply" { (if view.edits { "Save access" } else { "Send invitation" }) },
                    }
                    a.btn href={ "/users?contract=" (encoded(&view.contract)) } { "Cancel" }
                }
            }
        },
    )
}

fn lead(view: &NameView) -> Markup {
    html! {
        p {
            @match (view.form, view.edits) {
                (Form::One, false) => "Somebody new is invited by e-mail; the invitation lasts 30 days. Whoever signs in already is told.",
                (Form::One, true) => { "What " (view.email) " may do on contract " span.serial { (view.contract) } ". It takes the place of what was so far." },
                (Form::Many, _) => "Paste a list or choose a file. You see what happens to each person before anything does.",
            }
        }
    }
}

fn contract(view: &NameView) -> Markup {
    html! {
        @if view.contracts.len() > 1 && !view.edits {
            div.row-field {
                label.lab for="contract" { "Contract" }
                select.box #contract name="contract" {
                    @for choice in &view.contracts {
                        option value=(choice.number) selected[choice.number == view.contract] {
                            (choice.number) @if !choice.company.is_empty() { " " (choice.company) }
                        }
                    }
                }
            }
        } @else { (hidden("contract", &view.contract)) }
    }
}

fn one(view: &NameView) -> Markup {
    let field = |name, label, hint, kind, value, autocomplete| {
        let error = view.problem.as_ref().and_then(|problem| problem.of(name));
        Field { name, label, hint, kind, value, error, autocomplete }.render()
    };
    html! {
        @if view.edits { (hidden("email", &view.email)) }
        @else {
            (field("email", "E-mail", "", Kind::Email, view.email.as_str(), "off"))
            (field("first_name", "First name", "Left empty, it is taken from the address.", Kind::Text, view.first_name.as_str(), "off"))
            (field("last_name", "Last name", "", Kind::Text, view.last_name.as_str(), "off"))
        }
    }
}

fn many(view: &NameView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("people"));
    html! {
        div.row-field {
            label.lab for="people" { "People" }
            p.hint #people-hint { "One per line, or separated by commas or semicolons: “Ana Ruiz <ana@company.com>”, or e-mail addresses alone. Up to 10,000." }
            @if let Some(error) = error { p.hint.bad #people-error { (error) } }
            textarea.box.wide #people name="people" rows="8" spellcheck="false" aria-describedby="people-hint" aria-invalid=[error.map(|_| "true")] { (view.people) }
        }
        label.check {
            input type="checkbox" name="add" value="1" checked[view.add];
            span { "Add to what they have" small { "Unticked, this takes the place of the access that somebody has already." } }
        }
    }
}

/// A file is read by a form of its own, so that a list can be pasted without a script as well.
fn file(view: &NameView) -> Markup {
    html! {
        form.row-form method="post" action="/users/import" enctype="multipart/form-data" {
            (csrf(&view.csrf)) (hidden("contract", &view.contract))
            label.lab for="file" { "A file (CSV or text)" }
            input #file type="file" name="file" accept=".csv,.txt,text/csv,text/plain" required;
            button.btn type="submit" { "Read file" }
        }
        p.hint { "Columns: email, first_name, last_name, and if you like serial_numbers and grants. Comma, semicolon or tab; UTF-8 or UTF-16." }
    }
}

fn access(view: &NameView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("serials"));
    html! {
        fieldset.fields {
            legend { h2 { "What they may do" } }
            @for grant in Grant::ALL {
                label.check {
                    input type="checkbox" name="grants" value=(grant.name()) checked[view.grants.contains(&grant)];
                    span { (grant.words()) }
                }
            }
        }
        fieldset.fields {
            legend { h2 { "On which serial numbers" } }
            @if view.may_all {
                label.check {
                    input type="radio" name="assets" value="all" checked[view.all_assets];
                    span { "All of the contract, also future ones" }
                }
                label.check {
                    input type="radio" name="assets" value="named" checked[!view.all_assets];
                    span { "Only these" }
                }
            } @else { input type="hidden" name="assets" value="named"; }
            div.row-field {
                label.lab for="serials" { "Serial numbers" }
                p.hint #serials-hint {
                    @if view.may_all { "Needed for “Only these”. Separated by spaces or lines." }
                    @else { "Of those that you coordinate. Separated by spaces or lines." }
                }
                @if let Some(error) = error { p.hint.bad #serials-error { (error) } }
                textarea.box.wide.serial #serials name="serials" rows="2" spellcheck="false" aria-describedby="serials-hint" aria-invalid=[error.map(|_| "true")] { (view.serials) }
            }
        }
    }
}

fn checked(view: &NameView, check: &Check) -> Markup {
    let people = i64::try_from(check.changed).unwrap_or(i64::MAX);
    html! {
        section.block #check tabindex="-1" aria-labelledby="check-h" {
            h2 #check-h { "What happens" }
            p {
                (count(people, "person gets", "people get")) " this access"
                @if check.invited > 0 { ", of whom " (number(i64::try_from(check.invited).unwrap_or(0))) " will be invited" } "."
                @if check.refused > 0 { " " b { (count(i64::try_from(check.refused).unwrap_or(0), "row", "rows")) " cannot be named." } }
            }
            table.plain {
                caption.vh { "Each row of the list" }
                thead { tr { th scope="col" { "Row" } th scope="col" { "Person" } th scope="col" { "What happens" } } }
                tbody {
                    @for row in &check.rows {
                        tr {
                            td.num { (row.row) }
                            td.break { (row.name) small { (row.email) } }
                            td { (verdict(row)) @if !row.words.is_empty() { small { (row.words) } } }
                        }
                    }
                }
            }
            @if check.more > 0 { p.hint { "and " (number(i64::try_from(check.more).unwrap_or(0))) " more rows without anything to look at" } }
            @if check.refused > 0 {
                label.check {
                    input type="checkbox" name="leave_out" value="1";
                    span { "Leave out " (count(i64::try_from(check.refused).unwrap_or(0), "row that cannot be named", "rows that cannot be named")) }
                }
            }
            @if let Some(people) = check.confirm { (confirm_notices(people)) }
            (hidden("checked", if view.form == Form::Many { "1" } else { "" }))
        }
    }
}

fn go_on(check: &Check) -> Markup {
    let people = i64::try_from(check.changed).unwrap_or(i64::MAX);
    html! {
        button.btn.primary type="submit" name="step" value="apply" {
            @if check.changed == check.invited { "Send " (count(people, "invitation", "invitations")) }
            @else { "Name " (count(people, "person", "people")) }
        }
        button.btn type="submit" name="step" value="check" { "Check again" }
    }
}

fn verdict(row: &RowView) -> Markup {
    match row.verdict {
        Verdict::Invited => pill(Tone::Info, "mail", "Will be invited"),
        Verdict::Member => pill(Tone::Good, "check", "Already here"),
        Verdict::Pending => pill(Tone::Info, "clock", "Invited before, not yet accepted"),
        Verdict::Unchanged => pill(Tone::Good, "check", "Has this access"),
        Verdict::Twice => pill(Tone::Warn, "alert", "Twice in the list"),
        Verdict::Refused => pill(Tone::Bad, "alert", "Cannot be named"),
    }
}

impl NameView {
    /// A list that was checked.
    pub fn sample() -> NameView {
        let row = |row, email: &str, verdict, words: &str| RowView {
            row,
            email: email.to_owned(),
            name: "Ana Ruiz".to_owned(),
            verdict,
            reason: None,
            words: words.to_owned(),
        };
        let rows = vec![
            row(2, "ana.ruiz", Verdict::Refused, "enter the full e-mail address, for example name@company.com"),
            row(1, "ana.ruiz@ostrava.example", Verdict::Invited, ""),
            row(3, "ana@elsewhere.example", Verdict::Invited, "not an address of ostrava.example: of another company?"),
        ];
        NameView {
            form: Form::Many,
            edits: false,
            contracts: vec![Choice { number: samples::CONTRACT.to_owned(), company: String::new() }],
            contract: samples::CONTRACT.to_owned(),
            email: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            people: "Ana Ruiz <ana.ruiz@ostrava.example>\nana.ruiz\nana@elsewhere.example".to_owned(),
            grants: Grant::by_default(),
            all_assets: true,
            may_all: true,
            serials: String::new(),
            add: true,
            check: Some(Check { rows, more: 0, changed: 2, invited: 2, refused: 1, confirm: None }),
            problem: Some(Problem::with(vec![Fault { field: "people", text: "1 row cannot be named".to_owned() }])),
            csrf: "sample-token".to_owned(),
            idempotency_key: "sample-key".to_owned(),
        }
    }
}

/// The frame of this page.
pub fn framed(frame: Frame, view: &NameView) -> Frame {
    let title = view.title();
    let error = view.problem.is_some();
    Frame { title: title.to_owned(), error, crumbs: crumbs(title), place: Place::Users, ..frame }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_says_how_many_and_a_coordinator_is_not_offered_all() {
        let frame = samples::frame("Users", Place::Users, Vec::new());
        let page = name_page(&frame, &NameView::sample()).into_string();
        assert!(page.contains("Send 2 invitations") && page.contains("Leave out 1 row that cannot be named"));
        let own = NameView { may_all: false, form: Form::One, check: None, ..NameView::sample() };
        let page = name_page(&frame, &own).into_string();
        assert!(!page.contains("All of the contract") && page.contains("Of those that you coordinate"));
    }
}
