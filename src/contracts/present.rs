//! The people and filters of a contract's serial numbers as pages show them.
use super::assets::AssetRow;
use super::filter::Filter;
use super::table::Source;
use crate::people::me::Myself;
use crate::text::full_name;
use crate::web::filters::Filters;
use crate::web::layout::Company;
use crate::web::person::{PersonRef, Reach};

/// Somebody whose page the reader may open: everybody of a company whose contracts he or she administers.
pub fn person(handle: &str, email: &str, first: &str, last: &str, me: &Myself) -> PersonRef {
    let you = me.person.handle == handle;
    PersonRef { you, ..PersonRef::new(full_name(first, last), email, handle, handle) }
}

/// The coordinator of an asset, with the state of the mail.
pub fn coordinator(row: &AssetRow, me: &Myself) -> PersonRef {
    let (bounced, pending, invited) = (row.bounced, row.pending, row.invited);
    let state = Reach { deactivated: false, bounced, pending, invited }.state();
    PersonRef { state, ..person(&row.handle, &row.email, &row.first_name, &row.last_name, me) }
}

/// On a contract's page its own company is the present one.
pub fn company(companies: Vec<Company>, account_number: &str) -> Vec<Company> {
    if !companies.iter().any(|company| company.number == account_number) {
        return companies;
    }
    let one = |company: Company| Company { present: company.number == account_number, ..company };
    companies.into_iter().map(one).collect()
}

/// At which level the coordinator is named.
pub fn source(row: &AssetRow) -> Source {
    match row.source.as_str() {
        "asset" => Source::Asset,
        "group" => Source::Group,
        "contract" => Source::Contract,
        _ => Source::Default,
    }
}

/// The filters as the address has them.
pub fn filters(filter: &Filter) -> Filters {
    let text = |part: &Option<String>| part.as_deref().map(str::trim).unwrap_or_default().to_owned();
    Filters {
        q: text(&filter.q),
        coordinator: text(&filter.coordinator),
        group: text(&filter.group),
        product: text(&filter.product),
    }
}

/// The filters as queries take them.
pub fn filter(filters: &Filters) -> Filter {
    let part = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Filter {
        q: part(&filters.q),
        coordinator: part(&filters.coordinator),
        group: part(&filters.group),
        product: part(&filters.product),
    }
}
