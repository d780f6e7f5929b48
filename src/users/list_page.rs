//! `/users`: everybody of the company with the access to one contract, the two grants as switches, and who waits.
use super::input::Grant;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::person::{PersonRef, PersonState, address, avatar, name, state};
use crate::web::samples;
use crate::web::ui::{Problem, Tone, confirm_notices, csrf, empty, hidden, icon, pages, pill};
use crate::web::words::{count, encoded, link};
use maud::{Markup, html};

/// One contract on which the reader names users.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Contract number.
    pub number: String,
    /// The company, where there are several.
    pub company: String,
}

/// One person, with the access to the contract shown.
#[derive(Clone, Debug)]
pub struct UserLine {
    /// The person.
    pub person: PersonRef,
    /// "Contract Manager", "Software Coordinator", "User", or nothing.
    pub role: String,
    /// "All serial numbers", "2 serial numbers"; none: no access.
    pub access: Option<String>,
    /// What it lets the person do.
    pub grants: Vec<Grant>,
    /// "20 Nov 2026", "never"; of somebody invited "invited 9 Nov, until 9 Dec".
    pub signed_in: String,
    /// Of an invitation that did not arrive: what became of it.
    pub delivery: String,
    /// The invitation can no longer be accepted.
    pub expired: bool,
    /// The reader may change the access.
    pub editable: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct UsersView {
    /// The contracts to choose from.
    pub contracts: Vec<Choice>,
    /// The one shown.
    pub contract: String,
    /// The account number of its company, where the reader manages it: how its people sign in is set there.
    pub account: Option<String>,
    /// What is looked for.
    pub q: String,
    /// Only those who have not accepted.
    pub invited_only: bool,
    /// The people.
    pub rows: Vec<UserLine>,
    /// So many requests wait.
    pub requests: usize,
    /// The first page, when this is not it.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
    /// New for each page.
    pub idempotency_key: String,
}

/// The page.
pub fn users_page(frame: &Frame, view: &UsersView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title {
                    h1 { "Users" }
                    p { "People who are let in to contract " span.serial { (view.contract) } ", and what each may do." }
                }
                div.acts {
                    a.btn href={ "/users/import?contract=" (encoded(&view.contract)) } { (icon("down")) "Name many" }
                    a.btn.primary href={ "/users/new?contract=" (encoded(&view.contract)) } data-new { (icon("plus")) "Name a user" }
                }
            }
            @if view.requests > 0 {
                p.calm {
                    (icon("mail"))
                    span { a href="/users/requests" { (count(i64::try_from(view.requests).unwrap_or(0), "person asks", "people ask")) " for access, or to join" } ": decide." }
                }
            }
            (filter(view))
            @if view.rows.is_empty() { (nobody(view)) } @else { (table(view)) }
            @if let Some(account) = &view.account {
                p.hint { "Your people can sign in with the account that they have at your company: " a href={ "/company/" (encoded(account)) "/sign-in" } { "Sign-in of the company" } "." }
            }
        },
    )
}

fn filter(view: &UsersView) -> Markup {
    html! {
        form.find-row method="get" action="/users" role="search" {
            @if view.contracts.len() > 1 {
                label {
                    "Contract"
                    select.box name="contract" {
                        @for choice in &view.contracts {
                            option value=(choice.number) selected[choice.number == view.contract] {
                                (choice.number) @if !choice.company.is_empty() { " " (choice.company) }
                            }
                        }
                    }
                }
            } @else { (hidden("contract", &view.contract)) }
            label { "Name or e-mail" input.box type="search" name="q" value=(view.q); }
            label.check { input type="checkbox" name="state" value="invited" checked[view.invited_only]; span { "Not yet accepted" } }
            button.btn type="submit" { "Show" }
        }
    }
}

fn nobody(view: &UsersView) -> Markup {
    let all = link("/users", &[("contract", &view.contract)]);
    if view.q.is_empty() && !view.invited_only {
        return empty(
            "Nobody is named yet",
            html! { "Name a user to let somebody in. You need a name and an e-mail address." },
        );
    }
    empty("Nobody matches", html! { "Check the spelling, or " a href=(all) { "show all" } "." })
}

fn table(view: &UsersView) -> Markup {
    html! {
        form.assets method="post" action="/users/change" {
            (csrf(&view.csrf)) (hidden("idempotency_key", &view.idempotency_key)) (hidden("contract", &view.contract)) (hidden("q", &view.q))
            table.users {
                caption.vh { "Users with their access to contract " (view.contract) }
                thead {
                    tr {
                        th { label.pick { input #all type="checkbox"; span.vh { "Select all on this page" } } }
                        th scope="col" { "Person" }
                        th.c-2 scope="col" { "Access" }
                        th scope="col" { "May download" }
                        th.c-3 scope="col" { "Last sign-in" }
                        th.c-act scope="col" { span.vh { "Action" } }
                    }
                }
                tbody #rows { @for row in &view.rows { (line(view, row)) } }
            }
            (batch(view))
            (pages(view.first.as_deref(), view.next.as_deref()))
        }
    }
}

fn line(view: &UsersView, row: &UserLine) -> Markup {
    let email = row.person.email.as_str();
    let edit = link("/users/new", &[("contract", &view.contract), ("email", email)]);
    html! {
        tr data-email=(email) {
            td {
                @if row.editable {
                    label.pick { input type="checkbox" name="email" value=(email); span.vh { "Select " (row.person.display()) } }
                }
            }
            td {
                div.who {
                    (avatar(&row.person))
                    span.t {
                        span.l1 { (name(&row.person)) " " (state(row.person.state)) @if row.expired { " " (pill(Tone::Warn, "clock", "Invitation ended")) } }
                        small.mail { (address(email)) }
                        @if !row.role.is_empty() { small { (row.role) } }
                        @if !row.delivery.is_empty() { small { (row.delivery) } }
                        small.in-2 {
                            (row.access.as_deref().unwrap_or("No access"))
                            @if row.editable { " · " a href=(edit) { @if row.access.is_some() { "Edit" } @else { "Give access" } span.vh { " of " (row.person.display()) } } }
                        }
                    }
                }
            }
            td.c-2 { @match &row.access { Some(words) => (words), None => span.muted { "No access" } } }
            td { (switches(row)) }
            td.c-3.num { (row.signed_in) }
            td.c-act {
                @if row.editable {
                    a.btn href=(edit) { @if row.access.is_some() { "Edit" } @else { "Give access" } span.vh { " of " (row.person.display()) } }
                }
            }
        }
    }
}

/// Saved at once, with Undo. Without access there is nothing to switch.
fn switches(row: &UserLine) -> Markup {
    html! {
        @if row.access.is_none() { span.muted { "–" } }
        @else {
            @for (grant, words) in [(Grant::Releases, "releases"), (Grant::Extensions, "extensions")] {
                @let on = row.grants.contains(&grant);
                @if row.editable {
                    button.grant type="submit" name="switch" aria-pressed=(on)
                        value={ @if on { "take " } @else { "give " } (grant.name()) " " (row.person.email) } {
                        (icon(if on { "check" } else { "x" })) (words)
                        span.vh { @if on { ": may, take it from " } @else { ": may not, give it to " } (row.person.display()) }
                    }
                } @else { span.src { (icon(if on { "check" } else { "x" })) (words) } " " }
            }
        }
    }
}

fn batch(view: &UsersView) -> Markup {
    html! {
        div.batch role="region" aria-label="Selected people" {
            span.count { "selected" }
            @if let Some(people) = view.problem.as_ref().and_then(|problem| problem.confirm) { (confirm_notices(people)) }
            select.box name="grant" aria-label="What they may do" { @for grant in Grant::ALL { option value=(grant.name()) { (grant.words()) } } }
            button.btn type="submit" name="do" value="give" { "Give" }
            button.btn type="submit" name="do" value="take" { "Take" }
            button.btn type="submit" name="do" value="send" { "Send again" }
            button.btn.go type="submit" name="do" value="end" { "End access" }
        }
    }
}

impl UsersView {
    /// Elena's company.
    pub fn sample() -> UsersView {
        let [_, tomas, _, hana, owen] = samples::coordinators();
        let [mairead, _] = samples::users();
        let line = |person: PersonRef, role: &str, access: Option<&str>, grants: &[Grant]| UserLine {
            role: role.to_owned(),
            access: access.map(str::to_owned),
            grants: grants.to_vec(),
            signed_in: if person.state == PersonState::Invited {
                "Invited 9 Nov, until 9 Dec".to_owned()
            } else {
                "20 Nov 2026".to_owned()
            },
            delivery: String::new(),
            expired: false,
            editable: true,
            person,
        };
        UsersView {
            contracts: vec![
                Choice { number: samples::CONTRACT.to_owned(), company: String::new() },
                Choice { number: "110391050027".to_owned(), company: "Finch Land".to_owned() },
            ],
            contract: samples::CONTRACT.to_owned(),
            account: Some("5102-3384".to_owned()),
            q: String::new(),
            invited_only: false,
            rows: vec![
                line(samples::elena(), "Contract Manager", None, &[]),
                line(tomas, "Software Coordinator", Some("2 serial numbers"), &[Grant::Releases]),
                line(mairead, "", Some("All serial numbers"), &[Grant::Releases, Grant::Extensions]),
                line(hana, "", Some("All serial numbers"), &[]),
                line(owen, "", None, &[]),
            ],
            requests: 1,
            first: None,
            next: Some("/users?cursor=x".to_owned()),
            problem: None,
            csrf: "sample-token".to_owned(),
            idempotency_key: "sample-key".to_owned(),
        }
    }
}

/// The path to the pages of users.
pub fn crumbs(here: &str) -> Vec<Crumb> {
    let mut all = vec![Crumb::to("Contract Administration", "/contracts")];
    if here == "Users" {
        all.push(Crumb::here("Users"));
    } else {
        all.extend([Crumb::to("Users", "/users"), Crumb::here(here)]);
    }
    all
}

/// The frame of a page of users.
pub fn framed(frame: Frame, title: &str) -> Frame {
    Frame { title: title.to_owned(), crumbs: crumbs(title), place: Place::Users, ..frame }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_says_what_it_does_and_nobody_without_access_has_one() {
        let frame = samples::frame("Users", Place::Users, crumbs("Users"));
        let page = users_page(&frame, &UsersView::sample()).into_string();
        assert!(page.contains(r#"value="take releases m.kelly@ostrava.example""#));
        assert!(page.contains(r#"value="give extensions t.brandt@ostrava.example""#));
        assert!(!page.contains("releases o.reyes@ostrava.example"));
        let none = UsersView { rows: Vec::new(), ..UsersView::sample() };
        assert!(users_page(&frame, &none).into_string().contains("Nobody is named yet"));
    }
}
