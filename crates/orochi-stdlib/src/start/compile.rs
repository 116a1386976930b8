//! Compiling what the command is given: a script, a string, lines typed in.

use std::sync::{Arc, OnceLock};

use orochi_compiler::{Mode, Options, compile, compile_str};
use orochi_vm::builtins::evaluate::{decode_with_codec, warn_of_source};
use orochi_vm::exception::{self, Raised, raise_syntax_error};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

/// Compiles source to a code object. Source that no file holds is kept for tracebacks.
pub(super) fn compile_program(
    th: &mut Thread,
    source: &[u8],
    filename: &str,
) -> Result<Ref<Code>, Raised> {
    // A command is text already: it cannot say how it is encoded.
    let ignore_cookie = filename == "<string>";
    let optimize = th.vm.settings.optimize;
    let options = Options { optimize, ignore_cookie, ..Options::default() };
    let mut outcome = compile(source, filename, Mode::Exec, &options);
    if let Err(error) = &outcome
        && let Some(encoding) = error.unknown_encoding()
    {
        let text = decode_with_codec(th, source, encoding, filename)?;
        outcome = compile_str(&text, filename, Mode::Exec, &options);
    }
    match outcome {
        Ok(compiled) => {
            if !compiled.warnings.is_empty() {
                let text = String::from_utf8_lossy(source);
                warn_of_source(th, &compiled.warnings, filename, &text)?;
            }
            // As in CPython, what comes through a pipe is not kept.
            if filename != "<string>" {
                return Code::new(th, Arc::new(compiled.code));
            }
            let text = String::from_utf8_lossy(source);
            exception::print::source::register(&compiled.code, &text);
            let code = Code::new(th, Arc::new(compiled.code))?;
            remember(th, code, &text, filename)?;
            Ok(code)
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}

/// Code, source and name of what `linecache` has not been told of, because it has not been imported.
static UNTOLD: OnceLock<Rooted<Ref<List>>> = OnceLock::new();

/// Has `linecache` know the source of code that comes from no file.
fn remember(th: &mut Thread, code: Ref<Code>, source: &str, filename: &str) -> Result<(), Raised> {
    let (source, filename) = (th.new_str(source)?.value(), th.new_str(filename)?.value());
    let entry = [code.value(), source, filename];
    if let Some(linecache) = th.vm.modules.get().get_str(th, name!(th, "linecache"))? {
        return match th.find_attribute(linecache, name!(th, "_register_code"))? {
            Some(register) => th.call(register, &entry).map(drop),
            None => Ok(()),
        };
    }
    let entry = Tuple::from_slice(th, &entry)?.value();
    untold(th)?.push(th, entry)
}

fn untold(th: &mut Thread) -> Result<Ref<List>, Raised> {
    if let Some(list) = UNTOLD.get() {
        return Ok(list.get());
    }
    let list = List::new(th)?;
    Ok(UNTOLD.get_or_init(|| Heap::get().roots().root(list)).get())
}

/// Calls `register(code, source, name)` for everything that `linecache` has not been told of.
pub fn tell_sources(th: &mut Thread, register: Value) -> Result<(), Raised> {
    let list = untold(th)?;
    while let Some(entry) = list.pop(th)? {
        if let Some(entry) = entry.cast::<Tuple>() {
            th.call(register, &[entry.get(0), entry.get(1), entry.get(2)])?;
        }
    }
    Ok(())
}

/// Compiles what a person has typed so far; `None` if more is to come.
pub(super) fn compile_interactive(
    th: &mut Thread,
    source: &str,
    filename: &str,
) -> Result<Option<Ref<Code>>, Raised> {
    // An empty line ends a block.
    let blank = source.trim_end_matches('\n').len() + 1 < source.len();
    let options = Options {
        allow_incomplete: true,
        keep_blocks_open: !blank,
        ignore_cookie: true,
        ..Options::default()
    };
    match compile(source.as_bytes(), filename, Mode::Single, &options) {
        Ok(compiled) => {
            warn_of_source(th, &compiled.warnings, filename, source)?;
            exception::print::source::register(&compiled.code, source);
            let code = Code::new(th, Arc::new(compiled.code))?;
            remember(th, code, source, filename)?;
            Ok(Some(code))
        }
        Err(error) if error.class == orochi_compiler::error::ErrorClass::IncompleteInput => {
            Ok(None)
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}
