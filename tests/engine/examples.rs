//! Each example comes up, answers, and goes without a trace.

use crate::support::{Scenario, example, http};

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
    scenario.hoist(["up", "-d"]).ok().says("api  http://localhost:5000").says("version");
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
