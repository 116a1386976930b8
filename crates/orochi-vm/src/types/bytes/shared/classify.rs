//! The `is…` methods.

use orochi_text::bytes;

use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::bytes::sequence::ByteSequence;

macro_rules! predicates {
    ($($name:ident $test:expr;)*) => {
        $(pub(crate) fn $name<S: ByteSequence>(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let this = th.receiver::<S>(args[0])?;
            S::with(th, this, |_, bytes| Value::from_bool(($test)(bytes)))
        })*
    };
}
predicates! {
    isalpha bytes::is_alpha;
    isalnum bytes::is_alnum;
    isascii <[u8]>::is_ascii;
    isdigit bytes::is_digit;
    isspace bytes::is_whitespace;
    isupper bytes::is_upper;
    islower bytes::is_lower;
    istitle bytes::is_title;
}
