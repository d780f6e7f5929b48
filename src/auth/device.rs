//! The device that somebody signs in with: a label in words, and a cookie of its own that outlives sessions, so that people
//! are told of devices that they do not know.
use super::secret::Secret;
use serde::Serialize;

/// How long a browser is recognised: 400 days, the most that browsers keep.
pub const KEPT_SECONDS: i64 = 400 * 24 * 3600;

/// A browser, recognised by its cookie or met for the first time.
#[derive(Clone, Debug)]
pub struct Device {
    /// `Firefox on Windows`
    pub label: String,
    secret: Secret,
}

/// What an operation knows of a device.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// Hash of the cookie.
    pub hash: Vec<u8>,
    /// `Firefox on Windows`
    pub label: String,
}

impl Device {
    /// From what the browser says of itself and the cookie that it sent, if it sent one.
    pub fn new(agent: &str, cookie: Option<&str>) -> Self {
        let known = cookie.and_then(Secret::known);
        Self { label: label(agent), secret: known.unwrap_or_else(|| Secret::new("")) }
    }

    /// For an operation.
    pub fn seen(&self) -> Seen {
        Seen { hash: self.secret.hash(), label: self.label.clone() }
    }

    /// What the cookie holds.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Marks in the text that browsers send, the most specific first: others copy the names of those that came before them.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "Mac"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// Browser and system in words. What a browser says of itself is never shown: it is long, and anybody can write it.
pub fn label(agent: &str) -> String {
    let find =
        |marks: &[(&str, &'static str)]| marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("a browser on {system}"),
        (None, None) => "an unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn browsers_and_systems_in_words() {
        let mozilla = |rest: &str| format!("Mozilla/5.0 {rest}");
        for (agent, expected) in [
            ("(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
            (
                "(Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36",
                "Chrome on Linux",
            ),
            ("(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15", "Safari on Mac"),
            (
                "(iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 CriOS/140.0 Mobile Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "(Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537",
                "Samsung Internet on Android",
            ),
        ] {
            assert_eq!(label(&mozilla(agent)), expected);
        }
        assert_eq!(
            (label("curl/8"), label("<script>Windows")),
            ("an unknown browser".into(), "a browser on Windows".into())
        );
    }
}
