//! `deque`: a ring of values.
//!
//! * `object`: the ring and the operations under a guard
//! * `methods`: what does not look at the items; `search`: what compares them
//! * [`iterator`]: the two iterators

pub mod iterator;
mod methods;
mod object;
mod search;

pub use object::Deque;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
};
use orochi_vm::types;

/// `collections.deque`
pub static DEQUE: TypeSpec = TypeSpec {
    module: "collections",
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    flags: TypeFlags::BASE.and(TypeFlags::SEQUENCE).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /, *args, **kwargs)", methods::new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("deque", NativeLayout::of::<Deque>())
};

static GETSET: &[GetSet] =
    &[getter("maxlen", methods::maxlen, "maximum size of a deque or None if unbounded")];

static METHODS: &[Method] = &[
    method(
        "__init__($self, /, iterable=<unrepresentable>, maxlen=None)",
        methods::init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method(
        "append($self, item, /)",
        methods::append,
        "Add an element to the right side of the deque.",
    ),
    method(
        "appendleft($self, item, /)",
        methods::appendleft,
        "Add an element to the left side of the deque.",
    ),
    method("clear($self, /)", methods::clear, "Remove all elements from the deque."),
    method("copy($self, /)", methods::copy, "Return a shallow copy of a deque."),
    method("__copy__($self, /)", methods::copy, "Return a shallow copy of a deque."),
    method("count($self, value, /)", search::count, "Return number of occurrences of value."),
    method(
        "extend($self, iterable, /)",
        methods::extend,
        "Extend the right side of the deque with elements from the iterable.",
    ),
    method(
        "extendleft($self, iterable, /)",
        methods::extendleft,
        "Extend the left side of the deque with elements from the iterable.",
    ),
    method(
        "index($self, value, start=0, stop=<unrepresentable>, /)",
        search::index,
        "Return first index of value.\n\nRaises ValueError if the value is not present.",
    ),
    method("insert($self, index, value, /)", methods::insert, "Insert value before index."),
    method("pop($self, /)", methods::pop, "Remove and return the rightmost element."),
    method("popleft($self, /)", methods::popleft, "Remove and return the leftmost element."),
    method("remove($self, value, /)", search::remove, "Remove first occurrence of value."),
    method("reverse($self, /)", methods::reverse, "Reverse *IN PLACE*."),
    method(
        "rotate($self, n=1, /)",
        methods::rotate,
        "Rotate the deque n steps to the right.  If n is negative, rotates left.",
    ),
    method("__len__($self, /)", methods::len, "Return len(self)."),
    method("__getitem__($self, key, /)", methods::getitem, "Return self[key]."),
    method("__setitem__($self, key, value, /)", methods::setitem, "Set self[key] to value."),
    method("__delitem__($self, key, /)", methods::delitem, "Delete self[key]."),
    method("__contains__($self, key, /)", search::contains, "Return bool(key in self)."),
    method("__iter__($self, /)", iterator::forwards, "Implement iter(self)."),
    method(
        "__reversed__($self, /)",
        iterator::backwards,
        "Return a reverse iterator over the deque.",
    ),
    method("__add__($self, value, /)", methods::add, "Return self+value."),
    method("__iadd__($self, value, /)", methods::iadd, "Implement self+=value."),
    method("__mul__($self, value, /)", methods::mul, "Return self*value."),
    method("__rmul__($self, value, /)", methods::mul, "Return value*self."),
    method("__imul__($self, value, /)", methods::imul, "Implement self*=value."),
    method("__eq__($self, value, /)", search::eq, "Return self==value."),
    method("__ne__($self, value, /)", search::ne, "Return self!=value."),
    method("__lt__($self, value, /)", search::lt, "Return self<value."),
    method("__le__($self, value, /)", search::le, "Return self<=value."),
    method("__gt__($self, value, /)", search::gt, "Return self>value."),
    method("__ge__($self, value, /)", search::ge, "Return self>=value."),
    method("__repr__($self, /)", methods::repr, "Return repr(self)."),
    method("__reduce__($self, /)", methods::reduce, "Return state information for pickling."),
    method(
        "__sizeof__($self, /)",
        methods::sizeof,
        "Return the size of the deque in memory, in bytes.",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];
