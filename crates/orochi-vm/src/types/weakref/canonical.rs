//! `weakref.ref(x)` is the same object as long as one without a callback exists.
//!
//! Objects keep no list of their weak references; a table beside the heap maps the address of the
//! referent to the reference made for it. Neither is kept alive by its entry, so after each
//! collection, while the world still stands, entries are dropped of which one has died: all are
//! looked at after a full collection, and after a nursery collection those made since the last one,
//! since whatever was old then has survived.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::WeakRef;
use crate::heap::{Heap, Kind, Value};
use crate::object::{Ref, ValueCast};

/// Referent and which class the reference has: its spec's address.
type Key = (u64, usize);

/// Addresses need no protection against chosen keys: a multiplication spreads them.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

#[derive(Default)]
struct Table {
    references: HashMap<Key, Value, BuildHasherDefault<AddressHasher>>,
    /// Keys entered since the last collection.
    young: Vec<Key>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

fn table() -> MutexGuard<'static, Option<Table>> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn valid(reference: Value, key: Key) -> Option<Ref<WeakRef>> {
    let reference = reference.cast::<WeakRef>()?;
    (reference.target()?.bits() == key.0).then_some(reference)
}

/// The reference to `referent` with the native class at `class`, if there is one.
pub(super) fn find(referent: Value, class: usize) -> Option<Ref<WeakRef>> {
    let key = (referent.bits(), class);
    let table = table();
    valid(*table.as_ref()?.references.get(&key)?, key)
}

/// Enters a new reference; the result is the one that another thread has entered first, or itself.
pub(super) fn enter(referent: Value, class: usize, reference: Ref<WeakRef>) -> Ref<WeakRef> {
    let key = (referent.bits(), class);
    let mut table = table();
    let table = table.get_or_insert_default();
    if let Some(first) = table.references.get(&key).and_then(|&first| valid(first, key)) {
        return first;
    }
    table.references.insert(key, reference.value());
    table.young.push(key);
    reference
}

/// Drops what has died. Called at the end of a collection, with the world stopped.
pub(crate) fn collected(kind: Kind) {
    let mut table = table();
    let Some(Table { references, young }) = table.as_mut() else { return };
    let heap = Heap::get();
    let dead =
        |key: Key, reference: Value| !heap.survived(reference) || valid(reference, key).is_none();
    if kind == Kind::Full {
        references.retain(|&key, reference| !dead(key, *reference));
    } else {
        for &key in young.iter() {
            if references.get(&key).is_some_and(|&reference| dead(key, reference)) {
                references.remove(&key);
            }
        }
    }
    young.clear();
}
