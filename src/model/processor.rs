//! [`Processor`]: how much processor time a service gets. Spec: services, `cpu_*`, `cpus` and `cpuset`.

use super::fields::Fields;
use super::writer::Writer;
use crate::value::{Cpus, Microseconds, Percent};

/// Shares and limits of processor time; everything that is not set, or 0, is left to the engine, which sets no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Processor {
    /// How many processors it may use; Windows only. Spec: `cpu_count`.
    pub count: Option<u32>,
    /// The part of all processors that it may use; Windows only. Spec: `cpu_percent`.
    pub percent: Option<Percent>,
    /// The period of the kernel's fair scheduler. Engine default 100 ms. Spec: `cpu_period`.
    pub period: Option<Microseconds>,
    /// The time it may run within a period. Spec: `cpu_quota`.
    pub quota: Option<Microseconds>,
    /// The period of the kernel's real-time scheduler. Spec: `cpu_rt_period`.
    pub realtime_period: Option<Microseconds>,
    /// The time it may run within a real-time period. Spec: `cpu_rt_runtime`.
    pub realtime_runtime: Option<Microseconds>,
    /// The number of processors that it may use, fractions allowed. Spec: `cpus`.
    pub cpus: Option<Cpus>,
    /// The processors it may run on, such as `0-3` or `0,1`. Spec: `cpuset`.
    pub set: Option<String>,
    /// Its weight when processors are scarce. Engine default 1024. Spec: `cpu_shares`.
    pub shares: Option<i64>,
}

impl Processor {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            count: fields.integer("cpu_count"),
            percent: fields.ranged("cpu_percent"),
            period: fields.whole_part("cpu_period"),
            quota: fields.whole_part("cpu_quota"),
            realtime_period: fields.whole_part("cpu_rt_period"),
            realtime_runtime: fields.whole_part("cpu_rt_runtime"),
            cpus: fields.parsed_scalar("cpus"),
            set: fields.text("cpuset"),
            shares: fields.whole_part("cpu_shares"),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        let Self { count, percent, period, quota, realtime_period, realtime_runtime, cpus, set, shares } = self;
        writer.nonzero("cpu_count", *count).nonzero("cpu_percent", *percent).nonzero("cpu_period", *period);
        writer.nonzero("cpu_quota", *quota).nonzero("cpu_rt_period", *realtime_period);
        writer.nonzero("cpu_rt_runtime", *realtime_runtime).number("cpus", cpus.filter(|cpus| !cpus.is_zero()));
        writer.text("cpuset", set.as_ref()).nonzero("cpu_shares", *shares);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{attribute, service_fault};

    #[test]
    fn processor_time_is_written_as_compose_writes_it() {
        let cases = [
            ("cpus: 0.50", r#"{"cpus":0.5}"#),
            ("cpus: '1.23456789'", r#"{"cpus":1.2345679}"#),
            ("cpus: 0", "{}"),
            ("cpu_count: 2.0", r#"{"cpu_count":2}"#),
            ("cpu_percent: '50'", r#"{"cpu_percent":50}"#),
            ("cpu_shares: 512.7", r#"{"cpu_shares":512}"#),
            ("cpu_shares: '0'", "{}"),
            ("cpu_quota: '-1'", r#"{"cpu_quota":-1}"#),
            ("cpu_rt_runtime: 1e3", r#"{"cpu_rt_runtime":1000}"#),
            ("cpuset: '0-3'", r#"{"cpuset":"0-3"}"#),
        ];
        for (text, written) in cases {
            assert_eq!(attribute(text), written, "{text}");
        }
    }

    #[test]
    fn what_compose_refuses_is_refused() {
        for text in [
            "cpus: 0x1G",
            "cpus: .inf",
            "cpus: ''",
            "cpu_count: -1",
            "cpu_count: 2.5",
            "cpu_percent: 101",
            "cpu_percent: '-3'",
            "cpu_percent: 1.5",
            "cpu_shares: '512.7'",
            "cpu_period: 100ms",
            "cpu_quota: true",
            "cpuset: 0",
        ] {
            assert!(service_fault(text).is_some(), "{text}");
        }
    }
}
