//! Shapes: what an object's header says about its class and its attributes (hidden classes).
//!
//! A shape gives the class, the native layout, and the slot of each attribute. Adding an attribute
//! moves an object to the shape that its shape's transition of that name leads to, so objects
//! that were given the same attributes in the same order share a shape, and an inline cache
//! compares one 32-bit number.
//!
//! # Where attributes are
//! Behind the native part of an instance come the slots that `__slots__` names, one word for
//! *overflow* (if instances have a `__dict__`) and `inline_capacity` slots. Attribute `i` is in inline slot `i`, or in word
//! `i - inline_capacity` of the overflow array. Objects with a tail (subclasses of `int`, `str`,
//! `tuple` …) have the overflow word behind the tail and no inline slots. In *dict mode* (more
//! than [`MOST_SLOTS`] attributes, or somebody holds `__dict__`) the overflow array has one word, the dict
//! that holds all attributes.
//!
//! Shapes are never freed: they are few, and so a shape pointer may be kept anywhere.

pub(crate) mod slots;
mod transition;

use std::collections::HashMap;
use std::sync::Mutex;

pub use slots::SlotPlace;
pub(crate) use slots::overflow_array;

use crate::class::{Class, Tail, TypeSpec};
use crate::exception::Raised;
use crate::heap::{
    Count, Fields, Header, Heap, Layout, Payload, ShapeId, Size, Tracer, Value, round_up,
};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::str::Str;

/// Shape numbers that are fixed, so that the interpreter can compare with constants. The classes
/// are made in this order.
pub mod known {
    use crate::heap::ShapeId;
    macro_rules! known {
        ($($(#[$m:meta])* $name:ident = $n:literal;)*) => {
            $($(#[$m])* pub const $name: ShapeId = ShapeId($n);)*
        };
    }
    known! {
        /// Storage: an array of values.
        VALUE_ARRAY = 1;
        /// Storage: a class's namespace.
        NAMESPACE = 2;
        /// Storage: bytes.
        BYTE_ARRAY = 3;
        /// Storage: the table of a dict.
        DICT_TABLE = 4;
        /// Storage: the table of a set.
        SET_TABLE = 5;
        /// `object`
        OBJECT = 6;
        /// `type`
        TYPE = 7;
        /// `str`
        STR = 8;
        /// `int` outside the range of small integers
        INT = 9;
        /// `tuple`
        TUPLE = 10;
        /// `list`
        LIST = 11;
        /// `dict`
        DICT = 12;
        /// `function`
        FUNCTION = 13;
        /// native functions that are not bound to a class
        BUILTIN_FUNCTION = 14;
        /// native methods
        METHOD_DESCRIPTOR = 15;
        /// native special methods
        WRAPPER_DESCRIPTOR = 16;
        /// `method`
        METHOD = 17;
        /// variables captured by closures
        CELL = 18;
        /// `generator`
        GENERATOR = 19;
        /// `code`
        CODE = 20;
        /// `range_iterator`
        RANGE_ITERATOR = 21;
        /// `list_iterator`
        LIST_ITERATOR = 22;
        /// `tuple_iterator`
        TUPLE_ITERATOR = 23;
        /// `set`
        SET = 24;
        /// `frozenset`
        FROZENSET = 25;
        /// `bytes`
        BYTES = 26;
        /// `bytearray`
        BYTEARRAY = 27;
        /// `slice`
        SLICE = 28;
        /// `range`
        RANGE = 29;
        /// `float`, of subclasses only: plain floats are immediate
        FLOAT = 30;
        /// `module`
        MODULE = 31;
        /// the cell of a global name
        GLOBAL_CELL = 32;
        /// `coroutine`
        COROUTINE = 33;
        /// `getset_descriptor`
        GETSET_DESCRIPTOR = 34;
        /// `member_descriptor`
        MEMBER_DESCRIPTOR = 35;
        /// `property`
        PROPERTY = 36;
        /// `complex`
        COMPLEX = 37;
    }
    /// Shapes above are not known.
    pub const LAST: ShapeId = COMPLEX;
}

/// The most attributes that are kept in slots.
pub const MOST_SLOTS: usize = 128;

/// Bits of [`Shape::flags`].
pub mod shape_flags {
    /// Instances have an overflow word.
    pub const DICT: u32 = 1;
    /// All attributes are in a dict.
    pub const DICT_MODE: u32 = 1 << 1;
    /// The object has a tail of variable size.
    pub const TAIL: u32 = 1 << 2;
    /// Never written after publication: needs no barrier.
    pub const IMMUTABLE: u32 = 1 << 3;
}

/// Tells the size of an object with a tail.
type SizeOf = unsafe fn(*const Header) -> usize;
/// Visits what an object with a tail refers to.
type Trace = unsafe fn(*const Header, &mut Tracer<'_>);

/// A shape.
pub struct Shape {
    /// Its number, in object headers.
    pub id: ShapeId,
    /// The class of its objects.
    pub class: Ref<Class>,
    /// The native layout its objects begin with.
    pub native: &'static TypeSpec,
    /// [`shape_flags`]
    pub flags: u32,
    /// Bytes of an object without its tail, as allocated.
    pub object_size: u32,
    /// Offset of the overflow word; the inline slots follow. Unused where there is a tail.
    pub slots_offset: u32,
    /// How many inline slots there are.
    pub inline_capacity: u32,
    /// Attribute names, by slot.
    pub names: Box<[Ref<Str>]>,
    /// From a name's address to its slot.
    index: HashMap<usize, u32, std::hash::BuildHasherDefault<AddressHasher>>,
    layout: &'static Layout,
    transitions: Mutex<Vec<(usize, &'static Shape)>>,
}

/// Hashes addresses of interned strings.
#[derive(Default)]
pub struct AddressHasher(u64);

impl std::hash::Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64 >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// The shape of an object.
#[inline(always)]
pub fn shape_of_object(object: Value) -> &'static Shape {
    debug_assert!(object.is_object());
    // SAFETY: a value that is an object points to a live header.
    shape_by_id(unsafe { (*object.object_ptr()).shape() })
}

/// The shape with a number found in a header.
#[inline(always)]
pub fn shape_by_id(id: ShapeId) -> &'static Shape {
    // SAFETY: every shape of an object that can be seen as a value was added with its record.
    unsafe { &*crate::heap::shape_entry(id).user.load(std::sync::atomic::Ordering::Relaxed).cast() }
}

/// The shape of what `word` is the first word of; `None` for what is no value: storage.
pub(crate) fn shape_at(word: &orochi_stm::OwnerWord) -> Option<&'static Shape> {
    // SAFETY: owner words are the first words of headers; a record that is there is a shape, which
    // lives for ever.
    unsafe {
        let header = std::ptr::from_ref(word).cast::<crate::heap::Header>();
        let entry = crate::heap::shape_entry((*header).shape());
        entry.user.load(std::sync::atomic::Ordering::Relaxed).cast::<Shape>().cast_const().as_ref()
    }
}

/// Called by the collector: an object of a heap class keeps its class alive.
///
/// # Safety
/// `user` is a shape's record.
pub(crate) unsafe fn trace_shape(user: *const (), tracer: &mut Tracer<'_>) {
    // SAFETY: records are shapes, which live for ever.
    tracer.visit(unsafe { (*user.cast::<Shape>()).class }.value());
}

/// The fixed part of what a class's shapes have in common.
#[derive(Clone, Copy)]
pub(crate) struct InstanceLayout {
    /// The native layout.
    pub native: &'static TypeSpec,
    /// Whether there is an overflow word.
    pub dict: bool,
    /// Slots named by `__slots__`, of this class and its bases: directly behind the native part.
    pub members: u32,
    /// Inline slots.
    pub inline_capacity: u32,
    /// Whether the class can die.
    pub mortal: bool,
}

impl InstanceLayout {
    /// Whether instances are never written after publication.
    fn is_immutable(self) -> bool {
        self.native.flags.has(crate::class::TypeFlags::IMMUTABLE) && !self.dict && self.members == 0
    }

    /// What the collector needs to know.
    fn heap_layout(self) -> Layout {
        let native = self.native.layout;
        let fixed = native.size as u32;
        let words = (native.values + native.storage) as u32;
        let immutable = self.is_immutable();
        let base = Layout {
            trace_shape: self.mortal,
            immutable,
            drop_resource: self.native.finalise,
            weak: self.native.weak,
            ..Layout::fixed(self.native.name, fixed)
        };
        let storage_offsets = |extra: Option<u32>| -> &'static [u32] {
            let first = 8 + 8 * native.values as u32;
            let own = (0..native.storage as u32).map(|i| first + 8 * i);
            Box::leak(own.chain(extra).collect::<Box<[u32]>>())
        };
        match (native.tail, self.dict) {
            (Tail::None, _) => {
                let slots = self.members + u32::from(self.dict) + self.inline_capacity;
                let size = fixed + 8 * slots;
                let mut trace: Option<unsafe fn(*const Header, &mut Tracer<'_>)> = None;
                let fields = if words == 0 && slots == 0 {
                    Fields::None
                } else if fixed == 8 + 8 * words {
                    Fields::Range { from: 8, to: size }
                } else if words == 0 {
                    Fields::Range { from: fixed, to: size }
                } else if slots == 0 {
                    Fields::Range { from: 8, to: 8 + 8 * words }
                } else if size <= 8 * 64 {
                    let bit = |word: u32| 1u64 << word;
                    let native_bits = (1..=words).map(bit);
                    let slot_bits = (fixed / 8..size / 8).map(bit);
                    Fields::Bitmap(native_bits.chain(slot_bits).fold(0, |a, b| a | b))
                } else {
                    trace = Some(slots::trace_slots);
                    Fields::Range { from: 8, to: 8 + 8 * words }
                };
                let owned = storage_offsets(self.dict.then_some(fixed + 8 * self.members));
                Layout { size: Size::Fixed(size), fields, owned, trace, ..base }
            }
            (tail, dict) => {
                let element = if tail == Tail::Values { 8 } else { 1 };
                let payload = if tail == Tail::Values { Payload::Values } else { Payload::Raw };
                let fields = if words == 0 {
                    Fields::None
                } else {
                    Fields::Range { from: 8, to: 8 + 8 * words }
                };
                let count = Count::U64(fixed - 8);
                if dict {
                    let (size, trace): (SizeOf, Trace) = if tail == Tail::Values {
                        (slots::values_tail_size, slots::trace_values_tail)
                    } else {
                        (slots::bytes_tail_size, slots::trace_bytes_tail)
                    };
                    Layout {
                        size: Size::Custom(size),
                        fields,
                        payload: Payload::Raw,
                        trace: Some(trace),
                        ..base
                    }
                } else {
                    Layout {
                        size: Size::Counted { base: fixed, element, count },
                        fields,
                        payload,
                        ..base
                    }
                }
            }
        }
    }
}

impl Shape {
    /// Makes the shape of instances without attributes for a new class.
    pub(crate) fn new_root(
        class: Ref<Class>,
        instance: InstanceLayout,
    ) -> Result<&'static Shape, Raised> {
        let layout: &'static Layout = Box::leak(Box::new(instance.heap_layout()));
        let native = instance.native;
        let tail = native.layout.tail != Tail::None;
        let mut flags = 0;
        if instance.dict {
            flags |= shape_flags::DICT;
        }
        if tail {
            flags |= shape_flags::TAIL;
        }
        if layout.immutable {
            flags |= shape_flags::IMMUTABLE;
        }
        let slots_offset = native.layout.size as u32 + 8 * instance.members;
        let slots = if tail { 0 } else { u32::from(instance.dict) + instance.inline_capacity };
        let shape = Shape {
            id: ShapeId::TERMINATOR,
            class,
            native,
            flags,
            object_size: round_up((slots_offset + 8 * slots) as usize) as u32,
            slots_offset,
            inline_capacity: if tail { 0 } else { instance.inline_capacity },
            names: Box::new([]),
            index: HashMap::default(),
            layout,
            transitions: Mutex::new(Vec::new()),
        };
        shape.publish()
    }

    /// Gives the shape its number.
    fn publish(self) -> Result<&'static Shape, Raised> {
        let shape: &'static mut Shape = Box::leak(Box::new(self));
        let record = std::ptr::from_ref(shape).cast::<()>();
        match Heap::get().add_shape(shape.layout, record) {
            Ok(id) => {
                shape.id = id;
                Ok(shape)
            }
            Err(_) => Err(Thread::current().memory_error()),
        }
    }

    /// Whether all of a flag's bits are set.
    #[inline(always)]
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag == flag
    }

    /// The slot of an attribute (interned name).
    #[inline]
    pub fn slot_of(&self, name: Ref<Str>) -> Option<u32> {
        if self.names.len() <= 6 {
            return self.names.iter().position(|&own| own == name).map(|at| at as u32);
        }
        self.index.get(&(name.as_ptr() as usize)).copied()
    }
}
