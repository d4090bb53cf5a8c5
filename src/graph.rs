//! The services of a project as a graph: who depends on whom, in which order they start, and cycles as a path.
//!
//! The only module that names petgraph. It decides nothing about containers.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path};
use crate::model::Project;
use crate::value::Name;
use petgraph::algo::{has_path_connecting, tarjan_scc};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{DfsPostOrder, EdgeRef};
use std::collections::{BTreeMap, BTreeSet};

/// Services and their dependencies; an edge leads from the dependent to the dependency.
#[derive(Debug, Clone)]
pub struct Services {
    graph: DiGraph<Name, ()>,
    nodes: BTreeMap<Name, NodeIndex>,
}

impl Services {
    /// The graph of the active services; a dependency that is not active has no edge.
    pub fn of(project: &Project) -> Self {
        let mut graph = DiGraph::new();
        let nodes: BTreeMap<Name, NodeIndex> =
            project.services.keys().map(|name| (name.clone(), graph.add_node(name.clone()))).collect();
        for service in project.services.values() {
            for dependency in service.depends_on.keys() {
                if let (Some(from), Some(to)) = (nodes.get(&service.name), nodes.get(dependency)) {
                    graph.add_edge(*from, *to, ());
                }
            }
        }
        Self { graph, nodes }
    }

    /// The services in file order, each after those it depends on.
    pub fn start_order(&self) -> Vec<Name> {
        let mut indices: Vec<NodeIndex> = self.nodes.values().copied().collect();
        indices.sort();
        let mut order = Vec::new();
        let mut search = DfsPostOrder::empty(&self.graph);
        for start in indices {
            search.move_to(start);
            while let Some(node) = search.next(&self.graph) {
                order.extend(self.graph.node_weight(node).cloned());
            }
        }
        order
    }

    /// Has a service start after another one, unless that one starts after it already.
    pub fn put_after(&mut self, service: &Name, other: &Name) {
        if let (Some(from), Some(to)) = (self.nodes.get(service), self.nodes.get(other))
            && !has_path_connecting(&self.graph, *to, *from, None)
        {
            self.graph.update_edge(*from, *to, ());
        }
    }

    /// These services and all that they depend on.
    pub fn closure<'a>(&self, targets: impl IntoIterator<Item = &'a Name>) -> BTreeSet<Name> {
        let mut search = DfsPostOrder::empty(&self.graph);
        let mut found = BTreeSet::new();
        for start in targets.into_iter().filter_map(|name| self.nodes.get(name)) {
            search.move_to(*start);
            while let Some(node) = search.next(&self.graph) {
                found.extend(self.graph.node_weight(node).cloned());
            }
        }
        found
    }

    /// The services that depend on this one directly.
    pub fn dependents(&self, service: &Name) -> Vec<Name> {
        let Some(node) = self.nodes.get(service) else { return Vec::new() };
        let sources = self.graph.edges_directed(*node, petgraph::Direction::Incoming).map(|edge| edge.source());
        let mut names: Vec<Name> = sources.filter_map(|source| self.graph.node_weight(source).cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The cycles, each as a path that begins and ends with the same service.
    pub fn cycles(&self) -> Vec<Vec<Name>> {
        let mut cycles: Vec<Vec<Name>> = tarjan_scc(&self.graph)
            .into_iter()
            .filter(|part| part.len() > 1 || part.iter().any(|node| self.graph.contains_edge(*node, *node)))
            .map(|part| self.walk(&part))
            .collect();
        cycles.sort();
        cycles
    }

    /// A way around a strongly connected part, from its first service back to it: breadth first, so the shortest.
    fn walk(&self, part: &[NodeIndex]) -> Vec<Name> {
        let Some(start) = part.iter().min().copied() else { return Vec::new() };
        let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            let mut next: Vec<NodeIndex> = self.graph.neighbors(node).filter(|next| part.contains(next)).collect();
            next.sort();
            for next in next {
                if next == start {
                    return self.path_back(node, start, &came_from);
                }
                came_from.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    node
                });
            }
        }
        Vec::new()
    }

    fn path_back(&self, end: NodeIndex, start: NodeIndex, came_from: &BTreeMap<NodeIndex, NodeIndex>) -> Vec<Name> {
        let mut path = vec![start];
        let mut node = end;
        while node != start {
            path.push(node);
            let Some(before) = came_from.get(&node) else { break };
            node = *before;
        }
        path.push(start);
        path.reverse();
        path.into_iter().filter_map(|node| self.graph.node_weight(node).cloned()).collect()
    }
}

/// Reports every cycle with the place of each of its dependencies.
pub fn check(project: &Project, origins: &Origins, diagnostics: &mut Diagnostics) {
    for cycle in Services::of(project).cycles() {
        let names: Vec<&str> = cycle.iter().map(Name::as_str).collect();
        let mut diagnostic =
            Diagnostic::error("cycle", format!("services depend on each other: {}", names.join(" -> ")))
                .help("remove one of these dependencies: nothing in a cycle can start first");
        for (position, pair) in names.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            let path = Path::of(["services", from, "depends_on", to]);
            let place = origins.span(&path);
            match place {
                Some(place) if position == 0 => diagnostic = diagnostic.at(place),
                Some(place) => diagnostic = diagnostic.label(place, format!("'{from}' depends on '{to}'")),
                None => {}
            }
        }
        diagnostics.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn names(names: &[Name]) -> Vec<&str> {
        names.iter().map(Name::as_str).collect()
    }

    #[test]
    fn dependencies_start_first_and_file_order_decides_the_rest() {
        let project = project(
            "services: {web: {image: x, depends_on: {db: {condition: service_started}}}, db: {image: x}, a: {image: x}}",
        );
        assert_eq!(names(&Services::of(&project).start_order()), ["db", "web", "a"]);
    }

    #[test]
    fn the_closure_holds_what_is_needed_and_nothing_else() {
        let project = project(
            "services: {web: {image: x, depends_on: {db: {condition: service_started}}}, db: {image: x}, a: {image: x}}",
        );
        let services = Services::of(&project);
        let web: Name = "web".parse().expect("valid");
        assert_eq!(services.closure([&web]).iter().map(Name::as_str).collect::<Vec<_>>(), ["db", "web"]);
        assert_eq!(names(&services.dependents(&"db".parse().expect("valid"))), ["web"]);
    }

    #[test]
    fn a_cycle_is_shown_as_the_way_around_it() {
        let on = |name: &str| format!("{{image: x, depends_on: {{{name}: {{condition: service_started}}}}}}");
        let three = project(&format!("services: {{a: {}, b: {}, c: {}, d: {}}}", on("b"), on("c"), on("a"), on("a")));
        let cycles = Services::of(&three).cycles();
        assert_eq!(cycles.iter().map(|cycle| names(cycle)).collect::<Vec<_>>(), [["a", "b", "c", "a"]]);
        let own = project(&format!("services: {{a: {}}}", on("a")));
        assert_eq!(names(&Services::of(&own).cycles().remove(0)), ["a", "a"]);
        let two = project(&format!("services: {{a: {}, b: {}}}", on("b"), on("a")));
        assert_eq!(names(&Services::of(&two).cycles().remove(0)), ["a", "b", "a"]);
    }
}
