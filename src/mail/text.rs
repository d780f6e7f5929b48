//! The text part: 72 columns, a link on a line of its own.
use super::letter::{Letter, Serial, counted};

const COLUMNS: usize = 72;
/// Room for the name of a product beside its serial number.
const PRODUCT: usize = 46;

/// The complete text part.
pub(super) fn part(letter: &Letter) -> String {
    let mut blocks = vec![wrapped(&letter.opening)];
    if let Some(list) = list(&letter.serials, letter.more) {
        blocks.push(list);
    }
    blocks.extend(letter.paragraphs.iter().map(|p| wrapped(p)));
    blocks.push(format!("{}:\n{}", wrapped(&letter.action.words), letter.action.url));
    let footer = letter.footer();
    // The last ones belong together: why, how to stop it, and whom to ask.
    let (before, last) = footer.split_at(footer.len().saturating_sub(if letter.service { 2 } else { 3 }));
    blocks.extend(before.iter().map(|p| wrapped(p)));
    blocks.push(last.iter().map(|p| wrapped(p)).collect::<Vec<_>>().join("\n"));
    blocks.join("\n\n") + "\n"
}

fn list(serials: &[Serial], more: u64) -> Option<String> {
    if serials.is_empty() {
        return None;
    }
    let width = serials.iter().map(|s| columns(&s.product)).max().unwrap_or(0).min(PRODUCT);
    let mut lines: Vec<String> = serials.iter().map(|s| line(s, width)).collect();
    if more > 0 {
        lines.push(format!("  … and {}", counted(more, "more", "more")));
    }
    Some(lines.join("\n"))
}

fn line(serial: &Serial, width: usize) -> String {
    let wide = columns(&serial.product);
    if wide > width {
        return format!("{}\n  {:width$}   {}", indented(&serial.product), "", serial.number);
    }
    format!("  {}{:pad$}   {}", serial.product, "", serial.number, pad = width - wide)
}

fn indented(text: &str) -> String {
    filled(text, COLUMNS - 2).iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn wrapped(text: &str) -> String {
    filled(text, COLUMNS).join("\n")
}

/// Breaks the lines that have become too long because something was put into them.
pub(super) fn rewrapped(text: &str) -> String {
    let line = |line: &str| if columns(line) > COLUMNS { wrapped(line) } else { line.to_owned() };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Breaks at spaces only: an address or a name that is too long stays whole.
fn filled(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_whitespace() {
        let wide = columns(word);
        if used > 0 && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += wide;
    }
    lines.push(line);
    lines
}

/// Columns of a fixed-width screen: East Asian letters take two, combining marks none.
fn columns(text: &str) -> usize {
    let of = |c: char| match c as u32 {
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ if unicode_normalization::char::is_combining_mark(c) => 0,
        _ => 1,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_72nd_column_and_long_words_stay_whole() {
        let text = "word ".repeat(40) + &"x".repeat(90) + " end";
        let lines = filled(&text, COLUMNS);
        assert!(lines.iter().all(|l| l.len() <= COLUMNS || l.len() == 90), "{lines:?}");
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn wide_letters_line_up() {
        let of = |product: &str| Serial { product: product.to_owned(), number: "1".to_owned() };
        assert_eq!(columns("設計 e\u{301}"), 6);
        let list = list(&[of("設計"), of("Draftline")], 2);
        assert_eq!(list.as_deref(), Some("  設計        1\n  Draftline   1\n  … and 2 more"));
    }

    #[test]
    fn a_long_product_gets_lines_of_its_own() {
        let long = Serial { product: "Formwork ".repeat(12), number: "390-41920577".to_owned() };
        let list = list(&[long], 0).unwrap_or_default();
        assert!(list.lines().all(|l| l.chars().count() <= COLUMNS), "{list}");
        assert!(list.ends_with("   390-41920577"));
    }
}
