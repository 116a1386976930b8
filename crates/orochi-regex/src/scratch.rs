//! The state of a running match: the backtracking stack, the marks and the loop counters, all in
//! buffers that a caller keeps and passes in again, so that a search in a loop allocates nothing.
//!
//! A frame is either a choice (where to go on when what was tried fails) or the undoing of a
//! change (a mark, a loop counter), and frames are popped in the order opposite to that in which
//! things were done. Whatever point the engine backtracks to, it finds the marks as they were
//! there. Frames of a choice that moves step by step (the next alternative, one character less)
//! stay on the stack and are updated in place.

use crate::error::MatchError;
use crate::locale::{C_LOCALE, LocaleTable};

/// No position: a mark that is not set, a loop that has not iterated.
pub(crate) const NONE: usize = usize::MAX;

/// What a [`Frame`] is for; `index` and the operands `a` and `b` mean what is said with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Choice: the alternatives in mask `b` of branch `index`, at position `a`.
    Branch,
    /// Choice: a greedy repeat, its operation `index`; it took up to `a` and can give back to `b`.
    Greedy,
    /// Choice: a lazy repeat, its operation `index`; it took up to `a` and may go on to `b`.
    Lazy,
    /// Choice and undoing: leave loop `index` at position `a`; the iteration before began at `b`.
    Leave,
    /// Choice: one more iteration of lazy loop `index` from position `a`.
    More,
    /// Undoing: loop `index` had `a` iterations, the last of which began at `b`.
    Counter,
    /// Undoing: loop `index` had one iteration less, the last of which began at `b`.
    Step,
    /// Undoing: mark `index` was `a`, the last closed group `b`.
    Mark,
    /// A positive assertion or atomic group began; the barrier before was `b`.
    Barrier,
    /// Negative assertion `index` began at position `a`; the barrier before was `b`.
    Negative,
    /// An iteration of possessive loop `index` began at position `a`; the barrier before was `b`.
    Iteration,
}

/// An entry of the backtracking stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub kind: Kind,
    pub index: u32,
    pub a: usize,
    pub b: usize,
}

/// The counter of a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter {
    /// Iterations completed; one less than none when the loop is entered.
    pub count: usize,
    /// Where the current iteration began, if the loop may already be left.
    pub last: usize,
}

/// Buffers for matching, to be kept between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) stack: Vec<Frame>,
    pub(crate) marks: Vec<usize>,
    pub(crate) counters: Vec<Counter>,
}

/// Frames that a scratch keeps room for between calls.
const KEPT_FRAMES: usize = 1 << 16;

impl Scratch {
    /// Gives back what an unusually deep match has taken.
    #[inline]
    pub(crate) fn trim(&mut self) {
        self.stack.clear();
        if self.stack.capacity() > KEPT_FRAMES {
            self.stack.shrink_to(KEPT_FRAMES);
        }
    }
}

/// What a match may use and whom it answers to.
pub struct Context<'h> {
    pub(crate) scratch: &'h mut Scratch,
    /// The locale for patterns with the LOCALE flag.
    pub locale: &'h LocaleTable,
    /// When to give up.
    pub limits: Limits<'h>,
}

/// When to give up a match.
pub struct Limits<'h> {
    /// Asked every [`Limits::poll_interval`] steps; `true` stops the match.
    pub poll: Option<&'h mut dyn FnMut() -> bool>,
    /// Steps between two polls.
    pub poll_interval: u32,
    /// The most that the backtracking stack may take, in bytes.
    pub max_stack_bytes: usize,
    /// Steps left until the next poll.
    fuel: u32,
}

/// Steps between polls unless told otherwise: some hundred microseconds.
const POLL_INTERVAL: u32 = 20_000;
/// The stack's limit unless told otherwise.
const MAX_STACK_BYTES: usize = 1 << 30;

impl<'h> Context<'h> {
    /// A context in the C locale that is never interrupted and may use a gigabyte.
    pub fn new(scratch: &'h mut Scratch) -> Context<'h> {
        Context { scratch, locale: &C_LOCALE, limits: Limits::default() }
    }

    /// The span of a group after a successful match; group 0 is not known here. A group whose
    /// marks are out of order (only a forged program can do that) counts as unset.
    pub fn group(&self, group: usize) -> Option<(usize, usize)> {
        span_of(&self.scratch.marks, group.checked_sub(1)?)
    }
}

/// The span that the marks give for a group, counted from zero.
#[inline(always)]
pub(crate) fn span_of(marks: &[usize], group: usize) -> Option<(usize, usize)> {
    let mark = group.checked_mul(2)?;
    let (start, end) = (*marks.get(mark)?, *marks.get(mark + 1)?);
    (start <= end && end != NONE).then_some((start, end))
}

impl Default for Limits<'_> {
    fn default() -> Self {
        Limits {
            poll: None,
            poll_interval: POLL_INTERVAL,
            max_stack_bytes: MAX_STACK_BYTES,
            fuel: POLL_INTERVAL,
        }
    }
}

impl Limits<'_> {
    /// Counts `steps`; polls when the interval is over.
    #[inline(always)]
    pub(crate) fn step(&mut self, steps: usize) -> Result<(), MatchError> {
        match (self.fuel as usize).checked_sub(steps) {
            Some(left) => {
                self.fuel = left as u32;
                Ok(())
            }
            None => self.ask(),
        }
    }

    #[cold]
    #[inline(never)]
    fn ask(&mut self) -> Result<(), MatchError> {
        self.fuel = self.poll_interval;
        match &mut self.poll {
            Some(poll) => match poll() {
                true => Err(MatchError::Interrupted),
                false => Ok(()),
            },
            None => Ok(()),
        }
    }

    /// Makes room on a full stack, up to the limit.
    #[cold]
    #[inline(never)]
    pub(crate) fn grow(&mut self, stack: &mut Vec<Frame>) -> Result<(), MatchError> {
        let limit = self.max_stack_bytes / size_of::<Frame>();
        let len = stack.len();
        let wanted = (len * 2).max(64).min(limit);
        if wanted <= len {
            return Err(MatchError::Memory);
        }
        stack.try_reserve_exact(wanted - len).map_err(|_| MatchError::Memory)
    }
}
