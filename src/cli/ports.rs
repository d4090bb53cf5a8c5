//! The ports of the host that a plan will take are looked at before anything is created.

use super::Context;
use super::failure::Faulty;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Path;
use crate::engine::Engine;
use crate::load::Loaded;
use crate::plan::port::{Claim, Collision, Holder, Obstacle, claims, collisions, freed, next_free, stays_taken};
use crate::plan::{Observed, Plan};
use crate::value::Name;

/// Ends the command when a port is taken that a plan needs: all such ports are told, each with who has it. Nothing is
/// asked when the plan starts no container with a port of its own choice.
pub async fn check(
    context: &Context,
    engine: &Engine,
    loaded: &Loaded,
    (seen, plan): (&Observed, &Plan),
) -> anyhow::Result<()> {
    let claims = claims(&loaded.project, seen, plan);
    if claims.is_empty() {
        return Ok(());
    }
    let mut taken = engine.published().await?;
    taken.extend(engine.listening());
    let mut taken = stays_taken(taken, &freed(plan));
    let mut found = collisions(&claims, &taken);
    let by_socket = |one: &Collision| matches!(one.obstacle, Obstacle::Taken(Holder::Socket(_)));
    if found.iter().any(by_socket) && !engine.is_on_this_machine().await {
        taken.retain(|one| !matches!(one.holder, Holder::Socket(_)));
        found = collisions(&claims, &taken);
    }
    if found.is_empty() {
        return Ok(());
    }
    let mut conflicts = Diagnostics::default();
    for one in &found {
        let free = next_free(one, &claims, &taken);
        match &one.obstacle {
            Obstacle::Claimed(service, index) => conflicts.push(conflict(loaded, one, (service, *index), free)),
            Obstacle::Taken(holder) => {
                let holder = engine.holder_in_words(holder).await;
                let (message, help) = in_use(loaded, one, (holder, free));
                context.output().error(&message, Some(&help));
            }
        }
    }
    context.output().diagnostics(&conflicts, &loaded.sources, &loaded.origins);
    Err(Faulty.into())
}

/// A port that somebody has: what is wrong, and what to do.
fn in_use(
    loaded: &Loaded,
    Collision { claim, port, .. }: &Collision,
    (holder, free): (Option<String>, Option<u16>),
) -> (String, String) {
    let by = holder.unwrap_or_else(|| "a process that this user may not see".into());
    let what = match (claim.ports.start(), claim.ports.end()) {
        (first, last) if first == last => format!("port {port} is in use"),
        (first, last) => format!("none of the ports {first}-{last} is free: {first} is in use"),
    };
    let place = loaded.origins.span(&place(&claim.service, claim.index));
    let place = place.and_then(|span| loaded.sources.locate(span));
    let place = place.map(|at| format!(" at {}:{}:{}", at.path.display(), at.line, at.column)).unwrap_or_default();
    let free = free.map(|free| format!(": {free} is free")).unwrap_or_default();
    (
        format!("{}: {what} by {by}", claim.service),
        format!("'{}' publishes it{place}; stop what has it, or publish another one{free}", claim.service),
    )
}

/// A port that two containers of the project are to have.
fn conflict(loaded: &Loaded, collision: &Collision, first: (&Name, usize), free: Option<u16>) -> Diagnostic {
    let Collision { claim: Claim { service, index, .. }, port, .. } = collision;
    let other = free.map(|free| format!(" such as {free}")).unwrap_or_default();
    let span = loaded.origins.span(&place(service, *index));
    if first == (service, *index) {
        let message = format!("port {port} is published by more than one container of '{service}'");
        let help = "publish a range with a port for each, or let the engine choose: leave the port of the host out";
        return Diagnostic::error("port-conflict", message).at(span).help(help);
    }
    let message = format!("port {port} is published by '{}' and by '{service}'", first.0);
    let fault = Diagnostic::error("port-conflict", message).at(span);
    let fault = fault.help(format!("publish another port{other} for one of them"));
    match loaded.origins.span(&place(first.0, first.1)) {
        Some(place) => fault.label(place, format!("'{}' publishes it here", first.0)),
        None => fault,
    }
}

fn place(service: &Name, index: usize) -> Path {
    Path::of(["services", service.as_str(), "ports"]).index(index)
}
