//! The ways to start a match: at a position, over a whole span, or at the first place in a span
//! where one succeeds. A search asks the program's [`Start`] where an attempt can succeed at all
//! and skips the rest of the text at scanning speed.

use crate::engine::Engine;
use crate::error::MatchError;
use crate::program::{Program, Start};
use crate::scratch::Context;
use crate::unit::Unit;

/// Where a match was found. The groups' spans are in the context, see [`Context::group`], or are
/// copied out with [`Found::spans`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The first unit of the match.
    pub start: usize,
    /// One past its last unit.
    pub end: usize,
    /// `Match.lastindex`: the group that was closed last, if any. `Match.lastgroup` is the name
    /// that `indexgroup` has at this place.
    pub lastindex: Option<usize>,
}

impl Found {
    /// The spans of the whole match and of every group, as `Match.regs`.
    pub fn spans(&self, program: &Program, context: &Context<'_>) -> Vec<Option<(usize, usize)>> {
        let whole = Some((self.start, self.end));
        std::iter::once(whole).chain((1..=program.groups()).map(|g| context.group(g))).collect()
    }

    /// `Match.lastgroup`, given the names of the groups by number.
    pub fn lastgroup<'n, N>(&self, indexgroup: &'n [Option<N>]) -> Option<&'n N> {
        indexgroup.get(self.lastindex?)?.as_ref()
    }
}

/// The result of an attempt.
pub type Outcome = Result<Option<Found>, MatchError>;

impl Program {
    /// `Pattern.match`: a match that starts at `pos`, in the text up to `end`. As in Python, what
    /// lies before `pos` is there for `^`, `\b` and look-behind; what lies after `end` is not.
    pub fn match_at<U: Unit>(
        &self,
        text: &[U],
        (pos, end): (usize, usize),
        context: &mut Context<'_>,
    ) -> Outcome {
        self.attempt(text, (pos, end), false, None, context)
    }

    /// `Pattern.fullmatch`: a match that is the span from `pos` to `end`.
    pub fn fullmatch<U: Unit>(
        &self,
        text: &[U],
        (pos, end): (usize, usize),
        context: &mut Context<'_>,
    ) -> Outcome {
        self.attempt(text, (pos, end), true, None, context)
    }

    /// `Pattern.search`: the first match that starts from `pos` on, in the text up to `end`.
    pub fn search<U: Unit>(
        &self,
        text: &[U],
        (pos, end): (usize, usize),
        context: &mut Context<'_>,
    ) -> Outcome {
        self.search_past(text, (pos, end), None, context)
    }

    /// A match at `pos`, but not one that ends at `forbidden`.
    pub(crate) fn attempt<U: Unit>(
        &self,
        text: &[U],
        (pos, end): (usize, usize),
        whole: bool,
        forbidden: Option<usize>,
        context: &mut Context<'_>,
    ) -> Outcome {
        let end = end.min(text.len());
        if pos > end || end - pos < self.min_width {
            return Ok(None);
        }
        let mut engine = Engine::new(self, &text[..end], context);
        engine.whole = whole;
        engine.forbidden_end = forbidden.unwrap_or(usize::MAX);
        let matched = engine.run(pos);
        let last_group = engine.last_group;
        context.scratch.trim();
        Ok(matched?.map(|end| found(pos, end, last_group)))
    }

    /// A search whose match must not end at `forbidden`.
    pub(crate) fn search_past<U: Unit>(
        &self,
        text: &[U],
        (pos, end): (usize, usize),
        forbidden: Option<usize>,
        context: &mut Context<'_>,
    ) -> Outcome {
        let end = end.min(text.len());
        if pos > end || end - pos < self.min_width {
            return Ok(None);
        }
        let text = &text[..end];
        if let (true, Start::Literal(needle)) = (self.literal_only, &self.start) {
            let at = U::find_sequence(&text[pos..], needle);
            return Ok(at.map(|i| found(pos + i, pos + i + needle.len(), 0)));
        }
        let mut engine = Engine::new(self, text, context);
        engine.forbidden_end = forbidden.unwrap_or(usize::MAX);
        let matched = engine.search(pos, end - self.min_width);
        let last_group = engine.last_group;
        context.scratch.trim();
        Ok(matched?.map(|(start, end)| found(start, end, last_group)))
    }
}

fn found(start: usize, end: usize, last_group: usize) -> Found {
    Found { start, end, lastindex: (last_group > 0).then_some(last_group) }
}

impl<U: Unit> Engine<'_, '_, '_, U> {
    /// Attempts at each place from `from` to `last` at which the pattern can start.
    fn search(&mut self, from: usize, last: usize) -> Result<Option<(usize, usize)>, MatchError> {
        let mut at = from;
        while let Some(start) = self.next_start(at, last) {
            self.step(1 + (start - at) / 32)?;
            if let Some(end) = self.run(start)? {
                return Ok(Some((start, end)));
            }
            at = match self.program.leader {
                // Every place up to the run's end has been tried as the place behind the run.
                Some(single) => self.run_end(single, start, self.text.len()),
                None => start,
            } + 1;
        }
        Ok(None)
    }

    /// The first place from `at` to `last` at which the pattern can start, going by the first two
    /// characters.
    #[inline(always)]
    fn next_start(&self, mut at: usize, last: usize) -> Option<usize> {
        loop {
            let start = self.first_fits(at, last)?;
            match &self.program.second {
                Some(second) if !second.admits(self.at(start + 1)) => at = start + 1,
                _ => return Some(start),
            }
        }
    }

    /// The first place from `at` to `last` whose first character fits.
    #[inline(always)]
    fn first_fits(&self, at: usize, last: usize) -> Option<usize> {
        if at > last {
            return None;
        }
        let start = match &self.program.start {
            Start::Anywhere => Some(at),
            Start::Beginning => (at == 0).then_some(0),
            Start::Line if at == 0 => Some(0),
            Start::Line => U::find(&self.text[at - 1..], 10).map(|i| at + i),
            Start::Literal(needle) => U::find_sequence(&self.text[at..], needle).map(|i| at + i),
            Start::Bytes(bytes) => U::find_among(&self.text[at..], bytes).map(|i| at + i),
            Start::Set(index) => {
                let set = &self.program.sets[*index as usize];
                let member = |u: &U| set.contains(u.code(), self.locale);
                self.text[at..].iter().position(member).map(|i| at + i)
            }
            Start::First(first) => {
                let admits = |u: &U| first.admits(Some(u.code()));
                self.text[at..].iter().position(admits).map(|i| at + i)
            }
        };
        start.filter(|&start| start <= last)
    }
}
