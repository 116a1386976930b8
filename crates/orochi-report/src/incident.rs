//! Incidents: each time a thread lost to another one, with both sides.

use std::collections::HashMap;

use orochi_stm::log::{Cause, Event, Obstacle};

use crate::Log;
use crate::hint::Object;
use crate::place::{Frame, own_frame};

/// What kind of conflict an incident belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    /// Two blocks.
    Blocks,
    /// A block and code outside blocks.
    BlockAndPlain,
    /// Code outside blocks on both sides.
    Plain,
    /// An object that many read is written.
    Revocation,
    /// A lock of the program's.
    Lock,
    /// Blocks that do what cannot be undone.
    Inevitable,
}

/// One loss of time.
#[derive(Clone, Debug)]
pub(crate) struct Incident {
    pub(crate) kind: Kind,
    pub(crate) thread: u32,
    pub(crate) other: Option<u32>,
    /// The text of the object.
    pub(crate) object: String,
    /// Where the one that waited was, or whose attempt stood in the way of it.
    pub(crate) asks: Vec<Frame>,
    /// Where the other one touched the object; empty if that is not known.
    pub(crate) has: Vec<Frame>,
    /// How `has` is known.
    pub(crate) known: Known,
    pub(crate) write: bool,
    pub(crate) start: u64,
    pub(crate) lost: u64,
    pub(crate) undone: bool,
    pub(crate) contended: bool,
}

/// How it is known where a thread touched an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// It is not: the line is where the thread happened to be.
    #[default]
    Near,
    /// From other records of the same thread and object, or of the same lines.
    Inferred,
    /// The record says so.
    Recorded,
}

impl Known {
    fn inferred(holds: bool) -> Known {
        if holds { Known::Inferred } else { Known::Near }
    }
}

/// One side's answer to a request.
#[derive(Clone, Copy)]
struct Answer {
    thread: u32,
    stack: u64,
    exact: bool,
    block: bool,
}

/// Waiting for something to do, not for somebody to be done: no conflict.
pub(crate) fn is_idle(stack: &[Frame]) -> bool {
    let idle = |frame: &Frame| {
        ["Condition.wait", "_wait_for_tstate_lock"].iter().any(|name| frame.function == *name)
    };
    stack.iter().any(idle)
}

/// Types of objects that stand for something outside memory.
const STREAMS: [&str; 5] =
    ["TextIOWrapper", "BufferedWriter", "BufferedReader", "BufferedRandom", "FileIO"];

/// Everything that is looked up while incidents are made.
struct Index<'l> {
    log: &'l Log,
    /// The answers by thread and number of the request.
    answers: HashMap<(u32, u64), Answer>,
    /// Where each thread last waited for an object, by thread and object.
    waits: HashMap<(u32, u64), u64>,
    /// Who gave back a lock, and where, in order.
    locks: HashMap<u64, Vec<(u64, u32, u64)>>,
    /// When objects became contended, in order.
    contended: HashMap<u64, Vec<u64>>,
    /// What an operation that cannot be undone was, by where.
    reasons: HashMap<u64, u64>,
}

impl Index<'_> {
    fn new(log: &Log) -> Index<'_> {
        let mut index = Index {
            log,
            answers: HashMap::new(),
            waits: HashMap::new(),
            locks: HashMap::new(),
            contended: HashMap::new(),
            reasons: HashMap::new(),
        };
        for &(thread, event) in &log.events {
            match event {
                Event::Answer { thread: asking, number, stack, exact, block, .. } if asking > 0 => {
                    let answer = Answer { thread, stack, exact: exact != 0, block: block != 0 };
                    index.answer((asking as u32 - 1, number), answer);
                }
                Event::Abort { by, number, stack, exact, .. } if by > 0 => {
                    let answer = Answer { thread, stack, exact: exact != 0, block: true };
                    index.answer((by as u32 - 1, number), answer);
                }
                Event::Wait { word, stack, .. } | Event::Revocation { word, stack, .. } => {
                    index.waits.insert((thread, word), stack);
                }
                Event::LockAnswer { time, word, stack } => {
                    index.locks.entry(word).or_default().push((time, thread, stack));
                }
                Event::Contended { time, word, on: 1 } => {
                    index.contended.entry(word).or_default().push(time);
                }
                Event::Inevitable { stack, reason, .. } => {
                    index.reasons.insert(stack, reason);
                }
                _ => {}
            }
        }
        // Threads write when their buffers are full: the file is in no order.
        index.locks.values_mut().for_each(|list| list.sort_unstable());
        index.contended.values_mut().for_each(|list| list.sort_unstable());
        index
    }

    fn answer(&mut self, request: (u32, u64), answer: Answer) {
        let known = self.answers.entry(request).or_insert(answer);
        if answer.exact && !known.exact {
            *known = answer;
        }
    }

    /// The other side of a request for `word`: its thread, stack, how that is known, and
    /// whether it was in a block.
    fn other_side(
        &self,
        request: (u32, u64),
        word: u64,
        owner: Option<u32>,
    ) -> (Option<u32>, Vec<Frame>, Known, Option<bool>) {
        let guess = |thread: Option<u32>| {
            let stack = thread.and_then(|thread| self.waits.get(&(thread, word)));
            stack.map(|&stack| self.log.frames(stack)).unwrap_or_default()
        };
        match self.answers.get(&request) {
            Some(answer) if answer.exact => (
                Some(answer.thread),
                self.log.frames(answer.stack),
                Known::Recorded,
                Some(answer.block),
            ),
            Some(answer) => {
                let guessed = guess(Some(answer.thread));
                let known = Known::inferred(!guessed.is_empty());
                let has = if guessed.is_empty() { self.log.frames(answer.stack) } else { guessed };
                (Some(answer.thread), has, known, Some(answer.block))
            }
            None => {
                let has = guess(owner);
                let known = Known::inferred(!has.is_empty());
                (owner, has, known, None)
            }
        }
    }

    fn was_contended(&self, word: u64, start: u64, end: u64) -> bool {
        self.contended.get(&word).is_some_and(|times| {
            let from = times.partition_point(|&time| time < start);
            times.get(from).is_some_and(|&time| time <= end)
        })
    }

    /// Who gave the lock back in this time, last.
    fn lock_holder(&self, thread: u32, word: u64, end: u64) -> Option<(u32, u64)> {
        let given = self.locks.get(&word)?;
        let before = given.partition_point(|&(time, ..)| time <= end);
        let newest = given[..before].iter().rev().find(|&&(_, other, _)| other != thread);
        newest.map(|&(_, other, stack)| (other, stack))
    }
}

/// All incidents of a log.
pub(crate) fn incidents(log: &Log) -> Vec<Incident> {
    let index = Index::new(log);
    let mut all = Vec::new();
    // What a wounding request was about: the undone attempt is its conflict, too.
    let mut requests: HashMap<(u32, u64), usize> = HashMap::new();
    for &(thread, event) in &log.events {
        match event {
            Event::Wait {
                start,
                length,
                number,
                word,
                write,
                obstacle,
                owner,
                stack,
                object,
                block,
            } => {
                let owner = (owner as u32).checked_sub(1);
                let (other, has, known, other_block) =
                    index.other_side((thread, number), word, owner);
                let other_block = other_block.unwrap_or(obstacle == Obstacle::Block as u64);
                let inevitable = obstacle == Obstacle::Inevitable as u64;
                let kind = match (inevitable, block != 0, other_block) {
                    (true, ..) => Kind::Inevitable,
                    (_, true, true) => Kind::Blocks,
                    (_, false, false) => Kind::Plain,
                    _ => Kind::BlockAndPlain,
                };
                let object = if inevitable {
                    let answered = index.answers.get(&(thread, number)).map(|answer| answer.stack);
                    let reason = answered.and_then(|at| index.reasons.get(&at));
                    let reason = reason.map_or("", |&text| log.text(text));
                    format!("inevitable\t\t{reason}\t")
                } else {
                    log.text(object).to_owned()
                };
                let end = start + length;
                let contended =
                    obstacle == Obstacle::Holder as u64 || index.was_contended(word, start, end);
                requests.insert((thread, number), all.len());
                all.push(Incident {
                    kind,
                    thread,
                    other,
                    object,
                    asks: log.frames(stack),
                    has,
                    known,
                    write: write != 0,
                    start,
                    lost: length,
                    undone: false,
                    contended,
                });
            }
            Event::Revocation { start, length, number, word, stack, object, .. } => {
                let (other, has, known, _) = index.other_side((thread, number), word, None);
                requests.insert((thread, number), all.len());
                all.push(Incident {
                    kind: Kind::Revocation,
                    thread,
                    other,
                    object: log.text(object).to_owned(),
                    asks: log.frames(stack),
                    has,
                    known,
                    write: true,
                    start,
                    lost: length,
                    undone: false,
                    contended: false,
                });
            }
            Event::LockWait { start, length, word, stack, object, .. } => {
                let asks = log.frames(stack);
                if is_idle(&asks) {
                    continue;
                }
                let holder = index.lock_holder(thread, word, start + length);
                all.push(Incident {
                    kind: Kind::Lock,
                    thread,
                    other: holder.map(|(other, _)| other),
                    object: log.text(object).to_owned(),
                    asks,
                    has: holder.map(|(_, at)| log.frames(at)).unwrap_or_default(),
                    known: if holder.is_some() { Known::Recorded } else { Known::Near },
                    write: true,
                    start,
                    lost: length,
                    undone: false,
                    contended: false,
                });
            }
            _ => {}
        }
    }
    for &(thread, event) in &log.events {
        let Event::Abort { start, length, cause, by, number, stack, object, .. } = event else {
            continue;
        };
        if cause == Cause::Wounded as u64 {
            let by = (by as u32).wrapping_sub(1);
            let Some(&request) = requests.get(&(by, number)) else { continue };
            let own = log.frames(stack);
            let wound = &all[request];
            // Seen from the other side: the attempt is lost to whoever asked.
            let kind = if wound.kind == Kind::Revocation { Kind::Revocation } else { Kind::Blocks };
            let (object, has, write) = (wound.object.clone(), wound.asks.clone(), wound.write);
            let contended = wound.contended;
            all.push(Incident {
                kind,
                thread,
                other: Some(by),
                object,
                asks: own,
                has,
                known: Known::Recorded,
                write,
                start,
                lost: length,
                undone: true,
                contended,
            });
        } else if cause == Cause::Lock as u64 {
            all.push(Incident {
                kind: Kind::Lock,
                thread,
                other: None,
                object: log.text(object).to_owned(),
                asks: log.frames(stack),
                has: Vec::new(),
                known: Known::Near,
                write: true,
                start,
                lost: length,
                undone: true,
                contended: false,
            });
        }
    }
    // Threads that are about to begin or to end.
    all.retain(|incident| own_frame(&incident.asks).is_known());
    for incident in &mut all {
        // A stream is what a block touches before it does what cannot be undone.
        let blocks = matches!(incident.kind, Kind::Blocks);
        if blocks && STREAMS.contains(&Object::of(&incident.object).category) {
            incident.kind = Kind::Inevitable;
        }
    }
    all
}
