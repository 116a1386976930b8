//! `_heapq`: priority queues in lists.
//!
//! An operation first finds out which places are involved, comparing only, and then moves the items,
//! all at once. As long as comparing needs no Python ([`order::quick_less`]) both happen while the
//! list is held, so the operation is atomic. Otherwise the list is let go for each comparison, and
//! it is an error if its length has changed meanwhile.

mod order;
mod sift;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;

use order::Direction;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Heap queue algorithm (a.k.a. priority queue).\n\nHeaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for\nall k, counting elements from 0.  For the sake of comparison,\nnon-existing elements are considered to be infinite.  The interesting\nproperty of a heap is that a[0] is always its smallest element.\n",
    functions: FUNCTIONS,
    ..ModuleSpec::named("_heapq")
};

static FUNCTIONS: &[Method] = &[
    function(
        "heappush(heap, item, /)",
        |th, args| push(th, args, Direction::Min),
        "Push item onto heap, maintaining the heap invariant.",
    ),
    function(
        "heappop(heap, /)",
        |th, args| pop(th, args, Direction::Min),
        "Pop the smallest item off the heap, maintaining the heap invariant.",
    ),
    function(
        "heapify(heap, /)",
        |th, args| heapify(th, args, Direction::Min),
        "Transform list into a heap, in-place, in O(len(heap)) time.",
    ),
    function(
        "heapreplace(heap, item, /)",
        |th, args| replace(th, args, Direction::Min),
        "Pop and return the current smallest value, and add the new item.\n\nThis is more efficient than heappop() followed by heappush(), and can be\nmore appropriate when using a fixed-size heap.  Note that the value\nreturned may be larger than item!  That constrains reasonable uses of\nthis routine unless written as part of a conditional replacement:\n\n    if item > heap[0]:\n        item = heapreplace(heap, item)",
    ),
    function(
        "heappushpop(heap, item, /)",
        |th, args| push_pop(th, args, Direction::Min),
        "Push item on the heap, then pop and return the smallest item from the heap.\n\nThe combined action runs more efficiently than heappush() followed by\na separate call to heappop().",
    ),
    function(
        "heappush_max(heap, item, /)",
        |th, args| push(th, args, Direction::Max),
        "Push item onto max heap, maintaining the heap invariant.",
    ),
    function(
        "heappop_max(heap, /)",
        |th, args| pop(th, args, Direction::Max),
        "Maxheap variant of heappop.",
    ),
    function(
        "heapify_max(heap, /)",
        |th, args| heapify(th, args, Direction::Max),
        "Maxheap variant of heapify.",
    ),
    function(
        "heapreplace_max(heap, item, /)",
        |th, args| replace(th, args, Direction::Max),
        "Maxheap variant of heapreplace.",
    ),
    function(
        "heappushpop_max(heap, item, /)",
        |th, args| push_pop(th, args, Direction::Max),
        "Maxheap variant of heappushpop.\n\nThe combined action runs more efficiently than heappush_max() followed by\na separate call to heappop_max().",
    ),
];

fn list(th: &Thread, value: Value) -> Result<Ref<List>, Raised> {
    match value.cast::<List>() {
        Some(list) => Ok(list),
        None => {
            Err(th.type_error(format!("heap argument must be a list, not {}", th.type_name(value))))
        }
    }
}

fn push(th: &mut Thread, args: &[Value], direction: Direction) -> Result<Value, Raised> {
    let heap = list(th, args[0])?;
    if sift::push_quickly(th, heap, args[1], direction)? {
        return Ok(Value::NONE);
    }
    heap.push(th, args[1])?;
    let length = heap.len(th)?;
    sift::up(th, heap, length, direction)?;
    Ok(Value::NONE)
}

fn pop(th: &mut Thread, args: &[Value], direction: Direction) -> Result<Value, Raised> {
    let heap = list(th, args[0])?;
    if let Some(item) = sift::pop_quickly(th, heap, direction)? {
        return Ok(item);
    }
    let Some(last) = heap.pop(th)? else { return Err(th.index_error("list index out of range")) };
    if heap.len(th)? == 0 {
        return Ok(last);
    }
    exchange(th, heap, last, direction)
}

/// Puts an item in the place of the first and restores the order; the first item as it was.
fn exchange(
    th: &mut Thread,
    heap: Ref<List>,
    item: Value,
    direction: Direction,
) -> Result<Value, Raised> {
    let first = {
        let items = th.write(heap)?;
        let Some(&first) = items.as_slice().first() else {
            return Err(items.thread().index_error("list index out of range"));
        };
        items.put(0, item);
        first
    };
    sift::down(th, heap, 0, direction)?;
    Ok(first)
}

fn replace(th: &mut Thread, args: &[Value], direction: Direction) -> Result<Value, Raised> {
    let heap = list(th, args[0])?;
    if let Some(item) = sift::replace_quickly(th, heap, args[1], direction)? {
        return Ok(item);
    }
    exchange(th, heap, args[1], direction)
}

fn push_pop(th: &mut Thread, args: &[Value], direction: Direction) -> Result<Value, Raised> {
    let heap = list(th, args[0])?;
    loop {
        let Some(first) = heap.get(th, 0)? else { return Ok(args[1]) };
        let goes_in = order::less(th, first, args[1], direction)?;
        if !goes_in {
            return Ok(args[1]);
        }
        // Unless somebody has changed the heap meanwhile.
        let now = heap.get(th, 0)?;
        if now == Some(first) {
            return replace(th, args, direction);
        }
        if now.is_none() {
            return Err(th.index_error("list index out of range"));
        }
    }
}

fn heapify(th: &mut Thread, args: &[Value], direction: Direction) -> Result<Value, Raised> {
    let heap = list(th, args[0])?;
    sift::heapify(th, heap, direction)?;
    Ok(Value::NONE)
}
