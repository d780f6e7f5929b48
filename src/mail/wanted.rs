//! What the reader of a mail wants, and who else gets it: asked in one place, while a mail is sent, so that nothing that is written
//! anywhere can forget it. A kind of message that is switched off ends here, one wanted daily waits for the digest; copies go to
//! further addresses of the person, to a colleague while the person is away, and on behalf of a role that seems vacant.
use super::letter::one_line;
use super::outbox::{self, Outgoing, Send};
use super::{Rendered, Site};
use crate::auth::secret::Secret;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{ChangeSetId, PersonId, Single};
use crate::operation::Operation;
use crate::policy::{Permit, SendMail};
use crate::text::full_name;
use crate::time::{Day, HOUR, Instant, day_of};
use jiff::tz::TimeZone;
use maud::html;
use serde::Serialize;

/// The job that writes the digest of a person.
pub const DIGEST: &str = "notices.digest";
/// At this hour of the reader's day.
const MORNING: Instant = 8 * HOUR;

/// The kind of message that may be switched off which the notice `n` is; empty: none. `z` is the one that it repeats to the same
/// person, if it does. `notices/rules.rs` has the words of each.
macro_rules! category {
    () => {
        "CASE WHEN COALESCE(z.kind, n.kind) IN ('release.announced', 'release.reminded') THEN
                CASE WHEN EXISTS (SELECT 1 FROM announced_assets s
                    WHERE s.announcement_id = COALESCE(z.announcement_id, n.announcement_id)
                    AND s.person_id = n.person_id AND s.level <> 'copy') THEN 'releases' ELSE 'release_copies' END
            WHEN COALESCE(z.kind, n.kind) = 'access.changed' THEN 'access'
            WHEN COALESCE(z.kind, n.kind) = 'by_default' THEN 'by_default'
            WHEN COALESCE(z.kind, n.kind) = 'renewal.weekly' THEN 'renewals_weekly'
            WHEN COALESCE(z.kind, n.kind) = 'digest' THEN 'digest' ELSE '' END"
    };
}

/// A role of the person `p` seems vacant at the instant `$now`: mail comes back, the sign-in has ended, or what was sent was not
/// followed by a sign-in for as long as the settings say.
macro_rules! vacant {
    ($now:literal) => {
        concat!(
            "(p.bounced_at IS NOT NULL OR p.deactivated_at IS NOT NULL OR EXISTS (SELECT 1 FROM notices v
                WHERE v.person_id = p.id AND v.state = 'sent' AND v.link_purpose IS NULL
                AND v.sent_at <= ",
            $now,
            " - 86400000 * COALESCE((SELECT CAST(w.value AS BIGINT) FROM settings w WHERE w.name = 'vacant_after_days'), 365)
                AND v.sent_at > COALESCE(p.seen_at, p.signed_in_at, 0)))"
        )
    };
}
pub(crate) use vacant;

/// The contract `c` is one that the notice `n` is about.
macro_rules! about {
    () => {
        "(c.id = n.contract_id
            OR EXISTS (SELECT 1 FROM change_set_contracts x WHERE x.change_set = n.change_set AND x.contract_id = c.id)
            OR EXISTS (SELECT 1 FROM announced_assets x JOIN assets a ON a.id = x.asset_id AND a.contract_id = c.id
                WHERE x.announcement_id = n.announcement_id AND x.person_id = n.person_id))"
    };
}

/// The person `p` has a role on the contract `c`.
macro_rules! has_role {
    () => {
        "(c.manager_id = p.id OR c.coordinator_id = p.id
            OR EXISTS (SELECT 1 FROM asset_groups g WHERE g.contract_id = c.id AND g.coordinator_id = p.id)
            OR EXISTS (SELECT 1 FROM assets a WHERE a.contract_id = c.id AND a.coordinator_id = p.id))"
    };
}
pub(crate) use has_role;

/// Finds what is to be sent for a job that is still held. `$3` the time, `$4` today.
pub(super) const QUEUED: &str = concat!(
    "SELECT n.id, n.address, n.subject, n.body_text, n.body_html, n.link_purpose, n.reply_to, n.message_id, n.calendar,
        n.created_at, n.mailbox = '' AND p.deactivated_at IS NOT NULL AS deactivated, ",
    category!(),
    " AS category, (SELECT x.how FROM notice_preferences x WHERE n.mailbox = '' AND x.person_id = n.person_id AND x.category = ",
    category!(),
    ") AS how, n.mailbox = '' AND n.copy_of IS NULL AND n.link_purpose IS NULL AND n.account_id IS NOT NULL
        AND (EXISTS (SELECT 1 FROM notice_addresses x WHERE x.person_id = p.id AND x.confirmed_at IS NOT NULL)
            OR EXISTS (SELECT 1 FROM absences x WHERE x.person_id = p.id AND x.from_on <= $4 AND x.until_on >= $4)
            OR ",
    vacant!("$3"),
    ") AS copied
    FROM jobs j JOIN notices n ON n.id = j.payload JOIN people p ON p.id = n.person_id
    LEFT JOIN notices z ON z.id = n.copy_of AND z.person_id = n.person_id
    WHERE j.id = $1 AND j.lease = $2 AND n.state = 'queued'"
);

/// What is known of a notice that is copied.
#[derive(FromRow)]
struct Original {
    person_id: i64,
    account_id: Option<i64>,
    contract_id: Option<i64>,
    change_set: Option<i64>,
    subject: String,
    body_text: String,
    body_html: String,
    reply_to: String,
    first_name: String,
    last_name: String,
    email: String,
    /// Why the role seems vacant; empty: it does not.
    vacant: String,
}

const ORIGINAL: &str = concat!(
    "SELECT n.person_id, n.account_id, n.contract_id, n.change_set, n.subject, n.body_text, n.body_html, n.reply_to,
        p.first_name, p.last_name, p.email, CASE WHEN p.deactivated_at IS NOT NULL THEN 'deactivated'
            WHEN p.bounced_at IS NOT NULL THEN 'bounced' WHEN ",
    vacant!("$2"),
    " THEN 'unopened' ELSE '' END AS vacant
    FROM notices n JOIN people p ON p.id = n.person_id WHERE n.id = $1 AND n.state = 'queued' AND n.body_text <> ''"
);

#[derive(FromRow)]
struct Whom {
    person_id: i64,
    address: String,
    reason: String,
}

/// `$1` the notice, `$2` today, `$3` whether the role seems vacant. Only people of the notice's company, or the reseller of the
/// contract; never somebody who is out of reach, or who gets the same announcement anyway.
const WHOM: &str = concat!(
    "SELECT w.person_id, w.address, MIN(w.reason) AS reason FROM notices n JOIN people p ON p.id = n.person_id JOIN (
        SELECT n.id, x.person_id, x.email AS address, 'address' AS reason FROM notices n
            JOIN notice_addresses x ON x.person_id = n.person_id AND x.confirmed_at IS NOT NULL
            JOIN people p ON p.id = n.person_id AND p.deactivated_at IS NULL WHERE n.id = $1
        UNION ALL SELECT n.id, q.id, q.email, 'colleague' FROM notices n
            JOIN absences x ON x.person_id = n.person_id AND x.from_on <= $2 AND x.until_on >= $2
            JOIN memberships m ON m.account_id = n.account_id AND m.person_id = x.colleague_id AND m.confirmed_at IS NOT NULL
            JOIN people q ON q.id = x.colleague_id AND q.deactivated_at IS NULL AND q.bounced_at IS NULL WHERE n.id = $1
        UNION ALL SELECT n.id, q.id, q.email, CASE WHEN q.id = c.manager_id THEN 'manager'
                WHEN q.id = b.person_id THEN 'backup' ELSE 'reseller' END
            FROM notices n JOIN people p ON p.id = n.person_id JOIN contracts c ON ",
    about!(),
    " AND ",
    has_role!(),
    " LEFT JOIN backup_contacts b ON b.contract_id = c.id
            JOIN people q ON q.id <> p.id AND q.deactivated_at IS NULL AND q.bounced_at IS NULL
                AND (EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id AND m.person_id = q.id
                        AND m.confirmed_at IS NOT NULL AND q.id IN (c.manager_id, b.person_id))
                    OR EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.reseller_id AND m.person_id = q.id
                        AND m.confirmed_at IS NOT NULL AND m.partner_role = 'partner_admin'))
            WHERE n.id = $1 AND $3 = TRUE
    ) w ON w.id = n.id
    WHERE n.id = $1 AND NOT (w.reason <> 'address' AND n.announcement_id IS NOT NULL AND EXISTS (SELECT 1 FROM notices o
        WHERE o.announcement_id = n.announcement_id AND o.kind = n.kind AND o.person_id = w.person_id AND o.copy_of IS NULL))
    GROUP BY w.person_id, w.address ORDER BY w.person_id, w.address LIMIT 50"
);
const COPY_OF: &str = "UPDATE notices SET copy_of = $1 WHERE copy_of IS NULL AND dedup_key IN (";
const END: &str = ")";

/// Writes the copies of a notice that is about to leave. Twice is once.
#[derive(Clone, Serialize)]
pub(super) struct WriteCopies {
    pub notice: i64,
    #[serde(skip)]
    pub site: Site,
}

impl Operation for WriteCopies {
    type Action = SendMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<SendMail>) -> Result<(), AppError> {
        let today = day_of(tx.now(), tx.zone());
        let original: Option<Original> = tx.find(permit, sql(ORIGINAL).bind(self.notice).bind(tx.now())).await?;
        let Some(original) = original else { return Ok(()) };
        let whom = sql(WHOM).bind(self.notice).bind(today).bind(!original.vacant.is_empty());
        let whom: Vec<Whom> = tx.fetch(permit, whom).await?;
        let mails: Vec<Outgoing> = whom.iter().map(|whom| self.copy(&original, whom)).collect();
        if mails.is_empty() {
            return Ok(());
        }
        outbox::write(tx, permit, &self.site, &mails, Send::InTurn).await?;
        let keys: Vec<String> = mails.into_iter().map(|mail| mail.dedup_key).collect();
        let mut mark = sql(COPY_OF).bind(self.notice);
        for n in 0..50 {
            mark = mark.push(if n == 0 { "" } else { ", " }).push_bind(keys.get(n).cloned());
        }
        tx.execute(permit, mark.push(END)).await?;
        tx.note(serde_json::json!({"notice": self.notice, "copies": keys.len()}), None);
        Ok(())
    }
}

impl WriteCopies {
    fn copy(&self, original: &Original, whom: &Whom) -> Outgoing {
        let name = one_line(&full_name(&original.first_name, &original.last_name));
        let name = if name.is_empty() { original.email.clone() } else { name };
        let words = reason(&name, &original.vacant, &whom.reason);
        let before = html! { p style="margin:0 0 16px" { (words) } hr style="margin:0 0 16px;border:0;border-top:1px solid #868a80"; };
        let mail = Rendered {
            subject: original.subject.clone(),
            text: format!("{}\n\n{}", super::text::rewrapped(&words), original.body_text),
            html: original.body_html.replacen("<main>", &format!("<main>{}", before.into_string()), 1),
            why: words,
        };
        Outgoing {
            person: PersonId(whom.person_id),
            address: whom.address.clone(),
            account: original.account_id,
            contract: original.contract_id,
            // For somebody else it has none of its own: the pages of change sets count who was told.
            change_set: original.change_set.filter(|_| whom.person_id == original.person_id).map(ChangeSetId),
            kind: "copy",
            mail,
            link: None,
            reply_to: original.reply_to.clone(),
            dedup_key: format!("copy/{}/{}/{}", self.notice, whom.person_id, crate::text::address_key(&whom.address)),
        }
    }
}

/// Why somebody gets a copy.
fn reason(name: &str, vacant: &str, reason: &str) -> String {
    let because = match vacant {
        "deactivated" => "can no longer sign in",
        "bounced" => "cannot be reached: mail to that address comes back",
        _ => "has not been here for a long time",
    };
    match reason {
        "address" => "This is a copy: you asked for your notices at this address, too.".to_owned(),
        "colleague" => format!("This is a copy: {name} is away and asked that you get the notices meanwhile."),
        "backup" => format!("This is a copy for you as backup contact: {name}, to whom it went, {because}."),
        "manager" => format!("This is a copy for you as Contract Manager: {name}, to whom it went, {because}."),
        _ => format!("This is a copy for you as reseller of the contract: {name}, to whom it went, {because}."),
    }
}

/// Makes the link that stops a kind of message. It works for each click, as long as the person is here.
#[derive(Clone, Serialize)]
pub(super) struct MakeStop {
    pub notice: i64,
    pub category: String,
    pub hash: Vec<u8>,
}

const STOP: &str = "INSERT INTO unsubscribe_links (hash, person_id, category, created_at)
    SELECT $1, n.person_id, $2, $3 FROM notices n WHERE n.id = $4";

impl Operation for MakeStop {
    type Action = SendMail;
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<SendMail>) -> Result<u64, AppError> {
        let row = sql(STOP).bind(self.hash.as_slice()).bind(self.category.as_str()).bind(tx.now()).bind(self.notice);
        Ok(tx.execute(permit, row).await?)
    }
}

/// Where a kind of message is stopped.
pub(super) fn stop_url(site: &Site, secret: &Secret) -> String {
    site.link(&format!("/unsubscribe/{}", secret.reveal()))
}

const ZONE: &str = "SELECT p.time_zone, p.id FROM notices n JOIN people p ON p.id = n.person_id WHERE n.id = $1";
const OFF: &str = "UPDATE notices SET state = 'off' WHERE id = $1 AND state = 'queued'";
const COLLECTED: &str = "UPDATE notices SET state = 'collected' WHERE id = $1 AND state = 'queued'";
/// Of its own for each morning: one that runs already is over for what comes now.
const JOB: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    VALUES ('notices.digest', $1, $2, $3, FALSE, 'waiting', 0, 0, 0, '') ON CONFLICT (dedup_key) DO NOTHING";

/// Not sent: its reader does not want it.
pub(super) async fn switched_off(tx: &mut WriteTx, permit: &Permit<SendMail>, notice: i64) -> Result<(), AppError> {
    tx.execute(permit, sql(OFF).bind(notice)).await?;
    Ok(())
}

/// Waits for the next morning of its reader.
pub(super) async fn collected(tx: &mut WriteTx, permit: &Permit<SendMail>, notice: i64) -> Result<(), AppError> {
    let zone: Option<(String, i64)> = tx.find(permit, sql(ZONE).bind(notice)).await?;
    let Some((zone, person)) = zone else { return Ok(()) };
    let zone = match zone.as_str() {
        "" => tx.zone().clone(),
        name => crate::time::zone(name).unwrap_or_else(|_| tx.zone().clone()),
    };
    let at = next_morning(tx.now(), &zone);
    tx.execute(permit, sql(COLLECTED).bind(notice)).await?;
    tx.execute(permit, sql(JOB).bind(person).bind(format!("{DIGEST}/{person}/{at}")).bind(at)).await?;
    Ok(())
}

/// Eight o'clock there, today or tomorrow.
fn next_morning(now: Instant, zone: &TimeZone) -> Instant {
    let today = day_of(now, zone);
    let at = |day: Day| {
        let at = zone.to_timestamp(day.0.at(8, 0, 0, 0));
        at.map_or_else(|_| crate::time::start_of(day, zone) + MORNING, |at| at.as_millisecond())
    };
    if at(today) > now { at(today) } else { at(today.plus(1)) }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut mark = sql(COPY_OF).bind(0);
    for n in 0..50 {
        mark = mark.push(if n == 0 { "" } else { ", " }).push_bind("");
    }
    let mut all: Vec<Sql> = [ORIGINAL, WHOM, STOP, ZONE, OFF, COLLECTED, JOB].map(sql).into();
    all.push(mark.push(END));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::rfc3339;

    #[test]
    fn the_daily_mail_goes_out_at_eight_where_its_reader_is() {
        let zone = |name| crate::time::zone(name).unwrap_or(TimeZone::UTC);
        // 24 Nov 2026, 07:00 UTC is eight in Berlin, and still two in New York.
        let now = 1_795_503_600_000;
        assert_eq!(rfc3339(now), "2026-11-24T07:00:00Z");
        assert_eq!(rfc3339(next_morning(now, &TimeZone::UTC)), "2026-11-24T08:00:00Z");
        assert_eq!(rfc3339(next_morning(now, &zone("Europe/Berlin"))), "2026-11-25T07:00:00Z");
        assert_eq!(rfc3339(next_morning(now, &zone("America/New_York"))), "2026-11-24T13:00:00Z");
    }

    #[test]
    fn each_copy_says_why() {
        assert!(
            reason("Owen Reyes", "bounced", "backup")
                .contains("backup contact: Owen Reyes, to whom it went, cannot be")
        );
        assert!(reason("Owen Reyes", "deactivated", "manager").contains("as Contract Manager"));
        assert!(reason("Owen Reyes", "unopened", "reseller").ends_with("has not been here for a long time."));
        assert!(reason("Owen Reyes", "", "colleague").contains("Owen Reyes is away"));
    }
}
