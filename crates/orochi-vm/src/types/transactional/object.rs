//! The objects of a transactional table, and the slots that no owner word guards.

use std::sync::atomic::{AtomicU64, Ordering};

use super::access::Keys;
use super::{BIRTH, CORE, ENTRY, ROSTER};
use crate::exception::Raised;
use crate::heap::{Value, word_at};
use crate::heap_object;
use crate::object::{Field, Ref, Writing};
use crate::thread::Thread;
use crate::types::list::ValueArray;

heap_object! {
    /// One key. The hash never changes, and the key only into one that is equal, so searches look
    /// at both without asking; the rest is guarded by the owner word.
    pub struct Entry: ENTRY {
        values {
            /// The key.
            key: Value,
            /// The value; unbound if the key is not there.
            value: Value,
            /// The [`Birth`] of the block that inserted the key; unbound if plain code did.
            birth: Value,
        }
        storage {}
        data {
            /// The key's hash.
            hash: u64,
            /// When plain code inserted the key, or how many the block had inserted before; or
            /// [`DETACHED`].
            order: u64,
        }
    }
}

/// [`Entry::order`] of an entry that is in no slot any more.
pub(super) const DETACHED: u64 = u64::MAX;

heap_object! {
    /// Stands for the entries that a core does not have.
    pub struct Roster: ROSTER {
        values {}
        storage {}
        data {}
    }
}

heap_object! {
    /// The moment at which a block commits.
    pub immutable struct Birth: BIRTH {
        values {}
        storage {}
        data {
            /// Its number; zero before.
            stamp: u64,
            /// How many keys the block has inserted so far.
            count: u64,
        }
    }
}

heap_object! {
    /// A table of entries. Never claimed: its slots change by single atomic operations, and while
    /// the world is stopped.
    pub struct Core: CORE {
        values {
            /// See [`Roster`].
            roster: Ref<Roster>,
        }
        storage {
            /// [`Entry`] objects, found by their hash; unbound where none has been, [`VACANT`] where one
            /// was.
            slots: Ref<ValueArray>,
        }
        data {
            /// How keys are compared.
            keys: Keys,
            /// How many slots are not unbound.
            used: u64,
        }
    }
}

/// A slot whose entry has been detached.
pub(super) const VACANT: Value = Value::ELLIPSIS;

/// The clock of insertions.
static CLOCK: AtomicU64 = AtomicU64::new(0);

/// Slots of a new core.
const LEAST: usize = 8;

impl Birth {
    /// The open block's; made if it has none.
    fn of(th: &Thread) -> Result<Ref<Birth>, Raised> {
        if let Some(birth) = th.block.birth().get() {
            return Ok(birth);
        }
        let birth = Birth::allocate(th, 0, 0)?;
        th.block.birth().set(Some(birth));
        Ok(birth)
    }
}

impl Ref<Birth> {
    /// The block is about to commit and holds all that it has touched.
    pub(crate) fn happens(self) {
        self.stamp.set_cache(CLOCK.fetch_add(1, Ordering::Relaxed) + 1);
    }
}

impl Entry {
    /// An entry without a value, which nobody owns.
    fn absent(th: &Thread, key: Value, hash: u64) -> Result<Ref<Entry>, Raised> {
        let entry = Entry::allocate(th, key, Value::UNBOUND, Value::UNBOUND, hash, 0)?;
        entry.header().owner.set_free();
        Ok(entry)
    }

    /// `birth` and `order` of a key that is inserted now.
    pub(super) fn place(th: &Thread) -> Result<(Value, u64), Raised> {
        if !th.stm.in_block() {
            return Ok((Value::UNBOUND, CLOCK.fetch_add(1, Ordering::Relaxed) + 1));
        }
        let birth = Birth::of(th)?;
        let count = birth.count.get();
        birth.count.set_cache(count + 1);
        Ok((birth.value(), count))
    }
}

impl Ref<Entry> {
    /// The hash, which never changes.
    #[inline(always)]
    pub(super) fn hash(self) -> u64 {
        // SAFETY: written before publication only.
        unsafe { self.unguarded() }.hash.get()
    }

    /// The key: this one or one that is equal.
    #[inline(always)]
    pub(super) fn key(self) -> Value {
        // SAFETY: one aligned word, whose values are all valid and equal keys.
        unsafe { self.unguarded() }.key.get()
    }
}

impl Core {
    /// A core without entries.
    pub fn new(th: &Thread, keys: Keys) -> Result<Ref<Core>, Raised> {
        let roster = Roster::allocate(th)?;
        roster.header().owner.set_free();
        Core::allocate(th, roster, ValueArray::new(th, LEAST)?, keys, 0)
    }
}

impl Ref<Core> {
    fn fields<'a>(self) -> &'a Core {
        // SAFETY: `roster` and `keys` never change; `slots` does during stops only; `used` is
        // changed by atomic operations.
        unsafe { self.unguarded() }
    }

    /// How keys are compared.
    #[inline(always)]
    pub(super) fn keys(self) -> Keys {
        self.fields().keys.get()
    }

    /// What stands for the entries that there are not.
    #[inline(always)]
    pub(super) fn roster(self) -> Ref<Roster> {
        self.fields().roster.get()
    }

    /// The slots: those, and no others, until the next release point.
    #[inline(always)]
    pub(super) fn slots(self) -> Slots {
        Slots(self.fields().slots.get())
    }

    fn used<'a>(self) -> &'a AtomicU64 {
        // SAFETY: a word inside the object, only ever used as an atomic.
        unsafe { word_at(self.header(), std::mem::offset_of!(Core, used)) }
    }

    /// Whether another entry still fits.
    #[inline(always)]
    pub(super) fn has_room(self) -> bool {
        (self.used().load(Ordering::Relaxed) as usize) < self.slots().count() / 4 * 3
    }

    /// Puts a new entry into an empty slot; `None` if somebody else has been faster there.
    pub(super) fn put_entry(
        self,
        th: &Thread,
        at: usize,
        key: Value,
        hash: u64,
    ) -> Result<Option<Ref<Entry>>, Raised> {
        let entry = Entry::absent(th, key, hash)?;
        let slot = self.slots().slot(at);
        let (empty, entry_bits) = (Value::UNBOUND.bits(), entry.value().bits());
        if slot.compare_exchange(empty, entry_bits, Ordering::SeqCst, Ordering::Relaxed).is_err() {
            return Ok(None);
        }
        self.used().fetch_add(1, Ordering::Relaxed);
        th.heap_write_note(self.header());
        Ok(Some(entry))
    }

    /// Takes an entry out of its slot; the caller holds it and marks it.
    pub(super) fn vacate(self, entry: Ref<Entry>) {
        let slots = self.slots();
        for at in slots.probe(entry.hash()) {
            if slots.get(at) == entry.value() {
                slots.slot(at).store(VACANT.bits(), Ordering::Release);
                return;
            }
        }
    }

    /// Makes room: more slots if there are many entries, or the same number without those that
    /// nobody needs. A release point.
    #[cold]
    #[inline(never)]
    pub(super) fn grow(self, th: &mut Thread) -> Result<(), Raised> {
        let old = self.slots();
        let stm = &raw const th.stm;
        // SAFETY: asked during the stop, or else only for an estimate; this thread's protocol state
        // outlives the stop.
        let is_needed = |entry: &Ref<Entry>| unsafe {
            !entry.unguarded().value.get().is_unbound() || !(*stm).is_quiet(&entry.header().owner)
        };
        let entries = || (0..old.count()).filter_map(|at| old.get(at).cast_entry());
        // At most half full afterwards.
        let wanted = (entries().filter(is_needed).count() * 2 + 2).max(LEAST);
        let array = ValueArray::new(th, wanted.next_power_of_two())?;
        let new = Slots(array);
        th.stop_the_world(|| {
            if self.slots().0 != old.0 {
                return;
            }
            let used = entries().filter(is_needed).count();
            if used * 4 >= new.count() * 3 {
                // More than was estimated: the old slots stay, and the caller comes again.
                return;
            }
            for entry in entries() {
                if !is_needed(&entry) {
                    // SAFETY: the world is stopped.
                    let stopped = unsafe { Writing::assume() };
                    // SAFETY: as above.
                    unsafe { entry.unguarded() }.order.set(&stopped, DETACHED);
                } else if let Some(place) =
                    new.probe(entry.hash()).find(|&place| new.get(place).is_unbound())
                {
                    new.slot(place).store(entry.value().bits(), Ordering::Relaxed);
                }
            }
            // SAFETY: the world is stopped.
            self.fields().slots.set(&unsafe { Writing::assume() }, array);
            self.used().store(used as u64, Ordering::Relaxed);
        });
        th.heap_write_note(self.header());
        Ok(())
    }
}

/// The slots of a core at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Slots(Ref<ValueArray>);

impl Slots {
    /// How many there are: a power of two.
    #[inline(always)]
    pub(super) fn count(self) -> usize {
        self.0.capacity()
    }

    fn slot<'a>(self, at: usize) -> &'a AtomicU64 {
        let cell: &Field<Value> = &self.0.cells()[at];
        // SAFETY: a word of the array, which slots use as an atomic only.
        unsafe { &*std::ptr::from_ref(cell).cast::<AtomicU64>() }
    }

    /// What is in a slot.
    #[inline(always)]
    pub(super) fn get(self, at: usize) -> Value {
        Value::from_bits(self.slot(at).load(Ordering::Acquire))
    }

    /// The slots in which an entry of this hash may be, each once.
    #[inline(always)]
    pub(super) fn probe(self, hash: u64) -> impl Iterator<Item = usize> {
        let mask = self.count() - 1;
        // Consecutive integers are to lie apart: neighbours would share cache lines.
        let first = (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize;
        (0..=mask).map(move |step| (first + step) & mask)
    }
}

/// What a slot's value is.
pub(super) trait SlotValue {
    /// The entry, if it is one.
    fn cast_entry(self) -> Option<Ref<Entry>>;
}

impl SlotValue for Value {
    #[inline(always)]
    fn cast_entry(self) -> Option<Ref<Entry>> {
        // SAFETY: nothing but entries is an object in a slot.
        self.is_object().then(|| unsafe { Ref::from_ptr(self.object_ptr().cast::<Entry>()) })
    }
}
