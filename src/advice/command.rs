//! Commands that are written as for a shell, where no shell will read them.

use super::{items, services};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::load::Loaded;

const SHELLS: [&str; 11] = ["sh", "bash", "ash", "dash", "zsh", "ksh", "fish", "cmd", "cmd.exe", "powershell", "pwsh"];
/// Words that mean something to a shell only.
const OPERATORS: [&str; 10] = ["&&", "||", "|", ">", ">>", "<", ";", "&", "2>&1", "2>"];

/// Names words of commands that reach the program as they stand, though a shell would act on them.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    // What is cut off has been told by a warning that says the same.
    let cut: Vec<_> =
        loaded.notes.sorted().into_iter().filter(|note| note.code == "shell-operator").map(|note| note.place).collect();
    for (_, service) in services(loaded) {
        let (entrypoint, command) = (service.get("entrypoint"), service.get("command"));
        let has_shell = items(entrypoint).chain(items(command)).any(is_shell);
        for node in
            [entrypoint, command].into_iter().flatten().filter(|node| !has_shell && !cut.contains(&Some(node.span)))
        {
            found.push_all(unshelled(loaded, node, "write [\"sh\", \"-c\", \"…\"] to have a shell read it"));
        }
        let test = service.get("healthcheck").and_then(|check| check.get("test"));
        let is_list = |test: &&Node| items(Some(test)).next().and_then(Node::as_text) == Some("CMD");
        for node in test.into_iter().filter(is_list).filter(|test| !items(Some(test)).any(is_shell)) {
            found.push_all(unshelled(loaded, node, "begin with 'CMD-SHELL' and put the line in one text"));
        }
    }
}

/// The first word of a command that only a shell understands.
fn unshelled(loaded: &Loaded, command: &Node, help: &str) -> Option<Diagnostic> {
    let written = loaded.sources.text(command.span.file);
    let written = written.get(command.span.start as usize..command.span.end as usize).unwrap_or_default();
    let (item, word, why) = items(Some(command)).find_map(|item| {
        let word = item.as_text()?;
        Some((item, word, why(word, written, Written::of(item, command))?))
    })?;
    let message = format!("'{word}' {why}: no shell reads this command");
    Some(Diagnostic::advice("no-shell", message).at(item.span).help(help))
}

/// How a command is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As one text.
    Text,
    /// As a list of words.
    List,
}

impl Written {
    fn of(item: &Node, command: &Node) -> Self {
        if item.span == command.span { Self::Text } else { Self::List }
    }
}

fn why(word: &str, text: &str, written: Written) -> Option<&'static str> {
    if OPERATORS.contains(&word) {
        Some("is an argument like any other")
    } else if word.contains("$(") || word.len() > 2 && word.starts_with('`') && word.ends_with('`') {
        Some("is not run")
    } else if names_a_variable(word) {
        Some("is not replaced by a value")
    } else if written == Written::Text && is_pattern(word) && !is_quoted(word, text) {
        Some("is not replaced by the names of files")
    } else {
        None
    }
}

/// `$HOME` or `${HOME}`, in capital letters; hashes of passwords have a `$` too.
fn names_a_variable(word: &str) -> bool {
    word.match_indices('$').any(|(at, _)| {
        let after = word.get(at + 1..).unwrap_or_default();
        let after = after.strip_prefix('{').unwrap_or(after);
        let name = after.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).next().unwrap_or("");
        let is_name = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
        name.len() > 1 && name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().all(is_name)
    })
}

/// A path with a `*` in it.
fn is_pattern(word: &str) -> bool {
    let is_path = word.contains('/') || word.starts_with("*.") || word.ends_with(".*");
    word.contains('*') && is_path && !word.starts_with('-') && !word.contains("://")
}

fn is_quoted(word: &str, text: &str) -> bool {
    ['"', '\''].iter().any(|quote| text.contains(&format!("{quote}{word}{quote}")))
        && !text.trim_matches(['"', '\'']).eq(word)
}

fn is_shell(word: &Node) -> bool {
    word.as_text().and_then(|word| word.rsplit('/').next()).is_some_and(|name| SHELLS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::super::tests::on_service;

    fn on(text: &str) -> Vec<String> {
        on_service("no-shell", &format!("image: 'a:1', {text}"))
    }

    #[test]
    fn what_a_shell_would_act_on_is_named() {
        let tail = ": no shell reads this command";
        assert_eq!(on("command: [a, '&&', b]"), [format!("'&&' is an argument like any other{tail}")]);
        assert_eq!(on("command: 'echo $(date)'"), [format!("'$(date)' is not run{tail}")]);
        assert_eq!(on("command: 'echo $$HOME'"), [format!("'$HOME' is not replaced by a value{tail}")]);
        assert_eq!(on("command: 'ls /data/*'"), [format!("'/data/*' is not replaced by the names of files{tail}")]);
        assert_eq!(on("healthcheck: {test: [CMD, curl, x, '||', exit, '1']}").len(), 1);
    }

    #[test]
    fn a_shell_reads_its_own_line() {
        for text in [
            "command: ['sh', '-c', 'a && $$HOME']",
            "command: sh -c 'a && b'",
            "entrypoint: [/bin/bash, -c], command: ['echo $$HOME']",
            "healthcheck: {test: 'curl x || exit 1'}",
            "healthcheck: {test: [CMD-SHELL, 'curl x || exit 1']}",
        ] {
            assert!(on(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_shell_line_is_left_alone() {
        for text in [
            "command: [--forwarded-allow-ips=*]",
            "command: [--password, '$$2y$$05$$Abc']",
            "command: [nginx, -g, 'daemon off;']",
            "command: [--path, '/x/*']",
            "command: server --allow '*'",
        ] {
            assert!(on(text).is_empty(), "{text}: {:?}", on(text));
        }
    }
}
