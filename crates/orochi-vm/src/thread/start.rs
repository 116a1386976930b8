//! Threads that begin and end.
//!
//! [`Thread::spawn`] makes the structure, the native thread takes it over and frees it. What the
//! new thread is to run comes as a closure that holds its values in roots, since between the two
//! threads nobody's stack does. [`Thread::start_with_handle`] is what `_thread` builds on: it keeps
//! a table of the running threads' handles, by which the end of the program waits for those that
//! are no daemons, and the child of a `fork` declares all but its own dead.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::os::unix::thread::JoinHandleExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use orochi_stm::{HostRequests, Registry, StmThread};

use super::{Local, STACK_SLACK, STACK_STEP, Thread};
use crate::class::lookup::{CACHE_ENTRIES, CacheEntry};
use crate::exception::{Raised, classes};
use crate::heap::{Heap, LocalHeap, NativeStack, Rooted, Value, ValueStack};
use crate::object::{Ref, ValueCast};
use crate::thread::safepoint::request;
use crate::types::dict::Dict;
use crate::types::lock::ThreadHandle;
use crate::vm::Vm;

/// Values a thread's stack has room for: 100,000 frames of some 80 registers.
const STACK_VALUES: usize = 8 << 20;
/// Native stack kept for code that does not check: allocation, collection, libraries.
const NATIVE_RESERVE: usize = 256 << 10;

/// Native stack of a thread that does not say how much it wants: reserved, not used.
const DEFAULT_NATIVE_STACK: usize = 16 << 20;

/// The threads of the process.
#[derive(Debug, Default)]
pub struct Threads {
    live: AtomicUsize,
    main_ident: AtomicU64,
    /// A stopped thread's value stack has been written to by another since the last collection.
    pub(crate) stacks_written: AtomicBool,
}

impl Threads {
    /// How many Python threads are alive, those about to begin included.
    pub fn count(&self) -> usize {
        self.live.load(Ordering::Acquire)
    }
}

/// The handles of the threads that `_thread` has started and that run; `True` for daemons.
fn handles(th: &Thread) -> Result<Ref<Dict>, Raised> {
    static HANDLES: OnceLock<Rooted<Ref<Dict>>> = OnceLock::new();
    if let Some(root) = HANDLES.get() {
        return Ok(root.get());
    }
    let dict = Dict::new(th)?;
    Ok(HANDLES.get_or_init(|| Heap::get().roots().root(dict)).get())
}

impl Thread {
    /// A thread's structure, not yet running.
    pub(crate) fn new(vm: &'static Vm) -> Option<Box<Thread>> {
        let stm = StmThread::new(Registry::global()).ok()?;
        // Lists are what barriers are passed for most often.
        stm.set_companion(crate::shape::known::LIST.0);
        let value_stack = ValueStack::new(STACK_VALUES).ok()?;
        let base = value_stack.base();
        let limit = vm.recursion_limit.load(Ordering::Relaxed);
        let unbound = || Cell::new(Value::UNBOUND);
        let thread = Box::new(Thread {
            stm,
            heap: LocalHeap::new(),
            handlers: Cell::new(0),
            top: Cell::new(base),
            high_water: Cell::new(base),
            stack_limit: Cell::new(base),
            frame: Cell::new(std::ptr::null_mut()),
            pc: Cell::new(std::ptr::null()),
            depth: Cell::new(0),
            depth_limit: Cell::new(limit),
            frames_allowed: Cell::new(limit),
            traced: Cell::new(false),
            in_trace_function: Cell::new(false),
            jumps: Cell::new(false),
            native_limit: Cell::new(0),
            raised: unbound(),
            handled: Cell::new(Value::NONE),
            operands: Cell::new((Value::UNBOUND, Value::UNBOUND)),
            result: unbound(),
            finished: Cell::new(false),
            method_found: Cell::new(false),
            initialiser: unbound(),
            spread_count: Cell::new(0),
            resumed: Cell::new((std::ptr::null_mut(), std::ptr::null())),
            leaving: Cell::new(Raised::Exception),
            attribute_error_kept: unbound(),
            finalising: Cell::new(false),
            block: super::atomic::Block::default(),
            undo: RefCell::default(),
            locals: [const { Cell::new(Value::UNBOUND) }; Local::COUNT],
            polymorphic: crate::interpreter::cache::Polymorphic::new(),
            lookup_cache: Box::new([const { Cell::new(CacheEntry::EMPTY) }; CACHE_ENTRIES]),
            value_stack,
            native_stack: UnsafeCell::new(NativeStack::current()),
            native_top: Cell::new(0),
            spilled: UnsafeCell::new([0; 6]),
            collected_at: Cell::new(u64::MAX),
            vm,
            ident: Cell::new(0),
            asynchronous: unbound(),
            native_range: Cell::new((0, 0)),
            origin_depth: Cell::new(0),
        });
        thread.set_soft_limit(base.wrapping_add(STACK_STEP));
        let _ = STACK_SLACK;
        Some(thread)
    }

    /// The calling native thread becomes this Python thread.
    pub(crate) fn begin(&mut self) {
        self.native_stack = UnsafeCell::new(NativeStack::current());
        let lowest = self.native_stack.get_mut().lowest();
        let here = &raw const self as usize;
        self.native_range.set((lowest + NATIVE_RESERVE, here));
        self.renew_traced();
        self.limit_native_stack(self.frames_allowed.get());
        // SAFETY: pthread_self cannot fail.
        self.ident.set(unsafe { libc::pthread_self() } as u64);
        // SAFETY: the structure is boxed and stays until `end`.
        unsafe { Heap::get().register(&self.heap) };
        Thread::set_current(self);
        // The first thread to begin is the main thread; all others have been counted by `spawn`.
        let threads = &self.vm.threads;
        let ident = self.ident.get();
        if threads
            .main_ident
            .compare_exchange(0, ident, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
        {
            threads.live.fetch_add(1, Ordering::AcqRel);
        }
        // From here on a collection may look at the stack, before this thread has ever run.
        self.publish_stack();
        self.stm.start(&*self);
        if self.main_ident() == ident {
            self.log_name("MainThread");
        }
    }

    /// The thread ends: it owns nothing any more.
    pub(crate) fn end(&mut self) {
        // SAFETY: the thread allocates no more; it is still registered, so no collection runs.
        unsafe { Heap::get().unregister(&self.heap) };
        self.stm.finish(&*self);
        Thread::set_current(std::ptr::null_mut());
        self.vm.threads.live.fetch_sub(1, Ordering::AcqRel);
    }

    /// Starts a native thread that becomes a Python thread and calls `body`. What that returns is
    /// called when the thread has left the runtime. `stack` is the size of its native stack in
    /// bytes (0: the default). The result is its ident.
    ///
    /// # Errors
    /// When the system has no room for another thread.
    pub fn spawn<L: FnOnce()>(
        &mut self,
        stack: usize,
        body: impl FnOnce(&mut Thread) -> L + Send + 'static,
    ) -> std::io::Result<u64> {
        let no_room = || std::io::Error::from_raw_os_error(libc::EAGAIN);
        let vm = self.vm;
        let made = match Thread::new(vm) {
            Some(made) => made,
            None => {
                // Tids may be retired: a full collection gives them back.
                self.collect_garbage(crate::heap::Kind::Full);
                Thread::new(vm).ok_or_else(no_room)?
            }
        };
        let made = Unstarted(made);
        let stack =
            if stack == 0 { DEFAULT_NATIVE_STACK } else { stack.max(NATIVE_RESERVE + (256 << 10)) };
        vm.threads.live.fetch_add(1, Ordering::AcqRel);
        let started = std::thread::Builder::new().stack_size(stack).spawn(move || {
            // The whole of it moves, not its field alone, which may not.
            let mut made: Unstarted = made;
            let thread = &mut *made.0;
            thread.begin();
            let last = body(thread);
            thread.end();
            drop(made);
            last();
        });
        match started {
            Ok(native) => Ok(native.as_pthread_t()),
            Err(error) => {
                vm.threads.live.fetch_sub(1, Ordering::AcqRel);
                Err(error)
            }
        }
    }

    /// Starts a thread that calls `function(*args, **keywords)` and that can be joined by `handle`.
    /// An uncaught `SystemExit` ends it silently, any other exception goes to
    /// `sys.unraisablehook`.
    pub fn start_with_handle(
        &mut self,
        stack: usize,
        handle: Ref<ThreadHandle>,
        daemon: bool,
        function: Value,
        args: Value,
        keywords: Value,
    ) -> Result<u64, Raised> {
        self.irrevocable()?;
        if !handle.claim() {
            return Err(self.runtime_error("thread already started"));
        }
        let handles = handles(self)?;
        handles.set(self, handle.value(), Value::from_bool(daemon))?;
        let roots = Heap::get().roots();
        let what = [function, args, keywords, handle.value()].map(|value| roots.root(value));
        let body = move |th: &mut Thread| {
            let handle = handle_of(&what[3]);
            if let Some(handle) = handle {
                handle.set_running(th.ident.get());
            }
            run(th, what[0].get(), what[1].get(), what[2].get());
            crate::types::thread_local::forget_thread(th);
            if let Some(handle) = handle {
                // What fails here fails in the runtime's own table; the thread ends all the same.
                let _ = handles_without(th, handle);
            }
            move || {
                // The root keeps the handle until those who wait for it are awake.
                if let Some(handle) = handle_of(&what[3]) {
                    handle.set_done();
                }
                drop(what);
            }
        };
        match self.spawn(stack, body) {
            Ok(ident) => {
                handle.set_running(ident);
                Ok(ident)
            }
            Err(_) => {
                handle.unclaim();
                handles_without(self, handle)?;
                Err(self.runtime_error("can't start new thread"))
            }
        }
    }

    /// A handle of a thread that runs already. That of the main thread is kept, since it has ended in
    /// the child of a `fork` that another thread calls.
    pub fn handle_of_running(&mut self, ident: u64) -> Result<Ref<ThreadHandle>, Raised> {
        let handle = ThreadHandle::of_running(self, ident)?;
        if ident == self.main_ident() {
            handles(self)?.set(self, handle.value(), Value::TRUE)?;
        }
        Ok(handle)
    }

    /// The main thread's ident.
    pub fn main_ident(&self) -> u64 {
        self.vm.threads.main_ident.load(Ordering::Acquire)
    }

    /// How many Python threads are alive, the main thread included.
    pub fn thread_count(&self) -> usize {
        self.vm.threads.count()
    }

    /// Waits for all threads that are no daemons; for the end of the program. An exception that a
    /// signal handler raises meanwhile ends the waiting.
    pub fn join_all(&mut self) -> Result<(), Raised> {
        loop {
            let handles = handles(self)?;
            let mut position = 0;
            let mut found = None;
            while let Some((handle, daemon, next)) = handles.entry_from(self, position)? {
                position = next;
                if let Some(handle) = handle.cast::<ThreadHandle>()
                    && !daemon.is_true()
                    && handle.ident() != self.ident.get()
                {
                    found = Some(handle);
                    break;
                }
            }
            let Some(handle) = found else { return Ok(()) };
            handle.join(self, None)?;
            // A thread takes itself out before it is done; this is for one that could not.
            handles_without(self, handle)?;
        }
    }

    /// Says that the program ends: no thread but the calling one runs Python any more once it
    /// has come to a safepoint.
    pub fn finalise(&mut self) {
        self.vm.finalising.store(true, Ordering::Release);
        let me = self.stm.record().slot();
        self.stm.stop_the_world(&*self, |world| {
            for record in world.threads().filter(|record| record.slot() != me) {
                record.post(HostRequests(request::EXIT));
            }
        });
    }

    /// Puts the bookkeeping right in the child of a `fork`: the calling thread is the main thread
    /// and there are no others.
    pub fn after_fork_in_child(&mut self) -> Result<(), Raised> {
        crate::vm::start::set_main(self);
        let threads = &self.vm.threads;
        threads.live.store(1, Ordering::Release);
        threads.main_ident.store(self.ident.get(), Ordering::Release);
        let handles = handles(self)?;
        let mut position = 0;
        while let Some((handle, _, next)) = handles.entry_from(self, position)? {
            position = next;
            match handle.cast::<ThreadHandle>() {
                Some(handle) if handle.ident() != self.ident.get() => handle.set_done(),
                _ => {}
            }
        }
        handles.clear(self)
    }
}

fn handle_of(root: &Rooted<Value>) -> Option<Ref<ThreadHandle>> {
    root.get().cast()
}

fn handles_without(th: &mut Thread, handle: Ref<ThreadHandle>) -> Result<(), Raised> {
    handles(th)?.delete(th, handle.value()).map(drop)
}

/// What a new thread does.
fn run(th: &mut Thread, function: Value, args: Value, keywords: Value) {
    let args = args.cast::<crate::types::tuple::Tuple>();
    let args = args.as_ref().map_or(&[][..], |args| args.as_slice());
    let result = match keywords.cast::<Dict>() {
        Some(keywords) => crate::class::create::call_with_dict(th, function, args, keywords),
        None => th.call(function, args),
    };
    let Err(raised) = result else { return };
    if th.catch(raised, &classes::SYSTEM_EXIT).is_none() {
        th.write_unraisable_named("Exception ignored in thread started by", function);
    }
}

/// The main thread's ident; 0 before there is one. Async-signal-safe.
pub fn main_ident() -> u64 {
    crate::vm::start::current().map_or(0, |vm| vm.threads.main_ident.load(Ordering::Acquire))
}

/// A signal has arrived: leaves it to the main thread. Async-signal-safe.
pub fn signal_arrived(number: i32) {
    let Some(vm) = crate::vm::start::current() else { return };
    match number {
        1..=63 => {
            vm.signals.pending.fetch_or(1 << number, Ordering::AcqRel);
            if number == libc::SIGINT {
                // Together: a block undone for the one must find the other when it starts over.
                post_to_main(request::INTERRUPT | request::SIGNAL);
            }
        }
        64 => vm.signals.pending_64.store(true, Ordering::Release),
        _ => return,
    }
    post_signal();
}

/// Has the main thread look for signals. Async-signal-safe.
pub fn post_signal() {
    post_to_main(request::SIGNAL);
}

fn post_to_main(bit: u32) {
    let main = crate::vm::start::main_thread();
    // SAFETY: the main thread's structure lives as long as the process; its record is reached
    // through a field that never changes, and posting is one atomic instruction.
    if let Some(main) = unsafe { main.as_ref() } {
        main.stm.post(HostRequests(bit));
    }
}

/// A thread's structure on its way to the native thread that it belongs to.
struct Unstarted(Box<Thread>);
// SAFETY: only the new native thread uses it.
unsafe impl Send for Unstarted {}
