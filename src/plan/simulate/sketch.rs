//! Arbitrary projects, worlds and wishes for the laws: a few numbers each, so that a failing case shrinks to something
//! that a person can read.

use super::drift::{Drift, drift};
use crate::model::Project;
use crate::plan::{Observed, Orphans, Policy, Reach, Recreate, SeenNetwork, SeenVolume};
use crate::testing::project;
use crate::value::Secret;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

const SERVICES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A project that was brought up, what happened to it since, and what is wanted now.
#[derive(Clone)]
pub struct Scene {
    pub before: Sketch,
    pub drift: Vec<Drift>,
    pub wanted: Sketch,
    pub wish: Wish,
    pub seed: u64,
}

impl fmt::Debug for Scene {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, drift, wanted, wish, seed } = self;
        write!(out, "before:\n{}drift: {drift:?}\nwanted:\n{}", before.yaml(), wanted.yaml())?;
        write!(out, "{:?}\nseed: {seed}", wish.policy(wanted))
    }
}

/// A project.
#[derive(Debug, Clone)]
pub struct Sketch {
    services: Vec<(bool, ServiceSketch)>,
    networks: Vec<u8>,
    volumes: Vec<u8>,
    /// What is in the config `c`, which is in memory, and in the secret `s`, which a file has.
    contents: Vec<u8>,
    reversed: bool,
}

#[derive(Debug, Clone)]
struct ServiceSketch {
    depends: Vec<u8>,
    scale: u8,
    named: u8,
    networks: u8,
    volumes: u8,
    anonymous: u8,
    checked: bool,
    ends: bool,
    image: u8,
    value: u8,
    files: u8,
    leans: u8,
    port: u8,
}

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    targets: Vec<usize>,
    recreate: Recreate,
    orphans: Orphans,
    wait: bool,
    gives_up: bool,
}

pub fn scene() -> impl Strategy<Value = Scene> {
    let plain = Just(Wish {
        targets: vec![],
        recreate: Recreate::Diverged,
        orphans: Orphans::Keep,
        wait: false,
        gives_up: false,
    });
    let wish = prop_oneof![2 => plain.boxed(), 3 => wish().boxed()];
    (
        sketch(),
        prop_oneof![Just(vec![]), vec(drift(), 0..4)],
        sketch(),
        select(vec![true, true, false]),
        wish,
        any::<u64>(),
    )
        .prop_map(|(before, drift, other, alike, wish, seed)| {
            let wanted = if alike { before.mixed_with(&other, seed) } else { other };
            Scene { before, drift, wanted, wish, seed }
        })
}

fn sketch() -> impl Strategy<Value = Sketch> {
    (
        vec((select(vec![false, false, false, true]), service()), 1..=5),
        vec(0..4_u8, 3),
        vec(0..4_u8, 2),
        vec(0..2_u8, 2),
        any::<bool>(),
    )
        .prop_map(|(services, networks, volumes, contents, reversed)| Sketch {
            services,
            networks,
            volumes,
            contents,
            reversed,
        })
}

fn service() -> impl Strategy<Value = ServiceSketch> {
    let depends = vec(prop_oneof![1 => Just(0_u8), 2 => 1..8_u8], 4);
    let scale = select(vec![1_u8, 1, 1, 0, 2, 3]);
    let named = select(vec![0_u8, 0, 1, 2, 2]);
    let places = (0..8_u8, 0..4_u8, 0..4_u8);
    (depends, scale, named, places, any::<(bool, bool)>(), 0..4_u8, (0..2_u8, 0..4_u8, 0..12_u8, 0..6_u8)).prop_map(
        |(
            depends,
            scale,
            named,
            (networks, volumes, anonymous),
            (checked, ends),
            image,
            (value, files, leans, port),
        )| {
            ServiceSketch {
                depends,
                scale,
                named,
                networks,
                volumes,
                anonymous,
                checked,
                ends,
                image,
                value,
                files,
                leans,
                port,
            }
        },
    )
}

fn wish() -> impl Strategy<Value = Wish> {
    let recreate = select(vec![Recreate::Diverged, Recreate::Diverged, Recreate::Always, Recreate::Never]);
    let orphans = select(vec![Orphans::Keep, Orphans::Remove]);
    (prop_oneof![Just(vec![]), vec(0..5_usize, 1..3)], recreate, orphans, any::<(bool, bool)>())
        .prop_map(|(targets, recreate, orphans, (wait, gives_up))| Wish { targets, recreate, orphans, wait, gives_up })
}

impl Wish {
    pub fn policy(&self, wanted: &Sketch) -> Policy {
        let names = wanted.names();
        let target = |which: &usize| names[which % names.len()].parse().expect("valid");
        Policy {
            recreate: self.recreate,
            orphans: self.orphans,
            targets: self.targets.iter().map(target).collect(),
            grace: None,
            reach: if self.wait { Reach::Ready } else { Reach::Started },
            renew: if self.gives_up { ["p_v0".to_owned()].into() } else { BTreeSet::new() },
            ..Policy::default()
        }
    }
}

impl Sketch {
    pub fn project(&self) -> Project {
        let mut project = project(&self.yaml());
        for (object, content) in project.configs.values_mut().chain(project.secrets.values_mut()).zip(&self.contents) {
            object.fill(Secret::new(format!("content {content}")));
        }
        project
    }

    /// The same project with what programs provide beside it: a service, and a model.
    pub fn provided(&self) -> Project {
        let more = "services:\n  z: {provider: {type: t}}\n  y: {image: i0, models: {m: null}, depends_on: {z: {condition: \
                    service_started}}}\n";
        let text = self.yaml().replacen("services:\n", more, 1);
        project(&format!("{text}models: {{m: {{model: ai/m}}}}\n"))
    }

    /// This project with some of another's services and definitions in it.
    fn mixed_with(&self, other: &Self, seed: u64) -> Self {
        let mut mixed = self.clone();
        for (position, (service, theirs)) in mixed.services.iter_mut().zip(&other.services).enumerate() {
            if seed >> (position * 2) & 3 == 3 {
                service.1.clone_from(&theirs.1);
            } else if seed >> (position + 16) & 1 == 1 {
                service.1.value = theirs.1.value;
                service.1.scale = theirs.1.scale;
            }
        }
        for (position, (network, theirs)) in mixed.networks.iter_mut().zip(&other.networks).enumerate() {
            if seed >> (position * 2 + 32) & 3 == 3 {
                *network = *theirs;
            }
        }
        for (position, (volume, theirs)) in mixed.volumes.iter_mut().zip(&other.volumes).enumerate() {
            if seed >> (position * 2 + 48) & 3 == 3 {
                *volume = *theirs;
            }
        }
        if seed >> 56 & 3 == 3 {
            mixed.contents.clone_from(&other.contents);
        }
        mixed
    }

    /// The services that are there; at least one is.
    fn names(&self) -> Vec<&'static str> {
        let there =
            |(position, (out, _)): (usize, &(bool, ServiceSketch))| (!*out || position == 0).then_some(position);
        self.services.iter().enumerate().filter_map(there).map(|position| SERVICES[position]).collect()
    }

    fn yaml(&self) -> String {
        let names = self.names();
        let mut text = String::from("services:\n");
        let mut shared = false;
        let mut ports = BTreeSet::new();
        for (position, (_, service)) in self.services.iter().enumerate() {
            if names.contains(&SERVICES[position]) {
                let taken = service.named == 2 && std::mem::replace(&mut shared, true);
                let service = self.service(position, if taken { 1 } else { service.named });
                writeln!(text, "  {}: {{{service}{}}}", SERVICES[position], self.port(position, &mut ports))
                    .expect("a string");
            }
        }
        text.push_str("networks:\n");
        for (position, definition) in self.networks.iter().enumerate() {
            let definition = match definition {
                1 => format!("{{name: p_n{position}, internal: true}}"),
                2 => format!("{{name: own-n{position}}}"),
                3 => "{name: elsewhere, external: true}".into(),
                _ => format!("{{name: p_n{position}}}"),
            };
            writeln!(text, "  n{position}: {definition}").expect("a string");
        }
        text.push_str("volumes:\n");
        for (position, definition) in self.volumes.iter().enumerate() {
            let definition = match definition {
                1 => format!("{{name: p_v{position}, labels: {{tier: gold}}}}"),
                2 => format!("{{name: own-v{position}}}"),
                3 => "{name: elsewhere, external: true}".into(),
                _ => format!("{{name: p_v{position}}}"),
            };
            writeln!(text, "  v{position}: {definition}").expect("a string");
        }
        text.push_str("configs: {c: {content: x}}\nsecrets: {s: {file: /s}}\n");
        text
    }

    fn service(&self, position: usize, named: u8) -> String {
        let service = &self.services[position].1;
        let mut parts = vec![match service.image {
            // One that has a name can be pushed.
            3 if service.value == 1 => "image: own, build: {context: /p}".into(),
            3 => "build: {context: /p}".into(),
            image => format!("image: i{image}"),
        }];
        parts.push(format!("environment: {{VALUE: v{}}}", service.value));
        match named {
            0 => parts.push(format!("scale: {}", service.scale)),
            1 => parts.push(format!("container_name: c-{}, scale: {}", SERVICES[position], service.scale.min(1))),
            _ => parts.push(format!("container_name: shared, scale: {}", service.scale.min(1))),
        }
        parts.extend((service.files & 1 == 1).then(|| "configs: [{source: c}]".into()));
        parts.extend((service.files & 2 == 2).then(|| "secrets: [{source: s}]".into()));
        // What kind of image it is says which hooks it has, so that replacements change them too.
        let hooks = match service.image {
            1 => &["post_start", "pre_stop"][..],
            2 => &["pre_start"],
            3 => &["pre_start", "post_start", "pre_stop"],
            _ => &[],
        };
        parts.extend(hooks.iter().map(|hook| format!("{hook}: [{{command: [a]}}, {{command: [b]}}]")));
        if service.checked {
            parts.push("healthcheck: {test: [CMD, ok]}".into());
        }
        let bits = |mask: u8, count: u8| (0..count).filter(move |bit| mask >> bit & 1 == 1);
        let networks: Vec<String> = bits(service.networks, 3).map(|bit| format!("n{bit}: null")).collect();
        let leans = self.leans(position);
        let joins = leans.filter(|_| service.leans % 6 == 1);
        parts.push(if let Some(on) = joins {
            format!("network_mode: 'service:{}'", SERVICES[on])
        } else if networks.is_empty() {
            "network_mode: host".into()
        } else {
            format!("networks: {{{}}}", networks.join(", "))
        });
        parts.extend(leans.map(|on| match service.leans % 6 {
            1 | 2 => format!("ipc: 'service:{}'", SERVICES[on]),
            3 => format!("pid: 'service:{}'", SERVICES[on]),
            4 => format!("volumes_from: ['{}:ro']", SERVICES[on]),
            _ => format!("links: ['{}:other']", SERVICES[on]),
        }));
        let named = bits(service.volumes, 2).map(|bit| format!("{{type: volume, source: v{bit}, target: /{bit}}}"));
        // Where no declared volume is, an anonymous one takes its place: data and place change hands.
        let free = bits(service.anonymous, 2)
            .map(|bit| if service.volumes >> bit & 1 == 1 { format!("/x{bit}") } else { format!("/{bit}") });
        let mounts: Vec<String> =
            named.chain(free.map(|target| format!("{{type: volume, target: {target}}}"))).collect();
        parts.push(format!("volumes: [{}]", mounts.join(", ")));
        parts.push(format!("depends_on: {{{}}}", self.depends(position).join(", ")));
        parts.join(", ")
    }

    /// A port that no other service has; what is scaled, or on no network of its own, has none.
    fn port(&self, position: usize, taken: &mut BTreeSet<u8>) -> String {
        let service = &self.services[position].1;
        let joins = service.leans % 6 == 1 && self.leans(position).is_some();
        let publishes = service.networks > 0 && !joins && (service.scale < 2 || service.named > 0);
        if publishes && service.port < 3 && taken.insert(service.port) {
            return format!(", ports: [{{target: 80, published: \"808{}\"}}]", service.port);
        }
        String::new()
    }

    /// The service that one shares with or links to: one that it depends on, that has a container and that does not end.
    fn leans(&self, position: usize) -> Option<usize> {
        let service = &self.services[position].1;
        let others = if self.reversed { position + 1..self.services.len() } else { 0..position };
        let fits = |on: &usize| {
            let of = &self.services[*on].1;
            self.names().contains(&SERVICES[*on]) && of.scale > 0 && !of.ends
        };
        let on = others.zip(&service.depends).filter(|(on, how)| **how > 0 && fits(on));
        on.map(|(on, _)| on).next_back().filter(|_| !service.leans.is_multiple_of(6) && service.leans < 8)
    }

    /// On earlier services, or on later ones when reversed: never in a circle.
    fn depends(&self, position: usize) -> Vec<String> {
        let names = self.names();
        let count = self.services.len();
        let others: Vec<usize> = if self.reversed { (position + 1..count).collect() } else { (0..position).collect() };
        let how = self.services[position].1.depends.iter().zip(others).filter(|(how, _)| **how > 0);
        how.filter_map(|(how, on)| {
            let there = names.contains(&SERVICES[on]);
            let until = if self.services[on].1.ends { "service_completed_successfully" } else { "service_healthy" };
            let leans = self.leans(position) == Some(on) && self.services[position].1.leans % 6 != 4;
            let (condition, more) = match how {
                _ if leans => ("service_started", ", restart: true"),
                1 | 2 => ("service_started", ""),
                3 => ("service_started", ", restart: true"),
                4 => (until, ", restart: true"),
                5 => (until, ", required: false"),
                _ => (until, ""),
            };
            (there || *how == 5).then(|| format!("{}: {{condition: {condition}{more}}}", SERVICES[on]))
        })
        .collect()
    }
}

/// What is there before anything: what external networks and volumes lead to.
pub fn empty_world() -> Observed {
    Observed {
        networks: vec![SeenNetwork { id: "ext".into(), name: "elsewhere".into(), labels: BTreeMap::new() }],
        volumes: vec![SeenVolume { name: "elsewhere".into(), labels: BTreeMap::new() }],
        ..Observed::default()
    }
}
