//! What was changed on a contract: its change sets, the newest first, with what each did and whether it can be undone.
use super::made::{self, Content, Made};
use super::message::Just;
use super::undo::undoable;
use crate::contracts::list::{ContractRow, one};
use crate::contracts::pages::{SetRow, UndoState};
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::{ChangeSetId, ContractNumber};
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, Scoped, SeeActivity, UndoChangeSet};
use crate::time::Moment;
use crate::web::ui::Flash;
use std::collections::BTreeSet;

/// So many sets are one page.
const ROWS: usize = 20;
/// So many items of each are shown.
const ITEMS: i64 = 10;

/// Asks for one page.
pub struct ListChangeSets {
    /// The contract.
    pub contract: ContractNumber,
    /// The page after the set of this handle.
    pub cursor: Option<String>,
    /// What was just done.
    pub just: Just,
}

/// The page.
pub struct Activity {
    /// The contract.
    pub contract: ContractRow,
    /// Its change sets.
    pub sets: Vec<SetRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The message above it.
    pub flash: Option<Flash>,
}

/// One item.
#[derive(Clone, Debug, Default, FromRow)]
struct Item {
    change_set: ChangeSetId,
    level: String,
    label: String,
    /// The coordinator, or the group, before.
    before: Option<String>,
    /// After.
    after: Option<String>,
    /// Something is named after it.
    named: bool,
}

/// `$2` the contract. Where an asset is meant, before and after are who was in force.
const ITEMS_OF: &str = "SELECT x.change_set, x.level, x.label, x.before, x.after, x.named FROM (
        SELECT i.change_set, i.level, COALESCE(a.serial, g.name, w.first_name || ' ' || w.last_name, c.number) AS label,
            COALESCE(f.first_name || ' ' || f.last_name, gb.name) AS before,
            COALESCE(t.first_name || ' ' || t.last_name, ga.name) AS after, i.after_id IS NOT NULL AS named,
            ROW_NUMBER() OVER (PARTITION BY i.change_set ORDER BY CASE WHEN i.level IN ('contract', 'contract_dated') THEN 0
                WHEN i.level IN ('group', 'group_dated') THEN 1 WHEN i.level IN ('asset', 'asset_dated', 'member') THEN 2
                WHEN i.level = 'effect' THEN 3 ELSE 4 END, COALESCE(a.serial, ''), i.target_id) AS place
        FROM (";
const ITEMS_IN: &str = ") v CROSS JOIN change_set_items i JOIN contracts c ON c.id = i.contract_id
        LEFT JOIN assets a ON a.id = i.target_id AND i.level IN ('asset', 'asset_dated', 'effect', 'member')
        LEFT JOIN asset_groups g ON g.id = i.target_id AND i.level IN ('group', 'group_dated')
        LEFT JOIN entries e ON i.level = 'entry' AND e.id = COALESCE(i.after_id, i.before_id)
        LEFT JOIN people w ON w.id = CASE i.level WHEN 'naming' THEN i.target_id WHEN 'entry' THEN e.person_id END
        LEFT JOIN people f ON f.id = CASE WHEN i.level IN ('asset', 'asset_dated', 'effect') THEN i.former
            WHEN i.level IN ('group', 'group_dated', 'contract', 'contract_dated', 'cover') THEN i.before_id END
        LEFT JOIN people t ON t.id = CASE WHEN i.level IN ('asset', 'asset_dated', 'effect') THEN i.successor
            WHEN i.level IN ('group', 'group_dated', 'contract', 'contract_dated', 'cover') THEN i.after_id END
        LEFT JOIN asset_groups gb ON i.level = 'member' AND gb.id = i.before_id
        LEFT JOIN asset_groups ga ON i.level = 'member' AND ga.id = i.after_id
        WHERE i.change_set = CAST(v.column1 AS BIGINT) AND i.contract_id = $2
        AND i.level NOT IN ('asset_hands', 'group_hands', 'contract_hands') AND";
const FIRST_ITEMS: &str = ") x WHERE x.place <= ";
const IN_ORDER: &str = " ORDER BY x.change_set, x.place";
const UNDOABLE: &str = "SELECT s.id FROM (";
const UNDOABLE_OF: &str = ") v CROSS JOIN change_sets s WHERE s.id = CAST(v.column1 AS BIGINT) AND";

fn items(scope: &Scope<SeeActivity>, contract: i64, sets: &[ChangeSetId]) -> Scoped {
    let ids: Vec<String> = sets.iter().map(|set| set.0.to_string()).collect();
    let end = |s: Sql| s.push(FIRST_ITEMS).push_bind(ITEMS).push(IN_ORDER);
    scope.build(ITEMS_OF, |s| s.bind(contract).push_values(&ids).push(ITEMS_IN), end)
}

fn mine(scope: &Scope<UndoChangeSet>, sets: &[ChangeSetId]) -> Scoped {
    let ids: Vec<String> = sets.iter().map(|set| set.0.to_string()).collect();
    scope.build(UNDOABLE, |s| s.push_values(&ids).push(UNDOABLE_OF), |s| s)
}

impl Query for ListChangeSets {
    type Action = policy::SeeActivity;
    type Output = Activity;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Activity, AppError> {
        let contract = one(reader, permit).await?;
        let mut made = made::on_contract(reader, permit, self.cursor.as_deref(), ROWS as i64 + 1).await?;
        let more = made.len() > ROWS;
        made.truncate(ROWS);
        let next = made.last().filter(|_| more).map(|set| set.handle.clone());
        let ids: Vec<ChangeSetId> = made.iter().map(|set| set.id).collect();
        let about = permit.target().0.0;
        let content: Vec<Content> = reader.list(made::content(&permit.scope::<SeeActivity>(), about, &ids)).await?;
        let items: Vec<Item> = reader.list(items(&permit.scope(), about, &ids)).await?;
        let mine: Vec<(ChangeSetId,)> = reader.list(mine(&permit.scope(), &ids)).await?;
        let mine: BTreeSet<ChangeSetId> = mine.into_iter().map(|(id,)| id).collect();
        let now = reader.now().clone();
        let row = |set: &Made| {
            let content = content.iter().find(|c| c.change_set == set.id).cloned().unwrap_or_default();
            row(set, &content, &items, mine.contains(&set.id), &now)
        };
        let sets = made.iter().map(row).collect();
        let close = format!("/contracts/{}/activity", contract.number);
        let flash = self.just.message(reader, permit, &close).await?;
        Ok(Activity { contract, sets, next, flash })
    }
}

fn row(set: &Made, content: &Content, items: &[Item], mine: bool, now: &Moment) -> SetRow {
    let items: Vec<String> = items.iter().filter(|item| item.change_set == set.id).map(Item::words).collect();
    let shown = i64::try_from(items.len()).unwrap_or(0);
    let undo = match (set.undone(&now.zone), undoable(&set.kind, false, set.at, now.at)) {
        (Some(undone), _) => UndoState::Undone(undone),
        (None, Ok(())) if mine => UndoState::Possible,
        (None, Err(_)) if mine && set.kind != "hands" => UndoState::No("More than 30 days ago".to_owned()),
        (None, _) => UndoState::No(String::new()),
    };
    SetRow {
        handle: set.handle.clone(),
        sentence: set.sentence(content, &now.zone),
        at: made::at(set.at, &now.zone),
        items,
        more: (content.items - shown).max(0),
        undo,
    }
}

impl Item {
    /// "390-41920577: Tomás Brandt → Maya Lindqvist"
    fn words(&self) -> String {
        let name = |name: &Option<String>, nobody: &str| name.as_deref().map_or(nobody, str::trim).to_owned();
        let label = match self.level.as_str() {
            "group" | "group_dated" => format!("Group {}", self.label),
            "contract" | "contract_dated" => "The whole contract".to_owned(),
            "cover" => "A dated assignment".to_owned(),
            _ => self.label.trim().to_owned(),
        };
        let nobody = if self.level == "member" { "no group" } else { "nobody in particular" };
        match self.level.as_str() {
            "naming" if self.named => format!("{label} may now name users"),
            "naming" => format!("{label} may no longer name users"),
            "entry" if self.named => format!("{label}: access changed"),
            "entry" => format!("{label}: access ended"),
            "asset" if self.before == self.after && self.named => {
                format!("{label}: {}, now by name", name(&self.after, nobody))
            }
            "asset" if self.before == self.after => {
                format!("{label}: {}, no longer by name", name(&self.after, nobody))
            }
            _ => format!("{label}: {} → {}", name(&self.before, nobody), name(&self.after, nobody)),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all = Vec::new();
    for n in [1, 17] {
        let sets = vec![ChangeSetId(0); n];
        all.extend([items(&Scope::sample(), 0, &sets).into_sql(), mine(&Scope::sample(), &sets).into_sql()]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_says_from_and_to() {
        let item = |level: &str, before: Option<&str>, after: Option<&str>, named| Item {
            level: level.to_owned(),
            label: "390-41920577".to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            named,
            ..Item::default()
        };
        let (tomas, maya) = (Some("Tomás Brandt"), Some("Maya Lindqvist"));
        assert_eq!(item("asset", tomas, maya, true).words(), "390-41920577: Tomás Brandt → Maya Lindqvist");
        assert_eq!(item("asset", maya, maya, true).words(), "390-41920577: Maya Lindqvist, now by name");
        assert_eq!(
            item("contract", None, maya, true).words(),
            "The whole contract: nobody in particular → Maya Lindqvist"
        );
        assert_eq!(
            item("group", tomas, None, false).words(),
            "Group 390-41920577: Tomás Brandt → nobody in particular"
        );
        assert_eq!(item("member", None, Some("Boston office"), true).words(), "390-41920577: no group → Boston office");
        assert_eq!(item("naming", None, None, false).words(), "390-41920577 may no longer name users");
    }
}
