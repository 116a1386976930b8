//! Prints what allocation and collection cost on this machine.
//!
//! `cargo run --release -p orochi-heap --example allocation [marking threads]`

#[path = "../tests/world/mod.rs"]
mod world;

use orochi_heap::{Config, Heap, Kind, ShapeId, Value, set_value_at};
use std::sync::atomic::Ordering;
use std::time::Instant;
use world::{Mutator, VERIFY, field, heap_with, resident, value_shape};

/// Allocates 32-byte garbage; returns objects per second.
fn garbage(count: usize, shape: ShapeId) -> f64 {
    let mut mutator = Mutator::new(false);
    let start = Instant::now();
    for n in 0..count {
        let object = mutator.alloc(32, shape).expect("no limit");
        for field in 0..3 {
            // SAFETY: a new object of three values.
            unsafe { set_value_at(object.as_ptr(), 8 + 8 * field, Value::from_i32(n as i32)) };
        }
        mutator.safepoint();
    }
    count as f64 / start.elapsed().as_secs_f64()
}

/// A tree of `count` objects of 48 bytes, reachable from the mutator's stack.
fn build(mutator: &mut Mutator, count: usize, shape: ShapeId) {
    let mut level: Vec<Value> = vec![];
    mutator.stack.clear();
    for n in 0..count {
        let child =
            |k: usize| level.get(level.len().wrapping_sub(k)).copied().unwrap_or(Value::NONE);
        let fields = [Value::from_i32(n as i32), child(1), child(7), child(100), Value::NONE];
        let object = mutator.object(shape, &fields);
        level.push(object);
        if level.len() > 1000 {
            level.drain(..500);
        }
        mutator.stack.clear();
        mutator.stack.extend_from_slice(&level);
        if n.is_multiple_of(1000) {
            mutator.safepoint();
        }
    }
}

/// Garbage beside 100 MB that live; one object in so many survives, in place of an older one.
fn steady(mutator: &mut Mutator, shape: ShapeId, one_in: usize) {
    mutator.collect(Kind::Full);
    let heap = Heap::get();
    let before = heap.statistics();
    let start = Instant::now();
    let count: usize = 50_000_000;
    let keep = mutator.stack.len();
    for n in 0..count {
        let object = mutator.object(shape, &[Value::from_i32(n as i32), Value::NONE, Value::NONE]);
        if n.is_multiple_of(one_in) {
            let target = mutator.stack[n / one_in % keep];
            if let Value::NONE = field(target, 4) {
                mutator.write(target, 4, object);
            } else {
                // A list of a hundred thousand, then begun anew.
                let last = if n / one_in % 100_000 < keep { Value::NONE } else { field(target, 4) };
                mutator.write(object, 1, last);
                mutator.write(target, 4, object);
            }
        }
        mutator.safepoint();
    }
    let elapsed = start.elapsed();
    let after = heap.statistics();
    let collections = after.nursery_collections - before.nursery_collections;
    println!(
        "steady, 1 in {one_in} survives: {:.1} ns per allocation, {collections} nursery collections of {:.3} ms, {} full",
        elapsed.as_nanos() as f64 / count as f64,
        milliseconds((after.nursery_ns - before.nursery_ns) / collections.max(1)),
        after.full_collections - before.full_collections,
    );
}

fn milliseconds(ns: u64) -> f64 {
    ns as f64 / 1e6
}

fn main() {
    VERIFY.store(false, Ordering::Relaxed);
    let before = resident();
    let mark_threads = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let default = Config::default();
    let heap =
        heap_with(Config { mark_threads: mark_threads.unwrap_or(default.mark_threads), ..default });
    drop(Mutator::new(false));
    println!("start: {} kB resident, {} kB with a heap", before >> 10, resident() >> 10);
    let three = value_shape(3);
    let five = value_shape(5);
    for _ in 0..2 {
        println!(
            "32-byte garbage, 1 thread:  {:.0} M objects/s",
            garbage(100_000_000, three) / 1e6
        );
    }
    let before = heap.statistics();
    let threads = [0, 1].map(|_| std::thread::spawn(move || garbage(100_000_000, three)));
    let sum: f64 = threads.into_iter().map(|thread| thread.join().unwrap_or(0.0)).sum();
    println!("32-byte garbage, 2 threads: {:.0} M objects/s", sum / 1e6);
    let after = heap.statistics();
    let collections = after.nursery_collections - before.nursery_collections;
    println!(
        "  {collections} nursery collections, {:.3} ms each",
        milliseconds((after.nursery_ns - before.nursery_ns) / collections.max(1))
    );

    let mut mutator = Mutator::new(false);
    build(&mut mutator, 2_000_000, five);
    for _ in 0..3 {
        let outcome = mutator.collect(Kind::Full);
        println!(
            "full, {} MB live: {:.1} ms",
            outcome.live_bytes >> 20,
            milliseconds(outcome.pause_ns)
        );
    }

    // Everything survives: a nursery's worth, linked.
    for _ in 0..3 {
        let mut last = Value::NONE;
        let base = mutator.stack.len();
        for n in 0..8 << 20 >> 6 {
            last = mutator
                .object(value_shape(7), &[last, Value::from_i32(n), last, last, last, last, last]);
        }
        mutator.stack.push(last);
        let outcome = mutator.collect(Kind::Nursery);
        println!("nursery, all of 8 MB survives: {:.2} ms", milliseconds(outcome.pause_ns));
        mutator.stack.truncate(base);
    }

    for one_in in [64, 8] {
        steady(&mut mutator, three, one_in);
    }
    assert!(field(mutator.stack[0], 0).is_int());

    // A spike and what remains of it.
    mutator.stack.clear();
    mutator.collect(Kind::Full);
    let start = Instant::now();
    let given = heap.give_back(usize::MAX);
    println!(
        "gave back {} MB in {:.1} ms; {} MB resident",
        given >> 20,
        start.elapsed().as_secs_f64() * 1e3,
        resident() >> 20
    );
}
