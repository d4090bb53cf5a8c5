//! [`Ignore`]: Docker's rules for files that are left out of a build context, a sync or a conversion.
//!
//! Pure: it sees texts and paths, never a file. The last rule that matches a path, or a folder above it, decides.

/// The rules of one `.dockerignore`, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// Whether it takes back what an earlier rule leaves out: `!keep`.
    keeps: bool,
    /// The pattern, cleaned, without `!`.
    text: String,
    tokens: Vec<Token>,
    /// The most letters in a row that it asks for: what does not have them does not match, which is most of what is asked.
    needle: String,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// This letter.
    Letter(char),
    /// `?`: any letter but `/`.
    One,
    /// `*`: any letters but `/`.
    Some,
    /// `**` before something: any number of folders, none included.
    Folders,
    /// `**` at the end: anything.
    Rest,
    /// `[a-c]`, or `[^a-c]`: a letter of these ranges, or none of them.
    Class { outside: bool, ranges: Vec<(char, char)> },
}

impl Ignore {
    /// Reads the text of a `.dockerignore`. Every text is one: what is odd matches nothing.
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self::new(text.lines().filter(|line| !line.starts_with('#')))
    }

    /// Takes patterns as they are, such as those of an `ignore:` list.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        Self { rules: patterns.into_iter().filter_map(Rule::read).collect() }
    }

    /// Adds a path that is kept whatever the rules say.
    pub fn keep(&mut self, path: &str) {
        let tokens = path.chars().map(Token::Letter).collect();
        self.rules.push(Rule { keeps: true, text: path.to_owned(), tokens, needle: path.to_owned() });
    }

    /// Whether a path, relative to the folder of the rules and with `/` between its parts, is left out.
    pub fn ignores(&self, path: &str) -> bool {
        let mut ignored = false;
        for rule in &self.rules {
            // Only a rule that would change the answer is looked at.
            if rule.keeps == ignored && rule.matches_in(path) {
                ignored = !rule.keeps;
            }
        }
        ignored
    }

    /// Whether a folder that is left out may hold something that a `!` rule keeps, so that it must be entered.
    pub fn keeps_something_in(&self, folder: &str) -> bool {
        let begins =
            |text: &str| text.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.rules.iter().any(|rule| rule.keeps && begins(&rule.text))
    }
}

impl Rule {
    fn read(line: &str) -> Option<Self> {
        let line = line.trim();
        let (keeps, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let text = cleaned(pattern)?;
        let tokens = tokens(&text);
        let needle = needle(&tokens);
        Some(Self { keeps, text, tokens, needle })
    }

    /// Whether it matches a path or a folder above it.
    fn matches_in(&self, path: &str) -> bool {
        let above = || path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        path.contains(&self.needle) && (self.matches(path) || above().any(|folder| self.matches(folder)))
    }

    /// Follows all ways through the pattern at once: after each token, the places that the text may be read up to.
    fn matches(&self, path: &str) -> bool {
        let letters: Vec<char> = path.chars().collect();
        let mut places = vec![0];
        for token in &self.tokens {
            let mut next: Vec<usize> = places.iter().flat_map(|&place| token.reach(&letters, place)).collect();
            next.sort_unstable();
            next.dedup();
            places = next;
        }
        places.contains(&letters.len())
    }
}

impl Token {
    /// The places up to which this token may read the text from a place on.
    fn reach(&self, letters: &[char], from: usize) -> Vec<usize> {
        let rest = letters.get(from..).unwrap_or_default();
        let one = |fits: bool| if fits { vec![from + 1] } else { Vec::new() };
        match self {
            Self::Letter(letter) => one(rest.first() == Some(letter)),
            Self::One => one(rest.first().is_some_and(|&letter| letter != '/')),
            Self::Class { outside, ranges } => one(rest
                .first()
                .is_some_and(|letter| ranges.iter().any(|(first, last)| (first..=last).contains(&letter)) != *outside)),
            Self::Some => {
                let length = rest.iter().take_while(|&&letter| letter != '/').count();
                (from..=from + length).collect()
            }
            Self::Folders => {
                let ends = rest.iter().enumerate().filter(|(_, letter)| **letter == '/').map(|(at, _)| from + at + 1);
                std::iter::once(from).chain(ends).collect()
            }
            Self::Rest => vec![letters.len()],
        }
    }
}

/// A pattern without `.` and `..`, without `/` around it; nothing when nothing is left.
fn cleaned(pattern: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        tokens.push(match letter {
            '*' if letters.next_if_eq(&'*').is_some() => {
                letters.next_if_eq(&'/');
                if letters.peek().is_some() { Token::Folders } else { Token::Rest }
            }
            '*' => Token::Some,
            '?' => Token::One,
            '[' => class(&mut letters),
            '\\' => Token::Letter(letters.next().unwrap_or('\\')),
            letter => Token::Letter(letter),
        });
    }
    tokens
}

/// The longest run of letters.
fn needle(tokens: &[Token]) -> String {
    let runs = tokens.split(|token| !matches!(token, Token::Letter(_)));
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default().iter();
    longest.filter_map(|token| if let Token::Letter(letter) = token { Some(*letter) } else { None }).collect()
}

fn class(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Token {
    let outside = letters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while let Some(letter) = letters.next() {
        let first = match letter {
            ']' => break,
            '\\' => letters.next().unwrap_or('\\'),
            letter => letter,
        };
        let is_range = letters.next_if_eq(&'-').is_some();
        let last = if is_range { letters.next_if(|&letter| letter != ']') } else { None };
        ranges.push((first, last.unwrap_or(first)));
        if is_range && last.is_none() {
            ranges.push(('-', '-'));
        }
    }
    Token::Class { outside, ranges }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ignores(rules: &str, path: &str) -> bool {
        Ignore::parse(rules).ignores(path)
    }

    #[test]
    fn a_pattern_matches_from_the_root_and_everything_below() {
        for (rule, path, ignored) in [
            ("node_modules", "node_modules/a/b.js", true),
            ("node_modules", "app/node_modules/a.js", false),
            ("/build/", "build/x", true),
            ("./a/../b", "b", true),
            ("*.md", "README.md", true),
            ("*.md", "docs/README.md", false),
            ("*/temp*", "a/temporary.txt", true),
            ("*/temp*", "a/b/temporary.txt", false),
            ("temp?", "tempa", true),
            ("temp?", "temp", false),
            ("*", "a/b", true),
        ] {
            assert_eq!(ignores(rule, path), ignored, "{rule} on {path}");
        }
    }

    #[test]
    fn two_stars_are_any_number_of_folders() {
        for (rule, path, ignored) in [
            ("**/*.log", "a.log", true),
            ("**/*.log", "a/b/c.log", true),
            ("a/**/z", "a/z", true),
            ("a/**/z", "a/b/c/z", true),
            ("a/**", "a/b", true),
            ("**", "anything/at/all", true),
            ("**/__pycache__", "x/__pycache__/y.pyc", true),
        ] {
            assert_eq!(ignores(rule, path), ignored, "{rule} on {path}");
        }
    }

    #[test]
    fn the_last_rule_that_matches_decides() {
        let rules = "*.md\n!README*.md\nREADME-secret.md\n";
        assert!(ignores(rules, "a.md"));
        assert!(!ignores(rules, "README.md"));
        assert!(ignores(rules, "README-secret.md"));
        assert!(!ignores("a\n! a/keep", "a/keep"));
    }

    #[test]
    fn comments_and_blanks_are_no_rules() {
        assert_eq!(Ignore::parse("# all\n\n   \n#*\n"), Ignore::default());
        assert!(ignores("  a  \n", "a"));
        assert!(ignores("\u{feff}a", "a"));
    }

    #[test]
    fn classes_and_escapes_are_known() {
        assert!(ignores("[a-c]x", "bx") && !ignores("[a-c]x", "dx"));
        assert!(ignores("[^a]x", "dx") && !ignores("[^a]x", "ax"));
        assert!(ignores("[a-]", "-") && ignores("a\\*", "a*") && !ignores("a\\*", "ab"));
    }

    #[test]
    fn what_must_be_sent_is_kept() {
        let mut ignore = Ignore::parse("*");
        ignore.keep("deploy/Dockerfile");
        assert!(!ignore.ignores("deploy/Dockerfile"));
        assert!(ignore.keeps_something_in("deploy") && !ignore.keeps_something_in("src"));
    }

    proptest! {
        #[test]
        fn no_text_panics(rules in "\\PC*", path in "[a-c/.*]{0,12}") {
            let _ = Ignore::parse(&rules).ignores(&path);
        }

        #[test]
        fn what_is_in_an_ignored_folder_is_ignored(folder in "[a-z]{1,5}", file in "[a-z]{1,5}(/[a-z]{1,3}){0,3}") {
            let path = format!("{folder}/{file}");
            prop_assert!(ignores(&folder, &path));
        }
    }
}
