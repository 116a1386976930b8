//! `itemgetter`, `attrgetter` and `methodcaller`.

use orochi_text::TextBuf;
use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::native::Arguments;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::functions::apply;

heap_object! {
    /// `itemgetter(item, ...)`
    pub immutable struct ItemGetter: ITEM_GETTER {
        values {
            /// The keys.
            items: Ref<Tuple>,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `attrgetter(attr, ...)`
    pub immutable struct AttributeGetter: ATTRIBUTE_GETTER {
        values {
            /// The attributes as they were given.
            attributes: Ref<Tuple>,
            /// The interned names on the way to each: a tuple of tuples.
            paths: Ref<Tuple>,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `methodcaller(name, /, *args, **kwargs)`
    pub immutable struct MethodCaller: METHOD_CALLER {
        values {
            /// The method's name.
            name: Ref<Str>,
            /// All arguments, named ones last.
            arguments: Ref<Tuple>,
            /// The names of the last arguments.
            names: Ref<Tuple>,
        }
        storage {}
        data {}
    }
}

/// `operator.itemgetter`
pub(super) static ITEM_GETTER: TypeSpec = TypeSpec {
    module: "operator",
    doc: "Return a callable object that fetches the given item(s) from its operand.\n\n\
          After f = itemgetter(2), the call f(r) returns r[2].\n\
          After g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($cls, item, /, *items)", new_item_getter, "")),
    methods: &[
        method("__call__($self, obj, /)", get_items, "Call self as a function."),
        method(
            "__repr__($self, /)",
            |th, args| {
                let getter = th.receiver::<ItemGetter>(args[0])?;
                repr(th, "operator.itemgetter", getter.items.get(), None)
            },
            "Return repr(self).",
        ),
        method(
            "__reduce__($self, /)",
            |th, args| {
                let getter = th.receiver::<ItemGetter>(args[0])?;
                reduced(th, args[0], getter.items.get())
            },
            "Return state information for pickling",
        ),
    ],
    ..TypeSpec::named("itemgetter", NativeLayout::of::<ItemGetter>())
};

/// `operator.attrgetter`
pub(super) static ATTRIBUTE_GETTER: TypeSpec = TypeSpec {
    module: "operator",
    doc: "Return a callable object that fetches the given attribute(s) from its operand.\n\n\
          After f = attrgetter('name'), the call f(r) returns r.name.\n\
          After g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\n\
          After h = attrgetter('name.first', 'name.last'), the call h(r) returns\n\
          (r.name.first, r.name.last).",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($cls, attr, /, *attrs)", new_attribute_getter, "")),
    methods: &[
        method("__call__($self, obj, /)", get_attributes, "Call self as a function."),
        method(
            "__repr__($self, /)",
            |th, args| {
                let getter = th.receiver::<AttributeGetter>(args[0])?;
                repr(th, "operator.attrgetter", getter.attributes.get(), None)
            },
            "Return repr(self).",
        ),
        method(
            "__reduce__($self, /)",
            |th, args| {
                let getter = th.receiver::<AttributeGetter>(args[0])?;
                reduced(th, args[0], getter.attributes.get())
            },
            "Return state information for pickling",
        ),
    ],
    ..TypeSpec::named("attrgetter", NativeLayout::of::<AttributeGetter>())
};

/// `operator.methodcaller`
pub(super) static METHOD_CALLER: TypeSpec = TypeSpec {
    module: "operator",
    doc: "Return a callable object that calls the given method on its operand.\n\n\
          After f = methodcaller('name'), the call f(r) returns r.name().\n\
          After g = methodcaller('name', 'date', foo=1), the call g(r) returns\n\
          r.name('date', foo=1).",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($cls, name, /, *args, **kwargs)", new_method_caller, "")),
    methods: &[
        method("__call__($self, obj, /)", call_method, "Call self as a function."),
        method("__repr__($self, /)", repr_method_caller, "Return repr(self)."),
        method(
            "__reduce__($self, /)",
            reduce_method_caller,
            "Return state information for pickling",
        ),
    ],
    ..TypeSpec::named("methodcaller", NativeLayout::of::<MethodCaller>())
};

/// A first argument and the tuple of the others, together.
fn all(th: &Thread, first: Value, others: Value) -> Result<Ref<Tuple>, Raised> {
    let rest = others.cast::<Tuple>();
    let rest = rest.as_ref().map_or(&[][..], |rest| rest.as_slice());
    Tuple::from_parts(th, [&[first], rest], 1)
}

fn reduced(th: &Thread, object: Value, args: Ref<Tuple>) -> Result<Value, Raised> {
    let class = th.class_of(object).value();
    Ok(Tuple::from_slice(th, &[class, args.value()])?.value())
}

/// `name(arguments)`; the last arguments have names if `named` says so.
fn repr(
    th: &mut Thread,
    name: &str,
    arguments: Ref<Tuple>,
    named: Option<Ref<Tuple>>,
) -> Result<Value, Raised> {
    let mut text = TextBuf::new();
    text.push_str(name);
    text.push_ascii(b"(");
    let positional = arguments.len() - named.map_or(0, |names| names.len());
    for at in 0..arguments.len() {
        if at > 0 {
            text.push_ascii(b", ");
        }
        if let Some(name) = named
            .filter(|_| at >= positional)
            .and_then(|names| names.get(at - positional).cast::<Str>())
        {
            text.push_text(name.text());
            text.push_ascii(b"=");
        }
        text.push_text(th.repr(arguments.get(at))?.text());
    }
    text.push_ascii(b")");
    Ok(th.new_text(text)?.value())
}

fn new_item_getter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.instance_shape(args[0], &ITEM_GETTER)?;
    let items = all(th, args[1], args[2])?;
    Ok(ItemGetter::allocate(th, items)?.value())
}

fn get_items(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = th.receiver::<ItemGetter>(args[0])?.items.get();
    if items.len() == 1 {
        return th.get_item(args[1], items.get(0));
    }
    let mut found = RootVec::with_capacity(items.len());
    for at in 0..items.len() {
        let item = th.get_item(args[1], items.get(at))?;
        found.push(item);
    }
    Ok(Tuple::from_slice(th, found.as_slice())?.value())
}

fn new_attribute_getter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.instance_shape(args[0], &ATTRIBUTE_GETTER)?;
    let attributes = all(th, args[1], args[2])?;
    let mut paths = RootVec::with_capacity(attributes.len());
    for &attribute in attributes.as_slice() {
        let Some(attribute) = attribute.cast::<Str>() else {
            return Err(th.type_error("attribute name must be a string"));
        };
        let path = path(th, attribute)?;
        paths.push(path.value());
    }
    let paths = Tuple::from_slice(th, paths.as_slice())?;
    Ok(AttributeGetter::allocate(th, attributes, paths)?.value())
}

/// The interned names between the dots.
fn path(th: &Thread, attribute: Ref<Str>) -> Result<Ref<Tuple>, Raised> {
    let text = attribute.text();
    let mut names = RootVec::new();
    let mut start = 0;
    for (at, code) in text.codes().chain([u32::from(b'.')]).enumerate() {
        if code == u32::from(b'.') {
            let name = Str::slice(th, attribute, start..at)?;
            names.push(th.intern_str(name).value());
            start = at + 1;
        }
    }
    Tuple::from_slice(th, names.as_slice())
}

fn follow(th: &mut Thread, object: Value, path: Value) -> Result<Value, Raised> {
    let Some(path) = path.cast::<Tuple>() else { return Ok(object) };
    let mut object = object;
    for at in 0..path.len() {
        if let Some(name) = path.get(at).cast::<Str>() {
            object = th.get_attribute(object, name)?;
        }
    }
    Ok(object)
}

fn get_attributes(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let paths = th.receiver::<AttributeGetter>(args[0])?.paths.get();
    if paths.len() == 1 {
        return follow(th, args[1], paths.get(0));
    }
    let mut found = RootVec::with_capacity(paths.len());
    for at in 0..paths.len() {
        let value = follow(th, args[1], paths.get(at))?;
        found.push(value);
    }
    Ok(Tuple::from_slice(th, found.as_slice())?.value())
}

fn new_method_caller(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.instance_shape(args[0], &METHOD_CALLER)?;
    let Some(name) = args[1].cast::<Str>() else {
        return Err(th.type_error("method name must be a string"));
    };
    let name = th.intern_str(name);
    let (mut values, mut names) = (RootVec::new(), RootVec::new());
    if let Some(given) = args[2].cast::<Tuple>() {
        values.extend_from_slice(given.as_slice());
    }
    if let Some(named) = args[3].cast::<Dict>() {
        let items = th.call_method(named.value(), orochi_vm::name!(th, "items"), &[])?;
        let iterator = th.iterate(items)?;
        while let Some(item) = th.next(iterator)? {
            if let Some(pair) = item.cast::<Tuple>() {
                names.push(pair.get(0));
                values.push(pair.get(1));
            }
        }
    }
    let arguments = Tuple::from_slice(th, values.as_slice())?;
    let names = Tuple::from_slice(th, names.as_slice())?;
    Ok(MethodCaller::allocate(th, name, arguments, names)?.value())
}

fn call_method(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let caller = th.receiver::<MethodCaller>(args[0])?;
    let (arguments, names) = (caller.arguments.get(), caller.names.get());
    let method = th.get_attribute(args[1], caller.name.get())?;
    let names = if names.is_empty() { None } else { Some(names) };
    th.call_with(method, Arguments { values: arguments.as_slice(), names })
}

fn repr_method_caller(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let caller = th.receiver::<MethodCaller>(args[0])?;
    let shown = all(th, caller.name.get().value(), caller.arguments.get().value())?;
    repr(th, "operator.methodcaller", shown, Some(caller.names.get()))
}

fn reduce_method_caller(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let caller = th.receiver::<MethodCaller>(args[0])?;
    let (name, arguments, names) = (caller.name.get(), caller.arguments.get(), caller.names.get());
    if names.is_empty() {
        let given = all(th, name.value(), arguments.value())?;
        return reduced(th, args[0], given);
    }
    // Named arguments travel in a partial.
    let functools = th.import_module("functools")?;
    let partial = th.get_attribute(functools, orochi_vm::name!(th, "partial"))?;
    let positional = arguments.len() - names.len();
    let named = Dict::new(th)?;
    for at in 0..names.len() {
        named.set(th, names.get(at), arguments.get(positional + at))?;
    }
    let class = th.class_of(args[0]).value();
    let given = Tuple::from_slice(th, &[class, name.value()])?;
    let maker = apply(th, partial, given.value(), named.value())?;
    let plain = Tuple::from_slice(th, &arguments.as_slice()[..positional])?;
    Ok(Tuple::from_slice(th, &[maker, plain.value()])?.value())
}
