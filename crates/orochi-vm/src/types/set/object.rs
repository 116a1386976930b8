//! The object of `set` and `frozenset`.

use super::{FROZENSET, SET};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, Write};
use crate::shape::Shape;
use crate::thread::Thread;
use crate::types::dict::locate::Hashed;
use crate::types::dict::table::{HashTable, SetEntry};

/// The table of a set.
pub type SetTable = HashTable<SetEntry>;

heap_object! {
    /// A set, or a frozenset, which is never written once it is made.
    pub struct Set: SET {
        values {}
        storage {
            /// The members.
            table: Ref<SetTable>,
        }
        data {
            /// How many members there are.
            length: u32,
            /// Counts members that came and went.
            changes: u32,
            /// The hash of a frozenset, or 0 while it is not known.
            hash: u64,
        }
    }
}

const _: () = assert!(size_of::<Set>() == 32);

impl Hashed for Set {
    type Entry = SetEntry;
    #[inline(always)]
    fn hash_table(&self) -> Ref<HashTable<SetEntry>> {
        self.table.get()
    }
    #[inline(always)]
    fn change_count(&self) -> u32 {
        self.changes.get()
    }
}

impl Set {
    /// An empty set.
    pub fn new(th: &Thread) -> Result<Ref<Set>, Raised> {
        Set::new_as(th, SET.shape())
    }

    /// An empty set of a subclass.
    pub fn new_as(th: &Thread, shape: &'static Shape) -> Result<Ref<Set>, Raised> {
        let table = SetTable::empty(th)?;
        Set::allocate_as(th, shape, table, 0, 0, 0)
    }

    /// A frozenset with the members of a set that nobody else knows and that is given up.
    pub fn frozen(th: &mut Thread, members: Ref<Set>) -> Result<Ref<Set>, Raised> {
        Set::frozen_as(th, FROZENSET.shape(), members)
    }

    /// As [`Set::frozen`], of a subclass.
    pub fn frozen_as(
        th: &mut Thread,
        shape: &'static Shape,
        members: Ref<Set>,
    ) -> Result<Ref<Set>, Raised> {
        let guard = th.read(members)?;
        let (table, length) = (guard.table.get(), guard.length.get());
        Set::allocate_as(guard.thread(), shape, table, length, 0, 0)
    }

    /// The fields of a frozenset, which nobody writes.
    pub(super) fn frozen_fields<'a>(frozenset: Ref<Set>) -> &'a Set {
        // SAFETY: frozensets are immutable (A6); callers pass nothing else.
        unsafe { frozenset.unguarded() }
    }

    /// How many members there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }

    /// Whether there are none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.length.get() == 0
    }
}

impl Write<'_, Set> {
    /// Adds a member that is not there.
    #[inline(always)]
    pub fn insert(&self, hash: u64, key: Value) -> Result<(), Raised> {
        let mut table = self.table.get();
        if !table.has_room() {
            table = table.grown(self.thread(), self.len())?;
            self.table.set(self.token(), table);
        }
        table.append(hash, key);
        self.set_length(self.length.get() + 1);
        Ok(())
    }

    /// Removes the member at `position`.
    pub fn remove(&self, position: usize) {
        self.table.get().remove(position);
        self.set_length(self.length.get() - 1);
    }

    /// Sets the number of members, which has just changed.
    #[inline(always)]
    pub fn set_length(&self, length: u32) {
        self.length.set(self.token(), length);
        self.changes.set(self.token(), self.changes.get().wrapping_add(1));
    }

    /// Replaces all members.
    pub fn replace(&self, table: Ref<SetTable>, length: u32) {
        self.table.set(self.token(), table);
        self.set_length(length);
    }
}

impl Thread {
    /// A frozenset of these values.
    pub fn new_frozenset(&mut self, items: &[Value]) -> Result<Value, Raised> {
        let members = Set::new(self)?;
        for &item in items {
            members.add(self, item)?;
        }
        Ok(Set::frozen(self, members)?.value())
    }
}
