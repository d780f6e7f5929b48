//! One person's client of the HTTP API.
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::time::Duration;

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Text as one segment of a path or one value of a query.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The last part of a problem's `type`: `nothing-selected` of `/problems/nothing-selected`. Empty for a success.
    pub fn problem(&self) -> &str {
        let name = self.body["type"].as_str().unwrap_or_default();
        name.strip_prefix("/problems/").unwrap_or(name)
    }

    pub fn number(&self, field: &str) -> u64 {
        self.body[field].as_u64().unwrap_or_else(|| panic!("no number {field} in {self:?}"))
    }

    /// The opaque handle of the change set that the request made.
    pub fn change_set(&self) -> String {
        self.body["change_set"].as_str().unwrap_or_else(|| panic!("no change_set in {self:?}")).to_owned()
    }

    /// Fails with the whole answer if it was not a success.
    pub fn ok(self) -> Self {
        assert!(self.status == 200 || self.status == 201, "expected a success: {self:?}");
        self
    }
}

/// A signed-in client. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Api {
    base: String,
    token: String,
    agent: ureq::Agent,
}

impl Api {
    pub fn new(base: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build();
        Self { base: base.to_owned(), token: token.to_owned(), agent: config.into() }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Reads a thing; the server must be up.
    pub fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        let response = request.header("Authorization", &format!("Bearer {}", self.token)).call();
        receive(path, response).unwrap_or_else(|e| panic!("GET {path}: {e}"))
    }

    /// Changes something; the server must be up.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_post(path, body, None).unwrap_or_else(|e| panic!("POST {path} {body}: {e}"))
    }

    pub fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.try_post(path, body, Some(key)).unwrap_or_else(|e| panic!("POST {path} {body}: {e}"))
    }

    /// The same where the server may be killed at any moment. An error means that the effect is unknown.
    pub fn try_post(&self, path: &str, body: &Value, key: Option<&str>) -> Result<Answer, String> {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        request = request.header("Authorization", &format!("Bearer {}", self.token));
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        receive(path, request.content_type("application/json").send(body.to_string()))
    }

    /// All items of a list, page by page. `path` may carry filters.
    pub fn list(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let at = cursor.map(|c| format!("&cursor={}", escape(&c))).unwrap_or_default();
            let page = self.get(&format!("{path}{join}limit=200{at}")).ok();
            items.extend(page.body["items"].as_array().expect("items").iter().cloned());
            match page.body["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }
}

fn receive(path: &str, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, String> {
    let mut response = response.map_err(|e| e.to_string())?;
    let status = response.status().as_u16();
    // Every answer of the product has this header. Without it somebody else has got the port of a killed server.
    if !response.headers().contains_key("content-security-policy") {
        return Err(format!("{path}: {status}, but not from the product"));
    }
    let text = response.body_mut().read_to_string().map_err(|e| e.to_string())?;
    let body = serde_json::from_str(&text).unwrap_or_else(|_| json!({ "text": text }));
    // A 500 is a failure in every test, whatever it was about.
    assert!(status != 500, "500 from {path}: {body}");
    Ok(Answer { status, body })
}
