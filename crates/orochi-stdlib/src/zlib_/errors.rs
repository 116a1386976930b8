//! `zlib.error` and the words it says.

use std::sync::OnceLock;

use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;

use super::stream::Failure;

/// The class.
pub fn error_class(th: &mut Thread) -> Result<Value, Raised> {
    static ERROR: OnceLock<Rooted<Value>> = OnceLock::new();
    if let Some(class) = ERROR.get() {
        return Ok(class.get());
    }
    let class = crate::exception_class::make(th, "zlib", "error", "")?;
    Ok(ERROR.get_or_init(|| Heap::get().roots().root(class)).get())
}

/// Raises `zlib.error` with a text.
#[cold]
pub fn error(th: &mut Thread, text: &str) -> Raised {
    let class = match error_class(th) {
        Ok(class) => class,
        Err(raised) => return raised,
    };
    match (class.cast(), th.new_str(text)) {
        (Some(class), Ok(text)) => th.raise_with(class, &[text.value()]),
        (None, _) => th.value_error(text),
        (_, Err(raised)) => raised,
    }
}

/// Raises what a stream failed with; `doing` says what it did: `while decompressing data`.
#[cold]
pub fn failed(th: &mut Thread, failure: &Failure, doing: &str) -> Raised {
    let Failure { code, message, setting_dictionary } = failure;
    let doing = if *setting_dictionary { "while setting zdict" } else { doing };
    if *code == libz_rs_sys::Z_MEM_ERROR {
        return th.memory_error();
    }
    let usual = match *code {
        libz_rs_sys::Z_BUF_ERROR => Some("incomplete or truncated stream"),
        libz_rs_sys::Z_STREAM_ERROR => Some("inconsistent stream state"),
        libz_rs_sys::Z_DATA_ERROR => Some("invalid input data"),
        _ => None,
    };
    match message.as_deref().or(usual) {
        Some(message) => error(th, &format!("Error {code} {doing}: {message}")),
        None => error(th, &format!("Error {code} {doing}")),
    }
}
