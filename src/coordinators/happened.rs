//! What was found of a change set before its mails are written.
use crate::db::FromRow;
use crate::mail::letter::{Serial, one_line};
use crate::time::{Day, Instant};
use std::collections::{HashMap, HashSet};

/// The change set.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Head {
    pub id: i64,
    pub kind: String,
    pub set_by: i64,
    pub at: Instant,
    pub person_id: Option<i64>,
    pub from_on: Option<String>,
    pub until_on: Option<String>,
    /// Whether it takes back what the first set of its chain of undos did.
    pub takes_back: bool,
    pub mail: String,
}

#[derive(Clone, Debug, FromRow)]
pub struct ContractRow {
    pub id: i64,
    pub number: String,
    pub manager_id: i64,
    pub account_id: i64,
    pub account: String,
}

#[derive(Clone, Debug, FromRow)]
pub struct PersonRow {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub deactivated: bool,
}

/// One of the first assets that go the same way, and how many go so.
#[derive(Clone, Debug, FromRow)]
pub struct MoveRow {
    pub contract_id: i64,
    pub former: Option<i64>,
    pub successor: Option<i64>,
    pub named: Option<i64>,
    pub assets: i64,
    pub serial: String,
    pub product: String,
}

/// Assets of a contract that go the same way: who was in force, who is, who was named.
#[derive(Clone, Debug)]
pub struct Move {
    pub contract_id: i64,
    pub former: Option<i64>,
    pub successor: Option<i64>,
    pub named: Option<i64>,
    pub assets: u64,
    /// The first of them.
    pub serials: Vec<Serial>,
}

/// An item that is no asset.
#[derive(Clone, Debug, FromRow)]
pub struct Level {
    pub level: String,
    pub contract_id: i64,
    pub before_id: Option<i64>,
    pub after_id: Option<i64>,
    pub group_name: Option<String>,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub head: Head,
    /// The day of the change.
    pub set_on: Option<Day>,
    pub contracts: Vec<ContractRow>,
    pub moves: Vec<Move>,
    pub levels: Vec<Level>,
    pub people: HashMap<i64, PersonRow>,
    /// *(person, account)*: invited, not yet accepted.
    pub pending: HashSet<(i64, i64)>,
    /// *(person, contract)*: may name users.
    pub naming: HashSet<(i64, i64)>,
}

impl Facts {
    /// All of it was undone before anybody was told.
    pub fn nothing(head: Head) -> Self {
        Self { head, ..Self::default() }
    }
}

impl Move {
    /// Puts the rows that go the same way together; they come sorted.
    pub fn all(rows: Vec<MoveRow>) -> Vec<Move> {
        let mut all: Vec<Move> = Vec::new();
        for row in rows {
            let MoveRow { contract_id, former, successor, named, assets, serial, product } = row;
            let serial = Serial { product: one_line(&product), number: one_line(&serial) };
            let way = (contract_id, former, successor, named);
            match all.last_mut().filter(|m| (m.contract_id, m.former, m.successor, m.named) == way) {
                Some(last) => last.serials.push(serial),
                None => {
                    let (assets, serials) = (assets.unsigned_abs(), vec![serial]);
                    all.push(Move { contract_id, former, successor, named, assets, serials });
                }
            }
        }
        all
    }

    /// From whom to whom, where hands change.
    pub fn moved(&self) -> Option<(i64, i64)> {
        self.former.zip(self.successor).filter(|(former, successor)| former != successor)
    }

    /// Whom it goes to: whoever is in force now, or was named though nobody's hands changed.
    pub fn gainer(&self) -> Option<i64> {
        self.moved().map(|(_, successor)| successor).or(self.named)
    }
}
