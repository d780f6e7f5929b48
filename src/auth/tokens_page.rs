//! The page API tokens.
use super::own_tokens::{LONGEST_DAYS, Reach};
use super::security_page::crumbs;
use crate::web::layout::{Frame, Place, page};
use crate::web::ui::{Field, Kind, Problem, csrf, empty};
use maud::{Markup, Render, html};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct TokensView {
    /// The form token.
    pub csrf: String,
    /// The tokens that have not ended.
    pub tokens: Vec<TokenLine>,
    /// A token that was made just now: shown this once.
    pub made: Option<String>,
    /// What was typed.
    pub name: String,
    /// What was chosen.
    pub reach: Reach,
    /// What was typed.
    pub days: String,
    /// Why it was not made.
    pub problem: Option<Problem>,
}

/// A token.
#[derive(Clone, Debug)]
pub struct TokenLine {
    /// Names it in forms.
    pub mark: String,
    /// What it is for.
    pub name: String,
    /// "May read and write. Made on 24 Nov 2026, ends on 22 Feb 2027, never used"
    pub words: String,
}

/// The tokens, and a form for another one.
pub fn tokens_page(frame: &Frame, view: &TokensView) -> Markup {
    let frame = Frame {
        title: "API tokens".to_owned(),
        crumbs: crumbs("API tokens"),
        place: Place::Account,
        error: view.problem.is_some(),
        ..frame.clone()
    };
    page(
        &frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "API tokens" } p { "A script with a token of yours may do what you may, through the " a href="/api" { "API" } "." } } }
            @if let Some(token) = &view.made { (made(token)) }
            section.block aria-labelledby="tokens-h" {
                h2 #tokens-h { "Your tokens" }
                @if view.tokens.is_empty() { (empty("No tokens yet", html! { "Make one below for each script, so that you can end each on its own." })) }
                @else {
                    ul.lines.acts {
                        @for token in &view.tokens {
                            li {
                                span { b.break { (token.name) } small { (token.words) } }
                                form method="post" action="/account/tokens/revoke" {
                                    (csrf(&view.csrf)) input type="hidden" name="token" value=(token.mark);
                                    button.btn type="submit" { "Revoke" span.vh { " " (token.name) } }
                                }
                            }
                        }
                    }
                }
            }
            (form(view))
        },
    )
}

fn made(token: &str) -> Markup {
    html! {
        section.block.made aria-labelledby="made-h" {
            h2 #made-h tabindex="-1" data-focus { "Your new token" }
            p { "Copy it now: it is shown this once." }
            p { code.serial.break { (token) } }
        }
    }
}

fn form(view: &TokensView) -> Markup {
    let error = |name| view.problem.as_ref().and_then(|problem| problem.of(name));
    let name = Field {
        name: "name",
        label: "What is it for",
        hint: "For example: nightly export",
        kind: Kind::Text,
        value: &view.name,
        error: error("name"),
        autocomplete: "off",
    };
    let hint = format!("At most {LONGEST_DAYS}.");
    let days = Field {
        name: "days",
        label: "Days until it ends",
        hint: &hint,
        kind: Kind::Code,
        value: &view.days,
        error: error("days"),
        autocomplete: "off",
    };
    html! {
        section.block aria-labelledby="new-h" {
            h2 #new-h { "A new token" }
            form.stack-form method="post" action="/account/tokens" novalidate {
                (csrf(&view.csrf))
                (name.render())
                fieldset.seg {
                    legend.lab { "It may" }
                    @for reach in [Reach::Read, Reach::Write] {
                        label { input type="radio" name="reach" value=(reach.name()) checked[reach == view.reach]; (reach.words()) }
                    }
                }
                (days.render())
                button.btn.primary type="submit" { "Make token" }
            }
        }
    }
}

impl TokensView {
    /// One that was just made, and an older one.
    pub fn sample() -> TokensView {
        TokensView {
            csrf: "sample-token".to_owned(),
            tokens: vec![TokenLine {
                mark: "sample".to_owned(),
                name: "nightly export".to_owned(),
                words: "May read. Made on 24 Nov 2026, ends on 22 Feb 2027, last used on 25 Nov 2026".to_owned(),
            }],
            made: Some("sct_sample-of-a-token".to_owned()),
            days: "90".to_owned(),
            ..TokensView::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples;

    #[test]
    fn a_token_is_shown_where_it_was_made_and_nowhere_else() {
        let frame = samples::frame("API tokens", Place::Account, Vec::new());
        let page = |view: &TokensView| tokens_page(&frame, view).into_string();
        assert!(page(&TokensView::sample()).contains("sct_sample-of-a-token"));
        let later = TokensView { made: None, ..TokensView::sample() };
        assert!(!page(&later).contains("sct_"));
        assert!(page(&TokensView::default()).contains("No tokens yet"));
    }
}
