//! [`Quantity`]: an amount of something, such as `500m`, `1.5Gi` or `1e3`.
//!
//! Read as a cluster reads it: exact, with what is finer than a billionth rounded up.

use std::str::FromStr;

/// An amount, in billionths; what is beyond what a cluster counts is as much as it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

/// What is no amount.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a quantity")]
pub struct Malformed(String);

/// Digits of the whole part that still count; more are beyond what a cluster counts.
const WHOLE: usize = 20;
/// Digits of the fraction that are kept.
const FRACTION: usize = 15;

impl Quantity {
    /// The amount in billionths.
    pub fn billionths(self) -> i128 {
        self.0
    }

    /// Whether it counts whole things.
    pub fn is_whole(self) -> bool {
        self.0 % 1_000_000_000 == 0
    }
}

impl FromStr for Quantity {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        read(text).map(Self).ok_or_else(|| Malformed(text.to_owned()))
    }
}

fn read(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|one: char| !one.is_ascii_digit() && one != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit = unit(suffix)?;
    let amount = amount(whole.trim_start_matches('0'), fraction.trim_end_matches('0'), unit);
    Some(if text.starts_with('-') { -amount } else { amount })
}

/// What a suffix multiplies by: a power of two and a power of ten.
fn unit(suffix: &str) -> Option<(u32, i64)> {
    let decimal = |power| Some((0, power));
    match suffix {
        "" => decimal(0),
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => Some((10, 0)),
        "Mi" => Some((20, 0)),
        "Gi" => Some((30, 0)),
        "Ti" => Some((40, 0)),
        "Pi" => Some((50, 0)),
        "Ei" => Some((60, 0)),
        _ => decimal(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    }
}

/// The amount in billionths, rounded up, of a number without needless zeros and its unit.
fn amount(whole: &str, fraction: &str, (two, ten): (u32, i64)) -> i128 {
    if whole.len() > WHOLE {
        return i128::MAX;
    }
    let kept = fraction.get(..FRACTION).unwrap_or(fraction);
    let digits = format!("{whole}{kept}").parse().unwrap_or(0_i128) + i128::from(kept.len() < fraction.len());
    let places = i64::try_from(kept.len()).unwrap_or_default();
    let power = ten.saturating_add(9 - places);
    let scaled = digits.checked_mul(1 << two);
    let ten = |power: i64| u32::try_from(power).ok().and_then(|power| 10_i128.checked_pow(power));
    match (digits, power) {
        (0, _) => 0,
        (_, 0..) => scaled.zip(ten(power)).and_then(|(one, other)| one.checked_mul(other)).unwrap_or(i128::MAX),
        (_, _) => {
            let divisor = power.checked_neg().and_then(ten).unwrap_or(i128::MAX);
            scaled.map_or(i128::MAX, |scaled| scaled / divisor + i128::from(scaled % divisor != 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> i128 {
        text.parse::<Quantity>().expect("a quantity").billionths()
    }

    #[test]
    fn every_suffix_is_known() {
        let one = 1_000_000_000;
        let cases = [("1", one), ("500m", one / 2), ("1u", 1000), ("1n", 1), ("0.1n", 1), ("2k", 2000 * one)];
        let more = [("1.5Gi", 1536 * 1024 * 1024 * one), ("1e3", 1000 * one), ("1E-3", one / 1000), ("1E", of("1e18"))];
        for (text, amount) in cases.into_iter().chain(more) {
            assert_eq!(of(text), amount, "{text}");
        }
        assert_eq!((of("+.5"), of("-1."), of("1Ki"), of("1M")), (one / 2, -one, 1024 * one, 1_000_000 * one));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", ".", "256MB", "1 Gi", "1K", "Mi", "1.2.3", "1e", "0x10", "1mi", "--1", "٣", "1GiB", "1e1.5"] {
            assert_eq!(text.parse::<Quantity>(), Err(Malformed(text.to_owned())));
        }
    }

    #[test]
    fn what_cannot_be_counted_is_the_most() {
        assert_eq!((of("1e400"), of(&"9".repeat(1000)), of("-1e400")), (i128::MAX, i128::MAX, -i128::MAX));
        assert_eq!((of("0e400"), of("1e-400"), of("1e9223372036854775807")), (0, 1, i128::MAX));
        assert_eq!(of("1e-9223372036854775808"), 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}", number in "[-+]?[0-9.]{0,50}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,30}") {
            let _ = (text.parse::<Quantity>(), number.parse::<Quantity>());
        }

        #[test]
        fn a_thousandth_of_a_thousand_is_the_same(number in 0_i64..1_000_000_000) {
            prop_assert_eq!(of(&format!("{number}000m")), of(&number.to_string()));
            prop_assert_eq!(of(&format!("{number}Ki")), of(&(number * 1024).to_string()));
            prop_assert_eq!(of(&format!("{number}e3")), of(&format!("{number}k")));
            prop_assert_eq!(of(&format!("-{number}")), -of(&number.to_string()));
        }

        #[test]
        fn order_is_that_of_the_numbers(one in 0_u32.., other in 0_u32..) {
            let quantity = |number: u32| format!("{number}m").parse::<Quantity>().expect("a quantity");
            prop_assert_eq!(quantity(one).cmp(&quantity(other)), one.cmp(&other));
        }
    }
}
