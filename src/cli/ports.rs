//! The ports of the host that a plan will take are looked at before anything is created.

use super::Context;
use super::failure::Faulty;
use super::scope::Scope;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path};
use crate::engine::Engine;
use crate::load::Loaded;
use crate::plan::Plan;
use crate::plan::port::{Claim, Collision, Demand, Holder, Obstacle, collisions, next_free, revived, stays_taken};
use crate::source::{SourceMap, Span};
use crate::value::Name;

/// Ends the command when a port is taken that a plan needs: all such ports are told, each with who has it. Nothing is
/// asked when the plan starts no container with a port of its own choice.
pub async fn check(
    (context, engine): (&Context, &Engine),
    file: Option<&Loaded>,
    Demand { claims, freed }: &Demand,
) -> anyhow::Result<()> {
    if claims.is_empty() {
        return Ok(());
    }
    let mut taken = engine.published().await?;
    taken.extend(engine.listening());
    let mut taken = stays_taken(taken, freed);
    let mut found = collisions(claims, &taken);
    let by_socket = |one: &Collision| matches!(one.obstacle, Obstacle::Taken(Holder::Socket(_)));
    if found.iter().any(by_socket) && !engine.is_on_this_machine().await {
        taken.retain(|one| !matches!(one.holder, Holder::Socket(_)));
        found = collisions(claims, &taken);
    }
    if found.is_empty() {
        return Ok(());
    }
    let mut conflicts = Diagnostics::default();
    for one in &found {
        let free = next_free(one, claims, &taken);
        match &one.obstacle {
            Obstacle::Claimed(service, index) => conflicts.push(conflict(file, one, (service, *index), free)),
            Obstacle::Taken(holder) => {
                let holder = engine.holder_in_words(holder).await;
                let (message, help) = in_use(file, one, (holder, free));
                context.output().error(&message, Some(&help));
            }
        }
    }
    match file {
        Some(loaded) => context.output().diagnostics(&conflicts, &loaded.sources, &loaded.origins),
        None => context.output().diagnostics(&conflicts, &SourceMap::default(), &Origins::default()),
    }
    Err(Faulty.into())
}

/// The same for a plan that starts containers which are there: they take what they were made to take, whatever the file
/// says by now.
pub async fn check_revived(context: &Context, scope: &Scope, plan: &Plan) -> anyhow::Result<()> {
    let revived = revived(&scope.seen, plan);
    if revived.iter().all(|one| one.is_up()) {
        return Ok(());
    }
    let bindings = scope.engine.bindings(revived).await?;
    check((context, &scope.engine), scope.loaded(), &Demand::of_bindings(scope.project(), plan, bindings)).await
}

/// A port that somebody has: what is wrong, and what to do.
fn in_use(
    file: Option<&Loaded>,
    Collision { claim, port, .. }: &Collision,
    (holder, free): (Option<String>, Option<u16>),
) -> (String, String) {
    let by = holder.unwrap_or_else(|| "a process that this user may not see".into());
    let what = match (claim.ports.start(), claim.ports.end()) {
        (first, last) if first == last => format!("port {port} is in use"),
        (first, last) => format!("none of the ports {first}-{last} is free: {first} is in use"),
    };
    let at = file.zip(span(file, &claim.service, claim.index)).and_then(|(loaded, span)| loaded.sources.locate(span));
    let place = at.map(|at| format!(" at {}:{}:{}", at.path.display(), at.line, at.column)).unwrap_or_default();
    let free = free.map(|free| format!(": {free} is free")).unwrap_or_default();
    (
        format!("{}: {what} by {by}", claim.service),
        format!("'{}' publishes it{place}; stop what has it, or publish another one{free}", claim.service),
    )
}

/// A port that two containers of the project are to have.
fn conflict(
    file: Option<&Loaded>,
    collision: &Collision,
    first: (&Name, Option<usize>),
    free: Option<u16>,
) -> Diagnostic {
    let Collision { claim: Claim { service, index, .. }, port, .. } = collision;
    let other = free.map(|free| format!(" such as {free}")).unwrap_or_default();
    let place = span(file, service, *index);
    if first == (service, *index) {
        let message = format!("port {port} is published by more than one container of '{service}'");
        let help = "publish a range with a port for each, or let the engine choose: leave the port of the host out";
        return Diagnostic::error("port-conflict", message).at(place).help(help);
    }
    let message = format!("port {port} is published by '{}' and by '{service}'", first.0);
    let fault = Diagnostic::error("port-conflict", message).at(place);
    let fault = fault.help(format!("publish another port{other} for one of them"));
    match span(file, first.0, first.1) {
        Some(place) => fault.label(place, format!("'{}' publishes it here", first.0)),
        None => fault,
    }
}

/// Where a port is written.
fn span(file: Option<&Loaded>, service: &Name, index: Option<usize>) -> Option<Span> {
    file?.origins.span(&Path::of(["services", service.as_str(), "ports"]).index(index?))
}
