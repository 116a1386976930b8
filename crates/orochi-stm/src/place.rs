//! Which core a thread goes on with when it gets a seat.
//!
//! A seat stands for a core, but the kernel does not know that. It often wakes who has been given a
//! seat on the core where the holder of another one runs; the giver's core then lies idle until the
//! kernel balances its load, some milliseconds later. With 8 computing threads on 2 cores that was an
//! eighth of the time. So the giver, who is about to sleep, has the kernel put its successor on the core
//! that it leaves. The successor takes that back as its first act, so no thread is bound to a core
//! while it runs Python code, and what the program itself has said about cores stays as it was.

use std::sync::Mutex;

use crate::record::ThreadRecord;

/// A thread as the kernel names it, and what it has been put on.
#[derive(Debug, Default)]
pub(crate) struct Place(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The kernel's number of the thread.
    thread: libc::pid_t,
    /// The core that the thread has been put on, and where it may run in truth.
    put: Option<(usize, Cores)>,
}

impl Place {
    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        match self.0.lock() {
            Ok(mut state) => work(&mut state),
            // No code that can panic runs under this lock.
            Err(poisoned) => work(&mut poisoned.into_inner()),
        }
    }

    /// From now on this is the place of the calling thread.
    pub(crate) fn register(&self) {
        // SAFETY: asks for a number.
        let thread = unsafe { libc::gettid() };
        self.with(|state| *state = State { thread, put: None });
    }
}

/// The core that the calling thread runs on.
pub(crate) fn here() -> Option<usize> {
    if cfg!(feature = "shuttle") {
        return None;
    }
    // SAFETY: asks for a number.
    usize::try_from(unsafe { libc::sched_getcpu() }).ok()
}

/// Has the kernel put a thread that has just got a seat, and does not run with it yet, on `core`, if it
/// may run there.
pub(crate) fn put(record: &ThreadRecord, core: usize) {
    record.place.with(|state| {
        if state.put.is_none()
            && let Some(cores) = Cores::of(state.thread)
            && cores.choose(core)
            && Cores::only(core).assign(state.thread)
        {
            state.put = Some((core, cores));
        }
    });
}

/// The calling thread, whose record this is, has come to where it was put, if it was, and may run again
/// wherever it might before.
pub(crate) fn arrive(record: &ThreadRecord) {
    record.place.with(|state| {
        if let Some((core, cores)) = state.put.take()
            // Else the program has decided otherwise meanwhile.
            && Cores::of(state.thread).is_some_and(|now| now.is_only(core))
        {
            cores.assign(state.thread);
        }
    });
}

/// A set of cores.
#[derive(Clone, Copy, Debug)]
struct Cores(libc::cpu_set_t);

impl Cores {
    /// Those on which a thread may run. None on machines with more than such a set can name.
    fn of(thread: libc::pid_t) -> Option<Self> {
        // SAFETY: a set of bits, all zero.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        // SAFETY: fills the set.
        let failed = unsafe { libc::sched_getaffinity(thread, size_of_val(&set), &mut set) };
        (failed == 0).then_some(Cores(set))
    }

    fn only(core: usize) -> Self {
        // SAFETY: a set of bits, all zero.
        let mut set = unsafe { std::mem::zeroed() };
        if core < libc::CPU_SETSIZE as usize {
            // SAFETY: the bit lies in the set.
            unsafe { libc::CPU_SET(core, &mut set) };
        }
        Cores(set)
    }

    fn count(&self) -> usize {
        // SAFETY: reads the set.
        unsafe { libc::CPU_COUNT(&self.0) as usize }
    }

    fn has(&self, core: usize) -> bool {
        // SAFETY: reads a bit that lies in the set.
        core < libc::CPU_SETSIZE as usize && unsafe { libc::CPU_ISSET(core, &self.0) }
    }

    fn is_only(&self, core: usize) -> bool {
        self.has(core) && self.count() == 1
    }

    /// Whether there is a choice, and `core` is among it.
    fn choose(&self, core: usize) -> bool {
        self.has(core) && self.count() > 1
    }

    /// Makes a thread run on these only; whether the kernel agrees.
    fn assign(&self, thread: libc::pid_t) -> bool {
        // SAFETY: reads the set.
        unsafe { libc::sched_setaffinity(thread, size_of_val(&self.0), &self.0) == 0 }
    }
}
