//! What each thread did when, for the page: the longest spans in full, short ones that touch each
//! other joined.

use std::collections::BTreeMap;

use orochi_stm::log::Event;
use serde::Serialize;

use crate::Log;
use crate::incident::is_idle;

/// So many spans are drawn for all threads together.
const MOST: usize = 24_000;

/// What a span shows; the page has a colour for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Block,
    Undone,
    Wait,
    Lock,
    Idle,
    Core,
    Collection,
}

/// Start and end in microseconds, state, and how many of them have been joined.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Span(pub u64, pub u64, pub State, pub u64);

/// The spans of each thread, by its number.
pub(crate) fn spans(log: &Log) -> BTreeMap<u32, Vec<Span>> {
    let mut all: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    let micros = |ticks| (log.seconds(ticks) * 1e6).round() as u64;
    for &(thread, event) in &log.events {
        let (start, length, state, count) = match event {
            Event::Block { start, length, .. } => (start, length, State::Block, 1),
            Event::Blocks { start, length, count, .. } => (start, length, State::Block, count),
            Event::Abort { start, length, .. } => (start, length, State::Undone, 1),
            Event::Wait { start, length, .. } | Event::Revocation { start, length, .. } => {
                (start, length, State::Wait, 1)
            }
            Event::LockWait { start, length, stack, .. } => {
                let idle = is_idle(&log.frames(stack));
                (start, length, if idle { State::Idle } else { State::Lock }, 1)
            }
            Event::Seat { start, length } => (start, length, State::Core, 1),
            Event::Collection { start, length, .. } | Event::Pause { start, length } => {
                (start, length, State::Collection, 1)
            }
            _ => continue,
        };
        let span = Span(micros(start), micros(start + length), state, count);
        all.entry(thread).or_default().push(span);
    }
    // Spans closer than this are joined: as small as the number of spans allows.
    let mut gap = 0;
    for spans in all.values_mut() {
        spans.sort_by_key(|span| (span.0, span.1));
    }
    while all.values().map(Vec::len).sum::<usize>() > MOST {
        gap = (gap * 2).max(1);
        for spans in all.values_mut() {
            join(spans, gap);
        }
    }
    all
}

/// Joins neighbours of the same state that are less than `gap` apart.
fn join(spans: &mut Vec<Span>, gap: u64) {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    let mut newest: BTreeMap<State, usize> = BTreeMap::new();
    for &span in spans.iter() {
        if let Some(&at) = newest.get(&span.2)
            && span.0 <= joined[at].1 + gap
        {
            let before = &mut joined[at];
            before.1 = before.1.max(span.1);
            before.3 += span.3;
            continue;
        }
        newest.insert(span.2, joined.len());
        joined.push(span);
    }
    *spans = joined;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_state_are_joined() {
        let mut spans = vec![
            Span(0, 10, State::Block, 1),
            Span(11, 12, State::Block, 2),
            Span(11, 30, State::Wait, 1),
            Span(15, 16, State::Block, 1),
            Span(40, 50, State::Block, 1),
        ];
        join(&mut spans, 4);
        let shown: Vec<_> = spans.iter().map(|s| (s.0, s.1, s.2, s.3)).collect();
        assert_eq!(
            shown,
            [(0, 16, State::Block, 4), (11, 30, State::Wait, 1), (40, 50, State::Block, 1)]
        );
    }
}
