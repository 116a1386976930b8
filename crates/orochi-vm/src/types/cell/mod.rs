//! `cell`: a variable that closures share.

use crate::class::{GetSet, Method, NativeLayout, TypeSpec, function, method, property};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::ValueCast;
use crate::operation::Comparison;
use crate::thread::Thread;

heap_object! {
    /// A cell.
    pub struct Cell: SPEC {
        values {
            /// The contents; unbound if empty.
            contents: Value,
        }
        storage {}
        data {}
    }
}

/// The class `cell`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    \
          and \nfurther attempts to access its cell_contents attribute will\n    raise a ValueError.",
    new: Some(function("__new__($type, contents=<unrepresentable>, /)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("cell", NativeLayout::of::<Cell>())
};

static METHODS: &[Method] = &[
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method(
        "__eq__($self, value, /)",
        |th, args| compare(th, args, Comparison::Eq),
        "Return self==value.",
    ),
    method(
        "__ne__($self, value, /)",
        |th, args| compare(th, args, Comparison::Ne),
        "Return self!=value.",
    ),
    method(
        "__lt__($self, value, /)",
        |th, args| compare(th, args, Comparison::Lt),
        "Return self<value.",
    ),
    method(
        "__le__($self, value, /)",
        |th, args| compare(th, args, Comparison::Le),
        "Return self<=value.",
    ),
    method(
        "__gt__($self, value, /)",
        |th, args| compare(th, args, Comparison::Gt),
        "Return self>value.",
    ),
    method(
        "__ge__($self, value, /)",
        |th, args| compare(th, args, Comparison::Ge),
        "Return self>=value.",
    ),
];

static GETSET: &[GetSet] = &[property("cell_contents", get_contents, set_contents, "")];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Cell::allocate(th, args[1])?.value())
}

fn get_contents(th: &mut Thread, cell: Value) -> Result<Value, Raised> {
    let cell = th.receiver::<Cell>(cell)?;
    let contents = th.read(cell)?.contents.get();
    if contents.is_unbound() { Err(th.value_error("Cell is empty")) } else { Ok(contents) }
}

fn set_contents(th: &mut Thread, cell: Value, value: Value) -> Result<(), Raised> {
    let cell = th.receiver::<Cell>(cell)?;
    let cell = th.write(cell)?;
    cell.contents.set(cell.token(), value);
    Ok(())
}

fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<Cell>(), args[1].cast::<Cell>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let a = th.read(a)?.contents.get();
    let b = th.read(b)?.contents.get();
    if a.is_unbound() || b.is_unbound() {
        let order = (!a.is_unbound()).cmp(&!b.is_unbound());
        return Ok(Value::from_bool(op.holds(Some(order))));
    }
    th.compare(op, a, b)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let cell = th.receiver::<Cell>(args[0])?;
    let contents = th.read(cell)?.contents.get();
    let inside = if contents.is_unbound() {
        "empty".to_owned()
    } else {
        format!("{} object at {:#x}", th.type_name(contents), contents.bits())
    };
    Ok(th.new_str(&format!("<cell at {:#x}: {inside}>", args[0].bits()))?.value())
}
