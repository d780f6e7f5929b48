//! Every secret that a test makes, and a search for it where it must not be. A new kind of secret joins by one line:
//! `canary.keep("recovery code", code)`.
use crate::product::{Engine, Product};
use std::process::Command;

/// A secret, and whether a mail may hold it: the one that brought it, and only as a link that is dead by then.
struct Kept {
    what: String,
    secret: Vec<u8>,
    mailed: bool,
}

impl Kept {
    /// How it may stand somewhere: as it is, escaped for an address, as the hexadecimal digits of a dump, as a list of numbers.
    fn forms(&self) -> Vec<Vec<u8>> {
        let mut forms = vec![self.secret.clone()];
        match std::str::from_utf8(&self.secret) {
            Ok(text) => forms.push(crate::http::escape(text).into_bytes()),
            // How bytes look that were logged or written as JSON.
            Err(_) => {
                forms.extend([",", ", "].map(|between| {
                    self.secret.iter().map(u8::to_string).collect::<Vec<_>>().join(between).into_bytes()
                }))
            }
        }
        forms.dedup();
        forms
    }

    fn hex(&self) -> Vec<u8> {
        self.secret.iter().map(|b| format!("{b:02x}")).collect::<String>().into_bytes()
    }
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
        self.add(what, secret.as_bytes(), false);
    }

    /// One that is no text.
    pub fn keep_bytes(&mut self, what: &str, secret: &[u8]) {
        self.add(what, secret, false);
    }

    /// One that was sent as a link.
    pub fn keep_mailed(&mut self, what: &str, secret: &str) {
        self.add(what, secret.as_bytes(), true);
    }

    fn add(&mut self, what: &str, secret: &[u8], mailed: bool) {
        assert!(secret.len() >= SHORTEST, "the {what} is too short to be searched for: {secret:?}");
        if !self.kept.iter().any(|kept| kept.secret == secret) {
            self.kept.push(Kept { what: what.to_owned(), secret: secret.to_vec(), mailed });
        }
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Which secrets these bytes hold, in whatever form.
    fn found(&self, text: &[u8], mails: bool) -> Vec<&str> {
        let lower = text.to_ascii_lowercase();
        let held = |kept: &&Kept| kept.forms().iter().any(|form| find(text, form)) || find(&lower, &kept.hex());
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
            assert!(find(text, &kept.secret), "the {} was mailed", kept.what);
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
        canary.keep_bytes("bytes", &[0xff, 1, 0x80, 7, 9, 200]);
        for hidden in [
            &b"x\xff\x01\x80\x07\x09\xc8y"[..],
            b"'\\xff01800709c8'",
            b"[255,1,128,7,9,200]",
            b"[255, 1, 128, 7, 9, 200]",
        ] {
            assert_eq!(canary.found(hidden, false), ["bytes"], "{hidden:?}");
        }
    }
}
