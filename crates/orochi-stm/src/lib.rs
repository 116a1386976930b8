//! Owner words, epochs, claims, revocation and atomic blocks: the software transactional memory under Orochi.

mod host;
pub mod owner;
mod record;
mod registry;
mod slow;
mod sync;
mod thread;

pub use host::{Host, NoHost, SourcePosition};
pub use owner::{OwnerBits, OwnerState, OwnerWord};
pub use record::ThreadRecord;
pub use registry::{Registry, TooManyThreads};
pub use slow::World;
pub use thread::{
    Abort, HostRequests, MARKS, MARKS_OFFSET, POLL_OFFSET, RELEASES_OFFSET, StmThread,
    WRITE_TOKEN_OFFSET,
};
