//! The mails to users: 1 the invitation, 11 "you now have access", 12 what changed of it, 14 the end of a role.
use super::input::{Grant, Grants};
use crate::mail::letter::{Action, LINK, Letter, Serial, counted, joined, one_line, serial_numbers};
use crate::mail::{Mail, Site};

/// What access is to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Contract number.
    pub contract: String,
    /// The company.
    pub company: String,
    /// All serial numbers of the contract.
    pub all_assets: bool,
    /// How many they are.
    pub count: u64,
    /// Of named ones, the first ten.
    pub serials: Vec<Serial>,
    /// Products, the most frequent first.
    pub products: Vec<String>,
}

impl Scope {
    /// "Draftline 2027", "12 serial numbers", "contract 110448270013": for a subject.
    fn short(&self) -> String {
        match (self.products.as_slice(), self.all_assets) {
            ([one], _) => one_line(one),
            (_, false) => serial_numbers(self.count),
            (_, true) => format!("contract {}", one_line(&self.contract)),
        }
    }

    /// "3 serial numbers of contract 110448270013 at Ostrava & Finch"
    fn long(&self) -> String {
        let (contract, company) = (one_line(&self.contract), one_line(&self.company));
        let of = format!("contract {contract} at {company}");
        if self.all_assets {
            format!("all serial numbers of {of}")
        } else {
            format!("{} of {of}", serial_numbers(self.count))
        }
    }

    fn paragraph(&self) -> Option<String> {
        let products: Vec<String> = self.products.iter().map(|p| one_line(p)).collect();
        (self.all_assets && !products.is_empty()).then(|| format!("These are: {}.", joined(&products, 5)))
    }

    fn more(&self) -> u64 {
        if self.serials.is_empty() { 0 } else { self.count.saturating_sub(self.serials.len() as u64) }
    }

    fn sample() -> Self {
        let serial = |product: &str, number: &str| Serial { product: product.to_owned(), number: number.to_owned() };
        Self {
            contract: "110448270013".to_owned(),
            company: "Ostrava & Finch".to_owned(),
            all_assets: false,
            count: 2,
            serials: vec![serial("Draftline 2027", "361-70518824"), serial("Draftline 2027", "361-70518825")],
            products: vec!["Draftline 2027".to_owned()],
        }
    }
}

/// "download releases and open support requests"; of no grants: "see it".
pub fn deeds(grants: &Grants) -> String {
    let words = |grant: &Grant| match grant {
        Grant::Releases => "download releases",
        Grant::Extensions => "download extensions",
        Grant::Support => "open support requests",
        Grant::Learning => "use the learning material",
    };
    let words: Vec<String> = grants.iter().map(|grant| words(grant).to_owned()).collect();
    if words.is_empty() { "see it".to_owned() } else { joined(&words, 4) }
}

/// The same to the reader: "You may download releases and open support requests."
pub fn may(grants: &Grants) -> String {
    format!("You may {}.", deeds(grants))
}

/// Mail 1, to a user who has not accepted yet.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The installation.
    pub site: Site,
    /// Who invites.
    pub actor: String,
    /// To what.
    pub scope: Scope,
    /// What the access lets one do.
    pub grants: Grants,
}

impl Mail for Invitation {
    fn subject(&self) -> String {
        format!("You're invited to {}'s Subscription Center", self.scope.company)
    }

    fn letter(&self) -> Letter {
        let (center, actor) = (self.site.center(), &self.actor);
        let mut paragraphs = vec![may(&self.grants)];
        paragraphs.extend(self.scope.paragraph());
        paragraphs.push("The link works once, for 30 days.".to_owned());
        Letter {
            preheader: "The invitation can be accepted for 30 days.".to_owned(),
            opening: format!("{actor} invites you to {center}, with access to {}.", self.scope.long()),
            serials: self.scope.serials.clone(),
            more: self.scope.more(),
            paragraphs,
            action: Action { words: "Accept the invitation".to_owned(), url: LINK.to_owned() },
            answer: self.actor.clone(),
            why: format!("{actor} named you as a User."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Mail 1, sent once more: to a user or a coordinator, whatever waits for them.
#[derive(Clone, Debug)]
pub struct InvitedAgain {
    /// The installation.
    pub site: Site,
    /// Who has it sent.
    pub actor: String,
    /// The company that invites.
    pub company: String,
    /// What it gives, one sentence each.
    pub gives: Vec<String>,
}

impl Mail for InvitedAgain {
    fn subject(&self) -> String {
        format!("You're invited to {}'s Subscription Center", self.company)
    }

    fn letter(&self) -> Letter {
        let (center, actor, company) = (self.site.center(), &self.actor, one_line(&self.company));
        let mut paragraphs = self.gives.clone();
        paragraphs.push("The link works once, for 30 days; one that was sent before works as well.".to_owned());
        Letter {
            preheader: "The invitation can be accepted for 30 days.".to_owned(),
            opening: format!("{actor} invites you to {center} for {company}."),
            serials: Vec::new(),
            more: 0,
            paragraphs,
            action: Action { words: "Accept the invitation".to_owned(), url: LINK.to_owned() },
            answer: actor.clone(),
            why: format!("{actor} had your invitation sent once more."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Mail 11: somebody who signs in already has access.
#[derive(Clone, Debug)]
pub struct AccessGiven {
    /// The installation.
    pub site: Site,
    /// Who gave it.
    pub actor: String,
    /// To what.
    pub scope: Scope,
    /// What it lets one do.
    pub grants: Grants,
}

impl Mail for AccessGiven {
    fn subject(&self) -> String {
        format!("You now have access to {}", self.scope.short())
    }

    fn letter(&self) -> Letter {
        let actor = &self.actor;
        let paragraphs = [Some(may(&self.grants)), self.scope.paragraph()].into_iter().flatten().collect();
        Letter {
            preheader: may(&self.grants),
            opening: format!("{actor} gave you access to {}.", self.scope.long()),
            serials: self.scope.serials.clone(),
            more: self.scope.more(),
            paragraphs,
            action: see(&self.site),
            answer: actor.clone(),
            why: format!("{actor} named you as a User."),
            service: true,
            site: self.site.clone(),
        }
    }
}

fn see(site: &Site) -> Action {
    Action { words: "See your software".to_owned(), url: site.link("/products") }
}

/// Mail 12: what somebody may do changed, or ended.
#[derive(Clone, Debug)]
pub struct AccessChanged {
    /// The installation.
    pub site: Site,
    /// Who changed it.
    pub actor: String,
    /// To what it is now; of access that ended, what it was to.
    pub scope: Scope,
    /// What it let one do.
    pub before: Grants,
    /// What it lets one do now; none: the access ended.
    pub after: Option<Grants>,
}

impl AccessChanged {
    fn gained(&self) -> Grants {
        self.after.iter().flatten().filter(|grant| !self.before.contains(grant)).copied().collect()
    }

    fn lost(&self) -> Grants {
        let has = |grant: &Grant| self.after.as_ref().is_some_and(|after| after.contains(grant));
        self.before.iter().filter(|grant| !has(grant)).copied().collect()
    }
}

impl Mail for AccessChanged {
    fn subject(&self) -> String {
        let download = |grants: &Grants| match grants.iter().collect::<Vec<_>>().as_slice() {
            [Grant::Releases] => Some("releases"),
            [Grant::Extensions] => Some("extensions"),
            [Grant::Releases, Grant::Extensions] => Some("releases and extensions"),
            _ => None,
        };
        let what = self.scope.short();
        let (gained, lost) = (self.gained(), self.lost());
        match (&self.after, download(&gained), download(&lost)) {
            (None, ..) => format!("Your access to {what} has ended"),
            (_, Some(of), _) if lost.is_empty() => format!("You may now download {of} of {what}"),
            (_, _, Some(of)) if gained.is_empty() => format!("You may no longer download {of} of {what}"),
            _ => format!("Your access to {what} has changed"),
        }
    }

    fn letter(&self) -> Letter {
        let (actor, long) = (&self.actor, self.scope.long());
        let (opening, paragraphs) = match &self.after {
            None => (
                format!("{actor} ended your access to {long}."),
                vec![format!("If you still need it, ask {actor}, or ask for access on the page.")],
            ),
            Some(grants) => (
                format!("{actor} changed what you may do with {long}."),
                [Some(may(grants)), self.scope.paragraph()].into_iter().flatten().collect(),
            ),
        };
        let ended = self.after.is_none();
        Letter {
            preheader: paragraphs.first().cloned().unwrap_or_default(),
            opening,
            serials: self.scope.serials.clone(),
            more: self.scope.more(),
            paragraphs,
            action: see(&self.site),
            answer: actor.clone(),
            why: if ended { "you had access until now.".to_owned() } else { "you have access to these.".to_owned() },
            service: false,
            site: self.site.clone(),
        }
    }
}

/// Mail 14: somebody no longer belongs to a company.
#[derive(Clone, Debug)]
pub struct RoleEnded {
    /// The installation.
    pub site: Site,
    /// Who removed the reader.
    pub actor: String,
    /// From which company.
    pub company: String,
    /// How many contracts the reader had access to.
    pub contracts: u64,
}

impl Mail for RoleEnded {
    fn subject(&self) -> String {
        format!("Your role at {} ended", self.company)
    }

    fn letter(&self) -> Letter {
        let (actor, company, center) = (&self.actor, one_line(&self.company), self.site.center());
        let access = match self.contracts {
            0 => "You no longer see its software there.".to_owned(),
            n => format!("Your access to {} has ended at once.", counted(n, "contract", "contracts")),
        };
        Letter {
            preheader: access.clone(),
            opening: format!("{actor} removed you from {company} in {center}."),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![access, "What you have to do with other companies stays as it is.".to_owned()],
            action: Action { words: "Open the Subscription Center".to_owned(), url: self.site.link("/") },
            answer: actor.clone(),
            why: format!("you belonged to {company} until now."),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Samples, for tests and the preview.
impl Invitation {
    /// Mail 1.
    pub fn sample() -> Self {
        let grants = [Grant::Releases, Grant::Support].into();
        Self { site: Site::sample(), actor: "Elena Ostrava".to_owned(), scope: Scope::sample(), grants }
    }
}
impl InvitedAgain {
    /// Mail 1.
    pub fn sample() -> Self {
        let (actor, company) = ("Elena Ostrava".to_owned(), "Ostrava & Finch".to_owned());
        let gives = vec!["You coordinate 3 serial numbers of contract 110448270013.".to_owned()];
        Self { site: Site::sample(), actor, company, gives }
    }
}
impl AccessGiven {
    /// Mail 11.
    pub fn sample() -> Self {
        let Invitation { site, actor, scope, grants } = Invitation::sample();
        Self { site, actor, scope, grants }
    }
}
impl AccessChanged {
    /// Mail 12.
    pub fn sample() -> Self {
        let Invitation { site, actor, scope, grants } = Invitation::sample();
        let scope = Scope { all_assets: true, serials: Vec::new(), ..scope };
        Self { site, actor, scope, before: Grant::by_default(), after: Some(&grants | &Grant::by_default()) }
    }
}
impl RoleEnded {
    /// Mail 14.
    pub fn sample() -> Self {
        let (actor, company) = ("Elena Ostrava".to_owned(), "Ostrava & Finch".to_owned());
        Self { site: Site::sample(), actor, company, contracts: 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mail: &impl Mail) -> String {
        let mail = mail.render();
        format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
    }

    #[test]
    fn words() {
        insta::assert_snapshot!("invitation", shown(&Invitation::sample()));
        insta::assert_snapshot!("invited_again", shown(&InvitedAgain::sample()));
        insta::assert_snapshot!("access_given", shown(&AccessGiven::sample()));
        insta::assert_snapshot!("access_changed", shown(&AccessChanged::sample()));
        insta::assert_snapshot!("access_ended", shown(&AccessChanged { after: None, ..AccessChanged::sample() }));
        insta::assert_snapshot!("role_ended", shown(&RoleEnded::sample()));
    }

    #[test]
    fn the_subject_says_what_changed() {
        let mail = |before: &[Grant], after: &[Grant]| {
            let (before, after) = (before.iter().copied().collect(), Some(after.iter().copied().collect()));
            AccessChanged { before, after, ..AccessChanged::sample() }.subject()
        };
        use Grant::{Extensions, Releases, Support};
        assert_eq!(mail(&[Support], &[Support, Releases]), "You may now download releases of Draftline 2027");
        assert_eq!(
            mail(&[Releases, Extensions], &[]),
            "You may no longer download releases and extensions of Draftline 2027"
        );
        assert_eq!(mail(&[Releases], &[Extensions]), "Your access to Draftline 2027 has changed");
        assert_eq!(mail(&[Support], &[]), "Your access to Draftline 2027 has changed");
        assert_eq!(may(&Grants::new()), "You may see it.");
    }
}
