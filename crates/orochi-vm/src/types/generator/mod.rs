//! `generator`, `coroutine` and `async_generator`.
//!
//! * [`object`]: the layouts; `interpreter::generator` runs the bodies
//! * [`drive`]: sending, throwing and closing, which delegate to what the body waits for
//! * [`awaitable`]: what `await`, `yield from` and `async for` accept
//! * `attributes`: what can be asked of all three; [`coroutine`], [`asynchronous`]: the rest

mod async_drive;
mod asynchronous;
mod attributes;
pub(crate) mod awaitable;
mod coroutine;
pub mod drive;
mod object;

pub use asynchronous::wrap;
pub(crate) use coroutine::origin;
pub use drive::close;
use object::needs_finaliser;
pub use object::{
    AsyncSend, AsyncThrow, CoroutineWrapper, Generator, Wrapped, awaiting, flags, state,
};

use crate::class::{NativeLayout, TypeFlags, TypeSpec};

/// The class `generator`.
pub static GENERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW.and(TypeFlags::WEAKREF),
    next: Some(crate::interpreter::generator::next_value),
    methods: attributes::GENERATOR_METHODS,
    getset: attributes::GENERATOR_GETSET,
    needs_finaliser: Some(needs_finaliser),
    ..TypeSpec::named("generator", NativeLayout::of::<Generator>())
};

/// The class `coroutine`.
pub static COROUTINE: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW.and(TypeFlags::WEAKREF),
    same_layout: Some(&GENERATOR),
    methods: coroutine::METHODS,
    getset: coroutine::GETSET,
    needs_finaliser: Some(needs_finaliser),
    ..TypeSpec::named("coroutine", NativeLayout::of::<Generator>())
};

/// The class `async_generator`.
pub static ASYNC_GENERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW.and(TypeFlags::WEAKREF),
    same_layout: Some(&GENERATOR),
    methods: asynchronous::METHODS,
    getset: asynchronous::GETSET,
    needs_finaliser: Some(needs_finaliser),
    ..TypeSpec::named("async_generator", NativeLayout::of::<Generator>())
};

/// Classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[
    &ASYNC_GENERATOR,
    &coroutine::WRAPPER,
    &asynchronous::WRAPPED,
    &asynchronous::ASEND,
    &asynchronous::ATHROW,
];
