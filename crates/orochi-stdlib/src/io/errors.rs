//! The exceptions of streams.

use std::sync::OnceLock;

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::tuple::Tuple;

/// `io.UnsupportedOperation`
static UNSUPPORTED: OnceLock<Rooted<Value>> = OnceLock::new();

/// `class UnsupportedOperation(OSError, ValueError)`, made once.
pub(super) fn unsupported_class(th: &mut Thread) -> Result<Value, Raised> {
    if let Some(class) = UNSUPPORTED.get() {
        return Ok(class.get());
    }
    let name = th.intern("UnsupportedOperation")?.value();
    let bases = [classes::OS_ERROR.class().value(), classes::VALUE_ERROR.class().value()];
    let bases = Tuple::from_slice(th, &bases)?.value();
    let namespace = Dict::new(th)?;
    let module = th.intern("io")?.value();
    namespace.set_str(th, name!(th, "__module__"), module)?;
    let metaclass = orochi_vm::types::type_::SPEC.class().value();
    let class = th.call(metaclass, &[name, bases, namespace.value()])?;
    Ok(UNSUPPORTED.get_or_init(|| Heap::get().roots().root(class)).get())
}

/// Raises `io.UnsupportedOperation(message)`.
#[cold]
pub(super) fn unsupported(th: &mut Thread, message: &str) -> Raised {
    let made = unsupported_class(th).and_then(|class| {
        let message = th.new_str(message)?.value();
        th.call(class, &[message])
    });
    match made {
        Ok(exception) => th.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises the `BlockingIOError` of a write that a non-blocking file has not taken whole.
#[cold]
pub(super) fn would_block(th: &mut Thread, message: &str, written: usize) -> Raised {
    let parts = || -> Result<[Value; 3], Raised> {
        let text = th.new_str(message)?.value();
        Ok([Value::from_i32(libc::EAGAIN), text, th.int_from_i64(written as i64)?])
    };
    let made = match parts() {
        Ok(args) => th.call(classes::BLOCKING_IO_ERROR.class().value(), &args),
        Err(raised) => Err(raised),
    };
    match made {
        Ok(exception) => th.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Raises `ValueError("I/O operation on closed file.")`.
#[cold]
pub(super) fn closed(th: &Thread) -> Raised {
    th.value_error("I/O operation on closed file.")
}

/// Calls `first` and then `second` whatever happens; if both raise, the first exception becomes
/// the context of the second.
pub(super) fn both(
    th: &mut Thread,
    first: impl FnOnce(&mut Thread) -> Result<(), Raised>,
    second: impl FnOnce(&mut Thread) -> Result<Value, Raised>,
) -> Result<Value, Raised> {
    let Err(raised) = first(th) else { return second(th) };
    if raised == Raised::Abort {
        return Err(raised);
    }
    let earlier = th.take_exception();
    match second(th) {
        Ok(_) => Err(th.raise_again(earlier)),
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(Raised::Exception) => {
            let later = th.take_exception();
            if later != earlier {
                orochi_vm::exception::replace_context(th, later, earlier);
            }
            Err(th.raise_again(later))
        }
    }
}
