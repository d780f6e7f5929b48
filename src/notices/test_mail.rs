//! Mail 35: a message to oneself, which shows that mail leaves and how it looks. It is sent before the installation is live, too.
use super::mails::TestMessage;
use crate::app::Profile;
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::time::long;
use serde::Serialize;

/// Sends it to whoever asks.
#[derive(Clone, Debug, Serialize)]
pub struct SendTest {
    #[serde(skip)]
    site: Site,
}

impl SendTest {
    /// From this installation.
    pub fn new(profile: &Profile) -> Self {
        Self { site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Me {
    email: String,
}

const ME: &str = "SELECT email FROM people WHERE id = $1";
const WRITTEN: &str = "SELECT id FROM notices WHERE dedup_key = $1";

impl Operation for SendTest {
    type Action = policy::SendTest;
    /// The notice.
    type Output = i64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<i64, AppError> {
        let me: Option<Me> = tx.find(permit, sql(ME).bind(permit.actor())).await?;
        let me = me.ok_or_else(AppError::hidden)?;
        let key = format!("mail.test/{}", handle());
        let mail = TestMessage { site: self.site.clone(), at: long(tx.now(), tx.zone()) };
        let mail = Outgoing {
            person: permit.actor(),
            address: me.email,
            account: None,
            contract: None,
            change_set: None,
            kind: "mail.test",
            mail: mail.render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: key.clone(),
        };
        outbox::write(tx, permit, &self.site, &[mail], Send::AtOnce).await?;
        let written: Option<(i64,)> = tx.find(permit, sql(WRITTEN).bind(key)).await?;
        tx.note("a test message", None);
        written.map(|(id,)| id).ok_or(AppError::Lost)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ME, WRITTEN].map(sql).into()
}
