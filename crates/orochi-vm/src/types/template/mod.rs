//! Template strings (PEP 750): `string.templatelib.Template` and `Interpolation`.

use crate::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// A template: strings and, between them, interpolations.
    pub immutable struct Template: TEMPLATE {
        values {
            /// `strings`: one more than interpolations
            strings: Ref<Tuple>,
            /// `interpolations`
            interpolations: Ref<Tuple>,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// An interpolation.
    pub immutable struct Interpolation: INTERPOLATION {
        values {
            /// `value`
            value: Value,
            /// `expression`: its source
            expression: Value,
            /// `conversion`: `'s'`, `'r'`, `'a'` or None
            conversion: Value,
            /// `format_spec`
            format_spec: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// Iterates over the parts of a template that are not empty.
    pub struct TemplateIterator: TEMPLATE_ITERATOR {
        values {
            /// The template.
            template: Ref<Template>,
        }
        storage {}
        data {
            /// The next part: strings have even numbers, interpolations odd ones.
            position: usize,
        }
    }
}

/// The class `string.templatelib.Template`.
pub static TEMPLATE: TypeSpec = TypeSpec {
    module: "string.templatelib",
    doc: "Template object",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /, *args)", new, "")),
    methods: TEMPLATE_METHODS,
    getset: TEMPLATE_GETSET,
    ..TypeSpec::named("Template", NativeLayout::of::<Template>())
};

/// The class `string.templatelib.Interpolation`.
pub static INTERPOLATION: TypeSpec = TypeSpec {
    module: "string.templatelib",
    doc: "Interpolation object",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function(
        "__new__($type, /, value, expression='', conversion=None, format_spec='')",
        new_from_arguments,
        "",
    )),
    methods: INTERPOLATION_METHODS,
    getset: INTERPOLATION_GETSET,
    ..TypeSpec::named("Interpolation", NativeLayout::of::<Interpolation>())
};

/// The iterator of templates.
pub static TEMPLATE_ITERATOR: TypeSpec = TypeSpec {
    module: "string.templatelib",
    flags: TypeFlags::NO_NEW,
    next: Some(next),
    ..TypeSpec::named("TemplateIter", NativeLayout::of::<TemplateIterator>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&TEMPLATE, &INTERPOLATION, &TEMPLATE_ITERATOR];

static TEMPLATE_METHODS: &[Method] = &[
    method("__iter__($self, /)", iter, "Implement iter(self)."),
    method("__add__($self, value, /)", add, "Return self+value."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, ""),
];

static TEMPLATE_GETSET: &[GetSet] = &[
    getter("strings", |th, t| Ok(th.receiver::<Template>(t)?.strings.get().value()), "Strings"),
    getter(
        "interpolations",
        |th, t| Ok(th.receiver::<Template>(t)?.interpolations.get().value()),
        "Interpolations",
    ),
    getter("values", values, "Values of interpolations"),
];

static INTERPOLATION_METHODS: &[Method] = &[
    method("__repr__($self, /)", interpolation_repr, "Return repr(self)."),
    method("__reduce__($self, /)", interpolation_reduce, ""),
    class_method(
        "__class_getitem__($cls, object, /)",
        crate::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static INTERPOLATION_GETSET: &[GetSet] = &[
    getter("value", |th, i| Ok(th.receiver::<Interpolation>(i)?.value.get()), "Value"),
    getter(
        "expression",
        |th, i| Ok(th.receiver::<Interpolation>(i)?.expression.get()),
        "Expression",
    ),
    getter(
        "conversion",
        |th, i| Ok(th.receiver::<Interpolation>(i)?.conversion.get()),
        "Conversion",
    ),
    getter(
        "format_spec",
        |th, i| Ok(th.receiver::<Interpolation>(i)?.format_spec.get()),
        "Format specifier",
    ),
];

/// An interpolation of value, source of the expression, conversion and format.
pub fn new_interpolation(th: &mut Thread, parts: &[Value]) -> Result<Value, Raised> {
    let format_spec = if parts[3].is_unbound() || parts[3].is_none() {
        th.vm.empty_str.get().value()
    } else {
        parts[3]
    };
    let conversion = if parts[2].is_unbound() { Value::NONE } else { parts[2] };
    Ok(Interpolation::allocate(th, parts[0], parts[1], conversion, format_spec)?.value())
}

/// A template of the tuple of its strings and that of its interpolations.
pub fn new_template(
    th: &mut Thread,
    strings: Value,
    interpolations: Value,
) -> Result<Value, Raised> {
    match (strings.cast::<Tuple>(), interpolations.cast::<Tuple>()) {
        (Some(strings), Some(interpolations)) => {
            Ok(Template::allocate(th, strings, interpolations)?.value())
        }
        _ => Err(th.system_error("a template is made of two tuples")),
    }
}

/// Adds `Interpolation.__match_args__`, which a class has itself.
pub(crate) fn finish_classes(th: &mut Thread) -> Result<(), Raised> {
    let mut names = RootVec::new();
    for name in ["value", "expression", "conversion", "format_spec"] {
        names.push(th.intern(name)?.value());
    }
    let names = Tuple::from_slice(th, names.as_slice())?;
    crate::class::native::define(th, INTERPOLATION.class(), "__match_args__", names.value())
}

fn new_from_arguments(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let empty = th.vm.empty_str.get().value();
    let given = |at: usize, default: Value| if args[at].is_unbound() { default } else { args[at] };
    let (expression, conversion, spec) = (given(2, empty), given(3, Value::NONE), given(4, empty));
    for (name, value) in [("expression", expression), ("format_spec", spec)] {
        if value.cast::<Str>().is_none() {
            let kind = th.type_name(value);
            return Err(
                th.type_error(format!("Interpolation() argument '{name}' must be str, not {kind}"))
            );
        }
    }
    if !conversion.is_none() {
        let Some(text) = conversion.cast::<Str>() else {
            let kind = th.type_name(conversion);
            return Err(th.type_error(format!(
                "Interpolation() argument 'conversion' must be str, not {kind}"
            )));
        };
        if !matches!(text.ascii(), Some("s" | "r" | "a")) {
            return Err(th.value_error(
                "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'",
            ));
        }
    }
    Ok(Interpolation::allocate(th, args[1], expression, conversion, spec)?.value())
}

/// `Template(*parts)`: neighbouring strings are joined, and there is one around every interpolation.
fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let (mut strings, mut interpolations) = (RootVec::new(), RootVec::new());
    let mut last_was_string = false;
    for &part in given.as_slice() {
        if let Some(text) = part.cast::<Str>() {
            if last_was_string {
                let joined = strings.pop().unwrap_or(part);
                let joined = joined_strings(th, joined, text)?;
                strings.push(joined);
            } else {
                strings.push(part);
            }
            last_was_string = true;
        } else if part.cast::<Interpolation>().is_some() {
            if !last_was_string {
                strings.push(th.vm.empty_str.get().value());
            }
            interpolations.push(part);
            last_was_string = false;
        } else {
            let kind = th.type_name(part);
            return Err(th.type_error(format!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {kind}"
            )));
        }
    }
    if !last_was_string {
        strings.push(th.vm.empty_str.get().value());
    }
    let strings = Tuple::from_slice(th, strings.as_slice())?;
    let interpolations = Tuple::from_slice(th, interpolations.as_slice())?;
    Ok(Template::allocate(th, strings, interpolations)?.value())
}

fn joined_strings(th: &Thread, first: Value, second: Ref<Str>) -> Result<Value, Raised> {
    let mut text = orochi_text::TextBuf::new();
    if let Some(first) = first.cast::<Str>() {
        text.push_text(first.text());
    }
    text.push_text(second.text());
    Ok(Str::from_text(th, text.finish().as_text())?.value())
}

fn values(th: &mut Thread, template: Value) -> Result<Value, Raised> {
    let interpolations = th.receiver::<Template>(template)?.interpolations.get();
    let mut values = RootVec::new();
    for one in interpolations.as_slice() {
        if let Some(one) = one.cast::<Interpolation>() {
            values.push(one.value.get());
        }
    }
    Ok(Tuple::from_slice(th, values.as_slice())?.value())
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let template = th.receiver::<Template>(args[0])?;
    Ok(TemplateIterator::allocate(th, template, 0)?.value())
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<TemplateIterator>(iterator)?;
    let fields = th.write(iterator)?;
    let template = fields.template.get();
    loop {
        let position = fields.position.get();
        let part = if position % 2 == 0 {
            template.strings.get().get(position / 2)
        } else {
            template.interpolations.get().get(position / 2)
        };
        if part.is_unbound() {
            return Ok(None);
        }
        fields.position.set(fields.token(), position + 1);
        if !part.cast::<Str>().is_some_and(|text| text.is_empty()) {
            return Ok(Some(part));
        }
    }
}

fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (args[0].cast::<Template>(), args[1].cast::<Template>()) else {
        let kind = th.type_name(args[1]);
        return Err(th.type_error(format!(
            "can only concatenate string.templatelib.Template (not \"{kind}\") to string.templatelib.Template"
        )));
    };
    let (left, right) = (a.strings.get(), b.strings.get());
    let mut strings = RootVec::new();
    strings.extend_from_slice(&left.as_slice()[..left.len() - 1]);
    let middle = match right.get(0).cast::<Str>() {
        Some(first) => joined_strings(th, left.get(left.len() - 1), first)?,
        None => left.get(left.len() - 1),
    };
    strings.push(middle);
    strings.extend_from_slice(&right.as_slice()[1..]);
    let mut interpolations = RootVec::new();
    interpolations.extend_from_slice(a.interpolations.get().as_slice());
    interpolations.extend_from_slice(b.interpolations.get().as_slice());
    let strings = Tuple::from_slice(th, strings.as_slice())?;
    let interpolations = Tuple::from_slice(th, interpolations.as_slice())?;
    Ok(Template::allocate(th, strings, interpolations)?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let template = th.receiver::<Template>(args[0])?;
    let strings = th.repr(template.strings.get().value())?.display();
    let interpolations = th.repr(template.interpolations.get().value())?.display();
    let text = format!("Template(strings={strings}, interpolations={interpolations})");
    Ok(th.new_str(&text)?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let template = th.receiver::<Template>(args[0])?;
    let module = th.import_module("string.templatelib")?;
    let unpickle = th.get_attribute(module, crate::name!(th, "_template_unpickle"))?;
    let inside = Tuple::from_slice(
        th,
        &[template.strings.get().value(), template.interpolations.get().value()],
    )?;
    Ok(Tuple::from_slice(th, &[unpickle, inside.value()])?.value())
}

fn interpolation_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Interpolation>(args[0])?;
    let mut parts = Vec::with_capacity(4);
    for part in [own.value.get(), own.expression.get(), own.conversion.get(), own.format_spec.get()]
    {
        parts.push(th.repr(part)?.display());
    }
    Ok(th.new_str(&format!("Interpolation({})", parts.join(", ")))?.value())
}

fn interpolation_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Interpolation>(args[0])?;
    let parts =
        [own.value.get(), own.expression.get(), own.conversion.get(), own.format_spec.get()];
    let inside = Tuple::from_slice(th, &parts)?;
    Ok(Tuple::from_slice(th, &[INTERPOLATION.class().value(), inside.value()])?.value())
}
