//! Arguments that name files: text, bytes, objects with `__fspath__`, descriptors.

use std::ffi::{CStr, CString};

use orochi_vm::class::Special;
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;

use crate::argument::{c_int, decode_system, encode_system};

/// What an argument may be besides a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// A descriptor.
    pub descriptor: bool,
    /// None: the working folder.
    pub none: bool,
}

/// Only paths.
pub const PATH: Also = Also { descriptor: false, none: false };
/// Paths and descriptors.
pub const PATH_OR_FD: Also = Also { descriptor: true, none: false };
/// Paths, descriptors, None.
pub const ANY: Also = Also { descriptor: true, none: true };

/// A path or descriptor that was given.
pub struct Place {
    /// The path; empty if a descriptor was given.
    pub path: CString,
    /// The descriptor.
    pub fd: Option<i32>,
    /// What was given: shown in errors.
    pub shown: Value,
    /// Whether bytes were given, so that bytes are to be returned.
    pub is_bytes: bool,
}

impl Place {
    /// The path, or the descriptor.
    pub fn target(&self) -> Result<&CStr, i32> {
        match self.fd {
            Some(fd) => Err(fd),
            None => Ok(&self.path),
        }
    }

    /// Text found in the file system, in the kind in which the path was given.
    pub fn found(&self, th: &Thread, bytes: &[u8]) -> Result<Value, Raised> {
        if self.is_bytes {
            Ok(th.new_bytes(bytes)?.value())
        } else {
            Ok(decode_system(th, bytes)?.value())
        }
    }
}

/// Reads the argument `name` of `function`.
pub fn place(
    th: &mut Thread,
    value: Value,
    function: &str,
    name: &str,
    also: Also,
) -> Result<Place, Raised> {
    if also.none && (value.is_none() || value.is_unbound()) {
        return Ok(Place { path: c".".to_owned(), fd: None, shown: Value::NONE, is_bytes: false });
    }
    let mut given = value;
    if !is_text(given) {
        if also.descriptor && th.class_of(given).special(th, Special::Index).is_some() {
            let fd = descriptor(th, given)?;
            return Ok(Place {
                path: CString::default(),
                fd: Some(fd),
                shown: given,
                is_bytes: false,
            });
        }
        match th.call_special(given, Special::FsPath, &[])? {
            Some(path) if is_text(path) => given = path,
            Some(path) => {
                let (class, kind) = (th.type_name(value), th.type_name(path));
                return Err(th.type_error(format!(
                    "expected {class}.__fspath__() to return str or bytes, not {kind}"
                )));
            }
            None => return Err(not_path(th, value, function, name, also)),
        }
    }
    let (bytes, is_bytes) = match given.cast::<Str>() {
        Some(text) => (encode_system(th, text)?, false),
        None => (given.cast::<Bytes>().map_or(Vec::new(), |bytes| bytes.as_slice().to_vec()), true),
    };
    match CString::new(bytes) {
        Ok(path) => Ok(Place { path, fd: None, shown: value, is_bytes }),
        Err(_) if function.is_empty() => Err(th.value_error("embedded null byte")),
        Err(_) => Err(th.value_error(format!("{function}: embedded null character in {name}"))),
    }
}

fn is_text(value: Value) -> bool {
    value.cast::<Str>().is_some() || value.cast::<Bytes>().is_some()
}

#[cold]
fn not_path(th: &Thread, value: Value, function: &str, name: &str, also: Also) -> Raised {
    let kinds = match also {
        Also { descriptor: true, none: true } => "string, bytes, os.PathLike, integer or None",
        Also { descriptor: true, none: false } => "string, bytes, os.PathLike or integer",
        Also { descriptor: false, none: true } => "string, bytes, os.PathLike or None",
        Also { descriptor: false, none: false } => "string, bytes or os.PathLike",
    };
    let prefix = if function.is_empty() { String::new() } else { format!("{function}: ") };
    th.type_error(format!("{prefix}{name} should be {kinds}, not {}", th.type_name(value)))
}

/// A file descriptor: an integer, or something with `fileno()`.
pub fn descriptor(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    if value.is_bool() {
        th.warn(&classes::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
    }
    c_int(th, value)
}

/// A file descriptor: an integer, or something with `fileno()`; not negative.
pub fn file_descriptor(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let number = if th.class_of(value).special(th, Special::Index).is_some() {
        if value.is_bool() {
            return descriptor(th, value);
        }
        value
    } else {
        let Some(method) = th.find_attribute(value, orochi_vm::name!(th, "fileno"))? else {
            return Err(th.type_error("argument must be an int, or have a fileno() method."));
        };
        let number = th.call(method, &[])?;
        if !orochi_vm::types::int::is_int_like(number) {
            return Err(th.type_error("fileno() returned a non-integer"));
        }
        number
    };
    let fd = c_int(th, number)?;
    if fd < 0 {
        return Err(th.value_error(format!("file descriptor cannot be a negative integer ({fd})")));
    }
    Ok(fd)
}

/// A `dir_fd` argument: None or nothing is the working folder.
pub fn folder(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    if value.is_unbound() || value.is_none() {
        return Ok(libc::AT_FDCWD);
    }
    if th.class_of(value).special(th, Special::Index).is_none() {
        let kind = th.type_name(value);
        return Err(th.type_error(format!("argument should be integer or None, not {kind}")));
    }
    c_int(th, value)
}

/// Some text for the operating system: str or bytes (or with `__fspath__`), without zeros.
pub fn system_text(th: &mut Thread, value: Value) -> Result<CString, Raised> {
    let path = fspath(th, value)?;
    let bytes = match path.cast::<Str>() {
        Some(text) => encode_system(th, text)?,
        None => {
            path.cast::<Bytes>().map_or(Vec::new(), |bytes: Ref<Bytes>| bytes.as_slice().to_vec())
        }
    };
    let is_text = path.cast::<Str>().is_some();
    CString::new(bytes).map_err(|_| {
        th.value_error(format!("embedded null {}", if is_text { "character" } else { "byte" }))
    })
}

/// `os.fspath(path)`
pub fn fspath(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    if is_text(value) {
        return Ok(value);
    }
    match th.call_special(value, Special::FsPath, &[])? {
        Some(path) if is_text(path) => Ok(path),
        Some(path) => {
            let (class, kind) = (th.type_name(value), th.type_name(path));
            Err(th.type_error(format!(
                "expected {class}.__fspath__() to return str or bytes, not {kind}"
            )))
        }
        None => {
            let kind = th.type_name(value);
            Err(th.type_error(format!("expected str, bytes or os.PathLike object, not {kind}")))
        }
    }
}
