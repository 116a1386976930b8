//! Methods of locks.

use std::time::{Duration, Instant};

use super::{Lock, RLock, SharedWord, elision, object};
use crate::class::{Method, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

const ACQUIRE_DOC: &str = "Lock the lock.  Without argument, this blocks if the lock is already\nlocked (even by the same thread), waiting for another thread to release\nthe lock, and return True once the lock is acquired.\nWith an argument, this will only block if the argument is true,\nand the return value reflects whether the lock is acquired.\nThe blocking operation is interruptible.";

pub(super) static LOCK_METHODS: &[Method] = &[
    method("acquire($self, /, blocking=True, timeout=-1)", acquire, ACQUIRE_DOC),
    method(
        "acquire_lock($self, /, blocking=True, timeout=-1)",
        acquire,
        "An obsolete synonym of acquire().",
    ),
    method(
        "release($self, /)",
        release,
        "Release the lock, allowing another thread that is blocked waiting for\nthe lock to acquire the lock.",
    ),
    method("release_lock($self, /)", release, "An obsolete synonym of release()."),
    method("locked($self, /)", locked, "Return whether the lock is in the locked state."),
    method("locked_lock($self, /)", locked, "An obsolete synonym of locked()."),
    method("__enter__($self, /)", enter, "Lock the lock."),
    method("__exit__($self, /, *exc_info)", exit, "Release the lock."),
    method("_at_fork_reinit($self, /)", reset, ""),
    method("__repr__($self, /)", repr, "Return repr(self)."),
];

pub(super) static RLOCK_METHODS: &[Method] = &[
    method("acquire($self, /, blocking=True, timeout=-1)", racquire, ACQUIRE_DOC),
    method(
        "release($self, /)",
        rrelease,
        "Release the lock, allowing another thread that is blocked waiting for\nthe lock to acquire the lock.",
    ),
    method(
        "locked($self, /)",
        rlocked,
        "Return a boolean indicating whether this object is locked right now.",
    ),
    method("__enter__($self, /)", renter, "Lock the lock."),
    method("__exit__($self, /, *exc_info)", rexit, "Release the lock."),
    method("_is_owned($self, /)", is_owned, "For internal use by `threading.Condition`."),
    method("_recursion_count($self, /)", recursion_count, "For internal use by reentrancy checks."),
    method(
        "_acquire_restore($self, state, /)",
        acquire_restore,
        "For internal use by `threading.Condition`.",
    ),
    method("_release_save($self, /)", release_save, "For internal use by `threading.Condition`."),
    method("_at_fork_reinit($self, /)", rreset, ""),
    method("__repr__($self, /)", rrepr, "Return repr(self)."),
];

#[inline]
fn lock(th: &Thread, value: Value) -> Result<Ref<Lock>, Raised> {
    th.receiver::<Lock>(value)
}

#[inline]
fn rlock(th: &Thread, value: Value) -> Result<Ref<RLock>, Raised> {
    th.receiver::<RLock>(value)
}

pub(super) fn new_lock(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &super::LOCK)?;
    Ok(Lock::allocate_as(th, shape, object::free_word())?.value())
}

pub(super) fn new_rlock(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &super::RLOCK)?;
    let zero = SharedWord::new(0);
    Ok(RLock::allocate_as(th, shape, object::free_word(), zero, zero)?.value())
}

/// How long an `acquire` may wait.
enum Patience {
    Not,
    Until(Option<Instant>),
}

/// The longest timeout in seconds.
pub const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// A number of seconds.
pub(super) fn seconds(th: &mut Thread, value: Value) -> Result<f64, Raised> {
    if value.is_number() {
        return Ok(value.number_as_f64());
    }
    // Too large for a machine integer is too large for a timeout.
    let index = th.index(value)?;
    Ok(crate::types::int::as_i64(index).map_or(f64::INFINITY, |n| n as f64))
}

fn patience(th: &mut Thread, blocking: Value, timeout: Value) -> Result<Patience, Raised> {
    let blocking = blocking.is_unbound() || th.is_true(blocking)?;
    let seconds = if timeout.is_unbound() { -1.0 } else { seconds(th, timeout)? };
    if !blocking {
        if seconds != -1.0 {
            return Err(th.value_error("can't specify a timeout for a non-blocking call"));
        }
        return Ok(Patience::Not);
    }
    if seconds == -1.0 {
        return Ok(Patience::Until(None));
    }
    if seconds.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(th.value_error("timeout value must be a non-negative number"));
    }
    if seconds > TIMEOUT_MAX {
        return Err(th.overflow_error("timeout value is too large"));
    }
    if seconds == 0.0 {
        return Ok(Patience::Not);
    }
    Ok(Patience::Until(Instant::now().checked_add(Duration::from_secs_f64(seconds))))
}

fn acquire(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = lock(th, args[0])?;
    if args[1].is_unbound() && args[2].is_unbound() && !th.stm.in_block() && lock.take_quiet() {
        return Ok(Value::TRUE);
    }
    let patience = patience(th, args[1], args[2])?;
    if matches!(patience, Patience::Not) && elision::elides(th, args[0]) {
        // It is this thread's own.
        return Ok(Value::FALSE);
    }
    th.end_elision()?;
    let taken = match patience {
        Patience::Not => lock.take_now(th)?,
        Patience::Until(deadline) => lock.acquire(th, deadline)?,
    };
    Ok(Value::from_bool(taken))
}

fn release(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.end_elision()?;
    if lock(th, args[0])?.give_back(th) {
        return Ok(Value::NONE);
    }
    Err(th.runtime_error("release unlocked lock"))
}

fn locked(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(is_locked(th, args[0])?))
}

/// Whether the lock is held, by this thread's open section for example.
fn is_locked(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    let lock = lock(th, value)?;
    if elision::elides(th, value) {
        return Ok(true);
    }
    th.end_elision()?;
    Ok(lock.seems_held(th))
}

fn enter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = lock(th, args[0])?;
    if !th.stm.in_block() && lock.take_quiet() {
        return Ok(Value::TRUE);
    }
    enter_slowly(th, lock)
}

#[inline(never)]
fn enter_slowly(th: &mut Thread, lock: Ref<Lock>) -> Result<Value, Raised> {
    if !elision::enter(th, lock.value(), lock.word())? && !lock.take_now(th)? {
        lock.acquire(th, None)?;
    }
    Ok(Value::TRUE)
}

fn exit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = lock(th, args[0])?;
    if th.stm.in_block() && elision::leave(th, args[0], lock.word())? || lock.give_back(th) {
        return Ok(Value::NONE);
    }
    Err(th.runtime_error("release unlocked lock"))
}

fn reset(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.end_elision()?;
    lock(th, args[0])?.reset();
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let state = if is_locked(th, args[0])? { "locked" } else { "unlocked" };
    let class = th.class_of(args[0]).full_name(th);
    Ok(th.new_str(&format!("<{state} {class} object at {:#x}>", args[0].bits()))?.value())
}

fn racquire(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    let patience = patience(th, args[1], args[2])?;
    th.end_elision()?;
    let taken = match patience {
        Patience::Not => lock.acquire(th, false, None)?,
        Patience::Until(deadline) => lock.acquire(th, true, deadline)?,
    };
    Ok(Value::from_bool(taken))
}

fn rrelease(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.end_elision()?;
    if rlock(th, args[0])?.release(th) {
        return Ok(Value::NONE);
    }
    Err(th.runtime_error("cannot release un-acquired lock"))
}

fn rlocked(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    if elision::elides(th, args[0]) {
        return Ok(Value::TRUE);
    }
    th.end_elision()?;
    Ok(Value::from_bool(lock.is_held()))
}

fn renter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    if (lock.is_watched() || th.elides()) && enter_elided(th, lock)? {
        return Ok(Value::TRUE);
    }
    lock.acquire(th, true, None)?;
    Ok(Value::TRUE)
}

#[inline(never)]
fn enter_elided(th: &mut Thread, lock: Ref<RLock>) -> Result<bool, Raised> {
    // Who has taken it already takes it again.
    let outermost = th.elides() || lock.owner() != th.ident.get();
    Ok(outermost && elision::enter(th, lock.value(), lock.word())?)
}

fn rexit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    if th.stm.in_block() && elision::leave(th, args[0], lock.word())? {
        return Ok(Value::NONE);
    }
    rrelease(th, args)
}

fn is_owned(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    Ok(Value::from_bool(elision::elides(th, args[0]) || lock.is_owned(th)))
}

fn recursion_count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    let own = if lock.is_owned(th) { lock.count_for(th) } else { 0 };
    let count = own + elision::depth(th, args[0]);
    th.int_from_i64(count as i64)
}

fn acquire_restore(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    let Some(state) = args[1].cast::<Tuple>().filter(|state| state.len() == 2) else {
        return Err(th.type_error("_acquire_restore() argument 1 must be a tuple of two integers"));
    };
    let count = th.index_ssize(state.get(0))?;
    th.end_elision()?;
    lock.acquire(th, true, None)?;
    lock.restore(th.ident.get(), count.max(1) as u64);
    Ok(Value::NONE)
}

fn release_save(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    th.end_elision()?;
    if !lock.is_owned(th) {
        return Err(th.runtime_error("cannot release un-acquired lock"));
    }
    if th.stm.in_block() {
        // For `Condition.wait`: who could notify sees nothing of the block before it ends.
        return Err(th.runtime_error("cannot wait for a condition inside an atomic block"));
    }
    let owner = th.int_from_u64(th.ident.get())?;
    let count = th.int_from_i64(lock.release_all() as i64)?;
    Ok(Tuple::from_slice(th, &[count, owner])?.value())
}

fn rreset(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.end_elision()?;
    rlock(th, args[0])?.reset();
    Ok(Value::NONE)
}

fn rrepr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let lock = rlock(th, args[0])?;
    th.end_elision()?;
    let state = if lock.is_held() { "locked" } else { "unlocked" };
    let class = th.class_of(args[0]).full_name(th);
    let text = format!(
        "<{state} {class} object owner={} count={} at {:#x}>",
        lock.owner(),
        lock.count(),
        args[0].bits()
    );
    Ok(th.new_str(&text)?.value())
}
