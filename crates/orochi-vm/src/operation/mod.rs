//! What can be done with values: the protocols of the data model, as methods of the thread.
//!
//! All of these may run Python, and so are release points. The interpreter has fast paths of its
//! own for what is frequent; everybody else calls these.

mod attribute;
mod body;
mod call;
mod compare;
mod item;
mod iterate;
mod number;
mod object;

pub(crate) use attribute::native_of;
pub use compare::{Comparison, identity_hash};
pub use number::{BinaryOp, UnaryOp};
pub(crate) use object::container_length;
