//! Mail 26 in its forms: the order is received, asks for its address, is sent, has arrived, came back.
use crate::mail::letter::{Action, Letter, Serial, one_line, serial_numbers};
use crate::mail::{Mail, Site};

/// What it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It was ordered, and its address is right.
    Received,
    /// Whoever it is for is asked whether the address is right.
    Address,
    /// The same, because hands changed.
    NewHands,
    /// The carrier has it.
    Sent,
    /// It arrived.
    Delivered,
    /// It came back.
    Returned,
}

/// Mail 26.
#[derive(Clone, Debug)]
pub struct OrderMail {
    /// The installation.
    pub site: Site,
    /// What it tells.
    pub news: News,
    /// `30118`
    pub number: String,
    /// "SiteMesh Civil 2027.2"
    pub release: String,
    /// The company.
    pub company: String,
    /// Who ordered it, where that is not the reader; empty.
    pub by: String,
    /// The reader is the coordinator whom it is for; otherwise the Contract Manager.
    pub own: bool,
    /// The coordinator's name.
    pub coordinator: String,
    /// Where it goes, a line each; none: there is no address.
    pub ship_to: Vec<String>,
    /// The carrier.
    pub carrier: String,
    /// The number of the parcel.
    pub tracking: String,
    /// Where one sees how far it is; may be empty.
    pub tracking_url: String,
    /// Why it came back.
    pub reason: String,
    /// The first of the serial numbers.
    pub serials: Vec<Serial>,
    /// How many there are.
    pub count: u64,
}

impl OrderMail {
    fn opening(&self) -> String {
        let (release, count) = (&self.release, serial_numbers(self.count));
        let of = if self.company.is_empty() { String::new() } else { format!(" of {}", self.company) };
        let ordered = match self.by.as_str() {
            "" => "Media were ordered".to_owned(),
            by => format!("{by} ordered media"),
        };
        match self.news {
            News::Received => format!("{ordered} of {release} for {count}{of}. The vendor approves the order next."),
            News::Address => {
                let whose =
                    if self.own { "your address".to_owned() } else { format!("the address of {}", self.coordinator) };
                format!("{ordered} of {release} for {count}{of}. The order waits for {whose}.")
            }
            News::NewHands => format!(
                "You are Software Coordinator of {count}{of} now, for which media of {release} were ordered. They come to you."
            ),
            News::Sent => format!("The media of {release} for {count}{of} left with {}.", self.carrier),
            News::Delivered => format!("The media of {release} for {count}{of} arrived."),
            News::Returned => {
                let whom = if self.own { "you".to_owned() } else { self.coordinator.clone() };
                format!(
                    "The media of {release} for {count}{of}, sent to {whom}, came back: {}.",
                    self.reason.trim_end_matches('.')
                )
            }
        }
    }

    fn paragraphs(&self) -> Vec<String> {
        let to = self.ship_to.join(", ");
        let goes = if to.is_empty() {
            "There is no shipping address of yours yet.".to_owned()
        } else {
            format!("It goes to: {to}.")
        };
        match self.news {
            News::Received => vec![goes],
            News::Address | News::NewHands if to.is_empty() => {
                vec![goes, "Nothing leaves before you enter where it should go.".to_owned()]
            }
            News::Address | News::NewHands => {
                vec![goes, "Nothing leaves before you say that this address is right, or enter another one.".to_owned()]
            }
            News::Sent => {
                let mut all = vec![goes];
                if !self.tracking.is_empty() {
                    all.push(format!("Number of the parcel: {}.", self.tracking));
                }
                if !self.tracking_url.is_empty() {
                    all.push(format!("Follow it: {}", self.tracking_url));
                }
                all
            }
            News::Delivered => vec![format!("It was sent to: {to}.")],
            News::Returned => {
                vec![format!("It was sent to: {to}."), "Order it again, to an address where it is taken.".to_owned()]
            }
        }
    }
}

impl Mail for OrderMail {
    fn subject(&self) -> String {
        let number = &self.number;
        match self.news {
            News::Received => format!("Order {number} received"),
            News::Address | News::NewHands => format!("Order {number}: is your address right?"),
            News::Sent => format!("Order {number} sent"),
            News::Delivered => format!("Order {number} delivered"),
            News::Returned => format!("Order {number} came back"),
        }
    }

    fn letter(&self) -> Letter {
        let words = match self.news {
            News::Address | News::NewHands if self.ship_to.is_empty() => "Enter the address",
            News::Address | News::NewHands => "Confirm the address",
            _ => "See the order",
        };
        let why = match self.own {
            true => "you are Software Coordinator of these serial numbers, and receive their shipments.",
            false => "you are the Contract Manager of these serial numbers.",
        };
        Letter {
            preheader: format!("{}, {}", one_line(&self.release), serial_numbers(self.count)),
            opening: self.opening(),
            serials: self.serials.clone(),
            more: self.count.saturating_sub(self.serials.len() as u64),
            paragraphs: self.paragraphs(),
            action: Action { words: words.to_owned(), url: self.site.link(&format!("/orders/{}", self.number)) },
            answer: String::new(),
            why: why.to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl OrderMail {
    /// For tests and the preview.
    pub fn sample(news: News) -> Self {
        let serial = |n: u32| Serial { product: "SiteMesh Civil 2027".to_owned(), number: format!("390-4192057{n}") };
        let text = |text: &str| text.to_owned();
        Self {
            site: Site::sample(),
            news,
            number: text("30118"),
            release: text("SiteMesh Civil 2027.2"),
            company: text("Ostrava & Finch"),
            by: text("Elena Ostrava"),
            own: true,
            coordinator: text("Tomás Brandt"),
            ship_to: ["Tomás Brandt", "Ostrava & Finch", "Harbour Street 12", "02110 Boston", "United States"]
                .map(text)
                .into(),
            carrier: text("DHL Express"),
            tracking: text("JD014600003SE"),
            tracking_url: text("https://www.dhl.com/global-en/home/tracking.html?tracking-id=JD014600003SE"),
            reason: text("nobody of that name at this address"),
            serials: (0..3).map(serial).collect(),
            count: 12,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_26() {
        let show = |mail: crate::mail::Rendered| format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html);
        for (name, news) in [
            ("received", News::Received),
            ("address", News::Address),
            ("new_hands", News::NewHands),
            ("sent", News::Sent),
            ("delivered", News::Delivered),
        ] {
            insta::assert_snapshot!(format!("order_{name}"), show(OrderMail::sample(news).render()));
        }
        let returned = OrderMail { own: false, ..OrderMail::sample(News::Returned) };
        insta::assert_snapshot!("order_returned", show(returned.render()));
    }

    #[test]
    fn without_an_address_it_is_asked_for_one() {
        let letter = OrderMail { ship_to: Vec::new(), ..OrderMail::sample(News::Address) }.letter();
        assert_eq!(letter.action.words, "Enter the address");
        assert!(letter.paragraphs.iter().any(|p| p.contains("no shipping address of yours")));
        let plain = OrderMail { by: String::new(), tracking: String::new(), ..OrderMail::sample(News::Received) };
        assert!(plain.letter().opening.starts_with("Media were ordered of SiteMesh"));
    }
}
