//! What came of an undo, in one sentence: the message above the page that it returns to (`?undone={handle}`).
use super::verdict;
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::ChangeSetId;
use crate::policy::{Action, Permit, Scope, Scoped, UndoChangeSet};
use crate::web::ui::{Flash, Tone};
use crate::web::words::{count, number};

/// A change set of which an undo was asked for.
#[derive(Clone, Debug, Default, FromRow)]
struct Row {
    id: ChangeSetId,
    /// Items that count.
    items: i64,
    /// Those that are taken back.
    reverted: i64,
    /// Whether anybody was written to about the set itself.
    told: bool,
    /// What becomes of the mail of the undo; none: there is none.
    mail: Option<String>,
    /// Whether mail of changes leaves at all.
    live: bool,
}

/// `$2` the handle of the set that was undone.
const UNDONE: &str = "SELECT s.id,
        (SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = s.id AND i.level <> 'effect') AS items,
        (SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = s.id AND i.level <> 'effect'
            AND i.reverted_by IS NOT NULL) AS reverted,
        EXISTS (SELECT 1 FROM notices n WHERE n.change_set = s.id) AS told, u.mail,
        EXISTS (SELECT 1 FROM settings x WHERE x.name IN ('live_at', 'demo')) AS live
    FROM change_sets s LEFT JOIN change_sets u ON u.id = (
        SELECT MAX(i.reverted_by) FROM change_set_items i WHERE i.change_set = s.id) WHERE s.handle = $2 AND";

fn by_handle(scope: &Scope<UndoChangeSet>, handle: &str) -> Scoped {
    scope.select(UNDONE, handle, |s| s)
}

/// What came of the undo of that set.
#[derive(Clone, Debug, Default)]
pub struct Undone {
    row: Row,
    refused: i64,
}

/// The set of that handle, if the actor may undo it.
pub async fn find<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    handle: &str,
) -> Result<Option<Undone>, AppError> {
    let rows: Vec<Row> = reader.list(by_handle(&permit.scope(), handle)).await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let today = reader.now().today;
    let refused: Vec<(String, String)> = reader.list(verdict::refused_in(&permit.scope(), row.id, today)).await?;
    Ok(Some(Undone { row, refused: i64::try_from(refused.len()).unwrap_or(0) }))
}

impl Undone {
    /// The message; `close` is the same page without it.
    pub fn flash(&self, close: String) -> Flash {
        let tone = if self.row.reverted == self.row.items { Tone::Good } else { Tone::Warn };
        Flash { text: self.sentence(), note: self.note().to_owned(), undo: None, tone, close }
    }

    /// "Undone.", or how much of it was.
    fn sentence(&self) -> String {
        let Row { items, reverted, .. } = self.row;
        let left = items - reverted;
        if left <= 0 {
            return "Undone.".to_owned();
        }
        let refused = self.refused.min(left);
        let kept = match left - refused {
            0 => None,
            1 => Some("1 was kept, because it changed since".to_owned()),
            n => Some(format!("{} were kept, because they changed since", number(n))),
        };
        let refused = match refused {
            0 => None,
            1 => Some("1 was refused".to_owned()),
            n => Some(format!("{} were refused", number(n))),
        };
        let rest: Vec<String> = kept.into_iter().chain(refused).collect();
        let rest = rest.join("; ");
        match reverted {
            0 => format!("Nothing was undone: {rest}."),
            n => format!("Undone in part: {} taken back; {rest}.", count(n, "change was", "changes were")),
        }
    }

    fn note(&self) -> &'static str {
        match self.row.mail.as_deref() {
            Some("held" | "out") if !self.row.live => "No e-mail goes out: this installation is not live yet.",
            Some("held") => "Whoever was told gets a correction in 60 seconds.",
            Some("out") => "Whoever was told has got a correction.",
            Some(_) if !self.row.told => "Nothing was sent.",
            _ => "",
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![by_handle(&Scope::sample(), "").into_sql()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(items: i64, reverted: i64, refused: i64, told: bool, mail: Option<&str>) -> String {
        let mail = mail.map(str::to_owned);
        let row = Row { items, reverted, told, mail, live: true, ..Row::default() };
        let flash = Undone { row, refused }.flash("/".to_owned());
        format!("{} {}", flash.text, flash.note).trim().to_owned()
    }

    #[test]
    fn it_says_what_was_sent_kept_and_refused() {
        assert_eq!(says(3, 3, 0, false, Some("none")), "Undone. Nothing was sent.");
        let told = "Undone. Whoever was told gets a correction in 60 seconds.";
        assert_eq!(says(3, 3, 0, true, Some("held")), told);
        let part = "Undone in part: 1 change was taken back; 2 were kept, because they changed since; 1 was refused.";
        assert_eq!(says(4, 1, 1, true, None), part);
        let kept = "Undone in part: 2 changes were taken back; 1 was kept, because it changed since. Nothing was sent.";
        assert_eq!(says(3, 2, 0, false, Some("none")), kept);
        assert_eq!(says(2, 0, 2, true, None), "Nothing was undone: 2 were refused.");
    }
}
