//! The backup contact on the People tab of a contract.
use super::backup::Backup;
use crate::text::full_name;
use crate::web::person::{PersonRef, PersonState, card};
use crate::web::ui::{Field, Kind, Problem, csrf, hidden};
use maud::{Markup, Render, html};

/// What the section shows.
#[derive(Clone, Debug)]
pub struct BackupView {
    /// The contract's number.
    pub contract: String,
    /// Who it is.
    pub backup: Option<Backup>,
    /// The reader may name one: the form token.
    pub csrf: Option<String>,
    /// What was typed.
    pub email: String,
    /// Why it was not done.
    pub problem: Option<Problem>,
}

/// The section.
pub fn section(view: &BackupView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("email"));
    let hint = "Somebody of the company. Rights stay as they are; only copies of mail go there.";
    let (name, label, kind, value) = ("email", "E-mail of the backup contact", Kind::Email, view.email.as_str());
    let action = format!("/contracts/{}/backup-contact", view.contract);
    html! {
        section.block aria-labelledby="backup-h" {
            h2 #backup-h { "Backup contact" }
            @if let Some(problem) = &view.problem { (problem) }
            p.hint { "Also gets the mail of this contract when it no longer reaches the Contract Manager or a Software Coordinator." }
            @if let Some(backup) = &view.backup {
                ul.lines { li { (card(&person(backup))) } }
            } @else { p { "Nobody is named." } }
            @if let Some(token) = &view.csrf {
                form.stack-form method="post" action=(action) novalidate {
                    (csrf(token))
                    (Field { name, label, hint, kind, value, error, autocomplete: "off" }.render())
                    button.btn type="submit" { "Name backup contact" }
                }
                @if view.backup.is_some() {
                    form method="post" action=(action) { (csrf(token)) (hidden("clear", "1")) button.btn type="submit" { "Remove backup contact" } }
                }
            }
        }
    }
}

fn person(backup: &Backup) -> PersonRef {
    let name = full_name(&backup.first_name, &backup.last_name);
    let state = if backup.bounced { PersonState::Bounces } else { PersonState::Reached };
    PersonRef { state, ..PersonRef::new(name, &backup.email, &backup.handle, &backup.handle) }
}
