//! The built-in types, one folder each: `object.rs` the layout, `methods.rs` the methods,
//! `operators.rs` the special methods; `mod.rs` the description that the class is made from.

pub mod bool_;
pub mod bytearray;
pub mod bytes;
pub mod cell;
pub mod classmethod;
pub mod code;
pub mod complex;
pub mod dict;
pub mod float;
pub mod frame;
pub mod function;
pub mod generator;
pub mod generic_alias;
pub mod int;
pub mod iterators;
pub mod list;
pub mod lock;
pub mod mappingproxy;
pub mod member;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod object;
pub mod property;
pub mod range;
pub mod set;
pub mod simple_namespace;
pub mod singletons;
pub mod slice;
pub mod staticmethod;
pub mod str;
pub mod structseq;
pub mod super_;
pub mod template;
pub mod thread_local;
pub mod traceback;
pub mod transactional;
pub mod tuple;
pub mod type_;
pub mod typing_;
pub mod union;
pub mod weakref;

use crate::class::TypeSpec;

/// Built-in types without a fixed shape number, by folder; bases before what derives from them.
pub static BUILTIN_TYPES: &[&[&TypeSpec]] = &[
    singletons::TYPES,
    bool_::TYPES,
    memoryview::TYPES,
    str::TYPES,
    bytes::TYPES,
    bytearray::TYPES,
    dict::TYPES,
    set::TYPES,
    list::TYPES,
    lock::TYPES,
    thread_local::TYPES,
    tuple::TYPES,
    range::TYPES,
    iterators::TYPES,
    generator::TYPES,
    frame::TYPES,
    traceback::TYPES,
    classmethod::TYPES,
    staticmethod::TYPES,
    super_::TYPES,
    mappingproxy::TYPES,
    simple_namespace::TYPES,
    weakref::TYPES,
    generic_alias::TYPES,
    union::TYPES,
    template::TYPES,
    transactional::TYPES,
    typing_::TYPES,
    crate::native::TYPES,
    crate::exception::classes::ALL,
];
