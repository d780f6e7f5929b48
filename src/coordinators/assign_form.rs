//! The classic page: what it needs to know, and how far the reader has come on it.
use super::choices::{self, Choices, Standing};
use super::classic::{ClassicRow, ClassicView, Step};
use super::entered::{Entered, guessed};
use crate::contracts::assets::{self, AssetRow};
use crate::contracts::filter::Filter;
use crate::contracts::list::{self, ContractRow};
use crate::contracts::table::Source;
use crate::contracts::{present, products};
use crate::db::{Reader, Sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Query;
use crate::people::find::{Asked, Find, FindPeople, Found};
use crate::people::me::Myself;
use crate::policy::{self, Permit};
use crate::text::{address_key, full_name};
use crate::time::Day;

/// What is asked of the pick list, and how far the reader has come otherwise.
#[derive(Clone, Debug, Default)]
pub enum Way {
    /// Nobody is chosen.
    #[default]
    Start,
    /// The pick list is open; something to look for after "Go".
    Pick(Option<Asked>),
    /// "Add": an address, perhaps begun.
    Add(String),
    /// Somebody was selected, by address.
    Chosen(String),
    /// The assignment is to be cleared.
    Clear,
}

/// The form that assigns.
#[derive(Clone, Debug)]
pub struct ShowAssignForm {
    /// On which contract.
    pub contract: ContractNumber,
    /// What was entered so far.
    pub entered: Entered,
    /// How far the reader has come.
    pub way: Way,
    /// What somebody else changed meanwhile: serial numbers.
    pub changed: Vec<String>,
}

/// What the database says.
#[derive(Clone, Debug)]
pub struct AssignForm {
    pub(super) contract: ContractRow,
    pub(super) today: Day,
    matching: i64,
    choices: Choices,
    /// The ticked serial numbers that are on this contract.
    pub(super) rows: Vec<AssetRow>,
    pub(super) changed: Vec<AssetRow>,
}

impl ShowAssignForm {
    /// Whom to look up: what the pick list is asked, or whoever has the address that was given.
    fn people(&self) -> FindPeople {
        let asked = match &self.way {
            Way::Pick(asked) => asked.clone().unwrap_or_default(),
            Way::Chosen(address) => Asked { find: Find::Email, starting_with: address.clone() },
            _ => Asked::default(),
        };
        FindPeople { contract: self.contract.clone(), asked }
    }
}

impl Query for ShowAssignForm {
    type Action = policy::AssignCoordinator;
    type Output = AssignForm;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<AssignForm, AppError> {
        let contract = list::one(reader, permit).await?;
        let filter = present::filter(&self.entered.filters);
        let matching = products::matching(reader, permit, &contract, &filter).await?;
        let choices = choices::choices(reader, permit, &self.people(), self.entered.group()).await?;
        let (scope, id) = (permit.scope(), permit.target().0);
        let mut rows = Vec::new();
        for part in Sql::batches(&self.entered.serials) {
            let found: Vec<AssetRow> = reader.list(assets::of_serials(&scope, id, part, &Filter::default())).await?;
            rows.extend(found);
        }
        let mut changed = Vec::new();
        for part in Sql::batches(&self.changed) {
            let found: Vec<AssetRow> = reader.list(assets::of_serials(&scope, id, part, &Filter::default())).await?;
            changed.extend(found);
        }
        Ok(AssignForm { contract, today: reader.now().today, matching, choices, rows, changed })
    }
}

impl AssignForm {
    /// Ticked serial numbers that are not here.
    pub fn missing<'a>(&self, asked: &'a ShowAssignForm) -> Vec<&'a String> {
        let here = |serial: &&String| !self.rows.iter().any(|row| row.serial_number == **serial);
        if self.rows.len() == asked.entered.serials.len() {
            return Vec::new();
        }
        asked.entered.serials.iter().filter(here).collect()
    }

    fn found(&self, address: &str) -> Option<&Found> {
        let key = address_key(address);
        self.choices.people.iter().find(|found| address_key(&found.email) == key)
    }

    /// The scope that the form stands on: what is ticked, what was chosen, or those by default; never silently all.
    fn scope(&self, entered: &Entered, offered: &[&str]) -> String {
        if !self.rows.is_empty() {
            return "selected".to_owned();
        }
        let wanted = [entered.scope.as_str(), "default"].into_iter().find(|scope| offered.contains(scope));
        wanted.unwrap_or_default().to_owned()
    }

    fn step(&self, asked: &ShowAssignForm, me: &Myself) -> Step {
        match &asked.way {
            Way::Start => Step::Start,
            Way::Clear => Step::Cleared,
            Way::Pick(wanted) => {
                let shown = wanted.clone().unwrap_or(Asked { find: Find::Email, ..Asked::default() });
                let options = || self.choices.people.iter().map(|found| choices::option(found, me)).collect();
                Step::Find {
                    find: word(shown.find).to_owned(),
                    starting_with: shown.starting_with,
                    found: wanted.as_ref().map(|_| options()),
                    more: choices::more(&self.choices.people),
                }
            }
            Way::Chosen(address) => match self.found(address) {
                Some(found) => Step::Chosen(choices::option(found, me)),
                None => adding(address, &asked.entered),
            },
            Way::Add(address) => adding(address, &asked.entered),
        }
    }

    /// The view, as far as one preview or problem does not add to it.
    pub fn view(&self, asked: &ShowAssignForm, me: &Myself, csrf: &str) -> ClassicView {
        let entered = &asked.entered;
        let list = entered.filters.link(&format!("/contracts/{}/products", asked.contract));
        let at = Standing {
            contract: &self.contract,
            me,
            csrf,
            today: self.today,
            filters: &entered.filters,
            matching: self.matching,
            all_shown: false,
            return_to: &list,
        };
        let form = choices::form(&at, &self.choices);
        let offered = form.scopes.list();
        let offered: Vec<&str> = offered.iter().map(|scope| scope.value).collect();
        let step = self.step(asked, me);
        let may_name_users = match (&step, entered.may_name_users) {
            (_, Some(entered)) => entered,
            (Step::Chosen(option), None) => option.may_name_users,
            _ => false,
        };
        ClassicView {
            rows: self.rows.iter().map(row).collect(),
            scope: self.scope(entered, &offered),
            replace: entered.replace,
            step,
            may_name_users,
            from: entered.from.clone(),
            until: entered.until.clone(),
            preview: None,
            problem: None,
            form,
        }
    }
}

/// As addresses and forms call it.
pub fn word(find: Find) -> &'static str {
    match find {
        Find::Any => "any",
        Find::Email => "email",
        Find::FirstName => "first_name",
        Find::LastName => "last_name",
    }
}

/// The fields of "Add"; names that were not entered are guessed from a whole address.
fn adding(address: &str, entered: &Entered) -> Step {
    let guess = if address.contains('@') && !entered.typed { guessed(address) } else { Default::default() };
    let or = |typed: &str, guess: String| if typed.is_empty() { guess } else { typed.to_owned() };
    Step::Add {
        email: address.to_owned(),
        first_name: or(&entered.first_name, guess.0),
        last_name: or(&entered.last_name, guess.1),
    }
}

fn row(asset: &AssetRow) -> ClassicRow {
    let name = full_name(&asset.first_name, &asset.last_name);
    let coordinator = match (present::source(asset), &asset.group_name) {
        (Source::Asset, _) => name,
        (Source::Group, Some(group)) => format!("{name} (Group: {group})"),
        (Source::Group, None) => format!("{name} (group)"),
        (Source::Contract, _) => format!("{name} (whole contract)"),
        (Source::Default, _) => format!("{name} (by default)"),
    };
    ClassicRow { serial: asset.serial_number.clone(), product: asset.product.clone(), coordinator }
}
