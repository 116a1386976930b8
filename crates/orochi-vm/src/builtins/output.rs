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
    usual: Ref<Str>,
) -> Result<Ref<Str>, Raised> {
    if value.is_unbound() || value.is_none() {
        return Ok(usual);
    }
    match value.cast::<Str>() {
        Some(text) => Ok(text),
        None => Err(
            th.type_error(format!("{name} must be None or a string, not {}", th.type_name(value)))
        ),
    }
}

/// Where `print` writes: pieces of ASCII text on their way to a plain text stream are collected
/// and written at once, since each would cost a method call; everything else is written piece by
/// piece.
struct Target {
    file: Value,
    /// Writes ASCII text into a plain text stream.
    quick: Option<crate::vm::WriteAscii>,
    collected: Vec<u8>,
}

impl Target {
    /// More than this is not collected.
    const FULL: usize = 4096;

    fn new(th: &Thread, file: Value) -> Target {
        Target { file, quick: th.vm.write_ascii.get().copied(), collected: Vec::new() }
    }

    fn put(&mut self, th: &mut Thread, text: Ref<Str>) -> Result<(), Raised> {
        if self.quick.is_some() {
            if let Some(ascii) = text.ascii() {
                self.collected.extend_from_slice(ascii.as_bytes());
                return if self.collected.len() > Self::FULL {
                    self.write_collected(th)
                } else {
                    Ok(())
                };
            }
            self.write_collected(th)?;
        }
        th.call_method(self.file, crate::name!(th, "write"), &[text.value()]).map(drop)
    }

    fn write_collected(&mut self, th: &mut Thread) -> Result<(), Raised> {
        let Some(quick) = self.quick.filter(|_| !self.collected.is_empty()) else { return Ok(()) };
        let collected = std::mem::take(&mut self.collected);
        if quick(th, self.file, &collected)? {
            self.collected = collected;
            self.collected.clear();
            return Ok(());
        }
        // No plain text stream: it is asked no more.
        self.quick = None;
        let text = Str::from_text(th, orochi_text::Text::One(&collected))?;
        th.call_method(self.file, crate::name!(th, "write"), &[text.value()]).map(drop)
    }
}

pub(super) fn print(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let given = args[0].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let mut file = if args[3].is_unbound() { Value::NONE } else { args[3] };
    if file.is_none() {
        let Some(stdout) = th.vm.sys.get().get_str(th, crate::name!(th, "stdout"))? else {
            return Err(th.runtime_error("lost sys.stdout"));
        };
        if stdout.is_none() {
            return Ok(Value::NONE);
        }
        file = stdout;
    }
    let separator = text_argument(th, args[1], "sep", crate::name!(th, " "))?;
    let end = text_argument(th, args[2], "end", crate::name!(th, "\n"))?;
    let mut target = Target::new(th, file);
    // Asked once with nothing to write: pieces must go one by one to what is no plain stream.
    if let Some(quick) = target.quick
        && !quick(th, file, &[])?
    {
        target.quick = None;
    }
    for (at, &value) in given.as_slice().iter().enumerate() {
        if at > 0 {
            target.put(th, separator)?;
        }
        let text = match value.cast_exact::<Str>() {
            Some(text) => text,
            None => {
                if !value.is_int() && !value.is_none() && !value.is_bool() && !value.is_float() {
                    // What `__str__` writes comes after what was printed before.
                    target.write_collected(th)?;
                }
                th.str(value)?
            }
        };
        target.put(th, text)?;
    }
    target.put(th, end)?;
    target.write_collected(th)?;
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
