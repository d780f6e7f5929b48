//! Every secret that a test makes, and a search for it where it must not be. A new kind of secret joins by one line:
//! `canary.keep("recovery code", code)`.
use crate::product::{Engine, Product};
use std::process::Command;

/// A secret, and whether a mail may hold it: the one that brought it, and only as a link that is dead by then.
struct Kept {
    what: String,
    secret: String,
    mailed: bool,
}

/// What was made so far.
#[derive(Default)]
pub struct Canary {
    kept: Vec<Kept>,
}

/// Too short to be told from chance.
const SHORTEST: usize = 6;

impl Canary {
    /// A secret that the database, logs, mails and pages must not hold.
    pub fn keep(&mut self, what: &str, secret: &str) {
        self.add(what, secret, false);
    }

    /// One that was sent as a link.
    pub fn keep_mailed(&mut self, what: &str, secret: &str) {
        self.add(what, secret, true);
    }

    fn add(&mut self, what: &str, secret: &str, mailed: bool) {
        assert!(secret.len() >= SHORTEST, "the {what} is too short to be searched for: {secret}");
        if !self.kept.iter().any(|kept| kept.secret == secret) {
            self.kept.push(Kept { what: what.to_owned(), secret: secret.to_owned(), mailed });
        }
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Which secrets these bytes hold: as text, escaped for an address, or as the bytes of a dump in hexadecimal digits.
    fn found(&self, text: &[u8], mails: bool) -> Vec<&str> {
        let lower = text.to_ascii_lowercase();
        let holds = |part: &str| find(text, part.as_bytes());
        let held = |kept: &&Kept| {
            let hex: String = kept.secret.bytes().map(|b| format!("{b:02x}")).collect();
            holds(&kept.secret) || holds(&crate::http::escape(&kept.secret)) || find(&lower, hex.as_bytes())
        };
        self.kept.iter().filter(|kept| !(mails && kept.mailed)).filter(held).map(|kept| kept.what.as_str()).collect()
    }

    /// Nothing is found in this.
    pub fn absent(&self, place: &str, text: &[u8]) {
        assert!(!text.is_empty(), "{place} is empty: nothing was searched");
        assert_eq!(self.found(text, false), Vec::<&str>::new(), "secrets in {place}");
    }

    /// Nothing is found in a mail, but for a link in the mail that brought it.
    pub fn absent_from_mails(&self, text: &[u8]) {
        assert_eq!(self.found(text, true), Vec::<&str>::new(), "secrets in mails");
        for kept in self.kept.iter().filter(|kept| kept.mailed) {
            assert!(find(text, kept.secret.as_bytes()), "the {} was mailed", kept.what);
        }
    }

    /// Nothing is found in the whole database: of SQLite in the bytes of its files, so that what was deleted counts, too; of
    /// PostgreSQL in a dump of every table.
    pub fn absent_from_database(&self, product: &Product) -> usize {
        let dump = match product.engine {
            Engine::Sqlite => {
                let path = product.database().strip_prefix("sqlite:").expect("a file").to_owned();
                let bytes = ["", "-wal"].map(|end| std::fs::read(format!("{path}{end}")).unwrap_or_default());
                bytes.concat()
            }
            Engine::Postgres => {
                let output =
                    Command::new("pg_dump").args(["--data-only", "--inserts", "-d", product.database()]).output();
                let output = output.expect("pg_dump, which comes with PostgreSQL, must be installed");
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                output.stdout
            }
        };
        self.absent("the database", &dump);
        dump.len()
    }
}

fn find(text: &[u8], part: &[u8]) -> bool {
    // Most places do not even begin with it.
    let first = part.first().copied();
    let mut starts = text.iter().enumerate().filter(|(_, byte)| Some(**byte) == first).map(|(at, _)| at);
    starts.any(|at| text.get(at..at + part.len()) == Some(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A search that finds nothing must be one that could.
    #[test]
    fn it_finds_what_is_there() {
        let mut canary = Canary::default();
        canary.keep("token", "sc_A+b/c=");
        canary.keep_mailed("link", "linkl1nk");
        for hidden in ["x sc_A+b/c= x", "x=sc_A%2Bb%2Fc%3D&", "'\\x73635F412b622f633d'"] {
            assert_eq!(canary.found(hidden.as_bytes(), false), ["token"], "{hidden}");
        }
        assert!(canary.found(b"sc_A+b/c sc_", false).is_empty());
        assert_eq!(canary.found(b"at /linkl1nk", false), ["link"]);
        assert!(canary.found(b"at /linkl1nk", true).is_empty());
    }
}
