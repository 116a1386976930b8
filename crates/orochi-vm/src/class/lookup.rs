//! Finding attributes along the resolution order.
//!
//! Results are cached twice: special methods in a table of the class, everything else in a small
//! direct-mapped table of each thread, whose entries carry the class epoch.

use std::sync::atomic::Ordering;

use super::{ABSENT, Class, Special, epoch};
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::str::Str;

/// One entry of a thread's lookup cache.
#[derive(Clone, Copy)]
pub(crate) struct CacheEntry {
    class: usize,
    name: usize,
    epoch: u64,
    value: Value,
}

/// Entries of a thread's lookup cache.
pub(crate) const CACHE_ENTRIES: usize = 1024;

impl CacheEntry {
    /// Matches nothing.
    pub(crate) const EMPTY: Self = Self { class: 0, name: 0, epoch: 0, value: Value::UNBOUND };
}

impl Ref<Class> {
    /// The attribute `name` (interned) of the class or its bases, as it is in the namespace: no
    /// descriptor is called. An attribute that is often rebound is a cell, which opens itself as
    /// a descriptor (see [`AttributeCell`](super::change::AttributeCell)).
    pub fn lookup_uncached(self, name: Ref<Str>) -> Option<(Ref<Class>, Value)> {
        self.mro_classes()
            .find_map(|class| class.namespace.get().get(name).map(|value| (class, value)))
    }

    /// The attribute `name` (interned) along the resolution order.
    #[inline]
    pub fn lookup(self, th: &Thread, name: Ref<Str>) -> Option<Value> {
        let (class_address, name_address) = (self.as_ptr() as usize, name.as_ptr() as usize);
        let slot =
            ((class_address >> 4) ^ (name_address >> 4) ^ (name_address >> 11)) % CACHE_ENTRIES;
        let epoch = epoch();
        let cached = th.lookup_cache[slot].get();
        if cached.class == class_address && cached.name == name_address && cached.epoch == epoch {
            return (!cached.value.is_unbound()).then_some(cached.value);
        }
        let found = self.lookup_uncached(name).map(|(_, value)| value);
        th.lookup_cache[slot].set(CacheEntry {
            class: class_address,
            name: name_address,
            epoch,
            value: found.unwrap_or(Value::UNBOUND),
        });
        found
    }

    /// What a special method means for instances of this class.
    #[inline(always)]
    pub fn special(self, th: &Thread, special: Special) -> Option<Value> {
        let known = Value::from_bits(self.special[special as usize].load(Ordering::Relaxed));
        if known == ABSENT {
            None
        } else if known.is_unbound() {
            self.find_special(th, special)
        } else {
            Some(known)
        }
    }

    #[cold]
    fn find_special(self, th: &Thread, special: Special) -> Option<Value> {
        let before = epoch();
        let found = self.lookup_uncached(th.vm.special_name(special)).map(|(_, value)| value);
        let bits = found.unwrap_or(ABSENT).bits();
        self.special[special as usize].store(bits, Ordering::Relaxed);
        if epoch() != before {
            // The class may have changed meanwhile: do not keep the answer.
            self.forget_special(special);
        }
        found
    }

    /// Forgets what a special method means.
    pub(crate) fn forget_special(self, special: Special) {
        self.special[special as usize].store(Value::UNBOUND.bits(), Ordering::Release);
    }
}
