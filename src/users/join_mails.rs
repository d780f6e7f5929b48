//! Mails about joining a company through its own sign-in: to whoever decides, and the answer.
use crate::mail::letter::{Action, Letter, one_line};
use crate::mail::{Mail, Site};

/// To a Contract Manager: somebody asks to join.
#[derive(Clone, Debug)]
pub struct JoinAsked {
    /// The installation.
    pub site: Site,
    /// The company.
    pub company: String,
    /// Who; may be empty.
    pub name: String,
    /// The address.
    pub email: String,
}

impl JoinAsked {
    fn who(&self) -> String {
        let (name, email) = (one_line(&self.name), one_line(&self.email));
        if name.is_empty() { email } else { format!("{name} ({email})") }
    }
}

impl Mail for JoinAsked {
    fn subject(&self) -> String {
        let who = if self.name.trim().is_empty() { &self.email } else { &self.name };
        format!("{who} asks to join {}", self.company)
    }

    fn letter(&self) -> Letter {
        let company = one_line(&self.company);
        Letter {
            preheader: "Until you decide, nothing of your company is visible there.".to_owned(),
            opening: format!(
                "{} signed in through {company}'s own sign-in and is no member of {company} here yet.",
                self.who()
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "You or another Contract Manager of the company decides. A member sees nothing of a contract until \
                 somebody gives access to it."
                    .to_owned(),
            ],
            action: Action { words: "Decide".to_owned(), url: self.site.link("/users/requests") },
            answer: String::new(),
            why: format!("you are a Contract Manager of {company}."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// To whoever asked: a Contract Manager said yes.
#[derive(Clone, Debug)]
pub struct JoinApproved {
    /// The installation.
    pub site: Site,
    /// The company.
    pub company: String,
    /// Who said so.
    pub by: String,
}

impl Mail for JoinApproved {
    fn subject(&self) -> String {
        format!("You now belong to {} here", self.company)
    }

    fn letter(&self) -> Letter {
        let (company, by) = (one_line(&self.company), one_line(&self.by));
        Letter {
            preheader: format!("Sign in through {company}'s own sign-in."),
            opening: format!("{by} let you in to {company} in {}.", self.site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![format!(
                "Sign in as before, through {company}'s own sign-in. Whoever runs a contract decides what you see of it."
            )],
            action: Action { words: "Sign in".to_owned(), url: self.site.link("/sign-in") },
            answer: String::new(),
            why: format!("you asked to join {company} by signing in."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// To whoever asked: a Contract Manager said no.
#[derive(Clone, Debug)]
pub struct JoinDeclined {
    /// The installation.
    pub site: Site,
    /// The company.
    pub company: String,
    /// Who said so.
    pub by: String,
}

impl Mail for JoinDeclined {
    fn subject(&self) -> String {
        format!("{} did not let you in to {}", self.by, self.company)
    }

    fn letter(&self) -> Letter {
        let (company, by) = (one_line(&self.company), one_line(&self.by));
        Letter {
            preheader: format!("Ask {by} why."),
            opening: format!("{by} decided not to let you in to {company} in {}.", self.site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![format!(
                "If you need it all the same, talk to {by}: an answer to this mail arrives there. Whoever is invited by \
                 name comes in."
            )],
            action: Action { words: "Sign in another way".to_owned(), url: self.site.link("/sign-in") },
            answer: by,
            why: format!("you asked to join {company} by signing in."),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl JoinAsked {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            company: "Ostrava & Finch".to_owned(),
            name: "Hana Sato".to_owned(),
            email: "h.sato@ostrava.example".to_owned(),
        }
    }
}

impl JoinApproved {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), company: "Ostrava & Finch".to_owned(), by: "Elena Ostrava".to_owned() }
    }
}

impl JoinDeclined {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), company: "Ostrava & Finch".to_owned(), by: "Elena Ostrava".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(mail: &impl Mail) -> String {
        let mail = mail.render();
        format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
    }

    #[test]
    fn asked() {
        insta::assert_snapshot!(words(&JoinAsked::sample()));
    }

    #[test]
    fn approved() {
        insta::assert_snapshot!(words(&JoinApproved::sample()));
    }

    #[test]
    fn declined() {
        insta::assert_snapshot!(words(&JoinDeclined::sample()));
    }
}
