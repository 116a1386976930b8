//! Showing exceptions that nobody has caught, in the format of CPython's `traceback` module but
//! without importing it.
//!
//! * [`chain`]: causes, contexts and groups around one another
//! * [`stack`]: one traceback; [`caret`]: what to underline; [`source`]: where lines come from
//! * [`suggestion`]: "Did you mean"; [`syntax`]: the place of a syntax error
//! * [`hook`]: `sys.excepthook` and the end of the program

mod caret;
mod chain;
mod hook;
pub mod source;
mod stack;
mod suggestion;
mod syntax;

use orochi_text::{Text, TextBuf};

pub use hook::{exit_status, hook_function, print_thread_exception, report_uncaught};
pub use suggestion::closest;

use super::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;

/// Text being put together, each line behind a prefix (the margin of exception groups).
pub struct Output {
    text: TextBuf,
    prefix: String,
    /// The next character begins a line.
    fresh: bool,
}

impl Output {
    /// Nothing yet.
    pub fn new() -> Output {
        Output { text: TextBuf::new(), prefix: String::new(), fresh: true }
    }

    /// Appends.
    pub fn push(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            self.begin();
            self.text.push_str(line);
            self.fresh = line.ends_with('\n');
        }
    }

    /// Appends a Python string.
    pub fn push_str_object(&mut self, text: Ref<Str>) {
        self.push_text(text.text());
    }

    /// Appends code points.
    fn push_text(&mut self, text: Text<'_>) {
        for code in text.codes() {
            self.begin();
            self.text.push(code);
            self.fresh = code == u32::from('\n');
        }
    }

    fn begin(&mut self) {
        if self.fresh {
            let prefix = std::mem::take(&mut self.prefix);
            self.text.push_str(&prefix);
            self.prefix = prefix;
            self.fresh = false;
        }
    }

    /// Sets what each line begins with from now on.
    fn set_prefix(&mut self, prefix: String) {
        self.prefix = prefix;
    }

    /// The text as a Python string.
    pub fn finish(self, th: &Thread) -> Result<Ref<Str>, Raised> {
        Str::from_text(th, self.text.finish().as_text())
    }
}

impl Default for Output {
    fn default() -> Output {
        Output::new()
    }
}

/// Writes what was put together to `sys.stderr`; if there is none, to the process's own.
pub fn write_to_stderr(th: &mut Thread, out: Output) -> Result<(), Raised> {
    let text = out.finish(th)?;
    let file = match th.vm.sys.try_get() {
        Some(sys) => sys.get_str(th, crate::name!(th, "stderr"))?,
        None => None,
    };
    match file {
        Some(file) if file.is_none() => Ok(()),
        Some(file) => {
            th.call_method(file, crate::name!(th, "write"), &[text.value()])?;
            th.call_method(file, crate::name!(th, "flush"), &[]).map(drop)
        }
        None => {
            write_raw(&text.display());
            Ok(())
        }
    }
}

/// Writes to the process's standard error without any Python.
pub fn write_raw(text: &str) {
    use std::io::Write;
    // Nobody is left to be told when this fails.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// The whole report of an exception: tracebacks, causes, groups, notes.
pub fn format_exception(th: &mut Thread, out: &mut Output, exception: Value) -> Result<(), Raised> {
    chain::format(th, out, exception)
}

/// The report of an exception that cannot go anywhere: its own traceback, and what it says.
pub(super) fn format_unraisable(
    th: &mut Thread,
    out: &mut Output,
    exception: Value,
) -> Result<(), Raised> {
    chain::format(th, out, exception)
}

/// `str(value)`, or what is shown instead when that fails.
fn safe_str(th: &mut Thread, value: Value, what: &str) -> Result<Ref<Str>, Raised> {
    let shown = th.str(value);
    or_failed(th, shown, what, "str")
}

/// `repr(value)`, or what is shown instead when that fails.
fn safe_repr(th: &mut Thread, value: Value, what: &str) -> Result<Ref<Str>, Raised> {
    let shown = th.repr(value);
    or_failed(th, shown, what, "repr")
}

fn or_failed(
    th: &mut Thread,
    shown: Result<Ref<Str>, Raised>,
    what: &str,
    how: &str,
) -> Result<Ref<Str>, Raised> {
    match shown {
        Ok(text) => Ok(text),
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(Raised::Exception) => {
            th.take_exception();
            th.new_str(&format!("<{what} {how}() failed>"))
        }
    }
}

/// An attribute, or `None` if there is none or reading it fails.
fn quiet_attribute(th: &mut Thread, object: Value, name: &str) -> Result<Option<Value>, Raised> {
    let name = th.intern(name)?;
    match th.find_attribute(object, name) {
        Ok(found) => Ok(found),
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(Raised::Exception) => {
            th.take_exception();
            Ok(None)
        }
    }
}

/// A string attribute as Rust text.
fn text_attribute(th: &mut Thread, object: Value, name: &str) -> Result<Option<String>, Raised> {
    Ok(quiet_attribute(th, object, name)?
        .and_then(|value| value.cast::<Str>())
        .map(|text| text.display()))
}
