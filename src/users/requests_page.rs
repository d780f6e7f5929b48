//! Access that is asked for, and who asks to join: the page of whoever decides, and the form of whoever asks.
use super::input::{Grant, Grants};
use super::list_page::Choice;
use crate::web::layout::{Frame, page};
use crate::web::person::{PersonRef, card};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, csrf, empty, hidden, icon};
use maud::{Markup, Render, html};

/// One request.
#[derive(Clone, Debug)]
pub struct RequestLine {
    /// Its name in the form.
    pub handle: String,
    /// Who asks.
    pub person: PersonRef,
    /// "Mairead Kelly asks to download releases of Draftline 2027"
    pub sentence: String,
    /// Of which serial number, if it is about one.
    pub serial: Option<String>,
    /// In the person's own words.
    pub words: String,
    /// "Asked 20 Nov 2026".
    pub asked: String,
    /// What was asked for.
    pub grants: Grants,
    /// The contract of the serial number, or of a request to join any of the reader's; none: the reader chooses.
    pub contract: Option<String>,
    /// Asks to join, through the company's own sign-in.
    pub join: bool,
}

/// What the page of whoever decides shows.
#[derive(Clone, Debug)]
pub struct RequestsView {
    /// The requests, the oldest first.
    pub rows: Vec<RequestLine>,
    /// Contracts to choose from, where a request names none.
    pub contracts: Vec<Choice>,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// The page of whoever decides.
pub fn requests_page(frame: &Frame, view: &RequestsView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Who asks" } p { "Nothing changes until you decide; whoever asked is told either way." } } }
            @if view.rows.is_empty() {
                (empty("Nobody asks for anything", html! { "When somebody does, you get an e-mail, and it appears here. " a href="/users" { "See the users" } "." }))
            }
            div.cards.asked { @for row in &view.rows { (request(view, row)) } }
        },
    )
}

fn request(view: &RequestsView, row: &RequestLine) -> Markup {
    html! {
        section.card aria-label=(row.sentence) {
            (card(&row.person))
            div.lines {
                p { (row.sentence) @if let Some(serial) = &row.serial { " (" span.serial { (serial) } ")" } "." }
                @if !row.words.is_empty() { p.break { "“" (row.words) "”" } }
                p.hint { (row.asked) }
            }
            form.stack-form method="post" action="/users/requests" {
                (csrf(&view.csrf)) (hidden("request", &row.handle))
                @match &row.contract {
                    Some(number) => (hidden("contract", number)),
                    None => div.row-field {
                        label.lab for={ "contract-" (row.handle) } { "On contract" }
                        select.box id={ "contract-" (row.handle) } name="contract" {
                            @for choice in &view.contracts { option value=(choice.number) { (choice.number) } }
                        }
                    }
                }
                @if row.join {
                    p.hint { "A member sees nothing of a contract until somebody gives access to it." }
                } @else {
                    @for grant in Grant::ALL {
                        label.check {
                            input type="checkbox" name="grants" value=(grant.name()) checked[row.grants.contains(&grant)];
                            span { (grant.words()) }
                        }
                    }
                }
                button.btn.primary type="submit" name="decision" value="grant" {
                    (icon("check")) @if row.join { "Let in" span.vh { " " (row.person.name) } } @else { "Give access" span.vh { " to " (row.person.name) } }
                }
                button.btn type="submit" name="decision" value="decline" { "Say no" span.vh { " to " (row.person.name) } }
            }
        }
    }
}

/// What the form of whoever asks shows.
#[derive(Clone, Debug)]
pub struct AskView {
    /// The reader's companies.
    pub companies: Vec<Choice>,
    /// Which serial number.
    pub serial: String,
    /// What for.
    pub wants: Grants,
    /// In own words.
    pub words: String,
    /// It was sent.
    pub sent: bool,
    /// Why it was not.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// The form of whoever asks.
pub fn ask_page(frame: &Frame, view: &AskView) -> Markup {
    let error = |name: &str| view.problem.as_ref().and_then(|problem| problem.of(name));
    let serial = Field {
        name: "serial",
        label: "Serial number",
        hint: "If it is about one. It is on your installation, or on the packing slip.",
        kind: Kind::Text,
        value: &view.serial,
        error: error("serial"),
        autocomplete: "off",
    };
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Ask for access" } p { "Your Contract Manager, or the Software Coordinator who may name users, decides. You get the answer by e-mail." } } }
            @if view.sent {
                p.calm { (icon("check")) span { "Asked. If it is about a serial number of your company, whoever decides has been told." } }
            }
            form.stack-form method="post" action="/access/ask" novalidate {
                (csrf(&view.csrf))
                @if view.companies.len() > 1 {
                    div.row-field {
                        label.lab for="account" { "Company" }
                        select.box #account name="account" { @for company in &view.companies { option value=(company.number) { (company.company) } } }
                    }
                }
                (serial.render())
                fieldset.fields {
                    legend { h2 { "What for" } }
                    @for grant in Grant::ALL {
                        label.check { input type="checkbox" name="wants" value=(grant.name()) checked[view.wants.contains(&grant)]; span { (grant.words()) } }
                    }
                }
                div.row-field {
                    label.lab for="words" { "In your own words" }
                    @if let Some(error) = error("words") { p.hint.bad { (error) } }
                    textarea.box.wide #words name="words" rows="3" maxlength="1000" { (view.words) }
                }
                button.btn.primary type="submit" { "Ask for access" }
            }
        },
    )
}

impl RequestsView {
    /// Mairead's.
    pub fn sample() -> RequestsView {
        let [mairead, _] = samples::users();
        let row = RequestLine {
            handle: "r1".to_owned(),
            sentence: format!("{} asks to download releases of Draftline 2027", mairead.name),
            serial: Some("361-70518824".to_owned()),
            person: mairead,
            words: "I install it on the new machines in Boston.".to_owned(),
            asked: "Asked 20 Nov 2026".to_owned(),
            grants: [Grant::Releases].into(),
            contract: Some(samples::CONTRACT.to_owned()),
            join: false,
        };
        let contracts = vec![Choice { number: samples::CONTRACT.to_owned(), company: String::new() }];
        RequestsView { rows: vec![row], contracts, problem: None, csrf: "sample-token".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::layout::Place;

    #[test]
    fn a_request_about_no_serial_number_lets_the_reader_choose_the_contract() {
        let frame = samples::frame("Access asked for", Place::Users, Vec::new());
        let named = requests_page(&frame, &RequestsView::sample()).into_string();
        assert!(!named.contains("On contract") && named.contains("Give access"));
        let mut open = RequestsView::sample();
        open.rows[0].contract = None;
        assert!(requests_page(&frame, &open).into_string().contains("On contract"));
        let none = RequestsView { rows: Vec::new(), ..RequestsView::sample() };
        assert!(requests_page(&frame, &none).into_string().contains("Nobody asks for anything"));
        let mut join = RequestsView::sample();
        join.rows[0].join = true;
        let join = requests_page(&frame, &join).into_string();
        assert!(join.contains("Let in") && !join.contains("name=\"grants\"") && !join.contains("Give access"));
    }
}
