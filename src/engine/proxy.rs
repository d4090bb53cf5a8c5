//! The proxies of the docker client's configuration, as variables for builds and containers.

use super::Host;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The part of `config.json` that is about proxies: by the address of an engine, or `default`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    proxies: BTreeMap<String, Proxies>,
}

/// The proxies for one engine.
#[expect(clippy::struct_field_names, reason = "they are the keys of the file")]
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Proxies {
    http_proxy: String,
    https_proxy: String,
    no_proxy: String,
    ftp_proxy: String,
    all_proxy: String,
}

/// The variables, each in capitals and in small letters, since programs read one or the other. None when the file says
/// nothing or cannot be read.
pub(super) fn variables(host: &Host) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(host.config.join("config.json")).unwrap_or_default();
    let mut config: Config = serde_json::from_str(&text).unwrap_or_default();
    let own = config.proxies.remove(&host.to_string());
    let Some(proxies) = own.or_else(|| config.proxies.remove("default")) else { return BTreeMap::new() };
    let Proxies { http_proxy, https_proxy, no_proxy, ftp_proxy, all_proxy } = proxies;
    let named = [
        ("HTTP_PROXY", http_proxy),
        ("HTTPS_PROXY", https_proxy),
        ("NO_PROXY", no_proxy),
        ("FTP_PROXY", ftp_proxy),
        ("ALL_PROXY", all_proxy),
    ];
    let given = named.into_iter().filter(|(_, value)| !value.is_empty());
    given.flat_map(|(name, value)| [(name.to_owned(), value.clone()), (name.to_lowercase(), value)]).collect()
}

/// Arguments of a build with the proxies of the client. One that the build has in one spelling is the build's in the
/// other too: programs and builders take either.
pub(super) fn with_proxies(
    arguments: &BTreeMap<String, String>,
    proxies: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut all = arguments.clone();
    for (name, value) in proxies {
        let other = if name.starts_with(char::is_uppercase) { name.to_lowercase() } else { name.to_uppercase() };
        let own = arguments.get(name).or_else(|| arguments.get(&other));
        all.insert(name.clone(), own.unwrap_or(value).clone());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_of_its_own_wins_over_the_default() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = r#"{"proxies": {"default": {"httpProxy": "http://d:1", "noProxy": "local"},
            "tcp://e:2375": {"httpsProxy": "http://e:1"}}}"#;
        std::fs::write(folder.path().join("config.json"), text).expect("written");
        let of = |address: &str| {
            let variables = [("DOCKER_CONFIG", folder.path().to_str().expect("text")), ("DOCKER_HOST", address)];
            let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            variables_of(&Host::resolve(&variables).expect("an address"))
        };
        assert_eq!(
            of("unix:///s"),
            ["HTTP_PROXY=http://d:1", "NO_PROXY=local", "http_proxy=http://d:1", "no_proxy=local"]
        );
        assert_eq!(of("tcp://e:2375"), ["HTTPS_PROXY=http://e:1", "https_proxy=http://e:1"]);
    }

    #[test]
    fn what_a_build_says_itself_wins_in_both_spellings() {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
        };
        let proxies = map(&[("NO_PROXY", "theirs"), ("no_proxy", "theirs"), ("HTTP_PROXY", "p"), ("http_proxy", "p")]);
        let all = with_proxies(&map(&[("no_proxy", "mine"), ("A", "b")]), &proxies);
        let wanted =
            map(&[("A", "b"), ("HTTP_PROXY", "p"), ("NO_PROXY", "mine"), ("http_proxy", "p"), ("no_proxy", "mine")]);
        assert_eq!(all, wanted);
    }

    fn variables_of(host: &Host) -> Vec<String> {
        variables(host).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }
}
