//! Invites somebody into a company: a person, a membership that waits for acceptance, an invitation.
use crate::auth::secret::handle;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::policy::WriteProof;
use crate::text::{address_key, search_key, sort_key};
use crate::time::DAY;

/// How long an invitation can be accepted (domain.md §5).
pub const INVITED_FOR: i64 = 30 * DAY;
/// Longest first or last name.
pub const LONGEST_NAME: usize = 100;

/// Whom to invite, checked.
#[derive(Clone, Debug)]
pub struct Invitation {
    account: i64,
    email: String,
    first_name: String,
    last_name: String,
}

impl Invitation {
    /// Checks address and names.
    pub fn new(account: i64, email: &str, first: &Option<String>, last: &Option<String>) -> Result<Self, AppError> {
        let name = |field, name: &Option<String>| {
            let name = name.as_deref().map(str::trim).unwrap_or_default().to_owned();
            let clean = name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
            match clean {
                true => Ok(name),
                false => {
                    Err(AppError::invalid(field, format!("enter a name of at most {LONGEST_NAME} letters in one line")))
                }
            }
        };
        let (first_name, last_name) = (name("first_name", first)?, name("last_name", last)?);
        Ok(Self { account, email: email.trim().to_owned(), first_name, last_name })
    }
}

const KNOWN: &str = "SELECT id FROM people WHERE email_key = $1";
const PERSON: &str =
    "INSERT INTO people (handle, email, email_key, first_name, last_name, first_key, last_key, sort_key,
        language, theme, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'en', 'system', 1) RETURNING id";
const MEMBER: &str = "INSERT INTO memberships (account_id, person_id) VALUES ($1, $2)
    ON CONFLICT (account_id, person_id) DO NOTHING";
const INVITE: &str = "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id, person_id) DO NOTHING";

/// Invites, and returns the person. Somebody of another company stays who he or she is, and is invited to this one, too.
pub async fn invite(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    by: PersonId,
    invitation: &Invitation,
) -> Result<PersonId, AppError> {
    let Invitation { account, email, first_name, last_name } = invitation;
    let known: Option<(PersonId,)> = tx.find(proof, sql(KNOWN).bind(address_key(email))).await?;
    let person = match known {
        Some((person,)) => person,
        None => {
            let row = sql(PERSON).bind(handle()).bind(email.as_str()).bind(address_key(email));
            let row = row.bind(first_name.as_str()).bind(last_name.as_str());
            let row = row.bind(search_key(first_name)).bind(search_key(last_name));
            let row = row.bind(sort_key(first_name, last_name, email));
            let id: Vec<(PersonId,)> = tx.returning(proof, row).await?;
            id.first().map(|(id,)| *id).ok_or(AppError::Lost)?
        }
    };
    tx.execute(proof, sql(MEMBER).bind(*account).bind(person)).await?;
    let row = sql(INVITE).bind(*account).bind(person).bind(by).bind(tx.now());
    tx.execute(proof, row.bind(tx.now() + INVITED_FOR)).await?;
    Ok(person)
}

pub(crate) fn statements() -> Vec<Sql> {
    [KNOWN, PERSON, MEMBER, INVITE].map(sql).into()
}
