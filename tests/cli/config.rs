//! `config`, `graph` and `schema`.

use crate::support::Scenario;

#[test]
fn config_prints_yaml() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "name: shop\nservices:\n  web:\n    image: nginx\n    ports: ['8080:80']\n");
    let expected = "\
name: shop
services:
  web:
    image: nginx
    networks:
      default: null
    ports:
      - mode: ingress
        target: 80
        published: \"8080\"
        protocol: tcp
networks:
  default:
    name: shop_default
";
    assert_eq!(scenario.hoist(["config"]).ok().stdout, expected);
}

#[test]
fn config_takes_its_lists_from_flags() {
    let scenario = Scenario::new("twin_networks");
    let lines = |flag: &str| scenario.hoist(["config", flag]).ok().stdout;
    assert_eq!(lines("--services"), "alone\nhosted\nlisted\nweb\n");
    assert_eq!(lines("--networks"), "inner\nouter\nplain\n");
    assert_eq!(lines("--volumes"), "");
    assert_eq!(lines("--images"), "busybox\nbusybox\nbusybox\nbusybox\n");
}

#[test]
fn config_quiet_prints_nothing() {
    let ran = Scenario::new("web_and_db").hoist(["config", "--quiet"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

#[test]
fn config_of_a_service_has_what_it_needs_and_nothing_else() {
    let scenario = Scenario::new("three_services");
    let printed = scenario.hoist(["config", "web"]).ok().stdout;
    let has = |name: &str| printed.contains(&format!("\n  {name}:\n"));
    assert!(has("web") && has("db") && !has("other"), "{printed}");
}

#[test]
fn config_lists_all_services_whatever_is_named() {
    let scenario = Scenario::new("three_services");
    assert_eq!(scenario.hoist(["config", "--services", "web"]).ok().stdout, "db\nother\nweb\n");
}

#[test]
fn config_writes_to_a_file() {
    let scenario = Scenario::new("web_and_db");
    let ran = scenario.hoist(["config", "-o", "out.yaml"]).ok();
    assert_eq!(ran.stdout, "");
    assert!(std::fs::read_to_string(scenario.folder().join("out.yaml")).unwrap().contains("services:"));
}

#[test]
fn config_reads_standard_files_by_name_and_override() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services: {web: {image: one}}");
    scenario.write("compose.override.yaml", "services: {web: {image: two}}");
    assert_eq!(scenario.hoist(["config", "--images"]).ok().stdout, "two\n");
}

#[test]
fn the_environment_names_files_and_project() {
    let mut scenario = Scenario::empty();
    scenario.write("a.yaml", "services: {web: {image: one}}");
    scenario.set("COMPOSE_FILE", "a.yaml");
    scenario.set("COMPOSE_PROJECT_NAME", "other");
    scenario.hoist(["config"]).ok().prints("name: other");
}

#[test]
fn graph_is_a_tree_of_what_needs_what() {
    assert_eq!(
        Scenario::new("ordered").hoist(["graph"]).ok().stdout,
        "web\n└── db (healthy)\n    └── job (completed)\n"
    );
}

#[test]
fn schema_is_a_json_schema() {
    let ran = Scenario::empty().hoist(["schema"]).ok();
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(schema["properties"]["services"].is_object());
}

/// A project with one of each, and a few that nobody uses.
fn shop() -> Scenario {
    let scenario = Scenario::empty();
    let text = "\
name: shop
x-b: 1
x-a: {y: no, x: 010}
services:
  web:
    image: web:${TAG:-1}
    command: [\"${REQUIRED:?must be}\", \"${SET:+yes ${INNER-in}}\", $$HOME]
    depends_on: [db]
    ports: ['${PORT:-80}:80']
    networks: [front]
    volumes: ['data:/data', './here:/there']
    healthcheck: {test: [CMD, 'true'], x-check: 1}
    models: [llm]
  db:
    image: db
    env_file: db.env
    x-db: {b: 1, a: 2}
  tool:
    build: .
    profiles: [tools]
networks: {front: {}, unused: {}}
volumes: {data: {}, spare: {}}
models: {llm: {model: ai/small}}
";
    scenario.write("compose.yaml", text);
    scenario.write("db.env", "FROM_FILE=$INNER\n");
    scenario
}

fn set_shop() -> Scenario {
    let mut scenario = shop();
    scenario.set("REQUIRED", "r");
    scenario
}

#[test]
fn config_lists_what_takes_part() {
    let scenario = set_shop();
    let lines = |flag: &str| scenario.hoist(["config", flag]).ok().stdout;
    assert_eq!(lines("--services"), "db\nweb\n");
    assert_eq!(lines("--volumes"), "data\n");
    assert_eq!(lines("--networks"), "default\nfront\n");
    assert_eq!(lines("--images"), "db\nweb:1\n");
    assert_eq!(lines("--profiles"), "tools\n");
    assert_eq!(lines("--models"), "ai/small\n");
    assert_eq!(scenario.hoist(["config", "--images", "tool"]).ok().stdout, "shop-tool\n");
    assert_eq!(scenario.hoist(["config", "--services", "--volumes"]).ok().stdout, "db\nweb\n");
    assert_eq!(scenario.hoist(["--all-resources", "config", "--volumes"]).ok().stdout, "data\nspare\n");
}

#[test]
fn config_lists_names_without_the_files_of_services() {
    let scenario = set_shop();
    std::fs::remove_file(scenario.folder().join("db.env")).unwrap();
    assert_eq!(scenario.hoist(["config", "--services"]).ok().stdout, "db\nweb\n");
    scenario.hoist(["config"]).code(1).says("env file 'db.env' not found");
}

#[test]
fn config_hash_names_each_service_once_and_refuses_others() {
    let scenario = set_shop();
    let all = scenario.hoist(["config", "--hash", "*"]).ok().stdout;
    assert_eq!(scenario.hoist(["config", "--hash", "web,db"]).ok().stdout, all);
    assert_eq!(all.lines().map(|line| line.split_once(' ').unwrap().0).collect::<Vec<_>>(), ["db", "web"]);
    scenario.hoist(["config", "--hash", "wep"]).code(1).says("no such service: wep").says("did you mean 'web'?");
}

#[test]
fn config_variables_tells_what_the_files_ask_for() {
    let scenario = shop();
    let expected = "\
NAME       REQUIRED   DEFAULT VALUE   ALTERNATE VALUE
INNER      false      in
PORT       false      80
REQUIRED   true
SET        false                      yes ${INNER-in}
TAG        false      1
";
    let ran = scenario.hoist(["config", "--variables"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected, ""));
    let json = scenario.hoist(["config", "--variables", "--format", "json"]).ok().stdout;
    let all: serde_json::Value = serde_json::from_str(&json).unwrap();
    let tag = serde_json::json!({"Name": "TAG", "DefaultValue": "1", "PresenceValue": "", "Required": false});
    assert_eq!(all["TAG"], tag);
    let yaml = scenario.hoist(["config", "--variables", "--format", "yaml"]).ok().stdout;
    assert!(yaml.contains("TAG:\n  name: TAG\n  defaultvalue: \"1\"\n  presencevalue: \"\"\n  required: false\n"));
}

#[test]
fn config_environment_tells_which_variables_are_known() {
    let mut scenario = shop();
    scenario.write(".env", "FROM_FILE=f\nOWN=file\n");
    scenario.set("OWN", "process");
    let lines = scenario.hoist(["config", "--environment"]).ok().stdout;
    let all: Vec<_> = lines.lines().collect();
    assert!(all.is_sorted(), "{lines}");
    for line in ["COMPOSE_PROJECT_NAME=shop", "FROM_FILE=f", "OWN=process"] {
        assert!(all.contains(&line), "{line} in {lines}");
    }
}

#[test]
fn config_keeps_variables_when_asked_to() {
    let printed = shop().hoist(["config", "--no-interpolate"]).ok().stdout;
    for line in ["image: web:${TAG:-1}", "- $$HOME", "- ${PORT:-80}:80", "- tools", "name: shop_spare", "x: 8"] {
        assert!(printed.contains(&format!("{line}\n")), "{line}\n{printed}");
    }
    assert_eq!(shop().hoist(["config", "--no-interpolate", "--images"]).ok().stdout, "db\nshop-tool\nweb:${TAG:-1}\n");
}

#[test]
fn config_leaves_phases_out() {
    let scenario = set_shop();
    let plain = scenario.hoist(["config", "--no-normalize", "--no-path-resolution"]).ok().stdout;
    assert!(plain.contains("source: ./here\n") && plain.contains("front: {}\n"), "{plain}");
    assert!(!plain.contains("default") && !plain.contains("shop_"), "{plain}");
    scenario.write("compose.yaml", "services: {a: {image: x, networks: [nowhere]}}");
    scenario.hoist(["config"]).code(1);
    assert!(scenario.hoist(["config", "--no-consistency"]).ok().stdout.contains("nowhere: null\n"));
}

#[test]
fn config_keeps_extensions_where_they_stand_and_sorts_names() {
    let printed = set_shop().hoist(["config"]).ok().stdout;
    assert!(printed.ends_with("x-a:\n  x: 8\n  \"y\": \"no\"\nx-b: 1\n"), "{printed}");
    assert!(
        printed.contains("    x-db:\n      a: 2\n      b: 1\n") && printed.contains("      x-check: 1\n"),
        "{printed}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&set_shop().hoist(["config", "--format", "json"]).ok().stdout).unwrap();
    assert_eq!(json["x-b"], 1);
    assert_eq!(json["services"]["db"].get("x-db"), None);
    let keys: Vec<_> = json.as_object().unwrap().keys().collect();
    assert!(keys.is_sorted(), "{keys:?}");
}

#[test]
fn config_quiet_still_warns() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services: {a: {image: x, command: $NOBODY}}\nversion: '3'\n");
    let ran = scenario.hoist(["config", "-q"]).ok().says("'version' is obsolete").says("'NOBODY' is not set");
    assert_eq!(ran.stdout, "");
}

#[test]
fn config_pins_nothing_without_an_engine_and_leaves_digests_alone() {
    let scenario = Scenario::empty();
    let digest = format!("sha256:{}", "a".repeat(64));
    scenario.write("compose.yaml", &format!("services: {{a: {{image: 'x:1@{digest}'}}, b: {{build: .}}}}"));
    let locked = scenario.hoist(["config", "--lock-image-digests"]).ok().stdout;
    assert_eq!(locked, format!("services:\n  a:\n    image: docker.io/library/x@{digest}\n"));
}
