//! Services that a program provides in place of a container.

use crate::support::Scenario;

fn scenario() -> Scenario {
    let mut scenario = Scenario::new("provided");
    let path = format!("{}:{}", scenario.folder().join("bin").display(), std::env::var("PATH").unwrap());
    scenario.set("PATH", &path);
    scenario
}

/// What the program was asked so far.
fn asked(scenario: &Scenario) -> Vec<String> {
    let text = std::fs::read_to_string(scenario.folder().join("asked")).unwrap_or_default();
    text.replace(scenario.project(), "PROJECT").lines().map(str::to_owned).collect()
}

const UP: &str = "compose --project-name=PROJECT up --size=3 --tag=a --tag=b db";

#[test]
fn a_program_provides_a_service_and_its_dependents_are_told() {
    let scenario = scenario();
    let ran = scenario.hoist(["up", "-d"]).ok();
    ran.says("db -> making it\n").never_says("hidden words");
    assert_eq!(asked(&scenario), [UP]);
    assert_eq!(scenario.containers().len(), 1);
    assert!(scenario.container("web").environment().contains("DB_URL=db://here"));
}

#[test]
fn a_dependent_that_was_told_before_is_left_alone() {
    let scenario = scenario();
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("web").id().to_owned();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("web").id(), before);
    let plan = scenario.hoist(["plan"]).ok().prints("1 to provide").says("what db would change is known only when");
    assert!(!plan.stdout.contains("replace"), "{}", plan.told());
    scenario.compose(["up", "-d"]).ok();
    assert_eq!(scenario.container("web").id(), before, "docker compose replaces it");
    scenario.edit("bin/test-provider", "db://here", "db://there");
    scenario.hoist(["up", "-d"]).ok().says("environment.DB_URL changed");
    assert!(scenario.container("web").environment().contains("DB_URL=db://there"));
}

#[test]
fn what_a_program_cannot_provide_fails_the_command_before_anything_is_made() {
    let scenario = scenario();
    scenario.write("broken", "");
    scenario.hoist(["up", "-d"]).code(1).says("'test-provider', which provides it, says: no room left");
    scenario.is_gone();
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let scenario = scenario();
    scenario.edit("compose.yaml", "test-provider", "nobody");
    let ran = scenario.hoist(["up", "-d"]).code(1);
    ran.says("'nobody', which provides service 'db', is not there").says("docker-nobody");
    scenario.is_gone();
    scenario.edit("compose.yaml", "nobody", "compose");
    scenario.hoist(["up", "-d"]).code(1).says("'compose' does not provide services");
}

#[test]
fn down_and_stop_ask_the_program() {
    let scenario = scenario();
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["down"]).ok();
    assert_eq!(asked(&scenario), [UP, "compose --project-name=PROJECT down --size=3 --tag=a --tag=b db"]);
    scenario.is_gone();
}

#[test]
fn down_goes_on_without_the_program() {
    let scenario = scenario();
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "test-provider", "gone-provider");
    scenario.hoist(["down"]).ok().says("'gone-provider', which provides service 'db', is not there");
    scenario.is_gone();
}

#[test]
fn a_program_that_describes_itself_gets_what_it_knows() {
    let scenario = scenario();
    let describe = |parameters: &str| {
        scenario
            .write("metadata", &format!(r#"{{"description":"d","up":{{"parameters":[{parameters}]}},"down":{{}}}}"#));
    };
    describe(r#"{"name":"size","required":true}"#);
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(asked(&scenario), ["compose --project-name=PROJECT up --size=3 db"]);
    describe(r#"{"name":"colour","required":true}"#);
    scenario.hoist(["up", "-d"]).code(1).says("it needs the option 'colour'");
}

#[test]
fn run_is_told_too() {
    let scenario = scenario();
    assert_eq!(scenario.hoist(["run", "--rm", "-T", "web", "sh", "-c", "echo $DB_URL"]).ok().stdout, "db://here\n");
}

#[test]
fn a_plan_asks_nobody() {
    let scenario = scenario();
    scenario.hoist(["plan"]).code(2).prints("provide");
    scenario.hoist(["plan", "db"]).ok().prints("provide").says("known only when 'up' asks");
    assert!(asked(&scenario).is_empty());
}
