//! The rules of the house that a compiler does not know: docs/STYLE.md says why. Exception lists may only shrink.
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 70;
/// Files that are longer, and how long they may be at most.
const LONG_FILES: &[(&str, usize)] = &[];
/// Functions that are longer, as `file:name`.
const LONG_FUNCTIONS: &[&str] = &[];

/// What may be used where. The first column is a path in the code; the second the places that may name it.
const FENCES: &[(&str, &[&str])] = &[
    ("sqlx::", &["src/db/"]),
    ("lettre::", &["src/mail/"]),
    ("axum::", &["src/web/", "src/cli/serve.rs", "/web.rs", "/api.rs", "_web.rs"]),
    ("clap::", &["src/cli/", "src/config.rs"]),
    ("indicatif::", &["src/imports/", "src/cli/"]),
    ("SystemTime", &["src/mail/message.rs"]),
    ("Timestamp::now", &["src/time.rs"]),
    ("openidconnect::", &["src/oidc/"]),
    ("hyper_util::", &["src/oidc/http.rs", "src/files/client.rs"]),
    (" ring::", &["src/auth/seal.rs"]),
    ("rand::", &["src/auth/secret.rs"]),
];

/// Who may know whom: a file under the first may not name any of the second. Dependencies point down (design.md rule 10).
const DOWN: &[(&str, &[&str])] = &[
    (
        "src/db/",
        &["crate::web", "crate::operation", "crate::contracts", "crate::coordinators", "crate::people", "crate::cli"],
    ),
    (
        "src/policy/",
        &["crate::web", "crate::operation", "crate::contracts", "crate::coordinators", "crate::people", "crate::cli"],
    ),
    ("src/mail/", &["crate::contracts", "crate::coordinators", "crate::people", "crate::change_sets", "crate::cli"]),
    ("src/audit/", &["crate::contracts", "crate::coordinators", "crate::people", "crate::change_sets", "crate::cli"]),
    ("src/text.rs", &["crate::"]),
    ("testkit/src/", &["subscription_center::"]),
];

/// Pure rules: no async, no database, no web, no clock.
const PURE: &[&str] = &["async fn", "crate::db", "axum", "Clock"];
const NO_SUCH_MODULES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

fn sources(root: &str) -> Vec<(String, String)> {
    fn walk(directory: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&home.join(root), &mut files);
    files.sort();
    let named = |path: PathBuf| {
        let name = path.strip_prefix(home).unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).unwrap())
    };
    files.into_iter().map(named).collect()
}

fn everything() -> Vec<(String, String)> {
    ["src", "testkit/src", "testkit/tests", "tests"].into_iter().flat_map(sources).collect()
}

/// The part of a file before its tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

fn report(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{} places:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let long = |(name, text): (String, String)| {
        let lines = text.lines().count();
        let allowed = LONG_FILES.iter().find(|(n, _)| *n == name).map_or(LONGEST_FILE, |(_, most)| *most);
        (lines > allowed).then(|| format!("{name}: {lines} lines, at most {allowed}"))
    };
    report(everything().into_iter().filter_map(long).collect());
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for (name, text) in everything() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let code = line.trim_start();
            let head = [
                "fn ",
                "pub fn ",
                "async fn ",
                "pub async fn ",
                "pub(crate) fn ",
                "pub(super) fn ",
                "pub(crate) async fn ",
                "pub(super) async fn ",
            ];
            let Some(head) = head.iter().find(|h| code.starts_with(**h)) else { continue };
            // A whole function in one line.
            if code.ends_with('}') {
                continue;
            }
            let function = code[head.len()..].split(['(', '<']).next().unwrap();
            let end = lines[at..].iter().position(|l| *l == format!("{}}}", " ".repeat(indent)));
            let length = end.map_or(1, |end| end + 1);
            let key = format!("{name}:{function}");
            if length > LONGEST_FUNCTION && !LONG_FUNCTIONS.contains(&key.as_str()) {
                wrong.push(format!("{key}: {length} lines, at most {LONGEST_FUNCTION}"));
            }
        }
    }
    report(wrong);
}

#[test]
fn exceptions_are_needed() {
    let all = everything();
    for (name, most) in LONG_FILES {
        let lines = all.iter().find(|(n, _)| n == name).map_or(0, |(_, text)| text.lines().count());
        assert!(lines > LONGEST_FILE && lines <= *most, "{name}: take it off the list, or lower its number to {lines}");
    }
}

#[test]
fn fences_hold() {
    let mut wrong = Vec::new();
    for (name, text) in sources("src") {
        for (word, places) in FENCES {
            let inside = places.iter().any(|place| name.contains(place));
            for (at, line) in product(&text).lines().enumerate() {
                if !inside && line.contains(word) && !line.trim_start().starts_with("//") {
                    wrong.push(format!("{name}:{}: {word} belongs into {places:?}", at + 1));
                }
            }
        }
        for (place, forbidden) in DOWN.iter().filter(|(place, _)| name.starts_with(place)) {
            for (at, line) in product(&text).lines().enumerate() {
                for word in
                    forbidden.iter().filter(|word| line.contains(**word) && !line.trim_start().starts_with("//"))
                {
                    wrong.push(format!("{name}:{}: {place} may not know {word}", at + 1));
                }
            }
        }
        if name.ends_with("/rules.rs") {
            let words = PURE.iter().filter(|word| product(&text).contains(**word));
            wrong.extend(words.map(|word| format!("{name}: rules are pure, without {word}")));
        }
    }
    report(wrong);
}

#[test]
fn names_say_something() {
    let bad = |name: &str| {
        let stem = Path::new(name).file_stem().unwrap().to_string_lossy().into_owned();
        let parts: Vec<&str> = name.split('/').collect();
        NO_SUCH_MODULES.iter().any(|word| stem == *word || parts.contains(word))
    };
    report(everything().into_iter().map(|(name, _)| name).filter(|name| bad(name)).collect());
}

#[test]
fn nothing_is_left_open() {
    let words = ["todo!(", "unimplemented!(", "FIXME", "TODO", "XXX", "dbg!("];
    let mut wrong = Vec::new();
    for (name, text) in everything().into_iter().filter(|(name, _)| name != "tests/tidy.rs") {
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                wrong.push(format!("{name}:{}: {word}", at + 1));
            }
        }
        let product = if name.starts_with("src/") { product(&text) } else { "" };
        for (at, line) in product.lines().enumerate() {
            let code = line.trim_start();
            let panics = code.contains(".unwrap()") || code.contains(".expect(") || code.contains("panic!(");
            if panics && !code.starts_with("//") {
                wrong.push(format!("{name}:{}: the product does not panic", at + 1));
            }
        }
    }
    report(wrong);
}

#[test]
fn pages_have_no_inline_script_or_style() {
    let mut wrong = Vec::new();
    for (name, text) in sources("src").into_iter().filter(|(name, _)| !name.starts_with("src/mail/")) {
        for (at, line) in product(&text).lines().enumerate() {
            let inline = line.contains(" style=") || line.contains("onclick=") || line.contains("javascript:");
            if inline && !line.trim_start().starts_with("//") {
                wrong.push(format!("{name}:{}: inline style or script", at + 1));
            }
        }
    }
    report(wrong);
}
