//! The frame object.
//!
//! Made only for windows that somebody asks about. Its fields change by single stores of the
//! thread whose frame it is while the frame is *live*; another thread looks at a live frame with
//! the world stopped (`crate::frame::variables`). A frame that has been left is *detached*: it
//! keeps a copy of the variables, and nothing changes but by its methods. The frame of a suspended
//! generator has its variables in the generator.

use super::SPEC;
use crate::heap::{Header, Value};
use crate::heap_object;
use crate::object::Ref;
use crate::types::code::Code;
use crate::types::function::Function;
use crate::types::list::ValueArray;

heap_object! {
    /// A frame.
    pub struct Frame: SPEC {
        values {
            /// The function that runs.
            function: Ref<Function>,
            /// `f_back` once detached: a frame or None.
            back: Value,
            /// While live: the next older live frame of the thread that has an object, or None.
            below: Value,
            /// The generator whose body this is, or None.
            generator: Value,
            /// `f_trace`, or None.
            trace: Value,
            /// Dict of names set through `f_locals` that are no variables, or unbound.
            extra: Value,
            /// While tracing: what the call instruction at hand calls, if that is no Python
            /// function, or unbound.
            callee: Value,
            /// Its first argument, or unbound.
            first_argument: Value,
        }
        storage {
            /// The variables, once detached.
            registers: Ref<ValueArray>,
        }
        data {
            /// Address of the window while live, else 0.
            window: usize,
            /// Address of the thread whose frame it is.
            thread: usize,
            /// Word offset of the instruction, once detached.
            offset: u64,
            /// [`flags`]
            flags: u64,
            /// While monitoring: word offset behind the branch that runs, or 0.
            branch: u64,
            /// Where to go on, as `f_lineno` was set: word offset + 1, and in the upper half the
            /// register + 1 of what is handled there, if that changes; or 0.
            jump: u64,
        }
    }
}

/// Bits of [`Frame::flags`].
pub mod flags {
    /// The frame has been left: variables, caller and position are its own.
    pub const DETACHED: u64 = 1;
    /// `f_trace_lines` is off.
    pub const NO_LINES: u64 = 2;
    /// `f_trace_opcodes`
    pub const OPCODES: u64 = 4;
    /// The frame's call has been reported to a trace function.
    pub const ENTERED: u64 = 8;
    /// The frame was traced when it was suspended: going on is reported as a call.
    pub const SUSPENDED: u64 = 16;
    /// Its call is just being reported: it is at the line of the `def`.
    pub const IN_CALL: u64 = 32;
    /// A line is being reported to its trace function.
    pub const IN_LINE: u64 = 64;
    /// The last line reported is in the bits from here on.
    pub const LINE_SHIFT: u32 = 32;
}

impl Frame {
    /// Puts back what Python has stored in a frame, by its logged words. The rest follows the
    /// window.
    ///
    /// # Safety
    /// The words were those behind the header of this frame, which is held for writing.
    pub(crate) unsafe fn restore(object: *mut Header, words: &[u64]) {
        for offset in [std::mem::offset_of!(Frame, trace), std::mem::offset_of!(Frame, extra)] {
            let word = Value::from_bits(words[offset / 8 - 1]);
            // SAFETY: the caller's promise.
            unsafe { crate::heap::set_value_at(object, offset, word) };
        }
    }
}

impl Ref<Frame> {
    /// The fields, without a barrier (see the module's head).
    #[inline]
    pub fn fields<'a>(self) -> &'a Frame {
        // SAFETY: single words, each store of a valid value.
        unsafe { self.unguarded() }
    }

    /// The running function's code.
    pub fn code(self) -> Ref<Code> {
        self.fields().function.get().code()
    }
}
