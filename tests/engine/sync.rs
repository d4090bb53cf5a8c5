//! `develop.watch`: what changes on the host is in the containers, and nothing else is.

use crate::support::own_engine::OwnEngine;
use crate::support::trees::{until_equal, until_inside, until_printed};
use crate::support::{Running, Scenario};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

/// What is kept where.
pub const TREE: (&str, &str, &str) = ("src", "web", "/app");

/// A service whose folder `src` is kept in `/app`, and what more its lines say.
pub fn project(service: &str, rule: &str) -> Scenario {
    let scenario = Scenario::empty();
    let text = format!(
        "
services:
  web:
    image: busybox
    command: sh -c 'mkdir -p /app /data && exec httpd -f'
    stop_signal: SIGKILL
{service}    develop:
      watch:
        - {{path: ./src, action: sync, target: /app{rule}}}
"
    );
    scenario.write("compose.yaml", &text);
    fs::create_dir(scenario.folder().join("src")).unwrap();
    scenario
}

/// A watch that has begun.
pub fn watched(scenario: &Scenario) -> Running {
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    running
}

/// Runs a shell command in the folder of a project.
pub fn shell(scenario: &Scenario, script: &str) {
    let done = Command::new("sh").args(["-ec", script]).current_dir(scenario.folder()).output().unwrap();
    assert!(done.status.success(), "{script}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn edits_new_files_renames_and_deletes_arrive() {
    let scenario = project("", "");
    let running = watched(&scenario);
    shell(
        &scenario,
        "cd src; mkdir -p a/b/c empty; echo one > a/b/c/f; echo x > top; chmod 755 top; echo odd > 'a/-rf *'",
    );
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "cd src; echo two >> a/b/c/f; rm top; mv a/b/c/f a/g; rmdir empty; chmod 700 a");
    until_equal(&scenario, TREE, &running);
    for save in [
        "echo new > s.tmp; mv s.tmp a/g",
        "sed -i s/new/newer/ a/g",
        "cp a/g a/g~; echo vim > a/4913; rm a/4913; mv a/g a/g~; echo saved > a/g; rm a/g~",
        "echo jb > a/g___jb_tmp___; mv a/g a/g___jb_old___; mv a/g___jb_tmp___ a/g; rm a/g___jb_old___",
    ] {
        shell(&scenario, &format!("cd src; {save}"));
        until_equal(&scenario, TREE, &running);
    }
    running.until_prints("synced web: ");
}

#[test]
fn a_renamed_folder_and_a_root_made_anew_stay_in_sync() {
    let scenario = project("", "");
    let running = watched(&scenario);
    shell(&scenario, "cd src; mkdir -p d1/sub; echo z > d1/sub/z; echo a > a");
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "cd src; mv d1 d1r; echo edited > d1r/sub/z");
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "cd src; echo again > d1r/sub/z");
    until_equal(&scenario, TREE, &running);
    let folder = scenario.inside("web", "stat -c %i /app").stdout;
    shell(&scenario, "rm -rf src");
    until_inside(&scenario, ("web", "ls /app"), "", &running);
    shell(&scenario, "mkdir -p src/d1; echo back > src/d1/z");
    until_equal(&scenario, TREE, &running);
    assert_eq!(scenario.inside("web", "stat -c %i /app").stdout, folder, "a process may be at home in it");
    shell(&scenario, "echo more > src/d1/z; echo b > src/b");
    until_equal(&scenario, TREE, &running);
}

#[test]
fn files_and_folders_change_places_and_the_rest_arrives_too() {
    let scenario = project("", "");
    let running = watched(&scenario);
    shell(&scenario, "cd src; mkdir d; echo x > d/x; echo f > f; ln -s d l");
    until_equal(&scenario, TREE, &running);
    shell(
        &scenario,
        "cd src; rm -r d f l; echo file > d; mkdir f; echo in > f/in; mkdir l; echo in > l/in; for i in 1 2 3 4 5; do echo $i > good$i; done",
    );
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "cd src; rm -r d f l; ln -s f d; echo f > f; ln -s good1 l");
    until_equal(&scenario, TREE, &running);
}

#[test]
fn links_are_copied_as_links_and_hard_links_do_not_go_stale() {
    let scenario = project("", "");
    let running = watched(&scenario);
    let src = scenario.folder().join("src");
    fs::create_dir_all(src.join("dir")).unwrap();
    fs::write(src.join("dir/f"), "f").unwrap();
    symlink("nowhere", src.join("dangling")).unwrap();
    symlink("dir", src.join("folder")).unwrap();
    until_equal(&scenario, TREE, &running);
    fs::write(src.join("dir/f"), "edited behind the link").unwrap();
    fs::hard_link(src.join("dir/f"), src.join("hard")).unwrap();
    until_equal(&scenario, TREE, &running);
    fs::write(src.join("hard"), "by its other name").unwrap();
    until_equal(&scenario, TREE, &running);
    fs::hard_link(src.join("hard"), scenario.folder().join("outside")).unwrap();
    fs::write(scenario.folder().join("outside"), "from outside").unwrap();
    until_equal(&scenario, TREE, &running);
}

#[test]
fn what_is_left_out_stays_out_also_in_new_folders() {
    let scenario = project("    build: .\n", ", ignore: ['**/*.log', '**/node_modules']");
    scenario.edit("compose.yaml", "    image: busybox\n", "");
    scenario.write("Dockerfile", "FROM busybox\n");
    scenario.write(".dockerignore", "src/secret\n");
    let running = watched(&scenario);
    shell(
        &scenario,
        "cd src; mkdir -p new/node_modules/m .git secret; for f in new/y.log new/node_modules/m/x .git/HEAD secret/s; do echo no > $f; done; echo yes > new/y",
    );
    until_inside(&scenario, ("web", "cd /app; find . | sort"), ".\n./new\n./new/y", &running);
    shell(&scenario, "cd src; rm -r new/node_modules new/y.log .git secret");
    until_equal(&scenario, TREE, &running);
}

#[test]
fn a_star_leaves_out_everything_but_what_is_taken_back() {
    let scenario = project("", ", ignore: ['*', '!keep']");
    let running = watched(&scenario);
    shell(&scenario, "cd src; echo no > no; echo yes > keep");
    until_inside(&scenario, ("web", "ls /app"), "keep", &running);
}

#[test]
fn memory_read_only_roots_and_files_of_the_host_inside_the_target() {
    let service =
        "    read_only: true\n    command: httpd -f\n    tmpfs: [/app]\n    volumes: ['./own.conf:/app/own.conf']\n";
    let text = project(service, "");
    let doubled = "    command: sh -c 'mkdir -p /app /data && exec httpd -f'\n";
    text.edit("compose.yaml", doubled, "");
    text.write("own.conf", "the host's");
    let running = watched(&text);
    shell(&text, "cd src; mkdir d; echo x > d/x; echo y > y; echo other > own.conf; echo gone > gone");
    until_inside(&text, ("web", "cd /app; cat d/x y own.conf gone"), "x\ny\nthe host'sgone", &running);
    shell(&text, "cd src; rm gone; echo z > y");
    until_inside(&text, ("web", "cd /app; cat y; ls"), "z\nd\nown.conf\ny", &running);
    assert_eq!(fs::read_to_string(text.folder().join("own.conf")).unwrap(), "the host's");
    shell(&text, "cd src; ln -s d l; echo file > s");
    until_inside(&text, ("web", "cd /app; cat l/x s"), "x\nfile", &running);
    shell(&text, "cd src; rm l s; mkdir l s; echo own > l/x; echo in > s/in");
    until_inside(&text, ("web", "cd /app; cat d/x l/x s/in"), "x\nown\nin", &running);
    shell(&text, "cd src; rm -r l s");
    until_inside(&text, ("web", "cd /app; ls"), "d\nown.conf\ny", &running);
    text.docker(["restart", text.container("web").id()]).ok();
    until_inside(&text, ("web", "cd /app; cat d/x y; ls"), "x\nz\nd\nown.conf\ny", &running);
}

#[test]
fn new_replicas_and_replaced_containers_get_what_the_others_have() {
    let scenario = project("", "");
    shell(&scenario, "echo before > src/before");
    let running = watched(&scenario);
    shell(&scenario, "cd src; echo edited > before; echo new > new");
    until_inside(&scenario, ("web", "cat /app/*"), "edited\nnew", &running);
    scenario.hoist(["up", "-d", "--scale", "web=2"]).ok();
    let hold = |text: &str| {
        let containers = scenario.containers();
        assert_eq!(containers.len(), 2);
        let script = "cat /app/before /app/new";
        for container in containers {
            until_printed(&scenario, (&container, script), text, &running);
        }
    };
    hold("edited\nnew");
    scenario.hoist(["up", "-d", "--scale", "web=2", "--force-recreate"]).ok();
    hold("edited\nnew");
    shell(&scenario, "echo all > src/new");
    hold("edited\nall");
}

#[test]
fn a_delete_waits_for_a_stopped_container_and_for_nobody_else() {
    let scenario = project("", "");
    let running = watched(&scenario);
    shell(&scenario, "cd src; echo a > a; echo b > b");
    until_equal(&scenario, TREE, &running);
    scenario.docker(["stop", "-t", "0", scenario.container("web").id()]).ok();
    shell(&scenario, "cd src; rm a; echo new > b");
    running.until_prints("synced web: 2 files, ");
    scenario.docker(["start", scenario.container("web").id()]).ok();
    until_equal(&scenario, TREE, &running);
}

#[test]
fn an_image_without_rm_keeps_the_file_and_that_is_said() {
    let scenario = project("", "");
    let running = watched(&scenario);
    shell(&scenario, "cd src; echo a > a; echo b > b");
    until_equal(&scenario, TREE, &running);
    scenario.inside("web", "rm /bin/rm").ok();
    shell(&scenario, "cd src; rm a; echo new > b");
    until_inside(&scenario, ("web", "cat /app/b"), "new", &running);
    running.until_says("is out of sync: a: ");
}

#[test]
fn one_steady_writer_holds_up_nobody() {
    let scenario = project("", "");
    let running = watched(&scenario);
    // Until it is killed.
    let writer = "while :; do echo line; sleep 0.02; done > src/log";
    let mut steady = Command::new("sh").args(["-c", writer]).current_dir(scenario.folder()).spawn().unwrap();
    shell(&scenario, "echo x > src/x");
    until_inside(&scenario, ("web", "cat /app/x"), "x", &running);
    assert!(steady.try_wait().unwrap().is_none(), "it still writes");
    until_inside(&scenario, ("web", "test -s /app/log && echo some"), "some", &running);
    assert!(steady.try_wait().unwrap().is_none(), "it still writes");
    steady.kill().unwrap();
    steady.wait().unwrap();
    until_equal(&scenario, TREE, &running);
}

#[test]
fn what_was_missing_before_is_found_by_a_comparison_and_a_containers_own_files_stay() {
    let scenario = project("", ", initial_sync: true");
    shell(&scenario, "cd src; echo old > old; mkdir d; echo deep > d/deep");
    let running = watched(&scenario);
    running.until_prints("compared ");
    until_equal(&scenario, TREE, &running);
    running.interrupt();
    running.wait().code(130);
    scenario.inside("web", "echo own > /app/own; echo spoilt > /app/old").ok();
    let running = watched(&scenario);
    until_inside(&scenario, ("web", "cd /app; cat old own"), "old\nown", &running);
    scenario.hoist(["up", "-d", "--force-recreate"]).ok();
    until_equal(&scenario, TREE, &running);
}

#[test]
fn a_file_whose_name_is_no_text_arrives_and_its_delete_is_told_of() {
    let scenario = project("", "");
    let running = watched(&scenario);
    shell(&scenario, "cd src; echo x > \"$(printf 'caf\\351')\"; echo y > y");
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "cd src; rm caf* y");
    until_inside(&scenario, ("web", "ls /app/y 2>/dev/null; ls /app | wc -l"), "1", &running);
    running.until_says("its name is not UTF-8");
}

#[test]
fn files_get_the_owner_of_what_they_replace_and_else_of_their_folder() {
    let scenario = project("", "}\n        - {path: ./other, action: sync, target: /other");
    scenario.edit(
        "compose.yaml",
        "mkdir -p /app /data",
        "mkdir -p /other /app/own && touch /app/a && chown 1500:1501 /app/a && chown 7 /app/own && chown 8 /other",
    );
    let running = watched(&scenario);
    until_inside(&scenario, ("web", "stat -c %u /other; ls /app"), "8\na\nown", &running);
    shell(&scenario, "cd src; mkdir own; echo a > a; echo b > b; echo c > own/c; chown 777 b");
    let script = "cd /app; cat a b own/c >/dev/null && stat -c %u:%g a b own/c";
    until_inside(&scenario, ("web", script), "1500:1501\n0:0\n7:0", &running);
    shell(&scenario, "mkdir other; echo d > other/d");
    until_inside(&scenario, ("web", "cat /other/d && stat -c %u:%g /other/d"), "d\n8:0", &running);
}

#[test]
fn a_service_restarts_once_its_files_are_there() {
    let scenario = project("", "");
    scenario.edit("compose.yaml", "action: sync,", "action: sync+restart,");
    scenario.edit("compose.yaml", "exec httpd -f", "cat /app/f /data/none; exec httpd -f");
    let running = watched(&scenario);
    shell(&scenario, "echo one > src/f");
    running.until_prints("restarted web: src/f changed, ");
    assert!(scenario.container("web").output().contains("one"));
    running.interrupt();
    let told = running.wait().code(130).stdout;
    assert!(told.find("synced web") < told.find("restarted web"), "{told}");
}

#[test]
fn a_command_runs_once_the_files_are_there_and_what_it_says_when_it_fails_is_shown() {
    let scenario = project("", "");
    scenario.edit("compose.yaml", "action: sync,", "action: sync+exec, exec: {command: [sh, -c, 'cat /app/f >> /data/ran; test $(cat /app/f) = good || { echo so bad; exit 3; }']},");
    let running = watched(&scenario);
    shell(&scenario, "echo good > src/f");
    running.until_prints("in web, ");
    until_inside(&scenario, ("web", "cat /data/ran"), "good", &running);
    shell(&scenario, "echo bad > src/f");
    running.until_says("exited with code 3");
    running.until_says("it said: so bad");
}

#[test]
fn a_rule_on_a_bind_mount_copies_nothing_and_does_what_follows_once() {
    let scenario = project("    volumes: ['./src:/app']\n", "");
    scenario.edit(
        "compose.yaml",
        "action: sync,",
        "action: sync+exec, exec: {command: [sh, -c, 'echo ran >> /data/ran']},",
    );
    let running = watched(&scenario);
    shell(&scenario, "echo x > src/f");
    running.until_prints("in web, ");
    shell(&scenario, "echo y > src/f");
    until_inside(&scenario, ("web", "cat /data/ran"), "ran\nran", &running);
    running.interrupt();
    let ran = running.wait().code(130);
    assert!(!ran.stdout.contains("synced") && ran.stdout.matches("in web, ").count() == 2, "{}", ran.told());
}

#[test]
fn more_folders_than_the_kernel_tells_of_are_looked_at_and_the_remedy_is_said() {
    let scenario = project("", "");
    shell(&scenario, "cd src; for i in 1 2 3 4 5 6 7 8 9; do mkdir d$i; done");
    scenario.hoist(["up", "-d"]).ok();
    // A limit for this process alone, in a user namespace of its own.
    let script = "echo 5 > /proc/sys/user/max_inotify_watches && exec \"$0\" watch --no-up";
    let mut command = scenario.program("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", script, env!("CARGO_BIN_EXE_hoist")]);
    let running = Running::spawn(command);
    running.until_prints("Watch enabled");
    running.until_says("are looked at every 2 s");
    running.until_says("raise the limit with 'sudo sysctl fs.inotify.max_user_watches=");
    shell(
        &scenario,
        "cd src; for i in 1 2 3 4 5 6 7 8 9; do echo $i > d$i/f; done; mkdir -p new/deep; echo x > new/deep/f",
    );
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "cd src; rm -r d9 d8/f; echo y > new/deep/f; mv d7 d77");
    until_equal(&scenario, TREE, &running);
}

#[test]
fn what_happens_while_the_process_stands_still_is_not_lost() {
    let scenario = project("", "");
    shell(&scenario, "cd src; mkdir a; echo one > a/f");
    let running = watched(&scenario);
    let process = running.child.lock().unwrap().id().to_string();
    shell(&scenario, &format!("kill -STOP {process}"));
    // More events than the kernel keeps: it forgets the rest and says so.
    let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let many: usize = queue.trim().parse::<usize>().unwrap() / 2 + 100;
    let src = scenario.folder().join("src");
    for number in 0..many {
        let (one, other) = (src.join(format!("a/{number}")), src.join("a/moved"));
        fs::write(&one, "x").unwrap();
        fs::rename(one, other).unwrap();
    }
    shell(&scenario, "cd src; mkdir -p late/deep; echo late > late/deep/f; echo two > a/f");
    shell(&scenario, &format!("kill -CONT {process}"));
    until_equal(&scenario, TREE, &running);
    shell(&scenario, "echo still > src/late/deep/f");
    until_equal(&scenario, TREE, &running);
}

#[test]
fn a_storm_in_a_folder_that_is_left_out_costs_nothing() {
    let scenario = project("", ", ignore: ['**/node_modules']");
    let running = watched(&scenario);
    shell(
        &scenario,
        "cd src; for p in $(seq 60); do mkdir -p node_modules/p$p/lib; for f in $(seq 30); do echo $p > node_modules/p$p/lib/$f; done; done; echo x > x",
    );
    until_inside(&scenario, ("web", "cat /app/x"), "x", &running);
    assert_eq!(scenario.inside("web", "ls /app").ok().stdout, "x\n");
    let process = running.child.lock().unwrap().id();
    let open = fs::read_dir(format!("/proc/{process}/fdinfo")).unwrap().flatten();
    let texts = open.map(|one| fs::read_to_string(one.path()).unwrap_or_default());
    let watches = texts.map(|text| text.matches("inotify wd:").count()).max();
    assert!(matches!(watches, Some(1..10)), "folders that are watched: {watches:?}");
}

#[test]
fn an_engine_that_is_started_again_gets_what_changed_meanwhile() {
    let mut scenario = project("    restart: always\n", "");
    let engine = OwnEngine::start("watch");
    scenario.at(&engine.address());
    let running = watched(&scenario);
    shell(&scenario, "echo a > src/a");
    running.until_prints("synced web: 1 file, ");
    engine.restart();
    shell(&scenario, "echo b > src/b; echo c > src/c");
    running.until_prints("synced web: 2 files, ");
    let container = format!("{}-1", scenario.name_of("web").replace('_', "-"));
    let mut docker = Command::new("docker");
    docker.env("DOCKER_HOST", engine.address());
    let copied = docker.args(["cp", &format!("{container}:/app"), "-"]).output().unwrap();
    let tar = String::from_utf8_lossy(&copied.stdout).into_owned();
    assert!(["app/a", "app/b", "app/c"].iter().all(|file| tar.contains(file)), "{}", running.so_far());
}
