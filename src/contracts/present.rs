//! The people of a contract's serial numbers as pages show them.
use super::assets::AssetRow;
use super::table::Source;
use crate::people::me::Myself;
use crate::text::full_name;
use crate::web::person::{PersonRef, PersonState};

/// Somebody whose page the reader may open: everybody of a company whose contracts he or she administers.
pub fn person(handle: &str, email: &str, first: &str, last: &str, me: &Myself) -> PersonRef {
    let you = me.person.handle == handle;
    PersonRef { you, ..PersonRef::new(full_name(first, last), email, handle, handle) }
}

/// Whether mail reaches somebody.
pub fn state(bounced: bool, pending: bool) -> PersonState {
    match (bounced, pending) {
        (true, _) => PersonState::Bounces,
        (_, true) => PersonState::Invited,
        _ => PersonState::Reached,
    }
}

/// The coordinator of an asset, with the state of the mail.
pub fn coordinator(row: &AssetRow, me: &Myself) -> PersonRef {
    let state = state(row.bounced, row.pending);
    PersonRef { state, ..person(&row.handle, &row.email, &row.first_name, &row.last_name, me) }
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
