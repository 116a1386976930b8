//! From a bare runtime to a running program, and its end.
//!
//! * [`bootstrap`]: the import machinery, the streams, `site`
//! * [`program`]: scripts, commands, modules; [`interactive`]: the REPL; [`compile`]
//!
//! A program ends by waiting for its threads, running exit functions, closing what nobody has
//! closed and flushing its streams. Daemon threads are left where they are: the process ends
//! around them.

mod bootstrap;
mod compile;
mod interactive;
mod program;

use orochi_vm::exception::{Raised, classes, print};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::thread::Thread;

use crate::io;
pub use bootstrap::prepare;
pub use compile::tell_sources;

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// `-c source`
    Command(Vec<u8>),
    /// `-m module`
    Module(String),
    /// A script's path.
    Script(std::ffi::OsString),
    /// All of standard input.
    Stdin,
    /// Line by line, from a person.
    Interactive,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// With an exit status.
    Exit(u8),
    /// By a `KeyboardInterrupt` that nobody caught: the process is to die of the signal.
    Interrupted,
}

/// Runs the main program; the result is how it ended.
pub fn run(th: &mut Thread, program: &Program) -> Status {
    let result = program::run(th, program);
    let mut status = conclude(th, result);
    // A program may ask for it while it runs: the variable is read again.
    let inspect = th.vm.settings.inspect
        || (!th.vm.settings.ignore_environment
            && std::env::var_os("PYTHONINSPECT").is_some_and(|value| !value.is_empty()));
    if inspect && *program != Program::Interactive {
        let result =
            program::main_module(th).and_then(|main| interactive::interact(th, main, false));
        status = conclude(th, result);
    }
    status
}

/// Reports what a program raised; what it means for the process.
fn conclude(th: &mut Thread, result: Result<(), Raised>) -> Status {
    match result {
        Ok(()) => Status::Exit(0),
        Err(raised) => report(th, raised),
    }
}

/// Reports an exception that ends the program or an interactive statement.
fn report(th: &mut Thread, raised: Raised) -> Status {
    if raised == Raised::Abort {
        return Status::Exit(1);
    }
    let interrupted = th.raised_is(raised, &classes::KEYBOARD_INTERRUPT);
    let error = th.take_exception();
    let status = print::exit_status(th, error);
    if interrupted { Status::Interrupted } else { Status::Exit(status as u8) }
}

/// Reports what went wrong before the program could be run: there may be no streams yet.
pub fn report_failure(th: &mut Thread, error: Value) -> Status {
    let known = th.vm.sys.get().get_str(th, name!(th, "stderr"));
    if !matches!(known, Ok(Some(stream)) if !stream.is_none()) {
        let mut out = print::Output::new();
        let shown = print::format_exception(th, &mut out, error).and_then(|()| out.finish(th));
        if let Ok(text) = shown {
            print::write_raw(&text.display());
        }
        return Status::Exit(1);
    }
    Status::Exit(print::exit_status(th, error) as u8)
}

/// After the main program: waits for threads, runs exit functions, closes and flushes streams.
/// Not zero if standard output could not be written.
pub fn finish(th: &mut Thread) -> u8 {
    if call_if_imported(th, "threading", "_shutdown").is_err() {
        th.write_unraisable("Exception ignored on threading shutdown", Value::NONE);
    }
    if call_if_imported(th, "atexit", "_run_exitfuncs").is_err() {
        th.take_exception();
    }
    let flushed = io::flush_at_exit(th);
    // From here on daemon threads stand still; finalisers may ask `sys.is_finalizing()`.
    th.finalise();
    io::finalise_all(th);
    let complete = flushed && io::flush_at_exit(th);
    if complete { 0 } else { 120 }
}

fn call_if_imported(th: &mut Thread, module: &str, function: &str) -> Result<(), Raised> {
    let (module, function) = (th.intern(module)?, th.intern(function)?);
    let Some(module) = th.vm.modules.get().get_str(th, module)? else { return Ok(()) };
    match th.find_attribute(module, function)? {
        Some(function) => th.call(function, &[]).map(drop),
        None => Ok(()),
    }
}
