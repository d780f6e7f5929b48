//! What a person's page says beside roles: earlier addresses, an address that looks like another, and what staff can do here.
use crate::app::App;
use crate::db::{Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::PersonKey;
use crate::operation::Query;
use crate::people::me::Myself;
use crate::policy::{self, Actor, HandOver, Permit};
use crate::profile::addresses::{self, AddressRow, earlier};
use crate::web::person::PersonRef;
use crate::web::words::encoded;
use maud::{Markup, html};

/// Whoever is only invited is no colleague yet.
const COLLEAGUE: &str = "SELECT COUNT(*) FROM memberships m JOIN contracts c ON c.account_id = m.account_id
    WHERE m.person_id = $1 AND m.confirmed_at IS NOT NULL AND c.manager_id = $2";

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(COLLEAGUE)]
}

/// Asks for the addresses of somebody.
struct ShowAddresses(PersonKey);

impl Query for ShowAddresses {
    type Action = policy::SeePerson;
    type Output = (i64, Vec<AddressRow>);

    fn target(&self) -> PersonKey {
        self.0.clone()
    }

    /// For the person, a Contract Manager of the company and staff; others read the present address only.
    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Self::Output, AppError> {
        let person = permit.target().0;
        let colleague: Option<(i64,)> = match permit.may::<HandOver>() {
            true => reader.find(permit, sql(COLLEAGUE).bind(person).bind(permit.actor())).await?,
            false => None,
        };
        let told = person == permit.actor() || permit.is_staff() || colleague.is_some_and(|(n,)| n > 0);
        let rows = if told { addresses::changes(reader, permit, person).await? } else { Vec::new() };
        Ok((person.0, rows))
    }
}

/// The sections that a person's page has for this reader.
pub async fn sections(
    app: &App,
    actor: &Actor,
    me: &Myself,
    person: &PersonRef,
    handle: &str,
) -> Result<Markup, AppError> {
    let (id, rows) = app.read(actor, &ShowAddresses(PersonKey::from(handle))).await?;
    let zone = me.zone(app.clock().zone());
    let role = me.person.staff_role.as_deref().unwrap_or_default();
    let path = |what: &str| format!("/people/{}/{what}", encoded(handle));
    Ok(html! {
        @if let Some(seen) = crate::text::looks_like(&person.email) {
            p.hint { "The address looks like " b.break { (seen) } ", but has letters of another alphabet." }
        }
        @if rows.iter().any(|row| !row.waits()) { section.block { (earlier(&rows, id, &zone)) } }
        @if matches!(role, "administrator" | "support") && id != me.person.id {
            section.block aria-labelledby="staff-h" {
                h2 #staff-h { "For the vendor’s staff" }
                div.under {
                    a.btn href={ "/vendor/view-as/" (encoded(handle)) } { "View as " (person.name) }
                    a.btn href="/vendor/duplicates" { "Duplicates" }
                    @if role == "administrator" {
                        a.btn href={ "/vendor/people/" (encoded(handle)) "/reset-factors" } { "Remove second factors" }
                        a.btn href=(path("erase")) { "Erase" }
                    }
                }
            }
        }
    })
}
