//! What every mail is made of, in the order in which it is read. The text and the HTML part are both made from this, so
//! that they cannot say different things.
use super::Site;

/// Most serial numbers that one mail lists; the rest is counted.
pub const MOST_LISTED: usize = 10;
/// Stands in stored texts for the single-use link that is made while sending.
pub const LINK: &str = "{link}";
/// Stands in stored texts for the address that stops this kind of message, which is made while sending.
pub const UNSUBSCRIBE: &str = "{unsubscribe}";

/// A serial number in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial {
    /// `Formwork Architecture 2027`
    pub product: String,
    /// `390-41920577`
    pub number: String,
}

/// The one thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// `See your serial numbers`
    pub words: String,
    /// Where; [`LINK`] for a single-use one.
    pub url: String,
}

/// One mail, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What a list of mails shows beside the subject: the next fact.
    pub preheader: String,
    /// What happened and who did it.
    pub opening: String,
    /// Which serial numbers, at most [`MOST_LISTED`].
    pub serials: Vec<Serial>,
    /// How many there are beside those listed.
    pub more: u64,
    /// What follows from it, a paragraph each.
    pub paragraphs: Vec<String>,
    /// What can be done.
    pub action: Action,
    /// Whom an answer reaches; empty where nobody in particular.
    pub answer: String,
    /// Why the reader gets this.
    pub why: String,
    /// Whether it can be switched off.
    pub service: bool,
    /// The phone and the address of its last line.
    pub site: Site,
}

impl Letter {
    /// The footer's sentences, one a paragraph.
    pub(super) fn footer(&self) -> Vec<String> {
        let mut all = Vec::new();
        if !self.answer.is_empty() {
            all.push(format!("Not right? Answer this mail; it reaches {}.", self.answer));
        }
        let fixed = if self.service { " This kind of message can't be switched off." } else { "" };
        all.push(format!("Why you get this: {}{fixed}", self.why));
        if !self.service {
            all.push(format!("To stop this kind of message: {UNSUBSCRIBE}"));
        }
        all.push(self.site.questions());
        all
    }
}

/// A text from outside, made safe for one line of a mail or a header: no line break or other control character, and never
/// the placeholder of a link.
pub fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let line = text.chars().map(plain).collect::<String>();
    line.split_whitespace().collect::<Vec<_>>().join(" ").replace(LINK, "link").replace(UNSUBSCRIBE, "unsubscribe")
}

/// `1 serial number`, `12 serial numbers`
pub fn serial_numbers(count: u64) -> String {
    counted(count, "serial number", "serial numbers")
}

/// A number with its noun.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(count)) }
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `A`, `A and B`, `A, B and C`; after `most` the rest is counted.
pub fn joined(names: &[String], most: usize) -> String {
    let (shown, rest) = names.split_at(names.len().min(most.max(1)));
    match (shown, rest.len()) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (shown, more) => format!("{} and {}", shown.join(", "), counted(more as u64, "other", "others")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_breaks_a_line_or_takes_a_link() {
        assert_eq!(one_line("Eve\r\nBcc: all@x.example\u{2028}\t!"), "Eve Bcc: all@x.example !");
        assert_eq!(one_line("Mallory {link} Ltd"), "Mallory link Ltd");
        assert_eq!(one_line("{li\u{0}nk}"), "{li nk}");
    }

    #[test]
    fn numbers_and_names_in_words() {
        assert_eq!(serial_numbers(1), "1 serial number");
        assert_eq!(serial_numbers(0), "0 serial numbers");
        assert_eq!(serial_numbers(1_234_567), "1,234,567 serial numbers");
        let names: Vec<String> = ["A", "B", "C", "D"].map(str::to_owned).into();
        assert_eq!(joined(&names[..1], 3), "A");
        assert_eq!(joined(&names[..2], 3), "A and B");
        assert_eq!(joined(&names[..3], 3), "A, B and C");
        assert_eq!(joined(&names, 2), "A, B and 2 others");
        assert_eq!(joined(&[], 2), "");
    }
}
