//! The page on which an administrator removes somebody's second factors.
use crate::web::layout::{Frame, page};
use crate::web::ui::{Field, Kind, Problem, Tone, csrf, icon, notice};
use crate::web::words::{encoded, link};
use maud::{Markup, Render, html};

/// Before it is done, or after.
#[derive(Clone, Debug)]
pub struct FactorsView {
    /// In the form's address.
    pub handle: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What was typed.
    pub why: String,
    /// It is done.
    pub done: bool,
    /// The reader proved a factor so lately that the button works.
    pub fresh: bool,
    /// Why not.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// What the page is called.
pub fn title(done: bool) -> &'static str {
    if done { "Second factors removed" } else { "Remove second factors" }
}

/// What it does, a reason, one button.
pub fn factors_page(frame: &Frame, view: &FactorsView) -> Markup {
    let field = Field {
        name: "why",
        label: "How you made sure who asks",
        hint: "For example: called back on the number that we know. It stands in the audit trail and in the mail to the person.",
        kind: Kind::Text,
        value: &view.why,
        error: view.problem.as_ref().and_then(|problem| problem.of("why")),
        autocomplete: "off",
    };
    let at = format!("/vendor/people/{}/reset-factors", encoded(&view.handle));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { (title(view.done)) } p.break { (view.name) ", " (view.email) } } }
            @if view.done {
                p.calm { (icon("check")) span { (view.name) " is signed out everywhere and told by e-mail. A link in a mail, or a password, is enough to sign in now." } }
                p.lead { "Whoever has to have a second factor sets up a new one right after signing in." }
                p { a.btn href={ "/people/" (encoded(&view.handle)) } { "Back to " (view.name) } }
            } @else {
                p.lead { "For somebody who lost authenticator app, passkeys and recovery codes: all of them are removed, and every session ends. " (view.name) " is told by e-mail." }
                @if !view.fresh {
                    (notice(Tone::Info, html! { "Before you do this, " a href=(link("/sign-in/again", &[("return_to", &at)])) { "prove that it is you" } "." }))
                }
                form.stack-form method="post" action=(at) novalidate {
                    (csrf(&view.csrf)) (field.render())
                    div.under {
                        button.btn.primary type="submit" { "Remove second factors" }
                        a.btn href={ "/people/" (encoded(&view.handle)) } { "Cancel" }
                    }
                }
                p.hint { "From then on the mailbox alone is enough to sign in. If somebody else has taken it over, correct the address first." }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::layout::Place;
    use crate::web::samples;

    #[test]
    fn a_reason_is_asked_for_and_nothing_once_it_is_done() {
        let text = |text: &str| text.to_owned();
        let view = FactorsView {
            handle: text("h1"),
            name: text("Hana Sato"),
            email: text("h.sato@ostrava.example"),
            why: String::new(),
            done: false,
            fresh: true,
            problem: None,
            csrf: text("sample-token"),
        };
        let frame = samples::frame(title(false), Place::Elsewhere, Vec::new());
        let page = factors_page(&frame, &view).into_string();
        assert!(page.contains(r#"name="why""#) && page.contains("/vendor/people/h1/reset-factors"));
        let done = factors_page(&frame, &FactorsView { done: true, ..view }).into_string();
        assert!(done.contains("told by e-mail") && !done.contains(r#"name="why""#));
    }
}
