//! Marking: from the roots to everything that can be reached.
//!
//! An object is marked when a reference to it is found, in the bitmap on the side, which is small
//! enough to stay in the cache; the object itself is prefetched and pushed. Between the stack and
//! the work lies a short queue, so that an object's memory has arrived when its turn comes. In a
//! nursery collection the old generation's marks are still set, so marking stops at old objects by
//! itself. A survivor loses the `G` of its owner word by an atomic *and*: it is old now, and the next
//! write to it must be heard of.
//!
//! With several threads each has a marker of its own; one with plenty gives half its stack away when
//! another is idle. Long arrays are scanned in pieces, which bounds the stack and lets others help.

use crate::collect::OwnerWords;
use crate::header::{G, Header, ShapeId, value_at, word_at};
use crate::heap::Hooks;
use crate::layout::{Layout, Payload, Size, Traced, Tracer, layout_of, shape_entry};
use crate::space::{BLOCK, LARGE, Space, State};
use crate::value::Value;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Objects whose memory is on its way.
const AHEAD: usize = 8;
/// Values of a long array scanned in one piece.
const PIECE: usize = 4096;
/// A stack above this is worth sharing.
const WORTH_SHARING: usize = 256;

/// Part of a long array of values or entries.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    at: usize,
    count: usize,
    /// Bytes an entry.
    stride: usize,
    /// Which words of an entry are values.
    values: u64,
}

impl Slice {
    fn of_values(at: usize, count: usize) -> Slice {
        Slice { at, count, stride: 8, values: 1 }
    }

    /// Without its first `n` entries.
    fn after(self, n: usize) -> Slice {
        let n = n.min(self.count);
        Slice { at: self.at + self.stride * n, count: self.count - n, ..self }
    }
}

/// What markers share.
pub(crate) struct Shared {
    work: Mutex<Vec<Work>>,
    /// How many pieces of work lie there; read without the lock.
    offered: AtomicUsize,
    idle: AtomicUsize,
    markers: AtomicUsize,
}

/// A piece of work given away.
#[derive(Default)]
pub(crate) struct Work {
    /// Whose roots it began with, so that these take it first; zero if nobody's.
    pub(crate) whose: usize,
    pub(crate) stack: Vec<usize>,
    pub(crate) slices: Vec<Slice>,
    /// Old objects that were written to.
    pub(crate) remembered: Vec<NonNull<Header>>,
}

// SAFETY: references to heap objects mean the same on every thread.
unsafe impl Send for Work {}

/// One thread's marking.
pub(crate) struct Marker<'a> {
    space: Space,
    hooks: &'a Hooks,
    /// Cleans owner words of retired thread ids, in a full collection that has to.
    words: Option<&'a dyn OwnerWords>,
    stack: Vec<usize>,
    slices: Vec<Slice>,
    /// Old objects that were written to, to be looked at again.
    pub(crate) remembered: Vec<NonNull<Header>>,
    shapes: Vec<ShapeId>,
    /// Weak references met, for `weak`.
    pub(crate) weak: Vec<usize>,
    /// Ephemeron tables met.
    pub(crate) ephemerons: Vec<usize>,
}

// SAFETY: references to heap objects mean the same on every thread.
unsafe impl Send for Marker<'_> {}

impl<'a> Marker<'a> {
    pub(crate) fn new(
        space: Space,
        hooks: &'a Hooks,
        words: Option<&'a dyn OwnerWords>,
    ) -> Marker<'a> {
        Marker {
            space,
            hooks,
            words,
            stack: Vec::with_capacity(1024),
            slices: Vec::new(),
            remembered: Vec::new(),
            shapes: Vec::new(),
            weak: Vec::new(),
            ephemerons: Vec::new(),
        }
    }

    /// Marks what a value refers to.
    #[inline(always)]
    pub(crate) fn visit<const PARALLEL: bool>(&mut self, value: Value) {
        let offset = self.space.offset(value.bits() as usize);
        if self.space.contains(offset) && self.space.mark::<PARALLEL>(offset) {
            let address = value.bits() as usize;
            prefetch(address);
            self.stack.push(address);
        }
    }

    /// Marks what several values refer to; many are left for later, in pieces.
    ///
    /// # Safety
    /// The values stay where they are, unchanged, until the marker has drained.
    pub(crate) unsafe fn visit_all(&mut self, values: &[Value]) {
        if values.len() > PIECE {
            self.slices.push(Slice::of_values(values.as_ptr().expose_provenance(), values.len()));
            return;
        }
        for &value in values {
            self.visit::<false>(value);
        }
    }

    /// Moves what has been visited to a piece of work for somebody else.
    pub(crate) fn hand_over(&mut self, work: &mut Work) {
        work.stack.append(&mut self.stack);
        work.slices.append(&mut self.slices);
    }

    /// Is this reference's object marked (or not the heap's at all)?
    #[inline]
    pub(crate) fn is_alive(&self, value: Value) -> bool {
        let offset = self.space.offset(value.bits() as usize);
        !self.space.contains(offset) || self.space.is_marked(offset)
    }

    /// Marks everything that can be reached from what was visited.
    pub(crate) fn drain(&mut self) {
        self.run::<false>(None);
    }

    /// The same with other markers; returns when all are done. Takes work that is `whose` first.
    pub(crate) fn drain_shared(&mut self, shared: &Shared, whose: usize) {
        loop {
            self.run::<true>(Some(shared));
            let Some(mut work) = shared.take(whose) else { return };
            self.stack.append(&mut work.stack);
            self.slices.append(&mut work.slices);
            self.remembered.append(&mut work.remembered);
        }
    }

    fn run<const PARALLEL: bool>(&mut self, shared: Option<&Shared>) {
        let mut ahead = [0usize; AHEAD];
        let mut turn = 0;
        let mut in_flight = 0;
        loop {
            if let Some(next) = self.stack.pop() {
                prefetch(next);
                let object = std::mem::replace(&mut ahead[turn], next);
                turn = (turn + 1) % AHEAD;
                if object == 0 {
                    in_flight += 1;
                    continue;
                }
                // SAFETY: marked objects are initialised.
                unsafe { self.scan::<PARALLEL>(object) };
                if PARALLEL
                    && let Some(shared) = shared
                    && shared.is_hungry()
                {
                    self.give(shared);
                }
            } else if in_flight > 0 {
                for slot in &mut ahead {
                    let object = std::mem::take(slot);
                    if object != 0 {
                        // SAFETY: as above.
                        unsafe { self.scan::<PARALLEL>(object) };
                    }
                }
                in_flight = 0;
            } else if let Some(slice) = self.slices.pop() {
                if slice.count > PIECE {
                    self.slices.push(slice.after(PIECE));
                    if PARALLEL
                        && let Some(shared) = shared
                        && shared.is_hungry()
                    {
                        self.give(shared);
                    }
                }
                // SAFETY: the slice lies inside a marked object's payload, or is a root.
                unsafe { self.scan_slice::<PARALLEL>(slice, slice.count.min(PIECE)) };
            } else if let Some(object) = self.remembered.pop() {
                // SAFETY: objects are whole (H2), and old ones stay where they are (H1).
                unsafe { self.rescan::<PARALLEL>(object.as_ptr()) };
            } else if let Some(shape) = self.shapes.pop() {
                self.trace_shape::<PARALLEL>(shape);
            } else {
                return;
            }
        }
    }

    /// Looks through the first entries of a slice.
    ///
    /// # Safety
    /// So many entries lie there.
    unsafe fn scan_slice<const PARALLEL: bool>(&mut self, slice: Slice, count: usize) {
        let array: *const Header = std::ptr::with_exposed_provenance(slice.at);
        for i in 0..count {
            let mut values = slice.values;
            while values != 0 {
                let word = values.trailing_zeros() as usize;
                // SAFETY: the caller's promise.
                self.visit::<PARALLEL>(unsafe { value_at(array, slice.stride * i + 8 * word) });
                values &= values - 1;
            }
        }
    }

    /// Looks through a newly marked object.
    ///
    /// # Safety
    /// An initialised object lies at `address`.
    #[inline(always)]
    unsafe fn scan<const PARALLEL: bool>(&mut self, address: usize) {
        let object: *mut Header = std::ptr::with_exposed_provenance_mut(address);
        // SAFETY: the caller's promise.
        unsafe {
            let shape = (*object).shape_relaxed();
            let layout = shape_entry(shape).layout_unchecked();
            let size = layout.size_of(object);
            let offset = self.space.offset(address);
            // One above 16 KB may lie in a block all the same, if its run had room.
            if size <= LARGE || self.space.state((offset / BLOCK) as u32) == State::Small {
                self.space.mark_lines(offset, size);
            }
            if !(layout.immutable | layout.storage) && (*object).owner.peek().0 & G != 0 {
                (*object).owner.clear_remembered();
            }
            if let Some(words) = self.words {
                words.clean(&(*object).owner);
            }
            if layout.trace_shape && self.space.shape_mark(shape.0).load(Ordering::Relaxed) == 0 {
                self.visit_shape(shape);
            }
            self.scan_references::<PARALLEL>(object, layout, 0);
        }
    }

    /// Visits what an object refers to; of the payload, what comes after the first `skip` elements.
    ///
    /// # Safety
    /// An initialised object of this layout.
    #[inline(always)]
    unsafe fn scan_references<const PARALLEL: bool>(
        &mut self,
        object: *mut Header,
        layout: &Layout,
        skip: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            if let Some(slice) = separate_payload(object, layout, skip) {
                self.slices.push(slice);
                let rest = Layout { payload: Payload::Raw, ..*layout };
                rest.fields_of(object, &mut |v| self.visit::<PARALLEL>(v));
            } else {
                layout.fields_of(object, &mut |v| self.visit::<PARALLEL>(v));
            }
            if layout.weak.is_some() {
                self.weak.push(object.addr());
            }
            if let Payload::Ephemerons(_) = layout.payload {
                self.ephemerons.push(object.addr());
            }
            if let Some(trace) = layout.trace {
                let mut sink = |found: Traced| match found {
                    Traced::Value(v) => self.visit::<PARALLEL>(v),
                    Traced::Shape(shape) => self.visit_shape(shape),
                };
                trace(object, &mut Tracer { sink: &mut sink });
            }
        }
    }

    /// Looks again at an old object that was written to, and at the storage it owns.
    ///
    /// # Safety
    /// An initialised object.
    unsafe fn rescan<const PARALLEL: bool>(&mut self, object: *mut Header) {
        // SAFETY: the caller's promise.
        unsafe {
            (*object).owner.clear_remembered();
            self.rescan_references::<PARALLEL>(object);
        }
    }

    unsafe fn rescan_references<const PARALLEL: bool>(&mut self, object: *mut Header) {
        // SAFETY: the caller's promise; `owned` names fields that refer to storage or hold none.
        unsafe {
            let layout = layout_of(object);
            for &at in layout.owned {
                let storage = value_at(object, at as usize);
                let offset = self.space.offset(storage.bits() as usize);
                // Young storage is met like any young object.
                if self.space.contains(offset) && self.space.is_marked(offset) {
                    self.rescan_references::<PARALLEL>(storage.object_ptr());
                }
            }
            if layout.trace_shape
                && self.space.shape_mark((*object).shape_relaxed().0).load(Ordering::Relaxed) == 0
            {
                self.visit_shape((*object).shape_relaxed());
            }
            let written_from = layout
                .written_from
                .map_or(0, |at| word_at(object, at as usize).load(Ordering::Relaxed));
            self.scan_references::<PARALLEL>(object, layout, written_from as usize);
        }
    }

    /// Gives away, if there is enough of it, the older half of the stack, which leads to more than the
    /// younger, and half of the rest.
    #[cold]
    fn give(&mut self, shared: &Shared) {
        let (stack, slices, remembered) = (&mut self.stack, &mut self.slices, &mut self.remembered);
        if stack.len() + remembered.len() + slices.len() * PIECE <= WORTH_SHARING {
            return;
        }
        let mut given: Vec<Slice> = slices.drain(..slices.len() / 2).collect();
        if let Some(slice) = slices.first_mut()
            && slice.count > 2 * PIECE
        {
            given.push(slice.after(slice.count / 2));
            slice.count /= 2;
        }
        let work = Work {
            whose: 0,
            stack: stack.drain(..stack.len() / 2).collect(),
            slices: given,
            remembered: remembered.drain(..remembered.len() / 2).collect(),
        };
        crate::heap::lock(&shared.work).push(work);
        shared.offered.fetch_add(1, Ordering::Release);
    }

    fn visit_shape(&mut self, shape: ShapeId) {
        if self.space.shape_mark(shape.0).swap(1, Ordering::Relaxed) == 0 {
            self.shapes.push(shape);
        }
    }

    #[cold]
    fn trace_shape<const PARALLEL: bool>(&mut self, shape: ShapeId) {
        if let Some(trace) = self.hooks.trace_shape {
            let mut sink = |found: Traced| match found {
                Traced::Value(v) => self.visit::<PARALLEL>(v),
                Traced::Shape(shape) => self.visit_shape(shape),
            };
            // SAFETY: the record is the one the shape was added with.
            unsafe { trace(shape_entry(shape).user(), &mut Tracer { sink: &mut sink }) };
        }
    }
}

/// The payload, if it is better not scanned with the rest: because it is long, or because
/// part of it need not be.
///
/// # Safety
/// An initialised object of this layout.
#[inline(always)]
unsafe fn separate_payload(object: *mut Header, layout: &Layout, skip: usize) -> Option<Slice> {
    // SAFETY: the caller's promise.
    unsafe {
        let at = object.addr() + layout.payload_base();
        let slice = match (layout.payload, layout.size) {
            (Payload::Values, Size::Counted { count, .. }) => {
                Slice::of_values(at, count.read(object))
            }
            (Payload::UsedValues(used), _) => Slice::of_values(at, used.read(object)),
            (Payload::Entries { values, used }, Size::Counted { element, .. }) => {
                Slice { at, count: used.read(object), stride: element as usize, values }
            }
            _ => return None,
        };
        if let Some(at) = layout.written_from {
            word_at(object, at as usize).store(slice.count as u64, Ordering::Relaxed);
        } else if slice.count <= PIECE {
            return None;
        }
        Some(slice.after(skip))
    }
}

#[inline(always)]
fn prefetch(address: usize) {
    // SAFETY: a hint about memory that is ours.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(
            std::ptr::with_exposed_provenance(address),
        );
    }
}

impl Shared {
    pub(crate) fn new(markers: usize) -> Shared {
        Shared {
            work: Mutex::new(Vec::new()),
            offered: AtomicUsize::new(0),
            idle: AtomicUsize::new(0),
            markers: AtomicUsize::new(markers),
        }
    }

    /// One marker will not come.
    pub(crate) fn resign(&self) {
        self.markers.fetch_sub(1, Ordering::AcqRel);
    }

    #[inline(always)]
    fn is_hungry(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > self.offered.load(Ordering::Relaxed)
    }

    /// Begins anew with one marker and some work.
    pub(crate) fn begin(&self, work: Vec<Work>) {
        self.markers.store(1, Ordering::Relaxed);
        self.idle.store(0, Ordering::Relaxed);
        self.offered.store(work.len(), Ordering::Relaxed);
        *crate::heap::lock(&self.work) = work;
    }

    /// Another marker comes.
    pub(crate) fn join(&self) {
        self.markers.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits for work, or for everybody to be out of it.
    fn take(&self, whose: usize) -> Option<Work> {
        self.idle.fetch_add(1, Ordering::AcqRel);
        let mut rounds = 0u32;
        loop {
            if self.offered.load(Ordering::Acquire) > 0
                && let Some(work) = {
                    let mut queue = crate::heap::lock(&self.work);
                    // Under the lock, so that nobody sees all idle while work is on its way.
                    let own = queue.iter().rposition(|work| work.whose == whose);
                    own.map(|own| queue.swap_remove(own)).or_else(|| queue.pop()).inspect(|_| {
                        self.idle.fetch_sub(1, Ordering::AcqRel);
                        self.offered.fetch_sub(1, Ordering::AcqRel);
                    })
                }
            {
                return Some(work);
            }
            if self.idle.load(Ordering::Acquire) == self.markers.load(Ordering::Acquire)
                && self.offered.load(Ordering::Acquire) == 0
            {
                return None;
            }
            rounds += 1;
            if rounds.is_multiple_of(64) {
                std::thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
    }
}
