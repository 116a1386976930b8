//! `OSError`: an error of the operating system, whose number chooses the class.
//!
//! A class that overrides `__init__` but not `__new__` expects its own arguments there, so for
//! it the fields are set by `__init__`; for all others `__new__` does it, since by then the class
//! must be known.

use orochi_text::TextBuf;

use super::base::{self, args_of, class_argument, finish_text, own_state, reduced, refuse_names};
use super::object::{a, allocate, b, c, d, e, receiver};
use super::{Raised, classes};
use crate::class::{Class, GetSet, Method, Special, TypeSpec, function, method, property};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

pub(super) const NEW: Method = function(
    "__new__($type, /, *args, **kwargs)",
    new,
    "Create and return a new object.  See help(type) for accurate signature.",
);

pub(super) static METHODS: &[Method] = &[
    method(
        "__init__($self, /, *args, **kwargs)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__str__($self, /)", str, "Return str(self)."),
    method("__reduce__($self, /)", reduce, "Helper for pickle."),
];

pub(super) static GETSET: &[GetSet] = &[
    property("errno", a::get, a::set, "POSIX exception code"),
    property("strerror", b::get, b::set, "exception strerror"),
    property("filename", c::get, c::set, "exception filename"),
    property("filename2", d::get, d::set, "second exception filename"),
    property("characters_written", written_get, written_set, ""),
];

/// The class for an error number.
pub(crate) fn class_of_errno(errno: i64) -> &'static TypeSpec {
    use libc as l;
    match i32::try_from(errno).unwrap_or(0) {
        l::EAGAIN | l::EALREADY | l::EINPROGRESS => &classes::BLOCKING_IO_ERROR,
        l::EPIPE | l::ESHUTDOWN => &classes::BROKEN_PIPE_ERROR,
        l::ECHILD => &classes::CHILD_PROCESS_ERROR,
        l::ECONNABORTED => &classes::CONNECTION_ABORTED_ERROR,
        l::ECONNREFUSED => &classes::CONNECTION_REFUSED_ERROR,
        l::ECONNRESET => &classes::CONNECTION_RESET_ERROR,
        l::EEXIST => &classes::FILE_EXISTS_ERROR,
        l::ENOENT => &classes::FILE_NOT_FOUND_ERROR,
        l::EISDIR => &classes::IS_A_DIRECTORY_ERROR,
        l::ENOTDIR => &classes::NOT_A_DIRECTORY_ERROR,
        l::EINTR => &classes::INTERRUPTED_ERROR,
        l::EACCES | l::EPERM => &classes::PERMISSION_ERROR,
        l::ESRCH => &classes::PROCESS_LOOKUP_ERROR,
        l::ETIMEDOUT => &classes::TIMEOUT_ERROR,
        _ => &classes::OS_ERROR,
    }
}

/// The system's text for an error number.
pub fn text_of_errno(errno: i32) -> String {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is as long as said; the result is a text in it, ended by zero.
    let failed = unsafe { libc::strerror_r(errno, buffer.as_mut_ptr().cast(), buffer.len()) } != 0;
    let end = buffer.iter().position(|&byte| byte == 0).unwrap_or(0);
    if failed && end == 0 {
        return format!("Unknown error {errno}");
    }
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

impl Thread {
    /// Raises the `OSError` for an error number.
    #[cold]
    pub fn os_error(&self, errno: i32) -> Raised {
        self.os_error_for(errno, &[])
    }

    /// Raises the `OSError` for an error number that concerns one or two files.
    #[cold]
    pub fn os_error_for(&self, errno: i32, files: &[Value]) -> Raised {
        let text = match self.new_str(&text_of_errno(errno)) {
            Ok(text) => text.value(),
            Err(raised) => return raised,
        };
        let file = |at: usize| files.get(at).copied().unwrap_or(Value::UNBOUND);
        let args = [Value::from_i32(errno), text, file(0), file(1)];
        let class = class_of_errno(i64::from(errno)).class();
        self.raise_with(class, &args[..2 + files.len().min(2)])
    }

    /// Raises the `OSError` for an error of the standard library.
    #[cold]
    pub fn io_error(&self, error: &std::io::Error) -> Raised {
        match error.raw_os_error() {
            Some(errno) => self.os_error(errno),
            None => self.raise_message(&classes::OS_ERROR, &error.to_string()),
        }
    }
}

/// Whether `__init__` is to set the fields.
fn in_init(th: &Thread, class: Ref<Class>) -> bool {
    let own = classes::OS_ERROR.class();
    class.special(th, Special::Init) != own.special(th, Special::Init)
        && class.special(th, Special::New) == own.special(th, Special::New)
}

/// What the arguments mean: errno, strerror, filename, filename2.
struct Parsed {
    fields: [Value; 4],
}

impl Parsed {
    fn new(args: &Tuple) -> Parsed {
        let mut fields = [Value::UNBOUND; 4];
        if (2..=5).contains(&args.len()) {
            // The fourth is `winerror`, which means something elsewhere only.
            for (field, at) in fields.iter_mut().zip([0, 1, 2, 4]) {
                *field = args.get(at);
            }
        }
        Parsed { fields }
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut class = class_argument(th, args[0], "OSError")?;
    if in_init(th, class) {
        return Ok(allocate(th, class, th.vm.empty_tuple.get().value())?.value());
    }
    if let Some(names) = args[2].cast::<crate::types::dict::Dict>()
        && names.len(th)? > 0 {
            let name = class.display_name();
            return Err(th.type_error(format!("{name}() takes no keyword arguments")));
        }
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let parsed = Parsed::new(&given);
    if class == classes::OS_ERROR.class() && parsed.fields[0].is_int() {
        class = class_of_errno(parsed.fields[0].as_int()).class();
    }
    let made = allocate(th, class, given.value())?.value();
    set_fields(th, made, given, parsed)?;
    Ok(made)
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?;
    let class = th.class_of(args[0]);
    if !in_init(th, class) {
        return Ok(Value::NONE);
    }
    refuse_names(th, args[0], args[2])?;
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    set_fields(th, args[0], given, Parsed::new(&given))?;
    Ok(Value::NONE)
}

fn set_fields(
    th: &mut Thread,
    object: Value,
    given: Ref<Tuple>,
    parsed: Parsed,
) -> Result<(), Raised> {
    let [errno, text, file, file2] = parsed.fields;
    let exception = receiver(th, object)?;
    let mut shown = given;
    let mut written = Value::UNBOUND;
    let mut named = Value::UNBOUND;
    if !file.is_unbound() && !file.is_none() {
        let blocking = th.is_instance(object, classes::BLOCKING_IO_ERROR.class());
        let number = th.class_of(file).special(th, Special::Index).is_some();
        if blocking && number {
            written = th.index(file)?;
        } else {
            named = file;
            if (2..=5).contains(&given.len()) {
                shown = Tuple::from_slice(th, &given.as_slice()[..2])?;
            }
        }
    }
    let guard = th.write(exception)?;
    let token = guard.token();
    guard.args.set(token, shown.value());
    guard.a.set(token, errno);
    guard.b.set(token, text);
    guard.c.set(token, named);
    guard.d.set(token, if named.is_unbound() { Value::UNBOUND } else { file2 });
    guard.e.set(token, written);
    Ok(())
}

fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let exception = receiver(th, args[0])?;
    let (errno, text, file, file2) = {
        let fields = th.read(exception)?;
        (fields.a.get(), fields.b.get(), fields.c.get(), fields.d.get())
    };
    let or_none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let named = !file.is_unbound() && !file.is_none();
    if !named && (errno.is_unbound() || text.is_unbound()) {
        return base::str(th, args);
    }
    let mut out = TextBuf::new();
    out.push_str("[Errno ");
    out.push_text(th.str(or_none(errno))?.text());
    out.push_str("] ");
    out.push_text(th.str(or_none(text))?.text());
    if named {
        out.push_str(": ");
        out.push_text(th.repr(file)?.text());
        if !file2.is_unbound() && !file2.is_none() {
            out.push_str(" -> ");
            out.push_text(th.repr(file2)?.text());
        }
    }
    finish_text(th, out)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut given = args_of(th, args[0])?;
    let (file, file2) = (c::get(th, args[0])?, d::get(th, args[0])?);
    if given.len() == 2 && !file.is_none() {
        let (errno, text) = (given.get(0), given.get(1));
        given = if file2.is_none() {
            Tuple::from_slice(th, &[errno, text, file])?
        } else {
            Tuple::from_slice(th, &[errno, text, file, Value::NONE, file2])?
        };
    }
    let state = own_state(th, args[0])?;
    reduced(th, args[0], given.value(), state)
}

fn written_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let value = e::get(th, object)?;
    if value.is_none() { Err(th.attribute_error("characters_written")) } else { Ok(value) }
}

fn written_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    if value.is_unbound() {
        written_get(th, object)?;
        return e::set(th, object, value);
    }
    let count = th.index(value)?;
    e::set(th, object, count)
}
