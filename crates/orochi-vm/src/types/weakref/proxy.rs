//! `weakref.proxy`: forwards whatever is done with it to its referent.

use super::{WEAK, WeakRef};
use crate::class::{Method, NativeLayout, Special, TypeFlags, TypeSpec, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::{BinaryOp, Comparison, UnaryOp};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object::attribute_name;
use crate::types::tuple::Tuple;

/// `weakref.ProxyType`
pub static PROXY: TypeSpec = TypeSpec {
    module: "weakref",
    flags: TypeFlags::NO_NEW,
    same_layout: Some(&super::SPEC),
    methods: METHODS,
    weak: Some(WEAK),
    ..TypeSpec::named("ProxyType", NativeLayout::of::<WeakRef>())
};

/// `weakref.CallableProxyType`
pub static CALLABLE_PROXY: TypeSpec = TypeSpec {
    module: "weakref",
    flags: TypeFlags::NO_NEW,
    base: Some(&PROXY),
    methods: CALLABLE_METHODS,
    weak: Some(WEAK),
    ..TypeSpec::named("CallableProxyType", NativeLayout::of::<WeakRef>())
};

static CALLABLE_METHODS: &[Method] =
    &[method("__call__($self, /, *args, **kwargs)", call, "Call self as a function.")];

macro_rules! binary {
    ($($name:literal $reflected:literal $inplace:literal $op:ident;)*) => {
        &[$(
            method(concat!($name, "($self, value, /)"), |th, args| {
                let (a, b) = (open(th, args[0])?, open(th, args[1])?);
                th.binary(BinaryOp::$op, a, b)
            }, ""),
            method(concat!($reflected, "($self, value, /)"), |th, args| {
                let (a, b) = (open(th, args[1])?, open(th, args[0])?);
                th.binary(BinaryOp::$op, a, b)
            }, ""),
            method(concat!($inplace, "($self, value, /)"), |th, args| {
                let (a, b) = (open(th, args[0])?, open(th, args[1])?);
                th.inplace(BinaryOp::$op, a, b)
            }, ""),
        )*]
    };
}

const OPERATORS: &[Method; 39] = binary! {
    "__add__" "__radd__" "__iadd__" Add;
    "__sub__" "__rsub__" "__isub__" Sub;
    "__mul__" "__rmul__" "__imul__" Mul;
    "__matmul__" "__rmatmul__" "__imatmul__" MatMul;
    "__truediv__" "__rtruediv__" "__itruediv__" TrueDiv;
    "__floordiv__" "__rfloordiv__" "__ifloordiv__" FloorDiv;
    "__mod__" "__rmod__" "__imod__" Mod;
    "__pow__" "__rpow__" "__ipow__" Pow;
    "__lshift__" "__rlshift__" "__ilshift__" LShift;
    "__rshift__" "__rrshift__" "__irshift__" RShift;
    "__and__" "__rand__" "__iand__" And;
    "__or__" "__ror__" "__ior__" Or;
    "__xor__" "__rxor__" "__ixor__" Xor;
};

const OTHERS: [Method; 29] = [
    method("__getattribute__($self, name, /)", getattribute, ""),
    method("__setattr__($self, name, value, /)", setattr, ""),
    method("__delattr__($self, name, /)", delattr, ""),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method(
        "__str__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            Ok(th.str(o)?.value())
        },
        "",
    ),
    method(
        "__bytes__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.call_method(o, crate::name!(th, "__bytes__"), &[])
        },
        "",
    ),
    method(
        "__bool__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            Ok(Value::from_bool(th.is_true(o)?))
        },
        "",
    ),
    method("__hash__($self, /)", hash, ""),
    method(
        "__len__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            let n = th.length(o)?;
            th.int_from_i64(n as i64)
        },
        "",
    ),
    method(
        "__iter__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.iterate(o)
        },
        "",
    ),
    method("__next__($self, /)", next, ""),
    method(
        "__reversed__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.call_method(o, crate::name!(th, "__reversed__"), &[])
        },
        "",
    ),
    method(
        "__contains__($self, key, /)",
        |th, args| {
            let o = open(th, args[0])?;
            Ok(Value::from_bool(th.contains(o, args[1])?))
        },
        "",
    ),
    method(
        "__getitem__($self, key, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.get_item(o, args[1])
        },
        "",
    ),
    method(
        "__setitem__($self, key, value, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.set_item(o, args[1], args[2])?;
            Ok(Value::NONE)
        },
        "",
    ),
    method(
        "__delitem__($self, key, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.delete_item(o, args[1])?;
            Ok(Value::NONE)
        },
        "",
    ),
    method("__eq__($self, value, /)", |th, args| compare(th, args, Comparison::Eq), ""),
    method("__ne__($self, value, /)", |th, args| compare(th, args, Comparison::Ne), ""),
    method("__lt__($self, value, /)", |th, args| compare(th, args, Comparison::Lt), ""),
    method("__le__($self, value, /)", |th, args| compare(th, args, Comparison::Le), ""),
    method("__gt__($self, value, /)", |th, args| compare(th, args, Comparison::Gt), ""),
    method("__ge__($self, value, /)", |th, args| compare(th, args, Comparison::Ge), ""),
    method("__neg__($self, /)", |th, args| unary(th, args, UnaryOp::Neg), ""),
    method("__pos__($self, /)", |th, args| unary(th, args, UnaryOp::Pos), ""),
    method("__abs__($self, /)", |th, args| unary(th, args, UnaryOp::Abs), ""),
    method("__invert__($self, /)", |th, args| unary(th, args, UnaryOp::Invert), ""),
    method("__int__($self, /)", |th, args| convert(th, args, Special::Int), ""),
    method("__float__($self, /)", |th, args| convert(th, args, Special::Float), ""),
    method(
        "__index__($self, /)",
        |th, args| {
            let o = open(th, args[0])?;
            th.index(o)
        },
        "",
    ),
];

static ALL: [Method; 68] = {
    let mut all = [const { method("", next, "") }; 68];
    let mut at = 0;
    while at < 39 {
        all[at] = copied(&OPERATORS[at]);
        at += 1;
    }
    while at < 68 {
        all[at] = copied(&OTHERS[at - 39]);
        at += 1;
    }
    all
};

static METHODS: &[Method] = &ALL;

const fn copied(entry: &Method) -> Method {
    Method {
        signature: entry.signature,
        function: entry.function,
        doc: entry.doc,
        binding: entry.binding,
    }
}

/// The referent of a proxy, or the value itself if it is none.
fn open(th: &Thread, value: Value) -> Result<Value, Raised> {
    let class = th.class_of(value);
    if class != PROXY.class() && class != CALLABLE_PROXY.class() {
        return Ok(value);
    }
    match value.cast::<WeakRef>().and_then(|reference| reference.target()) {
        Some(target) => Ok(target),
        None => Err(th.reference_error("weakly-referenced object no longer exists")),
    }
}

fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    let name = attribute_name(th, args[1])?;
    th.get_attribute(target, name)
}

fn setattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    let name = attribute_name(th, args[1])?;
    th.set_attribute(target, name, args[2])?;
    Ok(Value::NONE)
}

fn delattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    let name = attribute_name(th, args[1])?;
    th.delete_attribute(target, name)?;
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let here = args[0].bits();
    let target = args[0].cast::<WeakRef>().and_then(|reference| reference.target());
    let text = match target {
        Some(target) => {
            format!(
                "<weakproxy at {here:#x}; to '{}' at {:#x}>",
                th.type_name(target),
                target.bits()
            )
        }
        None => format!("<weakproxy at {here:#x}; dead>"),
    };
    Ok(th.new_str(&text)?.value())
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.type_name(args[0]);
    Err(th.type_error(format!("unhashable type: 'weakref.{name}'")))
}

fn next(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    if !th.is_iterator(target) {
        let name = th.type_name(target);
        return Err(
            th.type_error(format!("Weakref proxy referenced a non-iterator '{name}' object"))
        );
    }
    match th.next(target)? {
        Some(item) => Ok(item),
        None => Err(th.stop_iteration(Value::NONE)),
    }
}

fn compare(th: &mut Thread, args: &[Value], op: Comparison) -> Result<Value, Raised> {
    let (a, b) = (open(th, args[0])?, open(th, args[1])?);
    th.compare(op, a, b)
}

fn unary(th: &mut Thread, args: &[Value], op: UnaryOp) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    th.unary(op, target)
}

fn convert(th: &mut Thread, args: &[Value], special: Special) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    match th.call_special(target, special, &[])? {
        Some(value) => Ok(value),
        None => {
            let name = th.type_name(target);
            Err(th.type_error(format!("'{name}' object has no {}", special.name())))
        }
    }
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let target = open(th, args[0])?;
    match (args[1].cast::<Tuple>(), args[2].cast::<Dict>()) {
        (Some(given), Some(named)) => {
            crate::class::create::call_with_dict(th, target, given.as_slice(), named)
        }
        _ => th.call(target, &[]),
    }
}
