//! The recursion limit, and forking: what concerns all threads at once.

use std::sync::atomic::Ordering;

use orochi_stm::{Host, StmThread};

use super::{Thread, turn, undo};

/// Bytes of native stack for each level of the recursion limit: enough for what a built-in
/// function that calls Python takes.
const NATIVE_PER_FRAME: usize = 8 << 10;
/// Bytes of native stack that may always be used.
const NATIVE_LEAST: usize = 2 << 20;

/// In the child of a fork: undoes the open block of a thread that is gone, so that nobody finds it
/// half done.
fn undo_open_block(thread: *mut StmThread) {
    // SAFETY: the protocol's part is the first field of a `Thread`, which is pinned while it is
    // registered; the world is stopped.
    if let Some(thread) = unsafe { thread.cast::<Thread>().as_ref() }
        && thread.stm.in_block()
        && !thread.stm.is_inevitable()
    {
        undo::replay(thread, undo::Mark::default());
    }
}

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
                    thread.set_depth_limit(limit);
                    thread.limit_native_stack(limit);
                }
            }
        });
        self.set_depth_limit(limit);
        self.limit_native_stack(limit);
    }

    /// How much native stack recursion may take follows from the recursion limit, as far as there
    /// is any: what recurses in native code (`repr` of nested containers, comparisons, sort keys)
    /// then ends in a `RecursionError` about where the same in Python would, not tens of megabytes
    /// later.
    pub(crate) fn limit_native_stack(&self, limit: u32) {
        let (lowest, highest) = self.native_range.get();
        let budget = (limit as usize).saturating_mul(NATIVE_PER_FRAME).max(NATIVE_LEAST);
        self.native_limit.set(highest.saturating_sub(budget).max(lowest));
    }

    /// Forks the process with all other threads stopped: `fork` makes the call and says whether
    /// it has returned in the child, where the others are gone. A release point.
    pub fn fork_world<R>(&mut self, fork: impl FnOnce() -> (R, bool)) -> R {
        self.going_away();
        self.stm.stop_the_world(&*self, |world| {
            world.fork(|| {
                let (result, in_child) = fork();
                if in_child {
                    let own = self.stm.record().slot();
                    let others = world.threads().filter(|record| record.slot() != own);
                    turn::open_all();
                    others.for_each(|record| undo_open_block(record.thread()));
                }
                (result, in_child)
            })
        })
    }
}
