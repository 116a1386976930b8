//! The `raise` statement.

use super::{BaseException, Raised, set_cause};
use crate::class::{Class, flags};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;

/// The class that a value is, if it is an exception class.
pub fn is_exception_class(value: Value) -> Option<Ref<Class>> {
    value.cast::<Class>().filter(|class| class.has(flags::EXCEPTION))
}

/// `raise value from cause`; unbound where the statement gives none. Without a value the handled
/// exception is raised again.
#[cold]
pub fn raise_statement(th: &mut Thread, value: Value, cause: Value) -> Raised {
    if value.is_unbound() {
        let handled = th.handled_exception();
        if handled.is_none() {
            return th.runtime_error("No active exception to reraise");
        }
        return th.raise_again(handled);
    }
    let exception = if is_exception_class(value).is_some() {
        match instance_of(th, value) {
            Ok(exception) => exception,
            Err(raised) => return raised,
        }
    } else if value.cast::<BaseException>().is_some() {
        value
    } else {
        return th.type_error("exceptions must derive from BaseException");
    };
    if th.stm.in_block()
        && let Err(raised) = th.claim_write_object(exception)
    {
        // Older than the block, perhaps: what it gets on its way is the block's own, and undone.
        return raised;
    }
    if !cause.is_unbound() {
        let cause = if is_exception_class(cause).is_some() {
            match instance_of(th, cause) {
                Ok(cause) => cause,
                Err(raised) => return raised,
            }
        } else if cause.is_none() || cause.cast::<BaseException>().is_some() {
            cause
        } else {
            return th.type_error("exception causes must derive from BaseException");
        };
        set_cause(th, exception, cause);
    }
    th.raise_value(exception)
}

/// What calling an exception class gives, which must be an exception.
pub(crate) fn instance_of(th: &mut Thread, class: Value) -> Result<Value, Raised> {
    let made = th.call(class, &[])?;
    if made.cast::<BaseException>().is_some() {
        return Ok(made);
    }
    let class_text = th.repr(class)?.display();
    let type_text = th.repr(th.class_of(made).value())?.display();
    Err(th.type_error(format!(
        "calling {class_text} should have returned an instance of BaseException, not {type_text}"
    )))
}
