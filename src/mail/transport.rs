//! How mail leaves: over SMTP, onto stderr, or onto a page of the demo.
use super::Site;
use super::message::{self, Ready};
use crate::time::Instant;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::io::Write;
use std::time::Duration;

/// How many mails leave at once, and so how many connections there are.
pub const CONNECTIONS: u32 = 4;
/// For one step of the conversation with the server.
const STEP: Duration = Duration::from_secs(30);
/// For one mail; well below the lease of its job, so that no other worker sends it meanwhile.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where mail goes.
#[derive(Clone)]
pub enum Transport {
    /// Onto stderr, whole, links too: without a server it is the only way to sign in.
    Log,
    /// To a server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Into the database, for `/demo/mail`; nothing leaves the machine.
    Demo,
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address of a server may hold a password.
        f.write_str(match self {
            Transport::Log => "log",
            Transport::Smtp(_) => "smtp",
            Transport::Demo => "demo",
        })
    }
}

/// How a try ended that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// 4xx: this mail is tried again later.
    Later(String),
    /// 5xx about the recipient: the mailbox is not there.
    NoMailbox(String),
    /// 5xx about something else, or no message at all: this mail ends, the address may be good.
    Refused(String),
    /// No connection, no TLS, no sign-in: nothing can leave, everything waits.
    Down(String),
}

impl Transport {
    /// Reads the address of `--mail`: `log`, `smtp://host:port`, `smtps://user:password@host`.
    pub fn from_address(address: &str) -> Result<Self, String> {
        if address == "log" {
            return Ok(Transport::Log);
        }
        let wrong = "mail goes to log, smtp://host:port or smtps://user:password@host";
        if !address.starts_with("smtp://") && !address.starts_with("smtps://") {
            return Err(wrong.to_owned());
        }
        let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(20));
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(&secured(address));
        let smtp = smtp.map_err(|e| format!("{wrong} ({e})"))?;
        Ok(Transport::Smtp(smtp.timeout(Some(STEP)).pool_config(pool).build()))
    }

    /// Sends one mail; [`Transport::Demo`] is stored by whoever marks it sent.
    pub async fn send(&self, ready: &Ready, site: &Site, now: Instant) -> Result<(), Failure> {
        let message = message::build(ready, site, now).map_err(|e| Failure::Refused(e.to_string()))?;
        match self {
            Transport::Log => log(ready, site),
            Transport::Demo => Ok(()),
            Transport::Smtp(server) => match tokio::time::timeout(PATIENCE, server.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(judged(&error)),
                Err(_) => Err(Failure::Down(format!("no answer within {} seconds", PATIENCE.as_secs()))),
            },
        }
    }
}

/// A server that offers encryption gets it; a password never crosses a network without.
fn secured(url: &str) -> String {
    let Some(rest) = url.strip_prefix("smtp://") else { return url.to_owned() };
    if rest.contains("tls=") {
        return url.to_owned();
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (password, host) = authority.rsplit_once('@').map_or((false, authority), |(_, host)| (true, host));
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.contains(']') { host } else { name });
    let here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let (tls, port) = match (here, password) {
        (true, _) => return url.to_owned(),
        (false, true) => ("required", ":587"),
        (false, false) => ("opportunistic", ":25"),
    };
    let port = if host == name { port } else { "" };
    let (before, after) = rest.split_at(authority.len());
    format!("smtp://{before}{port}{after}{}tls={tls}", if rest.contains('?') { '&' } else { '?' })
}

fn log(ready: &Ready, site: &Site) -> Result<(), Failure> {
    let down = |e: &dyn std::fmt::Display| Failure::Down(e.to_string());
    let from = message::sender(site).map_err(|e| down(&e))?;
    let Ready { to, subject, text, reply_to, message_id, .. } = ready;
    let answer = if reply_to.is_empty() { String::new() } else { format!("Reply-To: {reply_to}\n") };
    let head = format!("From: {from}\nTo: {to}\n{answer}Subject: {subject}\nMessage-ID: {message_id}");
    let mail = format!("--- mail\n{head}\n\n{text}---\n");
    std::io::stderr().lock().write_all(mail.as_bytes()).map_err(|e| down(&e))
}

/// What an error means for the mail, the address and the queue.
fn judged(error: &Error) -> Failure {
    let words = error.to_string();
    match error.status().map(|code| code.to_string()) {
        Some(code) => answered(&code, words),
        // The server takes no letters beyond ASCII in addresses: true of this mail, not of the next.
        None if error.is_client() && words.contains("non-ascii") => Failure::Refused(words),
        None => Failure::Down(words),
    }
}

/// 421 is the server closing, 53x and 454 are about signing in: those say nothing about the mail. Of other 5xx the
/// enhanced code (RFC 3463) tells whether the mailbox is meant or the message, the sender, a policy; without one it is
/// the mailbox.
fn answered(code: &str, words: String) -> Failure {
    if matches!(code, "421" | "454" | "530" | "534" | "535" | "538") {
        return Failure::Down(words);
    }
    if code.starts_with('4') {
        return Failure::Later(words);
    }
    match enhanced(&words) {
        Some((1, 7 | 8)) => Failure::Refused(words),
        Some((1 | 2, _)) => Failure::NoMailbox(words),
        Some(_) => Failure::Refused(words),
        None => Failure::NoMailbox(words),
    }
}

/// The subject and detail of `5.x.y` in an answer.
fn enhanced(words: &str) -> Option<(u16, u16)> {
    words.split([' ', ':', '(', ')', '\n', '-']).find_map(|word| {
        let mut parts = word.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        match (class, parts.next()) {
            ("5", None) => Some((subject.parse().ok()?, detail.parse().ok()?)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let kind = |code: &str, text: &str| match answered(code, format!("permanent error ({code}): {text}")) {
            Failure::Later(_) => "later",
            Failure::NoMailbox(_) => "no mailbox",
            Failure::Refused(_) => "refused",
            Failure::Down(_) => "down",
        };
        assert_eq!(kind("451", "4.3.0 try again later"), "later");
        assert_eq!(kind("550", "5.1.1 no such mailbox"), "no mailbox");
        assert_eq!(kind("550", "no such mailbox"), "no mailbox");
        assert_eq!(kind("552", "5.2.2 mailbox full"), "no mailbox");
        assert_eq!(kind("550", "5.1.8 bad sender"), "refused");
        assert_eq!(kind("554", "5.7.1 looks like spam"), "refused");
        assert_eq!(kind("535", "5.7.8 wrong password"), "down");
        assert_eq!(kind("421", "4.3.2 closing"), "down");
    }

    #[test]
    fn passwords_need_encryption() {
        assert_eq!(secured("smtp://127.0.0.1:2525"), "smtp://127.0.0.1:2525");
        assert_eq!(secured("smtp://[::1]:2525"), "smtp://[::1]:2525");
        assert_eq!(secured("smtp://mail.example.com:587"), "smtp://mail.example.com:587?tls=opportunistic");
        assert_eq!(secured("smtp://u:p@mail.example.com"), "smtp://u:p@mail.example.com:587?tls=required");
        assert_eq!(secured("smtp://mail.example.com/me"), "smtp://mail.example.com:25/me?tls=opportunistic");
        assert_eq!(
            secured("smtp://u:p@mail.example.com/?tls=opportunistic"),
            "smtp://u:p@mail.example.com/?tls=opportunistic"
        );
        assert_eq!(secured("smtps://u:p@mail.example.com"), "smtps://u:p@mail.example.com");
    }

    #[test]
    fn settings() {
        assert!(matches!(Transport::from_address("log"), Ok(Transport::Log)));
        for wrong in ["", "demo", "http://x", "smtp:", "smtp://"] {
            assert!(Transport::from_address(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn smtp_settings() {
        for right in ["smtp://127.0.0.1:2525", "smtps://u:p@mail.example.com", "smtp://mail.example.com"] {
            assert!(matches!(Transport::from_address(right), Ok(Transport::Smtp(_))), "{right}");
        }
    }
}
