//! The page of a [`Timeline`]: one HTML text, light or dark as the reader's system, without a script.

use super::{Bar, Ending, Lane, Share, Span, Stretch, Timeline, time};
use std::fmt::Write;
use std::time::Duration;

const STYLE: &str = include_str!("page.css");
/// About how many marks the axis has.
const MARKS: u128 = 8;

/// The whole page.
pub fn page(timeline: &Timeline, title: &str) -> String {
    let title = escaped(title);
    let parts = [summary(timeline), path(timeline), lanes(timeline), waits(timeline), sums(timeline)];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}: timings</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title} <span>{}</span></h1>\n{}</body>\n</html>\n",
        time(timeline.total),
        parts.concat()
    )
}

fn summary(timeline: &Timeline) -> String {
    match timeline.summary() {
        Some(most) => format!("<p>Most of it: {}.</p>\n", escaped(&most)),
        None => "<p>There was nothing to do.</p>\n".to_owned(),
    }
}

/// The critical path, as one bar and as a table.
fn path(timeline: &Timeline) -> String {
    let mut strip = String::new();
    let mut rows = String::new();
    for stretch in &timeline.path {
        let Told { class, words, saves } = told(stretch);
        let (length, words) = (time(stretch.span.length()), escaped(words));
        let place = place(stretch.span, timeline.total);
        let _ = write!(strip, "<i class=\"k-{class}\" style=\"{place}\" title=\"{words}: {length}\"></i>");
        let saves = saves.map(time).unwrap_or_default();
        let _ = writeln!(
            rows,
            "<tr><td><b class=\"k-{class}\"></b>{words}</td><td>{}</td><td>{length}</td><td>{saves}</td></tr>",
            time(stretch.span.from)
        );
    }
    format!(
        "<h2>Critical path</h2>\n<p class=\"hint\">Each of these had to end before the next could begin. \
         \u{201c}Would save\u{201d} is how much sooner all would have ended if it had taken no time: less than it took \
         where something else went on beside it.</p>\n<div class=\"strip\">{strip}</div>\n<table>\n\
         <tr><th>What</th><th>From</th><th>Took</th><th>Would save</th></tr>\n{rows}</table>\n"
    )
}

struct Told<'a> {
    class: &'a str,
    words: &'a str,
    saves: Option<Duration>,
}

fn told(stretch: &Stretch) -> Told<'_> {
    match &stretch.what {
        Share::Step { verb, words, saves, .. } => Told { class: verb, words, saves: Some(*saves) },
        Share::Planning => Told { class: "hoist", words: "read, look at the engine, plan", saves: None },
        Share::Between => Told { class: "hoist", words: "between steps", saves: None },
    }
}

/// A row for each thing, with its steps on an axis of time.
fn lanes(timeline: &Timeline) -> String {
    let (marks, lines) = axis(timeline.total);
    let mut rows = String::new();
    for lane in &timeline.lanes {
        rows.push_str(&row(lane, timeline.total, &lines));
    }
    let mut verbs: Vec<&str> = timeline.sums.iter().map(|sum| sum.verb).collect();
    verbs.sort_unstable();
    let mut legend = String::new();
    for verb in verbs {
        let _ = write!(legend, "<span><b class=\"k-{verb}\"></b>{}</span>", kind(verb));
    }
    format!(
        "<h2>Timeline</h2>\n<p class=\"legend\">{legend}<span><b class=\"critical\"></b>on the critical path</span></p>\n\
         <div class=\"chart\">\n<div class=\"row axis\"><div></div><div class=\"lane\">{marks}</div></div>\n{rows}</div>\n"
    )
}

/// The times at the top, and the lines that go through a row.
fn axis(total: Duration) -> (String, String) {
    let (mut marks, mut lines) = (String::new(), String::new());
    let step = round(total);
    let mut at = Duration::ZERO;
    while at < total {
        let left = percent(at, total);
        let _ = write!(marks, "<span style=\"left:{left:.3}%\">{}</span>", mark(at));
        let _ = write!(lines, "<u style=\"left:{left:.3}%\"></u>");
        at += step;
    }
    (marks, lines)
}

/// A time on the axis: `0`, `200 ms`, `1.5 s`, `2 min 30 s`.
fn mark(at: Duration) -> String {
    match at.as_secs() {
        _ if at.is_zero() => "0".to_owned(),
        1..60 => format!("{} s", at.as_secs_f64()),
        _ => time(at),
    }
}

/// The distance of two marks: 1, 2 or 5 times a power of ten milliseconds.
fn round(total: Duration) -> Duration {
    let least = (total.as_millis() / MARKS).max(1);
    let mut ten = 1;
    while ten * 10 <= least {
        ten *= 10;
    }
    let step = [1, 2, 5, 10].map(|factor| factor * ten).into_iter().find(|step| *step >= least);
    Duration::from_millis(step.and_then(|step| u64::try_from(step).ok()).unwrap_or(u64::MAX))
}

fn row(lane: &Lane, total: Duration, lines: &str) -> String {
    let places = floors(&lane.bars);
    let height = places.iter().max().map_or(1, |most| most + 1);
    let bars: String = lane.bars.iter().zip(&places).map(|(bar, floor)| one(bar, *floor, total)).collect();
    let odd = lane.bars.iter().find(|bar| bar.ending != Ending::Done);
    let fate = odd.map(|bar| badge(bar.ending)).unwrap_or_default();
    format!(
        "<div class=\"row\"><div class=\"name\">{}{fate}</div><div class=\"lane\" style=\"--floors:{height}\">{lines}{bars}\
         </div></div>\n",
        escaped(&lane.title)
    )
}

/// For each bar the floor on which it stands, so that none covers another.
fn floors(bars: &[Bar]) -> Vec<usize> {
    let mut ends: Vec<Duration> = Vec::new();
    let mut order: Vec<(usize, Span)> =
        bars.iter().enumerate().filter_map(|(at, bar)| bar.span.map(|span| (at, span))).collect();
    order.sort_by_key(|(_, span)| span.from);
    let mut floors = vec![0; bars.len()];
    for (at, span) in order {
        let floor = ends.iter().position(|end| *end <= span.from).unwrap_or(ends.len());
        match ends.get_mut(floor) {
            Some(end) => *end = span.to,
            None => ends.push(span.to),
        }
        if let Some(place) = floors.get_mut(at) {
            *place = floor;
        }
    }
    floors
}

fn one(bar: &Bar, floor: usize, total: Duration) -> String {
    let Some(span) = bar.span else { return String::new() };
    let mut classes = format!("k-{}", bar.verb);
    if bar.critical {
        classes.push_str(" critical");
    }
    if bar.ending == Ending::Failed {
        classes.push_str(" failed");
    }
    let words = escaped(&format!(
        "{}: {}, from {} ({}){}",
        bar.words,
        time(span.length()),
        time(span.from),
        bar.because,
        odd(bar.ending).map(|ending| format!(", {ending}")).unwrap_or_default()
    ));
    let place = place(span, total);
    format!("<i class=\"{classes}\" style=\"{place};--floor:{floor}\" title=\"{words}\"></i>")
}

/// How a step ended that was not simply done.
fn odd(ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::Done => None,
        Ending::PassedOver => Some("passed over"),
        Ending::Failed => Some("failed"),
        Ending::Interrupted => Some("interrupted"),
        Ending::Skipped => Some("skipped"),
        Ending::NotBegun => Some("not begun"),
    }
}

/// The same behind the name of a thing; empty when all is well.
fn badge(ending: Ending) -> String {
    let class = if ending == Ending::Failed { " class=\"bad\"" } else { "" };
    odd(ending).map(|words| format!(" <em{class}>{words}</em>")).unwrap_or_default()
}

fn waits(timeline: &Timeline) -> String {
    if timeline.waits.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for wait in &timeline.waits {
        let ending = badge(wait.ending);
        let _ = writeln!(
            rows,
            "<tr><td><b class=\"k-await\"></b>{}{ending}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&wait.words),
            escaped(&wait.missing),
            time(wait.length),
            time(wait.saves)
        );
    }
    format!(
        "<h2>Waits</h2>\n<table>\n<tr><th>What for</th><th>Missing to the last</th><th>Took</th><th>Would save</th></tr>\n\
         {rows}</table>\n"
    )
}

fn sums(timeline: &Timeline) -> String {
    let mut rows = String::new();
    for sum in &timeline.sums {
        let _ = writeln!(
            rows,
            "<tr><td><b class=\"k-{}\"></b>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            sum.verb,
            kind(sum.verb),
            sum.count,
            time(sum.spent),
            time(sum.longest),
            time(sum.critical)
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<h2>Totals</h2>\n<p class=\"hint\">Steps run side by side, so these add up to more than the whole.</p>\n<table>\n\
         <tr><th>Kind</th><th>Steps</th><th>All</th><th>Longest</th><th>On the critical path</th></tr>\n{rows}</table>\n"
    )
}

fn kind(verb: &str) -> &str {
    if verb == "await" { "wait" } else { verb }
}

fn place(span: Span, total: Duration) -> String {
    format!("left:{:.3}%;width:{:.3}%", percent(span.from, total), percent(span.length(), total))
}

fn percent(part: Duration, total: Duration) -> f64 {
    if total.is_zero() { 0.0 } else { part.as_secs_f64() / total.as_secs_f64() * 100.0 }
}

/// A text in which nothing is taken for HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(from: u64, to: u64) -> Bar {
        let [from, to] = [from, to].map(Duration::from_millis);
        let span = Some(Span { from, to });
        Bar { verb: "start", words: String::new(), because: String::new(), span, ending: Ending::Done, critical: false }
    }

    #[test]
    fn bars_that_overlap_stand_on_floors_of_their_own() {
        assert_eq!(floors(&[bar(0, 10), bar(5, 15), bar(10, 20), bar(12, 13)]), [0, 1, 0, 2]);
    }

    #[test]
    fn the_axis_has_round_marks() {
        let steps = [90, 800, 3210, 61_000, 600_000].map(|total| round(Duration::from_millis(total)).as_millis());
        assert_eq!(steps, [20, 100, 500, 10_000, 100_000]);
    }
}
