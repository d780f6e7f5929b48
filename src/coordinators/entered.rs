//! What somebody entered into an assign form: the dialog's and the classic page's have the same fields.
use super::assign::{Coordinator, Input};
use super::selection::{Overrides, To};
use crate::contracts::filter::Filter;
use crate::contracts::present;
use crate::error::AppError;
use crate::time::Day;
use crate::web::extract::Form;
use crate::web::filters::Filters;

/// The entries, as they were typed, so that a refused form is shown again as it was.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    /// `selected`, `default`, `shown`, `all`, `whole` or `group`; empty: nothing was chosen.
    pub scope: String,
    /// The ticked serial numbers.
    pub serials: Vec<String>,
    /// The address of the new coordinator.
    pub coordinator: String,
    /// Of somebody new.
    pub first_name: String,
    /// Of somebody new.
    pub last_name: String,
    /// The form had fields for these names: the address was typed, not picked.
    pub typed: bool,
    /// The assignment is to be cleared.
    pub clear: bool,
    /// Own coordinators below a standing assignment are replaced, not kept.
    pub replace: bool,
    /// The group, for the scope of that name.
    pub group: String,
    /// What the page was narrowed by, for the scope `shown`.
    pub filters: Filters,
    /// The tick, where the form showed it for a person whose right is known.
    pub may_name_users: Option<bool>,
    /// First day.
    pub from: String,
    /// The day on which it ends.
    pub until: String,
    /// So many people may be written to.
    pub confirm_notices: Option<u64>,
    /// The state that the form was made from.
    pub if_state: Option<String>,
    /// Where to go afterwards.
    pub return_to: String,
}

impl Entered {
    /// Reads a form that was sent, or the address of the classic page, where ticked serial numbers are called `serial` and
    /// the one of a row's own button `only`.
    pub fn of(form: &Form) -> Entered {
        let text = |name: &str| form.get(name).to_owned();
        let mut serials: Vec<String> = match form.given("only") {
            Some(only) => vec![only.to_owned()],
            None => form.all("serial_numbers").chain(form.all("serial")).map(str::to_owned).collect(),
        };
        serials.sort_unstable();
        serials.dedup();
        let typed = form.has("first_name") || form.has("last_name");
        // Who was typed may be somebody with the right already, which the form could not show: only a tick counts then.
        let may_name_users = match form.get("may_name_users") {
            "yes" => Some(true),
            _ if form.get("may_name_users_shown") == "1" && !typed => Some(false),
            _ => None,
        };
        let filters = Filters {
            q: text("q"),
            coordinator: text("filter_coordinator"),
            group: text("filter_group"),
            product: text("filter_product"),
        };
        Entered {
            scope: text("scope"),
            serials,
            coordinator: text("coordinator"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            typed,
            clear: form.get("clear") == "1",
            replace: form.get("overrides") == "replace",
            group: text("group"),
            filters,
            may_name_users,
            from: text("from"),
            until: text("until"),
            confirm_notices: form.given("confirm_notices").and_then(|n| n.parse().ok()),
            if_state: form.given("if_state").map(str::to_owned),
            return_to: text("return_to"),
        }
    }

    /// The same as the API takes it.
    pub fn input(&self) -> Result<Input, AppError> {
        let to = self.to()?;
        Ok(Input {
            coordinator: self.whom()?,
            to,
            may_name_users: self.may_name_users,
            from: day("from", &self.from)?,
            until: day("until", &self.until)?,
            preview: false,
            if_state: self.if_state.clone(),
            confirm_notices: self.confirm_notices,
        })
    }

    /// The group that the form is about: the one of its own scope, or the one that the page was narrowed to.
    pub fn group(&self) -> &str {
        if self.group.is_empty() { &self.filters.group } else { &self.group }
    }

    fn to(&self) -> Result<To, AppError> {
        let overrides = if self.replace { Overrides::Replace } else { Overrides::Keep };
        let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        match self.scope.as_str() {
            "selected" if !self.serials.is_empty() => {
                Ok(To::SerialNumbers { serial_numbers: self.serials.iter().cloned().collect() })
            }
            "default" => Ok(To::Matching { matching: Filter { coordinator: part("default"), ..Filter::default() } }),
            "shown" if self.filters.any() => Ok(To::Matching { matching: present::filter(&self.filters) }),
            "all" => Ok(To::AllAssets { all_assets: true }),
            "whole" => Ok(To::WholeContract { whole_contract: true, overrides }),
            "group" if !self.group().is_empty() => Ok(To::Group { group: self.group().to_owned(), overrides }),
            _ => Err(AppError::invalid("scope", "choose which serial numbers it is for")),
        }
    }

    fn whom(&self) -> Result<Option<Coordinator>, AppError> {
        if self.clear {
            return Ok(None);
        }
        if self.coordinator.is_empty() {
            let words = "choose a person from the list, or type an e-mail address to add one";
            return Err(AppError::invalid("coordinator", words));
        }
        let name = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        let (first_name, last_name) = (name(&self.first_name), name(&self.last_name));
        Ok(Some(Coordinator { email: self.coordinator.clone(), first_name, last_name }))
    }
}

fn day(field: &'static str, text: &str) -> Result<Option<Day>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|words: String| AppError::invalid(field, words))
}

/// "maya.lindqvist@…" is most likely Maya Lindqvist; the fields stay open to correction. The dialog guesses alike.
pub fn guessed(email: &str) -> (String, String) {
    let local = email.split('@').next().unwrap_or_default();
    let local = local.split('+').next().unwrap_or_default();
    let words = local.split(['.', '_', '-']).map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
        first.unwrap_or_default()
    };
    let mut words = words.filter(|word| !word.is_empty()).map(capital);
    let first = words.next().unwrap_or_default();
    (first, words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(pairs: &[(&str, &str)]) -> Entered {
        Entered::of(&Form::of(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    fn to(pairs: &[(&str, &str)]) -> String {
        let mut all = vec![("coordinator", "a@b.example")];
        all.extend_from_slice(pairs);
        match entered(&all).input() {
            Ok(input) => serde_json::to_string(&input.to).unwrap(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn each_scope_is_what_the_api_calls_it() {
        let ticked =
            [("scope", "selected"), ("serial_numbers", "S2"), ("serial_numbers", "S1"), ("serial_numbers", "S2")];
        assert_eq!(to(&ticked), r#"{"serial_numbers":["S1","S2"]}"#);
        assert_eq!(to(&[("scope", "default"), ("q", "x")]), r#"{"matching":{"coordinator":"default"}}"#);
        let shown =
            [("scope", "shown"), ("q", "Draft"), ("filter_group", "Boston"), ("filter_coordinator", "c@d.example")];
        assert_eq!(to(&shown), r#"{"matching":{"coordinator":"c@d.example","group":"Boston","q":"Draft"}}"#);
        assert_eq!(to(&[("scope", "all")]), r#"{"all_assets":true}"#);
        let whole = [("scope", "whole"), ("overrides", "replace")];
        assert_eq!(to(&whole), r#"{"whole_contract":true,"overrides":"replace"}"#);
        assert_eq!(to(&[("scope", "group"), ("group", "Boston")]), r#"{"group":"Boston","overrides":"keep"}"#);
    }

    #[test]
    fn nothing_chosen_never_means_everything() {
        for pairs in
            [&[][..], &[("scope", "selected")], &[("scope", "shown")], &[("scope", "group")], &[("scope", "x")]]
        {
            assert_eq!(to(pairs), "choose which serial numbers it is for", "{pairs:?}");
        }
        let nobody = entered(&[("scope", "all")]).input().unwrap_err().to_string();
        assert_eq!(nobody, "choose a person from the list, or type an e-mail address to add one");
        assert!(entered(&[("scope", "all"), ("clear", "1")]).input().unwrap().coordinator.is_none());
        assert!(entered(&[("scope", "all"), ("clear", "1"), ("from", "1.12.2026")]).input().is_err());
    }

    #[test]
    fn the_right_to_name_users_is_taken_only_where_the_form_could_show_it() {
        let shown = ("may_name_users_shown", "1");
        assert_eq!(entered(&[shown]).may_name_users, Some(false));
        assert_eq!(entered(&[shown, ("may_name_users", "yes")]).may_name_users, Some(true));
        assert_eq!(entered(&[shown, ("first_name", "")]).may_name_users, None);
        assert_eq!(entered(&[]).may_name_users, None);
    }

    #[test]
    fn names_are_guessed_from_the_address() {
        let guess = |email| guessed(email);
        assert_eq!(guess("maya.lindqvist@x.example"), ("Maya".to_owned(), "Lindqvist".to_owned()));
        assert_eq!(guess("jean-luc.de_la12+sc@x.example"), ("Jean".to_owned(), "Luc De La".to_owned()));
        assert_eq!(guess("42@x.example"), (String::new(), String::new()));
    }
}
