//! Equality and ordering by code points, across kinds.

use std::cmp::Ordering;

use crate::text::{Text, Unit};

/// Whether two strings have the same code points.
#[inline]
pub fn equal(left: Text<'_>, right: Text<'_>) -> bool {
    match (left, right) {
        (Text::One(a), Text::One(b)) => a == b,
        (Text::Two(a), Text::Two(b)) => a == b,
        (Text::Four(a), Text::Four(b)) => a == b,
        (Text::One(a), Text::Two(b)) => equal_mixed(a, b),
        (Text::One(a), Text::Four(b)) => equal_mixed(a, b),
        (Text::Two(a), Text::One(b)) => equal_mixed(a, b),
        (Text::Two(a), Text::Four(b)) => equal_mixed(a, b),
        (Text::Four(a), Text::One(b)) => equal_mixed(a, b),
        (Text::Four(a), Text::Two(b)) => equal_mixed(a, b),
    }
}

fn equal_mixed<A: Unit, B: Unit>(a: &[A], b: &[B]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.code() == y.code())
}

/// Order by code points, a prefix first.
pub fn order(left: Text<'_>, right: Text<'_>) -> Ordering {
    match (left, right) {
        (Text::One(a), Text::One(b)) => a.cmp(b),
        (Text::Two(a), Text::Two(b)) => a.cmp(b),
        (Text::Four(a), Text::Four(b)) => a.cmp(b),
        (Text::One(a), Text::Two(b)) => order_mixed(a, b),
        (Text::One(a), Text::Four(b)) => order_mixed(a, b),
        (Text::Two(a), Text::One(b)) => order_mixed(a, b),
        (Text::Two(a), Text::Four(b)) => order_mixed(a, b),
        (Text::Four(a), Text::One(b)) => order_mixed(a, b),
        (Text::Four(a), Text::Two(b)) => order_mixed(a, b),
    }
}

fn order_mixed<A: Unit, B: Unit>(a: &[A], b: &[B]) -> Ordering {
    for (x, y) in a.iter().zip(b) {
        match x.code().cmp(&y.code()) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    a.len().cmp(&b.len())
}

/// Whether a string equals an ASCII one, for names the runtime knows.
pub fn equal_ascii(text: Text<'_>, ascii: &str) -> bool {
    equal(text, Text::One(ascii.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OwnedText;

    #[test]
    fn across_kinds() {
        let strings =
            ["", "a", "ab", "b", "é", "éa", "\u{100}", "a\u{100}", "\u{1F600}", "\u{FFFF}"];
        for a in strings {
            for b in strings {
                let (x, y) = (OwnedText::from_str(a), OwnedText::from_str(b));
                let (x, y) = (x.as_text(), y.as_text());
                let wide: Vec<u32> = y.codes().collect();
                assert_eq!(order(x, y), a.chars().cmp(b.chars()), "{a:?} {b:?}");
                assert_eq!(order(x, Text::Four(&wide)), a.chars().cmp(b.chars()));
                assert_eq!(equal(x, y), a == b);
                assert_eq!(equal(x, Text::Four(&wide)), a == b);
            }
        }
    }
}
