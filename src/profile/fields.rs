//! Fields that offer a choice: a list to pick from, and a line with suggestions, wired like every other field.
use maud::{Markup, html};

/// A list to pick from.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Name in the form and id on the page.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// How to fill it in; may be empty.
    pub hint: &'a str,
    /// Value and words of each.
    pub options: &'a [(&'a str, &'a str)],
    /// The one that is chosen.
    pub value: &'a str,
    /// What to do about it.
    pub error: Option<&'a str>,
    /// What a browser may fill in by itself.
    pub autocomplete: &'static str,
}

fn around(
    name: &str,
    label: &str,
    hint: &str,
    error: Option<&str>,
    control: impl FnOnce(Option<String>) -> Markup,
) -> Markup {
    let hinted = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let faulty = error.map(|_| format!("{name}-error"));
    let described: Vec<String> = [&faulty, &hinted].into_iter().flatten().cloned().collect();
    html! {
        div.row-field {
            label.lab for=(name) { (label) }
            @if let Some(id) = &hinted { p.hint id=(id) { (hint) } }
            @if let (Some(id), Some(error)) = (&faulty, error) { p.hint.bad id=(id) { (error) } }
            (control((!described.is_empty()).then(|| described.join(" "))))
        }
    }
}

impl Choice<'_> {
    /// A native list. A value that is none of the options is kept and shown as it is.
    pub fn render(&self) -> Markup {
        let Choice { name, value, options, autocomplete, .. } = *self;
        let known = options.iter().any(|(option, _)| *option == value);
        around(name, self.label, self.hint, self.error, |described| {
            html! {
                select.box id=(name) name=(name) autocomplete=(autocomplete) aria-describedby=[described]
                    aria-invalid=[self.error.map(|_| "true")] {
                    @if !known { option value=(value) selected { (value) } }
                    @for (option, words) in options { option value=(option) selected[*option == value] { (words) } }
                }
            }
        })
    }

    /// A line that suggests the options while one types.
    pub fn searched(&self) -> Markup {
        let Choice { name, value, options, autocomplete, .. } = *self;
        let list = format!("{name}-list");
        around(name, self.label, self.hint, self.error, |described| {
            html! {
                input.box type="text" id=(name) name=(name) value=(value) list=(list) autocomplete=(autocomplete)
                    spellcheck="false" aria-describedby=[described] aria-invalid=[self.error.map(|_| "true")];
                datalist id=(list) { @for (option, _) in options { option value=(option) {} } }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_wires_its_error_and_keeps_what_is_not_on_the_list() {
        let (name, label, hint) = ("language", "Language", "of mails");
        let options = [("en", "English")];
        let choice = Choice {
            name,
            label,
            hint,
            options: &options,
            value: "xx",
            error: Some("Choose one"),
            autocomplete: "language",
        };
        let html = choice.render().into_string();
        assert!(html.contains(r#"aria-describedby="language-error language-hint" aria-invalid="true""#), "{html}");
        assert!(html.contains(r#"<option value="xx" selected>xx</option>"#), "{html}");
        let known = Choice { value: "en", error: None, ..choice }.render().into_string();
        assert!(known.contains(r#"<option value="en" selected>"#) && !known.contains("aria-invalid"));
    }
}
