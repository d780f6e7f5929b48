//! Reads one file, row by row, as RFC 4180 has it, and strictly: a stray quote is an error with its line and not a guess.
//! (The csv crate takes `"1"0` for `10` and would let a typo through.)
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

/// Longest row, in bytes: the serial numbers of one user on a large contract. What is longer is a quote that never ends.
pub const LONGEST_ROW: usize = 4 << 20;
const BUFFER: usize = 1 << 18;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why a row cannot be read. After `stops` nothing more of the file can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What to do.
    pub message: &'static str,
    /// The rest of the file was not read.
    pub stops: bool,
}

const NOT_UTF8: Broken = Broken { message: "is not UTF-8; save the file as UTF-8", stops: false };
const UTF16: Broken = Broken { message: "the file is UTF-16; save it as UTF-8", stops: true };
const STRAY_QUOTE: Broken = Broken {
    message: "a quote in the middle of a field; put the field in quotes and write \"\" for one quote",
    stops: false,
};
const OPEN_QUOTE: Broken =
    Broken { message: "a quote opens here and never closes; the rest of the file was not read", stops: true };
const TOO_LONG: Broken =
    Broken { message: "the row is longer than 4 MB; the rest of the file was not read", stops: true };

/// The rows of one file.
pub struct Rows<R> {
    input: BufReader<R>,
    separator: u8,
    line: i64,
    next_line: i64,
    read: u64,
    raw: Vec<u8>,
    text: String,
    fields: Vec<Range<usize>>,
    inside: bool,
    over: bool,
}

impl<R: Read> Rows<R> {
    /// Starts to read. The separator is what the first line has more of.
    pub fn new(input: R) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(BUFFER, input);
        let begin = input.fill_buf()?;
        let bom = if begin.starts_with(BOM) { BOM.len() } else { 0 };
        let first = begin.get(bom..).unwrap_or_default();
        let first = first.split(|b| *b == b'\n').next().unwrap_or_default();
        let count = |separator: u8| first.iter().filter(|b| **b == separator).count();
        let separator = if count(b';') > count(b',') { b';' } else { b',' };
        input.consume(bom);
        let (raw, text, fields) = (Vec::new(), String::new(), Vec::new());
        Ok(Self {
            input,
            separator,
            line: 0,
            next_line: 1,
            read: bom as u64,
            raw,
            text,
            fields,
            inside: false,
            over: false,
        })
    }

    /// Goes to the next row that is not empty. `false`: there is none.
    pub fn next(&mut self) -> io::Result<Result<bool, Broken>> {
        loop {
            if self.over || !self.fetch()? {
                return Ok(Ok(false));
            }
            if self.raw.len() > LONGEST_ROW {
                self.over = true;
                return Ok(Err(if self.inside { OPEN_QUOTE } else { TOO_LONG }));
            }
            if self.line == 1 && (self.raw.starts_with(b"\xff\xfe") || self.raw.starts_with(b"\xfe\xff")) {
                self.over = true;
                return Ok(Err(UTF16));
            }
            if !self.raw.is_empty() {
                let split = self.split();
                self.over = split.is_err_and(|broken| broken.stops);
                return Ok(split.map(|()| true));
            }
        }
    }

    /// Reads lines until the quotes are closed; the line end goes.
    fn fetch(&mut self) -> io::Result<bool> {
        self.raw.clear();
        self.line = self.next_line;
        self.inside = false;
        loop {
            let from = self.raw.len();
            let most = (LONGEST_ROW + 2 - from.min(LONGEST_ROW)) as u64;
            let read = (&mut self.input).take(most).read_until(b'\n', &mut self.raw)?;
            self.read += read as u64;
            let ended = self.raw.ends_with(b"\n");
            self.next_line += i64::from(ended);
            self.follow_quotes(from);
            if read == 0 || self.raw.len() > LONGEST_ROW || (ended && !self.inside) {
                break;
            }
        }
        let there = !self.raw.is_empty();
        if self.raw.last() == Some(&b'\n') {
            self.raw.pop();
            if self.raw.last() == Some(&b'\r') {
                self.raw.pop();
            }
        }
        Ok(there)
    }

    /// Whether the line that was read last ends inside quotes. They open only where a field begins: a stray quote must not
    /// swallow the lines that follow.
    fn follow_quotes(&mut self, from: usize) {
        let line = self.raw.get(from..).unwrap_or_default();
        if !self.inside && !line.contains(&b'"') {
            return;
        }
        let mut bytes = line.iter().copied().peekable();
        let mut begins = from == 0;
        while let Some(byte) = bytes.next() {
            match (self.inside, byte) {
                (true, b'"') if bytes.next_if_eq(&b'"').is_none() => self.inside = false,
                (false, b'"') => self.inside = begins,
                _ => {}
            }
            begins = !self.inside && byte == self.separator;
        }
    }

    fn split(&mut self) -> Result<(), Broken> {
        self.text.clear();
        self.fields.clear();
        let row = std::str::from_utf8(&self.raw).map_err(|_| NOT_UTF8)?;
        let mut rest = Some(row);
        while let Some(at) = rest {
            let from = self.text.len();
            rest = match at.strip_prefix('"') {
                Some(quoted) => after_quoted(quoted, &mut self.text, self.separator)?,
                None => after_plain(at, &mut self.text, self.separator)?,
            };
            self.fields.push(from..self.text.len());
        }
        Ok(())
    }

    /// The line on which this row begins, from 1.
    pub fn line(&self) -> i64 {
        self.line
    }

    /// Bytes read so far.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// How many fields this row has.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// A field of this row; empty where there is none.
    pub fn field(&self, index: usize) -> &str {
        self.fields.get(index).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }

    /// The row as it stands in the file.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

/// What follows a field in quotes, whose opening quote is gone.
fn after_quoted<'a>(mut at: &'a str, text: &mut String, separator: u8) -> Result<Option<&'a str>, Broken> {
    loop {
        let (part, rest) = at.split_once('"').ok_or(OPEN_QUOTE)?;
        text.push_str(part);
        match rest.as_bytes().first() {
            None => return Ok(None),
            Some(b'"') => text.push('"'),
            Some(byte) if *byte == separator => return Ok(rest.get(1..)),
            Some(_) => return Err(STRAY_QUOTE),
        }
        at = rest.get(1..).unwrap_or_default();
    }
}

fn after_plain<'a>(at: &'a str, text: &mut String, separator: u8) -> Result<Option<&'a str>, Broken> {
    let (field, rest) = match at.split_once(char::from(separator)) {
        Some((field, rest)) => (field, Some(rest)),
        None => (at, None),
    };
    if field.contains('"') {
        return Err(STRAY_QUOTE);
    }
    text.push_str(field);
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(input: &[u8]) -> Vec<(i64, Result<Vec<String>, Broken>)> {
        let (mut rows, mut all) = (Rows::new(input).unwrap(), Vec::new());
        loop {
            let next = rows.next().unwrap();
            let fields = (0..rows.len()).map(|i| rows.field(i).to_owned()).collect();
            match next {
                Ok(false) => return all,
                Ok(true) => all.push((rows.line(), Ok(fields))),
                Err(broken) => all.push((rows.line(), Err(broken))),
            }
        }
    }

    fn ok(line: i64, fields: &[&str]) -> (i64, Result<Vec<String>, Broken>) {
        (line, Ok(fields.iter().map(|f| (*f).to_owned()).collect()))
    }

    #[test]
    fn both_separators_and_line_ends() {
        let expected = [ok(1, &["a", "b"]), ok(2, &["1, one", "2; \"two\""]), ok(4, &["", "é"])];
        assert_eq!(rows("a,b\n\"1, one\",\"2; \"\"two\"\"\"\n\n,é".as_bytes()), expected);
        assert_eq!(rows("\u{feff}a;b\r\n1, one;\"2; \"\"two\"\"\"\r\n\r\n;é\r\n".as_bytes()), expected);
    }

    #[test]
    fn a_quoted_field_spans_lines_and_the_count_goes_on() {
        assert_eq!(rows(b"a,b\n\"1\n2\",3\n4,5\n"), [ok(1, &["a", "b"]), ok(2, &["1\n2", "3"]), ok(4, &["4", "5"])]);
    }

    #[test]
    fn broken_rows_have_their_line_and_the_next_are_read() {
        let found = rows(b"a,b\n\"1\"0,2\nx\"y\"z,2\n\xff,2\n3,4\n");
        let expected =
            [ok(1, &["a", "b"]), (2, Err(STRAY_QUOTE)), (3, Err(STRAY_QUOTE)), (4, Err(NOT_UTF8)), ok(5, &["3", "4"])];
        assert_eq!(found, expected);
        let stray = rows(b"a,b\n5\" pipe,2\n3,4\n");
        assert_eq!(stray, [ok(1, &["a", "b"]), (2, Err(STRAY_QUOTE)), ok(3, &["3", "4"])]);
        assert_eq!(rows(b"a,b\n\"1,2\n3,4\n").last(), Some(&(2, Err(OPEN_QUOTE))));
        assert_eq!(rows(b"\xff\xfea\0,\0b\0\n\0"), [(1, Err(UTF16))]);
    }

    #[test]
    fn a_row_has_an_end() {
        let mut long = b"a\n\"".to_vec();
        long.resize(LONGEST_ROW + 10, b'x');
        assert_eq!(rows(&long).last(), Some(&(2, Err(OPEN_QUOTE))));
        let long = vec![b'x'; LONGEST_ROW + 1];
        assert_eq!(rows(&long), [(1, Err(TOO_LONG))]);
        assert_eq!(rows(&long[1..]).len(), 1);
    }
}
