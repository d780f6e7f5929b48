//! A change of somebody's address: it takes effect when both addresses have confirmed it. Roles stay: the address is an
//! attribute, and who one is, is an id.
//!
//! [`begin`] is the one way to change an address. Who may is decided before: by [`ChangeEmail`] for one's own, by the slice that
//! corrects users for theirs.
use super::email_mails::{Confirm, ConfirmNew, ConfirmOld, InUse};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Rendered, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use crate::text::{address_key, full_name, is_address, sort_key};
use crate::time::{DAY, Instant, long};
use serde::{Deserialize, Serialize};

/// How long a change can be confirmed.
pub const CONFIRMED_WITHIN: Instant = DAY;
/// Most changes that can be asked for one person in a day: each writes to an address that has not been proven.
pub const MOST_A_DAY: i64 = 5;

/// How a change began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Begun {
    /// The address is changed: nobody has ever signed in with the old one. Their open links have ended; whoever invited
    /// them sends the invitation again, to the new address.
    AtOnce,
    /// Both addresses got a mail. Nobody learns from this whether the new one is free.
    Asked,
    /// Nothing was done: nobody has ever signed in with the old address, and the new one is somebody's already. Name that
    /// somebody instead (they are invited like anybody else), and end the access of this person.
    SomebodyElse,
}

#[derive(Clone, FromRow)]
struct Person {
    email: String,
    email_key: String,
    time_zone: String,
    signed_in: bool,
}

/// Whoever changes an address twice at once waits here.
const PERSON: &str = "UPDATE people SET version = version WHERE id = $1 AND deactivated_at IS NULL
    RETURNING email, email_key, time_zone, signed_in_at IS NOT NULL AS signed_in";
const OWNER: &str = "SELECT p.id, p.email FROM people p WHERE p.email_key = $1";
const RECENT: &str = "SELECT COUNT(*) FROM email_changes WHERE person_id = $1 AND asked_at > $2";
const REPLACE: &str = "UPDATE email_changes SET ended_at = $2, ended = $3 WHERE person_id = $1 AND done_at IS NULL
    AND ended_at IS NULL";
const ASK: &str = "INSERT INTO email_changes (person_id, old_email, new_email, new_key, asked_by, asked_at, expires_at,
        old_confirmed_at, new_confirmed_at, done_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8) RETURNING id";
const ABOUT: &str = "UPDATE notices SET email_change = $1 WHERE dedup_key IN ($2, $3)";
const BY: &str = "SELECT first_name, last_name FROM people WHERE id = $1";

/// Begins to change the address of `person` to `new`, because `by` asks for it.
///
/// An address whose owner has never signed in changes at once ([`Begun::AtOnce`]); one whose owner has signed in changes only
/// when it is confirmed from the old and the new one within 24 hours ([`Begun::Asked`]): both get a mail, the one at the old
/// address can stop it. A change that is still open is replaced. The caller holds a permit that decided whether `by` may, and
/// wakes the worker afterwards.
pub async fn begin(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    new: &str,
    by: PersonId,
) -> Result<Begun, AppError> {
    let new = new.trim();
    if !is_address(new) {
        return Err(AppError::invalid("email", "enter the full e-mail address, for example name@company.com"));
    }
    let found: Vec<Person> = tx.returning(proof, sql(PERSON).bind(person)).await?;
    let found = found.into_iter().next().ok_or_else(AppError::hidden)?;
    if found.email == new {
        return Err(AppError::invalid("email", "enter another address than the present one"));
    }
    let key = address_key(new);
    let owner: Option<(PersonId, String)> = tx.find(proof, sql(OWNER).bind(key.as_str())).await?;
    let owner = owner.filter(|(owner, _)| *owner != person);
    // Only its capitals change: it is the same mailbox.
    if found.email_key == key || (!found.signed_in && owner.is_none()) {
        row(tx, proof, person, &found, new, by, Some(tx.now())).await?;
        change(tx, proof, person, new).await?;
        return Ok(Begun::AtOnce);
    }
    if !found.signed_in {
        return Ok(Begun::SomebodyElse);
    }
    let recent: Option<(i64,)> = tx.find(proof, sql(RECENT).bind(person).bind(tx.now() - DAY)).await?;
    if recent.is_some_and(|(n,)| n >= MOST_A_DAY) {
        let title = format!("an address can be changed {MOST_A_DAY} times a day; try again tomorrow");
        return Err(Refusal::new("too-many", title).into());
    }
    let change = row(tx, proof, person, &found, new, by, None).await?;
    write(tx, proof, person, &found, new, by, owner, change).await?;
    Ok(Begun::Asked)
}

async fn row(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    found: &Person,
    new: &str,
    by: PersonId,
    done: Option<Instant>,
) -> Result<i64, AppError> {
    tx.execute(proof, sql(REPLACE).bind(person).bind(tx.now()).bind("replaced")).await?;
    let ask = sql(ASK).bind(person).bind(found.email.as_str()).bind(new).bind(address_key(new)).bind(by);
    let ask = ask.bind(tx.now()).bind(tx.now() + CONFIRMED_WITHIN).bind(done);
    let id: Vec<(i64,)> = tx.returning(proof, ask).await?;
    id.first().map(|(id,)| *id).ok_or(AppError::Lost)
}

/// Who asks, in words: "You, or somebody who is signed in as you," or a name.
async fn asker(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId, by: PersonId) -> Result<String, AppError> {
    if person == by {
        return Ok("You, or somebody who is signed in as you,".to_owned());
    }
    let names: Option<(String, String)> = tx.find(proof, sql(BY).bind(by)).await?;
    Ok(names.map_or_else(|| "The vendor".to_owned(), |(first, last)| full_name(&first, &last)))
}

#[expect(clippy::too_many_arguments, reason = "one mail to each side, about one change")]
async fn write(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    found: &Person,
    new: &str,
    by: PersonId,
    owner: Option<(PersonId, String)>,
    change: i64,
) -> Result<(), AppError> {
    let site = Site::unknown();
    let zone = match found.time_zone.as_str() {
        "" => tx.zone().clone(),
        name => crate::time::zone(name).unwrap_or_else(|_| tx.zone().clone()),
    };
    let confirm = Confirm {
        site: site.clone(),
        by: asker(tx, proof, person, by).await?,
        old: found.email.clone(),
        new: new.to_owned(),
        until: long(tx.now() + CONFIRMED_WITHIN, &zone),
    };
    let (old_key, new_key) = (format!("change_email/{change}/old"), format!("change_email/{change}/new"));
    let outgoing = |person, address: &str, kind, mail: Rendered, link, dedup_key: &str| Outgoing {
        person,
        address: address.to_owned(),
        account: None,
        contract: None,
        change_set: None,
        kind,
        mail,
        link,
        reply_to: site.contact_email.clone(),
        dedup_key: dedup_key.to_owned(),
    };
    let there = match &owner {
        None => {
            let mail = ConfirmNew(confirm.clone()).render();
            outgoing(person, new, "change_email_new", mail, Some(Purpose::NewAddress), &new_key)
        }
        Some((owner, address)) => {
            let mail = InUse { site: site.clone(), address: address.clone() }.render();
            outgoing(*owner, address, "change_email_in_use", mail, None, &new_key)
        }
    };
    let mail = ConfirmOld(confirm).render();
    let here = outgoing(person, &found.email, "change_email_old", mail, Some(Purpose::OldAddress), &old_key);
    outbox::write(tx, proof, &site, &[here, there], Send::AtOnce).await?;
    tx.execute(proof, sql(ABOUT).bind(change).bind(old_key).bind(new_key)).await?;
    Ok(())
}

#[derive(FromRow)]
struct Before {
    email: String,
    first_name: String,
    last_name: String,
}

const BEFORE: &str = "SELECT email, first_name, last_name FROM people WHERE id = $1";
const CHANGE: &str =
    "UPDATE people SET email = $2, email_key = $3, sort_key = $4, bounced_at = NULL, version = version + 1
    WHERE id = $1";
/// Whatever was mailed to the old address and not used yet.
const END_LINKS: &str = "DELETE FROM links WHERE person_id = $1 AND used_at IS NULL";
/// What waits to be sent goes to the new address; what is about the change itself stays where it belongs.
const READDRESS: &str = "UPDATE notices SET address = $3 WHERE person_id = $1 AND state = 'queued' AND address = $2
    AND email_change IS NULL";

/// Gives the person the new address: the old one's open links end, mail that waits goes to the new one.
pub(super) async fn change(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    new: &str,
) -> Result<(), AppError> {
    let before: Option<Before> = tx.find(proof, sql(BEFORE).bind(person)).await?;
    let Before { email, first_name, last_name } = before.ok_or_else(AppError::hidden)?;
    let sort = sort_key(&first_name, &last_name, new);
    tx.execute(proof, sql(CHANGE).bind(person).bind(new).bind(address_key(new)).bind(sort)).await?;
    tx.execute(proof, sql(END_LINKS).bind(person)).await?;
    tx.execute(proof, sql(READDRESS).bind(person).bind(email).bind(new)).await?;
    Ok(())
}

/// Asks to change one's own address.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeEmail {
    /// The new one.
    pub email: String,
}

impl Operation for ChangeEmail {
    type Action = policy::ChangeEmail;
    type Output = Begun;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Begun, AppError> {
        let me = permit.target().0;
        let begun = begin(tx, permit, me, &self.email, me).await?;
        tx.note(self, None);
        Ok(begun)
    }
}

/// Ends the own change that still waits.
#[derive(Clone, Debug, Serialize)]
pub struct StopEmailChange;

impl Operation for StopEmailChange {
    type Action = policy::StopEmailChange;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let stop = sql(REPLACE).bind(permit.target().0).bind(tx.now()).bind("stopped");
        tx.execute(permit, stop).await?;
        tx.note("stopped the change of the own address", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let own = [PERSON, OWNER, RECENT, REPLACE, ASK, ABOUT, BY, BEFORE, CHANGE, END_LINKS, READDRESS];
    own.map(sql).into()
}
