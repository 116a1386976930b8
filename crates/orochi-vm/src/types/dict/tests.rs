//! Dicts against a plain model, with keys that need no Python.

use super::{Dict, GlobalCell};
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::testing::with_thread;
use crate::types::tuple::Tuple;

/// A small generator of numbers that are random enough.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn pairs(th: &mut Thread, dict: Ref<Dict>) -> Vec<(u64, u64)> {
    let mut all = Vec::new();
    let mut position = 0;
    while let Some((key, value, next)) = dict.entry_from(th, position).unwrap() {
        all.push((key.bits(), value.bits()));
        position = next;
    }
    all
}

/// Runs random operations on `dict` and on a vector of pairs in order of insertion.
fn check(th: &mut Thread, dict: Ref<Dict>, seed: u64, steps: u64, keys: &[Value]) {
    let mut numbers = Numbers(seed);
    let mut model: Vec<(u64, u64)> = Vec::new();
    for step in 0..steps {
        let key = keys[numbers.below(keys.len() as u64) as usize];
        let at = model.iter().position(|&(own, _)| own == key.bits());
        let value = Value::from_i32(step as i32);
        match numbers.below(8) {
            0..4 => {
                dict.set(th, key, value).unwrap();
                match at {
                    Some(at) => model[at].1 = value.bits(),
                    None => model.push((key.bits(), value.bits())),
                }
            }
            4 | 5 => {
                let old = dict.delete(th, key).unwrap().map(Value::bits);
                assert_eq!(old, at.map(|at| model.remove(at).1), "delete, step {step}");
            }
            6 => {
                let old = dict.set_default(th, key, value).unwrap().map(Value::bits);
                assert_eq!(old, at.map(|at| model[at].1), "setdefault, step {step}");
                if at.is_none() {
                    model.push((key.bits(), value.bits()));
                }
            }
            _ if step % 16 == 0 => {
                let last = dict.pop_last(th).unwrap().map(|(k, v)| (k.bits(), v.bits()));
                assert_eq!(last, model.pop(), "popitem, step {step}");
            }
            _ => {
                let found = dict.get(th, key).unwrap().map(Value::bits);
                assert_eq!(found, at.map(|at| model[at].1), "get, step {step}");
            }
        }
        assert_eq!(dict.len(th).unwrap(), model.len());
    }
    assert_eq!(pairs(th, dict), model);
    let copy = dict.copy(th).unwrap();
    assert_eq!(pairs(th, copy), model);
    let union = dict.union(th, copy).unwrap();
    assert_eq!(pairs(th, union), model);
    dict.clear(th).unwrap();
    assert_eq!(pairs(th, dict), []);
}

fn keys(th: &Thread, count: i32) -> Vec<Value> {
    (0..count)
        .map(|n| match n % 4 {
            0 => Value::from_i32(n * 1024),
            1 => th.new_str(&format!("key {n}")).unwrap().value(),
            2 => Value::from_i32(-n),
            _ => Value::from_i32(n),
        })
        .collect()
}

#[test]
fn behaves_like_a_vector_of_pairs() {
    with_thread(|th| {
        for (seed, steps, count) in [(1, 200, 4), (2, 2000, 40), (3, 20_000, 600), (4, 3000, 2)] {
            let dict = Dict::new(th).unwrap();
            let keys = keys(th, count);
            check(th, dict, seed, steps, &keys);
            let namespace = Dict::new_namespace(th).unwrap();
            check(th, namespace, seed, steps, &keys);
        }
    });
}

#[test]
fn grows_through_all_widths_of_buckets() {
    with_thread(|th| {
        let dict = Dict::new(th).unwrap();
        for n in 0..100_000 {
            dict.set(th, Value::from_i32(n << 5), Value::from_i32(n)).unwrap();
        }
        for n in 0..100_000 {
            let found = dict.get(th, Value::from_i32(n << 5)).unwrap();
            assert_eq!(found, Some(Value::from_i32(n)));
            assert_eq!(dict.get(th, Value::from_i32((n << 5) + 1)).unwrap(), None);
        }
        for n in 0..100_000 {
            assert!(dict.delete(th, Value::from_i32(n << 5)).unwrap().is_some());
        }
        assert_eq!(dict.len(th).unwrap(), 0);
    });
}

#[test]
fn equal_keys_are_one() {
    with_thread(|th| {
        let (one, text) = (Value::from_i32(1), th.new_str("text").unwrap().value());
        let again = th.new_str("text").unwrap().value();
        let pair = |th: &Thread, a, b| Tuple::from_slice(th, &[a, b]).unwrap().value();
        let (tuple, same) = (pair(th, one, text), pair(th, Value::from_f64(1.0), again));
        for (key, other) in [
            (one, Value::TRUE),
            (one, Value::from_f64(1.0)),
            (Value::from_f64(0.0), Value::from_f64(-0.0)),
            (text, again),
            (tuple, same),
        ] {
            let dict = Dict::new(th).unwrap();
            dict.set_hashed(th, key, 7, Value::NONE).unwrap();
            assert_eq!(dict.get_hashed(th, other, 7).unwrap(), Some(Value::NONE));
        }
        let dict = Dict::new(th).unwrap();
        dict.set_hashed(th, one, 7, Value::NONE).unwrap();
        for other in [Value::from_i32(2), Value::NONE, Value::from_f64(1.5), text] {
            assert_eq!(dict.get_hashed(th, other, 7).unwrap(), None);
        }
    });
}

#[test]
fn cells_stay_with_their_names() {
    with_thread(|th| {
        let globals = Dict::new_namespace(th).unwrap();
        let name = th.new_str("name").unwrap();
        assert_eq!(globals.cell(th, name, false).unwrap(), None);
        let cell: Ref<GlobalCell> = globals.cell(th, name, true).unwrap().unwrap();
        assert_eq!(globals.len(th).unwrap(), 0);
        assert_eq!(globals.get_str(th, name).unwrap(), None);
        assert!(!cell.set_bound(th, Value::TRUE).unwrap());
        globals.set(th, Value::from_i32(1), Value::NONE).unwrap();
        globals.set_str(th, name, Value::TRUE).unwrap();
        assert_eq!(cell.get(th).unwrap(), Value::TRUE);
        // Bound after the other key, so it comes after it.
        let order: Vec<u64> = pairs(th, globals).into_iter().map(|(key, _)| key).collect();
        assert_eq!(order, [Value::from_i32(1).bits(), name.value().bits()]);
        assert!(cell.set_bound(th, Value::FALSE).unwrap());
        assert_eq!(globals.get_str(th, name).unwrap(), Some(Value::FALSE));
        assert_eq!(globals.delete_str(th, name).unwrap(), Some(Value::FALSE));
        assert!(cell.get(th).unwrap().is_unbound());
        assert_eq!(globals.delete_str(th, name).unwrap(), None);
        globals.set_str(th, name, Value::NONE).unwrap();
        for n in 0..1000 {
            globals.set(th, Value::from_i32(n), Value::NONE).unwrap();
        }
        assert_eq!(globals.cell(th, name, true).unwrap(), Some(cell));
        globals.clear(th).unwrap();
        assert!(cell.get(th).unwrap().is_unbound());
        assert_eq!(globals.cell(th, name, false).unwrap(), Some(cell));
    });
}

/// Four threads fill one dict and one list at once: nothing is lost, nothing comes twice.
#[test]
fn threads_share_containers() {
    use crate::heap::Heap;
    use crate::object::ValueCast;
    use crate::types::list::List;

    const THREADS: i32 = 4;
    const EACH: i32 = 5000;
    let (dict, list) = with_thread(|th| {
        let (dict, list) = (Dict::new(th).unwrap().value(), List::new(th).unwrap().value());
        (Heap::get().roots().root(dict), Heap::get().roots().root(list))
    });
    std::thread::scope(|scope| {
        for own in 0..THREADS {
            let (dict, list) = (&dict, &list);
            scope.spawn(move || {
                with_thread(|th| {
                    let dict: Ref<Dict> = dict.get().cast().unwrap();
                    let list: Ref<List> = list.get().cast().unwrap();
                    for n in 0..EACH {
                        dict.set(th, Value::from_i32(own * EACH + n), Value::from_i32(n)).unwrap();
                        list.push(th, Value::from_i32(n)).unwrap();
                        th.poll().unwrap();
                    }
                });
            });
        }
    });
    with_thread(|th| {
        let dict: Ref<Dict> = dict.get().cast().unwrap();
        let list: Ref<List> = list.get().cast().unwrap();
        assert_eq!(dict.len(th).unwrap(), (THREADS * EACH) as usize);
        for key in 0..THREADS * EACH {
            let value = dict.get(th, Value::from_i32(key)).unwrap();
            assert_eq!(value, Some(Value::from_i32(key % EACH)));
        }
        let mut all: Vec<i64> = list.snapshot(th).unwrap().iter().map(|v| v.as_int()).collect();
        all.sort_unstable();
        let expected = (0..EACH).flat_map(|n| [i64::from(n); THREADS as usize]);
        assert!(all.into_iter().eq(expected));
    });
}
