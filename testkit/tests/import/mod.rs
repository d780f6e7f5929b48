//! Import and export: the round trip of the sample data, every kind of error, and a second import beside customers' work.

mod again;
mod broken;
mod round_trip;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use testkit::product::Engine;

/// Every file of a directory, byte for byte.
fn bytes(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        (name, fs::read(entry.path()).expect("read a file"))
    };
    entries.map(|entry| file(entry.expect("an entry"))).collect()
}

/// Says which file and line differ; two directories of megabytes are no message.
fn assert_same(one: &Path, other: &Path, what: &str) {
    let (one, other) = (bytes(one), bytes(other));
    assert!(one.keys().eq(other.keys()), "{what}: {:?} and {:?}", one.keys(), other.keys());
    for (file, text) in &one {
        let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect::<Vec<_>>();
        let (a, b) = (lines(text), lines(&other[file]));
        let differing = a.iter().zip(&b).position(|(x, y)| x != y);
        if let Some(n) = differing {
            panic!("{what}: {file} line {}:\n{}\n{}", n + 1, a[n], b[n]);
        }
        assert!(text == &other[file], "{what}: {file} has {} and {} lines", a.len(), b.len());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("make the directory");
    for (name, content) in bytes(from) {
        fs::write(to.join(name), content).expect("write a file");
    }
}

#[test]
fn round_trip_on_sqlite() {
    round_trip::on(Engine::Sqlite);
}

#[test]
fn round_trip_on_postgres() {
    round_trip::on(Engine::Postgres);
}

#[test]
fn broken_files_on_sqlite() {
    broken::on(Engine::Sqlite);
}

#[test]
fn broken_files_on_postgres() {
    broken::on(Engine::Postgres);
}

#[test]
fn second_import_on_sqlite() {
    again::on(Engine::Sqlite);
}

#[test]
fn second_import_on_postgres() {
    again::on(Engine::Postgres);
}
