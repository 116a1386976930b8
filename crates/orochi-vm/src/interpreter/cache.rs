//! Inline caches: one word behind the instruction.
//!
//! `shape:32 | operand:24 | kind:8`, with the shape in the top half: a cache hits when the
//! object's shape is the cached one. The operand is a byte offset for slots, or the number of an
//! immutable [`Record`]. Words are read and written by single plain accesses; whoever sees an old
//! one misses.
//!
//! What a cache says rests on the classes along the resolution order, which are marked
//! *observed* when it is filled. A change of such a class empties all caches with the world
//! stopped ([`clear_all`]) and starts the records anew. So a cache needs no other check, and the
//! values in its record need no other root than the class.

use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use crate::class::{Class, flags};
use crate::heap::{ShapeId, Value};
use crate::object::Ref;

/// What a cache word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Empty.
    None = 0,
    /// An inline slot; operand: byte offset.
    Inline,
    /// A slot of `__slots__`, which may be unbound; operand: byte offset.
    Member,
    /// A word of the overflow array; operand: index.
    Overflow,
    /// A Python function or native method on the class; operand: record with the function.
    Method,
    /// A plain value on the class.
    ClassValue,
    /// A property; record with the getter, a plain Python function.
    Property,
    /// Storing adds the attribute in an inline slot; record: `extra` is the new shape (high half)
    /// and the byte offset.
    Add,
    /// A name of a module; record: `value` the module, `extra` the cell's address.
    Module,
    /// An attribute of a class object; record: `value` what was found, `extra` the class.
    OfClass,
}

/// The kind of a cache word.
#[inline(always)]
pub(crate) const fn kind(cached: u64) -> u8 {
    cached as u8
}

/// The operand of a cache word.
#[inline(always)]
pub(crate) const fn operand(cached: u64) -> usize {
    (cached as u32 >> 8) as usize
}

/// A cache word.
#[inline(always)]
pub(crate) const fn word(shape: ShapeId, kind: Kind, operand: u32) -> u64 {
    (shape.0 as u64) << 32 | (operand as u64) << 8 | kind as u64
}

/// What does not fit into the word. Never changed while a cache names it.
pub(crate) struct Record {
    value: AtomicU64,
    extra: AtomicU64,
}

impl Record {
    /// The value.
    #[inline(always)]
    pub(crate) fn value(&self) -> Value {
        Value::from_bits(self.value.load(Ordering::Relaxed))
    }

    /// The rest.
    #[inline(always)]
    pub(crate) fn extra(&self) -> u64 {
        self.extra.load(Ordering::Relaxed)
    }
}

const CHUNK: usize = 4096;
static CHUNKS: [AtomicPtr<[Record; CHUNK]>; CHUNK] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; CHUNK];

/// The record with this number.
#[inline(always)]
pub(crate) fn record(number: usize) -> &'static Record {
    let chunk = CHUNKS[number / CHUNK % CHUNK].load(Ordering::Relaxed);
    // SAFETY: a number is handed out after its chunk has been published, and chunks stay.
    unsafe { &(*chunk)[number % CHUNK] }
}

/// Filled caches, and the number of records in use.
struct Sites {
    words: Vec<usize>,
    records: usize,
    /// Words of code objects that have died since: freed when no cache list names them.
    graveyard: Vec<Box<[AtomicU64]>>,
}

static SITES: Mutex<Sites> =
    Mutex::new(Sites { words: Vec::new(), records: 1, graveyard: Vec::new() });

/// Fills the cache at `site` with a fact about instances of `class` that `find` establishes while
/// no class can change. `find` returns the kind and operand or a new record's contents.
pub(crate) fn fill(site: *const u64, class: Ref<Class>, find: impl FnOnce() -> Option<Fact>) {
    let mut sites = SITES.lock().unwrap_or_else(|e| e.into_inner());
    for class in class.mro_classes() {
        class.set_flag(flags::OBSERVED, true);
    }
    let Some(fact) = find() else { return };
    let cached = match fact.contents {
        Contents::Operand(operand) if operand < 1 << 24 => word(fact.shape, fact.kind, operand),
        Contents::Operand(_) => return,
        Contents::Record(value, extra) => {
            let number = sites.records;
            if number >= (1 << 24) - 1 {
                return;
            }
            let chunk = &CHUNKS[number / CHUNK];
            if chunk.load(Ordering::Relaxed).is_null() {
                let fresh: Box<[Record; CHUNK]> = Box::new(
                    [const { Record { value: AtomicU64::new(0), extra: AtomicU64::new(0) } };
                        CHUNK],
                );
                chunk.store(Box::into_raw(fresh), Ordering::Release);
            }
            let record = record(number);
            record.value.store(value.bits(), Ordering::Relaxed);
            record.extra.store(extra, Ordering::Relaxed);
            sites.records += 1;
            word(fact.shape, fact.kind, number as u32)
        }
    };
    sites.words.push(site as usize);
    store(site, cached);
}

/// What [`fill`] puts into a cache.
pub(crate) struct Fact {
    /// The shape of objects for which it holds.
    pub(crate) shape: ShapeId,
    /// What it is.
    pub(crate) kind: Kind,
    /// Its operand.
    pub(crate) contents: Contents,
}

/// The operand of a [`Fact`].
pub(crate) enum Contents {
    /// Fits into the word.
    Operand(u32),
    /// Goes into a record: value and extra.
    Record(Value, u64),
}

/// Reads a cache word.
#[inline(always)]
pub(crate) unsafe fn load(site: *const u64) -> u64 {
    // SAFETY: cache words lie behind their instruction; they are accessed as relaxed atomics.
    unsafe { (*site.cast::<AtomicU64>()).load(Ordering::Relaxed) }
}

/// Writes a cache word.
pub(crate) fn store(site: *const u64, cached: u64) {
    // SAFETY: as for `load`; publishes the record before its number.
    unsafe { (*site.cast::<AtomicU64>()).store(cached, Ordering::Release) }
}

/// Empties all caches. The world is stopped.
pub(crate) fn clear_all() {
    let mut sites = SITES.lock().unwrap_or_else(|e| e.into_inner());
    for &site in &sites.words {
        store(site as *const u64, 0);
    }
    sites.words.clear();
    sites.records = 1;
    sites.graveyard.clear();
}

/// Takes the words of a code object that has died: some cache may still be listed.
pub(crate) fn bury(words: Box<[AtomicU64]>) {
    let mut sites = SITES.lock().unwrap_or_else(|e| e.into_inner());
    if sites.words.is_empty() {
        return;
    }
    sites.graveyard.push(words);
}
