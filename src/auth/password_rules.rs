//! Which passwords are good enough. Length is what counts; beyond it only what everybody tries first is refused, as NIST
//! SP 800-63B and OWASP have it: no rules about capitals and digits, which make `Password123!` of a password.
use unicode_normalization::UnicodeNormalization;

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most characters: hashing is not for novels.
pub const LONGEST: usize = 256;
/// Characters that must be left when what everybody tries first is taken away.
const LEFT: usize = 6;

/// Words of the lists of passwords that leak most often.
const COMMON: &str = include_str!("common_words.txt");
/// Rows of keyboards, walked along or down.
const WALKS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn",
];
/// Shortest walk that is taken away.
const STEPS: usize = 3;

/// As it is hashed: the same characters, however a keyboard composes them.
pub fn normal(password: &str) -> String {
    password.nfc().collect()
}

/// What is wrong with a new password, as a sentence that says what to do; none: it is good. `own` is what others know of
/// its owner: address, names, company, vendor.
pub fn refusal(password: &str, own: &[&str]) -> Option<&'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(
            "Enter at least 12 characters; three or four words that do not belong together are easy to remember",
        );
    }
    if length > LONGEST {
        return Some("Enter at most 256 characters");
    }
    let plain = plain(password);
    if left_over(&plain, own) >= LEFT {
        return None;
    }
    Some("Choose something that others do not try first: no common word, name, repetition or row of keys")
}

/// Small letters, with the figures and signs that stand for letters read as letters.
fn plain(password: &str) -> String {
    password
        .nfkd()
        .flat_map(char::to_lowercase)
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .collect()
}

fn read_as_letters(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// How many characters are left, each counted once, when common and own words, walks and repetitions are taken away.
fn left_over(plain: &str, own: &[&str]) -> usize {
    let own: Vec<String> = own.iter().flat_map(|text| words(text)).collect();
    let common = || COMMON.split_whitespace().map(str::to_owned);
    let mut all: Vec<String> = own.into_iter().chain(common()).collect();
    // The longest first: `password` before `pass`.
    all.sort_by_key(|word| std::cmp::Reverse(word.len()));
    // As it is typed, and with figures read as letters: what is weak in one of the two ways is weak.
    [plain.to_owned(), read_as_letters(plain)].iter().map(|text| rest(text, &all)).min().unwrap_or(0)
}

fn rest(text: &str, words: &[String]) -> usize {
    let without = words.iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), "\u{1}"));
    let mut left: Vec<char> = without_walks(&without.chars().collect::<Vec<_>>());
    // A year, a date or a number that is put behind is what everybody puts behind.
    let ends_plainly = |c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c == '\u{1}';
    while left.last().is_some_and(|c| ends_plainly(*c)) {
        left.pop();
    }
    left.retain(|c| *c != '\u{1}' && !c.is_whitespace());
    left.sort_unstable();
    left.dedup();
    left.len()
}

/// Without runs of three and more along a row of keys, the alphabet, figures, or of one character.
fn without_walks(text: &[char]) -> Vec<char> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at) {
        let run = run(text.get(at..).unwrap_or_default());
        if run >= STEPS {
            out.push('\u{1}');
            at += run;
        } else {
            out.push(*first);
            at += 1;
        }
    }
    out
}

/// How long the run is with which this text begins.
fn run(text: &[char]) -> usize {
    let same = text.iter().take_while(|c| Some(*c) == text.first()).count();
    let begins = |walk: &[char]| -> usize {
        let starts = (0..walk.len()).filter(|at| walk.get(*at) == text.first());
        let common = |at: usize| walk.iter().skip(at).zip(text).take_while(|(a, b)| a == b).count();
        starts.map(common).max().unwrap_or(0)
    };
    let along = WALKS.iter().flat_map(|walk| {
        let forth: Vec<char> = walk.chars().collect();
        let back: Vec<char> = walk.chars().rev().collect();
        [begins(&forth), begins(&back)]
    });
    along.max().unwrap_or(0).max(same)
}

/// The words of an address or a name that are long enough to be recognised.
fn words(text: &str) -> Vec<String> {
    let parts = plain(text);
    let parts = parts.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= STEPS);
    parts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 5] =
        ["Elena", "Ostrava", "elena@ostrava-finch.example", "Ostrava & Finch Architects", "Formwork Software"];

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for weak in [
            "Password1234!",
            "passwordpassword",
            "P@ssw0rd2026",
            "123456789012",
            "qwertyuiop12",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "aaaaaaaaaaaaaa",
            "abcabcabcabc",
            "iloveyou1234",
            "Welcome2026!!",
            "letmeinletmein",
            "zxcvbnmasdfgh",
            "abcdefghijkl",
            "987654321098",
            "Administrator1",
            "Summer2026!!",
            "dragonmonkey1",
            "trustnoone123",
            "motdepasse12",
            "changeme1234",
            "elenaostrava1",
            "ostrava-finch26",
            "formwork2026!",
            "Finch.Architects",
            "ababababababab",
            "Qwertz123456",
            "fussball12345",
        ] {
            assert!(refusal(weak, &OWN).is_some(), "{weak}");
        }
    }

    #[test]
    fn long_and_unlike_others_is_good_whatever_it_is_made_of() {
        for good in [
            "correct horse battery staple",
            "umbrella-kettle-97",
            "tqvxkzmwpdhr",
            "Zwölf Boxkämpfer jagen",
            "rakete, mond & tee",
            "мой дядя самых честных",
            "8842-gravel-onyx",
            "絵文字と長い合言葉が好き",
        ] {
            assert_eq!(refusal(good, &OWN), None, "{good}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(refusal("tqvxkzmwpdh", &[]).is_some_and(|words| words.contains("at least 12")));
        assert!(refusal(&"tqvxkzmwpdhr".repeat(21), &[]).is_none());
        assert!(refusal(&"tqvxkzmwpdhr".repeat(22), &[]).is_some_and(|words| words.contains("at most 256")));
        assert_eq!(normal("e\u{301}"), "é");
    }
}
