//! Construction and the methods of `tuple`.

use super::{SPEC, Tuple, operators};
use crate::class::{Method, class_method, method};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::iterators::list::TupleIterator;
use crate::types::list::methods::index_bounds;
use crate::types::list::subscript::{Subscript, position, subscript};
use crate::types::list::{List, search};

pub(super) static METHODS: &[Method] = &[
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
    method("__len__($self, /)", len, "Return len(self)."),
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__hash__($self, /)", operators::hash, "Return hash(self)."),
    method("__eq__($self, value, /)", operators::eq, "Return self==value."),
    method("__ne__($self, value, /)", operators::ne, "Return self!=value."),
    method("__lt__($self, value, /)", operators::lt, "Return self<value."),
    method("__le__($self, value, /)", operators::le, "Return self<=value."),
    method("__gt__($self, value, /)", operators::gt, "Return self>value."),
    method("__ge__($self, value, /)", operators::ge, "Return self>=value."),
    method("__add__($self, value, /)", operators::add, "Return self+value."),
    method("__mul__($self, value, /)", operators::mul, "Return self*value."),
    method("__rmul__($self, value, /)", operators::mul, "Return value*self."),
    method("__repr__($self, /)", operators::repr, "Return repr(self)."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method(
        "index($self, value, start=0, stop=sys.maxsize, /)",
        index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("count($self, value, /)", count, "Return number of occurrences of value."),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let items = if args[1].is_unbound() {
        th.vm.empty_tuple.get()
    } else {
        Tuple::from_iterable(th, args[1])?
    };
    if shape.class == SPEC.class() {
        return Ok(items.value());
    }
    Ok(Tuple::from_slice_as(th, shape, items.as_slice())?.value())
}

impl Tuple {
    /// A tuple of what an iterable gives; the iterable itself if it is one already.
    pub fn from_iterable(th: &mut Thread, iterable: Value) -> Result<Ref<Tuple>, Raised> {
        if let Some(tuple) = iterable.cast_exact::<Tuple>() {
            return Ok(tuple);
        }
        if let Some(list) = iterable.cast_exact::<List>() {
            let list = th.read(list)?;
            return Tuple::from_slice(list.thread(), list.as_slice());
        }
        let mut items = RootVec::new();
        th.collect(iterable, &mut items)?;
        Tuple::from_slice(th, &items)
    }
}

pub(crate) fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    match subscript(th, "tuple", args[1])? {
        Subscript::Index(index) => match position(index, tuple.len()) {
            Some(at) => Ok(tuple.as_slice()[at]),
            None => Err(th.index_error("tuple index out of range")),
        },
        Subscript::Slice(bounds) => {
            let items = tuple.as_slice();
            let picked = bounds.pick(items.len());
            if picked.count == items.len() && picked.step == 1 && is_exact(th, args[0]) {
                return Ok(args[0]);
            }
            if picked.step == 1 || picked.count == 0 {
                let part = &items[picked.start.min(items.len())..][..picked.count];
                return Ok(Tuple::from_slice(th, part)?.value());
            }
            let mut chosen = RootVec::with_capacity(picked.count);
            for n in 0..picked.count {
                chosen.push(items[picked.index(n)]);
            }
            Ok(Tuple::from_slice(th, &chosen)?.value())
        }
    }
}

/// Whether a value is a tuple and of no subclass.
pub(super) fn is_exact(th: &Thread, value: Value) -> bool {
    th.class_of(value) == SPEC.class()
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    Ok(Value::from_bool(search::find(th, tuple, args[1], 0, usize::MAX)?.is_some()))
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = th.receiver::<Tuple>(args[0])?.len();
    th.int_from_i64(length as i64)
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    TupleIterator::over(th, tuple)
}

fn getnewargs(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let plain = Tuple::from_slice(th, tuple.as_slice())?;
    Ok(Tuple::from_slice(th, &[plain.value()])?.value())
}

fn index(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let (start, stop) = index_bounds(th, args, |_| Ok(tuple.len()))?;
    match search::find(th, tuple, args[1], start, stop)? {
        Some(index) => th.int_from_i64(index as i64),
        None => Err(th.value_error("tuple.index(x): x not in tuple")),
    }
}

fn count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tuple = th.receiver::<Tuple>(args[0])?;
    let count = search::count(th, tuple, args[1])?;
    th.int_from_i64(count as i64)
}
