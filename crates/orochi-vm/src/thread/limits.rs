//! The recursion limit, and forking: what concerns all threads at once.

use std::sync::atomic::Ordering;

use orochi_stm::{Host, StmThread};

use super::Thread;

impl Thread {
    /// How many Python frames of this thread are running.
    pub fn recursion_depth(&self) -> u32 {
        self.depth.get()
    }

    /// Sets how many Python frames may run, for all threads.
    pub fn set_recursion_limit(&mut self, limit: u32) {
        self.vm.recursion_limit.store(limit, Ordering::Relaxed);
        self.going_away();
        self.stm.stop_the_world(&*self, |world| {
            for record in world.threads() {
                let thread: *mut StmThread = record.thread();
                // SAFETY: the protocol's part is the first field of a `Thread`, which is pinned
                // while it is registered; the world is stopped.
                if let Some(thread) = unsafe { thread.cast::<Thread>().as_ref() } {
                    thread.depth_limit.set(limit);
                }
            }
        });
        self.depth_limit.set(limit);
    }

    /// Forks the process with all other threads stopped: `fork` makes the call and says whether
    /// it has returned in the child, where the others are gone. A release point.
    pub fn fork_world<R>(&mut self, fork: impl FnOnce() -> (R, bool)) -> R {
        self.going_away();
        self.stm.stop_the_world(&*self, |world| world.fork(fork))
    }
}
