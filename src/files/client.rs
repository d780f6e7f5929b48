//! HTTP for a bucket: the client that the product has anyway.
use async_trait::async_trait;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Plain;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpResponseBody,
    HttpService,
};
use std::time::Duration;

const CONNECTS_IN: Duration = Duration::from_secs(5);
/// Until an answer begins; a large part takes its time.
const ANSWERS_IN: Duration = Duration::from_secs(60);

/// Makes the client.
#[derive(Debug)]
pub(super) struct Hyper;

impl HttpConnector for Hyper {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let failed = |e: std::io::Error| object_store::Error::Generic { store: "S3", source: Box::new(e) };
        let mut plain = Plain::new();
        plain.enforce_http(false);
        plain.set_connect_timeout(Some(CONNECTS_IN));
        let tls = HttpsConnectorBuilder::new().with_native_roots().map_err(failed)?;
        let tls = tls.https_or_http().enable_http1().wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(tls);
        Ok(HttpClient::new(Service(client)))
    }
}

#[derive(Debug)]
struct Service(Client<HttpsConnector<Plain>, HttpRequestBody>);

#[derive(Debug, thiserror::Error)]
#[error("no answer within {} seconds", ANSWERS_IN.as_secs())]
struct TooSlow;

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = tokio::time::timeout(ANSWERS_IN, self.0.request(request)).await;
        let answer = answer.map_err(|_| HttpError::new(HttpErrorKind::Timeout, TooSlow))?;
        let kind = |e: &hyper_util::client::legacy::Error| match e.is_connect() {
            true => HttpErrorKind::Connect,
            false => HttpErrorKind::Request,
        };
        let (head, body) = answer.map_err(|e| HttpError::new(kind(&e), e))?.into_parts();
        let body = body.map_err(|e| HttpError::new(HttpErrorKind::Interrupted, e));
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(body)))
    }
}
