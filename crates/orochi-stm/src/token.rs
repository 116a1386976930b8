//! What a thread publishes: one 64-bit token.
//!
//! ```text
//!  54                48 47        36 35        18 17         0
//! +--------------------+------------+------------+------------+
//! |       flags        |    tid     |  hi epoch  |  lo epoch  |
//! +--------------------+------------+------------+------------+
//! ```
//!
//! Everything that must be one atomic decision is in one word: a remote bump, wounding, becoming
//! inevitable, taking the seat of a thread that is away. Outside savepoints `lo == hi`.
//! An owner word is *live* when its tid is the token's and its epoch lies in `lo..=hi`.
//!
//! | flag | meaning | who sets it | who clears it |
//! | --- | --- | --- | --- |
//! | `AWAY` | waiting outside any block; anybody may bump the epochs by CAS; revocations and stops count it as done | the thread | the thread |
//! | `SAFE` | waiting inside a block: acknowledgements and stops count as given, nobody may bump | the thread | the thread |
//! | `PAUSED` | at a poll during a stop: counts for the stop only, everything stays owned | the thread | the thread |
//! | `ATOMIC` | in an atomic block | the thread | the thread, by bumping |
//! | `WOUNDED` | an older block wants this one out of the way | any older block, by CAS | the thread, by bumping |
//! | `INEVITABLE` | the block can no longer be aborted | the thread, by CAS | the thread, by bumping |
//! | `SEAT` | holds one of the seats | the thread | the thread; another one while `AWAY` and not `BRIEF` |
//! | `BRIEF` | away for a moment only: leave it the seat | the thread | the thread |

use crate::owner::{EPOCH_BITS, G, OwnerBits, TID_BITS, W};

/// Waiting outside any atomic block.
pub(crate) const AWAY: u64 = 1 << 48;
/// Waiting inside an atomic block.
pub(crate) const SAFE: u64 = 1 << 49;
/// Waiting for a stop to end.
pub(crate) const PAUSED: u64 = 1 << 50;
/// In an atomic block.
pub(crate) const ATOMIC: u64 = 1 << 51;
/// An older block wants this one to abort.
pub(crate) const WOUNDED: u64 = 1 << 52;
/// The block cannot be aborted.
pub(crate) const INEVITABLE: u64 = 1 << 53;
/// Holds a seat.
pub(crate) const SEAT: u64 = 1 << 54;
/// Away for a moment only.
pub(crate) const BRIEF: u64 = 1 << 55;

const EPOCH: u64 = (1 << EPOCH_BITS) - 1;
const HI_SHIFT: u32 = EPOCH_BITS;
const TID_SHIFT: u32 = 2 * EPOCH_BITS;
const TID: u64 = (1 << TID_BITS) - 1;
/// Added to a token to move `hi` up by one.
pub(crate) const HI_STEP: u64 = 1 << HI_SHIFT;

/// The bits of a token, as loaded at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Token(pub(crate) u64);

impl Token {
    /// A token that owns nothing: no tid.
    pub(crate) const NONE: Token = Token(0);

    pub(crate) const fn new(tid: u32, epoch: u32, flags: u64) -> Token {
        Token(flags | (tid as u64) << TID_SHIFT | (epoch as u64) << HI_SHIFT | epoch as u64)
    }

    pub(crate) const fn tid(self) -> u32 {
        (self.0 >> TID_SHIFT & TID) as u32
    }

    pub(crate) const fn lo(self) -> u32 {
        (self.0 & EPOCH) as u32
    }

    pub(crate) const fn hi(self) -> u32 {
        (self.0 >> HI_SHIFT & EPOCH) as u32
    }

    pub(crate) const fn has(self, flags: u64) -> bool {
        self.0 & flags != 0
    }

    /// The same flags, at the epoch after the newest (but never past `epoch_max`, which owns
    /// nothing).
    pub(crate) const fn bumped(self, epoch_max: u32) -> Token {
        let next = if self.hi() + 1 < epoch_max { self.hi() + 1 } else { epoch_max };
        Token::new(self.tid(), next, self.0 & !((1 << 48) - 1))
    }

    /// Whether the thread that publishes this token owns an object whose word is `word`.
    pub(crate) const fn owns(self, word: OwnerBits) -> bool {
        word.tid() == self.tid()
            && word.tid() != 0
            && self.lo() <= word.epoch()
            && word.epoch() <= self.hi()
    }

    /// The same tid and oldest epoch: no bump lies between. The newest epoch may have moved on
    /// with a savepoint: what was owned then still is.
    pub(crate) const fn same_epochs(self, other: Token) -> bool {
        (self.0 ^ other.0) & (TID << TID_SHIFT | EPOCH) == 0
    }

    /// The write token that belongs to the newest epoch.
    pub(crate) const fn write_token(self) -> u32 {
        OwnerBits::owned(self.tid(), self.hi(), W | G).0
    }
}
