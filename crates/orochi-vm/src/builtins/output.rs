//! `print`, `input`, `open` and `breakpoint`.

use crate::class::create::call_with_dict;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// A name of the module `sys`.
fn of_sys(th: &mut Thread, name: &str) -> Result<Option<Value>, Raised> {
    let name = th.intern(name)?;
    th.vm.sys.get().get_str(th, name)
}

/// A separator: a string, or None for the usual one.
fn text_argument(
    th: &mut Thread,
    value: Value,
    name: &str,
    usual: &str,
) -> Result<Ref<Str>, Raised> {
    if value.is_unbound() || value.is_none() {
        return th.intern(usual);
    }
    match value.cast::<Str>() {
        Some(text) => Ok(text),
        None => Err(
            th.type_error(format!("{name} must be None or a string, not {}", th.type_name(value)))
        ),
    }
}

pub(super) fn print(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args[0].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let mut file = if args[3].is_unbound() { Value::NONE } else { args[3] };
    if file.is_none() {
        let Some(stdout) = of_sys(th, "stdout")? else {
            return Err(th.runtime_error("lost sys.stdout"));
        };
        if stdout.is_none() {
            return Ok(Value::NONE);
        }
        file = stdout;
    }
    let separator = text_argument(th, args[1], "sep", " ")?;
    let end = text_argument(th, args[2], "end", "\n")?;
    let write = crate::name!(th, "write");
    for (at, &value) in given.as_slice().iter().enumerate() {
        if at > 0 {
            th.call_method(file, write, &[separator.value()])?;
        }
        let text = th.str(value)?;
        th.call_method(file, write, &[text.value()])?;
    }
    th.call_method(file, write, &[end.value()])?;
    if !args[4].is_unbound() && th.is_true(args[4])? {
        th.call_method(file, crate::name!(th, "flush"), &[])?;
    }
    Ok(Value::NONE)
}

pub(super) fn input(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut streams = [Value::NONE; 3];
    for (stream, name) in streams.iter_mut().zip(["stdin", "stdout", "stderr"]) {
        match of_sys(th, name)? {
            Some(found) if !found.is_none() => *stream = found,
            _ => return Err(th.runtime_error(format!("input(): lost sys.{name}"))),
        }
    }
    let [stdin, stdout, stderr] = streams;
    let flush = crate::name!(th, "flush");
    th.call_method(stderr, flush, &[])?;
    if !args[0].is_unbound() {
        let prompt = th.str(args[0])?;
        th.call_method(stdout, crate::name!(th, "write"), &[prompt.value()])?;
    }
    th.call_method(stdout, flush, &[])?;
    let line = th.call_method(stdin, crate::name!(th, "readline"), &[])?;
    let Some(line) = line.cast::<Str>() else {
        return Err(th.type_error("object.readline() returned non-string"));
    };
    if line.is_empty() {
        return Err(th.eof_error("EOF when reading a line"));
    }
    let text = line.text();
    let length = text.len();
    if text.get(length - 1) == Some(u32::from('\n')) {
        let text = text.slice(0..length - 1).to_owned();
        return Ok(Str::from_text(th, text.as_text())?.value());
    }
    Ok(line.value())
}

fn forward(th: &mut Thread, function: Value, args: &[Value]) -> Result<Value, Raised> {
    match (args[0].cast::<Tuple>(), args[1].cast::<Dict>()) {
        (Some(given), Some(named)) => call_with_dict(th, function, given.as_slice(), named),
        _ => th.call(function, &[]),
    }
}

/// `open` is `io.open`; the module puts that in place of this function when it is imported.
pub(super) fn open(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let io = th.import_module("io")?;
    let open = th.get_attribute(io, crate::name!(th, "open"))?;
    forward(th, open, args)
}

pub(super) fn breakpoint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match of_sys(th, "breakpointhook")? {
        Some(hook) => forward(th, hook, args),
        None => Err(th.runtime_error("lost sys.breakpointhook")),
    }
}
