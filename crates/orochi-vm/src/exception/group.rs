//! Exception groups: a message (`a`) and a tuple of exceptions (`b`).
//!
//! `split` and `subgroup` keep the shape: a nested group of which a part is taken becomes a group
//! of that part, made by the group's own `derive`, with the traceback, context, cause and notes of
//! the original.

use orochi_text::TextBuf;

use super::base::{class_argument, finish_text, refuse_names, set_args};
use super::object::{BaseException, a, allocate, b, cause_of, context_of, receiver};
use super::{Raised, classes, is_exception_class, set_cause};
use crate::class::{Class, GetSet, Method, class_method, function, getter, method};
use crate::heap::{RootVec, Value};
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) const NEW: Method = function(
    "__new__($type, /, *args, **kwargs)",
    new,
    "Create and return a new object.  See help(type) for accurate signature.",
);

pub(super) static METHODS: &[Method] = &[
    method(
        "__init__($self, /, *args, **kwargs)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__str__($self, /)", str, "Return str(self)."),
    method("derive($self, excs, /)", derive, ""),
    method("split($self, matcher_value, /)", split, ""),
    method("subgroup($self, matcher_value, /)", subgroup, ""),
    class_method("__class_getitem__($type, object, /)", class_getitem, "See PEP 585"),
];

pub(super) static GETSET: &[GetSet] = &[
    getter("message", a::get, "exception message"),
    getter("exceptions", b::get, "nested exceptions"),
];

/// Whether an exception is a group.
pub(super) fn is_group(th: &Thread, exception: Value) -> bool {
    th.is_instance(exception, classes::BASE_EXCEPTION_GROUP.class())
}

/// The exceptions of a group.
pub(super) fn exceptions(
    th: &mut Thread,
    group: Value,
) -> Result<crate::object::Ref<Tuple>, Raised> {
    Ok(b::get(th, group)?.cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get()))
}

fn class_getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    crate::types::generic_alias::class_getitem(th, args)
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut class = class_argument(th, args[0], "BaseExceptionGroup")?;
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.len() != 2 {
        return Err(th.type_error(format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
            given.len()
        )));
    }
    let (message, sequence) = (given.get(0), given.get(1));
    if message.cast::<Str>().is_none() {
        let got = th.type_name(message);
        return Err(th.type_error(format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {got}"
        )));
    }
    if !is_sequence(th, sequence)? {
        return Err(th.type_error("second argument (exceptions) must be a sequence"));
    }
    let mut items = RootVec::new();
    th.collect(sequence, &mut items)?;
    if items.is_empty() {
        return Err(th.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let plain = classes::EXCEPTION.class();
    let mut nested_base = false;
    for (at, &item) in items.iter().enumerate() {
        if item.cast::<BaseException>().is_none() {
            return Err(th.value_error(format!(
                "Item {at} of second argument (exceptions) is not an exception"
            )));
        }
        nested_base |= !th.is_instance(item, plain);
    }
    if class == classes::BASE_EXCEPTION_GROUP.class() {
        if !nested_base {
            class = classes::EXCEPTION_GROUP.class();
        }
    } else if nested_base && class.is_subclass(plain) {
        let name = class.display_name();
        return Err(th.type_error(if class == classes::EXCEPTION_GROUP.class() {
            "Cannot nest BaseExceptions in an ExceptionGroup".to_owned()
        } else {
            format!("Cannot nest BaseExceptions in '{name}'")
        }));
    }
    let tuple = Tuple::from_slice(th, &items)?;
    let made = allocate(th, class, given.value())?;
    let guard = th.write(made)?;
    guard.a.set(guard.token(), message);
    guard.b.set(guard.token(), tuple.value());
    Ok(made.value())
}

/// Whether a value counts as a sequence here: `__getitem__`, and no dict.
fn is_sequence(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    if value.cast::<crate::types::dict::Dict>().is_some() {
        return Ok(false);
    }
    let class = th.class_of(value);
    Ok(class.special(th, crate::class::Special::GetItem).is_some())
}

/// A group without a message of the exceptions in a sequence.
pub(super) fn new_group(th: &mut Thread, sequence: Value) -> Result<Value, Raised> {
    let message = th.vm.empty_str.get().value();
    th.call(classes::BASE_EXCEPTION_GROUP.class().value(), &[message, sequence])
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let exception = receiver(th, args[0])?;
    refuse_names(th, args[0], args[2])?;
    set_args(th, exception, args[1])?;
    Ok(Value::NONE)
}

fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (message, count) = (a::get(th, args[0])?, exceptions(th, args[0])?.len());
    let message = th.str(message)?;
    let mut out = TextBuf::new();
    out.push_text(message.text());
    let s = if count == 1 { "" } else { "s" };
    out.push_str(&format!(" ({count} sub-exception{s})"));
    finish_text(th, out)
}

fn derive(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let message = a::get(th, args[0])?;
    th.call(classes::BASE_EXCEPTION_GROUP.class().value(), &[message, args[1]])
}

/// What an exception must be to be taken.
enum Matcher<'a> {
    /// An instance of the class or one of a tuple's classes.
    Class(Value),
    /// One for which this returns true.
    Predicate(Value),
    /// One of these, which are not groups.
    Leaves(&'a [Value]),
}

impl Matcher<'_> {
    fn of(th: &Thread, value: Value) -> Result<Matcher<'static>, Raised> {
        if value.cast::<Function>().is_some() || is_exception_class(value).is_some() {
            return Ok(if is_exception_class(value).is_some() {
                Matcher::Class(value)
            } else {
                Matcher::Predicate(value)
            });
        }
        if value.cast::<Class>().is_none()
            && th.class_of(value).special(th, crate::class::Special::Call).is_some()
        {
            return Ok(Matcher::Predicate(value));
        }
        let classes_only = value.cast::<Tuple>().is_some_and(|all| {
            all.as_slice().iter().all(|&item| is_exception_class(item).is_some())
        });
        if classes_only {
            return Ok(Matcher::Class(value));
        }
        Err(th.type_error(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)",
        ))
    }

    fn matches(&self, th: &mut Thread, exception: Value) -> Result<bool, Raised> {
        match self {
            Matcher::Class(class) => super::matches(th, exception, *class),
            Matcher::Predicate(function) => {
                let answer = th.call(*function, &[exception])?;
                th.is_true(answer)
            }
            Matcher::Leaves(leaves) => Ok(!is_group(th, exception) && leaves.contains(&exception)),
        }
    }
}

/// What matches, and what does not if that is wanted; None for nothing.
fn split_by(
    th: &mut Thread,
    exception: Value,
    matcher: &Matcher,
    rest_too: bool,
) -> Result<(Value, Value), Raised> {
    th.check_native_stack()?;
    if matcher.matches(th, exception)? {
        return Ok((exception, Value::NONE));
    }
    if !is_group(th, exception) {
        return Ok((Value::NONE, exception));
    }
    let items = exceptions(th, exception)?;
    let (mut matched, mut rest) = (RootVec::new(), RootVec::new());
    for &item in items.as_slice() {
        let (taken, left) = split_by(th, item, matcher, rest_too)?;
        if !taken.is_none() {
            matched.push(taken);
        }
        if !left.is_none() {
            rest.push(left);
        }
    }
    let taken = subset(th, exception, &matched)?;
    let left = if rest_too { subset(th, exception, &rest)? } else { Value::NONE };
    Ok((taken, left))
}

/// A group like `original` of some of its exceptions; None of none.
fn subset(th: &mut Thread, original: Value, items: &[Value]) -> Result<Value, Raised> {
    if items.is_empty() {
        return Ok(Value::NONE);
    }
    let list = List::from_slice(th, items)?.value();
    let made = th.call_method(original, crate::name!(th, "derive"), &[list])?;
    if !is_group(th, made) {
        return Err(th.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let traceback = super::traceback_of(th, original)?;
    let (context, cause) = (context_of(th, original)?, cause_of(th, original)?);
    let exception = receiver(th, made)?;
    let guard = th.write(exception)?;
    guard.traceback.set(guard.token(), traceback);
    guard.context.set(guard.token(), context);
    set_cause(guard.thread(), made, cause);
    let notes = crate::name!(th, "__notes__");
    if let Some(own) = th.find_attribute(original, notes)?
        && is_sequence(th, own)? {
            let copy = List::from_iterable(th, own)?.value();
            th.set_attribute(made, notes, copy)?;
        }
    Ok(made)
}

fn split(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    let matcher = Matcher::of(th, args[1])?;
    let (taken, left) = split_by(th, args[0], &matcher, true)?;
    Ok(Tuple::from_slice(th, &[taken, left])?.value())
}

fn subgroup(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    let matcher = Matcher::of(th, args[1])?;
    Ok(split_by(th, args[0], &matcher, false)?.0)
}

/// Collects the exceptions in a group that are no groups themselves.
fn collect_leaves(th: &mut Thread, exception: Value, leaves: &mut RootVec) -> Result<(), Raised> {
    th.check_native_stack()?;
    if !is_group(th, exception) {
        leaves.push(exception);
        return Ok(());
    }
    let items = exceptions(th, exception)?;
    items.as_slice().iter().try_for_each(|&item| collect_leaves(th, item, leaves))
}

/// The part of a group whose leaves are in one of the exceptions of `keep`.
pub(super) fn project(th: &mut Thread, group: Value, keep: &[Value]) -> Result<Value, Raised> {
    let mut leaves = RootVec::new();
    for &exception in keep {
        collect_leaves(th, exception, &mut leaves)?;
    }
    Ok(split_by(th, group, &Matcher::Leaves(&leaves), false)?.0)
}

/// Whether two groups have the same notes, traceback, context and cause: one is then a part of
/// the other that was only passed on.
pub(super) fn same_metadata(th: &mut Thread, left: Value, right: Value) -> Result<bool, Raised> {
    if !is_group(th, left) || !is_group(th, right) {
        return Ok(false);
    }
    let same = super::traceback_of(th, left)? == super::traceback_of(th, right)?
        && context_of(th, left)? == context_of(th, right)?
        && cause_of(th, left)? == cause_of(th, right)?;
    if !same {
        return Ok(false);
    }
    // A part's notes are a copy of the list, so what is in it counts.
    let name = crate::name!(th, "__notes__");
    let (own, other) = (th.find_attribute(left, name)?, th.find_attribute(right, name)?);
    match (own, other) {
        (None, None) => Ok(true),
        (Some(own), Some(other)) => {
            if own == other {
                return Ok(true);
            }
            match (own.cast::<List>(), other.cast::<List>()) {
                (Some(own), Some(other)) => {
                    let (own, other) = (own.snapshot(th)?, other.snapshot(th)?);
                    Ok(own.as_slice() == other.as_slice())
                }
                _ => Ok(false),
            }
        }
        _ => Ok(false),
    }
}
