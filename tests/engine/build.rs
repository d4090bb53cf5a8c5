//! Builds, through each of the two builders: buildx, and the engine's own BuildKit session.

use crate::support::Scenario;

const BUILDERS: [&str; 2] = ["buildx", "session"];

fn scenario(builder: &str, recipe: &str) -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.set("HOIST_BUILDER", builder);
    scenario.write("compose.yaml", "services: {job: {build: {context: ., args: {WORD: hello}}}}\n");
    scenario.write(".dockerignore", "secret\n");
    scenario.write("secret", "not for the image\n");
    scenario.write("Dockerfile", recipe);
    scenario
}

#[test]
fn a_missing_image_is_built_from_the_context_without_what_is_ignored() {
    for builder in BUILDERS {
        let recipe =
            "FROM busybox\nARG WORD\nCOPY . /src\nRUN echo $WORD >/word && ls /src >>/word\nCMD [\"cat\", \"/word\"]\n";
        let scenario = scenario(builder, recipe);
        scenario.hoist(["up", "-d"]).ok().says("built");
        let job = scenario.container("job");
        job.wait();
        let output = job.output();
        assert!(output.starts_with("hello\n") && output.contains("compose.yaml"), "{builder}: {output}");
        assert!(!output.contains("secret"), "{builder}: {output}");
        scenario.hoist(["down"]).ok();
        scenario.docker(["rmi", "--force", &format!("{}-job", scenario.project())]);
    }
}

#[test]
fn a_failing_step_is_one_error_with_its_last_lines_and_nothing_is_started() {
    for builder in BUILDERS {
        let scenario = scenario(builder, "FROM busybox\nRUN echo this is why && exit 7\n");
        let ran = scenario.hoist(["up", "-d"]).code(1);
        assert!(scenario.containers().is_empty(), "{builder}");
        ran.says("'job' could not be built").says("this is why").says("7");
    }
}

#[test]
fn an_unchanged_build_replaces_nothing_and_a_changed_one_does() {
    let scenario = scenario("buildx", "FROM busybox\nCMD [\"sleep\", \"1000\"]\nSTOPSIGNAL SIGKILL\n");
    scenario.hoist(["up", "-d"]).ok();
    let first = scenario.container("job").id().to_owned();
    scenario.hoist(["up", "-d", "--build"]).ok().says("up to date");
    assert_eq!(scenario.container("job").id(), first);
    scenario.write("Dockerfile", "FROM busybox\nCMD [\"sleep\", \"2000\"]\nSTOPSIGNAL SIGKILL\n");
    scenario.hoist(["up", "-d", "--build"]).ok().says("its image is newer");
    assert_ne!(scenario.container("job").id(), first);
    scenario.hoist(["down"]).ok();
    scenario.docker(["rmi", "--force", &format!("{}-job", scenario.project())]);
}
