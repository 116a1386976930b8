//! Searches in dicts and sets that may have to ask `__eq__`.
//!
//! `__eq__` may do anything, also to the table that is searched. Whoever compares therefore holds
//! nothing meanwhile, and afterwards looks at the container's count of changes: if keys came or
//! went, the search starts over. The position that comes out is good as long as that count stays
//! the same, which its user checks again under the guard that uses it.

use super::object::Dict;
use super::table::{Find, HashTable, Probe, Step, TableEntry};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Object, Read, Ref, Write};
use crate::thread::Thread;

/// A container with a hash table.
pub trait Hashed: Object {
    /// What its table keeps of each member.
    type Entry: TableEntry;
    /// Its table.
    fn hash_table(&self) -> Ref<HashTable<Self::Entry>>;
    /// How often keys came or went.
    fn change_count(&self) -> u32;
}

impl Hashed for Dict {
    type Entry = super::table::DictEntry;
    #[inline(always)]
    fn hash_table(&self) -> Ref<HashTable<Self::Entry>> {
        self.table.get()
    }
    #[inline(always)]
    fn change_count(&self) -> u32 {
        self.changes.get()
    }
}

/// Where a key is, as of a count of changes.
#[derive(Clone, Copy, Debug)]
struct Place {
    position: Option<usize>,
    changes: u32,
}

#[cold]
#[inline(never)]
fn locate<T: Hashed>(
    th: &mut Thread,
    container: Ref<T>,
    key: Value,
    hash: u64,
) -> Result<Place, Raised> {
    'again: loop {
        let guard = th.read(container)?;
        let changes = guard.change_count();
        let mut probe = Probe::new(hash);
        loop {
            // A release point was passed since the last round, but no key came or went, so
            // the table is still the one that was searched.
            let guard = th.read(container)?;
            if guard.change_count() != changes {
                continue 'again;
            }
            let table = guard.hash_table();
            match table.step(&mut probe, key, hash) {
                Step::Absent => return Ok(Place { position: None, changes }),
                Step::At(position) => return Ok(Place { position: Some(position), changes }),
                Step::Compare(position) => {
                    let there = table.key(position);
                    if th.equal(there, key)? {
                        if th.read(container)?.change_count() != changes {
                            continue 'again;
                        }
                        return Ok(Place { position: Some(position), changes });
                    }
                }
            }
        }
    }
}

/// Runs `use_it` with the container held for reading and the position of the key. It must not
/// be counted on to run once only if it raises.
#[inline(always)]
pub fn read_at<T: Hashed, R>(
    th: &mut Thread,
    container: Ref<T>,
    key: Value,
    hash: u64,
    use_it: impl Fn(&Read<'_, T>, Option<usize>) -> Result<R, Raised>,
) -> Result<R, Raised> {
    let guard = th.read(container)?;
    match guard.hash_table().find(key, hash) {
        Find::At(position) => return use_it(&guard, Some(position)),
        Find::Absent => return use_it(&guard, None),
        Find::Unsure => {}
    }
    loop {
        let place = locate(th, container, key, hash)?;
        let guard = th.read(container)?;
        if guard.change_count() == place.changes {
            return use_it(&guard, place.position);
        }
    }
}

/// Runs `use_it` with the container held for writing and the position of the key.
#[inline(always)]
pub fn write_at<T: Hashed, R>(
    th: &mut Thread,
    container: Ref<T>,
    key: Value,
    hash: u64,
    use_it: impl Fn(&Write<'_, T>, Option<usize>) -> Result<R, Raised>,
) -> Result<R, Raised> {
    let guard = th.write(container)?;
    match guard.hash_table().find(key, hash) {
        Find::At(position) => return use_it(&guard, Some(position)),
        Find::Absent => return use_it(&guard, None),
        Find::Unsure => {}
    }
    loop {
        let place = locate(th, container, key, hash)?;
        let guard = th.write(container)?;
        if guard.change_count() == place.changes {
            return use_it(&guard, place.position);
        }
    }
}
