//! One serial number with its explanation and its history, as the page shows it.
use super::explain::{Event, Explain, Explanation};
use super::history::{self, Held};
use super::resolve::LevelRow;
use super::rules::{Phase, Source, phase};
use super::serial_page::{Held as HeldView, LevelTried, Recipient, SerialView, Skipped};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::SerialNumber;
use crate::operation::Query;
use crate::people::faces::{Faces, faces};
use crate::policy::{self, AdministerContract, AssignCoordinator, Permit, Scope, Scoped};
use crate::releases::ready::{self, Ready};
use crate::text::full_name;
use crate::time::{Day, Moment, day_of};

/// So many times are told of at most.
const MOST_HELD: usize = 100;

/// Asks about one.
#[derive(Clone, Debug)]
pub struct ShowSerial {
    /// Which.
    pub serial: SerialNumber,
    /// The day that is asked about; none: today.
    pub on: Option<Day>,
}

/// What is known.
pub struct Shown {
    ready: Option<Ready>,
    explanation: Explanation,
    history: Vec<Held>,
    faces: Faces,
    contract: ContractRow,
    /// The reader may open the contract's pages.
    pub opens: bool,
    assigns: bool,
    now: Moment,
}

#[derive(Clone, Debug, FromRow)]
struct ContractRow {
    account_id: i64,
    manager_id: i64,
    start_on: String,
    end_on: String,
}

const CONTRACT: &str = "SELECT c.account_id, c.manager_id, c.start_on, c.end_on
    FROM assets a JOIN contracts c ON c.id = a.contract_id WHERE a.id = $1";
/// `$2` the asset.
const ITS_CONTRACT: &str =
    "SELECT c.number FROM contracts c WHERE c.id = (SELECT x.contract_id FROM assets x WHERE x.id = $2) AND";

fn its_contract<A: policy::Action>(scope: &Scope<A>, asset: crate::ids::AssetId) -> Scoped {
    scope.select(ITS_CONTRACT, asset, |s| s)
}

impl Query for ShowSerial {
    type Action = policy::ExplainCoordinator;
    type Output = Shown;

    fn target(&self) -> SerialNumber {
        self.serial.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let asset = permit.target().0;
        let explain = Explain { serial: self.serial.clone(), event: Event::Release, on: self.on };
        let explanation = explain.run(reader, permit).await?;
        let contract: Option<ContractRow> = reader.find(permit, sql(CONTRACT).bind(asset)).await?;
        let contract = contract.ok_or_else(AppError::hidden)?;
        let opens: Vec<(String,)> = reader.list(its_contract(&permit.scope::<AdministerContract>(), asset)).await?;
        let assigns: Vec<(String,)> = reader.list(its_contract(&permit.scope::<AssignCoordinator>(), asset)).await?;
        let mut history = history::history(reader, permit).await?;
        history.truncate(MOST_HELD);
        let levels = explanation.answer.levels.iter().map(|level| level.person_id);
        let everybody = levels.chain(history.iter().map(|held| held.person_id)).chain([contract.manager_id]);
        let faces = faces(reader, permit, everybody.collect::<Vec<_>>(), contract.account_id).await?;
        let now = reader.now().clone();
        let phase = match (contract.start_on.parse(), contract.end_on.parse()) {
            (Ok(start), Ok(end)) => phase(start, end, now.today),
            _ => Phase::Lapsed,
        };
        let assigns = !assigns.is_empty() && phase != Phase::Lapsed;
        let serials = [explanation.asset.serial_number.clone()];
        let ready = ready::for_these(reader, permit, &serials).await?.into_values().next();
        Ok(Shown { ready, explanation, history, faces, contract, opens: !opens.is_empty(), assigns, now })
    }
}

impl Shown {
    /// The contract's number.
    pub fn contract_number(&self) -> &str {
        &self.explanation.contract_number
    }

    /// What it is of.
    pub fn product(&self) -> &str {
        &self.explanation.asset.product
    }

    /// The page.
    pub fn view(&self) -> Result<SerialView, AppError> {
        let Explanation { asset, answer, on, .. } = &self.explanation;
        let (won, source) = answer.winner().ok_or(AppError::Lost)?;
        let deployment = if asset.deployment == "network" { "Network" } else { "Standalone" };
        Ok(SerialView {
            serial: asset.serial_number.clone(),
            product: asset.product.clone(),
            contract: asset.contract_number.clone(),
            contract_link: self.opens,
            release: asset.release.clone(),
            ready: self.ready.clone(),
            deployment: deployment.to_owned(),
            seats: asset.seats,
            group: asset.group_name.clone(),
            manager: self.faces.of(self.contract.manager_id),
            may_assign: self.assigns,
            on: on.clone(),
            today: *on == self.now.today.to_string(),
            coordinator: self.faces.of(won.person_id),
            because: self.because(won, source),
            levels: self.levels(source),
            recipients: self.recipients(won, source),
            skipped: self.skipped(),
            history: self.history.iter().map(|held| self.held(held)).collect(),
        })
    }

    fn since(&self, level: &LevelRow) -> String {
        day_of(level.from_at, &self.now.zone).long()
    }

    fn because(&self, won: &LevelRow, source: Source) -> String {
        let by = won.by(source).map(|by| format!(" by {}", by.trim())).unwrap_or_default();
        let on = self.since(won);
        let group = self.explanation.answer.group.as_deref().unwrap_or_default();
        match source {
            Source::Asset => format!("Assigned to this serial number{by} on {on}."),
            Source::Group => format!("Assigned to the group {group}{by} on {on}."),
            Source::Contract => format!("Assigned to the whole contract{by} on {on}."),
            Source::ContractManager => {
                "By default, as Contract Manager: nobody is named at the serial number, its group or the contract."
                    .to_owned()
            }
        }
    }

    fn levels(&self, won: Source) -> Vec<LevelTried> {
        let answer = &self.explanation.answer;
        let group = match &answer.group {
            Some(group) => format!("Group {group}"),
            None => "Its group".to_owned(),
        };
        let all = [
            (Source::Asset, "asset", "This serial number".to_owned()),
            (Source::Group, "group", group),
            (Source::Contract, "contract", "The whole contract".to_owned()),
            (Source::ContractManager, "manager", "Contract Manager".to_owned()),
        ];
        let mut decided = false;
        let mut tried = Vec::new();
        for (source, name, level) in all {
            let row = answer.levels.iter().find(|row| row.level == name);
            let words = match row {
                _ if decided => "Not asked: decided above".to_owned(),
                Some(row) => self.named(row, source),
                None if source == Source::Group && answer.group.is_none() => "It is in no group".to_owned(),
                None => "Nobody is named".to_owned(),
            };
            decided = decided || source == won;
            tried.push(LevelTried { level, words, won: source == won });
        }
        tried
    }

    /// "Priya Raman, assigned by Ana Ruiz on 3 May 2026"
    fn named(&self, row: &LevelRow, source: Source) -> String {
        let (name, on) = (full_name(&row.first_name, &row.last_name), self.since(row));
        match (source, row.by(source)) {
            (Source::ContractManager, _) => format!("{name}, since {on}"),
            (_, Some(by)) => format!("{name}, assigned by {} on {on}", by.trim()),
            (_, None) => format!("{name}, since {on}"),
        }
    }

    fn recipients(&self, won: &LevelRow, source: Source) -> Vec<Recipient> {
        let why = |email: &str, why: &str| match (email == won.email, source) {
            (true, Source::ContractManager) => "Contract Manager, by default".to_owned(),
            (true, _) => "Software Coordinator of this serial number".to_owned(),
            // "is the Contract Manager, and …" beside the name.
            (false, _) => why.strip_prefix("is the ").unwrap_or(why).to_owned(),
        };
        let recipient = |r: &super::explain::Recipient| Recipient {
            person: self.faces.by_email(&r.email).cloned().unwrap_or_default(),
            why: why(&r.email, &r.why),
        };
        self.explanation.recipients.iter().map(recipient).collect()
    }

    fn skipped(&self) -> Vec<Skipped> {
        let skipped = |s: &super::explain::Skipped| Skipped { name: s.name.clone(), why: format!("{}.", s.why) };
        self.explanation.skipped.iter().map(skipped).collect()
    }

    fn held(&self, held: &Held) -> HeldView {
        // Hands that change at midnight leave the day before as the last one.
        let last = held.until_at.map(|until| day_of(until - 1, &self.now.zone));
        HeldView {
            person: self.faces.of(held.person_id),
            how: held.how.clone(),
            from: day_of(held.from_at, &self.now.zone).to_string(),
            until: last.map(|day| day.to_string()),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let asset = crate::ids::AssetId(0);
    vec![
        sql(CONTRACT),
        its_contract(&Scope::<AdministerContract>::sample(), asset).into_sql(),
        its_contract(&Scope::<AssignCoordinator>::sample(), asset).into_sql(),
    ]
}
