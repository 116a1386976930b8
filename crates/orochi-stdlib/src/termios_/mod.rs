//! `termios`: settings of terminals.

mod constants;

use std::sync::OnceLock;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use crate::argument::{c_int, c_long};
use crate::posix::blocking::attempt;
use crate::posix::path::file_descriptor;
use crate::system::{Outcome, terminal};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides an interface to the Posix calls for tty I/O control.\n\n\
          For a complete description of these calls, see the Posix or Unix manual\n\
          pages. It is only available for those Unix versions that support Posix\n\
          *termios* style tty I/O control (and then only if configured at installation\n\
          time).\n\n\
          All functions in this module take a file descriptor fd as their first\n\
          argument. This can be an integer file descriptor, such as returned by\n\
          sys.stdin.fileno(), or a file object, such as sys.stdin itself.",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        let error = error_class(th)?;
        module.dict().set_str(th, th.name("error"), error)?;
        for &(name, number) in constants::CONSTANTS {
            let value = th.int_from_i64(number)?;
            module.dict().set_str(th, th.name(name), value)?;
        }
        Ok(())
    }),
    ..ModuleSpec::named("termios")
};

static FUNCTIONS: &[Method] = &[
    function("tcgetattr(fd, /)", tcgetattr, "Get the tty attributes for file descriptor fd."),
    function(
        "tcsetattr(fd, when, attributes, /)",
        tcsetattr,
        "Set the tty attributes for file descriptor fd.",
    ),
    function(
        "tcsendbreak(fd, duration, /)",
        |th, args| simple(th, args, terminal::send_break),
        "Send a break on file descriptor fd.",
    ),
    function(
        "tcdrain(fd, /)",
        tcdrain,
        "Wait until all output written to file descriptor fd has been transmitted.",
    ),
    function(
        "tcflush(fd, queue, /)",
        |th, args| simple(th, args, terminal::flush),
        "Discard queued data on file descriptor fd.",
    ),
    function(
        "tcflow(fd, action, /)",
        |th, args| simple(th, args, terminal::flow),
        "Suspend or resume input or output on file descriptor fd.",
    ),
    function("tcgetwinsize(fd, /)", tcgetwinsize, "Get the tty winsize for file descriptor fd."),
    function(
        "tcsetwinsize(fd, winsize, /)",
        tcsetwinsize,
        "Set the tty winsize for file descriptor fd.",
    ),
];

/// `termios.error`
static ERROR: OnceLock<Rooted<Value>> = OnceLock::new();

fn error_class(th: &mut Thread) -> Result<Value, Raised> {
    if let Some(class) = ERROR.get() {
        return Ok(class.get());
    }
    let name = th.intern("error")?.value();
    let bases = Tuple::from_slice(th, &[classes::EXCEPTION.class().value()])?.value();
    let namespace = Dict::new(th)?;
    let module = th.intern("termios")?.value();
    namespace.set_str(th, name!(th, "__module__"), module)?;
    let metaclass = orochi_vm::types::type_::SPEC.class().value();
    let class = th.call(metaclass, &[name, bases, namespace.value()])?;
    Ok(ERROR.get_or_init(|| Heap::get().roots().root(class)).get())
}

/// Makes a call; raises `termios.error` if it fails.
fn run<T>(th: &mut Thread, work: impl FnMut() -> Outcome<T>) -> Result<T, Raised> {
    match attempt(th, work)? {
        Ok(result) => Ok(result),
        Err(errno) => {
            let class = error_class(th)?;
            let text = th.new_str(&orochi_vm::exception::text_of_errno(errno))?.value();
            let error = th.call(class, &[Value::from_i32(errno), text])?;
            Err(th.raise_value(error))
        }
    }
}

fn simple(
    th: &mut Thread,
    args: &[Value],
    call: fn(i32, i32) -> Outcome<i32>,
) -> Result<Value, Raised> {
    let (fd, number) = (file_descriptor(th, args[0])?, c_int(th, args[1])?);
    run(th, || call(fd, number))?;
    Ok(Value::NONE)
}

fn tcdrain(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    run(th, || terminal::drain(fd))?;
    Ok(Value::NONE)
}

fn tcgetattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let settings = run(th, || terminal::get(fd))?;
    let characters = List::with_capacity(th, settings.c_cc.len())?;
    let canonical = settings.c_lflag & libc::ICANON != 0;
    for (at, &character) in settings.c_cc.iter().enumerate() {
        let value = if !canonical && (at == libc::VMIN || at == libc::VTIME) {
            Value::from_i32(i32::from(character))
        } else {
            th.new_bytes(&[character])?.value()
        };
        characters.push(th, value)?;
    }
    let (input, output) = terminal::speeds(&settings);
    let numbers =
        [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag, input, output];
    let list = List::with_capacity(th, 7)?;
    for number in numbers {
        let number = th.int_from_i64(i64::from(number))?;
        list.push(th, number)?;
    }
    list.push(th, characters.value())?;
    Ok(list.value())
}

fn tcsetattr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, when) = (file_descriptor(th, args[0])?, c_int(th, args[1])?);
    let bad = |th: &Thread| th.type_error("tcsetattr, arg 3: must be 7 element list");
    let Some(list) = args[2].cast::<List>() else { return Err(bad(th)) };
    let items = list.snapshot(th)?;
    if items.len() != 7 {
        return Err(bad(th));
    }
    let mut settings = run(th, || terminal::get(fd))?;
    let mut numbers = [0u32; 6];
    for (number, &item) in numbers.iter_mut().zip(items.iter()) {
        *number = c_long(th, item)? as u32;
    }
    settings.c_iflag = numbers[0];
    settings.c_oflag = numbers[1];
    settings.c_cflag = numbers[2];
    settings.c_lflag = numbers[3];
    let characters = match items[6].cast::<List>() {
        Some(characters) => characters.snapshot(th)?,
        None => return Err(th.type_error("tcsetattr: attributes[6] must be 32 element list")),
    };
    if characters.len() != settings.c_cc.len() {
        return Err(th.type_error(format!(
            "tcsetattr: attributes[6] must be {} element list",
            settings.c_cc.len()
        )));
    }
    for (to, &item) in settings.c_cc.iter_mut().zip(characters.iter()) {
        *to = match item.cast::<Bytes>() {
            Some(bytes) if bytes.len() == 1 => bytes.as_slice()[0],
            _ => match as_i64(item) {
                Some(number) => number as u8,
                None => {
                    return Err(th.type_error(
                        "tcsetattr: elements of attributes must be characters or integers",
                    ));
                }
            },
        };
    }
    run(th, || terminal::set_speeds(&mut settings, numbers[4], numbers[5]))?;
    run(th, || terminal::set(fd, when, &settings))?;
    Ok(Value::NONE)
}

fn tcgetwinsize(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let size = run(th, || terminal::size(fd))?;
    let values = [Value::from_i32(i32::from(size[0])), Value::from_i32(i32::from(size[1]))];
    Ok(Tuple::from_slice(th, &values)?.value())
}

fn tcsetwinsize(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = file_descriptor(th, args[0])?;
    let mut items = orochi_vm::heap::RootVec::new();
    th.collect(args[1], &mut items)?;
    if items.len() != 2 {
        return Err(th.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
    }
    let mut size = run(th, || terminal::size(fd))?;
    for at in 0..2 {
        size[at] = match u16::try_from(c_long(th, items[at])?) {
            Ok(number) => number,
            Err(_) => return Err(th.overflow_error("winsize value(s) out of range")),
        };
    }
    run(th, || terminal::set_size(fd, size))?;
    Ok(Value::NONE)
}
