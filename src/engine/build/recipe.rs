//! The recipe of a build: where it is, as seen from its context, and which images it is made from.

use super::batch::Target;
use crate::model::Build;
use crate::value::ImageName;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Whether a context is fetched by the builder, such as a git repository, rather than a folder here.
pub(super) fn is_remote(context: &str) -> bool {
    let schemes =
        ["http://", "https://", "git://", "ssh://", "git@", "github.com/", "docker-image://", "oci-layout://"];
    schemes.iter().any(|scheme| context.starts_with(scheme))
}

/// Whether a context is a folder of this machine.
pub(super) fn is_folder(context: &str) -> bool {
    Path::new(context).is_dir()
}

/// The recipe's file: absolute for a folder here, as given for a context that is fetched.
pub(super) fn dockerfile(target: &Target<'_>) -> String {
    file(target.build)
}

fn file(build: &Build) -> String {
    if is_remote(&build.context) {
        return build.recipe_name().to_owned();
    }
    build.recipe().to_string_lossy().into_owned()
}

/// The images that a recipe names: what it begins from and copies from. What cannot be read names none; the builder says
/// why.
pub(super) fn images(build: &Build) -> BTreeSet<ImageName> {
    let text = match &build.dockerfile_inline {
        Some(inline) => inline.clone(),
        None if is_remote(&build.context) => return BTreeSet::new(),
        None => std::fs::read_to_string(file(build)).unwrap_or_default(),
    };
    named(&text, &build.args)
}

fn named(text: &str, given: &BTreeMap<String, String>) -> BTreeSet<ImageName> {
    let mut arguments: BTreeMap<String, String> = BTreeMap::new();
    let mut stages: BTreeSet<String> = BTreeSet::new();
    let mut images = BTreeSet::new();
    for line in instructions(text) {
        let mut words = line.split_whitespace();
        let instruction = words.next().unwrap_or_default().to_ascii_uppercase();
        let mut name = |word: &str| {
            let word = filled(word, &arguments);
            let is_stage = stages.contains(&word.to_ascii_lowercase()) || word.parse::<usize>().is_ok();
            let image = word.parse().ok().filter(|image: &ImageName| image.check().is_ok());
            if let (false, Some(image)) = (is_stage || word == "scratch", image) {
                images.insert(image);
            }
        };
        match instruction.as_str() {
            "ARG" if stages.is_empty() => {
                for (key, default) in words.map(|word| word.split_once('=').unwrap_or((word, ""))) {
                    let value = given.get(key).map_or(default.trim_matches(['"', '\'']), String::as_str);
                    arguments.insert(key.to_owned(), value.to_owned());
                }
            }
            "FROM" => {
                let mut words = words.filter(|word| !word.starts_with("--"));
                if let Some(word) = words.next() {
                    name(word);
                }
                let stage = words.nth(1).map(str::to_ascii_lowercase);
                stages.insert(stage.unwrap_or_else(|| format!("stage {}", stages.len())));
            }
            "COPY" | "ADD" => words.filter_map(|word| word.strip_prefix("--from=")).for_each(name),
            "RUN" => {
                let mounts = words.filter_map(|word| word.strip_prefix("--mount=")).flat_map(|mount| mount.split(','));
                mounts.filter_map(|option| option.strip_prefix("from=")).for_each(name);
            }
            _ => {}
        }
    }
    images
}

/// The lines of a recipe without comments, those that go on put together.
fn instructions(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let (line, more) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        match all.last_mut() {
            Some(last) if goes_on => *last = format!("{last} {line}"),
            _ => all.push(line.to_owned()),
        }
        goes_on = more;
    }
    all
}

/// A word with its `$NAME`, `${NAME}` and `${NAME:-default}` filled in.
fn filled(word: &str, arguments: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut rest = word.trim_matches('"');
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let in_braces = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let (name, default, left) = if let Some((inside, left)) = in_braces {
            let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
            (name, default, left)
        } else {
            let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(after.len());
            let (name, left) = after.split_at(end);
            (name, "", left)
        };
        let value = arguments.get(name).map(String::as_str).filter(|value| !value.is_empty());
        text.push_str(value.unwrap_or(default));
        rest = left;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_by(text: &str, given: &[(&str, &str)]) -> Vec<String> {
        let given = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        named(text, &given).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_recipe_names_what_it_begins_and_copies_from() {
        let text = "# syntax=x\nFROM --platform=linux/amd64 golang:1 AS build\nRUN --mount=type=bind,from=tools:2,target=/t \\\n  \
                    make\nFROM build AS test\nfrom scratch\nCOPY --from=build /a /b\nCOPY --from=0 /a /b\nCOPY --from=r.example/c /d /e\n";
        assert_eq!(named_by(text, &[]), ["golang:1", "r.example/c", "tools:2"]);
    }

    #[test]
    fn arguments_before_the_first_stage_are_filled_in() {
        let text =
            "ARG BASE=debian TAG=\"12\"\nARG NONE\nFROM $BASE:${TAG}-slim\nFROM r/${NONE:-none}\nARG BASE=other\n";
        assert_eq!(named_by(text, &[]), ["debian:12-slim", "r/none"]);
        assert_eq!(named_by(text, &[("BASE", "alpine"), ("NONE", "x")]), ["alpine:12-slim", "r/x"]);
    }

    #[test]
    fn odd_recipes_name_nothing() {
        for text in ["", "FROM", "FROM \\", "ARG", "COPY --from= a b", "$", "FROM ${", "FROM $"] {
            assert!(named_by(text, &[]).is_empty(), "{text}");
        }
    }
}
