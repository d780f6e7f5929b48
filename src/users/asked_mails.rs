//! The mails about access that somebody asks for: 13 to whoever decides, and the answer where it is no.
use super::input::{Grant, Grants};
use crate::mail::letter::{Action, Letter, joined, one_line};
use crate::mail::{Mail, Site};

/// Mail 13.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The installation.
    pub site: Site,
    /// Who asks.
    pub asker: String,
    /// Of which company.
    pub company: String,
    /// About which product and serial number, where it is one.
    pub product: Option<(String, String)>,
    /// What for.
    pub wants: Grants,
    /// In the asker's own words; may be empty.
    pub words: String,
}

impl Asked {
    fn what(&self) -> String {
        let words = |grant: &Grant| match grant {
            Grant::Releases => "download releases",
            Grant::Extensions => "download extensions",
            Grant::Support => "open support requests",
            Grant::Learning => "use the learning material",
        };
        let wants: Vec<String> = self.wants.iter().map(|grant| words(grant).to_owned()).collect();
        match (joined(&wants, 4), &self.product) {
            (wants, Some((product, _))) if !wants.is_empty() => format!("to {wants} of {}", one_line(product)),
            (_, Some((product, _))) => format!("for access to {}", one_line(product)),
            (wants, None) if !wants.is_empty() => format!("to {wants}"),
            (_, None) => "for access".to_owned(),
        }
    }
}

impl Mail for Asked {
    fn subject(&self) -> String {
        format!("{} asks {}", self.asker, self.what())
    }

    fn letter(&self) -> Letter {
        let (asker, company) = (&self.asker, one_line(&self.company));
        let of = self.product.as_ref().map(|(_, serial)| format!(" (serial number {})", one_line(serial)));
        let mut paragraphs = Vec::new();
        if !self.words.is_empty() {
            paragraphs.push(format!("In their own words: “{}”", self.words));
        }
        paragraphs.push("Until you decide, nothing changes.".to_owned());
        Letter {
            preheader: format!("{company}: give access, or say no."),
            opening: format!("{asker} of {company} asks {}{}.", self.what(), of.unwrap_or_default()),
            serials: Vec::new(),
            more: 0,
            paragraphs,
            action: Action { words: "Decide".to_owned(), url: self.site.link("/users/requests") },
            answer: asker.clone(),
            why: "you decide who has access to this.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// The answer to a request, where it is no.
#[derive(Clone, Debug)]
pub struct Declined {
    /// The installation.
    pub site: Site,
    /// Who decided.
    pub actor: String,
    /// At which company.
    pub company: String,
    /// About which serial number, where it was one.
    pub serial: Option<String>,
}

impl Mail for Declined {
    fn subject(&self) -> String {
        format!("{} did not give you the access you asked for", self.actor)
    }

    fn letter(&self) -> Letter {
        let (actor, company) = (&self.actor, one_line(&self.company));
        let of = self.serial.as_ref().map(|serial| format!(" to serial number {}", one_line(serial)));
        Letter {
            preheader: format!("Ask {actor} why."),
            opening: format!("{actor} decided not to give you access{} at {company}.", of.unwrap_or_default()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![format!(
                "If you need it all the same, talk to {actor}: an answer to this mail arrives there."
            )],
            action: Action { words: "See your software".to_owned(), url: self.site.link("/products") },
            answer: actor.clone(),
            why: "you asked for access.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Asked {
    /// Mail 13.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            asker: "Mairead Kelly".to_owned(),
            company: "Ostrava & Finch".to_owned(),
            product: Some(("Draftline 2027".to_owned(), "361-70518824".to_owned())),
            wants: [Grant::Releases].into(),
            words: "I install it on the new machines in Boston.".to_owned(),
        }
    }
}

impl Declined {
    /// Its answer.
    pub fn sample() -> Self {
        let (actor, company) = ("Elena Ostrava".to_owned(), "Ostrava & Finch".to_owned());
        Self { site: Site::sample(), actor, company, serial: Some("361-70518824".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let shown = |mail: crate::mail::Rendered| format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html);
        insta::assert_snapshot!("asked", shown(Asked::sample().render()));
        insta::assert_snapshot!("declined", shown(Declined::sample().render()));
        let bare = Asked { product: None, wants: Grants::new(), ..Asked::sample() };
        assert_eq!(bare.subject(), "Mairead Kelly asks for access");
    }
}
