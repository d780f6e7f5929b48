//! What mails say of the installation that they come from.
use super::letter::one_line;
use crate::app::Profile;

/// What people call it, whoever the vendor is.
const NAME: &str = "Subscription Center";
const CENTER: &str = "{center}";
const QUESTIONS: &str = "{questions}";
const PLACEHOLDERS: [&str; 4] = ["{base_url}", "{vendor}", "{phone}", "{contact_email}"];

/// What every mail says of the installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Where people reach it, without a slash at the end.
    pub base_url: String,
    /// The vendor's name.
    pub vendor: String,
    /// Whom to call.
    pub phone: String,
    /// Whom to write to.
    pub contact_email: String,
    /// Mail stays on a page of the demo.
    pub demo: bool,
}

impl Site {
    /// Of this process.
    pub fn of(profile: &Profile) -> Self {
        let plain = one_line;
        Self {
            base_url: profile.base_url.trim_end_matches('/').to_owned(),
            vendor: plain(&profile.vendor),
            phone: plain(&profile.phone),
            contact_email: plain(&profile.contact_email),
            demo: profile.demo,
        }
    }

    /// For a mail that is written where the installation is not known: each thing is a placeholder, which [`Site::complete`]
    /// replaces while the mail is sent.
    pub fn unknown() -> Self {
        let [base_url, vendor, phone, contact_email] = PLACEHOLDERS.map(str::to_owned);
        Self { base_url, vendor, phone, contact_email, demo: false }
    }

    /// Puts this one in place of an unknown one.
    pub(super) fn complete(&self, text: &str) -> String {
        let phrases = text.replace(CENTER, &self.center()).replace(QUESTIONS, &self.questions());
        let own = [&self.base_url, &self.vendor, &self.phone, &self.contact_email];
        PLACEHOLDERS.iter().zip(own).fold(phrases, |text, (placeholder, own)| text.replace(placeholder, own))
    }

    /// As [`Site::complete`], inside HTML.
    pub(super) fn complete_html(&self, text: &str) -> String {
        let escaped = |text: &str| maud::html! { (text) }.into_string();
        let Self { base_url, vendor, phone, contact_email, demo } = self;
        let site = Self {
            base_url: escaped(base_url),
            vendor: escaped(vendor),
            phone: escaped(phone),
            contact_email: escaped(contact_email),
            demo: *demo,
        };
        site.complete(text)
    }

    /// `the Subscription Center of Ridgeline Software`
    pub fn center(&self) -> String {
        match self.vendor.as_str() {
            "" | NAME => format!("the {NAME}"),
            vendor if vendor == PLACEHOLDERS[1] => CENTER.to_owned(),
            vendor => format!("the {NAME} of {vendor}"),
        }
    }

    /// Whom every mail is from: `Ridgeline Software, Subscription Center`
    pub(super) fn sender(&self) -> String {
        match self.vendor.as_str() {
            "" | NAME => NAME.to_owned(),
            vendor => format!("{vendor}, {NAME}"),
        }
    }

    /// The last line of every mail.
    pub(super) fn questions(&self) -> String {
        let Self { phone, contact_email, .. } = self;
        match (phone.is_empty(), contact_email.is_empty()) {
            _ if *phone == PLACEHOLDERS[2] => QUESTIONS.to_owned(),
            (false, false) => format!("Questions? Call {phone} or write to {contact_email}."),
            (false, true) => format!("Questions? Call {phone}."),
            (true, false) => format!("Questions? Write to {contact_email}."),
            (true, true) => "Questions? Ask whoever sold you the contract.".to_owned(),
        }
    }

    /// An address on it.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The one of the samples.
    pub fn sample() -> Self {
        Self {
            base_url: "https://subscriptions.example.com".to_owned(),
            vendor: "Ridgeline Software".to_owned(),
            phone: "+1 555 0100".to_owned(),
            contact_email: "help@ridgeline.example".to_owned(),
            demo: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_not_said() {
        let bare =
            Site { vendor: NAME.to_owned(), phone: String::new(), contact_email: String::new(), ..Site::sample() };
        assert_eq!((bare.center().as_str(), bare.sender().as_str()), ("the Subscription Center", NAME));
        assert_eq!(bare.questions(), "Questions? Ask whoever sold you the contract.");
        assert_eq!(Site { phone: "1".to_owned(), ..bare }.questions(), "Questions? Call 1.");
    }

    #[test]
    fn what_was_not_known_is_completed() {
        let unknown = Site::unknown();
        let written = format!("{} | {} | {}", unknown.center(), unknown.questions(), unknown.contact_email);
        assert_eq!(
            Site::sample().complete(&written),
            "the Subscription Center of Ridgeline Software | \
             Questions? Call +1 555 0100 or write to help@ridgeline.example. | help@ridgeline.example"
        );
        let amp = Site { vendor: "R & <S>".to_owned(), ..Site::sample() };
        assert!(amp.complete_html(&unknown.center()).ends_with("R &amp; &lt;S&gt;"));
    }
}
