//! What other threads see of a thread.
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use crate::thread::{HostRequests, Marks, StmThread};

/// What other threads see of a thread. Records are never freed; a thread that starts may take
/// over the record of one that has ended.
#[derive(Debug)]
pub struct ThreadRecord {
    pub(crate) token: AtomicU64,
    pub(crate) poll: AtomicU32,
    pub(crate) thread: AtomicPtr<StmThread>,
    pub(crate) marks: Marks,
}
impl ThreadRecord {
    /// Posts host requests to the thread: it sees them at its next safepoint. Safe to call from
    /// a signal handler. Does not interrupt a blocking call.
    pub fn post(&self, requests: HostRequests) {
        self.poll.fetch_or(requests.0 << 16, Ordering::SeqCst);
    }
    /// The registered thread's hot part, which is the first field of the host's own structure;
    /// null when the record is not in use. For the collector, during a stop.
    pub fn thread(&self) -> *mut StmThread {
        self.thread.load(Ordering::Acquire)
    }
}
