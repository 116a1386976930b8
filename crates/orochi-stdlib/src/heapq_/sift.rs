//! Moving items up and down a heap.

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::{Ref, Write};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;

use super::order::{Direction, less, quick_less};

/// The most places on a way from the top to the bottom.
const DEEPEST: usize = 64;

/// The places from the top of a part of the heap down to a leaf.
struct Way {
    places: [usize; DEEPEST],
    length: usize,
}

impl Way {
    fn new(top: usize) -> Way {
        let mut places = [0; DEEPEST];
        places[0] = top;
        Way { places, length: 1 }
    }

    fn push(&mut self, place: usize) {
        self.places[self.length] = place;
        self.length += 1;
    }
}

/// How far up the way an item belongs that begins at its end, as an index into the way; without
/// running Python.
fn way_down(
    items: &[Value],
    top: usize,
    item: Value,
    direction: Direction,
) -> Option<(Way, usize)> {
    let mut way = Way::new(top);
    let mut place = top;
    // Down to a leaf, always to the child that comes first.
    while 2 * place + 1 < items.len() {
        let mut child = 2 * place + 1;
        if child + 1 < items.len() && !quick_less(items[child], items[child + 1], direction)? {
            child += 1;
        }
        way.push(child);
        place = child;
    }
    // And up again, as far as the item belongs before what is there.
    let mut at = way.length - 1;
    while at > 0 && quick_less(item, items[way.places[at]], direction)? {
        at -= 1;
    }
    Some((way, at))
}

/// Says which place gets the item of which other, from the top of a way to `at`, which gets a new one.
fn fill(way: &Way, at: usize, mut put: impl FnMut(usize, Option<usize>)) {
    for step in 0..at {
        put(way.places[step], Some(way.places[step + 1]));
    }
    put(way.places[at], None);
}

fn apply(items: &Write<'_, List>, way: &Way, at: usize, item: Value) {
    fill(way, at, |to, from| {
        let value = from.map_or(item, |from| items.as_slice()[from]);
        items.put(to, value);
    });
}

/// Pushes an item with the list held; false if that needs Python.
pub fn push_quickly(
    th: &mut Thread,
    heap: Ref<List>,
    item: Value,
    direction: Direction,
) -> Result<bool, Raised> {
    let items = th.write(heap)?;
    let all = items.as_slice();
    let mut place = all.len();
    let mut moves = 0;
    while place > 0 {
        let parent = (place - 1) / 2;
        match quick_less(item, all[parent], direction) {
            None => return Ok(false),
            Some(false) => break,
            Some(true) => moves += 1,
        }
        place = parent;
    }
    let mut place = items.len();
    items.push(item)?;
    for _ in 0..moves {
        let parent = (place - 1) / 2;
        items.put(place, items.as_slice()[parent]);
        place = parent;
    }
    items.put(place, item);
    Ok(true)
}

/// Pops the first item with the list held; `None` if the list is empty or that needs Python.
pub fn pop_quickly(
    th: &mut Thread,
    heap: Ref<List>,
    direction: Direction,
) -> Result<Option<Value>, Raised> {
    let items = th.write(heap)?;
    let Some((&last, rest)) = items.as_slice().split_last() else { return Ok(None) };
    let Some(&first) = rest.first() else {
        items.set_length(0)?;
        return Ok(Some(last));
    };
    let Some((way, at)) = way_down(rest, 0, last, direction) else { return Ok(None) };
    items.set_length(items.len() - 1)?;
    apply(&items, &way, at, last);
    Ok(Some(first))
}

/// Replaces the first item with the list held; `None` if the list is empty or that needs Python.
pub fn replace_quickly(
    th: &mut Thread,
    heap: Ref<List>,
    item: Value,
    direction: Direction,
) -> Result<Option<Value>, Raised> {
    let items = th.write(heap)?;
    let Some(&first) = items.as_slice().first() else { return Ok(None) };
    let Some((way, at)) = way_down(items.as_slice(), 0, item, direction) else { return Ok(None) };
    apply(&items, &way, at, item);
    Ok(Some(first))
}

/// The items at two places; an error if the length is not `length` any more.
fn pair(
    th: &mut Thread,
    heap: Ref<List>,
    a: usize,
    b: usize,
    length: usize,
) -> Result<(Value, Value), Raised> {
    let items = th.read(heap)?;
    let all = items.as_slice();
    if all.len() != length {
        return Err(items.thread().runtime_error("list changed size during iteration"));
    }
    Ok((all[a], all[b]))
}

fn check(th: &mut Thread, heap: Ref<List>, length: usize) -> Result<(), Raised> {
    if heap.len(th)? == length {
        return Ok(());
    }
    Err(th.runtime_error("list changed size during iteration"))
}

/// Moves the last of `length` items up to where it belongs.
pub fn up(
    th: &mut Thread,
    heap: Ref<List>,
    length: usize,
    direction: Direction,
) -> Result<(), Raised> {
    let mut place = length.saturating_sub(1);
    while place > 0 {
        let parent = (place - 1) / 2;
        let (item, above) = pair(th, heap, place, parent, length)?;
        let before = less(th, item, above, direction)?;
        check(th, heap, length)?;
        if !before {
            break;
        }
        exchange(th, heap, place, parent)?;
        place = parent;
    }
    Ok(())
}

fn exchange(th: &mut Thread, heap: Ref<List>, a: usize, b: usize) -> Result<(), Raised> {
    let items = th.write(heap)?;
    if a < items.len() && b < items.len() {
        let (x, y) = (items.as_slice()[a], items.as_slice()[b]);
        items.put(a, y);
        items.put(b, x);
    }
    Ok(())
}

/// Moves the item at `top` down to where it belongs.
pub fn down(
    th: &mut Thread,
    heap: Ref<List>,
    top: usize,
    direction: Direction,
) -> Result<(), Raised> {
    {
        let items = th.write(heap)?;
        let Some(&item) = items.as_slice().get(top) else { return Ok(()) };
        if let Some((way, at)) = way_down(items.as_slice(), top, item, direction) {
            apply(&items, &way, at, item);
            return Ok(());
        }
    }
    let length = heap.len(th)?;
    let mut place = top;
    let mut way = Way::new(top);
    while 2 * place + 1 < length {
        let mut child = 2 * place + 1;
        if child + 1 < length {
            let (a, b) = pair(th, heap, child, child + 1, length)?;
            if !less(th, a, b, direction)? {
                child += 1;
            }
            check(th, heap, length)?;
        }
        exchange(th, heap, place, child)?;
        way.push(child);
        place = child;
    }
    for at in (1..way.length).rev() {
        let (here, above) = (way.places[at], way.places[at - 1]);
        let (item, other) = pair(th, heap, here, above, length)?;
        let before = less(th, item, other, direction)?;
        check(th, heap, length)?;
        if !before {
            break;
        }
        exchange(th, heap, here, above)?;
    }
    Ok(())
}

/// Makes a heap of a list. Items that need no Python are arranged in a copy, which takes the list's
/// place if nobody has changed that meanwhile.
pub fn heapify(th: &mut Thread, heap: Ref<List>, direction: Direction) -> Result<(), Raised> {
    loop {
        let before = heap.snapshot(th)?;
        let mut items = RootVec::new();
        items.extend_from_slice(&before);
        if !arrange(th, &mut items, direction)? {
            break;
        }
        let list = th.write(heap)?;
        if list.as_slice() == before.as_slice() {
            for (at, &item) in items.as_slice().iter().enumerate() {
                list.put(at, item);
            }
            return Ok(());
        }
    }
    let length = heap.len(th)?;
    for top in (0..length / 2).rev() {
        down(th, heap, top, direction)?;
        check(th, heap, length)?;
    }
    Ok(())
}

/// Arranges private items; false if that needs Python.
fn arrange(th: &mut Thread, items: &mut RootVec, direction: Direction) -> Result<bool, Raised> {
    for top in (0..items.len() / 2).rev() {
        let item = items[top];
        let Some((way, at)) = way_down(items, top, item, direction) else { return Ok(false) };
        let all = items.as_mut_slice();
        fill(&way, at, |to, from| all[to] = from.map_or(item, |from| all[from]));
        if top % 1024 == 0 {
            th.poll()?;
        }
    }
    Ok(true)
}
