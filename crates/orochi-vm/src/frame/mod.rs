//! Frames as Python sees them, and tracebacks.
//!
//! Nothing in the interpreter's fast path makes a frame object (A8). One is made for a window when
//! somebody asks (`sys._getframe`, `gi_frame`) or when an exception passes through it: a traceback
//! entry names the frame object and the instruction. The window's header then carries
//! `HAS_FRAME_OBJECT`, and the thread lists the object in [`Local::Frames`], newest window first.
//! Leaving such a window copies its variables into the object ([`detach`]) and makes the caller's
//! object, so that `f_back` goes on telling the truth. So an exception costs two small objects
//! and a copy of the variables a frame, and nothing is paid where no exception is raised.
//!
//! * [`walk`]: the windows of a thread, newest first
//! * [`variables`]: reading and writing the variables of a frame in whatever state
//! * `relocate`: setting `f_lineno`
//! * `trim`: tracebacks without the import machinery

pub(crate) mod relocate;
pub(crate) mod trim;
pub mod variables;
pub mod walk;

use crate::exception::{BaseException, Raised, set_traceback, travelling_traceback};
use crate::heap::Value;
use crate::interpreter::frame::{self as window, Action, Extension, HAS_FRAME_OBJECT};
use crate::object::{Ref, ValueCast};
use crate::thread::{Local, Thread};
use crate::types::code::{shown_offset, word_offset};
use crate::types::frame::{Frame, flags};
use crate::types::generator::Generator;
use crate::types::list::ValueArray;
use crate::types::traceback::Traceback;

pub use variables::{FrameLocals, locals};
pub use walk::Windows;

/// Adds an entry for the window to the traceback of the exception in flight.
///
/// # Safety
/// The window is live and belongs to this thread; `pc` is one of its instructions.
pub(crate) unsafe fn add_traceback(th: &Thread, regs: *mut Value, pc: *const u64) {
    if let Some(exception) = th.raised.get().cast::<BaseException>() {
        // SAFETY: as the caller vouches.
        unsafe { add_entry(th, exception, regs, pc) }
    }
}

/// Adds an entry for the running frame to the traceback of an exception.
pub(crate) fn add_traceback_here(th: &Thread, exception: Ref<BaseException>) {
    if !th.frame.get().is_null() {
        // SAFETY: the thread's own frame and instruction.
        unsafe { add_entry(th, exception, th.frame.get(), th.pc.get()) }
    }
}

unsafe fn add_entry(th: &Thread, exception: Ref<BaseException>, regs: *mut Value, pc: *const u64) {
    if exception.value() == th.vm.memory_error.get() {
        // It is shared by all threads, and there is no memory.
        return;
    }
    let raised = th.raised.get();
    // SAFETY: the window is live.
    unsafe {
        let offset = window::code(regs).offset_of(pc);
        let made = object_for(th, regs).and_then(|frame| {
            let next = travelling_traceback(exception);
            Traceback::allocate(th, next, frame.value(), shown_offset(offset), -1)
        });
        match made {
            Ok(entry) => set_traceback(th, exception, entry.value()),
            // No memory for an entry: the exception goes on without it.
            Err(_) => th.raised.set(raised),
        }
    }
}

/// The word offset at which the exception in flight passed through the window last, if its
/// traceback begins there.
///
/// # Safety
/// The window is live and belongs to this thread.
pub(crate) unsafe fn newest_entry(th: &Thread, regs: *mut Value) -> Option<usize> {
    let exception = th.raised.get().cast::<BaseException>()?;
    let entry = travelling_traceback(exception).cast::<Traceback>()?;
    let frame = listed(th, regs)?;
    // SAFETY: as for the fields of an exception that travels: single words, written by Python
    // that has the entry in its hands.
    let fields = unsafe { entry.unguarded() };
    if fields.frame.get() != frame.value() {
        return None;
    }
    let at = word_offset(fields.lasti.get())? as usize;
    (at < frame.code().words().len()).then_some(at)
}

/// The frame object of a window.
///
/// # Safety
/// The window is live and belongs to this thread.
pub(crate) unsafe fn object_for(th: &Thread, regs: *mut Value) -> Result<Ref<Frame>, Raised> {
    // SAFETY: as the caller vouches.
    unsafe {
        if window::link(regs) & HAS_FRAME_OBJECT != 0
            && let Some(frame) = listed(th, regs)
        {
            return Ok(frame);
        }
        let generator = generator_of(regs);
        let function = window::function(regs);
        let frame = new_frame(th, function, generator.map_or(Value::NONE, Ref::value))?;
        if let Some(generator) = generator {
            th.heap_write_note(generator.header());
            generator.unguarded().frame.set_cache(frame.value());
        }
        attach(th, frame, regs);
        Ok(frame)
    }
}

/// A frame object that belongs to no window yet.
fn new_frame(
    th: &Thread,
    function: Ref<crate::types::function::Function>,
    generator: Value,
) -> Result<Ref<Frame>, Raised> {
    let none = Value::NONE;
    let registers = ValueArray::empty(th)?;
    let thread = std::ptr::from_ref(th) as usize;
    Frame::allocate(
        th,
        function,
        none,
        none,
        generator,
        none,
        Value::UNBOUND,
        Value::UNBOUND,
        Value::UNBOUND,
        registers,
        0,
        thread,
        0,
        0,
        0,
        0,
    )
}

/// The generator whose body runs in a window.
unsafe fn generator_of(regs: *mut Value) -> Option<Ref<Generator>> {
    // SAFETY: the window is live.
    unsafe {
        let runs = window::action(regs) == Action::Extended
            && matches!(window::extension(regs), Extension::Generator | Extension::GeneratorEntry);
        if runs { window::extended_value(regs).cast::<Generator>() } else { None }
    }
}

/// The listed frame object of a window.
fn listed(th: &Thread, regs: *mut Value) -> Option<Ref<Frame>> {
    let mut next = th.local(Local::Frames);
    while let Some(frame) = next.cast_exact::<Frame>() {
        let at = frame.fields().window.get();
        if at == regs as usize {
            return Some(frame);
        }
        if at < regs as usize {
            return None;
        }
        next = frame.fields().below.get();
    }
    None
}

/// Makes a frame object that of a window.
///
/// # Safety
/// The window's header is complete; it has no frame object.
pub(crate) unsafe fn attach(th: &Thread, frame: Ref<Frame>, regs: *mut Value) {
    let fields = frame.fields();
    fields.window.set_cache(regs as usize);
    fields.thread.set_cache(std::ptr::from_ref(th) as usize);
    // SAFETY: bit 2 of the link word is this flag.
    unsafe { *regs.sub(1) = Value::from_bits((*regs.sub(1)).bits() | HAS_FRAME_OBJECT as u64) };
    let (mut above, mut next) = (None::<Ref<Frame>>, th.local(Local::Frames));
    while let Some(other) = next.cast_exact::<Frame>() {
        if other.fields().window.get() < regs as usize {
            break;
        }
        above = Some(other);
        next = other.fields().below.get();
    }
    th.heap_write_note(frame.header());
    fields.below.set_cache(if next.is_unbound() { Value::NONE } else { next });
    match above {
        None => th.set_local(Local::Frames, frame.value()),
        Some(above) => {
            th.heap_write_note(above.header());
            above.fields().below.set_cache(frame.value());
        }
    }
}

/// Takes the frame object of a window off the list.
fn unlist(th: &Thread, regs: *mut Value) -> Option<Ref<Frame>> {
    let (mut above, mut next) = (None::<Ref<Frame>>, th.local(Local::Frames));
    while let Some(frame) = next.cast_exact::<Frame>() {
        let below = frame.fields().below.get();
        if frame.fields().window.get() == regs as usize {
            match above {
                None => th.set_local(Local::Frames, below),
                Some(above) => {
                    th.heap_write_note(above.header());
                    above.fields().below.set_cache(below);
                }
            }
            frame.fields().below.set_cache(Value::NONE);
            return Some(frame);
        }
        above = Some(frame);
        next = below;
    }
    None
}

/// The window is being left for good: its frame object takes a copy of what was in it. The
/// thread's `pc` is the window's instruction.
///
/// # Safety
/// The window is live, has a frame object and belongs to this thread.
pub(crate) unsafe fn detach(th: &Thread, regs: *mut Value) {
    let Some(frame) = unlist(th, regs) else { return };
    let fields = frame.fields();
    let raised = th.raised.get();
    // SAFETY: the window is live; the array is new.
    unsafe {
        let code = window::code(regs);
        let count = code.variable_count.get() as usize;
        let caller = window::caller(regs);
        if let Ok(copy) = ValueArray::new(th, count) {
            for at in 0..count {
                copy.put(at, *regs.add(at));
            }
            th.heap_write_note(frame.header());
            fields.registers.set_cache(copy);
        }
        fields.offset.set_cache(u64::from(code.offset_of(th.pc.get())));
        if !caller.is_null()
            && generator_of(regs).is_none()
            && let Ok(back) = object_for(th, caller)
        {
            th.heap_write_note(frame.header());
            fields.back.set_cache(back.value());
        }
    }
    th.raised.set(raised);
    fields.flags.set_cache(fields.flags.get() | flags::DETACHED);
    fields.window.set_cache(0);
}

/// The window is given up by an atomic block that aborts: its frame object was made in the block
/// or is taken back to what it was with everything else.
pub(crate) fn discard(th: &Thread, regs: *mut Value) {
    if let Some(frame) = unlist(th, regs) {
        let fields = frame.fields();
        fields.flags.set_cache(fields.flags.get() | flags::DETACHED);
        fields.window.set_cache(0);
    }
}

/// A generator's body suspends: its frame object goes on, without a window.
///
/// # Safety
/// As for [`detach`].
pub(crate) unsafe fn suspend(th: &Thread, regs: *mut Value) {
    if let Some(frame) = unlist(th, regs) {
        frame.fields().window.set_cache(0);
    }
}

/// The frame object of a generator that is not running; None if its body has ended.
pub fn of_generator(th: &mut Thread, generator: Ref<Generator>) -> Result<Value, Raised> {
    use crate::types::generator::state;
    let (now, frame, function) = {
        let fields = th.read(generator)?;
        (fields.state.get(), fields.frame.get(), fields.function.get())
    };
    if now == state::CLOSED {
        return Ok(Value::NONE);
    }
    if !frame.is_unbound() {
        return Ok(frame);
    }
    if now == state::RUNNING {
        for (regs, _) in Windows::new(th) {
            // SAFETY: the windows of this thread are live.
            unsafe {
                if generator_of(regs) == Some(generator) {
                    return Ok(object_for(th, regs)?.value());
                }
            }
        }
        return Ok(Value::NONE);
    }
    let made = new_frame(th, function, generator.value())?;
    let guard = th.write(generator)?;
    if !guard.frame.get().is_unbound() {
        return Ok(guard.frame.get());
    }
    guard.frame.set(guard.token(), made.value());
    Ok(made.value())
}

/// Ends a generator that has not started with an exception, which never reaches the body: its
/// traceback names the line of the `def`.
pub(crate) fn raise_unstarted(
    th: &mut Thread,
    generator: Ref<Generator>,
    raised: Value,
) -> Result<Raised, Raised> {
    use crate::types::generator::state;
    let frame = of_generator(th, generator)?;
    let code = th.read(generator)?.function.get().code();
    let registers = {
        let guard = th.write(generator)?;
        let registers = guard.registers.get();
        let empty = ValueArray::empty(guard.thread())?;
        guard.registers.set(guard.token(), empty);
        guard.state.set(guard.token(), state::CLOSED);
        guard.frame.set(guard.token(), Value::UNBOUND);
        registers
    };
    if let (Some(frame), Some(exception)) =
        (frame.cast_exact::<Frame>(), raised.cast::<BaseException>())
    {
        {
            let guard = th.write(frame)?;
            guard.registers.set(guard.token(), registers);
            guard.flags.set(guard.token(), guard.flags.get() | flags::DETACHED);
        }
        let next = travelling_traceback(exception);
        let line = i64::from(code.compiled().first_line);
        let entry = Traceback::allocate(th, next, frame.value(), -2, line)?;
        set_traceback(th, exception, entry.value());
    }
    Ok(th.raise_value(raised))
}

/// The frame object of the Python code that runs, `depth` callers up.
pub fn current(th: &mut Thread, depth: usize) -> Result<Option<Ref<Frame>>, Raised> {
    match Windows::new(th).nth(depth) {
        // SAFETY: the windows of this thread are live.
        Some((regs, _)) => unsafe { object_for(th, regs).map(Some) },
        None => Ok(None),
    }
}

/// The function whose code runs, `depth` callers up.
pub fn running_function(
    th: &Thread,
    depth: usize,
) -> Option<Ref<crate::types::function::Function>> {
    // SAFETY: the windows of this thread are live.
    Windows::new(th).nth(depth).map(|(regs, _)| unsafe { window::function(regs) })
}

/// The global names of the code that runs.
pub fn globals(th: &Thread) -> Option<Ref<crate::types::dict::Dict>> {
    running_function(th, 0).map(|function| function.callable().globals.get())
}

/// The line that runs, `depth` callers up; 0 if it is not known.
pub fn line(th: &Thread, depth: usize) -> u32 {
    // SAFETY: as above.
    Windows::new(th).nth(depth).map_or(0, |(regs, pc)| unsafe { window::code(regs).line_at(pc) })
}

/// The frame object of a window that [`Windows`] has just given.
pub(crate) fn object_of(th: &Thread, regs: *mut Value) -> Result<Value, Raised> {
    // SAFETY: windows of the running thread are live.
    unsafe { object_for(th, regs).map(Ref::value) }
}
