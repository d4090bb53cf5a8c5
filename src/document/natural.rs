//! [`Natural`]: the order that people expect of names, `a2` before `a10`, as `docker compose config` prints them.

/// A text by which names are sorted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Natural(Vec<Part>);

/// A letter, or the digits of a number. The rank tells the kinds apart: behind a number letters come first, else last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    rank: u8,
    letter: char,
    /// Length and digits of the number, without zeros in front: numbers of any size compare.
    number: (usize, Box<str>),
    /// With the zeros.
    length: usize,
}

impl Natural {
    /// The place of a name.
    pub fn of(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut is_after_number = false;
        while let Some(letter) = rest.chars().next() {
            let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            let (head, tail) = rest.split_at(if digits > 0 { digits } else { letter.len_utf8() });
            parts.push(if digits > 0 { Part::number(head) } else { Part::letter(letter, is_after_number) });
            is_after_number = digits > 0;
            rest = tail;
        }
        Self(parts)
    }
}

impl Part {
    fn number(digits: &str) -> Self {
        let short = digits.trim_start_matches('0');
        Self { rank: 2, letter: '0', number: (short.len(), short.into()), length: digits.len() }
    }

    fn letter(letter: char, is_after_number: bool) -> Self {
        let rank = match (letter.is_alphabetic(), is_after_number) {
            (true, true) => 0,
            (false, _) => 1,
            (true, false) => 3,
        };
        Self { rank, letter, number: (0, "".into()), length: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_compose() {
        let sorted =
            ["1", "2", "10", "B", "Z", "a", "a-b", "a.b", "a_b", "a1b", "a1-", "a2", "a02", "a10", "ab", "b2", "b10"];
        let mut names = sorted;
        names.reverse();
        names.sort_by_key(|name| Natural::of(name));
        assert_eq!(names, sorted);
    }
}
