//! The memory of a [`HashTable`]: header, index, entries.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::exception::Raised;
use crate::heap::{Header, Heap, Layout, ShapeId, Size, Tracer, Value, value_at};
use crate::object::{Field, Ref, Writing};
use crate::shape::known;
use crate::thread::{Thread, undo};
use crate::types::str::Str;

/// The table: this head, then `2^log2` buckets of 1, 2 or 4 bytes, then room for `capacity`
/// entries, of which the first `used` are initialised.
#[repr(C)]
pub struct HashTable<E> {
    header: Header,
    used: Field<u32>,
    capacity: u32,
    /// 64 − log2 of the number of buckets.
    shift: u32,
    /// Buckets in use: as many as entries were ever appended.
    filled: Field<u32>,
    entries: PhantomData<E>,
}

/// Bytes before the index.
const BASE: usize = 24;
/// The most entries a table can have.
const MOST_ENTRIES: usize = 1 << 31;

/// What a table keeps of each member: the hash, then `WORDS` values, the key first.
///
/// # Safety
/// `repr(C)`: a `Field<u64>`, then `WORDS` times `Field<Value>`.
pub unsafe trait TableEntry: Sized + 'static {
    /// The shape of tables of such entries.
    const SHAPE: ShapeId;
    /// Values in an entry.
    const WORDS: usize;
    /// Where the table without room is kept, which all empty containers share.
    fn empty() -> &'static AtomicPtr<()>;
}

/// An entry of a dict. A deleted one has an unbound key.
#[repr(C)]
pub struct DictEntry {
    hash: Field<u64>,
    key: Field<Value>,
    /// The value; in a namespace the cell of the name.
    pub value: Field<Value>,
}

/// An entry of a set.
#[repr(C)]
pub struct SetEntry {
    hash: Field<u64>,
    key: Field<Value>,
}

// SAFETY: as declared.
unsafe impl TableEntry for DictEntry {
    const SHAPE: ShapeId = known::DICT_TABLE;
    const WORDS: usize = 2;
    fn empty() -> &'static AtomicPtr<()> {
        static EMPTY: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
        &EMPTY
    }
}

// SAFETY: as declared.
unsafe impl TableEntry for SetEntry {
    const SHAPE: ShapeId = known::SET_TABLE;
    const WORDS: usize = 1;
    fn empty() -> &'static AtomicPtr<()> {
        static EMPTY: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
        &EMPTY
    }
}

/// How the collector sees a dict's table.
pub(crate) static TABLE_LAYOUT: Layout = Layout {
    storage: true,
    size: Size::Custom(table_size::<DictEntry>),
    trace: Some(trace_table::<DictEntry>),
    ..Layout::fixed("dict table", 0)
};

/// How the collector sees a set's table.
pub(crate) static SET_TABLE_LAYOUT: Layout = Layout {
    storage: true,
    size: Size::Custom(table_size::<SetEntry>),
    trace: Some(trace_table::<SetEntry>),
    ..Layout::fixed("set table", 0)
};

/// # Safety
/// A table of such entries.
unsafe fn table_size<E: TableEntry>(object: *const Header) -> usize {
    // SAFETY: the caller's promise; these words never change.
    unsafe {
        let table = &*object.cast::<HashTable<E>>();
        bytes_of::<E>(table.capacity as usize, table.shift)
    }
}

/// # Safety
/// A table of such entries.
unsafe fn trace_table<E: TableEntry>(object: *const Header, tracer: &mut Tracer<'_>) {
    // SAFETY: the first `used` entries are initialised.
    unsafe {
        let table = &*object.cast::<HashTable<E>>();
        let mut at = BASE + index_bytes(table.shift);
        for _ in 0..table.used.get() {
            for word in 0..E::WORDS {
                tracer.visit(value_at(object, at + 8 + 8 * word));
            }
            at += size_of::<E>();
        }
    }
}

/// Bytes of the index.
#[inline(always)]
fn index_bytes(shift: u32) -> usize {
    let log2 = 64 - shift;
    let width_log2 = u32::from(log2 > 8) + u32::from(log2 > 16);
    1usize << (log2 + width_log2)
}

fn bytes_of<E>(capacity: usize, shift: u32) -> usize {
    BASE + index_bytes(shift) + capacity * size_of::<E>()
}

/// A type of bucket: as wide as the number of buckets demands.
pub(super) trait Bucket: Copy {
    fn number(self) -> usize;
}
impl Bucket for u8 {
    #[inline(always)]
    fn number(self) -> usize {
        self as usize
    }
}
impl Bucket for u16 {
    #[inline(always)]
    fn number(self) -> usize {
        self as usize
    }
}
impl Bucket for u32 {
    #[inline(always)]
    fn number(self) -> usize {
        self as usize
    }
}

impl<E: TableEntry> HashTable<E> {
    /// An empty table with room for `capacity` entries.
    pub fn new(th: &Thread, capacity: usize) -> Result<Ref<HashTable<E>>, Raised> {
        if capacity > MOST_ENTRIES {
            return Err(th.memory_error());
        }
        // At most 5/8 of the buckets are ever taken, so that probing stays short.
        let buckets = (capacity * 8).div_ceil(5).next_power_of_two().max(8);
        let shift = 64 - buckets.trailing_zeros();
        let bytes = bytes_of::<E>(capacity, shift);
        // SAFETY: head and index are written right away; entries beyond `used` are not looked at.
        unsafe {
            let table: *mut HashTable<E> = th.allocate_raw(bytes, E::SHAPE)?;
            (&raw mut (*table).used).write(Field::new(0));
            (&raw mut (*table).capacity).write(capacity as u32);
            (&raw mut (*table).shift).write(shift);
            (&raw mut (*table).filled).write(Field::new(0));
            std::ptr::write_bytes(table.cast::<u8>().add(BASE), 0, index_bytes(shift));
            Ok(Ref::from_ptr(table))
        }
    }

    /// The table without room for anything, shared by all containers that are empty.
    #[inline]
    pub fn empty(th: &Thread) -> Result<Ref<HashTable<E>>, Raised> {
        let table = E::empty().load(Ordering::Acquire).cast::<HashTable<E>>();
        if table.is_null() {
            return Self::make_empty(th);
        }
        // SAFETY: made below, rooted for ever.
        Ok(unsafe { Ref::from_ptr(table) })
    }

    #[cold]
    fn make_empty(th: &Thread) -> Result<Ref<HashTable<E>>, Raised> {
        let table = HashTable::<E>::new(th, 0)?;
        // Never dropped: the table stays a root. Two threads may make one each, which is harmless.
        std::mem::forget(Heap::get().roots().root(table.value()));
        E::empty().store(table.as_ptr().cast_mut().cast(), Ordering::Release);
        Ok(table)
    }
}

impl<E: TableEntry> Ref<HashTable<E>> {
    #[inline(always)]
    fn head<'a>(self) -> &'a HashTable<E> {
        // SAFETY: a table is reached through its container, which is held (S1), or not published.
        unsafe { self.unguarded() }
    }

    /// How many entries there is room for.
    #[inline(always)]
    pub fn capacity(self) -> usize {
        self.head().capacity as usize
    }

    /// Entries in use, deleted ones included: positions for [`Self::entry`].
    #[inline(always)]
    pub fn used(self) -> usize {
        self.head().used.get() as usize
    }

    /// Sets the number of entries in use.
    #[inline(always)]
    pub(super) fn set_used(self, used: usize) {
        debug_assert!(used <= self.capacity());
        // SAFETY: the container is held for writing, or not published (S1).
        self.head().used.set(&unsafe { Writing::assume() }, used as u32);
    }

    #[inline(always)]
    pub(super) fn shift(self) -> u32 {
        self.head().shift
    }

    /// Number of buckets minus one.
    #[inline(always)]
    pub(super) fn mask(self) -> usize {
        (u64::MAX >> self.shift()) as usize
    }

    /// How many entries were appended since the table was made: never less than are in use.
    #[inline(always)]
    pub(super) fn filled(self) -> usize {
        self.head().filled.get() as usize
    }

    /// Sets the number of entries ever appended.
    #[inline(always)]
    pub(super) fn set_filled(self, filled: usize) {
        debug_assert!(filled <= self.capacity());
        // SAFETY: the container is held for writing, or not published (S1).
        self.head().filled.set(&unsafe { Writing::assume() }, filled as u32);
    }

    /// The entry at a position below the capacity. Initialised if below `used`.
    #[inline(always)]
    pub fn entry<'a>(self, position: usize) -> &'a E {
        debug_assert!(position < self.capacity());
        // SAFETY: `capacity` entries follow the index; the fields are cells, so what is not
        // initialised is only written.
        unsafe {
            let first = self.as_ptr().byte_add(BASE + index_bytes(self.shift())).cast::<E>();
            &*first.add(position)
        }
    }

    /// The entries of a table with `mask + 1` buckets that are `B`s.
    #[inline(always)]
    pub(super) fn entries_behind<B: Bucket>(self, mask: usize) -> Entries<E> {
        debug_assert_eq!(BASE + size_of::<B>() * (mask + 1), BASE + index_bytes(self.shift()));
        let offset = BASE + size_of::<B>() * (mask + 1);
        Entries(self.as_ptr().wrapping_byte_add(offset).cast(), PhantomData)
    }

    /// The number in a bucket, for a table whose buckets are `B`s: position plus one, or zero.
    #[inline(always)]
    pub(super) fn bucket_as<B: Bucket>(self, at: usize) -> usize {
        debug_assert!(at <= self.mask());
        // SAFETY: so many buckets of this width follow the head.
        unsafe { self.as_ptr().byte_add(BASE).cast::<B>().add(at).read() }.number()
    }

    /// The number in a bucket.
    #[inline]
    pub(super) fn bucket(self, at: usize) -> usize {
        match self.shift() {
            56.. => self.bucket_as::<u8>(at),
            48.. => self.bucket_as::<u16>(at),
            _ => self.bucket_as::<u32>(at),
        }
    }

    /// Sets the number in a bucket.
    #[inline]
    pub(super) fn set_bucket(self, at: usize, number: usize) {
        debug_assert!(at <= self.mask() && number <= self.capacity());
        // SAFETY: as in `bucket_as`; the container is held for writing, or not published (S1).
        unsafe {
            let index = self.as_ptr().cast_mut().byte_add(BASE);
            match self.shift() {
                56.. => index.cast::<u8>().add(at).write(number as u8),
                48.. => index.cast::<u16>().add(at).write(number as u16),
                _ => index.cast::<u32>().add(at).write(number as u32),
            }
        }
    }

    #[inline(always)]
    fn hash_cell<'a>(self, position: usize) -> &'a Field<u64> {
        // SAFETY: an entry begins with its hash (`TableEntry`).
        unsafe { &*std::ptr::from_ref(self.entry(position)).cast() }
    }

    /// The word of an entry that holds its `word`th value.
    #[inline(always)]
    pub(super) fn value_cell<'a>(self, position: usize, word: usize) -> &'a Field<Value> {
        debug_assert!(word < E::WORDS);
        // SAFETY: `WORDS` values follow the hash (`TableEntry`).
        unsafe { &*std::ptr::from_ref(self.entry(position)).cast::<Field<Value>>().add(1 + word) }
    }

    /// The hash of an entry in use.
    #[inline(always)]
    pub fn hash(self, position: usize) -> u64 {
        self.hash_cell(position).get()
    }

    /// The key of an entry in use; unbound if it was deleted.
    #[inline(always)]
    pub fn key(self, position: usize) -> Value {
        self.value_cell(position, 0).get()
    }

    /// Writes hash and key of an entry.
    #[inline(always)]
    pub(super) fn put_key(self, position: usize, hash: u64, key: Value) {
        // SAFETY: the container is held for writing, or not published (S1).
        let token = unsafe { Writing::assume() };
        self.hash_cell(position).set(&token, hash);
        self.value_cell(position, 0).set(&token, key);
    }

    /// Writes a value of an entry.
    #[inline(always)]
    pub(super) fn put_word(self, position: usize, word: usize, value: Value) {
        // SAFETY: the container is held for writing, or not published (S1).
        self.value_cell(position, word).set(&unsafe { Writing::assume() }, value);
    }

    /// Whether what is overwritten must be logged, for an atomic block that may be undone.
    #[inline(always)]
    pub(super) fn logs_writes(self) -> bool {
        undo::logs_writes(self.header())
    }

    /// An entry is about to change.
    #[cold]
    #[inline(never)]
    pub(super) fn log_entry(self, position: usize) {
        let from = BASE + index_bytes(self.shift()) + position * size_of::<E>();
        undo::log_words(self.header(), from, size_of::<E>() / 8);
    }

    /// The numbers of entries used and ever appended are about to change.
    #[cold]
    pub(super) fn log_head(self) {
        undo::log_words(self.header(), Header::SIZE, (BASE - Header::SIZE) / 8);
    }

    /// A bucket is about to change.
    #[cold]
    pub(super) fn log_bucket(self, at: usize) {
        let width = match self.shift() {
            56.. => 1,
            48.. => 2,
            _ => 4,
        };
        undo::log_words(self.header(), BASE + ((at * width) & !7), 1);
    }

    /// A table with the same contents, empty places included; the container is held.
    pub(super) fn duplicate(self, th: &Thread) -> Result<Ref<HashTable<E>>, Raised> {
        let copy = HashTable::<E>::new(th, self.capacity())?;
        // SAFETY: both have the same size: same place for index and entries; the copy is private.
        // Buckets point to entries below `filled`.
        unsafe {
            let bytes = bytes_of::<E>(self.filled(), self.shift());
            let from = self.as_ptr().cast::<u8>().add(BASE);
            let to = copy.as_ptr().cast_mut().cast::<u8>().add(BASE);
            std::ptr::copy_nonoverlapping(from, to, bytes - BASE);
        }
        copy.set_used(self.used());
        copy.set_filled(self.filled());
        Ok(copy)
    }
}

/// The entries of a table whose container is held: their place computed once, for a search.
pub(super) struct Entries<E>(*const u64, PhantomData<E>);

impl<E: TableEntry> Entries<E> {
    /// The hash of an entry that a bucket leads to.
    #[inline(always)]
    pub(super) fn hash(&self, position: usize) -> u64 {
        // SAFETY: buckets lead to entries below `filled`, which are initialised; a hash and
        // `WORDS` values each (`TableEntry`).
        unsafe { *self.0.add((1 + E::WORDS) * position) }
    }

    /// The key of an entry that a bucket leads to.
    #[inline(always)]
    pub(super) fn key(&self, position: usize) -> Value {
        // SAFETY: as above.
        Value::from_bits(unsafe { *self.0.add((1 + E::WORDS) * position + 1) })
    }
}

impl Ref<HashTable<DictEntry>> {
    /// The value of an entry in use (in a namespace, the cell).
    #[inline(always)]
    pub fn value_at(self, position: usize) -> Value {
        self.entry(position).value.get()
    }

    /// Sets the value of an entry in use; the dict is held for writing, or not published.
    #[inline(always)]
    pub fn put_value(self, position: usize, value: Value) {
        if self.logs_writes() {
            self.log_entry(position);
        }
        self.put_word(position, 1, value);
    }
}

/// The value as a string, if its class is exactly `str`.
#[inline(always)]
pub(crate) fn exact_str(value: Value) -> Option<Ref<Str>> {
    // SAFETY: an object's header tells its shape, and objects of this shape are strings.
    unsafe {
        (value.is_object() && (*value.object_ptr()).shape_relaxed() == known::STR)
            .then(|| Ref::from_ptr(value.object_ptr().cast::<Str>()))
    }
}
