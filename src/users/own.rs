//! "Own users": whom a coordinator with the right to name users looks after. They have access to nothing but what he or she
//! coordinates, and no role (domain.md §4).
use crate::db::{Sql, WriteTx};
use crate::error::{AppError, Refusal};
use crate::ids::PersonId;
use crate::policy::{GiveAccess, HandOver, Permit, Person, Scope, Scoped, WriteAction};

/// `$1` the actor, `$2` the person.
const OWN: &str = "SELECT p.id FROM people p WHERE p.id = $2 AND p.staff_role IS NULL
    AND NOT EXISTS (SELECT 1 FROM contracts x WHERE x.manager_id = p.id OR x.coordinator_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = p.id)
    AND (EXISTS (SELECT 1 FROM entries x WHERE x.person_id = p.id AND x.ended_at IS NULL)
        OR EXISTS (SELECT 1 FROM invitations x WHERE x.person_id = p.id AND x.invited_by = $1))
    AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.person_id = p.id AND e.ended_at IS NULL AND (e.all_assets = TRUE
        OR EXISTS (SELECT 1 FROM entry_assets x JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.entry_id = e.id AND NOT";

fn own(scope: &Scope<GiveAccess>, person: PersonId) -> Scoped {
    scope.select(OWN, person, |s| s.push(")))"))
}

/// Refuses where the actor does not manage a contract of the person's company, and the person is not an own user.
pub async fn own_user<A: WriteAction<Target = Person>>(tx: &mut WriteTx, permit: &Permit<A>) -> Result<(), AppError> {
    if permit.may::<HandOver>() {
        return Ok(());
    }
    let found: Vec<(i64,)> = tx.list(own(&permit.scope(), permit.target().0)).await?;
    match found.is_empty() {
        false => Ok(()),
        true => {
            let title =
                "this person has a role, or access to serial numbers that others coordinate; ask the Contract Manager";
            Err(Refusal::new("others-access", title).into())
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![own(&Scope::sample(), PersonId(0)).into_sql()]
}
