//! Inline caches: one word behind the instruction.
//!
//! `shape:32 | operand:24 | kind:8`, with the shape in the top half: a cache hits when the
//! object's shape is the cached one. The operand is a byte offset for slots, or the number of an
//! immutable [`Record`]. Words are read and written by single plain accesses; whoever sees an old
//! one misses.
//!
//! That is what [`decoded`] gives. In the words of `GetAttr` and `SetAttr`, what they see most
//! often is *direct*: the number of an inline slot in the top byte, the shape in the next three,
//! zeros below. Barrier, shape and kind are then one comparison of what header, token and cache
//! differ in (`StmThread::tag_if_readable`). One bit among the shape's tells the direct words of
//! in-place statements, which want the write barrier, another one those that are not direct.
//!
//! A site that sees objects of several shapes keeps one of them in its word; the others are found
//! in a table of each thread, by name and shape ([`Polymorphic`]).
//!
//! What a cache says rests on the classes along the resolution order, which are marked
//! *observed* when it is filled. A change of such a class empties all caches with the world
//! stopped ([`clear_all`]) and starts the records anew. So a cache needs no other check, and the
//! values in its record need no other root than the class.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use crate::class::{Class, flags};
use crate::heap::{ShapeId, Value};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::str::Str;

/// What a cache word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Empty.
    None = 0,
    /// A word of the object, unbound if the attribute is missing; operand: byte offset.
    Inline,
    /// A word of the overflow array; operand: index.
    Overflow,
    /// A Python function or native method on the class; operand: record with the function.
    Method,
    /// A plain value on the class.
    ClassValue,
    /// A property; record with the getter, a plain Python function.
    Property,
    /// Storing adds the attribute in an inline slot; record: `value` unbound, `extra` the new shape
    /// (high half) and the byte offset.
    Add,
    /// A name of a module; record: `value` the module, `extra` the cell's address.
    Module,
    /// An attribute of a class object; record: `value` what was found, `extra` the class.
    OfClass,
    /// A method found behind a class by `super`; record: `value` the method, `extra` the class.
    Super,
    /// Nothing can be said about objects of this shape: do not ask again.
    Uncacheable,
}

impl Kind {
    /// Whether another object of the same shape may need another word.
    fn depends_on_object(kind: u8) -> bool {
        [Kind::None, Kind::Module, Kind::OfClass, Kind::Super].iter().any(|&k| k as u8 == kind)
    }
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

/// Shapes from this number on are not cached.
const MOST_SHAPES: u32 = 1 << 22;
/// Bit of a direct word of an in-place statement.
pub(crate) const UPDATE: u64 = 1 << 54;
/// Bit of other words where direct ones may be.
const NOT_DIRECT: u64 = 1 << 55;

/// What the site of an access has for a cache word.
fn encoded(cached: u64, access: Access) -> u64 {
    let update = match access {
        Access::Get | Access::Set => 0,
        Access::Update => UPDATE,
        Access::Method | Access::Super => return cached,
    };
    let slot = operand(cached) / 8;
    if kind(cached) == Kind::Inline as u8 && operand(cached).is_multiple_of(8) && slot < 1 << 8 {
        (slot as u64) << 56 | cached >> 32 << 32 | update
    } else {
        cached | NOT_DIRECT
    }
}

/// Reads a cache word of attributes.
#[inline(always)]
pub(crate) unsafe fn decoded(site: *const u64) -> u64 {
    // SAFETY: as for `load`.
    let raw = unsafe { load(site) };
    if raw as u32 != 0 || raw == 0 {
        return raw & !NOT_DIRECT;
    }
    let shape = ShapeId((raw >> 32) as u32 & (MOST_SHAPES - 1));
    word(shape, Kind::Inline, 8 * (raw >> 56) as u32)
}

/// Reads a cache word of attributes: as [`decoded`] if it is for this shape, else 0.
#[inline(always)]
pub(crate) unsafe fn of_shape(site: *const u64, shape: ShapeId) -> u64 {
    // SAFETY: as for `load`.
    let raw = unsafe { load(site) };
    let differs = (raw >> 32) as u32 ^ shape.0;
    if raw as u32 != 0 {
        let same = differs & !(NOT_DIRECT >> 32) as u32 == 0;
        return if same { raw & !NOT_DIRECT } else { 0 };
    }
    let same = differs & (MOST_SHAPES - 1) == 0 && raw != 0;
    if same { word(shape, Kind::Inline, 8 * (raw >> 56) as u32) } else { 0 }
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

/// Filled caches, and the records in use.
struct Sites {
    words: Vec<usize>,
    records: usize,
    /// The numbers of records by their contents.
    known: Option<HashMap<(u64, u64), u32>>,
    /// Words of code objects that have died since: freed when no cache list names them.
    graveyard: Vec<Box<[AtomicU64]>>,
}

static SITES: Mutex<Sites> =
    Mutex::new(Sites { words: Vec::new(), records: 1, known: None, graveyard: Vec::new() });

/// How often all caches have been emptied.
static EMPTIED: AtomicU64 = AtomicU64::new(0);

/// What an instruction does with the attribute that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Access {
    /// Reads it.
    Get,
    /// Reads it for an in-place statement, which will store it.
    Update,
    /// Reads it to be called.
    Method,
    /// Stores it.
    Set,
    /// Reads it behind a class, to be called.
    Super,
}

/// Pairs of entries in a thread's table.
const PAIRS: usize = 512;

/// Two entries: the key (name and access), and the word.
type Pair = [Cell<(usize, u64)>; 2];

/// A thread's table of cache words for sites that see several shapes: two places for
/// each hash of name, access and shape. Names live for ever, and so do the numbers of shapes, so an entry is true
/// until all caches are emptied.
pub(crate) struct Polymorphic {
    emptied: Cell<u64>,
    pairs: Box<[Pair; PAIRS]>,
}

impl Polymorphic {
    /// An empty table.
    pub(crate) fn new() -> Polymorphic {
        Polymorphic {
            emptied: Cell::new(0),
            pairs: Box::new([const { [const { Cell::new((0, 0)) }; 2] }; PAIRS]),
        }
    }

    #[inline(always)]
    fn key(name: Ref<Str>, access: Access) -> usize {
        name.as_ptr() as usize | access as usize
    }

    #[inline(always)]
    fn pair(&self, key: usize, shape: ShapeId) -> &Pair {
        let spread = (key as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ u64::from(shape.0).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        &self.pairs[(spread >> (64 - PAIRS.ilog2())) as usize]
    }

    /// The word for objects of this shape, or 0.
    #[inline(always)]
    pub(crate) fn find(&self, name: Ref<Str>, access: Access, shape: ShapeId) -> u64 {
        let key = Self::key(name, access);
        if self.emptied.get() != EMPTIED.load(Ordering::Relaxed) {
            return 0;
        }
        for entry in self.pair(key, shape) {
            let (known, word) = entry.get();
            if known == key && (word >> 32) as u32 == shape.0 {
                return word;
            }
        }
        0
    }

    fn insert(&self, name: Ref<Str>, access: Access, word: u64) {
        let emptied = EMPTIED.load(Ordering::Relaxed);
        if self.emptied.get() != emptied {
            for pair in self.pairs.iter() {
                pair.iter().for_each(|entry| entry.set((0, 0)));
            }
            self.emptied.set(emptied);
        }
        let shape = ShapeId((word >> 32) as u32);
        if self.find(name, access, shape) == word {
            return;
        }
        let key = Self::key(name, access);
        let [first, second] = self.pair(key, shape);
        second.set(first.get());
        first.set((key, word));
    }
}

/// The instruction whose cache is to be filled.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    /// Its cache word.
    pub(crate) word: *const u64,
    /// The name it gives.
    pub(crate) name: Ref<Str>,
    /// What it does.
    pub(crate) access: Access,
}

impl Site {
    /// Whether what the caches say about objects of this shape is all that can be said.
    pub(crate) fn knows(self, th: &Thread, shape: ShapeId) -> bool {
        // SAFETY: a site has a cache word.
        let mut cached = unsafe { decoded(self.word) };
        if (cached >> 32) as u32 != shape.0 {
            cached = th.polymorphic.find(self.name, self.access, shape);
        }
        !Kind::depends_on_object(kind(cached))
    }
}

/// Fills the cache of `site` with a fact about objects of `shape`, instances of `class`, that
/// `find` establishes while no class can change. `find` returns the kind and operand or a new
/// record's contents, or nothing if there is none.
pub(crate) fn fill(
    th: &Thread,
    site: Site,
    shape: ShapeId,
    class: Ref<Class>,
    find: impl FnOnce() -> Option<Fact>,
) {
    if shape.0 >= MOST_SHAPES {
        return;
    }
    let mut sites = SITES.lock().unwrap_or_else(|e| e.into_inner());
    for class in class.mro_classes() {
        class.set_flag(flags::OBSERVED, true);
    }
    let cached = find().and_then(|fact| match fact.contents {
        Contents::Operand(operand) => (operand < 1 << 24).then(|| word(shape, fact.kind, operand)),
        Contents::Record(value, extra) => {
            sites.record_of(value, extra).map(|number| word(shape, fact.kind, number))
        }
    });
    let cached = cached.unwrap_or(word(shape, Kind::Uncacheable, 0));
    // SAFETY: a site has a cache word.
    let old = unsafe { decoded(site.word) };
    if old == 0 {
        sites.words.push(site.word as usize);
    } else if (old >> 32) as u32 != shape.0 {
        // Other threads may replace the word again: this one keeps both.
        th.polymorphic.insert(site.name, site.access, old);
        th.polymorphic.insert(site.name, site.access, cached);
    }
    store(site.word, encoded(cached, site.access));
}

impl Sites {
    /// The number of the record with these contents.
    fn record_of(&mut self, value: Value, extra: u64) -> Option<u32> {
        let known = self.known.get_or_insert_default();
        if let Some(&number) = known.get(&(value.bits(), extra)) {
            return Some(number);
        }
        let number = self.records;
        if number >= (1 << 24) - 1 {
            return None;
        }
        let chunk = &CHUNKS[number / CHUNK];
        if chunk.load(Ordering::Relaxed).is_null() {
            let fresh: Box<[Record; CHUNK]> = Box::new(
                [const { Record { value: AtomicU64::new(0), extra: AtomicU64::new(0) } }; CHUNK],
            );
            chunk.store(Box::into_raw(fresh), Ordering::Release);
        }
        let record = record(number);
        record.value.store(value.bits(), Ordering::Relaxed);
        record.extra.store(extra, Ordering::Relaxed);
        known.insert((value.bits(), extra), number as u32);
        self.records += 1;
        Some(number as u32)
    }
}

/// What [`fill`] puts into a cache.
pub(crate) struct Fact {
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
    sites.known = None;
    sites.graveyard.clear();
    EMPTIED.fetch_add(1, Ordering::Relaxed);
}

/// Shows the collector the objects in records, so that no young one dies while a cache names its
/// address. (A full collection empties all caches first.) The world is stopped.
pub(crate) fn visit_records(visit: &mut dyn FnMut(&[Value])) {
    let sites = SITES.lock().unwrap_or_else(|e| e.into_inner());
    for number in 1..sites.records {
        let record = record(number);
        // What adds an attribute has a shape and an offset for `extra`, and no value.
        if !record.value().is_unbound() {
            visit(&[record.value(), Value::from_bits(record.extra())]);
        }
    }
}

/// Takes the words of a code object that has died: some cache may still be listed.
pub(crate) fn bury(words: Box<[AtomicU64]>) {
    let mut sites = SITES.lock().unwrap_or_else(|e| e.into_inner());
    if sites.words.is_empty() {
        return;
    }
    sites.graveyard.push(words);
}
