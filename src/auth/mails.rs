//! The mail with which people sign in.
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::mail::letter::{Action, LINK, Letter};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::policy::WriteProof;

/// Most sign-in mails that one person gets in the time that a link lasts; whoever asks for more gets none, and no word.
pub const MOST_LINKS: i64 = 5;

/// Mail 3: the link that was asked for.
#[derive(Clone, Debug)]
pub struct SignInLink {
    /// The installation.
    pub site: Site,
}

impl Mail for SignInLink {
    fn subject(&self) -> String {
        "Your sign-in link".to_owned()
    }

    fn letter(&self) -> Letter {
        let center = self.site.center();
        Letter {
            preheader: "It works once, for 15 minutes.".to_owned(),
            opening: format!("You, or somebody who knows this address, asked to sign in to {center}."),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec!["The link works once, for 15 minutes.".to_owned()],
            action: Action { words: "Sign in".to_owned(), url: LINK.to_owned() },
            answer: String::new(),
            why: "this address was entered on the sign-in page. If that was not you, do nothing: without the link \
                nobody gets in."
                .to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl SignInLink {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample() }
    }
}

#[derive(FromRow)]
struct Reader {
    email: String,
    recent: i64,
}

/// Whoever asks twice at once waits here, so that the second counts the first.
const LOCK: &str = "UPDATE people SET version = version WHERE id = $1";
const READER: &str =
    "SELECT p.email, (SELECT COUNT(*) FROM notices n WHERE n.person_id = p.id AND n.kind = 'sign_in_link'
        AND n.created_at > $2) AS recent
    FROM people p WHERE p.id = $1 AND p.deactivated_at IS NULL";

/// Queues a sign-in mail before all that waits. Nothing is written, and nothing is said, where the person had enough of
/// them or was deactivated. Call it inside the operation that somebody asked with, and wake the worker afterwards.
pub async fn queue_sign_in(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    tx.execute(proof, sql(LOCK).bind(person)).await?;
    let since = tx.now() - Purpose::SignIn.lasts();
    let reader: Option<Reader> = tx.find(proof, sql(READER).bind(person).bind(since)).await?;
    let Some(reader) = reader.filter(|r| r.recent < MOST_LINKS) else { return Ok(()) };
    // Operations do not know where they run; what the mail says of the installation is filled in while it is sent.
    let site = Site::unknown();
    let mail = Outgoing {
        person,
        address: reader.email,
        account: None,
        contract: None,
        change_set: None,
        kind: "sign_in_link",
        mail: SignInLink { site: site.clone() }.render(),
        link: Some(Purpose::SignIn),
        reply_to: site.contact_email.clone(),
        dedup_key: format!("sign_in/{}", super::secret::handle()),
    };
    outbox::write(tx, proof, &site, &[mail], Send::AtOnce).await?;
    Ok(())
}

pub(crate) fn statements() -> Vec<Sql> {
    [LOCK, READER].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let mail = SignInLink::sample().render();
        insta::assert_snapshot!(format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
    }
}
