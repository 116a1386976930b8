//! Filling dicts from other dicts, mappings and sequences of pairs.

use super::object::{Dict, DictTable};
use super::table::Find;
use crate::exception::{Raised, classes};
use crate::heap::{RootVec, Value};
use crate::name;
use crate::object::{Read, Ref, ValueCast, Write};
use crate::thread::Thread;
use crate::types::iterators::is_iterable;

/// An entry that could not be merged without running Python.
type Unsure = (u64, Value, Value);

/// Copies entries from `position` on, as far as that needs no Python.
fn fill(
    target: &Write<'_, Dict>,
    source: &Read<'_, Dict>,
    position: &mut usize,
) -> Result<Option<Unsure>, Raised> {
    let table = source.table.get();
    while let Some(at) = table.next_live(*position) {
        *position = at + 1;
        let (hash, key, value) = (table.hash(at), table.key(at), table.value_at(at));
        let own = target.table.get();
        match own.find(key, hash) {
            Find::At(there) => own.put_value(there, value),
            Find::Absent => target.insert(hash, key, value)?,
            Find::Unsure => return Ok(Some((hash, key, value))),
        }
    }
    Ok(None)
}

impl Ref<Dict> {
    /// `self.update(other)` for dicts: atomic as long as no key's `__eq__` is needed.
    pub fn update_dict(self, th: &mut Thread, other: Ref<Dict>) -> Result<(), Raised> {
        if self == other {
            return Ok(());
        }
        let (mut position, mut expected) = (0, None);
        loop {
            let (target, source) = th.write_read(self, other)?;
            if target.is_namespace() || source.is_namespace() {
                return self.update_by_entry(th, other);
            }
            let changes = source.changes.get();
            if expected.is_some_and(|expected| expected != changes) {
                return Err(th.runtime_error("dict mutated during update"));
            }
            expected = Some(changes);
            if target.is_empty() && position == 0 {
                if source.is_empty() {
                    return Ok(());
                }
                let table: Ref<DictTable> =
                    source.table.get().copied(target.thread(), source.len())?;
                target.table.set(target.token(), table);
                target.set_length(source.length.get());
                return Ok(());
            }
            match fill(&target, &source, &mut position)? {
                None => return Ok(()),
                Some((hash, key, value)) => self.set_hashed(th, key, hash, value)?,
            }
        }
    }

    /// `self | other` as a new plain dict, of the state that both had at once.
    pub fn union(self, th: &mut Thread, other: Ref<Dict>) -> Result<Ref<Dict>, Raised> {
        let result = Dict::new(th)?;
        let (target, left, right) = th.write_read2(result, self, other)?;
        if left.is_namespace() || right.is_namespace() {
            result.update_by_entry(th, self)?;
            result.update_by_entry(th, other)?;
            return Ok(result);
        }
        let table: Ref<DictTable> = left.table.get().copied(target.thread(), left.len())?;
        target.table.set(target.token(), table);
        target.set_length(left.length.get());
        if fill(&target, &right, &mut 0)?.is_some() {
            // Some key needs `__eq__`: once more, asking it.
            result.update_dict(th, other)?;
        }
        Ok(result)
    }

    fn update_by_entry(self, th: &mut Thread, other: Ref<Dict>) -> Result<(), Raised> {
        let mut position = 0;
        let length = other.len(th)?;
        while let Some((key, value, next)) = other.entry_from(th, position)? {
            self.set(th, key, value)?;
            if other.len(th)? != length {
                return Err(th.runtime_error("dict mutated during update"));
            }
            position = next;
        }
        Ok(())
    }

    /// `self.update(source)` for a mapping (something with `keys`) or an iterable of pairs.
    pub fn update(self, th: &mut Thread, source: impl Into<Value>) -> Result<(), Raised> {
        let source = source.into();
        if let Some(dict) = source.cast::<Dict>()
            && is_plainly_iterated(th, source)
        {
            return self.update_dict(th, dict);
        }
        let keys = name!(th, "keys");
        if th.find_attribute(source, keys)?.is_some() {
            self.update_from_mapping(th, source)
        } else {
            self.update_from_pairs(th, source)
        }
    }

    /// `self.update(source)` for something with `keys`.
    pub fn update_from_mapping(self, th: &mut Thread, source: Value) -> Result<(), Raised> {
        let keys = name!(th, "keys");
        let keys = th.call_method(source, keys, &[])?;
        let iterator = th.iterate(keys)?;
        while let Some(key) = th.next(iterator)? {
            let value = th.get_item(source, key)?;
            self.set(th, key, value)?;
        }
        Ok(())
    }

    /// Adds `(key, value)` pairs.
    fn update_from_pairs(self, th: &mut Thread, source: Value) -> Result<(), Raised> {
        let iterator = th.iterate(source)?;
        let mut index = 0usize;
        let mut pair = RootVec::new();
        while let Some(item) = th.next(iterator)? {
            pair.clear();
            if !is_iterable(th, item) {
                let raised = th.type_error("object is not iterable");
                return Err(no_sequence(th, index, raised));
            }
            if let Err(raised) = th.collect(item, &mut pair) {
                return Err(no_sequence(th, index, raised));
            }
            if pair.len() != 2 {
                return Err(th.value_error(format!(
                    "dictionary update sequence element #{index} has length {}; 2 is required",
                    pair.len()
                )));
            }
            let (key, value) = (pair[0], pair[1]);
            self.set(th, key, value)?;
            index += 1;
        }
        Ok(())
    }

    /// All keys and values, alternating, as they are now.
    pub fn snapshot(self, th: &mut Thread) -> Result<RootVec, Raised> {
        let mut pairs = RootVec::new();
        let guard = th.read(self)?;
        if !guard.is_namespace() {
            let table = guard.table.get();
            let mut position = 0;
            while let Some(at) = table.next_live(position) {
                pairs.push(table.key(at));
                pairs.push(table.value_at(at));
                position = at + 1;
            }
            return Ok(pairs);
        }
        let mut position = 0;
        while let Some((key, value, next)) = self.entry_from(th, position)? {
            pairs.push(key);
            pairs.push(value);
            position = next;
        }
        Ok(pairs)
    }
}

/// The error for an element that is no sequence: a `TypeError` gets a note that tells which.
#[cold]
fn no_sequence(th: &mut Thread, index: usize, raised: Raised) -> Raised {
    if !th.raised_is(raised, &classes::TYPE_ERROR) {
        return raised;
    }
    let exception = th.take_exception();
    let note = format!("Cannot convert dictionary update sequence element #{index} to a sequence");
    let noted = th
        .new_str(&note)
        .and_then(|note| th.call_method(exception, name!(th, "add_note"), &[note.value()]));
    match noted {
        Ok(_) => th.raise_again(exception),
        Err(raised) => raised,
    }
}

/// Whether a dict is iterated as dicts are: it is no subclass that changes `__iter__`. Such a
/// one is a mapping like any other to `update`.
pub(super) fn is_plainly_iterated(th: &mut Thread, dict: Value) -> bool {
    let class = th.class_of(dict);
    let plain = super::SPEC.class();
    let special = crate::class::Special::Iter;
    class == plain || class.special(th, special) == plain.special(th, special)
}
