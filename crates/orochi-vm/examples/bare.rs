//! Runs a program with nothing but the built-in functions: no library, no import machinery, no
//! streams; `show(value)` prints a value's repr. For looking at the interpreter alone.
//!
//! `cargo run --release -p orochi-vm --example bare -- FILE`

use std::sync::Arc;

use orochi_compiler::{Mode, Options, compile};
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::vm::{Settings, start};

static MAIN: ModuleSpec = ModuleSpec {
    functions: &[function("show(*values)", show, ""), function("clock()", clock, "")],
    ..ModuleSpec::named("__main__")
};
static _METHOD: &[Method] = &[];

fn show(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = th.repr(args[0])?;
    println!("{}", text.display());
    Ok(Value::NONE)
}

fn clock(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    Ok(Value::from_f64(START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()))
}

fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let source = std::fs::read(&path).expect("readable");
    let compiled = match compile(&source, &path, Mode::Exec, &Options::default()) {
        Ok(compiled) => compiled,
        Err(error) => {
            eprintln!("{error:?}");
            std::process::exit(1);
        }
    };
    let run = move || {
        let mut th = start::start(Settings::default()).expect("a runtime");
        let result = (|| {
            let module = MAIN.make(&mut th)?;
            let code = Code::new(&mut th, Arc::new(compiled.code))?;
            th.run_code(code, module.dict(), module.dict().value(), Value::UNBOUND)
        })();
        if result.is_err() {
            let exception = th.take_exception();
            let class = th.class_of(exception).display_name();
            let text = th.str(exception).map(|t| t.display()).unwrap_or_default();
            println!("{class}: {text}");
        }
    };
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("no panic");
}
