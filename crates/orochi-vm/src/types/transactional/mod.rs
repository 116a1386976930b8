//! What the containers of `transaction` are made of: tables whose keys do not get into each other's
//! way.
//!
//! A plain dict is one object to the ownership protocol, or a few segments. A [`Core`] is one object
//! a key: an [`Entry`] with an owner word of its own, found through an array of slots that the
//! protocol does not guard. Blocks and threads that work on different keys claim different
//! entries and never meet; those that work on the same key meet there, as at any object.
//!
//! # Keys that are not there
//! A block that looks for a key in vain must not see it appear. So the search makes an entry without
//! a value and claims that. Outside blocks there is no need. An entry without a value counts as
//! absent, and so the entries in the slots say nothing by themselves: they are put there by one
//! compare-and-swap, by blocks too, and stay when the block is undone. The undo log restores what
//! they hold. That is why an entry is born free ([`OwnerWord::set_free`]) and claimed like one of
//! somebody else's.
//!
//! # All keys
//! Who walks over all entries claims each, and must not miss one that comes later. It therefore
//! claims the core's [`Roster`] for reading first ([`StmThread::look_around`]). Whoever gives a value
//! to an entry without one passes by there before ([`StmThread::pass_by`]): it waits for whoever has
//! walked, but not for others who add.
//!
//! # The number of keys
//! It is the sum of one number for each thread, kept in a second core: a *tally*, whose keys are
//! the threads. Those who add and remove keys change their own part; who asks for the sum walks.
//! A counter is a tally, and an append-only collection a tally of lists.
//!
//! # Order
//! Keys are listed in the order in which they were inserted, which is that of the commits: two-phase
//! locking makes the order of the moments at which blocks hold all they touch a serial one. A key
//! inserted in a block refers to the block's [`Birth`], which gets its number from a clock of the
//! whole process at the commit, and says how many came before it in the block.
//!
//! # Growing
//! The slots are replaced while the world is stopped, and only then do entries without a value that
//! nobody has claimed leave them. They are marked as *detached*: whoever was about to claim one
//! starts its search over. Plain code that removes a key detaches the entry itself.
//!
//! [`OwnerWord::set_free`]: orochi_stm::OwnerWord::set_free
//! [`StmThread::look_around`]: orochi_stm::StmThread::look_around
//! [`StmThread::pass_by`]: orochi_stm::StmThread::pass_by

mod access;
mod object;
mod walk;

pub use access::{Change, Keys};
pub use object::{Birth, Core, Entry};
pub use walk::{as_one, sum};

use crate::class::{NativeLayout, TypeFlags, TypeSpec};
use object::Roster;

/// The class of [`Core`]; Python never sees one, nor one of those below.
pub static CORE: TypeSpec = TypeSpec {
    module: "_transaction",
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("_core", NativeLayout::of::<Core>())
};

/// The class of [`Entry`].
pub static ENTRY: TypeSpec = TypeSpec {
    module: "_transaction",
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("_entry", NativeLayout::of::<Entry>())
};

/// The class of [`Roster`].
pub static ROSTER: TypeSpec = TypeSpec {
    module: "_transaction",
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("_roster", NativeLayout::of::<Roster>())
};

/// The class of [`Birth`].
pub static BIRTH: TypeSpec = TypeSpec {
    module: "_transaction",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    ..TypeSpec::named("_birth", NativeLayout::of::<Birth>())
};

/// Types of this folder that exist from the start.
pub static TYPES: &[&TypeSpec] = &[&CORE, &ENTRY, &ROSTER, &BIRTH];
