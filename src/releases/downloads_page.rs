//! What customers see of releases: the list, and one with its files.
use super::list::Listed;
use super::rules::Kind;
use super::show::{ArtifactRow, Shown};
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Problem, Tone, csrf, empty, icon, notice, pages, pill};
use crate::web::words::{day, encoded, link};
use maud::{Markup, html};

/// "120.4 MB": as people compare files with what they have room for.
pub fn size(bytes: i64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"];
    let (mut rest, mut unit) = (bytes.max(0), 0);
    let mut below = 0;
    while rest >= 1000 && unit < units.len() - 1 {
        below = rest % 1000 / 100;
        rest /= 1000;
        unit += 1;
    }
    let name = units.get(unit).unwrap_or(&"TB");
    if unit == 0 { format!("{rest} {name}") } else { format!("{rest}.{below} {name}") }
}

/// "Release" or "Extension of 2027".
pub fn kind(kind: Kind, base: &str) -> String {
    match kind {
        Kind::Release => "Release".to_owned(),
        Kind::Extension => format!("Extension of {base}"),
    }
}

/// What the list shows.
#[derive(Clone, Debug)]
pub struct DownloadsView {
    /// A page of it.
    pub rows: Vec<Listed>,
    /// Only of this line; empty: of all.
    pub line: String,
    /// The first page, where this is another one.
    pub first: Option<String>,
    /// The next one.
    pub next: Option<String>,
}

/// The list, the newest first.
pub fn downloads_page(frame: &Frame, view: &DownloadsView) -> Markup {
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Downloads" } p { "Releases and extensions of your product lines, the newest first." } } }
            @if !view.line.is_empty() {
                p.under { "Only " b { (view.line) } ". " a href="/downloads" { "Show all product lines" } }
            }
            @if view.rows.is_empty() {
                (empty("Nothing to download yet", html! { "What is released for your serial numbers appears here, and whoever coordinates them gets an e-mail. " a href="/products" { "See your serial numbers" } "." }))
            } @else {
                table.plain {
                    caption.vh { "Releases and extensions" }
                    thead { tr { th scope="col" { "Name" } th.c-2 scope="col" { "Kind" } th scope="col" { "Released" } th.c-act scope="col" { span.vh { "Download" } } } }
                    tbody { @for row in &view.rows { (row_of(row)) } }
                }
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
        },
    )
}

fn row_of(row: &Listed) -> Markup {
    let release = &row.release;
    let at = format!("/downloads/{}", encoded(&release.handle));
    let kind = kind(release.kind(), &release.base);
    html! {
        tr {
            th scope="row" {
                a href=(at) { (release.name()) }
                @if row.new { " " (pill(Tone::Info, "clock", "New since your last visit")) }
                @if release.state == "withdrawn" { " " (pill(Tone::Warn, "alert", "Withdrawn")) }
                small.in-2 { (kind) }
            }
            td.c-2 { (kind) }
            td.num { (day(&release.released_on)) }
            td.c-act {
                @if row.may { a.btn href=(at) { (icon("down")) "Download" span.vh { " " (release.name()) } } }
                @else { a href=(at) { "Why not?" span.vh { " " (release.name()) } } }
            }
        }
    }
}

/// What the page of one shows.
#[derive(Clone, Debug)]
pub struct ReleasePage {
    /// Release, files, right.
    pub shown: Shown,
    /// The vendor's public key.
    pub key: String,
    /// When the reader accepted the agreement, as a day.
    pub accepted: Option<String>,
    /// The reader looks after customers: the way to the vendor's page of it.
    pub staff: bool,
    /// Why something was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// One release with its files.
pub fn release_page(frame: &Frame, view: &ReleasePage) -> Markup {
    let release = &view.shown.release;
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title { h1 { (release.name()) } p { (kind(release.kind(), &release.base)) ", " (day(&release.released_on)) } }
                div.acts {
                    @if release.media && release.state == "published" && (frame.nav.orders || frame.nav.ships) {
                        a.btn href=(link("/orders/new", &[("release", &release.handle)])) { (icon("box")) "Order media" }
                    }
                    @if view.staff { a.btn href={ "/vendor/releases/" (encoded(&release.handle)) } { "Catalogue" } }
                }
            }
            (right(view))
            @if !release.notes.is_empty() {
                section.block aria-labelledby="notes-h" { h2 #notes-h { "What is new" } @for line in release.notes.split("\n\n") { p.prose { (line) } } }
            }
            @if view.shown.may.is_ok() { (licence(view)) (files(view)) }
        },
    )
}

/// Why the reader may not, and who can change it.
fn right(view: &ReleasePage) -> Markup {
    let Err(why) = &view.shown.may else { return html! {} };
    let release = &view.shown.release;
    let wants = if release.kind() == Kind::Release { "releases" } else { "extensions" };
    html! {
        (notice(Tone::Warn, html! {
            (why.words)
            @if !why.who.is_empty() {
                " "
                @for (i, who) in why.who.iter().enumerate() {
                    @if i > 0 { ", or " }
                    @if let (Some(name), Some(email)) = (&who.name, &who.email) { (name) " (" (who.role) ", " a.break href={ "mailto:" (email) } { (email) } ")" }
                    @else { "the " (who.role) }
                }
                " can change this."
            }
        }))
        @if let Some(serial) = &why.ask_about {
            p.under { a.btn.primary href=(link("/access/ask", &[("serial", serial), ("wants", wants)])) { (icon("mail")) "Ask for access" } }
        }
    }
}

fn licence(view: &ReleasePage) -> Markup {
    let release = &view.shown.release;
    if release.licence.is_empty() {
        return html! {};
    }
    html! {
        section.block aria-labelledby="licence-h" {
            h2 #licence-h { "Licence agreement" }
            @match &view.accepted {
                Some(at) => {
                    p.calm { (icon("check")) span { "You accepted it on " (at) "." } }
                    details { summary { "Read it again" } p.prose.break { (release.licence) } }
                }
                None => {
                    div.terms tabindex="0" role="region" aria-label="Text of the agreement" { p.prose.break { (release.licence) } }
                    form.under method="post" action={ "/downloads/" (encoded(&release.handle)) "/licence-agreement" } {
                        (csrf(&view.csrf))
                        button.btn.primary type="submit" { (icon("check")) "Accept the licence agreement" }
                        span.hint { "Once; then the files can be downloaded." }
                    }
                }
            }
        }
    }
}

fn files(view: &ReleasePage) -> Markup {
    let release = &view.shown.release;
    let open = release.licence.is_empty() || view.accepted.is_some();
    html! {
        section.block aria-labelledby="files-h" {
            h2 #files-h { "Files" }
            @if view.shown.artifacts.is_empty() {
                p.hint { "There is no file to download. " @if release.media { "It comes on media: " a href=(link("/orders/new", &[("release", &release.handle)])) { "order it" } "." } }
            }
            @for artifact in &view.shown.artifacts {
                div.call {
                    div.file {
                        div {
                            b.break { (artifact.file_name) }
                            p.hint { (artifact.platform) ", " (artifact.language) ", " span.num { (size(artifact.size)) } }
                        }
                        @if open {
                            form method="post" action={ "/downloads/" (encoded(&release.handle)) "/files/" (encoded(&artifact.handle)) } {
                                (csrf(&view.csrf))
                                button.btn.primary type="submit" { (icon("down")) "Download" span.vh { " " (artifact.file_name) } }
                            }
                        } @else { span.hint { "Accept the licence agreement first." } }
                    }
                    (digests(view, artifact))
                }
            }
        }
    }
}

fn digests(view: &ReleasePage, artifact: &ArtifactRow) -> Markup {
    html! {
        details {
            summary { "Check the file after downloading" }
            dl.defs {
                div { dt { "SHA-256" } dd.serial.break { (artifact.sha256_hex()) } }
                div { dt { "Signature" } dd.serial.break { (artifact.signature_text()) } }
                div { dt { "Vendor’s key" } dd.serial.break { (view.key) } }
            }
            p.hint { "Without a network: " span.serial.break { "subscription-center verify " (artifact.file_name) " --signature … --key …" } }
        }
    }
}

impl ReleasePage {
    /// The frame around these pages.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![Crumb::to("Downloads", "/downloads"), Crumb::here("SiteMesh Civil 2027.2")];
        samples::frame("SiteMesh Civil 2027.2", Place::Downloads, crumbs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::releases::entitlement::WhyNot;
    use crate::releases::show::Shown;

    fn view(shown: Shown) -> ReleasePage {
        let (key, csrf) = ("KEY=".to_owned(), "t".to_owned());
        ReleasePage { shown, key, accepted: None, staff: false, problem: None, csrf }
    }

    #[test]
    fn whoever_may_gets_a_button_and_whoever_may_not_a_reason() {
        let frame = ReleasePage::sample_frame();
        let page = release_page(&frame, &view(Shown::sample())).into_string();
        assert!(page.contains("action=\"/downloads/k7fq2m/files/f1\"") && page.contains("214.3 MB"), "{page}");
        let mut agreed = Shown::sample();
        agreed.release.licence = "Be fair.".to_owned();
        let page = release_page(&frame, &view(agreed.clone())).into_string();
        assert!(page.contains("Accept the licence agreement first") && !page.contains("/files/f1"), "{page}");
        let accepted = ReleasePage { accepted: Some("24 Nov 2026".to_owned()), ..view(agreed) };
        assert!(release_page(&frame, &accepted).into_string().contains("/files/f1"));
        let why = WhyNot { ask_about: Some("390-1".to_owned()), ..WhyNot::sample() };
        let page = release_page(&frame, &view(Shown { may: Err(why), ..Shown::sample() })).into_string();
        assert!(page.contains("/access/ask?serial=390-1&amp;wants=releases") && !page.contains("/files/f1"), "{page}");
    }

    #[test]
    fn sizes() {
        for (bytes, words) in
            [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (214_399_999, "214.3 MB"), (5_000_000_000, "5.0 GB")]
        {
            assert_eq!(size(bytes), words);
        }
    }
}
