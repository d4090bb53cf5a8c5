//! How a project gets its name: the flag, `COMPOSE_PROJECT_NAME`, `name:` of the last document, the directory.

use super::Request;
use super::environment::Environment;
use super::template;
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::source::Span;
use crate::value::{Invalid, ProjectName};
use std::path::Path;

/// Who gave a project its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The user: by flag, by variable, or in a file.
    User,
    /// Nobody: it is that of the folder, and another folder may be called the same.
    Folder,
}

/// The name of the project that these documents make, and who gave it.
///
/// # Errors
/// When a name that was given is not valid, or the directory gives none.
pub(super) fn choose(
    request: &Request,
    environment: &Environment,
    documents: &[Node],
    directory: &Path,
) -> Result<(ProjectName, NamedBy), Box<Diagnostic>> {
    let flag = request.project_name.as_deref().filter(|name| !name.is_empty());
    if let Some(given) = flag.or_else(|| environment.filled("COMPOSE_PROJECT_NAME")) {
        return given.parse().map(|name| (name, NamedBy::User)).map_err(|invalid| fault(invalid, None));
    }
    if let Some((name, span)) = documents.iter().rev().find_map(|document| written(document, environment)) {
        let name = ProjectName::normalise(&name).map_err(|invalid| fault(invalid, Some(span)))?;
        return Ok((name, NamedBy::User));
    }
    let folder = directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = ProjectName::normalise(&folder).map_err(|invalid| fault(invalid, None))?;
    Ok((name, NamedBy::Folder))
}

/// The name that a document gives; one that is no text or cannot be expanded is reported elsewhere.
fn written(document: &Node, environment: &Environment) -> Option<(String, Span)> {
    let node = document.get("name").filter(|node| !node.is_null())?;
    let expanded = template::expand(node.as_text()?, &|name| environment.get(name)).ok()?;
    Some((expanded.text, node.span))
}

#[expect(clippy::unnecessary_box_returns, reason = "every caller gives it as the error of a result")]
fn fault(invalid: Invalid, place: Option<Span>) -> Box<Diagnostic> {
    let fault = Diagnostic::error("project-name", invalid.message).at(place);
    Box::new(match invalid.help {
        Some(help) => fault.help(help),
        None => fault,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(flag: Option<&str>, variable: &str, written: Option<&str>) -> Result<String, String> {
        let request = Request { project_name: flag.map(str::to_owned), ..Request::default() };
        let environment = Environment::of_pairs([("COMPOSE_PROJECT_NAME", variable), ("X", "y")]);
        let document = Node::map(written.map(|name| ("name", Node::text(name))));
        choose(&request, &environment, &[document], Path::new("/a/My.App"))
            .map(|(name, by)| format!("{name} by {by:?}"))
            .map_err(|fault| fault.message)
    }

    #[test]
    fn the_flag_beats_the_variable_beats_the_file_beats_the_directory() {
        assert_eq!(chosen(Some("f"), "v", Some("n")).as_deref(), Ok("f by User"));
        assert_eq!(chosen(None, "v", Some("n")).as_deref(), Ok("v by User"));
        assert_eq!(chosen(Some(""), "", Some("N.${X}")).as_deref(), Ok("ny by User"));
        assert_eq!(chosen(None, "", None).as_deref(), Ok("myapp by Folder"));
    }

    #[test]
    fn a_given_name_is_not_mended_silently() {
        assert!(chosen(Some("My.App"), "", None).is_err());
        assert!(chosen(None, "My.App", None).is_err());
    }
}
