//! The pages behind the buttons of one person's page, and those buttons.
use crate::web::layout::{Frame, page};
use crate::web::person::PersonRef;
use crate::web::ui::{Field, Kind, Problem, csrf, hidden, icon};
use crate::web::words::{encoded, listed};
use maud::{Markup, Render, html};

/// What was done about the way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The invitation went out once more.
    Invited,
    /// A sign-in link went out.
    LinkSent,
    /// A link was made to hand over.
    Copied,
}

/// After a link was sent or made.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// The person's page.
    pub back: String,
    /// Of one that is handed over: shown this once.
    pub link: String,
    /// For whom.
    pub person: PersonRef,
    /// What was done.
    pub done: Option<Done>,
    /// Why not.
    pub problem: Option<Problem>,
}

/// Says what went out, or shows the link.
pub fn link_page(frame: &Frame, view: &LinkView) -> Markup {
    let (name, email) = (&view.person.name, &view.person.email);
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            @match view.done {
                Some(Done::Invited) => {
                    h1 { "Invitation sent" }
                    p.lead { "It is on its way to " b.break { (email) } " and can be accepted for 30 days from today." }
                }
                Some(Done::LinkSent) => {
                    h1 { "Sign-in link sent" }
                    p.lead { "It is on its way to " b.break { (email) } ". It works once, for 15 minutes." }
                }
                Some(Done::Copied) => {
                    h1 { "A link for " (name) }
                    p.lead { "Whoever opens it comes in as " (name) ". Hand it to nobody else. It works once, for 30 days, and is shown only now." }
                    p { input.box.wide.serial type="text" readonly aria-label="Invitation link" value=(view.link); }
                }
                None => h1 { "Nothing was sent" }
            }
            p { a.btn href=(view.back) { "Back to " (name) } }
        },
    )
}

/// Name and address of somebody.
#[derive(Clone, Debug)]
pub struct EditView {
    /// Of `/people/{handle}`.
    pub handle: String,
    /// The person.
    pub person: PersonRef,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The address.
    pub email: String,
    /// The owner of the address has been asked.
    pub asked_owner: bool,
    /// Why it was not saved.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// Two forms: a name is corrected at once, an address may have to be confirmed.
pub fn edit_page(frame: &Frame, view: &EditView) -> Markup {
    let field = |name, label, hint, kind, value| {
        let error = view.problem.as_ref().and_then(|problem| problem.of(name));
        Field { name, label, hint, kind, value, error, autocomplete: "off" }.render()
    };
    let action = format!("/people/{}/edit", encoded(&view.handle));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Correct name or e-mail" } p.break { (view.person.name) ", " (view.person.email) } } }
            @if view.asked_owner {
                p.calm { (icon("mail")) span { "Both addresses got a mail. The address changes when it is confirmed from the old and from the new one, within 24 hours." } }
            }
            form.stack-form method="post" action=(action) novalidate {
                (csrf(&view.csrf)) input type="hidden" name="what" value="name";
                (field("first_name", "First name", "", Kind::Text, view.first_name.as_str()))
                (field("last_name", "Last name", "", Kind::Text, view.last_name.as_str()))
                button.btn.primary type="submit" { "Save name" }
            }
            section.block aria-labelledby="address-h" {
                h2 #address-h { "E-mail" }
                p.hint { "Roles and access stay. Somebody who has signed in before confirms the change from the old and from the new address." }
                form.stack-form method="post" action=(action) novalidate {
                    (csrf(&view.csrf)) input type="hidden" name="what" value="email";
                    (field("email", "E-mail", "", Kind::Email, view.email.as_str()))
                    button.btn type="submit" { "Change e-mail" }
                }
            }
            p { a.btn href={ "/people/" (encoded(&view.handle)) } { "Back to " (view.person.name) } }
        },
    )
}

/// A company from which the person can be removed.
#[derive(Clone, Debug)]
pub struct Company {
    /// Account number.
    pub number: String,
    /// Name.
    pub name: String,
}

/// The question before somebody is removed.
#[derive(Clone, Debug)]
pub struct DutyView {
    /// Of `/people/{handle}`.
    pub handle: String,
    /// The person.
    pub person: PersonRef,
    /// From where.
    pub companies: Vec<Company>,
    /// What must be given to somebody else first; empty: nothing.
    pub first: String,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// Asks, since it cannot be undone; or says what to hand over first, with the way there.
pub fn duty_page(frame: &Frame, view: &DutyView) -> Markup {
    let name = &view.person.name;
    let names: Vec<&str> = view.companies.iter().map(|c| c.name.as_str()).collect();
    let base = format!("/people/{}", encoded(&view.handle));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            @if view.first.is_empty() {
                h1 { "Remove " (name) " from " (listed(&names)) "?" }
                p.lead { "Access, invitation and rights there end at once. It cannot be undone; you can invite " (view.person.first_name()) " again." }
                form.stack-form method="post" action={ (base) "/remove" } {
                    (csrf(&view.csrf))
                    @match view.companies.as_slice() {
                        [one] => (hidden("account", &one.number)),
                        many => {
                            label.lab for="account" { "From which company" }
                            select.box #account name="account" { @for company in many { option value=(company.number) { (company.name) } } }
                        }
                    }
                    div.under {
                        button.btn.primary type="submit" { "Remove " (name) }
                        a.btn href=(base) { "Cancel" }
                    }
                }
            } @else {
                h1 { "Hand over first" }
                p.lead { (name) " " (view.first) "." }
                p { "Whoever holds a role keeps it until somebody else has it, so that no notice goes missing." }
                div.under {
                    a.btn.primary href={ (base) "#hand-h" } { (icon("swap")) "Hand over everything" }
                    a.btn href=(base) { "Cancel" }
                }
            }
        },
    )
}

/// The buttons of the person's page.
#[derive(Clone, Debug, Default)]
pub struct Buttons {
    /// Of `/people/{handle}`.
    pub handle: String,
    /// The address.
    pub email: String,
    /// The form token.
    pub csrf: String,
    /// No confirmed member yet.
    pub pending: bool,
    /// Invited, and has not accepted.
    pub invited: bool,
    /// Name, address and links are the reader's to give.
    pub credentials: bool,
    /// The reader may remove the person from the company.
    pub removes: bool,
    /// Contracts on which the person coordinates, where the reader gives the right to name users: number, has it.
    pub naming: Vec<(String, bool)>,
}

impl Render for Buttons {
    fn render(&self) -> Markup {
        let base = format!("/people/{}", encoded(&self.handle));
        html! {
            @if self.credentials || self.removes || !self.naming.is_empty() {
                section.block aria-labelledby="sign-in-h" {
                    h2 #sign-in-h { "Sign-in and rights" }
                    div.row-form {
                        @if self.credentials {
                            form method="post" action={ (base) "/send-link" } {
                                (csrf(&self.csrf))
                                button.btn type="submit" { (icon("mail")) @if self.invited { "Send invitation again" } @else if self.pending { "Send invitation" } @else { "Send a sign-in link" } }
                            }
                            @if self.pending {
                                form method="post" action={ (base) "/copy-link" } { (csrf(&self.csrf)) button.btn type="submit" { "Copy invitation link" } }
                            }
                            a.btn href={ (base) "/edit" } { "Correct name or e-mail" }
                        }
                        @if self.removes {
                            a.btn href={ (base) "/remove" } { @if self.invited { "Withdraw invitation" } @else { "Remove from the company" } }
                        }
                    }
                    @for (contract, has) in &self.naming {
                        form.row-form method="post" action={ "/contracts/" (encoded(contract)) "/naming-rights" } {
                            (csrf(&self.csrf)) (hidden("email", &self.email)) (hidden("person", &self.handle))
                            input type="hidden" name="may" value={ @if *has { "0" } @else { "1" } };
                            span { @if *has { "May name users on " } @else { "May not name users on " } span.serial { (contract) } "." }
                            button.btn type="submit" { @if *has { "Take the right" } @else { "Let name users" } span.vh { " on contract " (contract) } }
                        }
                    }
                }
            }
        }
    }
}
