//! Finding a person: the rows that the typeahead lists, and the field around them. One handler's answer serves the field
//! with a script and the classic result list without.
use super::person::{PersonRef, PersonState, avatar_large};
use super::samples;
use super::ui::icon;
use maud::{Markup, html};

/// Somebody of the company who may be chosen.
#[derive(Clone, Debug, Default)]
pub struct PersonOption {
    /// The person; the page never links from here.
    pub person: PersonRef,
    /// First name, for "First name starting with".
    pub first_name: String,
    /// Last name, for "Last name starting with".
    pub last_name: String,
    /// So many serial numbers of this contract are in this person's hands by assignment.
    pub coordinates: i64,
    /// May name users on this contract already.
    pub may_name_users: bool,
}

impl PersonOption {
    /// "coordinates 3", "User", "You", "Invited", "Mail comes back".
    pub fn note(&self) -> String {
        match (self.person.state, self.coordinates) {
            (PersonState::Invited, _) => "Invited".to_owned(),
            (PersonState::NotInvited, _) => "Not yet invited".to_owned(),
            (PersonState::Bounces, _) => "Mail comes back".to_owned(),
            (PersonState::Deactivated, _) => "Sign-in ended".to_owned(),
            (PersonState::Reached, n) if n > 0 => format!("coordinates {n}"),
            (PersonState::Reached, _) if self.person.you => "You".to_owned(),
            (PersonState::Reached, _) => "User".to_owned(),
        }
    }

    /// Everybody of the sample company.
    pub fn samples() -> Vec<PersonOption> {
        let [maya, tomas, priya, hana, owen] = samples::coordinators();
        let [mairead, chidi] = samples::users();
        let option = |person: PersonRef, coordinates| {
            let (first_name, last_name) = person.name.split_once(' ').unwrap_or((&person.name, ""));
            let (first_name, last_name) = (first_name.to_owned(), last_name.to_owned());
            PersonOption { first_name, last_name, coordinates, may_name_users: coordinates == 2, person }
        };
        vec![
            option(maya, 3),
            option(tomas, 2),
            option(priya, 2),
            option(hana, 1),
            option(owen, 1),
            option(samples::elena(), 0),
            option(mairead, 0),
            option(chidi, 0),
        ]
    }
}

/// The rows of the list: the answer to `GET /contracts/{no}/people?find=…&starting_with=…` with
/// `Accept: text/html; fragment`, and the first page inlined in the field.
pub fn options(people: &[PersonOption]) -> Markup {
    html! {
        @for option in people {
            @let person = &option.person;
            div.opt role="option" data-email=(person.email) data-first_name=(option.first_name)
                data-last_name=(option.last_name) data-names=[option.may_name_users.then_some("yes")] {
                (avatar_large(person))
                span.t { b { (person.name) } small { (person.email) } }
                span.r { (option.note()) }
            }
        }
    }
}

/// The field with its list. The module `people.js` finds it by `data-people`, the address that answers with more.
#[derive(Clone, Debug)]
pub struct Picker<'a> {
    /// `/contracts/{no}/people`.
    pub url: &'a str,
    /// "Anyone at Ostrava & Finch …": who can be found.
    pub company: &'a str,
    /// The first page of people, so that the first letter needs no request.
    pub people: &'a [PersonOption],
    /// Everybody is in `people`: nothing is ever asked for.
    pub complete: bool,
    /// What is wrong with what was entered.
    pub error: Option<&'a str>,
    /// The field that is focused when its dialog opens.
    pub autofocus: bool,
    /// The list is folded until something is typed.
    pub folded: bool,
}

impl Picker<'_> {
    /// The whole field of the assign dialog, which may also clear an assignment.
    pub fn markup(&self) -> Markup {
        self.field("coordinator", true)
    }

    /// The same for a form whose hidden field has another name.
    pub fn markup_for(&self, name: &str) -> Markup {
        self.field(name, false)
    }

    fn field(&self, name: &str, clear: bool) -> Markup {
        html! {
            div.picker data-people=(self.url) data-name=(name) data-complete[self.complete]
                data-clear=[clear.then_some("Falls back to the group, the contract or the Contract Manager")] {
                label.lab for="find" { "Find a person" }
                div.field {
                    select #by aria-label="Find by" {
                        option value="any" { "Any field" }
                        option value="email" { "Email" }
                        option value="last_name" { "Last name" }
                        option value="first_name" { "First name" }
                    }
                    span.sep aria-hidden="true" { "starting with" }
                    span.av #find-av aria-hidden="true" {}
                    input #find type="text" role="combobox" aria-expanded="false" aria-controls="found"
                        aria-autocomplete="list" aria-describedby="find-e find-h" autocomplete="off" spellcheck="false"
                        autofocus[self.autofocus] placeholder="Name or e-mail address"
                        aria-invalid=[self.error.map(|_| "true")];
                }
                p.hint.bad #find-e hidden[self.error.is_none()] { @if let Some(error) = self.error { (error) } }
                p.hint #find-h {
                    "Anyone at " (self.company) " (End Users included), or type a new e-mail address."
                }
                div.list #found role="listbox" aria-label="People" hidden[self.folded] { (options(self.people)) }
                (new_person())
            }
        }
    }
}

/// The names of somebody who is not yet known; shown once a new address was chosen.
fn new_person() -> Markup {
    html! {
        fieldset.names #names hidden disabled {
            legend.lab { (icon("plus")) "New at your company: an invitation goes to this address" }
            label { "First name" input.box type="text" name="first_name" #first_name autocomplete="off"; }
            label { "Last name" input.box type="text" name="last_name" #last_name autocomplete="off"; }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_the_person_is() {
        let notes: Vec<String> = PersonOption::samples().iter().map(PersonOption::note).collect();
        let expected =
            ["coordinates 3", "coordinates 2", "coordinates 2", "Invited", "Mail comes back", "You", "User", "User"];
        assert_eq!(notes, expected);
    }
}
