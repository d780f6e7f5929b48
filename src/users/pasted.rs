//! Reads a list of people in any of the forms in which they come: `Name <mail>`, a mail and a name in either order, separated
//! by commas, semicolons, tabs or line ends; or a table with a header row, in UTF-8, UTF-16 or Windows-1252.
use crate::text::is_address;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Somebody in a list, as written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The line, from 1.
    pub line: usize,
    /// The address; where there is none, what stands in its place.
    pub email: String,
    /// First name; empty where there is none.
    pub first_name: String,
    /// Last name; empty where there is none.
    pub last_name: String,
    /// Serial numbers of a table that has the column.
    pub serials: Vec<String>,
    /// Grants of a table that has the column; none where it has not.
    pub grants: Option<Vec<String>>,
}

/// A file as text. What is not UTF-8 and has no mark of UTF-16 is taken for Windows-1252, in which spreadsheets save.
pub fn decoded(bytes: &[u8]) -> String {
    let (text, _) = match bytes {
        [0xFF, 0xFE, ..] => UTF_16LE.decode_with_bom_removal(bytes),
        [0xFE, 0xFF, ..] => UTF_16BE.decode_with_bom_removal(bytes),
        _ => match UTF_8.decode_with_bom_removal(bytes) {
            (text, false) => (text, false),
            _ => WINDOWS_1252.decode_without_bom_handling(bytes),
        },
    };
    text.into_owned()
}

/// The people of a list, in its order. Nothing is left out: what cannot be an address is shown as such.
pub fn people(text: &str) -> Vec<Written> {
    let text = text.trim_start_matches('\u{FEFF}');
    match table(text) {
        Some(people) => people,
        None => text.lines().zip(1..).flat_map(|(line, number)| in_line(line, number)).collect(),
    }
}

// --- a table -----------------------------------------------------------------------------------------------------------

/// What the columns are called; German and French beside the words of our own export.
const EMAIL: &[&str] =
    &["email", "e-mail", "mail", "e-mail address", "email address", "adresse", "e-mail-adresse", "courriel"];
const FIRST: &[&str] = &["first_name", "first name", "firstname", "given name", "vorname", "prénom"];
const LAST: &[&str] = &["last_name", "last name", "lastname", "surname", "family name", "nachname", "nom"];
const NAME: &[&str] = &["name", "full name", "full_name"];
const SERIALS: &[&str] = &["serial_numbers", "serial numbers", "serial_number", "serial number"];
const GRANTS: &[&str] = &["grants"];

/// Read as a table where the first line that is not empty names a column of addresses.
fn table(text: &str) -> Option<Vec<Written>> {
    let head = text.lines().find(|line| !line.trim().is_empty())?;
    let count = |separator: char| head.matches(separator).count();
    let separator = [';', '\t', ','].into_iter().max_by_key(|s| count(*s)).filter(|s| count(*s) > 0).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(u8::try_from(separator).ok()?).flexible(true).has_headers(false).trim(csv::Trim::All);
    let mut rows = reader.from_reader(text.as_bytes()).into_records();
    let head = rows.next()?.ok()?;
    let of = |names: &[&str]| head.iter().position(|cell| names.contains(&cell.to_lowercase().as_str()));
    let email = of(EMAIL)?;
    let (first, last, name, serials, grants) = (of(FIRST), of(LAST), of(NAME), of(SERIALS), of(GRANTS));
    let read = |row: csv::StringRecord| {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
        let words = |at: Option<usize>| cell(at).split_whitespace().map(str::to_owned).collect::<Vec<String>>();
        let (whole_first, whole_last) = split_name(&cell(name));
        let given = |own: String, whole: String| if own.is_empty() { whole } else { own };
        Written {
            line: row.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0)),
            email: cell(Some(email)),
            first_name: given(cell(first), whole_first),
            last_name: given(cell(last), whole_last),
            serials: words(serials),
            grants: grants.map(|at| words(Some(at))),
        }
    };
    let empty = |row: &csv::StringRecord| row.iter().all(str::is_empty);
    Some(rows.filter_map(Result::ok).filter(|row| !empty(row)).map(read).collect())
}

// --- lines -------------------------------------------------------------------------------------------------------------

/// One line: a name and an address in whatever order, or several people with separators between them.
fn in_line(line: &str, number: usize) -> Vec<Written> {
    let mut people = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    for piece in pieces(line) {
        let (before, address, after) = address_in(&piece);
        let Some(address) = address else {
            waiting.push(piece);
            continue;
        };
        // A name of its own, or what stood before it: "Ruiz, Ana, ana@x.example" is one person.
        let named = [before, after].into_iter().find(|name| !name.is_empty());
        let (first_name, last_name) = match (named, waiting.as_slice()) {
            (Some(name), []) => split_name(&name),
            (Some(name), [last]) => (name, last.clone()),
            (None, [name]) => split_name(name),
            (None, [first, last]) => (first.clone(), last.clone()),
            _ => <(String, String)>::default(),
        };
        waiting.clear();
        people.push(Written { line: number, email: address, first_name, last_name, ..Written::default() });
    }
    after_the_last(&mut people, waiting, number);
    people
}

/// What follows the last address is its name ("ana@x.example; Ana; Ruiz"); a line without any is shown as it is.
fn after_the_last(people: &mut Vec<Written>, waiting: Vec<String>, number: usize) {
    match (people.as_mut_slice(), waiting.as_slice()) {
        (_, []) => {}
        ([only], [name]) if only.last_name.is_empty() => (only.first_name, only.last_name) = split_name(name),
        ([only], [first, last]) if only.last_name.is_empty() => {
            (only.first_name, only.last_name) = (first.clone(), last.clone());
        }
        _ => people.extend(waiting.into_iter().map(|email| Written { line: number, email, ..Written::default() })),
    }
}

/// The parts of a line between separators that stand outside quotes and angle brackets.
fn pieces(line: &str) -> Vec<String> {
    let (mut all, mut piece, mut quoted, mut bracketed) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' => bracketed = true,
            '>' => bracketed = false,
            _ => {}
        }
        match c {
            ',' | ';' | '\t' if !quoted && !bracketed => all.push(std::mem::take(&mut piece)),
            '"' => {}
            _ => piece.push(c),
        }
    }
    all.push(piece);
    all.iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect()
}

/// What stands before the address of a piece, the address, and what stands after it.
fn address_in(piece: &str) -> (String, Option<String>, String) {
    let own = |text: &str| text.trim().trim_matches('\'').to_owned();
    if let Some((name, rest)) = piece.split_once('<') {
        let (address, after) = rest.split_once('>').unwrap_or((rest, ""));
        return (own(name), Some(address.trim().trim_start_matches("mailto:").to_owned()), own(after));
    }
    let bare = |word: &str| word.trim_matches(['(', ')', '[', ']']).trim_start_matches("mailto:").to_owned();
    let words: Vec<&str> = piece.split_whitespace().collect();
    let at = words.iter().position(|word| is_address(&bare(word)));
    let at = at.or_else(|| words.iter().position(|word| word.contains('@')));
    match at.and_then(|at| Some((at, words.split_at_checked(at)?))) {
        Some((at, (before, _))) => {
            let after = words.get(at + 1..).unwrap_or_default();
            (own(&before.join(" ")), words.get(at).map(|word| bare(word)), own(&after.join(" ")))
        }
        None => (String::new(), None, String::new()),
    }
}

/// `Ana Maria Ruiz` → first `Ana Maria`, last `Ruiz`; `Ruiz, Ana` the other way round.
pub fn split_name(name: &str) -> (String, String) {
    let name = name.trim();
    if let Some((last, first)) = name.split_once(',') {
        return (first.trim().to_owned(), last.trim().to_owned());
    }
    match name.rsplit_once(char::is_whitespace) {
        Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
        None => (name.to_owned(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, String)> {
        people(text).into_iter().map(|p| (p.email, p.first_name, p.last_name)).collect()
    }

    #[test]
    fn each_form_gives_the_same_person() {
        let ana = ("ana@x.example".to_owned(), "Ana".to_owned(), "Ruiz".to_owned());
        for form in [
            "Ana Ruiz <ana@x.example>",
            "\"Ana Ruiz\" <ana@x.example>",
            "\"Ruiz, Ana\" <ana@x.example>",
            "'Ana Ruiz' <mailto:ana@x.example>",
            "Ana Ruiz ana@x.example",
            "ana@x.example Ana Ruiz",
            "Ana Ruiz (ana@x.example)",
            "Ana Ruiz, ana@x.example",
            "Ana, Ruiz, ana@x.example",
            "ana@x.example, Ana Ruiz",
            "ana@x.example;Ana;Ruiz",
            "ana@x.example\tAna\tRuiz",
            "  Ana   Ruiz\t<ana@x.example>  ",
            "\u{FEFF}email,first_name,last_name\nana@x.example,Ana,Ruiz",
            "E-Mail;Vorname;Nachname\r\nana@x.example;Ana;Ruiz\r\n",
            "Name\tMail\nAna Ruiz\tana@x.example\n",
            "last name,first name,e-mail\n\"Ruiz\",\"Ana\",ana@x.example\n\n",
        ] {
            assert_eq!(read(form), std::slice::from_ref(&ana), "{form}");
        }
    }

    #[test]
    fn many_stand_in_one_line_or_one_each() {
        let all = read("Ana Ruiz <ana@x.example>; Bo Li <bo@x.example>, c@x.example\n\nd@x.example");
        let emails: Vec<&str> = all.iter().map(|(email, ..)| email.as_str()).collect();
        assert_eq!(emails, ["ana@x.example", "bo@x.example", "c@x.example", "d@x.example"]);
        assert_eq!(all[1].1, "Bo");
        assert_eq!(people("a@x.example\n\nb@x.example")[1].line, 3);
    }

    #[test]
    fn nothing_is_left_out() {
        assert_eq!(read("Ana Ruiz"), [("Ana Ruiz".to_owned(), String::new(), String::new())]);
        assert_eq!(read("ana@x")[0].0, "ana@x");
        assert_eq!(
            read("Ana Ruiz <ana x.example>")[0],
            ("ana x.example".to_owned(), "Ana".to_owned(), "Ruiz".to_owned())
        );
        assert!(read("\n \n").is_empty() && read("email\n").is_empty());
    }

    #[test]
    fn a_table_may_name_serial_numbers_and_grants() {
        let text = "email,contract_number,serial_numbers,grants\na@x.example,1,390-1 390-2,releases support\nb@x.example,1,,\n";
        let all = people(text);
        assert_eq!((all[0].serials.len(), all[0].grants.as_ref().map(Vec::len), all[0].line), (2, Some(2), 2));
        assert_eq!((all[1].serials.len(), all[1].grants.as_ref().map(Vec::len)), (0, Some(0)));
    }

    #[test]
    fn files_are_read_in_the_encodings_of_spreadsheets() {
        let text = "Zoë Müller <zoe@x.example>";
        let utf16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let (windows, _, _) = WINDOWS_1252.encode(text);
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            utf16,
            utf16be,
            windows.into_owned(),
        ] {
            assert_eq!(decoded(&bytes).trim_start_matches('\u{FEFF}'), text);
        }
    }
}
