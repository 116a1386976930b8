//! `dict_keys`, `dict_values` and `dict_items`.

use orochi_text::TextBuf;

use super::iterators::{self, DictIterator};
use super::object::Dict;
use super::view_operators as operators;
use crate::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// A view of a dict; its class tells of what.
    pub immutable struct DictView: KEYS {
        values {
            /// The dict.
            dict: Ref<Dict>,
        }
        storage {}
        data {}
    }
}

/// `dict_keys`
pub static KEYS: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: KEY_METHODS,
    getset: MAPPING,
    ..TypeSpec::named("dict_keys", NativeLayout::of::<DictView>())
};

/// `dict_items`
pub static ITEMS: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    same_layout: Some(&KEYS),
    methods: ITEM_METHODS,
    getset: MAPPING,
    ..TypeSpec::named("dict_items", NativeLayout::of::<DictView>())
};

/// `dict_values`
pub static VALUES: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    same_layout: Some(&KEYS),
    methods: VALUE_METHODS,
    getset: MAPPING,
    ..TypeSpec::named("dict_values", NativeLayout::of::<DictView>())
};

static MAPPING: &[GetSet] = &[getter("mapping", mapping, "dictionary that this view refers to")];

macro_rules! view_methods {
    ($iter:ident, $reversed:ident $(, $more:expr)* $(,)?) => {
        &[
            method("__len__($self, /)", len, "Return len(self)."),
            method("__iter__($self, /)", $iter, "Implement iter(self)."),
            method(
                "__reversed__($self, /)",
                $reversed,
                "Return a reverse iterator over the dict's contents.",
            ),
            method("__repr__($self, /)", repr, "Return repr(self)."),
            $($more,)*
        ]
    };
}

macro_rules! set_like_methods {
    ($iter:ident, $reversed:ident, $contains:ident) => {
        view_methods![
            $iter,
            $reversed,
            method("__contains__($self, key, /)", $contains, "Return bool(key in self)."),
            method("__eq__($self, value, /)", operators::eq, "Return self==value."),
            method("__ne__($self, value, /)", operators::ne, "Return self!=value."),
            method("__lt__($self, value, /)", operators::lt, "Return self<value."),
            method("__le__($self, value, /)", operators::le, "Return self<=value."),
            method("__gt__($self, value, /)", operators::gt, "Return self>value."),
            method("__ge__($self, value, /)", operators::ge, "Return self>=value."),
            method("__and__($self, value, /)", operators::and, "Return self&value."),
            method("__rand__($self, value, /)", operators::rand, "Return value&self."),
            method("__or__($self, value, /)", operators::or, "Return self|value."),
            method("__ror__($self, value, /)", operators::ror, "Return value|self."),
            method("__sub__($self, value, /)", operators::sub, "Return self-value."),
            method("__rsub__($self, value, /)", operators::rsub, "Return value-self."),
            method("__xor__($self, value, /)", operators::xor, "Return self^value."),
            method("__rxor__($self, value, /)", operators::rxor, "Return value^self."),
            method(
                "isdisjoint($self, other, /)",
                operators::isdisjoint,
                "Return True if the view and the given iterable have a null intersection.",
            ),
        ]
    };
}

static KEY_METHODS: &[Method] = set_like_methods!(iter_keys, reversed_keys, contains_key);
static ITEM_METHODS: &[Method] = set_like_methods!(iter_items, reversed_items, contains_item);
static VALUE_METHODS: &[Method] = view_methods!(iter_values, reversed_values);

impl DictView {
    /// A view of a dict.
    pub fn of(th: &Thread, spec: &'static TypeSpec, dict: Ref<Dict>) -> Result<Value, Raised> {
        Ok(DictView::allocate_as(th, spec.shape(), dict)?.value())
    }
}

fn dict_of(th: &Thread, view: Value) -> Result<Ref<Dict>, Raised> {
    Ok(th.receiver::<DictView>(view)?.dict.get())
}

fn mapping(th: &mut Thread, view: Value) -> Result<Value, Raised> {
    let dict = dict_of(th, view)?;
    crate::types::mappingproxy::proxy_of(th, dict.value())
}

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let length = dict_of(th, args[0])?.len(th)?;
    th.int_from_i64(length as i64)
}

macro_rules! iterations {
    ($($name:ident $make:ident $spec:ident;)*) => {
        $(fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let dict = dict_of(th, args[0])?;
            DictIterator::$make(th, &iterators::$spec, dict)
        })*
    };
}
iterations! {
    iter_keys over KEY_ITERATOR;
    iter_values over VALUE_ITERATOR;
    iter_items over ITEM_ITERATOR;
    reversed_keys over_reversed REVERSE_KEY_ITERATOR;
    reversed_values over_reversed REVERSE_VALUE_ITERATOR;
    reversed_items over_reversed REVERSE_ITEM_ITERATOR;
}

fn contains_key(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(dict_of(th, args[0])?.contains(th, args[1])?))
}

fn contains_item(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let dict = dict_of(th, args[0])?;
    let Some(pair) = args[1].cast::<Tuple>().filter(|pair| pair.len() == 2) else {
        return Ok(Value::FALSE);
    };
    match dict.get(th, pair.get(0))? {
        Some(value) => Ok(Value::from_bool(th.equal(value, pair.get(1))?)),
        None => Ok(Value::FALSE),
    }
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let view = args[0];
    let name = th.class_of(view).display_name();
    let text = th.repr_guarded(view, "...", |th| {
        let list = List::from_iterable(th, view)?;
        let inner = th.repr(list.value())?;
        let mut text = TextBuf::new();
        text.push_str(&name);
        text.push_ascii(b"(");
        text.push_text(inner.text());
        text.push_ascii(b")");
        Str::from_text(th, text.finish().as_text())
    })?;
    Ok(text.value())
}
