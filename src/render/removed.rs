//! [`Removed`]: what went with its data, by name, size and age.

use super::width::{columns, pad};
use serde_json::{Value, json};
use std::time::Duration;

/// A volume that goes, or went, with its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its name on the engine.
    pub name: String,
    /// The bytes that it has; nothing when the engine does not say.
    pub bytes: Option<u64>,
    /// How long ago it was made.
    pub age: Option<Duration>,
}

/// A line for each, in columns: `  shop_data   1.2 GB         3 weeks old`.
pub fn removed_text(all: &[Removed]) -> String {
    let names = all.iter().map(|one| columns(&one.name)).max().unwrap_or(0);
    let sizes: Vec<String> = all.iter().map(|one| size(one.bytes)).collect();
    let width = sizes.iter().map(|size| columns(size)).max().unwrap_or(0);
    let line = |(one, size): (&Removed, &String)| {
        let age = one.age.map(|age| format!("{} old", told(age))).unwrap_or_default();
        let line = format!("  {}   {}   {age}", pad(&one.name, names), pad(size, width));
        format!("{}\n", line.trim_end())
    };
    all.iter().zip(&sizes).map(line).collect()
}

/// The same for machines.
pub fn removed_json(one: &Removed) -> Value {
    json!({"volume": one.name, "bytes": one.bytes, "age": one.age.map(|age| age.as_secs())})
}

fn size(bytes: Option<u64>) -> String {
    let Some(bytes) = bytes else { return "size unknown".to_owned() };
    let units = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

/// `3 weeks`, `1 day`, `5 minutes`.
fn told(age: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let units =
        [("year", 365 * DAY), ("month", 30 * DAY), ("week", 7 * DAY), ("day", DAY), ("hour", HOUR), ("minute", MINUTE)];
    let seconds = age.as_secs();
    let (name, count) = units
        .into_iter()
        .find(|(_, unit)| seconds >= *unit)
        .map_or(("second", seconds), |(name, unit)| (name, seconds / unit));
    if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_stand_in_columns_with_size_and_age() {
        let one = |name: &str, bytes, seconds: Option<u64>| Removed {
            name: name.into(),
            bytes,
            age: seconds.map(Duration::from_secs),
        };
        let all = [one("shop_data", Some(1_234_567_890), Some(15 * 86400)), one("shop_old", None, None)];
        assert_eq!(removed_text(&all), "  shop_data   1.2 GB         2 weeks old\n  shop_old    size unknown\n");
        assert_eq!(removed_text(&[one("a", Some(12), Some(60))]), "  a   12 B   1 minute old\n");
    }
}
