//! What a class defines: its attributes, by interned name, in order.
//!
//! Method resolution reads these tables all the time and must take nothing from anybody (A5), so
//! they are not dicts: a reader takes no lock and passes no barrier. Whoever changes one holds
//! its class for writing. An entry is complete before its bucket is published, values are
//! replaced by one store, and a table that is full is replaced by a larger copy.
//!
//! A namespace given to `type()` may have keys that are no strings. They are entries like the others
//! as far as order goes, but have no bucket: names never find them, and whoever looks for one compares
//! it with all of them.
//!
//! A table of capacity `n` (a power of two) has `n` entries of three words: name, value, and two
//! buckets of the index, which so has `2 n` buckets: entry number plus one, or zero.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::exception::Raised;
use crate::heap::{Count, Header, Layout, Payload, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;

/// The table.
#[repr(C)]
pub struct Namespace {
    header: Header,
    used: AtomicU32,
    capacity: u32,
}

/// One entry; `value` is unbound once deleted.
#[repr(C)]
struct Entry {
    name: Value,
    value: std::sync::atomic::AtomicU64,
    buckets: [AtomicU32; 2],
}

const BASE: usize = size_of::<Namespace>();

/// How the collector sees it.
pub(crate) static LAYOUT: Layout = Layout {
    storage: true,
    ..Layout::counted(
        "namespace",
        BASE as u32,
        size_of::<Entry>() as u32,
        Count::U32(12),
        Payload::Entries { values: 0b011, used: Count::U32(8) },
    )
};

impl Namespace {
    /// An empty table with room for at least `capacity` names.
    pub fn new(th: &Thread, capacity: usize) -> Result<Ref<Namespace>, Raised> {
        let capacity = capacity.next_power_of_two().max(8);
        let bytes = BASE + capacity * size_of::<Entry>();
        // SAFETY: all words are initialised below, before anything else is done.
        unsafe {
            let table: *mut Namespace = th.allocate_raw(bytes, crate::shape::known::NAMESPACE)?;
            (&raw mut (*table).used).write(AtomicU32::new(0));
            (&raw mut (*table).capacity).write(capacity as u32);
            std::ptr::write_bytes(table.add(1).cast::<u8>(), 0, bytes - BASE);
            Ok(Ref::from_ptr(table))
        }
    }
}

impl Ref<Namespace> {
    fn table(self) -> &'static Namespace {
        // SAFETY: count words are atomics or written before publication.
        unsafe { self.unguarded() }
    }

    fn entry(self, index: usize) -> &'static Entry {
        debug_assert!(index < self.table().capacity as usize);
        // SAFETY: `capacity` entries follow the table; callers stay below it.
        unsafe { &*self.as_ptr().add(1).cast::<Entry>().add(index) }
    }

    fn bucket(self, index: usize) -> &'static AtomicU32 {
        &self.entry(index >> 1).buckets[index & 1]
    }

    fn mask(self) -> usize {
        2 * self.table().capacity as usize - 1
    }

    fn start(name: Ref<Str>) -> usize {
        let address = name.as_ptr() as usize;
        (address >> 4) ^ (address >> 13)
    }

    fn find(self, name: Ref<Str>) -> Option<&'static Entry> {
        let mask = self.mask();
        let mut at = Self::start(name) & mask;
        loop {
            match self.bucket(at).load(Ordering::Acquire) {
                0 => return None,
                n => {
                    let entry = self.entry(n as usize - 1);
                    if entry.name == name.value() {
                        return Some(entry);
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The value of an interned name.
    #[inline]
    pub fn get(self, name: Ref<Str>) -> Option<Value> {
        let bits = self.find(name)?.value.load(Ordering::Acquire);
        let value = Value::from_bits(bits);
        (!value.is_unbound()).then_some(value)
    }

    /// How many entries there are, deleted ones included: positions for [`Self::at`].
    pub fn positions(self) -> usize {
        self.table().used.load(Ordering::Acquire) as usize
    }

    /// The key and the value at a position, unless deleted.
    pub fn at(self, position: usize) -> Option<(Value, Value)> {
        let entry = self.entry(position);
        let value = Value::from_bits(entry.value.load(Ordering::Acquire));
        (!value.is_unbound()).then_some((entry.name, value))
    }

    /// The keys and values, in order of definition.
    pub fn iter(self) -> impl Iterator<Item = (Value, Value)> {
        (0..self.positions()).filter_map(move |at| self.at(at))
    }

    /// A copy with the same names and values.
    pub(super) fn copied(self, th: &Thread) -> Result<Ref<Namespace>, Raised> {
        let copy = Namespace::new(th, self.iter().count() + 1)?;
        copy.append_all(self);
        Ok(copy)
    }

    /// Sets a name; the result is the table to use from now on. The caller holds the class.
    pub(super) fn set(
        self,
        th: &Thread,
        name: Ref<Str>,
        value: Value,
    ) -> Result<Ref<Namespace>, Raised> {
        if let Some(entry) = self.find(name)
            && !Value::from_bits(entry.value.load(Ordering::Relaxed)).is_unbound()
        {
            entry.value.store(value.bits(), Ordering::Release);
            return Ok(self);
        }
        let table = self.with_room(th)?;
        table.append(name, value);
        Ok(table)
    }

    /// Adds an entry whose key is no string, and not there yet; the result is the table to use from
    /// now on. The caller holds the class.
    pub(super) fn add_stranger(
        self,
        th: &Thread,
        key: Value,
        value: Value,
    ) -> Result<Ref<Namespace>, Raised> {
        let table = self.with_room(th)?;
        let used = table.append_entry(key, value);
        table.table().used.store(used as u32 + 1, Ordering::Release);
        Ok(table)
    }

    /// This table, or a larger copy if it is full.
    fn with_room(self, th: &Thread) -> Result<Ref<Namespace>, Raised> {
        if self.positions() < self.table().capacity as usize {
            return Ok(self);
        }
        let larger = Namespace::new(th, 2 * self.iter().count().max(4))?;
        larger.append_all(self);
        Ok(larger)
    }

    /// Appends another table's entries, for which there is room.
    fn append_all(self, other: Ref<Namespace>) {
        for (key, value) in other.iter() {
            match key.cast::<Str>() {
                Some(name) => self.append(name, value),
                None => {
                    let used = self.append_entry(key, value);
                    self.table().used.store(used as u32 + 1, Ordering::Release);
                }
            }
        }
    }

    /// Writes an entry, for which there is room, and says where; nobody sees it yet.
    fn append_entry(self, key: Value, value: Value) -> usize {
        let used = self.positions();
        let entry = self.entry(used);
        // SAFETY: nobody reads an entry before its bucket or the count is published.
        unsafe { (&raw const entry.name).cast_mut().write(key) };
        entry.value.store(value.bits(), Ordering::Relaxed);
        used
    }

    /// Appends an entry for which there is room.
    fn append(self, name: Ref<Str>, value: Value) {
        let used = self.append_entry(name.value(), value);
        let mask = self.mask();
        let mut at = Self::start(name) & mask;
        loop {
            match self.bucket(at).load(Ordering::Relaxed) {
                0 => break,
                // A deleted entry of the same name: the new one takes its bucket.
                n if self.entry(n as usize - 1).name == name.value() => break,
                _ => at = (at + 1) & mask,
            }
        }
        self.table().used.store(used as u32 + 1, Ordering::Release);
        self.bucket(at).store(used as u32 + 1, Ordering::Release);
    }

    /// Puts another value where there is one. Nobody else changes the class.
    pub(super) fn replace(self, name: Ref<Str>, value: Value) {
        if let Some(entry) = self.find(name) {
            entry.value.store(value.bits(), Ordering::Release);
        }
    }

    /// Deletes a name; whether it was there. The caller holds the class.
    pub(super) fn delete(self, name: Ref<Str>) -> bool {
        match self.find(name) {
            Some(entry) => !Value::from_bits(entry.value.swap(0, Ordering::AcqRel)).is_unbound(),
            None => false,
        }
    }
}
