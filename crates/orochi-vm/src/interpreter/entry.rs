//! From native code into the interpreter.

use super::frame::{self, Action, EXTENDED_HEADER, HEADER};
use super::{Exit, call, dispatch, generator};
use crate::exception::Raised;
use crate::heap::Value;
use crate::native::Arguments;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::function::Function;

/// What native code must find again when the interpreter comes back to it.
#[derive(Clone, Copy)]
pub(crate) struct Saved {
    pc: *const u64,
    frame: *mut Value,
    top: *mut Value,
    depth: u32,
}

impl Thread {
    /// Remembers the interpreter's state before native code enters it anew.
    #[inline]
    pub(crate) fn save(&self) -> Saved {
        Saved {
            pc: self.pc.get(),
            frame: self.frame.get(),
            top: self.top.get(),
            depth: self.depth.get(),
        }
    }

    /// Restores it.
    #[inline]
    pub(crate) fn restore(&self, saved: Saved) {
        self.raise_high_water();
        self.pc.set(saved.pc);
        self.frame.set(saved.frame);
        self.top.set(saved.top);
        self.depth.set(saved.depth);
    }

    /// Notes how far up the stack has been used.
    #[inline]
    pub(crate) fn raise_high_water(&self) {
        if self.top.get() > self.high_water.get() {
            self.high_water.set(self.top.get());
        }
    }

    /// The value with which the interpreter came back.
    pub(crate) fn take_result(&self) -> Value {
        self.result.replace(Value::UNBOUND)
    }

    /// Calls a Python function from native code.
    pub(crate) fn call_function(
        &mut self,
        function: Ref<Function>,
        args: Arguments,
    ) -> Result<Value, Raised> {
        self.check_native_stack()?;
        let saved = self.save();
        // SAFETY: everything from `top` on is free, and the limit leaves room for a header; the
        // arguments are checked against it.
        let result = unsafe {
            let window = saved.top.add(EXTENDED_HEADER);
            self.reserve_stack(window.wrapping_add(args.values.len()))?;
            std::ptr::copy(args.values.as_ptr(), window, args.values.len());
            *window.sub(5) = Value::UNBOUND;
            *window.sub(4) = Value::UNBOUND;
            *window.sub(HEADER) = function.value();
            frame::set_link(window, saved.pc, saved.frame, Action::Entry);
            self.top.set(window.add(args.values.len()));
            self.run_window(window, args)
        };
        self.restore(saved);
        result
    }

    unsafe fn run_window(&mut self, window: *mut Value, args: Arguments) -> Result<Value, Raised> {
        // SAFETY: as set up by the caller.
        unsafe {
            let names = args.names.map_or(Value::UNBOUND, Ref::value);
            call::bind_window(self, window, args.values.len(), names)?;
            let code = frame::code(window);
            let parameters = code.parameter_count();
            self.top.set(window.add(parameters));
            if generator::is_generator_code(code) {
                return generator::make(self, window, parameters);
            }
            call::prepare(self, window)?;
            for at in parameters..code.variable_count.get() as usize {
                *window.add(at) = Value::UNBOUND;
            }
            self.depth.set(self.depth.get() + 1);
            self.run(code.words.get().cast(), window)
        }
    }

    /// Runs from `pc` in `window` until its entry frame is left.
    ///
    /// # Safety
    /// The window is complete, and a frame at or below it has `Action::Entry` or an entry extension.
    pub(crate) unsafe fn run(
        &mut self,
        pc: *const u64,
        window: *mut Value,
    ) -> Result<Value, Raised> {
        // SAFETY: as the caller vouches.
        match unsafe { dispatch(self, pc, window, self.table()) } {
            Exit::Returned => Ok(self.take_result()),
            Exit::Raised | Exit::Next => Err(self.leaving.get()),
        }
    }
}
