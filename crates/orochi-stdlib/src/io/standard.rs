//! The standard streams: `sys.stdin`, `sys.stdout` and `sys.stderr`.
//!
//! Each is a text stream over a buffered stream over the process's descriptor, which it never
//! closes. A descriptor that is not open gives None. Standard error keeps nothing behind a line
//! end and escapes what cannot be encoded; with `-u` standard output and error keep nothing at
//! all. `PYTHONIOENCODING=encoding:errors` has the last word on both.

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;

use super::{DEFAULT_BUFFER_SIZE, buffered, call, file, text};
use crate::sys::encoding;

/// Makes the streams and enters them into `sys`.
pub fn open_standard(th: &mut Thread, sys: Ref<Dict>) -> Result<(), Raised> {
    // A second runtime in one process cannot be, so this is set once.
    let _ = th.vm.write_ascii.set(text::write_ascii);
    let (encoding, errors) = wanted(th);
    let streams = [
        (0, "stdin", "__stdin__", errors.as_str()),
        (1, "stdout", "__stdout__", errors.as_str()),
        (2, "stderr", "__stderr__", "backslashreplace"),
    ];
    for (descriptor, name, saved, errors) in streams {
        let stream = open(th, descriptor, &format!("<{name}>"), &encoding, errors)?;
        for key in [name, saved] {
            let key = th.intern(key)?;
            sys.set_str(th, key, stream)?;
        }
    }
    Ok(())
}

/// The encoding, and the error handler of standard input and output.
fn wanted(th: &Thread) -> (String, String) {
    let (mut encoding, usual) = encoding::of_streams();
    let mut errors = usual.to_owned();
    let given = std::env::var("PYTHONIOENCODING").ok();
    if let Some(given) = given.filter(|_| !th.vm.settings.ignore_environment) {
        let (wanted_encoding, wanted_errors) = given.split_once(':').unwrap_or((&given, ""));
        if !wanted_encoding.is_empty() {
            encoding = wanted_encoding.to_owned();
            // Who names an encoding gets its errors, unless a handler is named as well.
            errors = "strict".to_owned();
        }
        if !wanted_errors.is_empty() {
            errors = wanted_errors.to_owned();
        }
    }
    (encoding, errors)
}

fn open(
    th: &mut Thread,
    descriptor: i32,
    name: &str,
    encoding: &str,
    errors: &str,
) -> Result<Value, Raised> {
    // SAFETY: asks for the flags of a descriptor, which need not be open.
    if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
        return Ok(Value::NONE);
    }
    let writing = descriptor != 0;
    let unbuffered = writing && th.vm.settings.unbuffered;
    let mode = if writing { "w" } else { "r" };
    let raw = match file::open_new(th, Value::from_i32(descriptor), mode, false, None) {
        Ok(raw) => raw,
        // A folder, for example.
        Err(raised) => match th.catch(raised, &classes::OS_ERROR) {
            Some(_) => return Ok(Value::NONE),
            None => return Err(raised),
        },
    };
    let label = th.new_str(name)?.value();
    th.set_attribute(raw, name!(th, "name"), label)?;
    let terminal = {
        let answer = call(th, raw, "isatty", &[])?;
        th.is_true(answer)?
    };
    let buffer = if unbuffered {
        raw
    } else {
        let spec = if writing { &buffered::WRITER } else { &buffered::READER };
        buffered::new_stream(th, spec, raw, DEFAULT_BUFFER_SIZE)?
    };
    let (encoding, errors) = (th.new_str(encoding)?.value(), th.new_str(errors)?.value());
    let newline = th.intern("\n")?.value();
    let line_buffering = writing && !unbuffered && (terminal || descriptor == 2);
    let stream = text::new_stream(th, buffer, encoding, errors, newline, line_buffering)?;
    if unbuffered {
        text::set_write_through(th, stream)?;
    }
    let mode = th.intern(mode)?.value();
    th.set_attribute(stream, name!(th, "mode"), mode)?;
    Ok(stream)
}

/// Flushes `sys.stdout` and `sys.stderr` at the end of the program; whether standard output has
/// taken everything. A failure is reported as unraisable.
pub fn flush_at_exit(th: &mut Thread) -> bool {
    let mut complete = true;
    for (name, fatal) in [("stdout", true), ("stderr", false)] {
        if flush(th, name).is_err() {
            if fatal {
                th.write_unraisable("Exception ignored while flushing sys.stdout", Value::NONE);
                complete = false;
            } else {
                th.take_exception();
            }
        }
    }
    complete
}

fn flush(th: &mut Thread, name: &str) -> Result<(), Raised> {
    let name = th.intern(name)?;
    let Some(stream) = th.vm.sys.get().get_str(th, name)?.filter(|s| !s.is_none()) else {
        return Ok(());
    };
    let closed = match th.find_attribute(stream, name!(th, "closed")) {
        Ok(Some(closed)) => th.is_true(closed),
        Ok(None) => Ok(false),
        Err(raised) => Err(raised),
    };
    match closed {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        Err(_) => {
            th.take_exception();
        }
    }
    call(th, stream, "flush", &[]).map(drop)
}
