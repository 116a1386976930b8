//! What happens when objects die: weak references, ephemerons, finalisers, resources.

#![allow(clippy::undocumented_unsafe_blocks, reason = "the tests make the objects they look into")]

mod world;

use orochi_heap::*;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use world::*;

static WEAK: Layout = Layout {
    fields: Fields::Range { from: 16, to: 24 },
    weak: Some(WeakField { referent: 8, callback: Some(16) }),
    ..Layout::fixed("weak", 24)
};
static TABLE: Layout =
    Layout::counted("ephemerons", 24, 16, Count::U64(8), Payload::Ephemerons(Count::U64(16)));
static RESOURCE: Layout =
    Layout { drop_resource: Some(give_back), ..Layout::fixed("resource", 16) };

static GIVEN_BACK: AtomicI64 = AtomicI64::new(0);

unsafe fn give_back(object: *mut Header) {
    GIVEN_BACK.fetch_add(unsafe { value_at(object, 8) }.as_int(), Ordering::Relaxed);
}

fn shape_of(layout: &'static Layout) -> ShapeId {
    static SHAPES: OnceLock<[ShapeId; 3]> = OnceLock::new();
    let shapes = SHAPES.get_or_init(|| {
        [&WEAK, &TABLE, &RESOURCE].map(|l| heap().add_shape(l, std::ptr::null()).unwrap())
    });
    shapes[[&WEAK, &TABLE, &RESOURCE].iter().position(|&l| std::ptr::eq(l, layout)).unwrap()]
}

fn thing(mutator: &Mutator, n: i32, other: Value) -> Value {
    mutator.object(value_shape(2), &[Value::from_i32(n), other])
}

/// A table of pairs, rooted by the caller.
fn table(mutator: &Mutator, pairs: &[(Value, Value)]) -> Value {
    let object = mutator.alloc(24 + 16 * pairs.len(), shape_of(&TABLE)).unwrap();
    unsafe {
        word_at(object.as_ptr(), 8).store(pairs.len() as u64, Ordering::Relaxed);
        word_at(object.as_ptr(), 16).store(pairs.len() as u64, Ordering::Relaxed);
        for (n, &(key, value)) in pairs.iter().enumerate() {
            set_value_at(object.as_ptr(), 24 + 16 * n, key);
            set_value_at(object.as_ptr(), 32 + 16 * n, value);
        }
    }
    Value::from_object(object)
}

fn pair(table: Value, n: usize) -> (Value, Value) {
    (field(table, 2 + 2 * n), field(table, 3 + 2 * n))
}

/// Both kinds of collection, and a nursery collection that finds everything old.
const WAYS: [&[Kind]; 3] = [&[Kind::Nursery], &[Kind::Full], &[Kind::Nursery, Kind::Full]];

/// Collects as `way` says; what `before` leaves rooted until the last is dropped by `last`.
fn collect(mutator: &mut Mutator, way: &[Kind], last: impl FnOnce(&mut Mutator)) {
    for &kind in &way[..way.len() - 1] {
        mutator.collect(kind);
    }
    last(mutator);
    mutator.collect(way[way.len() - 1]);
}

#[test]
fn weak_references_are_cleared_when_their_referent_dies() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    for way in WAYS {
        // On the stack: kept referent, dying referent, then weak references to both, one without callback.
        let (kept, dying) = (thing(&mutator, 1, Value::NONE), thing(&mutator, 2, Value::NONE));
        let callback = thing(&mutator, 3, Value::NONE);
        let weak = |referent, callback| mutator.object(shape_of(&WEAK), &[referent, callback]);
        let stack = vec![
            kept,
            weak(kept, callback),
            weak(dying, callback),
            weak(dying, Value::NONE),
            weak(Value::from_i32(7), callback),
            dying,
        ];
        mutator.stack = stack;
        collect(&mut mutator, way, |mutator| mutator.stack.truncate(5));
        let stack = mutator.stack.clone();
        assert_eq!(field(stack[1], 0), kept);
        assert_eq!(field(stack[2], 0), Value::NONE);
        assert_eq!(field(stack[3], 0), Value::NONE);
        assert_eq!(field(stack[4], 0), Value::from_i32(7));
        let callbacks = heap().take_weak_callbacks();
        assert_eq!(callbacks.as_slice(), &[stack[2]], "{way:?}");
        assert_eq!(field(field(callbacks[0], 1), 0), Value::from_i32(3));
        mutator.stack.clear();
    }
    mutator.collect(Kind::Full);
    assert!(heap().take_weak_callbacks().is_empty(), "a dead weak reference calls nobody");
}

#[test]
fn ephemerons_keep_a_value_while_its_key_lives() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    for way in WAYS {
        // a -> b -> c through the table only, d's value refers to d itself.
        let [a, b, c, d] = [1, 2, 3, 4].map(|n| thing(&mutator, n, Value::NONE));
        let own = thing(&mutator, 5, d);
        let (to_b, to_c) = (thing(&mutator, 6, b), thing(&mutator, 7, c));
        let table = table(&mutator, &[(c, Value::from_i32(9)), (b, to_c), (a, to_b), (d, own)]);
        mutator.stack = vec![table, a, d];
        collect(&mut mutator, way, |mutator| mutator.stack.truncate(2));
        assert_eq!(pair(table, 2), (a, to_b));
        assert_eq!(pair(table, 1), (b, to_c));
        assert_eq!(pair(table, 0), (c, Value::from_i32(9)));
        assert_eq!(pair(table, 3), (Value::UNBOUND, Value::UNBOUND), "{way:?}");
        mutator.stack.truncate(1);
        mutator.collect(Kind::Full);
        for n in 0..4 {
            assert_eq!(pair(table, n), (Value::UNBOUND, Value::UNBOUND));
        }
        mutator.stack.clear();
    }
}

#[test]
fn finalisers_run_once_and_may_resurrect() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    for way in WAYS {
        let child = thing(&mutator, 1, Value::NONE);
        let dying = thing(&mutator, 2, child);
        mutator.local.register_finaliser(dying.as_object().unwrap());
        let weak = mutator.object(shape_of(&WEAK), &[dying, Value::NONE]);
        let inner = mutator.object(shape_of(&WEAK), &[child, Value::NONE]);
        mutator.write(child, 1, inner);
        mutator.stack = vec![weak, dying];
        collect(&mut mutator, way, |mutator| mutator.stack.truncate(1));
        assert_eq!(field(weak, 0), Value::NONE, "cleared before the finaliser sees it");
        // Waits there, and survives waiting.
        mutator.collect(Kind::Full);
        let due = heap().take_finalisers();
        assert_eq!(due.as_slice(), &[dying], "{way:?}");
        assert_eq!(field(field(due[0], 1), 0), Value::from_i32(1), "with all it reaches");
        assert_eq!(
            field(field(child, 1), 0),
            child,
            "a weak reference among the resurrected holds"
        );
        // Resurrected: it lives on, is not finalised again, and dies in the end.
        mutator.stack.push(due[0]);
        drop(due);
        mutator.collect(Kind::Full);
        assert!(heap().take_finalisers().is_empty());
        mutator.stack.clear();
        let outcome = mutator.collect(Kind::Full);
        assert_eq!((outcome.finalisers, outcome.live_bytes), (0, 0));
    }
}

#[test]
fn resources_are_given_back_when_their_object_has_died_for_good() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    for way in WAYS {
        GIVEN_BACK.store(0, Ordering::Relaxed);
        let make = |n| {
            let object = mutator.object(shape_of(&RESOURCE), &[Value::from_i32(n)]);
            mutator.local.register_resource(object.as_object().unwrap());
            object
        };
        // 1 is kept, 10 dies, 100 dies after its holder has been finalised.
        let (kept, dying, held) = (make(1), make(10), make(100));
        let holder = thing(&mutator, 0, held);
        mutator.local.register_finaliser(holder.as_object().unwrap());
        mutator.stack = vec![kept, dying, holder];
        collect(&mut mutator, way, |mutator| mutator.stack.truncate(1));
        assert_eq!(GIVEN_BACK.load(Ordering::Relaxed), 10);
        drop(heap().take_finalisers());
        mutator.collect(Kind::Full);
        assert_eq!(GIVEN_BACK.load(Ordering::Relaxed), 110);
        mutator.stack.clear();
        mutator.collect(Kind::Full);
        assert_eq!(GIVEN_BACK.load(Ordering::Relaxed), 111);
    }
}

#[test]
fn rooted_references_keep_their_objects() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    let rooted: Vec<Rooted<Value>> =
        (0..600).map(|n| heap().roots().root(thing(&mutator, n, Value::NONE))).collect();
    let mut vector: RootVec = (0..500).map(|n| thing(&mutator, n, Value::NONE)).collect();
    let others: Vec<RootVec> =
        (0..50).map(|n| std::iter::once(thing(&mutator, n, Value::NONE)).collect()).collect();
    for kind in [Kind::Nursery, Kind::Full, Kind::Full] {
        mutator.collect(kind);
        // Over what has wrongly died.
        for _ in 0..20_000 {
            thing(&mutator, -1, Value::NONE);
        }
        for (n, rooted) in rooted.iter().enumerate() {
            assert_eq!(field(rooted.get(), 0).as_int(), n as i64);
        }
        for (n, &value) in vector.iter().enumerate() {
            assert_eq!(field(value, 0).as_int(), n as i64);
        }
        for (n, other) in others.iter().enumerate() {
            assert_eq!(field(other[0], 0).as_int(), n as i64);
        }
    }
    rooted[3].set(thing(&mutator, 77, Value::NONE));
    vector.truncate(1);
    drop(others);
    mutator.collect(Kind::Full);
    assert_eq!(field(rooted[3].get(), 0).as_int(), 77);
    // 601 objects of 32 bytes, some of them alone in their line.
    assert!(heap().statistics().live_bytes < 64 << 10);
    drop(rooted);
    vector.clear();
    assert_eq!(mutator.collect(Kind::Full).live_bytes, 0);
}
