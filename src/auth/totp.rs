//! Codes of an authenticator app (RFC 6238): set up, proven, never taken twice. The secret has to be computed with, so that a hash
//! will not do: it is sealed with the installation's key. Where the installation has none, it is stored as it is.
use super::seal::SealingKey;
use super::{again, recovery};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit, WriteProof};
use crate::time::Instant;
use data_encoding::BASE32_NOPAD;
use serde::Serialize;
use totp_rs::{Builder, Secret, Totp};

/// Seconds that a code lasts. One before and one after are taken, too: clocks differ.
const STEP: i64 = 30;

fn totp(secret: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(Secret::from(secret)).build().ok()
}

/// The step of which this is the code, if it is one that may still be taken.
fn step_of(secret: &[u8], code: &str, now: Instant, last: i64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = now / 1000;
    let totp = totp(secret)?;
    let right = |step: &i64| totp.check(&code, u64::try_from(step * STEP).unwrap_or(0)).is_some();
    // The library takes neighbours on its own: the middle step is asked first, so that the one found is the nearest.
    if !right(&(now / STEP)) {
        return None;
    }
    let exact = |step: &i64| totp.generate(u64::try_from(step * STEP).unwrap_or(0)).to_string() == code;
    (now / STEP - 1..=now / STEP + 1).find(exact).filter(|step| *step > last)
}

/// The address that an app reads from the picture: `otpauth://totp/…`.
pub fn address(secret: &[u8], vendor: &str, email: &str) -> String {
    let encoded = crate::web::words::encoded;
    let issuer = encoded(&format!("Subscription Center, {vendor}"));
    format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}", encoded(email), BASE32_NOPAD.encode(secret))
}

/// The secret as people type it: groups of four.
pub fn groups(secret: &[u8]) -> String {
    let text = BASE32_NOPAD.encode(secret);
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(" ")
}

/// What the secret of a person is sealed for: moved to somebody else's row, it opens nothing.
fn purpose(person: PersonId) -> String {
    format!("totp of {}", person.0)
}

/// As it is stored, and whether that is sealed.
pub(super) fn stored(key: Option<&SealingKey>, person: PersonId, secret: &[u8]) -> (Vec<u8>, bool) {
    let sealed = key.and_then(|key| key.seal(&purpose(person), &BASE32_NOPAD.encode(secret)));
    sealed.map_or_else(|| (secret.to_vec(), false), |sealed| (sealed, true))
}

/// A secret as it is stored.
#[derive(FromRow)]
struct Kept {
    secret: Vec<u8>,
    sealed: bool,
    last_step: i64,
}

impl Kept {
    /// What it is.
    fn open(self, key: Option<&SealingKey>, person: PersonId) -> Result<Vec<u8>, AppError> {
        if !self.sealed {
            return Ok(self.secret);
        }
        let opened = key.and_then(|key| key.open(&purpose(person), &self.secret));
        let opened = opened.and_then(|text| BASE32_NOPAD.decode(text.as_bytes()).ok());
        opened.ok_or_else(|| {
            let words = "the key of this installation does not open what is kept of your app; use a recovery code or a passkey, \
                and tell the vendor";
            Refusal::new("sealed", words).into()
        })
    }

    /// The step of which this is the code.
    fn step(
        self,
        key: Option<&SealingKey>,
        person: PersonId,
        code: &str,
        now: Instant,
    ) -> Result<Option<i64>, AppError> {
        let last = self.last_step;
        Ok(step_of(&self.open(key, person)?, code, now, last))
    }
}

/// Begins: a secret that counts once a code of it was proven.
#[derive(Clone, Serialize)]
pub struct BeginTotp {
    /// The secret.
    #[serde(skip)]
    pub secret: Vec<u8>,
    /// To seal it with.
    #[serde(skip)]
    pub key: Option<SealingKey>,
}

const BEGIN: &str = "INSERT INTO totps (person_id, secret, created_at, last_step, sealed) VALUES ($1, $2, $3, 0, $4)
    ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, sealed = excluded.sealed, created_at = excluded.created_at, last_step = 0
    WHERE totps.confirmed_at IS NULL";

impl Operation for BeginTotp {
    type Action = policy::SetUpTotp;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let (secret, sealed) = stored(self.key.as_ref(), permit.actor(), &self.secret);
        let begin = sql(BEGIN).bind(permit.actor()).bind(secret).bind(tx.now()).bind(sealed);
        if tx.execute(permit, begin).await? == 0 {
            return Err(Refusal::new("totp-exists", "an authenticator app is set up already; remove it first").into());
        }
        tx.note("began to set up an authenticator app", None);
        Ok(())
    }
}

/// The secret of an app that is not proven yet.
pub struct SeePending {
    /// The key that opens it.
    pub key: Option<SealingKey>,
}

const UNPROVEN: &str =
    "SELECT t.secret, t.sealed, t.last_step FROM totps t WHERE t.person_id = $1 AND t.confirmed_at IS NULL";

impl Query for SeePending {
    type Action = policy::SeeSecurity;
    type Output = Option<Vec<u8>>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Vec<u8>>, AppError> {
        let kept: Option<Kept> = reader.find(permit, sql(UNPROVEN).bind(permit.actor())).await?;
        kept.map(|kept| kept.open(self.key.as_ref(), permit.actor())).transpose()
    }
}

/// Ends the set-up: a code of the app is proven, and the session has its second factor.
#[derive(Clone, Serialize)]
pub struct ConfirmTotp {
    /// What the app shows.
    #[serde(skip)]
    pub code: String,
    /// Hashes of the recovery codes.
    pub recovery: Vec<Vec<u8>>,
    /// Hash of the session.
    pub session: Vec<u8>,
    /// The key that opens the secret.
    #[serde(skip)]
    pub key: Option<SealingKey>,
}

const CONFIRM: &str =
    "UPDATE totps SET confirmed_at = $2, last_step = $3 WHERE person_id = $1 AND confirmed_at IS NULL";

impl Operation for ConfirmTotp {
    type Action = policy::SetUpTotp;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me = permit.actor();
        let kept: Option<Kept> = tx.find(permit, sql(UNPROVEN).bind(me)).await?;
        let step = kept.ok_or_else(wrong)?.step(self.key.as_ref(), me, &self.code, tx.now())?.ok_or_else(wrong)?;
        tx.execute(permit, sql(CONFIRM).bind(me).bind(tx.now()).bind(step)).await?;
        recovery::replace(tx, permit, me, &self.recovery).await?;
        again::strengthen(tx, permit, me, &self.session).await?;
        // A session that was opened without it elsewhere must not be able to take it away.
        super::session::end_all(tx, permit, me, Some(&self.session)).await?;
        tx.note("set up an authenticator app", None);
        Ok(())
    }
}

/// What to do about a code that is not right, or was used.
pub(super) fn wrong() -> AppError {
    AppError::invalid("code", "enter the six figures that the app shows now; each code works once")
}

const CONFIRMED: &str =
    "SELECT t.secret, t.sealed, t.last_step FROM totps t WHERE t.person_id = $1 AND t.confirmed_at IS NOT NULL";
/// Of two who use one code at once, one gets no row.
const TAKE: &str =
    "UPDATE totps SET last_step = $2 WHERE person_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL";

/// Takes a code of the app of a person, once.
pub(super) async fn take(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    code: &str,
    key: Option<&SealingKey>,
) -> Result<(), AppError> {
    let kept: Option<Kept> = tx.find(proof, sql(CONFIRMED).bind(person)).await?;
    let step = kept.ok_or_else(wrong)?.step(key, person, code, tx.now())?.ok_or_else(wrong)?;
    match tx.execute(proof, sql(TAKE).bind(person).bind(step)).await? {
        0 => Err(wrong()),
        _ => Ok(()),
    }
}

/// Removes the app, and the recovery codes where no other second factor is left.
#[derive(Clone, Serialize)]
pub struct RemoveTotp;

const REQUIRED: &str = "SELECT p.id FROM people p WHERE p.id = $1
    AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id) AND (p.staff_role IS NOT NULL
        OR EXISTS (SELECT 1 FROM memberships r WHERE r.person_id = p.id AND r.partner_role IS NOT NULL
            AND r.confirmed_at IS NOT NULL))";
const REMOVE: &str = "DELETE FROM totps WHERE person_id = $1";
const CODES: &str = "DELETE FROM recovery_codes WHERE person_id = $1
    AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = $1)";

impl Operation for RemoveTotp {
    type Action = policy::RemoveTotp;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me = permit.actor();
        let required: Option<(PersonId,)> = tx.find(permit, sql(REQUIRED).bind(me)).await?;
        if required.is_some() {
            return Err(Refusal::new(
                "second-factor-required",
                "a second factor is required of you; add a passkey before you remove the app",
            )
            .into());
        }
        tx.execute(permit, sql(REMOVE).bind(me)).await?;
        tx.execute(permit, sql(CODES).bind(me)).await?;
        tx.note("removed the authenticator app", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [BEGIN, UNPROVEN, CONFIRM, CONFIRMED, TAKE, REQUIRED, REMOVE, CODES].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six figures.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step_of(SECRET, code, seconds * 1000, 0), Some(seconds / STEP), "{seconds}");
        }
        assert_eq!(step_of(SECRET, " 287 082 ", 59_000, 0), Some(1), "typed in groups");
    }

    #[test]
    fn a_code_lasts_a_little_longer_and_works_once() {
        for (seconds, expected) in [(29, Some(1)), (59, Some(1)), (89, Some(1)), (90, None), (0, Some(1))] {
            assert_eq!(step_of(SECRET, "287082", seconds * 1000, 0), expected, "{seconds}");
        }
        assert_eq!(step_of(SECRET, "287082", 59_000, 1), None, "taken already");
        for wrong in ["", "000000", "28708", "2870820", "abcdef"] {
            assert_eq!(step_of(SECRET, wrong, 59_000, 0), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_is_one_that_apps_read() {
        let address = address(SECRET, "R & S", "maya@of.example");
        assert_eq!(
            address,
            "otpauth://totp/Subscription%20Center%2C%20R%20%26%20S:maya%40of.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Subscription%20Center%2C%20R%20%26%20S"
        );
        assert_eq!(groups(SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
