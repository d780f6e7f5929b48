//! One file of an import or export, as a table of texts.
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns, separated by commas.
    pub fn new(header: &str) -> Self {
        Self { header: header.split(',').map(str::to_owned).collect(), rows: Vec::new() }
    }

    pub fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = texts(reader.headers().expect("a header row"));
        let rows = reader.records().map(|r| texts(&r.expect("a row"))).collect();
        Self { header, rows }
    }

    pub fn write(&self, path: &Path) {
        let mut writer = csv::Writer::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for row in std::iter::once(&self.header).chain(&self.rows) {
            writer.write_record(row).expect("write a row");
        }
        writer.flush().expect("write the file");
    }

    pub fn column(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.header))
    }

    pub fn get(&self, row: usize, column: &str) -> &str {
        &self.rows[row][self.column(column)]
    }

    pub fn set(&mut self, row: usize, column: &str, value: &str) {
        let column = self.column(column);
        self.rows[row][column] = value.to_owned();
    }

    pub fn push<const N: usize>(&mut self, row: [&str; N]) {
        self.rows.push(row.iter().map(|v| v.to_string()).collect());
    }

    /// One column by another: `map("serial_number", "software_coordinator_email")`.
    pub fn map(&self, key: &str, value: &str) -> BTreeMap<String, String> {
        let (key, value) = (self.column(key), self.column(value));
        self.rows.iter().map(|row| (row[key].clone(), row[value].clone())).collect()
    }
}
