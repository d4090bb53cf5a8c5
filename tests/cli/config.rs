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
      published: '8080'
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
    assert_eq!(scenario.hoist(["config", "--services", "web"]).ok().stdout, "db\nweb\n");
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
