//! `Contended` objects: held for one operation at a time.
//!
//! An object that keeps changing hands costs a handshake each time. When the policy has seen
//! enough of them, it turns the object `Contended`: plain code then takes it by one CAS on a
//! bit and gives it back by one store. The thread waits for nothing while it holds such a bit:
//! every wait first lets go of all of them.
//!
//! The host has to do nothing for this. A thread that holds a bit sets its own poll, so that it
//! lets go at its next safepoint at the latest; an interpreter that knows where an operation
//! ends calls [`StmThread::operation_done`] there (when [`StmThread::is_holding`]), which is
//! sooner. Blocks, and operations on two objects, own such an object like any other.

use std::cell::Cell;

use crate::claim::Access;
use crate::host::Host;
use crate::owner::{OwnerBits, OwnerWord, Transition};
use crate::policy::{self, Contention};
use crate::record::HOLDING;
use crate::sync::{Ordering, relax};
use crate::thread::{Abort, StmThread};

/// How many bits a thread may hold for one operation.
pub(crate) const HELD_LIMIT: usize = 4;

/// The bits held for the running operation, by the address of their words.
#[derive(Debug, Default)]
pub(crate) struct Held {
    words: [Cell<Option<std::ptr::NonNull<OwnerWord>>>; HELD_LIMIT],
}

/// Rounds of looking at a held word before the wait for it is published: an operation is shorter
/// than that costs.
const LOOKS: u32 = 6;

/// Looks whether the holder of a `Contended` word lets go within a moment.
fn changes_soon(word: &OwnerWord, bits: OwnerBits) -> bool {
    (0..LOOKS).any(|_| {
        relax();
        word.load() != bits
    })
}

impl StmThread {
    /// A claim meets a `Contended` word, `held` by the thread in slot `by` (or last held by it).
    /// True: it is this thread's now; false: look again.
    #[cold]
    pub(crate) fn claim_contended(
        &self,
        word: &OwnerWord,
        bits: OwnerBits,
        (held, by): (bool, u32),
        access: Access,
        host: &dyn Host,
    ) -> Result<bool, Abort> {
        let slot = self.record.slot;
        if held {
            if by == slot {
                self.remember_held(word, access, host);
                return Ok(true);
            }
            match self.registry.slot(by).filter(|holder| holder.is_registered()) {
                Some(_) if changes_soon(word, bits) => {}
                Some(holder) => self.wait_for(word, bits, holder, access, host)?,
                None => {
                    // Held by a thread that a fork ended.
                    let _ = word.transition(bits, bits.to_contended(false, slot));
                }
            }
            return Ok(false);
        }
        if self.in_block_or_pair() {
            let owned = bits.to_owned_by(self.write_token.get(), false);
            // Writing: the next look logs and sets W.
            let done = word.transition(bits, owned) == Transition::Done;
            return Ok(done && access == Access::Read);
        }
        let count = self.held_count.get() as usize;
        if count == HELD_LIMIT {
            self.operation_done();
            return Ok(false);
        }
        if word.transition(bits, bits.to_contended(true, slot)) == Transition::Lost {
            return Ok(false);
        }
        self.record.counters.contended.count();
        self.history.note_held(word, by == slot);
        self.held.words[count].set(Some(std::ptr::NonNull::from(word)));
        self.held_count.set(count as u32 + 1);
        self.record.poll.fetch_or(HOLDING, Ordering::SeqCst);
        self.remember_held(word, access, host);
        Ok(true)
    }

    /// A write to a held object: the collector must know.
    fn remember_held(&self, word: &OwnerWord, access: Access, host: &dyn Host) {
        if access == Access::Write && !word.peek().is_remembered() {
            host.remember(word);
            word.set_remembered();
        }
    }

    /// The running operation is over: lets go of `Contended` objects held for it. Optional (the
    /// next safepoint does it), and cheap when nothing is held.
    #[inline]
    pub fn operation_done(&self) {
        if self.held_count.get() != 0 {
            self.let_go();
        }
    }

    #[cold]
    fn let_go(&self) {
        for index in 0..self.held_count.get() as usize {
            let Some(word) = self.held.words[index].take() else { continue };
            // SAFETY: S5, a held object is in use by the running operation, which keeps it
            // alive; no collection has happened since, because the thread lets go before it
            // waits or pauses, and `poll_holding` keeps what it holds alive.
            let word = unsafe { word.as_ref() };
            let bits = word.peek();
            let to = match policy::after_operation(self, word) {
                Contention::Stays => bits.to_contended(false, self.record.slot),
                Contention::Ends => {
                    self.log_contended(word, false);
                    bits.to_owned_by(self.write_token.get(), false)
                }
            };
            word.store_owned(to);
        }
        self.held_count.set(0);
        self.count_release();
    }

    /// Whether `word` is among the bits held for the running operation.
    pub(crate) fn holds(&self, word: &OwnerWord) -> bool {
        let address = std::ptr::NonNull::from(word);
        let count = self.held_count.get() as usize;
        self.held.words[..count].iter().any(|held| held.get() == Some(address))
    }
}
