//! Running the body of a module, class or `exec`.
//!
//! Such code is compiled in *name mode*: register 0 of its window is the namespace, and it has no
//! parameters.

use crate::exception::Raised;
use crate::heap::Value;
use crate::interpreter::frame::{self, Action, EXTENDED_HEADER, HEADER};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::function::Function;

impl Thread {
    /// Runs the body of `function` with its names in `namespace`. The value is what the body
    /// returns: for a class the cell of `__class__` or None, for an expression its value.
    pub fn run_body(&mut self, function: Ref<Function>, namespace: Value) -> Result<Value, Raised> {
        self.check_native_stack()?;
        if self.stm.polled() {
            self.safepoint()?;
        }
        if self.is_too_deep() {
            return Err(self.recursion_error());
        }
        let saved = self.save();
        let code = function.code();
        let window = self.top.get().wrapping_add(EXTENDED_HEADER);
        self.reserve_stack(window.wrapping_add(code.registers.get() as usize))?;
        // SAFETY: everything from `top` on is free, and there is room for header and registers,
        // just checked (I2); the code is validated (I1).
        let result = unsafe {
            *window.sub(5) = Value::UNBOUND;
            *window.sub(4) = Value::UNBOUND;
            *window.sub(HEADER) = function.value();
            frame::set_link(window, self.pc.get(), self.frame.get(), Action::Entry);
            for at in 0..code.variable_count.get().max(1) as usize {
                *window.add(at) = Value::UNBOUND;
            }
            *window = namespace;
            self.top.set(window.add(1));
            self.depth.set(self.depth.get() + 1);
            self.run(code.words.get().cast(), window)
        };
        self.restore(saved);
        result
    }
}

/// What native code may ask about the Python function that called it.
impl Thread {
    /// The running Python function.
    pub fn running_function(&self) -> Option<Ref<Function>> {
        let window = self.frame.get();
        // SAFETY: the running frame's window has its function below it (I2).
        (!window.is_null()).then(|| unsafe { frame::function(window) })
    }

    /// The globals of the running Python function.
    pub fn running_globals(&self) -> Option<Ref<crate::types::dict::Dict>> {
        self.running_function().map(|function| function.callable().globals.get())
    }

    /// A variable's register of the running function; unbound if there is none.
    pub fn running_register(&self, index: usize) -> Value {
        match self.running_function() {
            // SAFETY: variables are the first registers of the window (I2).
            Some(function) if index < function.code().variable_count.get() as usize => unsafe {
                *self.frame.get().add(index)
            },
            _ => Value::UNBOUND,
        }
    }
}
