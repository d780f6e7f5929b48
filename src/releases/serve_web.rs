//! The bytes of a file, under a personal link: whole or a range, with the digest of the whole (RFC 9110 §14, RFC 9530).
use super::check_artifact::unavailable;
use super::download::{FinishDownload, Served, StartDownload};
use crate::app::App;
use crate::auth::secret;
use crate::error::AppError;
use crate::files::{Content, attachment};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::duration;
use crate::web::extract::{bearer_of, text};
use crate::web::{Route, get};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::{BASE64, HEXLOWER};
use futures_util::StreamExt;
use std::ops::Range;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/downloads/link/{secret}", ActionId::StartDownload, serve)]
}

const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// What part of a file is asked for. Several ranges at once are answered with the whole file, as a server may.
fn asked(range: Option<&str>, size: u64) -> Result<Option<Range<u64>>, ()> {
    let Some(spec) = range.and_then(|r| r.trim().strip_prefix("bytes=")).filter(|spec| !spec.contains(',')) else {
        return Ok(None);
    };
    let Some((first, last)) = spec.split_once('-') else { return Ok(None) };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(count)) if first.trim().is_empty() => size.saturating_sub(count)..size,
        _ => return Ok(None),
    };
    if range.start >= range.end { Err(()) } else { Ok(Some(range)) }
}

async fn serve(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Path(link): Path<String>,
) -> Result<Response, AppError> {
    let hash = secret::hash(&link);
    let bearer = bearer_of(&headers, &app).ok_or(AppError::Denied(crate::policy::Denied::Unknown))?;
    let served = app.run(actor.clone(), StartDownload { hash: hash.clone(), bearer }, Terms::default()).await?;
    let files = app.files()?;
    let lasts = duration(super::download::START_WITHIN);
    if let Some(url) = files.presigned(&served.stored, &served.file_name, lasts).await.map_err(|e| unavailable(&e))? {
        // The bucket does not tell how it went: that it was started is what is known.
        return Ok(Redirect::to(&url).into_response());
    }
    let tag = format!("\"{}\"", HEXLOWER.encode(&served.sha256));
    let same = text(&headers, header::IF_RANGE).is_none_or(|of| of.trim() == tag);
    let range = asked(text(&headers, header::RANGE).filter(|_| same), served.size);
    let (range, status) = match range {
        Ok(None) => (0..served.size, StatusCode::OK),
        Ok(Some(range)) => (range, StatusCode::PARTIAL_CONTENT),
        Err(()) => {
            let size = [(header::CONTENT_RANGE, format!("bytes */{}", served.size))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, size).into_response());
        }
    };
    let content = files.read(&served.stored, range.clone()).await.map_err(|e| unavailable(&e))?;
    let last = range.end == served.size;
    let body = Body::from_stream(noted(content, range.end - range.start, (last, app, actor, hash)));
    let mut response = (status, body).into_response();
    let set = response.headers_mut();
    for (name, value) in described(&served, &tag, &range, status) {
        if let Ok(value) = value.parse() {
            set.insert(name, value);
        }
    }
    Ok(response)
}

fn described(served: &Served, tag: &str, range: &Range<u64>, status: StatusCode) -> Vec<(HeaderName, String)> {
    let mut all = vec![
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&served.file_name)),
        (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, tag.to_owned()),
        (REPR_DIGEST, format!("sha-256=:{}:", BASE64.encode(&served.sha256))),
    ];
    if status == StatusCode::PARTIAL_CONTENT {
        all.push((header::CONTENT_RANGE, format!("bytes {}-{}/{}", range.start, range.end - 1, served.size)));
    }
    all
}

/// The same stream; when the last byte of the file is out, that is written down.
fn noted(
    content: Content,
    length: u64,
    (last, app, actor, hash): (bool, App, Actor, Vec<u8>),
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, crate::files::FileError>> + Send {
    let mut left = length;
    content.inspect(move |piece| {
        left = left.saturating_sub(piece.as_ref().map_or(0, |bytes| bytes.len() as u64));
        if left == 0 && last && piece.is_ok() {
            let (app, actor, hash) = (app.clone(), actor.clone(), hash.clone());
            tokio::spawn(async move {
                if let Err(error) = app.run(actor, FinishDownload { hash }, Terms::default()).await {
                    tracing::warn!(%error, "the end of a download is not written down");
                }
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn ranges() {
        for (range, expected) in [
            (None, Ok(None)),
            (Some("bytes=0-"), Ok(Some(0..100))),
            (Some("bytes=10-19"), Ok(Some(10..20))),
            (Some("bytes=90-200"), Ok(Some(90..100))),
            (Some("bytes=-5"), Ok(Some(95..100))),
            (Some("bytes=-500"), Ok(Some(0..100))),
            (Some("bytes=99-99"), Ok(Some(99..100))),
            (Some("bytes=100-"), Err(())),
            (Some("bytes=-0"), Err(())),
            (Some("bytes=9-1"), Ok(None)),
            (Some("bytes=0-1,5-6"), Ok(None)),
            (Some("lines=1-2"), Ok(None)),
            (Some("bytes=a-b"), Ok(None)),
        ] {
            assert_eq!(asked(range, 100), expected, "{range:?}");
        }
    }
}
