//! Exceptions that nobody can be given: raised by finalisers, callbacks, threads.
//!
//! They are handed to `sys.unraisablehook`; if that fails or is missing, the default report is
//! written to `sys.stderr`.

use super::print;
use super::{Raised, traceback_of};
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::str::Str;

impl Thread {
    /// Reports the exception in flight, with where it came from (`context`, such as
    /// "Exception ignored in", or empty) and the object it concerns (None if there is none).
    pub fn write_unraisable(&mut self, context: &str, object: Value) {
        let exception = self.take_exception();
        if exception.is_unbound() {
            return;
        }
        let message = if context.is_empty() {
            Value::NONE
        } else {
            self.new_str(context).map_or(Value::NONE, |text| text.value())
        };
        self.report_unraisable(exception, message, object);
    }

    /// As [`Self::write_unraisable`], with what the object looks like in the message itself: the
    /// hook is given no object.
    pub fn write_unraisable_named(&mut self, context: &str, object: Value) {
        let exception = self.take_exception();
        if exception.is_unbound() {
            return;
        }
        let shown = match self.repr(object) {
            Ok(text) => text.display(),
            Err(_) => {
                self.take_exception();
                "<object repr() failed>".to_owned()
            }
        };
        let message = self.new_str(&format!("{context} {shown}"));
        let message = message.map_or(Value::NONE, |text| text.value());
        self.report_unraisable(exception, message, Value::NONE);
    }

    /// As [`Self::write_unraisable`], for an exception that was taken.
    pub fn report_unraisable(&mut self, exception: Value, message: Value, object: Value) {
        let handled = self.handled.get();
        if self.call_unraisable_hook(exception, message, object).is_err() {
            let failure = self.take_exception();
            if !failure.is_unbound() {
                let said = self
                    .new_str("Exception ignored in sys.unraisablehook")
                    .map_or(Value::NONE, |s| s.value());
                let _ = default_report(self, failure, said, Value::NONE);
                self.raised.set(Value::UNBOUND);
            }
        }
        self.handled.set(handled);
    }

    fn call_unraisable_hook(
        &mut self,
        exception: Value,
        message: Value,
        object: Value,
    ) -> Result<(), Raised> {
        let hook = match self.vm.sys.try_get() {
            Some(sys) => sys.get_str(self, crate::name!(self, "unraisablehook"))?,
            None => None,
        };
        let own = Some(hook_function as *const ());
        let Some(hook) = hook.filter(|hook| crate::operation::native_of(*hook) != own) else {
            return default_report(self, exception, message, object);
        };
        let class = self.class_of(exception).value();
        let traceback = traceback_of(self, exception)?;
        let arguments = crate::types::simple_namespace::new_namespace(
            self,
            &[
                ("exc_type", class),
                ("exc_value", exception),
                ("exc_traceback", traceback),
                ("err_msg", message),
                ("object", object),
            ],
        )?;
        self.call(hook, &[arguments]).map(drop)
    }
}

/// `sys.unraisablehook(unraisable)` as the runtime has it.
pub fn hook_function(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mut part = |name: &str| -> Result<Value, Raised> {
        let name = th.intern(name)?;
        th.get_attribute(args[0], name)
    };
    let (exception, message, object) = (part("exc_value")?, part("err_msg")?, part("object")?);
    default_report(th, exception, message, object)?;
    Ok(Value::NONE)
}

/// Writes the report to `sys.stderr`.
fn default_report(
    th: &mut Thread,
    exception: Value,
    message: Value,
    object: Value,
) -> Result<(), Raised> {
    let mut out = print::Output::new();
    let said = message.cast::<Str>().map(|text| text.display());
    if object.is_none() {
        if let Some(said) = said {
            out.push(&said);
            out.push(":\n");
        }
    } else {
        match said {
            Some(said) => {
                out.push(&said);
                out.push(": ");
            }
            None => out.push("Exception ignored in: "),
        }
        match th.repr(object) {
            Ok(text) => out.push_str_object(text),
            Err(Raised::Abort) => return Err(Raised::Abort),
            Err(Raised::Exception) => {
                th.take_exception();
                out.push("<object repr() failed>");
            }
        }
        out.push("\n");
    }
    print::format_unraisable(th, &mut out, exception)?;
    print::write_to_stderr(th, out)
}
