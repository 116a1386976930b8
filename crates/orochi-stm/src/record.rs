//! What other threads see of a thread.
//!
//! Records are allocated once and never freed, so that whoever finds one through a tid or a slot
//! may look at it at any time. A thread that starts may take over the record of one that has
//! ended; since its token then names another tid, nothing that was owned comes alive again.

use crate::elide::ELIDED_LOCKS;
use crate::owner::{OwnerBits, OwnerWord};
use crate::place::Place;
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering, now};
use crate::thread::{HostRequests, MARKS, Marks, StmThread, mark_slot};
use crate::token::{INEVITABLE, Token};
use crate::wake::WakeCell;

/// Poll bit: somebody wants an object of this thread.
pub(crate) const REQUEST: u32 = 1 << 0;
/// Poll bit: a revoker waits for an acknowledgement.
pub(crate) const REVOKE: u32 = 1 << 1;
/// Poll bit: the world is to be stopped.
pub(crate) const STOP: u32 = 1 << 2;
/// Poll bit: the time slice is over and somebody waits for the seat.
pub(crate) const SEAT_WANTED: u32 = 1 << 3;
/// Poll bit: the open block is wounded.
pub(crate) const WOUND: u32 = 1 << 4;
/// Poll bit, set by the thread itself: `Contended` objects are held for the running operation.
pub(crate) const HOLDING: u32 = 1 << 5;
/// Poll bit: a thread wants to run alone.
pub(crate) const ALONE: u32 = 1 << 6;
/// Where the host's bits begin.
pub(crate) const HOST_SHIFT: u32 = 16;

/// Age of a thread that asks for nothing: younger than everybody.
pub(crate) const NO_AGE: u64 = u64::MAX;

/// A revocation that has no number yet.
pub(crate) const UNNUMBERED: u64 = u64::MAX;

/// Counts of slow-path events of one thread, for measurements and tests. Relaxed, written by the
/// thread itself.
#[derive(Debug, Default)]
pub struct Counters {
    /// Claims that took the slow path.
    pub claims: Counter,
    /// Waits for a live owner (handshakes).
    pub waits: Counter,
    /// Waits that ended up asleep.
    pub sleeps: Counter,
    /// Objects handed to a requester.
    pub grants: Counter,
    /// Epochs ended on request.
    pub bumps: Counter,
    /// Revocations of `Shared`.
    pub revocations: Counter,
    /// Operations on `Contended` objects.
    pub contended: Counter,
    /// Seats given up because the slice was over.
    pub seat_switches: Counter,
    /// Blocks undone.
    pub aborts: Counter,
}

impl Counters {
    /// All counts with their names.
    pub fn named(&self) -> [(&'static str, u64); 9] {
        [
            ("claims", self.claims.get()),
            ("waits", self.waits.get()),
            ("sleeps", self.sleeps.get()),
            ("grants", self.grants.get()),
            ("bumps", self.bumps.get()),
            ("revocations", self.revocations.get()),
            ("contended", self.contended.get()),
            ("seat switches", self.seat_switches.get()),
            ("aborts", self.aborts.get()),
        ]
    }
}

/// One relaxed counter.
#[derive(Debug, Default)]
pub struct Counter(std::sync::atomic::AtomicU64);

impl Counter {
    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Adds one. Only the thread itself counts, so no read-modify-write is needed.
    pub(crate) fn count(&self) {
        self.0.store(self.get() + 1, std::sync::atomic::Ordering::Relaxed);
    }
}

/// What other threads see of a thread.
#[derive(Debug)]
#[repr(align(128))]
pub struct ThreadRecord {
    /// Tid, live epochs and status: see [`crate::token`].
    pub(crate) token: AtomicU64,
    /// What others want of the thread. Only the thread itself clears it, before it looks.
    pub(crate) poll: AtomicU32,
    /// Index in the registry.
    pub(crate) slot: u32,
    /// The thread's hot part; null while the record is not registered.
    pub(crate) thread: AtomicPtr<StmThread>,
    /// Address of the owner word the thread waits for, plus one if for writing; zero for none.
    pub(crate) want: AtomicU64,
    /// Slot of the thread it waits for.
    pub(crate) target: AtomicU32,
    /// Age of the current attempt: the time of its first try, in ticks.
    pub(crate) age: AtomicU64,
    /// The thread's own: the age of its last block, and in the lowest bits how many blocks may
    /// still have the same.
    pub(crate) last_age: std::sync::atomic::AtomicU64,
    /// The newest revocation the thread has acknowledged.
    pub(crate) ack: AtomicU64,
    /// The number of the revocation this thread carries out; [`UNNUMBERED`] from before the
    /// word says so until there is one.
    pub(crate) revocation: AtomicU64,
    /// Set while the thread waits for a seat; cleared by whoever gives it one.
    pub(crate) seat_queued: AtomicU32,
    /// When the thread took its seat.
    pub(crate) seated_at: AtomicU64,
    /// How much of its slice the thread had used when it lost its seat.
    pub(crate) slice_used: AtomicU64,
    /// How long the thread has run in slices that are over; changed under the lock of the seats.
    pub(crate) ran: AtomicU64,
    /// Its clock when the last of these was over; the thread's own.
    pub(crate) ran_until: AtomicU64,
    /// On which core it goes on when it has got a seat.
    pub(crate) place: Place,
    /// Set while the thread sleeps until a stop is over.
    pub(crate) stopped: AtomicU32,
    /// Where the thread sleeps.
    pub(crate) wake: WakeCell,
    /// `Shared` objects read by the open block.
    pub(crate) marks: Marks,
    /// Locks (the addresses of their words) that the open block runs under without having taken
    /// them; zero for none.
    pub(crate) elides: [AtomicU64; ELIDED_LOCKS],
    /// Slow-path events.
    pub counters: Counters,
    /// What the log knows of the thread.
    pub(crate) noted: crate::log::Noted,
}

impl ThreadRecord {
    pub(crate) fn new(slot: u32) -> Self {
        ThreadRecord {
            token: AtomicU64::new(Token::NONE.0),
            poll: AtomicU32::new(0),
            slot,
            thread: AtomicPtr::new(std::ptr::null_mut()),
            want: AtomicU64::new(0),
            target: AtomicU32::new(0),
            age: AtomicU64::new(NO_AGE),
            last_age: std::sync::atomic::AtomicU64::new(0),
            ack: AtomicU64::new(0),
            revocation: AtomicU64::new(UNNUMBERED),
            seat_queued: AtomicU32::new(0),
            seated_at: AtomicU64::new(0),
            slice_used: AtomicU64::new(0),
            ran: AtomicU64::new(0),
            ran_until: AtomicU64::new(0),
            place: Place::default(),
            stopped: AtomicU32::new(0),
            wake: WakeCell::new(),
            marks: [const { AtomicU32::new(0) }; MARKS],
            elides: [const { AtomicU64::new(0) }; ELIDED_LOCKS],
            counters: Counters::default(),
            noted: crate::log::Noted::new(),
        }
    }

    /// The thread loses its seat: what it has used of its slice counts when it comes back.
    pub(crate) fn note_slice_used(&self) {
        let seated_at = self.seated_at.load(Ordering::SeqCst);
        self.slice_used.store(now().saturating_sub(seated_at), Ordering::SeqCst);
    }

    /// The slot in the registry: a small number that names the thread while it lives.
    pub fn slot(&self) -> u32 {
        self.slot
    }

    /// Posts host requests to the thread: it sees them at its next safepoint. Safe to call from
    /// a signal handler. Does not interrupt a blocking call.
    pub fn post(&self, requests: HostRequests) {
        self.poll.fetch_or(requests.0 << HOST_SHIFT, Ordering::SeqCst);
    }

    /// Whether the host has posted something that the thread has not seen yet. Any thread may ask,
    /// also one that is away.
    pub fn is_posted(&self) -> bool {
        self.poll.load(Ordering::Acquire) >> HOST_SHIFT != 0
    }

    /// The registered thread's hot part, which is the first field of the host's own structure;
    /// null when the record is not registered. For the collector, during a stop.
    pub fn thread(&self) -> *mut StmThread {
        self.thread.load(Ordering::Acquire)
    }

    pub(crate) fn is_registered(&self) -> bool {
        !self.thread.load(Ordering::SeqCst).is_null()
    }

    /// The token, with Acquire: reading a bump makes visible what was written before it (S2).
    pub(crate) fn token(&self) -> Token {
        Token(self.token.load(Ordering::Acquire))
    }

    /// The token as a second look: ordered after this thread's own request.
    pub(crate) fn token_again(&self) -> Token {
        Token(self.token.load(Ordering::SeqCst))
    }

    /// Replaces the token if it is still `from`.
    pub(crate) fn exchange_token(&self, from: Token, to: Token) -> bool {
        self.token.compare_exchange(from.0, to.0, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    /// Whether the block described by `token` has marked `word` as read.
    pub(crate) fn has_marked(&self, token: Token, word: &OwnerWord) -> bool {
        let mark = OwnerBits(self.marks[mark_slot(word)].load(Ordering::Acquire));
        token.owns(mark)
    }

    /// Whether this thread's attempt comes before that of `other`, whose token is `token`.
    /// Inevitable blocks count as oldest; slots break ties.
    pub(crate) fn is_older_than(&self, other: &ThreadRecord, token: Token) -> bool {
        if self.token().has(INEVITABLE) {
            return true;
        }
        if token.has(INEVITABLE) {
            return false;
        }
        let mine = (self.age.load(Ordering::SeqCst), self.slot);
        mine < (other.age.load(Ordering::SeqCst), other.slot)
    }
}
