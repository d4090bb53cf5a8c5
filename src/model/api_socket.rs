//! `use_api_socket`: what a service gets that may talk to the engine as the user does. Spec: services, `use_api_socket`.

use super::{FileObject, FileReference, Mount, MountKind, Project, Service};
use crate::value::{Name, Secret};

/// Where the engine listens, outside and inside.
const SOCKET: &str = "/var/run/docker.sock";
/// The folder of the docker client's configuration inside.
const FOLDER: &str = "/run/secrets/docker";
/// The variable that names that folder.
const VARIABLE: &str = "DOCKER_CONFIG";

impl Project {
    /// Gives services with `use_api_socket` the engine's socket and a configuration of the docker client, as mount,
    /// config and variable like any other. They count in Compose's hash, so it is done before anything is hashed.
    ///
    /// The passwords in the configuration have no checksum: some live for hours only, and no container is to be replaced
    /// for that.
    pub fn grant_api_socket(&mut self, configuration: Secret) {
        let key = Name::of_api_socket();
        if self.configs.contains_key(&key) {
            return;
        }
        let object = FileObject { text: Some(configuration), ..FileObject::default() };
        self.configs.insert(key.clone(), object);
        self.services.values_mut().filter(|service| service.use_api_socket).for_each(|service| grant(service, &key));
    }
}

fn grant(service: &mut Service, key: &Name) {
    let kind = MountKind::Bind { source: SOCKET.into() };
    service.volumes.push(Mount {
        kind,
        target: SOCKET.into(),
        read_only: false,
        consistency: None,
        bind: None,
        volume: None,
        tmpfs: None,
        image: None,
        reload: None,
    });
    service.environment.entry(VARIABLE.into()).or_insert_with(|| Some(FOLDER.into()));
    let target = Some(format!("{FOLDER}/config.json"));
    service.configs.push(FileReference { source: key.clone(), target, uid: None, gid: None, mode: None });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceFile;
    use crate::testing::project;

    #[test]
    fn what_is_given_is_a_file_without_a_checksum_and_given_once() {
        let mut project = project("services: {a: {image: x, use_api_socket: true}}");
        project.grant_api_socket(Secret::new("{}"));
        project.grant_api_socket(Secret::new("again"));
        let service = &project.services[0];
        assert_eq!((service.volumes.len(), service.configs.len()), (1, 1));
        let files = ServiceFile::in_memory(&project, service);
        assert_eq!(files[0].path(), "/run/secrets/docker/config.json");
        assert_eq!((files[0].object.text.as_ref().map(Secret::expose), &files[0].object.checksum), (Some("{}"), &None));
    }

    #[test]
    fn others_get_nothing() {
        let mut plain = project("services: {a: {image: x}}");
        let before = plain.services.clone();
        plain.grant_api_socket(Secret::new("{}"));
        assert_eq!(plain.services, before);
    }
}
