//! Claiming two objects together.
//!
//! `a.extend(b)` needs both at once. The first try claims one after the other. If the second
//! claim waits, the first object may be gone, and two threads that want the same two could take
//! them from each other for ever. So after one failure the claim runs as a *short block*: with
//! an age, safe instead of away, wounding younger ones. Nothing has been written, so a wound only
//! means starting over. When both are held the block ends without a bump: plain code owns them.
//! What it has read as `Shared` must still say so after that end: while the block waited for its
//! second object, a revoker may have counted it as safe, and the mark counts in blocks only.

use crate::claim::Access;
use crate::host::Host;
use crate::owner::OwnerWord;
use crate::record::{NO_AGE, REQUEST};
use crate::sync::{Ordering, fence};
use crate::thread::{Abort, BlockState, StmThread};
use crate::token::{ATOMIC, Token, WOUNDED};

impl StmThread {
    /// Claims two objects for writing; both are held when it returns, until the next release
    /// point. They may be the same object.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn claim_write2(&self, a: &OwnerWord, b: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        self.claim_pair((a, Access::Write), (b, Access::Write), host)
    }

    /// Claims `target` for writing and `source` for reading; both are held when it returns.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn claim_write_read(
        &self,
        target: &OwnerWord,
        source: &OwnerWord,
        host: &dyn Host,
    ) -> Result<(), Abort> {
        self.claim_pair((target, Access::Write), (source, Access::Read), host)
    }

    /// Claims two objects for reading; both are held when it returns. They may be the same object.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    #[cold]
    #[inline(never)]
    pub fn claim_read2(&self, a: &OwnerWord, b: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        self.claim_pair((a, Access::Read), (b, Access::Read), host)
    }

    fn claim_pair(
        &self,
        a: (&OwnerWord, Access),
        b: (&OwnerWord, Access),
        host: &dyn Host,
    ) -> Result<(), Abort> {
        self.claim(a.0, a.1, host)?;
        if std::ptr::eq(a.0, b.0) {
            return self.claim(b.0, b.1, host);
        }
        let releases = self.releases();
        self.claim(b.0, b.1, host)?;
        if self.in_block() || self.releases() == releases {
            // In a block nothing that was claimed is lost by waiting.
            return Ok(());
        }
        while self.claim_as_short_block(a, b, host).is_err() {
            // Wounded by an older attempt, which has what it wants when this one comes again; or
            // what was read is being taken away.
            self.end_short_block(true);
        }
        Ok(())
    }

    fn claim_as_short_block(
        &self,
        a: (&OwnerWord, Access),
        b: (&OwnerWord, Access),
        host: &dyn Host,
    ) -> Result<(), Abort> {
        self.operation_done();
        // A pair that is wounded again and again for a thread that wants to run alone lets it.
        self.let_pass(host);
        self.take_age();
        self.answer_before_leaving(host);
        self.enter_epoch(host);
        self.block.set(BlockState::Pair);
        self.check_wound()?;
        self.claim(a.0, a.1, host)?;
        self.claim(b.0, b.1, host)?;
        self.end_short_block(false);
        for (word, access) in [a, b] {
            let bits = word.load();
            if access == Access::Write {
                // Nothing was let go: plain code sets W on what the short block claimed.
                self.enable_writes(word, bits, host)?;
            } else if !self.token().owns(bits) && !bits.is_shared() {
                // Its revoker has seen this thread safe, and may not have looked at the mark
                // before the block was over: once more.
                return Err(Abort);
            }
        }
        self.record.age.store(NO_AGE, Ordering::SeqCst);
        Ok(())
    }

    /// Ends the short block. `aborted`: gives up what it claimed, to those who want it first.
    fn end_short_block(&self, aborted: bool) {
        self.block.set(BlockState::Plain);
        let asked = self.asked.replace(false);
        if aborted {
            self.hand_over();
            self.bump(0);
            self.registry.wake_waiters_for(self.record.slot);
            return;
        }
        let token = Token(self.record.token.fetch_and(!(ATOMIC | WOUNDED), Ordering::SeqCst));
        // Fence 1 again: the end against revokers that have seen the block safe (S4).
        fence(Ordering::SeqCst);
        if asked || token.has(WOUNDED) {
            // Who asked meanwhile is answered at the next safepoint.
            self.record.poll.fetch_or(REQUEST, Ordering::SeqCst);
        }
    }
}
