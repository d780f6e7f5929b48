//! A browser without scripts: cookies, pages, and forms whose token comes from the page that holds them.
use crate::http::escape;
use std::collections::BTreeMap;

/// Somebody's browser.
pub struct Browser {
    base: String,
    agent: ureq::Agent,
    pub cookies: BTreeMap<String, String>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub text: String,
}

impl Page {
    /// What stands between two texts.
    pub fn between<'a>(&'a self, start: &str, end: &str) -> &'a str {
        between(&self.text, start, end).unwrap_or_else(|| panic!("no {start} in {} {}", self.status, self.text))
    }

    /// Where it leads; panics where it does not.
    pub fn leads_to(&self) -> &str {
        self.headers.get("location").unwrap_or_else(|| panic!("leads nowhere: {} {}", self.status, self.text))
    }
}

/// What stands between two texts.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let rest = text.split_once(start)?.1;
    Some(rest.split_once(end).map_or(rest, |(found, _)| found))
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { base: base.to_owned(), agent: config.into(), cookies: BTreeMap::new() }
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub fn get(&mut self, path: &str) -> Page {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        let request = self.agent.get(format!("{}{path}", self.base)).header("Cookie", self.cookie());
        let answer = request.call().unwrap_or_else(|e| panic!("GET {path}: {e}"));
        self.take(path, answer)
    }

    /// Fills in a form of a page: its token is taken from there.
    pub fn post(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.get(page);
        let token = form.between(r#"name="csrf" value=""#, "\"").to_owned();
        let fields = [("csrf", token.as_str())].into_iter().chain(fields.iter().copied());
        let body: Vec<String> = fields.map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        let request = self.agent.post(format!("{}{path}", self.base)).header("Cookie", self.cookie());
        let request = request.header("Referer", format!("{}{page}", self.base));
        let answer = request.content_type("application/x-www-form-urlencoded").send(body.join("&"));
        self.take(path, answer.unwrap_or_else(|e| panic!("POST {path}: {e}")))
    }

    fn take(&mut self, path: &str, mut answer: ureq::http::Response<ureq::Body>) -> Page {
        let status = answer.status().as_u16();
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().expect("a cookie").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned())
        };
        let headers = answer.headers().iter().map(header).collect();
        let text = answer.body_mut().read_to_string().expect("a page");
        assert_ne!(status, 500, "500 from {path}: {text}");
        Page { status, headers, text }
    }
}
