//! Calls and returns.
//!
//! The arguments already lie where the callee's window begins, so a call of a plain function
//! checks the count, writes the link words and goes on with the callee's first instruction. A
//! class whose `__init__` is a plain function pushes its frame likewise (see
//! [`frame::Extension::Init`]); native functions get the window as a slice; everything else goes
//! through `Thread::call_window`.

use orochi_compiler::bytecode::METHOD_FORM;
use orochi_compiler::code::flags as code_flags;

use super::frame::{self, Action, Extension, HEADER};
use super::{
    Exit, Table, a, b, c, complete, d, exception, finish, generator, get, next, set, sync,
};
use crate::class::{Class, Special, flags};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::Value;
use crate::native::{Arguments, NativeFunction};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::shape::known;
use crate::thread::Thread;
use crate::types;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::method::Method;
use crate::types::tuple::Tuple;

/// The shape of an object, or no shape for immediate values.
#[inline(always)]
unsafe fn shape_id(value: Value) -> crate::heap::ShapeId {
    if value.is_object() {
        // SAFETY: objects have headers.
        unsafe { (*value.object_ptr()).shape_relaxed() }
    } else {
        crate::heap::ShapeId::TERMINATOR
    }
}

/// As [`enter`] with the function at hand that `window[-3]` holds.
#[inline(always)]
unsafe fn enter_function(
    th: &mut Thread,
    pc: *const u64,
    window: *mut Value,
    word: u64,
    table: &'static Table,
    function: Ref<Function>,
) -> Exit {
    // SAFETY: handler invariants; the window has room for arguments and header.
    unsafe {
        let code = function.code();
        if u64::from(code.simple.get()) != word + 1 {
            return enter_slow(th, pc, window, word, table);
        }
        let end = window.add(code.registers.get() as usize);
        let depth = th.depth.get() + 1;
        if end > th.stack_limit.get() || depth > th.depth_limit.get() || th.stm.polled() {
            return enter_checked(th, pc, window, word, table);
        }
        th.depth.set(depth);
        let mut at = window.add(word as usize);
        let variables = window.add(code.variable_count.get() as usize);
        while at < variables {
            std::ptr::write_volatile(at, Value::UNBOUND);
            at = at.add(1);
        }
        next(th, code.words.get().cast(), window, table)
    }
}

handlers! {
    fn call(th, pc, regs, word, table) {
        let callee = get(regs, b(word));
        if shape_id(callee) != known::FUNCTION {
            return call_other(th, pc, regs, word, table);
        }
        let mut window = regs.add(b(word) + HEADER);
        let mut count = c(word);
        if d(word) & METHOD_FORM != 0 {
            if (*window).is_unbound() {
                window = window.add(1);
                *window.sub(3) = callee;
            } else {
                count += 1;
            }
        }
        frame::set_link(window, pc.add(2), regs, Action::Plain);
        // Not read back from the window, to which it may just have been written.
        let function: Ref<Function> = Ref::from_ptr(callee.bits() as *const Function);
        enter_function(th, pc, window, count as u64, table, function)
    }

    /// Starts the function in `window[-3]` with `word` positional arguments in its window, whose
    /// link words are set. `pc` is the calling instruction.
    #[inline(always)]
    fn enter(th, pc, window, word, table) {
        let function: Ref<Function> = Ref::from_ptr((*window.sub(3)).bits() as *const Function);
        enter_function(th, pc, window, word, table, function)
    }

    /// As `enter` when the stack is full, the limit reached, or somebody wants attention.
    #[cold]
    #[inline(never)]
    fn enter_checked(th, pc, window, word, table) {
        let caller = frame::caller(window);
        th.pc.set(pc);
        th.frame.set(caller);
        th.top.set(window.add(word as usize));
        match prepare(th, window) {
            Ok(()) => start(th, pc, window, word, table),
            Err(Raised::Exception) => exception::unwind(th, pc, caller, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, caller, 0, table),
        }
    }

    /// Starts a frame whose arguments are all in place: no more checks.
    #[inline(never)]
    fn start(th, pc, window, word, table) {
        let code = frame::code(window);
        th.depth.set(th.depth.get() + 1);
        let mut at = word as usize;
        while at < code.variable_count.get() as usize {
            std::ptr::write_volatile(window.add(at), Value::UNBOUND);
            at += 1;
        }
        next(th, code.words.get().cast(), window, th.table())
    }

    /// As `enter` when the arguments need sorting, or the function makes a generator.
    #[inline(never)]
    fn enter_slow(th, pc, window, word, table) {
        let caller = frame::caller(window);
        th.pc.set(pc);
        th.frame.set(caller);
        th.top.set(window.add(word as usize));
        match bind_window(th, window, word as usize, Value::UNBOUND) {
            Ok(()) => enter_bound(th, pc, window, 0, table),
            Err(Raised::Exception) => exception::unwind(th, pc, caller, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, caller, 0, table),
        }
    }

    /// Starts a function whose parameters are all in place, or makes its generator.
    #[inline(never)]
    fn enter_bound(th, pc, window, word, table) {
        let code = frame::code(window);
        let caller = frame::caller(window);
        let parameters = code.parameter_count();
        const MAKES: u32 = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;
        if code.flags.get() & MAKES != 0 {
            th.top.set(window.add(parameters));
            return match generator::make(th, window, parameters) {
                Ok(value) => deliver(th, pc, window, value.bits(), table),
                Err(Raised::Exception) => exception::unwind(th, pc, caller, 0, table),
                Err(Raised::Abort) => exception::abort(th, pc, caller, 0, table),
            };
        }
        th.top.set(window.add(parameters));
        match prepare(th, window) {
            Ok(()) => start(th, pc, window, parameters as u64, table),
            Err(Raised::Exception) => exception::unwind(th, pc, caller, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, caller, 0, table),
        }
    }

    /// Callables that are no plain functions.
    #[inline(never)]
    fn call_other(th, pc, regs, word, table) {
        let callee = get(regs, b(word));
        let mut window = regs.add(b(word) + HEADER);
        let mut count = c(word);
        if d(word) & METHOD_FORM != 0 {
            if (*window).is_unbound() {
                window = window.add(1);
                *window.sub(3) = callee;
            } else {
                count += 1;
            }
        }
        let shape = shape_id(callee);
        if shape == known::METHOD_DESCRIPTOR || shape == known::BUILTIN_FUNCTION || shape == known::WRAPPER_DESCRIPTOR {
            sync(th, pc, regs);
            // Above the arguments nothing is alive: what lies there would keep garbage.
            th.top.set(window.add(count));
            let native: Ref<NativeFunction> = Ref::from_ptr(callee.bits() as *const NativeFunction);
            let result = call_native(th, native, window, count);
            // The call may have begun tracing, which this frame is to take part in.
            return finish(th, pc, regs, word, th.table(), 2, result);
        }
        if shape == known::METHOD {
            let method: Ref<Method> = Ref::from_ptr(callee.bits() as *const Method);
            let function = method.function.get();
            if let Some(function) = frame::as_function(function) {
                // The receiver goes in front of the arguments, which move up by one.
                std::ptr::copy(window, window.add(1), count);
                *window = method.receiver.get();
                *window.sub(3) = function.value();
                frame::set_link(window, pc.add(2), regs, Action::Plain);
                return enter(th, pc, window, count as u64 + 1, table);
            }
        }
        if let Some(function) = frame::as_function(callee) {
            *window.sub(3) = function.value();
            frame::set_link(window, pc.add(2), regs, Action::Plain);
            return enter(th, pc, window, count as u64, table);
        }
        sync(th, pc, regs);
        match make_instance(th, callee, window, count) {
            Ok(instance) if !instance.is_unbound() => {
                // `__init__` runs in a frame of its own, four words further up.
                let inner = window.add(4);
                std::ptr::copy(window, inner.add(1), count);
                *inner = instance;
                let init = th.initialiser.get();
                *inner.sub(3) = init;
                frame::set_extension(inner, Extension::Init, instance);
                frame::set_link(inner, pc.add(2), regs, Action::Extended);
                enter(th, pc, inner, count as u64 + 1, table)
            }
            Ok(_) => {
                let result = call_generic(th, callee, window, count, Value::UNBOUND);
                finish(th, pc, regs, word, table, 2, result)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn call_kw(th, pc, regs, word, table) {
        let callee = get(regs, b(word));
        let mut window = regs.add(b(word) + HEADER);
        let mut count = (d(word) & !METHOD_FORM) as usize;
        if d(word) & METHOD_FORM != 0 {
            if (*window).is_unbound() {
                window = window.add(1);
                *window.sub(3) = callee;
            } else {
                count += 1;
            }
        }
        sync(th, pc, regs);
        let names = frame::constant(regs, c(word));
        let mut function = frame::as_function(callee);
        if let Some(method) = callee.cast_exact::<Method>()
            && let Some(inner) = frame::as_function(method.function.get()) {
                std::ptr::copy(window, window.add(1), count);
                *window = method.receiver.get();
                count += 1;
                function = Some(inner);
            }
        let Some(function) = function else {
            let result = call_generic(th, callee, window, count, names);
            return finish(th, pc, regs, word, table, 2, result);
        };
        *window.sub(3) = function.value();
        frame::set_link(window, pc.add(2), regs, Action::Plain);
        th.top.set(window.add(count));
        match bind_window(th, window, count, names) {
            Ok(()) => enter_bound(th, pc, window, 0, table),
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn call_ex(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let base = b(word);
        let (callee, args, kwargs) = (get(regs, base), get(regs, base + 3), get(regs, base + 4));
        let window = th.top.get().add(HEADER);
        if let Some(function) = frame::as_function(callee) {
            return match spread(th, callee, window, args, kwargs) {
                Ok(names) => {
                    // Only now: whatever gave the arguments may have used the stack above.
                    *window.sub(3) = function.value();
                    frame::set_link(window, pc, regs, Action::Complete);
                    let count = th.spread_count.get();
                    match bind_window(th, window, count, names) {
                        Ok(()) => enter_bound(th, pc, window, 0, table),
                        Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
                        Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
                    }
                }
                Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
                Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
            };
        }
        let result = call_spread(th, callee, window, args, kwargs);
        finish(th, pc, regs, word, table, 1, result)
    }

    fn make_function(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = new_function(th, regs, b(word), frame::constant(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn return_(th, pc, regs, word, table) {
        let value = get(regs, a(word));
        let link = frame::link(regs);
        if link & 7 != Action::Plain as usize {
            return return_other(th, pc, regs, value.bits(), table);
        }
        let pc = frame::return_pc(regs);
        let caller = link as *mut Value;
        th.depth.set(th.depth.get() - 1);
        set(caller, a(*pc.sub(2)), value);
        next(th, pc, caller, table)
    }

    /// Returns the value in `word` from a frame whose link says more than that.
    #[inline(never)]
    fn return_other(th, pc, regs, word, table) {
        let value = Value::from_bits(word);
        if frame::link(regs) & frame::HAS_FRAME_OBJECT != 0 {
            th.pc.set(pc);
            crate::frame::detach(th, regs);
        }
        if frame::action(regs) == Action::Extended {
            match frame::extension(regs) {
                Extension::Generator | Extension::GeneratorEntry => {
                    return generator::body_returned(th, pc, regs, word, table);
                }
                Extension::Init | Extension::InitEntry if !value.is_none() => {
                    sync(th, pc, regs);
                    init_returned(th, value);
                    th.depth.set(th.depth.get() - 1);
                    return exception::leave(th, pc, regs, 0, table);
                }
                Extension::Init | Extension::InitEntry => {}
            }
        }
        th.depth.set(th.depth.get() - 1);
        deliver(th, pc, regs, word, table)
    }

    /// Hands the value in `word` to whoever waits for the frame in `window`.
    #[inline(never)]
    fn deliver(th, pc, window, word, table) {
        let mut value = Value::from_bits(word);
        let caller = frame::caller(window);
        let return_pc = frame::return_pc(window);
        match frame::action(window) {
            Action::Plain => {}
            Action::Entry => {
                th.result.set(value);
                return Exit::Returned;
            }
            Action::Complete => {
                th.result.set(value);
                return complete::returned(th, return_pc, caller, 0, table);
            }
            Action::Extended => {
                value = frame::extended_value(window);
                if frame::extension(window) != Extension::Init {
                    th.result.set(value);
                    return Exit::Returned;
                }
            }
        }
        set(caller, a(*return_pc.sub(2)), value);
        next(th, return_pc, caller, table)
    }
}

/// Polls, and checks stack and recursion limit for the window of a call. The thread's `top` lies
/// behind the arguments.
#[cold]
#[inline(never)]
pub(super) unsafe fn prepare(th: &mut Thread, window: *mut Value) -> Result<(), Raised> {
    if th.stm.polled() {
        th.safepoint()?;
    }
    // SAFETY: the window's function is in place.
    let end = unsafe { window.add(frame::code(window).registers.get() as usize) };
    if th.is_too_deep() {
        return Err(th.recursion_error());
    }
    th.reserve_stack(end)
}

#[cold]
#[inline(never)]
fn init_returned(th: &Thread, value: Value) {
    let _ = th.type_error(format!("__init__() should return None, not '{}'", th.type_name(value)));
}

/// Calls a native function with `count` arguments at `window`.
#[inline(never)]
pub(crate) unsafe fn call_native(
    th: &mut Thread,
    native: Ref<NativeFunction>,
    window: *mut Value,
    count: usize,
) -> Result<Value, Raised> {
    let receiver = native.receiver.get();
    let signature = native.signature.get();
    if signature.receiver && !receiver.is_unbound() {
        // SAFETY: the word below the first argument is reserved for the frame header.
        unsafe {
            let window = window.sub(1);
            *window = receiver;
            let args = std::slice::from_raw_parts(window, count + 1);
            if signature.is_direct(count + 1) {
                return (native.method.get().function)(th, args);
            }
            return crate::native::bind(th, native, Arguments::positional(args));
        }
    }
    // SAFETY: `count` arguments lie at `window`, and stay while the call runs.
    let args = unsafe { std::slice::from_raw_parts(window, count) };
    if signature.is_direct(count) {
        return (native.method.get().function)(th, args);
    }
    crate::native::bind(th, native, Arguments::positional(args))
}

/// If calling `callee` makes an instance in the usual way and its `__init__` is a Python
/// function: the instance, and the function in `th.initialiser`. Else unbound.
#[inline(never)]
unsafe fn make_instance(
    th: &mut Thread,
    callee: Value,
    window: *mut Value,
    count: usize,
) -> Result<Value, Raised> {
    let _ = (window, count);
    let Some(class) = callee.cast::<Class>() else { return Ok(Value::UNBOUND) };
    if class.has(flags::ABSTRACT) || th.class_of(callee) != types::type_::SPEC.class() {
        return Ok(Value::UNBOUND);
    }
    let Some(init) = class.special(th, Special::Init).and_then(frame::as_function) else {
        return Ok(Value::UNBOUND);
    };
    let new = class.special(th, Special::New);
    if new.and_then(native_of) != Some(types::object::new as *const ()) {
        return Ok(Value::UNBOUND);
    }
    let instance = types::object::Instance::allocate_as(th, class.root_shape())?;
    th.initialiser.set(init.value());
    Ok(instance.value())
}

/// Calls anything with the arguments at `window`; the last are named by the tuple `names`.
#[inline(never)]
unsafe fn call_generic(
    th: &mut Thread,
    callee: Value,
    window: *mut Value,
    count: usize,
    names: Value,
) -> Result<Value, Raised> {
    // SAFETY: as for `call_native`.
    let values = unsafe { std::slice::from_raw_parts(window, count) };
    // SAFETY: above the arguments nothing is alive.
    unsafe { th.top.set(window.add(count)) };
    th.call_with(callee, Arguments { values, names: names.cast() })
}

/// As many named arguments as [`spread_few`] takes.
const FEW_NAMES: usize = 16;

/// [`spread`] for what most calls pass: a tuple, and few named arguments or none.
unsafe fn spread_few(
    th: &mut Thread,
    window: *mut Value,
    items: Ref<Tuple>,
    named: Option<Ref<Dict>>,
    room: usize,
) -> Result<Value, Raised> {
    let items = items.as_slice();
    let mut count = items.len();
    th.reserve_stack(window.wrapping_add(count + room))?;
    // SAFETY: there is room above `top`, just checked. The header must hold values while waiting
    // for the dict may let a collection happen.
    unsafe {
        for at in 1..=HEADER {
            *window.sub(at) = Value::UNBOUND;
        }
        std::ptr::copy_nonoverlapping(items.as_ptr(), window, count);
        th.top.set(window.add(count));
    }
    let mut keys = [Value::UNBOUND; FEW_NAMES];
    let (mut found, mut position) = (0, 0);
    if let Some(dict) = named {
        while found < room
            && let Some((key, value, next)) = dict.entry_from(th, position)?
        {
            if key.cast::<types::str::Str>().is_none() {
                return Err(th.type_error("keywords must be strings"));
            }
            keys[found] = key;
            found += 1;
            position = next;
            // SAFETY: as above.
            unsafe {
                *window.add(count) = value;
                count += 1;
                th.top.set(window.add(count));
            }
        }
    }
    th.spread_count.set(count);
    if found == 0 { Ok(Value::UNBOUND) } else { Ok(Tuple::from_slice(th, &keys[..found])?.value()) }
}

/// Puts the arguments of a `*args, **kwargs` call at `window`; the result is the tuple of names
/// or unbound, and their number is in `th.spread_count`.
#[inline(never)]
unsafe fn spread(
    th: &mut Thread,
    callee: Value,
    window: *mut Value,
    args: Value,
    kwargs: Value,
) -> Result<Value, Raised> {
    if let Some(tuple) = args.cast_exact::<Tuple>() {
        let named = kwargs.cast::<Dict>();
        let room = match named {
            Some(dict) => dict.len(th)?,
            None => 0,
        };
        if room <= FEW_NAMES {
            // SAFETY: as for this function.
            return unsafe { spread_few(th, window, tuple, named, room) };
        }
    }
    let mut items = crate::heap::RootVec::new();
    if let Err(raised) = th.collect(args, &mut items) {
        return Err(super::build::refused_arguments(th, callee, args, raised));
    }
    let mut names = Value::UNBOUND;
    if let Some(dict) = kwargs.cast::<Dict>() {
        let mut keys = crate::heap::RootVec::new();
        let mut position = 0;
        while let Some((key, value, next)) = dict.entry_from(th, position)? {
            if key.cast::<types::str::Str>().is_none() {
                return Err(th.type_error("keywords must be strings"));
            }
            keys.push(key);
            items.push(value);
            position = next;
        }
        if !keys.as_slice().is_empty() {
            names = Tuple::from_slice(th, keys.as_slice())?.value();
        }
    }
    let count = items.as_slice().len();
    th.reserve_stack(window.wrapping_add(count))?;
    // SAFETY: there is room above `top`, just checked.
    unsafe {
        std::ptr::copy_nonoverlapping(items.as_slice().as_ptr(), window, count);
        th.top.set(window.add(count));
    }
    th.spread_count.set(count);
    Ok(names)
}

#[inline(never)]
unsafe fn call_spread(
    th: &mut Thread,
    callee: Value,
    window: *mut Value,
    args: Value,
    kwargs: Value,
) -> Result<Value, Raised> {
    // SAFETY: `window` lies above everything alive.
    unsafe {
        let names = spread(th, callee, window, args, kwargs)?;
        call_generic(th, callee, window, th.spread_count.get(), names)
    }
}

/// Sorts the `count` arguments at `window` into the parameters of the function in `window[-3]`:
/// names, defaults, `*args`, `**kwargs`. `names` is the tuple of names of the last ones, or
/// unbound.
#[inline(never)]
pub(super) unsafe fn bind_window(
    th: &mut Thread,
    window: *mut Value,
    count: usize,
    names: Value,
) -> Result<(), Raised> {
    // SAFETY: the window's function and `count` arguments are in place.
    unsafe {
        let function = frame::function(window);
        let code = function.code();
        let parameters = code.parameter_count();
        let plain = code.flags.get() & (code_flags::VARARGS | code_flags::VARKEYWORDS) == 0
            && code.kwonly_count.get() == 0;
        if names.is_unbound() && plain && count == code.arg_count.get() as usize {
            return Ok(());
        }
        if names.is_unbound() && plain && count < parameters {
            // Only defaults are missing.
            if let Some(defaults) = function.callable().defaults.get().cast::<Tuple>() {
                let missing = parameters - count;
                if missing <= defaults.len() {
                    let from = defaults.len() - missing;
                    for at in 0..missing {
                        *window.add(count + at) = defaults.get(from + at);
                    }
                    return Ok(());
                }
            }
        }
        let values = std::slice::from_raw_parts(window, count);
        // Sorted above the arguments, then moved down.
        let sorted = window.add(count);
        th.reserve_stack(sorted.add(parameters))?;
        for at in 0..parameters {
            *sorted.add(at) = Value::UNBOUND;
        }
        th.top.set(sorted.add(parameters));
        let bound = std::slice::from_raw_parts_mut(sorted, parameters);
        types::function::bind(th, function, Arguments { values, names: names.cast() }, bound)?;
        std::ptr::copy(sorted, window, parameters);
        th.top.set(window.add(parameters));
        Ok(())
    }
}

/// Makes the code object one that may run with these globals: itself, if it has not run with
/// others, or a copy with caches of its own.
pub(crate) fn claim_code(
    th: &mut Thread,
    code: Ref<Code>,
    globals: Ref<Dict>,
) -> Result<Ref<Code>, Raised> {
    if code.claim(th, globals) {
        return Ok(code);
    }
    code.fresh_copy(th, globals)
}

#[inline(never)]
unsafe fn new_function(
    th: &mut Thread,
    regs: *mut Value,
    base: usize,
    code: Value,
) -> Result<Value, Raised> {
    // SAFETY: the operands lie in the window; the constant is a code object (validator).
    unsafe {
        let own = frame::function(regs).callable();
        let code: Ref<Code> = Ref::from_ptr(code.bits() as *const Code);
        let (globals, builtins) = (own.globals.get(), own.builtins.get());
        let code = claim_code(th, code, globals)?;
        let module = globals.get_str(th, crate::name!(th, "__name__"))?.unwrap_or(Value::NONE);
        let function = Function::new(th, code, globals, builtins, module)?;
        let fields = function.unguarded();
        let token = crate::object::Writing::assume();
        fields.defaults.set(&token, get(regs, base));
        fields.kwdefaults.set(&token, get(regs, base + 1));
        fields.closure.set(&token, get(regs, base + 2));
        fields.annotate.set(&token, get(regs, base + 3));
        Ok(function.value())
    }
}
