//! Sorting the arguments of a call into the parameters of a native function.

use super::{NativeFunction, Signature};
use crate::class::{Class, Special};
use crate::exception::Raised;
use crate::exception::print::closest;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// The most parameters a native function may have.
const MOST: usize = 24;
/// Most have no more than these, which are faster cleared.
const FEW: usize = 6;

/// The arguments of a call: positional values, then those passed by name.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    /// Everything passed, the values of named arguments last.
    pub values: &'a [Value],
    /// The names of the last arguments, if any.
    pub names: Option<Ref<Tuple>>,
}

impl<'a> Arguments<'a> {
    /// Only positional ones.
    pub const fn positional(values: &'a [Value]) -> Self {
        Self { values, names: None }
    }

    /// Positional arguments and named ones, apart.
    pub fn split(self) -> (&'a [Value], &'a [Value]) {
        let named = self.names.map_or(0, |names| names.len());
        self.values.split_at(self.values.len() - named.min(self.values.len()))
    }
}

/// Calls `function` (its receiver, if it has one, already first in `args`) after sorting `args`.
pub fn bind(
    th: &mut Thread,
    function: Ref<NativeFunction>,
    args: Arguments,
) -> Result<Value, Raised> {
    if function.signature.get().parameters.len() <= FEW {
        bind_up_to::<FEW>(th, function, args)
    } else {
        bind_up_to::<MOST>(th, function, args)
    }
}

/// The frame that stays while the function runs holds its parameters and nothing else: words that it
/// has not written would show the collector what calls before this one have left on the stack.
#[inline(never)]
fn bind_up_to<const N: usize>(
    th: &mut Thread,
    function: Ref<NativeFunction>,
    args: Arguments,
) -> Result<Value, Raised> {
    let mut bound = [Value::UNBOUND; N];
    sort(th, function, args, &mut bound)?;
    let count = function.signature.get().parameters.len();
    (function.method.get().function)(th, &bound[..count])
}

/// Sorts `args` into `bound`, which is at least as long as the function has parameters.
#[inline(never)]
fn sort(
    th: &mut Thread,
    function: Ref<NativeFunction>,
    args: Arguments,
    bound: &mut [Value],
) -> Result<(), Raised> {
    let signature = function.signature.get();
    let (given, named) = args.split();
    let direct = given.len().min(signature.positional);
    bound[..direct].copy_from_slice(&given[..direct]);
    let mut next = signature.positional;
    if signature.varargs {
        bound[next] = Tuple::from_slice(th, &given[direct..])?.value();
        next += 1;
    } else if given.len() > signature.positional {
        return Err(too_many(th, function, given.len(), named.len()));
    }
    let keywords = next + signature.keyword_only;
    let extra = if signature.varkeywords {
        let dict = Dict::new(th)?;
        bound[keywords] = dict.value();
        Some(dict)
    } else {
        None
    };
    if let Some(names) = args.names {
        let all = signature.positional + signature.keyword_only;
        let counted = takes_names(signature) && !signature.varargs && !signature.varkeywords;
        if counted && given.len() + named.len() > all {
            return Err(too_many(th, function, given.len(), named.len()));
        }
        for (index, &value) in named.iter().enumerate() {
            let name = names.get(index);
            match position(signature, name) {
                Some(at) if bound[at].is_unbound() => bound[at] = value,
                Some(at) => {
                    let text = th.display_str(name);
                    let at = at + usize::from(!signature.receiver);
                    return Err(th.type_error(format!(
                        "argument for {}() given by name ('{text}') and position ({at})",
                        shown_name(function)
                    )));
                }
                None => match extra {
                    Some(dict) => dict.set(th, name, value)?,
                    None if leaves_names(th, function, given) => {}
                    None => return Err(unexpected(th, function, name)),
                },
            }
        }
    }
    if let Some(at) = bound[..signature.required].iter().position(|value| value.is_unbound()) {
        return Err(missing(th, function, given.len(), at));
    }
    for (parameter, value) in signature.parameters.iter().zip(&*bound).take(keywords).skip(next) {
        if value.is_unbound() && !parameter.optional {
            let name = parameter.name.display();
            return Err(th.type_error(format!(
                "{}() missing required keyword-only argument: '{name}'",
                shown_name(function)
            )));
        }
    }
    Ok(())
}

/// The index of the parameter that may be passed as `name`.
fn position(signature: &Signature, name: Value) -> Option<usize> {
    let parameters = &signature.parameters;
    let found = |p: &super::Parameter| {
        p.name.value() == name || name.cast_str().is_some_and(|n| Str::equal(p.name, n))
    };
    let first = signature.positional_only;
    let named_end = signature.positional;
    (first..named_end)
        .chain({
            let from = named_end + usize::from(signature.varargs);
            from..from + signature.keyword_only
        })
        .find(|&at| found(&parameters[at]))
}

/// The function's name in messages: constructors go by the name of their class.
fn shown_name(function: Ref<NativeFunction>) -> String {
    let name = function.name.get();
    let class = function.owner.get().cast::<Class>();
    match (name.ascii(), class) {
        (Some("__new__" | "__init__"), Some(class)) => class.display_name(),
        _ => name.display(),
    }
}

/// Whether a function is `__new__` or `__init__` of a native class.
fn is_constructor(function: Ref<NativeFunction>) -> bool {
    shown_name(function) != function.name.get().display()
}

/// As [`shown_name`], a method with the name of its class in front.
fn qualified_name(function: Ref<NativeFunction>) -> String {
    let name = shown_name(function);
    let class = function.owner.get().cast::<Class>();
    match class {
        Some(class) if function.name.get().display() == name => {
            format!("{}.{name}", class.display_name())
        }
        _ => name,
    }
}

trait CastStr {
    fn cast_str(self) -> Option<Ref<Str>>;
}
impl CastStr for Value {
    fn cast_str(self) -> Option<Ref<Str>> {
        crate::object::ValueCast::cast(self)
    }
}

/// Whether a constructor leaves named arguments alone, as they are for the other one of `__new__`
/// and `__init__`, which a subclass overrides.
fn leaves_names(th: &Thread, function: Ref<NativeFunction>, given: &[Value]) -> bool {
    let (Some(owner), Some(&first)) = (function.owner.get().cast::<Class>(), given.first()) else {
        return false;
    };
    let other = match function.name.get().ascii() {
        Some("__new__") => Special::Init,
        Some("__init__") => Special::New,
        _ => return false,
    };
    if other == Special::New && owner == crate::types::set::SET.class() {
        return false;
    }
    let class = match first.cast::<Class>() {
        Some(class) if other == Special::Init => class,
        _ => th.class_of(first),
    };
    !takes_names(function.signature.get())
        && class != owner
        && class.special(th, other) != owner.special(th, other)
}

/// Functions that take arguments by name, but count those by position as if they did not.
const COUNTED: [&str; 3] = ["int", "sorted", "str"];

/// Whether any argument may be passed by name.
fn takes_names(signature: &Signature) -> bool {
    signature.keyword_only > 0 || signature.positional > signature.positional_only
}

/// Whether a function is a special method of a native type.
fn is_slot(function: Ref<NativeFunction>) -> bool {
    use crate::shape::known;
    let shape = function.header().shape_relaxed();
    let slot =
        shape == known::WRAPPER_DESCRIPTOR || shape == crate::native::METHOD_WRAPPER.shape().id;
    slot && !is_constructor(function) && !is_both(function)
}

/// Whether a special method of a built-in container is an ordinary one besides.
fn is_both(function: Ref<NativeFunction>) -> bool {
    let class = function.owner.get().cast::<Class>().map(|class| class.display_name());
    matches!(
        (class.as_deref(), function.name.get().ascii()),
        (Some("list" | "dict"), Some("__getitem__"))
            | (Some("dict" | "set" | "frozenset"), Some("__contains__"))
    )
}

/// The complaint of a special method, which gives no names.
#[cold]
fn wrong_slot_count(th: &Thread, most: usize, least: usize, given: usize) -> Raised {
    let s = if most == 1 { "" } else { "s" };
    th.type_error(match least == most {
        true => format!("expected {most} argument{s}, got {given}"),
        false if most == least + 1 => format!("expected {least} or {most} arguments, got {given}"),
        false => format!("expected at least {least} argument{s}, got {given}"),
    })
}

#[cold]
fn too_many(th: &Thread, function: Ref<NativeFunction>, given: usize, named: usize) -> Raised {
    let signature = function.signature.get();
    let own = usize::from(signature.receiver);
    let (most, least) =
        (signature.positional - own, signature.required - own.min(signature.required));
    let (name, given) = (shown_name(function), given - own.min(given));
    let whole = qualified_name(function);
    let all = most + signature.keyword_only;
    let names = takes_names(signature) && (named > 0 || !COUNTED.contains(&name.as_str()));
    let message = match (most, least) {
        _ if is_slot(function) && least < 2 => return wrong_slot_count(th, most, least, given),
        _ if names && !signature.varkeywords && given + named > all => {
            let (bound, given) = (if least == all { "exactly" } else { "at most" }, given + named);
            let s = if all == 1 { "" } else { "s" };
            format!("{name}() takes {bound} {all} argument{s} ({given} given)")
        }
        (0, _) if signature.keyword_only > 0 => format!("{name}() takes no positional arguments"),
        _ if names => {
            let bound = if least == most { "exactly" } else { "at most" };
            let s = if most == 1 { "" } else { "s" };
            format!("{name}() takes {bound} {most} positional argument{s} ({given} given)")
        }
        (0, _) => format!("{whole}() takes no arguments ({given} given)"),
        (1, 1) if !is_constructor(function) && signature.keyword_only == 0 => {
            format!("{whole}() takes exactly one argument ({given} given)")
        }
        (most, least) if most == least => {
            let s = if most == 1 { "" } else { "s" };
            format!("{name} expected {most} argument{s}, got {given}")
        }
        (most, _) => {
            let s = if most == 1 { "" } else { "s" };
            format!("{name} expected at most {most} argument{s}, got {given}")
        }
    };
    th.type_error(message)
}

#[cold]
fn missing(th: &Thread, function: Ref<NativeFunction>, given: usize, at: usize) -> Raised {
    let signature = function.signature.get();
    let own = usize::from(signature.receiver);
    let name = shown_name(function);
    if signature.receiver && at == 0 {
        if is_constructor(function) {
            let of = function.name.get().display();
            return th.type_error(format!("{name}.{of}(): not enough arguments"));
        }
        if is_slot(function) {
            let of = function.owner.get().cast::<Class>().map(|class| class.display_name());
            return th.type_error(format!(
                "descriptor '{name}' of '{}' object needs an argument",
                of.unwrap_or_default()
            ));
        }
        let name = qualified_name(function);
        return th.type_error(format!("unbound method {name}() needs an argument"));
    }
    let (most, least) = (signature.positional - own, signature.required - own);
    let given = given.saturating_sub(own);
    if is_slot(function) && least < 2 {
        return wrong_slot_count(th, most, least, given);
    }
    let counted = COUNTED.contains(&name.as_str());
    if takes_names(signature) && !counted && given < signature.positional_only - own {
        let least = signature.required.min(signature.positional_only) - own;
        let bound = if least == most { "exactly" } else { "at least" };
        let s = if least == 1 { "" } else { "s" };
        return th.type_error(format!(
            "{name}() takes {bound} {least} positional argument{s} ({given} given)"
        ));
    }
    if at >= signature.positional_only {
        let missing = signature.parameters[at].name.display();
        return th.type_error(format!(
            "{name}() missing required argument '{missing}' (pos {})",
            at + 1 - own
        ));
    }
    let s = if least == 1 { "" } else { "s" };
    let whole = qualified_name(function);
    th.type_error(match (most, least) {
        (1, 1) if !is_constructor(function) && signature.keyword_only == 0 => {
            format!("{whole}() takes exactly one argument ({given} given)")
        }
        (most, least) if most == least => {
            format!("{name} expected {most} argument{s}, got {given}")
        }
        (_, least) => format!("{name} expected at least {least} argument{s}, got {given}"),
    })
}

#[cold]
fn unexpected(th: &Thread, function: Ref<NativeFunction>, name: Value) -> Raised {
    let signature = function.signature.get();
    let function_name = shown_name(function);
    if !takes_names(signature) {
        return th.type_error(format!("{function_name}() takes no keyword arguments"));
    }
    let positional = signature.positional_only..signature.positional;
    let first = signature.positional + usize::from(signature.varargs);
    let candidates: Vec<String> = positional
        .chain(first..first + signature.keyword_only)
        .map(|at| signature.parameters[at].name.display())
        .collect();
    let name = th.display_str(name);
    let hint = match closest(&name, candidates.iter().map(String::as_str)) {
        Some(closest) => format!(". Did you mean '{closest}'?"),
        None => String::new(),
    };
    // `sorted` hands its names on to `list.sort`, whose complaint comes through.
    let function_name = if function_name == "sorted" { "sort" } else { &function_name };
    th.type_error(format!("{function_name}() got an unexpected keyword argument '{name}'{hint}"))
}
