//! What a host sees: one expectation a test.
#![cfg(not(any(feature = "shuttle", feature = "zeal", feature = "no-barriers")))]

mod common;

use common::{Worker, cells, run_threads};
use orochi_stm::owner::{G, W};
use orochi_stm::{
    Abort, HostRequests, Limits, OwnerBits, OwnerState, OwnerWord, Registry, StmThread,
};

fn registry() -> &'static Registry {
    Registry::leaked(Limits { seats: 2, ..Limits::widest() })
}

fn started() -> Box<Worker> {
    let worker = Worker::new(registry());
    worker.start();
    worker
}

#[test]
fn words_spell_out_their_state() {
    let check = |bits: OwnerBits, state: OwnerState| assert_eq!(bits.state(), state);
    check(OwnerBits(0), OwnerState::Free);
    check(OwnerBits(G), OwnerState::Free);
    check(OwnerBits::owned(7, 99, W | G), OwnerState::Owned { tid: 7, epoch: 99 });
    check(OwnerBits::owned(7, 99, G).to_shared(), OwnerState::Shared);
    check(OwnerBits(G).to_revoking(4_000), OwnerState::Revoking { slot: 4_000 });
    check(OwnerBits(0).to_contended(true, 9), OwnerState::Contended { held: true, by: 9 });
    check(OwnerBits(G).to_contended(false, 9), OwnerState::Contended { held: false, by: 9 });
    for bits in [OwnerBits(G), OwnerBits(0)] {
        assert_eq!(bits.to_shared().is_remembered(), bits.is_remembered());
        assert_eq!(bits.to_contended(true, 1).is_remembered(), bits.is_remembered());
        assert_eq!(bits.to_owned_by(u32::MAX, true).is_remembered(), bits.is_remembered());
    }
}

#[test]
fn sizes_are_pinned() {
    assert_eq!(size_of::<OwnerWord>(), 4);
    assert!(size_of::<StmThread>() <= 192, "{}", size_of::<StmThread>());
}

#[test]
fn a_claim_enables_both_barriers_and_remembers() {
    let worker = started();
    let cell = &cells(1)[0];
    assert!(!worker.stm().can_read(&cell.word));
    worker.read(cell);
    assert!(worker.stm().can_read(&cell.word) && !worker.stm().can_write(&cell.word));
    worker.add(cell, 1);
    assert!(worker.stm().can_write(&cell.word));
    assert_eq!(worker.remembered(), 1);
    worker.add(cell, 1);
    assert_eq!(worker.remembered(), 1);
    cell.word.clear_remembered();
    assert!(!worker.stm().can_write(&cell.word) && worker.stm().can_read(&cell.word));
    worker.add(cell, 1);
    assert_eq!(worker.remembered(), 2);
    worker.finish();
}

#[test]
fn immutable_words_are_read_by_all() {
    let worker = started();
    let word = OwnerWord::immutable();
    assert!(worker.stm().can_read(&word));
    worker.finish();
}

#[test]
fn new_objects_are_owned() {
    let worker = started();
    let word = OwnerWord::new(worker.stm().write_token());
    assert!(worker.stm().can_write(&word));
    worker.finish();
}

/// A header as hosts have it: the owner word, and a number behind it.
#[repr(C, align(8))]
struct Numbered {
    word: OwnerWord,
    number: u32,
}

#[test]
fn barrier_and_number_are_one_comparison() {
    const TAG: u64 = 9 << 56;
    let worker = started();
    worker.stm().set_companion(5);
    let mine = worker.stm().write_token();
    let other = OwnerBits::owned(mine.tid(), mine.epoch() ^ 1, W | G);
    // bits, number: may it be read, may it be written; the companion is 5, the cache expects 7.
    let check = |bits: OwnerBits, number: u32, read: bool, write: bool| {
        let header = Numbered { word: OwnerWord::new(bits), number };
        assert_eq!(header.number, number);
        let at = std::ptr::from_ref(&header).cast::<u64>();
        // SAFETY: an owner word with a number behind it, aligned to eight bytes.
        unsafe {
            assert_eq!(worker.stm().owns_companion_to_read(at), read && number == 5);
            assert_eq!(worker.stm().owns_companion_to_write(at), write && number == 5);
            let expected = TAG | 7 << 32;
            let tag = |allowed: bool| (allowed && number == 7).then_some(9);
            assert_eq!(worker.stm().tag_if_readable(at, expected), tag(read));
            assert_eq!(worker.stm().tag_if_writable(at, expected), tag(write));
            assert_eq!(worker.stm().tag_if_shared(at, expected), tag(bits.is_shared()));
        }
    };
    for number in [5, 6, 7] {
        check(mine, number, true, true);
        check(OwnerBits(mine.0 & !G), number, true, false);
        check(OwnerBits(mine.0 & !W), number, true, false);
        check(other, number, false, false);
        check(mine.to_shared(), number, false, false);
        check(other.to_free().to_shared(), number, false, false);
        check(mine.to_revoking(1), number, false, false);
        check(OwnerBits(0), number, false, false);
    }
    // A change of the token leaves the companion alone.
    worker.stm().block_enter(&*worker);
    worker.stm().block_commit(&*worker).expect("nothing has doomed it");
    assert_ne!(worker.stm().write_token(), mine);
    check(mine, 5, false, false);
    check(worker.stm().write_token(), 5, true, true);
    worker.finish();
}

#[test]
fn host_requests_arrive_at_the_safepoint() {
    let worker = started();
    assert!(!worker.stm().polled());
    worker.stm().post(HostRequests(0x101));
    assert!(worker.stm().polled());
    assert_eq!(worker.stm().safepoint(&*worker), Ok(HostRequests(0x101)));
    assert!(!worker.stm().polled());
    worker.finish();
}

#[test]
fn a_doomed_block_goes_nowhere_but_back() {
    let worker = started();
    let cells = cells(2);
    worker.stm().doom();
    assert!(!worker.stm().is_doomed(), "there is no block");
    worker.stm().block_enter(&*worker);
    worker.add(&cells[0], 5);
    worker.stm().doom();
    // Whoever loses one abort meets the next.
    for _ in 0..2 {
        assert_eq!(worker.stm().claim_write(&cells[1].word, &*worker), Err(Abort));
        assert!(worker.stm().polled());
        assert_eq!(worker.stm().safepoint(&*worker), Err(Abort));
        assert_eq!(worker.stm().become_inevitable(&*worker), Err(Abort));
        assert_eq!(worker.stm().block_commit(&*worker), Err(Abort));
    }
    worker.stm().block_abort(true, &*worker);
    assert_eq!(worker.read(&cells[0]), 0);
    worker.stm().block_enter(&*worker);
    worker.stm().abort_after(2);
    assert_eq!(worker.stm().claim_read(&cells[0].word, &*worker), Ok(()));
    assert_eq!(worker.stm().claim_read(&cells[1].word, &*worker), Err(Abort));
    worker.stm().block_abort(true, &*worker);
    worker.stm().block_enter(&*worker);
    assert_eq!(worker.stm().become_inevitable(&*worker), Ok(()));
    worker.stm().doom();
    assert_eq!(worker.stm().block_commit(&*worker), Ok(()), "too late to doom it");
    worker.finish();
}

#[test]
fn storage_says_whether_writes_are_logged() {
    for word in [OwnerWord::free(), OwnerWord::immutable()] {
        let remembered = word.load().is_remembered();
        assert!(!word.logs_writes());
        word.set_logs_writes(true);
        assert!(word.logs_writes() && word.load().is_remembered() == remembered);
        word.set_remembered();
        assert!(word.logs_writes());
        word.set_logs_writes(false);
        assert!(!word.logs_writes() && word.load().is_remembered());
    }
}

#[test]
fn signals_wait_for_the_end_of_the_block() {
    let worker = started();
    worker.stm().block_enter(&*worker);
    worker.stm().post(HostRequests(0x101));
    assert_eq!(worker.stm().safepoint(&*worker), Ok(HostRequests(0x001)));
    assert_eq!(worker.stm().block_commit(&*worker), Ok(()));
    assert_eq!(worker.stm().safepoint(&*worker), Ok(HostRequests(0x100)));
    worker.finish();
}

#[test]
fn an_aborted_block_leaves_no_trace() {
    let worker = started();
    let cells = cells(2);
    worker.add(&cells[0], 5);
    worker.stm().block_enter(&*worker);
    assert_eq!(worker.add_in_block(&cells[0], 1), Ok(()));
    assert_eq!(worker.add_in_block(&cells[1], 1), Ok(()));
    worker.stm().block_abort(false, &*worker);
    assert_eq!((cells[0].peek(), cells[1].peek()), (5, 0));
    worker.finish();
}

#[test]
fn the_release_counter_moves_only_at_release_points() {
    let worker = started();
    let cell = &cells(1)[0];
    let before = worker.stm().releases();
    worker.add(cell, 1);
    worker.poll();
    assert_eq!(worker.stm().releases(), before);
    worker.away(|| ());
    assert_ne!(worker.stm().releases(), before);
    assert!(worker.stm().can_write(&cell.word), "nobody asked, so nothing was lost");
    worker.finish();
}

#[test]
fn what_is_held_survives_a_poll_inside_an_operation() {
    let cells = cells(2);
    let turn = std::sync::atomic::AtomicU32::new(0);
    let is = |n: u32| turn.load(std::sync::atomic::Ordering::SeqCst) >= n;
    run_threads(registry(), 2, |worker, index| {
        if index == 0 {
            worker.add(&cells[0], 1);
            worker.add(&cells[1], 1);
            turn.store(1, std::sync::atomic::Ordering::SeqCst);
            while !is(2) {
                if worker.stm().polled() {
                    assert_eq!(worker.stm().poll_holding(&[&cells[0].word], worker), Ok(()));
                }
                assert!(worker.stm().can_write(&cells[0].word));
            }
        } else {
            while !is(1) {
                worker.away(std::thread::yield_now);
            }
            // Not held, so given; then the world is stopped over the one that is held.
            worker.add(&cells[1], 1);
            worker.stop(|_| cells[0].word.clear_remembered());
            turn.store(2, std::sync::atomic::Ordering::SeqCst);
            worker.add(&cells[0], 1);
        }
        worker.poll();
    });
    assert_eq!((cells[0].peek(), cells[1].peek()), (2, 2));
}

#[test]
fn what_is_given_up_needs_no_answer() {
    let cells = cells(2);
    let step = std::sync::atomic::AtomicU32::new(0);
    run_threads(registry(), 2, |worker, index| {
        let order = std::sync::atomic::Ordering::SeqCst;
        if index == 0 {
            worker.add(&cells[0], 1);
            worker.stm().give_up_everything(worker);
            assert!(!worker.stm().can_read(&cells[0].word));
            worker.block(|block| {
                block.add_in_block(&cells[1], 1)?;
                block.stm().give_up_everything(block);
                assert!(block.stm().can_write(&cells[1].word), "a block keeps what it owns");
                Ok(())
            });
            step.store(1, order);
            // No safepoint until the other one has had what it wants.
            while step.load(order) == 1 {
                std::thread::yield_now();
            }
        } else {
            worker.away(|| {
                while step.load(order) == 0 {
                    std::thread::yield_now();
                }
            });
            worker.add(&cells[0], 1);
            worker.add(&cells[1], 1);
            step.store(2, order);
        }
        worker.poll();
    });
    assert_eq!((cells[0].peek(), cells[1].peek()), (2, 2));
}

#[test]
fn threads_beyond_the_limit_are_refused() {
    let registry = Registry::leaked(Limits { threads: 2, ..Limits::widest() });
    let first = Worker::new(registry);
    let second = StmThread::new(registry);
    assert!(second.is_ok());
    assert!(StmThread::new(registry).is_err());
    drop(second);
    assert!(StmThread::new(registry).is_ok());
    drop(first);
}

#[test]
fn a_thousand_threads_live_at_once() {
    let cells = cells(1);
    run_threads(registry(), 1_000, |worker, _| {
        worker.add(&cells[0], 1);
        worker.poll();
    });
    assert_eq!(cells[0].peek(), 1_000);
}

#[test]
fn a_panic_while_away_comes_back() {
    let worker = started();
    let blocking = || worker.away(|| panic!("in the blocking call"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(blocking));
    assert!(caught.is_err());
    worker.add(&cells(1)[0], 1);
    worker.finish();
}
