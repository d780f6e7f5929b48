//! The key page: a contract's serial numbers, who coordinates them, and the way to change that.
use super::head::{ContractHead, Tab};
use super::table::{AssetRow, Dated, Source, table};
use crate::releases::ready::Ready;
use crate::web::coverage::{Coverage, legend, strip};
use crate::web::filters::Filters;
use crate::web::layout::{Frame, Place, page};
use crate::web::person::{PersonRef, who_can};
use crate::web::samples;
use crate::web::ui::{Flash, hidden, icon, pages};
use crate::web::words::{number, serial_numbers};
use maud::{Markup, html};

/// What the Products tab shows.
#[derive(Clone, Debug)]
pub struct ProductsView {
    /// Head of the contract.
    pub head: ContractHead,
    /// Who coordinates what on the whole contract; none where the reader may not see that report.
    pub coverage: Option<Coverage>,
    /// One page of serial numbers.
    pub rows: Vec<AssetRow>,
    /// So many match the filters.
    pub matching: i64,
    /// So many are on the contract, as far as the reader sees it.
    pub total: i64,
    /// What narrows the list.
    pub filters: Filters,
    /// Groups of the contract, by name.
    pub groups: Vec<String>,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
    /// The reader may assign coordinators here, and the contract is open to changes.
    pub may_assign: bool,
}

impl ProductsView {
    /// `/contracts/{no}/products`.
    fn path(&self) -> String {
        format!("/contracts/{}/products", self.head.number)
    }

    /// Everything that matches is on this page.
    fn whole(&self) -> bool {
        self.first.is_none() && self.next.is_none()
    }
}

/// The page. `dialog` is the assign dialog, empty for readers who may not assign.
pub fn products_page(frame: &Frame, view: &ProductsView, dialog: &Markup) -> Markup {
    page(
        frame,
        html! {
            (view.head.markup(Tab::Products))
            (coverage_section(view))
            form #narrow method="get" action=(view.path()) {
                (hidden("coordinator", &view.filters.coordinator)) (hidden("product", &view.filters.product))
            }
            (assets(view))
            (dialog)
        },
    )
}

fn coverage_section(view: &ProductsView) -> Markup {
    let Some(coverage) = &view.coverage else { return html! {} };
    let only = &view.filters.coordinator;
    html! {
        section.cover #cover-box aria-labelledby="cover-h" {
            details #cover open[coverage.by_default > 0 || !only.is_empty()] {
                summary { h2 #cover-h { "Coordinator coverage" } span #cover-p { (coverage.sentence()) } }
                @if coverage.total() > 0 { (strip(coverage, only)) (legend(coverage, &view.path(), &view.filters)) }
            }
            @if view.may_assign && coverage.by_default > 0 {
                button.btn.link #rest type="submit" form="assets" name="scope" value="default" { (coverage.rest()) }
            }
        }
    }
}

/// Toolbar, table, foot and batch bar: one form, which without a script leads to the classic page.
fn assets(view: &ProductsView) -> Markup {
    let action = format!("/contracts/{}/coordinators/assign", view.head.number);
    let content = html! {
        h2.vh #assets-h { "Products on this contract" }
        // Without a script the classic page is told what the list is narrowed to.
        @if view.may_assign { noscript { (view.filters.hidden()) } }
        (toolbar(view))
        @if !view.may_assign && view.head.open() { (who_can(&view.head.manager)) }
        div #list {
            (wide_line(view))
            @if !view.rows.is_empty() { (table(&view.head.number, &view.rows, view.may_assign)) }
            @else { (nothing(view)) }
            (foot(view))
            (pages(view.first.as_deref(), view.next.as_deref()))
        }
        @if view.may_assign { (batch(view)) }
    };
    html! {
        @if view.may_assign {
            form.assets #assets action=(action) method="get" autocomplete="off" aria-labelledby="assets-h" { (content) }
        } @else { section.assets #assets aria-labelledby="assets-h" { (content) } }
    }
}

fn toolbar(view: &ProductsView) -> Markup {
    let filters = &view.filters;
    html! {
        div.bar {
            div.field {
                (icon("search"))
                input #filter type="search" name="q" form="narrow" value=(filters.q) autocomplete="off"
                    placeholder="Product or serial number" aria-label="Filter products";
            }
            @if !view.groups.is_empty() {
                select.box #group name="group" form="narrow" aria-label="Group" autocomplete="off" {
                    option value="" { "All groups" }
                    @for group in &view.groups {
                        option value=(group) selected[*group == filters.group] { (group) }
                    }
                }
            }
            button.btn.unscripted type="submit" form="narrow" { "Filter" }
            div.end {
                a.btn #csv href=(filters.link(&format!("{}.csv", view.path()))) download { (icon("down")) "Export CSV" }
                @if view.may_assign {
                    button.btn.primary #assign-btn type="submit" { (icon("coord")) "Assign coordinator" }
                }
            }
        }
    }
}

/// Offered while the page tick is on and there is more than this page.
fn wide_line(view: &ProductsView) -> Markup {
    let (scope, what) = match view.filters.any() {
        true => ("shown", "that match"),
        false => ("all", "on this contract"),
    };
    html! {
        @if view.may_assign && !view.whole() {
            p.wide-line #wide data-scope=(scope) data-n=(view.matching) {
                span { "Those on this page are selected." } " "
                button.btn.link #take-all type="button" { "Select all " (number(view.matching)) " " (what) }
            }
        }
    }
}

fn nothing(view: &ProductsView) -> Markup {
    html! {
        div.none-found #none {
            @if view.filters.any() {
                h3 { "No serial number matches" }
                p {
                    "Check the spelling, or "
                    a #show-all href=(view.path()) { "show all " (number(view.total)) } "."
                }
            } @else {
                h3 { "No serial numbers yet" }
                p {
                    "What is bought on this contract appears here. Ask "
                    @if view.head.reseller.is_empty() { "the vendor" } @else { (view.head.reseller) } "."
                }
            }
        }
    }
}

fn foot(view: &ProductsView) -> Markup {
    let shown = i64::try_from(view.rows.len()).unwrap_or(i64::MAX);
    html! {
        div.foot {
            p {
                span #shown { (number(shown)) } " of " (serial_numbers(view.matching))
                @if view.filters.any() && view.matching != view.total { ", " (number(view.total)) " on the contract" }
            }
            @if view.may_assign {
                p.scripted {
                    "Tick with " kbd { "Space" } ", extend with " kbd { "Shift ↓" } ", assign with " kbd { "A" }
                }
            }
        }
    }
}

fn batch(view: &ProductsView) -> Markup {
    html! {
        div.batch role="group" aria-label="Selected serial numbers" {
            span.count { "selected" }
            button.btn.go type="submit" {
                (icon("coord")) span { "Assign coordinator" } " " kbd.scripted { "A" }
            }
            button.btn.opt-wide type="submit" formaction={ (view.path()) ".csv" } { "Export CSV" }
            button.btn.clear type="reset" { (icon("x")) span { "Clear" } " " kbd.scripted { "Esc" } }
        }
    }
}

impl ProductsView {
    /// The prototype's twelve serial numbers.
    pub fn sample() -> ProductsView {
        ProductsView {
            head: ContractHead::sample(),
            coverage: Some(Coverage::sample()),
            rows: sample_rows(),
            matching: 12,
            total: 12,
            filters: Filters::default(),
            groups: vec!["Boston office".to_owned(), "Field team".to_owned(), "Head office".to_owned()],
            first: None,
            next: None,
            may_assign: true,
        }
    }

    /// A page of 50 out of 348, filtered.
    pub fn sample_long() -> ProductsView {
        let row = sample_rows().into_iter().next();
        let rows = (0..50).filter_map(|n| row.clone().map(|row| AssetRow { serial: format!("390-419{n:05}"), ..row }));
        let mut view = ProductsView { rows: rows.collect(), matching: 348, total: 9_120, ..ProductsView::sample() };
        view.filters.q = "Formwork".to_owned();
        view.next = Some(format!("{}?q=Formwork&cursor=c1", view.path()));
        if let Some(coverage) = &mut view.coverage {
            coverage.named.iter_mut().for_each(|share| share.n *= 900);
            coverage.by_default = 1_020;
        }
        view
    }

    /// Read by a coordinator, on a contract in grace; nothing matches the filter.
    pub fn sample_reader() -> ProductsView {
        let mut view = ProductsView { rows: Vec::new(), matching: 0, may_assign: false, ..ProductsView::sample() };
        view.filters.q = "zzz".to_owned();
        view.head.manager.you = false;
        view.head.status = crate::web::contract::ContractStatus::Grace("2027-03-30".to_owned());
        view.coverage = None;
        view
    }

    /// The frame around the sample, after three were assigned.
    pub fn sample_frame(done: bool) -> Frame {
        let title = format!("Products – Contract {}", samples::CONTRACT);
        let flash = Flash {
            text: "Maya Lindqvist now coordinates 3 serial numbers.".to_owned(),
            note: "E-mail goes out in 60 seconds.".to_owned(),
            undo: Some("cs-1".to_owned()),
            close: format!("/contracts/{}/products", samples::CONTRACT),
            ..Flash::default()
        };
        Frame { flash: done.then_some(flash), ..samples::frame(&title, Place::Contracts, samples::contract_crumbs()) }
    }
}

fn sample_rows() -> Vec<AssetRow> {
    let [maya, tomas, priya, hana, owen] = samples::coordinators();
    let elena = samples::elena();
    let row = |serial: &str, product: &str, network: bool, seats, group: &str, who: &PersonRef, source| {
        let release = product.split_whitespace().next_back().unwrap_or_default();
        AssetRow {
            serial: serial.to_owned(),
            product: product.to_owned(),
            deployment: if network { "Network" } else { "Standalone" },
            release: format!("{release}.1"),
            ready: None,
            seats,
            group: (!group.is_empty()).then(|| group.to_owned()),
            coordinator: who.clone(),
            source,
            dated: Vec::new(),
            just: false,
        }
    };
    let (head, field, boston) = ("Head office", "Field team", "Boston office");
    let mut rows = vec![
        row("390-41920577", "Formwork Architecture 2027", true, 25, head, &maya, Source::Asset),
        row("390-41920578", "Formwork Architecture 2026", true, 10, head, &maya, Source::Asset),
        row("384-11846202", "Loadpath Structural 2027", true, 6, head, &maya, Source::Asset),
        row("395-60073348", "Renderwell 2027", true, 12, head, &owen, Source::Asset),
        row("361-70518824", "Draftline 2027", true, 40, head, &tomas, Source::Asset),
        row("361-70518831", "Draftline 2027", false, 1, field, &tomas, Source::Asset),
        row("362-00937115", "Draftline LT 2027", false, 5, field, &hana, Source::Asset),
        row("378-52264190", "SiteMesh Civil 2027", true, 8, boston, &priya, Source::Group),
        row("378-52264187", "SiteMesh Civil 2026", true, 4, boston, &priya, Source::Group),
        row("399-20145576", "Vaultroom Server 2026", true, 1, "", &elena, Source::Default),
        row("397-83315009", "Fieldnote Mobile 2027", false, 30, "", &elena, Source::Default),
        row("361-70429960", "Draftline 2025", true, 2, "", &elena, Source::Default),
    ];
    if let Some(row) = rows.get_mut(7) {
        row.ready = Some(Ready::sample());
    }
    if let Some(row) = rows.get_mut(2) {
        row.dated.push(Dated::Until("2026-12-05".to_owned()));
    }
    if let Some(row) = rows.get_mut(10) {
        row.dated.push(Dated::From("2026-12-01".to_owned(), "Maya Lindqvist".to_owned()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_without_the_right_sees_no_dead_button_but_who_can() {
        let page = products_page(&ProductsView::sample_frame(false), &ProductsView::sample_reader(), &html! {});
        let page = page.into_string();
        assert!(!page.contains("assign-btn") && !page.contains("class=\"batch\""));
        assert!(page.contains(", the Contract Manager, can change this.") && page.contains("show all 12"));
    }

    #[test]
    fn fifty_rows_fit_the_budget() {
        let page = products_page(&ProductsView::sample_frame(true), &ProductsView::sample_long(), &html! {});
        let size = page.into_string().len();
        assert!(size <= 85_000, "{size} bytes without the dialog");
    }
}
