//! Union, intersection, difference and comparison of sets.
//!
//! An operation on two sets holds both while it goes through one and looks into the other. Only
//! when it meets a member that `__eq__` has to be asked about does it let go, asks, and goes on
//! behind that member. So operations on sets of strings, numbers and tuples of them are atomic.

use super::object::{Set, SetTable};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Read, Ref, ValueCast, Write};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::dict::locate::{Hashed, read_at};
use crate::types::dict::table::Find;

/// A member that `__eq__` has to be asked about, with its hash.
type Unsure = Option<(u64, Value)>;

/// What can be looked into: a set, or the keys of a dict.
#[derive(Clone, Copy)]
enum Members {
    Set(Ref<Set>),
    Keys(Ref<Dict>),
}

/// The value as something with hashed members, if it is a set of any kind or exactly a dict.
fn members(th: &mut Thread, value: Value) -> Result<Option<Members>, Raised> {
    if let Some(set) = value.cast::<Set>() {
        return Ok(Some(Members::Set(set)));
    }
    let Some(dict) = value.cast_exact::<Dict>() else { return Ok(None) };
    // The unbound cells of a namespace are no keys.
    let plain = if th.read(dict)?.is_namespace() { dict.copy(th)? } else { dict };
    Ok(Some(Members::Keys(plain)))
}

/// A new set of what an iterable gives.
pub fn collect(th: &mut Thread, iterable: Value) -> Result<Ref<Set>, Raised> {
    let set = Set::new(th)?;
    update(th, set, iterable)?;
    Ok(set)
}

/// The value itself if it is a set of any kind, else a new set of what it gives.
fn as_set(th: &mut Thread, iterable: Value) -> Result<Ref<Set>, Raised> {
    match iterable.cast::<Set>() {
        Some(set) => Ok(set),
        None => collect(th, iterable),
    }
}

fn has<T: Hashed>(th: &mut Thread, probe: Ref<T>, key: Value, hash: u64) -> Result<bool, Raised> {
    read_at(th, probe, key, hash, |_, found| Ok(found.is_some()))
}

// ---- adding ----

fn fill<T: Hashed>(
    target: &Write<'_, Set>,
    source: &Read<'_, T>,
    position: &mut usize,
) -> Result<Unsure, Raised> {
    let table = source.hash_table();
    while let Some(at) = table.next_live(*position) {
        *position = at + 1;
        let (hash, key) = (table.hash(at), table.key(at));
        match target.table.get().find(key, hash) {
            Find::At(_) => {}
            Find::Absent => target.insert(hash, key)?,
            Find::Unsure => return Ok(Some((hash, key))),
        }
    }
    Ok(None)
}

fn update_hashed<T: Hashed>(th: &mut Thread, set: Ref<Set>, source: Ref<T>) -> Result<(), Raised> {
    let mut position = 0;
    loop {
        let (target, from) = th.write_read(set, source)?;
        match fill(&target, &from, &mut position)? {
            None => return Ok(()),
            Some((hash, key)) => {
                set.add_hashed(th, key, hash)?;
            }
        }
    }
}

/// `set.update(iterable)`
pub fn update(th: &mut Thread, set: Ref<Set>, iterable: Value) -> Result<(), Raised> {
    match members(th, iterable)? {
        Some(Members::Set(source)) if source == set => Ok(()),
        Some(Members::Set(source)) => {
            let (target, from) = th.write_read(set, source)?;
            if target.is_empty() {
                let table = from.table.get().copied(target.thread(), from.len())?;
                target.replace(table, from.length.get());
                return Ok(());
            }
            update_hashed(th, set, source)
        }
        Some(Members::Keys(source)) => update_hashed(th, set, source),
        None => {
            let iterator = th.iterate(iterable)?;
            while let Some(item) = th.next(iterator)? {
                set.add(th, item)?;
            }
            Ok(())
        }
    }
}

/// A new set of the members of both.
pub fn union(th: &mut Thread, left: Ref<Set>, right: Ref<Set>) -> Result<Ref<Set>, Raised> {
    let result = Set::new(th)?;
    let (target, a, b) = th.write_read2(result, left, right)?;
    let table = a.table.get().copied(target.thread(), a.len())?;
    target.replace(table, a.length.get());
    if fill(&target, &b, &mut 0)?.is_some() {
        update_hashed(th, result, right)?;
    }
    Ok(result)
}

// ---- choosing ----

/// Adds to `result`, which is empty and known to nobody, the members of `subject` of which
/// `probe` has those it has (`wanted`) or those it has not.
fn select<P: Hashed, S: Hashed>(
    th: &mut Thread,
    result: Ref<Set>,
    subject: Ref<S>,
    probe: Ref<P>,
    wanted: bool,
) -> Result<(), Raised> {
    let mut position = 0;
    let mut distinct = true;
    loop {
        let unsure = {
            let (target, from, other) = th.write_read2(result, subject, probe)?;
            let (table, inner) = (from.hash_table(), other.hash_table());
            let mut unsure = None;
            while let Some(at) = table.next_live(position) {
                position = at + 1;
                let (hash, key) = (table.hash(at), table.key(at));
                let found = inner.find(key, hash);
                let chosen = match found {
                    Find::At(_) => wanted,
                    Find::Absent => !wanted,
                    Find::Unsure => true,
                };
                if !chosen {
                    continue;
                }
                if found == Find::Unsure
                    || !distinct && target.table.get().find(key, hash) != Find::Absent
                {
                    unsure = Some((hash, key));
                    break;
                }
                target.insert(hash, key)?;
            }
            unsure
        };
        let Some((hash, key)) = unsure else { return Ok(()) };
        distinct = false;
        if has(th, probe, key, hash)? == wanted {
            result.add_hashed(th, key, hash)?;
        }
    }
}

/// A new set of the members of `set` that are also in `other`, an iterable.
pub fn intersection(th: &mut Thread, set: Ref<Set>, other: Value) -> Result<Ref<Set>, Raised> {
    let result = Set::new(th)?;
    match members(th, other)? {
        Some(Members::Set(other)) => {
            let swap = {
                let (a, b) = th.read2(set, other)?;
                b.len() > a.len()
            };
            let (outer, inner) = if swap { (other, set) } else { (set, other) };
            select(th, result, inner, outer, true)?;
        }
        Some(Members::Keys(keys)) => select(th, result, keys, set, true)?,
        None => {
            let iterator = th.iterate(other)?;
            while let Some(item) = th.next(iterator)? {
                if set.contains(th, item)? {
                    result.add(th, item)?;
                }
            }
        }
    }
    Ok(result)
}

/// A new set of the members of `set` that are not in `other`, an iterable.
pub fn difference(th: &mut Thread, set: Ref<Set>, other: Value) -> Result<Ref<Set>, Raised> {
    let result = match members(th, other)? {
        Some(Members::Set(other)) => {
            let result = Set::new(th)?;
            select(th, result, set, other, false)?;
            result
        }
        Some(Members::Keys(keys)) => {
            let result = Set::new(th)?;
            select(th, result, set, keys, false)?;
            result
        }
        None => {
            let result = set.copy(th)?;
            difference_update(th, result, other)?;
            result
        }
    };
    Ok(result)
}

/// A new set of the members of exactly one of `set` and `other`, an iterable.
pub fn symmetric_difference(
    th: &mut Thread,
    set: Ref<Set>,
    other: Value,
) -> Result<Ref<Set>, Raised> {
    let other = as_set(th, other)?;
    let result = Set::new(th)?;
    let (target, a, b) = th.write_read2(result, set, other)?;
    let table = a.table.get().copied(target.thread(), a.len())?;
    target.replace(table, a.length.get());
    match toggle(&target, &b, &mut 0)? {
        None => Ok(result),
        Some(_) => {
            let result = set.copy(th)?;
            symmetric_difference_update(th, result, other.value())?;
            Ok(result)
        }
    }
}

// ---- in place ----

/// `set.difference_update(other)`
pub fn difference_update(th: &mut Thread, set: Ref<Set>, other: Value) -> Result<(), Raised> {
    match members(th, other)? {
        Some(Members::Set(other)) if other == set => set.clear(th),
        Some(Members::Set(other)) => discard_all(th, set, other),
        Some(Members::Keys(keys)) => discard_all(th, set, keys),
        None => {
            let iterator = th.iterate(other)?;
            while let Some(item) = th.next(iterator)? {
                set.discard(th, item)?;
            }
            Ok(())
        }
    }
}

fn discard_all<T: Hashed>(th: &mut Thread, set: Ref<Set>, source: Ref<T>) -> Result<(), Raised> {
    let mut position = 0;
    loop {
        let unsure = {
            let (target, from) = th.write_read(set, source)?;
            let table = from.hash_table();
            let mut unsure = None;
            while let Some(at) = table.next_live(position) {
                position = at + 1;
                let (hash, key) = (table.hash(at), table.key(at));
                match target.table.get().find(key, hash) {
                    Find::At(there) => target.remove(there),
                    Find::Absent => {}
                    Find::Unsure => {
                        unsure = Some((hash, key));
                        break;
                    }
                }
            }
            unsure
        };
        let Some((hash, key)) = unsure else { return Ok(()) };
        set.discard_hashed(th, key, hash)?;
    }
}

/// `set.intersection_update(other)`
pub fn intersection_update(th: &mut Thread, set: Ref<Set>, other: Value) -> Result<(), Raised> {
    match members(th, other)? {
        Some(Members::Set(other)) if other == set => Ok(()),
        Some(Members::Set(other)) => keep_only(th, set, other),
        Some(Members::Keys(keys)) => keep_only(th, set, keys),
        None => {
            let kept = intersection(th, set, other)?;
            keep_only(th, set, kept)
        }
    }
}

fn keep_only<T: Hashed>(th: &mut Thread, set: Ref<Set>, probe: Ref<T>) -> Result<(), Raised> {
    let mut position = 0;
    loop {
        let unsure = {
            let (target, other) = th.write_read(set, probe)?;
            let mut unsure = None;
            while let Some(at) = target.table.get().next_live(position) {
                position = at + 1;
                let table = target.table.get();
                let (hash, key) = (table.hash(at), table.key(at));
                match other.hash_table().find(key, hash) {
                    Find::At(_) => {}
                    Find::Absent => target.remove(at),
                    Find::Unsure => {
                        unsure = Some((hash, key));
                        break;
                    }
                }
            }
            unsure
        };
        let Some((hash, key)) = unsure else { return Ok(()) };
        if !has(th, probe, key, hash)? {
            set.discard_hashed(th, key, hash)?;
        }
    }
}

fn toggle(
    target: &Write<'_, Set>,
    source: &Read<'_, Set>,
    position: &mut usize,
) -> Result<Unsure, Raised> {
    let table: Ref<SetTable> = source.table.get();
    while let Some(at) = table.next_live(*position) {
        *position = at + 1;
        let (hash, key) = (table.hash(at), table.key(at));
        match target.table.get().find(key, hash) {
            Find::At(there) => target.remove(there),
            Find::Absent => target.insert(hash, key)?,
            Find::Unsure => return Ok(Some((hash, key))),
        }
    }
    Ok(None)
}

/// `set.symmetric_difference_update(other)`
pub fn symmetric_difference_update(
    th: &mut Thread,
    set: Ref<Set>,
    other: Value,
) -> Result<(), Raised> {
    if other == set.value() {
        return set.clear(th);
    }
    let other = as_set(th, other)?;
    let mut position = 0;
    loop {
        let (target, from) = th.write_read(set, other)?;
        match toggle(&target, &from, &mut position)? {
            None => return Ok(()),
            Some((hash, key)) => {
                if !set.discard_hashed(th, key, hash)? {
                    set.add_hashed(th, key, hash)?;
                }
            }
        }
    }
}

// ---- asking ----

/// Whether some member of `subject` is in `probe` (`wanted`), or is not.
fn any<S: Hashed, P: Hashed>(
    th: &mut Thread,
    subject: Ref<S>,
    probe: Ref<P>,
    wanted: bool,
) -> Result<bool, Raised> {
    let mut position = 0;
    loop {
        let unsure = {
            let (from, other) = th.read2(subject, probe)?;
            let (table, inner) = (from.hash_table(), other.hash_table());
            let mut unsure = None;
            while let Some(at) = table.next_live(position) {
                position = at + 1;
                let (hash, key) = (table.hash(at), table.key(at));
                match inner.find(key, hash) {
                    Find::At(_) if wanted => return Ok(true),
                    Find::Absent if !wanted => return Ok(true),
                    Find::Unsure => {
                        unsure = Some((hash, key));
                        break;
                    }
                    _ => {}
                }
            }
            unsure
        };
        let Some((hash, key)) = unsure else { return Ok(false) };
        if has(th, probe, key, hash)? == wanted {
            return Ok(true);
        }
    }
}

/// Whether `set` and `other`, an iterable, have no member in common.
pub fn is_disjoint(th: &mut Thread, set: Ref<Set>, other: Value) -> Result<bool, Raised> {
    match members(th, other)? {
        Some(Members::Set(other)) => {
            let swap = {
                let (a, b) = th.read2(set, other)?;
                b.len() > a.len()
            };
            let (outer, inner) = if swap { (other, set) } else { (set, other) };
            Ok(!any(th, inner, outer, true)?)
        }
        Some(Members::Keys(keys)) => Ok(!any(th, keys, set, true)?),
        None => {
            let iterator = th.iterate(other)?;
            while let Some(item) = th.next(iterator)? {
                if set.contains(th, item)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}

/// Whether all members of `set` are in `other`.
pub fn is_subset(th: &mut Thread, set: Ref<Set>, other: Ref<Set>) -> Result<bool, Raised> {
    {
        let (a, b) = th.read2(set, other)?;
        if a.len() > b.len() {
            return Ok(false);
        }
    }
    Ok(!any(th, set, other, false)?)
}

/// Whether all members of `set` are in `other`, an iterable.
pub fn is_subset_of_iterable(th: &mut Thread, set: Ref<Set>, other: Value) -> Result<bool, Raised> {
    if let Some(other) = other.cast::<Set>() {
        return is_subset(th, set, other);
    }
    let common = intersection(th, set, other)?;
    let (common, set) = th.read2(common, set)?;
    Ok(common.len() == set.len())
}

/// Whether all that `other`, an iterable, gives is in `set`.
pub fn is_superset_of_iterable(
    th: &mut Thread,
    set: Ref<Set>,
    other: Value,
) -> Result<bool, Raised> {
    if let Some(other) = other.cast::<Set>() {
        return is_subset(th, other, set);
    }
    let iterator = th.iterate(other)?;
    while let Some(item) = th.next(iterator)? {
        if !set.contains(th, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two sets have equal members.
pub fn equal(th: &mut Thread, a: Ref<Set>, b: Ref<Set>) -> Result<bool, Raised> {
    {
        let (a, b) = th.read2(a, b)?;
        let (x, y) = (a.hash.get(), b.hash.get());
        if a.len() != b.len() || x != 0 && y != 0 && x != y {
            return Ok(false);
        }
    }
    Ok(!any(th, a, b, false)?)
}
