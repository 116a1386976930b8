//! The functions.

use orochi_vm::class::{Method, Special, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::name;
use orochi_vm::native::Arguments;
use orochi_vm::object::ValueCast;
use orochi_vm::operation::{BinaryOp, Comparison, UnaryOp};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

macro_rules! binary {
    ($signature:literal, $op:ident, $doc:literal) => {
        function($signature, |th, args| th.binary(BinaryOp::$op, args[0], args[1]), $doc)
    };
}

macro_rules! inplace {
    ($signature:literal, $op:ident, $doc:literal) => {
        function($signature, |th, args| th.inplace(BinaryOp::$op, args[0], args[1]), $doc)
    };
}

macro_rules! unary {
    ($signature:literal, $op:ident, $doc:literal) => {
        function($signature, |th, args| th.unary(UnaryOp::$op, args[0]), $doc)
    };
}

macro_rules! comparison {
    ($signature:literal, $op:ident, $doc:literal) => {
        function($signature, |th, args| th.compare(Comparison::$op, args[0], args[1]), $doc)
    };
}

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "truth(a, /)",
        |th, args| Ok(Value::from_bool(th.is_true(args[0])?)),
        "Return True if a is true, False otherwise.",
    ),
    function(
        "contains(a, b, /)",
        |th, args| Ok(Value::from_bool(th.contains(args[0], args[1])?)),
        "Same as b in a (note reversed operands).",
    ),
    function("indexOf(a, b, /)", index_of, "Return the first index of b in a."),
    function(
        "countOf(a, b, /)",
        count_of,
        "Return the number of items in a which are, or which equal, b.",
    ),
    function("is_(a, b, /)", |_, args| Ok(Value::from_bool(args[0] == args[1])), "Same as a is b."),
    function(
        "is_not(a, b, /)",
        |_, args| Ok(Value::from_bool(args[0] != args[1])),
        "Same as a is not b.",
    ),
    function(
        "is_none(a, /)",
        |_, args| Ok(Value::from_bool(args[0].is_none())),
        "Same as a is None.",
    ),
    function(
        "is_not_none(a, /)",
        |_, args| Ok(Value::from_bool(!args[0].is_none())),
        "Same as a is not None.",
    ),
    binary!("add(a, b, /)", Add, "Same as a + b."),
    binary!("sub(a, b, /)", Sub, "Same as a - b."),
    binary!("mul(a, b, /)", Mul, "Same as a * b."),
    binary!("matmul(a, b, /)", MatMul, "Same as a @ b."),
    binary!("floordiv(a, b, /)", FloorDiv, "Same as a // b."),
    binary!("truediv(a, b, /)", TrueDiv, "Same as a / b."),
    binary!("mod(a, b, /)", Mod, "Same as a % b."),
    unary!("neg(a, /)", Neg, "Same as -a."),
    unary!("pos(a, /)", Pos, "Same as +a."),
    unary!("abs(a, /)", Abs, "Same as abs(a)."),
    unary!("inv(a, /)", Invert, "Same as ~a."),
    unary!("invert(a, /)", Invert, "Same as ~a."),
    binary!("lshift(a, b, /)", LShift, "Same as a << b."),
    binary!("rshift(a, b, /)", RShift, "Same as a >> b."),
    function(
        "not_(a, /)",
        |th, args| Ok(Value::from_bool(!th.is_true(args[0])?)),
        "Same as not a.",
    ),
    binary!("and_(a, b, /)", And, "Same as a & b."),
    binary!("xor(a, b, /)", Xor, "Same as a ^ b."),
    binary!("or_(a, b, /)", Or, "Same as a | b."),
    inplace!("iadd(a, b, /)", Add, "Same as a += b."),
    inplace!("isub(a, b, /)", Sub, "Same as a -= b."),
    inplace!("imul(a, b, /)", Mul, "Same as a *= b."),
    inplace!("imatmul(a, b, /)", MatMul, "Same as a @= b."),
    inplace!("ifloordiv(a, b, /)", FloorDiv, "Same as a //= b."),
    inplace!("itruediv(a, b, /)", TrueDiv, "Same as a /= b."),
    inplace!("imod(a, b, /)", Mod, "Same as a %= b."),
    inplace!("ilshift(a, b, /)", LShift, "Same as a <<= b."),
    inplace!("irshift(a, b, /)", RShift, "Same as a >>= b."),
    inplace!("iand(a, b, /)", And, "Same as a &= b."),
    inplace!("ixor(a, b, /)", Xor, "Same as a ^= b."),
    inplace!("ior(a, b, /)", Or, "Same as a |= b."),
    function(
        "concat(a, b, /)",
        |th, args| concat(th, args, false),
        "Same as a + b, for a and b sequences.",
    ),
    function(
        "iconcat(a, b, /)",
        |th, args| concat(th, args, true),
        "Same as a += b, for a and b sequences.",
    ),
    function("getitem(a, b, /)", |th, args| th.get_item(args[0], args[1]), "Same as a[b]."),
    function(
        "setitem(a, b, c, /)",
        |th, args| th.set_item(args[0], args[1], args[2]).map(|()| Value::NONE),
        "Same as a[b] = c.",
    ),
    function(
        "delitem(a, b, /)",
        |th, args| th.delete_item(args[0], args[1]).map(|()| Value::NONE),
        "Same as del a[b].",
    ),
    binary!("pow(a, b, /)", Pow, "Same as a ** b."),
    inplace!("ipow(a, b, /)", Pow, "Same as a **= b."),
    comparison!("eq(a, b, /)", Eq, "Same as a == b."),
    comparison!("ne(a, b, /)", Ne, "Same as a != b."),
    comparison!("lt(a, b, /)", Lt, "Same as a < b."),
    comparison!("le(a, b, /)", Le, "Same as a <= b."),
    comparison!("gt(a, b, /)", Gt, "Same as a > b."),
    comparison!("ge(a, b, /)", Ge, "Same as a >= b."),
    function("index(a, /)", |th, args| th.index(args[0]), "Same as a.__index__()"),
    function(
        "length_hint(obj, default=0, /)",
        length_hint,
        "Return an estimate of the number of items in obj.\n\nThis is useful for presizing containers when building from an iterable.\n\nIf the object supports len(), the result will be exact.\nOtherwise, it may over- or under-estimate by an arbitrary amount.\nThe result will be an integer >= 0.",
    ),
    function("call(obj, /, *args, **kwargs)", call, "Same as obj(*args, **kwargs)."),
    function(
        "_compare_digest(a, b, /)",
        compare_digest,
        "Return 'a == b'.\n\nThis function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography.\n\na and b must both be of the same type: either str (ASCII only),\nor any bytes-like object.\n\nNote: If a and b are of different lengths, or if an error occurs,\na timing attack could theoretically reveal information about the\ntypes and lengths of a and b--but not their values.",
    ),
];

fn index_of(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.iterate(args[0])?;
    let mut index = 0;
    while let Some(item) = th.next(iterator)? {
        if th.equal(item, args[1])? {
            return th.int_from_i64(index);
        }
        index += 1;
    }
    Err(th.value_error("sequence.index(x): x not in sequence"))
}

fn count_of(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.iterate(args[0])?;
    let mut count = 0;
    while let Some(item) = th.next(iterator)? {
        count += i64::from(th.equal(item, args[1])?);
    }
    th.int_from_i64(count)
}

fn concat(th: &mut Thread, args: &[Value], inplace: bool) -> Result<Value, Raised> {
    if th.class_of(args[0]).special(th, Special::GetItem).is_none() {
        let class = th.type_name(args[0]);
        return Err(th.type_error(format!("'{class}' object can't be concatenated")));
    }
    if inplace {
        th.inplace(BinaryOp::Add, args[0], args[1])
    } else {
        th.binary(BinaryOp::Add, args[0], args[1])
    }
}

fn length_hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let default = if args[1].is_unbound() {
        0
    } else {
        if !int::is_int_like(args[1]) && th.class_of(args[1]).special(th, Special::Index).is_none()
        {
            let class = th.type_name(args[1]);
            return Err(
                th.type_error(format!("'{class}' object cannot be interpreted as an integer"))
            );
        }
        th.index_ssize(args[1])?
    };
    let known = usize::try_from(default).unwrap_or(0);
    let hint = th.length_hint(args[0], known)?;
    if hint == known { th.int_from_i64(default) } else { th.int_from_u64(hint as u64) }
}

/// Calls with a tuple and a dict of arguments.
pub(super) fn apply(
    th: &mut Thread,
    callable: Value,
    args: Value,
    named: Value,
) -> Result<Value, Raised> {
    let mut values = RootVec::new();
    if let Some(args) = args.cast::<Tuple>() {
        values.extend_from_slice(args.as_slice());
    }
    let mut names = RootVec::new();
    if let Some(named) = named.cast::<Dict>() {
        let items = th.call_method(named.value(), name!(th, "items"), &[])?;
        let iterator = th.iterate(items)?;
        while let Some(item) = th.next(iterator)? {
            if let Some(pair) = item.cast::<Tuple>() {
                names.push(pair.get(0));
                values.push(pair.get(1));
            }
        }
    }
    let names =
        if names.is_empty() { None } else { Some(Tuple::from_slice(th, names.as_slice())?) };
    th.call_with(callable, Arguments { values: values.as_slice(), names })
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    apply(th, args[0], args[1], args[2])
}

/// Compares in a time that does not depend on what differs.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let differences = b
        .iter()
        .enumerate()
        .fold(0u8, |found, (at, &byte)| found | (a.get(at).copied().unwrap_or(!byte) ^ byte));
    std::hint::black_box(differences) == 0 && a.len() == b.len()
}

fn compare_digest(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (a, b) = (args[0], args[1]);
    if let (Some(a), Some(b)) = (a.cast::<Str>(), b.cast::<Str>()) {
        let (Some(a), Some(b)) = (a.ascii(), b.ascii()) else {
            return Err(
                th.type_error("comparing strings with non-ASCII characters is not supported")
            );
        };
        return Ok(Value::from_bool(same_bytes(a.as_bytes(), b.as_bytes())));
    }
    if !th.is_bytes_like(a) && !th.is_bytes_like(b) {
        let (a, b) = (th.type_name(a), th.type_name(b));
        return Err(th.type_error(format!(
            "unsupported operand types(s) or combination of types: '{a}' and '{b}'"
        )));
    }
    let (a, b) = (th.bytes_of(a)?, th.bytes_of(b)?);
    Ok(Value::from_bool(same_bytes(&a, &b)))
}
