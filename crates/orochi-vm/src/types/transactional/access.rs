//! Looking up one key, and changing what it stands for.

use std::sync::atomic::{Ordering, fence};

use super::object::{Core, DETACHED, Entry, SlotValue};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, Write, Write2};
use crate::thread::Thread;
use crate::types::dict::table::{hash_member, quick_equal};

/// How the keys of a core are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Keys {
    /// As those of a dict.
    Equal,
    /// By identity.
    Identity,
}

/// What becomes of a key.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Nothing.
    Keep,
    /// It has this value from now on.
    Put(Value),
    /// It is there no more.
    Remove,
}

impl Ref<Core> {
    /// The hash by which a key is found. Runs `__hash__` if the key is no simple one; the error for
    /// one without a hash names `what` it was to be.
    #[inline]
    pub fn hash(self, th: &mut Thread, key: Value, what: &str) -> Result<u64, Raised> {
        match self.keys() {
            Keys::Equal => hash_member(th, key, what),
            // Objects lie at multiples of sixteen.
            Keys::Identity => Ok(key.bits().rotate_right(4)),
        }
    }

    /// The entry of a key; `make` one if there is none. Runs `__eq__` if the key is no simple one.
    /// It may be detached by the time it is claimed.
    fn locate(
        self,
        th: &mut Thread,
        key: Value,
        hash: u64,
        make: bool,
    ) -> Result<Option<Ref<Entry>>, Raised> {
        'again: loop {
            let slots = self.slots();
            for at in slots.probe(hash) {
                let mut found = slots.get(at);
                if found.is_unbound() {
                    if !make {
                        return Ok(None);
                    }
                    if !self.has_room() {
                        self.grow(th)?;
                        continue 'again;
                    }
                    if let Some(entry) = self.put_entry(th, at, key, hash)? {
                        return Ok(Some(entry));
                    }
                    found = slots.get(at);
                }
                let Some(entry) = found.cast_entry() else { continue };
                if entry.hash() != hash {
                    continue;
                }
                let there = entry.key();
                let same = match self.keys() {
                    Keys::Identity => Some(there == key),
                    Keys::Equal => quick_equal(there, key),
                };
                match same {
                    Some(true) => return Ok(Some(entry)),
                    Some(false) => {}
                    None => {
                        if th.equal(there, key)? {
                            return Ok(Some(entry));
                        }
                        if self.slots() != slots {
                            continue 'again;
                        }
                    }
                }
            }
            // Every slot is taken, by entries of others or by what was removed.
            if !make {
                return Ok(None);
            }
            self.grow(th)?;
        }
    }

    /// Before an entry that is in its slot gets a value: waits for whoever has walked over all entries
    /// and may have missed it. Not once for each entry, but each time: who put it there may have been
    /// undone before it came to this, and others find it as well.
    #[inline]
    fn announce(self, th: &mut Thread) -> Result<(), Raised> {
        Ok(th.stm.pass_by(&self.roster().header().owner, &*th)?)
    }

    /// The value of a key.
    pub fn get(self, th: &mut Thread, key: Value, hash: u64) -> Result<Option<Value>, Raised> {
        loop {
            let make = th.stm.in_block();
            let Some(entry) = self.locate(th, key, hash, make)? else { return Ok(None) };
            let guard = th.read(entry)?;
            if guard.order.get() != DETACHED {
                let value = guard.value.get();
                return Ok((!value.is_unbound()).then_some(value));
            }
        }
    }

    /// Changes what a key stands for, and, if it comes or goes, this thread's part of the `tally`;
    /// gives the value it had. `decide` sees that value, once or more often. A change that `peeks`
    /// is likely to be none.
    pub fn change(
        self,
        th: &mut Thread,
        tally: Ref<Core>,
        (key, hash): (Value, u64),
        peeks: bool,
        decide: impl Fn(Option<Value>) -> Change,
    ) -> Result<Option<Value>, Raised> {
        loop {
            let make = th.stm.in_block() || !matches!(decide(None), Change::Keep);
            let Some(entry) = self.locate(th, key, hash, make)? else { return Ok(None) };
            if peeks || entry.header().owner.peek().is_shared() {
                let guard = th.read(entry)?;
                let value = guard.value.get();
                let old = (!value.is_unbound()).then_some(value);
                let same = match decide(old) {
                    Change::Keep => true,
                    Change::Put(new) => old == Some(new),
                    Change::Remove => old.is_none(),
                };
                if same && guard.order.get() != DETACHED {
                    return Ok(old);
                }
            }
            if let Some(old) = change_there(&th.write(entry)?, &decide) {
                return Ok(old);
            }
            // It comes or goes, and is counted at the same time.
            let part = tally.part(th)?;
            self.announce(th)?;
            tally.announce(th)?;
            let pair = th.write2(entry, part)?;
            if pair.second.order.get() == DETACHED {
                continue;
            }
            if let Some(old) = change_there(&pair.first, &decide) {
                return Ok(old);
            }
            let (key_there, changed) = (pair.first.key.get(), come_or_go(&pair, &decide)?);
            let Some(old) = changed else { continue };
            if old.is_none() && key_there != key {
                // Searches look at the key without claiming its entry.
                fence(Ordering::Release);
                pair.first.key.set(pair.first.token(), key);
            }
            if old.is_some() && !pair.first.thread().stm.in_block() {
                self.vacate(entry);
                pair.first.order.set(pair.first.token(), DETACHED);
            }
            return Ok(old);
        }
    }

    /// In a tally: this thread's entry.
    pub fn part(self, th: &mut Thread) -> Result<Ref<Entry>, Raised> {
        let slot = th.stm.record().slot();
        loop {
            let (key, hash) = (Value::from_i32(slot as i32), u64::from(slot));
            if let Some(entry) = self.locate(th, key, hash, true)? {
                return Ok(entry);
            }
        }
    }

    /// In a tally: the value of this thread's part.
    pub fn own(self, th: &mut Thread) -> Result<Option<Value>, Raised> {
        let part = self.part(th)?;
        let value = th.read(part)?.value.get();
        Ok((!value.is_unbound()).then_some(value))
    }

    /// In a tally: replaces the value of this thread's part, if it is still `old`.
    pub fn exchange(self, th: &mut Thread, old: Option<Value>, new: Value) -> Result<bool, Raised> {
        let part = self.part(th)?;
        if old.is_none() {
            self.announce(th)?;
        }
        let guard = th.write(part)?;
        let same = guard.value.get() == old.unwrap_or(Value::UNBOUND);
        if !same || guard.order.get() == DETACHED {
            return Ok(false);
        }
        guard.value.set(guard.token(), new);
        Ok(true)
    }
}

/// Does what is to be done with an entry if its key neither comes nor goes; gives the value it had.
#[inline(always)]
fn change_there(
    guard: &Write<'_, Entry>,
    decide: &impl Fn(Option<Value>) -> Change,
) -> Option<Option<Value>> {
    if guard.order.get() == DETACHED {
        return None;
    }
    let value = guard.value.get();
    let old = (!value.is_unbound()).then_some(value);
    match decide(old) {
        Change::Keep => Some(old),
        Change::Put(new) if old.is_some() => {
            guard.value.set(guard.token(), new);
            Some(old)
        }
        Change::Remove if old.is_none() => Some(None),
        _ => None,
    }
}

/// A key comes or goes; gives the value it had. `None`: its entry is detached.
fn come_or_go(
    pair: &Write2<'_, Entry, Entry>,
    decide: &impl Fn(Option<Value>) -> Change,
) -> Result<Option<Option<Value>>, Raised> {
    let (entry, part) = (&pair.first, &pair.second);
    if entry.order.get() == DETACHED {
        return Ok(None);
    }
    let value = entry.value.get();
    let old = (!value.is_unbound()).then_some(value);
    let by = match decide(old) {
        Change::Put(new) => {
            let (birth, order) = Entry::place(entry.thread())?;
            entry.birth.set(entry.token(), birth);
            entry.order.set(entry.token(), order);
            entry.value.set(entry.token(), new);
            1
        }
        _ => {
            entry.value.set(entry.token(), Value::UNBOUND);
            -1
        }
    };
    let count = part.value.get();
    let count = if count.is_unbound() { 0 } else { count.as_int() };
    part.value.set(part.token(), Value::int_unchecked(count + by));
    Ok(Some(old))
}
