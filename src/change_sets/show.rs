//! One change set, asked about before it is undone: what would be reverted, what is kept, what is refused and why.
use super::made::{self, Content, Made};
use super::message::Just;
use super::undo::{PreviewUndo, Row, UndoChangeSet, UndoPreview, undoable};
use crate::coordinators::undo_page::{UndoLine, UndoPart, UndoView};
use crate::db::{Reader, Sql};
use crate::error::AppError;
use crate::ids::ChangeSetKey;
use crate::operation::Query;
use crate::policy::{self, AdministerContract, ChangeSet, Permit, Scope, Scoped, SeeItem};
use crate::web::ui::Flash;
use jiff::tz::TimeZone;

/// So many lines of each part are shown.
const LINES: usize = 20;

/// Asks about one.
#[derive(Clone, Debug)]
pub struct ShowChangeSet {
    /// Which.
    pub change_set: ChangeSetKey,
    /// What was just done.
    pub just: Just,
}

/// What is known of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// A contract that it changed and that the actor may change: where one comes from.
    pub contract: Option<String>,
    /// It was undone, at least in part.
    pub undone: bool,
    /// The message above the page.
    pub flash: Option<Flash>,
    made: Made,
    content: Content,
    /// None: it cannot be undone, for this reason.
    preview: Result<UndoPreview, String>,
}

/// `$2` the change set.
const CONTRACTS: &str = "SELECT c.number FROM change_set_contracts x JOIN contracts c ON c.id = x.contract_id
    JOIN change_sets s ON s.id = x.change_set WHERE s.id = $2 AND";
const FIRST: &str = " ORDER BY c.number LIMIT 1";

fn first_contract(scope: &Scope<AdministerContract>, set: &ChangeSet) -> Scoped {
    scope.select(CONTRACTS, set.0, |s| s.push(FIRST))
}

impl Query for ShowChangeSet {
    type Action = policy::UndoChangeSet;
    type Output = Shown;

    fn target(&self) -> ChangeSetKey {
        self.change_set.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let made = made::one(reader, permit).await?;
        let content: Vec<Content> = reader.list(made::content(&permit.scope::<SeeItem>(), 0, &[made.id])).await?;
        let contract: Vec<(String,)> = reader.list(first_contract(&permit.scope(), permit.target())).await?;
        let contract = contract.into_iter().next().map(|(number,)| number);
        let undone = made.undone_at.is_some();
        let preview = match undoable(&made.kind, undone, made.at, reader.now().at) {
            Ok(()) => {
                Ok(PreviewUndo(UndoChangeSet { change_set: self.change_set.clone() }).run(reader, permit).await?)
            }
            Err(refusal) => Err(made.undone(&reader.now().zone).unwrap_or_else(|| capital(&refusal.title))),
        };
        let close = format!("/change-sets/{}", made.handle);
        let flash = self.just.message(reader, permit, &close).await?;
        let content = content.into_iter().next().unwrap_or_default();
        Ok(Shown { contract, undone, flash, made, content, preview })
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Shown {
    /// Where one comes from: what was changed on the contract.
    pub fn back(&self) -> String {
        self.contract.as_ref().map_or_else(|| "/contracts".to_owned(), |number| format!("/contracts/{number}/activity"))
    }

    /// The page.
    pub fn view(&self, csrf: &str, zone: &TimeZone) -> UndoView {
        let (made, preview) = (&self.made, self.preview.as_ref());
        let part = |n: u64, of: fn(&str) -> bool| {
            let rows = preview.map(|preview| preview.rows.as_slice()).unwrap_or_default();
            let lines = rows.iter().filter(|row| of(&row.verdict)).take(LINES).map(line).collect();
            UndoPart { n: i64::try_from(n).unwrap_or(i64::MAX), lines }
        };
        let outcome = preview.map(|preview| preview.outcome.clone()).unwrap_or_default();
        let mut refused = part(outcome.refused.len() as u64, |verdict| !matches!(verdict, "revert" | "kept"));
        if outcome.refused.iter().any(|item| item.reason == "not_allowed") {
            let words = "other people manage those contracts, or coordinate those serial numbers".to_owned();
            refused.lines.push(UndoLine { what: "What is not yours to change:".to_owned(), words });
        }
        UndoView {
            handle: made.handle.clone(),
            csrf: csrf.to_owned(),
            sentence: made.sentence(&self.content, zone),
            at: made::at(made.at, zone),
            reverted: part(outcome.reverted, |verdict| verdict == "revert"),
            kept: part(outcome.kept, |verdict| verdict == "kept"),
            refused,
            closed: preview.err().map(|words| format!("{}.", words.trim_end_matches('.'))).unwrap_or_default(),
            mails: self.mails(),
            return_to: self.back(),
        }
    }

    fn mails(&self) -> String {
        let made = &self.made;
        match (made.mail.as_str(), made.undoes_mail.as_deref()) {
            ("held", _) => "Nobody is written to: the first mail is still held.".to_owned(),
            ("out", _) | ("none", Some("out")) => "Whoever was told gets one e-mail. Held for 60 seconds.".to_owned(),
            _ => "Nobody is written to: nobody was told.".to_owned(),
        }
    }
}

/// One thing of the set, with what becomes of it.
fn line(row: &Row) -> UndoLine {
    let product = row.product.as_deref().map(|product| format!(", {product}")).unwrap_or_default();
    let what = match row.level.as_str() {
        "group" | "group_dated" => format!("Group {}", row.label),
        "contract" | "contract_dated" => format!("The whole contract {}", row.label),
        "cover" => format!("A dated assignment on {}", row.label),
        "entry" => format!("Access to {}", row.label),
        _ => format!("{}{product}", row.label),
    };
    let name = |name: &Option<String>| name.as_deref().map(|name| name.trim().to_owned());
    let words = match (row.verdict.as_str(), row.level.as_str(), name(&row.back_to)) {
        ("revert", "asset_dated" | "group_dated" | "contract_dated", _) => match name(&row.from) {
            Some(person) => format!("without the dated assignment to {person}"),
            None => "without the dated assignment".to_owned(),
        },
        ("revert", "member" | "entry", _) => "as it was before".to_owned(),
        ("revert", _, Some(person)) => format!("back to {person}"),
        ("revert", "contract", None) => "back to the Contract Manager, by default".to_owned(),
        ("revert", "group", None) => "back to the contract or the Contract Manager".to_owned(),
        ("revert", _, None) => "back to its group, the contract or the Contract Manager".to_owned(),
        ("kept", _, _) => "has changed since".to_owned(),
        ("gone", _, Some(person)) => format!("{person} is no longer there to go back to"),
        ("contract_lapsed", _, _) => "the contract has lapsed".to_owned(),
        _ => "cannot go back".to_owned(),
    };
    UndoLine { what, words }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![first_contract(&Scope::sample(), &ChangeSet(crate::ids::ChangeSetId(0))).into_sql()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_where_it_goes_back_to() {
        let row = |verdict: &str, level: &str, back_to: Option<&str>| Row {
            verdict: verdict.to_owned(),
            level: level.to_owned(),
            label: "390-41920577".to_owned(),
            product: (level == "asset").then(|| "Draftline 2027".to_owned()),
            back_to: back_to.map(str::to_owned),
            from: Some("Maya Lindqvist".to_owned()),
        };
        let says = |row: Row| {
            let line = line(&row);
            format!("{} {}", line.what, line.words)
        };
        assert_eq!(
            says(row("revert", "asset", Some("Tomás Brandt"))),
            "390-41920577, Draftline 2027 back to Tomás Brandt"
        );
        let dated = "Group 390-41920577 without the dated assignment to Maya Lindqvist";
        assert_eq!(says(row("revert", "group_dated", None)), dated);
        let gone = "The whole contract 390-41920577 Owen Reyes is no longer there to go back to";
        assert_eq!(says(row("gone", "contract", Some("Owen Reyes"))), gone);
        assert_eq!(says(row("kept", "cover", None)), "A dated assignment on 390-41920577 has changed since");
    }
}
