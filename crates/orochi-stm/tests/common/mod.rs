//! A tiny host: cells with an owner word, an undo log, threads that use them.
#![allow(dead_code, reason = "each test file uses its part")]

use orochi_stm::{Abort, Host, Logged, OwnerWord, Registry, StmThread, World};
use std::cell::{RefCell, UnsafeCell};
use std::sync::Mutex;

/// An object with one field, its owner word first.
#[repr(C)]
pub struct Cell {
    pub word: OwnerWord,
    value: UnsafeCell<u64>,
}

// SAFETY: the value is touched only under the ownership protocol, which these tests check.
unsafe impl Sync for Cell {}

impl Cell {
    pub const fn new() -> Self {
        Cell { word: OwnerWord::free(), value: UnsafeCell::new(0) }
    }
    /// The value, when nobody runs.
    pub fn peek(&self) -> u64 {
        // SAFETY: called with all threads joined or stopped.
        unsafe { *self.value.get() }
    }
    pub fn init(&self, value: u64) {
        // SAFETY: called before threads start.
        unsafe { *self.value.get() = value }
    }
    fn get(&self) -> u64 {
        // SAFETY: the caller has just passed a barrier.
        unsafe { *self.value.get() }
    }
    fn set(&self, value: u64) {
        // SAFETY: the caller has just passed the write barrier.
        unsafe { *self.value.get() = value }
    }
}

/// The cells of each registry, for cleaning its tids out of them: tests run side by side, and the
/// tids of one registry mean nothing in another.
static CELLS: Mutex<Vec<(usize, &'static [Cell])>> = Mutex::new(Vec::new());

fn name_of(registry: &'static Registry) -> usize {
    std::ptr::from_ref(registry) as usize
}

/// Cells for a test in which no tid is used up.
pub fn cells(count: usize) -> &'static [Cell] {
    Box::leak((0..count).map(|_| Cell::new()).collect())
}

/// Cells that are cleaned of the tids of `registry`.
pub fn cells_of(registry: &'static Registry, count: usize) -> &'static [Cell] {
    let cells = cells(count);
    CELLS.lock().unwrap().push((name_of(registry), cells));
    cells
}

/// Nobody uses these any more.
pub fn forget_cells(cells: &'static [Cell]) {
    CELLS.lock().unwrap().retain(|known| !std::ptr::eq(known.1, cells));
}

/// A thread of the test's host, as a virtual machine would lay it out.
#[repr(C)]
pub struct Worker {
    stm: StmThread,
    undo: RefCell<Vec<(&'static Cell, u64)>>,
    savepoint: std::cell::Cell<usize>,
    remembered: std::cell::Cell<u64>,
}

impl Host for Worker {
    fn remember(&self, _object: &OwnerWord) {
        self.remembered.set(self.remembered.get() + 1);
    }
    fn log_undo(&self, object: &OwnerWord) -> Logged {
        // SAFETY: every owner word of the tests is the first field of a leaked cell.
        let cell: &'static Cell = unsafe { &*std::ptr::from_ref(object).cast::<Cell>() };
        self.undo.borrow_mut().push((cell, cell.get()));
        Logged::Whole
    }
    fn undo(&self) {
        for (cell, value) in self.undo.borrow_mut().drain(..).rev() {
            cell.set(value);
        }
    }
    fn forget_undo(&self) {
        self.undo.borrow_mut().clear();
    }
    fn going_away(&self) {}
    fn came_back(&self) {}
    fn clean_tids(&self) {
        self.stm.stop_the_world(self, |world| {
            if world.has_retired_tids() {
                let name = name_of(world.registry());
                // No lock is kept over the model checker's scheduling points.
                let known = CELLS.lock().unwrap().clone();
                for (_, cells) in known.iter().filter(|known| known.0 == name) {
                    cells.iter().for_each(|cell| world.clean_word(&cell.word));
                }
                world.tids_cleaned();
            }
        });
    }
}

impl Worker {
    pub fn new(registry: &'static Registry) -> Box<Worker> {
        let stm = StmThread::new(registry).expect("limits of the test");
        Box::new(Worker {
            stm,
            undo: RefCell::new(Vec::new()),
            savepoint: std::cell::Cell::new(0),
            remembered: std::cell::Cell::new(0),
        })
    }
    pub fn stm(&self) -> &StmThread {
        &self.stm
    }
    /// How often an object entered the remembered set.
    pub fn remembered(&self) -> u64 {
        self.remembered.get()
    }
    pub fn start(&self) {
        self.stm.start(self);
    }
    pub fn finish(&self) {
        self.stm.finish(self);
    }
    #[inline]
    pub fn own(&self, cell: &Cell) -> Result<(), Abort> {
        if !self.stm.can_write(&cell.word) {
            self.stm.claim_write(&cell.word, self)
        } else {
            Ok(())
        }
    }
    #[inline]
    pub fn add(&self, cell: &Cell, amount: u64) {
        self.own(cell).expect("plain code is not aborted");
        cell.set(cell.get().wrapping_add(amount));
    }
    #[inline]
    pub fn read(&self, cell: &Cell) -> u64 {
        if !self.stm.can_read(&cell.word) {
            self.stm.claim_read(&cell.word, self).expect("plain code is not aborted");
        }
        cell.get()
    }
    pub fn add_to_both(&self, a: &Cell, b: &Cell) {
        if !(self.stm.can_write(&a.word) && self.stm.can_write(&b.word)) {
            self.stm.claim_write2(&a.word, &b.word, self).expect("plain code is not aborted");
        }
        assert_eq!(a.get(), b.get(), "a torn pair");
        a.set(a.get() + 1);
        b.set(b.get() + 1);
    }
    /// Two cells that are always changed together, read by one operation.
    pub fn read_both(&self, a: &Cell, b: &Cell) {
        if !(self.stm.can_read(&a.word) && self.stm.can_read(&b.word)) {
            self.stm.claim_read2(&a.word, &b.word, self).expect("plain code is not aborted");
        }
        let first = a.get();
        assert_eq!((first, first), (b.get(), a.get()), "a torn operation");
        assert_eq!(first, self.read(a), "a torn operation");
    }
    #[inline]
    pub fn poll(&self) {
        if self.stm.polled() {
            let _ = self.stm.safepoint(self).expect("plain code is not aborted");
        }
    }
    pub fn safepoint(&self) -> Result<(), Abort> {
        if self.stm.polled() {
            let _ = self.stm.safepoint(self)?;
        }
        Ok(())
    }
    pub fn away<R>(&self, blocking: impl FnOnce() -> R) -> R {
        self.stm.away(self, blocking)
    }
    /// Changes memory without barriers, in plain code.
    pub fn change(&self, cell: &Cell, work: impl FnOnce()) {
        self.stm.begin_change(&cell.word, self).expect("plain code is not aborted");
        work();
        self.stm.end_change();
    }
    /// The open block is about to, and runs alone to its end.
    pub fn begin_change(&self, cell: &Cell) -> Result<(), Abort> {
        if self.stm.is_changing() { Ok(()) } else { self.stm.begin_change(&cell.word, self) }
    }
    pub fn stop<R>(&self, work: impl FnOnce(&World<'_>) -> R) -> R {
        self.stm.stop_the_world(self, work)
    }
    pub fn inevitable(&self) -> Result<(), Abort> {
        self.stm.become_inevitable(self)
    }
    pub fn read_in_block(&self, cell: &Cell) -> Result<u64, Abort> {
        if !self.stm.can_read(&cell.word) {
            self.stm.claim_read(&cell.word, self)?;
        }
        Ok(cell.get())
    }
    pub fn add_in_block(&self, cell: &Cell, amount: u64) -> Result<(), Abort> {
        self.own(cell)?;
        cell.set(cell.get().wrapping_add(amount));
        Ok(())
    }
    pub fn savepoint(&self) -> Result<(), Abort> {
        self.savepoint.set(self.undo.borrow().len());
        self.stm.savepoint()
    }
    pub fn roll_back_to_savepoint(&self) -> Result<(), Abort> {
        for (cell, value) in self.undo.borrow_mut().drain(self.savepoint.get()..).rev() {
            cell.set(value);
        }
        self.stm.savepoint()
    }
    /// Runs `body` as an atomic block until it commits.
    pub fn block<R>(&self, body: impl Fn(&Worker) -> Result<R, Abort>) -> R {
        loop {
            self.stm.block_enter(self);
            match body(self) {
                Ok(result) if self.stm.block_commit(self).is_ok() => {
                    self.stm.end_change();
                    return result;
                }
                _ => self.stm.block_abort(true, self),
            }
            self.stm.end_change();
        }
    }
}

/// Runs `work` on `count` threads that have all started before any begins.
pub fn run_threads(
    registry: &'static Registry,
    count: usize,
    work: impl Fn(&Worker, usize) + Send + Sync,
) {
    let barrier = std::sync::Barrier::new(count);
    std::thread::scope(|scope| {
        for index in 0..count {
            let (work, barrier) = (&work, &barrier);
            scope.spawn(move || {
                let worker = Worker::new(registry);
                worker.start();
                worker.away(|| barrier.wait());
                work(&worker, index);
                worker.finish();
            });
        }
    });
}
