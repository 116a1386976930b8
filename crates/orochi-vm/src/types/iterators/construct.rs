//! Calls of the built-in container classes themselves, without `__new__` and `__init__`.
//!
//! `list(x)`, `tuple(x)`, `set(x)`, `dict()` and `range(n)` are so frequent that the detour over
//! a half-made object is worth avoiding. Subclasses, named arguments and wrong numbers of them go
//! the ordinary way, which raises the errors, too.

use crate::class::Class;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::range::Range;
use crate::types::set::{Set, algebra};
use crate::types::tuple::Tuple;
use crate::types::{dict, list, range, set, tuple};

/// `class(*args)` of a built-in container class; `None` if the call has to go the ordinary way.
#[inline]
pub fn construct(
    th: &mut Thread,
    class: Ref<Class>,
    args: &[Value],
) -> Option<Result<Value, Raised>> {
    let made = match *args {
        [] if class == list::SPEC.class() => List::new(th).map(Ref::value),
        [] if class == dict::SPEC.class() => Dict::new(th).map(Ref::value),
        [] if class == set::SET.class() => Set::new(th).map(Ref::value),
        [iterable] if class == list::SPEC.class() => {
            List::from_iterable(th, iterable).map(Ref::value)
        }
        [iterable] if class == tuple::SPEC.class() => {
            Tuple::from_iterable(th, iterable).map(Ref::value)
        }
        [iterable] if class == set::SET.class() => algebra::collect(th, iterable).map(Ref::value),
        [source] if class == dict::SPEC.class() => dict_of(th, source),
        [stop] if class == range::SPEC.class() => {
            range_of(th, Value::from_i32(0), stop, Value::from_i32(1))?
        }
        [start, stop] if class == range::SPEC.class() => {
            range_of(th, start, stop, Value::from_i32(1))?
        }
        _ => return None,
    };
    Some(made)
}

fn dict_of(th: &mut Thread, source: Value) -> Result<Value, Raised> {
    let dict = Dict::new(th)?;
    dict.update(th, source)?;
    Ok(dict.value())
}

/// A range of small integers; others go the ordinary way.
fn range_of(
    th: &mut Thread,
    start: Value,
    stop: Value,
    step: Value,
) -> Option<Result<Value, Raised>> {
    Value::both_ints(start, stop).then(|| Range::new(th, start, stop, step).map(Ref::value))
}
