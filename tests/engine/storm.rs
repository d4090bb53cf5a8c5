//! Random changes of a watched folder, in bursts, while its containers are restarted, replaced and scaled: in the end all
//! hold the same. `HOIST_SOAK` makes it long.

use crate::support::trees::until_same;
use crate::support::{Running, Scenario};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Operations, and how many go between two looks at both sides.
const SHORT: (usize, usize) = (500, 100);
const LONG: (usize, usize) = (100_000, 5_000);
const SEEDS: u64 = 20;

/// Numbers that look random and are the same in each run (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    /// A path in a small world, so that everything meets everything.
    fn path(&mut self, root: &Path) -> PathBuf {
        let mut path = root.to_owned();
        for _ in 0..=self.roll(3) {
            path.push(["a", "b", "c d", "-e", "f.txt", "g~h", "ü"][self.roll(7)]);
        }
        path
    }
}

/// Does one operation; one that cannot be done does nothing.
fn operate(dice: &mut Dice, root: &Path, number: usize) {
    let (one, other) = (dice.path(root), dice.path(root));
    let parent = || one.parent().map(fs::create_dir_all);
    let _ = match dice.roll(12) {
        0 | 1 => {
            parent();
            fs::write(&one, format!("{number}"))
        }
        2 => append(&one, number),
        3 => {
            parent();
            let beside = one.with_extension("new");
            fs::write(&beside, format!("saved {number}")).and_then(|()| fs::rename(beside, &one))
        }
        4 => fs::rename(&one, &other),
        5 => fs::create_dir_all(&one),
        6 => fs::remove_file(&one),
        7 => fs::remove_dir_all(&one),
        8 => {
            parent();
            // Writes go through links: none may lead out of the scenario's folder.
            symlink(["nowhere", "a", "b", "/dev/null/nowhere"][dice.roll(4)], &one)
        }
        9 => fs::set_permissions(&one, fs::Permissions::from_mode([0o600, 0o644, 0o755][dice.roll(3)])),
        10 => fs::hard_link(&one, &other),
        _ => swap(&one, number),
    };
}

fn append(path: &Path, number: usize) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(fs::File::options().append(true).open(path)?, "{number}")
}

/// A file becomes a folder, and a folder a file.
fn swap(path: &Path, number: usize) -> std::io::Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
        return fs::write(path, format!("file {number}"));
    }
    fs::remove_file(path)?;
    fs::create_dir(path)?;
    fs::write(path.join("inside"), format!("{number}"))
}

/// A service without a build, whose containers hold nothing but what is copied.
fn scenario() -> (Scenario, Running) {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        "
services:
  web:
    image: busybox
    command: sh -c 'mkdir -p /app && exec httpd -f'
    stop_signal: SIGKILL
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
",
    );
    fs::create_dir(scenario.folder().join("src")).unwrap();
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    (scenario, running)
}

/// What befalls the containers while files change.
fn disturb(scenario: &Scenario, round: usize) -> Option<Running> {
    match round % 5 {
        0 => None,
        1 => Some(scenario.spawn_docker(["restart", scenario.container("web").id()])),
        2 => Some(scenario.spawn(["up", "-d", "--force-recreate"])),
        3 => Some(scenario.spawn(["up", "-d", "--scale", "web=2"])),
        _ => Some(scenario.spawn(["up", "-d", "--scale", "web=1"])),
    }
}

#[expect(clippy::print_stdout, reason = "a soak shows what it measured")]
fn storm(seed: u64, (operations, between): (usize, usize)) -> Duration {
    let (scenario, running) = scenario();
    let (root, mut dice) = (scenario.folder().join("src"), Dice(seed));
    let mut waits = Vec::new();
    for round in 0..operations / between {
        let disturbance = disturb(&scenario, round);
        for number in 0..between {
            operate(&mut dice, &root, round * between + number);
        }
        if let Some(disturbance) = disturbance {
            disturbance.wait().ok();
        }
        waits.push(until_same(&scenario, ("src", "web", "/app"), &running));
    }
    waits.sort();
    println!("seed {seed}: equal after {:?} (median) to {:?}", waits[waits.len() / 2], waits[waits.len() - 1]);
    waits[waits.len() / 2]
}

#[test]
fn random_changes_end_equal() {
    if std::env::var_os("HOIST_SOAK").is_none() {
        storm(1, SHORT);
        return;
    }
    let mut medians: Vec<Duration> = (1..=SEEDS).map(|seed| storm(seed, LONG)).collect();
    medians.sort();
    // With the looks themselves, which take most of it.
    assert!(medians[medians.len() / 2] < Duration::from_secs(1), "{medians:?}");
}
