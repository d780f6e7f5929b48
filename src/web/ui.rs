//! Small components that every page uses: icons, pills, fields with their errors, messages.
use super::words::number;
use maud::{Markup, Render, html};

/// What a pill or message means; its colour never stands alone, an icon and a word are beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Done, in order.
    #[default]
    Good,
    /// Needs attention.
    Warn,
    /// Broken.
    Bad,
    /// Good to know.
    Info,
}

impl Tone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Info => "info",
        }
    }

    /// The icon that goes with it.
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Good => "check",
            Tone::Warn | Tone::Bad => "alert",
            Tone::Info => "clock",
        }
    }
}

/// A symbol of `web/icons.svg`; decoration, always beside a word.
pub fn icon(name: &str) -> Markup {
    html! { svg.i aria-hidden="true" { use href={ "#i-" (name) } {} } }
}

/// A status as icon and words.
pub fn pill(tone: Tone, symbol: &str, words: &str) -> Markup {
    html! { span class={ "pill " (tone.class()) } { (icon(symbol)) (words) } }
}

/// The token that each form carries back.
pub fn csrf(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// A hidden field; nothing where there is no value.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
}

/// How a field is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// An address.
    Email,
    /// A calendar day.
    Date,
    /// A secret, shown as dots and never sent back to the page.
    Password,
    /// Figures from elsewhere.
    Code,
}

/// One field with its label, hint and error, which point to each other once and for all.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Name in the form and id on the page.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// How to fill it in; empty: it is plain.
    pub hint: &'a str,
    /// How it is filled in.
    pub kind: Kind,
    /// What was typed.
    pub value: &'a str,
    /// What to do about it.
    pub error: Option<&'a str>,
    /// What a browser may fill in by itself (`autocomplete`).
    pub autocomplete: &'static str,
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let name = self.name;
        let kind = match self.kind {
            Kind::Text => "text",
            Kind::Email => "email",
            Kind::Date => "date",
            Kind::Password => "password",
            Kind::Code => "text",
        };
        let figures = (self.kind == Kind::Code).then_some("numeric");
        let value = if self.kind == Kind::Password { "" } else { self.value };
        let hint = (!self.hint.is_empty()).then(|| format!("{name}-hint"));
        let error = self.error.map(|_| format!("{name}-error"));
        let described: Vec<String> = [&error, &hint].into_iter().flatten().cloned().collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            div.row-field {
                label.lab for=(name) { (self.label) }
                @if let Some(id) = &hint { p.hint id=(id) { (self.hint) } }
                @if let (Some(id), Some(error)) = (&error, self.error) { p.hint.bad id=(id) { (error) } }
                input.box type=(kind) id=(name) name=(name) value=(value) autocomplete=(self.autocomplete) inputmode=[figures]
                    spellcheck="false" aria-describedby=[described] aria-invalid=[self.error.map(|_| "true")];
            }
        }
    }
}

/// One fault in a form.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The name of the field, which is also its id; empty: it concerns none.
    pub field: &'static str,
    /// What to do, in the same words as beside the field.
    pub text: String,
}

/// Something that changed under the reader's hands.
#[derive(Clone, Debug)]
pub struct ChangedRow {
    /// Serial number.
    pub serial: String,
    /// Product.
    pub product: String,
    /// Who coordinates it now.
    pub coordinator: String,
    /// "Elena Ostrava, 14:02 UTC": who changed it and when; empty if unknown.
    pub by: String,
}

/// Why a form was not carried out, above the form that still holds every entry.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// "There is a problem", or what happened: "2 of 12 changed since you opened this page".
    pub title: String,
    /// Each fault, with a link to its field.
    pub faults: Vec<Fault>,
    /// What somebody else changed meanwhile.
    pub changed: Vec<ChangedRow>,
    /// So many people would be written to: more than may be without asking. The form shows the tick.
    pub confirm: Option<i64>,
}

impl Problem {
    /// "There is a problem" with these faults.
    pub fn with(faults: Vec<Fault>) -> Problem {
        Problem { title: "There is a problem".to_owned(), faults, ..Problem::default() }
    }

    /// What is wrong with a field, if anything.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| fault.text.as_str())
    }

    /// An example: somebody else was quicker.
    pub fn sample() -> Problem {
        let row = |serial: &str, product: &str| ChangedRow {
            serial: serial.to_owned(),
            product: product.to_owned(),
            coordinator: "Priya Raman".to_owned(),
            by: "Elena Ostrava, 14:02 UTC".to_owned(),
        };
        Problem {
            title: "2 of 12 changed since you opened this page".to_owned(),
            faults: vec![Fault {
                field: "",
                text: "Nothing was applied. What you see now is up to date; apply again if it still fits.".to_owned(),
            }],
            changed: vec![
                row("390-41920577", "Formwork Architecture 2027"),
                row("390-41920578", "Formwork Architecture 2026"),
            ],
            confirm: None,
        }
    }
}

impl Render for Problem {
    fn render(&self) -> Markup {
        html! {
            div.errors #errors tabindex="-1" role="group" aria-labelledby="errors-h" {
                h2 #errors-h { (icon("alert")) (self.title) }
                @if !self.faults.is_empty() {
                    ul {
                        @for fault in &self.faults {
                            li {
                                @if fault.field.is_empty() { (fault.text) }
                                @else { a href={ "#" (fault.field) } { (fault.text) } }
                            }
                        }
                    }
                }
                @if !self.changed.is_empty() {
                    ul.changed {
                        @for row in &self.changed {
                            li {
                                span.serial { (row.serial) } " " (row.product) ": now " b { (row.coordinator) }
                                @if !row.by.is_empty() { small { " (" (row.by) ")" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The question before many people are written to: a tick, never a second page.
pub fn confirm_notices(people: i64) -> Markup {
    html! {
        label.check {
            input type="checkbox" name="confirm_notices" value=(people);
            span { "Write to " (number(people)) " people" small { "More than 50 get an e-mail by this change." } }
        }
    }
}

/// A message at the top of a page, after something was done. It stays until it is closed.
#[derive(Clone, Debug, Default)]
pub struct Flash {
    /// What happened, and who did it to how many: "Maya Lindqvist now coordinates 3 serial numbers."
    pub text: String,
    /// What follows: "E-mail goes out in 60 seconds."; may be empty.
    pub note: String,
    /// The change set that Undo takes back.
    pub undo: Option<String>,
    /// What it means.
    pub tone: Tone,
    /// The same page without the message.
    pub close: String,
}

impl Flash {
    /// The message with its Undo, which is a form of its own.
    pub fn render(&self, token: &str) -> Markup {
        html! {
            div class={ "flash " (self.tone.class()) } role="group" aria-labelledby="flash-t" tabindex="-1" {
                (icon(self.tone.icon()))
                p #flash-t { (self.text) @if !self.note.is_empty() { " " small { (self.note) } } }
                @if let Some(handle) = &self.undo {
                    form method="post" action={ "/change-sets/" (handle) "/undo" } {
                        (csrf(token)) (hidden("return_to", &self.close))
                        button.btn type="submit" #undo { "Undo" }
                    }
                }
                a.btn.quiet.icon #shut href=(self.close) { (icon("x")) span.vh { "Dismiss" } }
            }
        }
    }
}

/// A page without rows: what it is, why it is empty, one thing to do.
pub fn empty(title: &str, words: Markup) -> Markup {
    html! { div.none-found { h2 { (title) } p { (words) } } }
}

/// A line above a page that holds for all of it: a contract in grace, a lapsed one.
pub fn notice(tone: Tone, words: Markup) -> Markup {
    html! { div class={ "notice " (tone.class()) } { (icon(tone.icon())) p { (words) } } }
}

/// "Next 50" under a long list; nothing where everything is shown.
pub fn pages(first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pages aria-label="Pages" {
                @if let Some(href) = first { a.btn href=(href) { "First page" } }
                @if let Some(href) = next { a.btn href=(href) rel="next" { "Next page" (icon("to")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_wires_its_error_and_escapes_its_value() {
        let (name, label, hint, kind) = ("email", "E-mail", "of a colleague", Kind::Email);
        let field = Field { name, label, hint, kind, value: "<x>", error: Some("unknown"), autocomplete: "email" };
        let page = field.render().into_string();
        assert!(page.contains(r#"aria-describedby="email-error email-hint" aria-invalid="true""#), "{page}");
        assert!(page.contains("&lt;x&gt;") && page.contains(r#"id="email-error">unknown<"#));
        let plain = Field { error: None, hint: "", ..field }.render().into_string();
        assert!(!plain.contains("aria-describedby") && !plain.contains("aria-invalid"));
    }

    #[test]
    fn a_problem_links_to_the_fields_and_asks_before_many_are_written_to() {
        let fault = Fault { field: "until", text: "Choose a day after 1 Dec 2026".to_owned() };
        let problem = Problem::with(vec![fault]);
        let page = problem.render().into_string();
        assert!(page.contains(r##"<a href="#until">Choose a day after 1 Dec 2026</a>"##));
        let tick = confirm_notices(1234).into_string();
        assert!(tick.contains(r#"name="confirm_notices" value="1234""#) && tick.contains("Write to 1,234 people"));
        assert_eq!(problem.of("until"), Some("Choose a day after 1 Dec 2026"));
    }
}
