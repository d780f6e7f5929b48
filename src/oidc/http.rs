//! Calls to providers: time and size are bounded, no redirect is followed, and only what [`Reach`] allows is called.
use super::reach::Reach;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::time::Duration;

/// Longest that one call may take, the answer included.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTS_IN: Duration = Duration::from_secs(5);
/// Largest answer that is read.
pub const MOST: usize = 256 * 1024;

type Body = Full<io::Cursor<Vec<u8>>>;
type Inner = Client<HttpsConnector<HttpConnector<Resolver>>, Body>;

/// Why a provider could not be asked. Its words tell nobody what this server can see of its own network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Its address is one that must not be called.
    #[error("the address is not one that can be used; it begins with https:// and is reachable from the internet")]
    Barred,
    /// No connection, or no good certificate.
    #[error("the provider could not be reached; check the address and its certificate")]
    Unreachable,
    /// It took too long.
    #[error("the provider did not answer within 10 seconds")]
    TooSlow,
    /// It sent too much.
    #[error("the provider's answer is larger than 256 kB")]
    TooLarge,
    /// It sent somewhere else.
    #[error("the provider answered with a redirect; write the address that it leads to")]
    Redirect,
}

/// A client that goes as far as its reach.
#[derive(Clone, Copy, Debug)]
pub struct Calls(pub Reach);

impl<'c> AsyncHttpClient<'c> for Calls {
    type Error = CallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, CallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, call(self.0, request)).await {
                Ok(answer) => answer,
                Err(_) => Err(CallError::TooSlow),
            }
        })
    }
}

async fn call(reach: Reach, request: HttpRequest) -> Result<HttpResponse, CallError> {
    let (scheme, host) = (request.uri().scheme_str().unwrap_or_default(), request.uri().host().unwrap_or_default());
    let bare = request.uri().authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if !bare || !reach.allows_url(scheme, host) {
        return Err(CallError::Barred);
    }
    let answer = client(reach)?.request(request.map(|body| Full::new(io::Cursor::new(body)))).await;
    let (head, body) = answer.map_err(|e| refused(&e))?.into_parts();
    if head.status.is_redirection() {
        return Err(CallError::Redirect);
    }
    let body =
        Limited::new(body, MOST).collect().await.map_err(|e| match e.is::<http_body_util::LengthLimitError>() {
            true => CallError::TooLarge,
            false => CallError::Unreachable,
        })?;
    Ok(http::Response::from_parts(head, body.to_bytes().to_vec()))
}

/// An address that was barred while it was resolved is told apart from one that does not answer.
fn refused(error: &(dyn std::error::Error + 'static)) -> CallError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::PermissionDenied) {
            return CallError::Barred;
        }
        cause = error.source();
    }
    CallError::Unreachable
}

/// One client for each reach, made when it is first needed: it reads the machine's certificates.
fn client(reach: Reach) -> Result<&'static Inner, CallError> {
    static PUBLIC: LazyLock<Option<Inner>> = LazyLock::new(|| build(Reach::Public));
    static NEAR: LazyLock<Option<Inner>> = LazyLock::new(|| build(Reach::Near));
    static LOOPBACK: LazyLock<Option<Inner>> = LazyLock::new(|| build(Reach::Loopback));
    let client = match reach {
        Reach::Public => &PUBLIC,
        Reach::Near => &NEAR,
        Reach::Loopback => &LOOPBACK,
    };
    client.as_ref().ok_or(CallError::Unreachable)
}

fn build(reach: Reach) -> Option<Inner> {
    let mut plain = HttpConnector::new_with_resolver(Resolver(reach));
    plain.enforce_http(false);
    plain.set_connect_timeout(Some(CONNECTS_IN));
    let tls = HttpsConnectorBuilder::new().with_native_roots();
    let tls =
        tls.inspect_err(|error| tracing::error!(%error, "this machine has no certificates to check providers with"));
    let tls = tls.ok()?.https_or_http().enable_http1().wrap_connector(plain);
    // No connection is kept: a sign-in is rare, and a name is judged anew each time.
    Some(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(tls))
}

/// Looks names up, and forgets addresses that must not be called.
#[derive(Clone, Debug)]
struct Resolver(Reach);

impl tower::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
            match found.is_empty() {
                true => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
                false => Ok(found.into_iter()),
            }
        })
    }
}
