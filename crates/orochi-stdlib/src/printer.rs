//! The standard printer: text streams on the process's output descriptors, and lines of its input,
//! for as long as `io` has not been imported.
//!
//! Writing collects text in a buffer, which is written away when it is full, at line ends if
//! somebody watches, and at the end of the program.

use std::io::{BufRead, Write};
use std::sync::Mutex;

use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;

heap_object! {
    /// A stream on a descriptor.
    pub immutable struct Printer: SPEC {
        values {}
        storage {}
        data {
            /// The descriptor: 0, 1 or 2.
            descriptor: u64,
        }
    }
}

/// The class `standard_printer`.
pub static SPEC: TypeSpec = TypeSpec {
    module: "_orochi",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("standard_printer", NativeLayout::of::<Printer>())
};

static METHODS: &[Method] = &[
    method("write($self, text, /)", write, "Write text; return its length."),
    method("flush($self, /)", flush, "Write what has been collected."),
    method("fileno($self, /)", fileno, "The descriptor."),
    method("isatty($self, /)", isatty, "Whether the descriptor is a terminal."),
    method("readline($self, size=-1, /)", readline, "Read a line of standard input."),
];

static GETSET: &[GetSet] = &[
    getter("encoding", |th, _| Ok(th.intern("utf-8")?.value()), ""),
    getter("errors", |th, _| Ok(th.intern("backslashreplace")?.value()), ""),
    getter("closed", |_, _| Ok(Value::FALSE), ""),
    getter(
        "name",
        |th, this| {
            let printer = th.receiver::<Printer>(this)?;
            let name = ["<stdin>", "<stdout>", "<stderr>"][printer.descriptor.get() as usize % 3];
            Ok(th.intern(name)?.value())
        },
        "",
    ),
];

/// What has been collected for standard output and standard error.
static BUFFERS: [Mutex<Vec<u8>>; 2] = [Mutex::new(Vec::new()), Mutex::new(Vec::new())];
const FULL: usize = 16 << 10;

/// Writes what has been collected for a descriptor.
pub fn flush_descriptor(descriptor: u64) -> std::io::Result<()> {
    let buffer = &BUFFERS[usize::from(descriptor == 2)];
    let mut buffer = buffer.lock().unwrap_or_else(|e| e.into_inner());
    let text = std::mem::take(&mut *buffer);
    if descriptor == 2 {
        std::io::stderr().lock().write_all(&text)
    } else {
        let mut out = std::io::stdout().lock();
        out.write_all(&text).and_then(|()| out.flush())
    }
}

fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let descriptor = th.receiver::<Printer>(args[0])?.descriptor.get();
    let Some(text) = args[1].cast::<Str>() else {
        let got = th.type_name(args[1]);
        return Err(th.type_error(format!("write() argument must be str, not {got}")));
    };
    let shown = text.display();
    let watched = descriptor == 2 || th.vm.settings.unbuffered || is_terminal(descriptor);
    let due = {
        let buffer = &BUFFERS[usize::from(descriptor == 2)];
        let mut buffer = buffer.lock().unwrap_or_else(|e| e.into_inner());
        buffer.extend_from_slice(shown.as_bytes());
        buffer.len() >= FULL || (watched && shown.ends_with('\n'))
    };
    if due {
        finish_flush(th, descriptor)?;
    }
    th.int_from_i64(text.len() as i64)
}

fn finish_flush(th: &mut Thread, descriptor: u64) -> Result<(), Raised> {
    match th.away(|| flush_descriptor(descriptor)) {
        Ok(()) => Ok(()),
        Err(error) => Err(th.os_error(error.raw_os_error().unwrap_or(libc::EIO))),
    }
}

fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let descriptor = th.receiver::<Printer>(args[0])?.descriptor.get();
    finish_flush(th, descriptor)?;
    Ok(Value::NONE)
}

fn fileno(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let descriptor = th.receiver::<Printer>(args[0])?.descriptor.get();
    th.int_from_i64(descriptor as i64)
}

fn is_terminal(descriptor: u64) -> bool {
    use std::io::IsTerminal;
    match descriptor {
        0 => std::io::stdin().is_terminal(),
        1 => std::io::stdout().is_terminal(),
        _ => std::io::stderr().is_terminal(),
    }
}

fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let descriptor = th.receiver::<Printer>(args[0])?.descriptor.get();
    Ok(Value::from_bool(is_terminal(descriptor)))
}

fn readline(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Printer>(args[0])?;
    let read = th.away(|| {
        let mut line = Vec::new();
        std::io::stdin().lock().read_until(b'\n', &mut line).map(|_| line)
    });
    match read {
        Ok(line) => Ok(th.new_str(&String::from_utf8_lossy(&line))?.value()),
        Err(error) => Err(th.os_error(error.raw_os_error().unwrap_or(libc::EIO))),
    }
}
