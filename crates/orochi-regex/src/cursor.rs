//! Walking through all matches of a text, as `finditer`, `findall`, `sub`, `split` and the
//! `scanner` method do: each search goes on where the match before ended, and a match must not be
//! empty at the end of an empty one. A cursor is plain data without a hold on text or program, so
//! an iterator object can keep it and hand in both each time.

use crate::program::Program;
use crate::scratch::Context;
use crate::search::Outcome;
use crate::unit::Unit;

/// The place reached in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Where the next search starts; nothing when the walk is over.
    next: Option<usize>,
    end: usize,
    /// The match before was empty, so one that ends at `next` would be the same again.
    must_advance: bool,
}

impl Cursor {
    /// A walk over the span from `pos` to `end`.
    pub fn new(pos: usize, end: usize) -> Cursor {
        Cursor { next: (pos <= end).then_some(pos), end, must_advance: false }
    }

    /// `Scanner.search`: the next match. After the last one it is `None` for ever.
    pub fn search<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        context: &mut Context<'_>,
    ) -> Outcome {
        let Some(pos) = self.next else { return Ok(None) };
        let forbidden = self.must_advance.then_some(pos);
        let outcome = program.search_past(text, (pos, self.end), forbidden, context)?;
        self.advance(outcome)
    }

    /// `Scanner.match`: the next match, if it starts where the one before ended.
    pub fn match_next<U: Unit>(
        &mut self,
        program: &Program,
        text: &[U],
        context: &mut Context<'_>,
    ) -> Outcome {
        let Some(pos) = self.next else { return Ok(None) };
        let forbidden = self.must_advance.then_some(pos);
        let outcome = program.attempt(text, (pos, self.end), false, forbidden, context)?;
        self.advance(outcome)
    }

    fn advance(&mut self, outcome: Option<crate::Found>) -> Outcome {
        self.next = outcome.map(|found| found.end);
        self.must_advance = outcome.is_some_and(|found| found.start == found.end);
        Ok(outcome)
    }
}
