//! The primitives everything else is built on: the standard library's, or a model checker's.
//!
//! `--features shuttle` swaps in `shuttle`, which runs the whole crate under controlled
//! schedules. Nothing outside this file names either. Threads sleep by `std::thread::park`,
//! whose state lives in the thread itself: unlike a process-wide table of sleepers it survives
//! a `fork` at any moment.

#[cfg(not(feature = "shuttle"))]
mod chosen {
    use std::sync::OnceLock;
    use std::time::{Duration, Instant};

    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
    pub(crate) use std::thread::{Thread, current, park};

    /// How long a waiter looks before it sleeps, in nanoseconds.
    const SPIN_NANOS: u64 = 20_000;
    /// How long a stopped thread looks for the end of the stop before it sleeps, in nanoseconds:
    /// a nursery collection is mostly shorter, and a sleep costs two context switches.
    const STOP_SPIN_NANOS: u64 = 200_000;
    /// How long a thread may keep its seat while others wait for one.
    const SLICE_NANOS: u64 = 5_000_000;
    /// How long it may keep it while a thread that has been waiting for something else does.
    const TURN_NANOS: u64 = 1_000_000;

    /// Whether a waiter that has looked for so long should go on looking.
    pub(crate) fn worth_spinning(waited: u64) -> bool {
        waited < SPIN_NANOS
    }

    /// The same for one that waits for the end of a stop.
    pub(crate) fn stop_is_brief(waited: u64) -> bool {
        waited < STOP_SPIN_NANOS
    }

    /// What is left of the slice of a thread that has had its seat for so long.
    pub(crate) fn slice_left(held: u64) -> Option<u64> {
        SLICE_NANOS.checked_sub(held).filter(|&left| left > 0)
    }

    /// What is left of the turn that a thread may take before one that comes back from a wait.
    pub(crate) fn turn_left(held: u64) -> Option<u64> {
        TURN_NANOS.checked_sub(held).filter(|&left| left > 0)
    }

    /// Nanoseconds since the first call.
    pub(crate) fn now() -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_nanos() as u64
    }

    /// Nanoseconds for which the kernel has run the calling thread: what others took from a slice
    /// does not count. Zero where there is no such clock.
    pub(crate) fn run_time() -> u64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: fills the structure.
        match unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) } {
            0 => time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64,
            _ => 0,
        }
    }

    /// A cheap clock for ages. Which of two attempts it calls older does not matter for
    /// safety; on x86-64 the time stamp counter runs evenly on all cores.
    pub(crate) fn ticks() -> u64 {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: reading the time stamp counter has no effects.
        return unsafe { core::arch::x86_64::_rdtsc() };
        #[cfg(not(target_arch = "x86_64"))]
        return now();
    }

    /// Sleeps until unparked or for `nanos`.
    pub(crate) fn park_for(nanos: u64) {
        std::thread::park_timeout(Duration::from_nanos(nanos));
    }

    /// A moment of a short wait.
    pub(crate) fn relax() {
        for _ in 0..8 {
            std::hint::spin_loop();
        }
    }

    /// A moment of a wait for something that takes another thread's running: the first rounds
    /// spin, later ones give the core away, in the end for some time.
    pub(crate) fn back_off(round: u32) {
        match round {
            0..2_000 => std::hint::spin_loop(),
            2_000..2_200 => std::thread::yield_now(),
            _ => std::thread::sleep(Duration::from_micros(50)),
        }
    }
}

#[cfg(feature = "shuttle")]
mod chosen {
    pub(crate) use shuttle::sync::Mutex;
    pub(crate) use shuttle::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
    pub(crate) use shuttle::thread::{Thread, current, park};

    /// Sleeping at once explores more than spinning does.
    pub(crate) fn worth_spinning(_waited: u64) -> bool {
        false
    }

    /// As above.
    pub(crate) fn stop_is_brief(_waited: u64) -> bool {
        false
    }

    /// Slices are over as soon as somebody waits.
    pub(crate) fn slice_left(_held: u64) -> Option<u64> {
        None
    }

    pub(crate) fn turn_left(_held: u64) -> Option<u64> {
        None
    }

    /// Time stands still: equal ages fall back on slots.
    pub(crate) fn now() -> u64 {
        0
    }

    pub(crate) fn ticks() -> u64 {
        0
    }

    pub(crate) fn run_time() -> u64 {
        0
    }

    /// There are no timeouts under the checker, so that a lost wake-up shows as a deadlock.
    pub(crate) fn park_for(_nanos: u64) {
        park();
    }

    pub(crate) fn relax() {
        shuttle::thread::yield_now();
    }

    pub(crate) fn back_off(_round: u32) {
        shuttle::thread::yield_now();
    }
}

pub(crate) use chosen::*;
