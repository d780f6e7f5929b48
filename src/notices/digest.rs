//! The job `notices.digest`: at eight in the morning of its reader, everything that waited for it is told in one mail.
use super::mails::Digest;
use crate::app::Profile;
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// So many are named; the rest is counted.
const MOST: usize = 20;

/// Writes the digest of one person.
#[derive(Clone, Serialize)]
pub struct WriteDigest {
    person: i64,
    #[serde(skip)]
    site: Site,
}

impl WriteDigest {
    /// For the job with this payload.
    pub fn new(person: i64, profile: &Profile) -> Self {
        Self { person, site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Collected {
    id: i64,
    subject: String,
    body_text: String,
    email: String,
    active: bool,
}

const COLLECTED: &str = "SELECT n.id, n.subject, n.body_text, p.email, p.deactivated_at IS NULL AS active
    FROM notices n JOIN people p ON p.id = n.person_id WHERE n.person_id = $1 AND n.state = 'collected' ORDER BY n.id";
const WRITTEN: &str = "SELECT id FROM notices WHERE dedup_key = $1";
const TOLD: &str = "UPDATE notices SET state = $2, digest_id = $3, sent_at = $4
    WHERE person_id = $1 AND state = 'collected' AND id <= $5";

impl Operation for WriteDigest {
    type Action = policy::WriteMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let rows: Vec<Collected> = tx.fetch(permit, sql(COLLECTED).bind(self.person)).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let told = |state: &str, digest: Option<i64>, at: Option<i64>| {
            sql(TOLD).bind(self.person).bind(state).bind(digest).bind(at).bind(last.id)
        };
        if !first.active {
            tx.execute(permit, told("not_sent", None, None)).await?;
            return Ok(());
        }
        let item = |row: &Collected| (one_line(&row.subject), link(&row.body_text, &self.site));
        let mail = Digest {
            site: self.site.clone(),
            items: rows.iter().take(MOST).map(item).collect(),
            more: rows.len().saturating_sub(MOST) as u64,
        };
        let key = format!("digest/{}", handle());
        let mail = Outgoing {
            person: PersonId(self.person),
            address: first.email.clone(),
            account: None,
            contract: None,
            change_set: None,
            kind: "digest",
            mail: mail.render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: key.clone(),
        };
        outbox::write(tx, permit, &self.site, &[mail], Send::InTurn).await?;
        let written: Option<(i64,)> = tx.find(permit, sql(WRITTEN).bind(key)).await?;
        let (digest,) = written.ok_or(AppError::Lost)?;
        tx.execute(permit, told("digested", Some(digest), Some(tx.now()))).await?;
        tx.note(serde_json::json!({"person": self.person, "notices": rows.len()}), None);
        Ok(())
    }
}

/// Where the one button of a mail leads: the first line of its text that is an address of ours.
fn link(text: &str, site: &Site) -> String {
    let ours = format!("{}/", site.base_url);
    let line = text.lines().map(str::trim).find(|line| line.starts_with(&ours));
    line.map_or_else(|| site.link("/notices"), str::to_owned)
}

pub(super) fn statements() -> Vec<Sql> {
    [COLLECTED, WRITTEN, TOLD].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_of_a_mail_is_found_in_its_text() {
        let site = Site::sample();
        let text = "x\nhttps://other.example/\n  https://subscriptions.example.com/downloads/k7fq2m\n";
        assert_eq!(link(text, &site), "https://subscriptions.example.com/downloads/k7fq2m");
        assert_eq!(link("nothing", &site), "https://subscriptions.example.com/notices");
    }
}
