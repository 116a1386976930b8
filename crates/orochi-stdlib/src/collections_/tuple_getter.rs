//! `_tuplegetter`: the descriptor by which named tuples read their fields.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, method, property,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `collections._tuplegetter`
    pub struct TupleGetter: TUPLE_GETTER {
        values {
            /// The docstring.
            doc: Value,
        }
        storage {}
        data {
            /// The index of the field.
            index: i64,
        }
    }
}

/// `collections._tuplegetter`
pub static TUPLE_GETTER: TypeSpec = TypeSpec {
    module: "collections",
    new: Some(function("__new__($type, index, doc, /)", new, "")),
    flags: TypeFlags::NONE,
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("_tuplegetter", NativeLayout::of::<TupleGetter>())
};

static METHODS: &[Method] = &[
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method(
        "__set__($self, instance, value, /)",
        |th, _| Err(th.attribute_error("can't set attribute")),
        "Set an attribute of instance to value.",
    ),
    method(
        "__delete__($self, instance, /)",
        |th, _| Err(th.attribute_error("can't delete attribute")),
        "Delete an attribute of instance.",
    ),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
];

static GETSET: &[GetSet] = &[property("__doc__", get_doc, set_doc, "")];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &TUPLE_GETTER)?;
    let index = th.index_ssize(args[1])?;
    Ok(TupleGetter::allocate_as(th, shape, args[2], index)?.value())
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<TupleGetter>(args[0])?;
    let index = th.read(own)?.index.get();
    let Some(tuple) = args[1].cast::<Tuple>() else {
        if args[1].is_none() {
            return Ok(args[0]);
        }
        return Err(th.type_error(format!(
            "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
            th.type_name(args[1])
        )));
    };
    match usize::try_from(index).ok().filter(|&index| index < tuple.len()) {
        Some(index) => Ok(tuple.get(index)),
        None => Err(th.index_error("tuple index out of range")),
    }
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<TupleGetter>(args[0])?;
    let (index, doc) = {
        let state = th.read(own)?;
        (state.index.get(), state.doc.get())
    };
    let index = th.int_from_i64(index)?;
    let arguments = Tuple::from_slice(th, &[index, doc])?;
    let class = th.class_of(args[0]).value();
    Ok(Tuple::from_slice(th, &[class, arguments.value()])?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<TupleGetter>(args[0])?;
    let (index, doc) = {
        let state = th.read(own)?;
        (state.index.get(), state.doc.get())
    };
    let name = th.class_of(args[0]).display_name();
    let doc = th.repr(doc)?.display();
    Ok(th.new_str(&format!("{name}({index}, {doc})"))?.value())
}

fn get_doc(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    let own = th.receiver::<TupleGetter>(own)?;
    Ok(th.read(own)?.doc.get())
}

fn set_doc(th: &mut Thread, own: Value, doc: Value) -> Result<(), Raised> {
    let own = th.receiver::<TupleGetter>(own)?;
    let state = th.write(own)?;
    state.doc.set(state.token(), if doc.is_unbound() { Value::NONE } else { doc });
    Ok(())
}
