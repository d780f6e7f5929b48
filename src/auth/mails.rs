//! The mails of signing in: 3 to 6 of the list.
use super::factors_mail::FactorsRemoved;
use super::session::By;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::mail::letter::{Action, LINK, Letter};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Rendered, Site};
use crate::policy::WriteProof;
use crate::time::long;

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

/// With a link that proves again who is signed in.
#[derive(Clone, Debug)]
pub struct AgainLink {
    /// The installation.
    pub site: Site,
}

impl Mail for AgainLink {
    fn subject(&self) -> String {
        "Confirm that it is you".to_owned()
    }

    fn letter(&self) -> Letter {
        let center = self.site.center();
        Letter {
            preheader: "It works once, for 15 minutes, in the browser in which you are signed in.".to_owned(),
            opening: format!("You are about to change something important in {center}."),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "The link works once, for 15 minutes, in the browser in which you are signed in.".to_owned(),
            ],
            action: Action { words: "Confirm that it is you".to_owned(), url: LINK.to_owned() },
            answer: String::new(),
            why: "somebody who is signed in with this address asked for it. If that was not you, do not use the link, \
                and sign out everywhere on the page Sign-in and security."
                .to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Mail 6: a sign-in in a browser that is not known.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// The installation.
    pub site: Site,
    /// `Firefox on Windows`
    pub device: String,
    /// `24 Nov 2026, 04:42 UTC`
    pub at: String,
    /// `with a password`
    pub with: &'static str,
}

impl Mail for NewDevice {
    fn subject(&self) -> String {
        format!("New sign-in from {}", self.device)
    }

    fn letter(&self) -> Letter {
        let Self { site, device, at, with } = self;
        Letter {
            preheader: format!("{at}, {with}."),
            opening: format!("Somebody signed in to {} as you, {with}, from {device}, on {at}.", site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "That was you? Then there is nothing to do.".to_owned(),
                "Not you? Sign that browser out at once, then set a new password.".to_owned(),
            ],
            action: Action { words: "See where you are signed in".to_owned(), url: site.link("/account/security") },
            answer: String::new(),
            why: "this browser had not been used to sign in as you before.".to_owned(),
            service: true,
            site: site.clone(),
        }
    }
}

/// Mail 4: the link that sets a new password.
#[derive(Clone, Debug)]
pub struct ResetLink {
    /// The installation.
    pub site: Site,
}

impl Mail for ResetLink {
    fn subject(&self) -> String {
        "Set a new password".to_owned()
    }

    fn letter(&self) -> Letter {
        let center = self.site.center();
        Letter {
            preheader: "The link works once, for 60 minutes.".to_owned(),
            opening: format!("You, or somebody who knows this address, asked for a new password for {center}."),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "The link works once, for 60 minutes. The password that you have stays until you set another one."
                    .to_owned(),
            ],
            action: Action { words: "Set a new password".to_owned(), url: LINK.to_owned() },
            answer: String::new(),
            why: "this address was entered on the page for forgotten passwords. If that was not you, do nothing: without \
                the link nobody changes your password."
                .to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Mail 5: the password is another one.
#[derive(Clone, Debug)]
pub struct PasswordChanged {
    /// The installation.
    pub site: Site,
    /// `24 Nov 2026, 04:42 UTC`
    pub at: String,
}

impl Mail for PasswordChanged {
    fn subject(&self) -> String {
        "Your password was changed".to_owned()
    }

    fn letter(&self) -> Letter {
        let Self { site, at } = self;
        Letter {
            preheader: "Everywhere else you are signed out.".to_owned(),
            opening: format!("The password with which you sign in to {} was set on {at}.", site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "All other browsers in which you were signed in are signed out.".to_owned(),
                "Not you? Set a new password at once; the old one no longer works.".to_owned(),
            ],
            action: Action { words: "Set a new password".to_owned(), url: site.link("/forgot") },
            answer: String::new(),
            why: "you are told whenever your password changes.".to_owned(),
            service: true,
            site: site.clone(),
        }
    }
}

impl ResetLink {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample() }
    }
}

impl PasswordChanged {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), at: "24 Nov 2026, 04:42 UTC".to_owned() }
    }
}

impl AgainLink {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample() }
    }
}

impl NewDevice {
    /// For tests and the preview.
    pub fn sample() -> Self {
        let (device, at) = ("Firefox on Windows".to_owned(), "24 Nov 2026, 04:42 UTC".to_owned());
        Self { site: Site::sample(), device, at, with: By::Password.words() }
    }
}

#[derive(FromRow)]
struct Reader {
    email: String,
    recent: i64,
}

/// Whoever asks twice at once waits here, so that the second counts the first.
const LOCK: &str = "UPDATE people SET version = version WHERE id = $1";
const READER: &str = "SELECT p.email, (SELECT COUNT(*) FROM notices n WHERE n.person_id = p.id AND n.kind = $3
        AND n.created_at > $2) AS recent
    FROM people p WHERE p.id = $1 AND p.deactivated_at IS NULL";

/// Queues a sign-in mail before all that waits. Nothing is written, and nothing is said, where the person had enough of
/// them or was deactivated. Call it inside the operation that somebody asked with, and wake the worker afterwards.
pub async fn queue_sign_in(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    let mail = SignInLink { site: Site::unknown() }.render();
    queue(tx, proof, person, "sign_in_link", mail, Some(Purpose::SignIn)).await
}

/// As [`queue_sign_in`], inside a session.
pub(super) async fn queue_again(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    let mail = AgainLink { site: Site::unknown() }.render();
    queue(tx, proof, person, "again_link", mail, Some(Purpose::Again)).await
}

/// As [`queue_sign_in`], for a forgotten password.
pub(super) async fn queue_reset(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    let mail = ResetLink { site: Site::unknown() }.render();
    queue(tx, proof, person, "reset_link", mail, Some(Purpose::Reset)).await
}

/// Tells a person that the password is another one.
pub(super) async fn queue_password_changed(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
) -> Result<(), AppError> {
    let mail = PasswordChanged { site: Site::unknown(), at: long(tx.now(), tx.zone()) }.render();
    queue(tx, proof, person, "password_changed", mail, None).await
}

/// Tells a person that the vendor removed the second factors.
pub(super) async fn queue_factors_removed(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    by: Option<String>,
    why: &str,
) -> Result<(), AppError> {
    let (at, why) = (long(tx.now(), tx.zone()), why.to_owned());
    let mail = FactorsRemoved { site: Site::unknown(), by, at, why }.render();
    queue(tx, proof, person, "factors_removed", mail, None).await
}

/// Tells a person of a browser that was not known.
pub(super) async fn queue_new_device(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    device: &str,
    by: By,
) -> Result<(), AppError> {
    let (at, with) = (long(tx.now(), tx.zone()), by.words());
    let mail = NewDevice { site: Site::unknown(), device: device.to_owned(), at, with }.render();
    queue(tx, proof, person, "new_device", mail, None).await
}

async fn queue(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    kind: &'static str,
    mail: Rendered,
    link: Option<Purpose>,
) -> Result<(), AppError> {
    tx.execute(proof, sql(LOCK).bind(person)).await?;
    let since = tx.now() - link.unwrap_or(Purpose::SignIn).lasts();
    let reader: Option<Reader> = tx.find(proof, sql(READER).bind(person).bind(since).bind(kind)).await?;
    let Some(reader) = reader.filter(|r| link.is_none() || r.recent < MOST_LINKS) else { return Ok(()) };
    // Operations do not know where they run; what the mail says of the installation is filled in while it is sent.
    let site = Site::unknown();
    let mail = Outgoing {
        person,
        address: reader.email,
        account: None,
        contract: None,
        change_set: None,
        kind,
        mail,
        link,
        reply_to: site.contact_email.clone(),
        dedup_key: format!("{kind}/{}", super::secret::handle()),
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

    fn words(mail: impl Mail) -> String {
        let mail = mail.render();
        format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
    }

    #[test]
    fn sign_in_link() {
        insta::assert_snapshot!("words", words(SignInLink::sample()));
    }

    #[test]
    fn again_link() {
        insta::assert_snapshot!("again", words(AgainLink::sample()));
    }

    #[test]
    fn reset_link() {
        insta::assert_snapshot!("reset", words(ResetLink::sample()));
    }

    #[test]
    fn password_changed() {
        insta::assert_snapshot!("password_changed", words(PasswordChanged::sample()));
    }

    #[test]
    fn new_device() {
        insta::assert_snapshot!("new_device", words(NewDevice::sample()));
    }
}
