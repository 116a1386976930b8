//! `typing.Generic`: the base of classes with type parameters.

use super::call_typing;
use crate::class::create::call_with_dict;
use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, class_method};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object::Instance;
use crate::types::tuple::Tuple;

/// The class `typing.Generic`.
pub static GENERIC: TypeSpec = TypeSpec {
    module: "typing",
    doc: "Abstract base class for generic types.\n\n\
          On Python 3.12 and newer, generic classes implicitly inherit from\n\
          Generic when they declare a parameter list after the class's name::\n\n    \
          class Mapping[KT, VT]:\n        def __getitem__(self, key: KT) -> VT:\n            ...\n            # Etc.",
    flags: TypeFlags::BASE,
    methods: METHODS,
    ..TypeSpec::named("Generic", NativeLayout::of::<Instance>())
};

static METHODS: &[Method] = &[
    class_method(
        "__class_getitem__($cls, /, *args, **kwargs)",
        |th, args| forward(th, "_generic_class_getitem", args),
        "Parameterizes a generic class.",
    ),
    class_method(
        "__init_subclass__($cls, /, *args, **kwargs)",
        |th, args| forward(th, "_generic_init_subclass", args),
        "Function to initialize subclasses.",
    ),
];

fn forward(th: &mut Thread, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let mut all = RootVec::new();
    all.push(args[0]);
    if let Some(given) = args[1].cast::<Tuple>() {
        all.extend_from_slice(given.as_slice());
    }
    let typing = th.import_module("typing")?;
    let name = th.intern(name)?;
    let function = th.get_attribute(typing, name)?;
    match args[2].cast::<Dict>() {
        Some(named) => call_with_dict(th, function, all.as_slice(), named),
        None => th.call(function, all.as_slice()),
    }
}

/// `Generic[...]` for the type parameters of a class, a tuple.
pub fn subscript_generic(th: &mut Thread, parameters: Value) -> Result<Value, Raised> {
    let mut unpacked = RootVec::new();
    if let Some(parameters) = parameters.cast::<Tuple>() {
        for &parameter in parameters.as_slice() {
            if th.class_of(parameter) == super::TYPE_VAR_TUPLE.class() {
                th.collect(parameter, &mut unpacked)?;
            } else {
                unpacked.push(parameter);
            }
        }
    }
    let unpacked = Tuple::from_slice(th, unpacked.as_slice())?;
    call_typing(th, "_GenericAlias", &[GENERIC.class().value(), unpacked.value()])
}
