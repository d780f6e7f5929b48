//! What a mail server reports of a mail that it took (RFC 3464): which one, to whom, and how it ended. Pure: bytes in, facts out.
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// What a report says of one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The Message-ID of the mail that it is about, as we wrote it.
    pub message_id: String,
    /// To whom, as far as the server knows.
    pub recipient: String,
    /// What became of it.
    pub fate: Fate,
    /// The server's words.
    pub words: String,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The mailbox is not there: nothing that is sent to it arrives.
    NoMailbox,
    /// It came back for a reason that says nothing about the mailbox: its size, a policy, a server that was away for days.
    Returned,
    /// It may still arrive.
    Delayed,
}

/// Most of a server's words that are kept.
const LONGEST: usize = 300;

/// All that a mail reports; nothing where it is no report, or does not show which mail it is about: anybody could write that.
pub fn read(bytes: &[u8]) -> Vec<Report> {
    let Some(mail) = MessageParser::default().parse(bytes) else { return Vec::new() };
    if !mail.parts.first().is_some_and(|part| part.is_content_type("multipart", "report")) {
        return Vec::new();
    }
    let Some(message_id) = original(&mail) else { return Vec::new() };
    let status = mail.parts.iter().find(|part| part.is_content_type("message", "delivery-status"));
    let Some(status) = status.map(|part| String::from_utf8_lossy(part.contents()).into_owned()) else {
        return Vec::new();
    };
    // The first block is about the mail, each other one about a recipient.
    let blocks = blocks(&status);
    let about = |block: &Vec<(String, String)>| report(block, &message_id);
    blocks.iter().filter_map(about).collect()
}

/// The Message-ID of the mail that comes back, or of its head.
fn original(mail: &Message<'_>) -> Option<String> {
    let id = mail.parts.iter().skip(1).find_map(|part| match &part.body {
        PartType::Message(inner) => inner.message_id().map(str::to_owned),
        _ if part.is_content_type("text", "rfc822-headers") || part.is_content_type("message", "rfc822-headers") => {
            let inner = MessageParser::default().parse(part.contents())?;
            inner.message_id().map(str::to_owned)
        }
        _ => None,
    })?;
    Some(format!("<{}>", id.trim_matches(['<', '>'])))
}

/// Fields by block; a line that begins with a blank goes on.
fn blocks(text: &str) -> Vec<Vec<(String, String)>> {
    let mut all: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines() {
        let (plain, last) = (line.trim(), all.len() - 1);
        let Some(block) = all.get_mut(last) else { continue };
        if plain.is_empty() {
            if !block.is_empty() {
                all.push(Vec::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = block.last_mut() {
                value.push(' ');
                value.push_str(plain);
            }
        } else if let Some((name, value)) = plain.split_once(':') {
            block.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    all
}

fn report(block: &[(String, String)], message_id: &str) -> Option<Report> {
    let field = |name: &str| block.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let action = field("action")?.to_lowercase();
    let status = field("status").unwrap_or_default();
    let status = status.split_whitespace().next().unwrap_or_default();
    let fate = fate(&action, status)?;
    // The address that we wrote to; a server that forwarded it names another one at last.
    let recipient = field("original-recipient").or_else(|| field("final-recipient")).unwrap_or_default();
    let recipient = recipient.split_once(';').map_or(recipient, |(_, address)| address).trim().trim_matches(['<', '>']);
    let words = field("diagnostic-code").map(|words| words.split_once(';').map_or(words, |(_, words)| words).trim());
    let words = format!("{status} {}", words.unwrap_or_default());
    Some(Report {
        message_id: message_id.to_owned(),
        recipient: recipient.to_owned(),
        fate,
        words: words.trim().chars().take(LONGEST).collect(),
    })
}

/// Of a failure the enhanced code (RFC 3463) says whether the mailbox is meant: the subjects 1, 2 and 4 and an unknown one are
/// about the address, the others about this mail.
fn fate(action: &str, status: &str) -> Option<Fate> {
    let mut parts = status.split('.');
    let (class, subject, detail) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    match (action, class) {
        ("delayed", _) => Some(Fate::Delayed),
        ("failed", "5") => match (subject, detail) {
            (Some("1"), Some("7" | "8")) => Some(Fate::Returned),
            (Some("0" | "1" | "2" | "4"), _) => Some(Fate::NoMailbox),
            _ => Some(Fate::Returned),
        },
        ("failed", _) => Some(Fate::Returned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Report {
        let mut all = read(text.as_bytes());
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// As the mail servers write them.
    #[test]
    fn reports_of_several_servers_are_read() {
        let id = "<abcdefghijklmnop@subscriptions.example.com>";
        for (server, text, fate, recipient) in [
            ("Postfix", include_str!("samples/postfix.eml"), Fate::NoMailbox, "o.reyes@ostrava.example"),
            ("Postfix, delayed", include_str!("samples/postfix_delayed.eml"), Fate::Delayed, "o.reyes@ostrava.example"),
            ("Exim", include_str!("samples/exim.eml"), Fate::NoMailbox, "o.reyes@ostrava.example"),
            ("Exchange", include_str!("samples/exchange.eml"), Fate::NoMailbox, "O.Reyes@ostrava.example"),
            ("Gmail", include_str!("samples/gmail.eml"), Fate::NoMailbox, "o.reyes@ostrava.example"),
            ("Gmail, spam", include_str!("samples/gmail_policy.eml"), Fate::Returned, "o.reyes@ostrava.example"),
        ] {
            let report = one(text);
            assert_eq!((report.message_id.as_str(), report.fate), (id, fate), "{server}");
            assert_eq!(report.recipient, recipient, "{server}");
            assert!(report.words.len() > 10, "{server}: {}", report.words);
        }
    }

    #[test]
    fn what_is_no_report_says_nothing() {
        let postfix = include_str!("samples/postfix.eml");
        assert!(read(b"").is_empty() && read(b"Subject: Out of office\r\n\r\nBack on Monday\r\n").is_empty());
        assert!(read(postfix.replace("Message-ID: <abcdefghijklmnop@", "X-Other: <").as_bytes()).is_empty());
        assert!(read(postfix.replace("Action: failed", "Action: relayed").as_bytes()).is_empty());
        assert!(read(postfix.replace("multipart/report", "multipart/mixed").as_bytes()).is_empty());
        assert!(read(&[0xff; 4_000]).is_empty());
    }

    #[test]
    fn each_status_has_its_meaning() {
        for (action, status, expected) in [
            ("failed", "5.1.1", Some(Fate::NoMailbox)),
            ("failed", "5.1.10", Some(Fate::NoMailbox)),
            ("failed", "5.2.2", Some(Fate::NoMailbox)),
            ("failed", "5.4.1", Some(Fate::NoMailbox)),
            ("failed", "5.0.0", Some(Fate::NoMailbox)),
            ("failed", "5.1.8", Some(Fate::Returned)),
            ("failed", "5.7.1", Some(Fate::Returned)),
            ("failed", "5.3.4", Some(Fate::Returned)),
            ("failed", "4.4.1", Some(Fate::Returned)),
            ("failed", "", Some(Fate::Returned)),
            ("delayed", "4.4.1", Some(Fate::Delayed)),
            ("delivered", "2.0.0", None),
            ("relayed", "2.0.0", None),
        ] {
            assert_eq!(fate(action, status), expected, "{action} {status}");
        }
    }
}
