//! A statement: a text known at compile time, its values apart.
use std::borrow::Cow;

/// One bound value. `None` is a NULL that still has its type: PostgreSQL refuses an untyped one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// TEXT
    Text(Option<String>),
    /// INT and ids
    Int(Option<i64>),
    /// BOOL
    Bool(Option<bool>),
    /// BLOB
    Blob(Option<Vec<u8>>),
}

macro_rules! from {
    ($($from:ty => $kind:ident),*) => {$(
        impl From<$from> for Value {
            fn from(v: $from) -> Self { Value::$kind(Some(v.into())) }
        }
        impl From<Option<$from>> for Value {
            fn from(v: Option<$from>) -> Self { Value::$kind(v.map(Into::into)) }
        }
    )*};
}
from!(&str => Text, String => Text, i64 => Int, bool => Bool, Vec<u8> => Blob, &[u8] => Blob);

impl From<crate::time::Day> for Value {
    fn from(day: crate::time::Day) -> Self {
        Value::Text(Some(day.to_string()))
    }
}
impl From<Option<crate::time::Day>> for Value {
    fn from(day: Option<crate::time::Day>) -> Self {
        Value::Text(day.map(|d| d.to_string()))
    }
}

/// Rows of one bulk statement: what a hundred thousand serial numbers or five thousand mails need is one.
const MANY: usize = 100_000;
/// Around the place of the rows in a text, which [`super::Dialect`] fills in when it runs: no input has it there.
pub(super) const ROWS: char = '\u{1}';

/// A statement under construction. Only constants can be pushed, so that no input ever becomes SQL.
#[derive(Clone, Debug)]
#[must_use]
pub struct Sql {
    pub(super) text: Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

/// Starts a statement. Placeholders are `$1`, `$2` … on both databases.
pub fn sql(text: &'static str) -> Sql {
    Sql { text: Cow::Borrowed(text), values: Vec::new() }
}

impl Sql {
    /// Binds the next placeholder.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Appends a constant: a filter that is on, a scope's condition, the order.
    pub fn push(mut self, text: &'static str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Appends the next placeholder and binds it.
    pub fn push_bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        let placeholder = format!("${}", self.values.len());
        self.text.to_mut().push_str(&placeholder);
        self
    }

    /// Appends a SELECT of these rows, whose columns are called `column1`, `column2` … They travel as one value, a JSON
    /// array, so that a statement has one text however many there are: thousands of placeholders took both databases half a
    /// second to read. Takes one of [`Sql::batches`]; each row has `width` texts.
    pub fn push_rows(mut self, width: usize, rows: &[Vec<Option<String>>]) -> Self {
        // PostgreSQL has no text with a NUL in it.
        let plain = |cell: &Option<String>| cell.as_ref().map(|text| text.replace('\0', "\u{FFFD}"));
        let rows: Vec<Vec<Option<String>>> = rows.iter().map(|row| row.iter().map(plain).collect()).collect();
        self.values.push(Value::Text(serde_json::to_string(&rows).ok()));
        let place = format!("{ROWS}{width}:{}{ROWS}", self.values.len());
        self.text.to_mut().push_str(&place);
        self
    }

    /// As [`Sql::push_rows`], with one column.
    pub fn push_values(self, rows: &[String]) -> Self {
        let rows: Vec<Vec<Option<String>>> = rows.iter().map(|r| vec![Some(r.clone())]).collect();
        self.push_rows(1, &rows)
    }

    /// Cuts a list into parts that one statement can take.
    pub fn batches<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
        rows.chunks(MANY)
    }

    /// The text, for the test that prepares each one.
    pub fn text(&self) -> &str {
        &self.text
    }
}
