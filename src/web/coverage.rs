//! The coverage strip, the product's motif: who coordinates how many serial numbers of a contract, one cell each, dashed
//! and hatched where it is the Contract Manager by default. The figures are always there as words, too.
use super::person::{PersonRef, avatar, avatar_default};
use super::words::{number, serial_numbers};
use super::{filters::Filters, samples};
use maud::{Markup, html};

/// Up to so many serial numbers have a cell each; more are one stacked bar.
const CELLS: i64 = 60;
/// So many people get a chip of their own.
const CHIPS: usize = 12;

/// A coordinator and how many serial numbers he or she has.
#[derive(Clone, Debug)]
pub struct Share {
    /// The coordinator.
    pub person: PersonRef,
    /// So many serial numbers.
    pub n: i64,
}

/// Who coordinates the serial numbers of one contract.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// Coordinators by assignment at any level, those with most first.
    pub named: Vec<Share>,
    /// So many are the Contract Manager's by default.
    pub by_default: i64,
    /// The Contract Manager.
    pub manager: PersonRef,
}

impl Coverage {
    /// All serial numbers.
    pub fn total(&self) -> i64 {
        self.assigned() + self.by_default
    }

    /// Those with a coordinator by assignment.
    pub fn assigned(&self) -> i64 {
        self.named.iter().map(|share| share.n).sum()
    }

    /// The finding as a sentence.
    pub fn sentence(&self) -> String {
        let (all, left) = (self.total(), self.by_default);
        let (named, whose) = match self.manager.you {
            true => ("a coordinator you named", "yours by default".to_owned()),
            false => ("a coordinator by name", format!("{}’s by default", self.manager.name)),
        };
        if all == 0 {
            return "No serial numbers on this contract yet.".to_owned();
        }
        if left == 0 {
            return match all {
                1 => format!("The one serial number has {named}."),
                _ => format!("All {} have {named}.", serial_numbers(all)),
            };
        }
        if left == all {
            return match all {
                1 => format!("The one serial number is {whose}."),
                _ => format!("All {} are {whose}.", serial_numbers(all)),
            };
        }
        let rest = match left {
            1 => "The last one is".to_owned(),
            _ => format!("The other {} are", number(left)),
        };
        let verb = if all - left == 1 { "has" } else { "have" };
        format!("{} of {} {verb} {named}. {rest} {whose}.", number(all - left), serial_numbers(all))
    }

    /// "Assign the other 3".
    pub fn rest(&self) -> String {
        match self.by_default {
            1 if self.total() > 1 => "Assign the last one".to_owned(),
            1 => "Assign coordinator".to_owned(),
            n if n == self.total() => format!("Assign all {}", number(n)),
            n => format!("Assign the other {}", number(n)),
        }
    }

    /// "9 of 12 named": for one line of a list.
    pub fn short(&self) -> String {
        match (self.total(), self.by_default) {
            (0, _) => "None yet".to_owned(),
            (all, 0) => format!("All {} named", number(all)),
            (all, left) => format!("{} of {} by default", number(left), number(all)),
        }
    }

    /// The coordinators in the order of the strip: those with most first, but nobody beside somebody of the same colour
    /// where another order avoids it.
    fn arranged(&self) -> Vec<&Share> {
        let mut left: Vec<&Share> = self.named.iter().collect();
        let mut out: Vec<&Share> = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let last = out.last().map(|share| share.person.colour);
            let next = left.iter().position(|share| Some(share.person.colour) != last).unwrap_or(0);
            out.push(left.remove(next));
        }
        out
    }

    /// The example of the sample contract.
    pub fn sample() -> Coverage {
        let [maya, tomas, priya, hana, owen] = samples::coordinators();
        let share = |person, n| Share { person, n };
        Coverage {
            named: vec![share(maya, 3), share(tomas, 2), share(priya, 2), share(owen, 1), share(hana, 1)],
            by_default: 3,
            manager: samples::elena(),
        }
    }
}

/// The strip, labelled by the element `cover-p` that holds the sentence. `only` dims everybody else.
pub fn strip(coverage: &Coverage, only: &str) -> Markup {
    if coverage.total() > CELLS {
        return html! {
            svg.stack viewBox="0 0 1000 36" preserveAspectRatio="none" height="36" role="img" aria-labelledby="cover-p" {
                (bars(coverage, 36, only))
            }
        };
    }
    html! {
        div.strip #strip role="img" aria-labelledby="cover-p" {
            @for share in coverage.arranged() {
                @for _ in 0..share.n {
                    span.dim[!only.is_empty() && only != share.person.email] data-c=(share.person.colour) {
                        (share.person.initials())
                    }
                }
            }
            @for _ in 0..coverage.by_default {
                span.none.dim[!only.is_empty() && only != "default"] { b { (coverage.manager.initials()) } }
            }
        }
    }
}

/// The same in the height of a line, for lists; the words stand beside it.
pub fn mini(coverage: &Coverage) -> Markup {
    html! {
        span.mini {
            svg.stack viewBox="0 0 1000 12" preserveAspectRatio="none" height="12" aria-hidden="true" {
                (bars(coverage, 12, ""))
            }
            small { (coverage.short()) }
        }
    }
}

fn bars(coverage: &Coverage, height: i64, only: &str) -> Markup {
    let total = coverage.total().max(1);
    let mut done = 0;
    let mut piece = |n: i64| {
        let from = done * 1000 / total;
        done += n;
        (from, done * 1000 / total - from)
    };
    let dim = |key: &str| !only.is_empty() && only != key;
    html! {
        @for share in coverage.arranged() {
            @let (x, width) = piece(share.n);
            rect.dim[dim(&share.person.email)] data-c=(share.person.colour) x=(x) width=(width) height=(height) {}
        }
        @if coverage.by_default > 0 {
            @let (x, width) = piece(coverage.by_default);
            rect.none.dim[dim("default")] x=(x) width=(width) height=(height) {}
        }
    }
}

/// One chip per coordinator, which filters the table at `path`; the pressed one takes the filter away again.
pub fn legend(coverage: &Coverage, path: &str, filters: &Filters) -> Markup {
    let hidden = coverage.named.len().saturating_sub(CHIPS);
    let chip = |key: &str, content: Markup| {
        let on = filters.coordinator == key;
        let coordinator = if on { String::new() } else { key.to_owned() };
        let href = Filters { coordinator, ..filters.clone() }.link(path);
        html! { a.chip href=(href) data-id=(key) aria-current=[on.then_some("true")] { (content) } }
    };
    html! {
        div.legend #legend role="group" aria-label="Show only serial numbers of" {
            @for Share { person, n } in coverage.arranged().into_iter().take(CHIPS) {
                (chip(&person.email, html! { (avatar(person)) (person.display()) " " b { (number(*n)) } }))
            }
            @if hidden > 0 { span.chip.plain { "and " (hidden) " more people" } }
            @if coverage.by_default > 0 {
                @let name = &coverage.manager.name;
                (chip("default", html! {
                    (avatar_default(&coverage.manager))
                    @if coverage.manager.you { "Yours by default" } @else { (name) ", by default" }
                    " " b { (number(coverage.by_default)) }
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_counts_those_by_default() {
        let mut coverage = Coverage::sample();
        assert_eq!(
            coverage.sentence(),
            "9 of 12 serial numbers have a coordinator you named. The other 3 are yours by default."
        );
        assert_eq!(coverage.rest(), "Assign the other 3");
        coverage.by_default = 0;
        assert_eq!(coverage.sentence(), "All 9 serial numbers have a coordinator you named.");
        coverage.by_default = 1;
        assert!(coverage.sentence().ends_with("The last one is yours by default."));
        coverage.named.clear();
        coverage.manager.you = false;
        assert_eq!(coverage.sentence(), "The one serial number is Elena Ostrava’s by default.");
    }

    #[test]
    fn a_cell_each_up_to_sixty_then_one_bar_without_gaps() {
        let mut coverage = Coverage::sample();
        assert_eq!(strip(&coverage, "").into_string().matches("<span").count(), 12);
        coverage.by_default = 348;
        let bar = strip(&coverage, "default").into_string();
        assert_eq!((bar.matches("<rect").count(), bar.matches("\"dim\"").count()), (6, 5));
        let widths = bar.split("width=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok());
        assert_eq!(widths.sum::<i64>(), 1000);
    }

    #[test]
    fn neighbours_differ_in_colour_where_they_can() {
        let mut coverage = Coverage::sample();
        coverage.named.iter_mut().zip([1, 1, 1, 2, 3]).for_each(|(share, colour)| share.person.colour = colour);
        let colours: Vec<u8> = coverage.arranged().iter().map(|share| share.person.colour).collect();
        assert_eq!(colours, [1, 2, 1, 3, 1]);
    }
}
