//! The code itself under controlled schedules: every atomic access is a scheduling point.
//!
//! `cargo test --release -p orochi-stm --features shuttle --test shuttle`
//! `OROCHI_SHUTTLE=n` multiplies the number of schedules.
#![cfg(all(feature = "shuttle", not(feature = "no-barriers")))]

mod common;

use common::{Cell, Worker};
use orochi_stm::{Limits, Registry};
use std::sync::Arc;

const SMALL: Limits = Limits { seats: 3, threads: 4, tids: 60, epochs: 60 };

type Body = fn(&Worker, &'static [Cell]);

/// Runs `bodies`, one thread each, on `cells` cells under many schedules; afterwards the values
/// must be `expected`.
fn check(limits: Limits, cells: usize, bodies: &'static [Body], expected: &'static [u64]) {
    let runs = std::env::var("OROCHI_SHUTTLE").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let scenario = move || {
        let registry = Registry::leaked(limits);
        let shared = common::cells_of(registry, cells);
        let threads: Vec<_> = bodies
            .iter()
            .map(|body| {
                let worker = Sendable(Worker::new(registry));
                shuttle::thread::spawn(move || {
                    let worker = worker;
                    worker.0.start();
                    body(&worker.0, shared);
                    worker.0.finish();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let values: Vec<u64> = shared.iter().map(Cell::peek).collect();
        assert_eq!(values, expected);
        common::forget_cells(shared);
    };
    let scenario = Arc::new(scenario);
    let random = scenario.clone();
    shuttle::check_random(move || random(), 600 * runs);
    shuttle::check_pct(move || scenario(), 300 * runs, 3);
}

/// A worker built by one thread and run by another.
struct Sendable(Box<Worker>);
// SAFETY: the worker has not started; only the new thread uses it from now on.
unsafe impl Send for Sendable {}

#[test]
fn claim_against_claim() {
    const ADD: Body = |worker, cells| {
        for _ in 0..3 {
            worker.add(&cells[0], 1);
            worker.poll();
        }
    };
    check(SMALL, 1, &[ADD, ADD, ADD], &[9]);
}

#[test]
fn away_and_back() {
    const GO: Body = |worker, cells| {
        worker.add(&cells[0], 1);
        worker.away(shuttle::thread::yield_now);
        worker.add(&cells[0], 1);
        worker.add(&cells[1], 1);
        worker.poll();
        worker.away(|| ());
        worker.add(&cells[1], 1);
    };
    check(SMALL, 2, &[GO, GO, GO], &[6, 6]);
}

#[test]
fn share_against_revoke() {
    const READ: Body = |worker, cells| {
        let mut last = 0;
        for _ in 0..4 {
            let seen = worker.read(&cells[0]);
            assert!(seen >= last);
            last = seen;
            worker.poll();
        }
    };
    const WRITE: Body = |worker, cells| {
        for _ in 0..2 {
            worker.read(&cells[0]);
            worker.poll();
            worker.add(&cells[0], 1);
            worker.poll();
        }
    };
    check(SMALL, 1, &[READ, WRITE, WRITE], &[4]);
}

/// One operation that asks the barrier twice sees one state.
#[test]
fn reading_on() {
    const READ: Body = |worker, cells| {
        for cell in [0, 1, 0] {
            let seen = worker.read(&cells[cell]);
            assert_eq!(seen, worker.read(&cells[cell]), "a torn operation");
            worker.poll();
        }
        worker.away(|| ());
        let seen = worker.read(&cells[0]);
        assert_eq!(seen, worker.read(&cells[0]), "a torn operation");
    };
    const WRITE: Body = |worker, cells| {
        for cell in [0, 1] {
            worker.read(&cells[cell]);
            worker.poll();
            worker.add(&cells[cell], 1);
            worker.poll();
        }
    };
    check(SMALL, 2, &[READ, WRITE], &[1, 1]);
    check(SMALL, 2, &[READ, WRITE, READ], &[1, 1]);
    check(SMALL, 2, &[READ, WRITE, WRITE], &[2, 2]);
}

#[test]
fn pairs() {
    const FORTH: Body = |worker, cells| {
        for _ in 0..2 {
            worker.add_to_both(&cells[0], &cells[1]);
            worker.poll();
        }
    };
    const BACK: Body = |worker, cells| {
        for _ in 0..2 {
            worker.add_to_both(&cells[1], &cells[0]);
            worker.poll();
        }
    };
    check(SMALL, 2, &[FORTH, BACK, FORTH], &[6, 6]);
}

#[test]
fn pairs_of_reads() {
    const READ: Body = |worker, cells| {
        for _ in 0..3 {
            worker.read_both(&cells[0], &cells[1]);
            worker.poll();
        }
    };
    const MIXED: Body = |worker, cells| {
        worker.add_to_both(&cells[1], &cells[0]);
        worker.poll();
        worker.read_both(&cells[1], &cells[0]);
        worker.poll();
        worker.add_to_both(&cells[0], &cells[1]);
        worker.poll();
    };
    check(SMALL, 2, &[READ, MIXED], &[2, 2]);
    check(SMALL, 2, &[READ, MIXED, READ], &[2, 2]);
    check(SMALL, 2, &[MIXED, MIXED, READ], &[4, 4]);
}

#[test]
fn seats_are_handed_round() {
    const ADD: Body = |worker, cells| {
        for _ in 0..2 {
            worker.add(&cells[0], 1);
            worker.poll();
            worker.away(|| ());
        }
    };
    check(Limits { seats: 1, ..SMALL }, 1, &[ADD, ADD, ADD], &[6]);
}

#[test]
fn tids_are_renewed() {
    const GO: Body = |worker, cells| {
        for _ in 0..4 {
            worker.add(&cells[0], 1);
            worker.poll();
            worker.away(|| ());
        }
    };
    check(Limits { seats: 2, threads: 3, tids: 8, epochs: 2 }, 1, &[GO, GO, GO], &[12]);
}

#[test]
fn stops_during_claims() {
    const ADD: Body = |worker, cells| {
        for _ in 0..3 {
            worker.add(&cells[0], 1);
            worker.poll();
        }
    };
    const STOP: Body = |worker, cells| {
        worker.add(&cells[0], 1);
        worker.stop(|_| {
            let before = cells[0].peek();
            shuttle::thread::yield_now();
            assert_eq!(before, cells[0].peek(), "somebody ran during a stop");
        });
        worker.add(&cells[0], 1);
    };
    check(SMALL, 1, &[ADD, STOP, STOP], &[7]);
}

#[test]
fn stops_during_revocations() {
    const WRITE: Body = |worker, cells| {
        worker.read(&cells[0]);
        worker.poll();
        worker.add(&cells[0], 1);
        worker.poll();
    };
    const STOP: Body = |worker, cells| {
        worker.read(&cells[0]);
        worker.stop(|_| ());
        worker.read(&cells[0]);
        worker.poll();
    };
    check(SMALL, 1, &[WRITE, STOP, WRITE], &[2]);
}

#[test]
fn block_against_block() {
    const FORTH: Body = |worker, cells| {
        for _ in 0..2 {
            worker.block(|block| {
                block.add_in_block(&cells[0], 1)?;
                block.safepoint()?;
                block.add_in_block(&cells[1], 1)
            });
            worker.poll();
        }
    };
    const BACK: Body = |worker, cells| {
        for _ in 0..2 {
            worker.block(|block| {
                block.add_in_block(&cells[1], 1)?;
                block.add_in_block(&cells[0], 1)
            });
            worker.poll();
        }
    };
    check(SMALL, 2, &[FORTH, BACK], &[4, 4]);
    check(SMALL, 2, &[FORTH, BACK, FORTH], &[6, 6]);
}

#[test]
fn block_against_plain() {
    const BLOCK: Body = |worker, cells| {
        worker.block(|block| {
            let first = block.read_in_block(&cells[0])?;
            block.safepoint()?;
            block.add_in_block(&cells[1], 1)?;
            assert_eq!(first, block.read_in_block(&cells[0])?, "not isolated");
            block.add_in_block(&cells[0], 1)
        });
    };
    const PLAIN: Body = |worker, cells| {
        for cell in [1, 0, 1, 0] {
            worker.read(&cells[1 - cell]);
            worker.poll();
            worker.add(&cells[cell], 1);
            worker.poll();
        }
    };
    check(SMALL, 2, &[BLOCK, PLAIN, BLOCK], &[4, 4]);
}

#[test]
fn upgrade_of_shared_reads() {
    const UPGRADE: Body = |worker, cells| {
        worker.block(|block| {
            let seen = block.read_in_block(&cells[0])?;
            block.safepoint()?;
            block.add_in_block(&cells[1], 1)?;
            block.add_in_block(&cells[0], 1)?;
            assert_eq!(seen + 1, block.read_in_block(&cells[0])?, "not isolated");
            Ok(())
        });
        worker.poll();
    };
    check(SMALL, 2, &[UPGRADE, UPGRADE, UPGRADE], &[3, 3]);
}

#[test]
fn inevitable_against_older() {
    const FIRST: Body = |worker, cells| {
        worker.block(|block| {
            block.add_in_block(&cells[0], 1)?;
            block.inevitable()?;
            block.add_in_block(&cells[1], 1)
        });
    };
    const SECOND: Body = |worker, cells| {
        worker.block(|block| {
            block.add_in_block(&cells[1], 1)?;
            block.inevitable()?;
            block.add_in_block(&cells[0], 1)
        });
    };
    check(SMALL, 2, &[FIRST, SECOND, FIRST], &[3, 3]);
}

#[test]
fn stops_during_blocks() {
    const BLOCK: Body = |worker, cells| {
        worker.block(|block| {
            block.add_in_block(&cells[0], 1)?;
            block.safepoint()?;
            block.add_in_block(&cells[1], 1)
        });
    };
    const STOP: Body = |worker, cells| {
        worker.add(&cells[1], 1);
        worker.stop(|_| ());
        worker.add(&cells[0], 1);
    };
    check(SMALL, 2, &[BLOCK, STOP, BLOCK], &[3, 3]);
}

#[test]
fn savepoints() {
    const NESTED: Body = |worker, cells| {
        worker.block(|block| {
            block.add_in_block(&cells[0], 1)?;
            block.savepoint()?;
            block.add_in_block(&cells[0], 5)?;
            block.add_in_block(&cells[1], 5)?;
            block.roll_back_to_savepoint()?;
            block.add_in_block(&cells[1], 1)
        });
        worker.poll();
    };
    check(SMALL, 2, &[NESTED, NESTED], &[2, 2]);
}

/// What is changed alone is two cells that pass no barrier: nobody may see them differ, and no
/// block may see them change.
#[test]
fn alone() {
    const CHANGE: Body = |worker, cells| {
        worker.change(&cells[0], || {
            cells[2].init(cells[2].peek() + 1);
            cells[3].init(cells[3].peek() + 1);
        });
        worker.poll();
        worker.add(&cells[1], 1);
        worker.poll();
    };
    const CHANGING_BLOCK: Body = |worker, cells| {
        worker.block(|block| {
            block.add_in_block(&cells[1], 1)?;
            block.begin_change(&cells[0])?;
            // Bare memory is not undone, so it is written last.
            block.add_in_block(&cells[0], 1)?;
            block.safepoint()?;
            cells[2].init(cells[2].peek() + 1);
            shuttle::thread::yield_now();
            cells[3].init(cells[3].peek() + 1);
            Ok(())
        });
        worker.poll();
    };
    const LOOK: Body = |worker, cells| {
        worker.block(|block| {
            let before = cells[2].peek();
            block.safepoint()?;
            block.add_in_block(&cells[0], 1)?;
            block.add_in_block(&cells[1], 1)?;
            assert_eq!((before, before), (cells[2].peek(), cells[3].peek()), "not isolated");
            Ok(())
        });
        worker.poll();
        assert_eq!(cells[2].peek(), cells[3].peek(), "half done");
        worker.away(|| ());
        assert_eq!(cells[2].peek(), cells[3].peek(), "half done");
    };
    const TWO: Body = |worker, cells| {
        for _ in 0..2 {
            worker.add_to_both(&cells[4], &cells[5]);
            worker.poll();
            assert_eq!(cells[2].peek(), cells[3].peek(), "half done");
        }
        worker.change(&cells[0], || {
            cells[2].init(cells[2].peek() + 1);
            cells[3].init(cells[3].peek() + 1);
        });
    };
    check(SMALL, 6, &[CHANGE, LOOK, CHANGE], &[1, 3, 2, 2, 0, 0]);
    check(SMALL, 6, &[CHANGING_BLOCK, LOOK, CHANGE], &[2, 3, 2, 2, 0, 0]);
    check(SMALL, 6, &[CHANGING_BLOCK, CHANGING_BLOCK, LOOK], &[3, 3, 2, 2, 0, 0]);
    check(SMALL, 6, &[CHANGING_BLOCK, TWO, TWO], &[1, 1, 3, 3, 4, 4]);
}

/// Reads first, as a transfer does, over cells that both threads use.
#[test]
fn transfers() {
    fn transfer(worker: &Worker, cells: &'static [Cell], pairs: &[(usize, usize)]) {
        for &(from, to) in pairs {
            worker.block(|block| {
                let seen = block.read_in_block(&cells[from])?;
                block.add_in_block(&cells[from], 1)?;
                block.add_in_block(&cells[to], 1)?;
                assert!(block.read_in_block(&cells[from])? > seen, "not isolated");
                Ok(())
            });
            worker.poll();
        }
    }
    const FORTH: Body = |worker, cells| transfer(worker, cells, &[(0, 1), (1, 0), (0, 1)]);
    const BACK: Body = |worker, cells| transfer(worker, cells, &[(1, 0), (0, 1), (1, 0)]);
    check(SMALL, 2, &[FORTH, BACK], &[6, 6]);
    check(SMALL, 2, &[FORTH, BACK, FORTH], &[9, 9]);
}

/// Threads end while others want their objects; successors take over slots, records and tids.
#[test]
fn exits_and_successors() {
    const LIVES: Body = |worker, cells| {
        worker.add(&cells[0], 1);
        worker.poll();
        for _ in 0..2 {
            let successor = Worker::new(worker.stm().registry());
            // One OS thread runs one of its threads at a time.
            worker.away(|| {
                successor.start();
                successor.add(&cells[0], 1);
                successor.read(&cells[1]);
                successor.finish();
            });
        }
        worker.add(&cells[1], 1);
    };
    check(Limits { seats: 3, threads: 6, tids: 60, epochs: 20 }, 2, &[LIVES, LIVES], &[6, 2]);
    check(Limits { seats: 1, threads: 6, tids: 60, epochs: 20 }, 2, &[LIVES, LIVES], &[6, 2]);
}

/// Sections under a lock that some take and some elide.
mod elided {
    use super::*;
    use orochi_stm::{Abort, Host};
    use shuttle::sync::atomic::{AtomicU64, Ordering};
    use std::sync::Mutex;

    const HELD: u64 = 1;
    const ELIDED: u64 = 2;

    /// The lock that guards these cells.
    fn lock_of(cells: &'static [Cell]) -> &'static AtomicU64 {
        static LOCKS: Mutex<Vec<(usize, &'static AtomicU64)>> = Mutex::new(Vec::new());
        let name = cells.as_ptr() as usize;
        // Cells are leaked: no two runs have the same ones.
        let mut locks = LOCKS.lock().unwrap();
        if let Some(known) = locks.iter().find(|known| known.0 == name) {
            return known.1;
        }
        let lock: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(0)));
        locks.push((name, lock));
        lock
    }

    fn address(lock: &AtomicU64) -> u64 {
        std::ptr::from_ref(lock) as u64
    }

    fn take(worker: &Worker, lock: &AtomicU64, patience: u64) {
        loop {
            let now = lock.load(Ordering::Relaxed);
            let taken =
                lock.compare_exchange(now, now | HELD, Ordering::Acquire, Ordering::Relaxed);
            if now & HELD == 0 && taken.is_ok() {
                break;
            }
            worker.away(shuttle::thread::yield_now);
        }
        if lock.load(Ordering::Relaxed) & ELIDED != 0 {
            lock.fetch_and(!ELIDED, Ordering::Relaxed);
            worker.stm().exclude_elided(address(lock), patience, worker).expect("plain code");
        }
    }

    fn give(lock: &AtomicU64) {
        lock.fetch_and(!HELD, Ordering::Release);
    }

    /// Both cells are changed with somebody else perhaps in between, who must not see it.
    fn taken(worker: &Worker, cells: &'static [Cell], patience: u64) {
        let lock = lock_of(cells);
        take(worker, lock, patience);
        let before = worker.read(&cells[0]);
        worker.poll();
        worker.add(&cells[0], 1);
        worker.poll();
        assert_eq!(before, worker.read(&cells[1]), "not alone");
        worker.poll();
        worker.add(&cells[1], 1);
        give(lock);
        worker.poll();
    }

    fn section(worker: &Worker, cells: &'static [Cell]) {
        let (lock, stm) = (lock_of(cells), worker.stm());
        for _ in 0..3 {
            let now = lock.load(Ordering::Relaxed);
            let said =
                lock.compare_exchange(now, now | ELIDED, Ordering::Relaxed, Ordering::Relaxed);
            if now & HELD != 0 || said.is_err() {
                continue;
            }
            let host: &dyn Host = worker;
            stm.block_enter(host);
            assert!(stm.subscribe(address(lock)));
            if lock.load(Ordering::Acquire) & (HELD | ELIDED) != ELIDED {
                stm.block_commit(host).expect("nothing was done");
                continue;
            }
            let body = || -> Result<(), Abort> {
                let before = worker.read_in_block(&cells[1])?;
                worker.safepoint()?;
                assert_eq!(before, worker.read_in_block(&cells[0])?, "not alone");
                worker.add_in_block(&cells[0], 1)?;
                worker.safepoint()?;
                worker.add_in_block(&cells[1], 1)?;
                stm.block_commit(host)
            };
            if body().is_ok() {
                return;
            }
            stm.block_abort(true, host);
        }
        taken(worker, cells, 0);
    }

    const SECTIONS: Body = |worker, cells| {
        section(worker, cells);
        section(worker, cells);
    };
    const TAKES_SOON: Body = |worker, cells| {
        taken(worker, cells, 0);
        taken(worker, cells, 0);
    };
    const TAKES_LATE: Body = |worker, cells| {
        taken(worker, cells, 1);
        taken(worker, cells, 1);
    };

    #[test]
    fn sections_against_takers() {
        check(SMALL, 2, &[SECTIONS, TAKES_SOON], &[4, 4]);
        check(SMALL, 2, &[SECTIONS, SECTIONS, TAKES_SOON], &[6, 6]);
        check(SMALL, 2, &[SECTIONS, TAKES_LATE, SECTIONS], &[6, 6]);
    }
}
