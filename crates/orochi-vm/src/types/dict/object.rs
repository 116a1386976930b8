//! The dict object, the cell of a global name, and building dicts nobody else sees yet.

use super::table::{DictEntry, HashTable};
use super::{GLOBAL_CELL, SPEC};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Object, Read, Ref, Write};
use crate::shape::Shape;
use crate::thread::Thread;

/// The table of a dict.
pub type DictTable = HashTable<DictEntry>;

heap_object! {
    /// A dict.
    pub struct Dict: SPEC {
        values {}
        storage {
            /// The entries.
            table: Ref<DictTable>,
        }
        data {
            /// How many keys there are.
            length: u32,
            /// Counts keys that came and went, so that iteration and searches notice.
            changes: u32,
            /// [`NAMESPACE`], or zero.
            flags: u64,
        }
    }
}

/// In [`Dict::flags`]: values are kept in [`GlobalCell`]s.
pub const NAMESPACE: u64 = 1;

heap_object! {
    /// The value of one name of a namespace, with an owner word of its own: rebinding a global
    /// takes nothing but its cell from other threads. A cell stays with its name for ever; while
    /// it is unbound the name does not exist.
    pub struct GlobalCell: GLOBAL_CELL {
        values {
            /// The value, or unbound.
            value: Value,
        }
        storage {}
        data {}
    }
}

impl Dict {
    /// An empty dict.
    #[inline]
    pub fn new(th: &Thread) -> Result<Ref<Dict>, Raised> {
        let table = DictTable::empty(th)?;
        Dict::allocate(th, table, 0, 0, 0)
    }

    /// An empty dict with room for `capacity` keys.
    pub fn with_capacity(th: &Thread, capacity: usize) -> Result<Ref<Dict>, Raised> {
        let table =
            if capacity == 0 { DictTable::empty(th)? } else { DictTable::new(th, capacity)? };
        Dict::allocate(th, table, 0, 0, 0)
    }

    /// An empty dict of a subclass.
    pub fn new_as(th: &Thread, shape: &'static Shape) -> Result<Ref<Dict>, Raised> {
        let table = DictTable::empty(th)?;
        Dict::allocate_as(th, shape, table, 0, 0, 0)
    }

    /// An empty dict that keeps its values in cells, for the globals of a module.
    pub fn new_namespace(th: &Thread) -> Result<Ref<Dict>, Raised> {
        let table = DictTable::new(th, 20)?;
        Dict::allocate(th, table, 0, 0, NAMESPACE)
    }

    /// Whether values are kept in cells.
    #[inline(always)]
    pub fn is_namespace(&self) -> bool {
        self.flags.get() & NAMESPACE != 0
    }

    /// How many keys there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length.get() as usize
    }

    /// Whether there are no keys.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.length.get() == 0
    }
}

impl Write<'_, Dict> {
    /// Adds a key that is not there.
    #[inline(always)]
    pub fn insert(&self, hash: u64, key: Value, value: Value) -> Result<(), Raised> {
        let mut table = self.table.get();
        if !table.has_room() {
            table = self.grow()?;
        }
        let position = table.append(hash, key);
        table.put_value(position, value);
        self.set_length(self.length.get() + 1);
        Ok(())
    }

    /// Makes room for one more entry.
    #[cold]
    #[inline(never)]
    pub fn grow(&self) -> Result<Ref<DictTable>, Raised> {
        let table = self.table.get();
        // A namespace's unbound cells stay, though they are not counted.
        let live = if self.is_namespace() { table.used() } else { self.len() };
        let larger = table.grown(self.thread(), live)?;
        self.table.set(self.token(), larger);
        Ok(larger)
    }

    /// Deletes the entry at `position`; not for namespaces.
    pub fn remove(&self, position: usize) {
        self.table.get().remove(position);
        self.set_length(self.length.get() - 1);
    }

    /// Sets the number of keys, which has just changed.
    #[inline(always)]
    pub fn set_length(&self, length: u32) {
        self.length.set(self.token(), length);
        self.changes.set(self.token(), self.changes.get().wrapping_add(1));
    }
}

/// A dict that is being filled and that nobody else sees yet: filling it releases nothing, so
/// it works on `&Thread`.
pub struct DictBuilder<'t> {
    dict: Ref<Dict>,
    guard: Write<'t, Dict>,
}

impl<'t> DictBuilder<'t> {
    /// A builder of a dict with room for `capacity` keys.
    pub fn new(th: &'t Thread, capacity: usize) -> Result<Self, Raised> {
        Ok(Self::of(th, Dict::with_capacity(th, capacity)?))
    }

    /// A builder of a dict of a subclass.
    pub fn new_as(th: &'t Thread, shape: &'static Shape) -> Result<Self, Raised> {
        Ok(Self::of(th, Dict::new_as(th, shape)?))
    }

    fn of(th: &'t Thread, dict: Ref<Dict>) -> Self {
        // SAFETY: just allocated, hence held for writing by this thread, and as long as `th` is
        // borrowed nothing releases it.
        Self { dict, guard: unsafe { Write::new(th, dict) } }
    }

    /// The fields of the dict.
    pub fn guard(&self) -> &Write<'t, Dict> {
        &self.guard
    }

    /// The dict.
    pub fn finish(self) -> Ref<Dict> {
        self.dict
    }
}

/// As declared by the [`Object`] trait, so that the compiler tells when the layout changes.
const _: () =
    assert!(size_of::<Dict>() == 32 && Dict::STORAGE == 1 && size_of::<GlobalCell>() == 16);

/// What [`Thread::write_read2`] lends.
pub type Three<'t, R, A, B> = (Write<'t, R>, Read<'t, A>, Read<'t, B>);

/// Two containers at once: built-in operations with two operands are atomic.
impl Thread {
    /// Holds `target` for writing and `source` for reading. They may be the same object.
    #[inline]
    pub fn write_read<'t, A: Object, B: Object>(
        &'t mut self,
        target: Ref<A>,
        source: Ref<B>,
    ) -> Result<(Write<'t, A>, Read<'t, B>), Raised> {
        let (a, b) = (&target.header().owner, &source.header().owner);
        if !self.stm.can_write(a) || !self.stm.can_read_compactly(b) {
            self.stm.claim_write_read(a, b, &*self)?;
        }
        // SAFETY: both barriers just passed, together.
        Ok(unsafe { (Write::new(self, target), Read::new(self, source)) })
    }

    /// Holds two objects for reading.
    #[inline]
    pub fn read2<'t, A: Object, B: Object>(
        &'t mut self,
        first: Ref<A>,
        second: Ref<B>,
    ) -> Result<(Read<'t, A>, Read<'t, B>), Raised> {
        let (a, b) = (&first.header().owner, &second.header().owner);
        if !self.stm.can_read_compactly(a) || !self.stm.can_read_compactly(b) {
            self.stm.claim_read2(a, b, &*self)?;
        }
        // SAFETY: both barriers just passed, together.
        Ok(unsafe { (Read::new(self, first), Read::new(self, second)) })
    }

    /// Holds a result that nobody else knows for writing, and two objects for reading.
    #[inline]
    pub fn write_read2<'t, R: Object, A: Object, B: Object>(
        &'t mut self,
        result: Ref<R>,
        first: Ref<A>,
        second: Ref<B>,
    ) -> Result<Three<'t, R, A, B>, Raised> {
        let (a, b) = (&first.header().owner, &second.header().owner);
        let r = &result.header().owner;
        loop {
            if !self.stm.can_read_compactly(a) || !self.stm.can_read_compactly(b) {
                self.stm.claim_read2(a, b, &*self)?;
            }
            if self.stm.can_write(r) {
                break;
            }
            // Waiting for the two has let go of the result. Nobody else wants it, so this claim
            // waits for nothing; only a new thread id can make it let go of the two.
            let releases = self.stm.releases();
            self.stm.claim_write(r, &*self)?;
            if self.stm.releases() == releases {
                break;
            }
        }
        // SAFETY: all three barriers just passed, together.
        Ok(unsafe { (Write::new(self, result), Read::new(self, first), Read::new(self, second)) })
    }
}
