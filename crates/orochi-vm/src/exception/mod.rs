//! Exceptions: the objects, their classes, raising and catching, and showing those that nobody
//! catches.
//!
//! * [`object`]: the layout; [`classes`]: the table of built-in classes
//! * `base`, `stop`, `naming`, `os_error`, `syntax_error`, `unicode_error`, `group`: what the
//!   classes' constructors and attributes do
//! * [`raise`]: the `raise` statement; [`matching`]: `except` and `except*`
//! * [`print`](mod@print): the traceback of an uncaught exception, in CPython's format
//! * [`unraisable`]: exceptions that cannot go anywhere; [`warnings`]: the core of `warnings`

mod base;
pub mod classes;
mod group;
pub mod matching;
mod naming;
pub mod object;
mod os_error;
pub mod print;
pub mod raise;
mod raised;
mod stop;
mod syntax_error;
mod unicode_error;
pub mod unraisable;
pub mod warnings;

pub use base::{is_plain_init, is_plain_new, new_plain};
pub use classes::finish_classes;
pub use matching::{join_groups, matches, split_group};
pub use object::{
    BASE_EXCEPTION, BaseException, SyntaxErrorObject, first_argument_text, new_exception,
    replace_context, set_attribute_error_details, set_cause, set_context, set_context_to,
    set_import_error_details, set_name_error_name, stop_iteration_value, traceback_of,
};
pub(crate) use object::{set_traceback, travelling_traceback};
pub use os_error::text_of_errno;
pub use raise::{is_exception_class, raise_statement};
pub use raised::{Outcome, Raised};
pub use syntax_error::raise_syntax_error;
