//! A compose file of many services, as large organisations have them, written for one run.

use crate::stack::Stack;
use anyhow::Context;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Writes a project of so many services, each with what most services have.
pub fn write(services: usize) -> anyhow::Result<Stack> {
    let mut text = String::from("services:\n");
    for number in 0..services {
        let port = 10_000 + number % 50_000;
        let _ = write!(
            text,
            "  s{number}:\n    image: registry.example.com/team/s{number}:1.2.3\n    environment:\n      LOG_LEVEL: info\n      \
             PORT: \"8080\"\n    ports:\n      - \"127.0.0.1:{port}:8080\"\n    restart: unless-stopped\n"
        );
        if number % 10 > 0 {
            let _ = writeln!(text, "    depends_on: [s{}]", number - 1);
        }
    }
    Ok(Stack::at(save(&format!("{services}.yaml"), &text)?, "hoist-bench-large"))
}

/// Writes a project of so many services that start at once, stop at once and do not know each other.
pub fn many(services: usize) -> anyhow::Result<Stack> {
    let service = |number| format!("  s{number}: {{image: busybox, command: [sleep, '3600'], init: true}}\n");
    let text: String = std::iter::once("services:\n".to_owned()).chain((1..=services).map(service)).collect();
    Ok(Stack::at(save(&format!("many-{services}.yaml"), &text)?, "hoist-bench-many"))
}

fn save(name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = folder.join(name);
    std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
