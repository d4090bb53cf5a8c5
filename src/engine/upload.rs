//! Puts configs and secrets that no file of the host has into a container that is about to start: one archive for all.

use super::put::{self, Put, PutWhat};
use super::{Engine, EngineError};
use crate::model::{Project, ServiceFile};
use crate::value::{ContainerId, FileMode, Name};
use bollard::body_full;
use bollard::query_parameters::UploadToContainerOptionsBuilder;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Everybody may read a file, unless its service says otherwise.
const MODE: u32 = 0o444;

impl Engine {
    /// Puts the files of a service into one of its containers, in place of those that are there; folders on the way to
    /// them are made.
    pub(super) async fn upload(&self, project: &Project, service: &Name, id: &ContainerId) -> Result<(), EngineError> {
        let missing = || EngineError::Internal(format!("service '{service}' is not in the project"));
        let files = ServiceFile::in_memory(project, project.services.get(service).ok_or_else(missing)?);
        let bytes = archive(&files).map_err(|fault| EngineError::Internal(fault.to_string()))?;
        let options = UploadToContainerOptionsBuilder::new().path("/").no_overwrite_dir_non_dir("true").build();
        let answer = self.docker.upload_to_container(id.as_str(), Some(options), body_full(bytes.into())).await;
        answer.map_err(|fault| self.sorted(fault))
    }
}

fn archive(files: &[ServiceFile<'_>]) -> io::Result<Vec<u8>> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let put = |file: &ServiceFile<'_>| {
        let name = &file.reference.source;
        let unread = || io::Error::other(format!("{} '{name}' was not read", file.kind.as_str()));
        let text = file.object.text.as_ref().ok_or_else(unread)?.expose();
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok::<_, io::Error>(Put {
            path: Path::new("/").join(file.path().trim_start_matches('/')),
            what: PutWhat::File(text.into()),
            mode: file.reference.mode.map_or(MODE, FileMode::bits),
            modified: (seconds, 0),
            owner: (number(&file.reference.uid), number(&file.reference.gid)),
        })
    };
    let all = files.iter().map(put).collect::<io::Result<Vec<Put>>>()?;
    put::archive(all.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;
    use crate::value::Secret;
    use std::io::Read as _;

    /// Path, mode, owner, group and content of a file.
    type Entry = (String, u32, u64, u64, String);

    fn entries(attributes: &str) -> io::Result<Vec<Entry>> {
        let text = format!(
            "services: {{a: {{image: x, {attributes}}}}}\nconfigs: {{c: {{content: x}}}}\nsecrets: {{s: {{environment: S}}}}"
        );
        let mut project = project(&text);
        project.secrets[0].fill(Secret::new("hidden"));
        project.configs[0].fill(Secret::new("shown"));
        let bytes = archive(&ServiceFile::in_memory(&project, &project.services[0]))?;
        let mut archive = tar::Archive::new(bytes.as_slice());
        let entry = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
            let mut entry = entry?;
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            let path = entry.path()?.display().to_string();
            let header = entry.header();
            Ok((path, header.mode()?, header.uid()?, header.gid()?, text))
        };
        archive.entries()?.map(entry).collect()
    }

    #[test]
    fn a_file_belongs_to_root_and_all_may_read_it_unless_its_service_says_otherwise() {
        let text = "secrets: [{source: s}], configs: [{source: c, target: /etc/c, uid: '5', gid: '6', mode: 0400}]";
        let wanted = [("run/secrets/s", 0o444, 0, 0, "hidden"), ("etc/c", 0o400, 5, 6, "shown")];
        let wanted = wanted.map(|(path, mode, uid, gid, text)| (path.to_owned(), mode, uid, gid, text.to_owned()));
        assert_eq!(entries(text).expect("an archive"), wanted);
    }

    #[test]
    fn a_path_longer_than_a_header_is_kept() {
        let long = format!("{}/x", "n".repeat(120));
        let all = entries(&format!("configs: [{{source: c, target: /{long}}}]")).expect("an archive");
        assert_eq!(all[0].0, long);
    }
}
