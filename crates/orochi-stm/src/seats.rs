//! Seats: at most one thread a core is Running.
//!
//! Without seats the kernel deschedules a thread while it owns objects, and whoever wants them
//! waits for its next time slice (tens of milliseconds with 64 threads on 2 cores). So a thread
//! runs only while it holds a seat; who holds none is away (or safe), and its objects can be
//! claimed at once.
//!
//! A thread that goes away *keeps* its seat until somebody needs it: the seat is a flag in the
//! token, and a thread that queues for one takes it from any thread that is away (but not from
//! one that is only away for the moment of a handshake: `BRIEF`). A blocking call therefore
//! costs no access to memory shared by all threads when nobody waits for a seat. The first in
//! the queue keeps the time: it asks the thread that has run longest to give up its seat at its
//! next poll, when that one's slice is over.
//!
//! Two queues, the first of which is first come, first served. A thread that comes back from a wait with a part of
//! its slice left stands in the first and need not wait for a whole slice of others; one whose
//! slice is over stands in the second, from which the one that has run least in all goes first.
//! Otherwise threads that hand a lock round would each
//! wait for a slice of everybody who computes. What a thread has used of its slice counts over
//! its waits, so computing in small pieces gains nothing.

use std::collections::VecDeque;

use crate::host::Host;
use crate::place;
use crate::record::{SEAT_WANTED, ThreadRecord};
use crate::registry::Registry;
use crate::sync::{
    AtomicU32, Mutex, Ordering, fence, now, relax, run_time, slice_left, turn_left, worth_spinning,
};
use crate::thread::StmThread;
use crate::token::{AWAY, BRIEF, SEAT, Token};

/// When the first in the queue asks again.
const LOOK_AGAIN_NANOS: u64 = 1_000_000;
/// The same, having asked just now.
const ASKED: u64 = LOOK_AGAIN_NANOS + 1;

/// Who waits for a seat.
#[derive(Debug, Default)]
struct Queue {
    /// Threads with some of their slice left.
    resuming: VecDeque<&'static ThreadRecord>,
    /// Threads whose slice is over.
    expired: VecDeque<&'static ThreadRecord>,
    /// What the last of those had run in all when it got its seat: nobody counts as having run
    /// for less, so who has slept for long does not run for long.
    floor: u64,
}

impl Queue {
    fn len(&self) -> u32 {
        (self.resuming.len() + self.expired.len()) as u32
    }

    /// Which of those whose slice is over is next: the one that has run for the shortest time in
    /// all. The kernel makes some slices three times as long as others, and gives part of some to
    /// other processes.
    fn next_expired(&self) -> Option<usize> {
        let ran = |record: &ThreadRecord| record.ran.load(Ordering::Relaxed);
        (0..self.expired.len()).min_by_key(|&index| ran(self.expired[index]))
    }

    fn first(&self) -> Option<&'static ThreadRecord> {
        let expired = || self.next_expired().map(|index| self.expired[index]);
        self.resuming.front().copied().or_else(expired)
    }

    fn pop_first(&mut self) -> Option<&'static ThreadRecord> {
        self.resuming.pop_front().or_else(|| {
            let next = self.expired.remove(self.next_expired()?)?;
            self.floor = self.floor.max(next.ran.load(Ordering::Relaxed));
            Some(next)
        })
    }

    /// Puts the calling thread, whose slice is over, to the others.
    fn push_expired(&mut self, record: &'static ThreadRecord) {
        let time = run_time();
        let used = time.saturating_sub(record.ran_until.swap(time, Ordering::Relaxed));
        let used = used.min(LONGEST_SLICE);
        let ran = record.ran.load(Ordering::Relaxed).max(self.floor.saturating_sub(used)) + used;
        record.ran.store(ran, Ordering::Relaxed);
        self.expired.push_back(record);
    }
}

/// A slice counts as so long at most: what is over has run while nobody wanted the seat.
const LONGEST_SLICE: u64 = 20_000_000;

/// The seats of a registry.
#[derive(Debug)]
pub(crate) struct Seats {
    /// Seats nobody holds. Changed under the lock, except for the quick way in.
    free: AtomicU32,
    /// Length of the queue, for a look without the lock.
    waiting: AtomicU32,
    queue: Mutex<Queue>,
}

impl Seats {
    pub(crate) fn new(seats: u32) -> Self {
        Seats {
            free: AtomicU32::new(seats),
            waiting: AtomicU32::new(0),
            queue: Mutex::new(Queue::default()),
        }
    }

    /// Whether somebody queues for a seat.
    pub(crate) fn are_wanted(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) != 0
    }

    /// Takes a free seat without queueing.
    fn take_free(&self) -> bool {
        let take = |n: u32| n.checked_sub(1);
        self.free.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }

    fn with_queue<R>(&self, work: impl FnOnce(&mut Queue) -> R) -> R {
        match self.queue.lock() {
            Ok(mut queue) => work(&mut queue),
            // No code that can panic runs under this lock.
            Err(poisoned) => work(&mut poisoned.into_inner()),
        }
    }

    /// Runs `work` while nobody else holds the queue's lock.
    pub(crate) fn with_queue_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _guard = self.queue.lock();
        work()
    }

    /// After a fork: one thread is left, and it has a seat.
    pub(crate) fn reset(&self, seats: u32) {
        self.with_queue(|queue| *queue = Queue::default());
        self.waiting.store(0, Ordering::SeqCst);
        self.free.store(seats - 1, Ordering::SeqCst);
    }

    /// Waits until `record`'s thread (the caller, away or safe, without a seat) has been given
    /// one. The flag in its token is then set together with coming back.
    /// Returns the part of its slice that it has already used.
    fn acquire(&self, registry: &Registry, record: &'static ThreadRecord) -> u64 {
        let used = record.slice_used.swap(0, Ordering::SeqCst);
        let resumes = slice_left(used).is_some();
        let kept = if resumes { used } else { 0 };
        if !self.are_wanted() && self.take_free() {
            return kept;
        }
        record.seat_queued.store(1, Ordering::SeqCst);
        self.with_queue(|queue| {
            if resumes {
                queue.resuming.push_back(record);
            } else {
                queue.push_expired(record);
            }
            self.waiting.store(queue.len(), Ordering::SeqCst);
            fence(Ordering::SeqCst);
            self.serve(registry, queue, None);
        });
        loop {
            record.wake.reset();
            if record.seat_queued.load(Ordering::SeqCst) == 0 {
                return kept;
            }
            let first = self.with_queue(|queue| {
                let first = queue.first().is_some_and(|first| first.slot == record.slot);
                if first {
                    self.serve(registry, queue, None);
                }
                first
            });
            if record.seat_queued.load(Ordering::SeqCst) == 0 {
                return kept;
            }
            let asked = first.then(|| ask_for_seat(registry, record, resumes));
            if asked == Some(ASKED) {
                // The answer comes at the next poll. To be there then saves a wake-up, which the
                // kernel may put off for milliseconds while all cores compute.
                let begin = now();
                while worth_spinning(now() - begin) {
                    if record.seat_queued.load(Ordering::SeqCst) == 0 {
                        return kept;
                    }
                    relax();
                }
            }
            record.wake.sleep(asked);
        }
    }

    /// Gives what seats there are to the first in the queue. The very first goes on with `core`, if one
    /// is known to become idle.
    fn serve(&self, registry: &Registry, queue: &mut Queue, mut core: Option<usize>) {
        let mut served = false;
        while queue.len() > 0 && (self.take_free() || take_from_away(registry)) {
            if let Some(next) = queue.pop_first() {
                served = true;
                if let Some(core) = core.take() {
                    place::put(next, core);
                }
                next.seat_queued.store(0, Ordering::SeqCst);
                next.wake.wake();
            }
        }
        self.waiting.store(queue.len(), Ordering::SeqCst);
        if served && let Some(first) = queue.first() {
            // It keeps the time from now on.
            first.wake.wake();
        }
    }

    /// Gives up the seat of `record`'s thread, if it still has it. The thread is away, safe or
    /// unregistered.
    pub(crate) fn give_back(&self, registry: &Registry, record: &ThreadRecord) {
        self.pass_on(registry, record, None);
    }

    /// The same, saying which core the thread leaves.
    fn pass_on(&self, registry: &Registry, record: &ThreadRecord, core: Option<usize>) {
        let before = Token(record.token.fetch_and(!SEAT, Ordering::SeqCst));
        if !before.has(SEAT) {
            return;
        }
        self.free.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if self.are_wanted() {
            self.with_queue(|queue| self.serve(registry, queue, core));
        }
    }
}

/// Takes the seat of a thread that is away for longer.
fn take_from_away(registry: &Registry) -> bool {
    registry.registered().any(|record| {
        let token = record.token_again();
        token.has(SEAT)
            && token.has(AWAY)
            && !token.has(BRIEF)
            && record.exchange_token(token, Token(token.0 & !SEAT))
            && {
                record.note_slice_used();
                true
            }
    })
}

/// Asks the thread that has run longest for its seat, once its slice is over, or, for a thread that
/// `resumes`, once it has had a turn. Returns the nanoseconds until it is worth looking again.
fn ask_for_seat(registry: &Registry, me: &ThreadRecord, resumes: bool) -> u64 {
    let seated = |record: &ThreadRecord| record.seated_at.load(Ordering::SeqCst);
    let longest = registry
        .registered()
        .filter(|record| record.slot != me.slot && record.token_again().has(SEAT))
        .min_by_key(|record| seated(record));
    let Some(record) = longest else { return LOOK_AGAIN_NANOS };
    let held = now().saturating_sub(seated(record));
    if let Some(left) = if resumes { turn_left(held) } else { slice_left(held) } {
        return left;
    }
    record.poll.fetch_or(SEAT_WANTED, Ordering::SeqCst);
    ASKED
}

impl StmThread {
    /// Makes sure that this thread (away or safe) has a seat when it clears its status: with the
    /// seat comes back in one step. Returns the token it had before.
    pub(crate) fn come_back_seated(&self, status: u64) -> Token {
        let record = self.record;
        loop {
            let token = record.token_again();
            if !token.has(SEAT) {
                let used = self.registry.seats.acquire(self.registry, record);
                place::arrive(record);
                record.seated_at.store(now().saturating_sub(used), Ordering::SeqCst);
                let seated = record.token.fetch_or(SEAT, Ordering::SeqCst) | SEAT;
                if self.clear_status(Token(seated), status) {
                    return Token(seated);
                }
                continue;
            }
            if self.clear_status(token, status) {
                return token;
            }
        }
    }

    fn clear_status(&self, token: Token, status: u64) -> bool {
        self.record.exchange_token(token, Token(token.0 & !(status | BRIEF)))
    }

    /// The time slice is over: lets somebody else run for a while.
    pub(crate) fn yield_seat(&self, host: &dyn Host) {
        if !self.registry.seats.are_wanted() {
            return;
        }
        self.record.counters.seat_switches.count();
        host.going_away();
        self.leave(0);
        self.record.note_slice_used();
        self.registry.seats.pass_on(self.registry, self.record, place::here());
        self.come_back(host);
    }
}
