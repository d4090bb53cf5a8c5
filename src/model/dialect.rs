//! [`Dialect`]: for whom a value is written.

/// The two outputs of `config`, which Compose does not print alike: Go's encoders for JSON and for YAML know other rules.
///
/// Compose's hash is taken of the JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `config --format json`, and what is hashed.
    Json,
    /// `config --format yaml`.
    Yaml,
}
