//! The search through all interleavings.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::state::{Item, Mutation, OBJECTS, Op, Pc, Program, State, THREADS};
use crate::step::{Stepped, step};

/// A quick hasher: the states are not chosen by an enemy.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(byte as u64);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    fn write_u8(&mut self, value: u8) {
        self.write_u64(value as u64);
    }
    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

/// What the search found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// All states visited, nothing wrong.
    Holds,
    /// Nothing wrong in as many states as were allowed.
    Unfinished,
    Wrong(String),
}

/// Visits every state of `program` under `mutation`, up to `limit`.
pub fn explore(program: &Program, mutation: Mutation, limit: usize) -> (Verdict, usize) {
    let mut ids: HashMap<State, u32, BuildHasherDefault<Quick>> = HashMap::default();
    let mut states = Vec::new();
    let mut before: Vec<Vec<u32>> = Vec::new();
    let mut ends = Vec::new();
    let mut start = State::initial(program);
    start.normalise();
    ids.insert(start, 0);
    states.push(start);
    before.push(Vec::new());
    let mut next = 0;
    while next < states.len() {
        let state = states[next];
        if state.threads.iter().all(|thread| thread.pc == Pc::Done) {
            if !has_serial_order(program, &state) {
                return (Verdict::Wrong("no serial order".into()), states.len());
            }
            ends.push(next as u32);
        }
        for thread in 0..program.threads.len() {
            match step(&state, thread, program, mutation) {
                Stepped::Blocked => {}
                Stepped::Wrong(what) => return (Verdict::Wrong(what.into()), states.len()),
                Stepped::To(mut to) => {
                    to.normalise();
                    let fresh = states.len() as u32;
                    let id = *ids.entry(to).or_insert(fresh);
                    if id == fresh {
                        states.push(to);
                        before.push(Vec::new());
                    }
                    before[id as usize].push(next as u32);
                }
            }
        }
        if states.len() > limit {
            return (Verdict::Unfinished, states.len());
        }
        next += 1;
    }
    // Backwards from the ends: what is not reached can never end.
    let mut reaches = vec![false; states.len()];
    let mut work = ends;
    while let Some(id) = work.pop() {
        if !std::mem::replace(&mut reaches[id as usize], true) {
            work.extend(&before[id as usize]);
        }
    }
    match reaches.iter().position(|&reaches| !reaches) {
        None => (Verdict::Holds, states.len()),
        Some(stuck) => {
            let pcs = states[stuck].threads.map(|thread| thread.pc);
            (Verdict::Wrong(format!("no end from {pcs:?}")), states.len())
        }
    }
}

/// Whether some order of the items, each run alone, gives the values and what was read.
fn has_serial_order(program: &Program, end: &State) -> bool {
    fn place(
        program: &Program,
        end: &State,
        items: [usize; THREADS],
        reads: [usize; THREADS],
        values: [u8; OBJECTS],
    ) -> bool {
        let mut all_placed = true;
        for (index, thread) in program.threads.iter().enumerate() {
            let Some(&item) = thread.get(items[index]) else { continue };
            all_placed = false;
            let (mut items, mut reads, mut values) = (items, reads, values);
            items[index] += 1;
            if run_alone(item, end, index, &mut reads[index], &mut values)
                && place(program, end, items, reads, values)
            {
                return true;
            }
        }
        all_placed && values == end.values
    }
    place(program, end, [0; THREADS], [0; THREADS], [0; OBJECTS])
}

fn run_alone(
    item: Item,
    end: &State,
    thread: usize,
    read: &mut usize,
    values: &mut [u8; OBJECTS],
) -> bool {
    let before = *values;
    let inner = match item {
        Item::Nested { before, inner, undone: true, .. } => {
            before.len()..before.len() + inner.len()
        }
        _ => 0..0,
    };
    let mut at_savepoint = before;
    let as_seen = item.ops().into_iter().enumerate().all(|(at, op)| {
        if at == inner.start {
            at_savepoint = *values;
        }
        let as_seen = match op {
            Op::Add(object) => {
                values[object] += 1;
                true
            }
            Op::Read(object) => {
                *read += 1;
                end.threads[thread].reads[*read - 1] == values[object]
            }
        };
        if at + 1 == inner.end {
            *values = at_savepoint;
        }
        as_seen
    });
    match item {
        Item::Cancel(_) => *values = before,
        Item::Until { object, least, .. } if values[object] < least => return false,
        _ => {}
    }
    as_seen
}
