//! [`Plan`]: steps in an order in which each needs only earlier ones, so a cycle cannot be built.

use super::{Action, Reason};
use crate::model::{Project, ServiceFile};
use crate::value::Name;

/// A step of one plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(usize);

impl StepId {
    /// The position in the plan, from 0.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What is done, to what, why, and what must be done before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// Why.
    pub because: Reason,
    /// What it is done to, in the words of people.
    pub subject: Subject,
    /// The steps that must have succeeded before.
    pub needs: Vec<StepId>,
}

/// The thing that a step is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// What kind of thing.
    pub kind: Kind,
    /// Its name on the engine.
    pub name: String,
    /// The service it belongs to.
    pub service: Option<Name>,
}

/// Kinds of things on an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An image.
    Image,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// A container.
    Container,
    /// A service that a program provides.
    Provider,
    /// A language model.
    Model,
}

impl Kind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Network => "network",
            Self::Volume => "volume",
            Self::Container => "container",
            Self::Provider => "provider",
            Self::Model => "model",
        }
    }
}

impl Subject {
    /// A thing that belongs to no single service.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), service: None }
    }

    /// A thing of a service.
    pub fn of(kind: Kind, name: impl Into<String>, service: &Name) -> Self {
        Self { kind, name: name.into(), service: Some(service.clone()) }
    }
}

/// Steps in order, and what the user should know about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    steps: Vec<Step>,
    notes: Vec<Note>,
}

/// Something that the plan leaves alone and the user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub message: String,
    /// What can be done about it.
    pub help: Option<String>,
}

impl Note {
    /// A note with a remedy.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}

impl Plan {
    /// Adds a step.
    ///
    /// # Panics
    /// When the step needs itself or a later one: a fault of the planner, never of the input.
    pub fn add(&mut self, step: Step) -> StepId {
        let id = StepId(self.steps.len());
        assert!(step.needs.iter().all(|need| *need < id), "a step may need only earlier steps");
        self.steps.push(step);
        id
    }

    /// Adds the start of a container. Where its service has configs or secrets that no file of the host has, a step
    /// before it puts them in: so each start of whatever command goes through here.
    pub fn add_start(&mut self, project: &Project, start: Step) -> StepId {
        let Action::Start { target } = &start.action else { return self.add(start) };
        let service = start.subject.service.as_ref().and_then(|name| project.services.get(name));
        let Some(service) = service.filter(|service| !ServiceFile::in_memory(project, service).is_empty()) else {
            return self.add(start);
        };
        let action = Action::Upload { target: target.clone(), service: service.name.clone() };
        let upload = Step { action, ..start.clone() };
        let uploaded = self.add(upload);
        self.add(Step { needs: vec![uploaded], ..start })
    }

    /// Adds a note.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// What the user should know.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The steps with their ids, in order.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (StepId, &Step)> {
        self.steps.iter().enumerate().map(|(index, step)| (StepId(index), step))
    }

    /// A step of this plan.
    pub fn get(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// The steps that destroy data: volumes that go.
    pub fn losses(&self) -> Vec<&Step> {
        self.steps.iter().filter(|step| matches!(step.action, Action::RemoveVolume { .. })).collect()
    }
}
