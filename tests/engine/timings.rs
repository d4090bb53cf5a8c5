//! `--timings`: a page of what took how long.

use crate::support::Scenario;

fn page(scenario: &Scenario, file: &str) -> String {
    std::fs::read_to_string(scenario.folder().join(file)).expect("the page was written")
}

#[test]
fn the_page_names_the_wait_that_all_others_had_to_bear() {
    let scenario = Scenario::new("ordered");
    // The longest wait on a busy machine too.
    scenario.edit("compose.yaml", "sleep 1;", "sleep 5;");
    let ran = scenario.hoist(["up", "-d", "--timings"]);
    let page = page(&scenario, "hoist-timings.html");
    let (_, path) = page.split_once("<h2>Critical path</h2>").expect("a section");
    let (path, _) = path.split_once("<h2>Timeline</h2>").expect("another");
    let places = ["wait for job to complete", "wait for db to be healthy", "start web"].map(|step| path.find(step));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{path}");
    ran.ok().says("up in ").says(" waited for 'db' to be healthy; timings in hoist-timings.html");
}

#[test]
fn a_failed_up_writes_the_page_too() {
    let scenario = Scenario::new("failing_job");
    let ran = scenario.hoist(["up", "-d", "--timings=late.html"]);
    assert!(page(&scenario, "late.html").contains("failed</em>"));
    ran.code(1).says("failed after ").says("; timings in late.html");
}

#[test]
fn an_attached_up_writes_the_page_when_all_is_up() {
    let scenario = Scenario::new("talkers");
    let running = scenario.spawn(["up", "--timings"]);
    running.until_says("timings in hoist-timings.html");
    assert!(page(&scenario, "hoist-timings.html").contains("start long-name"));
    running.interrupt();
    running.wait().code(130);
}

#[test]
fn a_page_that_cannot_be_written_is_a_warning() {
    let scenario = Scenario::new("short_lived");
    scenario.hoist(["up", "--timings=no/such/folder.html"]).ok().says("could not be written to 'no/such/folder.html'");
}

#[test]
fn the_page_holds_no_secret() {
    let scenario = Scenario::empty();
    let text = "
services:
  db: {image: busybox, command: 'true', environment: {PASSWORD: canary-5d1}, labels: {token: ours-5d1}}
";
    scenario.write("compose.yaml", text);
    scenario.hoist(["up", "-d", "--timings"]).ok();
    scenario.write("compose.yaml", &text.replace("-5d1", "-5d2"));
    let ran = scenario.hoist(["up", "-d", "--timings"]).ok();
    let page = page(&scenario, "hoist-timings.html");
    assert!(page.contains("environment.PASSWORD") && !page.contains("-5d"), "{page}");
    assert!(!ran.told().contains("-5d"), "{}", ran.told());
}

#[test]
fn down_has_a_page_of_its_own() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["down", "--timings=down.html"]);
    assert!(page(&scenario, "down.html").contains("down of "));
    ran.ok().says("down in ").says("; timings in down.html");
}
