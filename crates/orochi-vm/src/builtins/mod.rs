//! The module `builtins`.
//!
//! * [`attributes`]: `getattr`, `isinstance`, `dir`, `vars` …
//! * [`numbers`]: `abs`, `pow`, `round`, `hex`, `chr` …
//! * [`iteration`]: `iter`, `next`, `sum`, `min`, `sorted`, `any` …
//! * [`evaluate`]: `compile`, `eval`, `exec`, and dicts of globals
//! * [`class_statement`]: `__build_class__`; [`output`]: `print`, `input`, `open`

mod attributes;
mod class_statement;
pub mod evaluate;
mod iteration;
mod numbers;
mod output;

use crate::class::{Method, TypeSpec, function};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::interpreter::import;
use crate::native::ModuleSpec;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types;
use crate::types::module::Module;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Built-in functions, types, exceptions, and other objects.\n\n\
          This module provides direct access to all 'built-in'\n\
          identifiers of Python; for example, builtins.len is\n\
          the full name for the built-in function len().\n\n\
          This module is not normally accessed explicitly by most\n\
          applications, but can be useful in modules that provide\n\
          objects with the same name as a builtin, but for which\n\
          the builtin of that name is also needed.",
    functions: FUNCTIONS,
    execute: Some(add_names),
    ..ModuleSpec::named("builtins")
};

static FUNCTIONS: &[Method] = &[
    function(
        "__build_class__(*args, **kwds)",
        class_statement::build_class,
        "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nInternal helper function used by the class statement.",
    ),
    function(
        "__import__(name, globals=None, locals=None, fromlist=(), level=0)",
        import::builtin_import,
        "Import a module.\n\nBecause this function is meant for use by the Python\ninterpreter and not for general use, it is better to use\nimportlib.import_module() to programmatically import a module.",
    ),
    function("abs(number, /)", numbers::abs, "Return the absolute value of the argument."),
    function(
        "aiter(async_iterable, /)",
        iteration::aiter,
        "Return an AsyncIterator for an AsyncIterable object.",
    ),
    function(
        "all(iterable, /)",
        iteration::all,
        "Return True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True.",
    ),
    function(
        "anext(async_iterator, default=<unrepresentable>, /)",
        iteration::anext,
        "Return the next item from the async iterator.\n\nIf default is given and the async iterator is exhausted,\nit is returned instead of raising StopAsyncIteration.",
    ),
    function(
        "any(iterable, /)",
        iteration::any,
        "Return True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False.",
    ),
    function(
        "ascii(obj, /)",
        attributes::ascii,
        "Return an ASCII-only representation of an object.",
    ),
    function(
        "bin(integer, /)",
        numbers::bin,
        "Return the binary representation of an integer.\n\n   >>> bin(2796202)\n   '0b1010101010101010101010'",
    ),
    function(
        "breakpoint(*args, **kwargs)",
        output::breakpoint,
        "Call sys.breakpointhook(*args, **kws).\n\nsys.breakpointhook() must accept whatever arguments are passed.",
    ),
    function(
        "callable(obj, /)",
        attributes::callable,
        "Return whether the object is callable (i.e., some kind of function).\n\nNote that classes are callable, as are instances of classes with a\n__call__() method.",
    ),
    function(
        "chr(i, /)",
        numbers::chr,
        "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.",
    ),
    function(
        "compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
        evaluate::compile,
        "Compile source into a code object that can be executed by exec() or eval().",
    ),
    function(
        "delattr(obj, name, /)",
        attributes::delattr,
        "Deletes the named attribute from the given object.\n\ndelattr(x, 'y') is equivalent to ``del x.y``",
    ),
    function(
        "dir(object=<unrepresentable>, /)",
        attributes::dir,
        "dir([object]) -> list of strings\n\nIf called without an argument, return the names in the current scope.\nElse, return an alphabetized list of names comprising (some of) the attributes\nof the given object, and of attributes reachable from it.",
    ),
    function(
        "divmod(x, y, /)",
        numbers::divmod,
        "Return the tuple (x//y, x%y).  Invariant: div*y + mod == x.",
    ),
    function(
        "eval(source, /, globals=None, locals=None)",
        evaluate::eval,
        "Evaluate the given source in the context of globals and locals.",
    ),
    function(
        "exec(source, /, globals=None, locals=None, *, closure=None)",
        evaluate::exec,
        "Execute the given source in the context of globals and locals.",
    ),
    function(
        "format(value, format_spec='', /)",
        attributes::format,
        "Return type(value).__format__(value, format_spec)\n\nMany built-in types implement format_spec according to the\nFormat Specification Mini-language. See help('FORMATTING')\nfor details.",
    ),
    function(
        "getattr(object, name, default=<unrepresentable>, /)",
        attributes::getattr,
        "getattr(object, name[, default]) -> value\n\nGet a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\nWhen a default argument is given, it is returned when the attribute doesn't\nexist; without it, an exception is raised in that case.",
    ),
    function(
        "globals()",
        evaluate::globals,
        "Return the dictionary containing the current scope's global variables.\n\nNOTE: Updates to this dictionary *will* affect name lookups in the current\nglobal scope and vice-versa.",
    ),
    function(
        "hasattr(obj, name, /)",
        attributes::hasattr,
        "Return whether the object has an attribute with the given name.\n\nThis is done by calling getattr(obj, name) and catching AttributeError.",
    ),
    function(
        "hash(obj, /)",
        attributes::hash,
        "Return the hash value for the given object.\n\nTwo objects that compare equal must also have the same hash value, but the\nreverse is not necessarily true.",
    ),
    function(
        "hex(integer, /)",
        numbers::hex,
        "Return the hexadecimal representation of an integer.\n\n   >>> hex(12648430)\n   '0xc0ffee'",
    ),
    function(
        "id(obj, /)",
        attributes::id,
        "Return the identity of an object.\n\nThis is guaranteed to be unique among simultaneously existing objects.",
    ),
    function(
        "input(prompt='', /)",
        output::input,
        "Read a string from standard input.  The trailing newline is stripped.",
    ),
    function(
        "isinstance(obj, class_or_tuple, /)",
        attributes::isinstance,
        "Return whether an object is an instance of a class or of a subclass thereof.\n\nA tuple, as in ``isinstance(x, (A, B, ...))``, may be given as the target to\ncheck against. This is equivalent to ``isinstance(x, A) or isinstance(x, B)\nor ...`` etc.",
    ),
    function(
        "issubclass(cls, class_or_tuple, /)",
        attributes::issubclass,
        "Return whether 'cls' is derived from another class or is the same class.\n\nA tuple, as in ``issubclass(x, (A, B, ...))``, may be given as the target to\ncheck against. This is equivalent to ``issubclass(x, A) or issubclass(x, B)\nor ...``.",
    ),
    function(
        "iter(object, sentinel=<unrepresentable>, /)",
        iteration::iter,
        "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object.\nIn the first form, the argument must supply its own iterator, or be a sequence.\nIn the second form, the callable is called until it returns the sentinel.",
    ),
    function("len(obj, /)", attributes::len, "Return the number of items in a container."),
    function(
        "locals()",
        evaluate::locals,
        "Return a dictionary containing the current scope's local variables.\n\nNOTE: Whether or not updates to this dictionary will affect name lookups in\nthe local scope and vice-versa is *implementation dependent* and not\ncovered by any backwards compatibility guarantees.",
    ),
    function(
        "max(*args, key=None, default=<unrepresentable>)",
        iteration::max,
        "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its biggest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the largest argument.",
    ),
    function(
        "min(*args, key=None, default=<unrepresentable>)",
        iteration::min,
        "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nWith a single iterable argument, return its smallest item. The\ndefault keyword-only argument specifies an object to return if\nthe provided iterable is empty.\nWith two or more positional arguments, return the smallest argument.",
    ),
    function(
        "next(iterator, default=<unrepresentable>, /)",
        iteration::next,
        "next(iterator[, default])\n\nReturn the next item from the iterator. If default is given and the iterator\nis exhausted, it is returned instead of raising StopIteration.",
    ),
    function(
        "oct(integer, /)",
        numbers::oct,
        "Return the octal representation of an integer.\n\n   >>> oct(342391)\n   '0o1234567'",
    ),
    function(
        "open(*args, **kwargs)",
        output::open,
        "Open file and return a stream.  Raise OSError upon failure.",
    ),
    function(
        "ord(character, /)",
        numbers::ord,
        "Return the ordinal value of a character.\n\nIf the argument is a one-character string, return the Unicode code\npoint of that character.\n\nIf the argument is a bytes or bytearray object of length 1, return its\nsingle byte value.",
    ),
    function(
        "pow(base, exp, mod=None)",
        numbers::pow,
        "Equivalent to base**exp with 2 arguments or base**exp % mod with 3 arguments.\n\nSome types, such as ints, are able to use a more efficient algorithm when\ninvoked using the three argument form.",
    ),
    function(
        "print(*args, sep=' ', end='\\n', file=None, flush=False)",
        output::print,
        "Prints the values to a stream, or to sys.stdout by default.\n\n  sep\n    string inserted between values, default a space.\n  end\n    string appended after the last value, default a newline.\n  file\n    a file-like object (stream); defaults to the current sys.stdout.\n  flush\n    whether to forcibly flush the stream.",
    ),
    function(
        "repr(obj, /)",
        attributes::repr,
        "Return the canonical string representation of the object.\n\nFor many object types, including most builtins, eval() will return\nan object equal to the one passed.",
    ),
    function(
        "round(number, ndigits=None)",
        numbers::round,
        "Round a number to a given precision in decimal digits.\n\nThe return value is an integer if ndigits is omitted or None.  Otherwise\nthe return value has the same type as the number.  ndigits may be negative.",
    ),
    function(
        "setattr(obj, name, value, /)",
        attributes::setattr,
        "Sets the named attribute on the given object to the specified value.\n\nsetattr(x, 'y', v) is equivalent to ``x.y = v``",
    ),
    function(
        "sorted(iterable, /, *, key=None, reverse=False)",
        iteration::sorted,
        "Return a new list containing all items from the iterable in ascending order.\n\nA custom key function can be supplied to customize the sort order, and the\nreverse flag can be set to request the result in descending order.",
    ),
    function(
        "sum(iterable, /, start=0)",
        iteration::sum,
        "Return the sum of a 'start' value (default: 0) plus an iterable of numbers\n\nWhen the iterable is empty, return the start value.\nThis function is intended specifically for use with numeric values and may\nreject non-numeric types.",
    ),
    function(
        "vars(object=<unrepresentable>, /)",
        attributes::vars,
        "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__.",
    ),
];

/// Classes that are in `builtins`, exceptions apart.
static CLASSES: &[&TypeSpec] = &[
    &types::object::SPEC,
    &types::type_::SPEC,
    &types::bool_::SPEC,
    &types::bytearray::SPEC,
    &types::bytes::SPEC,
    &types::classmethod::SPEC,
    &types::complex::SPEC,
    &types::dict::SPEC,
    &types::iterators::ENUMERATE,
    &types::iterators::FILTER,
    &types::float::SPEC,
    &types::set::FROZENSET,
    &types::int::SPEC,
    &types::list::SPEC,
    &types::iterators::MAP,
    &types::memoryview::SPEC,
    &types::property::SPEC,
    &types::range::SPEC,
    &types::iterators::REVERSED,
    &types::set::SET,
    &types::slice::SPEC,
    &types::staticmethod::SPEC,
    &types::str::SPEC,
    &types::super_::SPEC,
    &types::tuple::SPEC,
    &types::iterators::ZIP,
];

/// Makes the module in the namespace that the runtime has made for it.
pub(crate) fn make(th: &mut Thread) -> Result<(), Raised> {
    let module = MODULE.make_in(th, th.vm.builtins.get())?;
    let name = th.intern("builtins")?;
    th.vm.modules.get().set_str(th, name, module.value())
}

/// Adds classes and constants.
fn add_names(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    for spec in CLASSES.iter().chain(classes::ALL) {
        let class = spec.class();
        if spec.module == "builtins" {
            dict.set_str(th, class.name.get(), class.value())?;
        }
    }
    let os_error = classes::OS_ERROR.class().value();
    let debug = Value::from_bool(th.vm.settings.optimize == 0);
    for (name, value) in [
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("__debug__", debug),
        ("EnvironmentError", os_error),
        ("IOError", os_error),
    ] {
        let name = th.intern(name)?;
        dict.set_str(th, name, value)?;
    }
    Ok(())
}

impl Thread {
    /// Imports a module by its absolute name.
    pub fn import_module(&mut self, name: &str) -> Result<Value, Raised> {
        import::import_module(self, name)
    }
}
