//! Reading a log.

use std::collections::HashMap;

use orochi_stm::log::Event;
use orochi_stm::log::format::{CHUNK, CHUNK_HEAD, MAGIC, NAME, STACK, take};

use crate::place::Frame;

/// Why a file cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotALog {
    /// It does not begin as logs do.
    Foreign,
    /// It is a log of another version.
    Version(u8),
    /// It ends before its first event.
    Cut,
}

impl std::fmt::Display for NotALog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotALog::Foreign => f.write_str("is not an event log"),
            NotALog::Version(version) => {
                write!(f, "is an event log of version {version}, which this program does not know")
            }
            NotALog::Cut => f.write_str("is an event log that ends before its first event"),
        }
    }
}

impl std::error::Error for NotALog {}

/// A log in memory: times in ticks, converted by [`Log::seconds`].
#[derive(Debug, Default)]
pub struct Log {
    /// What its head says, by key.
    pub head: HashMap<String, String>,
    /// Thread and event, in the order of the file.
    pub events: Vec<(u32, Event)>,
    /// Whether the file ends as it should.
    pub complete: bool,
    texts: HashMap<u64, String>,
    stacks: HashMap<u64, Vec<(u64, u64)>>,
    nanos_per_tick: f64,
}

impl Log {
    /// Reads what can be read.
    ///
    /// # Errors
    /// When the bytes are no log.
    pub fn read(bytes: &[u8]) -> Result<Log, NotALog> {
        let magic = MAGIC.len() - 1;
        if bytes.len() <= magic || bytes[..magic] != MAGIC[..magic] {
            return Err(NotALog::Foreign);
        }
        if bytes[magic] != MAGIC[magic] {
            return Err(NotALog::Version(bytes[magic]));
        }
        let mut rest = &bytes[MAGIC.len()..];
        let head = take_u32(&mut rest).and_then(|length| split(&mut rest, length as usize));
        let head = String::from_utf8_lossy(head.ok_or(NotALog::Cut)?);
        let pairs = head.lines().filter_map(|line| line.split_once('='));
        let head = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let mut log = Log { head, complete: true, nanos_per_tick: 1.0, ..Log::default() };
        let mut newest = 0;
        while !rest.is_empty() {
            let Some((thread, ticks, nanos, length)) = chunk_head(&mut rest) else {
                log.complete = false;
                break;
            };
            if ticks > newest {
                newest = ticks;
                log.nanos_per_tick = nanos as f64 / ticks as f64;
            }
            let records = match split(&mut rest, length) {
                Some(records) => records,
                None => {
                    log.complete = false;
                    std::mem::take(&mut rest)
                }
            };
            log.read_records(thread, records);
        }
        if log.events.is_empty() {
            return Err(NotALog::Cut);
        }
        Ok(log)
    }

    fn read_records(&mut self, thread: u32, mut records: &[u8]) {
        while !records.is_empty() {
            let Some((kind, mut payload)) = record(&mut records) else {
                self.complete = false;
                return;
            };
            match kind {
                NAME => {
                    if let Some(id) = take(&mut payload) {
                        self.texts.insert(id, String::from_utf8_lossy(payload).into_owned());
                    }
                }
                STACK => {
                    if let Some(id) = take(&mut payload) {
                        let mut frames = Vec::new();
                        while let (Some(name), Some(line)) =
                            (take(&mut payload), take(&mut payload))
                        {
                            frames.push((name, line));
                        }
                        self.stacks.insert(id, frames);
                    }
                }
                // Of a newer program, perhaps: what it says is not needed for the rest.
                _ => self.events.extend(Event::decode(kind, payload).map(|event| (thread, event))),
            }
        }
    }

    /// Ticks as seconds.
    pub fn seconds(&self, ticks: u64) -> f64 {
        ticks as f64 * self.nanos_per_tick / 1e9
    }

    /// A text; empty if it is not known.
    pub fn text(&self, id: u64) -> &str {
        self.texts.get(&id).map_or("", String::as_str)
    }

    /// The frames of a stack, the innermost first.
    pub(crate) fn frames(&self, stack: u64) -> Vec<Frame> {
        let frames = self.stacks.get(&stack).map_or(&[][..], Vec::as_slice);
        frames.iter().map(|&(name, line)| Frame::of(self.text(name), line)).collect()
    }

    /// A line of the head; empty if there is none.
    pub fn said(&self, key: &str) -> &str {
        self.head.get(key).map_or("", String::as_str)
    }
}

fn split<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (front, back) = rest.split_at_checked(length)?;
    *rest = back;
    Some(front)
}

/// Kind and payload.
fn record<'b>(rest: &mut &'b [u8]) -> Option<(u64, &'b [u8])> {
    let (kind, length) = (take(rest)?, take(rest)?);
    Some((kind, split(rest, usize::try_from(length).ok()?)?))
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    split(rest, 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn take_u64(rest: &mut &[u8]) -> Option<u64> {
    split(rest, 8)?.try_into().ok().map(u64::from_le_bytes)
}

/// Thread, both clocks, and bytes of records.
fn chunk_head(rest: &mut &[u8]) -> Option<(u32, u64, u64, usize)> {
    let mut head = split(rest, CHUNK_HEAD)?;
    let head = &mut head;
    if take_u32(head)? != CHUNK {
        return None;
    }
    let (length, thread, _) = (take_u32(head)?, take_u32(head)?, take_u32(head)?);
    Some((thread, take_u64(head)?, take_u64(head)?, length as usize))
}
