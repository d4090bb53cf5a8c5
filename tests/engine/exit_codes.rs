//! Each row of `docs/exit-codes.md`.

use crate::support::{Fault, Proxy, Ran, Running, Scenario, example};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// How many stacks are looked at side by side.
const AT_ONCE: usize = 4;

/// `quick` ends with a code after `job` has ended well and `long` is ready for its own end; `long` goes on.
const STACK: &str = "services:
  job: {image: busybox, command: 'true'}
  quick:
    image: busybox
    volumes: ['shared:/shared']
    command: sh -c 'until test -e /shared/ready; do sleep 0.1; done; exit ${CODE}'
    depends_on: {job: {condition: service_completed_successfully}}
  long:
    image: busybox
    init: true
    volumes: ['shared:/shared']
    command: sh -c \"trap 'exit 9' TERM; touch /shared/ready; echo ready; while true; do sleep 0.1; done\"
volumes: {shared: {}}
";

/// Two that go on and do not listen.
const STUBBORN: &str = "services:
  one: {image: busybox, command: sh -c \"trap '' TERM; echo ready; while true; do sleep 0.1; done\", init: true, stop_grace_period: 100s}
";

type Row = (&'static str, &'static str, fn());

const ROWS: [Row; 26] = [
    ("0", "all was done, or there was nothing to do", done),
    ("0", "`up` in the foreground, and all containers have ended, whatever their exit codes", all_ended),
    ("0", "`plan` has nothing to do", nothing_planned),
    ("0", "`plan` has nothing to do but to ask who provides services and models: only the answers say more", asks),
    ("0", "`--help`, `--version`, and any `--dry-run` that can be planned", answers),
    ("1", "a command or flag that does not exist, or flags that contradict each other", usage),
    ("1", "a compose file that is missing or has errors", file),
    ("1", "a service that does not exist", no_such_service),
    ("1", "an engine that does not answer", no_engine),
    ("1", "a dependency that fails, or a container that fails while `up --wait` waits for it", fails),
    (
        "1",
        "`plan`, or the `--dry-run` of what would be refused: a port that is taken, a stack of another folder",
        refused,
    ),
    ("1", "`rm` without `--force` and without anybody to ask", nobody),
    ("1", "`up -d`, and a container that it started is dead right after that", dead),
    ("1", "`check` finds an error", checked),
    ("1", "`names lookup` of a name that resolves nowhere, or where nobody runs who could be asked", nowhere),
    ("2", "`plan` has something to do", planned),
    ("130", "Ctrl-C or SIGTERM, once: `up` in the foreground stops all in peace", once),
    ("130", "Ctrl-C or SIGTERM, twice: `up` in the foreground kills what is not stopped yet", twice),
    (
        "130",
        "Ctrl-C or SIGTERM, once: all else finishes what it does (`down` a stop, `up -d` a start) and begins nothing \
         more; pulls, builds and waits are given up",
        once_elsewhere,
    ),
    ("130", "Ctrl-C or SIGTERM, twice: all else ends at once; what the engine does by then, it does", twice_elsewhere),
    ("130", "Ctrl-C or SIGTERM, twice: `run` kills the process, which gets the first one itself", run_twice),
    ("141", "`exec`, `run`, and nobody reads their standard output any more", unheard),
    ("the container's", "`up --abort-on-container-exit`: of the first container that ended", first_end),
    (
        "the container's",
        "`up --abort-on-container-failure`: of the first container that ended with another code than 0",
        first_failure,
    ),
    (
        "the container's",
        "`up --exit-code-from SERVICE`: of that service, also when it was stopped because another one ended",
        code_from,
    ),
    ("the process's", "`exec`, and `run` without `--detach`", process),
];

#[test]
fn each_row_of_the_table_is_true() {
    let rows = Mutex::new(ROWS.into_iter());
    let next = || rows.lock().unwrap().next();
    let worker = || {
        while let Some((_, _, row)) = next() {
            row();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(worker);
        }
    });
}

#[test]
fn the_table_has_the_rows_that_are_tested_and_no_others() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md");
    let text = std::fs::read_to_string(path).unwrap();
    let cells = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        (cells[0].clone(), cells[1..].join(" | "))
    };
    let table: BTreeSet<_> = text.lines().filter(|line| line.starts_with("| ")).skip(1).map(cells).collect();
    let tested = ROWS.iter().map(|(code, when, _)| ((*code).to_owned(), (*when).to_owned())).collect();
    assert_eq!(table, tested);
}

fn stack(code: &str) -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.write("compose.yaml", STACK);
    scenario.set("CODE", code);
    scenario
}

fn states(scenario: &Scenario) -> Vec<String> {
    scenario.containers().iter().map(|one| one.state().to_owned()).collect()
}

fn done() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["down"]).ok();
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["up", "-d"]).ok();
}

fn all_ended() {
    Scenario::new("short_lived").hoist(["up"]).ok();
}

fn nothing_planned() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["plan"]).ok();
}

fn asks() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services: {db: {provider: {type: nobody}}}\n");
    scenario.hoist(["plan"]).ok().prints("1 to provide").says("known only when 'up' asks");
}

fn refused() {
    let (mut scenario, (port, _listener)) = (Scenario::new("published"), example::free_port());
    scenario.set("PORT", &port.to_string());
    scenario.hoist(["plan"]).code(1);
    scenario.hoist(["up", "--dry-run"]).code(1);
}

fn planned() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["plan"]).code(2);
    scenario.hoist(["plan", "web", "--no-deps"]).code(2).prints("2 to create");
}

fn answers() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["--help"]).ok();
    scenario.hoist(["up", "--help"]).ok();
    scenario.hoist(["--version"]).ok();
    scenario.hoist(["--dry-run", "up"]).ok();
}

fn usage() {
    let scenario = Scenario::new("three_services");
    for words in [["nope", ""], ["up", "--nope"], ["kill", "--signal=NOPE"], ["scale", "web"]] {
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        scenario.hoist_words(&words).code(1);
    }
    let refused = [
        (["--build", "--no-build"], "--build and --no-build are incompatible"),
        (["--force-recreate", "--no-recreate"], "--force-recreate and --no-recreate are incompatible"),
        (["-d", "--attach=web"], "--detach cannot be combined with"),
        (["--wait", "--abort-on-container-exit"], "--wait cannot be combined with"),
        (["--abort-on-container-exit", "--abort-on-container-failure"], "cannot be combined with"),
        (["--attach=other", "web"], "cannot attach to services not included in up: other"),
    ];
    for (words, told) in refused {
        scenario.hoist_words(&[&["up"], &words[..]].concat()).code(1).says(told);
    }
}

fn file() {
    let scenario = Scenario::empty();
    scenario.hoist(["up"]).code(1);
    scenario.write("compose.yaml", "services: {a: {imgae: x}}\n");
    scenario.hoist(["up"]).code(1);
}

fn no_such_service() {
    let scenario = Scenario::new("three_services");
    for command in ["up", "stop", "start", "restart", "rm", "kill", "down", "create", "pull"] {
        scenario.hoist([command, "nope"]).code(1).says("no such service: nope");
    }
    scenario.hoist(["scale", "nope=2"]).code(1).says("no such service: nope");
    scenario.hoist(["up", "--exit-code-from", "nope"]).code(1).says("no such service: nope");
}

fn no_engine() {
    let mut scenario = Scenario::new("three_services");
    scenario.at("unix:///nowhere/engine.sock");
    scenario.hoist(["up"]).code(1);
    scenario.hoist(["stop"]).code(1);
}

fn fails() {
    Scenario::new("failing_job").hoist(["up", "-d"]).code(1);
    let scenario = Scenario::empty();
    // A check that never succeeds: the wait cannot be over before the container is.
    let check = "healthcheck: {test: 'false', interval: 30s}";
    scenario.write("compose.yaml", &format!("services: {{a: {{image: busybox, command: sh -c 'exit 3', {check}}}}}\n"));
    scenario.hoist(["up", "--wait"]).code(1);
}

fn nobody() {
    let scenario = Scenario::new("short_lived");
    scenario.hoist(["up"]).ok();
    scenario.hoist(["rm"]).code(1);
}

fn interrupted(text: &str, send: impl Fn(&Running)) -> (Scenario, Ran) {
    let mut scenario = Scenario::empty();
    scenario.set("CODE", "0");
    scenario.write("compose.yaml", text);
    let running = scenario.spawn(["up"]);
    running.until_prints("| ready");
    send(&running);
    let ran = running.wait();
    assert!(!states(&scenario).contains(&"running".to_owned()), "{}", ran.told());
    (scenario, ran)
}

fn once() {
    for send in [Running::interrupt, Running::terminate] {
        let (scenario, ran) = interrupted(STACK, send);
        assert_eq!(scenario.container("long").exit_code(), 9, "{}", ran.told());
        ran.code(130);
    }
}

fn twice() {
    for send in [Running::interrupt, Running::terminate] {
        let (scenario, ran) = interrupted(STUBBORN, |running| {
            send(running);
            running.until_says("Ctrl-C again kills");
            send(running);
        });
        assert_eq!(scenario.container("one").exit_code(), 137, "{}", ran.told());
        ran.code(130);
    }
}

fn first_end() {
    for code in [0, 7] {
        let scenario = stack(&code.to_string());
        let ran = scenario.hoist(["up", "--abort-on-container-exit"]).code(code);
        assert_eq!(states(&scenario), ["exited", "exited", "exited"], "{}", ran.told());
        ran.says(&format!("quick-1 exited with code {code}: aborting"));
    }
}

fn first_failure() {
    let scenario = stack("7");
    let ran = scenario.hoist(["up", "--abort-on-container-failure"]).code(7);
    assert_eq!(states(&scenario), ["exited", "exited", "exited"], "{}", ran.told());
    let scenario = stack("0");
    scenario.edit("compose.yaml", "echo ready; while true; do sleep 0.1; done", "sleep 2");
    scenario.hoist(["up", "--abort-on-container-failure"]).ok();
}

fn code_from() {
    stack("7").hoist(["up", "--exit-code-from", "quick"]).code(7);
    stack("7").hoist(["up", "--exit-code-from", "long"]).code(9);
    stack("0").hoist(["up", "--exit-code-from", "long"]).code(9);
}

fn process() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["exec", "web", "sh", "-c", "exit 5"]).code(5);
    scenario.hoist(["run", "--rm", "web", "sh", "-c", "exit 5"]).code(5);
    scenario.hoist(["run", "--rm", "--detach", "web", "sh", "-c", "exit 5"]).ok();
}

fn dead() {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        "services:
  dead: {image: busybox, command: sh -c 'exit 3'}
  job: {image: busybox, command: sleep 1}
  web: {image: busybox, command: 'true', depends_on: {job: {condition: service_completed_successfully}}}
",
    );
    scenario.hoist(["up", "-d"]).code(1).says("dead exited with code 3 right after its start");
}

fn checked() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services: {a: {image: busybox}}\n");
    scenario.hoist(["check"]).ok();
    scenario.write("compose.yaml", "services: {a: {imgae: x}}\n");
    scenario.hoist(["check"]).code(1).prints("imgae");
}

fn nowhere() {
    let scenario = Scenario::new("named");
    scenario.hoist(["names", "lookup", "db"]).code(1).says("there is nobody to ask");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["names", "lookup", "db"]).ok();
    scenario.hoist(["names", "lookup", "nope"]).code(1).says("'nope' resolves nowhere");
}

/// A `down` that waits for a container with this grace.
fn slow_down(grace: &str) -> (Scenario, Running) {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &STUBBORN.replace("100s", grace));
    scenario.hoist(["up", "-d"]).ok();
    let running = scenario.spawn(["down"]);
    running.until_says("still stopping");
    (scenario, running)
}

fn once_elsewhere() {
    let scenario = Scenario::new("ordered");
    scenario.edit("compose.yaml", "sleep 0.5; echo done", "sleep 1000");
    let running = scenario.spawn(["up", "-d"]);
    running.until_says("job");
    running.interrupt();
    running.wait().code(130);
    assert!(states(&scenario).iter().filter(|state| *state == "running").count() <= 1, "only the job was begun");
    let (scenario, running) = slow_down("5s");
    running.interrupt();
    running.wait().code(130);
    assert_eq!((scenario.container("one").state(), scenario.networks().len()), ("exited", 1));
    let (mut scenario, proxy) = (Scenario::new("three_services"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("POST", "/images/create", Fault::Hold);
    let running = scenario.spawn(["pull"]);
    proxy.until_held();
    running.terminate();
    running.wait().code(130);
}

fn twice_elsewhere() {
    let (_scenario, running) = slow_down("1000s");
    running.interrupt();
    running.until_says("Ctrl-C again ends at once");
    running.interrupt();
    running.wait().code(130);
}

fn run_twice() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", STUBBORN);
    scenario.edit("compose.yaml", "trap '' TERM", "trap '' INT TERM");
    let running = scenario.spawn(["run", "-T", "one"]);
    running.until_prints("ready");
    running.interrupt();
    // Two signals of a kind that come at once are one.
    running.terminate();
    let ran = running.wait();
    assert!(!states(&scenario).contains(&"running".to_owned()), "{}", ran.told());
    ran.code(130);
}

fn unheard() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    for command in ["exec -T web", "run --rm -T web"] {
        let hoist = env!("CARGO_BIN_EXE_hoist");
        let mut shell = scenario.program("sh");
        shell.args(["-c", &format!("{{ {hoist} {command} yes; echo code $? >&2; }} | head -n 1")]);
        Running::spawn(shell).wait().says("code 141");
    }
}
