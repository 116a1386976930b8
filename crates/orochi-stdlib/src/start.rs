//! From a bare runtime to a running program, and its end.
//!
//! Start-up makes `sys` and `builtins`, gives the standard streams, and runs the main program;
//! modules are imported by [`early`](crate::early).

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use orochi_compiler::Mode;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;

use crate::printer::{self, Printer};
use crate::{MODULES, early, imp};

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

/// Makes the modules and streams that every program finds.
pub fn prepare(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    // Set once: a second runtime in one process cannot be.
    let _ = th.vm.native_modules.set(MODULES);
    let _ = th.vm.importer.set(early::load);
    let modules = th.vm.modules.get();
    let builtins = Module::allocate(th, th.vm.builtins.get())?;
    modules.set(th, name!(th, "builtins").value(), builtins.value())?;
    modules.set(th, name!(th, "sys").value(), sys.value())?;
    orochi_vm::class::native::make_class(th, &printer::SPEC)?;
    for (descriptor, names) in
        [["stdin", "__stdin__"], ["stdout", "__stdout__"], ["stderr", "__stderr__"]]
            .iter()
            .enumerate()
    {
        let stream = Printer::allocate(th, descriptor as u64)?.value();
        for name in names {
            let name = th.intern(name)?;
            sys.dict().set_str(th, name, stream)?;
        }
    }
    Ok(())
}

/// Runs the main program; the result is the exit status.
pub fn run(th: &mut Thread, program: &Program) -> u8 {
    let result = run_program(th, program);
    let mut status = conclude(th, result);
    if th.vm.settings.inspect && *program != Program::Interactive {
        let result = run_program(th, &Program::Interactive);
        status = conclude(th, result);
    }
    status
}

/// Reports what a program raised; the exit status it stands for.
fn conclude(th: &mut Thread, result: Result<(), Raised>) -> u8 {
    let Err(raised) = result else { return 0 };
    if raised == Raised::Abort {
        return 1;
    }
    if th.raised_is(raised, &classes::SYSTEM_EXIT) {
        let stop = th.take_exception();
        return exit_status(th, stop);
    }
    let interrupted = th.raised_is(raised, &classes::KEYBOARD_INTERRUPT);
    let error = th.take_exception();
    let _ = printer::flush_descriptor(1);
    orochi_vm::exception::print::report_uncaught(th, error);
    if interrupted { 130 } else { 1 }
}

/// The exit status that a `SystemExit` stands for; a message goes to standard error.
fn exit_status(th: &mut Thread, stop: Value) -> u8 {
    let code = th.get_attribute(stop, name!(th, "code")).unwrap_or(Value::NONE);
    if code.is_none() {
        return 0;
    }
    if let Some(status) = orochi_vm::types::int::as_i64(code) {
        return status as u8;
    }
    if code.is_bool() {
        return u8::from(code == Value::TRUE);
    }
    let _ = printer::flush_descriptor(1);
    if let Ok(text) = th.str(code) {
        eprintln!("{}", text.display());
    }
    1
}

fn main_module(th: &mut Thread) -> Result<Ref<Module>, Raised> {
    if let Some(main) = th.vm.modules.get().get_str(th, name!(th, "__main__"))? {
        if let Some(main) = main.cast::<Module>() {
            return Ok(main);
        }
    }
    let main = imp::new_module(th, "__main__")?;
    for name in ["__doc__", "__package__", "__spec__", "__loader__"] {
        let name = th.intern(name)?;
        main.dict().set_str(th, name, Value::NONE)?;
    }
    Ok(main)
}

/// Puts the main program's folder first in `sys.path`.
fn set_path(th: &mut Thread, first: &str) -> Result<(), Raised> {
    if th.vm.settings.safe_path {
        return Ok(());
    }
    let path = th.vm.sys.get().get_str(th, name!(th, "path"))?;
    let Some(path) = path.and_then(|path| path.cast::<List>()) else { return Ok(()) };
    let first = th.new_str(first)?.value();
    th.call_method(path.value(), name!(th, "insert"), &[Value::from_i32(0), first]).map(drop)
}

fn run_program(th: &mut Thread, program: &Program) -> Result<(), Raised> {
    let main = main_module(th)?;
    match program {
        Program::Command(source) => {
            set_path(th, "")?;
            run_source(th, main, source, "<string>")
        }
        Program::Stdin => {
            set_path(th, "")?;
            let mut source = Vec::new();
            let read = th.away(|| std::io::Read::read_to_end(&mut std::io::stdin(), &mut source));
            if let Err(error) = read {
                return Err(th.os_error(error.raw_os_error().unwrap_or(libc::EIO)));
            }
            run_source(th, main, &source, "<stdin>")
        }
        Program::Script(path) => {
            let source = match std::fs::read(path) {
                Ok(source) => source,
                Err(error) => {
                    let shown = std::path::absolute(path).unwrap_or_else(|_| path.into());
                    let errno = error.raw_os_error().unwrap_or(libc::EIO);
                    let reason = orochi_vm::exception::text_of_errno(errno);
                    let command = th.vm.settings.executable.display().to_string();
                    eprintln!(
                        "{command}: can't open file '{}': [Errno {errno}] {reason}",
                        shown.display()
                    );
                    return Err(th.raise_with(classes::SYSTEM_EXIT.class(), &[Value::from_i32(2)]));
                }
            };
            let folder = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
            let folder = folder.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
            set_path(th, &folder)?;
            let name = String::from_utf8_lossy(path.as_bytes()).into_owned();
            let file = th.new_str(&name)?.value();
            main.dict().set_str(th, name!(th, "__file__"), file)?;
            run_source(th, main, &source, &name)
        }
        Program::Module(name) => {
            let here = std::env::current_dir().unwrap_or_default();
            set_path(th, &here.to_string_lossy())?;
            let key = th.intern(name)?;
            let Some((code, package, file)) = early::locate(th, key)? else {
                let command = th.vm.settings.executable.display().to_string();
                eprintln!("{command}: No module named {name}");
                return Err(th.raise_with(classes::SYSTEM_EXIT.class(), &[Value::from_i32(1)]));
            };
            let package = th.intern(&package)?.value();
            main.dict().set_str(th, name!(th, "__package__"), package)?;
            if let Some(file) = file {
                let file = th.new_str(&file)?.value();
                main.dict().set_str(th, name!(th, "__file__"), file)?;
            }
            th.run_code(code, main.dict(), main.dict().value(), Value::UNBOUND).map(drop)
        }
        Program::Interactive => interact(th, main),
    }
}

fn run_source(
    th: &mut Thread,
    main: Ref<Module>,
    source: &[u8],
    filename: &str,
) -> Result<(), Raised> {
    let code = early::compile_file(th, source, filename, Mode::Exec)?;
    th.run_code(code, main.dict(), main.dict().value(), Value::UNBOUND).map(drop)
}

/// The plain REPL.
fn interact(th: &mut Thread, main: Ref<Module>) -> Result<(), Raised> {
    if !th.vm.settings.quiet {
        eprintln!("Orochi {} on linux", crate::sys::version_text());
    }
    let mut source = String::new();
    loop {
        let prompt = if source.is_empty() { ">>> " } else { "... " };
        let _ = printer::flush_descriptor(1);
        let mut line = String::new();
        let read = th.away(|| {
            use std::io::Write;
            print!("{prompt}");
            std::io::stdout().flush()?;
            std::io::stdin().read_line(&mut line)
        });
        if !matches!(read, Ok(1..)) {
            eprintln!();
            return Ok(());
        }
        source.push_str(&line);
        match early::compile_interactive(th, &source) {
            Ok(None) => continue,
            Ok(Some(code)) => {
                source.clear();
                let dict = main.dict();
                if let Err(raised) = th.run_code(code, dict, dict.value(), Value::UNBOUND) {
                    if th.raised_is(raised, &classes::SYSTEM_EXIT) {
                        return Err(raised);
                    }
                    conclude(th, Err(raised));
                }
            }
            Err(raised) => {
                source.clear();
                conclude(th, Err(raised));
            }
        }
    }
}

/// After the main program: waits for threads, runs exit functions, flushes the streams. Not zero
/// if standard output could not be written.
pub fn finish(th: &mut Thread) -> u8 {
    for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
        let called = call_if_imported(th, module, function);
        conclude(th, called);
    }
    let failed = printer::flush_descriptor(1).is_err();
    let _ = printer::flush_descriptor(2);
    if failed { 120 } else { 0 }
}

fn call_if_imported(th: &mut Thread, module: &str, function: &str) -> Result<(), Raised> {
    let (module, function) = (th.intern(module)?, th.intern(function)?);
    let Some(module) = th.vm.modules.get().get_str(th, module)? else { return Ok(()) };
    match th.find_attribute(module, function)? {
        Some(function) => th.call(function, &[]).map(drop),
        None => Ok(()),
    }
}
