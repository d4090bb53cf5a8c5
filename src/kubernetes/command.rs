//! What a container runs: `entrypoint` is the command, `command` its arguments.

use super::draft::Draft;
use super::ledger::container;

/// The command and its arguments.
pub(super) fn convert(draft: &mut Draft<'_, '_>, entrypoint: Option<&[String]>, command: Option<&[String]>) {
    if let (Some([]), Some(words @ [_, ..])) = (entrypoint, command) {
        // Without an entrypoint, the first word is what runs.
        for key in ["entrypoint", "command"] {
            draft.claim([key]).exact(container("command"));
        }
        draft.container.command = Some(words.iter().map(|text| escaped(text)).collect());
        return;
    }
    draft.container.command = words(draft, ("entrypoint", "command", "ENTRYPOINT"), entrypoint);
    draft.container.args = words(draft, ("command", "args", "CMD"), command);
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
    Some(words.iter().map(|text| escaped(text)).collect())
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
