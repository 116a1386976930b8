//! Safepoints: what happens when somebody wants this thread's attention.
//!
//! Ownership requests and stops are the protocol's affair (`orochi-stm`); what is left for the
//! runtime are collections, signals, asynchronous exceptions and finalisers, which are posted as
//! bits to a thread's poll word.

use std::arch::asm;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use orochi_stm::log::{Cause, Event, Frame, Names, Trail};
use orochi_stm::{Host, HostRequests, Logged, OwnerWord, StmThread, World};

use super::Thread;
use crate::exception::Raised;
use crate::heap::{Header, Heap, Kind, LocalHeap, Outcome, OwnerWords, Roots, Value};

/// Bits that the runtime posts to poll words.
pub mod request {
    /// A collection is due.
    pub const COLLECT: u32 = 1;
    /// An asynchronous exception waits for this thread.
    pub const ASYNC: u32 = 2;
    /// Ctrl-C: an atomic block is undone first.
    pub const INTERRUPT: u32 = 4;
    /// The process ends: a daemon thread must not go on.
    pub const EXIT: u32 = 8;
    /// A section under a lock looks again whether others wait for it.
    pub const LINGER: u32 = 16;
    /// A signal has arrived (main thread).
    pub const SIGNAL: u32 = 1 << 8;
    /// Finalisers or weak callbacks are due.
    pub const FINALISE: u32 = 1 << 9;
}

/// Signals that have arrived and wait for the main thread.
#[derive(Debug, Default)]
pub struct Signals {
    /// One bit a signal number below 64.
    pub pending: AtomicU64,
    /// Number 64 (the last real-time signal).
    pub pending_64: AtomicBool,
}

impl Signals {
    /// Whether one has arrived and waits.
    pub fn any(&self) -> bool {
        self.pending.load(Ordering::Acquire) != 0 || self.pending_64.load(Ordering::Acquire)
    }
}

/// Saves the callee-saved registers to `to`; the result is the stack pointer.
#[inline(always)]
fn spill_registers(to: *mut [usize; 6]) -> usize {
    let top: usize;
    // SAFETY: stores six registers into six words and reads the stack pointer.
    unsafe {
        asm!(
            "mov [{to}], rbx",
            "mov [{to} + 8], rbp",
            "mov [{to} + 16], r12",
            "mov [{to} + 24], r13",
            "mov [{to} + 32], r14",
            "mov [{to} + 40], r15",
            "mov {top}, rsp",
            to = in(reg) to,
            top = out(reg) top,
            options(nostack, preserves_flags),
        );
    }
    top
}

impl Host for Thread {
    fn remember(&self, object: &OwnerWord) {
        self.heap.remember(NonNull::from(object).cast::<Header>());
    }

    fn log_undo(&self, object: &OwnerWord) -> Logged {
        crate::thread::undo::log(self, object)
    }

    fn has_written(&self, object: &OwnerWord) -> bool {
        crate::thread::undo::has_written(self, object)
    }

    fn note_claim(&self, object: &OwnerWord) {
        self.block.note_claim(object);
    }

    fn undo(&self) {
        crate::thread::undo::replay(self, crate::thread::undo::Mark::default());
    }

    fn forget_undo(&self) {
        crate::thread::undo::forget(self);
    }

    #[inline(never)]
    fn going_away(&self) {
        self.publish_stack();
    }

    fn came_back(&self) {}

    fn help_stopper(&self) -> bool {
        Heap::get().help(&self.heap)
    }

    fn clean_tids(&self) {
        self.collect_garbage(Kind::Full);
    }

    fn frame(&self) -> Frame {
        super::log::frame(self)
    }

    fn trail(&self, trail: &mut Trail, frames: usize) {
        super::log::trail(self, trail, frames);
    }

    fn place(&self, trail: &Trail, names: &Names) -> u32 {
        super::log::place(trail, names)
    }

    fn kind(&self, object: &OwnerWord) -> u64 {
        super::log::kind(object)
    }

    fn describe(&self, object: &OwnerWord, trail: &Trail, names: &Names) -> u32 {
        super::log::describe(object, trail, names)
    }

    fn reason(&self, trail: &Trail, names: &Names) -> u32 {
        super::log::reason(trail, names)
    }
}

/// What all stopped threads hold.
struct World_<'a, 'w> {
    world: &'a World<'w>,
}

impl World_<'_, '_> {
    fn threads(&self) -> impl Iterator<Item = &Thread> {
        self.world.threads().filter_map(|record| {
            let thread: *mut StmThread = record.thread();
            // SAFETY: the protocol's part is the first field of a `Thread`, which is pinned while
            // it is registered; a null pointer is a thread that has not started or has ended.
            unsafe { thread.cast::<Thread>().as_ref() }
        })
    }
}

struct Cleaner<'a, 'w>(&'a World<'w>);

impl OwnerWords for Cleaner<'_, '_> {
    fn clean(&self, word: &OwnerWord) {
        self.0.clean_word(word);
    }
    fn cleaned(&self) {
        self.0.tids_cleaned();
    }
}

struct AllRoots<'a, 'w> {
    world: World_<'a, 'w>,
    cleaner: Option<Cleaner<'a, 'w>>,
    /// The collecting thread's part of the heap.
    own: &'a LocalHeap,
    /// How many other threads were stopped while they ran.
    paused: usize,
}

impl Roots for AllRoots<'_, '_> {
    fn precise(&self, kind: Kind, visit: &mut dyn FnMut(Option<&LocalHeap>, &[Value])) {
        match kind {
            Kind::Nursery => {
                crate::interpreter::cache::visit_records(&mut |values| visit(None, values));
            }
            // Caches keep nothing alive for long.
            Kind::Full => crate::interpreter::cache::clear_all(),
        }
        for thread in self.world.threads() {
            let whose = Some(&thread.heap);
            if !(kind == Kind::Nursery && thread.has_slept()) {
                // SAFETY: stopped; everything below the published top is initialised.
                visit(whose, unsafe { thread.value_stack.below(thread.top.get()) });
            }
            for local in &thread.locals {
                visit(whose, &[local.get()]);
            }
            thread.block.visit_roots(&mut |values| visit(whose, values));
            let (left, right) = thread.operands.get();
            let registers = [
                thread.raised.get(),
                thread.handled.get(),
                thread.result.get(),
                thread.initialiser.get(),
                thread.asynchronous.get(),
                thread.attribute_error_kept.get(),
                left,
                right,
            ];
            visit(whose, &registers);
        }
    }

    fn conservative(&self, kind: Kind, visit: &mut dyn FnMut(Option<&LocalHeap>, &[usize])) {
        for thread in self.world.threads() {
            let whose = Some(&thread.heap);
            visit(whose, thread.undo.borrow().as_words());
            visit(whose, &thread.block.waits_for());
            visit(whose, &thread.stm.logged_words());
            if kind == Kind::Nursery && thread.has_slept() {
                continue;
            }
            // SAFETY: the thread has published its stack and stays below while it is stopped.
            unsafe {
                visit(whose, &*thread.spilled.get());
                visit(whose, (*thread.native_stack.get()).words(thread.native_top.get()));
            }
        }
    }

    fn helped(&self) -> Option<&LocalHeap> {
        (self.paused > 0).then_some(self.own)
    }

    fn running(&self) -> usize {
        1 + self.paused
    }

    fn owner_words(&self) -> Option<&dyn OwnerWords> {
        self.cleaner.as_ref().map(|cleaner| cleaner as &dyn OwnerWords)
    }
}

/// The heap's hook: called inside an allocation when a collection is due.
pub(crate) fn request_collection(local: &LocalHeap) {
    // SAFETY: every registered local heap is the field of a pinned `Thread`.
    let thread = unsafe {
        let offset = std::mem::offset_of!(Thread, heap);
        &*std::ptr::from_ref(local).byte_sub(offset).cast::<Thread>()
    };
    thread.stm.post(HostRequests(request::COLLECT));
}

/// `-X gc_log`: a line for each collection.
#[cold]
fn log(outcome: &Outcome, stopped: Duration, all: Duration) {
    let us = |ns: u64| ns as f64 / 1e3;
    let stop = stopped.as_nanos() as u64;
    let restart = (all.as_nanos() as u64).saturating_sub(stop + outcome.pause_ns);
    let mark = outcome.pause_ns - outcome.roots_ns - outcome.sweep_ns;
    eprintln!(
        "gc {}: stop {:.1} us, pause {:.1} us (roots {:.1}, mark {:.1}, sweep {:.1}), rest {:.1} us; {} kB taken, {} kB live",
        if outcome.kind == Kind::Full { "full" } else { "nursery" },
        us(stop),
        us(outcome.pause_ns),
        us(outcome.roots_ns),
        us(mark),
        us(outcome.sweep_ns),
        us(restart),
        outcome.young_bytes >> 10,
        outcome.live_bytes >> 10,
    );
}

impl Thread {
    /// Publishes registers and stack pointer for the collector.
    #[inline(always)]
    pub(crate) fn publish_stack(&self) {
        self.native_top.set(spill_registers(self.spilled.get()));
    }

    /// Slow path of the poll: a release point; may run Python (signal handlers, finalisers).
    #[cold]
    #[inline(never)]
    pub fn safepoint(&mut self) -> Result<(), Raised> {
        let requests = self.stm.safepoint(&*self)?;
        if self.elides() {
            const URGENT: u32 = request::INTERRUPT | request::EXIT | request::ASYNC;
            let urgent = requests.0 & URGENT != 0;
            if let Err(raised) = self.poll_section(urgent) {
                self.stm.post(requests);
                return Err(raised);
            }
        }
        if requests.is_empty() {
            return Ok(());
        }
        self.serve(requests)
    }

    fn serve(&mut self, requests: HostRequests) -> Result<(), Raised> {
        let asked = |bit| requests.contains(HostRequests(bit));
        if asked(request::COLLECT)
            && let Some(kind) = Heap::get().wanted()
        {
            self.collect_garbage(kind);
        }
        if asked(request::EXIT) && self.vm.finalising.load(Ordering::Acquire) {
            if !self.stm.in_block() {
                self.sleep_for_ever();
            }
            if !self.stm.is_inevitable() {
                // Nobody waits for the end of what would never end.
                self.stm.block_abort(false, &*self);
                self.forget_restored_classes();
                self.stm.end_change();
                self.block.end_turn();
                self.sleep_for_ever();
            }
            // What cannot be undone is brought to its end.
            self.stm.post(HostRequests(request::EXIT));
        }
        if asked(request::INTERRUPT) && self.stm.in_block() {
            self.stm.log_doom(Cause::Interrupt, 0, &*self);
            self.stm.doom();
            if self.stm.is_doomed() {
                return Err(Raised::Abort);
            }
        }
        if asked(request::FINALISE) {
            self.run_finalisers();
        }
        if asked(request::SIGNAL) {
            self.run_signal_handlers()?;
        }
        if asked(request::ASYNC) {
            let class = self.asynchronous.replace(Value::UNBOUND);
            if !class.is_unbound() {
                return Err(crate::exception::raise_statement(self, class, Value::UNBOUND));
            }
        }
        Ok(())
    }

    /// Polls from native code: a release point.
    #[inline(always)]
    pub fn poll(&mut self) -> Result<(), Raised> {
        if self.stm.polled() { self.safepoint() } else { Ok(()) }
    }

    /// Runs a blocking closure with the thread away: everybody else goes on, and may take what
    /// this thread owns. The closure gets neither thread nor heap. A release point.
    pub fn away<R>(&mut self, blocking: impl FnOnce() -> R) -> R {
        self.stm.away(&*self, blocking)
    }

    /// Stops all other threads while `work` runs. A release point.
    pub fn stop_the_world<R>(&mut self, work: impl FnOnce() -> R) -> R {
        self.publish_stack();
        self.stm.stop_the_world(&*self, |_| work())
    }

    /// Runs `work` for every thread, this one included, while all others are stopped. A release
    /// point.
    pub(crate) fn for_all_threads(&mut self, mut work: impl FnMut(&Thread)) {
        self.publish_stack();
        self.stm.stop_the_world(&*self, |world| {
            for thread in (World_ { world }).threads() {
                work(thread);
            }
        });
    }

    /// Collects now, whether or not it is due, and runs what finalisers are due. A release point,
    /// of a native function that the program has called: no operation is under way whose operands
    /// the transient registers would hold.
    pub fn collect_now(&mut self, kind: Kind) {
        self.restore_operands([Value::UNBOUND; 4]);
        self.attribute_error_kept.set(Value::UNBOUND);
        self.collect_garbage(kind);
        self.run_finalisers();
    }

    /// A full collection with `look` run behind it, before anybody has allocated anything. Once
    /// more, if finalisers have run: what they let go of is not to be seen. A release point like
    /// [`Thread::collect_now`].
    pub fn collect_and_look(&mut self, look: &mut dyn FnMut()) {
        for _ in 0..2 {
            self.restore_operands([Value::UNBOUND; 4]);
            self.attribute_error_kept.set(Value::UNBOUND);
            let finalised = Heap::get().statistics().finalised;
            self.collect_garbage_then(Kind::Full, look);
            self.run_finalisers();
            if Heap::get().statistics().finalised == finalised {
                break;
            }
        }
    }

    pub(crate) fn collect_garbage(&self, kind: Kind) {
        self.collect_garbage_then(kind, &mut || ());
    }

    #[inline(never)]
    fn collect_garbage_then(&self, kind: Kind, then: &mut dyn FnMut()) {
        self.publish_stack();
        let before = Heap::get().statistics();
        let asked = std::time::Instant::now();
        let (begun, mut stood) = (self.stm.log_time(), 0);
        let outcome = self.stm.stop_the_world(self, |world| {
            let stopped = asked.elapsed();
            stood = self.stm.log_time();
            let now = Heap::get().statistics();
            if now.nursery_collections + now.full_collections
                != before.nursery_collections + before.full_collections
                && Heap::get().wanted().is_none()
                && kind == Kind::Nursery
            {
                // Somebody else has collected while this thread waited for its turn.
                return None;
            }
            let cleaner = world.has_retired_tids().then_some(Cleaner(world));
            let paused = world.paused();
            let roots = AllRoots { world: World_ { world }, cleaner, own: &self.heap, paused };
            // SAFETY: the world is stopped, all threads have published their stacks, and a
            // stopped thread is in no constructor, since those do not poll.
            let outcome = unsafe { Heap::get().collect(&roots, kind) };
            crate::types::weakref::canonical::collected(outcome.kind);
            for thread in roots.world.threads() {
                thread.stm.forget_logged();
                if !thread.has_slept() {
                    thread.clear_above_top();
                    thread.collected_at.set(thread.stm.releases());
                }
            }
            self.vm.threads.stacks_written.store(false, Ordering::Release);
            then();
            Some((outcome, stopped))
        });
        let Some((outcome, stopped)) = outcome else { return };
        self.stm.log_event(|_, time| Event::Collection {
            start: begun,
            length: time.saturating_sub(begun),
            stop: stood.saturating_sub(begun),
            full: (outcome.kind == Kind::Full).into(),
        });
        if self.vm.settings.x_options.iter().any(|(name, _)| name == "gc_log") {
            log(&outcome, stopped, asked.elapsed());
        }
        if outcome.finalisers + outcome.weak_callbacks > 0 {
            self.stm.post(HostRequests(request::FINALISE));
        }
        if outcome.kind == Kind::Full {
            Heap::get().give_back_surplus();
        }
    }

    /// Whether this thread has not run since the last collection, so that all that its stacks refer to
    /// is old and nothing lies above their tops. The world is stopped.
    fn has_slept(&self) -> bool {
        self.collected_at.get() == self.stm.releases()
            && !self.vm.threads.stacks_written.load(Ordering::Acquire)
    }

    /// Empties the part of the value stack that popped windows have left behind, so that a new
    /// window holds nothing that has been freed.
    fn clear_above_top(&self) {
        let top = self.top.get();
        let end = self.stack_limit.get().wrapping_add(super::STACK_SLACK);
        // SAFETY: the world is stopped; the stack is mapped up to the slack above its soft limit.
        unsafe {
            let count = end.offset_from(top).max(0) as usize;
            std::ptr::write_bytes(top, 0, count);
        }
        self.set_soft_limit(top.wrapping_add(super::STACK_STEP));
    }

    /// Makes room on the value stack up to `end`: `RecursionError` at its hard limit.
    #[cold]
    #[inline(never)]
    pub(crate) fn reserve_stack(&self, end: *mut Value) -> Result<(), Raised> {
        if end <= self.stack_limit.get() {
            return Ok(());
        }
        if end.wrapping_add(super::STACK_SLACK) > self.value_stack.limit() {
            return Err(self.recursion_error());
        }
        self.set_soft_limit(end.wrapping_add(super::STACK_STEP));
        Ok(())
    }

    /// Sets the soft limit, up to which the stack may hold stale values.
    pub(crate) fn set_soft_limit(&self, limit: *mut Value) {
        let hard = self.value_stack.limit().wrapping_sub(super::STACK_SLACK);
        self.stack_limit.set(limit.min(hard));
    }

    /// A daemon thread after the end of the program: it never runs again.
    fn sleep_for_ever(&mut self) -> ! {
        self.away(|| {
            loop {
                std::thread::park();
            }
        })
    }

    /// Calls finalisers and weak-reference callbacks that are due. Exceptions in them are
    /// reported and go no further.
    pub(crate) fn run_finalisers(&mut self) {
        if self.finalising.replace(true) {
            return;
        }
        let (raised, saved) = (self.raised.replace(Value::UNBOUND), self.save_operands());
        loop {
            let callbacks = Heap::get().take_weak_callbacks();
            let objects = Heap::get().take_finalisers();
            if callbacks.as_slice().is_empty() && objects.as_slice().is_empty() {
                break;
            }
            for index in 0..callbacks.as_slice().len() {
                crate::types::weakref::run_callback(self, callbacks.as_slice()[index]);
            }
            for index in 0..objects.as_slice().len() {
                crate::types::object::finalise(self, objects.as_slice()[index]);
            }
        }
        self.raised.set(raised);
        self.restore_operands(saved);
        self.finalising.set(false);
    }

    /// The transient registers of the interpreter, which code run from a safepoint would change.
    pub(crate) fn save_operands(&self) -> [Value; 4] {
        let (left, right) = self.operands.get();
        [left, right, self.result.get(), self.initialiser.get()]
    }

    /// Restores what [`Self::save_operands`] has saved.
    pub(crate) fn restore_operands(&self, saved: [Value; 4]) {
        self.operands.set((saved[0], saved[1]));
        self.result.set(saved[2]);
        self.initialiser.set(saved[3]);
    }

    fn run_signal_handlers(&mut self) -> Result<(), Raised> {
        let Some(runner) = self.vm.signal_runner.get() else { return Ok(()) };
        let saved = self.save_operands();
        let result = runner(self);
        self.restore_operands(saved);
        result
    }

    /// A store into a field of an object by [`Field::set_cache`](crate::object::Field::set_cache):
    /// tells the collector if the object is old.
    pub(crate) fn heap_write_note(&self, header: &Header) {
        if !header.owner.peek().is_remembered() {
            header.owner.set_remembered();
            self.heap.remember(NonNull::from(header));
        }
    }
}
