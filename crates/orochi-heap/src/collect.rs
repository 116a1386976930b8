//! Collections.

use crate::heap::Heap;
use crate::value::Value;

/// Which collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Kind {
    /// Young objects only.
    Nursery,
    /// Everything.
    Full,
}

/// What the layer above knows to be alive. Called while the world is stopped; must not allocate on
/// the heap, and the sets must stay the same until the collection ends. Root tables and vectors of
/// this crate are seen without it.
///
/// For a nursery collection, what has not changed since the last collection may be left out.
pub trait Roots {
    /// Slices of values: value stacks, undo logs, constants of compiled code.
    fn precise(&self, kind: Kind, visit: &mut dyn FnMut(&[Value]));
    /// Words any of which may be a reference or point into an object: native stacks, registers.
    fn conservative(&self, kind: Kind, visit: &mut dyn FnMut(&[usize]));
}

/// What a collection did.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Which it was.
    pub kind: Kind,
    /// Nanoseconds the world stood still for it (without the stop itself).
    pub pause_ns: u64,
    /// Bytes in lines and large objects that are in use now.
    pub live_bytes: usize,
    /// Objects that wait in `Heap::take_finalisers`.
    pub finalisers: usize,
    /// Weak references that wait in `Heap::take_weak_callbacks`.
    pub weak_callbacks: usize,
}

impl Heap {
    /// Collects.
    ///
    /// # Safety
    /// The world is stopped: no other thread reads or writes the heap, every object is initialised,
    /// and `world` names all roots.
    pub unsafe fn collect(&self, world: &dyn Roots, kind: Kind) -> Outcome {
        let _ = (world, kind);
        unimplemented!()
    }
}
