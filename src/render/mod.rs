//! What people and machines see: data on standard output, talk on standard error, and nowhere else.
//!
//! [`Output`] is the one place that writes. Everything else here turns data into text and writes nothing, so that a test
//! reads what the user reads. Nothing here decides: a mark, a word or a colour never says more than the data did.

mod board;
mod cause;
mod colours;
#[cfg(not(fuzzing))]
mod conversion;
mod diagnostic;
#[cfg(not(fuzzing))]
mod difference;
mod elapsed;
#[cfg(not(fuzzing))]
mod evidence;
mod fate;
#[cfg(not(fuzzing))]
mod finding;
mod graph;
mod json;
mod leftover;
mod logs;
mod output;
mod plain;
mod plan;
mod progress;
mod provenance;
mod reachable;
mod removed;
mod row;
mod rule;
mod sarif;
mod screen;
mod size;
mod snippet;
mod stack;
mod table;
mod terminal;
mod thing;
mod timeline;
mod transfer;
mod verb;
mod width;

pub use cause::causes;
pub use colours::Colours;
#[cfg(not(fuzzing))]
pub use conversion::{Conversion, conversion_json, conversion_losses, conversion_table};
pub use diagnostic::{Places, diagnostic_json, diagnostic_text, diagnostics_text, summary};
#[cfg(not(fuzzing))]
pub use difference::difference;
pub use elapsed::Elapsed;
#[cfg(not(fuzzing))]
pub use finding::{findings_json, findings_table};
pub use graph::tree;
pub use leftover::leftovers;
pub use logs::{LogPrefix, LogWriter, Stamps};
pub use output::{Ansi, Output, ProgressMode};
pub use plan::{plan_coloured, plan_json, plan_text};
pub use progress::Progress;
pub use provenance::{provenance_json, provenance_text};
pub use removed::{Removed, removed_json, removed_text};
pub use sarif::sarif;
pub use size::Size;
pub use snippet::Look;
pub use stack::Stack;
pub use table::Table;
pub use terminal::Terminal;
pub use timeline::{Record, Timeline, time};
