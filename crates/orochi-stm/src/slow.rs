use crate::host::Host;
use crate::owner::OwnerWord;
use crate::record::ThreadRecord;
use crate::thread::*;

/// A stopped world: what the stopper may do while nobody else runs.
#[derive(Debug)]
pub struct World {}
impl World {
    /// The records of all registered threads, the stopper's included.
    pub fn threads(&self) -> impl Iterator<Item = &'static ThreadRecord> {
        std::iter::empty()
    }
    /// Whether there are retired tids, so that a full collection should clean owner words.
    pub fn has_retired_tids(&self) -> bool {
        unimplemented!()
    }
    /// Replaces a retired tid in an owner word, keeping `G`. Any thread may call it during the
    /// stop (parallel markers).
    pub fn clean_word(&self, _word: &OwnerWord) {
        unimplemented!()
    }
    /// Every owner word has been cleaned: retired tids may be lent again.
    pub fn tids_cleaned(&self) {
        unimplemented!()
    }
    /// Forks the process by calling `fork`, which returns true in the child. In the child all
    /// other threads are gone: their records end, seats and queues start afresh.
    pub fn fork<R>(&self, _fork: impl FnOnce() -> (R, bool)) -> R {
        unimplemented!()
    }
}
impl StmThread {
    /// Slow path of the read barrier.
    #[cold]
    #[inline(never)]
    pub fn claim_read(&self, _word: &OwnerWord, _host: &dyn Host) -> Result<(), Abort> {
        unimplemented!()
    }
    /// Slow path of the write barrier.
    #[cold]
    #[inline(never)]
    pub fn claim_write(&self, _word: &OwnerWord, _host: &dyn Host) -> Result<(), Abort> {
        unimplemented!()
    }
    /// Claims two objects for writing; both are held when it returns.
    #[cold]
    #[inline(never)]
    pub fn claim_write2(
        &self,
        _a: &OwnerWord,
        _b: &OwnerWord,
        _host: &dyn Host,
    ) -> Result<(), Abort> {
        unimplemented!()
    }
    /// Slow path of the poll. A release point.
    #[cold]
    #[inline(never)]
    pub fn safepoint(&self, _host: &dyn Host) -> Result<HostRequests, Abort> {
        unimplemented!()
    }
    /// A poll inside a long native operation that keeps `held`: answers everything else, serves
    /// stops, remembers the held objects again.
    #[cold]
    #[inline(never)]
    pub fn poll_holding(&self, _held: &[&OwnerWord], _host: &dyn Host) -> Result<(), Abort> {
        unimplemented!()
    }
    /// The running operation is over: lets go of `Contended` objects held for it.
    pub fn operation_done(&self) {
        unimplemented!()
    }
    /// Posts host requests to this thread's own poll word.
    pub fn post(&self, requests: HostRequests) {
        self.record.post(requests);
    }
    /// Runs a blocking closure with the thread away. A release point.
    pub fn away<R>(&self, _host: &dyn Host, _blocking: impl FnOnce() -> R) -> R {
        unimplemented!()
    }
    /// Stops all other threads and runs `work`. A release point.
    pub fn stop_the_world<R>(&self, _host: &dyn Host, _work: impl FnOnce(&World) -> R) -> R {
        unimplemented!()
    }
    /// Whether this thread is in an atomic block.
    pub fn in_block(&self) -> bool {
        unimplemented!()
    }
    /// Enters an atomic block (its first attempt).
    pub fn block_enter(&self, _host: &dyn Host) {
        unimplemented!()
    }
    /// Enters the block again after an abort, with the age of its first attempt.
    pub fn block_retry(&self, _host: &dyn Host) {
        unimplemented!()
    }
    /// Commits the block.
    pub fn block_commit(&self, _host: &dyn Host) -> Result<(), Abort> {
        unimplemented!()
    }
    /// Undoes the block and gives everything up. `keep_age`: it will be tried again.
    pub fn block_abort(&self, _keep_age: bool, _host: &dyn Host) {
        unimplemented!()
    }
    /// Makes the block inevitable: afterwards it cannot be aborted.
    pub fn become_inevitable(&self, _host: &dyn Host) -> Result<(), Abort> {
        unimplemented!()
    }
    /// Starts a savepoint in the block: later first writes are logged again.
    pub fn savepoint(&self, _host: &dyn Host) -> Result<(), Abort> {
        unimplemented!()
    }
}
