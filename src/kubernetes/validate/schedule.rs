//! Time tables of a `CronJob`, as the library reads them that a cluster asks: five fields, or a word that begins with `@`.

/// How a time table is written.
pub(in super::super) const REMEDY: &str =
    "write minute, hour, day of the month, month and day of the week (0 to 6), such as '0 3 * * 1', or @daily";
/// Names of months, from 1.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Names of days of the week, from 0.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WORDS: [&str; 7] = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
/// Units of a span of time.
const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];

/// What one of the five fields takes.
#[derive(Clone, Copy)]
struct Field {
    least: u32,
    most: u32,
    /// Names of the numbers from the least on.
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { least: 0, most: 59, names: &[] },
    Field { least: 0, most: 23, names: &[] },
    Field { least: 1, most: 31, names: &[] },
    Field { least: 1, most: 12, names: &MONTHS },
    Field { least: 0, most: 6, names: &DAYS },
];

/// Whether a text is a time table.
pub(in super::super) fn is_schedule(text: &str) -> bool {
    if let Some(word) = text.strip_prefix('@') {
        return WORDS.contains(&word) || word.strip_prefix("every ").is_some_and(is_span);
    }
    let parts: Vec<_> = text.split_whitespace().collect();
    let turns = |part: &str, field| part.split(',').filter(|one| !one.is_empty()).all(|one| is_turn(one, field));
    parts.len() == FIELDS.len() && parts.iter().zip(FIELDS).all(|(part, field)| turns(part, field))
}

/// One turn: `*`, `5`, `1-5`, each with or without `/2`, and names of months and days.
fn is_turn(text: &str, field: Field) -> bool {
    let (range, step) = text.split_once('/').map_or((text, None), |(range, step)| (range, Some(step)));
    let is_step = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    // What follows a star is not looked at.
    let is_any = matches!(from, "*" | "?") && range.split('-').count() <= 2;
    let is_range = || field.number(from).zip(field.number(to)).is_some_and(|(from, to)| from <= to);
    is_step && (is_any || is_range())
}

impl Field {
    fn number(self, text: &str) -> Option<u32> {
        let named = self.names.iter().zip(self.least..).find(|(name, _)| name.eq_ignore_ascii_case(text));
        let number = named.map(|(_, number)| number).or_else(|| text.parse().ok())?;
        (self.least..=self.most).contains(&number).then_some(number)
    }
}

/// Whether a text is a span of time: `1h30m`, `1.5s`.
fn is_span(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(0));
        let (unit, next) =
            after.split_at(after.find(|one: char| one.is_ascii_digit() || one == '.').unwrap_or(after.len()));
        if !number.contains(|one: char| one.is_ascii_digit())
            || number.matches('.').count() > 1
            || !UNITS.contains(&unit)
        {
            return false;
        }
        rest = next;
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_tables_are_read_as_a_cluster_reads_them() {
        let good = [
            "* * * * *",
            "*/5 0-6,22 1 jan MON-FRI",
            "@daily",
            "@every 1h30m",
            "@every 0.5s",
            "0 0 ? * 0",
            "5/15 * * * *",
            "0 0 1-31/2 * sun",
            "1,,2 * * * *",
        ];
        for text in good {
            assert!(is_schedule(text), "{text}");
        }
        let bad = [
            "",
            "* * * *",
            "60 * * * *",
            "* * * * * *",
            "@sometimes",
            "*/0 * * * *",
            "a * * * *",
            "0 0 0 * *",
            "0 0 * * 7",
            "0 0 * * foo",
            "5-1 * * * *",
            "@every foo",
            "@every ",
            "@every 1",
            "1-2-3 * * * *",
            "0 0 * mon *",
            "TZ=UTC * * * * *",
        ];
        for text in bad {
            assert!(!is_schedule(text), "{text}");
        }
    }
}
