//! The pages of the vendor's staff about people.
use super::duplicates::{Candidate, Found};
use super::merge::MergePreview;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, csrf, empty, hidden, icon};
use crate::web::words::{encoded, link};
use maud::{Markup, Render, html};

/// Before one looks as somebody.
#[derive(Clone, Debug)]
pub struct ViewAsView {
    /// In the form's address.
    pub handle: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What was typed.
    pub why: String,
    /// Why not.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// A reason, one button.
pub fn view_as_page(frame: &Frame, view: &ViewAsView) -> Markup {
    let field = Field {
        name: "why",
        label: "Why",
        hint: "For example the number of a request. The person reads it on the own account.",
        kind: Kind::Text,
        value: &view.why,
        error: view.problem.as_ref().and_then(|problem| problem.of("why")),
        autocomplete: "off",
    };
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "View as " (view.name) } p.break { (view.email) } } }
            p.lead { "You see the pages as " (view.name) " sees them, for at most 30 minutes. Nothing can be changed, and secrets stay hidden." }
            form.stack-form method="post" action={ "/vendor/view-as/" (encoded(&view.handle)) } novalidate {
                (csrf(&view.csrf)) (field.render())
                button.btn.primary type="submit" { "View as " (view.name) }
            }
        },
    )
}

/// Pairs that may be one.
#[derive(Clone, Debug)]
pub struct DuplicatesView {
    /// What was found.
    pub found: Found,
}

/// The list.
pub fn duplicates_page(frame: &Frame, view: &DuplicatesView) -> Markup {
    let found = &view.found;
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Duplicates" } p { "People and companies that may be there twice, and why." } } }
            section.block aria-labelledby="people-h" {
                h2 #people-h { "People" }
                @if found.people.is_empty() { (empty("No duplicates", html! { "Nobody is there twice, as far as names and addresses tell." })) }
                ul.lines {
                    @for pair in &found.people {
                        li {
                            (candidate(&pair.first)) " and " (candidate(&pair.second))
                            small { (pair.why.join("; ")) "." }
                            a href=(link("/vendor/merge", &[("gone", &pair.second.handle), ("kept", &pair.first.handle)])) { "Look at merging them" }
                        }
                    }
                }
                @if found.more { p.hint { "There are more; these come first." } }
            }
            section.block aria-labelledby="companies-h" {
                h2 #companies-h { "Companies" }
                @if found.companies.is_empty() { p.hint { "No company is there twice, as far as names and domains tell." } }
                ul.lines {
                    @for pair in &found.companies {
                        li {
                            b { (pair.first_name) } " " span.muted.num { (pair.first_number) } " and "
                            b { (pair.second_name) } " " span.muted.num { (pair.second_number) }
                            small {
                                @if pair.same_name { "The same name. " }
                                @if let Some(domain) = &pair.domain { "Both have the domain " (domain) "." }
                            }
                            a href=(link("/vendor/merge-companies", &[("gone", &pair.second_number), ("kept", &pair.first_number)])) { "Look at merging them" }
                        }
                    }
                }
            }
        },
    )
}

fn candidate(who: &Candidate) -> Markup {
    html! {
        a href={ "/people/" (encoded(&who.handle)) } { (who.name) } " " span.break { (who.email) }
        @if let Some(seen) = crate::text::looks_like(&who.email) { " (looks like " span.break { (seen) } ")" }
    }
}

/// Before two become one.
#[derive(Clone, Debug)]
pub struct MergeView {
    /// What would happen.
    pub found: MergePreview,
    /// Why not.
    pub problem: Option<Problem>,
    /// New for each page.
    pub idempotency_key: String,
    /// The form token.
    pub csrf: String,
}

/// What moves, what stays, one button; and the other way round.
pub fn merge_page(frame: &Frame, view: &MergeView) -> Markup {
    let (gone, kept) = (&view.found.gone, &view.found.kept);
    let turned = link("/vendor/merge", &[("gone", &kept.handle), ("kept", &gone.handle)]);
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1.break { "Merge " (gone.name()) " into " (kept.name()) "?" } } }
            dl.facts {
                div { dt { "Goes" } dd.break { (gone.email) } }
                div { dt { "Stays" } dd.break { (kept.email) } }
            }
            p { a href=(turned) { "Keep the other one instead" } }
            section.block aria-labelledby="moves-h" {
                h2.break #moves-h { "What moves to " (kept.email) }
                @if view.found.moves.is_empty() { p.hint { "Nothing: there is no role and no access." } }
                ul.lines { @for moves in &view.found.moves { li { (moves.words()) } } }
            }
            section.block aria-labelledby="stays-h" {
                h2 #stays-h { "What stays" }
                ul.ticks {
                    li { (icon("check")) span { "History says who did what, under the name of that time." } }
                    li { (icon("check")) span.break { (gone.email) " cannot be taken by anybody else: whoever signs in with it gets a link at " (kept.email) "." } }
                    li { (icon("check")) span { "Nobody is written to. The change can be undone for 30 days." } }
                }
            }
            @match &view.found.refused {
                Some(why) => p.hint { "Not possible: " (why) "." },
                None => form.stack-form method="post" action={ "/vendor/people/" (encoded(&gone.handle)) "/merge" } {
                    (csrf(&view.csrf)) (hidden("idempotency_key", &view.idempotency_key)) (hidden("kept", &kept.handle))
                    button.btn.primary type="submit" { "Merge the two" }
                },
            }
        },
    )
}

impl ViewAsView {
    /// Elena, without a reason yet.
    pub fn sample() -> ViewAsView {
        let elena = samples::elena();
        let (handle, csrf) = (elena.handle, "sample-token".to_owned());
        ViewAsView { handle, name: elena.name, email: elena.email, why: String::new(), problem: None, csrf }
    }

    /// The frame around these pages.
    pub fn sample_frame() -> Frame {
        samples::frame("View as", Place::Elsewhere, vec![Crumb::to("Home", "/"), Crumb::here("View as")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_say_what_happens_and_why() {
        let frame = ViewAsView::sample_frame();
        let list = duplicates_page(&frame, &DuplicatesView { found: Found::sample() }).into_string();
        assert!(
            list.contains("the same name in one company; one mailbox")
                && list.contains("Both have the domain ostrava.example")
        );
        assert!(list.contains("/vendor/merge?gone=p2&amp;kept=p1"), "{list}");
        let (found, csrf) = (MergePreview::sample(), "t".to_owned());
        let merge = MergeView { found, problem: None, idempotency_key: "k".to_owned(), csrf };
        let page = merge_page(&frame, &merge).into_string();
        assert!(
            page.contains("Software Coordinator of 12 serial numbers of 110448270013")
                && page.contains("name=\"kept\" value=\"p2\"")
        );
        let found = MergePreview { refused: Some("choose two different people".to_owned()), ..MergePreview::sample() };
        assert!(
            !merge_page(&frame, &MergeView { found, ..merge })
                .into_string()
                .contains("method=\"post\" action=\"/vendor/people")
        );
        assert!(view_as_page(&frame, &ViewAsView::sample()).into_string().contains("Nothing can be changed"));
    }
}
