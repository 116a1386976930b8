//! Real threads, plain claims: nothing is lost, nothing hangs.
#![cfg(not(any(feature = "shuttle", feature = "no-barriers")))]

mod common;

use common::{Cell, Worker, run_threads};
use orochi_stm::{Limits, Registry};
use std::time::Instant;

fn limits(seats: u32) -> Limits {
    Limits { seats, ..Limits::widest() }
}

/// `threads` threads add to shared cells; the sum must come out.
fn check_adds(threads: usize, cells: usize, rounds: u64, limits: Limits) {
    let registry = Registry::leaked(limits);
    let shared: &'static [Cell] = common::cells_of(registry, cells);
    let begin = Instant::now();
    run_threads(registry, threads, |worker: &Worker, index| {
        let mut random = index as u64 * 7919 + 17;
        for _ in 0..rounds {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let cell = &shared[(random >> 33) as usize % cells];
            worker.add(cell, 1);
            worker.poll();
        }
    });
    let total: u64 = shared.iter().map(Cell::peek).sum();
    assert_eq!(total, threads as u64 * rounds, "lost updates");
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "{threads} threads, {cells} cells: {:.2} M adds/s",
        (threads as u64 * rounds) as f64 / seconds / 1e6
    );
}

#[test]
fn one_cell_two_threads() {
    check_adds(2, 1, 3_000_000, limits(2));
}

#[test]
fn many_cells_two_threads() {
    check_adds(2, 1000, 3_000_000, limits(2));
}

#[test]
fn sixty_four_threads_on_two_seats() {
    check_adds(64, 10, 100_000, limits(2));
}

#[test]
fn tids_are_renewed() {
    check_adds(4, 5, 20_000, Limits { seats: 4, threads: 8, tids: 24, epochs: 6 });
}

/// Pairs: both cells change together, and a reader of both never sees them differ.
#[test]
fn pairs_stay_together() {
    let registry = Registry::leaked(limits(4));
    let cells = common::cells(2);
    let rounds = 30_000;
    run_threads(registry, 4, |worker, index| {
        for round in 0..rounds {
            let (a, b) = if (index + round) % 2 == 0 { (0, 1) } else { (1, 0) };
            worker.add_to_both(&cells[a], &cells[b]);
            worker.poll();
        }
    });
    assert_eq!(cells[0].peek(), 4 * rounds as u64);
    assert_eq!(cells[1].peek(), 4 * rounds as u64);
}

/// Mostly reads: cells become `Shared` and are taken back.
#[test]
fn readers_and_a_writer() {
    let registry = Registry::leaked(limits(3));
    let cells = common::cells(4);
    let rounds = 40_000u64;
    run_threads(registry, 3, |worker, index| {
        let mut last = [0; 4];
        for round in 0..rounds {
            let place = round as usize % 4;
            if index == 0 && round % 16 == 0 {
                worker.add(&cells[place], 1);
            } else {
                let seen = worker.read(&cells[place]);
                assert!(seen >= last[place], "time runs backwards");
                last[place] = seen;
            }
            worker.poll();
        }
    });
    let total: u64 = cells.iter().map(Cell::peek).sum();
    assert_eq!(total, rounds / 16);
}

/// Stops during all of it: the stopper sees a world in which nobody runs.
#[test]
fn stops_and_departures() {
    let registry = Registry::leaked(limits(2));
    let cells = common::cells(3);
    let rounds = 4_000u64;
    run_threads(registry, 6, |worker, index| {
        for round in 0..rounds {
            worker.add(&cells[round as usize % 3], 1);
            if round % 64 == index as u64 {
                worker.away(std::thread::yield_now);
            }
            if round % 256 == index as u64 {
                worker.stop(|_| {
                    let before: u64 = cells.iter().map(Cell::peek).sum();
                    std::thread::yield_now();
                    let after: u64 = cells.iter().map(Cell::peek).sum();
                    assert_eq!(before, after, "somebody ran during a stop");
                });
            }
            worker.poll();
        }
    });
    let total: u64 = cells.iter().map(Cell::peek).sum();
    assert_eq!(total, 6 * rounds);
}

/// Blocks and plain code on the same accounts: the sum is constant for every observer.
#[test]
fn blocks_keep_the_sum() {
    let registry = Registry::leaked(limits(3));
    let accounts = common::cells(8);
    for account in accounts {
        account.init(1_000);
    }
    run_threads(registry, 4, |worker, index| {
        let mut random = index as u64 * 31 + 5;
        for round in 0..5_000 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let from = (random >> 40) as usize % 8;
            let to = (random >> 50) as usize % 8;
            if round % 8 == 7 {
                let sum = worker.block(|block| {
                    let mut sum = 0;
                    for account in accounts {
                        sum += block.read_in_block(account)?;
                    }
                    Ok(sum)
                });
                assert_eq!(sum, 8_000, "a block saw half of another");
            } else {
                worker.block(|block| {
                    let amount = block.read_in_block(&accounts[from])?.min(3);
                    block.add_in_block(&accounts[from], amount.wrapping_neg())?;
                    block.safepoint()?;
                    block.add_in_block(&accounts[to], amount)?;
                    if round % 50 == 0 {
                        block.inevitable()?;
                    }
                    Ok(())
                });
            }
            worker.poll();
        }
    });
    let total: u64 = accounts.iter().map(Cell::peek).sum();
    assert_eq!(total, 8_000);
}
