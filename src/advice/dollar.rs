//! `$` in files of variables: it begins the name of a variable there, also in the middle of a password.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Dollar;
use crate::load::Loaded;
use crate::source::{FileId, Span};

/// Names values that lose a `$` or a word behind it.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    let expanded = |file: FileId| loaded.origins.env_files().get(&file) == Some(&Dollar::Variable);
    let unset = loaded.notes.sorted().into_iter().filter(|note| note.code == "unset-variable");
    let places = unset.flat_map(|note| note.place.into_iter().chain(note.labels.iter().map(|label| label.span)));
    for place in places.filter(|place| expanded(place.file)) {
        found.push_all(lost(loaded, place));
    }
    for (&file, dollar) in loaded.origins.env_files() {
        if *dollar == Dollar::Variable {
            found.push_all(halved(loaded.sources.text(file), file));
        }
    }
}

/// A `$word` behind other letters that no variable stands for: part of a password, most likely.
fn lost(loaded: &Loaded, dollar: Span) -> Option<Diagnostic> {
    let text = loaded.sources.text(dollar.file);
    let name = word(text.get(dollar.start as usize..dollar.end as usize)?.strip_prefix('$')?);
    let (lines, rest) = text.split_at_checked(dollar.start as usize)?;
    let start = lines.rfind('\n').map_or(0, |at| at + 1);
    let at = start + lines.get(start..)?.find('=')? + 1;
    let before = lines.get(at..)?;
    let value = text.get(at..dollar.start as usize + rest.find('\n').unwrap_or(rest.len()))?;
    let value = value.split(" #").next().unwrap_or_default().trim_end();
    let is_reference = before.trim_matches('"').is_empty() && value.trim_matches('"').len() == name.len() + 1;
    if name.is_empty() || is_reference {
        return None;
    }
    let message = format!("'${name}' in this value is taken for a variable that is not set, and is lost");
    let place = dollar.to(at, at + value.len());
    Some(Diagnostic::advice("dollar-in-env-file", message).at(place).help(quoted(value)))
}

/// A single `$$` inside of a value. Who escapes on purpose has one at the start, or several.
fn halved(text: &str, file: FileId) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((name, rest)) = line.split_once('=').filter(|(name, _)| !name.trim_start().starts_with('#')) {
            let value = rest.split(" #").next().unwrap_or_default().trim();
            let inner = value.trim_matches('"');
            let at = start + name.len() + 1 + (rest.len() - rest.trim_start().len());
            if !value.starts_with('\'') && inner.matches("$$").count() == 1 && inner.find("$$") > Some(0) {
                let message = "'$$' in this value is read as one '$'";
                let place = Span::start_of(file).to(at, at + value.len());
                found.push(Diagnostic::advice("dollar-in-env-file", message).at(place).help(quoted(value)));
            }
        }
        start += line.len();
    }
    found
}

fn quoted(value: &str) -> String {
    format!("put single quotes around it to keep it as it is: '{}'", value.trim_matches('"'))
}

fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(text.len());
    text.get(..end).filter(|name| !name.starts_with(|first: char| first.is_ascii_digit())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::tests::advice;

    fn on(env: &str) -> Vec<String> {
        let compose = "services: {a: {image: 'a:1', env_file: web.env}}";
        advice(&[("compose.yaml", compose), ("web.env", env)])
    }

    #[test]
    fn a_word_behind_a_dollar_is_lost() {
        let lost = "is taken for a variable that is not set, and is lost";
        let wanted = format!("web.env:2:10 dollar-in-env-file: '$word' in this value {lost}");
        assert_eq!(on("A=1\nPASSWORD=pa$word\n"), [wanted]);
        assert_eq!(on("PASSWORD=\"pa$word\"\n").len(), 1);
        for env in ["P='pa$word'", "P=pa$SET", "P=$word", "P=pa${word}", "P=pa$1x"] {
            assert!(on(env).is_empty(), "{env}: {:?}", on(env));
        }
    }

    #[test]
    fn two_dollars_become_one() {
        assert_eq!(on("P=pa$$word # why\n"), ["web.env:1:3 dollar-in-env-file: '$$' in this value is read as one '$'"]);
        for env in ["P='pa$$word'", "P=$$2y$$10$$abc", "# P=pa$$word"] {
            assert!(on(env).is_empty(), "{env}");
        }
    }

    #[test]
    fn the_projects_own_file_is_looked_at_and_a_raw_one_is_not() {
        let compose = "services: {a: {image: 'a:1'}}";
        assert_eq!(advice(&[("compose.yaml", compose), (".env", "P=pa$word\n")]).len(), 1);
        let raw = "services: {a: {image: 'a:1', env_file: [{path: web.env, format: raw}]}}";
        assert!(advice(&[("compose.yaml", raw), ("web.env", "P=pa$$word\n")]).is_empty());
    }
}
