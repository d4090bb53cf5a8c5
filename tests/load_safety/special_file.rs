//! What is no regular file: links, pipes, devices, folders.

use crate::project::{Project, service};

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
