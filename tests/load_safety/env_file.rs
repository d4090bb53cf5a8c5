//! Files of variables.

use crate::project::{MIB, Project, pieces, service};

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
