//! `_bisect`: places in sorted sequences.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::operation::Comparison;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n",
    functions: FUNCTIONS,
    ..ModuleSpec::named("_bisect")
};

const RIGHT_DOC: &str = "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e <= x, and all e in\na[i:] have e > x.  So if x already appears in the list, a.insert(i, x) will\ninsert just after the rightmost x already there.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.";
const LEFT_DOC: &str = "Return the index where to insert item x in list a, assuming a is sorted.\n\nThe return value i is such that all e in a[:i] have e < x, and all e in\na[i:] have e >= x.  So if x already appears in the list, a.insert(i, x) will\ninsert just before the leftmost x already there.\n\nOptional args lo (default 0) and hi (default len(a)) bound the\nslice of a to be searched.\n\nA custom key function can be supplied to customize the sort order.";
const INSORT_RIGHT_DOC: &str = "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the right of the rightmost x.";
const INSORT_LEFT_DOC: &str = "Insert item x in list a, and keep it sorted assuming a is sorted.\n\nIf x is already in a, insert it to the left of the leftmost x.";

static FUNCTIONS: &[Method] = &[
    function("bisect_right(a, x, lo=0, hi=None, *, key=None)", right, RIGHT_DOC),
    function("bisect(a, x, lo=0, hi=None, *, key=None)", right, RIGHT_DOC),
    function("bisect_left(a, x, lo=0, hi=None, *, key=None)", left, LEFT_DOC),
    function(
        "insort_right(a, x, lo=0, hi=None, *, key=None)",
        |th, args| insort(th, args, true),
        INSORT_RIGHT_DOC,
    ),
    function(
        "insort(a, x, lo=0, hi=None, *, key=None)",
        |th, args| insort(th, args, true),
        INSORT_RIGHT_DOC,
    ),
    function(
        "insort_left(a, x, lo=0, hi=None, *, key=None)",
        |th, args| insort(th, args, false),
        INSORT_LEFT_DOC,
    ),
];

/// The place of `x` in `a`: behind equal items or before them.
fn search(th: &mut Thread, args: &[Value], x: Value, behind: bool) -> Result<i64, Raised> {
    let sequence = args[0];
    let mut low = if args[2].is_unbound() { 0 } else { th.index_ssize(args[2])? };
    if low < 0 {
        return Err(th.value_error("lo must be non-negative"));
    }
    let mut high = match argument::given(args[3]) {
        Some(high) => th.index_ssize(high)?,
        None => th.length(sequence)? as i64,
    };
    let key = argument::given(args[4]);
    let list = sequence.cast_exact::<List>();
    while low < high {
        let middle = low + (high - low) / 2;
        let item = match list {
            Some(list) => match list.get(th, middle as usize)? {
                Some(item) => item,
                None => return Err(th.index_error("list index out of range")),
            },
            None => {
                let index = th.int_from_i64(middle)?;
                th.get_item(sequence, index)?
            }
        };
        let item = match key {
            Some(key) => th.call(key, &[item])?,
            None => item,
        };
        let go_right = if behind {
            !th.compares(Comparison::Lt, x, item)?
        } else {
            th.compares(Comparison::Lt, item, x)?
        };
        if go_right {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn right(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = search(th, args, args[1], true)?;
    th.int_from_i64(index)
}

fn left(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = search(th, args, args[1], false)?;
    th.int_from_i64(index)
}

fn insort(th: &mut Thread, args: &[Value], behind: bool) -> Result<Value, Raised> {
    let x = match argument::given(args[4]) {
        Some(key) => th.call(key, &[args[1]])?,
        None => args[1],
    };
    let index = search(th, args, x, behind)?;
    if let Some(list) = args[0].cast_exact::<List>() {
        let items = th.write(list)?;
        items.splice((index as usize).min(items.len()), 0, &[args[1]])?;
    } else {
        let index = th.int_from_i64(index)?;
        th.call_method(args[0], name!(th, "insert"), &[index, args[1]])?;
    }
    Ok(Value::NONE)
}
