//! Limits, large objects, memory given back, and addresses found on native stacks.

#![allow(clippy::undocumented_unsafe_blocks, reason = "the tests make the objects they look into")]

mod world;

use orochi_heap::*;
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use world::*;

static BYTES: Layout =
    Layout { immutable: true, ..Layout::counted("bytes", 16, 1, Count::U64(8), Payload::Raw) };

fn bytes_shape() -> ShapeId {
    static SHAPE: OnceLock<ShapeId> = OnceLock::new();
    *SHAPE.get_or_init(|| heap().add_shape(&BYTES, std::ptr::null()).unwrap())
}

/// Bytes, each of them `fill`.
fn bytes(mutator: &Mutator, count: usize, fill: u8) -> Result<Value, OutOfMemory> {
    let object = mutator.alloc(16 + count, bytes_shape())?;
    unsafe {
        word_at(object.as_ptr(), 8).store(count as u64, Ordering::Relaxed);
        object.as_ptr().cast::<u8>().add(16).write_bytes(fill, count);
    }
    Ok(Value::from_object(object))
}

fn is_filled(object: Value, count: usize, fill: u8) -> bool {
    let data =
        unsafe { std::slice::from_raw_parts(object.object_ptr().cast::<u8>().add(16), count) };
    data.iter().all(|&byte| byte == fill)
}

#[test]
fn objects_of_every_size_keep_their_contents() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    let sizes: Vec<usize> = (0..400)
        .chain((0..80).map(|n| n * 400))
        .chain([16 << 10, (16 << 10) - 16, (32 << 10) - 16, 32 << 10, 1 << 20, 5_000_000])
        .collect();
    for round in 0..6 {
        let mut kept = Vec::new();
        for (n, &size) in sizes.iter().enumerate() {
            let object = bytes(&mutator, size, n as u8).unwrap();
            if n % 3 == round % 3 {
                mutator.stack.push(object);
                kept.push((object, size, n as u8));
            }
            if n % 100 == 0 {
                mutator.collect(Kind::Nursery);
            }
        }
        mutator.collect(if round % 2 == 0 { Kind::Full } else { Kind::Nursery });
        for (object, size, fill) in kept {
            assert!(is_filled(object, size, fill), "{size} bytes");
        }
        mutator.stack.clear();
    }
    assert_eq!(mutator.collect(Kind::Full).live_bytes, 0);
}

#[test]
fn memory_goes_back_after_a_spike() {
    let _turn = turn();
    // The verifier's own memory would count.
    VERIFY.store(false, Ordering::Relaxed);
    let mut mutator = Mutator::new(false);
    // The stack's own memory comes first: it is not the heap's.
    mutator.stack = vec![Value::NONE; 2_000_001];
    mutator.stack.clear();
    mutator.collect(Kind::Full);
    heap().give_back(usize::MAX);
    let before = resident();
    for n in 0..2_000_000 {
        let object = mutator.object(value_shape(5), &[Value::from_i32(n); 5]);
        mutator.stack.push(object);
        mutator.safepoint();
    }
    let large = bytes(&mutator, 50 << 20, 1).unwrap();
    mutator.stack.push(large);
    let spike = resident();
    assert!(spike - before > 140 << 20, "{}", spike - before);
    mutator.stack.clear();
    mutator.collect(Kind::Full);
    heap().give_back(usize::MAX);
    let after = resident();
    assert!(after < before + (12 << 20), "{} MB above the start", (after - before) >> 20);
    // What was given back can be used again.
    for n in 0..100_000 {
        let object = mutator.object(value_shape(5), &[Value::from_i32(n); 5]);
        mutator.stack.push(object);
    }
    mutator.collect(Kind::Full);
    assert!((0..100_000).all(|n| field(mutator.stack[n], 4).as_int() == n as i64));
    mutator.stack.clear();
    VERIFY.store(true, Ordering::Relaxed);
    mutator.collect(Kind::Full);
}

#[test]
fn memory_goes_back_by_itself() {
    let _turn = turn();
    // The verifier's own memory would count.
    VERIFY.store(false, Ordering::Relaxed);
    let mut mutator = Mutator::new(false);
    for n in 0..2_000_000 {
        let object = mutator.object(value_shape(5), &[Value::from_i32(n); 5]);
        mutator.stack.push(object);
        mutator.safepoint();
    }
    let spike = resident();
    mutator.stack = Vec::new();
    for _ in 0..6 {
        mutator.collect(Kind::Full);
        for n in 0..200_000 {
            mutator.object(value_shape(5), &[Value::from_i32(n); 5]);
            mutator.safepoint();
        }
    }
    let after = resident();
    assert!(spike - after > 60 << 20, "{} of {} MB given back", (spike - after) >> 20, spike >> 20);
    VERIFY.store(true, Ordering::Relaxed);
    mutator.collect(Kind::Full);
    heap().give_back(usize::MAX);
}

#[test]
fn the_limit_is_an_error_and_not_the_end() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    heap().set_max_heap(32 << 20);
    let shape = value_shape(5);
    for _ in 0..3 {
        let mut count = 0;
        while let Ok(object) = mutator.alloc(48, shape) {
            for n in 0..5 {
                unsafe { set_value_at(object.as_ptr(), 8 + 8 * n, Value::NONE) };
            }
            mutator.stack.push(Value::from_object(object));
            mutator.safepoint();
            count += 1;
        }
        assert!(count > (24 << 20) / 48, "{count}");
        assert!(heap().statistics().committed_bytes <= 32 << 20);
        assert_eq!(bytes(&mutator, 4 << 20, 0), Err(OutOfMemory));
        assert_eq!(bytes(&mutator, usize::MAX - 100, 0), Err(OutOfMemory));
        // Most of it dies, but in every block something lives: there is room between the survivors.
        let kept = std::mem::take(&mut mutator.stack);
        mutator.stack = kept.into_iter().step_by(200).collect();
        mutator.collect(Kind::Full);
        for n in 0..400_000 {
            let object = mutator.object(shape, &[Value::from_i32(n); 5]);
            mutator.stack.push(object);
        }
        // Now whole blocks die: there is room for a large object.
        mutator.stack = mutator.stack.split_off(mutator.stack.len() - 10_000);
        mutator.collect(Kind::Full);
        let object = bytes(&mutator, 4 << 20, 7).unwrap();
        assert!(is_filled(object, 4 << 20, 7));
        mutator.stack.clear();
        mutator.collect(Kind::Full);
    }
    // Much garbage within a small limit is no error, large objects included.
    for n in 0..2_000_000 {
        mutator.object(shape, &[Value::from_i32(n); 5]);
        mutator.safepoint();
    }
    for n in 0..50 {
        bytes(&mutator, 20 << 20, n).unwrap();
        mutator.safepoint();
    }
    mutator.collect(Kind::Full);
    heap().set_max_heap(usize::MAX);
}

/// Makes a young or old object and leaves nothing but an address inside it on the native stack.
#[inline(never)]
fn hidden(mutator: &mut Mutator, size: usize, inside: usize) -> usize {
    let object = bytes(mutator, size, 9).unwrap();
    // Neighbours, so that the run has to be parsed.
    for n in 0..20 {
        bytes(mutator, 10 * n, 0).unwrap();
    }
    (object.bits() as usize + inside) ^ usize::MAX
}

/// Writes over what calls have left on the stack below.
#[inline(never)]
fn overwrite(depth: usize) -> usize {
    let words = black_box([0usize; 512]);
    if depth == 0 { words[0] } else { overwrite(depth - 1) + black_box(words)[1] }
}

#[test]
fn addresses_on_the_native_stack_keep_objects() {
    let _turn = turn();
    let mut mutator = Mutator::new(true);
    for (size, inside) in
        [(10, 0), (10, 1), (100, 115), (5000, 4999), (20_000, 12_345), (3 << 20, 2 << 20)]
    {
        for kinds in
            [&[Kind::Nursery][..], &[Kind::Full], &[Kind::Nursery, Kind::Full, Kind::Nursery]]
        {
            let address = hidden(&mut mutator, size, inside);
            overwrite(20);
            let local = black_box([address ^ usize::MAX]);
            for &kind in kinds {
                mutator.collect(kind);
                // The neighbours are allocated again, over the object if it had died.
                for n in 0..3000 {
                    bytes(&mutator, n % 200, 0).unwrap();
                }
            }
            let start = black_box(local)[0] - inside;
            let found = unsafe { heap().find_object(start + inside) }.expect("found");
            assert_eq!(Value::from_object(found).bits(), start as u64);
            assert!(is_filled(Value::from_object(found), size, 9));
        }
    }
    assert!(unsafe { heap().find_object(0) }.is_none());
    assert!(unsafe { heap().find_object(usize::MAX) }.is_none());
}

#[test]
fn only_addresses_inside_an_object_keep_it() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    // Size of the object, how far into it the word points, whether that keeps it.
    let cases = [
        (32, 0, true),
        (32, 31, true),
        (32, 32, false),
        (32, 3000, false),
        (4000, 3999, true),
        (4000, 4000, false),
        (100_000, 99_999, true),
        (100_000, 100_000, false),
    ];
    for (size, inside, kept) in cases {
        for ways in [&[Kind::Nursery][..], &[Kind::Full], &[Kind::Nursery, Kind::Full]] {
            let object = bytes(&mutator, size - 16, 1).unwrap();
            let address = object.bits() as usize;
            let (last, before) = ways.split_last().unwrap();
            mutator.words = vec![address];
            for &kind in before {
                mutator.collect(kind);
            }
            mutator.words = vec![address + inside, 0, usize::MAX, address ^ 1 << 40];
            let live = mutator.collect(*last).live_bytes;
            assert_eq!(live > 0, kept, "{size} {inside} {ways:?}");
            mutator.words.clear();
            assert_eq!(mutator.collect(Kind::Full).live_bytes, 0);
        }
    }
}

#[test]
fn objects_can_be_listed() {
    let _turn = turn();
    let mut mutator = Mutator::new(false);
    mutator.collect(Kind::Full);
    let old = mutator.object(value_shape(2), &[Value::NONE, Value::from_i32(4)]);
    mutator.stack.push(old);
    mutator.collect(Kind::Nursery);
    let young = mutator.object(value_shape(2), &[old, Value::TRUE]);
    mutator.stack.push(young);
    let large = bytes(&mutator, 100_000, 1).unwrap();
    let mut objects = Vec::new();
    unsafe { heap().for_each_object(&mut |object| objects.push(Value::from_object(object))) };
    objects.sort_by_key(|object| object.bits());
    let mut expected = vec![old, young, large];
    expected.sort_by_key(|object| object.bits());
    assert_eq!(objects, expected);
    let mut referents = Vec::new();
    unsafe { heap().referents(young.as_object().unwrap(), &mut |value| referents.push(value)) };
    assert_eq!(referents, [old]);
    mutator.stack.clear();
    mutator.collect(Kind::Full);
}
