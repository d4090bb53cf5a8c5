//! What a group's compose file says of itself: the rows that it fills, and by which commands.

use crate::support::Scenario;
use crate::support::scenario::root;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;

#[derive(Debug, Deserialize)]
pub struct Sheet {
    /// Row, to the things that have it, to the places of each.
    #[serde(rename = "x-rows")]
    pub rows: BTreeMap<String, BTreeMap<String, Option<Places>>>,
    /// What both tools are told, one after the other.
    #[serde(rename = "x-commands", default = "create")]
    commands: Vec<Vec<String>>,
}

/// Places, from where `docker inspect` begins.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Places {
    One(String),
    Several(Vec<String>),
}

fn create() -> Vec<Vec<String>> {
    vec![vec!["create".into()]]
}

impl Sheet {
    pub fn of(group: &str) -> Self {
        let file = root().join("tests/cases/inspect").join(group).join("compose.yaml");
        let text = std::fs::read_to_string(&file).expect("the group is there");
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Each row with a thing that has it, such as `container web`, and the places in which it does.
    pub fn claims(&self) -> Vec<(&str, String, Vec<String>)> {
        let full = |thing: &str| match thing.split_once(' ') {
            Some(("network" | "volume", _)) => thing.to_owned(),
            _ => format!("container {thing}"),
        };
        let places = |places: &Option<Places>| match places {
            None => Vec::new(),
            Some(Places::One(place)) => vec![place.clone()],
            Some(Places::Several(places)) => places.clone(),
        };
        let claims = self.rows.iter().flat_map(|(row, things)| {
            things.iter().map(move |(thing, paths)| (row.as_str(), full(thing), places(paths)))
        });
        claims.collect()
    }

    /// The commands, of this scenario.
    pub fn commands(&self, scenario: &Scenario) -> Vec<Vec<String>> {
        let plain = |word: &String| word.replace("${COMPOSE_PROJECT_NAME}", scenario.project());
        self.commands.iter().map(|words| words.iter().map(plain).collect()).collect()
    }
}

/// A group's folder, with a variable from the shell, things outside of the project, and the group's own programs and
/// configuration of the docker client where it has them.
pub fn stage(group: &str) -> Scenario {
    let mut scenario = Scenario::of("tests/cases/inspect", group);
    let project = scenario.project().to_owned();
    scenario.set("COMPOSE_PROJECT_NAME", &project);
    scenario.set("FROM_SHELL", "from the shell");
    scenario.external_volume("volume");
    scenario.external_network("network");
    let (programs, client) = (scenario.folder().join("bin"), scenario.folder().join("docker"));
    if programs.exists() {
        scenario.set("PATH", &format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()));
    }
    if client.exists() {
        plug_in(&client.join("cli-plugins"));
        scenario.set("DOCKER_CONFIG", &client.display().to_string());
    }
    scenario
}

/// Puts the plugins of the tester's docker client beside those of a group.
fn plug_in(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    let Some(own) = std::env::var_os("DOCKER_CONFIG") else { return };
    for plugin in std::fs::read_dir(Path::new(&own).join("cli-plugins")).into_iter().flatten().flatten() {
        symlink(plugin.path(), folder.join(plugin.file_name())).unwrap();
    }
}
