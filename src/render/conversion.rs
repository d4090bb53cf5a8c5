//! The conservation report of a conversion: what became of each key, as a table or as JSON.

use super::table::Table;
use crate::kubernetes::{Fate, ObjectPath, Row};
use crate::source::SourceMap;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The rows of a conversion, with the files that their keys stand in.
#[derive(Debug, Clone, Copy)]
pub struct Conversion<'a> {
    /// The rows.
    pub rows: &'a [Row],
    /// The files.
    pub sources: &'a SourceMap,
}

/// All rows as a table, and how many keys fare how.
pub fn conversion_table(conversion: Conversion<'_>) -> String {
    let mut table = Table::new(["KEY", "FATE", "BECOMES", "WHY"]);
    for row in conversion.rows {
        let remedy = row.remedy.as_ref().map(|remedy| format!("help: {remedy}"));
        let why = [row.reason.clone(), remedy].into_iter().flatten().collect::<Vec<_>>().join("; ");
        table.row([row.key.to_string(), row.fate.to_string(), places(&row.becomes), why]);
    }
    let table = if conversion.rows.is_empty() { String::new() } else { table.render() };
    format!("{table}{}\n", summary(conversion.rows))
}

/// What is lost: first the keys about which something can be done, then the others. Keys that fare alike since the same was
/// said of what they are in are told as one, those with which nothing is lost are counted only.
pub fn conversion_losses(conversion: Conversion<'_>) -> String {
    let lost = conversion.rows.iter().filter(|row| row.fate != Fate::Exact && !row.is_moot);
    let (first, others): (Vec<&Row>, Vec<&Row>) =
        lost.partition(|row| row.fate == Fate::Dropped || row.remedy.is_some());
    let mut table = Table::new(["KEY", "FATE", "WHY"]);
    let all: Vec<&Row> = first.iter().chain(&others).copied().collect();
    let whole = |row: &Row| (row.said_of.clone(), row.fate, row.reason.clone(), row.remedy.clone());
    let mut alike = BTreeMap::new();
    for row in &all {
        *alike.entry(whole(row)).or_insert(0) += 1;
    }
    for row in &all {
        // The first of those that fare alike stands for all.
        let Some(count) = alike.remove(&whole(row)) else { continue };
        let key = if count > 1 { &row.said_of } else { &row.key };
        table.row([key.to_string(), row.fate.to_string(), row.reason.clone().unwrap_or_default()]);
        if let Some(remedy) = &row.remedy {
            table.row([String::new(), String::new(), format!("help: {remedy}")]);
        }
    }
    let table = if all.is_empty() { String::new() } else { table.render() };
    let moot = match conversion.rows.iter().filter(|row| row.is_moot).count() {
        0 => String::new(),
        1 => "nothing is lost with 1 of them: '--report table' names it\n".to_owned(),
        count => format!("nothing is lost with {count} of them: '--report table' names them\n"),
    };
    format!("{table}{}\n{moot}", summary(conversion.rows))
}

/// A place before its last number, the first and the last of the numbers that follow each other, and what is behind.
type Run = (String, Option<(usize, usize)>, String);

/// Places as a list; those that follow each other in one list are told as one.
fn places(becomes: &[ObjectPath]) -> String {
    let mut runs: Vec<Run> = Vec::new();
    for place in becomes {
        let text = place.to_string();
        let Some((head, index, tail)) = numbered(&text) else {
            runs.push((text, None, String::new()));
            continue;
        };
        let next = runs.iter_mut().find_map(|(known, run, end)| {
            let (_, last) = run.as_mut().filter(|(_, last)| known == head && end == tail && *last + 1 == index)?;
            Some(last)
        });
        match next {
            Some(last) => *last = index,
            None => runs.push((head.to_owned(), Some((index, index)), tail.to_owned())),
        }
    }
    let told = |(head, run, tail): &Run| match run {
        None => head.clone(),
        Some((first, last)) if first == last => format!("{head}[{first}]{tail}"),
        Some((first, last)) => format!("{head}[{first}…{last}]{tail}"),
    };
    runs.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// A place before its last number, the number, and what is behind.
fn numbered(text: &str) -> Option<(&str, usize, &str)> {
    let (head, behind) = text.rsplit_once('[')?;
    let (index, tail) = behind.split_once(']')?;
    Some((head, index.parse().ok()?, tail))
}

/// How many keys fare how: `12 keys: 9 exact, 2 approximated, 1 dropped`.
fn summary(rows: &[Row]) -> String {
    let counts = [Fate::Exact, Fate::Approximated, Fate::Dropped].map(|fate| format!("{} {fate}", count(rows, fate)));
    format!("{} keys: {}", rows.len(), counts.join(", "))
}

fn count(rows: &[Row], fate: Fate) -> usize {
    rows.iter().filter(|row| row.fate == fate).count()
}

/// All rows as one object; `docs/kubernetes.md` says which.
pub fn conversion_json(conversion: Conversion<'_>) -> Value {
    let rows: Vec<Value> = conversion.rows.iter().map(|row| self::row(row, conversion.sources)).collect();
    json!({
        "keys": conversion.rows.len(),
        "exact": count(conversion.rows, Fate::Exact),
        "approximated": count(conversion.rows, Fate::Approximated),
        "dropped": count(conversion.rows, Fate::Dropped),
        "rows": rows,
    })
}

fn row(row: &Row, sources: &SourceMap) -> Value {
    let becomes = row.becomes.iter().map(|place| json!({"kind": place.kind, "name": place.name, "path": place.path}));
    let place = row.place.and_then(|span| sources.locate(span));
    let place = place
        .map(|place| json!({"file": place.path.display().to_string(), "line": place.line, "column": place.column}));
    json!({
        "key": row.key.to_string(),
        "fate": row.fate.as_str(),
        "becomes": becomes.collect::<Vec<_>>(),
        "reason": row.reason,
        "remedy": row.remedy,
        "place": place,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Path;

    fn row(key: &str, fate: Fate, reason: &str) -> Row {
        let key = Path::of(key.split('.'));
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        Row {
            stands_for: vec![key.clone()],
            said_of: key.parent(),
            key,
            place: None,
            fate,
            reason,
            becomes: Vec::new(),
            is_moot: false,
            remedy: None,
        }
    }

    #[test]
    fn losses_begin_with_what_can_be_mended_and_leave_out_what_is_so_anyway() {
        let help = Row { remedy: Some("expose it".into()), ..row("a.port", Fate::Approximated, "it stays inside") };
        let moot = Row { is_moot: true, ..row("a.restart", Fate::Approximated, "it is so anyway") };
        let rows = [
            row("a.image", Fate::Exact, ""),
            row("a.user", Fate::Approximated, "it is about so"),
            moot,
            help,
            row("a.cpuset", Fate::Dropped, "nodes decide it"),
            row("b.image", Fate::Dropped, "it is not active"),
            row("b.command", Fate::Dropped, "it is not active"),
        ];
        let wanted = "\
KEY        FATE           WHY
a.port     approximated   it stays inside
                          help: expose it
a.cpuset   dropped        nodes decide it
b          dropped        it is not active
a.user     approximated   it is about so
7 keys: 1 exact, 3 approximated, 3 dropped
nothing is lost with 1 of them: '--report table' names it
";
        assert_eq!(conversion_losses(Conversion { rows: &rows, sources: &SourceMap::default() }), wanted);
    }

    #[test]
    fn places_of_a_range_are_told_as_one() {
        let place = |path: String| ObjectPath::new("Service", "a", path);
        let all = (0..4).flat_map(|index| [place(format!("spec.ports[{index}]")), place(format!("x[{index}].y"))]);
        let all: Vec<ObjectPath> = all.chain([place("spec.type".into()), place("spec.ports[7]".into())]).collect();
        assert_eq!(
            places(&all),
            "Service/a spec.ports[0…3], Service/a x[0…3].y, Service/a spec.type, Service/a spec.ports[7]"
        );
    }
}
