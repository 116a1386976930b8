//! The decoded pattern. A code array is validated and translated once, when the pattern is
//! compiled, into a flat vector of small operations with absolute targets; everything that the
//! running engine would have to work out again and again (which characters can start an
//! alternative, whether a repeat can ever give a character back, where a match can begin) is
//! worked out here and stored in side tables. A program is immutable and can be shared by threads.

use crate::chars::part_of;
use crate::charset::CharSet;
use crate::locale::Fold;
use crate::opcodes::At;
use crate::unit::Needle;

/// A test of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Single {
    Never,
    All,
    NotNewline,
    Literal(u32),
    NotLiteral(u32),
    Set(u32),
}

/// An operation. Indices are into the program's side tables, targets into its operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// The whole pattern has matched.
    End,
    Fail,
    One(Single),
    /// The units `literals[start..start + len]` in a row.
    Literals {
        start: u32,
        len: u32,
    },
    At(At),
    /// Sets a mark: twice the group for its start, one more for its end.
    Mark(u32),
    Branch(u32),
    Jump(u32),
    Backref {
        group: u32,
        fold: Fold,
    },
    /// Continues if the group has matched, else goes to `otherwise`.
    IfGroup {
        group: u32,
        otherwise: u32,
    },
    /// A repeat of a single character.
    Repeat(u32),
    /// Looks at one character without consuming it: an assertion whose body is a single.
    Peek {
        single: Single,
        behind: bool,
        negative: bool,
    },
    /// An assertion whose body is literals.
    PeekLiterals(u32),
    LoopEnter(u32),
    /// The end of a loop's body: decides between another iteration and the tail.
    LoopUntil(u32),
    AssertEnter(u32),
    AssertEnd,
    AssertNotEnd,
    AtomicEnter,
    AtomicEnd,
    PossessiveEnter(u32),
    /// The end of a possessive loop's body.
    PossessiveEnd(u32),
}

/// Who gives way in a repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// What must come after a repeat, as far as one character tells.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tail {
    Anything,
    Literal(u32),
    /// An index into the program's first sets.
    First(u32),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeat {
    pub single: Single,
    pub min: usize,
    /// `usize::MAX` if there is no bound.
    pub max: usize,
    pub greed: Greed,
    pub tail: Tail,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Loop {
    pub min: usize,
    pub max: usize,
    pub greed: Greed,
    /// It lies in the body of another loop, whose earlier iterations can be gone back to.
    pub nested: bool,
    /// The first operation of the body.
    pub body: u32,
    /// The operation after the loop.
    pub tail: u32,
    /// What can start the body and the tail, if that rules anything out.
    pub body_first: Option<u32>,
    pub tail_first: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Assertion {
    pub behind: usize,
    pub negative: bool,
    /// The operation after the assertion.
    pub next: u32,
}

/// An assertion that these literals are (or are not) in the text `behind` units before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peek {
    pub start: u32,
    pub len: u32,
    pub behind: usize,
    pub negative: bool,
}

/// A choice between up to 64 alternatives; longer ones chain.
#[derive(Debug)]
pub(crate) struct Branch {
    pub alternatives: Vec<u32>,
    /// For each of the first 256 characters, the alternatives that can begin with it.
    pub by_char: Option<Box<[u64; 256]>>,
    /// Those that can begin with a character of each part past 255, by the part's bit number.
    pub by_part: [u64; 4],
    /// Those that can match at the end of the text.
    pub at_end: u64,
}

impl Branch {
    /// The alternatives worth trying before `next`.
    #[inline(always)]
    pub(crate) fn candidates(&self, next: Option<u32>) -> u64 {
        match (&self.by_char, next) {
            (None, _) => self.all(),
            (_, None) => self.at_end,
            (Some(table), Some(code)) if code < 256 => table[code as usize],
            (_, Some(code)) => self.by_part[part_of(code).trailing_zeros() as usize & 3],
        }
    }

    pub(crate) fn all(&self) -> u64 {
        match self.alternatives.len() {
            0 => 0,
            n => u64::MAX >> (64 - n.min(64)),
        }
    }
}

/// The characters with which a piece of pattern can begin: never too few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct First {
    pub table: [bool; 256],
    /// The parts past 255, see [`crate::chars::part`].
    pub wide: u8,
    /// It can match without a character, so at the end of the text.
    pub empty: bool,
}

impl First {
    /// Whether the piece can begin before `next`.
    #[inline(always)]
    pub(crate) fn admits(&self, next: Option<u32>) -> bool {
        match next {
            None => self.empty,
            Some(code) if code < 256 => self.table[code as usize],
            Some(code) => {
                self.wide != 0 && (self.wide == crate::chars::part::ALL || self.admits_wide(code))
            }
        }
    }

    #[inline(never)]
    fn admits_wide(&self, code: u32) -> bool {
        self.wide & part_of(code) != 0
    }
}

/// Where in a text a search has to try.
#[derive(Debug)]
pub(crate) enum Start {
    Anywhere,
    /// Only at the text's beginning.
    Beginning,
    /// At the beginning and after each newline.
    Line,
    /// Where this literal occurs.
    Literal(Box<Needle>),
    /// At one of these bytes.
    Bytes(Box<[u8]>),
    /// Where a character of this set is.
    First(Box<First>),
    /// Where a member of this set is.
    Set(u32),
}

/// A compiled pattern, ready to run.
#[derive(Debug)]
pub struct Program {
    pub(crate) ops: Vec<Op>,
    pub(crate) literals: Vec<u32>,
    pub(crate) sets: Vec<CharSet>,
    pub(crate) branches: Vec<Branch>,
    pub(crate) repeats: Vec<Repeat>,
    pub(crate) loops: Vec<Loop>,
    pub(crate) assertions: Vec<Assertion>,
    pub(crate) peeks: Vec<Peek>,
    pub(crate) firsts: Vec<First>,
    pub(crate) start: Start,
    /// The characters that can come second in a match.
    pub(crate) second: Option<Box<First>>,
    /// The pattern opens with an unbounded repeat of this single. An attempt that fails has then
    /// tried the rest of the pattern at each place up to the end of the run, so no attempt that
    /// starts inside the run can succeed.
    pub(crate) leader: Option<Single>,
    /// The whole pattern is the start's literal.
    pub(crate) literal_only: bool,
    /// No match is shorter.
    pub(crate) min_width: usize,
    pub(crate) groups: usize,
}

impl Program {
    /// The number of groups, without the whole match.
    pub fn groups(&self) -> usize {
        self.groups
    }
}
