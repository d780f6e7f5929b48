//! Signatures of files: made once, when a file is uploaded, with the vendor's key; verified by anybody, without a network.
//! What is signed is the line `sha256:HEX`, so that a file of any size is read once and no tool of ours is needed to verify.
use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

const SEED: usize = 32;

/// The vendor's key.
#[derive(Clone)]
pub struct VendorKey(Arc<SigningKey>);

impl std::fmt::Debug for VendorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VendorKey({})", self.public())
    }
}

fn line(sha256: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(sha256))
}

impl VendorKey {
    /// Reads the key from its file: 32 random bytes in base64. Makes one where there is none yet, readable by its owner only.
    pub fn read_or_make(path: &Path) -> Result<Self, String> {
        let failed = |e: std::io::Error| format!("{}: {e}", path.display());
        match std::fs::read_to_string(path) {
            Ok(text) => {
                Self::of(&text).ok_or_else(|| format!("{}: a signing key is 32 bytes in base64", path.display()))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let seed = crate::auth::secret::signing_seed();
                let mut options = std::fs::OpenOptions::new();
                // Two processes that start at once: the second one reads what the first one made.
                match options.write(true).create_new(true).mode(0o600).open(path) {
                    Ok(mut file) => {
                        file.write_all(format!("{}\n", BASE64.encode(&seed)).as_bytes()).map_err(failed)?;
                        file.sync_all().map_err(failed)?;
                        Ok(Self(Arc::new(SigningKey::from_bytes(&seed))))
                    }
                    Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Self::read_or_make(path),
                    Err(e) => Err(failed(e)),
                }
            }
            Err(e) => Err(failed(e)),
        }
    }

    fn of(text: &str) -> Option<Self> {
        let seed: [u8; SEED] = BASE64.decode(text.trim().as_bytes()).ok()?.try_into().ok()?;
        Some(Self(Arc::new(SigningKey::from_bytes(&seed))))
    }

    /// The public half, in base64: what customers verify with.
    pub fn public(&self) -> String {
        BASE64.encode(self.0.verifying_key().as_bytes())
    }

    /// Signs a file by its digest.
    pub fn sign(&self, sha256: &[u8]) -> Vec<u8> {
        self.0.sign(line(sha256).as_bytes()).to_bytes().to_vec()
    }
}

/// Why a file is not the vendor's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// The public key is not one.
    #[error("the key is not 32 bytes in base64; copy it from the vendor's site")]
    Key,
    /// The signature is not one.
    #[error("the signature is not 64 bytes in base64; copy it from the page of the file")]
    Signature,
    /// The file, the signature and the key do not belong together.
    #[error("the file is not what was signed with this key: it is damaged, incomplete or another one; fetch it again")]
    File,
    /// It could not be read.
    #[error("{0}")]
    Unreadable(String),
}

/// Verifies a file of any size, and says its digest.
pub fn verify(mut file: impl Read, signature: &str, key: &str) -> Result<String, Mismatch> {
    let key: [u8; SEED] = decoded(key).ok_or(Mismatch::Key)?;
    let key = VerifyingKey::from_bytes(&key).map_err(|_| Mismatch::Key)?;
    let signature = Signature::from_bytes(&decoded(signature).ok_or(Mismatch::Signature)?);
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 1024 * 1024]);
    loop {
        let read = file.read(&mut piece).map_err(|e| Mismatch::Unreadable(e.to_string()))?;
        match piece.get(..read).filter(|read| !read.is_empty()) {
            Some(read) => digest.update(read),
            None => break,
        }
    }
    let line = line(&digest.finalize());
    key.verify_strict(line.as_bytes(), &signature).map_err(|_| Mismatch::File)?;
    Ok(line)
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64.decode(text.trim().as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_verified_with_the_public_half() {
        let path = std::env::temp_dir().join(format!("signing-{}", crate::auth::secret::handle()));
        let key = VendorKey::read_or_make(&path).unwrap();
        assert_eq!(VendorKey::read_or_make(&path).unwrap().public(), key.public());
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_file(&path).unwrap();
        let file = vec![7_u8; 3 * 1024 * 1024 + 5];
        let signature = BASE64.encode(&key.sign(&Sha256::digest(&file)));
        let hex = HEXLOWER.encode(&Sha256::digest(&file));
        assert_eq!(verify(file.as_slice(), &signature, &key.public()), Ok(format!("sha256:{hex}")));
        assert_eq!(verify(&file[1..], &signature, &key.public()), Err(Mismatch::File));
        let other = VendorKey(Arc::new(SigningKey::from_bytes(&[1; 32])));
        assert_eq!(verify(file.as_slice(), &signature, &other.public()), Err(Mismatch::File));
        assert_eq!(verify(file.as_slice(), "x", &key.public()), Err(Mismatch::Signature));
        assert_eq!(verify(file.as_slice(), &signature, "x"), Err(Mismatch::Key));
    }
}
