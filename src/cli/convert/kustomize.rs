//! `hoist convert --to kustomize`: a base, a component for each profile, an overlay for each override file.

use super::super::Context;
use crate::diagnostic::{Diagnostics, Severity};
use crate::kubernetes::{Clash, Converted, Layer, Layers, Options, Tree, convert, kustomize};
use crate::load::{Loaded, Request, load};
use crate::model::{Project, check};
use anyhow::bail;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The project, or the project with something over it.
pub(super) struct Part {
    /// What stands over it; nothing for the base.
    pub layer: Option<String>,
    /// The files as they were loaded.
    pub loaded: Loaded,
    /// What became of them.
    pub converted: Converted,
}

/// All that a tree is made of.
pub(super) struct Parts {
    base: Part,
    profiles: Vec<Part>,
    /// The project with all these profiles, when there are several that can be active together.
    together: Option<Part>,
    overrides: Vec<Part>,
}

/// The files of all that a tree is made of.
pub(super) struct Sources {
    base: Loaded,
    profiles: Vec<(String, Loaded)>,
    together: Option<Loaded>,
    overrides: Vec<(String, Loaded)>,
}

impl Sources {
    /// Loads the project, and the project with each profile that is not active and with each file over it.
    pub fn load(context: &Context, overlays: &[PathBuf]) -> anyhow::Result<Self> {
        let request = context.request()?;
        let whole = context.load_request(&request)?;
        let (request, found) = without_override(request, &whole);
        let base = if found.is_some() { context.load_request(&request)? } else { whole };
        let files = once(found.into_iter().chain(overlays.iter().cloned()), context.working_directory());
        let profiles = inactive_profiles(&base);
        let names = names(&profiles, &files)?;
        let with = |profiles: &[String]| {
            let active = active_profiles(&request, &base).into_iter().chain(profiles.iter().cloned()).collect();
            sound(&Request { profiles: active, ..request.clone() })
        };
        let with_profile = |profile: &String| {
            let sound = with(std::slice::from_ref(profile)).map_err(|fault| tell_unsound(profile, &fault, context));
            Some((profile.clone(), sound.ok()?))
        };
        let with_file = |(name, file): (String, &PathBuf)| {
            let known = base.project.identity.files.iter();
            let files = known.chain([file]).cloned().collect();
            anyhow::Ok((name, context.load_request(&Request { files, ..request.clone() })?))
        };
        let together = if profiles.len() > 1 { with(&profiles).ok() } else { None };
        let profiles = profiles.iter().filter_map(with_profile).collect();
        let overrides = names.into_iter().zip(&files).map(with_file).collect::<anyhow::Result<_>>()?;
        Ok(Self { base, profiles, together, overrides })
    }

    /// All projects, the base first.
    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        let layers = self.profiles.iter().chain(&self.overrides).map(|(_, loaded)| loaded);
        [&self.base].into_iter().chain(layers).chain(&self.together).map(|loaded| &loaded.project)
    }

    /// Converts them all.
    pub fn convert(self, options: &Options) -> Parts {
        let part = |(layer, loaded)| Part::of(Some(layer), loaded, options);
        Parts {
            base: Part::of(None, self.base, options),
            profiles: self.profiles.into_iter().map(part).collect(),
            together: self.together.map(|loaded| Part::of(None, loaded, options)),
            overrides: self.overrides.into_iter().map(part).collect(),
        }
    }
}

impl Parts {
    /// All parts, the base first.
    pub fn all(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.base).chain(&self.profiles).chain(&self.overrides)
    }

    /// The tree.
    pub fn tree(&self) -> Tree {
        let layers = |parts: &[Part]| -> Vec<Layer> {
            let layer = |part: &Part| {
                let name = part.layer.clone().unwrap_or_default();
                Layer { name, manifests: part.converted.manifests.clone() }
            };
            parts.iter().map(layer).collect()
        };
        let together = self.together.as_ref().map(|part| part.converted.manifests.clone());
        let layers = Layers { profiles: layers(&self.profiles), together, overrides: layers(&self.overrides) };
        kustomize(&self.base.converted.manifests, &layers)
    }
}

impl Part {
    fn of(layer: Option<String>, mut loaded: Loaded, options: &Options) -> Self {
        loaded.read_host_files();
        let converted = convert(&loaded, options);
        Self { layer, loaded, converted }
    }
}

/// The project, or the first thing that is wrong with it; nothing is shown.
fn sound(request: &Request) -> Result<Loaded, String> {
    let checked = load(request).map_err(|refused| refused.diagnostics).and_then(|loaded| {
        let mut faults = Diagnostics::default();
        check::check(&loaded.project, &loaded.origins, &mut faults);
        if faults.has_errors() { Err(faults) } else { Ok(loaded) }
    });
    checked.map_err(|faults| {
        let sorted = faults.sorted();
        let first = sorted.iter().find(|one| one.severity == Severity::Error);
        first.map(|one| one.message.clone()).unwrap_or_default()
    })
}

/// Says that a profile is no layer, because it needs others.
fn tell_unsound(profile: &str, fault: &str, context: &Context) {
    let help = "activate what it needs with '--profile', so that the base has it";
    context.output().warn(&format!("profile '{profile}' has no component: {fault}"), Some(help));
}

/// Says what components cannot make together, and what to do instead.
pub(super) fn tell(clashes: &[Clash], context: &Context) {
    for clash in clashes {
        let (message, help) = match clash {
            Clash::Between([one, other], (kind, name)) => (
                format!("components '{one}' and '{other}' exclude each other: each has its own {kind} '{name}'"),
                format!("for both, convert with '--profile {one}': the base has it then"),
            ),
            Clash::OfAll((kind, name)) => (
                format!("components together do not make {kind} '{name}' what their profiles together make of it"),
                "for several profiles at once, convert with '--profile': the base has them then".to_owned(),
            ),
        };
        context.output().note(&message, Some(&help));
    }
}

/// The request without the override file that is taken by itself where no file is named, and that file.
fn without_override(request: Request, loaded: &Loaded) -> (Request, Option<PathBuf>) {
    let files = &loaded.project.identity.files;
    let is_override =
        |file: &&PathBuf| file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(".override"));
    match files.split_last() {
        Some((last, others)) if request.files.is_empty() && !others.is_empty() && is_override(&last) => {
            (Request { files: others.to_vec(), ..request }, Some(last.clone()))
        }
        _ => (request, None),
    }
}

/// The profiles that are active.
fn active_profiles(request: &Request, loaded: &Loaded) -> Vec<String> {
    if !request.profiles.is_empty() {
        return request.profiles.clone();
    }
    let listed = loaded.environment.get("COMPOSE_PROFILES").map_or("", String::as_str);
    listed.split(',').map(str::trim).filter(|profile| !profile.is_empty()).map(str::to_owned).collect()
}

/// The profiles whose services are not active, by name.
fn inactive_profiles(loaded: &Loaded) -> Vec<String> {
    let all = loaded.project.inactive.values().flat_map(|service| &service.profiles);
    all.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// What an override file is for: `compose.prod.yaml` gives `prod`.
fn name_of(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = ["docker-compose.", "compose."].iter().find_map(|prefix| stem.strip_prefix(prefix));
    name.unwrap_or(&stem).to_owned()
}

/// Each of these files once: one may be named that is taken by itself.
fn once(files: impl Iterator<Item = PathBuf>, working_directory: &Path) -> Vec<PathBuf> {
    let mut known = BTreeSet::new();
    let real = |file: &PathBuf| fs::canonicalize(working_directory.join(file)).unwrap_or_else(|_| file.clone());
    files.filter(|file| known.insert(real(file))).collect()
}

/// What the overlays of files are called. One whose name a profile or another file has, too, is called as its file is.
fn names(profiles: &[String], files: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let is_shared = |name: &String| {
        let holders = files.iter().filter(|file| name_of(file) == *name).count();
        holders + usize::from(profiles.contains(name)) > 1
    };
    let mut taken: BTreeSet<String> = profiles.iter().cloned().collect();
    let name = |file: &PathBuf| {
        let whole = || file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = Some(name_of(file)).filter(|name| !is_shared(name)).unwrap_or_else(whole);
        if !taken.insert(name.clone()) {
            bail!("two overlays would both be called '{name}': rename the file or the profile");
        }
        Ok(name)
    };
    files.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_file_is_called_after_what_it_is_for() {
        let name = |file: &str| name_of(Path::new(file));
        assert_eq!(name("a/compose.prod.yaml"), "prod");
        assert_eq!(name("docker-compose.override.yml"), "override");
        assert_eq!(name("staging.yaml"), "staging");
    }

    #[test]
    fn overlays_that_would_have_one_name_are_called_as_their_files_are() {
        let names = |profiles: &[&str], files: &[&str]| {
            let profiles: Vec<String> = profiles.iter().map(|&profile| profile.to_owned()).collect();
            names(&profiles, &files.iter().map(PathBuf::from).collect::<Vec<_>>()).map_err(|fault| fault.to_string())
        };
        let wanted = ["compose.prod.yaml", "test"].map(str::to_owned);
        assert_eq!(names(&["prod"], &["a/compose.prod.yaml", "compose.test.yaml"]), Ok(wanted.into()));
        let wanted = ["compose.prod.yaml", "prod.yaml"].map(str::to_owned);
        assert_eq!(names(&[], &["compose.prod.yaml", "prod.yaml"]), Ok(wanted.into()));
        assert!(names(&[], &["a/prod.yaml", "b/prod.yaml"]).is_err_and(|fault| fault.contains("'prod.yaml'")));
    }
}
