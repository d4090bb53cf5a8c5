//! What stands at a place of a report in the objects that were made.

use hoist::kubernetes::{Converted, ObjectPath};
use serde_json::Value;

/// The objects, each with its kind and name.
pub struct Objects(Vec<Value>);

impl Objects {
    pub fn of(converted: &Converted) -> Self {
        let texts = converted.manifests.iter().map(hoist::kubernetes::Manifest::text);
        Self(texts.map(|text| serde_yaml::from_str(&text).unwrap()).collect())
    }

    /// What stands at a place; nothing where there is no such object or field. A step that a list does not have by number
    /// may be any of its items.
    pub fn at(&self, place: &ObjectPath) -> Option<&Value> {
        let object = self.0.iter().find(|one| one["kind"] == *place.kind && one["metadata"]["name"] == *place.name)?;
        steps(&place.path).into_iter().try_fold(object, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            Value::Object(entries) => entries.get(&step),
            _ => None,
        })
    }
}

/// `a.b[0]['c.d']` in steps.
fn steps(path: &str) -> Vec<String> {
    let mut steps = vec![String::new()];
    let mut rest = path;
    while let Some(letter) = rest.chars().next() {
        let (step, end) = match letter {
            '.' => (Some(String::new()), 1),
            '[' => {
                let (inner, skip) = match rest.strip_prefix("['") {
                    Some(quoted) => (quoted.split("']").next().unwrap_or_default(), 4),
                    None => (rest[1..].split(']').next().unwrap_or_default(), 2),
                };
                (Some(inner.to_owned()), inner.len() + skip)
            }
            other => {
                steps.last_mut().unwrap().push(other);
                (None, other.len_utf8())
            }
        };
        steps.extend(step);
        rest = &rest[end..];
    }
    steps
}

#[test]
fn a_path_is_taken_apart() {
    assert_eq!(steps("spec.a[0].b['c.d/e'].f"), ["spec", "a", "0", "b", "c.d/e", "f"]);
}
