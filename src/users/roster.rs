//! The People tab of a contract: who manages it, who coordinates what, who has access.
use super::known::grants;
use super::mails::deeds;
use crate::contracts::head::{ContractHead, Tab};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Query;
use crate::policy::{self, NameUsers, Permit};
use crate::text::full_name;
use crate::web::layout::{Frame, page};
use crate::web::person::{PersonRef, Reach, card};
use crate::web::ui::icon;
use crate::web::words::{count, encoded, listed, number, serial_numbers};
use maud::{Markup, html};

/// So many people are listed; the rest is on Users.
const MOST: i64 = 200;

/// The question.
pub struct ShowRoster(pub ContractNumber);

/// One role of one person.
#[derive(Clone, Debug, FromRow)]
struct Row {
    id: i64,
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
    pending: bool,
    invited: bool,
    bounced: bool,
    deactivated: bool,
    level: String,
    assets: i64,
    releases: bool,
    extensions: bool,
    support: bool,
    learning: bool,
    may_name: bool,
}

/// Somebody, with everything that he or she is to the contract.
#[derive(Clone, Debug)]
pub struct Listed {
    person: PersonRef,
    words: Vec<String>,
}

/// The people by what they are.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    manager: Vec<Listed>,
    coordinators: Vec<Listed>,
    users: Vec<Listed>,
    /// There are more users than are listed.
    more: bool,
    /// The reader names users here.
    names: bool,
}

const ROWS: &str = "SELECT p.id, p.handle, p.email, p.first_name, p.last_name, m.confirmed_at IS NULL AS pending,
        EXISTS (SELECT 1 FROM invitations i WHERE i.account_id = c.account_id AND i.person_id = p.id) AS invited,
        p.bounced_at IS NOT NULL AS bounced, p.deactivated_at IS NOT NULL AS deactivated, w.level, w.assets, w.releases,
        w.extensions, w.support, w.learning, EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = $1
            AND n.person_id = p.id) AS may_name
    FROM (SELECT c.manager_id AS person, 'manager' AS level, CAST(0 AS BIGINT) AS assets, FALSE AS releases,
            FALSE AS extensions, FALSE AS support, FALSE AS learning FROM contracts c WHERE c.id = $1
        UNION ALL SELECT c.coordinator_id, 'contract', 0, FALSE, FALSE, FALSE, FALSE FROM contracts c
            WHERE c.id = $1 AND c.coordinator_id IS NOT NULL
        UNION ALL SELECT g.coordinator_id, 'group', COUNT(*), FALSE, FALSE, FALSE, FALSE FROM asset_groups g
            WHERE g.contract_id = $1 AND g.coordinator_id IS NOT NULL GROUP BY g.coordinator_id
        UNION ALL SELECT a.coordinator_id, 'asset', COUNT(*), FALSE, FALSE, FALSE, FALSE FROM assets a
            WHERE a.contract_id = $1 AND a.coordinator_id IS NOT NULL GROUP BY a.coordinator_id
        UNION ALL SELECT e.person_id, CASE WHEN e.all_assets = TRUE THEN 'user' ELSE 'user_named' END,
            (SELECT COUNT(*) FROM entry_assets x WHERE x.entry_id = e.id), e.releases, e.extensions, e.support, e.learning
            FROM entries e WHERE e.contract_id = $1 AND e.ended_at IS NULL) w
    JOIN people p ON p.id = w.person JOIN contracts c ON c.id = $1
    LEFT JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
    ORDER BY CASE w.level WHEN 'manager' THEN 0 WHEN 'contract' THEN 1 WHEN 'group' THEN 2 WHEN 'asset' THEN 3 ELSE 4 END,
        p.sort_key LIMIT $2";

impl Query for ShowRoster {
    type Action = policy::AdministerContract;
    type Output = Roster;

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Roster, AppError> {
        let mut rows: Vec<Row> = reader.fetch(permit, sql(ROWS).bind(permit.target().0).bind(MOST + 1)).await?;
        let limit = usize::try_from(MOST).unwrap_or(0);
        let mut roster = Roster { more: rows.len() > limit, names: permit.may::<NameUsers>(), ..Roster::default() };
        rows.truncate(limit);
        // The page of a person opens to whoever may administer a contract of the company.
        for row in &rows {
            let person = row.person(permit.actor().0);
            let list = match row.level.as_str() {
                "manager" => &mut roster.manager,
                "contract" | "group" | "asset" => &mut roster.coordinators,
                _ => &mut roster.users,
            };
            match list.iter_mut().find(|listed| listed.person.email == row.email) {
                Some(listed) => listed.words.push(row.words()),
                None => list.push(Listed { person, words: vec![row.words()] }),
            }
        }
        Ok(roster)
    }
}

impl Row {
    fn person(&self, me: i64) -> PersonRef {
        let name = full_name(&self.first_name, &self.last_name);
        let name = if name.is_empty() { self.email.clone() } else { name };
        let (deactivated, bounced, pending, invited) = (self.deactivated, self.bounced, self.pending, self.invited);
        let state = Reach { deactivated, bounced, pending, invited }.state();
        PersonRef { you: self.id == me, state, ..PersonRef::new(name, &self.email, &self.handle, &self.handle) }
    }

    fn words(&self) -> String {
        let naming = if self.may_name { "; may name users" } else { "" };
        match self.level.as_str() {
            "manager" => "Gets the renewal notices and has all rights".to_owned(),
            "contract" => format!("The whole contract{naming}"),
            "group" => format!("{}{naming}", count(self.assets, "group", "groups")),
            "asset" => format!("{}{naming}", serial_numbers(self.assets)),
            level => {
                let what = if level == "user" { "All serial numbers".to_owned() } else { serial_numbers(self.assets) };
                format!("{what}. May {}", deeds(&grants(self.releases, self.extensions, self.support, self.learning)))
            }
        }
    }
}

/// The page.
pub fn roster_page(frame: &Frame, head: &ContractHead, roster: &Roster, backup: &Markup) -> Markup {
    let users = format!("/users?contract={}", encoded(&head.number));
    page(
        frame,
        html! {
            (head.markup(Tab::People))
            (part("manager-h", "Contract Manager", &roster.manager, html! {}))
            (part("coordinators-h", "Software Coordinators", &roster.coordinators,
                html! { "Nobody is named: every serial number is the Contract Manager’s." }))
            (backup)
            (part("users-h", "Users", &roster.users, html! { "Nobody else is let in yet." }))
            @if roster.more { p.hint { "The first " (number(MOST)) " are shown." } }
            @if roster.names { p.under { a.btn href=(users) { (icon("people")) "Name users and change access" } } }
        },
    )
}

fn part(id: &'static str, title: &str, people: &[Listed], none: Markup) -> Markup {
    html! {
        section.block aria-labelledby=(id) {
            h2 id=(id) { (title) }
            @if people.is_empty() { p.hint { (none) } }
            ul.lines { @for one in people { li { (card(&one.person)) small { (listed(&one.words)) } } } }
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(ROWS)]
}
