//! `frame`, and the mapping that `f_locals` gives.

mod attributes;
mod object;
mod proxy;

pub use object::{Frame, flags};
pub use proxy::{FrameLocalsProxy, PROXY};

use crate::class::{NativeLayout, TypeFlags, TypeSpec};

/// The class `frame`.
pub static SPEC: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: attributes::METHODS,
    getset: attributes::GETSET,
    ..TypeSpec::named("frame", NativeLayout::of::<Frame>())
};

/// The classes of this module.
pub static TYPES: &[&TypeSpec] = &[&SPEC, &PROXY];
