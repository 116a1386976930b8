//! The methods that `bytes` and `bytearray` have in common, written once over
//! [`ByteSequence`](super::sequence::ByteSequence).

pub(crate) mod change;
pub(crate) mod classify;
pub(crate) mod operators;
pub(crate) mod search;
pub(crate) mod split;

/// The table entries of the shared methods for one of the two types, then further ones.
macro_rules! byte_methods {
    ($type:ty, $($more:expr,)*) => {{
        use $crate::class::{class_method, function, method};
        use $crate::types::bytes::construct::fromhex;
        use $crate::types::bytes::shared::{change, classify, operators, search, split};
        &[
            method("__getitem__($self, key, /)", operators::getitem::<$type>, "Return self[key]."),
            method("__contains__($self, key, /)", search::contains::<$type>, "Return bool(key in self)."),
            method("__len__($self, /)", operators::len::<$type>, "Return len(self)."),
            method("__eq__($self, value, /)", operators::eq::<$type>, "Return self==value."),
            method("__ne__($self, value, /)", operators::ne::<$type>, "Return self!=value."),
            method("__lt__($self, value, /)", operators::lt::<$type>, "Return self<value."),
            method("__le__($self, value, /)", operators::le::<$type>, "Return self<=value."),
            method("__gt__($self, value, /)", operators::gt::<$type>, "Return self>value."),
            method("__ge__($self, value, /)", operators::ge::<$type>, "Return self>=value."),
            method("__add__($self, value, /)", operators::add::<$type>, "Return self+value."),
            method("__mul__($self, value, /)", operators::mul::<$type>, "Return self*value."),
            method("__rmul__($self, value, /)", operators::mul::<$type>, "Return value*self."),
            method("__mod__($self, value, /)", operators::modulo::<$type>, "Return self%value."),
            method("__rmod__($self, value, /)", operators::rmodulo::<$type>, "Return value%self."),
            method("__repr__($self, /)", operators::repr::<$type>, "Return repr(self)."),
            method("__str__($self, /)", operators::str::<$type>, "Return str(self)."),
            method("__buffer__($self, flags, /)", operators::buffer, "Return a buffer object that exposes the underlying memory of the object."),
            method("find($self, sub, start=None, end=None, /)", search::find::<$type>, "Return the lowest index where sub (bytes or a number) is found in self[start:end], or -1."),
            method("rfind($self, sub, start=None, end=None, /)", search::rfind::<$type>, "Return the highest index where sub (bytes or a number) is found in self[start:end], or -1."),
            method("index($self, sub, start=None, end=None, /)", search::index::<$type>, "Like find(), but raise ValueError when sub is not found."),
            method("rindex($self, sub, start=None, end=None, /)", search::rindex::<$type>, "Like rfind(), but raise ValueError when sub is not found."),
            method("count($self, sub, start=None, end=None, /)", search::count::<$type>, "Return the number of non-overlapping occurrences of sub in self[start:end]."),
            method("startswith($self, prefix, start=None, end=None, /)", search::startswith::<$type>, "Return True if the bytes start with the specified prefix (or one of a tuple of prefixes)."),
            method("endswith($self, suffix, start=None, end=None, /)", search::endswith::<$type>, "Return True if the bytes end with the specified suffix (or one of a tuple of suffixes)."),
            method("split($self, /, sep=None, maxsplit=-1)", split::split::<$type>, "Return a list of the pieces between occurrences of sep, or between runs of ASCII whitespace."),
            method("rsplit($self, /, sep=None, maxsplit=-1)", split::rsplit::<$type>, "Like split(), but splits are counted from the right."),
            method("splitlines($self, /, keepends=False)", split::splitlines::<$type>, "Return a list of the lines, with their ends if keepends is true."),
            method("partition($self, sep, /)", split::partition::<$type>, "Return the part before the first sep, sep itself, and the part after it."),
            method("rpartition($self, sep, /)", split::rpartition::<$type>, "Return the part before the last sep, sep itself, and the part after it."),
            method("join($self, iterable_of_bytes, /)", split::join::<$type>, "Concatenate any number of bytes objects, with these bytes in between."),
            method("replace($self, old, new, count=-1, /)", change::replace::<$type>, "Return a copy with occurrences of old (count of them at most) replaced by new."),
            method("strip($self, bytes=None, /)", change::strip::<$type>, "Return a copy without ASCII whitespace (or the given bytes) at both ends."),
            method("lstrip($self, bytes=None, /)", change::lstrip::<$type>, "Return a copy without ASCII whitespace (or the given bytes) at the start."),
            method("rstrip($self, bytes=None, /)", change::rstrip::<$type>, "Return a copy without ASCII whitespace (or the given bytes) at the end."),
            method("removeprefix($self, prefix, /)", change::removeprefix::<$type>, "Return a copy without the given prefix, if it is there."),
            method("removesuffix($self, suffix, /)", change::removesuffix::<$type>, "Return a copy without the given suffix, if it is there."),
            method("center($self, width, fillchar=b' ', /)", change::center::<$type>, "Return centered bytes of length width."),
            method("ljust($self, width, fillchar=b' ', /)", change::ljust::<$type>, "Return left-justified bytes of length width."),
            method("rjust($self, width, fillchar=b' ', /)", change::rjust::<$type>, "Return right-justified bytes of length width."),
            method("zfill($self, width, /)", change::zfill::<$type>, "Pad a number with zeros on the left, to fill a field of the given width."),
            method("expandtabs($self, /, tabsize=8)", change::expandtabs::<$type>, "Return a copy where tabs are replaced by spaces up to the next tab stop."),
            method("translate($self, table, /, delete=b'')", change::translate::<$type>, "Return a copy with each byte mapped by the table of 256 bytes, those in delete left out."),
            method("lower($self, /)", change::lower::<$type>, "Return a copy with ASCII letters converted to lowercase."),
            method("upper($self, /)", change::upper::<$type>, "Return a copy with ASCII letters converted to uppercase."),
            method("swapcase($self, /)", change::swapcase::<$type>, "Return a copy with the case of ASCII letters exchanged."),
            method("title($self, /)", change::title::<$type>, "Return a copy where each word starts with an uppercase ASCII letter."),
            method("capitalize($self, /)", change::capitalize::<$type>, "Return a copy with only the first byte capitalized (ASCII)."),
            method("decode($self, /, encoding='utf-8', errors='strict')", change::decode::<$type>, "Decode the bytes using the codec registered for encoding."),
            method("hex($self, sep=<unrepresentable>, bytes_per_sep=1)", change::hex::<$type>, "Return the bytes as hexadecimal digits, with a separator between groups if one is given."),
            method("isalpha($self, /)", classify::isalpha::<$type>, "Return True if there are bytes and all of them are ASCII letters."),
            method("isalnum($self, /)", classify::isalnum::<$type>, "Return True if there are bytes and all of them are ASCII letters or digits."),
            method("isascii($self, /)", classify::isascii::<$type>, "Return True if all bytes are ASCII."),
            method("isdigit($self, /)", classify::isdigit::<$type>, "Return True if there are bytes and all of them are ASCII digits."),
            method("isspace($self, /)", classify::isspace::<$type>, "Return True if there are bytes and all of them are ASCII whitespace."),
            method("isupper($self, /)", classify::isupper::<$type>, "Return True if there are uppercase ASCII letters and no lowercase ones."),
            method("islower($self, /)", classify::islower::<$type>, "Return True if there are lowercase ASCII letters and no uppercase ones."),
            method("istitle($self, /)", classify::istitle::<$type>, "Return True if the bytes are titlecased."),
            class_method("fromhex($type, string, /)", fromhex, "Create an object from hexadecimal digits; spaces between two numbers are accepted."),
            function("maketrans(frm, to, /)", change::maketrans, "Return a translation table for the translate method."),
            $($more,)*
        ]
    }};
}
pub(crate) use byte_methods;
