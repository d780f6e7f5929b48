//! The rows of the Products page as a file for spreadsheets, read page by page, so that a large contract needs no memory.
use super::assets::{self, AssetRow, Page, Paging};
use super::filter::Filter;
use crate::db::{Reader, Sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::time::day_of;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// One page of the rows. What the reader may see is decided anew for each.
#[derive(Clone, Debug)]
pub struct ExportProducts {
    /// Of which contract.
    pub contract: ContractNumber,
    /// What narrows them, as on the page.
    pub filter: Filter,
    /// Only these, in order; none: all.
    pub serials: Option<Vec<String>>,
    /// The last serial number of the page before.
    pub cursor: Option<String>,
}

impl ExportProducts {
    /// The named serial numbers of this page.
    fn named(&self) -> Option<&[String]> {
        let serials = self.serials.as_deref()?;
        let from = match &self.cursor {
            Some(cursor) => serials.partition_point(|serial| serial <= cursor),
            None => 0,
        };
        let rest = serials.get(from..).unwrap_or_default();
        Some(Sql::batches(rest).next().unwrap_or_default())
    }
}

impl Query for ExportProducts {
    type Action = policy::AdministerContract;
    type Output = Page<AssetRow>;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<AssetRow>, AppError> {
        let (scope, contract) = (permit.scope(), permit.target().0);
        if let Some(named) = self.named() {
            let items = reader.list(assets::of_serials(&scope, contract, named, &self.filter)).await?;
            let last = self.serials.as_ref().and_then(|all| all.last());
            let next = named.last().filter(|reached| last != Some(*reached)).cloned();
            return Ok(Page { items, next });
        }
        let paging = Paging { cursor: self.cursor.clone(), limit: None };
        let rows = reader.list(assets::of_contract(&scope, contract, &self.filter, &paging)).await?;
        Ok(paging.page(rows, |row: &AssetRow| row.serial_number.clone()))
    }
}

/// The keys of the columns; they stay.
const COLUMNS: [&str; 13] = [
    "serial_number",
    "contract_number",
    "product_code",
    "product",
    "release",
    "deployment",
    "seats",
    "group",
    "coordinator_email",
    "coordinator_name",
    "coordinator_source",
    "coordinator_since",
    "assigned_by",
];
/// Tells spreadsheets that the file is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The first line of the file.
pub fn head() -> String {
    format!("{BYTE_ORDER_MARK}{}\r\n", COLUMNS.join(","))
}

/// The lines of some rows, days in the vendor's zone.
pub fn lines(rows: &[AssetRow], zone: &TimeZone) -> String {
    let mut out = String::new();
    for row in rows {
        let name = full_name(&row.first_name, &row.last_name);
        let (seats, on) = (row.seats.to_string(), row.since.map(|at| day_of(at, zone).to_string()).unwrap_or_default());
        let (group, by) =
            (row.group_name.as_deref().unwrap_or_default(), row.assigned_by.as_deref().unwrap_or_default());
        let cells: [&str; 13] = [
            &row.serial_number,
            &row.contract_number,
            &row.product_code,
            &row.product,
            &row.release,
            &row.deployment,
            &seats,
            group,
            &row.email,
            &name,
            &row.source,
            &on,
            by,
        ];
        for (i, cell) in cells.iter().enumerate() {
            out.push_str(if i == 0 { "" } else { "," });
            out.push_str(&quoted(&harmless(cell)));
        }
        out.push_str("\r\n");
    }
    out
}

/// What a spreadsheet would take for a formula gets an apostrophe before it.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// In quotes where a comma, a quote or a line break would end the cell.
pub fn quoted(cell: &str) -> Cow<'_, str> {
    match cell.contains([',', '"', '\n', '\r']) {
        true => Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\""))),
        false => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_harmless_and_stay_in_their_column() {
        assert_eq!(quoted(&harmless("=HYPERLINK(\"x\",1)")), "\"'=HYPERLINK(\"\"x\"\",1)\"");
        for cell in ["+1", "-1", "@a", "\t=1", "\r=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(quoted(&harmless("Ostrava & Finch")), "Ostrava & Finch");
        assert!(head().starts_with("\u{feff}serial_number,contract_number,") && head().ends_with("assigned_by\r\n"));
    }

    #[test]
    fn named_serial_numbers_come_in_batches_without_gaps() {
        let serials: Vec<String> = (0..2_500).map(|n| format!("S{n:05}")).collect();
        let mut page = ExportProducts {
            contract: ContractNumber::default(),
            filter: Filter::default(),
            serials: Some(serials.clone()),
            cursor: None,
        };
        let mut seen = Vec::new();
        while let Some(named) = page.named().filter(|named| !named.is_empty()) {
            seen.extend_from_slice(named);
            page.cursor = seen.last().cloned();
        }
        assert_eq!(seen, serials);
    }
}
