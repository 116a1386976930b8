//! `open()`.

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, Value};
use orochi_vm::name;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::is_int_like;
use orochi_vm::types::str::Str;

use super::{DEFAULT_BUFFER_SIZE, buffered, call, errors, file, text};
use crate::argument::{c_int, given, truth_or};
use crate::posix::path::fspath;

pub(super) const SIGNATURE: &str = "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)";
pub(super) const DOC: &str = "Open file and return a stream.  Raise OSError upon failure.\n\n\
    file is either a text or byte string giving the name (and the path\n\
    if the file isn't in the current working directory) of the file to\n\
    be opened or an integer file descriptor of the file to be\n\
    wrapped.\n\n\
    mode is an optional string that specifies the mode in which the file\n\
    is opened: 'r' (default), 'w', 'x' or 'a', with 't' (default) or 'b',\n\
    and '+' for updating.";

/// A mode string, taken apart.
#[derive(Default)]
struct Mode {
    creating: bool,
    reading: bool,
    writing: bool,
    appending: bool,
    updating: bool,
    text: bool,
    binary: bool,
}

impl Mode {
    fn parse(th: &mut Thread, value: Value) -> Result<(Mode, String), Raised> {
        let Some(text) = value.cast::<Str>() else {
            let kind = th.type_name(value);
            return Err(th.type_error(format!("open() argument 'mode' must be str, not {kind}")));
        };
        let text = text.display();
        let mut mode = Mode::default();
        for c in text.chars() {
            let flag = match c {
                'x' => &mut mode.creating,
                'r' => &mut mode.reading,
                'w' => &mut mode.writing,
                'a' => &mut mode.appending,
                '+' => &mut mode.updating,
                't' => &mut mode.text,
                'b' => &mut mode.binary,
                _ => return Err(th.value_error(format!("invalid mode: '{text}'"))),
            };
            if std::mem::replace(flag, true) {
                return Err(th.value_error(format!("invalid mode: '{text}'")));
            }
        }
        Ok((mode, text))
    }

    fn check(&self, th: &Thread) -> Result<(), Raised> {
        let kinds = [self.creating, self.reading, self.writing, self.appending];
        if self.text && self.binary {
            return Err(th.value_error("can't have text and binary mode at once"));
        }
        match kinds.iter().filter(|&&kind| kind).count() {
            1 => Ok(()),
            _ => Err(th.value_error("must have exactly one of create/read/write/append mode")),
        }
    }

    /// The mode for the raw file.
    fn raw(&self) -> String {
        let parts = [
            (self.creating, 'x'),
            (self.reading, 'r'),
            (self.writing, 'w'),
            (self.appending, 'a'),
            (self.updating, '+'),
        ];
        parts.iter().filter(|(on, _)| *on).map(|(_, c)| c).collect()
    }
}

pub(super) fn open(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let file = if is_int_like(args[0]) { args[0] } else { fspath(th, args[0])? };
    let mode_value = if args[1].is_unbound() { th.intern("r")?.value() } else { args[1] };
    let (mode, mode_text) = Mode::parse(th, mode_value)?;
    let buffering = if args[2].is_unbound() { -1 } else { c_int(th, args[2])? };
    for (value, name) in [(args[3], "encoding"), (args[4], "errors"), (args[5], "newline")] {
        if let Some(value) = given(value)
            && value.cast::<Str>().is_none()
        {
            let kind = th.type_name(value);
            return Err(
                th.type_error(format!("open() argument '{name}' must be str or None, not {kind}"))
            );
        }
    }
    mode.check(th)?;
    if mode.binary {
        for (value, what) in
            [(args[3], "an encoding"), (args[4], "an errors"), (args[5], "a newline")]
        {
            if given(value).is_some() {
                return Err(th.value_error(format!("binary mode doesn't take {what} argument")));
            }
        }
        if buffering == 1 {
            th.warn(
                &classes::RUNTIME_WARNING,
                "line buffering (buffering=1) isn't supported in binary mode, the default \
                 buffer size will be used",
                1,
            )?;
        }
    }
    let closes = truth_or(th, args[6], true)?;
    let raw = file::open_new(th, file, &mode.raw(), closes, given(args[7]))?;
    let result = wrap(th, raw, &mode, &mode_text, buffering, args);
    let Err(raised) = result else { return result };
    errors::both(th, |_| Err(raised), |th| call(th, raw, "close", &[]))
}

fn wrap(
    th: &mut Thread,
    raw: Value,
    mode: &Mode,
    mode_text: &str,
    buffering: i32,
    args: &[Value],
) -> Result<Value, Raised> {
    let terminal = if buffering < 0 || buffering == 1 {
        let answer = call(th, raw, "_isatty_open_only", &[])?;
        th.is_true(answer)?
    } else {
        false
    };
    let line_buffering = !mode.binary && (buffering == 1 || buffering < 0 && terminal);
    let size = match buffering {
        0 => {
            if mode.binary {
                return Ok(raw);
            }
            return Err(th.value_error("can't have unbuffered text I/O"));
        }
        size if size > 1 || size == 1 && mode.binary => {
            if size == 1 {
                DEFAULT_BUFFER_SIZE
            } else {
                size as usize
            }
        }
        _ => {
            let block = th.get_attribute(raw, name!(th, "_blksize"))?;
            (th.index_ssize(block)? as usize).clamp(DEFAULT_BUFFER_SIZE, 8 << 20)
        }
    };
    let spec = if mode.updating {
        &buffered::RANDOM
    } else if mode.reading {
        &buffered::READER
    } else {
        &buffered::WRITER
    };
    if mode.updating {
        super::base::check_seekable(th, raw)?;
    }
    let buffer = buffered::new_stream(th, spec, raw, size)?;
    if mode.binary {
        return Ok(buffer);
    }
    let encoding = text_encoding(th, &[given(args[3]).unwrap_or(Value::NONE), Value::from_i32(2)])?;
    let wrapper = text::new_stream(th, buffer, encoding, args[4], args[5], line_buffering)?;
    let mode = th.new_str(mode_text)?.value();
    th.set_attribute(wrapper, name!(th, "mode"), mode)?;
    Ok(wrapper)
}

pub(super) fn open_code(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[0].cast::<Str>().is_none() {
        let kind = th.type_name(args[0]);
        return Err(th.type_error(format!("open_code() argument 'path' must be str, not {kind}")));
    }
    let raw = file::open_new(th, args[0], "r", true, None)?;
    buffered::new_stream(th, &buffered::READER, raw, DEFAULT_BUFFER_SIZE)
}

pub(super) fn text_encoding(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if given(args[0]).is_some() {
        return Ok(args[0]);
    }
    let option = |name: &str| {
        th.vm
            .settings
            .x_options
            .iter()
            .any(|(known, value)| known == name && value.as_deref() != Some("0"))
    };
    let (warns, utf8_mode) = (option("warn_default_encoding"), crate::sys::encoding::utf8_mode());
    if warns {
        let level = if args[1].is_unbound() { 2 } else { c_int(th, args[1])? };
        th.warn(
            &classes::ENCODING_WARNING,
            "'encoding' argument not specified",
            level.max(1) as usize,
        )?;
    }
    Ok(th.intern(if utf8_mode { "utf-8" } else { "locale" })?.value())
}

/// At the end of the program: closes the streams that nobody has closed, so that what was
/// written to them is not lost, and runs what other finalisers there are.
pub fn finalise_all(th: &mut Thread) {
    let old = Heap::get().take_all_finalisable();
    let young = th.heap.take_young_finalisable();
    // The younger first: a text stream before the buffered one that it was made on.
    for &object in young.iter().rev().chain(old.iter().rev()) {
        orochi_vm::types::object::finalise(th, object);
    }
}
