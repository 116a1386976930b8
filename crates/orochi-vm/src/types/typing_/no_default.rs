//! `typing.NoDefault`: says that a type parameter has no default.

use crate::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;
use crate::types::object::Instance;

/// The class of `typing.NoDefault`.
pub static NO_DEFAULT_TYPE: TypeSpec = TypeSpec {
    module: "typing",
    doc: "The type of the NoDefault singleton.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, /)", |th, _| no_default(th), "")),
    methods: NO_DEFAULT_METHODS,
    ..TypeSpec::named("NoDefaultType", NativeLayout::of::<Instance>())
};

static NO_DEFAULT_METHODS: &[Method] = &[
    method(
        "__repr__($self, /)",
        |th, _| Ok(th.intern("typing.NoDefault")?.value()),
        "Return repr(self).",
    ),
    method("__reduce__($self, /)", |th, _| Ok(th.intern("NoDefault")?.value()), ""),
];

/// The `NoDefault` singleton.
pub fn no_default(th: &mut Thread) -> Result<Value, Raised> {
    static NO_DEFAULT: std::sync::OnceLock<crate::heap::Rooted<Value>> = std::sync::OnceLock::new();
    if let Some(known) = NO_DEFAULT.get() {
        return Ok(known.get());
    }
    let made = Instance::allocate_as(th, NO_DEFAULT_TYPE.shape())?.value();
    Ok(NO_DEFAULT.get_or_init(|| crate::heap::Heap::get().roots().root(made)).get())
}
