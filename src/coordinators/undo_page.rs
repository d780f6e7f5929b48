//! Undo, asked before: what will be taken back, what is kept because it changed since, what is refused and why.
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{csrf, icon};
use crate::web::words::number;
use maud::{Markup, html};

/// One thing of a change set.
#[derive(Clone, Debug)]
pub struct UndoLine {
    /// "390-41920577", "Group Boston office", "The whole contract 110448270013".
    pub what: String,
    /// "back to Tomás Brandt", "now Priya Raman, since 14:10 UTC", "Owen Reyes has left the company".
    pub words: String,
}

/// One of the three parts; only the first lines are listed.
#[derive(Clone, Debug, Default)]
pub struct UndoPart {
    /// So many.
    pub n: i64,
    /// The first of them.
    pub lines: Vec<UndoLine>,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct UndoView {
    /// The change set.
    pub handle: String,
    /// The form token.
    pub csrf: String,
    /// "Elena Ostrava named Maya Lindqvist coordinator of 3 serial numbers."
    pub sentence: String,
    /// "24 Nov 2026, 14:02 UTC".
    pub at: String,
    /// Will be reverted.
    pub reverted: UndoPart,
    /// Kept, because it changed since.
    pub kept: UndoPart,
    /// Refused, and why.
    pub refused: UndoPart,
    /// Why it cannot be undone at all: "It was undone by …", "More than 30 days ago"; empty: it can.
    pub closed: String,
    /// Who is written to: "Nobody: the first mail is still held." or "Maya and Tomás get one e-mail each.".
    pub mails: String,
    /// Where Cancel leads.
    pub return_to: String,
}

/// The page.
pub fn undo_page(frame: &Frame, view: &UndoView) -> Markup {
    let possible = view.closed.is_empty() && view.reverted.n > 0;
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Undo this change?" } } }
            p.lead { (view.sentence) " " small.num { (view.at) } }
            @if !view.closed.is_empty() { p.calm { (icon("lock")) span { (view.closed) } } }
            @if view.closed.is_empty() {
                (part("reverted", "Will be reverted", "back", &view.reverted))
                (part("kept", "Kept, because changed since", "check", &view.kept))
                (part("refused", "Refused, and why", "alert", &view.refused))
            }
            div.under {
                @if possible {
                    form method="post" action={ "/change-sets/" (view.handle) "/undo" } {
                        (csrf(&view.csrf))
                        button.btn.primary type="submit" {
                            (icon("back"))
                            @if view.reverted.n == 1 { "Undo 1 change" } @else { "Undo " (number(view.reverted.n)) " changes" }
                        }
                    }
                } @else if view.closed.is_empty() { p { "There is nothing left to undo." } }
                a.btn href=(view.return_to) { @if possible { "Cancel" } @else { "Back" } }
                @if possible { p.sum { (view.mails) } }
            }
        },
    )
}

fn part(id: &str, title: &str, symbol: &str, part: &UndoPart) -> Markup {
    let more = part.n - i64::try_from(part.lines.len()).unwrap_or(0);
    html! {
        section.block aria-labelledby=(id) {
            h2 id=(id) { (title) ": " (number(part.n)) }
            @if !part.lines.is_empty() {
                ul.diff {
                    @for line in &part.lines { li { (icon(symbol)) span { b { (line.what) } " " (line.words) } } }
                    @if more > 0 { li.muted { "and " (number(more)) " more" } }
                }
            }
        }
    }
}

impl UndoView {
    /// Two reverted, one kept, one refused.
    pub fn sample() -> UndoView {
        let one = |what: &str, words: &str| UndoLine { what: what.to_owned(), words: words.to_owned() };
        let reverted =
            vec![one("390-41920577", "back to Tomás Brandt"), one("390-41920578", "back to you, by default")];
        UndoView {
            handle: "cs-1".to_owned(),
            csrf: "sample-token".to_owned(),
            sentence: "Elena Ostrava named Maya Lindqvist coordinator of 14 serial numbers.".to_owned(),
            at: "24 Nov 2026, 14:02 UTC".to_owned(),
            reverted: UndoPart { n: 12, lines: reverted },
            kept: UndoPart { n: 1, lines: vec![one("384-11846202", "now Priya Raman, since 14:10 UTC")] },
            refused: UndoPart { n: 1, lines: vec![one("395-60073348", "Owen Reyes has left the company")] },
            closed: String::new(),
            mails: "Maya and Tomás get one e-mail each; you get a summary. Held for 60 seconds.".to_owned(),
            return_to: format!("/contracts/{}/activity", samples::CONTRACT),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![
            Crumb::to("Contracts", "/contracts"),
            Crumb::to(samples::CONTRACT, format!("/contracts/{}/activity", samples::CONTRACT)),
            Crumb::here("Undo"),
        ];
        samples::frame("Undo this change?", Place::Contracts, crumbs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_with_their_figures_and_no_button_once_it_is_closed() {
        let frame = UndoView::sample_frame();
        let open = undo_page(&frame, &UndoView::sample()).into_string();
        for words in ["Will be reverted: 12", "and 10 more", "Kept, because changed since: 1", "Undo 12 changes"] {
            assert!(open.contains(words), "{words}");
        }
        let view = UndoView { closed: "More than 30 days ago.".to_owned(), ..UndoView::sample() };
        assert!(!undo_page(&frame, &view).into_string().contains("/change-sets/cs-1/undo"));
    }
}
