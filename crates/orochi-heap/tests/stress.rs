//! Two threads change one random graph, and a mirror of it in plain Rust; after each collection the
//! verifier walks the heap, and now and then everything reachable is compared with the mirror.
//! `STRESS_SEED=n` tries another history.

#![allow(clippy::undocumented_unsafe_blocks, reason = "the tests make the objects they look into")]

mod world;

use orochi_heap::*;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use world::*;

const CHILDREN: usize = 4;
const ROOTS: usize = 60;

/// What a heap object should be: its number and the numbers of its children.
#[derive(Default)]
struct Mirror {
    nodes: HashMap<i64, [Option<i64>; CHILDREN]>,
    next: i64,
}

static MIRROR: Mutex<Option<Mirror>> = Mutex::new(None);

struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn number(node: Value) -> i64 {
    field(node, 0).as_int()
}

/// Nodes: number, children, and in the middle ones some weight, so that sizes vary up to large ones.
fn make(
    mutator: &Mutator,
    mirror: &mut Mirror,
    random: &mut Random,
    children: [Value; CHILDREN],
) -> Value {
    let weight = match random.below(300) {
        0 => 2500,
        1..10 => random.below(1800),
        10..60 => random.below(30),
        _ => random.below(3),
    };
    let number = mirror.next;
    mirror.next += 1;
    let mut fields = vec![Value::NONE; 1 + CHILDREN + weight];
    fields[0] = Value::from_int(number).unwrap();
    fields[1..=CHILDREN].copy_from_slice(&children);
    mirror
        .nodes
        .insert(number, children.map(|child| child.is_object().then(|| self::number(child))));
    mutator.object(value_shape(fields.len()), &fields)
}

/// Compares all that can be reached from these roots with the mirror.
fn compare(roots: &[Value], mirror: &Mirror) -> usize {
    let mut seen: HashMap<i64, Value> = HashMap::new();
    let mut todo: Vec<Value> = roots.iter().copied().filter(|v| v.is_object()).collect();
    while let Some(node) = todo.pop() {
        let number = number(node);
        if let Some(&other) = seen.get(&number) {
            assert_eq!(other, node, "one object at two addresses");
            continue;
        }
        seen.insert(number, node);
        let children = mirror.nodes[&number];
        for (n, child) in children.into_iter().enumerate() {
            let value = field(node, 1 + n);
            assert_eq!(
                value.is_object().then(|| self::number(value)),
                child,
                "child {n} of {number}"
            );
            if value.is_object() {
                todo.push(value);
            }
        }
    }
    seen.len()
}

/// Forgets mirrored nodes that nobody can reach.
fn prune(mirror: &mut Mirror, roots: &[Value]) {
    let mut keep: HashMap<i64, [Option<i64>; CHILDREN]> = HashMap::new();
    let mut todo: Vec<i64> = roots.iter().filter(|v| v.is_object()).map(|&v| number(v)).collect();
    while let Some(n) = todo.pop() {
        if keep.contains_key(&n) {
            continue;
        }
        keep.insert(n, mirror.nodes[&n]);
        todo.extend(mirror.nodes[&n].iter().flatten());
    }
    mirror.nodes = keep;
}

fn run(seed: u64, steps: usize, shared: &Mutex<RootVec>) {
    let mut mutator = Mutator::new(false);
    let other = std::env::var("STRESS_SEED").ok().and_then(|n| n.parse::<u64>().ok());
    let mut random = Random(seed ^ other.unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for step in 0..steps {
        {
            // No safepoint inside: what is held here need not be rooted.
            let mut guard = MIRROR.lock().unwrap();
            let mirror = guard.as_mut().unwrap();
            let mut roots = shared.lock().unwrap();
            let pick = |random: &mut Random| roots[random.below(ROOTS)];
            let root = random.below(ROOTS);
            match random.below(10) {
                0..5 => {
                    let children = [(); CHILDREN].map(|()| pick(&mut random));
                    let node = make(&mutator, mirror, &mut random, children);
                    roots[root] = node;
                }
                5..8 if roots[root].is_object() => {
                    // Walk some way down, then change a child.
                    let mut node = roots[root];
                    for _ in 0..random.below(12) {
                        let child = field(node, 1 + random.below(CHILDREN));
                        if child.is_object() {
                            node = child;
                        }
                    }
                    let (n, value) = (random.below(CHILDREN), pick(&mut random));
                    mutator.write(node, 1 + n, value);
                    let child = value.is_object().then(|| number(value));
                    mirror.nodes.get_mut(&number(node)).unwrap()[n] = child;
                }
                8 => roots[root] = Value::NONE,
                _ => {}
            }
            // Garbage, too.
            for _ in 0..random.below(20) {
                mutator.object(value_shape(3), &[Value::NONE, roots[root], Value::from_i32(1)]);
            }
            if step.is_multiple_of(2000) {
                let count = compare(&roots, mirror);
                prune(mirror, &roots);
                assert_eq!(count, mirror.nodes.len());
                if count > 3_000 {
                    roots.as_mut_slice()[..ROOTS * 9 / 10].fill(Value::NONE);
                    prune(mirror, &roots);
                }
            }
        }
        if random.below(4000) == 0 {
            let kind = if random.below(3) == 0 { Kind::Full } else { Kind::Nursery };
            mutator.collect(kind);
        }
        mutator.safepoint();
    }
}

#[test]
fn two_threads_agree_with_their_mirror() {
    let heap =
        heap_with(Config { nursery_bytes: 1 << 20, full_min_bytes: 4 << 20, ..Config::default() });
    *MIRROR.lock().unwrap() = Some(Mirror::default());
    let mut roots = RootVec::new();
    roots.resize(ROOTS, Value::NONE);
    let roots = Mutex::new(roots);
    std::thread::scope(|scope| {
        for seed in [0x1234_5678_9abc, 0xfeed_beef_cafe] {
            let roots = &roots;
            scope.spawn(move || run(seed, 60_000, roots));
        }
    });
    // The same with a collection every few allocations.
    roots.lock().unwrap().fill(Value::NONE);
    Mutator::new(false).collect(Kind::Full);
    heap.set_zeal(37);
    std::thread::scope(|scope| {
        for seed in [0x5151_6161, 0x7171_8181_9191] {
            let roots = &roots;
            scope.spawn(move || run(seed, 1_000, roots));
        }
    });
    heap.set_zeal(0);
    let statistics = heap.statistics();
    assert!(COLLECTIONS.load(Ordering::Relaxed) > 100, "{statistics:?}");
    assert!(statistics.full_collections > 5, "{statistics:?}");
    roots.lock().unwrap().clear();
    let mut mutator = Mutator::new(false);
    let outcome = mutator.collect(Kind::Full);
    assert_eq!(outcome.live_bytes, 0, "nothing is left");
}
