//! Compiling what the command is given: a script, a string, lines typed in.

use std::sync::Arc;

use orochi_compiler::{Mode, Options, compile};
use orochi_vm::exception::{self, Raised, raise_syntax_error};
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;

/// Compiles source to a code object. Source that no file holds is kept for tracebacks.
pub(super) fn compile_program(
    th: &mut Thread,
    source: &[u8],
    filename: &str,
) -> Result<Ref<Code>, Raised> {
    let options = Options { optimize: th.vm.settings.optimize, ..Options::default() };
    match compile(source, filename, Mode::Exec, &options) {
        Ok(compiled) => {
            if filename.starts_with('<') {
                exception::print::source::register(
                    &compiled.code,
                    &String::from_utf8_lossy(source),
                );
            }
            Code::new(th, Arc::new(compiled.code))
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}

/// Compiles what a person has typed so far; `None` if more is to come.
pub(super) fn compile_interactive(
    th: &mut Thread,
    source: &str,
    filename: &str,
) -> Result<Option<Ref<Code>>, Raised> {
    let options = Options {
        allow_incomplete: true,
        keep_blocks_open: true,
        ignore_cookie: true,
        ..Options::default()
    };
    match compile(source.as_bytes(), filename, Mode::Single, &options) {
        Ok(compiled) => {
            exception::print::source::register(&compiled.code, source);
            Code::new(th, Arc::new(compiled.code)).map(Some)
        }
        Err(error) if error.class == orochi_compiler::error::ErrorClass::IncompleteInput => {
            Ok(None)
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}
