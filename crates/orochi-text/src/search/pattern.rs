//! A prepared needle.
//!
//! Single units and byte strings go to `memchr`, which scans with vector instructions and never
//! takes more than linear time. Two- and four-byte units use our own code: needles of a few
//! units are compared at each candidate for their first unit (a bounded factor), longer ones
//! use the two-way algorithm of Crochemore and Perrin ("Two-way string-matching", 1991), helped
//! by a table of shifts keyed by the low bits of the unit under the needle's end, so that text
//! unlike the needle is skipped in large steps. Searching backwards is searching forwards in
//! mirrored views of both.

use memchr::memmem;

use crate::text::Unit;

/// Needles up to this length are compared directly: at most so many comparisons a position.
const DIRECT: usize = 6;

/// Haystacks up to this length are searched directly: a bounded amount of work.
const BRIEF: usize = 96;

/// A needle, ready to be found.
pub enum Pattern<'n, U: Unit> {
    /// Found everywhere.
    Empty,
    /// One unit.
    Single(U),
    /// A byte string; the searchers for both directions are made when first used.
    Bytes(BytePattern<'n>),
    /// A few wide units.
    Short(&'n [U]),
    /// Many wide units.
    Long(&'n [U]),
}

/// The searchers of a byte needle.
pub struct BytePattern<'n> {
    needle: &'n [u8],
    forward: Option<Box<memmem::Finder<'n>>>,
}

impl<'n, U: Unit> Pattern<'n, U> {
    /// Prepares `needle`.
    pub fn new(needle: &'n [U]) -> Pattern<'n, U> {
        match needle {
            [] => Pattern::Empty,
            [unit] => Pattern::Single(*unit),
            _ => {
                if let Ok(bytes) = bytemuck::try_cast_slice::<U, u8>(needle)
                    && size_of::<U>() == 1
                {
                    return Pattern::Bytes(BytePattern { needle: bytes, forward: None });
                }
                if needle.len() <= DIRECT { Pattern::Short(needle) } else { Pattern::Long(needle) }
            }
        }
    }

    /// Length of the needle.
    pub fn needle_len(&self) -> usize {
        match self {
            Pattern::Empty => 0,
            Pattern::Single(_) => 1,
            Pattern::Bytes(bytes) => bytes.needle.len(),
            Pattern::Short(needle) | Pattern::Long(needle) => needle.len(),
        }
    }

    /// The first occurrence.
    pub fn find(&mut self, haystack: &[U]) -> Option<usize> {
        match self {
            Pattern::Empty => Some(0),
            Pattern::Single(unit) => find_unit(haystack, *unit),
            Pattern::Bytes(pattern) => {
                let haystack = as_bytes(haystack);
                // Making a searcher costs more than going through a short text.
                if is_brief(haystack, pattern.needle) {
                    return find_short(haystack, pattern.needle);
                }
                memmem::find(haystack, pattern.needle)
            }
            Pattern::Short(needle) => find_short(haystack, needle),
            Pattern::Long(needle) => TwoWay::new(Forward(needle)).find(Forward(haystack), 0),
        }
    }

    /// The last occurrence.
    pub fn rfind(&mut self, haystack: &[U]) -> Option<usize> {
        match self {
            Pattern::Empty => Some(haystack.len()),
            Pattern::Single(unit) => rfind_unit(haystack, *unit),
            Pattern::Bytes(pattern) => memmem::rfind(as_bytes(haystack), pattern.needle),
            Pattern::Short(needle) => rfind_short(haystack, needle),
            Pattern::Long(needle) => {
                let found = TwoWay::new(Backward(needle)).find(Backward(haystack), 0)?;
                Some(haystack.len() - found - needle.len())
            }
        }
    }

    /// Number of occurrences that do not overlap.
    pub fn count(&mut self, haystack: &[U]) -> usize {
        match self {
            Pattern::Empty => haystack.len() + 1,
            Pattern::Single(unit) => count_unit(haystack, *unit),
            _ => {
                let mut count = 0;
                self.each(haystack, usize::MAX, |_| count += 1);
                count
            }
        }
    }

    /// Calls `found` with the start of each occurrence that does not overlap an earlier one, at
    /// most `limit` times. The needle must not be empty: an empty one is never reported.
    pub fn each(&mut self, haystack: &[U], limit: usize, mut found: impl FnMut(usize)) {
        let len = self.needle_len();
        let mut left = limit;
        let mut at = 0;
        let mut two_way = match self {
            Pattern::Long(needle) => Some(TwoWay::new(Forward(needle))),
            Pattern::Bytes(pattern) if !is_brief(haystack, pattern.needle) => {
                pattern
                    .forward
                    .get_or_insert_with(|| Box::new(memmem::Finder::new(pattern.needle)));
                None
            }
            Pattern::Empty => return,
            _ => None,
        };
        while left > 0 && haystack.len() - at >= len {
            let rest = &haystack[at..];
            let next = match (&*self, &mut two_way) {
                (Pattern::Long(_), Some(two_way)) => {
                    two_way.find(Forward(haystack), at).map(|position| position - at)
                }
                (Pattern::Bytes(pattern), _) => match &pattern.forward {
                    Some(finder) => finder.find(as_bytes(rest)),
                    None => find_short(as_bytes(rest), pattern.needle),
                },
                (Pattern::Single(unit), _) => find_unit(rest, *unit),
                (Pattern::Short(needle), _) => find_short(rest, needle),
                _ => None,
            };
            let Some(next) = next else { return };
            found(at + next);
            at += next + len;
            left -= 1;
        }
    }
}

/// Whether a search is so small that preparing it costs more than doing it directly.
fn is_brief<U>(haystack: &[U], needle: &[u8]) -> bool {
    haystack.len() <= BRIEF && needle.len() <= BRIEF / 4
}

/// Units that are bytes, as bytes; wider ones give nothing (never asked for).
fn as_bytes<U: Unit>(units: &[U]) -> &[u8] {
    if size_of::<U>() == 1 { bytemuck::cast_slice(units) } else { &[] }
}

/// Position of the first unit equal to `unit`.
#[inline]
pub fn find_unit<U: Unit>(haystack: &[U], unit: U) -> Option<usize> {
    if size_of::<U>() == 1 {
        return memchr::memchr(unit.code() as u8, as_bytes(haystack));
    }
    // Sixteen at a time, without an early exit inside the group, so that it vectorises.
    let mut at = 0;
    for group in haystack.chunks_exact(16) {
        if group.iter().fold(false, |any, &u| any | (u == unit)) {
            break;
        }
        at += 16;
    }
    haystack[at..].iter().position(|&u| u == unit).map(|i| at + i)
}

/// Position of the last unit equal to `unit`.
#[inline]
pub fn rfind_unit<U: Unit>(haystack: &[U], unit: U) -> Option<usize> {
    if size_of::<U>() == 1 {
        return memchr::memrchr(unit.code() as u8, as_bytes(haystack));
    }
    let mut end = haystack.len();
    for group in haystack.rchunks_exact(16) {
        if group.iter().fold(false, |any, &u| any | (u == unit)) {
            break;
        }
        end -= 16;
    }
    haystack[..end].iter().rposition(|&u| u == unit)
}

/// How often `unit` occurs.
fn count_unit<U: Unit>(haystack: &[U], unit: U) -> usize {
    let mut total = 0;
    for group in haystack.chunks(128) {
        total += group.iter().fold(0u8, |n, &u| n + u8::from(u == unit)) as usize;
    }
    total
}

fn find_short<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let last_start = haystack.len().checked_sub(needle.len())?;
    let mut at = 0;
    while at <= last_start {
        at += find_unit(&haystack[at..=last_start], first)?;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn rfind_short<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    let (&first, rest) = needle.split_first()?;
    let mut end = haystack.len().checked_sub(needle.len())? + 1;
    while end > 0 {
        let at = rfind_unit(&haystack[..end], first)?;
        if haystack[at + 1..].starts_with(rest) {
            return Some(at);
        }
        end = at;
    }
    None
}

/// A sequence read in some direction.
trait View: Copy {
    type Item: Unit;
    fn len(self) -> usize;
    fn at(self, index: usize) -> Self::Item;
}

#[derive(Clone, Copy)]
struct Forward<'a, U>(&'a [U]);

#[derive(Clone, Copy)]
struct Backward<'a, U>(&'a [U]);

impl<U: Unit> View for Forward<'_, U> {
    type Item = U;
    #[inline(always)]
    fn len(self) -> usize {
        self.0.len()
    }
    #[inline(always)]
    fn at(self, index: usize) -> U {
        self.0[index]
    }
}

impl<U: Unit> View for Backward<'_, U> {
    type Item = U;
    #[inline(always)]
    fn len(self) -> usize {
        self.0.len()
    }
    #[inline(always)]
    fn at(self, index: usize) -> U {
        self.0[self.0.len() - 1 - index]
    }
}

/// Size of the shift table; a power of two.
const TABLE: usize = 128;

/// The two-way algorithm: the needle is cut at a critical position; its right part is compared
/// forwards, then the left part; a mismatch in the right part shifts past it, one in the left
/// part by the needle's period.
struct TwoWay<N: View> {
    needle: N,
    /// Where the right part begins.
    cut: usize,
    /// The period, or a safe shift where the needle is not periodic.
    period: usize,
    periodic: bool,
    /// For the low bits of a unit: how far the needle may be shifted when that unit lies under
    /// the needle's last position. 0 where it may equal the last unit.
    shifts: [u16; TABLE],
}

impl<N: View> TwoWay<N> {
    fn new(needle: N) -> TwoWay<N> {
        let (cut_less, period_less) = maximal_suffix(needle, false);
        let (cut_greater, period_greater) = maximal_suffix(needle, true);
        let (cut, mut period) = if cut_less > cut_greater {
            (cut_less, period_less)
        } else {
            (cut_greater, period_greater)
        };
        let len = needle.len();
        let periodic =
            period + cut <= len && (0..cut).all(|i| needle.at(i) == needle.at(i + period));
        if !periodic {
            period = cut.max(len - cut) + 1;
        }
        let longest = len.min(u16::MAX as usize);
        let mut shifts = [longest as u16; TABLE];
        for index in len - longest..len {
            shifts[needle.at(index).code() as usize % TABLE] = (len - 1 - index) as u16;
        }
        TwoWay { needle, cut, period, periodic, shifts }
    }

    /// The first occurrence at or after `start`.
    fn find<H: View<Item = N::Item>>(&mut self, haystack: H, start: usize) -> Option<usize> {
        let needle = self.needle;
        let len = needle.len();
        let mut at = start;
        // How much of the needle's head is known to match at `at` (periodic needles only).
        let mut memory = 0;
        while at.checked_add(len)? <= haystack.len() {
            let shift = self.shifts[haystack.at(at + len - 1).code() as usize % TABLE] as usize;
            if shift > 0 {
                // The last unit is out of place, and lies right of the cut: the needle may move
                // at least as far as for a mismatch at the first unit that was to be compared.
                at += shift.max(self.cut.max(memory) - self.cut + 1);
                memory = 0;
                continue;
            }
            let mut index = self.cut.max(memory);
            while index < len && needle.at(index) == haystack.at(at + index) {
                index += 1;
            }
            if index < len {
                at += index - self.cut + 1;
                memory = 0;
                continue;
            }
            let mut index = self.cut;
            while index > memory && needle.at(index - 1) == haystack.at(at + index - 1) {
                index -= 1;
            }
            if index <= memory {
                return Some(at);
            }
            at += self.period;
            memory = if self.periodic { len - self.period } else { 0 };
        }
        None
    }
}

/// Start and period of the largest suffix of the needle in the order of units, or in the
/// reversed order.
fn maximal_suffix<N: View>(needle: N, reversed: bool) -> (usize, usize) {
    let len = needle.len();
    let mut suffix = 0;
    let mut candidate = 1;
    let mut offset = 0;
    let mut period = 1;
    while candidate + offset < len {
        let ours = needle.at(candidate + offset);
        let best = needle.at(suffix + offset);
        let smaller = if reversed { ours > best } else { ours < best };
        if smaller {
            candidate += offset + 1;
            offset = 0;
            period = candidate - suffix;
        } else if ours == best {
            if offset + 1 == period {
                candidate += period;
                offset = 0;
            } else {
                offset += 1;
            }
        } else {
            suffix = candidate;
            candidate += 1;
            offset = 0;
            period = 1;
        }
    }
    (suffix, period)
}
