//! Files that nobody shows to others: they become Secrets, whatever the compose file calls them.

use crate::load::Content;

/// The ends of the names of files that hold keys and passwords.
const ENDS: [&str; 22] = [
    ".env",
    ".git-credentials",
    ".htpasswd",
    ".jks",
    ".kdbx",
    ".key",
    ".keystore",
    ".my.cnf",
    ".netrc",
    ".npmrc",
    ".p12",
    ".pem",
    ".pfx",
    ".pgpass",
    ".pypirc",
    "acme.json",
    "credentials",
    "htpasswd",
    "id_ed25519",
    "id_rsa",
    "kubeconfig",
    "userlist.txt",
];
/// Words of names that tell the same, unless the file tells of them: `password_policy.conf`.
const WORDS: [&str; 12] = [
    "apikey",
    "credentials",
    "jwt",
    "jwtsecret",
    "key",
    "pass",
    "passwd",
    "password",
    "passwords",
    "secret",
    "secrets",
    "token",
];
/// Folders whose files nobody shows.
const FOLDERS: [&str; 4] = ["secrets", "private", ".ssh", ".kube"];
/// What stands in files with keys, whatever they are called.
const SIGNS: [&str; 6] =
    ["PRIVATE KEY-----", "\"private_key\"", "\"auths\"", "client-key-data:", "PrivateKey =", "PresharedKey ="];

/// Whether a file is not to be shown, by its path in the project, where it is mounted, and what it says.
pub(super) fn is_secret(path: &str, target: &str, content: &Content) -> bool {
    tells(path) || tells(target) || has_sign(&content.bytes)
}

/// Whether a path tells of a secret, by the name of the file or of a folder that it is in.
fn tells(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    ENDS.iter().any(|end| name.ends_with(end))
        || name.starts_with(".env.")
        || name.starts_with("env.")
        || is_named_so(name)
        || folders.split('/').any(|folder| FOLDERS.contains(&folder))
}

/// Whether the name ends with a word for secrets: `db_password.txt`, `token`.
fn is_named_so(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let last = stem.rsplit(['_', '-', '.']).next().unwrap_or_default();
    WORDS.contains(&last)
}

fn has_sign(bytes: &[u8]) -> bool {
    let contains = |sign: &&str| bytes.windows(sign.len()).any(|part| part == sign.as_bytes());
    SIGNS.iter().any(contains)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(path: &str, target: &str, text: &str) -> bool {
        is_secret(path, target, &Content { bytes: text.into(), is_executable: false })
    }

    #[test]
    fn files_that_nobody_shows_are_known_by_their_names() {
        for path in
            [".env.local", "secrets.yaml", "api-key.txt", "client_secrets.json", ".my.cnf", "db_pass", "Secrets/a"]
        {
            assert!(is(path, "/a", ""), "{path}");
        }
        for path in
            ["a/server.key", ".env", "prod.env", "id_rsa", "db_password.txt", "token", "credentials.json", ".npmrc"]
        {
            assert!(is(path, "/a", ""), "{path}");
        }
        for path in ["nginx.conf", "keys.txt", "environment", "password_policy.conf", "tokens.css", "config.json"] {
            assert!(!is(path, "/a", ""), "{path}");
        }
    }

    #[test]
    fn their_folders_targets_and_contents_tell_them_too() {
        assert!(is("secrets/db", "/a", "") && is("a/b", "/run/secrets", "") && is("x", "/run/secrets/x", ""));
        assert!(is("a.txt", "/a", "-----BEGIN RSA PRIVATE KEY-----\n") && is("config.json", "/a", "{\"auths\": {}}"));
        assert!(!is("a.txt", "/run/secretsx", "-----BEGIN CERTIFICATE-----"));
        assert!(is("db.cnf", "/root/.my.cnf", "") && is("keys", "/etc/wireguard/wg0.conf", "PrivateKey = x\n"));
    }
}
