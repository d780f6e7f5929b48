//! The catalogue as the vendor's staff see it: the list, the form, one with its files.
use super::downloads_page::{kind, size};
use super::draft::Input;
use super::list::CatalogueRow;
use super::rules::Kind;
use super::show::{ArtifactRow, Shown};
use crate::contracts::assets::Page;
use crate::web::chart::share;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Field, Kind as FieldKind, Problem, Tone, csrf, empty, icon, notice, pages, pill};
use crate::web::words::{count, day, encoded, number};
use maud::{Markup, Render, html};

fn state(state: &str) -> Markup {
    match state {
        "published" => pill(Tone::Good, "check", "Published"),
        "withdrawn" => pill(Tone::Warn, "alert", "Withdrawn"),
        _ => pill(Tone::Info, "clock", "Draft"),
    }
}

/// What the list shows.
#[derive(Clone, Debug)]
pub struct CatalogueView {
    /// A page of it.
    pub found: Page<CatalogueRow>,
    /// The reader may change it.
    pub may_edit: bool,
    /// The first page, where this is another one.
    pub first: Option<String>,
    /// The next one.
    pub next: Option<String>,
}

/// The list, the newest first, each with how many of those who were told fetched it.
pub fn catalogue_page(frame: &Frame, view: &CatalogueView) -> Markup {
    page(
        frame,
        html! {
            div.head {
                div.title { h1 { "Releases" } p { "Releases and extensions, who was told of them, and who downloaded them." } }
                @if view.may_edit { div.acts { a.btn.primary href="/vendor/releases/new" { (icon("plus")) "New release" } } }
            }
            @if view.found.items.is_empty() {
                (empty("No releases yet", html! { "Enter the first one: then its files, a rehearsal of who is told, and the announcement." }))
            } @else {
                table.plain {
                    caption.vh { "Releases and extensions" }
                    thead { tr { th scope="col" { "Name" } th scope="col" { "State" } th.c-2 scope="col" { "Released" } th.c-2 scope="col" { "Files" } th.c-2 scope="col" { "Downloaded by" } } }
                    tbody { @for row in &view.found.items { (line(row)) } }
                }
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
        },
    )
}

fn line(row: &CatalogueRow) -> Markup {
    html! {
        tr {
            th scope="row" {
                a href={ "/vendor/releases/" (encoded(&row.handle)) } { (row.line) " " (row.version_name) }
                small { (kind(Kind::of(&row.kind), &row.base)) }
                @if let Some(people) = row.people { small.in-2 { (fetched(row, people)) } }
            }
            td { (state(&row.state)) }
            td.c-2.num { (day(&row.released_on)) }
            td.c-2.num { (number(row.files)) }
            td.c-2 {
                @match row.people {
                    Some(people) => { (share(row.downloaded, people)) small { (fetched(row, people)) } }
                    None => span.muted { "Not announced" },
                }
            }
        }
    }
}

fn fetched(row: &CatalogueRow, people: i64) -> String {
    format!("{} of {} told", number(row.downloaded), count(people, "person", "people"))
}

/// What the form shows.
#[derive(Clone, Debug)]
pub struct FormView {
    /// What was entered.
    pub input: Input,
    /// The product lines.
    pub lines: Vec<String>,
    /// Where it goes.
    pub action: String,
    /// "Save draft" or "Save".
    pub button: &'static str,
    /// What cannot be changed any more is only shown.
    pub published: bool,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// The page of a new one.
pub fn new_page(frame: &Frame, view: &FormView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "New release" } p { "A draft is seen by the vendor only. Files, rehearsal and announcement come next." } } }
            (form(view))
        },
    )
}

fn text(view: &FormView, name: &'static str, label: &'static str, hint: &'static str, value: &str) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of(name));
    let kind = if name == "released_on" { FieldKind::Date } else { FieldKind::Text };
    Field { name, label, hint, kind, value, error, autocomplete: "off" }.render()
}

fn area(name: &'static str, label: &'static str, hint: &'static str, rows: u8, value: &str) -> Markup {
    html! {
        div.row-field {
            label.lab for=(name) { (label) }
            p.hint id={ (name) "-hint" } { (hint) }
            textarea.box.wide id=(name) name=(name) rows=(rows) aria-describedby={ (name) "-hint" } { (value) }
        }
    }
}

/// The fields of a release.
pub fn form(view: &FormView) -> Markup {
    let input = &view.input;
    html! {
        form.stack-form method="post" action=(view.action) novalidate {
            (csrf(&view.csrf))
            @if view.published {
                input type="hidden" name="product_line" value=(input.product_line); input type="hidden" name="kind" value=(input.kind.name());
                input type="hidden" name="version" value=(input.version); input type="hidden" name="extends" value=(input.extends);
                input type="hidden" name="released_on" value=(input.released_on); input type="hidden" name="licence_agreement" value=(input.licence_agreement);
            } @else {
                div.row-field {
                    label.lab for="product_line" { "Product line" }
                    select.box #product_line name="product_line" {
                        @for line in &view.lines { option value=(line) selected[*line == input.product_line] { (line) } }
                    }
                }
                fieldset.seg {
                    legend.lab { "Kind" }
                    label.check { input type="radio" name="kind" value="release" checked[input.kind == Kind::Release]; span { "Release" small { "A new version of the product line." } } }
                    label.check { input type="radio" name="kind" value="extension" checked[input.kind == Kind::Extension]; span { "Extension" small { "Adds to one release between versions." } } }
                }
                (text(view, "version", "Version", "For example 2027.1.", &input.version))
                (text(view, "extends", "Adds to the release", "Of an extension only, as serial numbers have it: for example 2027.", &input.extends))
                (text(view, "released_on", "Day of the release", "Contracts that run that day are told, and stay entitled to it.", &input.released_on))
                (area("licence_agreement", "Licence agreement", "Accepted once by each person before the first download. Leave it empty if there is none.", 4, &input.licence_agreement))
            }
            (area("notes", "What is new", "The first line stands in the e-mail.", 6, &input.notes))
            label.check { input type="checkbox" name="media" value="true" checked[input.media]; span { "A media kit can be ordered" } }
            button.btn.primary type="submit" { (view.button) }
        }
    }
}

/// What the page of one shows.
#[derive(Clone, Debug)]
pub struct CataloguePage {
    /// The release and its files.
    pub shown: Shown,
    /// The form that changes it.
    pub form: FormView,
    /// The reader may change it.
    pub may_edit: bool,
    /// When it was announced, as a day.
    pub announced: Option<String>,
    /// The form token.
    pub csrf: String,
}

/// One with its files and what can be done next.
pub fn one_page(frame: &Frame, view: &CataloguePage) -> Markup {
    let (release, draft) = (&view.shown.release, view.shown.release.state == "draft");
    let at = format!("/vendor/releases/{}", encoded(&release.handle));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.form.problem { (problem) }
            div.head {
                div.title { h1 { (release.name()) " " (state(&release.state)) } p { (kind(release.kind(), &release.base)) ", " (day(&release.released_on)) } }
                div.acts {
                    @if view.announced.is_some() { a.btn.primary href={ (at) "/report" } { "Report" } }
                    @else { a.btn href={ (at) "/rehearsal" } { (icon("people")) "Rehearsal" } }
                    @if view.may_edit && release.state != "published" {
                        form method="post" action={ (at) "/publish" } { (csrf(&view.csrf)) button.btn.primary type="submit" { (icon("check")) "Publish" } }
                    }
                }
            }
            @if release.state == "withdrawn" { (notice(Tone::Warn, html! { "Withdrawn: " (release.withdrawn_why) })) }
            @if let Some(announced) = &view.announced { p.calm { (icon("mail")) span { "Announced on " (announced) "." } } }
            (files(view, &at, draft))
            @if view.may_edit {
                section.block aria-labelledby="say-h" { h2 #say-h { "What is said of it" } (form(&view.form)) }
                @if release.state == "published" { (withdraw(view, &at)) }
            }
        },
    )
}

fn files(view: &CataloguePage, at: &str, draft: bool) -> Markup {
    html! {
        section.block aria-labelledby="files-h" {
            h2 #files-h { "Files" }
            @if view.shown.artifacts.is_empty() { p.hint { "No file yet." } }
            @for artifact in &view.shown.artifacts { (file(view, artifact, at, draft)) }
            @if view.may_edit && draft {
                form.stack-form method="post" action={ (at) "/artifacts" } enctype="multipart/form-data" {
                    (csrf(&view.csrf))
                    (text(&view.form, "platform", "Runs on", "For example Windows 11; empty: any.", ""))
                    (text(&view.form, "language", "Language", "For example English; empty: any.", ""))
                    div.row-field {
                        label.lab for="file" { "File" }
                        p.hint #file-hint { "It is read once, signed with the vendor’s key, and kept as it is. Large files can also be sent in parts, and resumed, over the API." }
                        input.box.wide type="file" #file name="file" aria-describedby="file-hint" required;
                    }
                    button.btn type="submit" { (icon("plus")) "Upload file" }
                }
            }
        }
    }
}

fn file(view: &CataloguePage, artifact: &ArtifactRow, at: &str, draft: bool) -> Markup {
    let sign = match artifact.state.as_str() {
        "ready" => pill(Tone::Good, "check", "Signed"),
        "failed" => pill(Tone::Bad, "alert", "Not taken"),
        "checking" => pill(Tone::Info, "clock", "Being checked"),
        _ => pill(Tone::Warn, "clock", "Not complete"),
    };
    html! {
        div.call {
            div.file {
                div {
                    b.break { (artifact.file_name) } " " (sign)
                    p.hint { (artifact.platform) ", " (artifact.language) ", " span.num { (size(artifact.size)) } @if artifact.state == "uploading" { ", " (size(artifact.received)) " came" } }
                    @if !artifact.error.is_empty() { p.hint.bad { (crate::web::words::sentence(&artifact.error)) "." } }
                    @if artifact.sha256.is_some() { p.hint { "SHA-256 " span.serial.break { (artifact.sha256_hex()) } } }
                }
                @if view.may_edit && draft && artifact.state != "checking" {
                    form method="post" action={ (at) "/artifacts/" (encoded(&artifact.handle)) "/remove" } { (csrf(&view.csrf)) button.btn type="submit" { "Remove" span.vh { " " (artifact.file_name) } } }
                }
            }
        }
    }
}

fn withdraw(view: &CataloguePage, at: &str) -> Markup {
    html! {
        section.block aria-labelledby="withdraw-h" {
            h2 #withdraw-h { "Withdraw it?" }
            p { "Nobody can download it any more, and e-mails that have not left are not sent." }
            form.stack-form method="post" action={ (at) "/withdraw" } novalidate {
                (csrf(&view.csrf))
                (text(&view.form, "why", "Why, in a sentence for customers", "", ""))
                button.btn.danger type="submit" { "Withdraw " (view.shown.release.name()) }
            }
        }
    }
}

impl CataloguePage {
    /// The frame around these pages.
    pub fn sample_frame() -> Frame {
        samples::frame("Releases", Place::Catalogue, vec![Crumb::to("Home", "/"), Crumb::here("Releases")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(shown: Shown, may_edit: bool) -> CataloguePage {
        let (input, lines) = (Input::default(), vec!["Draftline".to_owned()]);
        let form = FormView {
            input,
            lines,
            action: "/x".to_owned(),
            button: "Save",
            published: false,
            problem: None,
            csrf: "t".to_owned(),
        };
        CataloguePage { shown, form, may_edit, announced: None, csrf: "t".to_owned() }
    }

    #[test]
    fn what_can_be_done_next_is_offered_and_nothing_else() {
        let frame = CataloguePage::sample_frame();
        let draft = || {
            let mut shown = Shown::sample();
            shown.release.state = "draft".to_owned();
            shown
        };
        let page = one_page(&frame, &view(draft(), true)).into_string();
        assert!(
            page.contains("/publish")
                && page.contains("/artifacts\"")
                && page.contains("/remove")
                && !page.contains("/withdraw")
        );
        let page = one_page(&frame, &view(Shown::sample(), true)).into_string();
        assert!(page.contains("/withdraw") && !page.contains("/publish") && !page.contains("/remove"));
        let page = one_page(&frame, &view(draft(), false)).into_string();
        assert!(!page.contains("method=\"post\" action=\"/vendor"), "an auditor reads");
    }
}
