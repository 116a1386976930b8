//! Classes, descriptors, calls and built-in functions, by small programs: what each prints.
//!
//! The programs run one after the other in one runtime without library and import machinery; the
//! module's `print` writes to a buffer.

use std::sync::{Arc, Mutex};

use orochi_compiler::{Mode, Options, compile_str};
use orochi_vm::class::function;
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::str::Str;
use orochi_vm::vm::{Settings, start};

static PRINTED: Mutex<String> = Mutex::new(String::new());

static STDOUT: ModuleSpec = ModuleSpec {
    functions: &[function("write(text, /)", write, "")],
    ..ModuleSpec::named("stdout")
};
static MAIN: ModuleSpec = ModuleSpec::named("__main__");

fn write(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if let Some(text) = args[0].cast::<Str>() {
        PRINTED.lock().unwrap().push_str(&text.display());
    }
    Ok(Value::NONE)
}

/// What every program begins with: `t(f)` shows what calling `f` does.
const PRELUDE: &str = "\
def t(f, *args):
    try:
        print('ok', f(*args))
    except Exception as e:
        print(type(e).__name__ + ':', e)
";

fn run(th: &mut Thread, source: &str) -> Result<(), Raised> {
    let compiled =
        compile_str(source, "<test>", Mode::Exec, &Options::default()).expect("it compiles");
    let module = MAIN.make(th)?;
    let code = Code::new(th, Arc::new(compiled.code))?;
    th.run_code(code, module.dict(), module.dict().value(), Value::UNBOUND).map(drop)
}

/// Whether a program prints what is expected; says where it does not.
fn check(th: &mut Thread, name: &str, program: &str, expected: &str) -> bool {
    PRINTED.lock().unwrap().clear();
    let result = run(th, &format!("{PRELUDE}{program}"));
    if result.is_err() {
        let exception = th.take_exception();
        let text = th.repr(exception).map(|text| text.display()).unwrap_or_default();
        panic!("{name}: {text}");
    }
    let printed = PRINTED.lock().unwrap().trim_end().to_owned();
    let differing = printed.lines().zip(expected.trim_end().lines()).find(|(a, b)| a != b);
    if let Some((got, wanted)) = differing {
        println!("{name}:\n     got {got}\n  wanted {wanted}");
    }
    printed == expected.trim_end()
}

/// Programs and what they print, apart by lines of a name in `###` and of `---`.
const PROGRAMS: &str = include_str!("object_model.txt");

#[test]
fn programs() {
    let all = || {
        let mut th = start::start(Settings::default()).expect("a runtime");
        let out = STDOUT.make(&mut th).unwrap();
        let name = th.intern("stdout").unwrap();
        th.vm.sys.get().set_str(&mut th, name, out.value()).unwrap();
        let (mut count, mut wrong) = (0, 0);
        for part in PROGRAMS.split("\n### ").skip(1) {
            let (name, rest) = part.split_once('\n').unwrap();
            let (program, expected) = rest.split_once("\n---\n").unwrap();
            wrong += usize::from(!check(&mut th, name, program, expected));
            count += 1;
        }
        assert_eq!(wrong, 0);
        assert!(count > 20, "{count} programs");
    };
    // Programs that recurse without end need a native stack to end in `RecursionError`.
    std::thread::Builder::new().stack_size(64 << 20).spawn(all).unwrap().join().unwrap();
}
