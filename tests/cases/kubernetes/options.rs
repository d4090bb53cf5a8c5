//! `x-options` of a case: how it is converted; `x-images`: what its images say.

use hoist::document::Node;
use hoist::kubernetes::{
    Bind, DeployLabels, Existing, Expose, Images, Jobs, Liveness, NetworkPolicies, Options, Requests, Secrets,
    Security, Selector, Ulimits, Wait,
};
use hoist::load::Loaded;
use hoist::model::{Healthcheck, ImageFacts};

/// What a case asks for.
pub fn of(loaded: &Loaded) -> Options {
    let none = Node::map::<&str>([]);
    let asked = loaded.origins.tree().get("x-options").unwrap_or(&none);
    let word = |key: &str| asked.get(key).and_then(Node::as_text);
    let list = |key: &str| asked.get(key).and_then(Node::as_list).unwrap_or_default().iter().filter_map(Node::as_text);
    let is_set = |key: &str| word(key) == Some("true");
    Options {
        version: word("kube-version").map(|version| version.parse().unwrap()).unwrap_or_default(),
        features: list("feature").map(|gate| gate.parse().unwrap()).collect(),
        namespace: word("namespace").map(str::to_owned),
        expose: word("expose").map(expose).unwrap_or_default(),
        secrets: word("secrets").map(secrets).unwrap_or_default(),
        security: word("security").map(security),
        wait: if word("wait") == Some("all") { Wait::All } else { Wait::Conditions },
        jobs: if word("jobs") == Some("inline") { Jobs::Inline } else { Jobs::Objects },
        wait_image: word("wait-image").map(|image| image.parse().unwrap()),
        registry: word("registry").map(|prefix| prefix.parse().unwrap()),
        liveness: if is_set("liveness") { Liveness::All } else { Liveness::Asked },
        requests: if is_set("default-resources") { Requests::Little } else { Requests::Written },
        selector: word("selector-compat").map(selector).unwrap_or_default(),
        ulimits: if word("ulimits") == Some("shell") { Ulimits::Shell } else { Ulimits::Nodes },
        bind: word("bind").map(bind).unwrap_or_default(),
        deploy_labels: if word("deploy-labels") == Some("labels") {
            DeployLabels::Labels
        } else {
            DeployLabels::Annotations
        },
        network_policy: word("network-policy").map(policies).unwrap_or_default(),
        colocate: words(asked, "colocate").map(str::to_owned).collect(),
        images: images(loaded),
    }
}

/// What the images of a case say, by `x-images`: no engine is asked.
fn images(loaded: &Loaded) -> Images {
    let all = loaded.origins.tree().get("x-images").and_then(Node::as_map).unwrap_or_default();
    all.iter().map(|(name, said)| (name.as_text().unwrap().parse().unwrap(), facts(said))).collect()
}

fn facts(said: &Node) -> ImageFacts {
    let check = |said: &Node| Healthcheck {
        test: texts(said, "test"),
        interval: text(said, "interval").map(|time| time.parse().unwrap()),
        start_period: text(said, "start_period").map(|time| time.parse().unwrap()),
        retries: text(said, "retries").map(|count| count.parse().unwrap()),
        ..Healthcheck::default()
    };
    ImageFacts {
        ports: texts(said, "ports"),
        user: text(said, "user"),
        healthcheck: said.get("healthcheck").map(check),
        entrypoint: texts(said, "entrypoint"),
        command: texts(said, "command"),
        stop_signal: text(said, "stop_signal"),
        volumes: texts(said, "volumes"),
    }
}

fn text(said: &Node, key: &str) -> Option<String> {
    said.get(key).and_then(Node::as_text).map(str::to_owned)
}

fn texts(said: &Node, key: &str) -> Vec<String> {
    let items = said.get(key).and_then(Node::as_list).unwrap_or_default();
    items.iter().map(|item| item.as_text().unwrap().to_owned()).collect()
}

/// The words of an option that may be given several times.
fn words<'o>(asked: &'o Node, key: &'o str) -> impl Iterator<Item = &'o str> {
    let all = asked.get(key).and_then(Node::as_list).unwrap_or_default();
    all.iter().map(|word| word.as_text().unwrap())
}

/// Whether a case is about one release.
pub fn says_version(loaded: &Loaded) -> bool {
    loaded.origins.tree().get("x-options").is_some_and(|asked| asked.get("kube-version").is_some())
}

/// What the cluster of a case has already.
pub fn existing(loaded: &Loaded) -> Vec<Existing> {
    let asked = loaded.origins.tree().get("x-options").and_then(|asked| asked.get("existing")?.as_list());
    asked.unwrap_or_default().iter().map(|one| one.as_text().unwrap().parse().unwrap()).collect()
}

fn expose(word: &str) -> Expose {
    match word {
        "none" => Expose::None,
        "nodeport" => Expose::NodePort,
        "loadbalancer" => Expose::LoadBalancer,
        "ingress" => Expose::Ingress,
        other => panic!("'{other}' is no way to publish a port"),
    }
}

fn secrets(word: &str) -> Secrets {
    match word {
        "generator" => Secrets::Generator,
        "inline" => Secrets::Inline,
        "external" => Secrets::External,
        other => panic!("'{other}' is nothing that becomes of secrets"),
    }
}

fn security(word: &str) -> Security {
    match word {
        "restricted" => Security::Restricted,
        "baseline" => Security::Baseline,
        "privileged" => Security::Privileged,
        other => panic!("'{other}' is no level"),
    }
}

fn selector(word: &str) -> Selector {
    match word {
        "kompose" => Selector::Kompose,
        other => panic!("'{other}' is nobody whose labels are known"),
    }
}

fn policies(word: &str) -> NetworkPolicies {
    match word {
        "always" => NetworkPolicies::Always,
        "auto" => NetworkPolicies::Auto,
        "never" => NetworkPolicies::Never,
        other => panic!("'{other}' says of no policies when"),
    }
}

fn bind(word: &str) -> Bind {
    match word {
        "hostpath" => Bind::HostPath,
        other => panic!("'{other}' is nothing that becomes of a folder of the system"),
    }
}
