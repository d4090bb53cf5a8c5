//! [`Called`]: what keys of the merged tree are called in the user's files, where the loader laid one item out as several
//! or sorted a list.

use crate::document::{Node, Path, Segment, Value};
use crate::load::Loaded;
use crate::source::{SourceMap, Span};
use std::collections::BTreeMap;

/// The lists of which items are ranges, or have several addresses.
const LAID_OUT: [&str; 3] = ["ports", "expose", HOSTS];
/// The list that the loader sorts, and that may be a map.
const HOSTS: &str = "extra_hosts";

/// The items of lists that are called otherwise, by their paths in the merged tree.
#[derive(Debug, Default)]
pub(super) struct Called(BTreeMap<Path, Path>);

impl Called {
    /// What is called otherwise in the files of a project.
    pub fn in_files_of(loaded: &Loaded) -> Self {
        let mut called = Self::default();
        called.walk(loaded.origins.tree(), &Path::default(), &loaded.sources);
        called
    }

    /// What a key is called.
    pub fn of(&self, key: &Path) -> Path {
        let mut item = Path::default();
        let mut steps = key.segments().iter();
        let found = steps.by_ref().find_map(|step| {
            item = item.step(step);
            self.0.get(&item)
        });
        found.map_or_else(|| key.clone(), |name| steps.fold(name.clone(), |path, step| path.step(step)))
    }

    fn walk(&mut self, node: &Node, at: &Path, sources: &SourceMap) {
        match &node.value {
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.walk(value, &at.key(key.as_text().unwrap_or_default()), sources);
                }
            }
            Value::List(items) => match at.segments().last() {
                Some(Segment::Key(key)) if LAID_OUT.contains(&&**key) => self.list((&**key, items), at, sources),
                _ => {}
            },
            Value::Scalar { .. } => {}
        }
    }

    /// The items of a list: what stands at one place is one.
    fn list(&mut self, (key, items): (&str, &[Node]), at: &Path, sources: &SourceMap) {
        let mut places: BTreeMap<Span, usize> = BTreeMap::new();
        for item in items.iter().filter(|item| item.span.is_somewhere()) {
            let number = places.len();
            places.entry(item.span).or_insert(number);
        }
        if key == HOSTS {
            places.values_mut().enumerate().for_each(|(at, number)| *number = at);
        }
        for (index, item) in items.iter().enumerate() {
            let number = places.get(&item.span).copied().unwrap_or(index);
            let host = |item| if key == HOSTS { host(item, sources) } else { None };
            let name = host(item).map(|name| {
                let of_host = || items.iter().filter(|other| host(other) == Some(name));
                let before = of_host().filter(|other| other.span < item.span).count();
                if of_host().count() > 1 { at.key(name).index(before) } else { at.key(name) }
            });
            let name = name.unwrap_or_else(|| at.index(number));
            if name != at.index(index) {
                self.0.insert(at.index(index), name);
            }
        }
    }
}

/// The host of a line that stands as an entry of a map: only its address is written at its place.
fn host<'n>(line: &'n Node, sources: &SourceMap) -> Option<&'n str> {
    let (host, address) = line.as_text()?.split_once('=')?;
    let written = sources.text(line.span.file).get(line.span.start as usize..line.span.end as usize)?;
    (written.trim_matches(['"', '\'', '[', ']']) == address).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::loaded;

    #[test]
    fn items_are_called_as_they_are_written() {
        let text = "services:\n  a:\n    image: x\n    ports: ['9000-9002:9000-9002', '53:53/udp', {target: 80, published: '80'}]\n    \
                    extra_hosts: {h2: [1.1.1.1, 1.1.1.2], h1: '::1'}\n  b: {image: x, extra_hosts: ['z:1.1.1.1', 'a=[::1]']}\n";
        let called = Called::in_files_of(&loaded(&[("compose.yaml", text)]));
        let of = |service: &str, list: &str, index: usize| {
            called.of(&Path::of(["services", service, list]).index(index).key("k")).to_string()
        };
        let ports = [0, 1, 2, 3, 4].map(|index| of("a", "ports", index));
        let wanted = [0, 0, 0, 1, 2].map(|index| format!("services.a.ports[{index}].k"));
        assert_eq!(ports, wanted);
        assert_eq!(
            [0, 1, 2].map(|index| of("a", HOSTS, index)),
            ["h1", "h2[0]", "h2[1]"].map(|host| format!("services.a.extra_hosts.{host}.k"))
        );
        assert_eq!(
            [0, 1].map(|index| of("b", HOSTS, index)),
            [1, 0].map(|index| format!("services.b.extra_hosts[{index}].k"))
        );
    }
}
