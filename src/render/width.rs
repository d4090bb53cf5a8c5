//! How many columns text takes on a terminal, and text made to fit. Nothing here knows escape sequences: colour last.

/// The columns of a text.
pub fn columns(text: &str) -> usize {
    text.chars().map(letter_columns).sum()
}

/// The columns of one character: 0 for marks that combine, 2 for East Asian wide characters and emoji.
pub fn letter_columns(letter: char) -> usize {
    match u32::from(letter) {
        0..0x20 | 0x7f..0xa0 | 0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f | 0x20d0..=0x20ff => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text and blanks behind it up to a width.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The text, or its beginning and `…` when it is wider than that.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut taken = 0;
    let kept = text.chars().take_while(|letter| {
        taken += letter_columns(*letter);
        taken < width
    });
    let mut kept: String = kept.collect();
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// The text on one line, with no character that a terminal obeys: tabs become blanks, other controls `·`, and so do marks
/// that turn the direction of what follows.
pub fn tame(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.trim_end().chars() {
        match letter {
            '\t' => out.push_str("    "),
            letter if is_obeyed(letter) => out.push('·'),
            letter => out.push(letter),
        }
    }
    out
}

fn is_obeyed(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || letter.is_control() || matches!(letter, '\u{2028}'..='\u{2029}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((columns("é"), columns("日本"), columns("e\u{301}")), (1, 4, 1));
        assert_eq!(pad("日", 4), "日  ");
    }

    #[test]
    fn a_cut_text_says_so_and_fits() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn a_terminal_finds_nothing_to_obey() {
        assert_eq!(tame("\ta\u{1b}[31mb\r\n"), "    a·[31mb");
        assert_eq!(tame("\u{202e}a\u{2066}b\u{9b}2J\u{2028}c"), "·a·b·2J·c");
    }
}
