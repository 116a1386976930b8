//! What a structure does *not* have.
//!
//! Objects can be claimed; what is not there cannot. A structure of many objects that threads find
//! without asking (through slots that change by single atomic operations) therefore has one object
//! more that stands for all it does not have. Who walks over what there is *looks around* first:
//! that claims the object for reading, until the end of the block. Who adds something makes it
//! findable, then *passes by*, and only then claims the new object and makes it count. So of a
//! walk and an addition, either the walk finds what was added, and the two meet at that object; or
//! it does not, and then whoever adds meets it here and waits for the end of the walk's block.
//! Those who add do not meet each other: the object is left to nobody again, long before the end
//! of the block that passed by. Nothing was read of it, so letting it go early breaks no
//! isolation; what the block itself has looked around for, however, it keeps (found by histories
//! in which blocks walk, then add: without that, two of them could each miss what the other adds).

use crate::claim::Access;
use crate::host::Host;
use crate::owner::{OwnerState, OwnerWord};
use crate::sync::{Ordering, fence};
use crate::thread::{Abort, StmThread};
use crate::token::ATOMIC;

impl StmThread {
    /// Claims, for reading, what stands for all that a structure does not have. Nothing that is
    /// found afterwards can be joined by something else before the end of the open block.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    pub fn look_around(&self, word: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        if !self.can_read(word) {
            self.claim_read(word, host)?;
        }
        // The claim against what somebody who passes by has published before (S4).
        fence(Ordering::SeqCst);
        Ok(())
    }

    /// Waits until nobody else has looked around, and leaves the object to nobody: after something
    /// that is not there yet has been made findable, and before it is claimed to make it count. A
    /// release point if it waits.
    ///
    /// # Errors
    /// [`Abort`] only in an atomic block that an older one wants out of the way.
    pub fn pass_by(&self, word: &OwnerWord, host: &dyn Host) -> Result<(), Abort> {
        // What was published against the claim of somebody who is about to look (S4).
        fence(Ordering::SeqCst);
        let bits = word.load();
        if bits.state() == OwnerState::Free || self.token().owns(bits) {
            return Ok(());
        }
        // What this block has itself read as `Shared` it must keep.
        let read = self.in_block() && self.record.has_marked(self.token(), word);
        self.claim(word, Access::Write, host)?;
        let bits = word.load();
        if !read && self.token().owns(bits) {
            word.store_owned(bits.to_free());
            fence(Ordering::SeqCst);
            self.registry.wake_waiters_at(word);
        }
        Ok(())
    }

    /// Whether nobody owns the object, and no open block has read it: true for good when asked during
    /// a stop, a guess at other times.
    pub fn is_quiet(&self, word: &OwnerWord) -> bool {
        let bits = word.load();
        match bits.state() {
            OwnerState::Free => true,
            OwnerState::Owned { tid, .. } => {
                self.registry.thread_of(tid).is_none_or(|owner| !owner.token().owns(bits))
            }
            OwnerState::Shared => self.registry.registered().all(|reader| {
                let token = reader.token();
                !token.has(ATOMIC) || !reader.has_marked(token, word)
            }),
            _ => false,
        }
    }
}
