//! How the heap learns an object's size and references without knowing Python.
//!
//! Each shape id names a 16-byte entry of one table: a pointer to a [`Layout`] and a pointer that
//! belongs to the layer above (its own shape record). The table is a reserved range of addresses,
//! so its base never changes and an entry, once published, is read without a lock. Many shapes
//! share one layout.
//!
//! A layout describes an object as three parts: *fields*, values at fixed offsets; a *payload* of
//! values or entries whose number a word of the object tells; and bytes the collector ignores. What
//! does not fit says so with functions of its own. The size must stay what it was when the object
//! was allocated, and must be readable from the object alone: runs of young objects are parsed by it.
//!
//! *Storage* (the items of a list, the table of a dict) is an object of its own that only its owner
//! points to. The write barrier is the owner's alone; hence `owned`: when the collector looks again
//! at an old object that was written to, it looks through these fields into the storage as well.

use crate::header::{Header, ShapeId, value_at, word_at};
use crate::value::Value;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// How many shapes there can be: 2^24 entries of 16 bytes, reserved, touched as they come into use.
pub const MAX_SHAPES: u32 = 1 << 24;

/// Where an object keeps a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// A 32-bit word at this offset.
    U32(u32),
    /// A 64-bit word at this offset (a multiple of eight).
    U64(u32),
}

impl Count {
    /// Reads the count.
    ///
    /// # Safety
    /// The object has such a word, initialised.
    #[inline(always)]
    pub unsafe fn read(self, object: *const Header) -> usize {
        match self {
            // SAFETY: the caller's promise.
            Count::U32(at) => unsafe {
                (*object.byte_add(at as usize).cast::<AtomicU32>()).load(Ordering::Relaxed) as usize
            },
            // SAFETY: the caller's promise.
            Count::U64(at) => unsafe {
                word_at(object, at as usize).load(Ordering::Relaxed) as usize
            },
        }
    }
}

/// How many bytes an object takes, header included.
#[derive(Clone, Copy)]
pub enum Size {
    /// Always this many.
    Fixed(u32),
    /// `base + count * element`. The count never changes after allocation.
    Counted {
        /// Bytes before the payload.
        base: u32,
        /// Bytes an element.
        element: u32,
        /// The number of elements.
        count: Count,
    },
    /// Whatever the function says, always the same for one object.
    Custom(unsafe fn(*const Header) -> usize),
}

/// Values at fixed offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// None.
    None,
    /// Every word from one byte offset up to another.
    Range {
        /// First byte of the first value.
        from: u32,
        /// One past the last byte of the last.
        to: u32,
    },
    /// Bit n stands for the word at offset 8 n; bit 0, the header, is ignored.
    Bitmap(u64),
}

/// What the counted part of an object, which begins at `Size::Counted::base`, holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Bytes the collector ignores.
    Raw,
    /// A value in every element; unused ones are *unbound*.
    Values,
    /// Values in the first so many elements; what follows is not looked at.
    UsedValues(Count),
    /// Entries of the element's size; bit n of `values` stands for word n of an entry.
    Entries {
        /// Which words of an entry are values.
        values: u64,
        /// How many entries are in use.
        used: Count,
    },
    /// Pairs of key and value (elements of 16 bytes): the value is kept alive by the table only as
    /// long as somebody else keeps the key alive. Pairs whose key has died become *unbound*, twice.
    Ephemerons(Count),
}

/// A reference that does not keep its object alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakField {
    /// Offset of the referent; becomes `None` when that dies. Not among the fields.
    pub referent: u32,
    /// Offset of a callback, one of the fields. If it holds an object when the referent dies, the
    /// weak reference is handed to the layer above.
    pub callback: Option<u32>,
}

/// How objects of some shapes look to the collector.
#[derive(Clone, Copy)]
pub struct Layout {
    /// For the verifier and for people.
    pub name: &'static str,
    /// Bytes, header included.
    pub size: Size,
    /// Values at fixed offsets.
    pub fields: Fields,
    /// What the counted part holds.
    pub payload: Payload,
    /// Offsets, among the fields, of references to storage only this object has.
    pub owned: &'static [u32],
    /// Offset of a 64-bit count: elements of the payload (values or entries, not ephemerons) from
    /// this index on may have been written since the last collection, those below were not. Whoever
    /// stores below it lowers it; the collector raises it. Spares long lists and tables that grow
    /// from being looked through at every collection.
    pub written_from: Option<u32>,
    /// A weak reference.
    pub weak: Option<WeakField>,
    /// Visits references that the rest does not describe.
    pub trace: Option<unsafe fn(*const Header, &mut Tracer<'_>)>,
    /// Gives back what the object holds outside the heap. Runs while the world is stopped, after
    /// the object has died, if it was registered with `LocalHeap::register_resource`; must not
    /// follow references, allocate or block.
    pub drop_resource: Option<unsafe fn(*mut Header)>,
    /// The shape's record holds references (its class), which its objects keep alive through the
    /// hook `trace_shape`.
    pub trace_shape: bool,
    /// Never written after publication, so never remembered.
    pub immutable: bool,
    /// Only an owner points here, and the owner's barrier stands for it.
    pub storage: bool,
}

impl Layout {
    /// An object of a fixed size without references, to be completed by `..`.
    pub const fn fixed(name: &'static str, size: u32) -> Layout {
        Layout {
            name,
            size: Size::Fixed(size),
            fields: Fields::None,
            payload: Payload::Raw,
            owned: &[],
            written_from: None,
            weak: None,
            trace: None,
            drop_resource: None,
            trace_shape: false,
            immutable: false,
            storage: false,
        }
    }

    /// An object of `size` bytes whose words from `from` on are values.
    pub const fn values(name: &'static str, from: u32, size: u32) -> Layout {
        Layout { fields: Fields::Range { from, to: size }, ..Layout::fixed(name, size) }
    }

    /// An object whose counted part holds `payload`.
    pub const fn counted(
        name: &'static str,
        base: u32,
        element: u32,
        count: Count,
        payload: Payload,
    ) -> Layout {
        Layout { size: Size::Counted { base, element, count }, payload, ..Layout::fixed(name, 0) }
    }

    /// The object's size in bytes, rounded up to granules: what it takes in the heap.
    ///
    /// # Safety
    /// `object` is initialised and has this layout.
    #[inline(always)]
    pub unsafe fn size_of(&self, object: *const Header) -> usize {
        let bytes = match self.size {
            Size::Fixed(n) => n as usize,
            Size::Counted { base, element, count } => {
                // SAFETY: the caller's promise.
                base as usize + element as usize * unsafe { count.read(object) }
            }
            // SAFETY: the caller's promise.
            Size::Custom(f) => unsafe { f(object) },
        };
        round_up(bytes)
    }

    /// Hands every strong reference of the object to `visit`; for ephemerons, keys and values both.
    /// The weak referent is left out.
    ///
    /// # Safety
    /// `object` is initialised and has this layout.
    pub unsafe fn references(&self, object: *const Header, visit: &mut dyn FnMut(Value)) {
        // SAFETY: the caller's promise; payload words lie inside the object.
        unsafe {
            self.fields_of(object, visit);
            if let Payload::Ephemerons(used) = self.payload {
                let base = self.payload_base();
                for i in 0..2 * used.read(object) {
                    visit(value_at(object, base + 8 * i));
                }
            }
            if let Some(trace) = self.trace {
                let mut sink = |v: Traced| {
                    if let Traced::Value(v) = v {
                        visit(v);
                    }
                };
                trace(object, &mut Tracer { sink: &mut sink });
            }
        }
    }

    /// Hands fields and payload to `visit`: all but ephemerons, the weak referent and what `trace` finds.
    ///
    /// # Safety
    /// `object` is initialised and has this layout.
    #[inline(always)]
    pub(crate) unsafe fn fields_of(
        &self,
        object: *const Header,
        visit: &mut (impl FnMut(Value) + ?Sized),
    ) {
        // SAFETY: offsets and counts lie inside the object (the caller's promise).
        unsafe {
            match self.fields {
                Fields::None => {}
                Fields::Range { from, to } => {
                    let mut at = from as usize;
                    while at < to as usize {
                        visit(value_at(object, at));
                        at += 8;
                    }
                }
                Fields::Bitmap(bits) => words_of(object, 0, bits & !1, visit),
            }
            match self.payload {
                Payload::Raw | Payload::Ephemerons(_) => {}
                Payload::Values => {
                    if let Size::Counted { base, count, .. } = self.size {
                        values_of(object, base as usize, count.read(object), visit);
                    }
                }
                Payload::UsedValues(used) => {
                    values_of(object, self.payload_base(), used.read(object), visit)
                }
                Payload::Entries { values, used } => {
                    if let Size::Counted { base, element, .. } = self.size {
                        for i in 0..used.read(object) {
                            words_of(object, base as usize + i * element as usize, values, visit);
                        }
                    }
                }
            }
        }
    }

    /// Where the counted part begins.
    #[inline(always)]
    pub(crate) fn payload_base(&self) -> usize {
        match self.size {
            Size::Counted { base, .. } => base as usize,
            Size::Fixed(n) => n as usize,
            Size::Custom(_) => Header::SIZE,
        }
    }
}

#[inline(always)]
unsafe fn values_of(
    object: *const Header,
    base: usize,
    count: usize,
    visit: &mut (impl FnMut(Value) + ?Sized),
) {
    for i in 0..count {
        // SAFETY: the caller's promise: so many values begin at `base`.
        visit(unsafe { value_at(object, base + 8 * i) });
    }
}

#[inline(always)]
unsafe fn words_of(
    object: *const Header,
    base: usize,
    mut bits: u64,
    visit: &mut (impl FnMut(Value) + ?Sized),
) {
    while bits != 0 {
        let n = bits.trailing_zeros() as usize;
        // SAFETY: the caller's promise: the bits stand for words inside the object.
        visit(unsafe { value_at(object, base + 8 * n) });
        bits &= bits - 1;
    }
}

/// The size of a granule: what sizes are rounded to and addresses are multiples of.
pub const GRANULE: usize = 16;

/// Rounds a size up to granules.
#[inline(always)]
pub const fn round_up(bytes: usize) -> usize {
    (bytes + (GRANULE - 1)) & !(GRANULE - 1)
}

/// What a tracing function finds.
pub(crate) enum Traced {
    /// A value, reference or not.
    Value(Value),
    /// A shape to be kept.
    Shape(ShapeId),
}

/// Handed to tracing functions: they tell it what an object or a shape record refers to.
pub struct Tracer<'a> {
    pub(crate) sink: &'a mut dyn FnMut(Traced),
}

impl Tracer<'_> {
    /// A value, reference or not.
    #[inline]
    pub fn visit(&mut self, value: Value) {
        (self.sink)(Traced::Value(value));
    }

    /// Several values.
    pub fn visit_all(&mut self, values: &[Value]) {
        for &value in values {
            self.visit(value);
        }
    }

    /// A shape to be kept: its record is traced in turn.
    pub fn visit_shape(&mut self, shape: ShapeId) {
        (self.sink)(Traced::Shape(shape));
    }
}

/// An entry of the shape table.
#[repr(C)]
pub struct ShapeEntry {
    layout: AtomicPtr<Layout>,
    /// The layer above's own record of the shape; set when the shape is added.
    pub user: AtomicPtr<()>,
}

impl ShapeEntry {
    /// The layout, if the shape has been added.
    #[inline(always)]
    pub fn layout(&self) -> Option<&'static Layout> {
        // SAFETY: the pointer is null or came from a `&'static Layout` (`publish`).
        unsafe { self.layout.load(Ordering::Acquire).as_ref() }
    }

    /// The layout of a shape that objects have.
    ///
    /// # Safety
    /// The shape has been added.
    #[inline(always)]
    pub unsafe fn layout_unchecked(&self) -> &'static Layout {
        // SAFETY: the caller's promise.
        unsafe { &*self.layout.load(Ordering::Relaxed) }
    }

    /// The layer above's own record.
    #[inline(always)]
    pub fn user(&self) -> *const () {
        self.user.load(Ordering::Acquire)
    }

    pub(crate) fn publish(&self, layout: &'static Layout, user: *const ()) {
        self.user.store(user.cast_mut(), Ordering::Relaxed);
        self.layout.store(std::ptr::from_ref(layout).cast_mut(), Ordering::Release);
    }
}

/// Where the table begins; set once, before the first shape.
static TABLE: AtomicPtr<ShapeEntry> = AtomicPtr::new(std::ptr::null_mut());

pub(crate) fn set_table(base: *mut ShapeEntry) {
    TABLE.store(base, Ordering::Release);
}

/// The base of the shape table, for compiled code.
#[inline(always)]
pub fn shape_table() -> *const ShapeEntry {
    TABLE.load(Ordering::Relaxed)
}

/// The entry of a shape. The heap must have been made, and the id come from `Heap::add_shape`.
#[inline(always)]
pub fn shape_entry(id: ShapeId) -> &'static ShapeEntry {
    debug_assert!(id.0 < MAX_SHAPES && !shape_table().is_null());
    // SAFETY: the table has room for MAX_SHAPES entries, zero where none was published, and
    // ids beyond that are never handed out.
    unsafe { &*shape_table().add(id.0 as usize) }
}

/// The layout of an object.
///
/// # Safety
/// `object` is an initialised object of this heap.
#[inline(always)]
pub unsafe fn layout_of(object: *const Header) -> &'static Layout {
    // SAFETY: the caller's promise.
    unsafe { shape_entry((*object).shape_relaxed()).layout_unchecked() }
}
