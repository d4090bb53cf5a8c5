//! What a name resolves to: a table for people, objects for machines.

use super::Table;
use crate::names::{Finding, Standing};
use serde_json::{Value, json};

/// A row for each address.
pub fn findings_table(findings: &[Finding]) -> Table {
    let mut table = Table::new(["NETWORK", "ADDRESS", "CONTAINER", "SERVICE", "NOTE"]);
    for Finding { network, address, owner, standing } in findings {
        let (container, service) = owner.clone().map(|(name, service)| (name, service.to_string())).unwrap_or_default();
        let note = match (standing, network) {
            (Standing::Unanswered, _) => "not answered",
            (Standing::Unexpected, _) => "no container has it",
            (Standing::Agreed, None) => "not of this engine",
            (Standing::Agreed, Some(_)) => "",
        };
        let network = network.clone().unwrap_or_else(|| "-".to_owned());
        table.row([network, address.to_string(), container, service, note.to_owned()]);
    }
    table
}

/// One object: the name and its addresses.
pub fn findings_json(name: &str, findings: &[Finding]) -> Value {
    let object = |Finding { network, address, owner, standing }: &Finding| {
        json!({
            "network": network,
            "address": address.to_string(),
            "container": owner.as_ref().map(|(container, _)| container),
            "service": owner.as_ref().map(|(_, service)| service.as_str()),
            "answered": *standing != Standing::Unanswered,
            "expected": *standing != Standing::Unexpected,
        })
    };
    json!({"name": name, "addresses": findings.iter().map(object).collect::<Vec<_>>()})
}
