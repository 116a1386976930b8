//! Repeats of a single character, where most patterns spend most of their time. A run of members
//! is measured by the scan that suits the single; the positions worth trying the tail at are found
//! by looking for what the tail can begin with, so a repeat that has to give back does not visit
//! each position in between.

use crate::charset::Run;
use crate::engine::Engine;
use crate::error::MatchError;
use crate::program::*;
use crate::scratch::Kind;
use crate::unit::Unit;

impl<U: Unit> Engine<'_, '_, '_, U> {
    /// Whether a single takes this character.
    #[inline(always)]
    pub(crate) fn single_takes(&self, single: Single, code: u32) -> bool {
        match single {
            Single::Never => false,
            Single::All => true,
            Single::NotNewline => code != 10,
            Single::Literal(c) => code == c,
            Single::NotLiteral(c) => code != c,
            Single::Set(index) => self.program.sets[index as usize].contains(code, self.locale),
        }
    }

    /// Runs the repeat at operation `pc`; gives the position at which its tail is to be tried.
    #[inline(always)]
    pub(crate) fn repeat(
        &mut self,
        index: usize,
        pc: usize,
        pos: usize,
    ) -> Result<Option<usize>, MatchError> {
        let program = self.program;
        let Repeat { single, min, max, greed, tail } = program.repeats[index];
        let end = self.text.len();
        let limit = end.min(pos.saturating_add(max));
        if greed == Greed::Lazy {
            return self.lazy(single, (pos, min, limit), tail, pc);
        }
        let reached = self.run_end(single, pos, limit);
        let taken = reached - pos;
        self.step(taken / 32)?;
        if taken < min {
            return Ok(None);
        }
        let least = pos + min;
        if greed == Greed::Possessive || reached == least {
            return Ok(Some(reached));
        }
        let place = self.last_place(tail, least, reached);
        if let Some(place) = place
            && place > least
        {
            self.push(Kind::Greedy, pc as u32, place, least)?;
        }
        Ok(place)
    }

    fn lazy(
        &mut self,
        single: Single,
        (pos, min, limit): (usize, usize, usize),
        tail: Tail,
        pc: usize,
    ) -> Result<Option<usize>, MatchError> {
        let Some(least) = pos.checked_add(min).filter(|&least| least <= limit) else {
            return Ok(None);
        };
        if self.run_end(single, pos, least) < least {
            return Ok(None);
        }
        let place = self.first_place(single, tail, least, limit);
        self.step((place.unwrap_or(least) - pos) / 32)?;
        if let Some(place) = place
            && place < limit
        {
            self.push(Kind::Lazy, pc as u32, place, limit)?;
        }
        Ok(place)
    }

    /// The end of the run of characters that `single` takes, from `from` on and up to `limit`.
    #[inline(always)]
    pub(crate) fn run_end(&self, single: Single, from: usize, limit: usize) -> usize {
        let text = &self.text[from..limit];
        let stop = match single {
            Single::All => None,
            Single::Never => Some(0),
            Single::NotNewline => U::find(text, 10),
            Single::NotLiteral(code) => U::find(text, code),
            Single::Literal(code) => text.iter().position(|u| u.code() != code),
            Single::Set(index) => {
                let set = &self.program.sets[index as usize];
                match &set.run {
                    Run::Until(stops, n) => U::find_among(text, &stops[..usize::from(*n)]),
                    Run::Walk if set.dynamic => {
                        let locale = self.locale;
                        text.iter().position(|u| !set.contains_wide(u.code(), locale))
                    }
                    Run::Walk => text.iter().position(|u| {
                        let code = u.code();
                        match set.table.get(code as usize) {
                            Some(&member) => !member,
                            None => !set.contains_wide(code, self.locale),
                        }
                    }),
                }
            }
        };
        stop.map_or(limit, |n| from + n)
    }

    /// The last position from `least` to `most` at which the tail can begin.
    #[inline(always)]
    pub(crate) fn last_place(&self, tail: Tail, least: usize, most: usize) -> Option<usize> {
        match tail {
            Tail::Anything => Some(most),
            Tail::Literal(code) => {
                let end = self.text.len().min(most + 1);
                U::rfind(&self.text[least..end], code).map(|i| least + i)
            }
            Tail::First(index) => {
                let first = &self.program.firsts[index as usize];
                (least..=most).rev().find(|&pos| first.admits(self.at(pos)))
            }
        }
    }

    /// The first position from `pos` to `limit` at which the tail can begin, if `single` takes all
    /// characters before it.
    #[inline(always)]
    pub(crate) fn first_place(
        &self,
        single: Single,
        tail: Tail,
        pos: usize,
        limit: usize,
    ) -> Option<usize> {
        let mut pos = pos;
        match tail {
            Tail::Anything => Some(pos),
            Tail::Literal(code) => {
                let end = self.text.len().min(limit + 1);
                let place = match single {
                    Single::All => U::find(&self.text[pos..end], code),
                    Single::NotNewline if let Ok(byte) = u8::try_from(code) => {
                        U::find_among(&self.text[pos..end], &[byte, 10])
                    }
                    _ => return self.step_to(single, pos, limit, |next| next == Some(code)),
                };
                pos += place?;
                (self.at(pos) == Some(code)).then_some(pos)
            }
            Tail::First(index) => {
                let first = &self.program.firsts[index as usize];
                self.step_to(single, pos, limit, |next| first.admits(next))
            }
        }
    }

    /// Goes forward as long as `single` takes, up to the first character that `stop` holds for.
    #[inline(always)]
    fn step_to(
        &self,
        single: Single,
        mut pos: usize,
        limit: usize,
        stop: impl Fn(Option<u32>) -> bool,
    ) -> Option<usize> {
        loop {
            let next = self.at(pos);
            if stop(next) {
                return Some(pos);
            }
            if pos >= limit || !next.is_some_and(|c| self.single_takes(single, c)) {
                return None;
            }
            pos += 1;
        }
    }
}
