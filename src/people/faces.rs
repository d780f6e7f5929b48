//! People as pages show them: names, whether mail reaches them, and whether the reader may open their page.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Action, Permit, Scope, Scoped, SeePerson};
use crate::text::full_name;
use crate::web::person::{PersonRef, Reach};
use std::collections::{BTreeMap, BTreeSet};

/// Everybody who occurs on a page, by id.
#[derive(Clone, Debug, Default)]
pub struct Faces(BTreeMap<i64, PersonRef>);

impl Faces {
    /// The person; a nameless one for an id that is nobody's.
    pub fn of(&self, id: i64) -> PersonRef {
        self.0.get(&id).cloned().unwrap_or_default()
    }

    /// Whoever has this address.
    pub fn by_email(&self, email: &str) -> Option<&PersonRef> {
        self.0.values().find(|person| person.email == email)
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
    deactivated: bool,
    bounced: bool,
    pending: bool,
    invited: bool,
}

/// `$1` the account in which somebody may not have accepted yet.
const FACES: &str =
    "SELECT p.id, p.handle, p.email, p.first_name, p.last_name, p.deactivated_at IS NOT NULL AS deactivated,
        p.bounced_at IS NOT NULL AS bounced,
        EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.account_id = $1 AND m.confirmed_at IS NULL)
            AS pending,
        EXISTS (SELECT 1 FROM invitations i WHERE i.person_id = p.id AND i.account_id = $1) AS invited
    FROM (";
const OF_THESE: &str = ") v CROSS JOIN people p WHERE p.id = CAST(v.column1 AS BIGINT)";
const OPEN: &str = "SELECT p.id FROM (";
const OPEN_OF: &str = ") v CROSS JOIN people p WHERE p.id = CAST(v.column1 AS BIGINT) AND";

fn open(scope: &Scope<SeePerson>, part: &[String]) -> Scoped {
    scope.build(OPEN, |s| s.push_values(part).push(OPEN_OF), |s| s)
}

/// The people with these ids; those whose page the reader may open are linked.
pub async fn faces<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    ids: impl IntoIterator<Item = i64>,
    account: i64,
) -> Result<Faces, AppError> {
    let ids: BTreeSet<i64> = ids.into_iter().collect();
    let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    let mut found = BTreeMap::new();
    for part in Sql::batches(&ids) {
        let opened: Vec<(i64,)> = reader.list(open(&permit.scope(), part)).await?;
        let opened: BTreeSet<i64> = opened.into_iter().map(|(id,)| id).collect();
        let rows = sql(FACES).bind(account).push_values(part).push(OF_THESE);
        let rows: Vec<Row> = reader.fetch(permit, rows).await?;
        let me = permit.actor().0;
        found.extend(rows.into_iter().map(|row| (row.id, row.face(me, opened.contains(&row.id)))));
    }
    Ok(Faces(found))
}

impl Row {
    fn face(&self, me: i64, opens: bool) -> PersonRef {
        let (deactivated, bounced, pending, invited) = (self.deactivated, self.bounced, self.pending, self.invited);
        let state = Reach { deactivated, bounced, pending, invited }.state();
        let handle = if opens { self.handle.as_str() } else { "" };
        let name = full_name(&self.first_name, &self.last_name);
        PersonRef { you: self.id == me, state, ..PersonRef::new(name, &self.email, handle, &self.handle) }
    }
}

/// The Contract Managers of the reader's companies: whom to ask.
pub struct ListManagers;

/// So many are named.
const MOST_NAMED: i64 = 6;
const MANAGERS: &str = "SELECT p.id, p.handle, p.email, p.first_name, p.last_name, FALSE AS deactivated,
        p.bounced_at IS NOT NULL AS bounced, FALSE AS pending, FALSE AS invited
    FROM people p WHERE p.deactivated_at IS NULL AND p.id IN (
        SELECT c.manager_id FROM memberships m JOIN contracts c ON c.account_id = m.account_id
        WHERE m.person_id = $1 AND m.confirmed_at IS NOT NULL)
    ORDER BY p.sort_key LIMIT $2";

impl Query for ListManagers {
    type Action = policy::SeeSelf;
    type Output = Vec<PersonRef>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<PersonRef>, AppError> {
        let me = permit.target().0;
        let rows: Vec<Row> = reader.fetch(permit, sql(MANAGERS).bind(me).bind(MOST_NAMED)).await?;
        Ok(rows.iter().map(|row| row.face(me.0, false)).collect())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all = vec![sql(MANAGERS)];
    for n in [1, 17] {
        let part = vec![String::new(); n];
        all.push(sql(FACES).bind(0).push_values(&part).push(OF_THESE));
        all.push(open(&Scope::sample(), &part).into_sql());
    }
    all
}
