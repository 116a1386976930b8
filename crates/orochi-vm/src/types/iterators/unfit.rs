//! What stands for a value that is no iterator where the interpreter takes one for granted: the
//! parameter `.0` of a generator expression. Only code that is called by hand, or a write through
//! `f_locals`, brings such a value there; loops need not look for it.

use crate::class::{NativeLayout, TypeFlags, TypeSpec};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::code::Code;

heap_object! {
    /// A value that cannot be iterated over.
    pub immutable struct UnfitIterator: UNFIT_ITERATOR {
        values {
            /// The value: not a reference to an object.
            value: Value,
        }
        storage {}
        data {}
    }
}

/// The class; programs see none of its instances but through `f_locals`.
pub static UNFIT_ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    next: Some(next),
    ..TypeSpec::named("unfit_iterator", NativeLayout::of::<UnfitIterator>())
};

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let value = th.receiver::<UnfitIterator>(iterator)?.value.get();
    Err(th.type_error(format!("'{}' object is not an iterator", th.type_name(value))))
}

/// The value for variable number `index` of `code`, which loops may rely on being an object if it is
/// the iterator of a generator expression.
pub fn fit_variable(
    th: &Thread,
    code: Ref<Code>,
    index: usize,
    value: Value,
) -> Result<Value, Raised> {
    if value.is_object() || index > 0 {
        return Ok(value);
    }
    let names = code.variables.get();
    if names.is_empty() || names.get(0) != crate::name!(th, ".0").value() {
        return Ok(value);
    }
    Ok(UnfitIterator::allocate(th, value)?.value())
}
