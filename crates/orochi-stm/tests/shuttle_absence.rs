//! What a structure does not have, under controlled schedules: a table as a host would build it on
//! `look_around`, `pass_by` and `is_quiet`. Slots are plain atomics that name cells; a cell is made
//! by whoever looks for a key, blocks included, and counts when it has a value.
//!
//! `cargo test --release -p orochi-stm --features shuttle --test shuttle_absence`
//! `OROCHI_SHUTTLE=n` multiplies the number of schedules.
#![cfg(all(feature = "shuttle", not(feature = "no-barriers")))]

mod common;

use common::{Cell, Worker};
use orochi_stm::{Abort, Limits, Registry};
use shuttle::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

const LIMITS: Limits = Limits { seats: 3, threads: 4, tids: 60, epochs: 60 };
const KEYS: usize = 4;
const CELLS: usize = 48;

/// The value of a cell that no slot names any more.
const DETACHED: u64 = u64::MAX;

/// Cell zero stands for what there is not; the others are handed out in turn.
struct Table {
    cells: &'static [Cell],
    slots: [AtomicU64; KEYS],
    used: AtomicU64,
}

impl Table {
    fn new(cells: &'static [Cell]) -> Table {
        let slots = std::array::from_fn(|_| AtomicU64::new(0));
        Table { cells, slots, used: AtomicU64::new(1) }
    }

    fn roster(&self) -> &'static Cell {
        &self.cells[0]
    }

    /// The cell of a key; a new one, without a value, if there is none.
    fn locate(&self, key: usize) -> &'static Cell {
        loop {
            let at = self.slots[key].load(Ordering::SeqCst);
            if at != 0 {
                return &self.cells[at as usize];
            }
            let fresh = self.used.fetch_add(1, Ordering::SeqCst);
            let slot = &self.slots[key];
            if slot.compare_exchange(0, fresh, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return &self.cells[fresh as usize];
            }
        }
    }

    fn look(&self, worker: &Worker, key: usize) -> Result<u64, Abort> {
        loop {
            let value = worker.read_in_block(self.locate(key))?;
            if value != DETACHED {
                return Ok(value);
            }
        }
    }

    /// In blocks and in plain code.
    fn put(&self, worker: &Worker, key: usize, value: u64) -> Result<(), Abort> {
        loop {
            let cell = self.locate(key);
            worker.stm().pass_by(&self.roster().word, worker)?;
            worker.own(cell)?;
            if cell.peek() != DETACHED {
                cell.init(value);
                return Ok(());
            }
        }
    }

    /// Plain code takes a cell out of its slot itself.
    fn remove(&self, worker: &Worker, key: usize) {
        let at = self.slots[key].load(Ordering::SeqCst);
        if at == 0 {
            return;
        }
        let cell = &self.cells[at as usize];
        worker.own(cell).expect("plain code is not aborted");
        if cell.peek() != DETACHED {
            self.slots[key].store(0, Ordering::SeqCst);
            cell.init(DETACHED);
        }
    }

    /// Takes out all cells that nobody needs.
    fn sweep(&self, worker: &Worker) {
        worker.stop(|_| {
            for slot in &self.slots {
                let cell = &self.cells[slot.load(Ordering::SeqCst) as usize];
                let named = slot.load(Ordering::SeqCst) != 0;
                if named && cell.peek() == 0 && worker.stm().is_quiet(&cell.word) {
                    cell.init(DETACHED);
                    slot.store(0, Ordering::SeqCst);
                }
            }
        });
    }

    /// How many keys have a value, and their sum.
    fn walk(&self, worker: &Worker) -> Result<(u64, u64), Abort> {
        worker.stm().look_around(&self.roster().word, worker)?;
        let found: Vec<u64> = self.slots.iter().map(|slot| slot.load(Ordering::SeqCst)).collect();
        let (mut count, mut sum) = (0, 0);
        for at in found.into_iter().filter(|&at| at != 0) {
            let value = worker.read_in_block(&self.cells[at as usize])?;
            if value != 0 && value != DETACHED {
                count += 1;
                sum += value;
            }
        }
        Ok((count, sum))
    }

    /// A block that adds a key with the number that it has in the order of additions.
    fn number(&self, worker: &Worker, key: usize) {
        worker.block(|block| {
            let (count, _) = self.walk(block)?;
            block.safepoint()?;
            self.put(block, key, count + 1)?;
            block.safepoint()?;
            assert_eq!(self.walk(block)?.0, count + 1, "not isolated");
            Ok(())
        });
        worker.poll();
    }

    /// The values of all keys, when nobody runs.
    fn values(&self) -> Vec<u64> {
        let at = self.slots.iter().map(|slot| slot.load(Ordering::SeqCst) as usize);
        at.map(|at| if at == 0 { 0 } else { self.cells[at].peek() }).collect()
    }
}

type Body = fn(&Worker, &Table);

/// Runs `bodies`, one thread each, under many schedules; `right` says whether these values may
/// be left.
fn check(bodies: &'static [Body], right: fn(&[u64]) -> bool) {
    let runs = std::env::var("OROCHI_SHUTTLE").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let scenario = move || {
        let registry = Registry::leaked(LIMITS);
        let cells = common::cells_of(registry, CELLS);
        let table = Arc::new(Table::new(cells));
        let threads: Vec<_> = bodies
            .iter()
            .map(|body| {
                let (worker, table) = (Sendable(Worker::new(registry)), table.clone());
                shuttle::thread::spawn(move || {
                    let worker = worker;
                    worker.0.start();
                    body(&worker.0, &table);
                    worker.0.finish();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let values = table.values();
        assert!(right(&values), "no order leaves {values:?}");
        common::forget_cells(cells);
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

/// Whether the values are the numbers from one on, in any order.
fn numbered(values: &[u64], count: u64) -> bool {
    let mut values: Vec<u64> = values.iter().copied().filter(|&value| value != 0).collect();
    values.sort_unstable();
    values == (1..=count).collect::<Vec<u64>>()
}

const FIRST: Body = |worker, table| table.number(worker, 0);
const SECOND: Body = |worker, table| table.number(worker, 1);
const THIRD: Body = |worker, table| table.number(worker, 2);
/// Its number, as nobody removes, says how many came before.
const TWICE: Body = |worker, table| {
    table.number(worker, 0);
    table.number(worker, 3);
};
const READER: Body = |worker, table| {
    let mut last = 0;
    for _ in 0..2 {
        let count = worker.block(|block| {
            let first = table.walk(block)?;
            block.safepoint()?;
            assert_eq!(first, table.walk(block)?, "not isolated");
            Ok(first.0)
        });
        assert!(count >= last, "something has gone");
        last = count;
        worker.poll();
    }
};
const SWEEPER: Body = |worker, table| {
    for _ in 0..2 {
        table.sweep(worker);
        worker.poll();
    }
};

/// Blocks that walk and then add, each of which must see the others' additions or be seen.
#[test]
fn walks_then_adds() {
    check(&[FIRST, SECOND], |values| numbered(values, 2));
    check(&[FIRST, SECOND, THIRD], |values| numbered(values, 3));
    check(&[TWICE, SECOND], |values| numbered(values, 3));
    check(&[FIRST, SECOND, READER], |values| numbered(values, 2));
    check(&[FIRST, SECOND, SWEEPER], |values| numbered(values, 2));
}

/// Plain code adds in between: numbers may then be left out, but none is given twice.
#[test]
fn plain_additions() {
    const PLAIN: Body = |worker, table| {
        table.put(worker, 3, 100).expect("plain code is not aborted");
        worker.poll();
    };
    fn right(values: &[u64]) -> bool {
        let mut numbers = [values[0], values[1]];
        numbers.sort_unstable();
        values[3] == 100 && matches!(numbers, [1, 2] | [1, 3] | [2, 3])
    }
    check(&[FIRST, SECOND, PLAIN], right);
    check(&[READER, PLAIN, FIRST], |values| values[3] == 100 && matches!(values[0], 1 | 2));
}

/// Additions do not wait for each other, and a walk sees all of a block's or nothing.
#[test]
fn additions_at_once() {
    const BOTH: Body = |worker, table| {
        worker.block(|block| {
            table.put(block, 0, 1)?;
            block.safepoint()?;
            table.put(block, 1, 1)
        });
    };
    const OTHERS: Body = |worker, table| {
        worker.block(|block| {
            table.put(block, 2, 1)?;
            block.safepoint()?;
            table.put(block, 3, 1)
        });
    };
    const EVEN: Body = |worker, table| {
        for _ in 0..2 {
            let (count, _) = worker.block(|block| table.walk(block));
            assert!(count % 2 == 0, "half of a block");
            worker.poll();
        }
    };
    check(&[BOTH, OTHERS, EVEN], |values| values == [1; 4]);
    check(&[BOTH, EVEN, SWEEPER], |values| values == [1, 1, 0, 0]);
}

/// Who has looked in vain is not overtaken: of two blocks that each add one key if the other is
/// absent, one adds, whatever is swept away meanwhile.
#[test]
fn absent_keys() {
    fn unless(worker: &Worker, table: &Table, there: usize, key: usize) {
        worker.block(|block| {
            let absent = table.look(block, there)? == 0;
            block.safepoint()?;
            if absent {
                table.put(block, key, 1)?;
                block.safepoint()?;
                assert_eq!(table.look(block, there)?, 0, "not isolated");
            }
            Ok(())
        });
        worker.poll();
    }
    const FORTH: Body = |worker, table| unless(worker, table, 0, 1);
    const BACK: Body = |worker, table| unless(worker, table, 1, 0);
    fn one(values: &[u64]) -> bool {
        values[0] + values[1] == 1
    }
    check(&[FORTH, BACK], one);
    check(&[FORTH, BACK, SWEEPER], one);
    check(&[FORTH, BACK, READER], one);
}

/// Plain code removes and adds again what blocks walk over.
#[test]
fn removals() {
    const CHANGES: Body = |worker, table| {
        for value in 1..=2 {
            table.put(worker, 0, value).expect("plain code is not aborted");
            worker.poll();
            table.remove(worker, 0);
            worker.poll();
        }
        table.put(worker, 0, 3).expect("plain code is not aborted");
    };
    const WATCHES: Body = |worker, table| {
        let mut last = 0;
        for _ in 0..2 {
            let (_, sum) = worker.block(|block| {
                let first = table.walk(block)?;
                block.safepoint()?;
                assert_eq!(first, table.walk(block)?, "not isolated");
                assert_eq!(first.1, table.look(block, 0)?, "not what the walk has found");
                Ok(first)
            });
            assert!(sum == 0 || sum >= last, "back in time");
            last = last.max(sum);
            worker.poll();
        }
    };
    check(&[CHANGES, WATCHES], |values| values[0] == 3);
    check(&[CHANGES, WATCHES, SWEEPER], |values| values[0] == 3);
    check(&[CHANGES, WATCHES, WATCHES], |values| values[0] == 3);
}

/// What blocks only read becomes everybody's: claimed stale, given at the end, upgraded.
#[test]
fn what_blocks_only_read() {
    const READ: Body = |worker, table| {
        for _ in 0..2 {
            worker.block(|block| {
                let seen = (table.look(block, 0)?, table.look(block, 1)?);
                assert_eq!(seen.0, seen.1, "half of a block");
                block.safepoint()?;
                assert_eq!(seen.0, table.look(block, 0)?, "not isolated");
                Ok(())
            });
            worker.poll();
        }
    };
    const UPGRADE: Body = |worker, table| {
        for _ in 0..2 {
            worker.block(|block| {
                let seen = table.look(block, 0)?;
                block.safepoint()?;
                table.put(block, 0, seen + 1)?;
                block.safepoint()?;
                assert_eq!(seen, table.look(block, 1)?, "half of a block");
                table.put(block, 1, seen + 1)
            });
            worker.poll();
        }
    };
    check(&[READ, READ, UPGRADE], |values| values[..2] == [2, 2]);
    check(&[READ, UPGRADE, UPGRADE], |values| values[..2] == [4, 4]);
}
