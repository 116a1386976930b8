//! Lists against vectors, and sorting against Rust's.

use super::List;
use super::sort::sort_values;
use super::subscript::{delete_slice, position};
use crate::heap::{RootVec, Value};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::testing::with_thread;
use crate::types::slice::Bounds;
use crate::types::tuple::Tuple;

fn ints(values: impl IntoIterator<Item = i32>) -> RootVec {
    values.into_iter().map(Value::from_i32).collect()
}

fn contents(th: &mut Thread, list: Ref<List>) -> Vec<i32> {
    list.snapshot(th).unwrap().iter().map(|value| value.as_int() as i32).collect()
}

#[test]
fn splices() {
    with_thread(|th| {
        for (length, start, removed, added) in
            [(0, 0, 0, 5), (5, 2, 2, 0), (5, 5, 0, 3), (5, 0, 5, 0), (100, 10, 80, 3), (3, 1, 1, 9)]
        {
            let mut model: Vec<i32> = (0..length).collect();
            let list = List::from_slice(th, &ints(model.clone())).unwrap();
            let new: Vec<i32> = (1000..1000 + added).collect();
            th.write(list).unwrap().splice(start, removed, &ints(new.clone())).unwrap();
            model.splice(start..start + removed, new);
            assert_eq!(contents(th, list), model);
        }
    });
}

#[test]
fn slices_are_deleted() {
    with_thread(|th| {
        for (start, stop, step) in [
            (0, 10, 1),
            (0, 10, 2),
            (1, 10, 3),
            (9, 0, -2),
            (9, i64::MIN, -1),
            (3, 4, 5),
            (5, 2, 1),
        ] {
            let list = List::from_slice(th, &ints(0..10)).unwrap();
            let bounds = Bounds { start, stop, step };
            let picked = bounds.pick(10);
            let gone: Vec<usize> = (0..picked.count).map(|n| picked.index(n)).collect();
            delete_slice(&th.write(list).unwrap(), bounds).unwrap();
            let left: Vec<i32> = (0..10).filter(|&n| !gone.contains(&(n as usize))).collect();
            assert_eq!(contents(th, list), left, "[{start}:{stop}:{step}]");
        }
    });
}

#[test]
fn grows_and_shrinks() {
    with_thread(|th| {
        let list = List::new(th).unwrap();
        for n in 0..10_000 {
            list.push(th, Value::from_i32(n)).unwrap();
        }
        list.extend(th, list.value()).unwrap();
        assert_eq!(list.len(th).unwrap(), 20_000);
        for n in (0..20_000).rev() {
            assert_eq!(list.pop(th).unwrap(), Some(Value::from_i32(n % 10_000)));
        }
        assert_eq!(list.pop(th).unwrap(), None);
        assert!(th.read(list).unwrap().items.get().capacity() < 128);
    });
}

#[test]
fn positions() {
    for (index, length, expected) in [
        (0, 3, Some(0)),
        (-1, 3, Some(2)),
        (3, 3, None),
        (-4, 3, None),
        (i64::MIN, 3, None),
        (0, 0, None),
    ] {
        assert_eq!(position(index, length), expected);
    }
}

/// Sorts by the first part of pairs; equal ones keep the order of the second.
fn check_sort(th: &mut Thread, keys: &[Value], less: impl Fn(Value, Value) -> bool, reverse: bool) {
    let mut items = RootVec::new();
    for &key in keys {
        items.push(key);
    }
    sort_values(th, &mut items, Value::NONE, reverse).unwrap();
    assert_eq!(items.len(), keys.len());
    for pair in items.windows(2) {
        let (low, high) = if reverse { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
        assert!(!less(high, low), "{pair:?} in a list of {}", keys.len());
    }
}

#[test]
fn sorts() {
    with_thread(|th| {
        let mut state = 1u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            (state >> 40) as i32
        };
        for length in [0, 1, 2, 3, 31, 64, 100, 1000, 5000, 20_000] {
            for reverse in [false, true] {
                let ints: Vec<Value> = (0..length).map(|_| Value::from_i32(random())).collect();
                check_sort(th, &ints, |a, b| a.as_int() < b.as_int(), reverse);
                let mixed: Vec<Value> = (0..length)
                    .map(|n| match n % 2 {
                        0 => Value::from_i32(random() % 50),
                        _ => Value::from_f64(f64::from(random() % 100) / 2.0),
                    })
                    .collect();
                check_sort(th, &mixed, |a, b| a.number_as_f64() < b.number_as_f64(), reverse);
                let ascending: Vec<Value> = (0..length).map(Value::from_i32).collect();
                check_sort(th, &ascending, |a, b| a.as_int() < b.as_int(), reverse);
                let saw: Vec<Value> =
                    (0..length).map(|n| Value::from_f64(f64::from(n % 700))).collect();
                check_sort(th, &saw, |a, b| a.as_f64() < b.as_f64(), reverse);
            }
        }
    });
}

#[test]
fn sorting_is_stable() {
    with_thread(|th| {
        for reverse in [false, true] {
            // Equal numbers of different types tell where they were.
            let mut items = RootVec::new();
            for n in 0..3000 {
                let key = n * 7 % 10;
                items.push(if n % 2 == 0 {
                    Value::from_i32(key)
                } else {
                    Value::from_f64(f64::from(key))
                });
            }
            let mut model: Vec<(i32, u64)> =
                items.iter().map(|v| (v.number_as_f64() as i32, v.bits())).collect();
            model.sort_by(|a, b| if reverse { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
            sort_values(th, &mut items, Value::NONE, reverse).unwrap();
            let bits: Vec<u64> = items.iter().map(|v| v.bits()).collect();
            assert_eq!(bits, model.iter().map(|pair| pair.1).collect::<Vec<_>>());
        }
        let mut pairs = RootVec::new();
        for n in 0..500 {
            let pair = [Value::from_i32(n * 31 % 7), Value::from_i32(-n)];
            pairs.push(Tuple::from_slice(th, &pair).unwrap().value());
        }
        sort_values(th, &mut pairs, Value::NONE, false).unwrap();
        let read = |v: &Value| {
            use crate::object::ValueCast;
            let tuple = v.cast::<Tuple>().unwrap();
            (tuple.get(0).as_int(), tuple.get(1).as_int())
        };
        assert!(pairs.iter().map(read).is_sorted());
    });
}
