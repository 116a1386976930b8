//! The three kinds of text that the engine runs over: bytes (and Latin-1 strings), 16-bit and
//! 32-bit code points. A unit is a whole character, so positions are plain indices and nothing
//! is ever decoded. The trait also carries the scans that decide the speed of a search; bytes go
//! to `memchr`, the wider kinds compare sixteen units at a time in a form the compiler turns into
//! vector instructions.

use memchr::memmem;

/// A character of the text: `u8`, `u16` or `u32`.
pub trait Unit: Copy + Eq + Send + Sync + 'static + sealed::Sealed {
    /// The code point (or byte value).
    fn code(self) -> u32;

    /// The index of the first unit equal to `code`.
    fn find(text: &[Self], code: u32) -> Option<usize>;

    /// The index of the last unit equal to `code`.
    fn rfind(text: &[Self], code: u32) -> Option<usize>;

    /// The index of the first unit that is one of `codes` (two or three byte values).
    fn find_among(text: &[Self], codes: &[u8]) -> Option<usize>;

    /// The index at which `needle` occurs first.
    fn find_sequence(text: &[Self], needle: &Needle) -> Option<usize>;
}

mod sealed {
    /// Closes [`super::Unit`]: the engine's tables assume these three widths.
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
}

/// A literal to look for, prepared for every width.
#[derive(Debug)]
pub struct Needle {
    /// Never empty.
    codes: Box<[u32]>,
    /// Present if every code is a byte.
    bytes: Option<memmem::Finder<'static>>,
}

impl Needle {
    /// Prepares a literal of at least one unit.
    pub(crate) fn new(codes: &[u32]) -> Option<Needle> {
        if codes.is_empty() {
            return None;
        }
        let bytes: Option<Vec<u8>> = codes.iter().map(|&c| u8::try_from(c).ok()).collect();
        let bytes = bytes.map(|b| memmem::Finder::new(&b).into_owned());
        Some(Needle { codes: codes.into(), bytes })
    }

    /// The literal's length in units.
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }
}

/// Whether `text` starts with `codes`.
#[inline(always)]
pub(crate) fn starts_with<U: Unit>(text: &[U], codes: &[u32]) -> bool {
    match text.get(..codes.len()) {
        Some(head) => head.iter().zip(codes).all(|(u, &c)| u.code() == c),
        None => false,
    }
}

impl Unit for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        u32::from(self)
    }

    #[inline]
    fn find(text: &[u8], code: u32) -> Option<usize> {
        memchr::memchr(u8::try_from(code).ok()?, text)
    }

    #[inline]
    fn rfind(text: &[u8], code: u32) -> Option<usize> {
        memchr::memrchr(u8::try_from(code).ok()?, text)
    }

    #[inline]
    fn find_among(text: &[u8], codes: &[u8]) -> Option<usize> {
        match *codes {
            [a] => memchr::memchr(a, text),
            [a, b] => memchr::memchr2(a, b, text),
            [a, b, c] => memchr::memchr3(a, b, c, text),
            _ => text.iter().position(|u| codes.contains(u)),
        }
    }

    #[inline]
    fn find_sequence(text: &[u8], needle: &Needle) -> Option<usize> {
        needle.bytes.as_ref()?.find(text)
    }
}

/// Units compared at a time in the wide kinds' scans.
const LANES: usize = 16;

/// The first index at which `hit` holds, testing whole blocks without an early exit.
#[inline(always)]
fn scan<U: Copy>(text: &[U], hit: impl Fn(U) -> bool) -> Option<usize> {
    let mut base = 0;
    for block in text.chunks(LANES) {
        if block.iter().fold(false, |any, &u| any | hit(u))
            && let Some(i) = block.iter().position(|&u| hit(u))
        {
            return Some(base + i);
        }
        base += block.len();
    }
    None
}

/// The last index at which `hit` holds.
#[inline(always)]
fn rscan<U: Copy>(text: &[U], hit: impl Fn(U) -> bool) -> Option<usize> {
    let mut end = text.len();
    for block in text.rchunks(LANES) {
        end -= block.len();
        if block.iter().fold(false, |any, &u| any | hit(u))
            && let Some(i) = block.iter().rposition(|&u| hit(u))
        {
            return Some(end + i);
        }
    }
    None
}

/// Finds a literal by its first unit.
#[inline(always)]
fn find_by_head<U: Unit>(text: &[U], needle: &Needle) -> Option<usize> {
    let (&head, tail) = needle.codes.split_first()?;
    let last = text.len().checked_sub(needle.codes.len())?;
    let mut at = 0;
    while at <= last {
        at += U::find(&text[at..=last], head)?;
        if starts_with(&text[at + 1..], tail) {
            return Some(at);
        }
        at += 1;
    }
    None
}

macro_rules! wide_unit {
    ($unit:ty) => {
        impl Unit for $unit {
            #[inline(always)]
            fn code(self) -> u32 {
                u32::from(self)
            }

            #[inline]
            fn find(text: &[$unit], code: u32) -> Option<usize> {
                let code = <$unit>::try_from(code).ok()?;
                scan(text, |u| u == code)
            }

            #[inline]
            fn rfind(text: &[$unit], code: u32) -> Option<usize> {
                let code = <$unit>::try_from(code).ok()?;
                rscan(text, |u| u == code)
            }

            #[inline]
            fn find_among(text: &[$unit], codes: &[u8]) -> Option<usize> {
                match *codes {
                    [a] => scan(text, |u| u == <$unit>::from(a)),
                    [a, b] => scan(text, |u| u == <$unit>::from(a) || u == <$unit>::from(b)),
                    [a, b, c] => scan(text, |u| {
                        u == <$unit>::from(a) || u == <$unit>::from(b) || u == <$unit>::from(c)
                    }),
                    _ => text.iter().position(|&u| codes.iter().any(|&c| u == <$unit>::from(c))),
                }
            }

            #[inline]
            fn find_sequence(text: &[$unit], needle: &Needle) -> Option<usize> {
                find_by_head(text, needle)
            }
        }
    };
}

wide_unit!(u16);
wide_unit!(u32);
