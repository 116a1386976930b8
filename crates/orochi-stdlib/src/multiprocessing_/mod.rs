//! `_multiprocessing`: semaphores that several processes share.
//!
//! A `SemLock` is a named POSIX semaphore, with a count of how often this process has taken it and
//! the thread that did, which makes a recursive lock of it.

use std::ffi::CString;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int::as_i64;

use crate::argument::{c_int, float, given};
use crate::posix::blocking::{irrevocable, run};
use crate::posix::path::system_text;
use crate::system::semaphore::{self, Semaphore};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    functions: &[function("sem_unlink(name, /)", sem_unlink, "")],
    types: &[&SEM_LOCK],
    execute: Some(|th, module| {
        let flags = Dict::new(th)?;
        for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
            let name = th.intern(name)?;
            flags.set_str(th, name, Value::from_i32(1))?;
        }
        let largest = th.int_from_i64(i64::from(i32::MAX))?;
        let name = th.intern("SEM_VALUE_MAX")?;
        th.set_class_entry(SEM_LOCK.class(), name, largest)?;
        module.dict().set_str(th, name!(th, "flags"), flags.value())
    }),
    ..ModuleSpec::named("_multiprocessing")
};

const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;

heap_object! {
    /// `_multiprocessing.SemLock`
    pub struct SemLock: SEM_LOCK {
        values {
            /// The semaphore's name, or None.
            name: Value,
        }
        storage {}
        data {
            /// The semaphore's address.
            handle: usize,
            /// A recursive mutex or a semaphore.
            kind: i32,
            /// The largest value it may have.
            largest: i32,
            /// How often this process has taken it.
            count: i32,
            /// The thread that has taken it last.
            holder: u64,
        }
    }
}

/// `_multiprocessing.SemLock`
pub static SEM_LOCK: TypeSpec = TypeSpec {
    module: "_multiprocessing",
    doc: "Semaphore/Mutex type",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, kind, value, maxvalue, name, unlink)", new, "")),
    methods: METHODS,
    getset: GETSET,
    finalise: Some(free),
    ..TypeSpec::named("SemLock", NativeLayout::of::<SemLock>())
};

static METHODS: &[Method] = &[
    method("acquire($self, /, block=True, timeout=None)", acquire, "Acquire the semaphore/lock."),
    method("release($self, /)", release, "Release the semaphore/lock."),
    method(
        "_count($self, /)",
        |th, args| Ok(Value::from_i32(read(th, args[0])?.count)),
        "Num of `acquire()`s minus num of `release()`s for this process.",
    ),
    method(
        "_is_mine($self, /)",
        |th, args| {
            let state = read(th, args[0])?;
            Ok(Value::from_bool(state.is_mine(th)))
        },
        "Whether the lock is owned by this thread.",
    ),
    method("_get_value($self, /)", get_value, "Get the value of the semaphore."),
    method("_is_zero($self, /)", is_zero, "Return whether semaphore has value zero."),
    method("_after_fork($self, /)", after_fork, "Rezero the net acquisition count after fork()."),
    method("__enter__($self, /)", enter, "Enter the semaphore/lock."),
    method(
        "__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)",
        |th, args| release(th, &args[..1]),
        "Exit the semaphore/lock.",
    ),
    class_method("_rebuild($type, handle, kind, maxvalue, name, /)", rebuild, ""),
];

static GETSET: &[GetSet] = &[
    getter(
        "handle",
        |th, o| {
            let address = read(th, o)?.semaphore.address();
            th.int_from_i64(address as i64)
        },
        "",
    ),
    getter("kind", |th, o| Ok(Value::from_i32(read(th, o)?.kind)), ""),
    getter(
        "maxvalue",
        |th, o| {
            let largest = read(th, o)?.largest;
            th.int_from_i64(i64::from(largest))
        },
        "",
    ),
    getter(
        "name",
        |th, o| {
            let own = th.receiver::<SemLock>(o)?;
            Ok(th.read(own)?.name.get())
        },
        "",
    ),
];

/// A copy of the fields.
#[derive(Clone, Copy)]
struct State {
    semaphore: Semaphore,
    kind: i32,
    largest: i32,
    count: i32,
    holder: u64,
}

impl State {
    fn is_mine(self, th: &Thread) -> bool {
        self.count > 0 && self.holder == th.ident.get()
    }
}

fn read(th: &mut Thread, own: Value) -> Result<State, Raised> {
    let own = th.receiver::<SemLock>(own)?;
    let fields = th.read(own)?;
    Ok(State {
        semaphore: Semaphore::from_address(fields.handle.get()),
        kind: fields.kind.get(),
        largest: fields.largest.get(),
        count: fields.count.get(),
        holder: fields.holder.get(),
    })
}

/// # Safety
/// A dead `SemLock`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise: nobody uses the semaphore any more.
    let handle = unsafe { (*object.cast::<SemLock>()).handle.get() };
    if handle != 0 {
        // Nobody can be told that it failed.
        let _ = Semaphore::from_address(handle).close();
    }
}

fn make(
    th: &mut Thread,
    class: Value,
    semaphore: Semaphore,
    kind: i32,
    largest: i32,
    name: Value,
) -> Result<Value, Raised> {
    let shape = th.instance_shape(class, &SEM_LOCK)?;
    Ok(SemLock::allocate_as(th, shape, name, semaphore.address(), kind, largest, 0, 0)?.value())
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (kind, value, largest) = (c_int(th, args[1])?, c_int(th, args[2])?, c_int(th, args[3])?);
    if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
        return Err(th.value_error("unrecognized kind"));
    }
    let name = system_text(th, args[4])?;
    let unlinks = th.is_true(args[5])?;
    let semaphore = run(th, || Semaphore::create(&name, value as u32))?;
    if unlinks {
        let unlinked = semaphore::unlink(&name);
        if let Err(errno) = unlinked {
            let _ = semaphore.close();
            return Err(th.os_error(errno));
        }
    }
    let kept = if unlinks { Value::NONE } else { args[4] };
    make(th, args[0], semaphore, kind, largest, kept)
}

fn rebuild(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(handle) = as_i64(args[1]) else {
        return Err(th.type_error("an integer is required"));
    };
    let (kind, largest) = (c_int(th, args[2])?, c_int(th, args[3])?);
    let semaphore = if args[4].is_none() {
        // Inherited by fork: the same address.
        Semaphore::from_address(handle as usize)
    } else {
        let name: CString = system_text(th, args[4])?;
        run(th, || Semaphore::open(&name))?
    };
    make(th, args[0], semaphore, kind, largest, args[4])
}

fn sem_unlink(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = system_text(th, args[0])?;
    run(th, || semaphore::unlink(&name))?;
    Ok(Value::NONE)
}

fn set_count(th: &mut Thread, own: Ref<SemLock>, change: i32) -> Result<(), Raised> {
    let me = th.ident.get();
    let fields = th.write(own)?;
    fields.count.set(fields.token(), fields.count.get() + change);
    if change > 0 {
        fields.holder.set(fields.token(), me);
    }
    Ok(())
}

fn acquire(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<SemLock>(args[0])?;
    let block = args[1].is_unbound() || th.is_true(args[1])?;
    let mut until = None;
    if let Some(timeout) = given(args[2]) {
        let seconds = float(th, timeout)?.clamp(0.0, 1e9);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        until = Some(now + Duration::from_secs_f64(seconds));
    }
    let state = read(th, args[0])?;
    if state.kind == RECURSIVE_MUTEX && state.is_mine(th) {
        set_count(th, own, 1)?;
        return Ok(Value::TRUE);
    }
    irrevocable(th)?;
    let semaphore = state.semaphore;
    let mut outcome = semaphore.try_wait();
    if block && matches!(outcome, Err(libc::EAGAIN | libc::EINTR)) {
        outcome = loop {
            match th.away(|| semaphore.wait(until)) {
                Err(libc::EINTR) => th.poll()?,
                done => break done,
            }
        };
    }
    match outcome {
        Ok(_) => {
            set_count(th, own, 1)?;
            Ok(Value::TRUE)
        }
        Err(libc::EAGAIN | libc::ETIMEDOUT) => Ok(Value::FALSE),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn enter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    acquire(th, &[args[0], Value::TRUE, Value::UNBOUND])
}

fn release(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<SemLock>(args[0])?;
    let state = read(th, args[0])?;
    irrevocable(th)?;
    if state.kind == RECURSIVE_MUTEX {
        if !state.is_mine(th) {
            return Err(th.assertion_error("attempt to release recursive lock not owned by thread"));
        }
        if state.count > 1 {
            set_count(th, own, -1)?;
            return Ok(Value::NONE);
        }
    } else if state.semaphore.value().map_err(|errno| th.os_error(errno))? >= state.largest {
        return Err(th.value_error("semaphore or lock released too many times"));
    }
    // Counted first: whoever gets it next may be another thread of this process.
    set_count(th, own, -1)?;
    match state.semaphore.post() {
        Ok(_) => Ok(Value::NONE),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn get_value(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let semaphore = read(th, args[0])?.semaphore;
    let value = run(th, || semaphore.value())?;
    Ok(Value::from_i32(value.max(0)))
}

fn is_zero(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let semaphore = read(th, args[0])?.semaphore;
    let value = run(th, || semaphore.value())?;
    Ok(Value::from_bool(value <= 0))
}

fn after_fork(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<SemLock>(args[0])?;
    let fields = th.write(own)?;
    fields.count.set(fields.token(), 0);
    Ok(Value::NONE)
}
