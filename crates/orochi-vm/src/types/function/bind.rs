//! Sorting the arguments of a call into the parameters of a Python function (reference manual,
//! "Calls").

use orochi_compiler::code::flags;

use super::{Function, suggest};
use crate::exception::Raised;
use crate::heap::Value;
use crate::native::Arguments;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// The shape of a function's parameter list.
#[derive(Clone, Copy)]
struct Parameters {
    code: Ref<Code>,
    positional: usize,
    positional_only: usize,
    /// Positional and keyword-only ones.
    named: usize,
}

impl Parameters {
    fn name(self, at: usize) -> Value {
        self.code.variables.get().get(at)
    }

    /// The parameter among `from..to` that is called `name`.
    fn find(self, name: Ref<Str>, from: usize, to: usize) -> Option<usize> {
        let variables = self.code.variables.get();
        let names = &variables.as_slice()[from..to];
        names
            .iter()
            .position(|&own| own == name.value())
            .or_else(|| {
                names
                    .iter()
                    .position(|own| own.cast::<Str>().is_some_and(|own| Str::equal(own, name)))
            })
            .map(|at| at + from)
    }
}

/// Puts one value for each parameter into `bound`: positional ones, keyword-only ones, the tuple
/// of `*args`, the dict of `**kwargs`. `bound` is unbound throughout, as long as the parameters
/// are many, and seen by the collector.
pub fn bind(
    th: &mut Thread,
    function: Ref<Function>,
    args: Arguments,
    bound: &mut [Value],
) -> Result<(), Raised> {
    let code = function.code();
    let positional = code.arg_count.get() as usize;
    let parameters = Parameters {
        code,
        positional,
        positional_only: code.posonly_count.get() as usize,
        named: positional + code.kwonly_count.get() as usize,
    };
    let varargs = code.flags.get() & flags::VARARGS != 0;
    let varkeywords = code.flags.get() & flags::VARKEYWORDS != 0;
    let (given, named) = args.split();
    let direct = given.len().min(positional);
    bound[..direct].copy_from_slice(&given[..direct]);
    if varargs {
        let rest = Tuple::from_slice(th, &given[direct..])?;
        bound[parameters.named] = rest.value();
    }
    let extra = if varkeywords {
        let extra = Dict::new(th)?;
        bound[parameters.named + usize::from(varargs)] = extra.value();
        Some(extra)
    } else {
        None
    };
    if let Some(names) = args.names {
        for (at, &value) in named.iter().enumerate() {
            bind_named(th, function, parameters, names, at, value, extra, bound)?;
        }
    }
    if given.len() > positional && !varargs {
        return Err(too_many(th, function, parameters, given.len(), bound));
    }
    fill_positional(th, function, parameters, given.len(), bound)?;
    fill_keyword_only(th, function, parameters, bound)
}

#[allow(clippy::too_many_arguments, reason = "the state of one call's sorting")]
fn bind_named(
    th: &mut Thread,
    function: Ref<Function>,
    parameters: Parameters,
    names: Ref<Tuple>,
    at: usize,
    value: Value,
    extra: Option<Ref<Dict>>,
    bound: &mut [Value],
) -> Result<(), Raised> {
    let Some(name) = names.get(at).cast::<Str>() else {
        let function = qualname(th, function);
        return Err(th.type_error(format!("{function}() keywords must be strings")));
    };
    match parameters.find(name, parameters.positional_only, parameters.named) {
        Some(index) if bound[index].is_unbound() => {
            bound[index] = value;
            Ok(())
        }
        Some(_) => {
            let function = qualname(th, function);
            Err(th.type_error(format!(
                "{function}() got multiple values for argument '{}'",
                name.display()
            )))
        }
        None => match extra {
            Some(extra) => extra.set_str(th, name, value),
            None => Err(unexpected(th, function, parameters, names, name)),
        },
    }
}

fn fill_positional(
    th: &mut Thread,
    function: Ref<Function>,
    parameters: Parameters,
    given: usize,
    bound: &mut [Value],
) -> Result<(), Raised> {
    if given >= parameters.positional {
        return Ok(());
    }
    let defaults = function.callable().defaults.get().cast::<Tuple>();
    let count = defaults.map_or(0, |defaults| defaults.len()).min(parameters.positional);
    let required = parameters.positional - count;
    let is_missing = |&at: &usize| bound[at].is_unbound();
    let missing: Vec<usize> = (given..required).filter(is_missing).collect();
    if !missing.is_empty() {
        return Err(lacking(th, function, parameters, &missing, "positional"));
    }
    if let Some(defaults) = defaults {
        let skip = defaults.len() - count;
        let from = required.max(given);
        for (at, value) in bound[..parameters.positional].iter_mut().enumerate().skip(from) {
            if value.is_unbound() {
                *value = defaults.get(skip + at - required);
            }
        }
    }
    Ok(())
}

fn fill_keyword_only(
    th: &mut Thread,
    function: Ref<Function>,
    parameters: Parameters,
    bound: &mut [Value],
) -> Result<(), Raised> {
    let defaults = function.callable().kwdefaults.get().cast::<Dict>();
    let mut missing = Vec::new();
    let named = bound[..parameters.named].iter_mut().enumerate();
    for (at, own) in named.skip(parameters.positional) {
        if !own.is_unbound() {
            continue;
        }
        let value = match defaults {
            Some(defaults) => defaults.get(th, parameters.name(at))?,
            None => None,
        };
        match value {
            Some(value) => *own = value,
            None => missing.push(at),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(lacking(th, function, parameters, &missing, "keyword-only"))
}

fn qualname(th: &Thread, function: Ref<Function>) -> String {
    th.display_str(function.callable().qualname.get())
}

#[cold]
fn lacking(
    th: &Thread,
    function: Ref<Function>,
    parameters: Parameters,
    missing: &[usize],
    kind: &str,
) -> Raised {
    let names: Vec<String> =
        missing.iter().map(|&at| format!("'{}'", th.display_str(parameters.name(at)))).collect();
    let listed = match names.as_slice() {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
        [] => String::new(),
    };
    let s = if names.len() == 1 { "" } else { "s" };
    th.type_error(format!(
        "{}() missing {} required {kind} argument{s}: {listed}",
        qualname(th, function),
        names.len()
    ))
}

#[cold]
fn too_many(
    th: &Thread,
    function: Ref<Function>,
    parameters: Parameters,
    given: usize,
    bound: &[Value],
) -> Raised {
    let most = parameters.positional;
    let defaults =
        function.callable().defaults.get().cast::<Tuple>().map_or(0, |d| d.len()).min(most);
    let takes =
        if defaults > 0 { format!("from {} to {most}", most - defaults) } else { most.to_string() };
    let plural = if defaults > 0 || most != 1 { "s" } else { "" };
    let named = bound[most..parameters.named].iter().filter(|value| !value.is_unbound()).count();
    let and_named = if named > 0 {
        let (s, t) = (if given == 1 { "" } else { "s" }, if named == 1 { "" } else { "s" });
        format!(" positional argument{s} (and {named} keyword-only argument{t})")
    } else {
        String::new()
    };
    let were = if given == 1 && named == 0 { "was" } else { "were" };
    th.type_error(format!(
        "{}() takes {takes} positional argument{plural} but {given}{and_named} {were} given",
        qualname(th, function)
    ))
}

#[cold]
fn unexpected(
    th: &Thread,
    function: Ref<Function>,
    parameters: Parameters,
    names: Ref<Tuple>,
    name: Ref<Str>,
) -> Raised {
    let by_name: Vec<String> = names
        .as_slice()
        .iter()
        .filter_map(|name| name.cast::<Str>())
        .filter(|&name| parameters.find(name, 0, parameters.positional_only).is_some())
        .map(|name| name.display())
        .collect();
    let function = qualname(th, function);
    if !by_name.is_empty() {
        return th.type_error(format!(
            "{function}() got some positional-only arguments passed as keyword arguments: '{}'",
            by_name.join(", ")
        ));
    }
    let candidates: Vec<String> = (parameters.positional_only..parameters.named)
        .map(|at| th.display_str(parameters.name(at)))
        .collect();
    let name = name.display();
    let hint = match suggest::closest(&name, candidates.iter().map(String::as_str)) {
        Some(closest) => format!(". Did you mean '{closest}'?"),
        None => String::new(),
    };
    th.type_error(format!("{function}() got an unexpected keyword argument '{name}'{hint}"))
}
