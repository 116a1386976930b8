//! What `yield from`, `await` and `async for` accept.

use orochi_compiler::code::flags as code_flags;

use super::{COROUTINE, GENERATOR, Generator, drive, state};
use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;

/// What `yield from value` delegates to, in code with these flags.
#[inline(never)]
pub(crate) fn yield_from_iterator(
    th: &mut Thread,
    value: Value,
    flags: u32,
) -> Result<Value, Raised> {
    let class = th.class_of(value);
    if class == COROUTINE.class() {
        if flags & (code_flags::COROUTINE | code_flags::ITERABLE_COROUTINE) == 0 {
            return Err(th.type_error(
                "cannot 'yield from' a coroutine object in a non-coroutine generator",
            ));
        }
        return Ok(value);
    }
    if class == GENERATOR.class() {
        return Ok(value);
    }
    th.iterate(value)
}

/// What `await value` delegates to.
#[inline(never)]
pub(crate) fn awaitable(th: &mut Thread, value: Value, context: u8) -> Result<Value, Raised> {
    let class = th.class_of(value);
    if class == COROUTINE.class() {
        if let Some(generator) = value.cast::<Generator>() {
            let now = th.read(generator)?.state.get();
            if now == state::SUSPENDED && drive::delegate(th, generator)?.is_some() {
                return Err(th.runtime_error("coroutine is being awaited already"));
            }
        }
        return Ok(value);
    }
    if let Some(generator) = value.cast::<Generator>() {
        let flags = th.read(generator)?.function.get().code().flags.get();
        if class == GENERATOR.class() && flags & code_flags::ITERABLE_COROUTINE != 0 {
            return Ok(value);
        }
    }
    let name = class.display_name();
    let Some(iterator) = th.call_special(value, Special::Await, &[])? else {
        return Err(match context {
            1 => th.type_error(format!(
                "'async with' received an object from __aenter__ that does not implement __await__: {name}"
            )),
            2 => th.type_error(format!(
                "'async with' received an object from __aexit__ that does not implement __await__: {name}"
            )),
            _ => th.type_error(format!("'{name}' object can't be awaited")),
        });
    };
    let class = th.class_of(iterator);
    if class == COROUTINE.class() {
        return Err(th.type_error("__await__() returned a coroutine"));
    }
    if class.special(th, Special::Next).is_none() {
        return Err(th.type_error(format!(
            "__await__() returned non-iterator of type '{}'",
            class.display_name()
        )));
    }
    Ok(iterator)
}

/// `aiter(value)` of an `async for`.
#[inline(never)]
pub(crate) fn async_iterator(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let name = th.type_name(value);
    let Some(iterator) = th.call_special(value, Special::AIter, &[])? else {
        return Err(th.type_error(format!(
            "'async for' requires an object with __aiter__ method, got {name}"
        )));
    };
    if th.class_of(iterator).special(th, Special::ANext).is_none() {
        return Err(th.type_error(format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            th.type_name(iterator)
        )));
    }
    Ok(iterator)
}

/// The awaitable of the next item of an `async for`.
#[inline(never)]
pub(crate) fn async_next(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let name = th.type_name(value);
    let Some(next) = th.call_special(value, Special::ANext, &[])? else {
        return Err(th.type_error(format!(
            "'async for' requires an iterator with __anext__ method, got {name}"
        )));
    };
    match awaitable(th, next, 0) {
        Ok(iterator) => Ok(iterator),
        Err(raised) => match th.catch(raised, &classes::EXCEPTION) {
            Some(cause) => {
                let error = th.type_error(format!(
                    "'async for' received an invalid object from __anext__: {}",
                    th.type_name(next)
                ));
                crate::exception::set_cause(th, th.raised.get(), cause);
                Err(error)
            }
            None => Err(raised),
        },
    }
}
