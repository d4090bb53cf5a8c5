//! Each example comes up, answers, and goes without a trace.

use crate::support::registry::Registry;
use crate::support::{Scenario, example, hoist, http, replaced, same_container, up};
use std::time::{Duration, Instant};

#[test]
fn flask_redis_counts_and_keeps_its_count() {
    let _port = example::hold(5000);
    let scenario = Scenario::example("flask-redis");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    for count in 1..=3 {
        assert_eq!(http::get(5000, "/", &[]).body, format!(r#"{{"count":{count}}}"#));
    }
    scenario.hoist(["down"]).ok();
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert_eq!(http::get(5000, "/", &[]).body, r#"{"count":4}"#);
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn flask_redis_says_where_it_is_reachable() {
    let _port = example::hold(5000);
    let scenario = Scenario::example("flask-redis");
    scenario.hoist(["up", "-d"]).ok().says("api    running  http://localhost:5000").says("version");
}

#[test]
fn flask_redis_sees_its_mounted_source() {
    let _port = example::hold(5000);
    let scenario = Scenario::example("flask-redis");
    scenario.hoist(["up", "-d"]).ok();
    scenario.inside("api", "cmp src/app.py /app/src/app.py && ! touch /app/src/new").ok();
}

#[test]
fn greeting_is_configured_from_outside() {
    let _port = example::hold(8000);
    let mut scenario = Scenario::example("greeting");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert_eq!(http::get(8000, "/hello", &[]).body, r#"{"message":"Hello, world"}"#);
    assert_eq!(http::get(8000, "/health", &[]).status, 200);
    scenario.set("APP_GREETING", "Ahoy");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert_eq!(http::get(8000, "/hello?name=Ada", &[]).body, r#"{"message":"Ahoy, Ada"}"#);
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn todo_api_keeps_a_list_until_it_ends() {
    let _port = example::hold(5001);
    let scenario = Scenario::example("todo-api");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert_eq!(http::get(5001, "/todos", &[]).body, "[]");
    assert_eq!(http::post(5001, "/todos", r#"{"title": "tea"}"#).body, r#"{"id":1,"title":"tea"}"#);
    assert_eq!(http::post(5001, "/todos", "{}").status, 400);
    assert_eq!(http::get(5001, "/todos", &[]).body, r#"[{"id":1,"title":"tea"}]"#);
    scenario.hoist(["up", "-d", "--wait", "--force-recreate"]).ok();
    assert_eq!(http::get(5001, "/todos", &[]).body, "[]");
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn movies_proxy_carries_a_trace_through_both_services() {
    let _port = example::hold(8080);
    let scenario = Scenario::example("movies-proxy");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    let answer = http::get(8080, "/movies/2", &["X-Trace-Id: my-own-trace"]);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.head.to_lowercase().contains("x-trace-id: my-own-trace"), "{answer:?}");
    assert!(answer.body.contains("Tokyo Story"), "{answer:?}");
    for service in ["nginx", "api"] {
        let ran = scenario.hoist(["logs", service]).ok();
        assert_eq!(ran.stdout.matches("trace=my-own-trace").count(), 1, "{service}\n{}", ran.told());
    }
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn movies_proxy_waits_for_the_check_of_the_image() {
    let _port = example::hold(8080);
    let scenario = Scenario::example("movies-proxy");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(http::get(8080, "/movies", &[]).status, 200);
}

#[test]
fn bookshop_packs_every_order_once() {
    let _port = example::hold(8090);
    let scenario = Scenario::example("bookshop");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert_eq!(scenario.containers().iter().filter(|one| one.service() == "worker").count(), 3);
    assert_eq!(scenario.container("migrate").exit_code(), 0);
    assert!(http::get(8090, "/books", &[]).body.contains("Solaris"));
    for order in 1..=6 {
        assert_eq!(http::post(8090, "/books/2/orders", "").body, format!(r#"{{"order":{order}}}"#));
    }
    let late = Instant::now() + Duration::from_secs(30);
    while (1..=6).any(|order| http::get(8090, &format!("/orders/{order}"), &[]).body.contains("null")) {
        assert!(Instant::now() < late, "not all orders are packed");
    }
    scenario.hoist(["--profile", "tools", "run", "--rm", "report"]).ok().prints("6 orders, packed by ");
    scenario.hoist(["down"]).ok();
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert_eq!(http::post(8090, "/books/1/orders", "").body, r#"{"order":7}"#);
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn bookshop_keeps_its_networks_apart_and_its_secrets_where_they_belong() {
    let _port = example::hold(8090);
    let scenario = Scenario::example("bookshop");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    scenario.inside("web", "test $(stat -c %a /run/secrets/session_key) = 440").ok();
    scenario.inside("web", "grep -q only-for-this-example /run/secrets/session_key").ok();
    scenario.inside("db", "grep -q only-for-this-example-too /run/secrets/db_password").ok();
    scenario.inside("proxy", "test ! -e /run/secrets").ok();
    scenario.inside("proxy", "getent hosts shop && ! getent hosts db").ok();
    scenario.inside("db", "getent hosts web && ! getent hosts proxy").ok();
}

#[test]
fn bookshop_replaces_only_what_an_edit_concerns() {
    let _port = example::hold(8090);
    let mut scenario = Scenario::example("bookshop");
    scenario.hoist(["up", "-d", "--wait"]).ok();
    assert!(http::get(8090, "/", &[]).body.contains(r#""log_level":"debug","title":"The Bookshop""#));
    scenario.edit("nginx.conf", "access_log /dev/stdout;", "access_log off;");
    scenario.hoist(["plan"]).code(2).prints("config 'proxy' has new content");
    scenario = scenario.step(
        "an edited config",
        up(["-d"]),
        [replaced("proxy"), same_container("web"), same_container("worker"), same_container("db")],
    );
    scenario.set("SHOP_TITLE", "Books & Sons");
    scenario = scenario.step(
        "a config in the compose file",
        up(["-d"]),
        [replaced("web"), replaced("worker"), same_container("proxy"), same_container("db")],
    );
    assert!(http::get(8090, "/", &[]).body.contains(r#""title":"Books & Sons""#));
    scenario = scenario.step(
        "without the override",
        hoist(["-f", "compose.yaml", "up", "-d"]),
        [replaced("web"), same_container("worker"), same_container("db")],
    );
    assert!(http::get(8090, "/", &[]).body.contains(r#""log_level":"info""#));
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn pinned_release_brings_back_what_was_pushed() {
    let _port = example::hold(8085);
    let (registry, mut scenario) = (Registry::start(), Scenario::example("pinned-release"));
    scenario.set("REGISTRY", &registry.host());
    let images = ["pinned-web:1", "pinned-smoke:1"].map(|name| registry.image(name));
    scenario.hoist(["build"]).ok();
    scenario.hoist(["push"]).ok().says("pushed");
    let locked = scenario.hoist(["config", "--lock-image-digests"]).ok().prints("@sha256:");
    scenario.write("compose.lock.yaml", &locked.stdout);
    scenario.hoist(["config", "--resolve-image-digests"]).ok().prints("pinned-web:1@sha256:");
    // Somebody else pushes under the same tag.
    scenario.write("web/index.html", "an accident\n");
    scenario.hoist(["build"]).ok();
    scenario.hoist(["push"]).ok();
    for image in &images {
        scenario.docker(["rmi", "--force", image]).ok();
    }
    let files = ["-f", "compose.yaml", "-f", "compose.lock.yaml"];
    let run = |words: &[&str]| scenario.hoist_words(&[&files, words].concat());
    run(&["up", "-d"]).ok().says("pulled").never_says("built");
    assert_eq!(http::get(8085, "/", &[]).body.trim(), "release one");
    let smoke = scenario.container("smoke");
    smoke.wait();
    assert_eq!(smoke.output(), "release one\n");
    run(&["plan"]).prints("smoke").never_says("pull");
    run(&["down", "-v"]).ok();
    scenario.is_gone();
    let listed = scenario.docker(["images", "--quiet", "--filter", &format!("reference={}/*", registry.host())]).ok();
    for id in listed.stdout.lines() {
        scenario.docker(["rmi", "--force", id]);
    }
}
