//! Hashing of passwords: Argon2id, under a limit of its own, and never while a transaction is open. Whoever waits too long
//! behind others is answered 503, so that a storm of sign-ins keeps nobody from the rest of the product.
use super::password_rules::normal;
use super::secret;
use crate::error::AppError;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// KiB of memory, passes, lanes: what OWASP asks for at the least.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Hashed at the same time: 19 MiB each.
const AT_ONCE: usize = 2;
/// Most that wait for their turn: about three seconds.
const QUEUE: usize = 64;
/// After how many seconds to try again.
const AGAIN: u64 = 5;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);
static WAITING: AtomicUsize = AtomicUsize::new(0);
static HASHED: AtomicUsize = AtomicUsize::new(0);

/// A hash of a password that nobody has, with the cost of all others: whoever has no password takes as long as who has.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3Vic2NyaXB0aW9uLWNlbnRlcg$UKd/b2VbfGWQ5lpLYSVbxt1vdBVUxYVsplFCx4Pl9mU";

/// How many passwords this process has hashed: a test counts the work instead of the time.
pub fn hashed() -> usize {
    HASHED.load(Ordering::Relaxed)
}

/// Counts who waits, also where the caller goes away.
struct Waiting;

impl Waiting {
    fn join() -> Result<Self, AppError> {
        if WAITING.fetch_add(1, Ordering::AcqRel) >= QUEUE + AT_ONCE {
            WAITING.fetch_sub(1, Ordering::AcqRel);
            return Err(AppError::Overloaded { seconds: AGAIN });
        }
        Ok(Self)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::AcqRel);
    }
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce(Argon2<'static>) -> T + Send + 'static) -> Result<T, AppError> {
    let _waiting = Waiting::join()?;
    let _turn = TURNS.acquire().await.map_err(|_| AppError::Lost)?;
    HASHED.fetch_add(1, Ordering::Relaxed);
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| AppError::Lost)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    tokio::task::spawn_blocking(move || work(argon)).await.map_err(|_| AppError::Lost)
}

/// A new hash, with a salt of its own, as a PHC string.
pub async fn hash(password: &str) -> Result<String, AppError> {
    let (password, salt) = (normal(password), secret::salt());
    let hashed = in_turn(move |argon| argon.hash_password_with_salt(password.as_bytes(), &salt).map(|h| h.to_string()));
    hashed.await?.map_err(|_| AppError::Lost)
}

/// Whether this is the password. Where there is none, the same work is done in vain.
pub async fn verify(password: &str, phc: Option<&str>) -> Result<bool, AppError> {
    let (password, known) = (normal(password), phc.is_some());
    let phc = phc.unwrap_or(NOBODYS).to_owned();
    let right = in_turn(move |argon| argon.verify_password(password.as_bytes(), phc.as_str()).is_ok()).await?;
    Ok(right && known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_password_is_verified_however_it_was_composed() {
        let phc = hash("Zwo\u{308}lf Boxkämpfer").await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify("Zwölf Boxkämpfer", Some(&phc)).await.unwrap());
        assert!(!verify("Zwölf Boxkampfer", Some(&phc)).await.unwrap());
        assert_ne!(phc, hash("Zwölf Boxkämpfer").await.unwrap(), "each has a salt of its own");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobodys_hash_costs_the_same_and_fits_nothing() {
        let parsed = argon2::PasswordHash::new(NOBODYS).unwrap();
        assert_eq!(Params::try_from(&parsed).unwrap(), Params::new(COST.0, COST.1, COST.2, Some(32)).unwrap());
        let before = hashed();
        assert!(!verify("", None).await.unwrap() && !verify("subscription-center", None).await.unwrap());
        assert!(hashed() >= before + 2, "the work is done in vain");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_storm_is_refused_and_not_queued_without_end() {
        let tries: Vec<_> = (0..QUEUE * 3).map(|_| tokio::spawn(verify("storm in a teacup", None))).collect();
        let (mut refused, mut done) = (0, 0);
        for one in tries {
            match one.await.unwrap() {
                Ok(_) => done += 1,
                Err(AppError::Overloaded { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(refused > 0 && done >= QUEUE / 2, "{refused} refused, {done} done");
        println!("{done} hashed, {refused} of {} refused at once", QUEUE * 3);
    }
}
