//! Values that no engine takes. Compose hands them on and fails when half of the project is made.

use super::{Fault, address, limit, port, wrong};
use crate::document::Path;
use crate::engine::body::{is_propagation, restart};
use crate::model::{MountKind, Service};

/// All faults of a service.
pub(super) fn faults(service: &Service) -> Vec<Fault> {
    let mut all = Vec::new();
    all.extend(restart_policy(service));
    all.extend(image(service));
    all.extend(start_interval(service));
    all.extend(isolation(service));
    all.extend(propagation(service));
    all.extend(limit::faults(service));
    all.extend(address::faults(service));
    all.extend(port::faults(service));
    all
}

fn restart_policy(service: &Service) -> Option<Fault> {
    let fault = restart::policy(service).err()?;
    Some((fault.place, wrong(fault.message, fault.help)))
}

fn image(service: &Service) -> Option<Fault> {
    let invalid = service.image.as_ref().map(crate::value::ImageName::check)?.err()?;
    let help = invalid.help.unwrap_or_else(|| "correct it, or the variable that it came from".into());
    Some((Path::of(["image"]), wrong(invalid.message, help)))
}

fn start_interval(service: &Service) -> Option<Fault> {
    let check = service.healthcheck.as_ref()?;
    (check.start_interval.is_some() && check.start_period.is_none()).then(|| {
        let help = "add 'start_period', the time in which 'start_interval' holds";
        let fault = wrong("'start_interval' needs a 'start_period'".into(), help);
        (Path::of(["healthcheck", "start_interval"]), fault)
    })
}

fn isolation(service: &Service) -> Option<Fault> {
    let word = service.isolation.as_deref()?;
    let known = ["", "default", "process", "hyperv"].contains(&word.to_ascii_lowercase().as_str());
    let fault = || wrong(format!("'{word}' is not a mode of 'isolation'"), "one of default, process, hyperv");
    (!known).then(|| (Path::of(["isolation"]), fault()))
}

fn propagation(service: &Service) -> Vec<Fault> {
    let mounts = service.volumes.iter().enumerate();
    let binds = mounts.filter(|(_, mount)| matches!(mount.kind, MountKind::Bind { .. }));
    let words = binds.filter_map(|(index, mount)| Some((index, mount.bind.as_ref()?.propagation.as_deref()?)));
    let unknown = words.filter(|(_, word)| !is_propagation(word));
    let fault = |(index, word): (usize, &str)| {
        let help = "one of private, rprivate, shared, rshared, slave, rslave";
        let place = Path::of(["volumes"]).index(index).key("bind").key("propagation");
        (place, wrong(format!("'{word}' is not a propagation of mounts"), help))
    };
    unknown.map(fault).collect()
}
