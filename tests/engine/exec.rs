//! `exec`: a command in a running container, as if it ran here.

use crate::support::{Scenario, Terminal};

fn running() -> Scenario {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario
}

#[test]
fn exec_passes_output_errors_and_the_exit_code_through() {
    let scenario = running();
    let ran = scenario.hoist(["exec", "web", "sh", "-c", "echo out; echo err >&2; exit 7"]).code(7);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("out\n", "err\n"));
}

#[test]
fn exec_ends_as_docker_compose_does() {
    let scenario = running();
    for words in
        [["exec", "-T", "web", "no-such-program"], ["exec", "-T", "web", "/etc/passwd"], ["exec", "-T", "db", "false"]]
    {
        let (ours, theirs) = (scenario.hoist(words), scenario.compose(words));
        assert_eq!(ours.code, theirs.code, "{}\n{}", ours.told(), theirs.told());
        assert_eq!(ours.stdout, theirs.stdout, "{}\n{}", ours.told(), theirs.told());
    }
}

#[test]
fn exec_gives_the_command_what_it_is_told_to() {
    let mut scenario = running();
    scenario.set("FROM_SHELL", "here");
    let flags = ["exec", "-T", "-e", "A=1", "-e", "FROM_SHELL", "-u", "1:2", "-w", "/tmp", "web"];
    let script = ["sh", "-c", "echo $A $FROM_SHELL $GREETING $(id -u):$(id -g) $(pwd)"];
    let ran = scenario.hoist_words(&[&flags[..], &script].concat()).ok();
    assert_eq!(ran.stdout, "1 here hello 1:2 /tmp\n");
}

#[test]
fn what_comes_after_the_service_is_the_commands() {
    let scenario = running();
    let ran = scenario.hoist(["exec", "-T", "web", "echo", "-e", "--index", "--", "-T"]).ok();
    assert_eq!(ran.stdout, "--index -- -T\n");
}

#[test]
fn exec_passes_all_bytes_of_standard_input_and_its_end() {
    let scenario = running();
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let ran = scenario.fed(&bytes, ["exec", "-T", "db", "md5sum"]).ok();
    let there = scenario.fed(&bytes, ["exec", "-T", "db", "cat"]);
    assert_eq!(there.code, Some(0));
    std::fs::write(scenario.folder().join("bytes"), &bytes).unwrap();
    scenario.docker(["cp", "bytes", &format!("{}:/bytes", scenario.container("db").name())]).ok();
    assert_eq!(ran.stdout.split(' ').next(), scenario.inside("db", "md5sum /bytes").stdout.split(' ').next());
}

#[test]
fn a_command_without_standard_input_reads_its_end() {
    let scenario = running();
    assert_eq!(scenario.hoist(["exec", "-T", "--interactive=false", "web", "cat"]).ok().stdout, "");
}

#[test]
fn a_detached_command_goes_on_alone() {
    let scenario = running();
    assert_eq!(scenario.hoist(["exec", "-d", "web", "sh", "-c", "echo done > /done; exec sleep 60"]).ok().stdout, "");
    let script = "for i in $(seq 100); do grep -s done /done && exit 0; sleep 0.1; done; exit 1";
    assert_eq!(scenario.inside("web", script).ok().stdout, "done\n");
}

#[test]
fn exec_chooses_the_container_by_number() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d", "--scale", "web=2"]).ok();
    let name = |words: Vec<&str>| {
        let ran = scenario.hoist_words(&words).ok();
        let host = ran.stdout.trim().to_owned();
        let all = scenario.containers();
        all.into_iter().find(|one| one.id().starts_with(&host)).map(|one| one.name().to_owned())
    };
    assert_eq!(name(vec!["exec", "-T", "web", "hostname"]), Some(format!("{}-web-1", scenario.project())));
    assert_eq!(
        name(vec!["exec", "-T", "--index", "2", "web", "hostname"]),
        Some(format!("{}-web-2", scenario.project()))
    );
    let ran = scenario.hoist(["exec", "--index=5", "web", "true"]).code(1);
    ran.says("container 5 of service 'web' is not running").says("those that run are 1, 2");
}

#[test]
fn exec_in_what_does_not_run_says_how_to_start_it() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["exec", "web", "true"]).code(1);
    ran.says("service 'web' is not running").says("hoist up -d web");
    running().hoist(["exec", "wib", "true"]).code(1).says("did you mean 'web'?");
}

#[test]
fn a_terminal_is_passed_to_the_command_and_is_as_before_in_the_end() {
    let scenario = running();
    let mut terminal = Terminal::of(&scenario, ["exec", "-it", "web", "sh"], (30, 100));
    terminal.types("PS1=next-; stty size; tty; cat\r");
    terminal.until_shows("30 100");
    terminal.until_shows("/dev/pts/");
    // The command reads each key: Ctrl-C ends `cat`, not us.
    terminal.resize((40, 120));
    terminal.types("\u{3}");
    terminal.until_shows("next-\u{1b}[6n");
    terminal.types("while [ \"$(stty size)\" != '40 120' ]; do sleep 0.1; done; echo larger-$((1 + 1)); exit 5\r");
    terminal.until_shows("larger-2");
    assert_eq!(terminal.wait(), 5);
}

#[test]
fn a_terminal_is_as_before_when_we_are_ended() {
    let scenario = running();
    let mut terminal = Terminal::of(&scenario, ["exec", "web", "sh"], (30, 100));
    terminal.types("echo $((40 + 2)); sleep 600\r");
    terminal.until_shows("42");
    terminal.terminate();
    assert_eq!(terminal.wait(), 130);
}

#[test]
fn a_service_that_the_project_does_not_have_is_told_from_one_that_does_not_run() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["exec", "web", "true"]).code(1).says("service 'web' is not running");
    scenario.hoist(["exec", "wep", "true"]).code(1).says("no such service: wep").says("did you mean 'web'?");
}
