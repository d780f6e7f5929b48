//! Cells that a spreadsheet would take for a formula get an apostrophe on the way out and lose it on the way in, so that
//! what is exported is harmless to open and comes back as it was.
use std::borrow::Cow;

const FORMULA: &[char] = &['=', '+', '-', '@'];

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// As it may stand in a file.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// As it was before [`guarded`].
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(bare) if is_formula(bare) => bare,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["=1+1", "+49 89 1", "-", "@a", "'=1", "''+2", "'", "'s-Hertogenbosch", "plain", "", "a=b"] {
            let out = guarded(text);
            assert!(!out.starts_with(FORMULA), "{text}");
            assert_eq!(unguarded(&out), text);
        }
        assert_eq!(guarded("=1+1"), "'=1+1");
        assert_eq!(guarded("'s-Hertogenbosch"), "'s-Hertogenbosch");
    }
}
