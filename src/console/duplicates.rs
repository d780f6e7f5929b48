//! Pairs that may be one: people with several addresses, companies that were entered twice. Only found, never judged.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::{address_key, full_name, look_key};
use std::collections::{BTreeMap, BTreeSet};

/// Most pairs that are shown of each kind.
const MOST: usize = 200;
/// Mailboxes in which a dot counts for nothing, and the name under which both are one.
const DOTLESS: &[&str] = &["gmail.com", "googlemail.com"];

/// Asks for all.
pub struct ListDuplicates;

/// Somebody in a pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// In addresses.
    pub handle: String,
    /// First and last name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Two records that may be one human.
#[derive(Clone, Debug)]
pub struct Pair {
    /// One of them: the one that was there first.
    pub first: Candidate,
    /// The other.
    pub second: Candidate,
    /// Why they may be one.
    pub why: Vec<&'static str>,
}

/// Two records that may be one company.
#[derive(Clone, Debug, FromRow)]
pub struct Companies {
    /// Name of one.
    pub first_name: String,
    /// Its number.
    pub first_number: String,
    /// Name of the other.
    pub second_name: String,
    /// Its number.
    pub second_number: String,
    /// They are called the same.
    pub same_name: bool,
    /// A domain that both have; may be none.
    pub domain: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// People.
    pub people: Vec<Pair>,
    /// Companies.
    pub companies: Vec<Companies>,
    /// There are more than are shown.
    pub more: bool,
}

#[derive(Clone, FromRow)]
struct Person {
    id: i64,
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
}

const PEOPLE: &str = "SELECT id, handle, email, first_name, last_name FROM people
    WHERE deactivated_at IS NULL AND staff_role IS NULL ORDER BY id";
/// The same name, within one company.
const SAME_NAME: &str =
    "SELECT DISTINCT a.id, b.id FROM people a JOIN people b ON b.last_key = a.last_key AND b.first_key = a.first_key
        AND b.id > a.id JOIN memberships m ON m.person_id = a.id JOIN memberships n ON n.account_id = m.account_id
        AND n.person_id = b.id
    WHERE a.last_key <> '' AND a.first_key <> '' AND a.deactivated_at IS NULL AND b.deactivated_at IS NULL
    AND a.staff_role IS NULL AND b.staff_role IS NULL ORDER BY 1, 2 LIMIT 1000";
/// Those of a list of pairs, given as ids, that are of one company.
const TOGETHER: &str = "SELECT DISTINCT m.person_id, n.person_id FROM (";
const OF_ONE: &str = ") v JOIN memberships m ON m.person_id = CAST(v.column1 AS BIGINT)
    JOIN memberships n ON n.person_id = CAST(v.column2 AS BIGINT) AND n.account_id = m.account_id";
const COMPANIES: &str = "SELECT x.name AS first_name, x.number AS first_number, y.name AS second_name, y.number AS second_number,
        x.name_key = y.name_key AS same_name, d.domain FROM accounts x JOIN accounts y ON y.id > x.id AND y.kind = x.kind
        AND x.merged_into IS NULL AND y.merged_into IS NULL
        AND (y.name_key = x.name_key OR EXISTS (SELECT 1 FROM account_domains s JOIN account_domains t ON t.domain = s.domain
            WHERE s.account_id = x.id AND t.account_id = y.id))
    LEFT JOIN (SELECT s.account_id AS one, t.account_id AS other, MIN(s.domain) AS domain FROM account_domains s
        JOIN account_domains t ON t.domain = s.domain AND t.account_id > s.account_id GROUP BY s.account_id, t.account_id) d
        ON d.one = x.id AND d.other = y.id
    WHERE x.id IN (SELECT p.id FROM accounts p JOIN accounts q ON q.name_key = p.name_key AND q.id > p.id
        UNION SELECT s.account_id FROM account_domains s JOIN account_domains t ON t.domain = s.domain
            AND t.account_id > s.account_id)
    ORDER BY x.name_key, x.id, y.id LIMIT 200";

/// The mailbox behind an address: without what follows a plus, and without dots where they count for nothing.
fn mailbox(address: &str) -> String {
    let key = address_key(address);
    let Some((local, domain)) = key.rsplit_once('@') else { return key };
    let plain = local.split('+').next().unwrap_or(local);
    match DOTLESS.contains(&domain) {
        true => format!("{}@gmail.com", plain.replace('.', "")),
        false => format!("{plain}@{domain}"),
    }
}

/// What stands before the @ of the mailbox.
fn local(address: &str) -> String {
    mailbox(address).rsplit_once('@').map(|(local, _)| local.to_owned()).unwrap_or_default()
}

/// Ids of those who share a key, two by two, in order.
fn pairs(people: &[Person], key: impl Fn(&Person) -> String) -> BTreeSet<(i64, i64)> {
    let mut by_key: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for person in people {
        by_key.entry(key(person)).or_default().push(person.id);
    }
    let mut found = BTreeSet::new();
    for ids in by_key.into_values().filter(|ids| ids.len() > 1) {
        // A chain, not each with each: of a hundred alike, each is seen beside its neighbour.
        found.extend(ids.iter().copied().zip(ids.iter().copied().skip(1)));
    }
    found
}

impl Query for ListDuplicates {
    type Action = policy::ListDuplicates;
    type Output = Found;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Found, AppError> {
        let people: Vec<Person> = reader.fetch(permit, sql(PEOPLE)).await?;
        let named: Vec<(i64, i64)> = reader.fetch(permit, sql(SAME_NAME)).await?;
        let mut why: BTreeMap<(i64, i64), Vec<&'static str>> = BTreeMap::new();
        let mut add = |found: BTreeSet<(i64, i64)>, words| {
            for pair in found {
                why.entry(pair).or_default().push(words);
            }
        };
        add(named.into_iter().collect(), "the same name in one company");
        add(pairs(&people, |p| mailbox(&p.email)), "one mailbox: what follows a plus, or dots, make no difference");
        add(pairs(&people, |p| look_key(&p.email)), "addresses that look the same");
        let alike = pairs(&people, |p| local(&p.email));
        add(together(reader, permit, alike).await?, "the same address at two domains of one company");
        let by_id: BTreeMap<i64, &Person> = people.iter().map(|person| (person.id, person)).collect();
        let candidate = |id: i64| by_id.get(&id).map(|person| person.candidate());
        let more = why.len() > MOST;
        let pair = |((a, b), why)| Some(Pair { first: candidate(a)?, second: candidate(b)?, why });
        let people = why.into_iter().filter_map(pair).take(MOST).collect();
        Ok(Found { people, companies: reader.fetch(permit, sql(COMPANIES)).await?, more })
    }
}

async fn together(
    reader: &mut Reader,
    permit: &Permit<policy::ListDuplicates>,
    alike: BTreeSet<(i64, i64)>,
) -> Result<BTreeSet<(i64, i64)>, AppError> {
    let rows: Vec<Vec<Option<String>>> =
        alike.into_iter().map(|(a, b)| vec![Some(a.to_string()), Some(b.to_string())]).collect();
    let mut found = BTreeSet::new();
    for part in Sql::batches(&rows) {
        let of_one: Vec<(i64, i64)> = reader.fetch(permit, sql(TOGETHER).push_rows(2, part).push(OF_ONE)).await?;
        found.extend(of_one);
    }
    Ok(found)
}

impl Person {
    fn candidate(&self) -> Candidate {
        let name = full_name(&self.first_name, &self.last_name);
        Candidate { handle: self.handle.clone(), name, email: self.email.clone() }
    }
}

impl Found {
    /// One pair of each kind.
    pub fn sample() -> Found {
        let candidate = |handle: &str, email: &str| Candidate {
            handle: handle.to_owned(),
            name: "Maya Lindqvist".to_owned(),
            email: email.to_owned(),
        };
        Found {
            people: vec![Pair {
                first: candidate("p1", "m.lindqvist@ostrava.example"),
                second: candidate("p2", "m.lindqvist+cad@ostrava.example"),
                why: vec![
                    "the same name in one company",
                    "one mailbox: what follows a plus, or dots, make no difference",
                ],
            }],
            companies: vec![Companies {
                first_name: "Ostrava & Finch".to_owned(),
                first_number: "5102-3384".to_owned(),
                second_name: "Ostrava and Finch Ltd".to_owned(),
                second_number: "5102-9911".to_owned(),
                same_name: false,
                domain: Some("ostrava.example".to_owned()),
            }],
            more: false,
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let rows = [vec![None, None]];
    vec![sql(PEOPLE), sql(SAME_NAME), sql(COMPANIES), sql(TOGETHER).push_rows(2, &rows).push(OF_ONE)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_has_many_addresses() {
        assert_eq!(mailbox("Maya+CAD@Firm.example"), "maya@firm.example");
        assert_eq!(mailbox("m.a.ya@googlemail.com"), mailbox("maya+x@gmail.com"));
        assert_ne!(mailbox("m.aya@firm.example"), mailbox("maya@firm.example"));
        assert_eq!(local("Ana+x@b.example"), "ana");
    }

    #[test]
    fn neighbours_are_paired_and_nobody_with_himself() {
        let person = |id, email: &str| Person {
            id,
            handle: String::new(),
            email: email.to_owned(),
            first_name: String::new(),
            last_name: String::new(),
        };
        let people = [
            person(1, "a@x.example"),
            person(2, "a+1@x.example"),
            person(3, "b@x.example"),
            person(4, "A+2@x.example"),
        ];
        let found: Vec<(i64, i64)> = pairs(&people, |p| mailbox(&p.email)).into_iter().collect();
        assert_eq!(found, [(1, 2), (2, 4)]);
    }
}
