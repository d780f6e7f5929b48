//! The banner of whoever looks at pages as somebody else.
use super::layout::Frame;
use super::ui::csrf;
use maud::{Markup, html};

/// On each page, those outside the signed-in frame too, and always in sight; nothing where nobody looks as somebody else.
pub(super) fn banner(frame: &Frame) -> Markup {
    html! {
        @if let Some(name) = &frame.viewing {
            aside.viewing aria-label="Viewing as" {
                p { "You view the pages as " b { (name) } ". Nothing can be changed." }
                form method="post" action="/vendor/stop-viewing" { (csrf(&frame.csrf)) button.btn type="submit" { "Stop" } }
            }
        }
    }
}
