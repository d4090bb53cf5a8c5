//! Options of the security modules; a seccomp profile is a file here and text on the engine.

use crate::engine::EngineError;
use std::path::Path;

/// The options as the engine takes them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Security {
    pub options: Vec<String>,
    /// An empty list uncovers what is hidden otherwise; nothing keeps the engine's default.
    pub masked_paths: Option<Vec<String>>,
    pub readonly_paths: Option<Vec<String>>,
}

/// Reads profiles relative to the project's folder and takes out what has a place of its own.
pub(super) fn resolve(options: &[String], folder: &Path) -> Result<Security, EngineError> {
    let mut security = Security::default();
    for option in options {
        let (name, value) = option.split_once(['=', ':']).unwrap_or((option, ""));
        match (name, value) {
            ("systempaths", "unconfined") => {
                security.masked_paths = Some(Vec::new());
                security.readonly_paths = Some(Vec::new());
            }
            ("seccomp", file) if !matches!(file, "unconfined" | "builtin" | "") => {
                security.options.push(format!("seccomp={}", profile(&folder.join(file))?));
            }
            _ => security.options.push(option.clone()),
        }
    }
    Ok(security)
}

fn profile(path: &Path) -> Result<String, EngineError> {
    let fault = |fault: String| EngineError::File { path: path.display().to_string(), fault };
    let text = std::fs::read_to_string(path).map_err(|cause| fault(cause.to_string()))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|cause| fault(cause.to_string()))?;
    Ok(json.to_string())
}
