//! Adding, removing and looking for members: what the rest of the runtime does with sets.

use super::object::{Set, SetTable};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::locate::{read_at, write_at};
use crate::types::dict::table::{Find, hash_member};

/// What a member is called in errors.
pub(super) const MEMBER: &str = "set element";

impl Ref<Set> {
    /// Whether `key` is a member.
    #[inline]
    pub fn contains(self, th: &mut Thread, key: Value) -> Result<bool, Raised> {
        let hash = hash_member(th, key, MEMBER)?;
        self.contains_hashed(th, key, hash)
    }

    /// Whether a key whose hash is known is a member.
    #[inline]
    pub fn contains_hashed(self, th: &mut Thread, key: Value, hash: u64) -> Result<bool, Raised> {
        read_at(th, self, key, hash, |_, found| Ok(found.is_some()))
    }

    /// Adds a member; whether it is new. Not for frozensets.
    #[inline]
    pub fn add(self, th: &mut Thread, key: Value) -> Result<bool, Raised> {
        let hash = hash_member(th, key, MEMBER)?;
        self.add_hashed(th, key, hash)
    }

    /// Adds a member whose hash is known; whether it is new. Not for frozensets.
    #[inline]
    pub fn add_hashed(self, th: &mut Thread, key: Value, hash: u64) -> Result<bool, Raised> {
        if !th.stm.can_write(&self.header().owner) && self.has_already(th, key, hash)? {
            return Ok(false);
        }
        write_at(th, self, key, hash, |guard, found| match found {
            Some(_) => Ok(false),
            None => {
                guard.insert(hash, key)?;
                Ok(true)
            }
        })
    }

    /// Whether a set that is not held for writing has the member anyway: then it is not taken
    /// from whoever reads it.
    #[cold]
    #[inline(never)]
    fn has_already(self, th: &mut Thread, key: Value, hash: u64) -> Result<bool, Raised> {
        Ok(matches!(th.read(self)?.table.get().find(key, hash), Find::At(_)))
    }

    /// Removes a member; whether it was one. Not for frozensets.
    pub fn discard(self, th: &mut Thread, key: Value) -> Result<bool, Raised> {
        let hash = hash_member(th, key, MEMBER)?;
        self.discard_hashed(th, key, hash)
    }

    /// Removes a member whose hash is known; whether it was one. Not for frozensets.
    pub fn discard_hashed(self, th: &mut Thread, key: Value, hash: u64) -> Result<bool, Raised> {
        write_at(th, self, key, hash, |guard, found| {
            if let Some(position) = found {
                guard.remove(position);
            }
            Ok(found.is_some())
        })
    }

    /// Removes some member. Not for frozensets.
    pub fn pop(self, th: &mut Thread) -> Result<Option<Value>, Raised> {
        let guard = th.write(self)?;
        let table = guard.table.get();
        let Some(position) = table.last_live(table.used()) else { return Ok(None) };
        let key = table.key(position);
        guard.remove(position);
        Ok(Some(key))
    }

    /// Removes all members. Not for frozensets.
    pub fn clear(self, th: &mut Thread) -> Result<(), Raised> {
        let guard = th.write(self)?;
        if !guard.is_empty() {
            guard.replace(SetTable::empty(guard.thread())?, 0);
        }
        Ok(())
    }

    /// How many members there are.
    #[inline]
    pub fn len(self, th: &mut Thread) -> Result<usize, Raised> {
        Ok(th.read(self)?.len())
    }

    /// A new plain set with the same members.
    pub fn copy(self, th: &mut Thread) -> Result<Ref<Set>, Raised> {
        let guard = th.read(self)?;
        let table = guard.table.get().copied(guard.thread(), guard.len())?;
        Set::allocate(guard.thread(), table, guard.length.get(), 0, 0)
    }

    /// The first member at or behind a position, its hash and the position behind it; for iteration.
    #[inline]
    pub fn member_at(
        self,
        th: &mut Thread,
        position: usize,
    ) -> Result<Option<(usize, u64, Value)>, Raised> {
        let table = th.read(self)?.table.get();
        Ok(table.next_live(position).map(|at| (at + 1, table.hash(at), table.key(at))))
    }
}
