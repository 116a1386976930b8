//! Walking over all entries at one moment.

use super::object::{Birth, Core, DETACHED, SlotValue};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

/// Entries between looks whether the world is to be stopped.
const POLL_EVERY: usize = 4096;

/// Runs something that only reads and runs no Python, so that all it reads is of one moment: in
/// plain code as a block of its own. (A section under a lock that is not taken is a block, too.)
pub fn as_one<R>(
    th: &mut Thread,
    mut work: impl FnMut(&mut Thread) -> Result<R, Raised>,
) -> Result<R, Raised> {
    if th.stm.in_block() {
        return work(th);
    }
    loop {
        th.stm.block_enter(&*th);
        let done = work(th);
        if !matches!(done, Err(Raised::Abort)) && th.stm.block_commit(&*th).is_ok() {
            return done;
        }
        th.stm.block_abort(true, &*th);
    }
}

/// Serves a stop in the middle of [`as_one`]; everything else waits for its end.
fn poll(th: &mut Thread) -> Result<(), Raised> {
    if th.stm.polled() {
        let requests = th.stm.safepoint(&*th)?;
        th.stm.post(requests);
    }
    Ok(())
}

impl Ref<Core> {
    /// Claims everything there is, and what there is not, for reading; calls `each` with key, value
    /// and place in the order of each entry that has a value.
    fn walk(
        self,
        th: &mut Thread,
        mut each: impl FnMut(Value, Value, (u64, u64)),
    ) -> Result<(), Raised> {
        th.stm.look_around(&self.roster().header().owner, &*th)?;
        let mut entries = RootVec::new();
        let slots = self.slots();
        for at in 0..slots.count() {
            let entry = slots.get(at);
            if entry.is_object() {
                entries.push(entry);
            }
        }
        for (index, entry) in entries.as_slice().iter().enumerate() {
            if index % POLL_EVERY == POLL_EVERY - 1 {
                poll(th)?;
            }
            let Some(entry) = entry.cast_entry() else { continue };
            let guard = th.read(entry)?;
            let (value, order) = (guard.value.get(), guard.order.get());
            if value.is_unbound() || order == DETACHED {
                continue;
            }
            let place = match guard.birth.get().cast::<Birth>() {
                None => (order, 0),
                Some(birth) => match birth.stamp.get() {
                    // This block's own.
                    0 => (u64::MAX, order),
                    stamp => (stamp, order),
                },
            };
            each(guard.key.get(), value, place);
        }
        Ok(())
    }

    /// Keys and values in the order in which the keys were inserted: each key, then its value.
    pub fn items(self, th: &mut Thread) -> Result<RootVec, Raised> {
        let (found, mut places) = as_one(th, |th| {
            let (mut found, mut places) = (RootVec::new(), Vec::new());
            self.walk(th, |key, value, place| {
                places.push((place, found.as_slice().len()));
                found.push(key);
                found.push(value);
            })?;
            Ok((found, places))
        })?;
        places.sort_unstable();
        let mut items = RootVec::new();
        for (_, at) in places {
            items.push(found.as_slice()[at]);
            items.push(found.as_slice()[at + 1]);
        }
        Ok(items)
    }

    /// In a tally: the values of all parts, in no particular order.
    pub fn parts(self, th: &mut Thread) -> Result<RootVec, Raised> {
        let mut parts = RootVec::new();
        self.walk(th, |_, value, _| parts.push(value))?;
        Ok(parts)
    }
}

/// The sum of a tally of small integers.
pub fn sum(th: &mut Thread, tally: Ref<Core>) -> Result<i64, Raised> {
    as_one(th, |th| {
        let parts = tally.parts(th)?;
        Ok(parts.as_slice().iter().map(|part| part.as_int()).sum())
    })
}
