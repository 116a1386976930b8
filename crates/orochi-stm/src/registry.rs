//! Threads that come and go.
use crate::host::Host;
use crate::thread::StmThread;

/// All threads that know of each other, their tids and seats. A process has one,
/// [`Registry::global`]; tests make their own.
#[derive(Debug)]
pub struct Registry {}

/// No more threads can be registered: about 4,000 live, or all tids used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyThreads;

impl Registry {
    /// The process's registry, with one seat a core.
    pub fn global() -> &'static Registry {
        unimplemented!()
    }
    /// A registry of its own with `seats` seats, for tests; never freed.
    pub fn leaked(_seats: usize) -> &'static Registry {
        unimplemented!()
    }
}
impl StmThread {
    /// Reserves a record and a tid. May run on another thread than the one to be started.
    pub fn new(_registry: &'static Registry) -> Result<StmThread, TooManyThreads> {
        unimplemented!()
    }
    /// The calling OS thread becomes this thread and Running: takes a seat, waits for a stop in
    /// progress to end. `self` must not move until [`StmThread::finish`].
    pub fn start(&self, _host: &dyn Host) {
        unimplemented!()
    }
    /// Gives everything up and leaves the registry.
    pub fn finish(&self, _host: &dyn Host) {
        unimplemented!()
    }
}
