//! What an invitation gives, one sentence each: on its page before it is accepted, and in the mail that carries it.
use crate::db::{FromRow, Sql, sql};
use crate::web::words::{count, serial_numbers};

/// What somebody has on one contract of the company that invites.
#[derive(Clone, Debug, FromRow)]
pub struct GiveRow {
    number: String,
    level: String,
    assets: i64,
    releases: bool,
    extensions: bool,
    support: bool,
    learning: bool,
}

/// `$1` the company, `$2` the person.
pub const GIVES: &str = "SELECT c.number, w.level, w.assets, w.releases, w.extensions, w.support, w.learning FROM (
        SELECT c.id AS contract_id, 'manager' AS level, CAST(0 AS BIGINT) AS assets, FALSE AS releases, FALSE AS extensions,
            FALSE AS support, FALSE AS learning FROM contracts c WHERE c.account_id = $1 AND c.manager_id = $2
        UNION ALL SELECT c.id, 'contract', 0, FALSE, FALSE, FALSE, FALSE FROM contracts c
            WHERE c.account_id = $1 AND c.coordinator_id = $2
        UNION ALL SELECT g.contract_id, 'group', COUNT(*), FALSE, FALSE, FALSE, FALSE FROM asset_groups g
            WHERE g.account_id = $1 AND g.coordinator_id = $2 GROUP BY g.contract_id
        UNION ALL SELECT a.contract_id, 'asset', COUNT(*), FALSE, FALSE, FALSE, FALSE FROM assets a
            WHERE a.account_id = $1 AND a.coordinator_id = $2 GROUP BY a.contract_id
        UNION ALL SELECT e.contract_id, CASE WHEN e.all_assets = TRUE THEN 'user' ELSE 'user_named' END,
            (SELECT COUNT(*) FROM entry_assets x WHERE x.entry_id = e.id), e.releases, e.extensions, e.support, e.learning
            FROM entries e WHERE e.account_id = $1 AND e.person_id = $2 AND e.ended_at IS NULL) w
    JOIN contracts c ON c.id = w.contract_id
    ORDER BY c.number, CASE w.level WHEN 'manager' THEN 0 WHEN 'contract' THEN 1 WHEN 'group' THEN 2 WHEN 'asset' THEN 3 ELSE 4 END";

impl GiveRow {
    /// "You coordinate 3 serial numbers of contract 110448270013."
    pub fn sentence(&self) -> String {
        let of = format!("contract {}", self.number);
        match self.level.as_str() {
            "manager" => format!("You are Contract Manager of {of}."),
            "contract" => format!("You coordinate the whole {of}."),
            "group" => format!("You coordinate {} of {of}.", count(self.assets, "group", "groups")),
            "asset" => format!("You coordinate {} of {of}.", serial_numbers(self.assets)),
            level => {
                let what = if level == "user" { "all serial numbers".to_owned() } else { serial_numbers(self.assets) };
                let grants = crate::users::known::grants(self.releases, self.extensions, self.support, self.learning);
                let may = crate::users::mails::may(&grants);
                format!("You get access to {what} of {of}. {may}")
            }
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(GIVES)]
}
