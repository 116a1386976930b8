//! The objects that suspended bodies live in: generators, coroutines, asynchronous generators.
//!
//! While suspended, such an object keeps the registers of its body's window; while the body runs,
//! they are on the value stack (see `interpreter::generator`). All fields are the object's own:
//! resuming claims it for writing.

use super::GENERATOR;
use super::asynchronous::{ASEND, ATHROW, WRAPPED};
use super::coroutine::WRAPPER;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::types::function::Function;
use crate::types::list::ValueArray;

/// What a generator is doing.
pub mod state {
    /// Not started.
    pub const CREATED: u64 = 0;
    /// Waiting at a `yield`.
    pub const SUSPENDED: u64 = 1;
    /// Running.
    pub const RUNNING: u64 = 2;
    /// Finished.
    pub const CLOSED: u64 = 3;
}

/// Bits of [`Generator::flags`].
pub mod flags {
    /// An asynchronous generator that an awaitable of its is driving.
    pub const DRIVEN: u64 = 1;
    /// An asynchronous generator that has been closed, or has ended.
    pub const ENDED: u64 = 2;
    /// The hooks for asynchronous generators have been called.
    pub const HOOKED: u64 = 4;
    /// To be registered for finalisation when it first suspends: its body has a `try` or `with`.
    pub const HAS_CLEANUP: u64 = 8;
    /// Its body has an atomic block open, which a `yield` must not leave.
    pub const IN_BLOCK: u64 = 16;
}

heap_object! {
    /// A generator, coroutine or asynchronous generator; its class tells which.
    pub struct Generator: GENERATOR {
        values {
            /// The function whose body it runs.
            function: Ref<Function>,
            /// `__name__`
            name: Value,
            /// `__qualname__`
            qualname: Value,
            /// Suspended: the exception that the body is handling, or None. Running: the
            /// resumer's.
            handled: Value,
            /// Running: what the resumer's own body had inherited (see `Local::Inherited`).
            inherited: Value,
            /// `cr_origin`; for an asynchronous generator the finaliser hook; or None.
            origin: Value,
            /// Its frame object, if somebody has asked for it; or unbound.
            frame: Value,
        }
        storage {
            /// The registers of the window while suspended.
            registers: Ref<ValueArray>,
        }
        data {
            /// The word offset of the instruction that suspended it (or of the first).
            offset: u64,
            /// [`state`]
            state: u64,
            /// [`flags`]
            flags: u64,
        }
    }
}

heap_object! {
    /// What `coroutine.__await__()` gives.
    pub immutable struct CoroutineWrapper: WRAPPER {
        values {
            /// The coroutine.
            coroutine: Ref<Generator>,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// What an asynchronous generator's body yields itself, as opposed to what it awaits.
    pub immutable struct Wrapped: WRAPPED {
        values {
            /// The value.
            value: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// The awaitable of `asend()` and `__anext__()`.
    pub struct AsyncSend: ASEND {
        values {
            /// The asynchronous generator.
            generator: Ref<Generator>,
            /// What is sent.
            sent: Value,
        }
        storage {}
        data {
            /// [`awaiting`]
            progress: u64,
        }
    }
}

heap_object! {
    /// The awaitable of `athrow()` and `aclose()`.
    pub struct AsyncThrow: ATHROW {
        values {
            /// The asynchronous generator.
            generator: Ref<Generator>,
            /// Tuple of the arguments of `athrow`; unbound for `aclose`.
            thrown: Value,
        }
        storage {}
        data {
            /// [`awaiting`]
            progress: u64,
        }
    }
}

/// How far an awaitable of an asynchronous generator has come.
pub mod awaiting {
    /// Not awaited yet.
    pub const NEW: u64 = 0;
    /// Being awaited.
    pub const STARTED: u64 = 1;
    /// Done.
    pub const DONE: u64 = 2;
}

/// Whether a body that has died is to be closed: not one that has come to its end.
pub(super) fn needs_finaliser(dead: &crate::class::Dead) -> bool {
    dead.fields::<Generator>().is_none_or(|generator| generator.state.get() != state::CLOSED)
}
