//! Much of everything.

use crate::project::{MIB, Project, pieces, service};

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
