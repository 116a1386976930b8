//! Format strings: what they say about the bytes.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `x`: nothing.
    Padding,
    /// `c`: one byte, as bytes.
    Char,
    /// `?`
    Bool,
    /// Two's complement.
    Signed,
    /// Without a sign.
    Unsigned,
    /// `P`: an address.
    Pointer,
    /// `e`, `f`, `d`
    Real,
    /// `F`, `D`: two floats.
    Complex,
    /// `s`: bytes, cut or filled with zeros.
    Bytes,
    /// `p`: a length byte and bytes.
    Pascal,
}

/// A run of equal fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The character in the format.
    pub code: u8,
    /// What a field holds.
    pub kind: Kind,
    /// Where the first field begins.
    pub offset: usize,
    /// Bytes a field.
    pub size: usize,
    /// How many fields there are.
    pub count: usize,
}

/// A parsed format.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// Fields that have values.
    pub runs: Vec<Run>,
    /// Bytes altogether.
    pub size: usize,
    /// Values altogether.
    pub values: usize,
    /// Whether the most significant byte comes first.
    pub big: bool,
    /// Whether sizes and alignment are the machine's own.
    pub native: bool,
}

/// What is wrong with a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A character that means nothing.
    Character,
    /// The character 0.
    Null,
    /// A number at the end.
    Count,
    /// More bytes than can be addressed.
    TooLong,
}

impl Wrong {
    /// The message.
    pub fn message(self) -> &'static str {
        match self {
            Wrong::Character => "bad char in struct format",
            Wrong::Null => "embedded null character",
            Wrong::Count => "repeat count given without format specifier",
            Wrong::TooLong => "total struct size too long",
        }
    }
}

/// Kind, size and alignment of a character.
fn describe(code: u8, native: bool) -> Option<(Kind, usize, usize)> {
    let (kind, size) = match code {
        b'x' => (Kind::Padding, 1),
        b'c' => (Kind::Char, 1),
        b's' => (Kind::Bytes, 1),
        b'p' => (Kind::Pascal, 1),
        b'?' => (Kind::Bool, 1),
        b'b' => (Kind::Signed, 1),
        b'B' => (Kind::Unsigned, 1),
        b'h' => (Kind::Signed, 2),
        b'H' => (Kind::Unsigned, 2),
        b'i' => (Kind::Signed, 4),
        b'I' => (Kind::Unsigned, 4),
        b'l' => (Kind::Signed, if native { 8 } else { 4 }),
        b'L' => (Kind::Unsigned, if native { 8 } else { 4 }),
        b'q' => (Kind::Signed, 8),
        b'Q' => (Kind::Unsigned, 8),
        b'n' if native => (Kind::Signed, 8),
        b'N' if native => (Kind::Unsigned, 8),
        b'P' if native => (Kind::Pointer, 8),
        b'e' => (Kind::Real, 2),
        b'f' => (Kind::Real, 4),
        b'd' => (Kind::Real, 8),
        b'F' => (Kind::Complex, 8),
        b'D' => (Kind::Complex, 16),
        _ => return None,
    };
    let alignment = match kind {
        _ if !native => 1,
        Kind::Complex => size / 2,
        _ => size,
    };
    Some((kind, size, alignment))
}

impl Layout {
    /// Reads a format.
    pub fn parse(format: &[u8]) -> Result<Layout, Wrong> {
        if format.contains(&0) {
            return Err(Wrong::Null);
        }
        let (native, big, mut rest) = match format {
            [b'@', rest @ ..] => (true, false, rest),
            [b'=' | b'<', rest @ ..] => (false, false, rest),
            [b'>' | b'!', rest @ ..] => (false, true, rest),
            rest => (true, false, rest),
        };
        let mut layout = Layout { runs: Vec::new(), size: 0, values: 0, big, native };
        loop {
            while let [space, after @ ..] = rest {
                if !(space.is_ascii_whitespace() || *space == 0x0b) {
                    break;
                }
                rest = after;
            }
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let mut count = 1usize;
            if digits > 0 {
                let mut text = rest[..digits].iter().map(|&digit| usize::from(digit - b'0'));
                count = text
                    .try_fold(0usize, |n, digit| n.checked_mul(10)?.checked_add(digit))
                    .filter(|&n| n <= isize::MAX as usize)
                    .ok_or(Wrong::TooLong)?;
                rest = &rest[digits..];
            }
            let [code, after @ ..] = rest else {
                return if digits > 0 { Err(Wrong::Count) } else { Ok(layout) };
            };
            rest = after;
            layout.add(*code, count)?;
        }
    }

    fn add(&mut self, code: u8, count: usize) -> Result<(), Wrong> {
        let (kind, size, alignment) = describe(code, self.native).ok_or(Wrong::Character)?;
        let offset = self.size.checked_next_multiple_of(alignment).ok_or(Wrong::TooLong)?;
        let bytes = size.checked_mul(count).ok_or(Wrong::TooLong)?;
        let end = offset.checked_add(bytes).filter(|&end| end <= isize::MAX as usize);
        self.size = end.ok_or(Wrong::TooLong)?;
        let (size, count) = match kind {
            Kind::Padding => return Ok(()),
            Kind::Bytes | Kind::Pascal => (count, 1),
            _ => (size, count),
        };
        if count > 0 {
            self.values += count;
            self.runs.push(Run { code, kind, offset, size, count });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Wrong};

    #[test]
    fn sizes() {
        for (format, size, values) in [
            ("", 0, 0),
            ("i", 4, 1),
            ("ib", 5, 2),
            ("bi", 8, 2),
            ("=bi", 5, 2),
            ("ib0i", 8, 2),
            (" 3b 2h", 8, 5),
            ("10s3p", 13, 2),
            ("0s", 0, 1),
            ("xxi", 8, 1),
            ("<l", 4, 1),
            ("l", 8, 1),
            ("bD", 24, 2),
        ] {
            let layout = Layout::parse(format.as_bytes()).unwrap();
            assert_eq!((layout.size, layout.values), (size, values), "{format}");
        }
        assert_eq!(Layout::parse(b"z"), Err(Wrong::Character));
        assert_eq!(Layout::parse(b"<n"), Err(Wrong::Character));
        assert_eq!(Layout::parse(b"3"), Err(Wrong::Count));
        assert_eq!(Layout::parse(b"9999999999999999999i"), Err(Wrong::TooLong));
    }
}
