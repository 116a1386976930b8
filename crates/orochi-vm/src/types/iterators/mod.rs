//! Iterators of sequences and ranges, and the classes that make iterators of iterators.
//!
//! A native iterator is a class whose [`TypeSpec`] has a `next` function; [`NEXT`] and [`ITER`]
//! make `__next__` and `__iter__` of it. `enumerate`, `zip`, `map`, `filter` and `reversed` take from
//! other iterators and may run Python there; what they keep of their own they look at again
//! afterwards.

pub mod callable;
mod construct;
pub mod enumerate;
pub mod filter;
pub mod list;
pub mod map;
pub mod range;
mod receiver;
pub mod reversed;
pub mod sequence;
mod several;
pub mod unfit;
pub mod zip;

pub use callable::{CALLABLE_ITERATOR, CallableIterator};
pub use construct::construct;
pub use enumerate::ENUMERATE;
pub use filter::FILTER;
pub use list::{LIST_ITERATOR, ListIterator, TUPLE_ITERATOR, TupleIterator};
pub use map::MAP;
pub use range::{RANGE_ITERATOR, RangeIterator};
pub use reversed::REVERSED;
pub use sequence::{SEQUENCE_ITERATOR, SequenceIterator};
pub use unfit::fit_variable;
pub use zip::ZIP;

use crate::class::{Method, Special, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::shape::shape_of_object;
use crate::thread::Thread;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[
    &SEQUENCE_ITERATOR,
    &CALLABLE_ITERATOR,
    &ENUMERATE,
    &ZIP,
    &REVERSED,
    &MAP,
    &FILTER,
    &unfit::UNFIT_ITERATOR,
];

/// `__next__` of native iterators.
pub static NEXT: Method = method("__next__($self, /)", next, "Implement next(self).");

/// `__iter__` of iterators.
pub static ITER: Method = method("__iter__($self, /)", iter, "Implement iter(self).");

/// The native `next` function of an object's class.
fn native_next(value: Value) -> Option<crate::class::NextFn> {
    if value.is_object() { shape_of_object(value).native.next } else { None }
}

fn next(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(next) = native_next(args[0]) else {
        return Err(th.type_error(format!(
            "descriptor '__next__' requires an iterator but received a '{}'",
            th.type_name(args[0])
        )));
    };
    match next(th, args[0])? {
        Some(value) => Ok(value),
        None => Err(th.stop_iteration(Value::NONE)),
    }
}

fn iter(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(args[0])
}

/// Whether `iter(value)` has something to begin with.
pub fn is_iterable(th: &mut Thread, value: Value) -> bool {
    let class = th.class_of(value);
    match class.special(th, Special::Iter) {
        Some(method) => !method.is_none(),
        None => class.special(th, Special::GetItem).is_some(),
    }
}

/// An iterator over something with `__getitem__`.
pub fn sequence_iterator(th: &Thread, sequence: Value) -> Result<Value, Raised> {
    SequenceIterator::over(th, sequence)
}

impl Thread {
    /// A function or class of the module `builtins`, for `__reduce__`.
    pub fn builtin(&mut self, name: Ref<Str>) -> Result<Value, Raised> {
        match self.vm.builtins.get().get_str(self, name)? {
            Some(value) => Ok(value),
            None => Err(self.attribute_error(format!(
                "module 'builtins' has no attribute '{}'",
                name.display()
            ))),
        }
    }

    /// `(iter, (iterable,), state)`, or without the state: what `__reduce__` of an iterator returns.
    pub fn reduced_iterator(
        &mut self,
        iterable: Value,
        state: Option<Value>,
    ) -> Result<Value, Raised> {
        let iter = self.builtin(crate::name!(self, "iter"))?;
        self.reduced_with(iter, &[iterable], state)
    }

    /// `(callable, arguments, state)`, or without the state.
    pub(crate) fn reduced_with(
        &mut self,
        callable: Value,
        arguments: &[Value],
        state: Option<Value>,
    ) -> Result<Value, Raised> {
        let arguments = Tuple::from_slice(self, arguments)?.value();
        let parts = [callable, arguments, state.unwrap_or(Value::NONE)];
        let parts = if state.is_some() { &parts[..] } else { &parts[..2] };
        Ok(Tuple::from_slice(self, parts)?.value())
    }
}
