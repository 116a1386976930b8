//! Marking by the threads that a collection has stopped.
//!
//! A nursery collection is too short to start threads for, but those that ran until now wait beside
//! it on cores of their own. A full collection, too, is better helped by them than by threads that
//! would have to wait for such a core. The collector sorts the roots into one piece of work for each thread,
//! opens a *session*, and marks; a stopped thread that looks in ([`Heap::help`]) takes the piece made
//! of its own stack and of what it has written to, whose objects are likely to be in its core's cache,
//! and then whatever others have too much of. The session closes when nobody has work left.
//!
//! ```text
//! collector   announce; find roots; open; mark until nothing is left; close; wait until nobody is inside
//! helper      inside += 1; still open? mark until nothing is left; inside -= 1
//! ```
//!
//! Between the announcement and the end a helper with nothing to do is told to stay all the same.
//!
//! A helper that comes too late finds the session closed, and one that never comes costs nothing but
//! the atomic instructions of marking.

use crate::alloc::LocalHeap;
use crate::collect::OwnerWords;
use crate::heap::{Heap, lock};
use crate::mark::{Marker, Shared, Work};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The session, of which there is one at a time.
pub(crate) struct Help {
    /// There is, or soon will be, a session.
    announced: AtomicBool,
    open: AtomicBool,
    inside: AtomicUsize,
    shared: Shared,
    /// Who cleans owner words in this session, if somebody does.
    words: Mutex<Option<Words>>,
    /// Weak references and ephemeron tables that helpers have met.
    met: Mutex<Vec<(Vec<usize>, Vec<usize>)>>,
}

/// A borrowed cleaner of owner words, valid while its session is open.
#[derive(Clone, Copy)]
struct Words(*const dyn OwnerWords);

// SAFETY: what it points to may be used by several threads at once.
unsafe impl Send for Words {}

impl Help {
    pub(crate) fn new() -> Help {
        Help {
            announced: AtomicBool::new(false),
            open: AtomicBool::new(false),
            inside: AtomicUsize::new(0),
            shared: Shared::new(0),
            words: Mutex::new(None),
            met: Mutex::default(),
        }
    }
}

/// Whose piece of work: where the thread's part of the heap lies.
pub(crate) fn whose(local: &LocalHeap) -> usize {
    std::ptr::from_ref(local).addr()
}

impl Heap {
    /// Helps the running collection, on a thread that is stopped for it; says whether there was,
    /// or soon will be, anything to do. The thread's roots have been published, since it may not touch the heap otherwise.
    pub fn help(&self, local: &LocalHeap) -> bool {
        let help = self.helping();
        if !help.open.load(Ordering::Relaxed) {
            return help.announced.load(Ordering::Relaxed);
        }
        help.inside.fetch_add(1, Ordering::SeqCst);
        let open = help.open.load(Ordering::SeqCst);
        if open {
            let words = *lock(&help.words);
            // SAFETY: the collector lent it for the session, which does not end while this thread
            // is inside.
            let words = words.map(|words| unsafe { &*words.0 });
            let mut marker = Marker::new(*self.space(), &self.config().hooks, words);
            help.shared.join();
            marker.drain_shared(&help.shared, whose(local));
            if !marker.weak.is_empty() || !marker.ephemerons.is_empty() {
                lock(&help.met).push((marker.weak, marker.ephemerons));
            }
        }
        help.inside.fetch_sub(1, Ordering::SeqCst);
        open
    }

    /// Tells threads that are stopped to stay awake, or that they need not any more.
    pub(crate) fn announce_help(&self, announced: bool) {
        self.helping().announced.store(announced, Ordering::Relaxed);
    }

    /// Marks from what `marker` and the pieces hold, together with whoever helps. `me` is the
    /// collecting thread's own part.
    pub(crate) fn mark_with_help(
        &self,
        marker: &mut Marker<'_>,
        pieces: Vec<Work>,
        me: usize,
        words: Option<&dyn OwnerWords>,
    ) {
        let help = self.helping();
        *lock(&help.words) = words.map(|words| {
            // SAFETY: only the lifetime changes; the session is closed, and nobody inside, before
            // this function returns.
            Words(unsafe { std::mem::transmute::<&dyn OwnerWords, &'static dyn OwnerWords>(words) })
        });
        help.shared.begin(pieces);
        help.open.store(true, Ordering::SeqCst);
        marker.drain_shared(&help.shared, me);
        help.open.store(false, Ordering::SeqCst);
        while help.inside.load(Ordering::SeqCst) != 0 {
            std::hint::spin_loop();
        }
        *lock(&help.words) = None;
        for (weak, ephemerons) in std::mem::take(&mut *lock(&help.met)) {
            marker.weak.extend(weak);
            marker.ephemerons.extend(ephemerons);
        }
    }
}
