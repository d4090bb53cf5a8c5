//! `watch` and git: another branch arrives as a whole, and is one change.

use crate::support::Scenario;
use crate::support::trees::until_equal;
use crate::sync::{TREE, project, shell, watched};

/// A repository whose branches `one` and `two` are 3,000 files apart; `two` is there.
fn branches(scenario: &Scenario) {
    shell(
        scenario,
        "git init -q -b one; git config user.email a@b; git config user.name a; cd src
        for d in 1 2 3 4 5 6; do mkdir d$d; for f in $(seq 500); do echo one $f > d$d/$f; done; done; mkdir only; echo 1 > only/f
        git add .; git commit -qm one; git checkout -qb two
        for d in 1 2 3 4 5 6; do for f in $(seq 500); do echo two $f > d$d/$f; done; done; git rm -qr only; mkdir d7; echo 7 > d7/f
        git add .; git commit -qm two",
    );
}

#[test]
fn a_checkout_of_another_branch_is_copied_as_a_whole() {
    let scenario = project("", "");
    branches(&scenario);
    let running = watched(&scenario);
    shell(&scenario, "git checkout -q one");
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "git checkout -q two");
    until_equal(&scenario, TREE, &running);
}

#[test]
fn a_checkout_of_another_branch_restarts_once() {
    let scenario = project("", "");
    scenario.edit("compose.yaml", "action: sync", "action: sync+restart");
    branches(&scenario);
    let running = watched(&scenario);
    shell(&scenario, "git checkout -q one");
    running.until_prints("restarted web: src/d1/1 and 3");
    scenario.write("src/last", "last");
    running.until_prints("restarted web: src/last changed");
    assert_eq!(running.so_far().matches("restarted web").count(), 2, "{}", running.so_far());
}
