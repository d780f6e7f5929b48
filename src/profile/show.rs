//! What the account page knows: the profile with its version, companies and roles, addresses of the past, exports.
use super::addresses::{self, AddressRow};
use super::companies::{self, RolesRow};
use super::export::{self, ExportRow};
use super::rules::{Address, Profile};
use super::theme;
use crate::console::view_as::{self, ViewRow};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Query;
use crate::policy::{self, Permit, WriteProof};
use crate::time::Instant;
use crate::web::layout::Theme;

/// Asks for the own profile.
pub struct ShowProfile;

/// What is known.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The profile.
    pub profile: Profile,
    /// Which state of it that is.
    pub version: i64,
    /// The present address.
    pub email: String,
    /// When the shipping address was checked last.
    pub checked_at: Option<Instant>,
    /// Companies with roles.
    pub companies: Vec<RolesRow>,
    /// Changes of the address.
    pub changes: Vec<AddressRow>,
    /// Who of the vendor looked at the pages.
    pub views: Vec<ViewRow>,
    /// Exports that can be fetched.
    pub exports: Vec<ExportRow>,
}

#[derive(Clone, Debug, Default, FromRow)]
pub(super) struct Row {
    pub email: String,
    first_name: String,
    last_name: String,
    language: String,
    time_zone: String,
    theme: String,
    shortcuts: bool,
    pub version: i64,
    company: String,
    recipient: String,
    line1: String,
    line2: String,
    postal_code: String,
    city: String,
    region: String,
    country: String,
    phone: String,
    pub checked_at: Option<Instant>,
}

const PROFILE: &str =
    "SELECT p.email, p.first_name, p.last_name, p.language, p.time_zone, p.theme, p.shortcuts, p.version,
        COALESCE(s.company, '') AS company, COALESCE(s.recipient, '') AS recipient, COALESCE(s.line1, '') AS line1,
        COALESCE(s.line2, '') AS line2, COALESCE(s.postal_code, '') AS postal_code, COALESCE(s.city, '') AS city,
        COALESCE(s.region, '') AS region, COALESCE(s.country, '') AS country, COALESCE(s.phone, '') AS phone, s.checked_at
    FROM people p LEFT JOIN shipping_addresses s ON s.person_id = p.id WHERE p.id = $1";

impl Row {
    pub(super) fn profile(&self) -> Profile {
        let row = self.clone();
        let address = Address {
            company: row.company,
            recipient: row.recipient,
            line1: row.line1,
            line2: row.line2,
            postal_code: row.postal_code,
            city: row.city,
            region: row.region,
            country: row.country,
            phone: row.phone,
        };
        Profile {
            first_name: row.first_name,
            last_name: row.last_name,
            language: if row.language.is_empty() { "en".to_owned() } else { row.language },
            time_zone: row.time_zone,
            // An import writes a word of its own for what nobody chose.
            theme: theme::of(&row.theme).map_or("system", Theme::word).to_owned(),
            shortcuts: row.shortcuts,
            address,
        }
    }
}

/// The stored profile, inside a write.
pub(super) async fn stored(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<Row, AppError> {
    let row: Option<Row> = tx.find(proof, sql(PROFILE).bind(person)).await?;
    row.ok_or_else(AppError::hidden)
}

impl Query for ShowProfile {
    type Action = policy::SeeSelf;
    type Output = Shown;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let me = permit.target().0;
        let row: Option<Row> = reader.find(permit, sql(PROFILE).bind(me)).await?;
        let row = row.ok_or_else(AppError::hidden)?;
        let companies = reader.fetch(permit, sql(companies::ROLES).bind(me)).await?;
        let changes = addresses::changes(reader, permit, me).await?;
        let views = view_as::views(reader, permit, me).await?;
        let exports = export::list(reader, permit, me).await?;
        let (version, checked_at) = (row.version, row.checked_at);
        Ok(Shown { profile: row.profile(), version, email: row.email, checked_at, companies, changes, views, exports })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(PROFILE)]
}
