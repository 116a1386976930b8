//! The `is…` methods.

use orochi_text::class;

use super::Str;
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;

macro_rules! predicates {
    ($($name:ident $test:path;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let string = th.receiver::<Str>(args[0])?;
            Ok(Value::from_bool($test(string.text())))
        })*
    };
}
predicates! {
    isalpha class::is_alpha;
    isalnum class::is_alnum;
    isdecimal class::is_decimal;
    isdigit class::is_digit;
    isnumeric class::is_numeric;
    isspace class::is_whitespace;
    isprintable class::is_printable_text;
    isidentifier class::is_identifier;
    isupper class::is_upper;
    islower class::is_lower;
    istitle class::is_title;
}

pub(super) fn isascii(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(th.receiver::<Str>(args[0])?.is_ascii()))
}
