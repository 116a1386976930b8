//! Built-in functions that iterate.

use crate::class::Special;
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::native::Arguments;
use crate::object::ValueCast;
use crate::operation::{BinaryOp, Comparison};
use crate::thread::Thread;
use crate::types;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].is_unbound() {
        return th.iterate(args[0]);
    }
    if !th.is_callable(args[0]) {
        return Err(th.type_error("iter(v, w): v must be callable"));
    }
    Ok(types::iterators::CallableIterator::allocate(th, args[0], args[1])?.value())
}

pub(super) fn next(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].is_unbound() {
        // What `StopIteration` carries must stay: so not `th.next`.
        let class = th.class_of(args[0]);
        let Some(method) = class.special(th, Special::Next) else {
            return Err(no_iterator(th, args[0]));
        };
        return th.call_descriptor_method(method, args[0], &[]);
    }
    if !th.is_iterator(args[0]) {
        return Err(no_iterator(th, args[0]));
    }
    Ok(th.next(args[0])?.unwrap_or(args[1]))
}

#[cold]
fn no_iterator(th: &Thread, value: Value) -> Raised {
    th.type_error(format!("'{}' object is not an iterator", th.type_name(value)))
}

pub(super) fn all(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.iterate(args[0])?;
    while let Some(item) = th.next(iterator)? {
        if !th.is_true(item)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

pub(super) fn any(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.iterate(args[0])?;
    while let Some(item) = th.next(iterator)? {
        if th.is_true(item)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

/// Neumaier's compensated sum of floats.
struct FloatSum {
    total: f64,
    lost: f64,
}

impl FloatSum {
    fn add(&mut self, x: f64) {
        let sum = self.total + x;
        self.lost +=
            if self.total.abs() >= x.abs() { self.total - sum + x } else { x - sum + self.total };
        self.total = sum;
    }

    fn value(&self) -> f64 {
        if self.lost != 0.0 && self.lost.is_finite() { self.total + self.lost } else { self.total }
    }
}

pub(super) fn sum(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.iterate(args[0])?;
    let mut total = if args[1].is_unbound() { Value::from_i32(0) } else { args[1] };
    let refused = if total.cast::<Str>().is_some() {
        Some("sum() can't sum strings [use ''.join(seq) instead]")
    } else if th.is_instance(total, types::bytes::SPEC.class()) {
        Some("sum() can't sum bytes [use b''.join(seq) instead]")
    } else if th.is_instance(total, types::bytearray::SPEC.class()) {
        Some("sum() can't sum bytearray [use b''.join(seq) instead]")
    } else {
        None
    };
    if let Some(message) = refused {
        return Err(th.type_error(message));
    }
    while let Some(item) = th.next(iterator)? {
        if Value::both_ints(total, item)
            && let Some(sum) = total.checked_add(item)
        {
            total = sum;
            continue;
        }
        if total.is_float() && item.is_number() {
            let mut sum = FloatSum { total: total.as_f64(), lost: 0.0 };
            sum.add(item.number_as_f64());
            let rest = loop {
                match th.next(iterator)? {
                    Some(item) if item.is_number() => sum.add(item.number_as_f64()),
                    rest => break rest,
                }
            };
            total = Value::from_f64(sum.value());
            match rest {
                Some(item) => total = th.binary(BinaryOp::Add, total, item)?,
                None => break,
            }
            continue;
        }
        total = th.binary(BinaryOp::Add, total, item)?;
    }
    Ok(total)
}

pub(super) fn min(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    extreme(th, args, "min", Comparison::Lt)
}

pub(super) fn max(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    extreme(th, args, "max", Comparison::Gt)
}

fn extreme(th: &mut Thread, args: &[Value], name: &str, op: Comparison) -> Result<Value, Raised> {
    let (key, default) = (args[1], args[2]);
    let key = (!key.is_unbound() && !key.is_none()).then_some(key);
    let given = args[0].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.is_empty() {
        return Err(th.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    let single = given.len() == 1;
    if !single && !default.is_unbound() {
        return Err(th.type_error(format!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    let iterator = th.iterate(if single { given.get(0) } else { given.value() })?;
    let (mut best, mut best_key) = (Value::UNBOUND, Value::UNBOUND);
    while let Some(item) = th.next(iterator)? {
        let item_key = match key {
            Some(key) => th.call(key, &[item])?,
            None => item,
        };
        if best.is_unbound() || th.compares(op, item_key, best_key)? {
            (best, best_key) = (item, item_key);
        }
    }
    if !best.is_unbound() {
        return Ok(best);
    }
    if default.is_unbound() {
        return Err(th.value_error(format!("{name}() iterable argument is empty")));
    }
    Ok(default)
}

pub(super) fn sorted(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut items = RootVec::new();
    th.collect(args[0], &mut items)?;
    let list = List::from_slice(th, items.as_slice())?;
    let sort = th.get_attribute(list.value(), crate::name!(th, "sort"))?;
    let or = |value: Value, default: Value| if value.is_unbound() { default } else { value };
    let values = [or(args[1], Value::NONE), or(args[2], Value::FALSE)];
    let names = [th.intern("key")?.value(), th.intern("reverse")?.value()];
    let names = Tuple::from_slice(th, &names)?;
    th.call_with(sort, Arguments { values: &values, names: Some(names) })?;
    Ok(list.value())
}

pub(super) fn aiter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let kind = th.type_name(args[0]);
    let Some(iterator) = th.call_special(args[0], Special::AIter, &[])? else {
        return Err(th.type_error(format!("'{kind}' object is not an async iterable")));
    };
    if th.class_of(iterator).special(th, Special::ANext).is_none() {
        let other = th.type_name(iterator);
        return Err(
            th.type_error(format!("aiter() returned not an async iterator of type '{other}'"))
        );
    }
    Ok(iterator)
}

/// With a default, a coroutine function written in Python does the waiting.
const ANEXT_DEFAULT: &str = "\
async def anext(awaitable, default):
    try:
        return await awaitable
    except StopAsyncIteration:
        return default
";

pub(super) fn anext(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let kind = th.type_name(args[0]);
    let Some(awaitable) = th.call_special(args[0], Special::ANext, &[])? else {
        return Err(th.type_error(format!("'{kind}' object is not an async iterator")));
    };
    if args[1].is_unbound() {
        return Ok(awaitable);
    }
    let globals = types::dict::Dict::new(th)?;
    super::evaluate::run_source(th, ANEXT_DEFAULT, "<anext>", globals)?;
    let name = th.intern("anext")?;
    match globals.get_str(th, name)? {
        Some(function) => th.call(function, &[awaitable, args[1]]),
        None => Err(th.system_error("anext is missing")),
    }
}
