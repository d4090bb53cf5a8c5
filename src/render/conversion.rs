//! The conservation report of a conversion: what became of each key, as a table or as JSON.

use super::table::Table;
use crate::kubernetes::{Fate, Row};
use crate::source::SourceMap;
use serde_json::{Value, json};

/// The rows of a conversion, with the files that their keys stand in.
#[derive(Debug, Clone, Copy)]
pub struct Conversion<'a> {
    /// The rows.
    pub rows: &'a [Row],
    /// The files.
    pub sources: &'a SourceMap,
}

/// The rows that fare no better than this, as a table, and how many keys fare how.
pub fn conversion_table(conversion: Conversion<'_>, least: Fate) -> String {
    let mut table = Table::new(["KEY", "FATE", "BECOMES", "WHY"]);
    let shown: Vec<&Row> = conversion.rows.iter().filter(|row| row.fate >= least).collect();
    for row in &shown {
        let becomes = row.becomes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let remedy = row.remedy.as_ref().map(|remedy| format!("help: {remedy}"));
        let why = [row.reason.clone(), remedy].into_iter().flatten().collect::<Vec<_>>().join("; ");
        table.row([row.key.to_string(), row.fate.to_string(), becomes, why]);
    }
    let table = if shown.is_empty() { String::new() } else { table.render() };
    format!("{table}{}\n", summary(conversion.rows))
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
