//! The function object.
//!
//! Calls read `code`, defaults and closure without a barrier: they change only by assignment to
//! `__code__`, `__defaults__` and the like, which is done by single stores of values that stay
//! valid, and tells those that rely on them as a change of class does.

use super::SPEC;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Object, Ref};
use crate::thread::Thread;
use crate::types::code::Code;
use crate::types::dict::Dict;

heap_object! {
    /// A Python function.
    pub struct Function: SPEC {
        values {
            /// `__code__`
            code: Ref<Code>,
            /// `__globals__`
            globals: Ref<Dict>,
            /// `__builtins__`
            builtins: Ref<Dict>,
            /// `__defaults__`: a tuple, or unbound
            defaults: Value,
            /// `__kwdefaults__`: a dict, or unbound
            kwdefaults: Value,
            /// `__closure__`: a tuple of cells, or unbound
            closure: Value,
            /// The annotate function, or unbound
            annotate: Value,
            /// `__annotations__`, once computed or set; or unbound
            annotations: Value,
            /// `__name__`
            name: Value,
            /// `__qualname__`
            qualname: Value,
            /// `__doc__`
            doc: Value,
            /// `__module__`
            module: Value,
            /// `__type_params__`: a tuple, or unbound
            type_params: Value,
        }
        storage {}
        data {}
    }
}

impl Function {
    /// A function of this code with no defaults and no closure.
    pub fn new(
        th: &Thread,
        code: Ref<Code>,
        globals: Ref<Dict>,
        builtins: Ref<Dict>,
        module: Value,
    ) -> Result<Ref<Function>, Raised> {
        use orochi_compiler::code::flags;
        let doc = if code.flags.get() & flags::HAS_DOCSTRING != 0 {
            code.constants.get().get(0)
        } else {
            Value::NONE
        };
        let unbound = Value::UNBOUND;
        Function::allocate(
            th,
            code,
            globals,
            builtins,
            unbound,
            unbound,
            unbound,
            unbound,
            unbound,
            code.name.get().value(),
            code.qualname.get().value(),
            doc,
            module,
            unbound,
        )
    }
}

impl Ref<Function> {
    /// What a call needs to know, without a barrier (see the module's head).
    #[inline(always)]
    pub fn callable<'a>(self) -> &'a Function {
        // SAFETY: the fields are changed by single stores of valid values only.
        unsafe { self.unguarded() }
    }

    /// The code.
    #[inline(always)]
    pub fn code(self) -> Ref<Code> {
        self.callable().code.get()
    }
}

const _: fn() = || {
    let _ = <Function as Object>::VALUES;
};
