//! What binds a sign-in to the browser that began it. One secret is in a cookie; state, nonce and the verifier of PKCE are
//! made from it and stored nowhere. The database knows the hash, so that it works once and for ten minutes.
use crate::auth::secret::{self, Secret};
use crate::time::{Instant, MINUTE};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// How long somebody has for signing in at the provider.
pub const TICKET_FOR: Instant = 10 * MINUTE;

/// The secret of the cookie.
#[derive(Clone)]
pub struct Ticket(String);

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket(…)")
    }
}

impl Ticket {
    /// A new one.
    pub fn random() -> Self {
        Self(Secret::new("").reveal().to_owned())
    }

    /// The one that a browser sent.
    pub fn of(cookie: &str) -> Self {
        Self(cookie.to_owned())
    }

    /// For the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// For the database.
    pub fn hash(&self) -> Vec<u8> {
        secret::hash(&self.0)
    }

    /// What comes back beside the code; whoever does not have the cookie cannot know it.
    pub fn state(&self) -> String {
        self.derived("state")
    }

    /// What the provider puts into the token.
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What redeems the code.
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    fn derived(&self, what: &str) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(format!("oidc {what}\0{}", self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::Ticket;

    #[test]
    fn one_secret_makes_three_that_do_not_tell_it_or_each_other() {
        let ticket = Ticket::random();
        let all = [ticket.reveal().to_owned(), ticket.state(), ticket.nonce(), ticket.verifier()];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), 4);
        // RFC 7636: 43 to 128 characters.
        assert!(all.iter().all(|text| text.len() == 43));
        assert_eq!(Ticket::of(ticket.reveal()).state(), ticket.state());
        assert_ne!(Ticket::random().state(), ticket.state());
    }
}
