//! Recovery codes: ten, shown once, each good for one sign-in when the second factor is lost.
use super::secret::{self, handle};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use serde::Serialize;

/// How many there are.
pub const CODES: usize = 10;

/// New codes, as they are shown: 80 random bits each, in groups of four.
pub fn codes() -> Vec<String> {
    let grouped = |code: String| {
        let groups: Vec<String> = code.as_bytes().chunks(4).map(|g| String::from_utf8_lossy(g).into_owned()).collect();
        groups.join("-")
    };
    (0..CODES).map(|_| grouped(handle())).collect()
}

/// What the database keeps of a code, however it is typed.
pub fn hash(code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secret::hash(&format!("recovery\0{}", plain.to_lowercase()))
}

const FORGET: &str = "DELETE FROM recovery_codes WHERE person_id = $1";
const KEEP: &str =
    "INSERT INTO recovery_codes (person_id, hash, created_at) VALUES ($1, $3, $2), ($1, $4, $2), ($1, $5, $2),
    ($1, $6, $2), ($1, $7, $2), ($1, $8, $2), ($1, $9, $2), ($1, $10, $2), ($1, $11, $2), ($1, $12, $2)";

/// Puts new codes in place of the old ones.
pub(super) async fn replace(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    hashes: &[Vec<u8>],
) -> Result<(), AppError> {
    tx.execute(proof, sql(FORGET).bind(person)).await?;
    let all = hashes.iter().fold(sql(KEEP).bind(person).bind(tx.now()), |row, hash| row.bind(hash.as_slice()));
    tx.execute(proof, all).await?;
    Ok(())
}

const USE: &str = "UPDATE recovery_codes SET used_at = $3 WHERE person_id = $1 AND hash = $2 AND used_at IS NULL";

/// Uses one up.
pub(super) async fn take(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    code: &[u8],
) -> Result<(), AppError> {
    match tx.execute(proof, sql(USE).bind(person).bind(code).bind(tx.now())).await? {
        0 => Err(AppError::invalid("recovery", "enter one of the recovery codes that you kept; each works once")),
        _ => Ok(()),
    }
}

/// Makes new codes; the old ones end.
#[derive(Clone, Serialize)]
pub struct MakeRecoveryCodes {
    /// Hashes of the codes.
    pub hashes: Vec<Vec<u8>>,
}

impl Operation for MakeRecoveryCodes {
    type Action = policy::MakeRecoveryCodes;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        replace(tx, permit, permit.actor(), &self.hashes).await?;
        tx.note("made new recovery codes", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [FORGET, KEEP, USE].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_codes_that_may_be_typed_in_any_way() {
        let all = codes();
        let mut unique = all.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((all.len(), unique.len()), (CODES, CODES));
        for code in &all {
            assert_eq!(code.len(), 19, "{code}");
            assert_eq!(hash(code), hash(&format!(" {} ", code.to_uppercase().replace('-', " "))));
        }
    }
}
