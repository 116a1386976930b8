//! What the protocol costs: `cargo run --release -p orochi-stm --example costs`.
//!
//! Barrier on a hot field, commit, re-claim of a stale object, handshake with a running owner,
//! revocation; then throughput of shared objects with private work in between, as in the table
//! of `docs/internals/stm.md`; `OROCHI_MILLIS` sets how long each cell is measured. Figures are nanoseconds, medians of several runs; compare them
//! within one run only.

use std::cell::UnsafeCell;
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use orochi_stm::{Limits, NoHost, OwnerWord, Registry, StmThread};

#[repr(C, align(64))]
struct Object {
    word: OwnerWord,
    value: UnsafeCell<u64>,
}

// SAFETY: the value is touched only after a barrier.
unsafe impl Sync for Object {}

impl Object {
    const fn new() -> Self {
        Object { word: OwnerWord::free(), value: UnsafeCell::new(0) }
    }
    #[inline(always)]
    fn increment(&self) {
        // SAFETY: the caller owns the object.
        unsafe { *self.value.get() += 1 }
    }
    fn value(&self) -> u64 {
        // SAFETY: the caller may read the object.
        unsafe { *self.value.get() }
    }
}

#[inline(always)]
fn add(thread: &StmThread, object: &Object) {
    if !thread.can_write(&object.word) && thread.claim_write(&object.word, &NoHost).is_err() {
        unreachable!("plain code is not aborted");
    }
    object.increment();
}

#[inline(always)]
fn poll(thread: &StmThread) {
    if thread.polled() && thread.safepoint(&NoHost).is_err() {
        unreachable!("plain code is not aborted");
    }
}

fn thread(registry: &'static Registry) -> Box<StmThread> {
    let thread = Box::new(StmThread::new(registry).expect("one of a few threads"));
    thread.start(&NoHost);
    thread
}

/// Median nanoseconds of one of `count` operations.
fn time(count: u64, mut operations: impl FnMut(u64)) -> f64 {
    let mut runs: Vec<f64> = (0..9)
        .map(|_| {
            let begin = Instant::now();
            operations(count);
            begin.elapsed().as_nanos() as f64 / count as f64
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

fn one_thread() {
    let registry = Registry::leaked(Limits::widest());
    let me = thread(registry);
    let object = Object::new();
    let bare = time(20_000_000, |n| {
        for _ in 0..n {
            black_box(&object).increment();
        }
    });
    let barrier = time(20_000_000, |n| {
        for _ in 0..n {
            add(&me, black_box(&object));
        }
    });
    let polls = time(20_000_000, |n| {
        for _ in 0..n {
            add(&me, black_box(&object));
            poll(&me);
        }
    });
    let block = time(1_000_000, |n| {
        for _ in 0..n {
            me.block_enter(&NoHost);
            let _ = me.block_commit(&NoHost);
        }
    });
    let reclaim = time(1_000_000, |n| {
        for _ in 0..n {
            me.block_enter(&NoHost);
            let _ = me.block_commit(&NoHost);
            add(&me, black_box(&object));
        }
    });
    let away = time(1_000_000, |n| {
        for _ in 0..n {
            me.away(&NoHost, || ());
        }
    });
    println!("increment without barrier        {bare:8.2} ns");
    println!("  with write barrier             {barrier:8.2}");
    println!("  with barrier and poll          {polls:8.2}");
    println!("empty block (enter and commit)   {block:8.2}");
    println!("re-claim of a stale object       {:8.2}", reclaim - block);
    println!("away and back                    {away:8.2}");
    me.finish(&NoHost);
}

/// Time for one thread to take an object from another that runs.
fn handshakes() {
    let registry = Registry::leaked(Limits::widest());
    let objects: &'static [Object] =
        Box::leak((0..50_000).map(|_| Object::new()).collect::<Box<[_]>>());
    let (ready, done) = (AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let owner = thread(registry);
            for object in objects {
                add(&owner, object);
            }
            ready.store(true, Ordering::SeqCst);
            while !done.load(Ordering::SeqCst) {
                for _ in 0..50 {
                    black_box(());
                }
                poll(&owner);
            }
            owner.finish(&NoHost);
        });
        while !ready.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        let me = thread(registry);
        let begin = Instant::now();
        for object in objects {
            add(&me, object);
        }
        let handshake = begin.elapsed().as_nanos() as f64 / objects.len() as f64;
        let begin = Instant::now();
        for object in &objects[..5_000] {
            object.word.share();
            add(&me, object);
        }
        let revocation = begin.elapsed().as_nanos() as f64 / 5_000.0;
        let begin = Instant::now();
        for _ in 0..2_000 {
            me.stop_the_world(&NoHost, |_| ());
        }
        let stop = begin.elapsed().as_nanos() as f64 / 2_000.0;
        done.store(true, Ordering::SeqCst);
        println!("handshake with a running owner   {handshake:8.0} ns");
        println!("share and revoke                 {revocation:8.0}");
        println!("stop the world (2 threads)       {stop:8.0}");
        me.finish(&NoHost);
    });
}

/// Spins for about `nanos`, polling every 300 ns.
#[inline(always)]
fn work(thread: &StmThread, nanos: u64, per_nano: f64) {
    let mut left = nanos;
    while left > 0 {
        let step = left.min(300);
        let mut turns = (step as f64 * per_nano) as u64;
        while turns > 0 {
            turns = black_box(turns - 1);
        }
        left -= step;
        poll(thread);
    }
}

/// How long each cell of the table is measured: `OROCHI_MILLIS`, or 300 ms.
fn window() -> Duration {
    let millis = std::env::var("OROCHI_MILLIS").ok().and_then(|text| text.parse().ok());
    Duration::from_millis(millis.unwrap_or(300))
}

#[derive(Clone, Copy)]
enum Shape {
    One,
    Two,
    Read,
}

fn contention(shape: Shape, private: u64, threads: usize, per_nano: f64) -> (f64, f64) {
    let registry = Registry::leaked(Limits::widest());
    let (a, b) = (Object::new(), Object::new());
    let stop = AtomicBool::new(false);
    let counts: Vec<AtomicU64> = (0..threads).map(|_| AtomicU64::new(0)).collect();
    let barrier = Barrier::new(threads + 1);
    let mut seconds = 0.0;
    std::thread::scope(|scope| {
        for index in 0..threads {
            let (a, b, stop, counts, barrier) = (&a, &b, &stop, &counts, &barrier);
            scope.spawn(move || {
                let me = thread(registry);
                me.away(&NoHost, || barrier.wait());
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    match shape {
                        Shape::One => add(&me, a),
                        Shape::Two => {
                            let (a, b) = if count % 2 == 0 { (a, b) } else { (b, a) };
                            let both = me.can_write(&a.word) && me.can_write(&b.word);
                            if !both && me.claim_write2(&a.word, &b.word, &NoHost).is_err() {
                                unreachable!("plain code is not aborted");
                            }
                            a.increment();
                            b.increment();
                        }
                        Shape::Read if count % 100 == 99 => add(&me, a),
                        Shape::Read => {
                            if !me.can_read(&a.word) && me.claim_read(&a.word, &NoHost).is_err() {
                                unreachable!("plain code is not aborted");
                            }
                            black_box(a.value());
                        }
                    }
                    poll(&me);
                    work(&me, private, per_nano);
                    count += 1;
                }
                counts[index].store(count, Ordering::Relaxed);
                me.finish(&NoHost);
            });
        }
        barrier.wait();
        let begin = Instant::now();
        std::thread::sleep(window());
        stop.store(true, Ordering::Relaxed);
        seconds = begin.elapsed().as_secs_f64();
    });
    let each: Vec<u64> = counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
    let total: u64 = each.iter().sum();
    let least = each.iter().copied().min().unwrap_or(0) as f64;
    (total as f64 / seconds / 1e6, least * threads as f64 / total.max(1) as f64)
}

fn main() {
    one_thread();
    handshakes();
    let begin = Instant::now();
    let mut turns = 100_000_000u64;
    while turns > 0 {
        turns = black_box(turns - 1);
    }
    let per_nano = 1e8 / begin.elapsed().as_nanos() as f64;
    println!("million operations/s (least share of a thread), by private work and threads");
    let shapes =
        [("one", Shape::One), ("two together", Shape::Two), ("read, 1 % writes", Shape::Read)];
    for (name, shape) in shapes {
        for private in [0, 30, 300, 1_000, 10_000] {
            print!("{name:18} {private:6} ns");
            for threads in [1, 2, 8, 64] {
                let (rate, least) = contention(shape, private, threads, per_nano);
                print!("  {threads:2}: {rate:7.2} ({least:4.2})");
            }
            println!();
        }
    }
}
