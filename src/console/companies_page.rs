//! The page before two companies become one.
use super::merge_companies::{CompaniesPreview, Company};
use crate::web::layout::{Frame, page};
use crate::web::ui::{Problem, csrf, hidden, icon};
use crate::web::words::{count, encoded, link};
use maud::{Markup, html};

/// What it shows.
#[derive(Clone, Debug)]
pub struct CompaniesView {
    /// What would happen.
    pub found: CompaniesPreview,
    /// Why not.
    pub problem: Option<Problem>,
    /// New for each page.
    pub idempotency_key: String,
    /// The form token.
    pub csrf: String,
}

fn company(company: &Company) -> Markup {
    html! { b { (company.name) } " " span.muted.num { (company.number) } }
}

/// What moves, what stays, one button; and the other way round.
pub fn companies_page(frame: &Frame, view: &CompaniesView) -> Markup {
    let (gone, kept) = (&view.found.gone, &view.found.kept);
    let turned = link("/vendor/merge-companies", &[("gone", &kept.number), ("kept", &gone.number)]);
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Merge " (gone.name) " into " (kept.name) "?" } } }
            dl.facts {
                div { dt { "Goes" } dd { (company(gone)) } }
                div { dt { "Stays" } dd { (company(kept)) } }
            }
            p { a href=(turned) { "Keep the other one instead" } }
            section.block aria-labelledby="moves-h" {
                h2 #moves-h { "What moves to " (kept.name) }
                ul.lines {
                    li { (count(gone.contracts, "contract", "contracts")) ", with Contract Manager, coordinators and access as they are" }
                    li { (count(gone.people, "person", "people")) ", and invitations that are open" }
                    li { "The domains of " (gone.name) }
                }
            }
            section.block aria-labelledby="stays-h" {
                h2 #stays-h { "What stays" }
                ul.ticks {
                    li { (icon("check")) span { "Nobody gains or loses a right to a contract." } }
                    li { (icon("check")) span { "The number " (gone.number) " leads to " (kept.number) ", also in the files of later imports." } }
                    li { (icon("check")) span { "Nobody is written to. The change can be undone for 30 days." } }
                }
            }
            @match &view.found.refused {
                Some(why) => p.hint { "Not possible: " (why) "." },
                None => form.stack-form method="post" action={ "/vendor/companies/" (encoded(&gone.number)) "/merge" } {
                    (csrf(&view.csrf)) (hidden("idempotency_key", &view.idempotency_key)) (hidden("kept", &kept.number))
                    button.btn.primary type="submit" { "Merge into " (kept.name) }
                },
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::pages::ViewAsView;

    #[test]
    fn what_cannot_be_merged_has_no_button() {
        let page = |found| {
            let view = CompaniesView { found, problem: None, idempotency_key: "k".to_owned(), csrf: "t".to_owned() };
            companies_page(&ViewAsView::sample_frame(), &view).into_string()
        };
        let can = page(CompaniesPreview::sample());
        assert!(
            can.contains("1 contract, with") && can.contains("action=\"/vendor/companies/5102-9911/merge\""),
            "{can}"
        );
        let cannot =
            page(CompaniesPreview { refused: Some("merged already".to_owned()), ..CompaniesPreview::sample() });
        assert!(cannot.contains("Not possible: merged already") && !cannot.contains("/vendor/companies/"));
    }
}
