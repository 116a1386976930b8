//! The four fences and the passing of data, under the C++ memory model.
//!
//! `loom` tries every execution that the memory model allows. The crate's own code is too large
//! for it, so each test spells out one exchange as the code makes it: the same bits
//! ([`OwnerBits`]), the same orders, the same place of the fence.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use loom::thread;
use orochi_stm::OwnerBits;
use orochi_stm::owner::{G, W};

const AWAY: u64 = 1 << 48;

/// S2: a bump by Release, a claim of the stale word by Acquire.
#[test]
fn data_passes_with_a_bump() {
    loom::model(|| {
        let shared = Arc::new((AtomicU64::new(1), AtomicU32::new(0)));
        let other = shared.clone();
        let owner = thread::spawn(move || {
            other.1.store(7, Ordering::Relaxed);
            other.0.store(2, Ordering::Release);
        });
        if shared.0.load(Ordering::Acquire) == 2 {
            assert_eq!(shared.1.load(Ordering::Relaxed), 7);
        }
        owner.join().unwrap();
    });
}

/// S3: a grant writes the requester's token into the word; the barrier loads it with Acquire.
#[test]
fn data_passes_with_a_grant() {
    loom::model(|| {
        let mine = OwnerBits::owned(2, 5, G);
        let shared = Arc::new((AtomicU32::new(OwnerBits::owned(1, 3, W | G).0), AtomicU32::new(0)));
        let other = shared.clone();
        let owner = thread::spawn(move || {
            other.1.store(7, Ordering::Relaxed);
            other.0.store(mine.0, Ordering::Release);
        });
        if shared.0.load(Ordering::Acquire) == mine.0 {
            assert_eq!(shared.1.load(Ordering::Relaxed), 7);
        }
        owner.join().unwrap();
    });
}

/// Claiming by CAS: of two claimers of a stale word one wins, and sees what was written.
#[test]
fn one_claimer_wins() {
    loom::model(|| {
        let stale = OwnerBits::owned(1, 3, W | G);
        let word = Arc::new(AtomicU32::new(stale.0));
        let claim = move |word: &AtomicU32, tid: u32| {
            let token = OwnerBits::owned(tid, 0, W | G);
            word.compare_exchange(stale.0, token.0, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        };
        let other = word.clone();
        let second = thread::spawn(move || claim(&other, 3));
        let first = claim(&word, 2);
        assert!(first ^ second.join().unwrap());
    });
}

/// Fence 1: going away against a request. Either the owner sees the request when it leaves, or
/// the requester sees that it is away.
#[test]
fn leaving_meets_a_request() {
    loom::model(|| {
        let shared = Arc::new((AtomicU64::new(0), AtomicU32::new(0)));
        let other = shared.clone();
        let owner = thread::spawn(move || {
            other.0.fetch_or(AWAY, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            other.1.load(Ordering::SeqCst) != 0
        });
        shared.1.fetch_or(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let requester_sees = shared.0.load(Ordering::SeqCst) & AWAY != 0;
        assert!(owner.join().unwrap() || requester_sees, "nobody answers");
    });
}

/// Fence 2: a request against the end of the epoch. The owner either finds the request when it
/// polls, with what is wanted, or has not polled yet; a requester that looks again after a poll
/// that missed it sees the bump that came before.
#[test]
fn a_request_meets_a_poll() {
    loom::model(|| {
        // Token, poll word, wanted address.
        let shared = Arc::new((AtomicU64::new(1), AtomicU32::new(0), AtomicU64::new(0)));
        let other = shared.clone();
        let owner = thread::spawn(move || {
            other.0.store(2, Ordering::Release);
            let polled = other.1.swap(0, Ordering::SeqCst) != 0;
            if polled {
                assert_ne!(other.2.load(Ordering::SeqCst), 0, "a request without a want");
            }
            polled
        });
        shared.2.store(8, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        shared.1.fetch_or(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let sees_bump = shared.0.load(Ordering::SeqCst) == 2;
        assert!(owner.join().unwrap() || sees_bump, "nobody answers");
    });
}

/// Fence 3: `Shared` to `Revoking` against a return. Either the revoker sees that the thread
/// runs, or the thread, once back, sees `Revoking`.
#[test]
fn a_revocation_meets_a_return() {
    loom::model(|| {
        let shared_word = OwnerBits(0).to_shared();
        let revoking = shared_word.to_revoking(1);
        let state = Arc::new((AtomicU32::new(shared_word.0), AtomicU64::new(AWAY)));
        let other = state.clone();
        let reader = thread::spawn(move || {
            other.1.fetch_and(!AWAY, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            other.0.load(Ordering::Acquire) == revoking.0
        });
        state
            .0
            .compare_exchange(shared_word.0, revoking.0, Ordering::SeqCst, Ordering::Relaxed)
            .unwrap();
        fence(Ordering::SeqCst);
        let runs = state.1.load(Ordering::SeqCst) & AWAY == 0;
        let reader_sees = reader.join().unwrap();
        assert!(runs || reader_sees, "a reader nobody waits for");
    });
}

/// Fence 4: sleep against wake. Either the sleeper sees the change, or the waker sees the
/// sleeper.
#[test]
fn sleep_meets_wake() {
    const IDLE: u32 = 0;
    const WOKEN: u32 = 1;
    const ASLEEP: u32 = 2;
    loom::model(|| {
        let shared = Arc::new((AtomicU32::new(IDLE), AtomicU32::new(0)));
        let other = shared.clone();
        let waker = thread::spawn(move || {
            other.1.store(1, Ordering::Release);
            other.0.swap(WOKEN, Ordering::SeqCst) == ASLEEP
        });
        let changed = shared.1.load(Ordering::Acquire) == 1;
        let asleep = !changed
            && shared.0.compare_exchange(IDLE, ASLEEP, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        let unparked = waker.join().unwrap();
        assert!(!asleep || unparked, "sleeps for ever");
    });
}
