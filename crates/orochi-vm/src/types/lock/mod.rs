//! `_thread.lock`, `_thread.RLock`, and the handles by which threads are joined.
//!
//! * [`word`]: words that threads share without the ownership protocol, and waiting for them
//! * [`state`]: the bits of a lock's word, and waiting for it; [`object`]: the locks; `methods`: their methods; `pending`: what atomic blocks do to them;
//!   `elision`: running under a lock without taking it; `profit`: whether that pays;
//!   [`handle`]: thread handles

mod elision;
pub mod handle;
mod methods;
mod object;
mod pending;
mod profit;
mod state;
pub mod word;

pub(crate) use elision::undone as elision_undone;
pub use handle::ThreadHandle;
pub use methods::TIMEOUT_MAX;
pub use object::{Lock, RLock};
pub(crate) use object::{give_word, is_wanted, take_word, wait_until_free};
pub(crate) use pending::{Pending, forget_pending, give_taken, settle_pending};
pub use profit::{Elision, set_elision};
pub use word::SharedWord;

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// `_thread.lock`
pub static LOCK: TypeSpec = TypeSpec {
    module: "_thread",
    doc: "A lock object is a synchronization primitive.  To create a lock,\n\
          call threading.Lock().  Methods are:\n\n\
          acquire() -- lock the lock, possibly blocking until it can be obtained\n\
          release() -- unlock of the lock\n\
          locked() -- test whether the lock is currently locked\n\n\
          A lock is not owned by the thread that locked it; another thread may\n\
          unlock it.  A thread attempting to lock a lock that it has already locked\n\
          will block until another thread unlocks it.  Deadlocks may ensue.",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /)", methods::new_lock, "")),
    methods: methods::LOCK_METHODS,
    ..TypeSpec::named("lock", NativeLayout::of::<Lock>())
};

/// `_thread.RLock`
pub static RLOCK: TypeSpec = TypeSpec {
    module: "_thread",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::BASE).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /, *args, **kwargs)", methods::new_rlock, "")),
    methods: methods::RLOCK_METHODS,
    ..TypeSpec::named("RLock", NativeLayout::of::<RLock>())
};

/// `_thread._ThreadHandle`
pub static HANDLE: TypeSpec = TypeSpec {
    module: "_thread",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /)", handle::new, "")),
    methods: handle::METHODS,
    getset: handle::GETSET,
    ..TypeSpec::named("_ThreadHandle", NativeLayout::of::<ThreadHandle>())
};

/// Types of this folder that exist from the start.
pub static TYPES: &[&TypeSpec] = &[&LOCK, &RLOCK, &HANDLE];
