//! `/account/notifications`: how one is told, where else, and who gets copies while one is away; and the pages of its links.
use super::preferences::{Absence, AddressRow, Preferences};
use super::rules::{CATEGORIES, Category, HOWS};
use crate::web::layout::{Frame, bare, page};
use crate::web::person::address;
use crate::web::ui::{Field, Kind, Problem, Tone, csrf, hidden, pill};
use maud::{Markup, Render, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PreferencesView {
    /// What is stored.
    pub stored: Preferences,
    /// What was typed for the absence.
    pub away: Absence,
    /// What was typed for a further address.
    pub email: String,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// The page.
pub fn preferences_page(frame: &Frame, view: &PreferencesView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Notifications" } p { "How you are told, where, and who gets copies while you are away." } } }
            (matrix(view))
            (absence(view))
            (addresses(view))
        },
    )
}

fn matrix(view: &PreferencesView) -> Markup {
    html! {
        form.stack-form method="post" action="/account/notifications" {
            (csrf(&view.csrf))
            table.plain.choices {
                caption.vh { "Messages and when you get them" }
                thead { tr { th scope="col" { "Message" } @for (_, words) in HOWS { th scope="col" { (words) } } } }
                tbody {
                    @for category in &CATEGORIES { (choice(view, category)) }
                    tr {
                        th scope="row" { "Everything else" small { "Sign-in, changes of roles and access, renewals, returned mail" } }
                        td colspan="3" { span.muted { "At once; it can’t be switched off" } }
                    }
                }
            }
            p.hint { "Once a day: one mail at 8:00 in your time zone." }
            button.btn.primary type="submit" { "Save" }
        }
    }
}

fn choice(view: &PreferencesView, category: &Category) -> Markup {
    let how = view.stored.how.get(category.name).map_or(category.usual, String::as_str);
    html! {
        tr {
            th scope="row" { (category.words) small { (category.whom) } }
            @for (name, words) in HOWS {
                td {
                    label.option {
                        input type="radio" name=(category.name) value=(name) checked[name == how];
                        span.vh { (category.words) ": " (words) }
                    }
                }
            }
        }
    }
}

fn absence(view: &PreferencesView) -> Markup {
    let error = |field| view.problem.as_ref().and_then(|problem| problem.of(field));
    let field = |name, label, hint, kind, value| Field {
        name,
        label,
        hint,
        kind,
        value,
        error: error(name),
        autocomplete: "off",
    };
    let hint = "Somebody of your company. They get copies of what concerns it, nothing else changes.";
    html! {
        section.block aria-labelledby="away-h" {
            h2 #away-h { "While you are away" }
            @if let Some(absence) = &view.stored.absence {
                p {
                    "Your notices are copied to " b { (absence.email) } " from " (crate::web::words::day(&absence.from_on))
                    " until " (crate::web::words::day(&absence.until_on)) "."
                }
            }
            form.stack-form method="post" action="/account/notifications/absence" novalidate {
                (csrf(&view.csrf))
                (field("colleague", "Copy my notices to", hint, Kind::Email, view.away.email.as_str()).render())
                (field("from", "From", "", Kind::Date, view.away.from_on.as_str()).render())
                (field("until", "Until", "The last day.", Kind::Date, view.away.until_on.as_str()).render())
                button.btn type="submit" { "Copy my notices" }
            }
            @if view.stored.absence.is_some() {
                form method="post" action="/account/notifications/absence" {
                    (csrf(&view.csrf)) (hidden("end", "1")) button.btn type="submit" { "End the copies" }
                }
            }
        }
    }
}

fn addresses(view: &PreferencesView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("email"));
    let hint = "It gets a mail with a link to confirm it. Nobody signs in with it.";
    let (name, label, kind, value) = ("email", "Another address", Kind::Email, view.email.as_str());
    html! {
        section.block aria-labelledby="addresses-h" {
            h2 #addresses-h { "Further addresses" }
            @if view.stored.addresses.is_empty() { p.hint { "Notices go to the address that you sign in with. They can go to others, too." } }
            ul.lines { @for row in &view.stored.addresses { (one(view, row)) } }
            form.stack-form method="post" action="/account/notifications/addresses" novalidate {
                (csrf(&view.csrf))
                (Field { name, label, hint, kind, value, error, autocomplete: "off" }.render())
                button.btn type="submit" { "Add address" }
            }
        }
    }
}

fn one(view: &PreferencesView, row: &AddressRow) -> Markup {
    html! {
        li {
            b.break { (address(&row.email)) } " "
            @if row.confirmed { (pill(Tone::Good, "check", "Confirmed")) } @else { (pill(Tone::Info, "clock", "Not yet confirmed")) }
            form.row-form method="post" action="/account/notifications/addresses/remove" {
                (csrf(&view.csrf)) (hidden("address", &row.handle))
                button.btn type="submit" { "Remove" span.vh { " " (row.email) } }
            }
        }
    }
}

/// What a link asks.
#[derive(Clone, Debug)]
pub struct Question {
    /// The heading.
    pub title: String,
    /// What the button does.
    pub words: String,
    /// What it says.
    pub button: &'static str,
    /// Where it is sent.
    pub action: String,
    /// The form token.
    pub csrf: String,
}

/// A page with one button: a GET changes nothing, since mail scanners follow links.
pub fn question_page(frame: &Frame, question: &Question) -> Markup {
    bare(
        frame,
        html! {
            h1 { (question.title) }
            p.lead { (question.words) }
            form.stack-form method="post" action=(question.action) {
                (csrf(&question.csrf)) button.btn.primary type="submit" data-focus { (question.button) }
            }
        },
    )
}

/// A question with a yes and a no.
pub fn check_page(frame: &Frame, title: &str, words: &str, action: &str) -> Markup {
    bare(
        frame,
        html! {
            h1 { (title) }
            p.lead { (words) }
            form.stack-form method="post" action=(action) {
                (csrf(&frame.csrf)) button.btn.primary type="submit" data-focus { "Yes, I still do" }
            }
            form.stack-form method="post" action={ (action) "/no" } {
                (csrf(&frame.csrf)) button.btn type="submit" { "No, tell the Contract Manager" }
            }
        },
    )
}

/// What came of it.
pub fn answer_page(frame: &Frame, title: &str, words: &str) -> Markup {
    bare(
        frame,
        html! { h1 { (title) } p.lead { (words) } p { a.btn href="/account/notifications" { "Set how you are told" } } },
    )
}

/// The section of `/account`.
pub fn account_section() -> Markup {
    html! {
        section.block aria-labelledby="told-h" {
            h2 #told-h { "Notifications" }
            p { "How you are told, further addresses, and copies while you are away: " a href="/account/notifications" { "Notifications" } "." }
        }
    }
}
