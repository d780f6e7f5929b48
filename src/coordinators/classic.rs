//! The classic page: the original's steps and words, "Pick list … Find … starting with … Go … Select … Add … Apply to All".
//! It is also the path of everybody without a script, and where an assignment comes back to when it is refused.
use super::dialog::{AssignView, options, overrides};
use super::pick_list::{find_fields, results};
use crate::web::changes::{Preview, diff};
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::person::avatar_large;
use crate::web::picker::PersonOption;
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, confirm_notices, csrf, hidden, icon};
use crate::web::words::serial_numbers;
use maud::{Markup, Render, html};

/// One of the ticked serial numbers.
#[derive(Clone, Debug)]
pub struct ClassicRow {
    /// Serial number.
    pub serial: String,
    /// Product name.
    pub product: String,
    /// The present coordinator with the source: "Priya Raman (Group: Boston office)", "Elena Ostrava (by default)".
    pub coordinator: String,
}

/// How far the reader has come.
#[derive(Clone, Debug)]
pub enum Step {
    /// Nobody is chosen.
    Start,
    /// The pick list is open.
    Find {
        /// `email`, `first_name`, `last_name` or `any`.
        find: String,
        /// What was typed.
        starting_with: String,
        /// Who was found; none before "Go".
        found: Option<Vec<PersonOption>>,
        /// There are more than are shown.
        more: bool,
    },
    /// "Add": somebody of the company or a new person, by address and name.
    Add {
        /// Address.
        email: String,
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
    },
    /// Somebody of the list was selected.
    Chosen(PersonOption),
    /// The assignment is to be cleared.
    Cleared,
}

/// What the classic page shows.
#[derive(Clone, Debug)]
pub struct ClassicView {
    /// Form token, key, state, choices, days: as in the dialog.
    pub form: AssignView,
    /// The ticked serial numbers.
    pub rows: Vec<ClassicRow>,
    /// `selected` where some are ticked, else the choice so far; empty: none yet.
    pub scope: String,
    /// `keep` or `replace`.
    pub replace: bool,
    /// How far the reader has come.
    pub step: Step,
    /// The tick "May name users".
    pub may_name_users: bool,
    /// First day of a dated assignment.
    pub from: String,
    /// The day on which it ends.
    pub until: String,
    /// What would change.
    pub preview: Option<Preview>,
    /// Why the form was not carried out.
    pub problem: Option<Problem>,
}

/// The page.
pub fn classic_page(frame: &Frame, view: &ClassicView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title { h1 { "Assign coordinator" } p { "Contract " span.serial { (view.form.contract) } } }
            }
            p.lead { "There is a quicker way: " a href=(view.form.return_to) { "assign from the Products tab" } "." }
            section.block aria-labelledby="what-h" { h2 #what-h { "Products" } (what(view)) }
            section.block aria-labelledby="who-h" { h2 #who-h { "Software Coordinator" } (who(view)) }
        },
    )
}

fn action(view: &ClassicView) -> String {
    format!("/contracts/{}/coordinators/assign", view.form.contract)
}

/// The ticked serial numbers with their present coordinator, or the choice of some.
fn what(view: &ClassicView) -> Markup {
    let wrong = view.problem.as_ref().and_then(|problem| problem.of("scope"));
    html! {
        @if view.rows.is_empty() {
            fieldset.seg #scope aria-describedby=[wrong.map(|_| "scope-error")] {
                legend { "For which serial numbers?" }
                // The radios belong to whichever form is next: the pick list's, or the one that applies.
                (scope_radios(view))
            }
            @if let Some(wrong) = wrong { p.hint.bad #scope-error { (wrong) } }
            p.hint { "For some of them, " a href=(view.form.return_to) { "tick them on the Products tab" } " first." }
        } @else {
            table.plain {
                caption.vh { "Selected serial numbers with their present Software Coordinator" }
                thead { tr { th scope="col" { "Product" } th scope="col" { "Serial number" } th scope="col" { "Software Coordinator" } } }
                tbody #rows {
                    @for row in &view.rows {
                        tr { td { b { (row.product) } } td.serial { (row.serial) } td { (row.coordinator) } }
                    }
                }
            }
            p.hint { (serial_numbers(i64::try_from(view.rows.len()).unwrap_or(i64::MAX))) " selected" }
        }
    }
}

/// Where the form that applies is shown, the choice goes with it; before that, with the pick list.
fn scope_radios(view: &ClassicView) -> Markup {
    let form = if applies(view) { "apply-form" } else { "pick-form" };
    html! {
        @for scope in view.form.scopes.list() {
            label {
                input type="radio" name="scope" value=(scope.value) checked[scope.value == view.scope] form=(form);
                (scope.label)
            }
        }
    }
}

fn applies(view: &ClassicView) -> bool {
    matches!(view.step, Step::Add { .. } | Step::Chosen(_) | Step::Cleared)
}

fn who(view: &ClassicView) -> Markup {
    match &view.step {
        Step::Start => html! {
            (pick_form(view, html! {
                p { (present(view)) }
                button.btn.primary type="submit" name="pick" value="1" { (icon("people")) "Pick list" }
            }))
        },
        Step::Find { find, starting_with, found, more } => {
            pick_form(view, html! { (find_fields(find, starting_with)) (results(found.as_deref(), *more)) })
        }
        Step::Add { email, first_name, last_name } => html! {
            (again(view))
            (apply_form(view, html! {
                p.hint { "Somebody of your company, or a new person: then an invitation goes to this address." }
                (add_field(view, "coordinator", "E-mail", email, Kind::Email))
                (add_field(view, "first_name", "First name", first_name, Kind::Text))
                (add_field(view, "last_name", "Last name", last_name, Kind::Text))
            }))
        },
        Step::Chosen(option) => html! {
            (again(view))
            (apply_form(view, html! {
                div.chosen {
                    (avatar_large(&option.person))
                    span { b { (option.person.display()) } small { (option.person.email) } }
                    span.r { (option.note()) }
                }
                input type="hidden" name="coordinator" value=(option.person.email);
            }))
        },
        Step::Cleared => html! {
            (again(view))
            (apply_form(view, html! {
                p { "Nobody in particular: falls back to the group, the contract or the Contract Manager." }
                input type="hidden" name="coordinator" value="";
                input type="hidden" name="clear" value="1";
            }))
        },
    }
}

fn present(view: &ClassicView) -> Markup {
    let mut names: Vec<&str> = view.rows.iter().map(|row| row.coordinator.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    html! {
        @match names.as_slice() {
            [] => "Choose a person from the pick list."
            [one] => { "At present " b { (one) } }
            several => { "At present " (several.len()) " different coordinators" }
        }
    }
}

/// A form that only asks: it carries what is ticked along in the address.
fn pick_form(view: &ClassicView, content: Markup) -> Markup {
    html! {
        form.pick-form #pick-form method="get" action=(action(view)) autocomplete="off" {
            @for row in &view.rows { input type="hidden" name="serial" value=(row.serial); }
            (view.form.scopes.filters.hidden())
            (content)
        }
    }
}

fn again(view: &ClassicView) -> Markup {
    let scope = if view.rows.is_empty() { view.scope.as_str() } else { "" };
    html! {
        form.again method="get" action=(action(view)) {
            @for row in &view.rows { input type="hidden" name="serial" value=(row.serial); }
            (hidden("scope", scope)) (view.form.scopes.filters.hidden())
            button.btn type="submit" name="pick" value="1" { (icon("people")) "Pick list" }
        }
    }
}

fn add_field(view: &ClassicView, name: &'static str, label: &'static str, value: &str, kind: Kind) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of(name));
    Field { name, label, hint: "", kind, value, error, autocomplete: "off" }.render()
}

/// The form that applies, with the same fields as the dialog's.
fn apply_form(view: &ClassicView, content: Markup) -> Markup {
    let form = &view.form;
    let standing = form.scopes.list().into_iter().find(|scope| scope.value == view.scope && !scope.own.is_empty());
    let confirm = view.problem.as_ref().and_then(|problem| problem.confirm);
    let confirm = confirm.or(view.preview.as_ref().and_then(|preview| preview.confirm));
    let dates = view.problem.as_ref().and_then(|problem| problem.of("until").or(problem.of("from")));
    html! {
        form.apply-form #apply-form method="post" action=(action(view)) novalidate autocomplete="off" {
            (csrf(&form.csrf)) (hidden("idempotency_key", &form.idempotency_key)) (hidden("return_to", &form.return_to))
            input type="hidden" name="if_state" value=(view.preview.as_ref().map_or(&form.if_state, |preview| &preview.state));
            (form.scopes.filters.hidden())
            @if let Some(group) = &form.scopes.group { (hidden("group", &group.name)) }
            @if !view.rows.is_empty() {
                input type="hidden" name="scope" value="selected";
                @for row in &view.rows { input type="hidden" name="serial_numbers" value=(row.serial); }
            }
            (content)
            @if let Some(standing) = standing { (overrides_of(view, &standing.own)) }
            @else if view.rows.is_empty() { (hidden("overrides", "keep")) }
            @if let Some(preview) = &view.preview { (diff(preview)) }
            (options(view.may_name_users, &view.from, &view.until, form))
            @if let Some(wrong) = dates { p.hint.bad { (wrong) } }
            div #confirm { @if let Some(people) = confirm { (confirm_notices(people)) } }
            div.under {
                button.btn.primary type="submit" { "Apply to All" }
                a.btn href=(form.return_to) { "Cancel" }
                @if let Some(preview) = &view.preview { p.sum { (preview.mails.sentence()) } }
            }
        }
    }
}

fn overrides_of(view: &ClassicView, question: &str) -> Markup {
    html! {
        @if view.replace {
            fieldset.seg.own #own {
                legend #own-q { (question) }
                label { input type="radio" name="overrides" value="keep"; "Keep them" }
                label { input type="radio" name="overrides" value="replace" checked; "Replace them" }
            }
        } @else { (overrides(question, false)) }
    }
}

impl ClassicView {
    /// Three ticked, the pick list open with who was found.
    pub fn sample() -> ClassicView {
        let row = |serial: &str, product: &str, coordinator: &str| ClassicRow {
            serial: serial.to_owned(),
            product: product.to_owned(),
            coordinator: coordinator.to_owned(),
        };
        let found = PersonOption::samples().into_iter().take(3).collect();
        ClassicView {
            form: AssignView::sample(),
            rows: vec![
                row("361-70518824", "Draftline 2027", "Tomás Brandt"),
                row("361-70518831", "Draftline 2027", "Tomás Brandt"),
                row("399-20145576", "Vaultroom Server 2026", "Elena Ostrava (by default)"),
            ],
            scope: "selected".to_owned(),
            replace: false,
            step: Step::Find {
                find: "email".to_owned(),
                starting_with: "m".to_owned(),
                found: Some(found),
                more: true,
            },
            may_name_users: false,
            from: String::new(),
            until: String::new(),
            preview: None,
            problem: None,
        }
    }

    /// Nothing ticked yet and nobody chosen.
    pub fn sample_start() -> ClassicView {
        ClassicView { rows: Vec::new(), scope: "default".to_owned(), step: Step::Start, ..ClassicView::sample() }
    }

    /// Somebody chosen for the whole contract, refused because others were quicker.
    pub fn sample_refused() -> ClassicView {
        let step = PersonOption::samples().into_iter().next().map_or(Step::Start, Step::Chosen);
        ClassicView {
            step,
            scope: "whole".to_owned(),
            rows: Vec::new(),
            preview: Some(Preview::sample()),
            problem: Some(Problem::sample()),
            ..ClassicView::sample()
        }
    }

    /// "Add", with a field that lacks its entry.
    pub fn sample_add() -> ClassicView {
        let text = "Enter the last name".to_owned();
        let step = Step::Add {
            email: "nora.lind@ostrava.example".to_owned(),
            first_name: "Nora".to_owned(),
            last_name: String::new(),
        };
        let problem = Problem::with(vec![crate::web::ui::Fault { field: "last_name", text }]);
        ClassicView { step, problem: Some(problem), ..ClassicView::sample() }
    }

    /// The frame around the samples.
    pub fn sample_frame() -> Frame {
        let title = format!("Assign coordinator – Contract {}", samples::CONTRACT);
        samples::frame(&title, Place::Coordinators, crumbs(samples::CONTRACT))
    }
}

/// Contract Administration > Manage Software Coordinators > the contract > Products, as in the original.
pub fn crumbs(contract: &str) -> Vec<Crumb> {
    vec![
        Crumb::to("Contract Administration", "/contracts"),
        Crumb::to("Manage Software Coordinators", "/coordinators"),
        Crumb::to(contract, format!("/contracts/{contract}/products")),
        Crumb::here("Products"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_originals_words_are_on_the_page() {
        let frame = ClassicView::sample_frame();
        let find = classic_page(&frame, &ClassicView::sample()).into_string();
        for word in ["Manage Software Coordinators", "Find:", "starting with", ">Go<", ">Select<", "Add</button>"] {
            assert!(find.contains(word), "{word}");
        }
        assert!(classic_page(&frame, &ClassicView::sample_start()).into_string().contains("Pick list"));
        let refused = classic_page(&frame, &ClassicView::sample_refused()).into_string();
        assert!(refused.contains(">Apply to All<") && refused.contains("2 of 12 changed"));
    }
}
