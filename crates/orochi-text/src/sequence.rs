//! Strings as sequences: concatenation, joining, repetition, slices, with narrowing.
//!
//! Joining knows the kind of its result before it starts, and is written straight into a buffer
//! of that kind. A slice of a wide string may be narrower than the string it was cut from.

use std::ops::Range;

use crate::error::TextError;
use crate::text::{Kind, Text};
use crate::{OwnedText, TextBuf};

use crate::search::LONGEST;

/// Two strings, one after the other.
pub fn concat(left: Text<'_>, right: Text<'_>) -> OwnedText {
    if let (Text::One(left), Text::One(right)) = (left, right) {
        return OwnedText::from_latin1([left, right].concat());
    }
    let mut buffer = TextBuf::with_kind(left.kind().max(right.kind()), left.len() + right.len());
    buffer.push_text(left);
    buffer.push_text(right);
    buffer.finish()
}

/// `separator.join(parts)`
pub fn join<'a>(
    separator: Text<'_>,
    parts: impl Iterator<Item = Text<'a>> + Clone,
) -> Result<OwnedText, TextError> {
    let mut total = 0usize;
    let mut kind = separator.kind();
    let mut count = 0usize;
    for part in parts.clone() {
        total = total.saturating_add(part.len());
        kind = kind.max(part.kind());
        count += 1;
    }
    total = total.saturating_add(separator.len().saturating_mul(count.saturating_sub(1)));
    if total > LONGEST {
        return Err(TextError::overflow("join() result is too long for a Python string"));
    }
    if kind == Kind::One {
        // The widest kind is one byte.
        fn latin1(text: Text<'_>) -> &[u8] {
            if let Text::One(units) = text { units } else { &[] }
        }
        return join_bytes(latin1(separator), parts.map(latin1)).map(OwnedText::from_latin1);
    }
    let separator_bound = separator.max_bound();
    let mut buffer = TextBuf::try_with_kind(kind, total)?;
    for (index, part) in parts.enumerate() {
        if index > 0 && !separator.is_empty() {
            buffer.push_bounded(separator, separator_bound);
        }
        buffer.push_text(part);
    }
    Ok(buffer.finish())
}

/// `separator.join(parts)` for bytes.
pub fn join_bytes<'a>(
    separator: &[u8],
    parts: impl Iterator<Item = &'a [u8]> + Clone,
) -> Result<Vec<u8>, TextError> {
    let mut total = 0usize;
    for part in parts.clone() {
        total = total.saturating_add(part.len()).saturating_add(separator.len());
    }
    let mut result = Vec::new();
    result
        .try_reserve_exact(total)
        .map_err(|_| TextError::overflow("join() result is too long for bytes"))?;
    for (index, part) in parts.enumerate() {
        if index > 0 {
            result.extend_from_slice(separator);
        }
        result.extend_from_slice(part);
    }
    Ok(result)
}

/// `text * times`
pub fn repeat(text: Text<'_>, times: usize) -> Result<OwnedText, TextError> {
    let total = text.len().saturating_mul(times);
    if total > LONGEST {
        return Err(TextError::overflow("repeated string is too long"));
    }
    if total == 0 {
        return Ok(Text::EMPTY.to_owned());
    }
    Ok(match text {
        Text::One(units) => {
            OwnedText::One { units: repeated(units, times)?, ascii: text.is_ascii() }
        }
        Text::Two(units) => OwnedText::Two(repeated(units, times)?),
        Text::Four(units) => OwnedText::Four(repeated(units, times)?),
    })
}

/// `bytes * times`
pub fn repeat_bytes(bytes: &[u8], times: usize) -> Result<Vec<u8>, TextError> {
    repeated(bytes, times)
}

fn repeated<T: Copy>(units: &[T], times: usize) -> Result<Vec<T>, TextError> {
    let total = units.len().checked_mul(times).ok_or_else(TextError::memory)?;
    let mut result: Vec<T> = Vec::new();
    result.try_reserve_exact(total).map_err(|_| TextError::memory())?;
    if let [unit] = units {
        result.resize(total, *unit);
        return Ok(result);
    }
    if total > 0 {
        result.extend_from_slice(units);
    }
    // Doubling: the copies are large whatever the size of the original.
    while result.len() < total {
        let more = result.len().min(total - result.len());
        result.extend_from_within(..more);
    }
    Ok(result)
}

/// The part in `range`, in its narrowest kind.
pub fn slice(text: Text<'_>, range: Range<usize>) -> OwnedText {
    text.slice(range).to_owned()
}

/// `count` code points from `start` on, `step` apart (negative: backwards). Positions outside
/// the text are left out.
pub fn slice_step(text: Text<'_>, start: usize, step: isize, count: usize) -> OwnedText {
    let mut buffer = TextBuf::with_kind(text.kind(), count.min(text.len()));
    let mut at = Some(start);
    for _ in 0..count {
        let Some(code) = at.and_then(|at| text.get(at)) else { break };
        buffer.push(code);
        at = at.and_then(|at| at.checked_add_signed(step));
    }
    buffer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> OwnedText {
        OwnedText::from_str(text)
    }

    #[test]
    fn concatenation_and_narrowing() {
        for (a, b) in [("", ""), ("a", "é"), ("é", "\u{100}"), ("\u{1F600}", "a"), ("x", "yz")] {
            let whole = own(&format!("{a}{b}"));
            assert_eq!(concat(own(a).as_text(), own(b).as_text()), whole);
            let cut = slice(whole.as_text(), own(a).as_text().len()..usize::MAX);
            assert_eq!(cut, own(b));
            let parts = [own(a), own(b), own(a)];
            let joined = join(own(b).as_text(), parts.iter().map(OwnedText::as_text));
            assert_eq!(joined, Ok(own(&[a, b, a].join(b))));
        }
    }

    #[test]
    fn repetition() {
        for text in ["", "a", "ab", "é\u{100}", "\u{1F600}xyz"] {
            for times in [0, 1, 2, 3, 7, 100] {
                let expected = own(&text.repeat(times));
                let got = repeat(own(text).as_text(), times);
                assert_eq!(got.as_ref().map(|t| t.as_text().len()), Ok(expected.as_text().len()));
                assert!(crate::compare::equal(got.unwrap().as_text(), expected.as_text()));
            }
        }
        assert!(repeat(own("ab").as_text(), usize::MAX).is_err());
    }

    #[test]
    fn steps() {
        let text = own("abcdef");
        assert_eq!(slice_step(text.as_text(), 5, -2, 3), own("fdb"));
        assert_eq!(slice_step(text.as_text(), 1, 2, 3), own("bdf"));
        assert_eq!(slice_step(text.as_text(), 4, 2, 30), own("e"));
    }
}
