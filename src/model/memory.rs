//! [`Memory`]: how much memory a service gets. Spec: services, `mem_limit`, `mem_reservation`, `memswap_limit` and
//! `mem_swappiness`.

use super::fields::Fields;
use super::writer::Writer;
use crate::value::ByteSize;

/// Limits of memory in bytes; what is not set, or 0, is left to the engine, which sets none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// The most it may use; beyond it processes are killed. Spec: `mem_limit`.
    pub limit: Option<ByteSize>,
    /// What it is pressed back to when memory is scarce. Spec: `mem_reservation`.
    pub reservation: Option<ByteSize>,
    /// The most it may use of memory and swap together; -1 means all swap. Engine default: twice `limit`. Spec:
    /// `memswap_limit`.
    pub swap_limit: Option<ByteSize>,
    /// How readily the kernel swaps, from 0 to 100. Compose reads it as it reads sizes. Spec: `mem_swappiness`.
    pub swappiness: Option<ByteSize>,
}

impl Memory {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            limit: fields.bytes("mem_limit"),
            reservation: fields.bytes("mem_reservation"),
            swap_limit: fields.bytes("memswap_limit"),
            swappiness: fields.bytes("mem_swappiness"),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let Self { limit, reservation, swap_limit, swappiness } = self;
        writer.bytes("mem_limit", *limit).bytes("mem_reservation", *reservation);
        writer.bytes("memswap_limit", *swap_limit).bytes("mem_swappiness", *swappiness);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{attribute, service_fault};

    #[test]
    fn memory_is_written_in_bytes_as_text() {
        let cases = [
            ("mem_limit: 1g", r#"{"mem_limit":"1073741824"}"#),
            ("mem_limit: 0", "{}"),
            ("mem_limit: '0.5'", "{}"),
            ("mem_reservation: 60", r#"{"mem_reservation":"60"}"#),
            ("memswap_limit: -1", r#"{"memswap_limit":"-1"}"#),
            ("mem_swappiness: '60'", r#"{"mem_swappiness":"60"}"#),
            ("shm_size: 0", "{}"),
        ];
        for (text, written) in cases {
            assert_eq!(attribute(text), written, "{text}");
        }
    }

    #[test]
    fn a_float_is_refused_since_compose_takes_it_for_0() {
        let (message, help) = service_fault("mem_limit: 1e3").expect("a fault");
        assert_eq!(message, "'mem_limit' must be a whole number of bytes or a text with a unit, this is a number");
        assert_eq!(help.as_deref(), Some("docker compose takes it for 0: write '1000', or '512m'"));
        for text in ["mem_limit: 1024.7", "shm_size: 18446744073709551616", "mem_swappiness: 60.0", "mem_limit: true"] {
            assert!(service_fault(text).is_some(), "{text}");
        }
    }
}
