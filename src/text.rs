//! How names and addresses compare. The databases differ in lower() and LIKE, so every comparison is on a key made here.
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The key of an e-mail address: NFC and lower case. Accents stay: they are different mailboxes.
pub fn address_key(address: &str) -> String {
    address.trim().nfc().collect::<String>().to_lowercase()
}

/// The key by which people search: without accents, width or case.
pub fn search_key(text: &str) -> String {
    let plain: String = text.trim().nfkd().filter(|c| !is_combining_mark(*c)).collect();
    plain.to_lowercase().replace('ß', "ss").replace('ø', "o").replace('ł', "l")
}

/// The key by which lists of people are sorted: last name, first name, address.
pub fn sort_key(first: &str, last: &str, email: &str) -> String {
    format!("{}\u{1}{}\u{1}{}", search_key(last), search_key(first), address_key(email))
}

/// The end of the range of texts that begin with `prefix`: `x >= prefix AND x < end`.
pub fn prefix_end(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

/// Longest address that mail systems take.
pub const LONGEST_ADDRESS: usize = 254;

/// Whether this can be an e-mail address. Accents are legal on both sides of the @.
pub fn is_address(text: &str) -> bool {
    let clean = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let labels = domain.split('.').all(|l| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-'));
    text.len() <= LONGEST_ADDRESS
        && !local.is_empty()
        && local.chars().count() <= 64
        && !local.contains('@')
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && labels
        && text.chars().all(clean)
}

/// The key by which addresses are the same to the eye: `аna@x.example` with a Cyrillic а has that of `ana@x.example`.
pub fn look_key(address: &str) -> String {
    unicode_security::skeleton(&address_key(address)).collect()
}

/// The plain address for which this one could be taken, where letters of another alphabet make it look like one.
pub fn looks_like(address: &str) -> Option<String> {
    let plain = |c: char| {
        let mut looks = unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).collect::<Vec<char>>().into_iter();
        match (looks.next(), looks.next()) {
            (Some(look), None) if !c.is_ascii() && look.is_ascii_alphanumeric() => look,
            _ => c,
        }
    };
    let seen: String = address_key(address).chars().map(plain).collect();
    // A word of one alphabet is honest, though some of its letters look alike: only what becomes plain as a whole could be taken.
    (seen.is_ascii() && seen != address_key(address)).then_some(seen)
}

/// An address as it may stand in a log: enough to recognise, too little to write to.
pub fn redacted(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

/// First letters for an avatar: `Maya Lindqvist` → `ML`.
pub fn initials(first: &str, last: &str) -> String {
    let letter = |name: &str| name.chars().find(|c| c.is_alphanumeric());
    let letters: String = [letter(first), letter(last)].into_iter().flatten().collect();
    if letters.is_empty() { "?".to_owned() } else { letters.to_uppercase() }
}

/// First and last name as one.
pub fn full_name(first: &str, last: &str) -> String {
    format!("{first} {last}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b.example", "Müller.Ä@firma.example", "o'neil+x@a-b.co.example", "ＡＢ@x.example"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.example",
            "a b@c.example",
            "a@-b.example",
            "a@b..example",
            "<a@b.example>",
            "a@b@c.example",
            ".a@b.example",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_that_looks_like_another_is_told_apart() {
        let faked = "\u{430}na@firm.example";
        assert_ne!(address_key(faked), address_key("ana@firm.example"));
        assert_eq!(look_key(faked), look_key("Ana@firm.example"));
        assert_eq!(looks_like(faked).as_deref(), Some("ana@firm.example"));
        for honest in ["ana@firm.example", "Müller@bücher.example", "анна@почта.example", "o'neil+x@a-b.co.example"]
        {
            assert_eq!(looks_like(honest), None, "{honest}");
        }
    }

    #[test]
    fn keys_fold() {
        assert_eq!(address_key(" Ana@Firm.Example "), "ana@firm.example");
        assert_eq!(address_key("e\u{301}@x.example"), address_key("\u{e9}@x.example"));
        assert_eq!(search_key("Tomás"), "tomas");
        assert_eq!(search_key("１２Ａ"), "12a");
        assert!(search_key("Zoë") > search_key("Zaë"));
        assert!(("tom".to_owned()..prefix_end("tom")).contains(&search_key("Tomás")));
    }
}
