//! The original's pick list: "Find: [Email] starting with [ ] Go", who was found with "Select", and "Add" under them.
use crate::web::picker::PersonOption;
use crate::web::ui::icon;
use maud::{Markup, html};

/// What to look for. Email comes first, as in the original.
pub fn find_fields(find: &str, starting_with: &str) -> Markup {
    let choices = [("email", "Email"), ("first_name", "First name"), ("last_name", "Last name"), ("any", "Any field")];
    html! {
        input type="hidden" name="pick" value="1";
        div.find-row {
            label { "Find:" select.box name="find" #find {
                @for (value, words) in choices { option value=(value) selected[value == find] { (words) } }
            } }
            label { "starting with" input.box type="text" name="starting_with" #starting_with value=(starting_with)
                autocomplete="off" spellcheck="false" autofocus; }
            button.btn.primary type="submit" { "Go" }
        }
    }
}

/// Who was found, each with "Select"; "Add" under them.
pub fn results(found: Option<&[PersonOption]>, more: bool) -> Markup {
    html! {
        @if let Some(found) = found {
            @if found.is_empty() {
                p.hint { "Nobody of your company. Check the spelling, or add the person." }
            } @else {
                table.plain.results {
                    caption.vh { "People found" }
                    thead { tr { th scope="col" { "Name" } th.c-2 scope="col" { "Email" } th scope="col" { span.vh { "Action" } } } }
                    tbody {
                        @for option in found {
                            tr {
                                td { b { (option.person.display()) } small { (option.note()) span.in-2 { br; (option.person.email) } } }
                                td.c-2 { (option.person.email) }
                                td.c-act {
                                    button.btn type="submit" name="coordinator" value=(option.person.email) {
                                        "Select" span.vh { " " (option.person.name) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if more { p.hint { "There are more. Type more letters to narrow the list." } }
            }
        }
        div.under {
            button.btn type="submit" name="add" value="1" { (icon("plus")) "Add" }
            button.btn.quiet type="submit" name="clear" value="1" { "Clear: fall back to the default" }
        }
    }
}
