//! Raising exceptions from native code.

use super::Thread;
use crate::class::{Class, TypeSpec};
use crate::exception::{self, Raised, classes};
use crate::heap::Value;
use crate::object::Ref;

macro_rules! raisers {
    ($($(#[$m:meta])* $name:ident = $class:ident;)*) => {
        $(
            $(#[$m])*
            #[cold]
            pub fn $name(&self, message: impl AsRef<str>) -> Raised {
                self.raise_message(&classes::$class, message.as_ref())
            }
        )*
    };
}

impl Thread {
    raisers! {
        /// Raises `TypeError(message)`.
        type_error = TYPE_ERROR;
        /// Raises `ValueError(message)`.
        value_error = VALUE_ERROR;
        /// Raises `AttributeError(message)` without `name` and `obj`.
        attribute_error = ATTRIBUTE_ERROR;
        /// Raises `IndexError(message)`.
        index_error = INDEX_ERROR;
        /// Raises `OverflowError(message)`.
        overflow_error = OVERFLOW_ERROR;
        /// Raises `ZeroDivisionError(message)`.
        zero_division_error = ZERO_DIVISION_ERROR;
        /// Raises `RuntimeError(message)`.
        runtime_error = RUNTIME_ERROR;
        /// Raises `NameError(message)`.
        name_error = NAME_ERROR;
        /// Raises `SystemError(message)`.
        system_error = SYSTEM_ERROR;
        /// Raises `BufferError(message)`.
        buffer_error = BUFFER_ERROR;
        /// Raises `AssertionError(message)`.
        assertion_error = ASSERTION_ERROR;
        /// Raises `NotImplementedError(message)`.
        not_implemented_error = NOT_IMPLEMENTED_ERROR;
        /// Raises `LookupError(message)`.
        lookup_error = LOOKUP_ERROR;
        /// Raises `ImportError(message)`.
        import_error = IMPORT_ERROR;
        /// Raises `EOFError(message)`.
        eof_error = EOF_ERROR;
        /// Raises `ReferenceError(message)`.
        reference_error = REFERENCE_ERROR;
    }

    /// Raises an exception of a built-in class with a message.
    #[cold]
    pub fn raise_message(&self, class: &'static TypeSpec, message: &str) -> Raised {
        match self.new_str(message) {
            Ok(text) => self.raise_with(class.class(), &[text.value()]),
            Err(raised) => raised,
        }
    }

    /// Raises an exception of a native class with these arguments. Runs no Python.
    #[cold]
    pub fn raise_with(&self, class: Ref<Class>, args: &[Value]) -> Raised {
        match exception::new_exception(self, class, args) {
            Ok(exception) => self.raise_value(exception),
            Err(raised) => raised,
        }
    }

    /// Raises `KeyError(key)`.
    #[cold]
    pub fn key_error(&self, key: Value) -> Raised {
        self.raise_with(classes::KEY_ERROR.class(), &[key])
    }

    /// Raises `StopIteration(value)`.
    #[cold]
    pub fn stop_iteration(&self, value: Value) -> Raised {
        let args: &[Value] = if value.is_none() { &[] } else { &[value] };
        self.raise_with(classes::STOP_ITERATION.class(), args)
    }

    /// Raises `RecursionError`.
    #[cold]
    pub fn recursion_error(&self) -> Raised {
        self.raise_message(&classes::RECURSION_ERROR, "maximum recursion depth exceeded")
    }

    /// Raises `RecursionError` with what was being done.
    #[cold]
    pub fn recursion_error_while(&self, doing: &str) -> Raised {
        let message = format!("maximum recursion depth exceeded{doing}");
        self.raise_message(&classes::RECURSION_ERROR, &message)
    }

    /// Raises `MemoryError`: the instance made at start, since nothing can be allocated.
    #[cold]
    pub fn memory_error(&self) -> Raised {
        self.raise_value(self.vm.memory_error.get())
    }

    /// Raises this exception object as it is; its context is set.
    #[cold]
    pub fn raise_value(&self, exception: Value) -> Raised {
        exception::set_context(self, exception);
        self.raised.set(exception);
        Raised::Exception
    }

    /// Raises again an exception that was taken: its context stays as it is.
    #[cold]
    pub fn raise_again(&self, exception: Value) -> Raised {
        self.raised.set(exception);
        Raised::Exception
    }

    /// Takes the exception out of flight, to handle it.
    pub fn take_exception(&self) -> Value {
        self.raised.replace(Value::UNBOUND)
    }

    /// Whether what was raised is an instance of `class`. An abort never is.
    pub fn raised_is(&self, raised: Raised, class: &'static TypeSpec) -> bool {
        raised == Raised::Exception && self.is_instance(self.raised.get(), class.class())
    }

    /// If `raised` is an exception of this class, takes it and says so.
    pub fn catch(&self, raised: Raised, class: &'static TypeSpec) -> Option<Value> {
        self.raised_is(raised, class).then(|| self.take_exception())
    }
}
