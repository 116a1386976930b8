//! What happens when an object dies: finalisers and resources.
//!
//! An object with a Python-visible finaliser (`__del__`, a generator that has a `finally` open) is
//! registered when it is made. Found dead, it is marked after all, together with everything it
//! reaches, and handed up to be finalised by a normal thread; it is registered no more, so the next
//! time it dies it is gone. All that die in one collection are handed up together, each finding its
//! neighbours whole. Objects that merely hold a *resource* outside the heap (a file descriptor, a big
//! buffer) name a function that gives it back; it runs inside the collection when the object has died
//! for good, without resurrecting anything.

use crate::alloc::LocalHeap;
use crate::alloc::Young;
use crate::collect::{Kind, reference};
use crate::header::Header;
use crate::heap::{Collector, Heap, Hooks};
use crate::layout::layout_of;
use crate::mark::Marker;
use crate::roots::table::RootVec;
use crate::value::Value;
use std::collections::HashSet;
use std::ptr::NonNull;

impl Collector {
    /// Keeps dead objects that have a finaliser, for one more time; says whether there were any.
    pub(crate) fn resurrect(
        &mut self,
        young: &mut Young,
        marker: &mut Marker<'_>,
        kind: Kind,
        hooks: &Hooks,
    ) -> bool {
        let mut dead = Vec::new();
        if kind == Kind::Full {
            keep_living(&mut self.finalisable, marker, &mut dead);
        }
        keep_living(&mut young.finalisable, marker, &mut dead);
        self.finalisable.append(&mut young.finalisable);
        if let Some(needs_finaliser) = hooks.needs_finaliser {
            // SAFETY: not swept yet, so still whole; the world is stopped.
            dead.retain(|&object| unsafe { needs_finaliser(object) });
        }
        for &object in &dead {
            marker.visit::<false>(reference(object));
            self.finalisers_due.push(reference(object));
        }
        self.statistics.finalised += dead.len() as u64;
        !dead.is_empty()
    }

    /// Gives back what objects that have died for good held outside the heap.
    pub(crate) fn drop_resources(&mut self, young: &mut Young, marker: &Marker<'_>, kind: Kind) {
        let mut dead = Vec::new();
        if kind == Kind::Full {
            keep_living(&mut self.resources, marker, &mut dead);
        }
        keep_living(&mut young.resources, marker, &mut dead);
        self.resources.append(&mut young.resources);
        for object in dead {
            // SAFETY: not swept yet, so still whole.
            unsafe {
                if let Some(drop_resource) = layout_of(object.as_ptr()).drop_resource {
                    drop_resource(object.as_ptr());
                }
            }
        }
    }
}

/// Moves the dead to another list.
fn keep_living(
    objects: &mut Vec<NonNull<Header>>,
    marker: &Marker<'_>,
    dead: &mut Vec<NonNull<Header>>,
) {
    objects.retain(|&object| {
        let alive = marker.is_alive(reference(object));
        if !alive {
            dead.push(object);
        }
        alive
    });
}

impl Heap {
    /// Objects whose finaliser is due. The caller calls each once.
    pub fn take_finalisers(&self) -> RootVec {
        let mut collector = self.collector();
        let mut taken = RootVec::new();
        taken.extend_from_slice(&collector.finalisers_due);
        collector.finalisers_due.clear();
        taken
    }

    /// Unregisters objects that never were: those of an atomic block that is undone. They were made
    /// by the thread that `local` belongs to, and somebody has kept them alive until now.
    pub fn forget_finalisers(&self, local: &LocalHeap, objects: &[Value]) {
        let gone: HashSet<u64> = objects.iter().map(|object| object.bits()).collect();
        let keep = |object: &NonNull<Header>| !gone.contains(&reference(*object).bits());
        local.retain_finalisable(keep);
        let mut collector = self.collector();
        collector.finalisable.retain(keep);
        collector.orphaned.finalisable.retain(keep);
    }

    /// Takes every object that still has a finaliser, alive or not: at exit, when nothing will be
    /// collected any more. Each is registered no longer. Those that are young are in the lists of
    /// their threads: see [`LocalHeap::take_young_finalisable`](crate::LocalHeap::take_young_finalisable).
    pub fn take_all_finalisable(&self) -> RootVec {
        let mut guard = self.collector();
        let collector = &mut *guard;
        let mut taken = RootVec::new();
        let due = collector.finalisers_due.drain(..);
        taken.extend(due.chain(collector.finalisable.drain(..).map(reference)));
        taken.extend(collector.orphaned.finalisable.drain(..).map(reference));
        taken
    }
}
