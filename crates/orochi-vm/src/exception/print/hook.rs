//! `sys.excepthook`, and what happens to an exception that ends the program or a thread.

use super::{Output, chain, quiet_attribute, safe_str, write_raw, write_to_stderr};
use crate::exception::{BaseException, Raised, classes, traceback_of};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::operation::native_of;
use crate::thread::Thread;
use crate::types::traceback::Traceback;

/// `sys.excepthook(type, value, traceback)` as the runtime has it.
pub fn hook_function(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (value, traceback) = (args[1], args[2]);
    if let Some(exception) = value.cast::<BaseException>() {
        if traceback.cast::<Traceback>().is_some() && traceback_of(th, value)?.is_none() {
            let guard = th.write(exception)?;
            guard.traceback.set(guard.token(), traceback);
        }
        print(th, value)?;
    } else {
        let got = th.type_name(value);
        let mut out = Output::new();
        out.push(&format!(
            "TypeError: print_exception(): Exception expected for value, {got} found\n"
        ));
        write_to_stderr(th, out)?;
    }
    Ok(Value::NONE)
}

/// Writes the report of an exception to `sys.stderr`.
fn print(th: &mut Thread, exception: Value) -> Result<(), Raised> {
    let mut out = Output::new();
    chain::format(th, &mut out, exception)?;
    write_to_stderr(th, out)
}

/// As [`print`](fn@print), whatever goes wrong.
fn print_somehow(th: &mut Thread, exception: Value) {
    if print(th, exception).is_err() {
        th.take_exception();
        let name = th.type_name(exception);
        write_raw(&format!("{name}\n"));
    }
}

fn say(th: &mut Thread, text: &str) {
    let mut out = Output::new();
    out.push(text);
    if write_to_stderr(th, out).is_err() {
        th.take_exception();
        write_raw(text);
    }
}

/// Reports an exception that ends the program or an interactive statement, by `sys.excepthook`.
/// A `SystemExit` is not for this: see [`exit_status`].
pub fn report_uncaught(th: &mut Thread, exception: Value) {
    if let Err(raised) = remember(th, exception) {
        let _ = raised;
        th.take_exception();
    }
    let hook = th.vm.sys.try_get().map(|sys| sys.get_str(th, crate::name!(th, "excepthook")));
    match hook {
        Some(Ok(Some(hook))) if native_of(hook) == Some(hook_function as *const ()) => {
            print_somehow(th, exception);
        }
        Some(Ok(Some(hook))) => {
            let class = th.class_of(exception).value();
            let traceback = traceback_of(th, exception).unwrap_or(Value::NONE);
            match th.call(hook, &[class, exception, traceback]) {
                Ok(_) => {}
                Err(_) => {
                    let failure = th.take_exception();
                    if failure.is_unbound() {
                        return;
                    }
                    say(th, "Error in sys.excepthook:\n");
                    print_somehow(th, failure);
                    say(th, "\nOriginal exception was:\n");
                    print_somehow(th, exception);
                }
            }
        }
        Some(Err(_)) => {
            th.take_exception();
            print_somehow(th, exception);
        }
        Some(Ok(None)) => {
            say(th, "sys.excepthook is missing\n");
            print_somehow(th, exception);
        }
        None => print_somehow(th, exception),
    }
}

/// Sets `sys.last_exc` and the like.
fn remember(th: &mut Thread, exception: Value) -> Result<(), Raised> {
    let Some(sys) = th.vm.sys.try_get() else { return Ok(()) };
    let class = th.class_of(exception).value();
    let traceback = traceback_of(th, exception)?;
    let pairs = [
        ("last_exc", exception),
        ("last_type", class),
        ("last_value", exception),
        ("last_traceback", traceback),
    ];
    for (name, value) in pairs {
        let name = th.intern(name)?;
        sys.set_str(th, name, value)?;
    }
    Ok(())
}

/// The process's exit status for an exception that ends the program: that of a `SystemExit`,
/// whose message is written if its code is one; for anything else, which is reported, 1.
pub fn exit_status(th: &mut Thread, exception: Value) -> i32 {
    if !th.is_instance(exception, classes::SYSTEM_EXIT.class()) {
        let interrupted = th.is_instance(exception, classes::KEYBOARD_INTERRUPT.class());
        report_uncaught(th, exception);
        return if interrupted { 130 } else { 1 };
    }
    let code = quiet_attribute(th, exception, "code").ok().flatten().unwrap_or(Value::NONE);
    if code.is_none() {
        return 0;
    }
    if let Some(status) = crate::types::int::as_i64(code) {
        return status as i32;
    }
    if th.is_instance(code, crate::types::int::SPEC.class()) {
        // An int that no status can be.
        return -1;
    }
    if let Ok(text) = safe_str(th, code, "code") {
        let mut out = Output::new();
        out.push_str_object(text);
        out.push("\n");
        if write_to_stderr(th, out).is_err() {
            th.take_exception();
        }
    }
    1
}

/// What `threading.excepthook` writes of an exception that ends a thread.
pub fn print_thread_exception(
    th: &mut Thread,
    exception: Value,
    thread: Value,
) -> Result<(), Raised> {
    if th.is_instance(exception, classes::SYSTEM_EXIT.class()) {
        return Ok(());
    }
    let name = if thread.is_none() { None } else { quiet_attribute(th, thread, "name")? };
    let mut out = Output::new();
    out.push("Exception in thread ");
    match name {
        Some(name) => {
            let name = safe_str(th, name, "name")?;
            out.push_str_object(name);
        }
        None => out.push(&th.ident.get().to_string()),
    }
    out.push(":\n");
    chain::format(th, &mut out, exception)?;
    write_to_stderr(th, out)
}
