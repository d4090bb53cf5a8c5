//! `watch`: services are restarted when their mounted files change, and only then.

use crate::support::engine::Container;
use crate::support::{Running, Scenario, example};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A stack that is watched.
fn watched(case: &str) -> (Scenario, Running) {
    let scenario = Scenario::new(case);
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    (scenario, running)
}

/// Saves a file as editors do: a new file takes its place.
fn replace(scenario: &Scenario, file: &str, text: &str) {
    scenario.write(&format!("{file}.new"), text);
    let folder = scenario.folder();
    std::fs::rename(folder.join(format!("{file}.new")), folder.join(file)).expect("the folder is there");
}

/// When each container of a service was started.
fn starts(scenario: &Scenario, service: &str) -> Vec<String> {
    let mine = |one: &Container| one.service() == service;
    scenario.containers().iter().filter(|one| mine(one)).map(|one| one.started_at().to_owned()).collect()
}

#[test]
fn a_replaced_file_is_read_anew_by_every_container_of_its_service() {
    let (scenario, running) = watched("mounted");
    let ids: Vec<_> = scenario.containers().iter().map(|one| one.id().to_owned()).collect();
    replace(&scenario, "app.conf", "two");
    running.until_prints("restarted web, with it proxy: app.conf changed, ");
    let all = scenario.containers();
    let read = all.iter().filter(|one| one.service() == "web").map(|one| one.output().contains("read two page"));
    assert_eq!(read.collect::<Vec<_>>(), [true, true], "a mount holds on to the file that it was made with");
    assert_eq!(all.iter().map(|one| one.id().to_owned()).collect::<Vec<_>>(), ids, "nothing is replaced");
}

#[test]
fn a_save_in_a_mounted_folder_restarts_and_a_touch_does_not() {
    let (scenario, running) = watched("mounted");
    let (web, other) = (starts(&scenario, "web"), starts(&scenario, "other"));
    // The touch comes first: if it counted, it would be told first or together.
    replace(&scenario, "app.conf", "one");
    scenario.write("src/page", "new");
    running.until_prints("src/page changed, ");
    assert_ne!(starts(&scenario, "web"), web);
    assert_eq!(starts(&scenario, "other"), other);
    running.interrupt();
    let ran = running.wait().code(130);
    let told: Vec<_> = ran.stdout.lines().filter(|line| line.starts_with("restarted")).collect();
    assert!(matches!(told[..], [line] if !line.contains("app.conf")), "{}", ran.told());
}

#[test]
fn a_burst_of_saves_is_one_restart() {
    let (scenario, running) = watched("mounted");
    for number in 0..200 {
        scenario.write(&format!("src/f{number}"), "x");
    }
    running.until_prints("src/f0 and 199 more changed, ");
}

#[test]
fn what_changes_while_the_services_come_up_counts() {
    let scenario = Scenario::new("mounted");
    scenario.edit("compose.yaml", "    command: httpd -f\n", "    command: httpd -f\n    depends_on: [proxy]\n");
    let running = scenario.spawn(["watch"]);
    running.until_says("proxy started");
    scenario.write("src/page", "late");
    running.until_prints("src/page changed, ");
}

#[test]
fn a_writable_mount_is_watched_only_when_asked_for() {
    let scenario = Scenario::new("mounted");
    let running = scenario.spawn(["watch", "other", "--writable"]);
    running.until_prints("Watch enabled");
    scenario.write("data/x", "x");
    running.until_prints("restarted other: data/x changed, ");
    scenario.hoist(["watch", "other"]).code(1).says("nothing to watch").says("./data of other");
}

#[test]
fn a_service_that_writes_what_it_is_watched_for_is_let_go() {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        "
services:
  loop:
    image: busybox
    command: sh -c 'cat /proc/sys/kernel/random/uuid > /data/x; exec httpd -f'
    stop_signal: SIGKILL
    volumes: [./data:/data]
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
  calm: {image: busybox, command: httpd -f, stop_signal: SIGKILL, volumes: ['./calm:/calm:ro']}
",
    );
    std::fs::create_dir(scenario.folder().join("src")).unwrap();
    let running = scenario.spawn(["watch", "--writable"]);
    running.until_says("loop is restarted again and again for data/x: it is no longer restarted");
    scenario.write("calm/y", "y");
    running.until_prints("restarted calm: calm/y changed, ");
    // Its files are still copied.
    scenario.write("src/f", "f");
    running.until_prints("synced loop: 1 file, ");
}

#[test]
fn a_second_watch_of_the_same_project_is_refused_while_the_first_lives() {
    let (scenario, running) = watched("mounted");
    for words in [&["watch"][..], &["watch", "other", "--writable", "--no-up"], &["up", "--watch"]] {
        let ran = scenario.hoist_words(words).code(1).says("is watched already by another hoist (process ");
        assert_eq!(ran.stdout, "", "{}", ran.told());
    }
    scenario.hoist(["watch", "--check"]).ok();
    // What is killed leaves nothing behind.
    drop(running);
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
}

#[test]
fn nothing_to_watch_is_an_error() {
    Scenario::new("web_and_db").hoist(["watch"]).code(1).says("nothing to watch");
}

#[test]
fn a_rule_without_a_copy_restarts_and_says_more_than_the_mount() {
    let scenario = Scenario::new("mounted");
    let rule = "    develop: {watch: [{path: ./src, action: restart, ignore: ['page']}]}\n";
    scenario.edit(
        "compose.yaml",
        "  proxy:\n",
        &format!("  ruled:\n    image: busybox\n    command: httpd -f\n    stop_signal: SIGKILL\n{rule}  proxy:\n"),
    );
    let running = scenario.spawn(["watch", "ruled"]);
    running.until_prints("Watch enabled");
    scenario.write("src/page", "left out");
    scenario.write("src/other", "new");
    running.until_prints("restarted ruled: src/other changed, ");
}

#[test]
fn each_way_in_which_editors_save_is_one_restart() {
    let scenario = Scenario::new("mounted");
    let saves = [
        ("vim", "echo 1 > src/4913; rm src/4913; mv src/vim src/vim~; echo new > src/vim; rm src/vim~"),
        ("code", "echo new > src/code"),
        (
            "jetbrains",
            "echo new > src/jetbrains___jb_tmp___; mv src/jetbrains src/jetbrains___jb_old___; mv src/jetbrains___jb_tmp___ src/jetbrains; rm src/jetbrains___jb_old___",
        ),
        ("sed", "sed -i s/old/new/ src/sed"),
        ("atomic", "echo new > src/.atomic.swp; mv src/.atomic.swp src/atomic"),
    ];
    let shell = |script: &str| {
        let done = std::process::Command::new("sh").args(["-ec", script]).current_dir(scenario.folder()).status();
        assert!(done.expect("a shell").success(), "{script}");
    };
    for (file, _) in saves {
        scenario.write(&format!("src/{file}"), "old\n");
    }
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    for (file, save) in saves {
        shell(save);
        running.until_prints(&format!(": src/{file} changed, "));
    }
    running.interrupt();
    let ran = running.wait().code(130);
    let restarts = ran.stdout.lines().filter(|line| line.starts_with("restarted web")).count();
    assert_eq!(restarts, saves.len(), "{}", ran.told());
}

#[test]
fn a_process_that_has_to_be_killed_for_a_restart_is_named_with_the_remedy() {
    let scenario = Scenario::new("mounted");
    scenario.edit("compose.yaml", "stop_signal: SIGKILL", "stop_signal: SIGTERM");
    let running = scenario.spawn(["watch", "web"]);
    running.until_prints("Watch enabled");
    scenario.write("src/page", "new");
    running.until_prints("src/page changed, ");
    running.until_says("killed, since SIGTERM did not end it within 2s: web");
    running.until_says("set 'init: true'");
}

#[test]
fn the_containers_go_on_after_ctrl_c() {
    let (scenario, running) = watched("mounted");
    running.interrupt();
    running.wait().code(130);
    assert!(scenario.containers().iter().all(|one| one.state() == "running"));
}

#[test]
fn movies_proxy_serves_by_its_new_configuration() {
    let _port = example::hold(8080);
    let scenario = Scenario::example("movies-proxy");
    scenario.hoist(["up", "-d"]).ok();
    let running = scenario.spawn(["watch", "--no-up", "nginx"]);
    running.until_prints("Watch enabled");
    scenario.edit("nginx.conf", "location / {", "location = /hello { return 200 'hello'; }\n        location / {");
    running.until_prints("restarted nginx: nginx.conf changed, ");
    until_greets("hello");
    // Also when another file takes the place of the one that is mounted.
    let text = std::fs::read_to_string(scenario.folder().join("nginx.conf")).expect("it is there");
    replace(&scenario, "nginx.conf", &text.replace("'hello'", "'hello again'"));
    until_greets("hello again");
    running.interrupt();
    let told = running.wait().code(130).stdout;
    assert_eq!(told.matches("restarted nginx: nginx.conf changed, ").count(), 2, "{told}");
}

#[test]
fn flask_redis_runs_what_is_saved() {
    let _port = example::hold(5000);
    let scenario = Scenario::example("flask-redis");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    let running = scenario.spawn(["watch", "--no-up"]);
    running.until_prints("Watch enabled");
    let text = std::fs::read_to_string(scenario.folder().join("src/app.py")).expect("it is there");
    replace(&scenario, "src/app.py", &text.replace("{\"count\": count}", "{\"visits\": count}"));
    running.until_prints("restarted api: src/app.py changed, ");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !answers(5000, "/", r#"{"visits":1}"#) {
        assert!(Instant::now() < deadline, "the new code never came");
    }
}

#[track_caller]
fn until_greets(words: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !answers(8080, "/hello", words) {
        assert!(Instant::now() < deadline, "the new configuration never came");
    }
}

/// Whether somebody answers with these last words; it may not listen yet.
fn answers(port: u16, path: &str, words: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = String::new();
    let asked = stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes());
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.trim_end().ends_with(words)
}
