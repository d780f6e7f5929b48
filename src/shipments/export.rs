//! The vendor's list as a file for spreadsheets, page by page.
use super::list::ShipmentRow;
use crate::contracts::export::{harmless, quoted};
use crate::profile::countries;
use crate::time::day_of;
use jiff::tz::TimeZone;

/// The keys of the columns; they stay.
const COLUMNS: [&str; 14] = [
    "number",
    "state",
    "waits_for_address",
    "requested_on",
    "changed_on",
    "release",
    "account_number",
    "account",
    "coordinator_email",
    "coordinator_name",
    "serial_numbers",
    "ships_to",
    "carrier",
    "tracking",
];

/// The first line of the file, which spreadsheets take for UTF-8.
pub fn head() -> String {
    format!("\u{feff}{}\r\n", COLUMNS.join(","))
}

/// The lines of some rows, days in the vendor's zone.
pub fn lines(rows: &[ShipmentRow], zone: &TimeZone) -> String {
    let mut out = String::new();
    for row in rows {
        let (number, assets) = (row.number().to_string(), row.assets.to_string());
        let on = |at| day_of(at, zone).to_string();
        let (requested, changed) = (on(row.requested_at), on(row.state_at));
        let place = place(row);
        let (release, coordinator) = (row.release(), row.coordinator());
        let waits = if row.waits_for_address() { "yes" } else { "no" };
        let cells: [&str; 14] = [
            &number,
            row.state().name(),
            waits,
            &requested,
            &changed,
            &release,
            &row.account_number,
            &row.company,
            &row.email,
            &coordinator,
            &assets,
            &place,
            &row.carrier,
            &row.tracking,
        ];
        let cells: Vec<String> = cells.iter().map(|cell| quoted(&harmless(cell)).into_owned()).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

/// "Boston, United States"
pub fn place(row: &ShipmentRow) -> String {
    let country = countries::name(&row.country).unwrap_or(&row.country);
    let parts: Vec<&str> = [row.city.as_str(), country].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipments::rules::State;

    #[test]
    fn a_line_has_a_cell_for_each_column_and_no_formula() {
        let mut row = ShipmentRow::sample(State::Shipped);
        row.company = "=cmd".to_owned();
        let text = head() + &lines(&[row], &TimeZone::UTC);
        assert!(
            text.contains("30118,shipped,no,2026-11-24,2026-11-24,SiteMesh Civil 2027.2,5102-3384,'=cmd,"),
            "{text}"
        );
        assert!(text.ends_with("12,\"Boston, United States\",DHL Express,JD014600003SE\r\n"), "{text}");
    }
}
