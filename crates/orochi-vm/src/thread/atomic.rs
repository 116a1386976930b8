//! Atomic blocks: entering, leaving, and starting over.
//!
//! `with atomic:` calls a native `__enter__`, and what it comes to is this: the registers of the
//! frame that has the `with` are copied, with everything else the thread keeps for running code,
//! and a block of the ownership protocol is begun. From then on the thread owns whatever it
//! touches, and each first write is logged ([`super::undo`]). `__exit__` commits by one store.
//!
//! # Starting over
//! A block that must be undone (an older one wants what it has, a lock is taken, Ctrl-C) is
//! *doomed*: every claim and safepoint says `Raised::Abort`. Native code passes that on with `?`;
//! the interpreter leaves frames without running their handlers, up to the frame of the `with`
//! ([`crate::interpreter::exception::abort`]), where [`Thread::restart_block`] replays the log,
//! gives everything up, waits for what the block waited for, and puts the copied registers back.
//! Then the call of `__enter__` is executed again. Code that loses an abort on its way (a
//! comparison that takes any failure for "unequal") meets it again: a doomed block cannot commit.
//!
//! # Nesting
//! An inner block is part of the outer one. One that may be undone alone (`rollback=True`) is a
//! savepoint: it remembers where the log was, and the protocol's newest epoch moves on, so that
//! everything is logged again at its next first write. An inner block may also be entered by a call
//! ([`super::entry`]).

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use orochi_stm::OwnerWord;

pub use super::entry::End;
use super::entry::Entry;
use super::section::Section;
use super::turn::Turnstile;
use super::undo::{self, Mark};
use super::{Local, Thread};
use crate::exception::Raised;
use crate::heap::{Header, Value};
use crate::interpreter::frame as window;
use crate::object::{Ref, ValueCast};
use crate::types::dict::GlobalCell;
use crate::types::generator::{Generator, flags};
use crate::types::transactional::Birth;

/// The open block of a thread, if there is one.
#[derive(Default)]
pub(crate) struct Block {
    /// How many `with` statements are open.
    pub(super) level: Cell<u32>,
    /// The window of the outermost one's frame; null when no block is open.
    frame: Cell<usize>,
    /// The call of `__enter__`.
    pc: Cell<usize>,
    depth: Cell<u32>,
    handled: Cell<Value>,
    locals: Cell<[Value; Local::COUNT]>,
    /// There have been inner blocks, or the outermost one may be undone alone.
    nested: Cell<bool>,
    /// How the inner blocks were entered.
    pub(super) entries: RefCell<Vec<Entry>>,
    /// The registers at the `with`.
    registers: RefCell<Vec<Value>>,
    /// Inner blocks, and an outermost one, that may be undone alone.
    savepoints: RefCell<Vec<Savepoint>>,
    /// What the block waits for once it is undone.
    wait: Cell<Option<Wait>>,
    /// What it has waited for in vain: the address of the word.
    pub(super) gave_up: Cell<usize>,
    /// Locks that the block has taken, or has promised to give back.
    pub(crate) locks: RefCell<Vec<crate::types::lock::Pending>>,
    /// Objects with a finaliser that were born in the block: not finalised before it ends.
    born: RefCell<Vec<Value>>,
    /// `abort()` was called: where the undoing ends.
    aborting: Cell<Option<u32>>,
    /// The block has called `retry()` before: what it claims is listed.
    retries: Cell<bool>,
    /// What it has claimed, if so.
    claimed: RefCell<Vec<Value>>,
    /// Alternatives of `or_else` that are open, the last ones not counted.
    alternatives: Cell<u32>,
    /// How often the block has started.
    pub(crate) attempts: Cell<u64>,
    /// What it has taken before it began, where blocks take turns.
    pub(super) turnstile: Cell<Option<&'static Turnstile>>,
    /// How often the thread had waited for others when it began.
    pub(super) waits: Cell<u64>,
    /// What it adds if it is a section under a lock.
    pub(crate) section: Section,
    /// For the event log: where it came to wait, and for what.
    logged_wait: Cell<(u32, u32)>,
    /// What stands for the moment of its commit in what it has inserted into transactional
    /// containers, if it has.
    birth: Cell<Option<Ref<Birth>>>,
    /// Addresses of the cells that it has given to namespaces.
    cells: RefCell<BTreeSet<usize>>,
}

/// A block that may be undone alone.
struct Savepoint {
    level: u32,
    mark: Mark,
    /// The frame of its `with`, and that frame's variables.
    frame: usize,
    variables: Vec<Value>,
}

/// A word that must change before the block is worth trying again.
#[derive(Clone, Copy)]
struct Wait {
    word: *const AtomicU64,
    /// What must change: this value, or (as a lock) the bits in it.
    seen: u64,
    bits: u64,
    deadline: Option<Instant>,
}

/// How often every block is aborted before it may commit: never, or at each claim in turn.
static ZEAL: AtomicU64 = AtomicU64::new(0);

/// For tests: lets every block abort at its first so many claims in turn (`-X stm_zeal=N`).
pub fn set_zeal(claims: u64) {
    ZEAL.store(claims, Ordering::Relaxed);
}

/// At which claim this attempt of a block is aborted; 0 for none.
pub(super) fn zeal_for(attempt: u64) -> u32 {
    if attempt <= ZEAL.load(Ordering::Relaxed) { attempt as u32 } else { 0 }
}

impl Block {
    /// Whether changes are logged even though the block cannot be started over.
    pub(crate) fn keeps_log(&self) -> bool {
        !self.savepoints.borrow().is_empty()
    }

    /// Hands the copied registers to the collector.
    pub(crate) fn visit_roots(&self, visit: &mut dyn FnMut(&[Value])) {
        if self.frame.get() == 0 {
            return;
        }
        visit(&self.registers.borrow());
        for savepoint in self.savepoints.borrow().iter() {
            visit(&savepoint.variables);
        }
        visit(&self.born.borrow());
        if let Some(birth) = self.birth.get() {
            visit(&[birth.value()]);
        }
        visit(&self.claimed.borrow());
        visit(&self.section.elided.borrow());
        visit(&[self.handled.get()]);
        visit(&self.locals.get());
        for lock in self.locks.borrow().iter() {
            visit(&[lock.value()]);
        }
    }

    /// The block has claimed an object.
    pub(crate) fn note_claim(&self, object: &OwnerWord) {
        let object = std::ptr::from_ref(object).cast::<Header>();
        self.claimed.borrow_mut().push(Value::from_bits(object as u64));
    }

    /// The address waited for, which the collector takes for a reference into its object.
    pub(crate) fn waits_for(&self) -> [usize; 2] {
        [self.wait.get().map_or(0, |wait| wait.word as usize), self.gave_up.get()]
    }

    /// For the event log: the block waits outside for what it wanted at `place`.
    pub(super) fn set_logged_wait(&self, place: u32, object: u32) {
        self.logged_wait.set((place, object));
    }

    /// For the event log: where the block came to wait, if it has just been undone for that.
    pub(super) fn take_logged_wait(&self) -> (u32, u32) {
        self.logged_wait.take()
    }

    /// Whether this window is that of the block's frame.
    #[inline]
    pub(crate) fn is_frame(&self, regs: *mut Value) -> bool {
        self.frame.get() == regs as usize
    }

    pub(super) fn clear(&self) {
        self.level.set(0);
        self.frame.set(0);
        if self.nested.replace(false) {
            self.savepoints.borrow_mut().clear();
            self.entries.borrow_mut().clear();
        }
        self.aborting.set(None);
        if self.retries.get() {
            self.claimed.borrow_mut().clear();
        }
        self.alternatives.set(0);
        self.section.clear();
        self.end_turn();
        self.birth.set(None);
        if !self.cells.borrow().is_empty() {
            self.cells.borrow_mut().clear();
        }
    }

    /// A namespace was given a cell, in a block or outside.
    pub(crate) fn note_cell(&self, cell: Ref<GlobalCell>) {
        if self.frame.get() != 0 {
            self.cells.borrow_mut().insert(cell.as_ptr() as usize);
        }
    }

    /// Whether inline caches may name a cell. One that the open block has made may yet be undone:
    /// its namespace would no longer keep it, and a cache keeps nothing.
    pub(crate) fn may_cache(&self, cell: Ref<GlobalCell>) -> bool {
        let made = self.cells.borrow();
        made.is_empty() || !made.contains(&(cell.as_ptr() as usize))
    }

    /// The block is about to commit and holds all that it has touched.
    pub(super) fn happens(&self) {
        if let Some(birth) = self.birth.take() {
            birth.happens();
        }
    }

    /// See [`Birth`].
    pub(crate) fn birth(&self) -> &Cell<Option<Ref<Birth>>> {
        &self.birth
    }

    /// Objects that were born in the block, which has ended, may be finalised.
    pub(super) fn forget_births(&self) {
        self.born.borrow_mut().clear();
    }
}

impl Thread {
    /// Whether an atomic block is open.
    #[inline]
    pub fn in_atomic(&self) -> bool {
        self.stm.in_block() && !self.elides()
    }

    /// Before anything that cannot be undone: an open block becomes inevitable, a section under a
    /// lock takes it.
    #[inline]
    pub fn irrevocable(&mut self) -> Result<(), Raised> {
        self.end_elision()?;
        self.block.end_turn();
        self.stm.become_inevitable(&*self)?;
        if self.stm.in_block() {
            crate::types::lock::give_taken(self);
        }
        Ok(())
    }

    /// `__enter__`: begins a block, or an inner one, which `end` is to end. A release point.
    pub fn enter_atomic(&mut self, end: End, rollback: bool) -> Result<(), Raised> {
        self.end_elision()?;
        if !self.stm.in_block() {
            // What waits for the end of blocks comes before.
            self.poll()?;
            let (regs, pc) = self.with_statement(end)?;
            self.take_turn(pc)?;
            if let Err(raised) = self.mark_generator(regs, true) {
                self.block.end_turn();
                return Err(raised);
            }
            self.take_snapshot(regs, pc);
            self.stm.list_claims(self.block.retries.get());
            self.stm.block_enter(&*self);
            let attempt = self.block.attempts.get() + 1;
            self.block.attempts.set(attempt);
            self.stm.abort_after(zeal_for(attempt));
        } else if rollback {
            self.stm.savepoint()?;
        }
        let level = self.block.level.get() + 1;
        if level > 1 {
            let entry = self.inner_entry(end);
            self.block.nested.set(true);
            self.block.entries.borrow_mut().push(entry);
        }
        if rollback {
            let regs = self.frame.get();
            let mark = if level == 1 { Mark::default() } else { undo::mark(self) };
            let variables = variables_of(regs).to_vec();
            let savepoint = Savepoint { level, mark, frame: regs as usize, variables };
            self.block.nested.set(true);
            self.block.savepoints.borrow_mut().push(savepoint);
        }
        self.block.level.set(level);
        Ok(())
    }

    /// `__exit__`: ends the innermost block, with an exception if `failed`. True: it was left by
    /// [`Self::abort_atomic`], whose exception goes no further. A release point.
    pub fn leave_atomic(&mut self, failed: bool) -> Result<bool, Raised> {
        if !self.in_atomic() {
            return Err(self.runtime_error("not inside an atomic block"));
        }
        if self.stm.is_doomed() {
            return Err(Raised::Abort);
        }
        let forgotten = self.find_end()?;
        let level = self.block.level.get();
        let aborted = self.block.aborting.get() == Some(level);
        let savepoint = if self.block.nested.get() {
            let mut open = self.block.savepoints.borrow_mut();
            open.pop_if(|savepoint| savepoint.level == level)
        } else {
            None
        };
        if aborted || failed && savepoint.is_some() {
            let (mark, frame) = match &savepoint {
                Some(savepoint) => (savepoint.mark, savepoint.frame),
                None => (Mark::default(), self.block.frame.get()),
            };
            undo::replay(self, mark);
            self.forget_restored_classes();
            self.block.aborting.set(None);
            if frame == self.frame.get() as usize {
                let registers = self.block.registers.borrow();
                let variables = savepoint.as_ref().map_or(&registers[..], |s| &s.variables);
                restore_variables(self.frame.get(), variables);
            }
            if level == 1 {
                self.give_up_births();
                crate::types::lock::forget_pending(self);
            } else {
                self.stm.savepoint()?;
            }
        }
        if level == 1 {
            self.commit()?;
        } else {
            self.block.entries.borrow_mut().pop();
            self.block.level.set(level - 1);
        }
        if forgotten && !failed {
            return Err(self.runtime_error("an inner atomic block was entered and not left"));
        }
        Ok(aborted)
    }

    /// Inner blocks above `level` were entered by calls and have not been left: they end with it.
    pub(super) fn end_inner(&self, level: u32) {
        let block = &self.block;
        block.level.set(level);
        block.entries.borrow_mut().truncate(level as usize - 1);
        block.savepoints.borrow_mut().retain(|savepoint| savepoint.level <= level);
        if block.aborting.get().is_some_and(|aborted| aborted > level) {
            block.aborting.set((level == 1).then_some(1));
        }
    }

    /// The frame of the `with` statement that has begun the block.
    pub(super) fn outermost_frame(&self) -> *mut Value {
        self.block.frame.get() as *mut Value
    }

    /// `abort()`: the exception that the caller raises leaves the innermost block that may be undone
    /// alone, or else the whole block, undone.
    pub fn abort_atomic(&mut self) -> Result<(), Raised> {
        if !self.in_atomic() {
            return Err(self.runtime_error("not inside an atomic block"));
        }
        let inner = self.block.savepoints.borrow().last().map_or(1, |savepoint| savepoint.level);
        if self.stm.is_inevitable() && inner == 1 && !undo::is_complete(self) {
            let message = "the atomic block cannot be undone any more: it has become inevitable";
            return Err(self.runtime_error(message));
        }
        self.block.aborting.set(Some(inner));
        Ok(())
    }

    /// `retry()`: undoes the block and starts it over when something that it has read changes.
    /// `Ok`: an alternative of `or_else` is open, whose driver is to be told by an exception. A block that
    /// does this for the first time is started over at once, and lists what it claims from then on.
    pub fn retry_atomic(&mut self) -> Result<(), Raised> {
        if !self.in_atomic() {
            return Err(self.runtime_error("not inside an atomic block"));
        }
        if self.stm.is_doomed() {
            return Err(Raised::Abort);
        }
        if self.block.alternatives.get() > 0 {
            return Ok(());
        }
        if self.stm.is_inevitable() {
            let message = "an atomic block that has become inevitable cannot start over";
            return Err(self.runtime_error(message));
        }
        if self.block.retries.replace(true) {
            if self.stm.is_changing() {
                // Who waits must not keep the others from running.
                undo::replay(self, Mark::default());
                self.forget_restored_classes();
                self.stm.end_change();
            }
            crate::types::lock::forget_pending(self);
            self.block.end_turn();
            let claimed = self.block.claimed.take();
            // SAFETY: objects that were roots until now, and no collection comes before this thread
            // waits, when they have all been looked at.
            let words = claimed.iter().map(|object| unsafe { &(*object.object_ptr()).owner });
            let main = crate::vm::start::is_main(self);
            let pause = main.then_some(SIGNAL_PAUSE);
            let signals = || main && self.vm.signals.any();
            self.stm.await_change(words, pause, &*self, signals);
        }
        self.stm.log_doom(orochi_stm::log::Cause::Retry, 0, &*self);
        self.stm.doom();
        Err(Raised::Abort)
    }

    /// An alternative of `or_else` begins or ends.
    pub fn open_alternative(&mut self, open: bool) {
        let now = self.block.alternatives.get();
        self.block.alternatives.set(if open { now + 1 } else { now.saturating_sub(1) });
    }

    fn commit(&mut self) -> Result<(), Raised> {
        self.block.happens();
        self.stm.block_commit(&*self)?;
        self.note_turn(self.block.pc.get() as *const u64);
        let regs = self.block.frame.get() as *mut Value;
        self.block.clear();
        self.block.attempts.set(0);
        self.block.gave_up.set(0);
        self.block.retries.set(false);
        self.stm.list_claims(false);
        self.block.forget_births();
        self.stm.end_change();
        crate::types::lock::settle_pending(self);
        self.mark_generator(regs, false)
    }

    pub(super) fn take_snapshot(&self, regs: *mut Value, pc: *const u64) {
        let block = &self.block;
        // SAFETY: everything between the window and the top is initialised; above it nothing is
        // alive at a call.
        let live = unsafe {
            let count = self.top.get().offset_from(regs).max(0) as usize;
            std::slice::from_raw_parts(regs, count)
        };
        let mut registers = block.registers.borrow_mut();
        registers.clear();
        registers.extend_from_slice(live);
        block.frame.set(regs as usize);
        block.pc.set(pc as usize);
        block.depth.set(self.depth.get());
        block.handled.set(self.handled.get());
        block.locals.set(std::array::from_fn(|at| self.locals[at].get()));
    }

    /// In a block whose frame is a generator's the body must not be suspended: its flag sends
    /// `yield` the slow way.
    fn mark_generator(&mut self, regs: *mut Value, open: bool) -> Result<(), Raised> {
        // SAFETY: the window is live.
        let generator = unsafe {
            let runs = window::action(regs) == window::Action::Extended
                && matches!(
                    window::extension(regs),
                    window::Extension::Generator | window::Extension::GeneratorEntry
                );
            if runs { window::extended_value(regs).cast::<Generator>() } else { None }
        };
        let Some(generator) = generator else { return Ok(()) };
        let guard = self.write(generator)?;
        let now = guard.flags.get();
        let now = if open { now | flags::IN_BLOCK } else { now & !flags::IN_BLOCK };
        guard.flags.set(guard.token(), now);
        Ok(())
    }

    /// The block is doomed and its frame reached: undoes everything, waits for what the block waited
    /// for, and goes back to the `with`, whose call is the thread's instruction then. False: a
    /// signal handler has raised an exception meanwhile, which the `with` raises.
    #[inline(never)]
    pub(crate) fn restart_block(&mut self) -> bool {
        if let Some(&lock) = self.block.section.elided.borrow().first() {
            crate::types::lock::elision_undone(lock);
        }
        // While everything is still owned nobody looks.
        self.give_up_births();
        crate::types::lock::forget_pending(self);
        self.stm.block_abort(true, &*self);
        let (regs, pc) = {
            let block = &self.block;
            let regs = block.frame.get() as *mut Value;
            let registers = block.registers.borrow();
            // SAFETY: the frame of the `with` is live: it cannot be left but by `__exit__`.
            unsafe {
                std::ptr::copy_nonoverlapping(registers.as_ptr(), regs, registers.len());
                self.top.set(regs.add(window::code(regs).registers.get() as usize));
            }
            (regs, block.pc.get() as *const u64)
        };
        self.frame.set(regs);
        self.pc.set(pc);
        self.depth.set(self.block.depth.get());
        self.handled.set(self.block.handled.get());
        for (at, value) in self.block.locals.get().into_iter().enumerate() {
            // Frame objects follow the stack, whatever memory says.
            if at != Local::Frames as usize {
                self.locals[at].set(value);
            }
        }
        self.raised.set(Value::UNBOUND);
        if !self.elides() {
            self.note_turn(pc);
        }
        self.block.clear();
        self.forget_restored_classes();
        self.stm.end_change();
        let waited = self.wait_outside();
        if waited.is_err() {
            self.block.attempts.set(0);
            self.block.retries.set(false);
            self.stm.list_claims(false);
        }
        self.pc.set(pc);
        // Outside the block there is no other way out.
        waited != Err(Raised::Exception)
    }

    fn wait_outside(&mut self) -> Result<(), Raised> {
        let Some(wait) = self.block.wait.get() else { return Ok(()) };
        // SAFETY: the word is that of an object that the collector keeps while it is waited for.
        let word = unsafe { &*wait.word };
        let done = if wait.bits == 0 {
            self.wait_while(word, wait.seen, wait.deadline)
        } else {
            crate::types::lock::wait_until_free(self, word, wait.deadline)
        };
        self.block.wait.set(None);
        if !done? {
            self.block.gave_up.set(word as *const AtomicU64 as usize);
        }
        Ok(())
    }

    /// In a block something must be waited for that only others can bring about: the block is
    /// undone and waits for the word outside, owning nothing. `None`: it has done so, in vain;
    /// go on as after the deadline. Inevitable blocks, and plain code, wait where they are.
    pub(crate) fn wait_by_undoing(
        &mut self,
        word: &AtomicU64,
        seen: u64,
        lock: bool,
        deadline: Option<Instant>,
    ) -> Option<Raised> {
        if self.block.gave_up.get() == std::ptr::from_ref(word) as usize {
            return None;
        }
        let bits = u64::from(lock);
        self.block.wait.set(Some(Wait { word, seen, bits, deadline }));
        if self.stm.is_logging() {
            self.log_would_wait(lock);
        }
        self.stm.doom();
        Some(Raised::Abort)
    }

    /// An object whose finaliser is to run was made, or has come to need it.
    #[inline]
    pub fn register_finaliser(&self, object: std::ptr::NonNull<crate::heap::Header>) {
        self.heap.register_finaliser(object);
        if self.stm.in_block() {
            self.block.born.borrow_mut().push(Value::from_object(object));
        }
    }

    /// What was born in a block that is undone never was: its finalisers do not run.
    fn give_up_births(&self) {
        let born = std::mem::take(&mut *self.block.born.borrow_mut());
        if !born.is_empty() {
            crate::heap::Heap::get().forget_finalisers(&self.heap, &born);
        }
    }
}

/// How long the main thread sleeps in `retry()` before it looks for signals, in nanoseconds.
const SIGNAL_PAUSE: u64 = 20_000_000;

/// The variables of a frame.
fn variables_of<'a>(regs: *mut Value) -> &'a [Value] {
    // SAFETY: the running frame's window; its variables are initialised.
    unsafe {
        let count = window::code(regs).variable_count.get() as usize;
        std::slice::from_raw_parts(regs, count)
    }
}

/// Gives a frame's variables the values they had.
fn restore_variables(regs: *mut Value, values: &[Value]) {
    // SAFETY: as above; `values` has at least so many.
    unsafe {
        let count = window::code(regs).variable_count.get() as usize;
        std::ptr::copy_nonoverlapping(values.as_ptr(), regs, count.min(values.len()));
    }
}

/// Whether the running frame's `yield` would leave an atomic block.
pub(crate) fn yield_leaves_block(th: &Thread, regs: *mut Value, generator: Ref<Generator>) -> bool {
    // SAFETY: the flags word of a generator that this thread runs.
    let marked = unsafe { generator.unguarded() }.flags.get() & flags::IN_BLOCK != 0;
    marked && th.stm.in_block() && th.block.is_frame(regs)
}
