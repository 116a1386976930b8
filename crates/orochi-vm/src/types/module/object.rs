//! The module object.

use super::SPEC;
use crate::heap_object;
use crate::object::Ref;
use crate::types::dict::Dict;

heap_object! {
    /// A module.
    pub struct Module: SPEC {
        values {
            /// `__dict__`: a namespace; never replaced.
            dict: Ref<Dict>,
        }
        storage {}
        data {}
    }
}

impl Ref<Module> {
    /// The module's namespace. Needs no barrier: it is never replaced.
    #[inline(always)]
    pub fn dict(self) -> Ref<Dict> {
        // SAFETY: written by the constructor only.
        unsafe { self.unguarded().dict.get() }
    }
}
