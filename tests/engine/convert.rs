//! `convert --inspect-images`: what images say, as an engine has them.

use crate::support::Scenario;
use std::fs;

const DOCKERFILE: &str = "FROM busybox\nEXPOSE 8080\nUSER 1000\nSTOPSIGNAL SIGQUIT\nVOLUME /data\n\
    HEALTHCHECK --interval=7s CMD [\"check\"]\nENTRYPOINT [\"/start\"]\nCMD [\"serve\"]\n";

#[test]
fn what_images_say_is_taken_where_the_file_says_nothing() {
    let scenario = Scenario::empty();
    scenario.write("Dockerfile", DOCKERFILE);
    let gone = "nowhere.invalid/gone:1";
    let file = format!(
        "services:\n  web: {{build: .}}\n  first: {{image: '{gone}'}}\n  second: {{image: '{gone}'}}\n  \
         bare: {{image: postgres:15-alpine, command: []}}\n"
    );
    scenario.write("compose.yaml", &file);
    scenario.hoist(["build", "web"]).ok();
    scenario.hoist(["convert"]).ok().never_says("image-volume");
    let mut ran = scenario.hoist(["convert", "--inspect-images"]).ok();
    let words = ["containerPort: 8080", "runAsUser: 1000", "periodSeconds: 7", "kill -QUIT 1", "mountPath: /data"];
    for words in words.into_iter().chain(["containerPort: 5432", "- docker-entrypoint.sh"]) {
        ran = ran.prints(words);
    }
    let ran = ran.says("image-volume").says("'hoist pull first' brings it");
    assert_eq!(ran.stderr.matches(&format!("image '{gone}' is not on this machine")).count(), 1, "{}", ran.told());
    scenario.hoist(["convert", "--inspect-images", "--to", "kustomize", "-o", "k8s"]).ok().says("'hoist pull first'");
    let made = fs::read_to_string(scenario.folder().join("k8s/base/web-deployment.yaml")).unwrap();
    assert!(made.contains("runAsUser: 1000"), "{made}");
    scenario.hoist(["down", "--rmi", "local"]).ok();
}
