//! The assign dialog. The page carries it closed; `assign.js` opens it, asks for the preview and sends it. Its form has the
//! same fields as the classic page's.
use crate::web::filters::Filters;
use crate::web::person::PersonRef;
use crate::web::picker::{PersonOption, Picker};
use crate::web::samples;
use crate::web::ui::{csrf, hidden, icon};
use crate::web::words::{number, serial_numbers};
use maud::{Markup, html};

/// Serial numbers below a standing assignment that have their own coordinator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own {
    /// So many.
    pub n: i64,
    /// So many of them through their group.
    pub through_group: i64,
}

impl Own {
    /// "9 serial numbers have their own coordinator (2 through the group)"; empty: there is nothing to ask.
    pub fn question(self) -> String {
        if self.n == 0 {
            return String::new();
        }
        let verb = if self.n == 1 { "has its" } else { "have their" };
        let through = match self.through_group {
            0 => String::new(),
            n => format!(" ({} through the group)", number(n)),
        };
        format!("{} {verb} own coordinator{through}", serial_numbers(self.n))
    }
}

/// The group that the page is filtered by: it may be assigned as a whole.
#[derive(Clone, Debug)]
pub struct GroupScope {
    /// Its name.
    pub name: String,
    /// Those in it with their own coordinator.
    pub own: Own,
}

/// Which serial numbers a form may be for.
#[derive(Clone, Debug)]
pub struct Scopes {
    /// The Contract Manager.
    pub manager: PersonRef,
    /// So many are the Contract Manager's by default.
    pub by_default: i64,
    /// So many match the filters of the page.
    pub matching: i64,
    /// All of them are on the page.
    pub all_shown: bool,
    /// The filters of the page.
    pub filters: Filters,
    /// Those on the contract with their own coordinator.
    pub own: Own,
    /// The group that the page is filtered by.
    pub group: Option<GroupScope>,
}

/// One choice of serial numbers.
pub struct Scope {
    /// What the form sends.
    pub value: &'static str,
    /// What people read.
    pub label: String,
    /// What the button says then.
    pub apply: String,
    /// The question about those with their own coordinator.
    pub own: String,
}

impl Scopes {
    /// The choices, in the order of the dialog. What is ticked is not among them: only the page knows that.
    pub fn list(&self) -> Vec<Scope> {
        let mut out = Vec::new();
        let plain = |value, n, label| {
            let apply = if n == 1 { "Apply".to_owned() } else { format!("Apply to all {}", number(n)) };
            Scope { value, label, apply, own: String::new() }
        };
        if self.by_default > 0 {
            let whom = if self.manager.you { "you" } else { self.manager.first_name() };
            let label = format!("{} still with {whom} by default", number(self.by_default));
            out.push(plain("default", self.by_default, label));
        }
        if self.matching > 0 {
            let value = if self.filters.any() { "shown" } else { "all" };
            let these = match (self.all_shown, self.matching) {
                (true, 1) => "This serial number".to_owned(),
                (true, n) => format!("These {}", serial_numbers(n)),
                (false, n) => format!("All {}", serial_numbers(n)),
            };
            let label = if self.filters.any() && !self.all_shown { format!("{these} that match") } else { these };
            out.push(plain(value, self.matching, label));
        }
        if let Some(group) = &self.group {
            let label = format!("Whole group {}, also future ones", group.name);
            let apply = "Apply to whole group".to_owned();
            out.push(Scope { value: "group", label, apply, own: group.own.question() });
        }
        let label = "Whole contract, also future ones".to_owned();
        let apply = "Apply to whole contract".to_owned();
        out.push(Scope { value: "whole", label, apply, own: self.own.question() });
        out
    }
}

/// The radios of the choices; `chosen` is ticked.
pub fn scope_choices(scopes: &Scopes, chosen: &str) -> Markup {
    html! {
        @for scope in scopes.list() {
            @let own = (!scope.own.is_empty()).then_some(scope.own);
            label {
                input type="radio" name="scope" value=(scope.value) data-apply=(scope.apply) data-own=[own]
                    checked[scope.value == chosen];
                (scope.label)
            }
        }
    }
}

/// Everything that the dialog needs.
#[derive(Clone, Debug)]
pub struct AssignView {
    /// Contract number.
    pub contract: String,
    /// The company, for "Anyone at …".
    pub company: String,
    /// The form token.
    pub csrf: String,
    /// New for each page.
    pub idempotency_key: String,
    /// The state that the page was made from; a preview replaces it.
    pub if_state: String,
    /// Which serial numbers it can be for.
    pub scopes: Scopes,
    /// The first page of people.
    pub people: Vec<PersonOption>,
    /// There are no others.
    pub people_complete: bool,
    /// The present day, `YYYY-MM-DD`.
    pub today: String,
    /// The day after.
    pub tomorrow: String,
    /// Path and query of the page.
    pub return_to: String,
}

/// The dialog, closed.
pub fn assign_dialog(view: &AssignView) -> Markup {
    let base = format!("/contracts/{}", view.contract);
    let people_url = format!("{base}/people");
    let picker = Picker {
        url: &people_url,
        company: &view.company,
        people: &view.people,
        complete: view.people_complete,
        error: None,
        autofocus: true,
        folded: false,
    };
    html! {
        dialog #assign aria-labelledby="assign-h" {
            form method="post" action={ (base) "/coordinators/assign" } novalidate autocomplete="off"
                data-preview={ (base) "/coordinators/preview" } data-today=(view.today) {
                (csrf(&view.csrf)) (hidden("idempotency_key", &view.idempotency_key))
                input type="hidden" name="if_state" #state value=(view.if_state) data-page=(view.if_state);
                input type="hidden" name="coordinator";
                (group_and_filters(view))
                div.d-head {
                    h2 #assign-h { "Assign coordinator" }
                    button.btn.quiet.icon type="button" data-close { (icon("x")) span.vh { "Close" } }
                }
                div.d-body {
                    div #problem tabindex="-1" {}
                    p.lead {
                        "The Software Coordinator gets the release e-mails, the downloads and the shipments for these serial numbers."
                    }
                    (scope_fields(&view.scopes))
                    div { (picker.markup()) ul.diff #diff aria-label="What changes" hidden {} }
                    (options(false, "", "", view))
                    div #confirm {}
                }
                div.d-foot {
                    p.sum #sum {}
                    button.btn type="button" data-close { "Cancel" }
                    button.btn.primary #apply type="submit" { "Apply" }
                }
            }
        }
    }
}

/// What the page is filtered by and where it is, as hidden fields that a new page of rows replaces.
fn group_and_filters(view: &AssignView) -> Markup {
    html! {
        div #filters hidden {
            (hidden("return_to", &view.return_to))
            (view.scopes.filters.hidden())
            @if let Some(group) = &view.scopes.group { (hidden("group", &group.name)) }
        }
    }
}

fn scope_fields(scopes: &Scopes) -> Markup {
    html! {
        div {
            fieldset.seg #scope aria-describedby="scope-e" {
                legend { "For" }
                // What is ticked: only the page knows it, so the module fills this one.
                label hidden { input type="radio" name="scope" value="selected" #picked; "0 selected" }
                (scope_choices(scopes, ""))
            }
            p.hint.bad #scope-e hidden {}
            (overrides("", true))
        }
    }
}

/// Keep or replace, for a standing choice.
pub fn overrides(question: &str, hidden: bool) -> Markup {
    html! {
        fieldset.seg.own #own hidden[hidden] {
            legend #own-q { (question) }
            label { input type="radio" name="overrides" value="keep" checked; "Keep them" }
            label { input type="radio" name="overrides" value="replace"; "Replace them" }
        }
    }
}

/// The right to name users, and the days. Shared with the classic page.
pub fn options(may_name_users: bool, from: &str, until: &str, view: &AssignView) -> Markup {
    html! {
        div.more {
            input type="hidden" name="may_name_users_shown" value="1";
            label.check {
                input type="checkbox" name="may_name_users" value="yes" checked[may_name_users];
                span {
                    "May name users"
                    small { "Lets this coordinator give other people access to these serial numbers." }
                }
            }
        }
        details.when #when open[!from.is_empty() || !until.is_empty()] {
            summary { "From … until …" }
            div.dates {
                label { "From" input type="date" name="from" #from min=(view.today) value=(from); }
                label { "Until" input type="date" name="until" #until min=(view.tomorrow) value=(until) aria-describedby="when-e"; }
            }
            p.hint.bad #when-e hidden {}
            p.hint {
                "For cover, such as parental leave. Left empty: from now on, with no end. On the day under Until it falls back by itself."
            }
        }
    }
}

impl Scopes {
    /// The prototype's contract: three by default, nine with their own coordinator.
    pub fn sample() -> Scopes {
        Scopes {
            manager: samples::elena(),
            by_default: 3,
            matching: 12,
            all_shown: true,
            filters: Filters::default(),
            own: Own { n: 9, through_group: 2 },
            group: None,
        }
    }
}

impl AssignView {
    /// The prototype's dialog.
    pub fn sample() -> AssignView {
        AssignView {
            contract: samples::CONTRACT.to_owned(),
            company: "Ostrava & Finch".to_owned(),
            csrf: "sample-token".to_owned(),
            idempotency_key: "k1".to_owned(),
            if_state: "s0".to_owned(),
            scopes: Scopes::sample(),
            people: PersonOption::samples(),
            people_complete: true,
            today: "2026-11-24".to_owned(),
            tomorrow: "2026-11-25".to_owned(),
            return_to: format!("/contracts/{}/products", samples::CONTRACT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_say_how_many_and_ask_only_where_it_is_standing() {
        let list = Scopes::sample().list();
        let labels: Vec<&str> = list.iter().map(|scope| scope.label.as_str()).collect();
        let expected = ["3 still with you by default", "These 12 serial numbers", "Whole contract, also future ones"];
        assert_eq!(labels, expected);
        assert_eq!(list[2].own, "9 serial numbers have their own coordinator (2 through the group)");
        let mut scopes = Scopes { by_default: 0, all_shown: false, matching: 348, ..Scopes::sample() };
        scopes.filters.group = "Boston office".to_owned();
        let own = Own { n: 1, through_group: 0 };
        scopes.group = Some(GroupScope { name: "Boston office".to_owned(), own });
        let list = scopes.list();
        assert_eq!((list[0].value, list[0].label.as_str()), ("shown", "All 348 serial numbers that match"));
        assert_eq!(list[1].own, "1 serial number has its own coordinator");
    }
}
