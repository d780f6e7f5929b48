//! What stands in the way of removing somebody, looked at before the question is asked.
use super::person_page::Company;
use super::remove::{HELD, Held, companies, hand_over_first};
use crate::db::{FromRow, Reader, sql};
use crate::error::AppError;
use crate::ids::PersonKey;
use crate::operation::Query;
use crate::policy::{self, Permit};

/// The question.
pub struct ShowDuties(pub PersonKey);

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Duties {
    /// Companies from which the reader can remove the person.
    pub companies: Vec<Company>,
    /// What to hand over first; empty: nothing.
    pub first: String,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    number: String,
    name: String,
}

impl Query for ShowDuties {
    type Action = policy::RemoveUser;
    type Output = Duties;

    fn target(&self) -> PersonKey {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Duties, AppError> {
        let person = permit.target().0;
        let found: Vec<Row> = reader.list(companies(&permit.scope(), person, "")).await?;
        let mut held: Vec<Held> = Vec::new();
        // Hardly anybody belongs to more than one of the reader's companies.
        for company in &found {
            held.extend(reader.fetch::<_, Held>(permit, sql(HELD).bind(company.id).bind(person)).await?);
        }
        let first = if held.is_empty() { String::new() } else { hand_over_first(&held) };
        let companies = found.into_iter().map(|row| Company { number: row.number, name: row.name }).collect();
        Ok(Duties { companies, first })
    }
}
