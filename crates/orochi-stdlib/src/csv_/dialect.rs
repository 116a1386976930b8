//! `Dialect`: how fields are separated, quoted and escaped.

use std::sync::OnceLock;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::heap_object;
use orochi_vm::native::Arguments;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::error;

/// When fields are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Where it is needed.
    Minimal,
    /// Always.
    All,
    /// Unless they are numbers; unquoted ones are read as numbers.
    NonNumeric,
    /// Never.
    None,
    /// If they are strings; unquoted ones are read as numbers or None.
    Strings,
    /// Unless they are None; empty unquoted ones are read as None.
    NotNull,
}

impl Quoting {
    fn from_number(number: i64) -> Option<Quoting> {
        const ALL: [Quoting; 6] = [
            Quoting::Minimal,
            Quoting::All,
            Quoting::NonNumeric,
            Quoting::None,
            Quoting::Strings,
            Quoting::NotNull,
        ];
        ALL.get(usize::try_from(number).ok()?).copied()
    }
}

heap_object! {
    /// A dialect.
    pub immutable struct Dialect: DIALECT {
        values {
            /// What ends a line that is written.
            line_terminator: Ref<Str>,
        }
        storage {}
        data {
            /// Between fields.
            delimiter: u32,
            /// Around fields, if there is one.
            quote: Option<u32>,
            /// Before characters that would mean something, if there is one.
            escape: Option<u32>,
            /// When fields are quoted.
            quoting: Quoting,
            /// Whether a quote in a field is doubled.
            double_quote: bool,
            /// Whether spaces behind a delimiter are skipped.
            skip_initial_space: bool,
            /// Whether bad input is an error.
            strict: bool,
        }
    }
}

/// `_csv.Dialect`
pub static DIALECT: TypeSpec = TypeSpec {
    module: "_csv",
    doc: "CSV dialect\n\nThe Dialect type records CSV dialect options.",
    flags: TypeFlags::BASE.and(TypeFlags::IMMUTABLE),
    new: Some(function(
        "__new__($cls, dialect=None, delimiter=',', doublequote=True, escapechar=None, lineterminator='\\r\\n', quotechar='\"', quoting=QUOTE_MINIMAL, skipinitialspace=False, strict=False)",
        new,
        "",
    )),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("Dialect", NativeLayout::of::<Dialect>())
};

static METHODS: &[Method] = &[
    method("__reduce__($self, /)", no_pickle, "raises an exception to avoid pickling"),
    method(
        "__reduce_ex__($self, protocol=0, /)",
        no_pickle,
        "raises an exception to avoid pickling",
    ),
];

fn no_pickle(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Err(th.type_error(format!("cannot pickle '{}' instances", th.type_name(args[0]))))
}

fn character(th: &Thread, code: Option<u32>) -> Result<Value, Raised> {
    match code {
        Some(code) => Ok(Str::from_code(th, code)?.value()),
        None => Ok(Value::NONE),
    }
}

fn receiver(th: &Thread, value: Value) -> Result<Ref<Dialect>, Raised> {
    th.receiver::<Dialect>(value)
}

static GETSET: &[GetSet] = &[
    getter(
        "delimiter",
        |th, this| {
            let code = receiver(th, this)?.delimiter.get();
            character(th, Some(code))
        },
        "",
    ),
    getter(
        "doublequote",
        |th, this| Ok(Value::from_bool(receiver(th, this)?.double_quote.get())),
        "",
    ),
    getter(
        "escapechar",
        |th, this| {
            let code = receiver(th, this)?.escape.get();
            character(th, code)
        },
        "",
    ),
    getter("lineterminator", |th, this| Ok(receiver(th, this)?.line_terminator.get().value()), ""),
    getter(
        "quotechar",
        |th, this| {
            let code = receiver(th, this)?.quote.get();
            character(th, code)
        },
        "",
    ),
    getter("quoting", |th, this| Ok(Value::from_i32(receiver(th, this)?.quoting.get() as i32)), ""),
    getter(
        "skipinitialspace",
        |th, this| Ok(Value::from_bool(receiver(th, this)?.skip_initial_space.get())),
        "",
    ),
    getter("strict", |th, this| Ok(Value::from_bool(receiver(th, this)?.strict.get())), ""),
];

static REGISTRY: OnceLock<Rooted<Ref<Dict>>> = OnceLock::new();

/// The dialects by name.
pub(super) fn registry(th: &Thread) -> Result<Ref<Dict>, Raised> {
    if let Some(known) = REGISTRY.get() {
        return Ok(known.get());
    }
    let made = Dict::new(th)?;
    Ok(REGISTRY.get_or_init(|| Heap::get().roots().root(made)).get())
}

fn find(th: &mut Thread, name: Value) -> Result<Value, Raised> {
    match registry(th)?.get(th, name)? {
        Some(dialect) => Ok(dialect),
        None => Err(error(th, "unknown dialect")),
    }
}

/// The names of a dialect's attributes, in the order of the constructor's parameters.
static ATTRIBUTES: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &DIALECT)?;
    let mut base = args[1];
    let mut given = [Value::UNBOUND; 8];
    given.copy_from_slice(&args[2..10]);
    if base.cast::<Str>().is_some() {
        base = find(th, base)?;
    }
    if !base.is_unbound() && !base.is_none() {
        let unchanged = given.iter().all(|value| value.is_unbound());
        if unchanged && args[0] == DIALECT.class().value() && th.class_of(base) == DIALECT.class() {
            return Ok(base);
        }
        for (value, name) in given.iter_mut().zip(ATTRIBUTES) {
            if value.is_unbound() {
                let name = th.name(name);
                *value = th.find_attribute(base, name)?.unwrap_or(Value::UNBOUND);
            }
        }
    }
    let [delimiter, double, escape, terminator, quote, quoting, skip, strict] = given;
    let delimiter = match one_character(th, "delimiter", delimiter, Some(0x2C), false)? {
        Some(code) => code,
        None => return Err(th.type_error("\"delimiter\" must be a 1-character string")),
    };
    let truth = |th: &mut Thread, value: Value, missing: bool| {
        if value.is_unbound() { Ok(missing) } else { th.is_true(value) }
    };
    let double_quote = truth(th, double, true)?;
    let escape = one_character(th, "escapechar", escape, None, true)?;
    let line_terminator = match terminator {
        terminator if terminator.is_unbound() => th.new_str("\r\n")?,
        terminator if terminator.is_none() => {
            return Err(th.type_error("lineterminator must be set"));
        }
        terminator => match terminator.cast::<Str>() {
            Some(text) => text,
            None => return Err(th.type_error("\"lineterminator\" must be a string")),
        },
    };
    let quote_given = quote;
    let quote = one_character(th, "quotechar", quote, Some(0x22), true)?;
    let quoting = if quoting.is_unbound() {
        if quote_given.is_none() { Quoting::None } else { Quoting::Minimal }
    } else {
        if !quoting.is_int() {
            return Err(th.type_error("\"quoting\" must be an integer"));
        }
        match Quoting::from_number(quoting.as_int()) {
            Some(quoting) => quoting,
            None => return Err(th.type_error("bad \"quoting\" value")),
        }
    };
    let skip_initial_space = truth(th, skip, false)?;
    let strict = truth(th, strict, false)?;
    if quoting != Quoting::None && quote.is_none() {
        return Err(th.type_error("quotechar must be set if quoting enabled"));
    }
    check_distinct(th, delimiter, quote, escape, line_terminator, skip_initial_space)?;
    let made = Dialect::allocate_as(
        th,
        shape,
        line_terminator,
        delimiter,
        quote,
        escape,
        quoting,
        double_quote,
        skip_initial_space,
        strict,
    )?;
    Ok(made.value())
}

fn one_character(
    th: &Thread,
    name: &str,
    value: Value,
    missing: Option<u32>,
    optional: bool,
) -> Result<Option<u32>, Raised> {
    if value.is_unbound() {
        return Ok(missing);
    }
    if optional && value.is_none() {
        return Ok(None);
    }
    let Some(text) = value.cast::<Str>() else {
        let wanted = if optional { "string or None" } else { "string" };
        let kind = th.type_name(value);
        return Err(th.type_error(format!("\"{name}\" must be {wanted}, not {kind}")));
    };
    match text.text().get(0) {
        Some(code) if text.len() == 1 => Ok(Some(code)),
        _ => Err(th.type_error(format!("\"{name}\" must be a 1-character string"))),
    }
}

/// Refuses characters that would mean two things.
fn check_distinct(
    th: &Thread,
    delimiter: u32,
    quote: Option<u32>,
    escape: Option<u32>,
    terminator: Ref<Str>,
    skip_space: bool,
) -> Result<(), Raised> {
    let bad = |what: &str| Err(th.value_error(format!("bad {what} value")));
    let breaks = |code: u32| code == 0x0A || code == 0x0D;
    let wrong = |code: u32| breaks(code) || skip_space && code == 0x20;
    if breaks(delimiter) {
        return bad("delimiter");
    }
    if escape.is_some_and(wrong) {
        return bad("escapechar");
    }
    if quote.is_some_and(wrong) {
        return bad("quotechar");
    }
    if Some(delimiter) == escape {
        return bad("delimiter or escapechar");
    }
    if Some(delimiter) == quote {
        return bad("delimiter or quotechar");
    }
    if escape.is_some() && escape == quote {
        return bad("escapechar or quotechar");
    }
    let ends = |code: u32| terminator.text().codes().any(|other| other == code);
    if ends(delimiter) {
        return bad("delimiter or lineterminator");
    }
    if escape.is_some_and(ends) {
        return bad("escapechar or lineterminator");
    }
    if quote.is_some_and(ends) {
        return bad("quotechar or lineterminator");
    }
    Ok(())
}

/// `Dialect(dialect, **named)`
pub(super) fn make(th: &mut Thread, base: Value, named: Value) -> Result<Ref<Dialect>, Raised> {
    let mut values = orochi_vm::heap::RootVec::new();
    let mut names = orochi_vm::heap::RootVec::new();
    values.push(if base.is_unbound() { Value::NONE } else { base });
    if let Some(named) = named.cast::<Dict>() {
        for pair in named.snapshot(th)?.chunks_exact(2) {
            let known = ATTRIBUTES.iter().any(|name| th.display_str(pair[0]) == *name);
            if !known {
                let name = th.display_str(pair[0]);
                return Err(th.type_error(format!(
                    "this function got an unexpected keyword argument '{name}'"
                )));
            }
            names.push(pair[0]);
            values.push(pair[1]);
        }
    }
    let names = if names.is_empty() { None } else { Some(Tuple::from_slice(th, &names)?) };
    let made = th.call_with(DIALECT.class().value(), Arguments { values: &values, names })?;
    match made.cast::<Dialect>() {
        Some(dialect) => Ok(dialect),
        None => Err(th.type_error("Dialect() returned no dialect")),
    }
}

pub(super) fn list_dialects(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let known = registry(th)?.value();
    Ok(List::from_iterable(th, known)?.value())
}

pub(super) fn register_dialect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].cast::<Str>().is_none() {
        return Err(th.type_error("dialect name must be a string"));
    }
    let dialect = make(th, args[1], args[2])?;
    registry(th)?.set(th, args[0], dialect.value())?;
    Ok(Value::NONE)
}

pub(super) fn unregister_dialect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match registry(th)?.delete(th, args[0])? {
        Some(_) => Ok(Value::NONE),
        None => Err(error(th, "unknown dialect")),
    }
}

pub(super) fn get_dialect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    find(th, args[0])
}

/// Whether a value counts as a number for [`Quoting::NonNumeric`].
pub(super) fn is_number(th: &Thread, value: Value) -> bool {
    use orochi_vm::class::Special;
    let class = th.class_of(value);
    let has = |special| class.special(th, special).is_some();
    int::is_int_like(value)
        || value.is_float()
        || has(Special::Index)
        || has(Special::Int)
        || has(Special::Float)
}
