//! Where the docker client's plugins are.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// Where systems put the plugins of the docker client.
const SYSTEM_FOLDERS: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// Finds a plugin, such as `docker-buildx`, where the docker client with this configuration looks for it.
pub(super) fn find(config: &Path, name: &str) -> Option<PathBuf> {
    let extra = extra_folders(config);
    let own = config.join("cli-plugins");
    let system = SYSTEM_FOLDERS.iter().map(PathBuf::from);
    extra.into_iter().chain([own]).chain(system).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn extra_folders(config: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(config.join("config.json")).unwrap_or_default();
    let config: Value = serde_json::from_str(&text).unwrap_or_default();
    let folders = config.get("cliPluginsExtraDirs").and_then(Value::as_array).into_iter().flatten();
    folders.filter_map(Value::as_str).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_found_where_the_configuration_says() {
        let config = tempfile::tempdir().expect("a folder");
        let extra = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(config.path().join("cli-plugins")).expect("made");
        let own = config.path().join("cli-plugins").join("docker-x");
        std::fs::write(&own, "").expect("written");
        assert_eq!(find(config.path(), "docker-x"), Some(own));
        std::fs::write(extra.path().join("docker-x"), "").expect("written");
        let text = serde_json::json!({ "cliPluginsExtraDirs": [extra.path()] }).to_string();
        std::fs::write(config.path().join("config.json"), text).expect("written");
        assert_eq!(find(config.path(), "docker-x"), Some(extra.path().join("docker-x")));
    }
}
