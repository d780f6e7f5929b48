//! The page of one contract's renewal: asking for a quote, what was asked, marking it as ordered.
use super::list::ProductLine;
use super::quote_mails::Wanted;
use super::report_page::{listed, state};
use crate::contracts::head::{ContractHead, Tab};
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Problem, Tone, csrf, hidden, icon, notice};
use crate::web::words::{count, day, encoded, number};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct RenewalPage {
    /// Number, dates, tabs.
    pub head: ContractHead,
    /// The reader opens the other pages of the contract.
    pub tabs: bool,
    /// What it covers.
    pub products: Vec<ProductLine>,
    /// Seats as they were typed, product by product; empty: as they are.
    pub typed: Vec<String>,
    /// Words as they were typed.
    pub words: String,
    /// Who is asked: the reseller's name or the vendor's.
    pub asks: String,
    /// Where that is written to; empty: unknown.
    pub asks_email: String,
    /// Where one renews online.
    pub online: Option<String>,
    /// Since when it is ordered: "24 Nov 2026"; empty: it is not.
    pub ordered: String,
    /// "First renewal notice to you on 30 Nov 2026."; empty where none comes.
    pub next: String,
    /// What was asked, the latest first.
    pub requests: Vec<RequestView>,
    /// The reader may ask.
    pub may_ask: bool,
    /// The reader may answer, and mark as ordered.
    pub may_answer: bool,
    /// The reader may renew.
    pub may_renew: bool,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token, and a key under which a request is sent once.
    pub csrf: String,
    /// See `csrf`.
    pub key: String,
}

/// A request that was made.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// Names it.
    pub id: String,
    /// "Elena Ostrava asked Brightwell Design Partners on 24 Nov 2026"
    pub title: String,
    /// `asked`, `quoted`, `ordered`, `renewed`
    pub state: String,
    /// What was asked for.
    pub lines: Vec<Wanted>,
    /// What was said.
    pub words: String,
    /// What was answered, and when: "On 26 Nov 2026: …".
    pub answer: String,
}

impl RenewalPage {
    fn base(&self) -> String {
        format!("/contracts/{}/renewal", encoded(&self.head.number))
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().and_then(|problem| problem.of(field))
    }
}

/// The page.
pub fn renewal_page(frame: &Frame, view: &RenewalPage) -> Markup {
    let base = view.base();
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            @if view.tabs { (view.head.markup(Tab::Renewal)) } @else { (view.head.plain()) }
            @if !view.ordered.is_empty() {
                (notice(Tone::Good, html! { "The renewal was marked as ordered on " (view.ordered) ". Notices pause; they stop once the new term is entered." }))
            } @else if !view.next.is_empty() { p.calm { (icon("clock")) span { (view.next) } } }
            div.row-form {
                @if let Some(online) = &view.online { a.btn.primary href=(online) rel="noreferrer" { "Renew online" } }
                a.btn href={ (base) ".ics" } { (icon("cal")) "Add to calendar" }
                @if view.may_renew { a.btn href={ "/vendor/contracts/" (encoded(&view.head.number)) "/renew" } { "Renew contract" } }
                @if view.may_answer { (order(view, &base)) }
            }
            @if view.may_ask && view.ordered.is_empty() { (ask(view, &base)) } @else { (covers(view)) }
            (requests(view, &base))
        },
    )
}

fn order(view: &RenewalPage, base: &str) -> Markup {
    let ordered = view.ordered.is_empty();
    html! {
        form method="post" action={ (base) "/ordered" } {
            (csrf(&view.csrf)) (hidden("ordered", if ordered { "1" } else { "0" }))
            button.btn type="submit" { @if ordered { (icon("check")) "Mark as ordered" } @else { "Not ordered after all" } }
        }
    }
}

fn ask(view: &RenewalPage, base: &str) -> Markup {
    let error = view.error("message");
    html! {
        section.block aria-labelledby="ask-h" {
            h2 #ask-h { "Request a renewal quote" }
            p.hint { (view.asks) " gets your request" @if !view.asks_email.is_empty() { " at " (view.asks_email) } " and answers you. Enter the seats that you want: more, fewer, or 0 to drop a product." }
            form method="post" action=(base) novalidate {
                (csrf(&view.csrf)) (hidden("idempotency_key", &view.key))
                @if !view.products.is_empty() { (seats(view)) }
                div.row-field.above {
                    label.lab for="message" { "Anything else" }
                    p.hint #message-hint { "Other products, a longer term, a question. At most 2,000 characters." }
                    @if let Some(error) = error { p.hint.bad #message-error { (error) } }
                    textarea.box.wide #message name="message" rows="3" maxlength="2000" aria-describedby="message-hint"
                        aria-invalid=[error.map(|_| "true")] { (view.words) }
                }
                div.under { button.btn.primary type="submit" { (icon("mail")) "Send request" } }
            }
        }
    }
}

fn seats(view: &RenewalPage) -> Markup {
    let typed =
        |place: usize, line: &ProductLine| view.typed.get(place).cloned().unwrap_or_else(|| line.seats.to_string());
    let error = view.error("products");
    html! {
        @if let Some(error) = error { p.hint.bad #products { (error) } }
        table.plain.seats {
            caption.vh { "Seats after the renewal" }
            thead { tr {
                th scope="col" { "Product" } th.c-2 scope="col" { "Serial numbers" } th scope="col" { "Seats now" } th scope="col" { "Seats wanted" }
            } }
            tbody {
                @for (place, line) in view.products.iter().enumerate() {
                    tr {
                        td { (line.name) small.break { (listed(line)) } }
                        td.c-2.num { (number(line.assets)) }
                        td.num { (number(line.seats)) }
                        @let wanted = typed(place, line);
                        td {
                            input type="hidden" name={ "product_" (place) } value=(line.code);
                            input.box.figure type="text" inputmode="numeric" name={ "seats_" (place) } value=(wanted) aria-invalid=[wanted.parse::<u32>().is_err().then_some("true")]
                                aria-label={ "Seats of " (line.name) " wanted" } autocomplete="off" maxlength="7";
                        }
                    }
                }
            }
        }
    }
}

fn covers(view: &RenewalPage) -> Markup {
    html! {
        @if !view.products.is_empty() {
            section.block aria-labelledby="covers-h" {
                h2 #covers-h { "What it covers" }
                table.plain {
                    caption.vh { "Products on the contract" }
                    thead { tr { th scope="col" { "Product" } th scope="col" { "Serial numbers" } th scope="col" { "Seats" } } }
                    tbody {
                        @for line in &view.products {
                            tr { td { (line.name) small.break { (listed(line)) } } td.num { (number(line.assets)) } td.num { (number(line.seats)) } }
                        }
                    }
                }
            }
        }
    }
}

fn requests(view: &RenewalPage, base: &str) -> Markup {
    html! {
        section.block aria-labelledby="requests-h" {
            h2 #requests-h { "Requests" }
            @if view.requests.is_empty() { p.hint { "Nobody has asked for a quote yet." } }
            @else { ul.renewals {
                @for request in &view.requests {
                    li {
                        h3 { (request.title) " " (state(&request.state)) }
                        (wanted(&request.lines))
                        @if !request.words.is_empty() { p.break { "“" (request.words) "”" } }
                        @if !request.answer.is_empty() { p.break { b { "Answer. " } (request.answer) } }
                        @if view.may_answer && matches!(request.state.as_str(), "asked" | "quoted") { (answer(view, request, base)) }
                    }
                }
            } }
        }
    }
}

/// What changes, and how much stays.
fn wanted(lines: &[Wanted]) -> Markup {
    let stay = i64::try_from(lines.iter().filter(|line| line.stays()).count()).unwrap_or(0);
    let all = usize::try_from(stay).ok() == Some(lines.len());
    html! {
        ul.lines {
            @for line in lines.iter().filter(|line| !line.stays()) { li { (line.product) ": " (line.words()) } }
            @if all { li { "As it is: " (count(stay, "product", "products")) "." } }
            @else if stay > 0 { li { (count(stay, "other product stays as it is", "other products stay as they are")) "." } }
        }
    }
}

fn answer(view: &RenewalPage, request: &RequestView, base: &str) -> Markup {
    let id = format!("answer-{}", request.id);
    html! {
        form.stack-form method="post" action={ (base) "/answer" } novalidate {
            (csrf(&view.csrf)) (hidden("request", &request.id))
            div.row-field {
                label.lab for=(id) { "Your answer" }
                p.hint id={ (id) "-hint" } { "The price, until when it holds. The Contract Manager gets it by e-mail." }
                textarea.box.wide id=(id) name="words" rows="2" maxlength="2000" aria-describedby={ (id) "-hint" } {}
            }
            button.btn type="submit" { (icon("mail")) "Send answer" }
        }
    }
}

impl RenewalPage {
    /// Elena's, with a request that was answered.
    pub fn sample() -> Self {
        let line = |name: &str, assets, seats, serial: &str| ProductLine {
            code: name.to_owned(),
            name: name.to_owned(),
            assets,
            seats,
            serials: vec![serial.to_owned()],
        };
        Self {
            head: ContractHead::sample(),
            tabs: true,
            products: vec![
                line("Draftline 2027", 1, 12, "361-70518824"),
                line("Formwork Architecture 2027", 4, 25, "390-41920577"),
            ],
            typed: Vec::new(),
            words: String::new(),
            asks: "Brightwell Design Partners".to_owned(),
            asks_email: "renewals@brightwell.example".to_owned(),
            online: None,
            ordered: String::new(),
            next: format!("First renewal notice to you on {}.", day("2026-11-30")),
            requests: vec![RequestView {
                id: "sample".to_owned(),
                title: "Elena Ostrava asked Brightwell Design Partners on 20 Nov 2026".to_owned(),
                state: "quoted".to_owned(),
                lines: vec![Wanted { product: "Draftline 2027".to_owned(), seats: 12, wanted: 14 }],
                words: "Two years, if that is cheaper.".to_owned(),
                answer: "On 21 Nov 2026: 12,400 USD for one year.".to_owned(),
            }],
            may_ask: true,
            may_answer: false,
            may_renew: false,
            problem: None,
            csrf: "sample-token".to_owned(),
            key: "sample-key".to_owned(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![
            Crumb::to("Contract Administration", "/contracts"),
            Crumb::to("Renewals", "/renewals"),
            Crumb::here(samples::CONTRACT),
        ];
        samples::frame("Renewal – Contract 110448270013", Place::Renewals, crumbs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_has_the_own_buttons() {
        let shown = |view: RenewalPage| renewal_page(&RenewalPage::sample_frame(), &view).into_string();
        let manager = shown(RenewalPage::sample());
        assert!(
            manager.contains("Send request")
                && !manager.contains("Mark as ordered")
                && !manager.contains("Send answer")
        );
        assert!(manager.contains("14 seats instead of 12: 2 more"), "{manager}");
        let reseller = RenewalPage { may_ask: false, may_answer: true, tabs: false, ..RenewalPage::sample() };
        let reseller = shown(reseller);
        assert!(
            reseller.contains("Mark as ordered")
                && reseller.contains("Send answer")
                && !reseller.contains("Send request")
        );
        assert!(!reseller.contains("/people\"") && reseller.contains("<h1"));
        let ordered = shown(RenewalPage { ordered: "24 Nov 2026".to_owned(), ..RenewalPage::sample() });
        assert!(!ordered.contains("Send request") && ordered.contains("marked as ordered on 24 Nov 2026"));
    }
}
