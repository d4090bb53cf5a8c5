//! Language models: fetched, set up and served by the docker client's plugin `model`.

use super::perform::Work;
use super::{Engine, EngineError, plugin};
use crate::event::What;
use crate::model::{LanguageModel, ModelBinding};
use crate::plan::Variables;
use crate::value::Name;
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Command;

/// Where models are served.
#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    endpoint: String,
}

/// A model that is there.
#[derive(Deserialize)]
struct Available {
    #[serde(default)]
    tags: Vec<String>,
}

impl Engine {
    /// Fetches a model unless it is there, sets it up, and tells its services where it is.
    pub(super) async fn serve_model(&self, work: &Work<'_>, key: &Name) -> Result<(), EngineError> {
        let missing = || EngineError::Internal(format!("model '{key}' is not in the project"));
        let model = work.project.models.get(key).ok_or_else(missing)?;
        let program = plugin::find(&self.host.config, "docker-model");
        let program = program.ok_or_else(|| EngineError::NoModelRunner { model: key.clone() })?;
        let runner = Runner { engine: self, program, key };
        let there: Vec<Available> = runner.json(&["ls", "--json"]).await?;
        if !there.iter().any(|one| one.tags.contains(&model.model)) {
            (work.report)(What::Said(format!("fetching {}", model.model)));
            runner.ask(&["pull", &model.model]).await?;
        }
        runner.ask(&configuration(model).iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let Status { endpoint } = runner.json(&["status", "--json"]).await?;
        for service in work.project.services.values() {
            if let Some(binding) = service.models.get(key) {
                (work.provided)(&service.name, variables(key, model, (binding.as_ref(), &endpoint)));
            }
        }
        Ok(())
    }
}

struct Runner<'a> {
    engine: &'a Engine,
    program: PathBuf,
    key: &'a Name,
}

impl Runner<'_> {
    async fn json<T: for<'de> Deserialize<'de>>(&self, words: &[&str]) -> Result<T, EngineError> {
        let answer = self.ask(words).await?;
        serde_json::from_slice(&answer)
            .map_err(|fault| self.failed(format!("the answer to '{}' is not understood: {fault}", words.join(" "))))
    }

    async fn ask(&self, words: &[&str]) -> Result<Vec<u8>, EngineError> {
        let mut command = Command::new(&self.program);
        command.args(words).env("DOCKER_HOST", self.engine.host.to_string()).env_remove("DOCKER_CONTEXT");
        command.env("DOCKER_CONFIG", &self.engine.host.config).stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.map_err(|fault| self.failed(fault.to_string()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = [output.stderr, output.stdout].concat();
        let said = String::from_utf8_lossy(&said);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it ended without a word");
        Err(self.failed(last.trim().to_owned()))
    }

    fn failed(&self, message: String) -> EngineError {
        EngineError::ModelFailed { model: self.key.clone(), message }
    }
}

fn configuration(model: &LanguageModel) -> Vec<String> {
    let mut words = vec!["configure".to_owned()];
    if let Some(size) = model.context_size.filter(|size| *size > 0) {
        words.extend(["--context-size".to_owned(), size.to_string()]);
    }
    words.push(model.model.clone());
    if !model.runtime_flags.is_empty() {
        words.push("--".into());
        words.extend(model.runtime_flags.iter().cloned());
    }
    words
}

/// What a service is told about a model, under the names that it asks for.
fn variables(key: &Name, model: &LanguageModel, (binding, endpoint): (Option<&ModelBinding>, &str)) -> Variables {
    let prefix = key.as_str().to_uppercase().replace('-', "_");
    let named = |name: Option<&String>, end: &str| {
        name.filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| format!("{prefix}_{end}"))
    };
    let (of_model, of_endpoint) = match binding {
        Some(ModelBinding { endpoint_variable, model_variable }) => {
            (model_variable.as_ref(), endpoint_variable.as_ref())
        }
        None => (None, None),
    };
    Variables::from([(named(of_model, "MODEL"), model.model.clone()), (named(of_endpoint, "URL"), endpoint.to_owned())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_set_up_with_its_size_and_the_flags_of_its_program() {
        let mut model = LanguageModel { model: "ai/m".into(), ..LanguageModel::default() };
        assert_eq!(configuration(&model), ["configure", "ai/m"]);
        (model.context_size, model.runtime_flags) = (Some(4096), vec!["--fast".into()]);
        assert_eq!(configuration(&model), ["configure", "--context-size", "4096", "ai/m", "--", "--fast"]);
    }

    #[test]
    fn a_service_is_told_under_the_names_that_it_asks_for() {
        let key: Name = "my-model".parse().expect("valid");
        let model = LanguageModel { model: "ai/m".into(), ..LanguageModel::default() };
        let told = |binding: Option<&ModelBinding>| variables(&key, &model, (binding, "http://e"));
        let usual = [("MY_MODEL_MODEL".to_owned(), "ai/m".to_owned()), ("MY_MODEL_URL".into(), "http://e".into())];
        assert_eq!(told(None), usual.into());
        let own = ModelBinding { endpoint_variable: Some("AT".into()), model_variable: None };
        assert!(told(Some(&own)).contains_key("AT"));
    }
}
