//! [`Reason`]: why a step is in a plan. People read it; nothing decides by it.

use crate::model::{FileKind, PullPolicy};
use crate::value::{ImageName, Name, Platform};
use std::fmt;

/// Why a step is in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The user asked for it.
    Asked,
    /// The thing is not there.
    Missing,
    /// The image that is there is made for another platform.
    OtherPlatform(Platform),
    /// The time of this pull policy has come.
    Due(PullPolicy),
    /// These attributes of the service differ from what the container was made with.
    Changed(Vec<String>),
    /// These configs and secrets have something else in them than when the container was made.
    NewContent(Vec<(FileKind, Name)>),
    /// The configuration differs, and the container does not say in what.
    Diverged,
    /// This image has another id than the one the container was made from.
    NewImage(ImageName),
    /// The container is not in this network.
    NotConnected(Name),
    /// The container does not have this volume.
    NotMounted(Name),
    /// The definition of this network changed.
    NetworkChanged(Name),
    /// The definition of this volume changed, and the user agreed to lose its data.
    VolumeChanged(Name),
    /// The container does not run; its state in words.
    NotRunning(String),
    /// The service has more containers than wanted.
    ScaledDown,
    /// The service is no longer part of the project.
    Orphan,
    /// An earlier run was interrupted and left it.
    Interrupted,
    /// This service needs it.
    NeededBy(Name),
    /// Its container shares with another container of this service than it would have to.
    SharesAnew(Name),
    /// A port of the host that it has goes to this service.
    PortMoves(u16, Name),
    /// It is restarted with this dependency, which is replaced.
    DependencyReplaced(Name),
    /// It is restarted with this dependency, which is restarted.
    DependencyRestarted(Name),
    /// It makes way for, or takes over from, another container.
    Replaced,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked => write!(out, "asked for"),
            Self::Missing => write!(out, "not there yet"),
            Self::OtherPlatform(platform) => write!(out, "the one that is there is for {platform}"),
            Self::Due(policy) => write!(out, "its pull policy is '{policy}'"),
            Self::Changed(fields) => write!(out, "{} changed", fields.join(", ")),
            Self::NewContent(files) => {
                let one = |(kind, name): &(FileKind, Name)| format!("{} '{name}' has new content", kind.as_str());
                write!(out, "{}", files.iter().map(one).collect::<Vec<_>>().join(", "))
            }
            Self::Diverged => write!(out, "its configuration changed"),
            Self::NewImage(image) => write!(out, "image {image} is newer"),
            Self::NotConnected(network) => write!(out, "not connected to network '{network}'"),
            Self::NotMounted(volume) => write!(out, "volume '{volume}' is not mounted"),
            Self::NetworkChanged(network) => write!(out, "the definition of network '{network}' changed"),
            Self::VolumeChanged(volume) => write!(out, "the definition of volume '{volume}' changed"),
            Self::NotRunning(state) => write!(out, "{state}"),
            Self::ScaledDown => write!(out, "more containers than wanted"),
            Self::Orphan => write!(out, "its service is no longer in the project"),
            Self::Interrupted => write!(out, "left by an interrupted run"),
            Self::NeededBy(service) => write!(out, "'{service}' needs it"),
            Self::SharesAnew(service) => write!(out, "it shares with '{service}', which is made or started anew"),
            Self::PortMoves(port, service) => write!(out, "its port {port} goes to '{service}'"),
            Self::DependencyReplaced(service) => write!(out, "its dependency '{service}' is replaced"),
            Self::DependencyRestarted(service) => write!(out, "its dependency '{service}' is restarted"),
            Self::Replaced => write!(out, "replaced"),
        }
    }
}
