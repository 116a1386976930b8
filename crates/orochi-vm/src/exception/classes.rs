//! The built-in exception classes.

use super::object::SyntaxErrorObject;
use super::{BASE_EXCEPTION, BaseException, Raised};
use super::{group, naming, os_error, stop, syntax_error, unicode_error};
use crate::class::{NativeLayout, TypeFlags, TypeSpec};
use crate::object::Writing;
use crate::thread::Thread;
use crate::types::tuple::Tuple;

macro_rules! exceptions {
    ($($static:ident = $name:literal : $base:ident, $doc:literal $(, { $($field:ident: $value:expr),* })?;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $static: TypeSpec = TypeSpec {
                doc: $doc,
                base: Some(&$base),
                flags: TypeFlags::BASE,
                $($($field: $value,)*)?
                ..TypeSpec::named($name, layout_of!($($($field)*)?))
            };
        )*
        /// All of them, bases first.
        pub static ALL: &[&TypeSpec] = &[&BASE_EXCEPTION, $(&$static,)*];
    };
}

/// The layout, unless the entry names one itself.
macro_rules! layout_of {
    ($($field:ident)*) => {
        NativeLayout::of::<BaseException>()
    };
}

/// Other names of built-in exceptions in `builtins`.
pub static ALIASES: &[(&str, &TypeSpec)] =
    &[("EnvironmentError", &OS_ERROR), ("IOError", &OS_ERROR)];

/// Completes what the table cannot say: `ExceptionGroup` has two bases. Called once, when all
/// classes have been made.
pub fn finish_classes(th: &mut Thread) -> Result<(), Raised> {
    let group = EXCEPTION_GROUP.class();
    let (base_group, exception) = (BASE_EXCEPTION_GROUP.class(), EXCEPTION.class());
    let bases = Tuple::from_slice(th, &[base_group.value(), exception.value()])?;
    let object = crate::types::object::SPEC.class();
    let order = [group, base_group, exception, BASE_EXCEPTION.class(), object];
    let mro = Tuple::from_slice(th, &order.map(|class| class.value()))?;
    // SAFETY: no Python has run yet, so nobody relies on the class.
    let token = unsafe { Writing::assume() };
    group.bases.set(&token, bases);
    group.mro.set(&token, mro);
    Ok(())
}

exceptions! {
    EXCEPTION = "Exception": BASE_EXCEPTION, "Common base class for all non-exit exceptions.";
    GENERATOR_EXIT = "GeneratorExit": BASE_EXCEPTION, "Request that a generator exit.";
    KEYBOARD_INTERRUPT = "KeyboardInterrupt": BASE_EXCEPTION, "Program interrupted by user.";
    SYSTEM_EXIT = "SystemExit": BASE_EXCEPTION, "Request to exit from the interpreter.", {
        methods: stop::EXIT_METHODS,
        getset: stop::EXIT_GETSET
    };
    ARITHMETIC_ERROR = "ArithmeticError": EXCEPTION, "Base class for arithmetic errors.";
    FLOATING_POINT_ERROR = "FloatingPointError": ARITHMETIC_ERROR, "Floating-point operation failed.";
    OVERFLOW_ERROR = "OverflowError": ARITHMETIC_ERROR, "Result too large to be represented.";
    ZERO_DIVISION_ERROR = "ZeroDivisionError": ARITHMETIC_ERROR, "Second argument to a division or modulo operation was zero.";
    ASSERTION_ERROR = "AssertionError": EXCEPTION, "Assertion failed.";
    ATTRIBUTE_ERROR = "AttributeError": EXCEPTION, "Attribute not found.", {
        methods: naming::ATTRIBUTE_METHODS,
        getset: naming::ATTRIBUTE_GETSET
    };
    BUFFER_ERROR = "BufferError": EXCEPTION, "Buffer error.";
    EOF_ERROR = "EOFError": EXCEPTION, "Read beyond end of file.";
    IMPORT_ERROR = "ImportError": EXCEPTION, "Import can't find module, or can't find name in module.", {
        methods: naming::IMPORT_METHODS,
        getset: naming::IMPORT_GETSET
    };
    MODULE_NOT_FOUND_ERROR = "ModuleNotFoundError": IMPORT_ERROR, "Module not found.";
    LOOKUP_ERROR = "LookupError": EXCEPTION, "Base class for lookup errors.";
    INDEX_ERROR = "IndexError": LOOKUP_ERROR, "Sequence index out of range.";
    KEY_ERROR = "KeyError": LOOKUP_ERROR, "Mapping key not found.", {
        methods: stop::KEY_METHODS
    };
    MEMORY_ERROR = "MemoryError": EXCEPTION, "Out of memory.";
    NAME_ERROR = "NameError": EXCEPTION, "Name not found globally.", {
        methods: naming::NAME_METHODS,
        getset: naming::NAME_GETSET
    };
    UNBOUND_LOCAL_ERROR = "UnboundLocalError": NAME_ERROR, "Local name referenced but not bound to a value.";
    OS_ERROR = "OSError": EXCEPTION, "Base class for I/O related errors.", {
        new: Some(os_error::NEW),
        methods: os_error::METHODS,
        getset: os_error::GETSET
    };
    BLOCKING_IO_ERROR = "BlockingIOError": OS_ERROR, "I/O operation would block.";
    CHILD_PROCESS_ERROR = "ChildProcessError": OS_ERROR, "Child process error.";
    CONNECTION_ERROR = "ConnectionError": OS_ERROR, "Connection error.";
    BROKEN_PIPE_ERROR = "BrokenPipeError": CONNECTION_ERROR, "Broken pipe.";
    CONNECTION_ABORTED_ERROR = "ConnectionAbortedError": CONNECTION_ERROR, "Connection aborted.";
    CONNECTION_REFUSED_ERROR = "ConnectionRefusedError": CONNECTION_ERROR, "Connection refused.";
    CONNECTION_RESET_ERROR = "ConnectionResetError": CONNECTION_ERROR, "Connection reset.";
    FILE_EXISTS_ERROR = "FileExistsError": OS_ERROR, "File already exists.";
    FILE_NOT_FOUND_ERROR = "FileNotFoundError": OS_ERROR, "File not found.";
    INTERRUPTED_ERROR = "InterruptedError": OS_ERROR, "Interrupted by signal.";
    IS_A_DIRECTORY_ERROR = "IsADirectoryError": OS_ERROR, "Operation doesn't work on directories.";
    NOT_A_DIRECTORY_ERROR = "NotADirectoryError": OS_ERROR, "Operation only works on directories.";
    PERMISSION_ERROR = "PermissionError": OS_ERROR, "Not enough permissions.";
    PROCESS_LOOKUP_ERROR = "ProcessLookupError": OS_ERROR, "Process not found.";
    TIMEOUT_ERROR = "TimeoutError": OS_ERROR, "Timeout expired.";
    REFERENCE_ERROR = "ReferenceError": EXCEPTION, "Weak ref proxy used after referent went away.";
    RUNTIME_ERROR = "RuntimeError": EXCEPTION, "Unspecified run-time error.";
    NOT_IMPLEMENTED_ERROR = "NotImplementedError": RUNTIME_ERROR, "Method or function hasn't been implemented yet.";
    RECURSION_ERROR = "RecursionError": RUNTIME_ERROR, "Recursion limit exceeded.";
    PYTHON_FINALIZATION_ERROR = "PythonFinalizationError": RUNTIME_ERROR, "Operation blocked during Python finalization.";
    STOP_ASYNC_ITERATION = "StopAsyncIteration": EXCEPTION, "Signal the end from iterator.__anext__().";
    STOP_ITERATION = "StopIteration": EXCEPTION, "Signal the end from iterator.__next__().", {
        methods: stop::STOP_METHODS,
        getset: stop::STOP_GETSET
    };
    SYNTAX_ERROR = "SyntaxError": EXCEPTION, "Invalid syntax.", {
        layout: NativeLayout::of::<SyntaxErrorObject>(),
        methods: syntax_error::METHODS,
        getset: syntax_error::GETSET
    };
    INDENTATION_ERROR = "IndentationError": SYNTAX_ERROR, "Improper indentation.", {
        layout: NativeLayout::of::<SyntaxErrorObject>()
    };
    TAB_ERROR = "TabError": INDENTATION_ERROR, "Improper mixture of spaces and tabs.", {
        layout: NativeLayout::of::<SyntaxErrorObject>()
    };
    SYSTEM_ERROR = "SystemError": EXCEPTION, "Internal error in the Python interpreter.";
    TYPE_ERROR = "TypeError": EXCEPTION, "Inappropriate argument type.";
    VALUE_ERROR = "ValueError": EXCEPTION, "Inappropriate argument value (of correct type).";
    UNICODE_ERROR = "UnicodeError": VALUE_ERROR, "Unicode related error.";
    UNICODE_DECODE_ERROR = "UnicodeDecodeError": UNICODE_ERROR, "Unicode decoding error.", {
        methods: unicode_error::DECODE_METHODS,
        getset: unicode_error::GETSET
    };
    UNICODE_ENCODE_ERROR = "UnicodeEncodeError": UNICODE_ERROR, "Unicode encoding error.", {
        methods: unicode_error::ENCODE_METHODS,
        getset: unicode_error::GETSET
    };
    UNICODE_TRANSLATE_ERROR = "UnicodeTranslateError": UNICODE_ERROR, "Unicode translation error.", {
        methods: unicode_error::TRANSLATE_METHODS,
        getset: unicode_error::GETSET
    };
    BASE_EXCEPTION_GROUP = "BaseExceptionGroup": BASE_EXCEPTION, "A combination of multiple unrelated exceptions.", {
        new: Some(group::NEW),
        methods: group::METHODS,
        getset: group::GETSET
    };
    EXCEPTION_GROUP = "ExceptionGroup": BASE_EXCEPTION_GROUP, "";
    INCOMPLETE_INPUT_ERROR = "_IncompleteInputError": SYNTAX_ERROR, "incomplete input.", {
        layout: NativeLayout::of::<SyntaxErrorObject>()
    };
    WARNING = "Warning": EXCEPTION, "Base class for warning categories.";
    BYTES_WARNING = "BytesWarning": WARNING, "Base class for warnings about bytes and buffer related problems, mostly\nrelated to conversion from str or comparing to str.";
    DEPRECATION_WARNING = "DeprecationWarning": WARNING, "Base class for warnings about deprecated features.";
    ENCODING_WARNING = "EncodingWarning": WARNING, "Base class for warnings about encodings.";
    FUTURE_WARNING = "FutureWarning": WARNING, "Base class for warnings about constructs that will change semantically\nin the future.";
    IMPORT_WARNING = "ImportWarning": WARNING, "Base class for warnings about probable mistakes in module imports";
    PENDING_DEPRECATION_WARNING = "PendingDeprecationWarning": WARNING, "Base class for warnings about features which will be deprecated\nin the future.";
    RESOURCE_WARNING = "ResourceWarning": WARNING, "Base class for warnings about resource usage.";
    RUNTIME_WARNING = "RuntimeWarning": WARNING, "Base class for warnings about dubious runtime behavior.";
    SYNTAX_WARNING = "SyntaxWarning": WARNING, "Base class for warnings about dubious syntax.";
    UNICODE_WARNING = "UnicodeWarning": WARNING, "Base class for warnings about Unicode related problems, mostly\nrelated to conversion problems.";
    USER_WARNING = "UserWarning": WARNING, "Base class for warnings generated by user code.";
}
