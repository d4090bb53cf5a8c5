//! [`trace`]: from what is wrong with the objects of a conversion back to the keys that they come from, by what the rows of
//! its report say.

use super::conversion::Converted;
use super::metadata;
use super::object_name;
use super::row::Row;
use crate::diagnostic::{Diagnostic, Diagnostics, Label};
use crate::document::{Node, Path, Segment};
use crate::load::Loaded;
use crate::source::Span;
use std::cmp::Reverse;

/// What is wrong with the objects of a conversion, by where a person can look.
#[derive(Debug, Default)]
pub struct Traced {
    /// What comes from the user's files; its places are there.
    pub written: Diagnostics,
    /// What no key is known to be the cause of; its places are in the manifests.
    pub made: Diagnostics,
}

/// A place in an object: what [`Row::becomes`] says, step by step.
struct Spot<'a> {
    kind: &'a str,
    name: &'a str,
    steps: Path,
    /// What stands there, when it is a scalar.
    text: Option<&'a str>,
    /// What of the entry is meant.
    side: Side,
    object: &'a Node,
}

/// A part of an entry of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Key,
    Value,
}

/// Gives faults that were found in the texts of the manifests the places of the keys that the faulty values come from.
pub fn trace(faults: Diagnostics, documents: &[Node], (loaded, converted): (&Loaded, &Converted)) -> Traced {
    let fate = if faults.has_errors() { "this file is not written" } else { "this is what would be written" };
    let mut traced = Traced::default();
    for fault in faults {
        let spot = fault.place.and_then(|place| spot(documents, place));
        let cause = spot.as_ref().and_then(|spot| Some((spot, cause(spot, (loaded, converted))?)));
        let Some((spot, place)) = cause else {
            let message = if fault.place.is_some() { format!("{}; {fate}", fault.message) } else { fault.message };
            traced.made.push(Diagnostic { message, ..fault });
            continue;
        };
        let message = format!("{} ({})", fault.message, spot.title());
        let label = |label: Label| {
            let other = self::spot(documents, label.span)?;
            let span = self::cause(&other, (loaded, converted))?;
            Some(Label { span, text: format!("{} ({})", label.text, other.title()) })
        };
        let labels = fault.labels.into_iter().filter_map(label).filter(|label| label.span != place).collect();
        traced.written.push(Diagnostic { message, place: Some(place), labels, ..fault });
    }
    traced
}

/// What stands at a place of these documents.
fn spot(documents: &[Node], place: Span) -> Option<Spot<'_>> {
    let (object, (steps, node, side)) =
        documents.iter().find_map(|object| Some((object, way(object, place, &Path::default())?)))?;
    let kind = object.get("kind")?.as_text()?;
    let name = object.get("metadata")?.get("name")?.as_text()?;
    Some(Spot { kind, name, steps, text: node.as_text(), side, object })
}

/// The way to the innermost value whose text, or that of its key, has this place.
fn way<'n>(node: &'n Node, place: Span, at: &Path) -> Option<(Path, &'n Node, Side)> {
    let covers = |span: Span| span.file == place.file && span.start <= place.start && place.end <= span.end;
    let inside = if let Some(entries) = node.as_map() {
        entries.iter().find_map(|(key, value)| {
            let below = at.key(key.as_text().unwrap_or_default());
            if covers(key.span) { Some((below, value, Side::Key)) } else { way(value, place, &below) }
        })
    } else {
        let items = node.as_list().unwrap_or_default();
        items.iter().enumerate().find_map(|(index, item)| way(item, place, &at.index(index)))
    };
    inside.or_else(|| covers(node.span).then(|| (at.clone(), node, Side::Value)))
}

/// The place of the key that a value comes from: the one that went nearest to it, or else what its object comes from.
fn cause(spot: &Spot<'_>, (loaded, converted): (&Loaded, &Converted)) -> Option<Span> {
    let mut nearest = None;
    for row in &converted.rows {
        for became in row.becomes.iter().filter(|one| (&*one.kind, &*one.name) == (spot.kind, spot.name)) {
            let distance = distance(&became.steps(), &spot.steps);
            let is_same = distance.is_some() && says_same(row, spot, loaded);
            let rank = (Reverse(is_same), distance.unwrap_or((usize::MAX, true)));
            if nearest.as_ref().is_none_or(|(least, _)| rank < *least) {
                nearest = Some((rank, row));
            }
        }
    }
    match nearest {
        Some(((_, (usize::MAX, _)), row)) => {
            let owner = row.key.segments().iter().take(2);
            let owner = owner.fold(Path::default(), |path, step| path.step(step));
            loaded.origins.span(&owner)
        }
        Some((_, row)) if spot.side == Side::Key => key(row, spot, loaded).or_else(|| known(row.place)),
        Some((_, row)) => known(row.place),
        None => service(spot, loaded),
    }
}

/// A place in a file.
fn known(place: Option<Span>) -> Option<Span> {
    place.filter(|place| place.is_somewhere())
}

/// The place of a key that the files write as the object has it.
fn key(row: &Row, spot: &Spot<'_>, loaded: &Loaded) -> Option<Span> {
    let path = row.stands_for.first()?;
    let is_same = path.segments().last() == spot.steps.segments().last();
    known(loaded.origins.span(path).filter(|_| is_same))
}

/// How many steps are between two places of which one is the other or inside of it; what is further in comes second.
fn distance(one: &Path, other: &Path) -> Option<(usize, bool)> {
    let (left, right) = (one.segments().len(), other.segments().len());
    let is_related = one.starts_with(other) || other.starts_with(one);
    // What is said of an object as a whole says nothing of a field.
    (is_related && left > 0 && right > 0).then_some((left.abs_diff(right), left > right))
}

/// Whether a key says just what stands there, as those of patches do, which are put over all else.
fn says_same(row: &Row, spot: &Spot<'_>, loaded: &Loaded) -> bool {
    let Some(path) = row.stands_for.first() else { return false };
    let text = loaded.origins.node(path).and_then(Node::as_text);
    text.is_some() && text == spot.text && path.segments().last() == spot.steps.segments().last()
}

/// The service that an object is labelled with.
fn service(spot: &Spot<'_>, loaded: &Loaded) -> Option<Span> {
    let labels = spot.object.get("metadata")?.get("labels")?;
    let label = labels.get(metadata::NAME)?.as_text()?;
    let service = loaded.project.services.keys().find(|name| object_name::label(name.as_str()) == label)?;
    loaded.origins.span(&Path::of(["services", service.as_str()]))
}

impl Spot<'_> {
    /// The place in the words of a report.
    fn title(&self) -> String {
        let mut text = format!("{}/{}", self.kind, self.name);
        for (at, step) in self.steps.segments().iter().enumerate() {
            let step = match step {
                Segment::Index(index) => format!("[{index}]"),
                Segment::Key(key) if key.contains(|letter: char| !letter.is_ascii_alphanumeric()) => {
                    format!("['{key}']")
                }
                Segment::Key(key) if at == 0 => format!(" {key}"),
                Segment::Key(key) => format!(".{key}"),
            };
            text.push_str(&step);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{Options, convert};
    use crate::load::Manifests;
    use crate::testing::loaded;

    const TEXT: &str = "services:
  web:
    image: acme/web:1
    user: '1000'
    environment: {A: b}
    x-kubernetes:
      nodeSelector: {disk: ssd}
      patch: {spec: {template: {spec: {containers: [{name: web, image: other, env: [{name: NEW, value: x}]}]}}}}
";

    /// What is written at the place that a fault of a value in the Deployment, or the Namespace, is told at.
    fn told(kind: &str, steps: &[&str]) -> (String, String) {
        let loaded = loaded(&[("compose.yaml", TEXT)]);
        let converted = convert(&loaded, &Options::default());
        let mut manifests = Manifests::default();
        for manifest in converted.manifests.iter().filter(|one| one.kind == kind) {
            manifests.add(manifest.file_name().into(), manifest.text());
        }
        let mut node = manifests.documents.first().expect("one object");
        for step in steps {
            let items = node.as_list().and_then(|items| items.get(step.parse::<usize>().ok()?));
            node = items.or_else(|| node.get(step)).unwrap_or_else(|| panic!("{step} of {steps:?}"));
        }
        let mut faults = Diagnostics::default();
        faults.push(Diagnostic::error("x", "fault").at(node.span));
        let Traced { written, made } = trace(faults, &manifests.documents, (&loaded, &converted));
        let told = |all: &Diagnostics, sources: &crate::source::SourceMap| {
            let all = all.sorted();
            let one = all.first()?;
            let place = sources.locate(one.place.expect("a place")).expect("known");
            let rest: String = place.text.chars().skip(place.column - 1).take(place.width).collect();
            Some((rest, one.message.clone()))
        };
        told(&written, &loaded.sources).or_else(|| told(&made, &manifests.sources)).expect("it is told")
    }

    #[test]
    fn a_fault_is_told_at_the_key_that_the_value_comes_from() {
        let pod = ["spec", "template", "spec"];
        let at = |more: &[&str]| told("Deployment", &[&pod[..], more].concat());
        let (place, message) = at(&["nodeSelector", "disk"]);
        assert_eq!((&*place, &*message), ("ssd", "fault (Deployment/web spec.template.spec.nodeSelector.disk)"));
        assert_eq!(at(&["containers", "0", "securityContext", "runAsUser"]).0, "'1000'");
        assert_eq!(at(&["containers", "0", "env", "0", "value"]).0, "b");
        assert_eq!(told("Deployment", &["metadata", "name"]).0, "web", "the service, where no key of it says that");
    }

    #[test]
    fn a_patch_is_put_over_all_else() {
        let at =
            |more: &[&str]| told("Deployment", &[&["spec", "template", "spec", "containers", "0"], more].concat()).0;
        assert_eq!(at(&["image"]), "other");
        assert_eq!(at(&["env", "1", "name"]), "NEW");
    }

    #[test]
    fn what_no_key_is_the_cause_of_stays_where_it_is_made() {
        let (place, message) = told("Namespace", &["metadata", "labels", "app.kubernetes.io/managed-by"]);
        assert_eq!((&*place, &*message), ("hoist", "fault; this file is not written"));
    }
}
