//! What the rest of the runtime does with lists.

use super::object::{List, ValueArray};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast, Write};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::dict::table::{HashTable, TableEntry};
use crate::types::set::Set;
use crate::types::tuple::Tuple;

impl List {
    /// A new list of what an iterable gives.
    pub fn from_iterable(th: &mut Thread, iterable: Value) -> Result<Ref<List>, Raised> {
        let list = List::new(th)?;
        list.extend(th, iterable)?;
        Ok(list)
    }
}

impl Ref<List> {
    /// The number of items.
    #[inline]
    pub fn len(self, th: &mut Thread) -> Result<usize, Raised> {
        Ok(th.read(self)?.len())
    }

    /// The item at an index, if there is one.
    #[inline]
    pub fn get(self, th: &mut Thread, index: usize) -> Result<Option<Value>, Raised> {
        Ok(th.read(self)?.as_slice().get(index).copied())
    }

    /// Appends an item.
    #[inline]
    pub fn push(self, th: &mut Thread, item: Value) -> Result<(), Raised> {
        th.write(self)?.push(item)
    }

    /// Takes the last item away.
    #[inline]
    pub fn pop(self, th: &mut Thread) -> Result<Option<Value>, Raised> {
        let list = th.write(self)?;
        let Some(&last) = list.as_slice().last() else { return Ok(None) };
        list.set_length(list.len() - 1)?;
        Ok(Some(last))
    }

    /// Appends items.
    pub fn extend_from_slice(self, th: &mut Thread, items: &[Value]) -> Result<(), Raised> {
        let list = th.write(self)?;
        list.splice(list.len(), 0, items)
    }

    /// The items as they are now.
    pub fn snapshot(self, th: &mut Thread) -> Result<RootVec, Raised> {
        let mut items = RootVec::new();
        items.extend_from_slice(th.read(self)?.as_slice());
        Ok(items)
    }

    /// A new plain list of the same items.
    pub fn copy(self, th: &mut Thread) -> Result<Ref<List>, Raised> {
        let list = th.read(self)?;
        List::from_slice(list.thread(), list.as_slice())
    }

    /// Removes all items.
    pub fn clear(self, th: &mut Thread) -> Result<(), Raised> {
        let list = th.write(self)?;
        if !list.is_empty() {
            list.replace(ValueArray::empty(list.thread())?, 0);
        }
        Ok(())
    }

    /// `list.extend(iterable)`: at once if that is a plain list, tuple, dict or set, otherwise
    /// item by item.
    pub fn extend(self, th: &mut Thread, iterable: Value) -> Result<(), Raised> {
        if iterable == self.value() {
            let list = th.write(self)?;
            let (items, length) = (list.items.get(), list.len());
            list.grow(2 * length)?;
            list.items.get().copy_from(length, &cells_to_values(items, length));
            return list.set_length(2 * length);
        }
        if let Some(source) = iterable.cast_exact::<List>() {
            let (list, source) = th.write_read(self, source)?;
            return list.splice(list.len(), 0, source.as_slice());
        }
        if let Some(source) = iterable.cast_exact::<Tuple>() {
            return self.extend_from_slice(th, source.as_slice());
        }
        if let Some(source) = iterable.cast_exact::<Dict>() {
            let (list, dict) = th.write_read(self, source)?;
            if !dict.is_namespace() {
                return push_keys(&list, dict.len(), dict.table.get());
            }
        } else if crate::types::set::is_plain(th, iterable)
            && let Some(source) = iterable.cast::<Set>()
        {
            let (list, set) = th.write_read(self, source)?;
            return push_keys(&list, set.len(), set.table.get());
        }
        let iterator = th.iterate(iterable)?;
        let hint = th.length_hint(iterable, 8)?;
        if hint > 8 {
            // The memory for an absurd length is asked for before the first item is.
            let length = th.read(self)?.len();
            // (One that cannot be true at all is not believed.)
            let possible = hint <= isize::MAX as usize - length;
            if hint > 1 << 20 && possible && !RootVec::new().try_reserve(hint) {
                return Err(th.memory_error());
            }
            let list = th.write(self)?;
            // A hint is no promise: what it makes us allocate is limited.
            let wanted = list.len().saturating_add(hint.min(1 << 20));
            if wanted > list.items.get().capacity() {
                list.grow(wanted)?;
            }
        }
        let mut count = 0_u32;
        while let Some(item) = th.next(iterator)? {
            self.push(th, item)?;
            count = count.wrapping_add(1);
            if count.is_multiple_of(1024) {
                th.poll()?;
            }
        }
        Ok(())
    }
}

/// A copy of an array's first values, for a list that is extended by itself.
fn cells_to_values(items: Ref<ValueArray>, length: usize) -> RootVec {
    let mut values = RootVec::with_capacity(length);
    for at in 0..length {
        values.push(items.get(at));
    }
    values
}

/// Appends the keys of a table.
fn push_keys<E: TableEntry>(
    list: &Write<'_, List>,
    count: usize,
    table: Ref<HashTable<E>>,
) -> Result<(), Raised> {
    let wanted = list.len() + count;
    if wanted > list.items.get().capacity() {
        list.grow(wanted)?;
    }
    let mut from = 0;
    while let Some(at) = table.next_live(from) {
        list.push(table.key(at))?;
        from = at + 1;
    }
    Ok(())
}
