//! [`Action`]: one thing done to the engine. What an action needs is in its variant.

use super::{Condition, MountedVolume, Occasion, Order, Peer, StepId};
use crate::value::{ContainerId, ImageName, Name, Signal};
use std::time::Duration;

/// One thing done to the engine, or waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Fetch an image.
    Pull {
        /// The image.
        image: ImageName,
        /// The platform to fetch it for. Default: the engine's.
        platform: Option<String>,
        /// Whether it can be gone without: what is there is used, or it is built.
        required: bool,
    },
    /// Build the images of these services, together: what they share is built once.
    Build {
        /// The services.
        services: Vec<Name>,
        /// What for.
        purpose: Purpose,
    },
    /// Send an image to its registry.
    Push {
        /// The image.
        image: ImageName,
        /// Whether it is a fault when it cannot be sent.
        required: bool,
    },
    /// Remove a name of an image, and the image with its last name; one that is gone is no fault, one that a container
    /// uses stays.
    RemoveImage {
        /// Its name.
        image: String,
    },
    /// Create a declared network.
    CreateNetwork {
        /// Its key in the project.
        key: Name,
    },
    /// Remove a network; one that is gone is no fault, one that others still use is kept and an error says so.
    RemoveNetwork {
        /// Its name or id on the engine.
        name: String,
    },
    /// Make a declared network anew whose definition changed. Containers are put back on it at once, with all that they
    /// are to have there; when it cannot be made, the old one is made again.
    RenewNetwork {
        /// Its key in the project.
        key: Name,
        /// The containers that are on it.
        reconnect: Vec<ContainerId>,
    },
    /// Create a declared volume.
    CreateVolume {
        /// Its key in the project.
        key: Name,
    },
    /// Remove a volume with its data; one that is gone is no fault.
    RemoveVolume {
        /// Its name on the engine.
        name: String,
    },
    /// Create a container.
    Create {
        /// Which one.
        replica: Replica,
        /// What it is called; a replacement has a name of its own until the old container is gone.
        name: String,
        /// The container that it replaces.
        inherit: Option<Inherit>,
        /// The containers of other services that it shares with or links to.
        peers: Vec<Peer>,
    },
    /// Put the configs and secrets that no file of the host has into a container that is about to start.
    Upload {
        /// Which one.
        target: Target,
        /// The service that says which.
        service: Name,
    },
    /// Start a container; a paused one goes on, one that runs is no fault.
    Start {
        /// Which one.
        target: Target,
    },
    /// Stop a container; one that is gone or does not run is no fault.
    Stop {
        /// Which one.
        target: Target,
        /// Time before it is killed. Default: what the container was created with.
        grace: Option<Duration>,
    },
    /// Send a container a signal; one that is gone or does not run is no fault.
    Kill {
        /// Which one.
        target: Target,
        /// The signal.
        signal: Signal,
    },
    /// Freeze a container.
    Pause {
        /// Which one.
        target: Target,
    },
    /// Let a frozen container go on.
    Unpause {
        /// Which one.
        target: Target,
    },
    /// Give a container another name.
    Rename {
        /// Which one.
        target: Target,
        /// The new name.
        to: String,
    },
    /// Remove a container, running or not; one that is gone is no fault.
    Remove {
        /// Which one.
        target: Target,
        /// What becomes of its anonymous volumes.
        volumes: AnonymousVolumes,
    },
    /// Run a hook of a service to its end.
    Hook {
        /// The service.
        service: Name,
        /// When it runs.
        occasion: Occasion,
        /// Its place among the service's hooks for that occasion, from 0.
        index: usize,
        /// The container that it runs in, or that is about to start.
        target: Target,
    },
    /// Ask the program that provides a service in place of a container.
    Provide {
        /// The service.
        service: Name,
        /// What it is asked.
        order: Order,
    },
    /// Have a declared model fetched, set up and served.
    ServeModel {
        /// Its key in the project.
        key: Name,
    },
    /// Wait until a container is as wanted.
    Await {
        /// Which one.
        target: Target,
        /// What is waited for.
        until: Condition,
        /// Whether what comes after cannot go without.
        required: bool,
    },
}

impl Action {
    /// Whether it asks somebody who may find that all is as it should be: only the answer says what changes.
    pub fn is_enquiry(&self) -> bool {
        matches!(self, Self::Provide { order: Order::Up, .. } | Self::ServeModel { .. })
    }

    /// Whether what comes after goes on when it fails; the run has failed all the same. That a farewell fails must not
    /// keep a container from being stopped.
    pub fn is_best_effort(&self) -> bool {
        match self {
            Self::Hook { occasion, .. } => *occasion == Occasion::PreStop,
            Self::Provide { order, .. } => *order != Order::Up,
            _ => false,
        }
    }
}

/// What images are built for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Containers of this engine: for the platform that they run on.
    #[default]
    Run,
    /// Whoever asked: for all platforms that the file names.
    Keep,
    /// A registry: they are sent there when they are built.
    Push,
    /// Nobody: the recipes are checked and nothing is built.
    Check,
}

/// One of the containers of a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Replica {
    /// The service.
    pub service: Name,
    /// Its number, from 1.
    pub number: u32,
}

/// What a container takes over from the one that it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherit {
    /// The one that it replaces; it may be gone by then.
    pub from: ContainerId,
    /// Its volumes: the anonymous ones are taken over.
    pub volumes: Vec<MountedVolume>,
}

/// A container that is there, or that an earlier step makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// It is there.
    Existing(ContainerId),
    /// The step that creates it.
    MadeBy(StepId),
}

/// What becomes of volumes that only one container knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnonymousVolumes {
    /// They stay.
    #[default]
    Keep,
    /// They go with the container.
    Remove,
}
