//! [`Attribute`]: a row of the table of the language, and the words it is written with.

/// One attribute: what a file may write there, and what the phases of a load do with it.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Its key; `*` for the items of a list and the values of a mapping with free keys.
    pub name: &'static str,
    /// One line for people, with unit and default.
    pub says: &'static str,
    /// What it accepts, any of these.
    pub kinds: &'static [Kind],
    /// How short spellings become the long one.
    pub shape: Shape,
    /// What happens when a later file says it again.
    pub merge: Merge,
    /// How a relative path becomes an absolute one.
    pub resolve: Resolve,
    /// Whether its short spelling stays until all files are merged.
    pub is_late: bool,
    /// Whether the mapping that it stands in is incomplete without it.
    pub is_required: bool,
    /// Whether an entry of the mapping or list may be there without a value.
    pub is_nullable: bool,
}

/// What a value may be. Null is no kind: a later file may leave a value out, so only the whole says whether it is there.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Whatever YAML can say.
    Any,
    /// A string.
    Text,
    /// A string that says how long, with its unit.
    Duration,
    /// A string that matches this regular expression, as the function says.
    Pattern(&'static str, fn(&str) -> bool),
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A whole number.
    Integer,
    /// A whole number from the first to the second.
    Range(i64, i64),
    /// A number, with or without a fraction.
    Number,
    /// `true` or `false`.
    Flag,
    /// A list of these.
    List(&'static Attribute),
    /// A mapping with free keys to these.
    Map(Keys, &'static Attribute),
    /// A mapping with known keys.
    Table(&'static Table),
}

/// Which free keys a mapping takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Any text.
    Any,
    /// Any text but none.
    Filled,
    /// Names of services, volumes and their kin: letters, digits, `.`, `_` and `-`.
    Names,
}

/// A mapping with known keys; nearly every such mapping also takes keys that begin with `x-`.
#[derive(Debug)]
pub struct Table {
    /// What it describes, as messages and the schema name it, such as `service`.
    pub what: &'static str,
    /// Its attributes, sorted by name.
    pub rows: &'static [Attribute],
    /// What becomes of other keys.
    pub others: Others,
}

/// What becomes of keys that a mapping does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They are faults.
    Refused,
    /// They are faults, and so are keys that begin with `x-`.
    Strict,
    /// Docker Compose ignores them, so they get a warning.
    Ignored,
}

/// How the short spellings of an attribute become the long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// There is one spelling.
    Same,
    /// A list of `key=value` becomes a map.
    Pairs(Bare),
    /// A list of names becomes a map from name to null.
    Names,
    /// A list of names becomes a map from name to a started dependency.
    Dependencies,
    /// A string becomes a list of one.
    One,
    /// A string becomes a list of one; empty strings say nothing.
    Filled,
    /// A string is split as a shell would.
    Words,
    /// A string becomes a line for the image's shell.
    Test,
    /// A string becomes the context.
    Build,
    /// `8080:80/tcp`.
    Ports,
    /// `./data:/data:ro`.
    Volumes,
    /// `/dev/a:/dev/b:rwm`.
    Devices,
    /// A string becomes the `source`.
    References,
    /// A string becomes a list of one `path`.
    EnvironmentFiles,
    /// `host:address` or a map become `host=address`.
    Hosts,
    /// `default` or `id=path` become a map.
    Keys,
    /// `all` becomes a list of one request.
    Gpus,
    /// `external: {name: x}` becomes a name and a boolean.
    Resource,
    /// Numbers in the list become text.
    Texts,
    /// A string becomes the `service`.
    Extends,
    /// A string becomes a `path`; one path becomes a list of one.
    Includes,
}

/// What a key without `=` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bare {
    /// Null: taken from the environment.
    Null,
    /// The empty text.
    Empty,
    /// A fault.
    Refused,
}

/// What happens when a later file says it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Maps merge, lists append, scalars replace, null changes nothing.
    Usual,
    /// The later value replaces the earlier one as a whole; null removes it.
    Replace,
    /// A map whose values are replaced, also by null.
    Pairs,
    /// Maps merge, scalars replace; a map also replaces a scalar.
    Widen,
    /// A list in which an item replaces the earlier one that has the same identity.
    Unique(Identity),
    /// A list in which an item must not occur twice.
    Distinct,
    /// Options of another driver are dropped.
    Driver,
    /// A list that appends to a list; one that was made of a word does not.
    Requests,
    /// A list whose items merge with the earlier one of the same subnet; earlier ones that are not named are dropped.
    Subnets,
}

/// What makes two items of a list the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The whole text.
    Text,
    /// The text in front of `=`.
    Key,
    /// Address, published port, target and protocol.
    Port,
    /// This field.
    Field(&'static str),
    /// `target`, or by default this prefix and `source`.
    Target(&'static str),
}

/// How a relative path becomes an absolute one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolve {
    /// It is no path of the host.
    No,
    /// A directory or the address of one elsewhere.
    Context,
    /// A file or directory of the host.
    File,
    /// A path of the engine's host, which may be a Windows machine.
    Host,
    /// A mount: its source, if it is a bind.
    Mount,
    /// A volume: its device, if the local driver binds it.
    Device,
    /// What is watched: a file or directory behind its symbolic links.
    Watched,
}

impl Attribute {
    /// An attribute that keeps its spelling, merges as usual and is no path.
    pub const fn new(name: &'static str, kinds: &'static [Kind], says: &'static str) -> Self {
        Self {
            name,
            says,
            kinds,
            shape: Shape::Same,
            merge: Merge::Usual,
            resolve: Resolve::No,
            is_late: false,
            is_required: false,
            is_nullable: false,
        }
    }

    /// The items of a list, or the values of a mapping with free keys.
    pub const fn each(kinds: &'static [Kind]) -> Self {
        Self::new("*", kinds, "")
    }

    /// The same with short spellings.
    pub const fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// The same with short spellings that stay until all files are merged.
    pub const fn late(mut self) -> Self {
        self.is_late = true;
        self
    }

    /// The same with another way to merge.
    pub const fn merged(mut self, merge: Merge) -> Self {
        self.merge = merge;
        self
    }

    /// The same as a path.
    pub const fn resolved(mut self, resolve: Resolve) -> Self {
        self.resolve = resolve;
        self
    }

    /// The same, and needed.
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The same, and it may be written without a value.
    pub const fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    /// What stands under a key of it, if it is a mapping of known or free keys.
    pub fn key(&self, key: &str) -> Option<&'static Self> {
        self.kinds.iter().find_map(|kind| match kind {
            Kind::Map(_, each) => Some(*each),
            Kind::Table(table) => table.row(key),
            _ => None,
        })
    }

    /// Its known keys, if it is a mapping of such.
    pub fn table(&self) -> Option<&'static Table> {
        self.kinds.iter().find_map(|kind| match kind {
            Kind::Table(table) => Some(*table),
            _ => None,
        })
    }

    /// What its items are, if it is a list.
    pub fn item(&self) -> Option<&'static Self> {
        self.kinds.iter().find_map(|kind| match kind {
            Kind::List(each) => Some(*each),
            _ => None,
        })
    }
}

impl Table {
    /// The attribute of this name.
    pub fn row(&self, name: &str) -> Option<&'static Attribute> {
        let index = self.rows.binary_search_by(|row| row.name.cmp(name)).ok()?;
        self.rows.get(index)
    }
}
