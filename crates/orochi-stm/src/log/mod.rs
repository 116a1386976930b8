//! The event log: what threads waited for, what was undone, and where in the program both sides of
//! each conflict were.
//!
//! All hooks are in slow paths, behind one look at a pointer that is null while nothing is logged.
//!
//! # The two sides
//! Who waits knows where it is: it records its side when the wait is over, with a number. The
//! owner records its side when it sees the request, at a safepoint or the end of a block, under
//! the same number; whoever reads the log joins the two. By then the owner has gone on. The line
//! that counts is the one that touched the object; so each thread keeps, for the objects it has
//! claimed last, where that was ([`Touches`]). For most it keeps the innermost frame; for objects
//! that somebody has waited for before ([`Log::is_hot`]), several. Programs whose threads do not meet need
//! none of this: a thread keeps it while there has lately been a conflict ([`ALERT`]), and in the first
//! moments of the log. So the first conflict after a quiet time may know one side only.
//!
//! The log knows nothing of programs: where a thread is comes from the host as a [`Trail`] of
//! words, of which the host makes a number when it is needed ([`Host::place`]).
//!
//! Blocks that commit at once are too many to be recorded one by one; they are summed up
//! ([`touch::Short`]). Looking at the clock twice costs a tenth of the smallest of them. So where
//! blocks of one `with` follow each other so quickly that sixteen take less than a short one may,
//! one of sixteen is timed, and the others are counted to have been as long ([`Pace`]). A block that
//! waits, starts over or becomes inevitable is timed from there on.

mod file;
pub mod format;
pub(crate) mod hooks;
mod names;
mod touch;

use std::cell::Cell;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use file::{Buffer, LogFile};
pub use format::Event;
pub use names::Names;
pub use touch::{Frame, TRAIL, Trail};
use touch::{ShortBlocks, Touches};

use crate::host::Host;
use crate::owner::OwnerWord;
use crate::record::ThreadRecord;
use crate::registry::Registry;
use crate::sync::ticks;

/// Why an attempt was undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Cause {
    /// An older block wanted what it had.
    Wounded = 0,
    /// It would have had to wait for a lock.
    Lock = 1,
    /// It waits for a change of what it has read.
    Retry = 2,
    /// It would have had to wait for another thread.
    Wait = 3,
    /// A signal.
    Interrupt = 4,
    /// Anything else, such as a test's wish.
    Other = 5,
}

/// What a claim has waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Obstacle {
    /// An owner outside blocks.
    Plain = 0,
    /// An open block.
    Block = 1,
    /// Somebody who takes the object from its readers.
    Revocation = 2,
    /// The holder of a contended object.
    Holder = 3,
    /// The one block that may be inevitable.
    Inevitable = 4,
}

/// So long a pause or the wait for a core must be to be recorded, in ticks: some ten microseconds.
const WORTH: u64 = 30_000;
/// A thread's records are written out after so many ticks at the latest, if another comes.
const WRITE_AFTER: u64 = 300_000_000;
/// Threads note where they touch objects for so long after a conflict, in ticks: some 300 ms.
const ALERT: u64 = 1 << 30;
/// After so many claims a thread looks whether that time is over, or has begun.
const LOOK_AFTER: u32 = 256;
/// Entries in the table of objects that have been waited for.
const HOT: usize = 256;

/// What is logged of one registry.
#[derive(Debug)]
pub(crate) struct Log {
    names: Names,
    threads: AtomicU32,
    /// Addresses of objects that somebody has waited for.
    hot: [AtomicUsize; HOT],
    /// Until when threads note where they touch objects.
    alert: AtomicU64,
}

/// What others see of a logging thread. Statistics: no order is needed.
#[derive(Debug)]
pub(crate) struct Noted {
    /// The thread's number in the log, plus one; zero if it does not log.
    thread: AtomicU64,
    /// The number of its request.
    request: AtomicU64,
    /// The object that it takes from its readers.
    revokes: AtomicUsize,
    /// Who has wounded its block: thread plus one, request, object.
    wounded_by: [AtomicU64; 3],
}

impl Noted {
    pub(crate) const fn new() -> Noted {
        Noted {
            thread: AtomicU64::new(0),
            request: AtomicU64::new(0),
            revokes: AtomicUsize::new(0),
            wounded_by: [const { AtomicU64::new(0) }; 3],
        }
    }
}

/// A thread's part of the log.
#[derive(Debug)]
pub(crate) struct ThreadLog {
    log: &'static Log,
    buffer: Arc<Buffer>,
    touches: Touches,
    /// Whether `touches` is kept, and the claims until the next look whether to.
    watching: Cell<bool>,
    look_in: Cell<u32>,
    short: ShortBlocks,
    /// Numbers of places and objects found last, by a hash.
    known: Box<[Cell<(u64, u32)>]>,
    requests: Cell<u64>,
    written: Cell<u64>,
    ended: Cell<bool>,
    pace: Pace,
    /// The open block: its start, how many attempts came before, whether it has waited.
    began: Cell<u64>,
    attempt: Cell<u64>,
    eventful: Cell<bool>,
    entered: [Cell<Frame>; 2],
    /// Where it became inevitable.
    inevitable: Cell<u32>,
    /// Why it is to be undone, where, and for what object, if the host has said so.
    doom: Cell<Option<(Cause, u32, u32)>>,
    /// The last requests answered.
    answered: Cell<[(u64, u64); 4]>,
}

/// Which of a thread's short blocks are timed.
#[derive(Debug, Default)]
struct Pace {
    /// Where the last block began that was timed and short, and how long it took.
    place: Cell<usize>,
    length: Cell<u64>,
    /// When it began, if blocks after it are not timed; else zero.
    since: Cell<u64>,
    /// So many more blocks at that place need not be timed.
    left: Cell<u32>,
    /// So many blocks are timed before that is tried again.
    careful: Cell<u32>,
    /// The open block is not timed.
    untimed: Cell<bool>,
}

/// After blocks that were not timed and took long, so many are.
const CAREFUL: u32 = 256;

/// Numbers remembered by a thread.
const KNOWN: usize = 256;

impl Log {
    /// Whether somebody has waited for the object of late.
    fn is_hot(&self, address: usize) -> bool {
        self.hot[touch::place_of(address)].load(Ordering::Relaxed) == address
    }

    fn heat(&self, address: usize) {
        // Others look at the table at each claim: it is written to only where that says something.
        if !self.is_hot(address) {
            self.hot[touch::place_of(address)].store(address, Ordering::Relaxed);
        }
        let until = ticks().wrapping_add(ALERT);
        if until.wrapping_sub(self.alert.load(Ordering::Relaxed)) > ALERT / 2 {
            self.alert.store(until, Ordering::Relaxed);
        }
    }

    /// Whether there has lately been a conflict.
    fn is_alert(&self) -> bool {
        self.alert.load(Ordering::Relaxed).wrapping_sub(ticks()) <= ALERT
    }
}

impl Registry {
    /// Begins to log to a new file. `text`: lines `key=value` for whoever reads it. Threads that
    /// start from now on are recorded.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn open_log(&self, path: &Path, text: &str) -> io::Result<()> {
        let file = LogFile::open(path, text)?;
        let names = Names { file, tables: std::sync::Mutex::default() };
        let log = Log {
            names,
            threads: AtomicU32::new(0),
            hot: [const { AtomicUsize::new(0) }; HOT],
            alert: AtomicU64::new(ticks().wrapping_add(ALERT)),
        };
        let _ = self.log.set(Box::leak(Box::new(log)));
        Ok(())
    }

    /// Writes out what all threads have recorded and closes the log. What they do from now on is
    /// not recorded.
    pub fn close_log(&self) {
        let Some(log) = self.log.get() else { return };
        let file = &log.names.file;
        let mut state = file.lock();
        for buffer in std::mem::take(&mut state.buffers) {
            file.write(&mut state, &buffer);
        }
        state.close();
    }

    /// Runs `fork`, which says whether it has returned in the child, while nobody writes. The
    /// child logs to a file of its own.
    pub(crate) fn with_log_free<R>(
        &self,
        survivor: &ThreadRecord,
        fork: impl FnOnce() -> (R, bool),
    ) -> (R, bool) {
        let Some(log) = self.log.get() else { return fork() };
        let file = &log.names.file;
        let mut state = file.lock();
        let (result, in_child) = fork();
        if in_child {
            state.begin_anew(survivor.noted.thread.load(Ordering::Relaxed));
            log.names.write_all(&mut state);
            if let Some(own) = state.buffers.first() {
                let mut record = [0; format::LONGEST];
                let start = Event::ThreadStart { time: file.since(ticks()) };
                let length = start.encode(&mut record);
                own.append(&record[..length]);
            }
        }
        (result, in_child)
    }
}

impl ThreadLog {
    fn new(log: &'static Log) -> Box<ThreadLog> {
        let thread = log.threads.fetch_add(1, Ordering::Relaxed);
        let buffer = Arc::new(Buffer::new(thread));
        log.names.file.lock().buffers.push(buffer.clone());
        Box::new(ThreadLog {
            log,
            buffer,
            touches: Touches::new(),
            watching: Cell::new(true),
            look_in: Cell::new(LOOK_AFTER),
            short: ShortBlocks::new(),
            known: (0..KNOWN).map(|_| Cell::new((0, 0))).collect(),
            requests: Cell::new(0),
            written: Cell::new(ticks()),
            ended: Cell::new(false),
            pace: Pace::default(),
            began: Cell::new(0),
            attempt: Cell::new(0),
            eventful: Cell::new(false),
            entered: [const { Cell::new((0, 0)) }; 2],
            inevitable: Cell::new(0),
            doom: Cell::new(None),
            answered: Cell::new([(0, 0); 4]),
        })
    }

    fn now(&self) -> u64 {
        self.log.names.file.since(ticks())
    }

    /// Appends a record.
    fn record(&self, event: Event) {
        if self.ended.get() {
            return;
        }
        if self.buffer.is_full() {
            self.write();
        }
        let mut record = [0; format::LONGEST];
        let length = event.encode(&mut record);
        self.buffer.append(&record[..length]);
    }

    /// Writes out what is old enough.
    fn write_if_due(&self, time: u64) {
        if time.wrapping_sub(self.written.get()) > WRITE_AFTER {
            self.short.empty(|event| self.record(event));
            self.write();
            self.written.set(time);
        }
    }

    fn write(&self) {
        let file = &self.log.names.file;
        if !self.buffer.is_empty() && !file.write(&mut file.lock(), &self.buffer) {
            self.ended.set(true);
        }
    }

    /// The number under which `key` was found before, or the one that `find` says.
    fn known(&self, key: u64, find: impl FnOnce() -> u32) -> u32 {
        let entry = &self.known[(key >> 40) as usize % KNOWN];
        let (found, id) = entry.get();
        if found == key {
            return id;
        }
        let id = find();
        entry.set((key, id));
        id
    }

    fn place(&self, host: &dyn Host, trail: &Trail) -> u32 {
        if trail.count == 0 {
            return 0;
        }
        self.known(trail.hash(1), || host.place(trail, &self.log.names))
    }

    /// Whether the thread notes where it touches objects.
    #[inline(always)]
    fn watches(&self) -> bool {
        let left = self.look_in.get();
        if left == 0 {
            return self.look_whether_to_watch();
        }
        self.look_in.set(left - 1);
        self.watching.get()
    }

    #[cold]
    fn look_whether_to_watch(&self) -> bool {
        let watches = self.log.is_alert();
        self.look_in.set(LOOK_AFTER);
        if self.watching.replace(watches) && !watches {
            // Later touches of the same objects will not be known.
            self.touches.clear();
        }
        watches
    }

    /// Where the open block was entered.
    fn entered(&self) -> Trail {
        let mut trail = Trail::EMPTY;
        for frame in self.entered.iter().map(Cell::get).filter(|&frame| frame != (0, 0)) {
            trail.push(frame);
        }
        trail
    }

    /// Where the thread is now.
    fn here(&self, host: &dyn Host) -> (u32, Trail) {
        let mut trail = Trail::EMPTY;
        host.trail(&mut trail, TRAIL);
        (self.place(host, &trail), trail)
    }

    fn describe(&self, host: &dyn Host, word: &OwnerWord, trail: &Trail) -> u32 {
        let key = Trail { count: trail.count.min(1), ..*trail }.hash(host.kind(word) << 2 | 2);
        self.known(key, || host.describe(word, trail, &self.log.names))
    }
}
