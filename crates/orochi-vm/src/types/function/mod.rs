//! `function`: what `def` and `lambda` make.
//!
//! * [`object`]: the layout; [`bind`](fn@bind): sorting arguments into parameters; [`suggest`]: the names
//!   that an unexpected keyword may have meant
//! * [`attributes`]: what Python sees; [`construct`]: `types.FunctionType(...)`

mod attributes;
mod bind;
mod construct;
mod object;
mod suggest;

pub use bind::bind;
pub use object::Function;
pub use suggest::closest;

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::method::Method as BoundMethod;
use crate::types::tuple::Tuple;

/// The class `function`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a function object.\n\n  code\n    a code object\n  globals\n    the globals dictionary\n  \
          name\n    a string that overrides the name from the code object\n  argdefs\n    \
          a tuple that specifies the default argument values\n  closure\n    \
          a tuple that supplies the bindings for free variables\n  kwdefaults\n    \
          a dictionary that specifies the default keyword argument values",
    flags: TypeFlags::DICT.and(TypeFlags::WEAKREF),
    new: Some(function(
        "__new__($type, /, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)",
        construct::new,
        "Create and return a new object.  See help(type) for accurate signature.",
    )),
    methods: METHODS,
    getset: attributes::GETSET,
    ..TypeSpec::named("function", NativeLayout::of::<Function>())
};

static METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
];

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Function>(args[0])?;
    match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(named)) => {
            crate::class::create::call_with_dict(th, args[0], given.as_slice(), named)
        }
        _ => th.call(args[0], &[]),
    }
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Function>(args[0])?;
    let nothing = args[1].is_none() && (args[2].is_unbound() || args[2].is_none());
    if nothing {
        return Err(th.type_error("__get__(None, None) is invalid"));
    }
    if args[1].is_none() {
        return Ok(args[0]);
    }
    Ok(BoundMethod::allocate(th, args[0], args[1])?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.receiver::<Function>(args[0])?.callable().qualname.get();
    let name = th.display_str(name);
    Ok(th.new_str(&format!("<function {name} at {:#x}>", args[0].bits()))?.value())
}
