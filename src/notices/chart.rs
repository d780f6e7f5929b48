//! Notices sent, and what came back: a line of words, a bar, and the figures beside it.
use super::list::Counted;
use crate::web::words::{count, number};
use maud::{Markup, html};

/// "7 notices to your company since 1 Oct: 6 delivered, 1 came back"
pub fn sentence(counted: &Counted, whose: &str) -> String {
    let (counts, since) = (&counted.counts, counted.since.short());
    let parts = [(counts.delivered, "delivered"), (counts.came_back, "came back"), (counts.failed, "not delivered")];
    let waits = if counts.waiting == 1 { "waits" } else { "wait" };
    let parts: Vec<String> = parts
        .into_iter()
        .chain([(counts.waiting, waits)])
        .filter(|(n, _)| *n > 0)
        .map(|(n, words)| format!("{} {words}", number(n)))
        .collect();
    match counts.total() {
        0 => format!("No notices{whose} since {since}"),
        all => format!("{}{whose} since {since}: {}", count(all, "notice", "notices"), parts.join(", ")),
    }
}

/// The figure.
pub fn figure(counted: &Counted, whose: &str) -> Markup {
    let counts = &counted.counts;
    let parts = [
        (counts.delivered, "Delivered", "good"),
        (counts.waiting, "Waiting", "none"),
        (counts.failed, "Not delivered", "warn"),
        (counts.came_back, "Came back", "bad"),
    ];
    let total = counts.total().max(1);
    let mut done = 0;
    let mut piece = |n: i64| {
        let from = done * 1000 / total;
        done += n;
        (from, done * 1000 / total - from)
    };
    html! {
        figure.block.told aria-labelledby="told-h" {
            figcaption #told-h { (sentence(counted, whose)) "." }
            @if counts.total() > 0 {
                div.beside {
                    svg.stack viewBox="0 0 1000 36" preserveAspectRatio="none" height="36" role="img" aria-labelledby="told-h" {
                        @for (n, _, class) in parts.iter().filter(|(n, ..)| *n > 0) {
                            @let (x, width) = piece(*n);
                            rect class=(class) x=(x) width=(width) height="36" {}
                        }
                    }
                    table.plain.figures {
                        caption.vh { "Notices by what became of them" }
                        thead { tr { th scope="col" { "Notices" } th.num scope="col" { "Number" } } }
                        tbody {
                            @for (n, words, class) in &parts {
                                tr { th scope="row" { span.key-mark.(class) aria-hidden="true" {} (words) } td.num { (number(*n)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::list::Counts;
    use super::*;

    fn counted(delivered: i64, came_back: i64, waiting: i64) -> Counted {
        let since = "2026-10-01".parse().unwrap_or_else(|e| panic!("{e}"));
        Counted { since, counts: Counts { delivered, came_back, failed: 0, waiting }, lost: Vec::new() }
    }

    #[test]
    fn the_sentence_counts_what_there_is() {
        let says = |counted: Counted| sentence(&counted, " to your company");
        assert_eq!(says(counted(6, 1, 0)), "7 notices to your company since 1 Oct: 6 delivered, 1 came back");
        assert_eq!(says(counted(0, 0, 1)), "1 notice to your company since 1 Oct: 1 waits");
        assert_eq!(says(counted(0, 0, 0)), "No notices to your company since 1 Oct");
    }

    #[test]
    fn the_bar_has_no_gaps() {
        let page = figure(&counted(6, 1, 2), "").into_string();
        let widths = page.split("width=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok());
        assert_eq!(widths.sum::<i64>(), 1000);
        assert!(page.contains("<td class=\"num\">6</td>"), "{page}");
    }
}
