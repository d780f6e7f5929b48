//! Figures, days and short phrases as pages show them. Days come as `YYYY-MM-DD`; nothing here reads a clock.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `8991` → "8,991".
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("−{out}") } else { out }
}

/// "1 person", "12 people": the figure with the word that fits it.
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// "1 serial number", "12 serial numbers".
pub fn serial_numbers(n: i64) -> String {
    count(n, "serial number", "serial numbers")
}

/// `2027-02-28` → "28 Feb 2027". What is not a day is shown as it came.
pub fn day(iso: &str) -> String {
    parts(iso).map_or_else(|| iso.to_owned(), |(year, month, day)| format!("{day} {month} {year}"))
}

/// `2027-02-28` → "28 Feb", where the year is plain from the context.
pub fn day_short(iso: &str) -> String {
    parts(iso).map_or_else(|| iso.to_owned(), |(_, month, day)| format!("{day} {month}"))
}

fn parts(iso: &str) -> Option<(&str, &'static str, u8)> {
    let (year, rest) = iso.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some((year, month, day.parse().ok()?))
}

/// "today", "in 1 day", "in 96 days", "3 days ago".
pub fn in_days(n: i64) -> String {
    match n {
        0 => "today".to_owned(),
        1.. => format!("in {}", count(n, "day", "days")),
        _ => format!("{} ago", count(-n, "day", "days")),
    }
}

/// What an error says, as a page says it: with a capital.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// When to try again: "in a minute", "in 4 minutes".
pub fn in_time(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        0 | 1 => "in a minute".to_owned(),
        minutes => format!("in {minutes} minutes"),
    }
}

/// "Maya", "Maya and Tomás", "Maya, Tomás and Priya".
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// Percent-encoded for one value of a query or one segment of a path.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A path with those of the parameters that have a value: `/products?q=draft&group=Boston%20office`.
pub fn link(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{name}={}", encoded(value)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_days_read_as_people_write_them() {
        assert_eq!((number(12), number(8_991), number(1_000_000)), ("12".into(), "8,991".into(), "1,000,000".into()));
        assert_eq!((day("2027-02-28"), day("soon")), ("28 Feb 2027".into(), "soon".into()));
        assert_eq!((day_short("2026-12-05"), day("2026-13-01")), ("5 Dec".into(), "2026-13-01".into()));
        assert_eq!((in_days(96), in_days(1), in_days(0)), ("in 96 days".into(), "in 1 day".into(), "today".into()));
        assert_eq!(in_days(-3), "3 days ago");
        assert_eq!((serial_numbers(1), serial_numbers(12)), ("1 serial number".into(), "12 serial numbers".into()));
    }

    #[test]
    fn lists_have_an_and() {
        assert_eq!(listed::<&str>(&[]), "");
        assert_eq!(listed(&["Maya"]), "Maya");
        assert_eq!(listed(&["Maya", "Tomás", "Priya"]), "Maya, Tomás and Priya");
    }

    #[test]
    fn a_link_carries_only_what_is_set_and_escapes_it() {
        assert_eq!(link("/p", &[("q", ""), ("group", "Büro & Co"), ("x", "1")]), "/p?group=B%C3%BCro%20%26%20Co&x=1");
        assert_eq!(link("/p?a=1", &[("b", "2")]), "/p?a=1&b=2");
    }
}
