//! The labels that mark what belongs to a project: Compose's, so that each tool can take over from the other, and ours.

/// The project.
pub const PROJECT: &str = "com.docker.compose.project";
/// The service.
pub const SERVICE: &str = "com.docker.compose.service";
/// The version of Compose whose behaviour the labels follow.
pub const VERSION: &str = "com.docker.compose.version";
/// The hash of what a container, network or volume was made from.
pub const CONFIG_HASH: &str = "com.docker.compose.config-hash";
/// The number of a container within its service.
pub const CONTAINER_NUMBER: &str = "com.docker.compose.container-number";
/// `True` for the container of a `run`, else `False`.
pub const ONEOFF: &str = "com.docker.compose.oneoff";
/// What a container depends on: `name:condition:restart`, comma-joined.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// The id of the image that a container was made from.
pub const IMAGE: &str = "com.docker.compose.image";
/// The project directory.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// The compose files, comma-joined.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// The env files given by name, comma-joined.
pub const ENVIRONMENT_FILE: &str = "com.docker.compose.project.environment_file";
/// What a container was created to replace.
pub const REPLACE: &str = "com.docker.compose.replace";
/// The key of a network.
pub const NETWORK: &str = "com.docker.compose.network";
/// The key of a volume.
pub const VOLUME: &str = "com.docker.compose.volume";
/// Short hashes of each attribute a container was made with: says *what* changed. Ours.
pub const FINGERPRINT: &str = "dev.hoist.fingerprint";

/// What [`VERSION`] says: the release whose hashes and labels Hoist writes.
pub const COMPOSE_VERSION: &str = "2.40.3";
