//! What a container runs: `entrypoint` is the command, `command` its arguments.

use super::draft::Draft;
use super::environment;
use super::ledger::container;
use super::options::Secrets;
use crate::advice::passwords;
use crate::diagnostic::Diagnostic;
use crate::document::Path;

/// The command and its arguments.
pub(super) fn convert(draft: &mut Draft<'_, '_>, entrypoint: Option<&[String]>, command: Option<&[String]>) {
    if let (Some([]), Some(words @ [_, ..])) = (entrypoint, command) {
        // Without an entrypoint, the first word is what runs.
        for key in ["entrypoint", "command"] {
            draft.claim([key]).exact(container("command"));
        }
        let path = draft.path(["command"]);
        draft.container.command = Some(written(draft, &path, words));
        return;
    }
    if let Some((key, rest)) = cleared(draft, entrypoint, command) {
        draft.claim([key]).exact(container("command"));
        draft.container.command = Some(rest);
        return;
    }
    draft.container.command = words(draft, ("entrypoint", "command", "ENTRYPOINT"), entrypoint);
    draft.container.args = words(draft, ("command", "args", "CMD"), command);
}

/// What runs when one of the two is cleared and the image says the other: the key that clears, and the whole command.
fn cleared(
    draft: &Draft<'_, '_>,
    entrypoint: Option<&[String]>,
    command: Option<&[String]>,
) -> Option<(&'static str, Vec<String>)> {
    let facts = draft.scene.image_facts(draft.service)?;
    let (key, rest) = match (entrypoint, command) {
        (Some([]), None) => ("entrypoint", &facts.command),
        (None, Some([])) => ("command", &facts.entrypoint),
        _ => return None,
    };
    (!rest.is_empty()).then(|| (key, rest.iter().map(|text| escaped(text)).collect()))
}

fn words(
    draft: &mut Draft<'_, '_>,
    (key, field, word): (&str, &str, &str),
    words: Option<&[String]>,
) -> Option<Vec<String>> {
    let words = words?;
    if words.is_empty() {
        let reason = format!("Kubernetes cannot clear the {word} of an image");
        draft.claim([key]).dropped(reason).remedy("write the whole command under 'entrypoint'");
        return None;
    }
    draft.claim([key]).exact(container(field));
    let path = draft.path([key]);
    Some(written(draft, &path, words))
}

/// The words for a kubelet. A password that a Secret holds as a variable is named there, so that it stands nowhere in
/// clear; any other is reported.
fn written(draft: &mut Draft<'_, '_>, path: &Path, words: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut is_shown = false;
    let found = passwords(words);
    for (index, word) in words.iter().enumerate() {
        let (mut text, mut end) = (String::new(), 0);
        for (_, within) in found.iter().filter(|(at, _)| *at == index) {
            let (Some(before), Some(password)) = (word.get(end..within.start), word.get(within.clone())) else {
                continue;
            };
            text.push_str(&escaped(before));
            if let Some(name) = environment::holding(draft, password) {
                text.extend(["$(", name, ")"]);
            } else {
                text.push_str(&escaped(password));
                is_shown = true;
            }
            end = within.end;
        }
        text.push_str(&escaped(word.get(end..).unwrap_or_default()));
        all.push(text);
    }
    if is_shown {
        shown(draft, path);
    }
    all
}

/// Advises of a password that everybody sees who may read pods.
pub(super) fn shown(draft: &mut Draft<'_, '_>, path: &Path) {
    if draft.scene.options.secrets == Secrets::Inline {
        return;
    }
    let service = &draft.service.name;
    let message = format!("a command of '{service}' holds a password: whoever may read its pods sees it");
    let help = "give it as a variable of its own in 'environment', which a Secret then holds, or as one of 'secrets'";
    draft.report(path, Diagnostic::advice("plain-secret", message).help(help));
}

/// The text so that a kubelet, which expands `$(NAME)` and takes `$$` for `$`, gives it on as it was.
pub(super) fn escaped(text: &str) -> String {
    if text.contains("$(") || text.contains("$$") { text.replace('$', "$$") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a kubelet makes of a text; no variable is known, so that a reference stays as it is.
    fn expanded(text: &str) -> String {
        let mut out = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            out.push(letter);
            match letters.peek() {
                Some('$') if letter == '$' => drop(letters.next()),
                Some('(') if letter == '$' => {
                    let rest: String = letters.clone().collect();
                    assert!(!rest.contains(')'), "a reference is left in {text}");
                }
                _ => {}
            }
        }
        out
    }

    #[test]
    fn shell_text_stays_readable() {
        assert_eq!(escaped("echo $HOME ${X}"), "echo $HOME ${X}");
        assert_eq!(escaped("echo $(date) $HOME"), "echo $$(date) $$HOME");
    }

    proptest! {
        #[test]
        fn a_kubelet_gives_on_what_was_written(text in "[a$()]{0,12}") {
            prop_assert_eq!(expanded(&escaped(&text)), text);
        }
    }
}
