//! [`Case`]: a folder with a project, and how `config` is asked about it. `tests/cases/load/README.md` tells the format.

use super::running::{Ran, Running};
use super::scenario::root;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Nobody waits longer for a `config`, alias bombs and a busy machine included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Flags of `config` whose answer is a set of lines: docker compose prints them in another order each time.
const SETS: [&str; 6] = ["--services", "--volumes", "--networks", "--images", "--models", "--profiles"];

/// Flags of `config` whose answer is lines.
const LINES: [&str; 4] = ["--hash", "--environment", "--quiet", "-q"];

/// A folder with a project, and how `config` is asked about it.
#[derive(Debug)]
pub struct Case {
    /// What reports call it.
    pub name: String,
    pub folder: PathBuf,
    pub sheet: Sheet,
}

/// What `case.yaml` says.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sheet {
    /// Rows of the README, and paths of attributes.
    pub covers: Vec<String>,
    /// Words before `config`.
    pub arguments: Vec<String>,
    /// Words after `config`.
    pub config: Vec<String>,
    /// All variables but `HOME` and `PATH`.
    pub environment: BTreeMap<String, String>,
    /// Where in the folder the command runs.
    pub directory: PathBuf,
    /// The file of the folder that is given on standard input.
    pub input: Option<PathBuf>,
    /// Every place that must be refused; empty when no file is at fault.
    pub refused: Option<Vec<String>>,
    /// Why Hoist does otherwise than docker compose 2.40.
    pub differs: Option<String>,
    /// The title under which `docs/mistakes.md` shows it.
    pub mistake: Option<String>,
}

/// An error that names a place.
#[derive(Debug)]
pub struct Fault {
    /// The file, as seen from the folder.
    pub file: String,
    /// Line and column, from 1.
    pub place: (usize, usize),
    pub code: String,
    pub message: String,
}

/// How the answer of a `config` is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Yaml,
    Lines,
    /// Lines whose order means nothing.
    Set,
}

impl Case {
    /// Every folder of `tests/cases/load/`, by name.
    pub fn all() -> Vec<Self> {
        let all = folders(&root().join("tests/cases/load")).into_iter().map(Self::read);
        let (good, bad): (Vec<_>, Vec<_>) = all.partition(Result::is_ok);
        let faults: Vec<_> = bad.into_iter().filter_map(Result::err).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        good.into_iter().flatten().collect()
    }

    fn read(folder: PathBuf) -> Result<Self, String> {
        let file = folder.join("case.yaml");
        let say = |error: String| format!("{}: {error}", file.display());
        let text = fs::read_to_string(&file).map_err(|error| say(error.to_string()))?;
        let sheet = serde_yaml::from_str(&text).map_err(|error| say(error.to_string()))?;
        Ok(Self { sheet, ..Self::bare(folder) })
    }

    /// A folder in which `config` is asked nothing special.
    pub fn bare(folder: PathBuf) -> Self {
        Self { name: file_name(&folder), folder, sheet: Sheet::default() }
    }

    /// One compose file.
    pub fn of_file(file: &Path) -> Self {
        let folder = file.parent().expect("a file is in a folder").to_owned();
        let arguments = vec!["-f".to_owned(), file_name(file)];
        Self { name: file.display().to_string(), folder, sheet: Sheet { arguments, ..Sheet::default() } }
    }

    /// What `hoist config` says about it.
    pub fn hoist(&self, form: Form) -> Ran {
        self.config(Path::new(env!("CARGO_BIN_EXE_hoist")), form)
    }

    /// What the `config` of a program says about it. The environment is the case's own and no other.
    pub fn config(&self, program: &Path, form: Form) -> Ran {
        let mut command = Command::new(program);
        command.current_dir(self.directory()).env_clear().env("HOME", "/home/me").env("PATH", "/usr/bin:/bin");
        command.envs(&self.sheet.environment).args(&self.sheet.arguments).arg("config").args(&self.sheet.config);
        if !self.chooses_format() {
            command.args(["--format", if form == Form::Yaml { "yaml" } else { "json" }]);
        }
        let input = self.sheet.input.as_ref().map(|file| File::open(self.folder.join(file)).expect("'input' is there"));
        Running::reading(command, input.map_or_else(Stdio::null, Stdio::from)).within(PATIENCE)
    }

    fn directory(&self) -> PathBuf {
        self.folder.join(&self.sheet.directory)
    }

    /// Whether `config` is told how to print.
    pub fn chooses_format(&self) -> bool {
        self.sheet.config.iter().any(|word| word.starts_with("--format"))
    }

    /// How its answer is to be read.
    pub fn form(&self) -> Form {
        let words = self.sheet.config.join(" ").replace('=', " ");
        let asks = |flags: &[&str]| words.split(' ').any(|word| flags.contains(&word));
        match () {
            () if asks(&SETS) => Form::Set,
            () if asks(&LINES) => Form::Lines,
            () if words.contains("--format yaml") => Form::Yaml,
            () => Form::Json,
        }
    }

    /// A text without the path of the folder, which is another one for everybody.
    pub fn plain(&self, text: &str) -> String {
        plain(&self.folder, text)
    }

    /// `FILE:LINE:COL` of every error, by place; `FILE` is as seen from the folder. One that names no place is `error`.
    pub fn places(&self, stderr: &str) -> Vec<String> {
        let mut places: Vec<_> = stderr.lines().filter_map(|line| self.place(line)).collect();
        places.sort();
        places.dedup();
        let written = |(file, line, column): (String, usize, usize)| match file.as_str() {
            "" => "error".to_owned(),
            file => format!("{file}:{line}:{column}"),
        };
        places.into_iter().map(written).collect()
    }

    /// Every error that names a place.
    pub fn faults(&self, stderr: &str) -> Vec<Fault> {
        stderr.lines().filter_map(|line| self.fault(line)).collect()
    }

    fn place(&self, line: &str) -> Option<(String, usize, usize)> {
        if line.starts_with("error") {
            return Some((String::new(), 0, 0));
        }
        self.fault(line).map(|fault| (fault.file, fault.place.0, fault.place.1))
    }

    fn fault(&self, line: &str) -> Option<Fault> {
        let (place, said) = line.split_once(": error[")?;
        let (code, message) = said.split_once("]: ")?;
        let mut parts = place.rsplitn(3, ':');
        let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let file = self.seen_from_folder(Path::new(parts.next()?));
        Some(Fault { file, place: (line, column), code: code.to_owned(), message: message.to_owned() })
    }

    fn seen_from_folder(&self, file: &Path) -> String {
        let mut whole = PathBuf::new();
        for part in self.directory().join(file).components() {
            match part {
                Component::ParentDir => drop(whole.pop()),
                Component::CurDir => {}
                other => whole.push(other),
            }
        }
        whole.strip_prefix(&self.folder).map_or(whole.clone(), Path::to_owned).display().to_string()
    }

    /// Every YAML file of the project, and JSON that stands for it.
    pub fn files(&self) -> Vec<PathBuf> {
        let ends = |file: &PathBuf| file.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json");
        let ours = ["case.yaml", "expect.json"].map(|file| self.folder.join(file));
        let mut all: Vec<_> = files_below(&self.folder).into_iter().filter(ends).collect();
        all.retain(|file| !ours.contains(file));
        all
    }
}

/// A text without the path of a case's folder, nor of those above it.
pub fn plain(folder: &Path, text: &str) -> String {
    let above = folder.ancestors().take_while(|one| *one != root()).enumerate();
    above.fold(text.to_owned(), |text, (depth, one)| {
        text.replace(&one.display().to_string(), &format!("FOLDER{}", "/..".repeat(depth)))
    })
}

/// The folders in a folder, by name.
pub fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
    let mut all: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    all.sort();
    assert!(!all.is_empty(), "no folders in {}", parent.display());
    all
}

/// The files in a folder and those in it, by path; links to folders are not followed.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut all: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    all.sort();
    let open = |path: PathBuf| match path {
        path if path.is_dir() && !path.is_symlink() => files_below(&path),
        path => vec![path],
    };
    all.into_iter().flat_map(open).filter(|path| path.is_file()).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().expect("it has a name").to_string_lossy().into_owned()
}
