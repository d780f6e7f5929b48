//! The job `mail.users`: once the hold is over, everybody whose access a change set changed is written one mail.
use super::known::grants;
use super::mails::{AccessChanged, AccessGiven, Invitation, Scope};
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{ChangeSetId, PersonId, Single};
use crate::mail::letter::{MOST_LISTED, Serial, one_line};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::time::Instant;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Writes the mails of a change set to the outbox.
#[derive(Clone, Serialize)]
pub struct WriteUserMail {
    change_set: i64,
    #[serde(skip)]
    site: Site,
}

impl WriteUserMail {
    /// For the job with this payload.
    pub fn new(change_set: i64, profile: &Profile) -> Self {
        Self { change_set, site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Head {
    at: Instant,
    mail: String,
    set_by: i64,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
}

/// What is left of one item: what somebody had, and has.
#[derive(FromRow)]
struct ItemRow {
    person: i64,
    email: String,
    pending: bool,
    contract_id: i64,
    number: String,
    account_id: i64,
    company: String,
    entry: i64,
    had: bool,
    has: bool,
    all_assets: bool,
    releases: bool,
    extensions: bool,
    support: bool,
    learning: bool,
    old_releases: bool,
    old_extensions: bool,
    old_support: bool,
    old_learning: bool,
}

/// First, so that an undo comes before this or after it. The lock is what counts: nobody's view of a contract becomes old.
const LOCK: &str = "UPDATE contracts SET version = version WHERE id IN (
    SELECT x.contract_id FROM change_set_contracts x WHERE x.change_set = $1)";
const HEAD: &str = "SELECT s.at, s.mail, s.set_by, p.first_name, p.last_name, p.email
    FROM change_sets s LEFT JOIN people p ON p.id = s.set_by WHERE s.id = $1";
/// `e` is what counts: the access now, or the one that ended.
const ITEMS: &str = "SELECT p.id AS person, p.email, m.confirmed_at IS NULL AS pending, c.id AS contract_id, c.number,
        c.account_id, o.name AS company, e.id AS entry, b.id IS NOT NULL AS had, a.id IS NOT NULL AS has, e.all_assets,
        e.releases, e.extensions, e.support, e.learning, COALESCE(b.releases, FALSE) AS old_releases,
        COALESCE(b.extensions, FALSE) AS old_extensions, COALESCE(b.support, FALSE) AS old_support,
        COALESCE(b.learning, FALSE) AS old_learning
    FROM change_set_items i LEFT JOIN entries b ON b.id = i.before_id LEFT JOIN entries a ON a.id = i.after_id
    JOIN entries e ON e.id = COALESCE(i.after_id, i.before_id) JOIN people p ON p.id = e.person_id
    JOIN contracts c ON c.id = i.contract_id JOIN accounts o ON o.id = c.account_id
    JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
    WHERE i.change_set = $1 AND i.level = 'entry' AND i.reverted_by IS NULL AND p.deactivated_at IS NULL
    ORDER BY i.target_id";
const PRODUCTS: &str =
    "SELECT a.contract_id, r.name, COUNT(*) AS assets FROM assets a JOIN products r ON r.id = a.product_id
    WHERE a.contract_id IN (SELECT x.contract_id FROM change_set_contracts x WHERE x.change_set = $1)
    GROUP BY a.contract_id, r.name ORDER BY a.contract_id, 3 DESC, r.name";
const SERIALS: &str = "SELECT w.entry, w.serial, w.product, w.assets FROM (
        SELECT x.entry_id AS entry, a.serial, r.name AS product, COUNT(*) OVER (PARTITION BY x.entry_id) AS assets,
            ROW_NUMBER() OVER (PARTITION BY x.entry_id ORDER BY a.serial) AS place
        FROM change_set_items i JOIN entry_assets x ON x.entry_id = COALESCE(i.after_id, i.before_id)
        JOIN assets a ON a.id = x.asset_id JOIN products r ON r.id = a.product_id
        WHERE i.change_set = $1 AND i.level = 'entry' AND i.reverted_by IS NULL) w
    WHERE w.place <= $2 ORDER BY w.entry, w.serial";
/// An invitation that is mailed again lasts anew, as long as its link.
const INVITED: &str = "UPDATE invitations SET mailed_at = $2, expires_at = $3 WHERE accepted_at IS NULL AND id IN (
    SELECT i.id FROM notices n JOIN invitations i ON i.account_id = n.account_id AND i.person_id = n.person_id
    WHERE n.change_set = $1 AND n.kind = 'invitation' AND n.state = 'queued')";
const OUT: &str = "UPDATE change_sets SET mail = 'out' WHERE id = $1";

/// What the mails of one set need beside its items.
struct Book {
    site: Site,
    change_set: i64,
    actor: String,
    answer: String,
    set_by: i64,
    products: HashMap<i64, (Vec<String>, u64)>,
    serials: HashMap<i64, (Vec<Serial>, u64)>,
}

impl Operation for WriteUserMail {
    type Action = policy::WriteUserMail;
    /// How many people are written to.
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        let about = |text| sql(text).bind(self.change_set);
        tx.execute(permit, about(LOCK)).await?;
        let head: Option<Head> = tx.find(permit, about(HEAD)).await?;
        // Written already: the job was run before, and its end was lost.
        let Some(head) = head.filter(|head| head.mail == "held") else { return Ok(0) };
        let live = outbox::live_since(tx, permit).await?;
        let send = match live.is_some_and(|since| since <= head.at) || self.site.demo {
            true => Send::InTurn,
            false => Send::NotAtAll,
        };
        let items: Vec<ItemRow> = tx.fetch(permit, about(ITEMS)).await?;
        let products: Vec<(i64, String, i64)> = tx.fetch(permit, about(PRODUCTS)).await?;
        let listed = i64::try_from(MOST_LISTED).unwrap_or(10);
        let serials: Vec<(i64, String, String, i64)> = tx.fetch(permit, about(SERIALS).bind(listed)).await?;
        let book = self.book(head, products, serials);
        // One mail for each person, however many contracts: the first says the most.
        let mut by_person: BTreeMap<i64, Outgoing> = BTreeMap::new();
        for item in items.iter().filter(|item| item.person != book.set_by) {
            by_person.entry(item.person).or_insert_with(|| book.mail(item));
        }
        let mails: Vec<Outgoing> = by_person.into_values().collect();
        outbox::write(tx, permit, &self.site, &mails, send).await?;
        let expires = tx.now() + Purpose::Invitation.lasts();
        tx.execute(permit, about(INVITED).bind(tx.now()).bind(expires)).await?;
        tx.execute(permit, about(OUT)).await?;
        crate::people::remind::plan(tx, permit, self.change_set).await?;
        tx.note(serde_json::json!({"mails": mails.len()}), Some(ChangeSetId(self.change_set)));
        Ok(mails.len() as u64)
    }
}

impl WriteUserMail {
    fn book(&self, head: Head, products: Vec<(i64, String, i64)>, serials: Vec<(i64, String, String, i64)>) -> Book {
        let mut book = Book {
            site: self.site.clone(),
            change_set: self.change_set,
            actor: self.site.vendor.clone(),
            answer: head.email.unwrap_or_else(|| self.site.contact_email.clone()),
            set_by: head.set_by,
            products: HashMap::new(),
            serials: HashMap::new(),
        };
        if let (Some(first), Some(last)) = (&head.first_name, &head.last_name) {
            let name = one_line(&full_name(first, last));
            book.actor = if name.is_empty() { book.answer.clone() } else { name };
        }
        for (contract, name, assets) in products {
            let of = book.products.entry(contract).or_default();
            of.0.push(name);
            of.1 += assets.unsigned_abs();
        }
        for (entry, number, product, assets) in serials {
            let of = book.serials.entry(entry).or_default();
            of.0.push(Serial { product, number });
            of.1 = assets.unsigned_abs();
        }
        book
    }
}

impl Book {
    fn scope(&self, item: &ItemRow) -> Scope {
        let (contract, company) = (item.number.clone(), item.company.clone());
        let scope = Scope { contract, company, all_assets: item.all_assets, ..Scope::default() };
        match item.all_assets {
            true => {
                let (products, count) = self.products.get(&item.contract_id).cloned().unwrap_or_default();
                Scope { products, count, ..scope }
            }
            false => {
                let (serials, count) = self.serials.get(&item.entry).cloned().unwrap_or_default();
                let mut products: Vec<String> = serials.iter().map(|s| s.product.clone()).collect();
                products.sort();
                products.dedup();
                // Of those beyond the first ten the product is not known: then they are counted.
                let products = if count as usize > serials.len() { Vec::new() } else { products };
                Scope { serials, products, count, ..scope }
            }
        }
    }

    fn mail(&self, item: &ItemRow) -> Outgoing {
        let (site, actor, scope) = (self.site.clone(), self.actor.clone(), self.scope(item));
        let grants_now = grants(item.releases, item.extensions, item.support, item.learning);
        let before = grants(item.old_releases, item.old_extensions, item.old_support, item.old_learning);
        let (kind, mail, link) = match (item.pending, item.had, item.has) {
            (true, _, true) => {
                let mail = Invitation { site, actor, scope, grants: grants_now };
                ("invitation", mail.render(), Some(Purpose::Invitation))
            }
            (false, false, true) => {
                ("access.given", AccessGiven { site, actor, scope, grants: grants_now }.render(), None)
            }
            (_, _, has) => {
                let after = has.then_some(grants_now);
                ("access.changed", AccessChanged { site, actor, scope, before, after }.render(), None)
            }
        };
        Outgoing {
            person: PersonId(item.person),
            address: item.email.clone(),
            account: Some(item.account_id),
            contract: Some(item.contract_id),
            change_set: Some(ChangeSetId(self.change_set)),
            kind,
            mail,
            link,
            reply_to: self.answer.clone(),
            dedup_key: format!("users/{}/{}", self.change_set, item.person),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LOCK, HEAD, ITEMS, PRODUCTS, SERIALS, INVITED, OUT].map(sql).into()
}
