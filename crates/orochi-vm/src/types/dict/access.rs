//! Getting, setting and deleting keys: what the rest of the runtime does with dicts.
//!
//! All of these work on the dict itself, whatever a subclass makes of `__getitem__` and the like.

use super::locate::{read_at, write_at};
use super::namespace::cell_at;
use super::object::{Dict, DictBuilder, DictTable};
use super::table::{Find, hash_member};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;

use super::object::GlobalCell;

/// What a key is called in errors.
const KEY: &str = "dict key";

impl Ref<Dict> {
    /// The value of a key. Runs `__hash__` and `__eq__` if the key is no simple one.
    #[inline]
    pub fn get(self, th: &mut Thread, key: Value) -> Result<Option<Value>, Raised> {
        let hash = hash_member(th, key, KEY)?;
        self.get_hashed(th, key, hash)
    }

    /// The value of a key whose hash is known.
    #[inline]
    pub fn get_hashed(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
    ) -> Result<Option<Value>, Raised> {
        let (found, namespace) = read_at(th, self, key, hash, |guard, found| {
            let value = found.map(|position| guard.table.get().value_at(position));
            Ok((value, guard.is_namespace()))
        })?;
        match found {
            Some(cell) if namespace => open_cell(th, cell),
            found => Ok(found),
        }
    }

    /// The value of a name.
    #[inline]
    pub fn get_str(self, th: &mut Thread, name: Ref<Str>) -> Result<Option<Value>, Raised> {
        self.get(th, name.value())
    }

    /// Whether a key is there.
    #[inline]
    pub fn contains(self, th: &mut Thread, key: Value) -> Result<bool, Raised> {
        Ok(self.get(th, key)?.is_some())
    }

    /// Sets the value of a key.
    #[inline]
    pub fn set(self, th: &mut Thread, key: Value, value: Value) -> Result<(), Raised> {
        let hash = hash_member(th, key, KEY)?;
        self.set_hashed(th, key, hash, value)
    }

    /// Sets the value of a key whose hash is known.
    #[inline]
    pub fn set_hashed(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
        value: Value,
    ) -> Result<(), Raised> {
        let owner = &self.header().owner;
        if !th.stm.can_write(owner)
            && owner.peek().is_shared()
            && self.is_already(th, key, hash, value)?
        {
            return Ok(());
        }
        let namespace = write_at(th, self, key, hash, |guard, found| {
            if guard.is_namespace() {
                return Ok(true);
            }
            match found {
                Some(position) => guard.table.get().put_value(position, value),
                None => guard.insert(hash, key, value)?,
            }
            Ok(false)
        })?;
        if namespace { self.namespace_set(th, key, hash, value) } else { Ok(()) }
    }

    /// Whether a dict that everybody may read says already what is to be written: then it is not
    /// taken from whoever reads it. A namespace's own word is only asked for in its own way.
    #[cold]
    #[inline(never)]
    fn is_already(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
        value: Value,
    ) -> Result<bool, Raised> {
        let guard = th.read(self)?;
        let table = guard.table.get();
        let Find::At(position) = table.find(key, hash) else { return Ok(false) };
        if !guard.is_namespace() {
            return Ok(table.value_at(position) == value);
        }
        match cell_at(table, position) {
            Some(cell) => cell.set_bound(th, value),
            None => Ok(false),
        }
    }

    /// Sets the value of a name.
    #[inline]
    pub fn set_str(self, th: &mut Thread, name: Ref<Str>, value: Value) -> Result<(), Raised> {
        self.set(th, name.value(), value)
    }

    /// Sets the value of a key that is not there; the value of one that is.
    pub fn set_default(
        self,
        th: &mut Thread,
        key: Value,
        value: Value,
    ) -> Result<Option<Value>, Raised> {
        let hash = hash_member(th, key, KEY)?;
        {
            // Where `__eq__` must be asked it is asked below, and once only.
            let guard = th.read(self)?;
            let table = guard.table.get();
            if !guard.is_namespace()
                && let Find::At(position) = table.find(key, hash)
            {
                return Ok(Some(table.value_at(position)));
            }
        }
        let (found, namespace) = write_at(th, self, key, hash, |guard, found| {
            if guard.is_namespace() {
                return Ok((None, true));
            }
            match found {
                Some(position) => Ok((Some(guard.table.get().value_at(position)), false)),
                None => {
                    guard.insert(hash, key, value)?;
                    Ok((None, false))
                }
            }
        })?;
        if namespace { self.namespace_set_default(th, key, hash, value) } else { Ok(found) }
    }

    /// Deletes a key; the value it had.
    pub fn delete(self, th: &mut Thread, key: Value) -> Result<Option<Value>, Raised> {
        let hash = hash_member(th, key, KEY)?;
        self.delete_hashed(th, key, hash)
    }

    /// Deletes a key whose hash is known; the value it had.
    pub fn delete_hashed(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
    ) -> Result<Option<Value>, Raised> {
        let (old, namespace) = write_at(th, self, key, hash, |guard, found| {
            let Some(position) = found else { return Ok((None, false)) };
            let old = guard.table.get().value_at(position);
            if guard.is_namespace() {
                return Ok((Some(old), true));
            }
            guard.remove(position);
            Ok((Some(old), false))
        })?;
        match old.and_then(|cell| cell.cast_exact::<GlobalCell>()) {
            Some(cell) if namespace => self.namespace_unbind(th, cell),
            _ => Ok(old),
        }
    }

    /// Deletes a name; the value it had.
    pub fn delete_str(self, th: &mut Thread, name: Ref<Str>) -> Result<Option<Value>, Raised> {
        self.delete(th, name.value())
    }

    /// How many keys there are.
    #[inline]
    pub fn len(self, th: &mut Thread) -> Result<usize, Raised> {
        Ok(th.read(self)?.len())
    }

    /// Deletes all keys.
    pub fn clear(self, th: &mut Thread) -> Result<(), Raised> {
        let guard = th.write(self)?;
        if guard.is_namespace() {
            return self.namespace_clear(th);
        }
        if !guard.is_empty() {
            guard.table.set(guard.token(), DictTable::empty(guard.thread())?);
            guard.set_length(0);
        }
        Ok(())
    }

    /// Deletes the last key; it and its value.
    pub fn pop_last(self, th: &mut Thread) -> Result<Option<(Value, Value)>, Raised> {
        loop {
            let guard = th.write(self)?;
            let table = guard.table.get();
            if !guard.is_namespace() {
                let Some(position) = table.last_live(table.used()) else { return Ok(None) };
                let pair = (table.key(position), table.value_at(position));
                guard.remove(position);
                table.shrink();
                return Ok(Some(pair));
            }
            let Some((key, _, position)) = self.previous_entry(th, usize::MAX)? else {
                return Ok(None);
            };
            let table = th.read(self)?.table.get();
            if position < table.used()
                && table.key(position) == key
                && let Some(cell) = cell_at(table, position)
                && let Some(value) = self.namespace_unbind(th, cell)?
            {
                return Ok(Some((key, value)));
            }
        }
    }

    /// A new plain dict with the same keys and values.
    pub fn copy(self, th: &mut Thread) -> Result<Ref<Dict>, Raised> {
        let guard = th.read(self)?;
        if guard.is_namespace() {
            let copy = Dict::new(th)?;
            copy.update_dict(th, self)?;
            return Ok(copy);
        }
        let table = guard.table.get().copied(guard.thread(), guard.len())?;
        Dict::allocate(guard.thread(), table, guard.length.get(), 0, 0)
    }

    /// The first entry at or behind a position: key, value and the position behind it. For
    /// iteration: start with 0; positions are meaningful as long as the dict's length stays.
    #[inline]
    pub fn entry_from(
        self,
        th: &mut Thread,
        position: usize,
    ) -> Result<Option<(Value, Value, usize)>, Raised> {
        let guard = th.read(self)?;
        let table = guard.table.get();
        let Some(at) = table.next_live(position) else { return Ok(None) };
        if guard.is_namespace() {
            return self.namespace_entry_from(th, at);
        }
        Ok(Some((table.key(at), table.value_at(at), at + 1)))
    }

    /// As [`Self::entry_from`], with the key's hash before the key.
    pub fn hashed_entry_from(
        self,
        th: &mut Thread,
        position: usize,
    ) -> Result<Option<(u64, Value, Value, usize)>, Raised> {
        let guard = th.read(self)?;
        let table = guard.table.get();
        let Some(at) = table.next_live(position) else { return Ok(None) };
        if !guard.is_namespace() {
            return Ok(Some((table.hash(at), table.key(at), table.value_at(at), at + 1)));
        }
        match self.namespace_entry_from(th, at)? {
            Some((key, value, next)) => {
                let hash = hash_member(th, key, KEY)?;
                Ok(Some((hash, key, value, next)))
            }
            None => Ok(None),
        }
    }

    #[cold]
    fn namespace_entry_from(
        self,
        th: &mut Thread,
        mut position: usize,
    ) -> Result<Option<(Value, Value, usize)>, Raised> {
        loop {
            let table = th.read(self)?.table.get();
            let Some(at) = table.next_live(position) else { return Ok(None) };
            let key = table.key(at);
            if let Some(value) = open_cell(th, table.value_at(at))? {
                return Ok(Some((key, value, at + 1)));
            }
            position = at + 1;
        }
    }

    /// The last entry before a position: key, value and its own position. For reverse
    /// iteration: start with `usize::MAX`, go on with what was returned.
    pub fn previous_entry(
        self,
        th: &mut Thread,
        mut end: usize,
    ) -> Result<Option<(Value, Value, usize)>, Raised> {
        loop {
            let guard = th.read(self)?;
            let table = guard.table.get();
            let Some(at) = table.last_live(end) else { return Ok(None) };
            let (key, value) = (table.key(at), table.value_at(at));
            if !guard.is_namespace() {
                return Ok(Some((key, value, at)));
            }
            if let Some(value) = open_cell(th, value)? {
                return Ok(Some((key, value, at)));
            }
            end = at;
        }
    }
}

/// What is in a namespace's cell.
#[inline]
fn open_cell(th: &mut Thread, cell: Value) -> Result<Option<Value>, Raised> {
    match cell.cast_exact::<GlobalCell>() {
        Some(cell) => {
            let value = cell.get(th)?;
            Ok((!value.is_unbound()).then_some(value))
        }
        None => Ok(None),
    }
}

impl DictBuilder<'_> {
    /// Sets the value of a name.
    pub fn set_str(&self, name: Ref<Str>, value: Value) -> Result<(), Raised> {
        let (key, hash) = (name.value(), name.hash());
        let guard = self.guard();
        match guard.table.get().find(key, hash) {
            Find::At(position) => {
                guard.table.get().put_value(position, value);
                Ok(())
            }
            _ => guard.insert(hash, key, value),
        }
    }

    /// Adds a key that is known to be new, with its hash.
    pub fn add(&self, hash: u64, key: Value, value: Value) -> Result<(), Raised> {
        self.guard().insert(hash, key, value)
    }
}
