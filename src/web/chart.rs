//! Small charts as SVG, their sizes in attributes; the numbers stand beside them as text.
use maud::{Markup, html};

/// Units of a bar's width.
const WIDE: i64 = 100;

/// How much of a whole: a bar that is full at all of it.
pub fn share(part: i64, whole: i64) -> Markup {
    let filled = if whole <= 0 { 0 } else { (part.clamp(0, whole) * WIDE) / whole };
    html! {
        svg.share viewBox={ "0 0 " (WIDE) " 6" } width=(WIDE) height="6" preserveAspectRatio="none" aria-hidden="true" {
            rect.of width=(WIDE) height="6" rx="3" {}
            rect.part width=(filled) height="6" rx="3" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_bar_is_never_longer_than_its_whole() {
        let width = |part, whole| {
            share(part, whole)
                .into_string()
                .split("part\" width=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!([width(0, 4), width(1, 4), width(4, 4), width(9, 4), width(1, 0)], ["0", "25", "100", "100", "0"]);
    }
}
