//! [`Colours`]: whether text is coloured, and the few colours there are. Meaning never rests on a colour alone.

use anstyle::{AnsiColor, Style};

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// With escape sequences.
    On,
    /// Without.
    Off,
}

/// The order in which log prefixes take their colours; the second round is bold.
const ROTATION: [AnsiColor; 5] =
    [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Blue];

impl Colours {
    /// What went well.
    pub fn green(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// What failed.
    pub fn red(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    /// What deserves a look.
    pub fn yellow(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default(), text)
    }

    /// What is going on, and remedies.
    pub fn cyan(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    /// What stands back.
    pub fn dim(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// What stands out.
    pub fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// The colour of the nth of several equals.
    pub fn nth(self, index: usize, text: &str) -> String {
        let colour = ROTATION.get(index % ROTATION.len()).copied().unwrap_or(AnsiColor::Cyan);
        let style = colour.on_default();
        let bold = (index / ROTATION.len()) % 2 == 1;
        self.paint(if bold { style.bold() } else { style }, text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        match self {
            Self::On if !text.is_empty() => format!("{style}{text}{style:#}"),
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_text_is_untouched() {
        assert_eq!(Colours::Off.red("x"), "x");
        assert_eq!(Colours::On.red(""), "");
        assert_eq!(Colours::On.green("x"), "\u{1b}[32mx\u{1b}[0m");
    }

    #[test]
    fn the_second_round_of_log_colours_is_bold() {
        assert_eq!(Colours::On.nth(0, "a"), "\u{1b}[36ma\u{1b}[0m");
        assert_eq!(Colours::On.nth(5, "a"), "\u{1b}[1m\u{1b}[36ma\u{1b}[0m");
    }
}
