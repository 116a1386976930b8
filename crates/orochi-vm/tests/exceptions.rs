//! Whole programs about exceptions, tracebacks, frames, code objects and generators, without the
//! library: each `exceptions/*.py` is run, and what it prints, the report of the exception that
//! ends it included, is compared with the file of the same name that ends in `.out` (made with
//! CPython).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use orochi_compiler::{Mode, Options, compile};
use orochi_vm::class::function;
use orochi_vm::exception::{Raised, print};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::vm::{Settings, start};

static WRITTEN: Mutex<String> = Mutex::new(String::new());

static MAIN: ModuleSpec = ModuleSpec {
    functions: &[
        function("_write(text, /)", write, ""),
        function("_frame(depth=0, /)", frame, ""),
        function("_handled()", handled, ""),
        function("_collect()", collect, ""),
        function("_excepthook(exctype, value, traceback, /)", print::hook_function, ""),
        function("_set_sys(name, value, /)", set_sys, ""),
    ],
    ..ModuleSpec::named("__main__")
};

const STREAMS: &str = "
class _Stream:
    def write(self, text): _write(text)
    def flush(self): pass
_set_sys('stdout', _Stream())
_set_sys('stderr', _Stream())
_set_sys('excepthook', _excepthook)
";

fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = th.str(args[0])?.display();
    WRITTEN.lock().unwrap().push_str(&text);
    Ok(Value::NONE)
}

fn frame(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let depth = if args[0].is_unbound() { 0 } else { th.index_i64(args[0])? as usize };
    Ok(orochi_vm::frame::current(th, depth)?.map_or(Value::NONE, |frame| frame.value()))
}

fn handled(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(th.handled_exception())
}

fn collect(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.collect_now(orochi_vm::heap::Kind::Full);
    Ok(Value::NONE)
}

fn set_sys(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = th.display_str(args[0]);
    let name = th.intern(&name)?;
    th.vm.sys.get().set_str(th, name, args[1])?;
    Ok(Value::NONE)
}

/// Runs source in a new `__main__`.
fn run(th: &mut Thread, source: &[u8], path: &str) -> Result<(), Raised> {
    let module = MAIN.make(th)?;
    let streams = compile(STREAMS.as_bytes(), "<streams>", Mode::Exec, &Options::default());
    let code = Code::new(th, Arc::new(streams.expect("valid").code))?;
    th.run_code(code, module.dict(), module.dict().value(), Value::UNBOUND)?;
    let compiled = match compile(source, path, Mode::Exec, &Options::default()) {
        Ok(compiled) => compiled,
        Err(error) => return Err(orochi_vm::exception::raise_syntax_error(th, &error)),
    };
    let code = Code::new(th, Arc::new(compiled.code))?;
    th.run_code(code, module.dict(), module.dict().value(), Value::UNBOUND).map(drop)
}

/// The output of a program.
fn output(th: &mut Thread, path: &Path) -> String {
    // What the program before has left prints now rather than in this one's output.
    let _ = run(th, b"_collect()\n_collect()\n", "<between>");
    WRITTEN.lock().unwrap().clear();
    let source = std::fs::read(path).expect("readable");
    let shown = path.to_str().expect("a path of text");
    if run(th, &source, shown).is_err() {
        let exception = th.take_exception();
        print::exit_status(th, exception);
    }
    without_addresses(&std::mem::take(&mut *WRITTEN.lock().unwrap()))
}

/// The text with `0x…` for addresses, which differ from run to run.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split(" at 0x");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(" at 0x…");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    out
}

#[test]
fn programs() {
    let folder = Path::new("tests/exceptions");
    let only = std::env::var("ONLY").ok();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "py"));
    paths.retain(|path| only.as_ref().is_none_or(|only| path.to_str().unwrap().contains(only)));
    paths.sort();
    let run = move || {
        let mut th = start::start(Settings::default()).expect("a runtime");
        let mut failed = Vec::new();
        for path in paths {
            let expected = std::fs::read_to_string(path.with_extension("out")).unwrap_or_default();
            let got = output(&mut th, &path);
            if std::env::var_os("SHOW").is_some() {
                println!("{got}");
            }
            if got != expected {
                println!("---- {}\n{}", path.display(), difference(&expected, &got));
                failed.push(path);
            }
        }
        assert!(failed.is_empty(), "programs that print something else: {failed:?}");
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// The lines from the first difference on.
fn difference(expected: &str, got: &str) -> String {
    let same = expected.lines().zip(got.lines()).take_while(|(a, b)| a == b).count();
    let tail = |text: &str| {
        text.lines().skip(same.saturating_sub(1)).take(12).collect::<Vec<_>>().join("\n")
    };
    format!("line {}: expected\n{}\ngot\n{}", same + 1, tail(expected), tail(got))
}
