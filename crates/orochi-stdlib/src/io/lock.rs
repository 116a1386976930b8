//! The lock of a buffered stream: held while its raw stream is read or written.
//!
//! It belongs to a thread, by ident. Whoever finds it taken waits away from everything; a
//! thread that meets its own lock (a signal handler or a raw stream that uses the same stream
//! again) gets a `RuntimeError`, as in CPython.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use orochi_vm::exception::Raised;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;

/// A lock that belongs to a thread.
#[derive(Debug, Default)]
pub(super) struct StreamLock {
    holder: AtomicU64,
    waiting: AtomicUsize,
    mutex: Mutex<()>,
    freed: Condvar,
}

impl StreamLock {
    /// Whether nobody holds it.
    #[inline(always)]
    pub(super) fn is_free(&self) -> bool {
        self.holder.load(Ordering::Acquire) == 0
    }

    fn try_acquire(&self, me: u64) -> bool {
        self.holder.compare_exchange(0, me, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Takes the lock of `stream`.
    pub(super) fn acquire<T>(
        self: &Arc<Self>,
        th: &mut Thread,
        stream: Ref<T>,
    ) -> Result<(), Raised> {
        let me = th.ident.get();
        if self.try_acquire(me) {
            return Ok(());
        }
        if self.holder.load(Ordering::Relaxed) == me {
            let shown = th.repr(stream.value())?.display();
            return Err(th.runtime_error(format!("reentrant call inside {shown}")));
        }
        // In an inevitable block: the holder may wait for the stream, which the block has touched.
        th.stm.let_go_of(&stream.header().owner);
        let lock = self.clone();
        th.away(move || {
            lock.waiting.fetch_add(1, Ordering::SeqCst);
            let mut guard = lock.mutex.lock().unwrap_or_else(|e| e.into_inner());
            while !lock.try_acquire(me) {
                guard = lock.freed.wait(guard).unwrap_or_else(|e| e.into_inner());
            }
            drop(guard);
            lock.waiting.fetch_sub(1, Ordering::SeqCst);
        });
        Ok(())
    }

    /// Gives the lock back.
    pub(super) fn release(&self) {
        self.holder.store(0, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            drop(self.mutex.lock().unwrap_or_else(|e| e.into_inner()));
            self.freed.notify_one();
        }
    }
}
