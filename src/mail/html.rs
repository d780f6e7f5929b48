//! The HTML part: one column, system letters, no images, no script; what mail readers understand since long. Colours are
//! left to the reader's light or dark, but for the one button.
use super::letter::{Letter, UNSUBSCRIBE};
use maud::{DOCTYPE, Markup, html};

const LETTERS: &str =
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:24px";
const HIDDEN: &str = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0";
const COLUMN: &str = "width:100%;max-width:560px";
const BUTTON: &str = "display:inline-block;padding:10px 18px;border-radius:8px;background:#0b6b5d;color:#ffffff;\
    font-weight:600;text-decoration:none";
const PARAGRAPH: &str = "margin:0 0 16px";
const SMALL: &str = "margin:0 0 8px;font-size:13px;line-height:18px";
const BREAK: &str = "word-break:break-all";
const SERIAL: &str = "padding:4px 0;font-variant-numeric:tabular-nums slashed-zero;white-space:nowrap;text-align:right";

/// The complete HTML part.
pub(super) fn part(subject: &str, letter: &Letter) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (subject) }
            }
            body style="margin:0;padding:0" {
                div style=(HIDDEN) aria-hidden="true" { (letter.preheader) }
                table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" {
                    tr { td align="center" style="padding:24px 16px" {
                        table role="presentation" cellpadding="0" cellspacing="0" border="0" style=(COLUMN) {
                            tr { td align="left" style=(LETTERS) { main { (column(subject, letter)) } } }
                        }
                    } }
                }
            }
        }
    };
    page.into_string()
}

fn column(subject: &str, letter: &Letter) -> Markup {
    html! {
        h1 style="margin:0 0 16px;font-size:20px;line-height:26px" { (subject) }
        p style=(PARAGRAPH) { (letter.opening) }
        @if !letter.serials.is_empty() { (serials(letter)) }
        @for paragraph in &letter.paragraphs { p style=(PARAGRAPH) { (paragraph) } }
        p style="margin:24px 0 16px" { a href=(letter.action.url) style=(BUTTON) { (letter.action.words) } }
        p style=(SMALL) { "Or open this address: " span style=(BREAK) { (letter.action.url) } }
        hr style="margin:24px 0 16px;border:0;border-top:1px solid #868a80";
        @for line in letter.footer() {
            @match line.split_once(UNSUBSCRIBE) {
                Some((before, _)) => p style=(SMALL) { (before) a href=(UNSUBSCRIBE) style="color:inherit" { "Stop these e-mails" } },
                None => p style=(SMALL) { (line) },
            }
        }
    }
}

fn serials(letter: &Letter) -> Markup {
    html! {
        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px" {
            @for serial in &letter.serials {
                tr {
                    td style="padding:4px 12px 4px 0" { (serial.product) }
                    td style=(SERIAL) { (serial.number) }
                }
            }
            @if letter.more > 0 {
                tr { td colspan="2" style="padding:4px 0" { "… and " (super::letter::counted(letter.more, "more", "more")) } }
            }
        }
    }
}
