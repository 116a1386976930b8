//! Operations on sets of small integers, against those of Rust's.

use std::collections::BTreeSet;

use super::{Set, algebra};
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::testing::with_thread;

fn set_of(th: &mut Thread, members: &BTreeSet<i32>) -> Ref<Set> {
    let set = Set::new(th).unwrap();
    for &member in members {
        assert!(set.add(th, Value::from_i32(member)).unwrap());
        assert!(!set.add(th, Value::from_i32(member)).unwrap());
    }
    set
}

fn members(th: &mut Thread, set: Ref<Set>) -> BTreeSet<i32> {
    let mut all = BTreeSet::new();
    let mut position = 0;
    while let Some((next, _, key)) = set.member_at(th, position).unwrap() {
        assert!(all.insert(key.as_int() as i32), "a member twice");
        position = next;
    }
    assert_eq!(set.len(th).unwrap(), all.len());
    all
}

fn check(th: &mut Thread, a: &BTreeSet<i32>, b: &BTreeSet<i32>) {
    let (x, y) = (set_of(th, a), set_of(th, b));
    let other = y.value();
    let results = [
        (algebra::union(th, x, y).unwrap(), a | b),
        (algebra::intersection(th, x, other).unwrap(), a & b),
        (algebra::difference(th, x, other).unwrap(), a - b),
        (algebra::symmetric_difference(th, x, other).unwrap(), a ^ b),
    ];
    for (result, expected) in results {
        assert_eq!(members(th, result), expected);
    }
    type InPlace = fn(&mut Thread, Ref<Set>, Value) -> Result<(), crate::exception::Raised>;
    let in_place: [(InPlace, BTreeSet<i32>); 4] = [
        (algebra::update, a | b),
        (algebra::intersection_update, a & b),
        (algebra::difference_update, a - b),
        (algebra::symmetric_difference_update, a ^ b),
    ];
    for (operation, expected) in in_place {
        let target = x.copy(th).unwrap();
        operation(th, target, other).unwrap();
        assert_eq!(members(th, target), expected);
    }
    assert_eq!(algebra::is_subset(th, x, y).unwrap(), a.is_subset(b));
    assert_eq!(algebra::is_disjoint(th, x, other).unwrap(), a.is_disjoint(b));
    assert_eq!(algebra::equal(th, x, y).unwrap(), a == b);
    assert_eq!(members(th, x), *a);
    assert_eq!(members(th, y), *b);
}

#[test]
fn operations() {
    with_thread(|th| {
        let ranges = [0..0, 0..1, 0..10, 5..15, 100..400, 0..1000, 3..5];
        let sets: Vec<BTreeSet<i32>> = ranges.into_iter().map(|r| r.collect()).collect();
        for a in &sets {
            for b in &sets {
                check(th, a, b);
            }
        }
    });
}

#[test]
fn members_come_and_go() {
    with_thread(|th| {
        let set = set_of(th, &(0..300).collect());
        for n in 0..300 {
            let gone = n % 2 == 0 && n > 0;
            assert_eq!(set.contains(th, Value::from_i32(n)).unwrap(), !gone);
            assert_eq!(set.discard(th, Value::from_i32(n * 2)).unwrap(), n < 150);
        }
        assert_eq!(members(th, set), (0..300).filter(|n| n % 2 == 1).collect());
        while set.pop(th).unwrap().is_some() {}
        assert_eq!(set.len(th).unwrap(), 0);
    });
}
