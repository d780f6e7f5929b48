//! The mails about quotes: the request is sent (mail 20), a customer asks (mail 21), the quote is ready (mail 22).
use crate::mail::letter::{Action, Letter, MOST_LISTED, Serial, counted, one_line};
use crate::mail::{Mail, Site};
use crate::time::Day;
use crate::web::words::encoded;

/// What is asked for of one product.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub product: String,
    /// Seats now.
    pub seats: i64,
    /// Seats after the renewal; 0: it is dropped.
    pub wanted: i64,
}

impl Wanted {
    /// Nothing of it changes.
    pub fn stays(&self) -> bool {
        self.seats == self.wanted
    }

    /// "keep 25 seats", "25 seats become 30", "drop 25 seats".
    pub fn words(&self) -> String {
        let seats = |n: i64| counted(n.unsigned_abs(), "seat", "seats");
        match (self.seats, self.wanted) {
            (now, wanted) if now == wanted => format!("keep {}", seats(now)),
            (now, 0) => format!("drop {}", seats(now)),
            (now, wanted) if wanted > now => format!("{} instead of {now}: {} more", seats(wanted), wanted - now),
            (now, wanted) => format!("{} instead of {now}: {} fewer", seats(wanted), now - wanted),
        }
    }
}

/// A request, as both mails tell it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The contract's number.
    pub contract: String,
    /// The company.
    pub company: String,
    /// The contract's last day.
    pub ends: Day,
    /// Product by product.
    pub lines: Vec<Wanted>,
    /// What else was said; may be empty.
    pub words: String,
    /// Who asks: name and address.
    pub by: (String, String),
    /// Whom: the reseller's name, or the vendor's.
    pub to: String,
}

impl Request {
    fn lines(&self) -> (Vec<Serial>, u64) {
        let line = |line: &Wanted| Serial { product: one_line(&line.product), number: line.words() };
        // What changes comes first: it is what the price depends on.
        let (stay, change): (Vec<&Wanted>, Vec<&Wanted>) = self.lines.iter().partition(|line| line.stays());
        let listed = change.into_iter().chain(stay).take(MOST_LISTED).map(line).collect();
        (listed, self.lines.len().saturating_sub(MOST_LISTED) as u64)
    }

    fn said(&self, who: &str) -> Option<String> {
        (!self.words.is_empty()).then(|| format!("{who} “{}”", one_line(&self.words)))
    }

    fn page(&self, site: &Site, words: &str) -> Action {
        Action { words: words.to_owned(), url: site.link(&format!("/contracts/{}/renewal", encoded(&self.contract))) }
    }
}

/// Mail 20: to the Contract Manager who asked.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The installation.
    pub site: Site,
    /// What was asked for.
    pub request: Request,
}

impl Mail for Sent {
    fn subject(&self) -> String {
        format!("Renewal request for {} sent to {}", one_line(&self.request.contract), one_line(&self.request.to))
    }

    fn letter(&self) -> Letter {
        let r = &self.request;
        let (contract, to, (serials, more)) = (one_line(&r.contract), one_line(&r.to), r.lines());
        let mut paragraphs: Vec<String> = r.said("You wrote:").into_iter().collect();
        paragraphs
            .push(format!("{to} answers you by e-mail; the request and its state are on the contract’s Renewal page."));
        Letter {
            preheader: format!("{to} has it. The contract ends on {}.", r.ends.long()),
            opening: format!(
                "You asked {to} for a quote to renew contract {contract}, which ends on {}:",
                r.ends.long()
            ),
            serials,
            more,
            paragraphs,
            action: r.page(&self.site, "See the request"),
            answer: String::new(),
            why: format!("you asked for it as Contract Manager of {contract}."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Mail 21: to the reseller, or where it was sold direct to the vendor.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The installation.
    pub site: Site,
    /// What is asked for.
    pub request: Request,
}

impl Mail for Asked {
    fn subject(&self) -> String {
        let (company, contract) = (one_line(&self.request.company), one_line(&self.request.contract));
        format!("{company} asks for a renewal quote ({contract}, {})", self.request.ends.long())
    }

    fn letter(&self) -> Letter {
        let r = &self.request;
        let (contract, company, (name, email)) = (one_line(&r.contract), one_line(&r.company), &r.by);
        let (name, (serials, more)) = (one_line(name), r.lines());
        let mut paragraphs: Vec<String> = r.said(&format!("{name} writes:")).into_iter().collect();
        paragraphs.push(format!(
            "Answer {name} ({}), or on the page, which tells {company} that the quote is ready.",
            one_line(email)
        ));
        Letter {
            preheader: format!("{name} asks; the contract ends on {}.", r.ends.long()),
            opening: format!(
                "{name} of {company} asks for a quote to renew contract {contract}, which ends on {}:",
                r.ends.long()
            ),
            serials,
            more,
            paragraphs,
            action: r.page(&self.site, "See the request"),
            answer: name,
            why: format!("{} is asked for renewals of {contract}.", one_line(&r.to)),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Mail 22: to the Contract Manager who asked.
#[derive(Clone, Debug)]
pub struct Quoted {
    /// The installation.
    pub site: Site,
    /// The contract's number.
    pub contract: String,
    /// The contract's last day.
    pub ends: Day,
    /// Who answers.
    pub by: String,
    /// For whom: the reseller's name, or the vendor's.
    pub company: String,
    /// What is said; may be empty.
    pub words: String,
}

impl Mail for Quoted {
    fn subject(&self) -> String {
        format!("Your renewal quote for {} is ready", one_line(&self.contract))
    }

    fn letter(&self) -> Letter {
        let (contract, by, company) = (one_line(&self.contract), one_line(&self.by), one_line(&self.company));
        let mut paragraphs = Vec::new();
        if !self.words.is_empty() {
            paragraphs.push(format!("{by} writes: “{}”", one_line(&self.words)));
        }
        paragraphs.push(format!("The contract ends on {}.", self.ends.long()));
        Letter {
            preheader: format!("{company} answered your request."),
            opening: format!("{by} of {company} answered your request to renew contract {contract}."),
            serials: Vec::new(),
            more: 0,
            paragraphs,
            action: Action {
                words: "See the quote".to_owned(),
                url: self.site.link(&format!("/contracts/{}/renewal", encoded(&self.contract))),
            },
            answer: by,
            why: format!("you are the Contract Manager of {contract}."),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Request {
    /// For tests and the preview.
    pub fn sample() -> Self {
        let line = |product: &str, seats, wanted| Wanted { product: product.to_owned(), seats, wanted };
        Self {
            contract: "110448270013".to_owned(),
            company: "Ostrava & Finch".to_owned(),
            ends: Day(jiff::civil::date(2027, 2, 28)),
            lines: vec![
                line("Formwork Architecture 2027", 25, 30),
                line("Draftline 2027", 12, 12),
                line("SiteMesh Civil 2025", 3, 0),
            ],
            words: "Two years, if that is cheaper.".to_owned(),
            by: ("Elena Ostrava".to_owned(), "elena@ostrava.example".to_owned()),
            to: "Brightwell Design Partners".to_owned(),
        }
    }
}

impl Quoted {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            contract: "110448270013".to_owned(),
            ends: Day(jiff::civil::date(2027, 2, 28)),
            by: "Nils Brightwell".to_owned(),
            company: "Brightwell Design Partners".to_owned(),
            words: "12,400 USD for one year, 23,100 for two. Valid until 15 Jan.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let show = |mail: crate::mail::Rendered| format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html);
        let (site, request) = (Site::sample(), Request::sample());
        insta::assert_snapshot!("quote_sent", show(Sent { site: site.clone(), request: request.clone() }.render()));
        insta::assert_snapshot!("quote_asked", show(Asked { site, request }.render()));
        insta::assert_snapshot!("quoted", show(Quoted::sample().render()));
    }
}
