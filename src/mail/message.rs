//! A mail as the network carries it.
use super::letter::one_line;
use super::{Site, text};
use crate::time::{Instant, duration};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::SystemTime;

/// A mail that can leave: its link is in it.
#[derive(Clone)]
pub struct Ready {
    /// Where it goes.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Where an answer goes.
    pub reply_to: String,
    /// The same each time that it is tried.
    pub message_id: String,
    /// A calendar file that goes with it.
    pub calendar: Option<String>,
    /// Where this kind of message is stopped with one click; empty: it cannot be.
    pub unsubscribe: String,
}

impl Ready {
    /// One that was written where the installation was not known; any other one as it is.
    pub(super) fn completed(self, site: &Site) -> Self {
        let unknown = host(&Site::unknown().base_url);
        if !self.message_id.ends_with(&format!("@{unknown}>")) {
            return self;
        }
        let host = host(&site.base_url);
        Self {
            text: text::rewrapped(&site.complete(&self.text)),
            html: site.complete_html(&self.html),
            reply_to: site.complete(&self.reply_to),
            message_id: self.message_id.replace(&Site::unknown().base_url, &host),
            ..self
        }
    }
}

/// Why a message cannot be built: what stands in it is no address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unwritable(String);

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
const UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
const ONE_CLICK: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
const REFERENCE: HeaderName = HeaderName::new_from_ascii_str("X-Entity-Ref-ID");

/// Whom every mail is from: the vendor's name, an address at the installation's host that nobody reads.
pub fn sender(site: &Site) -> Result<Mailbox, Unwritable> {
    Ok(Mailbox::new(Some(one_line(&site.sender())), address(&format!("noreply@{}", host(&site.base_url)))?))
}

/// Builds the message.
pub fn build(ready: &Ready, site: &Site, now: Instant) -> Result<Message, Unwritable> {
    let reference = ready.message_id.trim_matches(['<', '>']).to_owned();
    let mut message = Message::builder()
        .from(sender(site)?)
        .to(Mailbox::new(None, address(&ready.to)?))
        // Clean already; but lettre panics at a line break, and this comes from a table.
        .subject(one_line(&ready.subject))
        .message_id(Some(ready.message_id.clone()))
        .date(SystemTime::UNIX_EPOCH + duration(now));
    // Whoever's address cannot be written must not keep others from their mail.
    if let Ok(reply_to) = address(&ready.reply_to) {
        message = message.reply_to(Mailbox::new(None, reply_to));
    }
    let both = MultiPart::alternative_plain_html(ready.text.clone(), ready.html.clone());
    let whole = match &ready.calendar {
        Some(calendar) => MultiPart::mixed().multipart(both).singlepart(file(calendar)?),
        None => both,
    };
    let mut message = message.multipart(whole).map_err(|e| Unwritable(e.to_string()))?;
    let headers = message.headers_mut();
    headers.insert_raw(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()));
    headers.insert_raw(HeaderValue::new(REFERENCE, reference));
    if !ready.unsubscribe.is_empty() {
        let address = one_line(&ready.unsubscribe);
        headers.insert_raw(HeaderValue::new(UNSUBSCRIBE, format!("<{address}>")));
        headers.insert_raw(HeaderValue::new(ONE_CLICK, "List-Unsubscribe=One-Click".to_owned()));
    }
    Ok(message)
}

/// As programs that keep calendars expect it (RFC 6047): its method stands in the type, too.
fn file(calendar: &str) -> Result<SinglePart, Unwritable> {
    let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH");
    let kind = kind.map_err(|e| Unwritable(e.to_string()))?;
    Ok(Attachment::new("renewal.ics".to_owned()).body(calendar.to_owned(), kind))
}

fn address(text: &str) -> Result<Address, Unwritable> {
    // What it was is not told: errors are logged, addresses are not.
    text.parse().map_err(|e: lettre::address::AddressError| Unwritable(e.to_string()))
}

/// The host of an address of a site, for addresses of ours; `localhost` where it is only a number.
pub fn host(base_url: &str) -> String {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = if authority.starts_with('[') { "" } else { authority.split(':').next().unwrap_or_default() };
    let number = name.parse::<std::net::IpAddr>().is_ok();
    if name.is_empty() || number { "localhost".to_owned() } else { name.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Ready {
        Ready {
            to: "maya@ostrava.example".to_owned(),
            subject: "Zoë now coordinates 3 serial numbers".to_owned(),
            text: "Zoë did.\n".to_owned(),
            html: "<p>Zoë did.</p>".to_owned(),
            reply_to: "elena@ostrava.example".to_owned(),
            message_id: "<abc@subscriptions.example.com>".to_owned(),
            calendar: None,
            unsubscribe: String::new(),
        }
    }

    fn raw(ready: &Ready) -> String {
        String::from_utf8(build(ready, &Site::sample(), 1_795_510_800_000).unwrap().formatted()).unwrap()
    }

    #[test]
    fn hosts() {
        for (base, expected) in [
            ("https://subscriptions.example.com", "subscriptions.example.com"),
            ("http://localhost:8080/", "localhost"),
            ("http://127.0.0.1:8080", "localhost"),
            ("http://[::1]:8080/x", "localhost"),
            ("https://Sub.Example.com:8443/a?b", "sub.example.com"),
        ] {
            assert_eq!(host(base), expected, "{base}");
        }
    }

    #[test]
    fn what_was_not_known_is_completed() {
        let unknown = Ready {
            text: "You or somebody asked to sign in to {center}.\n\n{link}\n{questions}\n".to_owned(),
            html: "<p>{vendor}</p>".to_owned(),
            reply_to: "{contact_email}".to_owned(),
            message_id: format!("<abc@{}>", host(&Site::unknown().base_url)),
            ..ready()
        };
        let done = unknown.completed(&Site { vendor: "R & S".to_owned(), ..Site::sample() });
        let questions = "Questions? Call +1 555 0100 or write to help@ridgeline.example.";
        let opening = "You or somebody asked to sign in to the Subscription Center of R & S.";
        assert_eq!(done.text, format!("{opening}\n\n{{link}}\n{questions}\n"));
        assert_eq!((done.html.as_str(), done.reply_to.as_str()), ("<p>R &amp; S</p>", "help@ridgeline.example"));
        assert_eq!(done.message_id, "<abc@subscriptions.example.com>");
        let message_id = format!("<abc@{}>", host(&Site::unknown().base_url));
        let long = Ready { text: format!("To {}\nhttps://x", Site::unknown().center()), message_id, ..ready() };
        let site = Site { vendor: "Ridgeline and Sons Software of the Far North".to_owned(), ..Site::sample() };
        let lines = long.completed(&site).text;
        assert_eq!(lines, "To the Subscription Center of Ridgeline and Sons Software of the Far\nNorth\nhttps://x");
    }

    #[test]
    fn headers_are_complete() {
        let raw = raw(&ready());
        for line in [
            "From: =?utf-8?b?UmlkZ2VsaW5lIFNvZnR3YXJlLCBTdWJzY3JpcHRpb24gQ2VudGVy?= <noreply@subscriptions.example.com>",
            "To: maya@ostrava.example",
            "Reply-To: elena@ostrava.example",
            "Message-ID: <abc@subscriptions.example.com>",
            "Auto-Submitted: auto-generated",
            "X-Entity-Ref-ID: abc@subscriptions.example.com",
            "Date: Tue, 24 Nov 2026 09:00:00 +0000",
            "MIME-Version: 1.0",
        ] {
            assert!(raw.lines().any(|l| l == line), "{line} is not in\n{raw}");
        }
        assert!(!raw.contains("List-Unsubscribe"), "{raw}");
        let (text, html) = (raw.find("text/plain").unwrap(), raw.find("text/html").unwrap());
        assert!(text < html, "text first: {raw}");
    }

    /// RFC 8058.
    #[test]
    fn what_can_be_stopped_says_how() {
        let url =
            "https://subscriptions.example.com/unsubscribe/0123456789012345678901234567890123456789012".to_owned();
        let raw = raw(&Ready { unsubscribe: url.clone(), ..ready() });
        assert!(raw.replace("\r\n ", " ").lines().any(|l| l == format!("List-Unsubscribe: <{url}>")), "{raw}");
        assert!(raw.lines().any(|l| l == "List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{raw}");
    }

    /// Renderings clean their texts; this shows that even an unclean one cannot add a header.
    #[test]
    fn no_header_can_be_injected() {
        let evil = Ready { subject: "Hello\r\nBcc: all@x.example\r\n\r\nbody".to_owned(), ..ready() };
        assert!(!raw(&evil).lines().any(|l| l.to_lowercase().starts_with("bcc:")), "{}", raw(&evil));
        for broken in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>"] {
            let to = Ready { to: broken.to_owned(), ..ready() };
            assert!(build(&to, &Site::sample(), 0).is_err(), "{broken}");
            let reply = Ready { reply_to: broken.to_owned(), ..ready() };
            assert!(!raw(&reply).contains("Reply-To") && !raw(&reply).contains("c@d"), "{broken}");
        }
        let vendor = Site { vendor: "Evil\r\nBcc: all@x.example".to_owned(), ..Site::sample() };
        let raw = String::from_utf8(build(&ready(), &vendor, 0).unwrap().formatted()).unwrap();
        assert!(!raw.lines().any(|l| l.to_lowercase().starts_with("bcc:")), "{raw}");
    }

    #[test]
    fn accents_are_legal_on_both_sides() {
        for to in ["Müller.Ä@firma.example", "o'neil+x@a-b.co.example", "ana@bücher.example", "ＡＢ@x.example"] {
            assert!(build(&Ready { to: to.to_owned(), ..ready() }, &Site::sample(), 0).is_ok(), "{to}");
        }
    }
}
