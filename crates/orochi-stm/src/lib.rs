//! Owner words, epochs, claims, revocation and atomic blocks: the software transactional memory
//! under Orochi.
//!
//! Every mutable heap object starts with a 32-bit [owner word](owner). A thread owns an object
//! while the epoch in the word lies in the range of epochs the thread publishes; it gives up
//! *everything* it owns by publishing a new epoch: one store. Plain code does that only when
//! somebody asks, at a safepoint; an atomic block at its end. Both barriers are one compare of
//! the owner word with a value kept in the thread; everything else is in cold slow paths.
//! `docs/internals/stm.md` tells the whole story and what a host must call when.
//!
//! # Invariants
//! `SAFETY` comments and reviews cite them by name.
//!
//! * **S1 Only the owner changes a live word.** A word that is `Owned` in a live epoch, or
//!   `Contended` and held, is changed by its owner or holder alone; the collector changes `G` in
//!   it during a stop.
//! * **S2 Data passes by Release and Acquire.** What was written under an epoch is visible to
//!   whoever sees the epoch ended (token), the object given (word) or the bit free (word).
//! * **S3 A barrier loads with Acquire**, because a grant may have written this thread's token
//!   into the word.
//! * **S4 Four fences.** Each separates a store from a load of what another thread stores first:
//!   status against requests, stops, revocations and who runs alone; request against token and word; `Revoking`
//!   against returns and registrations; sleep against wake.
//! * **S5 What is wanted or held stays alive.** A thread that waits for an object, or holds its
//!   bit, keeps it reachable; collections happen only while every thread is away, safe or
//!   paused, so a running thread may look at any word whose address it has just read from a
//!   waiter.
//! * **S6 Records are for ever.** Thread records and registries are never freed.
//! * **S7 Epochs never repeat.** A pair of tid and epoch names one transaction for the life of
//!   the process; a tid is used again only after every owner word is clean of it.
//! * **S8 Nothing is waited for while a bit is held.**
//!
//! # Where things are
//! [`owner`] and `token`: the two words, bit by bit. `thread`: the barriers. `claim`, `share`,
//! `contend`, `pair`: their slow paths. `safepoint`, `away`, `stop`, `alone`, `seats`:
//! waiting and answering. `epoch`, `registry`, `record`: threads and tids. `policy`: when to give. `block`:
//! atomic blocks; `elide`: those that stand for a lock. [`log`]: the event log.

mod absence;
mod alone;
mod away;
mod block;
mod claim;
mod contend;
mod elide;
mod epoch;
mod host;
pub mod log;
pub mod owner;
mod pair;
mod place;
mod policy;
mod record;
mod registry;
mod safepoint;
mod seats;
mod share;
mod stop;
mod sync;
mod thread;
mod token;
mod wake;

pub use elide::{ELIDED_LOCKS, ELISION_PATIENCE};
pub use host::{Host, Logged, NoHost};
pub use owner::{OwnerBits, OwnerState, OwnerWord};
pub use record::{Counter, Counters, ThreadRecord};
pub use registry::{Limits, Registry, TooManyThreads};
pub use stop::World;
pub use thread::{
    Abort, COMPANION_OFFSET, HostRequests, MARKS, MARKS_OFFSET, POLL_OFFSET, RELEASES_OFFSET,
    StmThread, WRITE_TOKEN_OFFSET,
};
