//! The report: everything there is to say, in the form that `--json` prints.
//! `docs/internals/event-log.md` documents the schema.

use std::collections::{BTreeMap, HashMap};

use orochi_stm::log::{Cause, Event};
use serde::Serialize;

use crate::Log;
use crate::conflict::{Conflict, conflicts};
use crate::hint::{Object, hint, kind_in_words, kind_name};
use crate::incident::{Known, incidents, is_idle};
use crate::place::{Frame, Sources, own_frame, set_library};

/// The version of the schema: changes when a field goes or means something else.
pub const SCHEMA: u32 = 1;

/// See the module's head.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the schema is documented in docs/internals/event-log.md")]
pub struct Report {
    pub schema: u32,
    pub program: Program,
    pub complete: bool,
    pub totals: Totals,
    pub conflicts: Vec<ConflictEntry>,
    pub blocks: Vec<BlockEntry>,
    pub inevitable: Vec<InevitableEntry>,
    pub threads: Vec<ThreadEntry>,
}

#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct Program {
    pub command: String,
    pub folder: String,
    pub pid: u64,
    pub cores: u64,
    pub started: u64,
    pub version: String,
}

#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct Totals {
    pub seconds: f64,
    pub threads: u64,
    pub commits: u64,
    pub aborts: u64,
    pub aborts_per_commit: f64,
    pub inevitable: u64,
    pub seconds_in_blocks: f64,
    pub seconds_undone: f64,
    pub seconds_waiting: f64,
    pub seconds_waiting_for_locks: f64,
    pub seconds_waiting_for_cores: f64,
    pub retries: u64,
    pub revocations: u64,
    pub became_contended: u64,
    pub collections: u64,
    pub full_collections: u64,
    pub seconds_collecting: f64,
    pub longest_collection: f64,
}

#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct ConflictEntry {
    pub rank: usize,
    pub kind: &'static str,
    pub description: String,
    pub object: ObjectEntry,
    pub seconds: f64,
    pub count: u64,
    pub undone: u64,
    pub revocations: u64,
    pub contended: u64,
    pub longest: f64,
    pub longest_at: f64,
    pub sides: Vec<SideEntry>,
    pub hint: String,
}

#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct ObjectEntry {
    pub category: String,
    pub r#type: String,
    pub name: String,
    pub operation: String,
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct SideEntry {
    #[serde(flatten)]
    pub place: Frame,
    pub text: String,
    pub exact: bool,
    /// Whether that is concluded from other records, which may be of other occasions.
    pub inferred: bool,
    pub seconds: f64,
    pub count: u64,
    pub undone: u64,
    pub threads: Vec<String>,
    pub stack: Vec<Frame>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct BlockEntry {
    #[serde(flatten)]
    pub place: Frame,
    pub text: String,
    pub commits: u64,
    pub aborts: u64,
    pub inevitable: u64,
    pub seconds: f64,
    pub seconds_undone: f64,
    pub most_attempts: u64,
}

#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct InevitableEntry {
    #[serde(flatten)]
    pub place: Frame,
    pub text: String,
    pub operation: String,
    pub count: u64,
    pub seconds_waiting: f64,
}

#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs, reason = "as above")]
pub struct ThreadEntry {
    pub id: u32,
    pub name: String,
    pub start: f64,
    pub end: f64,
    pub commits: u64,
    pub aborts: u64,
    pub seconds_in_blocks: f64,
    pub seconds_undone: f64,
    pub seconds_waiting: f64,
}

/// Sums over the events.
struct Sums<'l> {
    log: &'l Log,
    sources: &'l Sources,
    totals: Totals,
    threads: BTreeMap<u32, ThreadEntry>,
    blocks: HashMap<Frame, BlockEntry>,
    inevitable: HashMap<(Frame, String), InevitableEntry>,
    newest: u64,
}

impl Sums<'_> {
    fn thread(&mut self, id: u32) -> &mut ThreadEntry {
        self.threads.entry(id).or_insert_with(|| ThreadEntry {
            id,
            name: format!("thread {id}"),
            ..ThreadEntry::default()
        })
    }

    fn block(&mut self, stack: u64) -> &mut BlockEntry {
        let frame = own_frame(&self.log.frames(stack));
        let text = || self.sources.line(&frame);
        self.blocks.entry(frame.clone()).or_insert_with(|| BlockEntry {
            text: text(),
            place: frame.clone(),
            ..BlockEntry::default()
        })
    }

    fn commits(&mut self, thread: u32, stack: u64, count: u64, seconds: f64) {
        self.totals.commits += count;
        self.totals.seconds_in_blocks += seconds;
        let own = self.thread(thread);
        own.commits += count;
        own.seconds_in_blocks += seconds;
        let block = self.block(stack);
        block.commits += count;
        block.seconds += seconds;
    }

    fn waited(&mut self, thread: u32, seconds: f64) {
        self.totals.seconds_waiting += seconds;
        self.thread(thread).seconds_waiting += seconds;
    }

    fn add(&mut self, thread: u32, event: Event) {
        let seconds = |ticks| self.log.seconds(ticks);
        match event {
            Event::ThreadStart { time } => {
                let start = seconds(time);
                self.newest = self.newest.max(time);
                let entry = self.thread(thread);
                (entry.start, entry.end) = (start, start);
            }
            Event::ThreadName { name, .. } => {
                let name = self.log.text(name).to_owned();
                self.thread(thread).name = name;
            }
            Event::ThreadEnd { time } => {
                self.newest = self.newest.max(time);
                self.thread(thread).end = seconds(time);
            }
            Event::Block { start, length, attempt, stack, inevitable } => {
                self.newest = self.newest.max(start + length);
                self.commits(thread, stack, 1, seconds(length));
                let block = self.block(stack);
                block.inevitable += inevitable;
                block.most_attempts = block.most_attempts.max(attempt + 1);
            }
            Event::Blocks { start, length, busy, count, stack } => {
                self.newest = self.newest.max(start + length);
                self.commits(thread, stack, count, seconds(busy));
                let block = self.block(stack);
                block.most_attempts = block.most_attempts.max(1);
            }
            Event::Abort { start, length, block, cause, .. } => {
                self.newest = self.newest.max(start + length);
                if cause == Cause::Retry as u64 {
                    self.totals.retries += 1;
                    return;
                }
                let lost = seconds(length);
                self.totals.aborts += 1;
                self.totals.seconds_undone += lost;
                let own = self.thread(thread);
                own.aborts += 1;
                own.seconds_undone += lost;
                let block = self.block(block);
                block.aborts += 1;
                block.seconds_undone += lost;
            }
            Event::Wait { start, length, .. } => {
                self.newest = self.newest.max(start + length);
                self.waited(thread, seconds(length));
            }
            Event::Revocation { start, length, .. } => {
                self.newest = self.newest.max(start + length);
                self.totals.revocations += 1;
                self.waited(thread, seconds(length));
            }
            Event::LockWait { start, length, stack, .. } => {
                self.newest = self.newest.max(start + length);
                if !is_idle(&self.log.frames(stack)) {
                    self.totals.seconds_waiting_for_locks += seconds(length);
                    self.waited(thread, seconds(length));
                }
            }
            Event::Inevitable { length, stack, reason, .. } => {
                self.totals.inevitable += 1;
                let place = own_frame(&self.log.frames(stack));
                let operation = self.log.text(reason).to_owned();
                let text = self.sources.line(&place);
                let entry = self.inevitable.entry((place.clone(), operation.clone()));
                let entry = entry.or_insert_with(|| InevitableEntry {
                    place,
                    text,
                    operation,
                    ..InevitableEntry::default()
                });
                entry.count += 1;
                entry.seconds_waiting += self.log.seconds(length);
            }
            Event::Contended { on: 1, .. } => self.totals.became_contended += 1,
            Event::Collection { start, length, full, .. } => {
                self.newest = self.newest.max(start + length);
                let pause = seconds(length);
                self.totals.collections += 1;
                self.totals.full_collections += full;
                self.totals.seconds_collecting += pause;
                self.totals.longest_collection = self.totals.longest_collection.max(pause);
            }
            Event::Seat { start, length } => {
                self.newest = self.newest.max(start + length);
                self.totals.seconds_waiting_for_cores += seconds(length);
            }
            _ => {}
        }
    }
}

impl Report {
    /// The report on a log.
    pub fn of(log: &Log) -> Report {
        set_library(log.said("library"));
        let sources = Sources::in_folder(log.said("folder"));
        let mut sums = Sums {
            log,
            sources: &sources,
            totals: Totals::default(),
            threads: BTreeMap::new(),
            blocks: HashMap::new(),
            inevitable: HashMap::new(),
            newest: 0,
        };
        for &(thread, event) in &log.events {
            sums.add(thread, event);
        }
        let end = log.seconds(sums.newest);
        let mut threads: Vec<ThreadEntry> = sums.threads.into_values().collect();
        for thread in threads.iter_mut().filter(|thread| thread.end <= thread.start) {
            // It did not live to say so.
            thread.end = end;
        }
        let mut totals = sums.totals;
        totals.seconds = end;
        totals.threads = threads.len() as u64;
        totals.aborts_per_commit = totals.aborts as f64 / (totals.commits.max(1)) as f64;
        let mut blocks: Vec<BlockEntry> = sums.blocks.into_values().collect();
        blocks.sort_by(|a, b| {
            let key = |block: &BlockEntry| block.seconds + block.seconds_undone;
            key(b).total_cmp(&key(a)).then_with(|| a.place.cmp(&b.place))
        });
        let mut inevitable: Vec<InevitableEntry> = sums.inevitable.into_values().collect();
        inevitable.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.place.cmp(&b.place)));
        let names: HashMap<u32, &str> =
            threads.iter().map(|thread| (thread.id, thread.name.as_str())).collect();
        let found = conflicts(&incidents(log));
        let conflicts = found.iter().enumerate();
        let conflicts =
            conflicts.map(|(at, found)| entry(at + 1, found, log, &sources, &names)).collect();
        let number = |key| log.said(key).parse().unwrap_or(0);
        Report {
            schema: SCHEMA,
            program: Program {
                command: log.said("command").to_owned(),
                folder: log.said("folder").to_owned(),
                pid: number("pid"),
                cores: number("cores"),
                started: number("time"),
                version: log.said("version").to_owned(),
            },
            complete: log.complete,
            totals,
            conflicts,
            blocks,
            inevitable,
            threads,
        }
    }
}

fn entry(
    rank: usize,
    conflict: &Conflict,
    log: &Log,
    sources: &Sources,
    names: &HashMap<u32, &str>,
) -> ConflictEntry {
    let object = Object::of(&conflict.object);
    let texts = [0, 1].map(|side: usize| sources.line(&conflict.sides[side].frame));
    let sides = conflict.sides.iter().zip(&texts).map(|(side, text)| SideEntry {
        place: side.frame.clone(),
        text: text.clone(),
        exact: side.known == Known::Recorded,
        inferred: side.known == Known::Inferred,
        seconds: log.seconds(side.lost),
        count: side.count,
        undone: side.undone,
        threads: side
            .threads
            .iter()
            .map(|id| names.get(id).map_or_else(|| format!("thread {id}"), ToString::to_string))
            .collect(),
        stack: side.stack.clone(),
    });
    ConflictEntry {
        rank,
        kind: kind_name(conflict.kind),
        description: kind_in_words(conflict).to_owned(),
        object: ObjectEntry {
            category: object.category.to_owned(),
            r#type: object.type_name.to_owned(),
            name: object.expression.to_owned(),
            operation: object.operation.to_owned(),
            text: object.in_words(),
        },
        seconds: log.seconds(conflict.lost()),
        count: conflict.count(),
        undone: conflict.undone(),
        revocations: conflict.revocations,
        contended: conflict.contended,
        longest: log.seconds(conflict.longest.1),
        longest_at: log.seconds(conflict.longest.0),
        sides: sides.collect(),
        hint: hint(conflict, &texts),
    }
}
