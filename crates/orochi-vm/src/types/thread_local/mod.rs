//! `_thread._local`: an object whose attributes each thread has for itself.
//!
//! The object keeps one attribute dict for each thread that has touched it, in a table whose keys
//! are [`ThreadKey`]s. A thread's key knows, by weak references, the objects the thread has touched,
//! and when the thread ends it takes itself out of their tables. So values die with their thread or
//! with the local object, whichever goes first, and a value that refers to its local object is an
//! ordinary cycle. Once all threads have touched the object, its table is only read, and threads do
//! not meet there.

use crate::class::{Class, Method, NativeLayout, Special, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::name;
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::thread::{Local, Thread};
use crate::types;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::weakref::WeakRef;

heap_object! {
    /// `_thread._local`
    pub struct ThreadLocal: THREAD_LOCAL {
        values {
            /// The arguments of the constructor, for `__init__` in each thread: a tuple.
            args: Value,
            /// The named ones: a dict.
            keywords: Value,
            /// The attribute dicts by [`ThreadKey`].
            dicts: Ref<Dict>,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// A thread, as local objects know it.
    pub struct ThreadKey: THREAD_KEY {
        values {
            /// Weak references to the local objects that the thread has touched.
            touched: Ref<List>,
        }
        storage {}
        data {}
    }
}

/// `_thread._local`
pub static THREAD_LOCAL: TypeSpec = TypeSpec {
    module: "_thread",
    doc: "Thread-local data",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    ..TypeSpec::named("_local", NativeLayout::of::<ThreadLocal>())
};

/// The class of [`ThreadKey`]; Python never sees one.
pub static THREAD_KEY: TypeSpec = TypeSpec {
    module: "_thread",
    flags: TypeFlags::NO_NEW.and(TypeFlags::WEAKREF),
    ..TypeSpec::named("_localdummy", NativeLayout::of::<ThreadKey>())
};

/// Types of this folder that exist from the start.
pub static TYPES: &[&TypeSpec] = &[&THREAD_LOCAL, &THREAD_KEY];

static METHODS: &[Method] = &[
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method("__setattr__($self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    method("__delattr__($self, name, /)", delattr, "Implement delattr(self, name)."),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &THREAD_LOCAL)?;
    let init = shape.class.special(th, Special::Init).and_then(native_of);
    if init == Some(types::object::init as *const ()) {
        let positional = args[1].cast::<Tuple>().is_some_and(|args| !args.is_empty());
        let named = match args[2].cast::<Dict>() {
            Some(named) => named.len(th)? > 0,
            None => false,
        };
        if positional || named {
            return Err(th.type_error("Initialization arguments are not supported"));
        }
    }
    let dicts = Dict::new(th)?;
    let local = ThreadLocal::allocate_as(th, shape, args[1], args[2], dicts)?;
    // The constructor's own call of `__init__` serves this thread.
    add_dict(th, local)?;
    Ok(local.value())
}

/// The running thread's key.
fn key(th: &mut Thread) -> Result<Ref<ThreadKey>, Raised> {
    if let Some(key) = th.local(Local::ThreadLocals).cast::<ThreadKey>() {
        return Ok(key);
    }
    let touched = List::new(th)?;
    let key = ThreadKey::allocate(th, touched)?;
    th.set_local(Local::ThreadLocals, key.value());
    Ok(key)
}

/// Gives the running thread an attribute dict.
fn add_dict(th: &mut Thread, local: Ref<ThreadLocal>) -> Result<Ref<Dict>, Raised> {
    let key = key(th)?;
    let dict = Dict::new(th)?;
    let reference = WeakRef::plain(th, local.value())?.value();
    let touched = th.read(key)?.touched.get();
    drop_dead(th, touched)?;
    touched.push(th, reference)?;
    let dicts = th.read(local)?.dicts.get();
    dicts.set(th, key.value(), dict.value())?;
    Ok(dict)
}

/// Forgets local objects that have died, when the list is about to grow.
fn drop_dead(th: &mut Thread, touched: Ref<List>) -> Result<(), Raised> {
    let length = touched.len(th)?;
    if length < 32 || !length.is_power_of_two() {
        return Ok(());
    }
    let mut living = touched.snapshot(th)?;
    let mut kept = 0;
    for at in 0..living.len() {
        let reference = living[at];
        if reference.cast::<WeakRef>().is_some_and(|reference| reference.target().is_some()) {
            living[kept] = reference;
            kept += 1;
        }
    }
    touched.clear(th)?;
    touched.extend_from_slice(th, &living[..kept])
}

/// The running thread's attribute dict; made, and `__init__` called, at its first touch.
fn dict_of(th: &mut Thread, local: Ref<ThreadLocal>) -> Result<Ref<Dict>, Raised> {
    let key = key(th)?;
    let dicts = th.read(local)?.dicts.get();
    if let Some(dict) = dicts.get(th, key.value())?.and_then(|dict| dict.cast::<Dict>()) {
        return Ok(dict);
    }
    let dict = add_dict(th, local)?;
    let class = th.class_of(local.value());
    let Some(init) = class.special(th, Special::Init) else { return Ok(dict) };
    if native_of(init) == Some(types::object::init as *const ()) {
        return Ok(dict);
    }
    let (args, keywords) = {
        let state = th.read(local)?;
        (state.args.get(), state.keywords.get())
    };
    let bound = th.descriptor_get(init, local.value(), class)?;
    let args = args.cast::<Tuple>();
    let args = args.as_ref().map_or(&[][..], |args| args.as_slice());
    let called = match keywords.cast::<Dict>() {
        Some(keywords) => crate::class::create::call_with_dict(th, bound, args, keywords),
        None => th.call(bound, args),
    };
    if let Err(raised) = called {
        // The next touch tries again.
        if raised == Raised::Exception {
            let exception = th.take_exception();
            dicts.delete(th, key.value())?;
            return Err(th.raise_again(exception));
        }
        return Err(raised);
    }
    Ok(dict)
}

fn is_dict_name(th: &Thread, name: Ref<Str>) -> bool {
    name == name!(th, "__dict__")
}

fn find(th: &mut Thread, local: Ref<ThreadLocal>, name: Ref<Str>) -> Result<Option<Value>, Raised> {
    let dict = dict_of(th, local)?;
    if is_dict_name(th, name) {
        return Ok(Some(dict.value()));
    }
    let class: Ref<Class> = th.class_of(local.value());
    let on_class = class.lookup(th, name);
    if let Some(descriptor) = on_class
        && th.is_data_descriptor(descriptor)
    {
        return th.descriptor_get(descriptor, local.value(), class).map(Some);
    }
    if let Some(own) = dict.get_str(th, name)? {
        return Ok(Some(own));
    }
    match on_class {
        Some(descriptor) => th.descriptor_get(descriptor, local.value(), class).map(Some),
        None => Ok(None),
    }
}

fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let local = th.receiver::<ThreadLocal>(args[0])?;
    let name = types::object::attribute_name(th, args[1])?;
    match find(th, local, name)? {
        Some(value) => Ok(value),
        None => Err(th.no_attribute(args[0], name)),
    }
}

fn set(th: &mut Thread, object: Value, name: Value, value: Value) -> Result<(), Raised> {
    let local = th.receiver::<ThreadLocal>(object)?;
    let name = types::object::attribute_name(th, name)?;
    let dict = dict_of(th, local)?;
    if is_dict_name(th, name) {
        let class = th.type_name(object);
        let message = format!("'{class}' object attribute '__dict__' is read-only");
        return Err(th.attribute_error_for(&message, object, name));
    }
    let class = th.class_of(object);
    if let Some(descriptor) = class.lookup(th, name)
        && th.is_data_descriptor(descriptor)
    {
        return th.descriptor_set(descriptor, object, value, name);
    }
    if !value.is_unbound() {
        return dict.set_str(th, name, value);
    }
    match dict.delete_str(th, name)? {
        Some(_) => Ok(()),
        None => Err(th.no_attribute(object, name)),
    }
}

fn setattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    set(th, args[0], args[1], args[2])?;
    Ok(Value::NONE)
}

fn delattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    set(th, args[0], args[1], Value::UNBOUND)?;
    Ok(Value::NONE)
}

/// The running thread ends: its attributes go.
pub(crate) fn forget_thread(th: &mut Thread) {
    let key = th.local(Local::ThreadLocals);
    th.set_local(Local::ThreadLocals, Value::UNBOUND);
    if let Some(key) = key.cast::<ThreadKey>() {
        // Only an exhausted memory can fail here; then the values stay until their object dies.
        let _ = take_out(th, key);
    }
}

fn take_out(th: &mut Thread, key: Ref<ThreadKey>) -> Result<(), Raised> {
    let touched = th.read(key)?.touched.get();
    let references = touched.snapshot(th)?;
    for at in 0..references.len() {
        let target = references[at].cast::<WeakRef>().and_then(|reference| reference.target());
        if let Some(local) = target.and_then(|target| target.cast::<ThreadLocal>()) {
            let dicts = th.read(local)?.dicts.get();
            dicts.delete(th, key.value())?;
        }
    }
    Ok(())
}
