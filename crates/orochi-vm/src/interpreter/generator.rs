//! Generators: bodies that suspend.
//!
//! Resuming copies the registers from the generator object to a window on the value stack, above
//! the resumer's; suspending copies them back. So one and the same code runs them, and a body
//! may call whatever it likes. The window's header is extended: it names the generator, and
//! whether the interpreter (`ForIter`, `Send`) or native code resumed it. What the resumed body
//! does ends the resuming instruction:
//!
//! | | `ForIter` | `Send` | native |
//! | --- | --- | --- | --- |
//! | yields | `R[a]` = value | `R[a]` = value | returns the value |
//! | returns | jump | `R[a]` = result, jump | returns with `finished` set |
//! | raises | raises | raises | raises |
//!
//! The exception that a body handles is its own: resuming puts it in place of the resumer's,
//! which the body sees as `sys.exception()` only as long as it handles none
//! ([`Local::Inherited`]).

use std::ptr::NonNull;

use orochi_compiler::bytecode::Op;
use orochi_compiler::code::flags as code_flags;

use super::entry::Saved;
use super::frame::{self, EXTENDED_HEADER, Extension};
use super::{Exit, a, b, c, d, exception, finish, get, jump, next, s, set, sync};
use crate::exception::{Raised, classes};
use crate::handlers;
use crate::heap::Value;
use crate::object::{Ref, ValueCast, Writing};
use crate::shape::known;
use crate::thread::atomic::yield_leaves_block;
use crate::thread::{Local, Thread};
use crate::types::code::Code;
use crate::types::frame::Frame;
use crate::types::generator::drive::Step;
use crate::types::generator::{
    ASYNC_GENERATOR, COROUTINE, GENERATOR, Generator, awaitable, flags, state,
};
use crate::types::iterators::fit_variable;
use crate::types::list::ValueArray;

/// Whether calling code makes an object instead of running it.
pub(crate) fn is_generator_code(code: Ref<Code>) -> bool {
    const MAKES: u32 = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;
    code.flags.get() & MAKES != 0
}

/// Makes the generator for the function and parameters in a window.
#[inline(never)]
pub(super) unsafe fn make(
    th: &mut Thread,
    window: *mut Value,
    parameters: usize,
) -> Result<Value, Raised> {
    // SAFETY: the window's function and parameters are in place.
    unsafe {
        let function = frame::function(window);
        let code = function.code();
        let kind = code.flags.get();
        let spec = if kind & code_flags::GENERATOR != 0 {
            &GENERATOR
        } else if kind & code_flags::COROUTINE != 0 {
            &COROUTINE
        } else {
            &ASYNC_GENERATOR
        };
        let registers = ValueArray::new(th, code.registers.get() as usize)?;
        for at in 0..parameters {
            registers.put_logged(at, fit_variable(th, code, at, *window.add(at))?);
        }
        let fields = function.callable();
        let (name, qualname) = (fields.name.get(), fields.qualname.get());
        let none = Value::NONE;
        // The first range is the one that turns `StopIteration` into `RuntimeError`.
        let cleanup = code.compiled().exceptions.len() > 1;
        let coroutine = kind & code_flags::COROUTINE != 0;
        let origin = if coroutine { crate::types::generator::origin(th)? } else { none };
        let made = Generator::allocate_as(
            th,
            spec.shape(),
            function,
            name,
            qualname,
            none,
            Value::UNBOUND,
            origin,
            Value::UNBOUND,
            registers,
            0,
            state::CREATED,
            if cleanup { flags::HAS_CLEANUP } else { 0 },
        )?;
        if kind & code_flags::GENERATOR == 0 {
            // Whether it was ever awaited, or ended, matters when it dies.
            th.register_finaliser(NonNull::from(made.header()));
            made.unguarded().flags.set_cache(0);
        }
        Ok(made.value())
    }
}

/// Copies the registers of a suspended generator to a new window at the thread's top and marks it
/// as running; the window and the address of the instruction to go on with are in
/// `th.resumed`. The header's link words are the caller's to set.
#[inline(never)]
fn open(th: &mut Thread, generator: Ref<Generator>, sent: Value) -> Result<(), Raised> {
    let window = th.top.get().wrapping_add(EXTENDED_HEADER);
    let code = {
        let fields = th.read(generator)?;
        fields.function.get().code()
    };
    let count = code.registers.get() as usize;
    if th.is_too_deep() {
        return Err(th.recursion_error());
    }
    th.reserve_stack(window.wrapping_add(count))?;
    let (handled, inherited) = (th.handled.get(), th.local(Local::Inherited));
    let effective = th.handled_exception();
    let guard = th.write(generator)?;
    let offset = match guard.state.get() {
        state::CREATED => 0,
        state::SUSPENDED => guard.offset.get() as usize,
        state::RUNNING => {
            let th = guard.thread();
            let kind = th.class_of(generator.value()).display_name();
            return Err(match kind.as_str() {
                "coroutine" => th.value_error("coroutine already executing"),
                "async_generator" => th.value_error("async generator already executing"),
                _ => th.value_error("generator already executing"),
            });
        }
        _ => return Err(guard.thread().runtime_error("generator is closed")),
    };
    let started = guard.state.get() == state::SUSPENDED;
    let registers = guard.registers.get();
    // SAFETY: there is room for header and registers above `top`, just checked.
    unsafe {
        for (at, cell) in registers.cells().iter().enumerate() {
            *window.add(at) = cell.get();
        }
        *window.sub(frame::HEADER) = guard.function.get().value();
        let first: *const u64 = code.words.get().cast();
        let mut pc = first.add(offset);
        if started {
            // The `Yield` that suspended it receives what is sent.
            *window.add(a(*pc)) = sent;
            pc = pc.add(1);
        }
        guard.state.set(guard.token(), state::RUNNING);
        let own = guard.handled.get();
        guard.handled.set(guard.token(), handled);
        guard.inherited.set(guard.token(), inherited);
        let th = guard.thread();
        th.handled.set(own);
        th.set_local(Local::Inherited, effective);
        th.depth.set(th.depth.get() + 1);
        th.resumed.set((window, pc));
    }
    Ok(())
}

/// Copies a window back into its generator.
#[inline(never)]
fn close_window(
    th: &mut Thread,
    generator: Ref<Generator>,
    window: *mut Value,
    offset: u64,
    to: u64,
) -> Result<(), Raised> {
    let handled = th.handled.get();
    let guard = th.write(generator)?;
    let registers = guard.registers.get();
    for (at, cell) in registers.cells().iter().enumerate() {
        let value = if to == state::SUSPENDED {
            // SAFETY: the window has as many registers.
            unsafe { *window.add(at) }
        } else {
            Value::UNBOUND
        };
        cell.set(guard.token(), value);
    }
    guard.offset.set(guard.token(), offset);
    guard.state.set(guard.token(), to);
    let (outer, inherited) = (guard.handled.get(), guard.inherited.get());
    let own = if to == state::SUSPENDED { handled } else { Value::NONE };
    guard.handled.set(guard.token(), own);
    guard.inherited.set(guard.token(), Value::UNBOUND);
    let th = guard.thread();
    th.handled.set(outer);
    th.set_local(Local::Inherited, inherited);
    th.depth.set(th.depth.get() - 1);
    if to == state::SUSPENDED {
        let known = guard.flags.get();
        if known & flags::HAS_CLEANUP != 0 {
            guard.flags.set(guard.token(), known & !flags::HAS_CLEANUP);
            th.register_finaliser(NonNull::from(generator.header()));
        }
    } else {
        guard.frame.set(guard.token(), Value::UNBOUND);
    }
    Ok(())
}

/// Copies so few words that calling the library's `memcpy` would take longer: volatile, or the
/// compiler calls it.
#[inline(always)]
unsafe fn copy_few(from: *const Value, to: *mut Value, count: usize) {
    let mut at = 0;
    while at < count {
        // SAFETY: the caller's promise: both places hold so many values.
        unsafe { std::ptr::write_volatile(to.add(at), *from.add(at)) };
        at += 1;
    }
}

/// As [`open`] for a generator that [`is_idle`], if nothing stands in the way: the window is made,
/// its header but for the link words too. The result is the instruction to go on with, or null.
#[inline(always)]
unsafe fn open_quickly(
    th: &Thread,
    generator: Ref<Generator>,
    window: *mut Value,
    sent: Value,
) -> *const u64 {
    // SAFETY: the generator is held for writing and idle; there is room for the window, checked.
    unsafe {
        let fields = generator.unguarded();
        let token = Writing::assume();
        let function = fields.function.get();
        let code = function.code();
        let count = code.registers.get() as usize;
        let full = window.wrapping_add(count) > th.stack_limit.get();
        if full || th.depth.get() >= th.depth_limit.get() || !fields.frame.get().is_unbound() {
            return std::ptr::null();
        }
        let started = fields.state.get() == state::SUSPENDED;
        let registers = fields.registers.get();
        copy_few(registers.cells().as_ptr().cast(), window, count);
        frame::set_extension(window, Extension::Generator, generator.value());
        *window.sub(frame::HEADER) = function.value();
        let mut pc: *const u64 = code.words.get().cast();
        if started {
            // The `Yield` that suspended it receives what is sent.
            pc = pc.add(fields.offset.get() as usize);
            *window.add(a(*pc)) = sent;
            pc = pc.add(1);
            // A delegation goes straight back to its `Send`, which polls when it runs a body.
            let after = *pc;
            if after as u8 == Op::Loop as u8 {
                pc = pc.offset(1 + super::j(after));
            }
        }
        fields.state.set(&token, state::RUNNING);
        let own = fields.handled.get();
        let handled = th.handled.get();
        let inherited = th.local(Local::Inherited);
        if !own.is_none() || !handled.is_none() || !inherited.is_unbound() {
            let effective = th.handled_exception();
            fields.handled.set(&token, handled);
            fields.inherited.set(&token, inherited);
            th.handled.set(own);
            th.set_local(Local::Inherited, effective);
        }
        th.depth.set(th.depth.get() + 1);
        pc
    }
}

handlers! {
    fn yield_(th, pc, regs, word, table) {
        let generator: Ref<Generator> =
            Ref::from_ptr(frame::extended_value(regs).bits() as *const Generator);
        if frame::link(regs) & frame::HAS_FRAME_OBJECT != 0
            || !th.stm.can_write(&generator.header().owner)
            || generator.unguarded().flags.get() & (flags::HAS_CLEANUP | flags::IN_BLOCK) != 0
        {
            return yield_slow(th, pc, regs, word, table);
        }
        let fields = generator.unguarded();
        let token = Writing::assume();
        let code = frame::code(regs);
        let registers = fields.registers.get();
        let kept = registers.cells().as_ptr().cast_mut().cast();
        copy_few(regs, kept, code.registers.get() as usize);
        fields.offset.set(&token, u64::from(code.offset_of(pc)));
        fields.state.set(&token, state::SUSPENDED);
        let (outer, inherited) = (fields.handled.get(), fields.inherited.get());
        fields.handled.set(&token, th.handled.get());
        fields.inherited.set(&token, Value::UNBOUND);
        th.handled.set(outer);
        th.set_local(Local::Inherited, inherited);
        th.depth.set(th.depth.get() - 1);
        yielded(th, pc, regs, get(regs, b(word)).bits(), table)
    }

    #[inline(never)]
    fn yield_slow(th, pc, regs, word, table) {
        let value = get(regs, b(word));
        sync(th, pc, regs);
        let generator: Ref<Generator> =
            Ref::from_ptr(frame::extended_value(regs).bits() as *const Generator);
        if yield_leaves_block(th, regs, generator) {
            let _ = th.runtime_error(if d(word) == 1 {
                "cannot wait inside an atomic block: the block would be left"
            } else {
                "cannot yield inside an atomic block: the block would be left"
            });
            return exception::unwind(th, pc, regs, 0, table);
        }
        if frame::link(regs) & frame::HAS_FRAME_OBJECT != 0 {
            crate::frame::suspend(th, regs);
        }
        let offset = u64::from(frame::code(regs).offset_of(pc));
        match close_window(th, generator, regs, offset, state::SUSPENDED) {
            Ok(()) => yielded(th, pc, regs, value.bits(), table),
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    /// Hands the yielded value in `word` to the resumer.
    #[inline(always)]
    fn yielded(th, pc, regs, word, table) {
        let value = Value::from_bits(word);
        if frame::extension(regs) == Extension::GeneratorEntry {
            th.result.set(value);
            th.finished.set(false);
            return Exit::Returned;
        }
        let (caller, pc) = (frame::caller(regs), frame::return_pc(regs));
        let resuming = *pc;
        set(caller, a(resuming), value);
        // `Send` has no cache word, `ForIter` has.
        let words = if resuming as u8 == Op::Send as u8 { 1 } else { 2 };
        next(th, pc.add(words), caller, table)
    }

    /// The body has returned the value in `word`.
    #[inline(never)]
    fn body_returned(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let generator: Ref<Generator> =
            Ref::from_ptr(frame::extended_value(regs).bits() as *const Generator);
        match close_window(th, generator, regs, 0, state::CLOSED) {
            Ok(()) => {}
            Err(Raised::Exception) => return exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => return exception::abort(th, pc, regs, 0, table),
        }
        let value = Value::from_bits(word);
        if frame::extension(regs) == Extension::GeneratorEntry {
            th.result.set(value);
            th.finished.set(true);
            return Exit::Returned;
        }
        let (caller, pc) = (frame::caller(regs), frame::return_pc(regs));
        let resuming = *pc;
        let mut words = 2;
        if resuming as u8 == Op::Send as u8 {
            set(caller, a(resuming), value);
            words = 1;
        }
        next(th, pc.offset(words + s(resuming)), caller, table)
    }

    /// An exception leaves the body. `depth` has been given back already.
    #[cold]
    #[inline(never)]
    fn body_raised(th, pc, regs, word, table) {
        th.depth.set(th.depth.get() + 1);
        let raised = th.raised.get();
        let generator: Ref<Generator> =
            Ref::from_ptr(frame::extended_value(regs).bits() as *const Generator);
        let closed = close_window(th, generator, regs, 0, state::CLOSED);
        if closed == Err(Raised::Abort) {
            return exception::abort(th, pc, regs, 0, table);
        }
        th.raised.set(raised);
        if frame::extension(regs) == Extension::GeneratorEntry {
            th.leaving.set(Raised::Exception);
            return Exit::Raised;
        }
        exception::unwind(th, frame::return_pc(regs), frame::caller(regs), 0, table)
    }

    /// Resumes the generator in `word` for the instruction at `pc` with the value in
    /// `th.operands.0`.
    #[inline(always)]
    fn resume_inline(th, pc, regs, word, table) {
        let generator: Ref<Generator> = Ref::from_ptr(word as *const Generator);
        let window = th.top.get().add(EXTENDED_HEADER);
        let target = open_quickly(th, generator, window, th.operands.get().0);
        if target.is_null() {
            return resume_slow(th, pc, regs, word, table);
        }
        *window.sub(2) = frame::tag_bits(pc as u64);
        *window.sub(1) = frame::tag_bits(regs as u64 | frame::Action::Extended as u64);
        next(th, target, window, table)
    }

    #[inline(never)]
    fn resume_slow(th, pc, regs, word, table) {
        let generator: Ref<Generator> = Ref::from_ptr(word as *const Generator);
        match open(th, generator, th.operands.get().0) {
            Ok(()) => {
                let (window, target) = th.resumed.get();
                frame::set_extension(window, Extension::Generator, generator.value());
                *window.sub(2) = frame::tag_bits(pc as u64);
                *window.sub(1) = frame::tag_bits(regs as u64 | frame::Action::Extended as u64);
                attach_frame(th, generator, window);
                next(th, target, window, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn send(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let (value, iterator) = (get(regs, a(word)), get(regs, b(word)));
        if is_idle(th, iterator) {
            th.operands.set((value, iterator));
            return resume_inline(th, pc, regs, iterator.bits(), table);
        }
        match send_to(th, iterator, value) {
            Ok(result) => {
                set(regs, a(word), result);
                if th.finished.get() {
                    return jump::taken_short(th, pc, regs, word, table);
                }
                next(th, pc.add(1), regs, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn get_yield_from_iter(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let flags = frame::code(regs).flags.get();
        let result = awaitable::yield_from_iterator(th, get(regs, b(word)), flags);
        finish(th, pc, regs, word, table, 1, result)
    }

    fn get_awaitable(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = awaitable::awaitable(th, get(regs, b(word)), d(word));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn get_aiter(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = awaitable::async_iterator(th, get(regs, b(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn get_anext(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = awaitable::async_next(th, get(regs, b(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn end_async_for(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let raised = get(regs, a(word));
        if th.is_instance(raised, classes::STOP_ASYNC_ITERATION.class()) {
            return next(th, pc.add(1), regs, table);
        }
        th.raised.set(raised);
        exception::find_handler(th, pc, regs, 0, table)
    }
}

/// Whether `value` is a generator or coroutine that can be resumed in a frame of the interpreter.
#[inline]
pub(super) fn is_idle(th: &mut Thread, value: Value) -> bool {
    if !value.is_object() {
        return false;
    }
    // SAFETY: objects have headers; the shape tells the layout; held for writing.
    let fields = unsafe {
        let header = &*value.object_ptr();
        let shape = header.shape_relaxed();
        if shape != known::GENERATOR && shape != known::COROUTINE
            || !th.stm.can_write(&header.owner)
        {
            return false;
        }
        Ref::from_ptr(value.bits() as *const Generator).unguarded()
    };
    matches!(fields.state.get(), state::CREATED | state::SUSPENDED)
}

/// The body of a generator whose block aborts: its window is given up. The undo log of the
/// resuming write restores the object; here what the thread itself kept is put back.
pub(super) unsafe fn body_aborted(th: &mut Thread, regs: *mut Value) {
    // SAFETY: the window is that of a generator's body, which this thread has resumed.
    unsafe {
        let generator: Ref<Generator> =
            Ref::from_ptr(frame::extended_value(regs).bits() as *const Generator);
        let fields = generator.unguarded();
        th.handled.set(fields.handled.get());
        th.set_local(Local::Inherited, fields.inherited.get());
    }
}

/// The frame object of a suspended generator, if it has one, becomes that of its window again.
#[inline]
unsafe fn attach_frame(th: &Thread, generator: Ref<Generator>, window: *mut Value) {
    // SAFETY: the generator has just been opened by this thread; the window's header is complete.
    unsafe {
        let known = generator.unguarded().frame.get();
        if let Some(object) = known.cast_exact::<Frame>() {
            crate::frame::attach(th, object, window);
        }
    }
}

/// The register that holds what a body delegates to, if it waits at this word offset.
pub(crate) fn delegation_register(code: Ref<Code>, offset: usize) -> Option<usize> {
    let word = code.words().get(offset)?.load(std::sync::atomic::Ordering::Relaxed);
    (word as u8 == Op::Yield as u8 && d(word) == 1).then_some(c(word))
}

/// Resumes a generator from native code. The result is what it yields, or what it returns when
/// `th.finished` is set.
pub(crate) fn resume(
    th: &mut Thread,
    generator: Ref<Generator>,
    sent: Value,
) -> Result<Value, Raised> {
    th.check_native_stack()?;
    let saved: Saved = th.save();
    if is_idle(th, generator.value()) {
        let window = th.top.get().wrapping_add(EXTENDED_HEADER);
        // SAFETY: the generator is held for writing and idle; everything from `top` on is free.
        unsafe {
            let target = open_quickly(th, generator, window, sent);
            if !target.is_null() {
                *window.sub(5) = Value::from_i32(Extension::GeneratorEntry as i32);
                frame::set_link(window, saved_pc(th), th.frame.get(), frame::Action::Extended);
                let result = th.run(target, window);
                th.restore(saved);
                return result;
            }
        }
    }
    let opened = open(th, generator, sent);
    let result = match opened {
        // SAFETY: `open` has made the window; its header is completed here.
        Ok(()) => unsafe {
            let (window, target) = complete(th, generator);
            th.run(target, window)
        },
        Err(raised) => Err(raised),
    };
    th.restore(saved);
    result
}

/// Completes the header of the window that `open` has just made, for a body that native code resumes;
/// the window, and where to go on.
///
/// # Safety
/// `open` must have succeeded on this generator just before.
unsafe fn complete(th: &Thread, generator: Ref<Generator>) -> (*mut Value, *const u64) {
    let (window, target) = th.resumed.get();
    // SAFETY: the caller's promise: the window is the one that `open` made.
    unsafe {
        frame::set_extension(window, Extension::GeneratorEntry, generator.value());
        frame::set_link(window, saved_pc(th), th.frame.get(), frame::Action::Extended);
        attach_frame(th, generator, window);
    }
    (window, target)
}

/// Puts a body that delegates on the stack, where it waits, while `pass_on` speaks to what it
/// delegates to. What that yields is yielded on; its result goes on behind the delegation; what
/// it raises is raised in the body.
pub(crate) fn resume_around(
    th: &mut Thread,
    generator: Ref<Generator>,
    pass_on: impl FnOnce(&mut Thread) -> Result<Step, Raised>,
) -> Result<Value, Raised> {
    th.check_native_stack()?;
    let saved = th.save();
    let opened = open(th, generator, Value::NONE);
    let result = match opened {
        // SAFETY: as in `resume`; the window's instruction is the suspended one.
        Ok(()) => unsafe {
            let (window, target) = complete(th, generator);
            let at = target.sub(1);
            sync(th, at, window);
            let passed = pass_on(th);
            sync(th, at, window);
            match passed {
                Ok(Step::Yielded(value)) => {
                    if frame::link(window) & frame::HAS_FRAME_OBJECT != 0 {
                        crate::frame::suspend(th, window);
                    }
                    let offset = u64::from(frame::code(window).offset_of(at));
                    close_window(th, generator, window, offset, state::SUSPENDED).map(|()| {
                        th.finished.set(false);
                        value
                    })
                }
                Ok(Step::Returned(value)) => {
                    set(window, a(*at), value);
                    th.run(target.add(1), window)
                }
                Err(Raised::Exception) => {
                    crate::exception::set_context_to(th, th.raised.get(), th.handled.get());
                    match super::run_unwinding(th, at, window) {
                        Exit::Returned => Ok(th.take_result()),
                        Exit::Raised | Exit::Next => Err(th.leaving.get()),
                    }
                }
                Err(Raised::Abort) => {
                    let _ = exception::abort(th, at, window, 0, &super::TABLE);
                    Err(Raised::Abort)
                }
            }
        },
        Err(raised) => Err(raised),
    };
    th.restore(saved);
    result
}

fn saved_pc(th: &Thread) -> *const u64 {
    th.pc.get()
}

/// Resumes a generator by raising the exception in flight where it is suspended.
pub(crate) fn resume_raising(th: &mut Thread, generator: Ref<Generator>) -> Result<Value, Raised> {
    th.check_native_stack()?;
    let raised = th.take_exception();
    if th.read(generator)?.state.get() == state::CREATED {
        return Err(crate::frame::raise_unstarted(th, generator, raised)?);
    }
    let saved = th.save();
    let opened = open(th, generator, Value::NONE);
    let result = match opened {
        // SAFETY: as in `resume`; the window's instruction is the suspended one.
        Ok(()) => unsafe {
            let (window, target) = complete(th, generator);
            let at = target.sub(1);
            th.raised.set(raised);
            // Only what the body handles itself counts here.
            crate::exception::set_context_to(th, raised, th.handled.get());
            match super::run_unwinding(th, at, window) {
                Exit::Returned => Ok(th.take_result()),
                Exit::Raised | Exit::Next => Err(th.leaving.get()),
            }
        },
        Err(error) => Err(error),
    };
    th.restore(saved);
    result
}

/// `next` of a generator, for native code.
pub(crate) fn next_value(th: &mut Thread, value: Value) -> Result<Option<Value>, Raised> {
    let Some(generator) = value.cast::<Generator>() else {
        return Err(th.type_error("generator expected"));
    };
    if !is_idle(th, value) && th.read(generator)?.state.get() == state::CLOSED {
        return Ok(None);
    }
    let result = resume(th, generator, Value::NONE)?;
    if th.finished.get() {
        if result.is_none() {
            return Ok(None);
        }
        return Err(th.stop_iteration(result));
    }
    Ok(Some(result))
}

/// Sends a value to any iterator; `th.finished` tells whether the result is its last.
#[inline(never)]
pub(crate) fn send_to(th: &mut Thread, iterator: Value, value: Value) -> Result<Value, Raised> {
    if let Some(generator) = iterator.cast::<Generator>() {
        let class = th.class_of(iterator);
        if class != ASYNC_GENERATOR.class() {
            let (now, coroutine) = (th.read(generator)?.state.get(), class == COROUTINE.class());
            match now {
                state::CLOSED if coroutine => {
                    return Err(th.runtime_error("cannot reuse already awaited coroutine"));
                }
                state::CLOSED => {
                    th.finished.set(true);
                    return Ok(Value::NONE);
                }
                state::CREATED if !value.is_none() => {
                    let kind = if coroutine { "coroutine" } else { "generator" };
                    return Err(th.type_error(format!(
                        "can't send non-None value to a just-started {kind}"
                    )));
                }
                _ => return resume(th, generator, value),
            }
        }
    }
    let sent = if value.is_none() {
        match th.next_or_stop(iterator) {
            Ok(Some(item)) => Ok(item),
            Ok(None) => {
                th.finished.set(true);
                return Ok(Value::NONE);
            }
            Err(raised) => Err(raised),
        }
    } else {
        let name = crate::name!(th, "send");
        th.call_method(iterator, name, &[value])
    };
    match sent {
        Ok(item) => {
            th.finished.set(false);
            Ok(item)
        }
        Err(raised) => match th.catch(raised, &classes::STOP_ITERATION) {
            Some(stop) => {
                th.finished.set(true);
                crate::exception::stop_iteration_value(th, stop)
            }
            None => Err(raised),
        },
    }
}
