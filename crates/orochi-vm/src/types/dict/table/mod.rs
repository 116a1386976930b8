//! The hash table of dicts and sets: compact, in order of insertion.
//!
//! Entries (hash, key and, in a dict, value) stand in an array in the order in which they came.
//! In front of it lies an index of buckets, one, two or four bytes each, as many as the table's size
//! demands, that hold entry numbers plus one. A search begins at the low bits of the hash, so that
//! consecutive integers are neighbours, and goes on by a recurrence that visits all buckets and
//! lets in five more bits of the hash at each step (as CPython does). Deleting empties the entry (its
//! key becomes unbound) and leaves the index alone: the bucket leads to nothing, or, if the
//! empty place was the last and is used again, to the new entry, where the comparison tells.
//! Buckets therefore fill up with every insertion, and the table is rebuilt when as many entries
//! were appended as it has room for.
//!
//! A table that is full is replaced by a new one: its container installs that by one store, whoever
//! still looks at the old table sees what was, and an undo log needs the old pointer only. Nothing
//! here runs Python: [`Ref::find`] says [`Find::Unsure`] when only `__eq__` could tell whether two
//! keys are equal, and [`super::locate`] takes over.
//!
//! # Segments
//! Everything above asks a container for its table and positions, and reaches entries only through
//! the accessors in [`object`]. A dict above a few hundred entries that several threads fight over can
//! therefore become *segmented* without another layout of the dict: its table is then a directory
//! (a shape of its own, told by the header), whose words are segments of 256 entries, each with an owner
//! word that guards its entries, and index pages chosen by the top bits of the hash, each with one
//! that guards its buckets. The entry count and the append position move from the dict into a
//! counter object per thread that is summed on demand, because they are what all writers share. A
//! lookup claims the index page, then the segment, for reading; an insertion reserves a position (a
//! claim of the tail segment), then writes page and segment, which `write2` claims together; deletion
//! likewise. Positions stay positions, so iterators and views do not notice. Resizing splits one
//! index page at a time (the directory's depth grows, as in extendible hashing), so no operation ever
//! touches more than a page, and the undo log keeps one small inverse an operation.

pub mod object;

use object::Bucket;
pub(crate) use object::exact_str;
pub use object::{DictEntry, HashTable, SetEntry, TableEntry};

use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// What a search without Python finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// The key's entry is at this position.
    At(usize),
    /// The key is not there.
    Absent,
    /// An entry has the same hash, and only `__eq__` knows whether it is this key's.
    Unsure,
}

/// Where a search that compares by `__eq__` has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The key's entry, by identity or a comparison without Python.
    At(usize),
    /// The key is not there.
    Absent,
    /// Compare with the key at this position, then go on.
    Compare(usize),
}

/// Whether two keys with equal hashes are equal, if that can be said without running Python.
#[inline(never)]
fn same_key(a: Value, b: Value) -> Option<bool> {
    if let (Some(a), Some(b)) = (exact_str(a), exact_str(b)) {
        return Some(Str::equal(a, b));
    }
    same_value(a, b, 4)
}

fn same_value(a: Value, b: Value, depth: u32) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Some(a == b);
    }
    if !a.is_object() && !b.is_object() {
        // Different constants, or a constant and a number.
        return Some(false);
    }
    match (exact_str(a), exact_str(b)) {
        (Some(a), Some(b)) => return Some(Str::equal(a, b)),
        (Some(_), None) if !b.is_object() => return Some(false),
        (None, Some(_)) if !a.is_object() => return Some(false),
        _ => {}
    }
    let (a, b) = (a.cast_exact::<Tuple>()?, b.cast_exact::<Tuple>()?);
    if a.len() != b.len() {
        return Some(false);
    }
    if depth == 0 || a.len() > 64 {
        return None;
    }
    for (&x, &y) in a.as_slice().iter().zip(b.as_slice()) {
        if !same_value(x, y, depth - 1)? {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether two items of a container are equal, if that can be said without running Python.
#[inline(always)]
pub fn quick_equal(a: Value, b: Value) -> Option<bool> {
    if a == b {
        Some(true)
    } else if Value::both_ints(a, b) {
        Some(false)
    } else {
        same_key(a, b)
    }
}

fn number(value: Value) -> Option<f64> {
    if value.is_number() {
        Some(value.number_as_f64())
    } else if value.is_bool() {
        Some(f64::from(u8::from(value.is_true())))
    } else {
        None
    }
}

/// The buckets that a search looks at, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    at: usize,
    perturb: u64,
}

impl Probe {
    /// The first bucket for a hash.
    #[inline(always)]
    pub fn new(hash: u64) -> Probe {
        Probe { at: hash as usize, perturb: hash }
    }

    #[inline(always)]
    fn at(self, mask: usize) -> usize {
        self.at & mask
    }

    /// Goes on to the next bucket. Only the low bits of `at` count, so it needs no mask.
    #[inline(always)]
    fn advance(&mut self) {
        self.perturb >>= 5;
        self.at = self.at.wrapping_mul(5).wrapping_add(self.perturb as usize).wrapping_add(1);
    }
}

/// The hash of a key, if it can be told without running Python.
#[inline(always)]
pub fn quick_hash(key: Value) -> Option<u64> {
    if let Some(text) = exact_str(key) {
        Some(text.hash())
    } else if key.is_int() {
        let i = key.as_int();
        Some(if i == -1 { -2i64 as u64 } else { i as u64 })
    } else {
        None
    }
}

/// The hash of a key. Runs Python for all but simple keys.
#[inline(always)]
pub fn hash_key(th: &mut Thread, key: Value) -> Result<u64, Raised> {
    match quick_hash(key) {
        Some(hash) => Ok(hash),
        None => general_hash(th, key),
    }
}

#[inline(never)]
fn general_hash(th: &mut Thread, key: Value) -> Result<u64, Raised> {
    match key.cast_exact::<Tuple>() {
        Some(tuple) => crate::types::tuple::hash_of(th, tuple),
        None => th.hash(key),
    }
}

/// As [`hash_key`], for a key of a dict or a member of a set: the error for one without a hash
/// names `what` it was to be.
#[inline(always)]
pub fn hash_member(th: &mut Thread, key: Value, what: &str) -> Result<u64, Raised> {
    match quick_hash(key) {
        Some(hash) => Ok(hash),
        None => match general_hash(th, key) {
            Ok(hash) => Ok(hash),
            Err(raised) => Err(unhashable(th, raised, key, what)),
        },
    }
}

#[cold]
fn unhashable(th: &mut Thread, raised: Raised, key: Value, what: &str) -> Raised {
    if !th.raised_is(raised, &classes::TYPE_ERROR) {
        return raised;
    }
    let exception = th.take_exception();
    if th.class_of(exception) != classes::TYPE_ERROR.class() {
        return th.raise_again(exception);
    }
    match th.str(exception) {
        Ok(text) => {
            let name = th.class_of(key).full_name(th);
            th.type_error(format!("cannot use '{name}' as a {what} ({})", text.display()))
        }
        Err(raised) => raised,
    }
}

impl<E: TableEntry> Ref<HashTable<E>> {
    /// Looks for a key without running Python.
    #[inline(always)]
    pub fn find(self, key: Value, hash: u64) -> Find {
        match self.shift() {
            56.. => self.find_in::<u8>(key, hash),
            48.. => self.find_in::<u16>(key, hash),
            _ => self.find_in::<u32>(key, hash),
        }
    }

    #[inline(always)]
    fn find_in<B: Bucket>(self, key: Value, hash: u64) -> Find {
        let mask = self.mask();
        let entries = self.entries_behind::<B>(mask);
        let mut probe = Probe::new(hash);
        loop {
            let number = self.bucket_as::<B>(probe.at(mask));
            if number == 0 {
                return Find::Absent;
            }
            let position = number - 1;
            let there = entries.key(position);
            if there == key {
                return Find::At(position);
            }
            if entries.hash(position) == hash && !there.is_unbound() {
                match same_key(there, key) {
                    Some(true) => return Find::At(position),
                    Some(false) => {}
                    None => return Find::Unsure,
                }
            }
            probe.advance();
        }
    }

    /// The next step of a search.
    pub fn step(self, probe: &mut Probe, key: Value, hash: u64) -> Step {
        loop {
            let number = self.bucket(probe.at(self.mask()));
            if number == 0 {
                return Step::Absent;
            }
            let position = number - 1;
            let there = self.key(position);
            if there == key {
                return Step::At(position);
            }
            probe.advance();
            if self.hash(position) == hash && !there.is_unbound() {
                match same_key(there, key) {
                    Some(true) => return Step::At(position),
                    Some(false) => {}
                    None => return Step::Compare(position),
                }
            }
        }
    }

    /// Whether another entry fits.
    #[inline(always)]
    pub fn has_room(self) -> bool {
        self.filled() < self.capacity()
    }

    /// Appends an entry for a key that is not there; there is room. The values beyond the key are
    /// the caller's to write, before anything else happens.
    #[inline(always)]
    pub fn append(self, hash: u64, key: Value) -> usize {
        let position = self.used();
        if self.logs_writes() {
            self.log_append(position, hash);
        }
        self.put_key(position, hash, key);
        for word in 1..E::WORDS {
            self.put_word(position, word, Value::UNBOUND);
        }
        self.set_used(position + 1);
        self.point_to(position, hash);
        position
    }

    /// Makes a bucket lead to the entry at `position`.
    #[inline(always)]
    fn point_to(self, position: usize, hash: u64) {
        let mask = self.mask();
        let mut probe = Probe::new(hash);
        while self.bucket(probe.at(mask)) != 0 {
            probe.advance();
        }
        self.set_bucket(probe.at(mask), position + 1);
        self.set_filled(self.filled() + 1);
    }

    /// Deletes the entry at `position`.
    #[inline]
    pub fn remove(self, position: usize) {
        if self.logs_writes() {
            self.log_entry(position);
        }
        for word in 0..E::WORDS {
            self.put_word(position, word, Value::UNBOUND);
        }
    }

    /// Gives back the empty places at the end, which only those may do who take the last entry:
    /// iterators tell by their position that keys have come and gone.
    pub fn shrink(self) {
        let mut used = self.used();
        while used > 0 && self.key(used - 1).is_unbound() {
            used -= 1;
        }
        if self.logs_writes() {
            self.log_head();
        }
        self.set_used(used);
    }

    /// Before an entry is appended, where an atomic block must be able to undo it.
    #[cold]
    #[inline(never)]
    fn log_append(self, position: usize, hash: u64) {
        let mask = self.mask();
        let mut probe = Probe::new(hash);
        while self.bucket(probe.at(mask)) != 0 {
            probe.advance();
        }
        self.log_head();
        self.log_bucket(probe.at(mask));
        self.log_entry(position);
    }

    /// Moves the entry at `position` to the end; there is room. Its new position.
    pub fn move_to_end(self, position: usize) -> usize {
        let used = self.used();
        if position + 1 == used {
            return position;
        }
        let hash = self.hash(position);
        if self.logs_writes() {
            self.log_entry(position);
            self.log_append(used, hash);
        }
        self.put_key(used, hash, self.key(position));
        for word in 1..E::WORDS {
            self.put_word(used, word, self.value_cell(position, word).get());
        }
        for word in 0..E::WORDS {
            self.put_word(position, word, Value::UNBOUND);
        }
        self.set_used(used + 1);
        self.point_to(used, hash);
        used
    }

    /// A table with the same entries and room for `capacity`, without empty places.
    pub fn rebuilt(self, th: &Thread, capacity: usize) -> Result<Ref<HashTable<E>>, Raised> {
        let fresh = HashTable::<E>::new(th, capacity)?;
        for position in 0..self.used() {
            let key = self.key(position);
            if !key.is_unbound() {
                let at = fresh.append(self.hash(position), key);
                for word in 1..E::WORDS {
                    fresh.put_word(at, word, self.value_cell(position, word).get());
                }
            }
        }
        Ok(fresh)
    }

    /// A table for one entry more than `live`, to replace this one, which is full.
    #[cold]
    #[inline(never)]
    pub fn grown(self, th: &Thread, live: usize) -> Result<Ref<HashTable<E>>, Raised> {
        let capacity = self.capacity();
        // Half of it empty places: the same size will do.
        let wanted = if live <= capacity / 2 { capacity } else { capacity * 2 };
        self.rebuilt(th, wanted.max(live + 1).max(SMALLEST))
    }

    /// A copy of `live` entries for a new container: compact unless that is no gain.
    pub fn copied(self, th: &Thread, live: usize) -> Result<Ref<HashTable<E>>, Raised> {
        if live == 0 {
            HashTable::<E>::empty(th)
        } else if live == self.filled() && live > self.capacity() / 2 {
            self.duplicate(th)
        } else {
            self.rebuilt(th, live.max(SMALLEST))
        }
    }

    /// The positions in use from `from` on.
    #[inline]
    pub fn next_live(self, from: usize) -> Option<usize> {
        (from..self.used()).find(|&position| !self.key(position).is_unbound())
    }

    /// The last position in use below `end`.
    #[inline]
    pub fn last_live(self, end: usize) -> Option<usize> {
        (0..end.min(self.used())).rev().find(|&position| !self.key(position).is_unbound())
    }
}

/// The capacity of the smallest table with room.
pub const SMALLEST: usize = 5;
