//! Prints what allocation and collection cost on this machine.
//!
//! `cargo run --release -p orochi-heap --example allocation [marking threads]`

#[path = "../tests/world/mod.rs"]
mod world;

use orochi_heap::{Config, Kind, ShapeId, Value, set_value_at};
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

    // Steady: 100 MB live, garbage with a few survivors that replace old references.
    mutator.collect(Kind::Full);
    let before = heap.statistics();
    let start = Instant::now();
    let count = 50_000_000;
    let mut ring = vec![Value::NONE; 0];
    ring.extend_from_slice(&mutator.stack);
    let keep = mutator.stack.len();
    for n in 0..count {
        let object = mutator.object(three, &[Value::from_i32(n), Value::NONE, Value::NONE]);
        if n & 63 == 0 {
            let target = mutator.stack[(n as usize >> 6) % keep];
            mutator.write(target, 4, object);
        }
        mutator.safepoint();
    }
    let elapsed = start.elapsed();
    let after = heap.statistics();
    let collections = after.nursery_collections - before.nursery_collections;
    println!(
        "steady: {:.1} ns per allocation, {collections} nursery collections of {:.3} ms, {} full, longest {:.1} ms",
        elapsed.as_nanos() as f64 / f64::from(count),
        milliseconds((after.nursery_ns - before.nursery_ns) / collections.max(1)),
        after.full_collections - before.full_collections,
        milliseconds(after.longest_ns)
    );
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
