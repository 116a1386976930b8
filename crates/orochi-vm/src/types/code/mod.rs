//! `code`: a compiled body, ready to run.

mod attributes;
mod from_compiler;
mod object;
mod replace;

pub use object::{Code, shown_offset, word_offset};

use crate::class::{NativeLayout, TypeFlags, TypeSpec, function};

/// The class `code`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a code object.  Not for mere mortals.",
    finalise: Some(object::free),
    new: Some(function(
        "__new__($cls, argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, codestring, constants, names, varnames, filename, name, qualname, firstlineno, linetable, exceptiontable, freevars=(), cellvars=(), /)",
        replace::new,
        "",
    )),
    methods: attributes::METHODS,
    getset: attributes::GETSET,
    flags: TypeFlags::WEAKREF,
    ..TypeSpec::named("code", NativeLayout::of::<Code>())
};
