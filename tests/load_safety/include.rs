//! Files that include each other, services that extend each other.

use crate::project::{Project, pieces, service};

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
fn an_extends_without_a_value_is_refused_at_its_key() {
    Project::of("services:\n  a:\n    extends:\n").config().refused("compose.yaml:3:5: ", "no value");
    Project::of(service("    extends:\n")).config().refused("compose.yaml:4:5: ", "no value");
    Project::of(service("    extends: !reset null\n")).config().understood();
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
