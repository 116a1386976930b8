//! A Python thread: what every operation is given as `th`.
//!
//! One structure, pinned in a box, holds the hot part of the ownership protocol, the thread's
//! part of the heap, its value stack and the state of its interpreter. Native code receives
//! `&mut Thread` where it may wait, run Python or collect (a *release point*), and `&Thread`
//! where it cannot: reading fields under a guard, allocating, raising.
//!
//! * [`atomic`]: atomic blocks; [`undo`]: what they would have to undo
//! * [`limits`]: recursion, forking
//! * [`log`]: what the event log says of a program
//! * [`memory`]: allocation and the barriers
//! * [`safepoint`]: what happens when somebody wants this thread's attention
//! * [`raise`]: making exceptions
//! * [`start`]: threads that begin and end

pub mod atomic;
mod entry;
pub mod limits;
pub mod log;
pub mod memory;
pub mod raise;
pub mod safepoint;
mod section;
pub mod start;
mod turn;
pub mod undo;

use std::cell::{Cell, RefCell, UnsafeCell};

use orochi_stm::StmThread;

use crate::class::Class;
use crate::class::lookup::{CACHE_ENTRIES, CacheEntry};
use crate::heap::{LocalHeap, NativeStack, Value, ValueStack};
use crate::interpreter::cache::Polymorphic;
use crate::object::Ref;
use crate::shape::shape_of_object;
use crate::vm::Vm;

/// Values by which the value stack grows before it is cleared again.
pub(crate) const STACK_STEP: usize = 4096;
/// Values that may be written above the soft limit before it is checked.
pub(crate) const STACK_SLACK: usize = 1024;

/// A running Python thread.
#[repr(C)]
pub struct Thread {
    /// Ownership: tokens, poll, release counter. First, at fixed offsets.
    pub stm: StmThread,
    /// The thread's part of the heap.
    pub heap: LocalHeap,
    /// The handler table of the interpreter.
    pub(crate) handlers: Cell<usize>,
    /// The first word above the live part of the value stack: where the next window may begin.
    pub(crate) top: Cell<*mut Value>,
    /// The highest `top` since the last collection: above it the stack holds no stale values.
    pub(crate) high_water: Cell<*mut Value>,
    /// No window may reach beyond without asking ([`Thread::reserve_stack`]).
    pub(crate) stack_limit: Cell<*mut Value>,
    /// The window of the running frame (null when none runs).
    pub(crate) frame: Cell<*mut Value>,
    /// The instruction that the running frame executes, as of the last operation that may raise,
    /// call or release.
    pub(crate) pc: Cell<*const u64>,
    /// Python frames that are running; compared with the recursion limit.
    pub(crate) depth: Cell<u32>,
    /// How deep `depth` may become without asking: less than `frames_allowed` sends calls the slow
    /// way.
    pub(crate) depth_limit: Cell<u32>,
    /// How deep `depth` may become.
    pub(crate) frames_allowed: Cell<u32>,
    /// Newly entered frames report to a trace or profile function.
    pub(crate) traced: Cell<bool>,
    /// One of them runs, which is not traced itself.
    pub(crate) in_trace_function: Cell<bool>,
    /// One of them has set `f_lineno` of the running frame.
    pub(crate) jumps: Cell<bool>,
    /// Lowest address the native stack may reach.
    pub(crate) native_limit: Cell<usize>,
    /// The exception in flight while a `Raised::Exception` travels; unbound otherwise.
    pub(crate) raised: Cell<Value>,
    /// The exception being handled (`sys.exception()`); None if none.
    pub(crate) handled: Cell<Value>,
    /// The operands of an operation on its way to a slow path.
    pub(crate) operands: Cell<(Value, Value)>,
    /// The value with which the interpreter comes back.
    pub(crate) result: Cell<Value>,
    /// Whether the iterator or generator just asked has come to its end.
    pub(crate) finished: Cell<bool>,
    /// Whether the method just looked up wants its receiver as first argument.
    pub(crate) method_found: Cell<bool>,
    /// The `__init__` of the instance just made.
    pub(crate) initialiser: Cell<Value>,
    /// How many arguments have just been spread on the stack.
    pub(crate) spread_count: Cell<usize>,
    /// The window and instruction of the generator just opened.
    pub(crate) resumed: Cell<(*mut Value, *const u64)>,
    /// Why the entry frame is left when the interpreter says `Exit::Raised`.
    pub(crate) leaving: Cell<crate::exception::Raised>,
    /// An `AttributeError` that a `__getattr__` has raised and somebody may want to see.
    pub(crate) attribute_error_kept: Cell<Value>,
    /// Finalisers are running on this thread.
    pub(crate) finalising: Cell<bool>,
    /// The open atomic block.
    pub(crate) block: atomic::Block,
    /// What it would have to undo.
    pub(crate) undo: RefCell<undo::UndoLog>,
    /// Roots that are not on a stack: thread object, context, and the like, by [`Local`].
    pub(crate) locals: [Cell<Value>; Local::COUNT],
    pub(crate) lookup_cache: Box<[Cell<CacheEntry>; CACHE_ENTRIES]>,
    /// Inline caches of sites that see several shapes.
    pub(crate) polymorphic: Polymorphic,
    pub(crate) value_stack: ValueStack,
    /// Published when the thread goes away, for the collector.
    pub(crate) native_stack: UnsafeCell<NativeStack>,
    pub(crate) native_top: Cell<usize>,
    /// The callee-saved registers when the thread was left.
    pub(crate) spilled: UnsafeCell<[usize; 6]>,
    /// The count of releases at the last collection, if the thread had been registered by then.
    pub(crate) collected_at: Cell<u64>,
    /// The process's runtime.
    pub vm: &'static Vm,
    /// `threading.get_ident()`
    pub ident: Cell<u64>,
    /// An asynchronous exception to be raised at the next safepoint (a class), or unbound.
    pub(crate) asynchronous: Cell<Value>,
    /// The lowest and the highest address of the native stack that the thread may use.
    pub(crate) native_range: Cell<(usize, usize)>,
    /// How many frames a new coroutine notes as its origin.
    pub origin_depth: Cell<i32>,
}

/// Values that belong to a thread and are on no stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Local {
    /// The current context (`contextvars`).
    Context,
    /// The running asyncio loop.
    RunningLoop,
    /// Dict of thread-local data, by local object.
    ThreadLocals,
    /// `sys.setprofile` and `sys.settrace` functions.
    Trace,
    /// See `Trace`.
    Profile,
    /// Asynchronous generator hooks: first iteration.
    AsyncGenFirstIter,
    /// Asynchronous generator hooks: finaliser.
    AsyncGenFinalizer,
    /// Objects whose repr is being made (recursion guard).
    ReprRunning,
    /// The frame object of the newest window that has one (see `crate::frame`).
    Frames,
    /// The handled exception of whoever resumed the innermost running generator: what
    /// `sys.exception()` is there while the body handles none itself.
    Inherited,
}

impl Local {
    /// How many there are.
    pub const COUNT: usize = Local::Inherited as usize + 1;
}

std::thread_local! {
    static CURRENT: Cell<*mut Thread> = const { Cell::new(std::ptr::null_mut()) };
}

impl Thread {
    /// The running Python thread.
    ///
    /// # Panics
    /// On a native thread that is not a Python thread.
    pub fn current<'a>() -> &'a Thread {
        let thread = CURRENT.get();
        assert!(!thread.is_null(), "not a Python thread");
        // SAFETY: set while the thread's structure is pinned and alive.
        unsafe { &*thread }
    }

    /// The running Python thread, if the calling native thread is one.
    pub(crate) fn try_current<'a>() -> Option<&'a Thread> {
        // SAFETY: as for `current`.
        unsafe { CURRENT.get().as_ref() }
    }

    pub(crate) fn set_current(thread: *mut Thread) {
        CURRENT.set(thread);
    }

    /// A thread-local value; unbound if not set.
    #[inline]
    pub fn local(&self, which: Local) -> Value {
        self.locals[which as usize].get()
    }

    /// Sets a thread-local value.
    #[inline]
    pub fn set_local(&self, which: Local, value: Value) {
        self.locals[which as usize].set(value);
    }

    /// Whether the iterator or generator just asked has come to its end.
    #[inline]
    pub fn has_finished(&self) -> bool {
        self.finished.get()
    }

    /// The exception being handled, or None.
    #[inline]
    pub fn handled_exception(&self) -> Value {
        let own = self.handled.get();
        if !own.is_none() {
            return own;
        }
        let inherited = self.local(Local::Inherited);
        if inherited.is_unbound() { Value::NONE } else { inherited }
    }

    /// The class of a value. Takes nothing from anybody: needs no barrier.
    #[inline(always)]
    pub fn class_of(&self, value: Value) -> Ref<Class> {
        if value.is_object() {
            shape_of_object(value).class
        } else {
            self.class_of_immediate(value)
        }
    }

    fn class_of_immediate(&self, value: Value) -> Ref<Class> {
        use crate::types;
        if value.is_int() {
            types::int::SPEC.class()
        } else if value.is_float() {
            types::float::SPEC.class()
        } else if value.is_bool() {
            types::bool_::SPEC.class()
        } else if value.is_none() {
            types::singletons::NONE_TYPE.class()
        } else if value == Value::NOT_IMPLEMENTED {
            types::singletons::NOT_IMPLEMENTED_TYPE.class()
        } else if value == Value::ELLIPSIS {
            types::singletons::ELLIPSIS_TYPE.class()
        } else {
            debug_assert!(false, "class of a value that is none: {:#x}", value.bits());
            types::object::SPEC.class()
        }
    }

    /// Whether `value` is an instance of `class` by its real class, no hooks.
    #[inline]
    pub fn is_instance(&self, value: Value, class: Ref<Class>) -> bool {
        self.class_of(value).is_subclass(class)
    }

    /// As [`Self::check_native_stack`]; the error tells what was being done.
    #[inline(always)]
    pub fn check_native_stack_while(&self, doing: &str) -> Result<(), crate::exception::Raised> {
        let here = 0u8;
        if (&raw const here as usize) < self.native_limit.get() {
            return Err(self.recursion_error_while(doing));
        }
        Ok(())
    }

    /// Native stack left? Deep native recursion must end in `RecursionError`, not in a crash.
    #[inline(always)]
    pub fn check_native_stack(&self) -> Result<(), crate::exception::Raised> {
        let here = 0u8;
        if (&raw const here as usize) < self.native_limit.get() {
            return Err(self.recursion_error());
        }
        Ok(())
    }
}
