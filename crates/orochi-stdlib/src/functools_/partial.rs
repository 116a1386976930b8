//! `partial`, with placeholders for positional arguments that come later.

use std::sync::OnceLock;

use orochi_vm::class::create::call_with_dict;
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
    native,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, RootVec, Rooted, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `functools.partial`
    pub struct Partial: PARTIAL {
        values {
            /// The function.
            function: Value,
            /// Its first arguments, placeholders among them.
            args: Ref<Tuple>,
            /// Its named arguments.
            keywords: Ref<Dict>,
        }
        storage {}
        data {
            /// How many placeholders there are.
            holes: usize,
        }
    }
}

heap_object! {
    /// `functools.Placeholder`
    pub immutable struct PlaceholderObject: PLACEHOLDER {
        values {}
        storage {}
        data {}
    }
}

/// `functools.partial`
pub static PARTIAL: TypeSpec = TypeSpec {
    module: "functools",
    doc: "Create a new function with partial application of the given arguments and keywords.",
    flags: TypeFlags::BASE.and(TypeFlags::DICT).and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, func, /, *args, **keywords)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("partial", NativeLayout::of::<Partial>())
};

/// `functools._PlaceholderType`
pub static PLACEHOLDER: TypeSpec = TypeSpec {
    module: "functools",
    doc: "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /)", new_placeholder, "")),
    methods: PLACEHOLDER_METHODS,
    ..TypeSpec::named("_PlaceholderType", NativeLayout::of::<PlaceholderObject>())
};

static METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, "Helper for pickle."),
    method("__setstate__($self, state, /)", setstate, ""),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static GETSET: &[GetSet] = &[
    getter(
        "func",
        |th, own| Ok(parts(th, own)?.0),
        "function object to use in future partial calls",
    ),
    getter(
        "args",
        |th, own| Ok(parts(th, own)?.1.value()),
        "tuple of arguments to future partial calls",
    ),
    getter(
        "keywords",
        |th, own| Ok(parts(th, own)?.2.value()),
        "dictionary of keyword arguments to future partial calls",
    ),
];

static PLACEHOLDER_METHODS: &[Method] = &[
    method(
        "__repr__($self, /)",
        |th, _| Ok(th.new_str("Placeholder")?.value()),
        "Return repr(self).",
    ),
    method(
        "__reduce__($self, /)",
        |th, _| Ok(th.new_str("Placeholder")?.value()),
        "Helper for pickle.",
    ),
];

/// The singleton.
pub fn placeholder(th: &mut Thread) -> Result<Value, Raised> {
    static PLACE: OnceLock<Rooted<Value>> = OnceLock::new();
    if let Some(made) = PLACE.get() {
        return Ok(made.get());
    }
    native::make_class(th, &PLACEHOLDER)?;
    let made = PlaceholderObject::allocate(th)?.value();
    Ok(PLACE.get_or_init(|| Heap::get().roots().root(made)).get())
}

fn new_placeholder(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    placeholder(th)
}

fn is_placeholder(value: Value) -> bool {
    value.cast_exact::<PlaceholderObject>().is_some()
}

fn holes_in(args: &[Value]) -> usize {
    args.iter().filter(|&&value| is_placeholder(value)).count()
}

fn parts(th: &mut Thread, own: Value) -> Result<(Value, Ref<Tuple>, Ref<Dict>, usize), Raised> {
    let own = th.receiver::<Partial>(own)?;
    let state = th.read(own)?;
    Ok((state.function.get(), state.args.get(), state.keywords.get(), state.holes.get()))
}

/// Puts what is given into the placeholders, as far as it goes, and the rest behind.
fn fill(first: &[Value], given: &[Value], all: &mut RootVec) {
    let mut given = given.iter();
    for &value in first {
        let value =
            if is_placeholder(value) { given.next().copied().unwrap_or(value) } else { value };
        all.push(value);
    }
    for &value in given {
        all.push(value);
    }
}

/// Both dicts' entries, the second's where both have a key.
fn merged(th: &mut Thread, first: Ref<Dict>, second: Ref<Dict>) -> Result<Ref<Dict>, Raised> {
    let all = first.copy(th)?;
    all.update_dict(th, second)?;
    Ok(all)
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &PARTIAL)?;
    let mut function = args[1];
    if !th.is_callable(function) {
        return Err(th.type_error("the first argument must be callable"));
    }
    let given = args[2].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.as_slice().last().is_some_and(|&last| is_placeholder(last)) {
        return Err(th.type_error("trailing Placeholders are not allowed"));
    }
    let mut keywords = match args[3].cast::<Dict>() {
        Some(keywords) => keywords,
        None => Dict::new(th)?,
    };
    let mut position = 0;
    while let Some((_, value, next)) = keywords.entry_from(th, position)? {
        if is_placeholder(value) {
            return Err(th.type_error("Placeholder cannot be passed as a keyword argument"));
        }
        position = next;
    }
    let mut all = given;
    // A partial of a partial is one of its function, unless it is of a subclass or has
    // attributes of its own.
    if function.cast_exact::<Partial>().is_some() && is_bare(th, function)? {
        let (inner, first, named, _) = parts(th, function)?;
        let mut values = RootVec::new();
        fill(first.as_slice(), given.as_slice(), &mut values);
        all = Tuple::from_slice(th, &values)?;
        keywords = merged(th, named, keywords)?;
        function = inner;
    }
    let holes = holes_in(all.as_slice());
    Ok(Partial::allocate_as(th, shape, function, all, keywords, holes)?.value())
}

/// Whether an object's `__dict__` is empty.
fn is_bare(th: &mut Thread, object: Value) -> Result<bool, Raised> {
    match th.find_attribute(object, name!(th, "__dict__"))?.and_then(|dict| dict.cast::<Dict>()) {
        Some(dict) => Ok(dict.len(th)? == 0),
        None => Ok(true),
    }
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (function, first, named, holes) = parts(th, args[0])?;
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    if given.len() < holes {
        return Err(th.type_error(format!(
            "missing positional arguments in 'partial' call; expected at least {holes}, got {}",
            given.len()
        )));
    }
    let all = if holes > 0 {
        let mut values = RootVec::with_capacity(first.len() + given.len());
        fill(first.as_slice(), given.as_slice(), &mut values);
        Tuple::from_slice(th, &values)?
    } else if first.is_empty() {
        given
    } else if given.is_empty() {
        first
    } else {
        Tuple::from_parts(th, [first.as_slice(), given.as_slice()], 1)?
    };
    let keywords = match args[2].cast::<Dict>() {
        Some(more) if more.len(th)? > 0 => {
            if named.len(th)? > 0 {
                merged(th, named, more)?
            } else {
                more
            }
        }
        _ => named,
    };
    if keywords.len(th)? == 0 {
        return th.call(function, all.as_slice());
    }
    call_with_dict(th, function, all.as_slice(), keywords)
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].is_none() || args[1].is_unbound() {
        return Ok(args[0]);
    }
    Ok(types::method::Method::allocate(th, args[0], args[1])?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = args[0];
    let name = th.class_of(own).full_name(th);
    if !th.enter_repr(own)? {
        return Ok(th.new_str(&format!("{name}(...)"))?.value());
    }
    let text = repr_of(th, own, &name);
    th.leave_repr(own)?;
    Ok(th.new_str(&text?)?.value())
}

fn repr_of(th: &mut Thread, own: Value, name: &str) -> Result<String, Raised> {
    let (function, args, keywords, _) = parts(th, own)?;
    let mut text = format!("{name}({}", th.repr(function)?.display());
    for &value in args.as_slice() {
        text.push_str(", ");
        text.push_str(&th.repr(value)?.display());
    }
    let mut position = 0;
    while let Some((key, value, next)) = keywords.entry_from(th, position)? {
        position = next;
        let key = th.str(key)?.display();
        let value = th.repr(value)?.display();
        text.push_str(&format!(", {key}={value}"));
    }
    Ok(text + ")")
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (function, first, keywords, _) = parts(th, args[0])?;
    let class = th.class_of(args[0]).value();
    let dict = match th.find_attribute(args[0], name!(th, "__dict__"))? {
        Some(dict) => dict,
        None => Value::NONE,
    };
    let state = Tuple::from_slice(th, &[function, first.value(), keywords.value(), dict])?;
    let made_with = Tuple::from_slice(th, &[function])?;
    Ok(Tuple::from_slice(th, &[class, made_with.value(), state.value()])?.value())
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Partial>(args[0])?;
    let invalid = |th: &Thread| th.type_error("invalid partial state");
    let Some(state) = args[1].cast::<Tuple>() else { return Err(invalid(th)) };
    if state.len() != 4 {
        return Err(th.type_error(format!("expected 4 items in state, got {}", state.len())));
    }
    let (function, named, dict) = (state.get(0), state.get(2), state.get(3));
    let Some(given) = state.get(1).cast::<Tuple>() else { return Err(invalid(th)) };
    if !th.is_callable(function) {
        return Err(invalid(th));
    }
    if given.as_slice().last().is_some_and(|&last| is_placeholder(last)) {
        return Err(th.type_error("trailing Placeholders are not allowed"));
    }
    let all = Tuple::from_slice(th, given.as_slice())?;
    let keywords = match named.cast::<Dict>() {
        Some(keywords) => keywords.copy(th)?,
        None if named.is_none() => Dict::new(th)?,
        None => return Err(invalid(th)),
    };
    if dict.cast::<Dict>().is_some() {
        th.set_attribute(args[0], name!(th, "__dict__"), dict)?;
    } else if !dict.is_none() {
        return Err(invalid(th));
    }
    let state = th.write(own)?;
    state.function.set(state.token(), function);
    state.args.set(state.token(), all);
    state.keywords.set(state.token(), keywords);
    state.holes.set(state.token(), holes_in(all.as_slice()));
    Ok(Value::NONE)
}
