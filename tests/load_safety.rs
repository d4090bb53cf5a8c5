//! What a hostile or broken file does to a load: the right result, or a clear message with its place, and both within
//! 2 s of work and 256 MB. These are limits far above what files of people need, not timings; a build without
//! optimisation may work longer.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Seconds of work that a load may take.
const SECONDS: u32 = if cfg!(debug_assertions) { 20 } else { 2 };
/// Kilobytes of memory that a load may take.
const KILOBYTES: u64 = 256 * 1024;
/// Kilobytes of address space at which a load is ended: far more is reserved than is ever used.
const ADDRESSES: u64 = 4 * KILOBYTES;
/// How long a program that does nothing is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes of messages that a person can still read through.
const READABLE: usize = 16 * 1024;
const MIB: usize = 1024 * 1024;

/// A folder with the files of a project.
struct Project(TempDir);

/// What a command did.
struct Ran {
    code: Option<i32>,
    /// The most kilobytes of memory it was seen with.
    memory: u64,
    stdout: String,
    stderr: String,
}

impl Project {
    fn empty() -> Self {
        Self(tempfile::Builder::new().prefix("safety").tempdir().unwrap())
    }

    fn of(text: impl AsRef<[u8]>) -> Self {
        Self::empty().with("compose.yaml", text)
    }

    fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn with_link(self, name: &str, target: &str) -> Self {
        symlink(target, self.path().join(name)).unwrap();
        self
    }

    fn with_pipe(self, name: &str) -> Self {
        assert!(Command::new("mkfifo").arg(self.path().join(name)).status().unwrap().success());
        self
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn config(&self) -> Ran {
        self.hoist(["config", "--format", "json"])
    }

    /// Runs the built program with limits that end it.
    fn hoist<const N: usize>(&self, words: [&str; N]) -> Ran {
        let limits = format!("ulimit -t {SECONDS}; ulimit -v {ADDRESSES}; exec \"$0\" \"$@\"");
        let talk = tempfile::tempdir().unwrap();
        let file = |name: &str| fs::File::create(talk.path().join(name)).unwrap();
        let mut child = Command::new("sh")
            .args(["-c", &limits, env!("CARGO_BIN_EXE_hoist")])
            .args(words)
            .current_dir(self.path())
            .env_clear()
            .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/home/me"), ("SET", "val")])
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap();
        let (code, memory) = watch(&mut child);
        let text = |name: &str| fs::read_to_string(talk.path().join(name)).expect("hoist writes UTF-8");
        Ran { code, memory, stdout: text("stdout"), stderr: text("stderr") }
    }
}

/// The exit code of a program, and the most kilobytes of memory that it was seen with. Ends it when it waits for ever.
fn watch(child: &mut Child) -> (Option<i32>, u64) {
    let (started, mut most) = (Instant::now(), 0);
    loop {
        most = most.max(memory(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), most);
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
        }
        sleep(Duration::from_millis(2));
    }
}

/// The most kilobytes of memory that a process had so far; 0 where the system does not tell.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

impl Ran {
    fn told(&self) -> String {
        let cut = |text: &str| text.chars().take(2000).collect::<String>();
        format!(
            "code {:?}, {} kB\nstdout: {}\nstderr: {}",
            self.code,
            self.memory,
            cut(&self.stdout),
            cut(&self.stderr)
        )
    }

    /// It ended by itself, with little memory.
    #[track_caller]
    fn bounded(&self) {
        assert!(self.code.is_some(), "ended by a limit; {}", self.told());
        assert!(self.memory <= KILOBYTES, "too much memory; {}", self.told());
    }

    /// The load gave a project; nothing is said.
    #[track_caller]
    fn understood(self) -> Self {
        self.bounded();
        assert_eq!((self.code, self.stderr.is_empty()), (Some(0), true), "{}", self.told());
        self
    }

    /// The load was refused with a short message that begins with a place (or none, with `error`) and says a word.
    #[track_caller]
    fn refused(self, start: &str, word: &str) -> Self {
        self.bounded();
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{}", self.told());
        let first = self.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with(start) && first.contains("error[") && first.contains(word), "{}", self.told());
        self.readable()
    }

    /// What is said is short, and a terminal takes no harm from it.
    #[track_caller]
    fn readable(self) -> Self {
        assert!(self.stderr.len() < READABLE, "{} bytes of messages; {}", self.stderr.len(), self.told());
        let harmful =
            |letter: char| letter != '\n' && (letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter));
        assert!(!self.stderr.contains(harmful), "{}", self.told());
        self
    }

    /// Either the right result or a clear message: for what Compose itself is not clear about.
    #[track_caller]
    fn right_or_clear(self, start: &str) -> Self {
        if self.code == Some(0) { self.understood() } else { self.refused(start, "") }
    }

    #[track_caller]
    fn has(self, what: &str, times: usize) -> Self {
        assert_eq!(self.stdout.matches(what).count(), times, "'{what}' in {}", self.told());
        self
    }
}

/// A service `a` with more attributes.
fn service(more: &str) -> String {
    format!("services:\n  a:\n    image: x\n{more}")
}

/// Text made of numbered pieces.
fn pieces(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        text.push_str(&piece(index));
        text
    })
}

/// A file in which each anchor uses the one before it several times; `wrap` makes a value of the uses.
fn bomb(levels: usize, uses: usize, wrap: impl Fn(&str) -> String) -> String {
    let first = wrap(&vec!["x"; uses].join(", "));
    let levels = pieces(levels, |level| {
        let aliases = vec![format!("*a{level}"); uses].join(", ");
        format!("x-{}: &a{} {}\n", level + 1, level + 1, wrap(&aliases))
    });
    format!("x-0: &a0 {first}\n{levels}{}", service(""))
}

/// Uses as the values of a map.
fn as_map(uses: &str) -> String {
    let entries: Vec<String> = uses.split(", ").enumerate().map(|(index, one)| format!("k{index}: {one}")).collect();
    format!("{{{}}}", entries.join(", "))
}

// aliases

#[test]
fn an_alias_bomb_of_lists_is_refused_where_it_goes_off() {
    Project::of(bomb(7, 10, |uses| format!("[{uses}]"))).config().refused("compose.yaml:", "alias");
}

#[test]
fn an_alias_bomb_of_maps_is_refused_where_it_goes_off() {
    Project::of(bomb(7, 10, as_map)).config().refused("compose.yaml:", "alias");
}

#[test]
fn an_alias_bomb_that_doubles_is_refused_where_it_goes_off() {
    Project::of(bomb(25, 2, |uses| format!("[{uses}]"))).config().refused("compose.yaml:", "alias");
    Project::of(bomb(1000, 2, |uses| format!("[{uses}]"))).config().refused("compose.yaml:", "alias");
}

#[test]
fn a_merge_key_bomb_ends() {
    let mut text = format!("x-0: &a0 {}\n", as_map(&["x"; 10].join(", ")));
    for level in 1..=9 {
        let uses = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "x-{level}: &a{level} {{<<: [{uses}]}}").unwrap();
    }
    Project::of(text + &service("")).config().right_or_clear("compose.yaml:");
}

#[test]
fn a_value_that_contains_itself_is_refused_at_the_alias() {
    for (value, column) in [("{b: *a}", 13), ("[*a]", 10), ("{<<: *a}", 14), ("{b: {<<: [*a]}}", 19)] {
        let place = format!("compose.yaml:1:{column}: ");
        Project::of(format!("x-a: &a {value}\n{}", service(""))).config().refused(&place, "alias");
    }
}

// depth

#[test]
fn deep_nesting_is_refused_where_it_is_too_deep() {
    for depth in [1000, 5000, 10_001, 100_000] {
        let lists = format!("x-a: {}{}\n{}", "[".repeat(depth), "]".repeat(depth), service(""));
        Project::of(lists).config().refused("compose.yaml:1:", "nesting");
        let maps = format!("x-a: {}x{}\n{}", "{a: ".repeat(depth), "}".repeat(depth), service(""));
        Project::of(maps).config().refused("compose.yaml:1:", "nesting");
        let block = format!("x-a:\n {}x\n{}", "- ".repeat(depth), service(""));
        Project::of(block).config().refused("compose.yaml:2:", "nesting");
    }
}

#[test]
fn deep_nesting_that_never_closes_is_refused() {
    Project::of(format!("x-a: {}", "[".repeat(100_000))).config().refused("compose.yaml:1:", "");
    Project::of(format!("x-a: {}", "{a: ".repeat(100_000))).config().refused("compose.yaml:1:", "");
}

#[test]
fn nesting_that_a_person_may_write_is_understood() {
    let text = format!("x-a: {}{}\n{}", "[".repeat(60), "]".repeat(60), service(""));
    Project::of(text).config().understood();
}

// include and extends

#[test]
fn an_include_cycle_is_refused_where_it_closes() {
    let project = Project::of("include: [a.yaml]\n").with("a.yaml", "include: [b.yaml]\n");
    project.with("b.yaml", "include: [a.yaml]\n").config().refused("b.yaml:1:11: ", "cycle");
    Project::of("include: [compose.yaml]\n").config().refused("compose.yaml:1:11: ", "cycle");
}

#[test]
fn an_include_cycle_through_a_linked_folder_is_refused() {
    let project = Project::of(format!("include: [d/compose.yaml]\n{}", service(""))).with_link("d", ".");
    project.config().refused("", "cycle");
}

#[test]
fn an_include_diamond_is_loaded_once_a_file() {
    let mut project = Project::of("include: [a0.yaml, b0.yaml]\n");
    for level in 0..10 {
        for side in ["a", "b"] {
            let next = level + 1;
            let include = if next < 10 { format!("include: [a{next}.yaml, b{next}.yaml]\n") } else { String::new() };
            let text = format!("{include}services:\n  {side}{level}:\n    image: x\n");
            project = project.with(&format!("{side}{level}.yaml"), text);
        }
    }
    project.config().understood().has("\"image\": \"x\"", 20);
}

#[test]
fn a_chain_of_a_hundred_includes_is_understood() {
    let mut project = Project::of("include: [f0.yaml]\n");
    for index in 0..100 {
        let include = if index < 99 { format!("include: [f{}.yaml]\n", index + 1) } else { String::new() };
        project = project.with(&format!("f{index}.yaml"), format!("{include}services:\n  s{index}:\n    image: x\n"));
    }
    project.config().understood().has("\"image\": \"x\"", 100);
}

#[test]
fn an_extends_cycle_is_refused_where_it_is_written() {
    let text = "services:\n  a:\n    extends: b\n  b:\n    extends: a\n";
    Project::of(text).config().refused("compose.yaml:3:14: ", "");
    let text = "services:\n  a:\n    extends: a\n";
    Project::of(text).config().refused("compose.yaml:3:14: ", "");
    let project = Project::of("services:\n  a:\n    extends: {file: b.yaml, service: a}\n");
    let project = project.with("b.yaml", "services:\n  a:\n    extends: {file: compose.yaml, service: a}\n");
    project.config().refused("", "");
}

#[test]
fn a_chain_of_a_hundred_extended_files_is_understood() {
    let mut project = Project::of("services:\n  a:\n    extends: {file: f0.yaml, service: a}\n");
    for index in 0..100 {
        let text =
            if index < 99 { format!("extends: {{file: f{}.yaml, service: a}}", index + 1) } else { "image: x".into() };
        project = project.with(&format!("f{index}.yaml"), format!("services:\n  a:\n    {text}\n"));
    }
    project.config().understood().has("\"image\": \"x\"", 1);
}

#[test]
fn a_chain_of_two_thousand_extended_services_is_understood() {
    let rest = pieces(1999, |index| format!("  s{}:\n    extends: s{index}\n", index + 1));
    let project = Project::of(format!("services:\n  s0:\n    image: x\n{rest}"));
    project.config().understood().has("\"image\": \"x\"", 2000);
}

// size

#[test]
fn a_layered_diamond_of_dependencies_is_understood() {
    let last = "services:\n  a0: {image: x}\n  b0: {image: x}\n".to_owned();
    let rest = pieces(24, |level| {
        let next = level + 1;
        format!(
            "  a{next}: {{image: x, depends_on: [a{level}, b{level}]}}\n  b{next}: {{image: x, depends_on: [a{level}, b{level}]}}\n"
        )
    });
    Project::of(last + &rest).config().understood().has("\"image\": \"x\"", 50);
}

#[test]
fn twenty_thousand_services_are_understood() {
    let services = pieces(20_000, |index| format!("  s{index}:\n    image: x\n"));
    Project::of(format!("services:\n{services}")).config().understood().has("\"image\": \"x\"", 20_000);
}

#[test]
fn a_hundred_thousand_labels_and_variables_are_understood() {
    let labels = pieces(100_000, |index| format!("      l{index}: v\n"));
    Project::of(service(&format!("    labels:\n{labels}"))).config().understood().has(": \"v\"", 100_000);
    let variables = pieces(100_000, |index| format!("      - V{index}=v\n"));
    Project::of(service(&format!("    environment:\n{variables}"))).config().understood().has(": \"v\"", 100_000);
}

#[test]
fn a_long_text_is_understood_and_a_longer_file_is_refused() {
    let text = |length| service(&format!("    labels:\n      l: {}\n", "v".repeat(length)));
    let ran = Project::of(text(10 * MIB)).config().understood();
    assert!(ran.stdout.len() > 10 * MIB);
    Project::of(text(50 * MIB)).config().refused("error[", "16 MiB");
    Project::of(format!("# {}\n{}", "c".repeat(50 * MIB), service(""))).config().refused("error[", "16 MiB");
    let block = pieces(200_000, |_| "        some more words of text, about forty bytes\n".into());
    Project::of(service(&format!("    labels:\n      l: |\n{block}"))).config().understood();
}

#[test]
fn a_long_key_is_refused_in_a_short_message() {
    let key = "k".repeat(10 * MIB);
    Project::of(format!("{key}: 1\n{}", service(""))).config().refused("compose.yaml:1:", "");
    Project::of(service(&format!("    {key}: 1\n"))).config().refused("compose.yaml:4:", "");
    Project::of(service(&format!("    \"{key}\": 1\n"))).config().refused("compose.yaml:4:", "");
}

#[test]
fn a_long_name_or_value_is_refused_in_a_short_message() {
    let long = "v:".repeat(MIB);
    for (attribute, line) in [("ports", 4), ("volumes", 4), ("devices", 4)] {
        let text = service(&format!("    {attribute}: ['{long}']\n"));
        Project::of(text).config().refused(&format!("compose.yaml:{line}:"), "");
    }
    for attribute in ["mem_limit", "stop_grace_period", "scale", "init", "pull_policy"] {
        Project::of(service(&format!("    {attribute}: '{long}'\n"))).config().refused("compose.yaml:4:", "");
    }
    // A warning: Compose leaves it to the engine.
    let restart = Project::of(service(&format!("    restart: '{long}'\n"))).config().readable();
    assert_eq!(restart.code, Some(0), "{}", restart.told());
    Project::of(service(&format!("    networks: ['{}']\n", "n".repeat(MIB)))).config().refused("compose.yaml:4:", "");
}

#[test]
fn a_document_in_one_long_line_is_understood() {
    let services =
        pieces(20_000, |index| format!("\"s{index}\": {{\"image\": \"x\", \"labels\": {{\"a\": \"b\"}}}}, "));
    let text = format!("{{\"services\": {{{services}\"z\": {{\"image\": \"x\"}}}}}}");
    Project::of(text).config().understood().has("\"image\": \"x\"", 20_001);
}

#[test]
fn thousands_of_faults_are_told_in_time() {
    let ran = Project::of(service(&pieces(20_000, |index| format!("    k{index}: 1\n")))).config();
    assert_eq!(ran.code, Some(1), "{}", ran.told());
    assert!(ran.stderr.starts_with("compose.yaml:4:5: error[unknown-key]"), "{}", ran.told());
}

#[test]
fn thousands_of_documents_are_understood() {
    let text = pieces(2000, |index| format!("---\nservices:\n  s{index}:\n    image: x\n"));
    Project::of(text).config().understood().has("\"image\": \"x\"", 2000);
    let text = pieces(2000, |_| format!("---\n{}", service("")));
    Project::of(text).config().understood().has("\"image\": \"x\"", 1);
}

#[test]
fn port_ranges_end() {
    let one = Project::of(service("    ports: ['1-60000:1-60000']\n"));
    one.config().right_or_clear("compose.yaml:4:13: ");
    let two = Project::of(service("    ports: ['1-65535:1-65535', '1-65535:1-65535/udp']\n"));
    two.config().right_or_clear("compose.yaml:4:");
    let many = pieces(1000, |index| format!("      - '127.0.{}.{}:1-65535:1-65535'\n", index / 250, index % 250));
    Project::of(service(&format!("    ports:\n{many}"))).config().right_or_clear("compose.yaml:");
    Project::of(service("    ports: ['1-60000:80']\n    expose: ['1-60000']\n")).config().understood();
}

#[test]
fn a_thousand_items_that_are_the_same_are_understood() {
    let items = pieces(100_000, |_| "      - 8080:80\n".into());
    Project::of(service(&format!("    ports:\n{items}"))).config().understood().has("8080", 1);
}

// variables

#[test]
fn variables_in_variables_are_refused_where_they_are_too_deep() {
    for depth in [1000, 10_000, 100_000] {
        let text = format!("    hostname: \"{}x{}\"\n", "${U:-".repeat(depth), "}".repeat(depth));
        Project::of(service(&text)).config().refused("compose.yaml:4:", "nested");
    }
}

#[test]
fn a_line_of_many_variables_is_understood() {
    for count in [2000, 100_000] {
        let text = service(&format!("    labels:\n      l: \"{}\"\n", "${A:-x}".repeat(count)));
        Project::of(text).config().understood().has(&"x".repeat(count), 1);
    }
    let different =
        service(&format!("    labels:\n      l: \"{}\"\n", pieces(50_000, |index| format!("${{A{index}:-x}}"))));
    Project::of(different).config().understood().has(&"x".repeat(50_000), 1);
}

#[test]
fn braces_that_never_close_are_refused() {
    for text in ["${A:-{".repeat(10_000), "${A:-".repeat(100_000), "${A:-{}".repeat(100_000), "${".repeat(100_000)] {
        Project::of(service(&format!("    hostname: \"{text}\"\n"))).config().refused("compose.yaml:4:", "");
    }
}

#[test]
fn a_variable_that_is_not_set_is_one_warning() {
    let labels = pieces(20_000, |index| format!("      l{index}: $NOT_SET\n"));
    let ran = Project::of(service(&format!("    labels:\n{labels}"))).config().readable();
    assert_eq!((ran.code, ran.stderr.matches("warning[").count()), (Some(0), 1), "{}", ran.told());
    ran.has("\"l19999\": \"\"", 1);
}

#[test]
fn a_long_variable_in_many_places_is_refused_or_fits() {
    let labels = pieces(1000, |index| format!("      l{index}: $LONG\n"));
    let project = Project::of(service(&format!("    labels:\n{labels}")));
    project.with(".env", format!("LONG={}\n", "v".repeat(MIB))).config().right_or_clear("compose.yaml:");
}

#[test]
fn a_long_value_that_is_repeated_is_refused_or_fits() {
    let long = "v".repeat(MIB);
    let aliases = pieces(1000, |index| format!("x-{index}: *a\n"));
    Project::of(format!("x-a: &a {long}\n{aliases}{}", service(""))).config().right_or_clear("compose.yaml:");
    let services = pieces(1000, |index| format!("  s{index}: {{extends: a}}\n"));
    let text = service(&format!("    labels: {{l: {long}}}\n{services}"));
    Project::of(text).config().refused("compose.yaml:", "64 MiB");
    let services = pieces(1000, |index| format!("  s{index}: {{image: x, env_file: long.env}}\n"));
    let project = Project::of(format!("services:\n{services}"));
    project.with("long.env", format!("L={long}\n")).config().refused("compose.yaml:", "64 MiB");
}

#[test]
fn a_long_env_file_of_the_project_is_kept_once() {
    let include = "include: [next/compose.yaml]\n";
    let mut project = Project::of(include).with(".env", format!("L={}\n", "v".repeat(10 * MIB)));
    for depth in 1..=50 {
        let text = if depth < 50 { include.into() } else { service("    hostname: ${L:+x}\n") };
        project = project.with(&format!("{}compose.yaml", "next/".repeat(depth)), text);
    }
    project.config().understood().has("\"hostname\": \"x\"", 1);
}

#[test]
fn a_long_variable_that_is_only_asked_for_is_cheap() {
    let text = service(&format!("    hostname: \"{}\"\n", "${LONG:+x}".repeat(50_000)));
    let ran = Project::of(text).with(".env", format!("LONG={}\n", "v".repeat(10 * MIB))).config().understood();
    ran.has(&"x".repeat(50_000), 1);
}

// env files

#[test]
fn a_long_env_file_is_understood() {
    let one = Project::of(service("    hostname: ${LONG:+set}\n"));
    one.with(".env", format!("LONG={}\n", "v".repeat(10 * MIB))).config().understood().has("\"set\"", 1);
    let many = Project::of(service("    hostname: $V99999\n"));
    many.with(".env", pieces(100_000, |index| format!("V{index}=v{index}\n")))
        .config()
        .understood()
        .has("\"v99999\"", 1);
    let one_service = Project::of(service("    env_file: many.env\n"));
    let many = pieces(100_000, |index| format!("V{index}=v\n"));
    one_service.with("many.env", many).config().understood().has(": \"v\"", 100_000);
}

#[test]
fn variables_that_double_are_refused_where_they_are_too_long() {
    let doubling = pieces(13, |level| format!("V{}={}\n", level + 1, format!("$V{level}").repeat(4)));
    let project = Project::of(service("")).with(".env", format!("V0=0123456789\n{doubling}"));
    project.config().refused(".env:1", "16 MiB");
    let many = pieces(1000, |index| format!("V{index}=$LONG\n"));
    let project = Project::of(service("")).with(".env", format!("LONG={}\n{many}", "v".repeat(MIB)));
    project.config().refused(".env:", "32 MiB");
}

#[test]
fn an_open_quote_in_a_long_env_file_is_told_in_a_short_message() {
    let project = Project::of(service("")).with(".env", format!("A=\"{}", "v".repeat(10 * MIB)));
    project.config().refused(".env:1:3: ", "never closed");
    let project = Project::of(service("")).with(".env", format!("A='{}", "v\n".repeat(5 * MIB)));
    project.config().refused(".env:1:3: ", "never closed");
    let project = Project::of(service("")).with(".env", format!("A={} B=1", "@".repeat(10 * MIB)));
    project.config().understood();
    let project = Project::of(service("")).with(".env", format!("A{} B=1", "@".repeat(10 * MIB)));
    project.config().refused(".env:1:2: ", "'@'");
}

#[test]
fn an_env_file_that_is_too_large_is_refused() {
    let project = Project::of(service("    env_file: [large.env]\n"));
    let project = project.with("large.env", "# a comment\n".repeat(50 * MIB / 12));
    project.config().refused("compose.yaml:4:16: ", "16 MiB");
}

// what is no file

#[test]
fn links_that_lead_nowhere_are_told() {
    Project::empty().with_link("compose.yaml", "nowhere").config().refused("error[", "compose.yaml");
    Project::empty().with_link("compose.yaml", "compose.yaml").config().refused("error[", "compose.yaml");
    let looping = Project::empty().with_link("loop.yaml", "loop.yaml");
    looping.hoist(["-f", "loop.yaml", "config"]).refused("error[", "loop.yaml");
    Project::of(service("")).with_link(".env", ".env").config().refused("error[", ".env");
    let passed_over = Project::of(service("")).with_link(".env", "nowhere").config().readable();
    assert!(passed_over.stderr.starts_with("warning[file-not-found]: '.env' is a link"), "{}", passed_over.told());
    Project::of(service("")).with(".env/x", "").config().understood();
    Project::of(service("    env_file: x.env\n"))
        .with_link("x.env", "x.env")
        .config()
        .refused("compose.yaml:4:15: ", "x.env");
}

#[test]
fn a_pipe_is_refused_instead_of_waited_for() {
    Project::empty().with_pipe("compose.yaml").config().refused("error[", "compose.yaml");
    Project::empty().with_pipe("x").hoist(["-f", "x", "config"]).refused("error[", "'x'");
    Project::of(service("")).with_pipe(".env").config().refused("error[", ".env");
    Project::of(service("")).with_pipe("x").hoist(["--env-file", "x", "config"]).refused("error[", "'x'");
    for attribute in ["env_file", "label_file"] {
        let project = Project::of(service(&format!("    {attribute}: [pipe]\n"))).with_pipe("pipe");
        let column = 4 + attribute.len() + 4;
        project.config().refused(&format!("compose.yaml:4:{column}: "), "pipe");
    }
}

#[test]
fn a_device_is_refused_instead_of_read_for_ever() {
    Project::of(service("    env_file: /dev/zero\n")).config().refused("compose.yaml:4:15: ", "/dev/zero");
    Project::empty().hoist(["-f", "/dev/zero", "config"]).refused("error[", "/dev/zero");
    Project::of(service("")).hoist(["--env-file", "/dev/zero", "config"]).refused("error[", "/dev/zero");
    Project::of(service("    env_file: /dev/null\n")).config().understood();
}

#[test]
fn a_folder_is_refused() {
    Project::of(service("    env_file: d\n")).with("d/x", "").config().refused("compose.yaml:4:15: ", "directory");
    Project::empty().with("d/x", "").hoist(["-f", "d", "config"]).refused("error[", "directory");
}

// bytes

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let fault = Project::of(b"services:\n  a:\n    image: \xff\n".as_slice()).config();
    let fault = fault.refused("", "UTF-8");
    let has_place = fault.stderr.starts_with("compose.yaml:3:12: ") || fault.stderr.contains("line 3, column 12");
    assert!(has_place && fault.stderr.contains("0xff"), "{}", fault.told());
    Project::of("services:\n  a:\n    image: x\0\n").config().refused("compose.yaml:3:13: ", "U+0000");
    for letter in ["\u{1}", "\u{1b}", "\u{7f}", "\u{80}"] {
        let text = format!("services:\n  a:\n    image: x{letter}y\n");
        Project::of(text).config().refused("compose.yaml:3:13: ", "");
    }
    let escaped = Project::of("services:\n  a:\n    image: x\n    labels: {l: \"\\x07\\0\"}\n").config().understood();
    escaped.has(r"\u0007\u0000", 1);
}

#[test]
fn control_characters_in_a_message_do_no_harm() {
    Project::of(service("    \"\\e[31mred\\x07\": 1\n")).config().refused("compose.yaml:4:", "");
    Project::of(service("    ports: [\"\\e]0;title\\a80\"]\n")).config().refused("compose.yaml:4:13: ", "");
    Project::of(service("    hostname: ${A:?\u{202e}gnp}\n")).config().refused("compose.yaml:4:15: ", "");
}

#[test]
fn marks_and_line_breaks_of_other_systems_are_understood() {
    let unix = Project::of(service("    labels: {l: é}\n")).config().understood().stdout;
    let same = |text: Vec<u8>| {
        let project = Project::of(text);
        let ran = project.hoist(["-p", "p", "config", "--format", "json"]).understood();
        assert_eq!(
            ran.stdout,
            Project::of(service("    labels: {l: é}\n")).hoist(["-p", "p", "config", "--format", "json"]).stdout
        );
    };
    assert!(unix.contains("é"));
    let text = service("    labels: {l: é}\n");
    same(format!("\u{feff}{text}").into_bytes());
    same(text.replace('\n', "\r\n").into_bytes());
    same(format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes());
}

#[test]
fn utf_16_with_its_mark_is_understood_or_named() {
    let text = format!("\u{feff}{}", service("    labels: {l: é}\n"));
    for bytes in [
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        let ran = Project::of(bytes).config();
        if ran.code == Some(0) {
            ran.understood().has("\"l\": \"é\"", 1);
        } else {
            ran.refused("", "UTF-16");
        }
    }
}

#[test]
fn odd_bytes_in_an_env_file_are_told_or_kept() {
    let project = Project::of(service("    hostname: $A\n"));
    let ran = project.with(".env", b"A=x\xffy\n".as_slice()).config().readable();
    assert!(ran.code == Some(0) && ran.stderr.starts_with(".env:1:4: warning[not-text]"), "{}", ran.told());
    let ran = ran.has("x\u{fffd}y", 1);
    assert!(ran.stderr.contains("byte 0xff is not UTF-8"), "{}", ran.told());
    let project = Project::of(service("    labels: {l: $A}\n")).with(".env", "A=x\0y\n");
    project.config().has(r"x\u0000y", 1);
    let project = Project::of(service("    hostname: $A$B\n")).with(".env", "\u{feff}A=1\r\nB=2\r\n");
    project.config().understood().has("\"12\"", 1);
}
