//! The protocol as an explicit-state model, explored exhaustively.
//!
//! `state.rs` is what threads share and remember, `step.rs`, `revoke.rs` and `wait.rs` the protocol
//! with one shared access a step, `explore.rs` the search: every interleaving of a small program is visited, every end
//! must be explained by some serial order, and from every state an end must be reachable (no
//! deadlock, no trap). `step.rs` also knows *mutations*, each of which drops one rule; every one
//! must be caught by some program, or the rule would be idle.

mod explore;
mod revoke;
mod state;
mod step;
mod wait;

use explore::{Verdict, explore};
use state::{Item, Mutation, Op, Program, Word};

use Item::{Away, Block, Cancel, Nested, Pair, Plain, Twice, Until};
use Op::{Add, Read};

const FORTH: &[Op] = &[Add(0), Add(1)];
const BACK: &[Op] = &[Add(1), Add(0)];
const UPGRADE: &[Op] = &[Read(0), Add(0)];
const LOOK: &[Op] = &[Read(0), Read(1)];

/// Until object 0 has been added to once, or twice, or object 1; the last one reads the other object too.
const ONE: Item = Until { object: 0, least: 1, both: false };
const TWO: Item = Until { object: 0, least: 2, both: false };
const OTHER: Item = Until { object: 1, least: 1, both: false };
const BOTH: Item = Until { object: 0, least: 1, both: true };

/// Writes outside and inside, and after the inner block what only that had written.
const UNDONE: Item =
    Nested { before: &[Add(0)], inner: &[Add(0), Add(1)], after: &[Add(1)], undone: true };
/// The same with the inner block kept.
const KEPT: Item =
    Nested { before: &[Add(0)], inner: &[Add(0), Add(1)], after: &[], undone: false };
/// Looks before a savepoint at what it must find the same behind it.
const AGAIN: Item =
    Nested { before: &[Read(0)], inner: &[Add(1)], after: &[Read(0)], undone: true };
/// Writes in the inner block alone.
const WITHIN: Item =
    Nested { before: &[], inner: &[Add(0)], after: &[Add(0), Add(1)], undone: true };

/// Small programs, by name; together they meet every rule.
fn programs() -> Vec<(&'static str, Program)> {
    let owned = |threads: &'static [&'static [Item]]| Program::new(threads, None);
    let shared = |threads: &'static [&'static [Item]]| Program::new(threads, Some(Word::Shared));
    vec![
        ("two plain", owned(&[&[Plain(Add(0)), Plain(Add(1))], &[Plain(Add(1)), Plain(Add(0))]])),
        ("three plain", owned(&[&[Plain(Add(0))], &[Plain(Add(0))], &[Plain(Add(0))]])),
        ("away", owned(&[&[Away, Plain(Add(0))], &[Plain(Add(0)), Away, Plain(Add(1))]])),
        ("away while asked", owned(&[&[Plain(Add(0)), Away, Plain(Add(0))], &[Plain(Add(0))]])),
        ("pairs", owned(&[&[Pair(Add(0), Add(1))], &[Pair(Add(1), Add(0)), Plain(Add(0))]])),
        ("pair, shared", shared(&[&[Pair(Read(0), Add(1))], &[Plain(Add(1)), Plain(Add(0))]])),
        (
            "pair waits",
            shared(&[&[Pair(Read(0), Add(1))], &[Plain(Add(1)), Plain(Add(1)), Plain(Add(0))]]),
        ),
        ("pair looks", shared(&[&[Pair(Read(0), Read(1))], &[Plain(Add(1)), Plain(Add(0))]])),
        ("pairs look", shared(&[&[Pair(Read(0), Read(1))], &[Pair(Add(1), Add(0))]])),
        ("two blocks", owned(&[&[Block(FORTH)], &[Block(BACK), Plain(Add(0))]])),
        ("block, plain", owned(&[&[Block(FORTH)], &[Plain(Add(1)), Plain(Read(0))]])),
        ("look", owned(&[&[Block(FORTH)], &[Block(LOOK), Plain(Read(0))]])),
        ("share", shared(&[&[Plain(Read(0)), Plain(Add(0))], &[Plain(Read(0)), Plain(Add(0))]])),
        ("share, block", shared(&[&[Block(&[Read(0), Add(1)])], &[Plain(Add(0))]])),
        ("upgrade", shared(&[&[Block(UPGRADE)], &[Block(UPGRADE)]])),
        ("re-read", shared(&[&[Block(&[Read(0), Read(0)])], &[Plain(Add(0))]])),
        ("cross", shared(&[&[Block(&[Read(0), Add(1)])], &[Block(&[Read(1), Add(0)])]])),
        ("look, shared", shared(&[&[Block(LOOK)], &[Block(BACK)]])),
        ("revoke twice", shared(&[&[Plain(Add(0))], &[Plain(Add(0)), Plain(Read(0))]])),
        ("twice", shared(&[&[Twice(0), Plain(Add(1))], &[Plain(Add(0)), Plain(Add(1))]])),
        ("twice, owned", owned(&[&[Plain(Add(0)), Twice(1)], &[Twice(0), Plain(Add(1))]])),
        ("twice, block", shared(&[&[Twice(0), Twice(0)], &[Block(&[Read(0), Add(0)])]])),
        (
            "twice, away",
            shared(&[&[Away, Twice(0)], &[Plain(Add(0)), Plain(Add(1)), Plain(Add(0))]]),
        ),
        ("twice, two", shared(&[&[Twice(0)], &[Plain(Add(0))], &[Plain(Add(0))]])),
        ("cancel", owned(&[&[Cancel(FORTH), Plain(Add(0))], &[Plain(Add(1)), Plain(Read(0))]])),
        ("retry", owned(&[&[ONE], &[Plain(Add(0)), Plain(Add(1))]])),
        ("retry, twice", owned(&[&[TWO], &[Plain(Add(0)), Plain(Add(0))]])),
        ("retry, shared", shared(&[&[ONE, Plain(Add(1))], &[Plain(Add(0))]])),
        ("retry, block", shared(&[&[BOTH], &[Block(BACK)]])),
        ("retry, own", owned(&[&[Plain(Add(0)), TWO], &[Block(FORTH)]])),
        ("retry, two", shared(&[&[ONE, Plain(Add(1))], &[Plain(Add(0)), OTHER]])),
        ("undone, plain", owned(&[&[UNDONE], &[Plain(Add(1)), Plain(Read(0))]])),
        ("undone, block", owned(&[&[UNDONE], &[Block(BACK)]])),
        ("undone, shared", shared(&[&[AGAIN], &[Plain(Add(0)), Plain(Add(1))]])),
        ("undone, two", owned(&[&[UNDONE], &[WITHIN]])),
        ("within", owned(&[&[WITHIN, Plain(Read(0))], &[Block(BACK)]])),
        ("within, shared", shared(&[&[WITHIN], &[Block(BACK)]])),
        ("kept, plain", owned(&[&[KEPT, Plain(Read(1))], &[Plain(Add(1)), Plain(Add(0))]])),
        ("kept, block", owned(&[&[KEPT], &[Block(BACK)]])),
        ("kept, two", shared(&[&[KEPT], &[AGAIN]])),
        ("cancel, block", owned(&[&[Cancel(FORTH)], &[Block(BACK), Plain(Read(1))]])),
    ]
}

#[test]
fn protocol_holds() {
    let mut total = 0;
    for (name, program) in programs() {
        let (verdict, states) = explore(&program, Mutation::None, 2_000_000);
        println!("{name:18} {states:8} states: {verdict:?}");
        assert_eq!(verdict, Verdict::Holds, "{name}");
        total += states;
    }
    println!("{total} states");
}

#[test]
fn every_rule_is_needed() {
    let programs = programs();
    let mut idle = Vec::new();
    for &mutation in Mutation::ALL {
        let caught = programs.iter().find_map(|(name, program)| {
            let (verdict, states) = explore(program, mutation, 100_000);
            matches!(verdict, Verdict::Wrong(_)).then_some((name, verdict, states))
        });
        match caught {
            Some((name, verdict, states)) => {
                println!("{mutation:?}: caught by {name} after {states} states: {verdict:?}");
            }
            None => {
                println!("{mutation:?}: NOT CAUGHT");
                idle.push(mutation);
            }
        }
    }
    assert!(idle.is_empty(), "rules that no program needs: {idle:?}");
}
