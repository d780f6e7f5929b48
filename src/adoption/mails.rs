//! The mails about a purchase under an unknown address: to the present Contract Manager, and to the one who becomes it.
use crate::mail::letter::{Action, Letter, MOST_LISTED, Serial, counted, one_line};
use crate::mail::{Mail, Site};
use crate::web::words::encoded;

/// One of them.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The contract's number.
    pub contract: String,
    /// Whom the purchase names.
    pub name: String,
    /// And the address.
    pub email: String,
}

/// To the Contract Manager to whom they came.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The installation.
    pub site: Site,
    /// The company.
    pub company: String,
    /// At least one.
    pub purchases: Vec<Purchase>,
}

impl Arrived {
    fn what(&self) -> String {
        match self.purchases.as_slice() {
            [one] => format!("contract {}", one_line(&one.contract)),
            many => counted(many.len() as u64, "contract", "contracts"),
        }
    }

    /// One by its sentence, several by a list.
    fn opening(&self) -> (String, String, Action) {
        let company = one_line(&self.company);
        let action = |words: &str, path: &str| Action { words: words.to_owned(), url: self.site.link(path) };
        match self.purchases.as_slice() {
            [one] => {
                let name = one_line(&one.name);
                let who =
                    if one.name == one.email { name.clone() } else { format!("{name} ({})", one_line(&one.email)) };
                (
                    format!("{who} bought {} for {company}, and is not known there.", self.what()),
                    format!(
                        "Say whether you keep it, or whether {name} belongs to {company} and manages it. Until you do, {name} sees nothing."
                    ),
                    action("Decide", &format!("/contracts/{}/adoption", encoded(&one.contract))),
                )
            }
            _ => (
                format!("{} came for {company}, bought by people who are not known there.", self.what()),
                format!(
                    "Say of each whether you keep it, or whether that person belongs to {company} and manages it. Until you do, they see nothing."
                ),
                action("See what needs you", "/"),
            ),
        }
    }
}

impl Mail for Arrived {
    fn subject(&self) -> String {
        format!("A purchase came to you: {}", self.what())
    }

    fn letter(&self) -> Letter {
        let (opening, question, action) = self.opening();
        let company = one_line(&self.company);
        let listed = if self.purchases.len() > 1 { self.purchases.as_slice() } else { &[] };
        let serial = |one: &Purchase| Serial { product: one_line(&one.name), number: one_line(&one.contract) };
        let them = if self.purchases.len() > 1 { ["They", "their"] } else { ["It", "its"] };
        Letter {
            preheader: format!("Nobody at {company} has named whoever bought it; you decide."),
            opening,
            serials: listed.iter().take(MOST_LISTED).map(serial).collect(),
            more: listed.len().saturating_sub(MOST_LISTED) as u64,
            paragraphs: vec![
                format!(
                    "{} came to you, the present Contract Manager: you get {} notices and have all rights.",
                    them[0], them[1]
                ),
                question,
            ],
            action,
            answer: String::new(),
            why: format!("you are the Contract Manager of {company}."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// To somebody who signed in before and now manages the contract.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The installation.
    pub site: Site,
    /// Who decided so.
    pub actor: String,
    /// The company.
    pub company: String,
    /// Its number.
    pub contract: String,
}

impl Mail for Handed {
    fn subject(&self) -> String {
        format!("You are now Contract Manager of {}", one_line(&self.contract))
    }

    fn letter(&self) -> Letter {
        let (contract, company) = (one_line(&self.contract), one_line(&self.company));
        Letter {
            preheader: format!("{} confirmed that you belong to {company}.", self.actor),
            opening: format!("{} confirmed that you belong to {company} and manage contract {contract}.", self.actor),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "You say who is Software Coordinator of each serial number, let people in, and see what ends when. Until \
                 you name somebody, all of it is yours."
                    .to_owned(),
            ],
            action: Action {
                words: "Open the contract".to_owned(),
                url: self.site.link(&format!("/contracts/{}/products", encoded(&self.contract))),
            },
            answer: self.actor.clone(),
            why: format!("you are the Contract Manager of {contract}."),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Arrived {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            company: "Ostrava & Finch Architects".to_owned(),
            purchases: vec![Purchase {
                contract: "110512330041".to_owned(),
                name: "Kim Oduya".to_owned(),
                email: "k.oduya@ostrava-finch.example".to_owned(),
            }],
        }
    }
}

impl Handed {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            actor: "Elena Ostrava".to_owned(),
            company: "Ostrava & Finch Architects".to_owned(),
            contract: "110512330041".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let show = |mail: crate::mail::Rendered| format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html);
        insta::assert_snapshot!("arrived", show(Arrived::sample().render()));
        insta::assert_snapshot!("handed", show(Handed::sample().render()));
        let mut many = Arrived::sample();
        many.purchases.extend(many.purchases.clone());
        assert_eq!(many.subject(), "A purchase came to you: 2 contracts");
        insta::assert_snapshot!("several_arrived", many.render().text);
    }
}
