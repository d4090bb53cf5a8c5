//! `source[:target[:permissions]]`. Spec: services, `devices`.

use super::{fault, mapping};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// A short device becomes a long one.
pub(super) fn shape(item: Node) -> Result<Vec<Node>, Box<Diagnostic>> {
    let Some(text) = item.as_text().filter(|_| !item.is_null()) else { return Ok(vec![item]) };
    let mut parts = text.split(':');
    let source = parts.next().unwrap_or_default();
    let target = parts.next().filter(|target| !target.is_empty()).unwrap_or(source);
    let permissions = parts.next().unwrap_or("rwm");
    if parts.next().is_some() {
        let help = "use the long form with 'source', 'target' and 'permissions'";
        return Err(fault(&item, format!("the device '{text}' has too many colons"), help));
    }
    let entries = [("source", source), ("target", target), ("permissions", permissions)];
    Ok(vec![mapping(&item, entries.map(|(key, value)| (key, Some(Node::text(value)))))])
}

#[cfg(test)]
mod tests {
    use super::super::shaped;

    #[test]
    fn a_device_is_mapped_to_its_own_path_by_default() {
        let long = |source: &str, target: &str, permissions: &str| {
            Ok(format!(r#"[{{"source":"{source}","target":"{target}","permissions":"{permissions}"}}]"#))
        };
        assert_eq!(shaped("services.a.devices", "[/dev/a]"), long("/dev/a", "/dev/a", "rwm"));
        assert_eq!(shaped("services.a.devices", "['/dev/a::r']"), long("/dev/a", "/dev/a", "r"));
        assert_eq!(
            shaped("services.a.devices", "[nvidia.com/gpu=all]"),
            long("nvidia.com/gpu=all", "nvidia.com/gpu=all", "rwm")
        );
        assert!(shaped("services.a.devices", "['a:b:c:d']").is_err());
    }
}
