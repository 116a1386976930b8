//! Marking by the threads that a nursery collection has stopped.
//!
//! A nursery collection is too short to start threads for, but those that ran until now wait beside
//! it on cores of their own. The collector sorts the roots into one piece of work for each thread,
//! opens a *session*, and marks; a stopped thread that looks in ([`Heap::help`]) takes the piece made
//! of its own stack and of what it has written to, whose objects are likely to be in its core's cache,
//! and then whatever others have too much of. The session closes when nobody has work left.
//!
//! ```text
//! collector   open; mark until nothing is left; close; wait until nobody is inside
//! helper      inside += 1; still open? mark until nothing is left; inside -= 1
//! ```
//!
//! A helper that comes too late finds the session closed, and one that never comes costs nothing but
//! the atomic instructions of marking.

use crate::alloc::LocalHeap;
use crate::heap::{Heap, lock};
use crate::mark::{Marker, Shared, Work};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The session, of which there is one at a time.
pub(crate) struct Help {
    open: AtomicBool,
    inside: AtomicUsize,
    shared: Shared,
    /// Weak references and ephemeron tables that helpers have met.
    met: Mutex<Vec<(Vec<usize>, Vec<usize>)>>,
}

impl Help {
    pub(crate) fn new() -> Help {
        Help {
            open: AtomicBool::new(false),
            inside: AtomicUsize::new(0),
            shared: Shared::new(0),
            met: Mutex::default(),
        }
    }
}

/// Whose piece of work: where the thread's part of the heap lies.
pub(crate) fn whose(local: &LocalHeap) -> usize {
    std::ptr::from_ref(local).addr()
}

impl Heap {
    /// Helps the running collection, on a thread that is stopped for it; says whether there was
    /// anything to do. The thread's roots have been published, since it may not touch the heap otherwise.
    pub fn help(&self, local: &LocalHeap) -> bool {
        let help = self.helping();
        if !help.open.load(Ordering::Relaxed) {
            return false;
        }
        help.inside.fetch_add(1, Ordering::SeqCst);
        let open = help.open.load(Ordering::SeqCst);
        if open {
            let mut marker = Marker::new(*self.space(), &self.config().hooks, None);
            help.shared.join();
            marker.drain_shared(&help.shared, whose(local));
            if !marker.weak.is_empty() || !marker.ephemerons.is_empty() {
                lock(&help.met).push((marker.weak, marker.ephemerons));
            }
        }
        help.inside.fetch_sub(1, Ordering::SeqCst);
        open
    }

    /// Marks from what `marker` and the pieces hold, together with whoever helps. `me` is the
    /// collecting thread's own part.
    pub(crate) fn mark_with_help(&self, marker: &mut Marker<'_>, pieces: Vec<Work>, me: usize) {
        let help = self.helping();
        help.shared.begin(pieces);
        help.open.store(true, Ordering::SeqCst);
        marker.drain_shared(&help.shared, me);
        help.open.store(false, Ordering::SeqCst);
        while help.inside.load(Ordering::SeqCst) != 0 {
            std::hint::spin_loop();
        }
        for (weak, ephemerons) in std::mem::take(&mut *lock(&help.met)) {
            marker.weak.extend(weak);
            marker.ephemerons.extend(ephemerons);
        }
    }
}
