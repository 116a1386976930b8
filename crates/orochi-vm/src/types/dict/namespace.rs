//! Dicts that keep their values in cells: the globals of modules.
//!
//! The entry of a name holds a [`GlobalCell`], which the interpreter's inline caches keep for ever,
//! so entries are never dropped: deleting a name unbinds its cell. Only undoing an atomic block
//! takes entries away that it has made, and no cache names those
//! ([`may_cache`](crate::thread::atomic::Block::may_cache)). An unbound cell is not there for
//! Python. Binding it again moves its entry to the end, where a new key belongs. The dict is
//! claimed only when names come or go; a bound cell is changed by claiming the cell alone.

use super::locate::{read_at, write_at};
use super::object::{Dict, DictTable, GlobalCell};
use super::table::{Find, hash_key};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast, Write2};
use crate::thread::Thread;
use crate::types::str::Str;

/// The cell in the entry at `position` of a namespace's table.
pub(super) fn cell_at(table: Ref<DictTable>, position: usize) -> Option<Ref<GlobalCell>> {
    table.value_at(position).cast_exact::<GlobalCell>()
}

impl Ref<GlobalCell> {
    /// The value; unbound if the name does not exist.
    #[inline(always)]
    pub fn get(self, th: &mut Thread) -> Result<Value, Raised> {
        Ok(th.read(self)?.value.get())
    }

    /// Changes the value, if the cell is bound. Whether it was.
    #[inline(always)]
    pub fn set_bound(self, th: &mut Thread, value: Value) -> Result<bool, Raised> {
        let guard = th.write(self)?;
        if guard.value.get().is_unbound() {
            return Ok(false);
        }
        guard.value.set(guard.token(), value);
        Ok(true)
    }
}

impl Ref<Dict> {
    /// The cell of a name of a namespace; with `create`, a new unbound one if there is none yet.
    /// `None` also if the dict is no namespace.
    pub fn cell(
        self,
        th: &mut Thread,
        name: Ref<Str>,
        create: bool,
    ) -> Result<Option<Ref<GlobalCell>>, Raised> {
        let (key, hash) = (name.value(), hash_key(th, name.value())?);
        if !th.read(self)?.is_namespace() {
            return Ok(None);
        }
        // Looking comes first even if it may be made: threads that only look must not take the
        // namespace from each other.
        let found = read_at(th, self, key, hash, |guard, found| {
            Ok(found.and_then(|position| cell_at(guard.table.get(), position)))
        })?;
        match found {
            None if create => self.cell_of(th, key, hash).map(Some),
            found => Ok(found),
        }
    }

    /// The cell of a key, made if need be.
    fn cell_of(self, th: &mut Thread, key: Value, hash: u64) -> Result<Ref<GlobalCell>, Raised> {
        write_at(th, self, key, hash, |guard, found| {
            let mut table = guard.table.get();
            if let Some(cell) = found.and_then(|position| cell_at(table, position)) {
                return Ok(cell);
            }
            let cell = GlobalCell::allocate(guard.thread(), Value::UNBOUND)?;
            if !table.has_room() {
                table = guard.grow()?;
            }
            let position = table.append(hash, key);
            table.put_value(position, cell.value());
            // Not a key yet, but searches that are under way must start over.
            guard.set_length(guard.length.get());
            guard.thread().block.note_cell(cell);
            Ok(cell)
        })
    }

    /// Binds a key of a namespace.
    #[cold]
    #[inline(never)]
    pub(super) fn namespace_set(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
        value: Value,
    ) -> Result<(), Raised> {
        let cell = self.cell_of(th, key, hash)?;
        if cell.set_bound(th, value)? {
            return Ok(());
        }
        let Write2 { first: dict, second: cell_guard } = th.write2(self, cell)?;
        if cell_guard.value.get().is_unbound() {
            let mut table = dict.table.get();
            if !table.has_room() {
                table = dict.grow()?;
            }
            let own = match table.find(key, hash) {
                Find::At(at) => Some(at),
                _ => (0..table.used()).find(|&at| table.value_at(at) == cell.value()),
            };
            if let Some(position) = own {
                table.move_to_end(position);
            }
            dict.set_length(dict.length.get() + 1);
        }
        cell_guard.value.set(cell_guard.token(), value);
        Ok(())
    }

    /// Binds a key of a namespace unless it is bound; the value it had.
    #[cold]
    pub(super) fn namespace_set_default(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
        value: Value,
    ) -> Result<Option<Value>, Raised> {
        let cell = self.cell_of(th, key, hash)?;
        let bound = cell.get(th)?;
        if !bound.is_unbound() {
            return Ok(Some(bound));
        }
        self.namespace_set(th, key, hash, value)?;
        Ok(None)
    }

    /// Unbinds a cell of this namespace; the value it had.
    #[cold]
    pub(super) fn namespace_unbind(
        self,
        th: &mut Thread,
        cell: Ref<GlobalCell>,
    ) -> Result<Option<Value>, Raised> {
        let Write2 { first: dict, second: cell } = th.write2(self, cell)?;
        let old = cell.value.get();
        if old.is_unbound() {
            return Ok(None);
        }
        cell.value.set(cell.token(), Value::UNBOUND);
        dict.set_length(dict.length.get() - 1);
        Ok(Some(old))
    }

    /// Unbinds all cells, one by one.
    #[cold]
    pub(super) fn namespace_clear(self, th: &mut Thread) -> Result<(), Raised> {
        let mut position = 0;
        loop {
            let table = th.read(self)?.table.get();
            let Some(at) = table.next_live(position) else { return Ok(()) };
            if let Some(cell) = cell_at(table, at) {
                self.namespace_unbind(th, cell)?;
            }
            position = at + 1;
        }
    }
}
