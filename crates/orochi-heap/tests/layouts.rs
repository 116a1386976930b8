//! Each way a layout can describe an object, checked by what survives; and the hooks of the layer above.

#![allow(clippy::undocumented_unsafe_blocks, reason = "the tests make the objects they look into")]

mod world;

use orochi_heap::*;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use world::*;

/// A list: length, storage.
static LIST: Layout = Layout { owned: &[16], ..Layout::values("list", 16, 24) };
static ITEMS: Layout =
    Layout { storage: true, ..Layout::counted("items", 16, 8, Count::U64(8), Payload::Values) };
/// The same, but only the first so many are initialised.
static USED: Layout = Layout {
    storage: true,
    ..Layout::counted("used items", 16, 8, Count::U32(8), Payload::UsedValues(Count::U32(12)))
};
/// Entries of hash, key and value after a value of its own.
static ENTRIES: Layout = Layout {
    fields: Fields::Bitmap(1 << 2),
    ..Layout::counted(
        "entries",
        24,
        24,
        Count::U32(8),
        Payload::Entries { values: 0b110, used: Count::U32(12) },
    )
};
static BITMAP: Layout = Layout { fields: Fields::Bitmap(0b10100), ..Layout::fixed("bitmap", 48) };
/// The address of the only child is stored inverted.
static CUSTOM: Layout = Layout {
    size: Size::Custom(|object| {
        16 + 16 * unsafe { word_at(object, 8) }.load(Ordering::Relaxed) as usize
    }),
    trace: Some(trace_inverted),
    ..Layout::fixed("custom", 0)
};
/// An instance: its class is found through the shape.
static INSTANCE: Layout = Layout { trace_shape: true, ..Layout::fixed("instance", 16) };

unsafe fn trace_inverted(object: *const Header, tracer: &mut Tracer<'_>) {
    let size = unsafe { word_at(object, 8) }.load(Ordering::Relaxed) as usize;
    tracer.visit(Value::from_bits(
        !unsafe { word_at(object, 16 * size + 8) }.load(Ordering::Relaxed),
    ));
}

/// What the layer above knows of a shape: a class, and another shape.
struct Record {
    class: Mutex<Value>,
    parent: Option<ShapeId>,
}

unsafe fn trace_record(user: *const (), tracer: &mut Tracer<'_>) {
    let record = unsafe { &*user.cast::<Record>() };
    TRACED.fetch_add(1, Ordering::Relaxed);
    tracer.visit(*record.class.lock().unwrap());
    if let Some(parent) = record.parent {
        tracer.visit_shape(parent);
    }
}

static TRACED: AtomicUsize = AtomicUsize::new(0);
static CLEANED: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicU64 = AtomicU64::new(0);

struct Cleaner;
impl OwnerWords for Cleaner {
    fn clean(&self, word: &OwnerWord) {
        assert!(!word.load().is_remembered(), "old by now");
        CLEANED.fetch_add(1, Ordering::Relaxed);
    }
    fn cleaned(&self) {
        DONE.fetch_add(1, Ordering::Relaxed);
    }
}

fn start() -> &'static Heap {
    let config = Config::default();
    let hooks = Hooks { trace_shape: Some(trace_record), ..config.hooks };
    heap_with(Config { hooks, ..config })
}

fn shapes() -> &'static [ShapeId; 6] {
    static SHAPES: OnceLock<[ShapeId; 6]> = OnceLock::new();
    SHAPES.get_or_init(|| {
        [&LIST, &ITEMS, &USED, &ENTRIES, &BITMAP, &CUSTOM]
            .map(|layout| start().add_shape(layout, std::ptr::null()).unwrap())
    })
}

fn leaf(mutator: &Mutator, n: i32) -> Value {
    mutator.object(value_shape(1), &[Value::from_i32(n)])
}

fn is_leaf(value: Value, n: i64) -> bool {
    value.is_object() && field(value, 0) == Value::from_int(n).unwrap()
}

/// An object of raw words.
fn raw(mutator: &Mutator, shape: ShapeId, words: &[u64]) -> Value {
    let values: Vec<Value> = words.iter().map(|&word| Value::from_bits(word)).collect();
    mutator.object(shape, &values)
}

/// Garbage over whatever has wrongly died.
fn churn(mutator: &Mutator) {
    for _ in 0..20_000 {
        mutator.object(value_shape(1), &[Value::FALSE]);
    }
}

#[test]
fn every_described_reference_is_followed_and_no_other() {
    start();
    let _turn = turn();
    let [_, items, used, entries, bitmap, custom] = *shapes();
    let mut mutator = Mutator::new(false);
    for kind in [Kind::Nursery, Kind::Full] {
        let leaves: Vec<Value> = (0..10).map(|n| leaf(&mutator, n)).collect();
        let bits = |n: usize| leaves[n].bits();
        let junk = 0x1234_5678;
        let objects = [
            raw(&mutator, items, &[2, bits(0), bits(1)]),
            // Capacity 4, 1 used: the rest was never written.
            raw(&mutator, used, &[4 | 1 << 32, bits(2), junk, junk, junk]),
            raw(
                &mutator,
                entries,
                &[3 | 2 << 32, bits(3), junk, bits(4), bits(5), junk, bits(6), 0, 9, 9, 9],
            ),
            raw(&mutator, bitmap, &[junk, bits(7), junk, bits(8), junk]),
            raw(&mutator, custom, &[1, junk, !bits(9)]),
        ];
        let found = [
            (0, 1, 0),
            (0, 2, 1),
            (1, 1, 2),
            (2, 1, 3),
            (2, 3, 4),
            (2, 4, 5),
            (2, 6, 6),
            (3, 1, 7),
            (3, 3, 8),
        ];
        mutator.stack.extend_from_slice(&objects);
        mutator.collect(kind);
        churn(&mutator);
        mutator.collect(kind);
        for (object, word, n) in found {
            assert!(is_leaf(field(objects[object], word), n), "{object}.{word}");
        }
        assert!(is_leaf(Value::from_bits(!field(objects[4], 2).bits()), 9));
        mutator.stack.clear();
    }
    assert_eq!(mutator.collect(Kind::Full).live_bytes, 0, "nothing else was");
}

#[test]
fn an_owner_is_remembered_for_its_storage() {
    start();
    let _turn = turn();
    let [list, items, ..] = *shapes();
    let mut mutator = Mutator::new(false);
    for count in [3usize, 100, 50_000] {
        let mut words = vec![count as u64];
        words.resize(1 + count, 0);
        let storage = raw(&mutator, items, &words);
        let list = mutator.object(list, &[Value::from_i32(0), storage]);
        mutator.stack = vec![list];
        for round in 0..4 {
            for n in (0..count).step_by(count / 3) {
                let value = leaf(&mutator, (n + round) as i32);
                mutator.barrier(list);
                unsafe { set_value_at(storage.object_ptr(), 16 + 8 * n, value) };
            }
            mutator.collect(Kind::Nursery);
            churn(&mutator);
            mutator.collect(if round == 2 { Kind::Full } else { Kind::Nursery });
            for n in (0..count).step_by(count / 3) {
                assert!(is_leaf(field(storage, 1 + n), (n + round) as i64));
            }
        }
    }
    mutator.stack.clear();
    mutator.collect(Kind::Full);
}

static GROWING_ITEMS: Layout = Layout {
    storage: true,
    written_from: Some(16),
    ..Layout::counted("growing items", 24, 8, Count::U64(8), Payload::Values)
};
static GROWING_ENTRIES: Layout = Layout {
    storage: true,
    written_from: Some(16),
    ..Layout::counted(
        "growing entries",
        24,
        24,
        Count::U64(8),
        Payload::Entries { values: 0b010, used: Count::U64(8) },
    )
};

/// A list or table that grows at its end and is now and then written in the middle. `first` is the
/// offset of the first element's value.
fn check_growing(layout: &'static Layout, first: usize, stride: usize) {
    const COUNT: usize = 30_000;
    let shape = start().add_shape(layout, std::ptr::null()).unwrap();
    let mut mutator = Mutator::new(false);
    let mut words = vec![0; 2 + COUNT * stride / 8];
    words[0] = COUNT as u64;
    let storage = raw(&mutator, shape, &words);
    let list = mutator.object(shapes()[0], &[Value::from_i32(0), storage]);
    mutator.stack = vec![list];
    let written_from = unsafe { word_at(storage.object_ptr(), 16) };
    let store = |mutator: &Mutator, n: usize, value: Value| {
        mutator.barrier(list);
        unsafe { set_value_at(storage.object_ptr(), first + stride * n, value) };
        written_from.fetch_min(n as u64, Ordering::Relaxed);
    };
    let mut expected = vec![-1; COUNT];
    for round in 0..40 {
        for n in (round * 700..).take(700) {
            store(&mutator, n, leaf(&mutator, n as i32));
            expected[n] = n as i64;
        }
        if round % 7 == 3 {
            let n = round * 500;
            store(&mutator, n, leaf(&mutator, -5));
            expected[n] = -5;
        }
        mutator.collect(if round % 10 == 9 { Kind::Full } else { Kind::Nursery });
        assert_eq!(written_from.load(Ordering::Relaxed), COUNT as u64);
        churn(&mutator);
    }
    for (n, &expected) in expected.iter().enumerate().take(28_000) {
        let value = unsafe { value_at(storage.object_ptr(), first + stride * n) };
        assert!(is_leaf(value, expected), "{n}");
    }
    mutator.stack.clear();
    mutator.collect(Kind::Full);
}

#[test]
fn what_grows_is_looked_through_from_where_it_was_written() {
    start();
    let _turn = turn();
    check_growing(&GROWING_ITEMS, 24, 8);
    check_growing(&GROWING_ENTRIES, 32, 24);
}

#[test]
fn shapes_keep_their_class_while_an_object_has_them() {
    let heap = start();
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    let record = |class, parent| &*Box::leak(Box::new(Record { class: Mutex::new(class), parent }));
    let parent = record(leaf(&mutator, 1), None);
    let parent_shape = heap.add_shape(&INSTANCE, std::ptr::from_ref(parent).cast()).unwrap();
    let child = record(leaf(&mutator, 2), Some(parent_shape));
    let child_shape = heap.add_shape(&INSTANCE, std::ptr::from_ref(child).cast()).unwrap();
    assert!(std::ptr::eq(shape_entry(child_shape).user().cast(), child));
    for _ in 0..3 {
        let object = mutator.object(child_shape, &[Value::NONE]);
        mutator.stack.push(object);
    }
    for kind in [Kind::Nursery, Kind::Nursery, Kind::Full] {
        TRACED.store(0, Ordering::Relaxed);
        mutator.collect(kind);
        churn(&mutator);
        assert!(TRACED.load(Ordering::Relaxed) <= 2);
        assert!(
            is_leaf(*parent.class.lock().unwrap(), 1) && is_leaf(*child.class.lock().unwrap(), 2)
        );
        assert!(heap.shape_is_marked(parent_shape) && heap.shape_is_marked(child_shape));
    }
    mutator.stack.clear();
    mutator.collect(Kind::Full);
    assert!(!heap.shape_is_marked(parent_shape) && !heap.shape_is_marked(child_shape));
}

#[test]
fn owner_words_of_all_live_objects_are_cleaned_when_asked() {
    start();
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    for n in 0..1000 {
        let object = leaf(&mutator, n);
        mutator.stack.push(object);
        leaf(&mutator, n);
    }
    mutator.collect(Kind::Full);
    assert_eq!(CLEANED.load(Ordering::Relaxed), 0);
    *CLEANER.lock().unwrap() = Some(&Cleaner);
    mutator.collect(Kind::Nursery);
    assert_eq!(CLEANED.load(Ordering::Relaxed), 0);
    mutator.collect(Kind::Full);
    assert_eq!(CLEANED.load(Ordering::Relaxed), 1000);
    assert_eq!(DONE.load(Ordering::Relaxed), 1);
    *CLEANER.lock().unwrap() = None;
    mutator.stack.clear();
    mutator.collect(Kind::Full);
}

#[test]
fn many_objects_are_marked_in_parallel() {
    start();
    let _turn = turn();
    let [list, items, ..] = *shapes();
    let mut mutator = Mutator::new(false);
    // A long array of small trees, shuffled, so that two threads mark neighbours at once.
    const COUNT: usize = 200_000;
    let place = |n: usize| 1 + n * 7919 % COUNT;
    let mut words = vec![COUNT as u64; 1 + COUNT];
    for n in 0..COUNT {
        let inner = leaf(&mutator, n as i32);
        let fields = [inner, Value::NONE, inner, Value::from_i32(n as i32)];
        words[place(n)] = mutator.object(value_shape(4), &fields).bits();
    }
    let storage = raw(&mutator, items, &words);
    let list = mutator.object(list, &[Value::NONE, storage]);
    mutator.stack.push(list);
    for _ in 0..5 {
        mutator.collect(Kind::Full);
        churn(&mutator);
        for n in 0..COUNT {
            let object = field(storage, place(n));
            assert!(is_leaf(field(object, 0), n as i64) && field(object, 3).as_int() == n as i64);
        }
    }
    mutator.stack.clear();
    mutator.collect(Kind::Full);
}
