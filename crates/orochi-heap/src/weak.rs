//! References that do not keep their object alive: weak references and ephemeron tables.
//!
//! Neither is a type of the heap's: a layout says where the referent lies, or that the payload is
//! pairs of key and value. Marking collects those it meets. Afterwards a weak reference whose
//! referent is not marked gets `None` instead, and is handed up if it carries a callback. The value
//! of an ephemeron pair is marked only once its key is; that may mark further keys, so the tables met
//! are gone through until nothing changes. Pairs whose key stayed unmarked become *unbound*.
//!
//! A nursery collection looks only at weak references that are young or were written to: the
//! referents of all others have survived as long as they.

use crate::header::{Header, set_value_at, value_at};
use crate::heap::Heap;
use crate::layout::{Payload, layout_of};
use crate::mark::Marker;
use crate::roots::table::RootVec;
use crate::value::Value;

impl Marker<'_> {
    /// Marks everything reachable, through ephemerons too.
    pub(crate) fn drain_with_ephemerons(&mut self) {
        self.drain();
        loop {
            let mut found = false;
            for n in 0..self.ephemerons.len() {
                let table = pairs(self.ephemerons[n]);
                for (key, value) in table.clone() {
                    // SAFETY: the pairs lie inside a marked table.
                    let (key, value) = unsafe { (value_at(key, 0), value_at(value, 0)) };
                    if self.is_alive(key) && !self.is_alive(value) {
                        self.visit::<false>(value);
                        found = true;
                    }
                }
            }
            if !found {
                return;
            }
            self.drain();
        }
    }

    /// Clears weak references to unmarked objects and pairs with unmarked keys.
    pub(crate) fn clear_weak(&mut self, callbacks: &mut Vec<Value>) {
        for address in std::mem::take(&mut self.weak) {
            let object: *const Header = std::ptr::with_exposed_provenance(address);
            // SAFETY: a marked object whose layout has a weak field.
            unsafe {
                let Some(weak) = layout_of(object).weak else { continue };
                if self.is_alive(value_at(object, weak.referent as usize)) {
                    continue;
                }
                set_value_at(object, weak.referent as usize, Value::NONE);
                if let Some(callback) = weak.callback
                    && value_at(object, callback as usize).is_object()
                {
                    callbacks.push(Value::from_bits(address as u64));
                }
            }
        }
        for n in 0..self.ephemerons.len() {
            for (key, value) in pairs(self.ephemerons[n]) {
                // SAFETY: the pairs lie inside a marked table.
                unsafe {
                    if !self.is_alive(value_at(key, 0)) {
                        set_value_at(key, 0, Value::UNBOUND);
                        set_value_at(value, 0, Value::UNBOUND);
                    }
                }
            }
        }
    }
}

/// Where the keys and values of an ephemeron table lie.
fn pairs(table: usize) -> impl Iterator<Item = (*const Header, *const Header)> + Clone {
    let table: *const Header = std::ptr::with_exposed_provenance(table);
    // SAFETY: a marked object.
    let layout = unsafe { layout_of(table) };
    let used = match layout.payload {
        // SAFETY: its layout says that the count is there.
        Payload::Ephemerons(used) => unsafe { used.read(table) },
        _ => 0,
    };
    let base = table.wrapping_byte_add(layout.payload_base());
    (0..used).map(move |n| (base.wrapping_byte_add(16 * n), base.wrapping_byte_add(16 * n + 8)))
}

impl Heap {
    /// Weak references (the weak objects themselves) whose referent has died and whose callback is due.
    pub fn take_weak_callbacks(&self) -> RootVec {
        // Rooted before it leaves the collector's own list.
        let mut collector = self.collector();
        let mut taken = RootVec::new();
        taken.extend_from_slice(&collector.callbacks_due);
        collector.callbacks_due.clear();
        taken
    }
}
