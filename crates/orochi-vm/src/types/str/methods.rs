//! The table of methods.

use super::{change, classify, encoding, format, operators, search, split, translate};
use crate::class::{Method, function, method};

pub(super) static METHODS: &[Method] = &[
    method("__getitem__($self, key, /)", operators::getitem, "Return self[key]."),
    method("__contains__($self, key, /)", search::contains, "Return bool(key in self)."),
    method("__len__($self, /)", operators::len, "Return len(self)."),
    method("__iter__($self, /)", operators::iter, "Implement iter(self)."),
    method("__hash__($self, /)", operators::hash, "Return hash(self)."),
    method("__eq__($self, value, /)", operators::eq, "Return self==value."),
    method("__ne__($self, value, /)", operators::ne, "Return self!=value."),
    method("__lt__($self, value, /)", operators::lt, "Return self<value."),
    method("__le__($self, value, /)", operators::le, "Return self<=value."),
    method("__gt__($self, value, /)", operators::gt, "Return self>value."),
    method("__ge__($self, value, /)", operators::ge, "Return self>=value."),
    method("__add__($self, value, /)", operators::add, "Return self+value."),
    method("__mul__($self, value, /)", operators::mul, "Return self*value."),
    method("__rmul__($self, value, /)", operators::mul, "Return value*self."),
    method("__mod__($self, value, /)", operators::modulo, "Return self%value."),
    method("__rmod__($self, value, /)", operators::rmodulo, "Return value%self."),
    method("__repr__($self, /)", operators::repr, "Return repr(self)."),
    method("__str__($self, /)", operators::str, "Return str(self)."),
    method("__getnewargs__($self, /)", operators::getnewargs, ""),
    method(
        "__sizeof__($self, /)",
        operators::sizeof,
        "Return the size of the string in memory, in bytes.",
    ),
    method(
        "__format__($self, format_spec, /)",
        format::dunder_format,
        "Return a formatted version of the string as described by format_spec.",
    ),
    method(
        "find($self, sub, start=None, end=None, /)",
        search::find,
        "Return the lowest index in self where substring sub is found in self[start:end], or -1.",
    ),
    method(
        "rfind($self, sub, start=None, end=None, /)",
        search::rfind,
        "Return the highest index in self where substring sub is found in self[start:end], or -1.",
    ),
    method(
        "index($self, sub, start=None, end=None, /)",
        search::index,
        "Like find(), but raise ValueError when the substring is not found.",
    ),
    method(
        "rindex($self, sub, start=None, end=None, /)",
        search::rindex,
        "Like rfind(), but raise ValueError when the substring is not found.",
    ),
    method(
        "count($self, sub, start=None, end=None, /)",
        search::count,
        "Return the number of non-overlapping occurrences of substring sub in self[start:end].",
    ),
    method(
        "startswith($self, prefix, start=None, end=None, /)",
        search::startswith,
        "Return True if the string starts with the specified prefix (or one of a tuple of prefixes).",
    ),
    method(
        "endswith($self, suffix, start=None, end=None, /)",
        search::endswith,
        "Return True if the string ends with the specified suffix (or one of a tuple of suffixes).",
    ),
    method(
        "split($self, /, sep=None, maxsplit=-1)",
        split::split,
        "Return a list of the substrings between occurrences of sep, or between runs of whitespace.",
    ),
    method(
        "rsplit($self, /, sep=None, maxsplit=-1)",
        split::rsplit,
        "Like split(), but splits are counted from the right.",
    ),
    method(
        "splitlines($self, /, keepends=False)",
        split::splitlines,
        "Return a list of the lines in the string, with their ends if keepends is true.",
    ),
    method(
        "partition($self, sep, /)",
        split::partition,
        "Return the part before the first sep, sep itself, and the part after it.",
    ),
    method(
        "rpartition($self, sep, /)",
        split::rpartition,
        "Return the part before the last sep, sep itself, and the part after it.",
    ),
    method(
        "join($self, iterable, /)",
        split::join,
        "Concatenate any number of strings, with this string in between.",
    ),
    method(
        "replace($self, old, new, /, count=-1)",
        change::replace,
        "Return a copy with occurrences of old (count of them at most) replaced by new.",
    ),
    method(
        "strip($self, chars=None, /)",
        change::strip,
        "Return a copy without whitespace (or the characters in chars) at both ends.",
    ),
    method(
        "lstrip($self, chars=None, /)",
        change::lstrip,
        "Return a copy without whitespace (or the characters in chars) at the start.",
    ),
    method(
        "rstrip($self, chars=None, /)",
        change::rstrip,
        "Return a copy without whitespace (or the characters in chars) at the end.",
    ),
    method(
        "removeprefix($self, prefix, /)",
        change::removeprefix,
        "Return a copy without the given prefix, if it is there.",
    ),
    method(
        "removesuffix($self, suffix, /)",
        change::removesuffix,
        "Return a copy without the given suffix, if it is there.",
    ),
    method(
        "center($self, width, fillchar=' ', /)",
        change::center,
        "Return a centered string of length width.",
    ),
    method(
        "ljust($self, width, fillchar=' ', /)",
        change::ljust,
        "Return a left-justified string of length width.",
    ),
    method(
        "rjust($self, width, fillchar=' ', /)",
        change::rjust,
        "Return a right-justified string of length width.",
    ),
    method(
        "zfill($self, width, /)",
        change::zfill,
        "Pad a numeric string with zeros on the left, to fill a field of the given width.",
    ),
    method(
        "expandtabs($self, /, tabsize=8)",
        change::expandtabs,
        "Return a copy where tabs are replaced by spaces up to the next tab stop.",
    ),
    method("lower($self, /)", change::lower, "Return a copy of the string converted to lowercase."),
    method("upper($self, /)", change::upper, "Return a copy of the string converted to uppercase."),
    method(
        "casefold($self, /)",
        change::casefold,
        "Return a version of the string suitable for caseless comparisons.",
    ),
    method(
        "swapcase($self, /)",
        change::swapcase,
        "Convert uppercase characters to lowercase and lowercase characters to uppercase.",
    ),
    method(
        "title($self, /)",
        change::title,
        "Return a version of the string where each word is titlecased.",
    ),
    method(
        "capitalize($self, /)",
        change::capitalize,
        "Return a capitalized version of the string.",
    ),
    method(
        "isalpha($self, /)",
        classify::isalpha,
        "Return True if the string is an alphabetic string, False otherwise.",
    ),
    method(
        "isalnum($self, /)",
        classify::isalnum,
        "Return True if the string is an alpha-numeric string, False otherwise.",
    ),
    method(
        "isascii($self, /)",
        classify::isascii,
        "Return True if all characters in the string are ASCII, False otherwise.",
    ),
    method(
        "isdecimal($self, /)",
        classify::isdecimal,
        "Return True if the string is a decimal string, False otherwise.",
    ),
    method(
        "isdigit($self, /)",
        classify::isdigit,
        "Return True if the string is a digit string, False otherwise.",
    ),
    method(
        "isnumeric($self, /)",
        classify::isnumeric,
        "Return True if the string is a numeric string, False otherwise.",
    ),
    method(
        "isspace($self, /)",
        classify::isspace,
        "Return True if the string is a whitespace string, False otherwise.",
    ),
    method(
        "isprintable($self, /)",
        classify::isprintable,
        "Return True if all characters in the string are printable, False otherwise.",
    ),
    method(
        "isidentifier($self, /)",
        classify::isidentifier,
        "Return True if the string is a valid Python identifier, False otherwise.",
    ),
    method(
        "isupper($self, /)",
        classify::isupper,
        "Return True if the string is an uppercase string, False otherwise.",
    ),
    method(
        "islower($self, /)",
        classify::islower,
        "Return True if the string is a lowercase string, False otherwise.",
    ),
    method(
        "istitle($self, /)",
        classify::istitle,
        "Return True if the string is a title-cased string, False otherwise.",
    ),
    method(
        "encode($self, /, encoding='utf-8', errors='strict')",
        encoding::encode_method,
        "Encode the string using the codec registered for encoding.",
    ),
    method(
        "translate($self, table, /)",
        translate::translate,
        "Replace each character in the string using the given translation table.",
    ),
    function(
        "maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)",
        translate::maketrans,
        "Return a translation table usable for str.translate().",
    ),
    method(
        "format($self, /, *args, **kwargs)",
        format::format,
        "Return a formatted version of the string, using substitutions from args and kwargs.",
    ),
    method(
        "format_map($self, mapping, /)",
        format::format_map,
        "Return a formatted version of the string, using substitutions from mapping.",
    ),
];
