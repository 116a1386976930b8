//! The exception object: its layout, and making one without running Python.
//!
//! While an exception travels, the thread that it travels in changes its context and traceback by
//! single stores and passes no barrier ([`note_store`] tells the collector). Whoever else handles
//! the same object claims it as usual; so does a `raise` statement in an atomic block, and for what is
//! raised in one by other means each store is logged.

use super::{Raised, classes};
use crate::class::{Class, NativeLayout, TypeFlags, TypeSpec};
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Field, Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

heap_object! {
    /// An exception.
    pub struct BaseException: BASE_EXCEPTION {
        values {
            /// `args`: a tuple
            args: Value,
            /// `__traceback__`, or None
            traceback: Value,
            /// `__context__`, or None
            context: Value,
            /// `__cause__`, or None
            cause: Value,
            /// `__suppress_context__`: a bool
            suppress_context: Value,
            /// What subclasses keep, by class: the value of `StopIteration`, the code of
            /// `SystemExit`, the message of a group or an `ImportError`, `errno`, `encoding`.
            a: Value,
            /// The exceptions of a group, the name of an `ImportError`, `strerror`, `object`.
            b: Value,
            /// The path of an `ImportError`, `filename`, `start`.
            c: Value,
            /// `name_from`, `filename2`, `end`.
            d: Value,
            /// `characters_written`, `reason`.
            e: Value,
            /// See `a`.
            f: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// A `SyntaxError`: it begins as every exception does, and keeps more.
    pub struct SyntaxErrorObject: classes::SYNTAX_ERROR {
        values {
            /// As in [`BaseException`].
            args: Value,
            /// As in [`BaseException`].
            traceback: Value,
            /// As in [`BaseException`].
            context: Value,
            /// As in [`BaseException`].
            cause: Value,
            /// As in [`BaseException`].
            suppress_context: Value,
            /// `msg`
            message: Value,
            /// `filename`
            filename: Value,
            /// `lineno`
            line: Value,
            /// `offset`
            offset: Value,
            /// `text`
            text: Value,
            /// `end_lineno`
            end_line: Value,
            /// `end_offset`
            end_offset: Value,
            /// `print_file_and_line`
            print_file_and_line: Value,
            /// `_metadata`
            metadata: Value,
        }
        storage {}
        data {}
    }
}

/// `BaseException`
pub static BASE_EXCEPTION: TypeSpec = TypeSpec {
    doc: "Common base class for all exceptions.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(super::base::NEW),
    methods: super::base::METHODS,
    getset: super::base::GETSET,
    ..TypeSpec::named("BaseException", NativeLayout::of::<BaseException>())
};

/// An exception of a class with these `args` and all else empty.
pub(super) fn allocate(
    th: &Thread,
    class: Ref<Class>,
    args: Value,
) -> Result<Ref<BaseException>, Raised> {
    let (none, no, unbound) = (Value::NONE, Value::FALSE, Value::UNBOUND);
    let shape = class.root_shape();
    if class.native.get().extends(&classes::SYNTAX_ERROR) {
        let made = SyntaxErrorObject::allocate_as(
            th, shape, args, none, none, none, no, none, none, none, none, none, none, none, none,
            none,
        )?;
        // SAFETY: the layout of a syntax error begins with that of an exception.
        return Ok(unsafe { Ref::from_ptr(made.as_ptr().cast()) });
    }
    BaseException::allocate_as(
        th, shape, args, none, none, none, no, unbound, unbound, unbound, unbound, unbound, unbound,
    )
}

/// An exception of a native class with these arguments, without running any Python.
pub fn new_exception(th: &Thread, class: Ref<Class>, args: &[Value]) -> Result<Value, Raised> {
    let args = Tuple::from_slice(th, args)?;
    let made = allocate(th, class, args.value())?;
    // SAFETY: not published yet, hence this thread's alone.
    let (fields, token) = unsafe { (made.unguarded(), crate::object::Writing::assume()) };
    let first = args.get(0);
    let mut spec = Some(class.native.get());
    while let Some(this) = spec {
        if std::ptr::eq(this, &classes::STOP_ITERATION) {
            fields.a.set(&token, if first.is_unbound() { Value::NONE } else { first });
        } else if std::ptr::eq(this, &classes::SYSTEM_EXIT) {
            let code = if args.len() > 1 { args.value() } else { first };
            fields.a.set(&token, if code.is_unbound() { Value::NONE } else { code });
        } else if std::ptr::eq(this, &classes::IMPORT_ERROR) && args.len() == 1 {
            fields.a.set(&token, first);
        } else if std::ptr::eq(this, &classes::UNICODE_ERROR)
            || std::ptr::eq(this, &classes::OS_ERROR)
        {
            for (field, at) in
                [&fields.a, &fields.b, &fields.c, &fields.d, &fields.e].into_iter().zip(0..)
            {
                field.set(&token, args.get(at));
            }
            if std::ptr::eq(this, &classes::OS_ERROR) && args.len() > 2 {
                let shown = Tuple::from_slice(th, &args.as_slice()[..2])?;
                fields.args.set(&token, shown.value());
            }
        } else if std::ptr::eq(this, &classes::SYNTAX_ERROR) {
            fields.a.set(&token, if first.is_unbound() { Value::NONE } else { first });
        }
        spec = this.base;
    }
    Ok(made.value())
}

/// The receiver of a method or attribute of exceptions.
pub(super) fn receiver(th: &Thread, object: Value) -> Result<Ref<BaseException>, Raised> {
    object.cast::<BaseException>().ok_or_else(|| {
        th.type_error(format!(
            "descriptor requires a 'BaseException' object but received a '{}'",
            th.type_name(object)
        ))
    })
}

/// The receiver of an attribute of syntax errors.
pub(super) fn syntax_receiver(
    th: &Thread,
    object: Value,
) -> Result<Ref<SyntaxErrorObject>, Raised> {
    object.cast::<SyntaxErrorObject>().ok_or_else(|| {
        th.type_error(format!(
            "descriptor requires a 'SyntaxError' object but received a '{}'",
            th.type_name(object)
        ))
    })
}

/// Reads a field that may be empty: None then.
pub(super) fn read_field(
    th: &mut Thread,
    object: Value,
    field: fn(&BaseException) -> &Field<Value>,
) -> Result<Value, Raised> {
    let exception = receiver(th, object)?;
    let guard = th.read(exception)?;
    let value = field(&guard).get();
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

/// Writes a field; empties it when the value is unbound.
pub(super) fn write_field(
    th: &mut Thread,
    object: Value,
    value: Value,
    field: fn(&BaseException) -> &Field<Value>,
) -> Result<(), Raised> {
    let exception = receiver(th, object)?;
    let guard = th.write(exception)?;
    field(&guard).set(guard.token(), value);
    Ok(())
}

macro_rules! fields {
    ($($name:ident),*) => {
        $(
            /// The attribute kept in the field of the same name.
            pub(super) mod $name {
                use super::{Raised, Thread, Value};
                pub fn get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
                    super::read_field(th, object, |e| &e.$name)
                }
                pub fn set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
                    super::write_field(th, object, value, |e| &e.$name)
                }
            }
        )*
    };
}
fields! { a, b, c, d, e }

/// A field as the thread in which the exception travels sees it.
#[inline]
pub(super) fn travelling(exception: Ref<BaseException>) -> &'static BaseException {
    // SAFETY: see the module's head: single words, each store of a valid value.
    unsafe { exception.unguarded() }
}

/// Stores into a field of a travelling exception.
pub(super) fn note_store(
    th: &Thread,
    exception: Ref<BaseException>,
    field: &Field<Value>,
    value: Value,
) {
    log_store(th, exception, field);
    th.heap_write_note(exception.header());
    field.set_cache(value);
}

/// A field of a travelling exception is about to change. In a block that has not claimed the exception,
/// what the field said is kept for its undoing.
fn log_store(th: &Thread, exception: Ref<BaseException>, field: &Field<Value>) {
    if th.stm.in_block() && !th.stm.can_write(&exception.header().owner) {
        let offset = std::ptr::from_ref(field) as usize - exception.as_ptr() as usize;
        crate::thread::undo::log_field(th, exception.header(), offset);
    }
}

/// Sets `__context__` of an exception that is being raised to the one being handled.
pub fn set_context(th: &Thread, exception: Value) {
    set_context_to(th, exception, th.handled_exception());
}

/// As [`set_context`], with the handled exception given.
pub fn set_context_to(th: &Thread, exception: Value, handled: Value) {
    if handled.is_none() || handled == exception {
        return;
    }
    let Some(raised) = exception.cast::<BaseException>() else { return };
    cut_from_chain(th, handled, exception);
    note_store(th, raised, &travelling(raised).context, handled);
}

/// If `exception` is the context of an exception in the chain that starts at `first`, cuts the
/// chain there, so that making `first` the context of `exception` makes no cycle. Chains that
/// are cyclic already are left alone.
fn cut_from_chain(th: &Thread, first: Value, exception: Value) {
    let (mut link, mut slow, mut step) = (first, first, 0usize);
    while let Some(current) = link.cast::<BaseException>() {
        let fields = travelling(current);
        let next = fields.context.get();
        if next == exception {
            note_store(th, current, &fields.context, Value::NONE);
            return;
        }
        link = next;
        step += 1;
        if step % 2 == 0 {
            slow =
                slow.cast::<BaseException>().map_or(Value::NONE, |e| travelling(e).context.get());
            if slow == link {
                return;
            }
        }
    }
}

/// Sets `__cause__`, and with it `__suppress_context__`.
pub fn set_cause(th: &Thread, exception: Value, cause: Value) {
    let Some(raised) = exception.cast::<BaseException>() else { return };
    let fields = travelling(raised);
    note_store(th, raised, &fields.cause, cause);
    note_store(th, raised, &fields.suppress_context, Value::TRUE);
}

/// Sets `__context__` whatever it was.
pub fn replace_context(th: &Thread, exception: Value, context: Value) {
    if let Some(raised) = exception.cast::<BaseException>() {
        note_store(th, raised, &travelling(raised).context, context);
    }
}

/// Sets `__traceback__` of an exception in flight.
pub(crate) fn set_traceback(th: &Thread, exception: Ref<BaseException>, traceback: Value) {
    note_store(th, exception, &travelling(exception).traceback, traceback);
}

/// `__traceback__` of an exception in flight.
pub(crate) fn travelling_traceback(exception: Ref<BaseException>) -> Value {
    travelling(exception).traceback.get()
}

/// Sets `name` and `obj` of an `AttributeError`.
pub fn set_attribute_error_details(
    th: &Thread,
    exception: Value,
    object: Value,
    name: Ref<crate::types::str::Str>,
) {
    if let Some(raised) = exception.cast::<BaseException>() {
        let fields = travelling(raised);
        note_store(th, raised, &fields.a, name.value());
        fields.b.set_cache(object);
    }
}

/// Sets `name` of a `NameError`.
pub fn set_name_error_name(th: &Thread, exception: Value, name: Ref<crate::types::str::Str>) {
    if let Some(raised) = exception.cast::<BaseException>() {
        note_store(th, raised, &travelling(raised).a, name.value());
    }
}

/// Sets `name` and `path` of an `ImportError`.
pub fn set_import_error_details(
    th: &Thread,
    exception: Value,
    name: Value,
    path: Value,
    name_from: Value,
) {
    if let Some(raised) = exception.cast::<BaseException>() {
        let fields = travelling(raised);
        note_store(th, raised, &fields.b, name);
        fields.c.set_cache(path);
        fields.d.set_cache(name_from);
    }
}

/// The first argument of an exception as Rust text, if it is a string.
pub fn first_argument_text(exception: Ref<BaseException>) -> Option<String> {
    let args = travelling(exception).args.get().cast::<Tuple>()?;
    args.get(0).cast::<crate::types::str::Str>().map(|text| text.display())
}

/// `value` of a `StopIteration`.
pub fn stop_iteration_value(th: &mut Thread, stop: Value) -> Result<Value, Raised> {
    a::get(th, stop)
}

/// `__traceback__`, or None.
pub fn traceback_of(th: &mut Thread, exception: Value) -> Result<Value, Raised> {
    read_field(th, exception, |e| &e.traceback)
}

/// `__cause__`, or None.
pub fn cause_of(th: &mut Thread, exception: Value) -> Result<Value, Raised> {
    read_field(th, exception, |e| &e.cause)
}

/// `__context__`, or None.
pub fn context_of(th: &mut Thread, exception: Value) -> Result<Value, Raised> {
    read_field(th, exception, |e| &e.context)
}
