//! `array`: numbers of one C type, one behind the other.

mod change;
mod construct;
mod item;
mod object;
mod sequence;

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::operation::Comparison;
use orochi_vm::types::generic_alias::class_getitem;
use orochi_vm::types::str::Str;

use object::{Array, ArrayIterator};
use sequence::compare;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module defines an object type which can efficiently represent\n\
          an array of basic values: characters, integers, floating-point\n\
          numbers.  Arrays are sequence types and behave very much like lists,\n\
          except that the type of objects stored in them is constrained.\n",
    functions: &[function(
        "_array_reconstructor(arraytype, typecode, mformat_code, items, /)",
        construct::reconstruct,
        "Internal. Used for pickling support.",
    )],
    types: &[&ARRAY],
    execute: Some(|th, module| {
        orochi_vm::class::native::make_class(th, &ARRAY_ITERATOR)?;
        let codes = th.new_str(item::CODES)?.value();
        let dict = module.dict();
        let (name, alias) = (th.intern("typecodes")?, th.intern("ArrayType")?);
        dict.set_str(th, name, codes)?;
        dict.set_str(th, alias, ARRAY.class().value())?;
        // As `collections.abc` cannot know of this module.
        let abc = th.import_module("_collections_abc")?;
        let (sequence, register) = (th.intern("MutableSequence")?, th.intern("register")?);
        let sequence = th.get_attribute(abc, sequence)?;
        th.call_method(sequence, register, &[ARRAY.class().value()]).map(drop)
    }),
    ..ModuleSpec::named("array")
};

/// `array.array`
static ARRAY: TypeSpec = TypeSpec {
    module: "array",
    doc: "array(typecode [, initializer]) -> array\n\n\
          Return a new array whose items are restricted by typecode, and\n\
          initialized from the optional initializer value, which must be a list,\n\
          string or iterable over elements of the appropriate type.",
    flags: TypeFlags::BASE
        .and(TypeFlags::IMMUTABLE)
        .and(TypeFlags::SEQUENCE)
        .and(TypeFlags::WEAKREF),
    new: Some(function("__new__($cls, /, *args, **kwargs)", construct::new, "")),
    methods: &[
        method("__len__($self, /)", sequence::len, "Return len(self)."),
        method("__getitem__($self, key, /)", sequence::getitem, "Return self[key]."),
        method("__setitem__($self, key, value, /)", change::setitem, "Set self[key] to value."),
        method("__delitem__($self, key, /)", change::delitem, "Delete self[key]."),
        method("__contains__($self, key, /)", sequence::contains, "Return bool(key in self)."),
        method("__iter__($self, /)", sequence::iter, "Implement iter(self)."),
        method("__add__($self, value, /)", sequence::add, "Return self+value."),
        method("__iadd__($self, value, /)", change::iadd, "Implement self+=value."),
        method("__mul__($self, value, /)", sequence::mul, "Return self*value."),
        method("__rmul__($self, value, /)", sequence::mul, "Return value*self."),
        method("__imul__($self, value, /)", change::imul, "Implement self*=value."),
        method("__repr__($self, /)", sequence::repr, "Return repr(self)."),
        method(
            "__eq__($self, value, /)",
            |th, args| compare(th, Comparison::Eq, args),
            "Return self==value.",
        ),
        method(
            "__ne__($self, value, /)",
            |th, args| compare(th, Comparison::Ne, args),
            "Return self!=value.",
        ),
        method(
            "__lt__($self, value, /)",
            |th, args| compare(th, Comparison::Lt, args),
            "Return self<value.",
        ),
        method(
            "__le__($self, value, /)",
            |th, args| compare(th, Comparison::Le, args),
            "Return self<=value.",
        ),
        method(
            "__gt__($self, value, /)",
            |th, args| compare(th, Comparison::Gt, args),
            "Return self>value.",
        ),
        method(
            "__ge__($self, value, /)",
            |th, args| compare(th, Comparison::Ge, args),
            "Return self>=value.",
        ),
        method(
            "__buffer__($self, flags, /)",
            sequence::buffer,
            "Return a buffer object that exposes the underlying memory of the object.",
        ),
        method("__copy__($self, /)", sequence::copy, "Return a copy of the array."),
        method("__deepcopy__($self, unused, /)", sequence::copy, "Return a copy of the array."),
        method(
            "__reduce_ex__($self, value, /)",
            sequence::reduce_ex,
            "Return state information for pickling.",
        ),
        method("__sizeof__($self, /)", sequence::sizeof, "Size of the array in memory, in bytes."),
        method(
            "append($self, v, /)",
            change::append,
            "Append new value v to the end of the array.",
        ),
        method(
            "buffer_info($self, /)",
            sequence::buffer_info,
            "Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.\n\nThe length should be multiplied by the itemsize attribute to calculate\nthe buffer length in bytes.",
        ),
        method(
            "byteswap($self, /)",
            change::byteswap,
            "Byteswap all items of the array.\n\nIf the items in the array are not 1, 2, 4, or 8 bytes in size, RuntimeError is\nraised.",
        ),
        method("clear($self, /)", change::clear, "Remove all items from the array."),
        method(
            "count($self, v, /)",
            sequence::count,
            "Return number of occurrences of v in the array.",
        ),
        method("extend($self, bb, /)", change::extend, "Append items to the end of the array."),
        method(
            "frombytes($self, buffer, /)",
            change::frombytes,
            "Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.",
        ),
        method(
            "fromfile($self, f, n, /)",
            change::fromfile,
            "Read n objects from the file object f and append them to the end of the array.",
        ),
        method("fromlist($self, list, /)", change::fromlist, "Append items to array from list."),
        method(
            "fromunicode($self, ustr, /)",
            change::fromunicode,
            "Extends this array with data from the unicode string ustr.\n\nThe array must be a unicode type array; otherwise a ValueError is raised.\nUse array.frombytes(ustr.encode(...)) to append Unicode data to an array of\nsome other type.",
        ),
        method(
            "index($self, v, start=0, stop=sys.maxsize, /)",
            sequence::index,
            "Return index of first occurrence of v in the array.\n\nRaise ValueError if the value is not present.",
        ),
        method(
            "insert($self, i, v, /)",
            change::insert,
            "Insert a new item v into the array before position i.",
        ),
        method(
            "pop($self, i=-1, /)",
            change::pop,
            "Return the i-th element and delete it from the array.\n\ni defaults to -1.",
        ),
        method(
            "remove($self, v, /)",
            change::remove,
            "Remove the first occurrence of v in the array.",
        ),
        method(
            "reverse($self, /)",
            change::reverse,
            "Reverse the order of the items in the array.",
        ),
        method(
            "tobytes($self, /)",
            sequence::tobytes,
            "Convert the array to an array of machine values and return the bytes representation.",
        ),
        method(
            "tofile($self, f, /)",
            sequence::tofile,
            "Write all items (as machine values) to the file object f.",
        ),
        method(
            "tolist($self, /)",
            sequence::tolist,
            "Convert array to an ordinary list with the same items.",
        ),
        method(
            "tounicode($self, /)",
            sequence::tounicode,
            "Convert the array to a unicode string.\n\nThe array must be a unicode type array; otherwise a ValueError is raised. Use\narray.tobytes().decode() to obtain a unicode string from an array of some other\ntype.",
        ),
        class_method("__class_getitem__($cls, object, /)", class_getitem, "See PEP 585"),
    ],
    getset: &[
        getter(
            "typecode",
            |th, value| {
                let code = th.receiver::<Array>(value)?.kind.get().code;
                Ok(Str::from_code(th, u32::from(code))?.value())
            },
            "the typecode character used to create the array",
        ),
        getter(
            "itemsize",
            |th, value| {
                let size = th.receiver::<Array>(value)?.kind.get().size;
                Ok(Value::from_i32(size as i32))
            },
            "the size, in bytes, of one array item",
        ),
    ],
    ..TypeSpec::named("array", NativeLayout::of::<Array>())
};

/// `array.arrayiterator`
static ARRAY_ITERATOR: TypeSpec = TypeSpec {
    module: "array",
    flags: TypeFlags::NO_NEW,
    methods: &[
        method(
            "__reduce__($self, /)",
            sequence::reduce_iterator,
            "Return state information for pickling.",
        ),
        method(
            "__setstate__($self, state, /)",
            sequence::set_iterator_state,
            "Set state information for unpickling.",
        ),
    ],
    next: Some(sequence::next),
    ..TypeSpec::named("arrayiterator", NativeLayout::of::<ArrayIterator>())
};
