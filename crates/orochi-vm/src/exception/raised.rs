//! How errors travel through Rust code.

/// What a native operation returns instead of a value. The exception itself waits in the
/// thread ([`Thread::take_exception`](crate::thread::Thread::take_exception)), so a `Result` of
/// a value travels in two registers: it is as wide as a value so that this is so, and handlers of
/// the interpreter rely on it (a result in memory would keep them from ending in a jump).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Raised {
    /// A Python exception, in the thread.
    Exception,
    /// The atomic block must be undone: not an exception, and nothing may catch it.
    Abort,
}

impl From<orochi_stm::Abort> for Raised {
    #[inline(always)]
    fn from(_: orochi_stm::Abort) -> Raised {
        Raised::Abort
    }
}

/// The result of a native operation.
pub type Outcome<T> = Result<T, Raised>;
