//! Operators and `repr` that `set` and `frozenset` share.

use orochi_text::TextBuf;

use super::object::Set;
use super::{FROZENSET, SET, algebra};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;

/// A new set as the kind that `like` is: the result of an operation on it.
pub(super) fn as_kind_of(th: &mut Thread, like: Value, set: Ref<Set>) -> Result<Value, Raised> {
    if th.is_instance(like, FROZENSET.class()) {
        Ok(Set::frozen(th, set)?.value())
    } else {
        Ok(set.value())
    }
}

macro_rules! binary {
    ($($name:ident |$th:ident, $a:ident, $b:ident| $body:expr;)*) => {
        $(pub(super) fn $name($th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let (Some($a), Some($b)) = (args[0].cast::<Set>(), args[1].cast::<Set>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let set = $body?;
            as_kind_of($th, $a.value(), set)
        })*
    };
}
binary! {
    and |th, a, b| algebra::intersection(th, a, b.value());
    or |th, a, b| algebra::union(th, a, b);
    sub |th, a, b| algebra::difference(th, a, b.value());
    xor |th, a, b| algebra::symmetric_difference(th, a, b.value());
}

/// The reflected operators: the left operand, which comes second, tells the kind of the result.
macro_rules! reflected {
    ($($name:ident $operator:ident;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            $operator(th, &[args[1], args[0]])
        })*
    };
}
reflected! {
    rand and;
    ror or;
    rsub sub;
    rxor xor;
}

macro_rules! in_place {
    ($($name:ident $operation:ident;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let set = th.receiver::<Set>(args[0])?;
            if args[1].cast::<Set>().is_none() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            algebra::$operation(th, set, args[1])?;
            Ok(args[0])
        })*
    };
}
in_place! {
    iand intersection_update;
    ior update;
    isub difference_update;
    ixor symmetric_difference_update;
}

macro_rules! comparisons {
    ($($name:ident |$th:ident, $a:ident, $b:ident| $body:expr;)*) => {
        $(pub(super) fn $name($th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let (Some($a), Some($b)) = (args[0].cast::<Set>(), args[1].cast::<Set>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            Ok(Value::from_bool($body))
        })*
    };
}
comparisons! {
    eq |th, a, b| algebra::equal(th, a, b)?;
    ne |th, a, b| !algebra::equal(th, a, b)?;
    le |th, a, b| algebra::is_subset(th, a, b)?;
    ge |th, a, b| algebra::is_subset(th, b, a)?;
    lt |th, a, b| smaller(th, a, b)? && algebra::is_subset(th, a, b)?;
    gt |th, a, b| smaller(th, b, a)? && algebra::is_subset(th, b, a)?;
}

fn smaller(th: &mut Thread, a: Ref<Set>, b: Ref<Set>) -> Result<bool, Raised> {
    let (a, b) = th.read2(a, b)?;
    Ok(a.len() < b.len())
}

pub(super) fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let set = th.receiver::<Set>(args[0])?;
    let class = th.class_of(args[0]);
    let name = class.display_name();
    if set.len(th)? == 0 {
        return Ok(th.new_str(&format!("{name}()"))?.value());
    }
    let text = th.repr_guarded(args[0], &format!("{name}(...)"), |th| {
        let mut text = TextBuf::new();
        let plain = class == SET.class();
        if !plain {
            text.push_str(&name);
            text.push_ascii(b"(");
        }
        text.push_ascii(b"{");
        let mut position = 0;
        let mut first = true;
        while let Some((next, _, key)) = set.member_at(th, position)? {
            if !first {
                text.push_ascii(b", ");
            }
            first = false;
            text.push_text(th.repr(key)?.text());
            position = next;
        }
        text.push_str(if plain { "}" } else { "})" });
        Str::from_text(th, text.finish().as_text())
    })?;
    Ok(text.value())
}
