//! The plain REPL: prompts on standard error, statements from standard input.

use orochi_vm::exception::print::{Output, write_to_stderr};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;

use super::compile::{compile_interactive, compile_program};
use super::report;

fn say(th: &mut Thread, text: &str) {
    let mut out = Output::new();
    out.push(text);
    if write_to_stderr(th, out).is_err() {
        th.take_exception();
    }
}

/// Sets up `sys.ps1` and `sys.ps2`.
fn prepare(th: &mut Thread) -> Result<(), Raised> {
    let sys = th.vm.sys.get();
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        let name = th.intern(name)?;
        if sys.get_str(th, name)?.is_none() {
            let text = th.new_str(text)?.value();
            sys.set_str(th, name, text)?;
        }
    }
    Ok(())
}

/// What a session that follows no program begins with: the banner, `PYTHONSTARTUP`,
/// `sys.__interactivehook__`.
fn welcome(th: &mut Thread, main: Ref<Module>) -> Result<(), Raised> {
    let sys = th.vm.sys.get();
    if !th.vm.settings.quiet {
        let text = format!("Orochi {} on linux\n", crate::sys::version_text());
        say(th, &text);
        if th.vm.builtins.get().get_str(th, name!(th, "credits"))?.is_some() {
            let text =
                "Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n";
            say(th, text);
        }
    }
    if !th.vm.settings.ignore_environment
        && let Some(path) = std::env::var_os("PYTHONSTARTUP").filter(|path| !path.is_empty())
    {
        let name = path.to_string_lossy().into_owned();
        match std::fs::read(&path) {
            Ok(source) => {
                let ran = compile_program(th, &source, &name).and_then(|code| {
                    th.run_code(code, main.dict(), main.dict().value(), Value::UNBOUND)
                });
                if let Err(raised) = ran {
                    report_unless_exit(th, raised)?;
                }
            }
            Err(error) => say(th, &format!("Could not open PYTHONSTARTUP: {error}\n")),
        }
    }
    if let Some(hook) = sys.get_str(th, name!(th, "__interactivehook__"))?
        && let Err(raised) = th.call(hook, &[])
    {
        say(th, "Failed calling sys.__interactivehook__\n");
        report_unless_exit(th, raised)?;
    }
    Ok(())
}

/// Reports what a statement raised, unless it ends the program.
fn report_unless_exit(th: &mut Thread, raised: Raised) -> Result<(), Raised> {
    if raised == Raised::Abort || th.raised_is(raised, &classes::SYSTEM_EXIT) {
        return Err(raised);
    }
    report(th, raised);
    flush(th);
    Ok(())
}

fn flush(th: &mut Thread) {
    for name in ["stdout", "stderr"] {
        let flushed = th.intern(name).and_then(|name| {
            match th.vm.sys.get().get_str(th, name)?.filter(|s| !s.is_none()) {
                Some(stream) => th.call_method(stream, name!(th, "flush"), &[]).map(drop),
                None => Ok(()),
            }
        });
        if flushed.is_err() {
            th.take_exception();
        }
    }
}

/// The next line of `sys.stdin`; empty at its end.
fn read_line(th: &mut Thread, prompt: &str) -> Result<String, Raised> {
    let sys = th.vm.sys.get();
    let name = th.intern(prompt)?;
    let shown = match sys.get_str(th, name)? {
        Some(prompt) => th.str(prompt)?.display(),
        None => String::new(),
    };
    flush(th);
    say(th, &shown);
    let Some(stdin) = sys.get_str(th, name!(th, "stdin"))?.filter(|stdin| !stdin.is_none()) else {
        return Ok(String::new());
    };
    let line = th.call_method(stdin, name!(th, "readline"), &[])?;
    match line.cast::<Str>() {
        Some(line) => Ok(line.display()),
        None => Ok(String::new()),
    }
}

/// Runs the loop until the input ends; `alone` if no program has run before.
pub(super) fn interact(th: &mut Thread, main: Ref<Module>, alone: bool) -> Result<(), Raised> {
    prepare(th)?;
    if alone {
        welcome(th, main)?;
    }
    let mut source = String::new();
    loop {
        let line = match read_line(th, if source.is_empty() { "ps1" } else { "ps2" }) {
            Ok(line) => line,
            Err(raised) => {
                if th.raised_is(raised, &classes::KEYBOARD_INTERRUPT) {
                    th.take_exception();
                    say(th, "\nKeyboardInterrupt\n");
                } else {
                    report_unless_exit(th, raised)?;
                }
                source.clear();
                continue;
            }
        };
        let ended = line.is_empty();
        if ended && source.is_empty() {
            say(th, "\n");
            return Ok(());
        }
        source.push_str(if ended { "\n" } else { &line });
        let compiled = compile_interactive(th, &source, "<stdin>");
        let outcome = match compiled {
            Ok(None) if !ended => continue,
            Ok(None) => {
                source.clear();
                continue;
            }
            Ok(Some(code)) => {
                let dict = main.dict();
                th.run_code(code, dict, dict.value(), Value::UNBOUND).map(drop)
            }
            Err(raised) => Err(raised),
        };
        source.clear();
        if let Err(raised) = outcome {
            report_unless_exit(th, raised)?;
        }
        flush(th);
    }
}
