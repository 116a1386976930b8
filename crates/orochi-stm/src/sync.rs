//! The primitives everything else is built on: the standard library's, or a model checker's.
//!
//! `--features shuttle` swaps in `shuttle`, which runs the whole crate under randomised and
//! bounded-exhaustive schedules; `--cfg loom` swaps in `loom` for the few instructions whose
//! memory orders matter. Nothing outside this file names any of the three.

#[cfg(all(not(feature = "shuttle"), not(loom)))]
mod chosen {
    pub(crate) use std::hint::spin_loop;
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
    pub(crate) use std::sync::{Mutex, MutexGuard};
    pub(crate) use std::thread::{Thread, current, park, yield_now};
}

pub(crate) use chosen::*;
