//! What a container may use of the machine: memory, processors, disks, processes, and the kernel's limits.
//!
//! What `deploy.resources` says goes before the attribute of the same meaning; 0 says nothing, as in Compose.

use super::some;
use crate::model::{
    BlockIo, Deploy, DeviceRate, DeviceWeight, Limits, Memory, Processor, Reservations, Resources, Service, Ulimit,
};
use crate::value::{ByteSize, Cpus, Microseconds, Percent};
use bollard::models::{HostConfig, ResourcesBlkioWeightDevice, ResourcesUlimits, ThrottleDevice};
use std::collections::BTreeMap;

/// Adds what a service may use to a host configuration.
pub(super) fn limited(host: HostConfig, service: &Service) -> HostConfig {
    let host = with_memory(host, &service.memory);
    let host = with_processor(host, &service.processor);
    let host = with_block_io(host, service.block_io.as_ref());
    let host = HostConfig {
        pids_limit: service.pids_limit.filter(|limit| *limit != 0),
        oom_kill_disable: Some(service.oom_kill_disable),
        ulimits: some(ulimits(&service.ulimits)),
        ..host
    };
    match &service.deploy {
        Some(deploy) => with_deployed(host, deploy),
        None => host,
    }
}

fn with_memory(host: HostConfig, memory: &Memory) -> HostConfig {
    let Memory { limit, reservation, swap_limit, swappiness } = *memory;
    HostConfig {
        memory: bytes(limit),
        memory_reservation: bytes(reservation),
        memory_swap: bytes(swap_limit),
        memory_swappiness: bytes(swappiness),
        ..host
    }
}

fn with_processor(host: HostConfig, processor: &Processor) -> HostConfig {
    let Processor { count, percent, period, quota, realtime_period, realtime_runtime, cpus, set, shares } = processor;
    let time = |time: &Option<Microseconds>| time.map(Microseconds::number).filter(|time| *time != 0);
    HostConfig {
        cpu_count: count.map(i64::from).filter(|count| *count != 0),
        // The engine counts hundredths of a percent.
        cpu_percent: percent
            .map(Percent::number)
            .filter(|percent| *percent != 0)
            .map(|percent| 100 * i64::from(percent)),
        cpu_period: time(period),
        cpu_quota: time(quota),
        cpu_realtime_period: time(realtime_period),
        cpu_realtime_runtime: time(realtime_runtime),
        nano_cpus: nanoseconds(*cpus),
        cpuset_cpus: set.clone(),
        cpu_shares: shares.filter(|shares| *shares != 0),
        ..host
    }
}

fn with_block_io(host: HostConfig, block_io: Option<&BlockIo>) -> HostConfig {
    let Some(BlockIo { weight, weight_device, device_read_bps, device_read_iops, device_write_bps, device_write_iops }) =
        block_io
    else {
        return host;
    };
    let weights = weight_device.iter().map(|DeviceWeight { path, weight }| ResourcesBlkioWeightDevice {
        path: Some(path.clone()),
        weight: Some(usize::from(*weight)),
    });
    HostConfig {
        blkio_weight: weight.filter(|weight| *weight != 0),
        blkio_weight_device: some(weights.collect()),
        blkio_device_read_bps: some(rates(device_read_bps)),
        blkio_device_read_iops: some(rates(device_read_iops)),
        blkio_device_write_bps: some(rates(device_write_bps)),
        blkio_device_write_iops: some(rates(device_write_iops)),
        ..host
    }
}

fn rates(rates: &[DeviceRate]) -> Vec<ThrottleDevice> {
    let sent = |DeviceRate { path, rate }: &DeviceRate| ThrottleDevice {
        path: Some(path.clone()),
        rate: Some(rate.map_or(0, ByteSize::bytes)),
    };
    rates.iter().map(sent).collect()
}

/// Limits, and reservations of memory; `cpus` of the reservations is for a cluster's scheduler.
fn with_deployed(host: HostConfig, deploy: &Deploy) -> HostConfig {
    let Resources { limits, reservations } = &deploy.resources;
    let Limits { cpus, memory, pids } = limits.clone().unwrap_or_default();
    let reserved = reservations.as_ref().and_then(|Reservations { memory, .. }| bytes(*memory));
    HostConfig {
        nano_cpus: nanoseconds(cpus).or(host.nano_cpus),
        memory: bytes(memory).or(host.memory),
        pids_limit: pids.filter(|pids| *pids > 0).or(host.pids_limit),
        memory_reservation: reserved.or(host.memory_reservation),
        ..host
    }
}

fn ulimits(limits: &BTreeMap<String, Ulimit>) -> Vec<ResourcesUlimits> {
    let sent = |(kind, Ulimit { soft, hard, spelling: _ }): (&String, &Ulimit)| ResourcesUlimits {
        name: Some(kind.clone()),
        soft: Some(*soft),
        hard: Some(*hard),
    };
    limits.iter().map(sent).collect()
}

fn bytes(size: Option<ByteSize>) -> Option<i64> {
    size.map(ByteSize::bytes).filter(|size| *size != 0)
}

/// Nanoseconds of processor time in a second, reckoned with as few digits as Compose does.
fn nanoseconds(cpus: Option<Cpus>) -> Option<i64> {
    let cpus = cpus.filter(|cpus| !cpus.is_zero())?;
    #[expect(clippy::cast_possible_truncation, reason = "the fraction of a nanosecond is dropped")]
    Some((cpus.number() * 1e9) as i64)
}
