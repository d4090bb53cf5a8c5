//! Builds, through each of the two builders: buildx, and the engine's own BuildKit session.

use crate::support::Scenario;
use crate::support::registry::Registry;

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
    scenario.hoist(["up", "-d", "--build"]).ok().says("is newer");
    assert_ne!(scenario.container("job").id(), first);
    scenario.hoist(["down"]).ok();
    scenario.docker(["rmi", "--force", &format!("{}-job", scenario.project())]);
}

/// A project whose recipes are in the file itself.
fn stack(builder: &str, services: &str) -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.set("HOIST_BUILDER", builder);
    let head = format!("x-prefix: &p {}\n", scenario.project());
    scenario.write("compose.yaml", &(head + &services.replace("PROJECT", scenario.project())));
    scenario
}

fn forget(scenario: &Scenario, images: &[&str]) {
    scenario.hoist(["down", "-v"]);
    for image in images {
        scenario.docker(["rmi", "--force", &image.replace("PROJECT", scenario.project())]);
    }
}

fn output(scenario: &Scenario, service: &str) -> String {
    let container = scenario.container(service);
    container.wait();
    container.output()
}

fn id(scenario: &Scenario, image: &str) -> String {
    let image = image.replace("PROJECT", scenario.project());
    scenario.docker(["image", "inspect", "--format", "{{.Id}}", &image]).ok().stdout.trim().to_owned()
}

#[test]
fn every_part_of_a_build_reaches_buildx() {
    let scenario = stack(
        "buildx",
        "services:
  job:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox AS first
        ARG WORD
        COPY --from=more /extra /extra
        RUN --mount=type=secret,id=file --mount=type=secret,id=variable --mount=type=ssh,id=key \\
          { echo \"$$WORD\"; cat /extra; cat /run/secrets/file /run/secrets/variable | wc -c; grep -c there.example /etc/hosts; \\
          df -k /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2; ulimit -n; test -S \"$$SSH_AUTH_SOCK\" && echo agent; } >/said
        CMD [\"cat\", \"/said\"]
        FROM first AS last
        RUN exit 1
      args: {WORD: '$${braces} and %{percent}'}
      target: first
      additional_contexts: {more: ./more}
      secrets: [file, {source: held, target: variable}]
      ssh: ['key=./key']
      extra_hosts: ['there.example=192.0.2.7']
      shm_size: 32m
      ulimits: {nofile: {soft: 123, hard: 456}}
      network: host
      pull: false
      no_cache: true
      provenance: false
      cache_to: ['type=inline']
      tags: ['PROJECT-extra:1']
      labels: {mine: yes it is}
secrets: {file: {file: ./secret}, held: {environment: HELD}}
",
    );
    std::fs::create_dir(scenario.folder().join("more")).unwrap();
    scenario.write("more/extra", "more\n");
    scenario.write("secret", "canary-in-a-file");
    scenario.hoist(["build"]).code(1).says("secret 'variable' of the build of 'job' is in the variable 'HELD'");
    // What the builder does not have from this process's environment.
    scenario.write(".env", "HELD=canary-in-a-variable\n");
    let key = scenario.folder().join("key").display().to_string();
    let made = std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &key]).status();
    assert!(made.is_ok_and(|status| status.success()), "ssh-keygen comes with the ssh client");
    let ran = scenario.hoist(["--progress", "json", "up", "-d"]).ok();
    assert_eq!(
        output(&scenario, "job"),
        "${braces} and %{percent}\nmore\n36\n1\n32768\n123\nagent\n",
        "{}",
        ran.told()
    );
    assert_eq!(id(&scenario, "PROJECT-extra:1"), id(&scenario, "PROJECT-job"));
    let printed = scenario.hoist(["build", "--print"]).ok();
    for ran in [ran, printed] {
        assert!(!ran.told().contains("canary"), "{}", ran.told());
    }
    forget(&scenario, &["PROJECT-job", "PROJECT-extra:1"]);
}

#[test]
fn what_an_image_is_made_from_is_built_before_it() {
    for builder in BUILDERS {
        let scenario = stack(
            builder,
            "services:
  app: {build: {context: ., dockerfile_inline: \"ARG FROM=PROJECT-base\\nFROM $${FROM}\\nRUN echo app >>/said\\nCMD [\\\"cat\\\", \\\"/said\\\"]\\n\"}}
  base: {image: PROJECT-base, profiles: [never], build: {context: ., dockerfile_inline: \"FROM busybox\\nRUN echo base >/said\\n\"}}
",
        );
        // Nobody asks for the base by name, and it is not there.
        scenario.hoist(["--profile", "never", "build", "app"]).ok();
        scenario.hoist(["up", "-d"]).ok();
        assert_eq!(output(&scenario, "app"), "base\napp\n", "{builder}");
        scenario.edit("compose.yaml", "echo base", "echo other");
        scenario.hoist(["--profile", "never", "build"]).ok();
        scenario.hoist(["up", "-d"]).ok();
        assert_eq!(output(&scenario, "app"), "other\napp\n", "{builder}");
        forget(&scenario, &["PROJECT-app", "PROJECT-base"]);
    }
}

#[test]
fn the_image_of_a_service_is_a_context() {
    let scenario = stack(
        "buildx",
        "services:
  app: {build: {context: ., additional_contexts: {common: 'service:lib.x'}, dockerfile_inline: \"FROM busybox\\nCOPY --from=common /lib.txt /\\nCMD [\\\"cat\\\", \\\"/lib.txt\\\"]\\n\"}}
  lib.x: {scale: 0, build: {context: ., dockerfile_inline: \"FROM busybox\\nRUN echo of the library >/lib.txt\\n\"}}
",
    );
    scenario.hoist(["up", "-d", "app"]).ok();
    assert_eq!(output(&scenario, "app"), "of the library\n");
    forget(&scenario, &["PROJECT-app", "PROJECT-lib.x"]);
}

#[test]
fn what_is_built_alike_is_one_image_with_all_its_names() {
    for builder in BUILDERS {
        let alike = "build: {context: ., dockerfile_inline: \"FROM busybox\\nRUN head -c 16 /dev/urandom >/unique\\n\"";
        let scenario = stack(
            builder,
            &format!(
                "services:\n  a: {{{alike}}}}}\n  b: {{{alike}, tags: ['PROJECT-more:1']}}}}\n  c: {{{alike}, no_cache: true}}}}\n"
            ),
        );
        scenario.hoist(["--parallel", "1", "build"]).ok();
        let a = id(&scenario, "PROJECT-a");
        assert_eq!(a, id(&scenario, "PROJECT-b"), "{builder}");
        assert_eq!(a, id(&scenario, "PROJECT-more:1"), "{builder}");
        assert_ne!(a, id(&scenario, "PROJECT-c"), "{builder}");
        forget(&scenario, &["PROJECT-a", "PROJECT-b", "PROJECT-c", "PROJECT-more:1"]);
    }
}

#[test]
fn what_the_engine_cannot_build_itself_is_refused_before_anything_is_built() {
    let scenario = stack(
        "session",
        "services:
  a: {build: {context: ., dockerfile_inline: FROM busybox}}
  b: {build: {context: ., dockerfile_inline: FROM busybox, ssh: [default], secrets: [s]}}
secrets: {s: {file: ./compose.yaml}}
",
    );
    scenario.hoist(["up", "-d"]).code(1).says("the build of 'b' needs buildx for 'secrets', 'ssh'").says("0.17");
    assert!(scenario.containers().is_empty());
    let a = format!("{}-a", scenario.project());
    scenario.docker(["image", "inspect", &a]).code(1);
}

#[test]
fn the_proxies_of_the_client_are_arguments_of_every_build() {
    for builder in BUILDERS {
        let mut scenario = stack(
            builder,
            "services: {job: {build: {context: ., args: {no_proxy: mine}, dockerfile_inline: \"FROM busybox\\nRUN : PROJECT && echo $$HTTP_PROXY $$http_proxy $$no_proxy >/said\\nCMD [\\\"cat\\\", \\\"/said\\\"]\\n\"}}}\n",
        );
        let folder = scenario.folder().join("docker");
        std::fs::create_dir(&folder).unwrap();
        let plugins = std::path::Path::new(&std::env::var("DOCKER_CONFIG").unwrap()).join("cli-plugins");
        let config = format!(
            r#"{{"cliPluginsExtraDirs": ["{}"], "proxies": {{"default": {{"httpProxy": "http://192.0.2.1:3128", "noProxy": "theirs"}}}}}}"#,
            plugins.display()
        );
        std::fs::write(folder.join("config.json"), config).unwrap();
        scenario.set("DOCKER_CONFIG", &folder.display().to_string());
        scenario.hoist(["up", "-d"]).ok();
        assert_eq!(output(&scenario, "job"), "http://192.0.2.1:3128 http://192.0.2.1:3128 mine\n", "{builder}");
        forget(&scenario, &["PROJECT-job"]);
    }
}

#[test]
fn a_check_builds_nothing_and_says_what_it_found() {
    let scenario = stack("buildx", "services: {job: {build: {context: ., dockerfile_inline: \"FROM busybox\\n\"}}}\n");
    scenario.hoist(["build", "--check"]).ok().says("checked");
    scenario.edit("compose.yaml", "FROM busybox\\n", "FROM busybox\\nMAINTAINER me\\n");
    scenario.hoist(["build", "--check"]).code(1).says("MaintainerDeprecated");
    let image = format!("{}-job", scenario.project());
    scenario.docker(["image", "inspect", &image]).code(1);
}

#[test]
fn a_build_is_pushed_and_its_arguments_are_those_of_the_command() {
    let registry = Registry::start();
    for builder in BUILDERS {
        let image = registry.image(&format!("{builder}:1"));
        let scenario = stack(
            builder,
            &format!(
                "services: {{job: {{image: '{image}', build: {{context: ., dockerfile_inline: \"FROM busybox\\nARG WORD\\nRUN echo $$WORD >/said\\nCMD [\\\"cat\\\", \\\"/said\\\"]\\n\"}}}}}}\n"
            ),
        );
        scenario.hoist(["build", "--push", "--quiet", "--build-arg", "WORD=given", "--pull=false"]).code(1);
        let quiet = scenario.hoist(["build", "--push", "--quiet", "--build-arg", "WORD=given"]).ok();
        assert_eq!(quiet.stderr, "");
        scenario.docker(["rmi", "--force", &image]);
        scenario.hoist(["up", "-d", "--pull", "always"]).ok().says("pulled");
        assert_eq!(output(&scenario, "job"), "given\n", "{builder}");
        scenario.hoist(["down"]).ok();
        scenario.docker(["rmi", "--force", &image]);
    }
}

#[test]
fn the_definition_is_the_one_that_docker_compose_prints() {
    let scenario = stack(
        "buildx",
        "services:
  web.api:
    image: r.example/web:1
    platform: linux/amd64
    build:
      context: ./src
      dockerfile: ../Recipe
      args: {A: '$${B}', C: d}
      tags: ['r.example/web:2']
      target: final
      labels: {mine: l}
      cache_from: ['r.example/web:cache']
      extra_hosts: ['h=192.0.2.1']
      additional_contexts: {base: 'service:base', res: ./res}
      secrets: [s]
      ssh: [default]
      shm_size: 64m
      ulimits: {nofile: 99}
      network: none
      no_cache: true
      pull: true
  base: {build: {context: ./src, dockerfile_inline: FROM busybox, privileged: true}}
secrets: {s: {file: ./secret}}
",
    );
    std::fs::create_dir(scenario.folder().join("src")).unwrap();
    let ours = scenario.hoist(["build", "--print"]).ok();
    let theirs = scenario.compose(["build", "--print"]).ok();
    let tree = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect("JSON") };
    let (mut ours, mut theirs) = (tree(&ours.stdout), tree(&theirs.stdout));
    for tree in [&mut ours, &mut theirs] {
        tree["group"]["default"]["targets"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    }
    // Both mean the agent.
    assert_eq!(theirs["target"]["web_api"]["ssh"].take(), serde_json::json!(["default="]));
    assert_eq!(ours["target"]["web_api"]["ssh"].take(), serde_json::json!(["default"]));
    assert_eq!(ours["target"], theirs["target"]);
    assert_eq!(ours["group"]["default"], theirs["group"]["default"]);
}

#[test]
fn a_service_mounts_the_image_of_another_one() {
    let scenario = Scenario::empty();
    let text = "services:\n  web:\n    image: busybox\n    command: httpd -f\n    stop_signal: SIGKILL\n    volumes:\n      \
        - {type: image, source: files, target: /files}\n  files:\n    command: \"true\"\n    build:\n      context: .\n      \
        dockerfile_inline: |\n        FROM busybox\n        RUN echo ours > /mark\n";
    scenario.write("compose.yaml", text);
    scenario.hoist(["up", "-d", "web"]).ok();
    scenario.inside("web", "cat /files/mark").ok().prints("ours");
}
