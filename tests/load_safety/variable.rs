//! Variables: deep, long, many, unset.

use crate::project::{MIB, Project, pieces, service};

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
fn a_long_variable_that_is_set_again_and_again_is_refused() {
    let again = "B=$LONG\n".repeat(100_000);
    let project = Project::of(service("")).with(".env", format!("LONG={}\n{again}", "v".repeat(MIB)));
    project.config().refused(".env:", "32 MiB");
    let labels = pieces(100_000, |index| format!("      l{index}: $LONG\n"));
    let project = Project::of(service(&format!("    labels:\n{labels}")));
    project.with(".env", format!("LONG={}\n", "v".repeat(MIB))).config().refused("compose.yaml:", "32 MiB");
}

#[test]
fn a_long_variable_that_is_only_asked_for_is_cheap() {
    let text = service(&format!("    hostname: \"{}\"\n", "${LONG:+x}".repeat(50_000)));
    let ran = Project::of(text).with(".env", format!("LONG={}\n", "v".repeat(10 * MIB))).config().understood();
    ran.has(&"x".repeat(50_000), 1);
}
