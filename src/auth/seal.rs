//! Secrets that the product itself must show to somebody else, and so cannot keep as a hash: sealed with a key that is not in
//! the database. Without the key there are none.
use super::secret::Secret;
use data_encoding::BASE64URL_NOPAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// Shortest text of a key: 32 random bytes written as text are longer.
const SHORTEST: usize = 32;

/// The installation's key.
#[derive(Clone)]
pub struct SealingKey(Arc<LessSafeKey>);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

impl SealingKey {
    /// From the text of the file that `--secret-key-file` names, whatever made it: `openssl rand -base64 32`, for example.
    pub fn of(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() < SHORTEST {
            return Err(format!("the secret key is too short; write at least {SHORTEST} random characters"));
        }
        let digest = Sha256::digest(format!("seal\0{text}"));
        let key =
            UnboundKey::new(&CHACHA20_POLY1305, &digest).map_err(|_| "the secret key cannot be used".to_owned())?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::of(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Seals a text that belongs to `purpose`: one of another place opens nothing here. A nonce of 96 random bits is new each
    /// time; so few secrets are sealed that two alike will not be seen.
    pub fn seal(&self, purpose: &str, secret: &str) -> Option<Vec<u8>> {
        let random = BASE64URL_NOPAD.decode(Secret::new("").reveal().as_bytes()).ok()?;
        let nonce: [u8; NONCE_LEN] = random.get(..NONCE_LEN)?.try_into().ok()?;
        let mut sealed = secret.as_bytes().to_vec();
        let (key, nonce_value) = (&self.0, Nonce::assume_unique_for_key(nonce));
        key.seal_in_place_append_tag(nonce_value, Aad::from(purpose.as_bytes()), &mut sealed).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens it again; nothing where it was sealed with another key or for another purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut rest).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::SealingKey;

    #[test]
    fn only_the_same_key_opens_for_the_same_purpose() {
        let key = SealingKey::of("0123456789abcdef0123456789abcdef\n").unwrap();
        let sealed = key.seal("company 1", "s3cret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"s3cret"));
        assert_ne!(key.seal("company 1", "s3cret").unwrap(), sealed, "a nonce of its own each time");
        assert_eq!(key.open("company 1", &sealed).as_deref(), Some("s3cret"));
        assert_eq!(key.open("company 2", &sealed), None);
        assert_eq!(SealingKey::of("f123456789abcdef0123456789abcdef").unwrap().open("company 1", &sealed), None);
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert_eq!(key.open("company 1", &broken), None, "byte {at}");
            assert_eq!(key.open("company 1", &sealed[..at]), None, "only {at} bytes");
        }
        assert!(SealingKey::of("short").is_err());
        assert_eq!(format!("{key:?}"), "SealingKey(…)");
    }
}
