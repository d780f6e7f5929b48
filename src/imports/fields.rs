//! What a field may hold. Each check says what to do about a value that is wrong.
use crate::people::invite::LONGEST_NAME;
use crate::text::is_address;
use crate::time::Day;

/// What is wrong with a value, as advice.
pub type Wrong = String;

/// Longest name of a company or a product.
const LONGEST_TITLE: usize = 200;
/// Longest number or code: account, contract, serial, product.
const LONGEST_CODE: usize = 60;
const LONGEST_RELEASE: usize = 40;
const LONGEST_PHONE: usize = 60;
const LONGEST_GROUP: usize = 100;
const LONGEST_DOMAIN: usize = 253;
const MOST_SEATS: i64 = 9_999_999;

/// What a column's values are.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A key without spaces.
    Code,
    /// As `Code`, or empty.
    MaybeCode,
    /// A text that must be there, of at most so many letters.
    Text(usize),
    /// As `Text`, or empty.
    MaybeText(usize),
    /// An address.
    Email,
    /// An address, or empty.
    MaybeEmail,
    /// A calendar day.
    Date,
    /// Whole and not negative.
    Seats,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Codes separated by spaces.
    Codes,
    /// Domains separated by spaces.
    Domains,
    /// Some of these, separated by spaces.
    SomeOf(&'static [&'static str]),
}

/// The name of a company or product.
pub const TITLE: Form = Form::Text(LONGEST_TITLE);
/// A part of a person's name.
pub const NAME: Form = Form::MaybeText(LONGEST_NAME);
/// A release.
pub const RELEASE: Form = Form::MaybeText(LONGEST_RELEASE);
/// A telephone number.
pub const PHONE: Form = Form::MaybeText(LONGEST_PHONE);
/// The name of a group.
pub const GROUP: Form = Form::Text(LONGEST_GROUP);
/// The name of a group, or none.
pub const MAYBE_GROUP: Form = Form::MaybeText(LONGEST_GROUP);
/// A short code such as a country's or a language's.
pub const SHORT: Form = Form::MaybeText(20);

impl Form {
    /// Checks one value; the part that is wrong, and what to do.
    pub fn check(self, value: &str) -> Result<(), (&str, Wrong)> {
        if value.chars().any(char::is_control) {
            return Err((value, "holds a line break or another control character; remove it".to_owned()));
        }
        self.wrong(value).map_or(Ok(()), Err)
    }

    fn wrong(self, value: &str) -> Option<(&str, Wrong)> {
        let whole = |wrong: Option<Wrong>| wrong.map(|wrong| (value, wrong));
        let first = |check: &dyn Fn(&str) -> Option<Wrong>| {
            value.split_whitespace().find_map(|part| check(part).map(|wrong| (part, wrong)))
        };
        match self {
            Form::MaybeCode | Form::MaybeText(_) | Form::MaybeEmail if value.is_empty() => None,
            Form::Code | Form::MaybeCode => whole(code(value)),
            Form::Text(most) | Form::MaybeText(most) => whole(text(value, most)),
            Form::Email | Form::MaybeEmail => whole(email(value)),
            Form::Date => whole(value.parse::<Day>().err()),
            Form::Seats => whole(seats(value)),
            Form::OneOf(words) => whole(one_of(value, words)),
            Form::Codes => first(&code),
            Form::Domains => first(&domain),
            Form::SomeOf(words) => first(&|part| one_of(part, words)),
        }
    }
}

fn text(value: &str, most: usize) -> Option<Wrong> {
    if value.is_empty() {
        return Some("is empty; fill it in".to_owned());
    }
    // Bytes first: they bound the letters and cost nothing.
    (value.len() > most && value.chars().count() > most).then(|| format!("is longer than {most} letters; shorten it"))
}

fn code(value: &str) -> Option<Wrong> {
    text(value, LONGEST_CODE)
        .or_else(|| value.contains(char::is_whitespace).then(|| "holds a space; write it without".to_owned()))
}

fn email(value: &str) -> Option<Wrong> {
    (!is_address(value)).then(|| "is no e-mail address; write one like name@company.example".to_owned())
}

fn domain(value: &str) -> Option<Wrong> {
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-');
    let good = value.len() <= LONGEST_DOMAIN && value.contains('.') && value.split('.').all(label);
    (!good).then(|| "is no domain; write one like company.example".to_owned())
}

fn seats(value: &str) -> Option<Wrong> {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    let good = digits && value.parse::<i64>().is_ok_and(|n| n <= MOST_SEATS);
    (!good).then(|| format!("is no number of seats; write a whole number from 0 to {MOST_SEATS}"))
}

fn one_of(value: &str, words: &[&str]) -> Option<Wrong> {
    if words.contains(&value) {
        return None;
    }
    let listed: Vec<&str> = words.iter().map(|w| if w.is_empty() { "nothing" } else { w }).collect();
    Some(match listed.split_last() {
        Some((last, [])) => format!("must be {last}"),
        Some((last, others)) => format!("must be {} or {last}", others.join(", ")),
        None => "must be empty".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_refuses_one_more_than_its_limit() {
        let longest = |n: usize| "é".repeat(n);
        for (form, most) in [(TITLE, 200), (NAME, 100), (RELEASE, 40), (PHONE, 60), (GROUP, 100), (Form::Code, 60)] {
            assert!(form.check(&longest(most)).is_ok(), "{form:?}");
            assert!(form.check(&longest(most + 1)).is_err(), "{form:?}");
        }
        assert!(Form::Seats.check("9999999").is_ok());
        for wrong in ["10000000", "-3", "many", "1.5", "", "１"] {
            assert!(Form::Seats.check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn of_a_list_the_wrong_part_is_named() {
        let grants = Form::SomeOf(&["releases", "support"]);
        assert_eq!(grants.check("support  magic").map_err(|(part, _)| part), Err("magic"));
        assert!(grants.check("").is_ok());
        assert_eq!(Form::Domains.check("a.example bad").map_err(|(part, _)| part), Err("bad"));
        assert_eq!(
            Form::Code.check("a b").map_err(|(_, what)| what),
            Err("holds a space; write it without".to_owned())
        );
        assert!(Form::Text(10).check("a\nb").is_err());
        assert_eq!(one_of("x", &["", "a", "b"]).as_deref(), Some("must be nothing, a or b"));
    }
}
