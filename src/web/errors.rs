//! Pages for what could not be done: what happened, who can, what to do next. Never a code alone.
use super::layout::{Frame, bare, page};
use super::ui::{Problem, icon};
use maud::{Markup, html};

/// Why there is no other page.
#[derive(Clone, Debug)]
pub enum ErrorView {
    /// 404: not there, or not for this reader: the same words.
    NotFound,
    /// 403: visible, not allowed; who can, as names with their role: "Elena Ostrava, the Contract Manager".
    NotAllowed(Vec<String>),
    /// 409: a rule said no.
    Refused(Problem),
    /// 412: somebody else was quicker.
    Changed(Problem),
    /// 422: entries that do not fit.
    Invalid(Problem),
    /// 429: too often; when to try again: "in 4 minutes".
    TooOften(String),
    /// 500: our fault, with the reference under which it is logged.
    Broken(String),
    /// 503: not now; when to try again: "in a minute".
    Busy(String),
}

impl ErrorView {
    /// For the title and the heading.
    pub fn title(&self) -> String {
        match self {
            ErrorView::NotFound => "This page is not here".to_owned(),
            ErrorView::NotAllowed(_) => "You may not do this".to_owned(),
            ErrorView::Refused(problem) | ErrorView::Changed(problem) | ErrorView::Invalid(problem) => {
                problem.title.clone()
            }
            ErrorView::TooOften(_) => "Too many tries".to_owned(),
            ErrorView::Broken(_) => "Something broke on our side".to_owned(),
            ErrorView::Busy(_) => "Not possible at the moment".to_owned(),
        }
    }

    /// One of each.
    pub fn samples() -> Vec<(&'static str, ErrorView)> {
        vec![
            ("404", ErrorView::NotFound),
            ("403", ErrorView::NotAllowed(vec!["Elena Ostrava, the Contract Manager".to_owned()])),
            ("412", ErrorView::Changed(Problem::sample())),
            ("429", ErrorView::TooOften("in 4 minutes".to_owned())),
            ("500", ErrorView::Broken("7f3a-19c2".to_owned())),
            ("503", ErrorView::Busy("in a minute".to_owned())),
        ]
    }
}

/// The page, in the frame of whoever is signed in.
pub fn error_page(frame: &Frame, view: &ErrorView) -> Markup {
    let content = html! {
        @match view {
            ErrorView::Refused(problem) | ErrorView::Changed(problem) | ErrorView::Invalid(problem) => {
                // The summary comes first: the modules lift it into the dialog that was sent from.
                (problem) h1.vh { (view.title()) }
                p { "Go back to the page that you came from: your entries are still there." }
            }
            _ => { h1 { (view.title()) } div.lead { (words(view)) } }
        }
        div.under { a.btn.primary href="/" { (icon("home")) "Home" } @if frame.nav.contracts.is_some() { a.btn href="/contracts" { "Contracts" } } }
    };
    if frame.reader.is_some() { page(frame, content) } else { bare(frame, content) }
}

fn words(view: &ErrorView) -> Markup {
    html! {
        @match view {
            ErrorView::NotFound => p { "The address is mistyped, or it belongs to something that is not yours to see. Check the number, or start from Home." }
            ErrorView::NotAllowed(who) if who.is_empty() => p { "Nobody of your company can do it here. Call or write to us." }
            ErrorView::NotAllowed(who) => p { (super::words::listed(who)) " can. Ask there." }
            ErrorView::TooOften(when) => p { "Try again " (when) ". Nothing was locked." }
            ErrorView::Broken(reference) => p { "Nothing was changed. When you call or write, name " b.serial { (reference) } "." }
            ErrorView::Busy(when) => p { "Larger work is under way, such as an import. Try again " (when) "; nothing was changed." }
            ErrorView::Refused(_) | ErrorView::Changed(_) | ErrorView::Invalid(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples;

    #[test]
    fn a_refusal_names_who_can() {
        let frame = samples::outside("You may not do this");
        let who = vec!["Elena Ostrava, the Contract Manager".to_owned()];
        let page = error_page(&frame, &ErrorView::NotAllowed(who)).into_string();
        assert!(page.contains("Elena Ostrava, the Contract Manager can. Ask there."));
    }
}
