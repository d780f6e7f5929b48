//! Files in object storage: a directory, or a bucket that speaks S3. They stream; none is ever in memory as a whole.
mod client;
pub mod signing;

use bytes::Bytes;
use client::Hyper;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::signer::{Method, SignedUrlOptions, Signer};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Where files are unless one says so.
pub const FILES: &str = "file:data/files";
/// Where the demo's are.
pub const DEMO_FILES: &str = "file:data/demo/files";
/// Largest part of an upload: what one request may hold in memory.
pub const PART: usize = 8 * 1024 * 1024;
/// Parts that are on their way to the store at once while a file is put together.
const AT_ONCE: usize = 2;

/// Why a file could not be read or written; its words are for the log and the operator.
#[derive(Debug, thiserror::Error)]
#[error("the file store says: {0}")]
pub struct FileError(#[from] object_store::Error);

impl FileError {
    /// There is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self.0, object_store::Error::NotFound { .. })
    }
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    signs: Option<Arc<dyn Signs>>,
}

/// What a stream of a file yields.
pub type Content = BoxStream<'static, Result<Bytes, FileError>>;

/// A bucket that hands out addresses of its own, under a prefix.
trait Signs: Send + Sync {
    fn sign<'a>(
        &'a self,
        path: &'a Path,
        options: SignedUrlOptions,
        lasts: Duration,
    ) -> futures_util::future::BoxFuture<'a, object_store::Result<String>>;
}

struct Bucket {
    s3: object_store::aws::AmazonS3,
    prefix: Path,
}

impl Signs for Bucket {
    fn sign<'a>(
        &'a self,
        path: &'a Path,
        options: SignedUrlOptions,
        lasts: Duration,
    ) -> futures_util::future::BoxFuture<'a, object_store::Result<String>> {
        let whole = Path::from_iter(self.prefix.parts().chain(path.parts()));
        Box::pin(async move { Ok(self.s3.signed_url_opts(Method::GET, &whole, lasts, &options).await?.to_string()) })
    }
}

impl Files {
    /// Opens `file:DIRECTORY`, which is made where it is missing, or `s3://BUCKET/PREFIX`, with the credentials, region and
    /// endpoint of the usual `AWS_…` variables. With `presigned` browsers fetch from the bucket itself.
    pub fn open(address: &str, presigned: bool) -> Result<Self, String> {
        let failed = |e: object_store::Error| format!("{address}: {e}");
        if let Some(directory) = address.strip_prefix("file:").filter(|d| !d.is_empty()) {
            std::fs::create_dir_all(directory).map_err(|e| format!("{address}: {e}"))?;
            let store = LocalFileSystem::new_with_prefix(directory).map_err(failed)?;
            // Acknowledged is durable, of files as of rows.
            let store = store.with_fsync(true).with_automatic_cleanup(true);
            return Ok(Self { store: Arc::new(store), signs: None });
        }
        let Some(rest) = address.strip_prefix("s3://").filter(|rest| !rest.is_empty()) else {
            return Err(format!("{address}: files are in file:DIRECTORY or s3://BUCKET/PREFIX"));
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let near = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].into_iter();
        let near = near.filter_map(|name| std::env::var(name).ok()).any(|url| is_loopback(&url));
        let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_http_connector(Hyper);
        let s3 = builder.with_allow_http(near).build().map_err(failed)?;
        let prefix = Path::from(prefix);
        let signs: Option<Arc<dyn Signs>> = match presigned {
            true => Some(Arc::new(Bucket { s3: s3.clone(), prefix: prefix.clone() })),
            false => None,
        };
        Ok(Self { store: Arc::new(PrefixStore::new(s3, prefix)), signs })
    }

    /// Writes a small file at once.
    pub async fn put(&self, name: &str, bytes: Bytes) -> Result<(), FileError> {
        self.store.put(&Path::from(name), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Reads a range of a file.
    pub async fn read(&self, name: &str, range: Range<u64>) -> Result<Content, FileError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.store.get_opts(&Path::from(name), options).await?;
        Ok(found.into_stream().map_err(FileError::from).boxed())
    }

    /// Puts a file together from parts, in their order, and shows each piece to `see` on its way.
    pub async fn assemble(
        &self,
        parts: &[String],
        name: &str,
        mut see: impl FnMut(&[u8]) + Send,
    ) -> Result<(), FileError> {
        let mut out = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&Path::from(name)).await?, PART);
        for part in parts {
            let copied = self.copy(part, &mut out, &mut see).await;
            if let Err(error) = copied {
                // What was begun costs space in a bucket until it is given up.
                out.abort().await?;
                return Err(error);
            }
        }
        out.finish().await?;
        Ok(())
    }

    async fn copy(
        &self,
        part: &str,
        out: &mut WriteMultipart,
        see: &mut (impl FnMut(&[u8]) + Send),
    ) -> Result<(), FileError> {
        let mut content = self.store.get(&Path::from(part)).await?.into_stream();
        while let Some(piece) = content.try_next().await? {
            see(&piece);
            out.wait_for_capacity(AT_ONCE).await?;
            out.put(piece);
        }
        Ok(())
    }

    /// Removes files; those that are gone already are no fault.
    pub async fn remove(&self, names: &[String]) -> Result<(), FileError> {
        for name in names {
            match self.store.delete(&Path::from(name.as_str())).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// An address in the bucket that works for a while, under which the file is called `as_name`; none where the product
    /// itself serves files.
    pub async fn presigned(&self, name: &str, as_name: &str, lasts: Duration) -> Result<Option<String>, FileError> {
        let Some(bucket) = &self.signs else { return Ok(None) };
        let query = [("response-content-disposition", attachment(as_name))];
        let options = SignedUrlOptions::new().with_query(query);
        Ok(Some(bucket.sign(&Path::from(name), options, lasts).await?))
    }
}

/// How an answer says that it is a file to keep, with its name in plain and in full (RFC 6266).
pub fn attachment(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\".contains(c) { c } else { '_' }).collect();
    let full = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn whole(files: &Files, name: &str, range: Range<u64>) -> Vec<u8> {
        let pieces: Vec<Bytes> = files.read(name, range).await.unwrap().try_collect().await.unwrap();
        pieces.concat()
    }

    #[tokio::test]
    async fn a_file_is_put_together_from_its_parts_and_read_in_ranges() {
        let directory = std::env::temp_dir().join(format!("files-{}", crate::auth::secret::handle()));
        let files = Files::open(&format!("file:{}", directory.display()), false).unwrap();
        files.put("uploads/x/1", Bytes::from_static(b"hello ")).await.unwrap();
        files.put("uploads/x/2", Bytes::from_static(b"world")).await.unwrap();
        let (parts, mut seen) = (["uploads/x/1", "uploads/x/2"].map(str::to_owned), Vec::new());
        files.assemble(&parts, "artifacts/a b.zip", |piece| seen.extend_from_slice(piece)).await.unwrap();
        assert_eq!(seen, b"hello world");
        assert_eq!(whole(&files, "artifacts/a b.zip", 0..11).await, b"hello world");
        assert_eq!(whole(&files, "artifacts/a b.zip", 4..7).await, b"o w");
        let missing = ["uploads/x/1", "uploads/x/3"].map(str::to_owned);
        assert!(files.assemble(&missing, "artifacts/b", |_| ()).await.unwrap_err().is_missing());
        assert!(files.read("artifacts/b", 0..1).await.is_err());
        files.remove(&parts).await.unwrap();
        files.remove(&parts).await.unwrap();
        assert!(files.read("uploads/x/1", 0..1).await.err().unwrap().is_missing());
        assert_eq!(files.presigned("artifacts/a", "a", Duration::from_secs(1)).await.unwrap(), None);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn names_are_quoted() {
        let quoted = r#"attachment; filename="a_b__.zip"; filename*=UTF-8''a%22b%C3%BC%0A%2Ezip"#;
        assert_eq!(attachment("a\"bü\n.zip"), quoted);
        assert!(
            is_loopback("http://127.0.0.1:9000")
                && is_loopback("http://[::1]:9000/")
                && !is_loopback("http://s3.example")
        );
        for wrong in ["", "file:", "s3://", "ftp://x", "data/files"] {
            assert!(Files::open(wrong, false).is_err(), "{wrong}");
        }
    }
}
