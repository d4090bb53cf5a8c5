//! Asks registries which image a name stands for now. Nothing is pulled.

use super::registry_fault::explained;
use super::{Engine, EngineError, credentials};
use crate::value::ImageName;

impl Engine {
    /// The full name of an image with the digest that its registry has for it; one that has a digest is left alone.
    ///
    /// # Errors
    /// When the registry does not have the image, does not let the user see it, or cannot be reached.
    pub async fn pinned(&self, name: &ImageName) -> Result<ImageName, EngineError> {
        if name.is_pinned() {
            return Ok(name.canonical());
        }
        let credentials = credentials::for_registry(&self.host, name.registry()).await?;
        let full = name.canonical();
        let answer = self.docker.inspect_registry_image(full.as_str(), credentials).await;
        let found = answer.map_err(|fault| {
            let failed = |message, help| EngineError::NotResolved { image: name.clone(), message, help };
            explained(name, self.sorted(fault), failed)
        })?;
        let digest = found.descriptor.digest.filter(|digest| !digest.is_empty());
        let digest = digest.ok_or_else(|| EngineError::Garbled { message: format!("'{name}' has no digest") })?;
        Ok(full.with_digest(&digest))
    }
}
