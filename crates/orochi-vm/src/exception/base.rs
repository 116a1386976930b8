//! What all exceptions have: `args`, the chain, notes, pickling.

use orochi_text::TextBuf;

use super::object::{BaseException, allocate, receiver};
use super::{Raised, set_cause};
use crate::class::{Class, GetSet, Method, function, method, property};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::traceback::Traceback;
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
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__str__($self, /)", str, "Return str(self)."),
    method("__reduce__($self, /)", reduce, "Helper for pickle."),
    method("__setstate__($self, state, /)", set_state, ""),
    method(
        "with_traceback($self, tb, /)",
        with_traceback,
        "Set self.__traceback__ to tb and return self.",
    ),
    method("add_note($self, note, /)", add_note, "Add a note to the exception"),
];

pub(super) static GETSET: &[GetSet] = &[
    property("args", args_get, args_set, ""),
    property("__traceback__", traceback_get, traceback_set, ""),
    property("__context__", context_get, context_set, "exception context"),
    property("__cause__", cause_get, cause_set, "exception cause"),
    property("__suppress_context__", suppress_get, suppress_set, ""),
];

/// The class that `__new__` was called for.
pub(super) fn class_argument(th: &Thread, value: Value, name: &str) -> Result<Ref<Class>, Raised> {
    let Some(class) = value.cast::<Class>() else {
        return Err(th.type_error(format!(
            "{name}.__new__(X): X is not a type object ({})",
            th.type_name(value)
        )));
    };
    if class.has(crate::class::flags::EXCEPTION) {
        return Ok(class);
    }
    let own = class.display_name();
    Err(th.type_error(format!("{name}.__new__({own}): {own} is not a subtype of {name}")))
}

pub(super) fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let class = class_argument(th, args[0], "BaseException")?;
    Ok(allocate(th, class, args[1])?.value())
}

/// Whether a `__new__` is that of `BaseException`, which [`new_plain`] does without a call.
pub fn is_plain_new(new: Option<Value>) -> bool {
    new.and_then(native_of) == Some(self::new as *const ())
}

/// Whether an `__init__` is that of `BaseException`: what [`new_plain`] makes needs no more.
pub fn is_plain_init(init: Option<Value>) -> bool {
    init.and_then(native_of) == Some(self::init as *const ())
}

/// `BaseException.__new__(class, *args)`
pub fn new_plain(th: &Thread, class: Ref<Class>, args: &[Value]) -> Result<Value, Raised> {
    let args = Tuple::from_slice(th, args)?;
    Ok(allocate(th, class, args.value())?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    initialise(th, args)?;
    Ok(Value::NONE)
}

/// Whether named arguments were given: raises `TypeError` then.
pub(super) fn refuse_names(th: &mut Thread, exception: Value, names: Value) -> Result<(), Raised> {
    if let Some(dict) = names.cast::<Dict>()
        && dict.len(th)? > 0
    {
        let name = th.type_name(exception);
        return Err(th.type_error(format!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// `BaseException.__init__(self, *args)`: the arguments, which `args` has as a tuple.
pub(super) fn initialise(th: &mut Thread, args: &[Value]) -> Result<Ref<Tuple>, Raised> {
    let exception = receiver(th, args[0])?;
    refuse_names(th, args[0], args[2])?;
    set_args(th, exception, args[1])
}

/// Sets `args` to a tuple.
pub(super) fn set_args(
    th: &mut Thread,
    exception: Ref<BaseException>,
    given: Value,
) -> Result<Ref<Tuple>, Raised> {
    let tuple = given.cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let guard = th.write(exception)?;
    guard.args.set(guard.token(), tuple.value());
    Ok(tuple)
}

/// `args` as a tuple.
pub(super) fn args_of(th: &mut Thread, exception: Value) -> Result<Ref<Tuple>, Raised> {
    let exception = receiver(th, exception)?;
    let args = th.read(exception)?.args.get();
    Ok(args.cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get()))
}

/// A string of what the buffer holds.
pub(super) fn finish_text(th: &Thread, text: TextBuf) -> Result<Value, Raised> {
    Ok(Str::from_text(th, text.finish().as_text())?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args_of(th, args[0])?;
    let class = th.class_of(args[0]).name.get();
    let mut text = TextBuf::new();
    text.push_text(class.text());
    if given.len() == 1 {
        let only = th.repr(given.get(0))?;
        text.push_str("(");
        text.push_text(only.text());
        text.push_str(")");
    } else {
        text.push_text(th.repr(given.value())?.text());
    }
    finish_text(th, text)
}

pub(super) fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args_of(th, args[0])?;
    match given.len() {
        0 => Ok(th.vm.empty_str.get().value()),
        1 => Ok(th.str(given.get(0))?.value()),
        _ => Ok(th.str(given.value())?.value()),
    }
}

/// The exception's own `__dict__`, or None if it has no attributes.
pub(super) fn own_state(th: &mut Thread, exception: Value) -> Result<Option<Ref<Dict>>, Raised> {
    let attributes = th.own_attributes(exception)?;
    Ok(if attributes.len(th)? > 0 { Some(attributes) } else { None })
}

/// `(type, args)`, or with a third item if there is a state.
pub(super) fn reduced(
    th: &mut Thread,
    exception: Value,
    args: Value,
    state: Option<Ref<Dict>>,
) -> Result<Value, Raised> {
    let class = th.class_of(exception).value();
    let made = match state {
        Some(state) => {
            let state = state.copy(th)?;
            Tuple::from_slice(th, &[class, args, state.value()])?
        }
        None => Tuple::from_slice(th, &[class, args])?,
    };
    Ok(made.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args_of(th, args[0])?;
    let state = own_state(th, args[0])?;
    reduced(th, args[0], given.value(), state)
}

fn set_state(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    if args[1].is_none() {
        return Ok(Value::NONE);
    }
    let Some(state) = args[1].cast::<Dict>() else {
        return Err(th.type_error("state is not a dictionary"));
    };
    let mut position = 0;
    while let Some((key, value, next)) = state.entry_from(th, position)? {
        position = next;
        let Some(name) = key.cast::<Str>() else {
            let got = th.type_name(key);
            return Err(th.type_error(format!("attribute name must be string, not '{got}'")));
        };
        let name = th.intern_str(name);
        th.set_attribute(args[0], name, value)?;
    }
    Ok(Value::NONE)
}

fn with_traceback(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    traceback_set(th, args[0], args[1])?;
    Ok(args[0])
}

fn add_note(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    if args[1].cast::<Str>().is_none() {
        let got = th.type_name(args[1]);
        return Err(th.type_error(format!("note must be a str, not '{got}'")));
    }
    let name = crate::name!(th, "__notes__");
    let notes = match th.find_attribute(args[0], name)? {
        Some(notes) => notes,
        None => {
            let fresh = List::new(th)?.value();
            th.set_attribute(args[0], name, fresh)?;
            fresh
        }
    };
    match notes.cast::<List>() {
        Some(list) => list.push(th, args[1])?,
        None => return Err(th.type_error("Cannot add note: __notes__ is not a list")),
    }
    Ok(Value::NONE)
}

fn args_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    Ok(args_of(th, object)?.value())
}

fn args_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let exception = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error("args may not be deleted"));
    }
    let mut items = crate::heap::RootVec::new();
    th.collect(value, &mut items)?;
    let tuple = Tuple::from_slice(th, &items)?;
    set_args(th, exception, tuple.value()).map(drop)
}

fn traceback_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    super::traceback_of(th, object)
}

fn traceback_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let exception = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error("__traceback__ may not be deleted"));
    }
    if !value.is_none() && value.cast::<Traceback>().is_none() {
        return Err(th.type_error("__traceback__ must be a traceback or None"));
    }
    let guard = th.write(exception)?;
    guard.traceback.set(guard.token(), value);
    Ok(())
}

fn context_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    super::object::context_of(th, object)
}

fn context_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let exception = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error("__context__ may not be deleted"));
    }
    if !value.is_none() && value.cast::<BaseException>().is_none() {
        return Err(th.type_error("exception context must be None or derive from BaseException"));
    }
    let guard = th.write(exception)?;
    guard.context.set(guard.token(), value);
    Ok(())
}

fn cause_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    super::object::cause_of(th, object)
}

fn cause_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let exception = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error("__cause__ may not be deleted"));
    }
    if !value.is_none() && value.cast::<BaseException>().is_none() {
        return Err(th.type_error("exception cause must be None or derive from BaseException"));
    }
    th.write(exception)?;
    set_cause(th, object, value);
    Ok(())
}

fn suppress_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let exception = receiver(th, object)?;
    Ok(th.read(exception)?.suppress_context.get())
}

fn suppress_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let exception = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error("can't delete numeric/char attribute"));
    }
    if !value.is_bool() {
        return Err(th.type_error("attribute value type must be bool"));
    }
    let guard = th.write(exception)?;
    guard.suppress_context.set(guard.token(), value);
    Ok(())
}
