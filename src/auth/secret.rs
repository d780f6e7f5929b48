//! Secrets and handles. A secret has 256 bits and is stored as a hash only.
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};

/// Characters of a secret without its prefix.
pub const LENGTH: usize = 43;

/// A new secret; Debug does not show it.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Random, 43 characters that may stand in an address. `prefix` tells people and scanners what it is.
    pub fn new(prefix: &str) -> Self {
        let random: [u8; 32] = rand::random();
        Self(format!("{prefix}{}", BASE64URL_NOPAD.encode(&random)))
    }

    /// One that was made before and came back, if it can be one.
    pub fn known(text: &str) -> Option<Self> {
        let plain = text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        plain.then(|| Self(text.to_owned()))
    }

    /// The text that is shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the database keeps.
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

/// What the database keeps of a secret.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// How a page calls a row whose key is the hash of a secret: 80 bits of it.
pub fn mark(hash: &[u8]) -> String {
    BASE32_NOPAD.encode(hash.get(..10).unwrap_or(hash)).to_lowercase()
}

/// The secret of an authenticator app: 160 bits, as RFC 4226 asks for.
pub fn totp_secret() -> Vec<u8> {
    rand::random::<[u8; 20]>().to_vec()
}

/// What a new signing key is made from: 256 bits.
pub fn signing_seed() -> [u8; 32] {
    rand::random()
}

/// What makes the hash of a password one of its own.
pub fn salt() -> [u8; 16] {
    rand::random()
}

/// An opaque name for something that has no natural key: 80 random bits.
pub fn handle() -> String {
    let random: [u8; 10] = rand::random();
    BASE32_NOPAD.encode(&random).to_lowercase()
}

/// The form token of a session: only who holds the cookie can know it.
pub fn form_token(session: &str) -> String {
    let digest = Sha256::digest(format!("form\0{session}"));
    BASE64URL_NOPAD.encode(digest.get(..18).unwrap_or(&digest))
}

/// Compares without telling by the time it takes how much was right.
pub fn same(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
