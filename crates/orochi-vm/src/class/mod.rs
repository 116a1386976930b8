//! Classes: what `type` makes.
//!
//! A [`Class`] holds its name, bases, method resolution order and [`Namespace`]. None of these
//! needs a barrier to be read: they change only while the class is held for writing and nobody else
//! runs, by single stores, and whoever has cached what a class said is told ([`change`]). A class that some inline
//! cache relies on is marked *observed*; changing it clears the caches with the world stopped.
//!
//! * [`spec`]: how native types describe themselves; [`native`]: making classes of them
//! * [`special`]: numbered special methods and each class's table of what they mean
//! * [`lookup`]: finding attributes along the resolution order
//! * [`create`]: `type(name, bases, namespace)`; [`slots`]: `__slots__` and layouts; [`mro`]: C3
//! * [`change`]: setting and deleting class attributes; [`rebase`]: `__bases__` and `__class__`

pub mod change;
pub mod create;
pub mod lookup;
pub mod mro;
pub mod namespace;
pub mod native;
pub mod rebase;
pub mod slots;
mod spec;
mod special;

use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

pub use namespace::Namespace;
pub(crate) use spec::needs_finaliser;
pub use spec::{
    Binding, Dead, GetSet, Made, Method, NativeLayout, NextFn, Tail, TypeFlags, TypeSpec,
    class_method, function, getter, member, method, property,
};
pub use special::Special;

use crate::heap::{Header, Value};
use crate::object::{Field, Object, Ref, ValueCast};
use crate::shape::Shape;
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// A class object.
#[repr(C)]
pub struct Class {
    header: Header,
    /// `__name__`
    pub name: Field<Ref<Str>>,
    /// `__qualname__`
    pub qualname: Field<Value>,
    /// `__bases__`
    pub bases: Field<Ref<Tuple>>,
    /// `__mro__`, this class first
    pub mro: Field<Ref<Tuple>>,
    /// The base whose layout this class extends; unbound for `object`.
    pub base: Field<Value>,
    /// A list of weak references to direct subclasses, or unbound.
    pub subclasses: Field<Value>,
    /// What each special method means for instances: not yet looked up (unbound), absent
    /// ([`ABSENT`]), or the attribute found along the resolution order.
    special: [AtomicU64; Special::COUNT],
    /// What the class itself defines.
    pub(crate) namespace: Field<Ref<Namespace>>,
    /// The native type whose layout instances begin with.
    pub native: Field<&'static TypeSpec>,
    /// The shape of instances without attributes.
    root_shape: AtomicPtr<Shape>,
    /// `ClassFlags`
    flags: AtomicU32,
    _padding: u32,
}

// SAFETY: `repr(C)`, header first; `VALUES` counts the words from `name` to the end of `special`,
// which always hold values; one reference to storage follows.
unsafe impl Object for Class {
    const VALUES: usize = 6 + Special::COUNT;
    const STORAGE: usize = 1;
    fn spec() -> &'static TypeSpec {
        &crate::types::type_::SPEC
    }
}
// SAFETY: not immutable, but readable without a barrier: see the module's head.
unsafe impl crate::object::Immutable for Class {}

impl Class {
    /// Puts a class back to what it was, by its logged words. What special methods mean is looked
    /// up again; most flags stay, as they follow from the rest.
    ///
    /// # Safety
    /// The words were those behind the header of this class, which is held for writing.
    pub(crate) unsafe fn restore(object: *mut Header, words: &[u64]) {
        use std::mem::offset_of;
        let specials = offset_of!(Class, special) / 8;
        let specials = specials..specials + Special::COUNT;
        for (at, &word) in (1..).zip(words) {
            let word = match at {
                // Set once, by whoever comes first, whether or not a block of his commits.
                _ if at == offset_of!(Class, subclasses) / 8 => continue,
                _ if specials.contains(&at) => Value::UNBOUND.bits(),
                _ if at == offset_of!(Class, flags) / 8 => {
                    // SAFETY: the caller's promise: a class.
                    let class = unsafe { Ref::<Class>::from_ptr(object.cast()) };
                    let known = u32::try_from(word & u64::from(u32::MAX)).unwrap_or(0);
                    for flag in [flags::ABSTRACT, flags::SEQUENCE, flags::MAPPING] {
                        class.set_flag(flag, known & flag != 0);
                    }
                    continue;
                }
                _ => word,
            };
            // SAFETY: the caller's promise; readers without a barrier load single words.
            unsafe { crate::heap::word_at(object, 8 * at) }.store(word, Ordering::Release);
        }
    }
}

/// In [`Class::special`]: the method does not exist.
pub const ABSENT: Value = Value::special(0);

/// Bits of a class's flags.
pub mod flags {
    /// Made by a `class` statement or `type()`.
    pub const HEAP: u32 = 1;
    /// Some inline cache relies on what the class says.
    pub const OBSERVED: u32 = 1 << 1;
    /// Instances have a `__dict__`.
    pub const DICT: u32 = 1 << 2;
    /// Instances have `__del__`.
    pub const FINALISER: u32 = 1 << 3;
    /// `__abstractmethods__` is not empty: instances cannot be made.
    pub const ABSTRACT: u32 = 1 << 4;
    /// Matches sequence patterns.
    pub const SEQUENCE: u32 = 1 << 5;
    /// Matches mapping patterns.
    pub const MAPPING: u32 = 1 << 6;
    /// A single positional sub-pattern matches the subject itself.
    pub const MATCH_SELF: u32 = 1 << 7;
    /// May be subclassed.
    pub const BASE: u32 = 1 << 8;
    /// Attributes cannot be set: a native class.
    pub const SEALED: u32 = 1 << 9;
    /// Instances can be referred to weakly.
    pub const WEAKREF: u32 = 1 << 10;
    /// A subclass of `BaseException`.
    pub const EXCEPTION: u32 = 1 << 11;
    /// A subclass of `type`.
    pub const TYPE: u32 = 1 << 12;
    /// Calling it makes no instances.
    pub const NO_NEW: u32 = 1 << 13;
}

/// Counts changes of classes: what was looked up under an older number may be stale.
static EPOCH: AtomicU64 = AtomicU64::new(1);

/// The number of class changes so far.
#[inline(always)]
pub fn epoch() -> u64 {
    EPOCH.load(Ordering::Acquire)
}

impl Ref<Class> {
    /// Whether all bits of `flag` are set.
    #[inline(always)]
    pub fn has(self, flag: u32) -> bool {
        self.flags.load(Ordering::Relaxed) & flag == flag
    }

    /// Sets or clears flag bits.
    pub fn set_flag(self, flag: u32, on: bool) {
        if on {
            self.flags.fetch_or(flag, Ordering::AcqRel);
        } else {
            self.flags.fetch_and(!flag, Ordering::AcqRel);
        }
    }

    /// The shape of instances without attributes.
    #[inline(always)]
    pub fn root_shape(self) -> &'static Shape {
        // SAFETY: set when the class is made; shapes live for ever.
        unsafe { &*self.root_shape.load(Ordering::Acquire) }
    }

    pub(crate) fn set_root_shape(self, shape: &'static Shape) {
        self.root_shape.store(std::ptr::from_ref(shape).cast_mut(), Ordering::Release);
    }

    /// The list of direct subclasses: the one there is, or this one from now on.
    pub(crate) fn list_subclasses(self, th: &Thread, list: Ref<List>) -> Ref<List> {
        let offset = std::mem::offset_of!(Class, subclasses);
        // SAFETY: a word of the class that holds a value, read and written as a whole; it changes
        // once.
        let word = unsafe { crate::heap::word_at(self.as_ptr().cast::<Header>(), offset) };
        let (none, first) = (Value::UNBOUND.bits(), list.value().bits());
        match word.compare_exchange(none, first, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                th.heap_write_note(self.header());
                list
            }
            Err(known) => Value::from_bits(known).cast::<List>().unwrap_or(list),
        }
    }

    /// Whether this class is `other` or derives from it (by resolution order, no hooks).
    #[inline]
    pub fn is_subclass(self, other: Ref<Class>) -> bool {
        self == other || self.mro.get().as_slice().contains(&other.value())
    }

    /// The classes along the resolution order.
    pub fn mro_classes(self) -> impl Iterator<Item = Ref<Class>> {
        let mro = self.mro.get();
        (0..mro.len()).filter_map(move |at| mro.get(at).cast::<Class>())
    }

    /// `__next__` of a native iterator, for instances of this class and its subclasses.
    #[inline(always)]
    pub fn native_next(self) -> Option<NextFn> {
        self.native.get().next
    }

    /// How many slots `__slots__` of this class and its bases name.
    pub fn member_count(self) -> u32 {
        let shape = self.root_shape();
        (shape.slots_offset - shape.native.layout.size as u32) / 8
    }

    /// Whether instances have attributes of their own, in whatever form.
    pub fn has_own_attributes(self) -> bool {
        self.has(flags::DICT)
            || self.has(flags::TYPE)
            || self.native.get().extends(&crate::types::module::SPEC)
    }

    /// `__module__`: what the namespace says, or where the native type comes from.
    pub fn module(self, th: &Thread) -> Option<Value> {
        if self.has(flags::HEAP) {
            return self.namespace.get().get(crate::name!(th, "__module__"));
        }
        th.intern(self.native.get().module).ok().map(Ref::value)
    }

    /// Module and qualified name for messages and `repr`; without the module if it is `builtins`.
    pub fn full_name(self, th: &Thread) -> String {
        let qualname = th.display_str(self.qualname.get());
        match self.module(th).and_then(|module| module.cast::<Str>()) {
            Some(module) if module.ascii() != Some("builtins") => {
                format!("{}.{qualname}", module.display())
            }
            _ => qualname,
        }
    }

    /// The name that messages about instances give: that of a native class with its module, unless
    /// it is a built-in one.
    pub fn name_in_messages(self) -> String {
        let native = self.native.get();
        if self.has(flags::HEAP) || native.module.is_empty() || native.module == "builtins" {
            return self.display_name();
        }
        format!("{}.{}", native.module, self.name.get().display())
    }

    /// `__name__` for messages.
    pub fn display_name(self) -> String {
        self.name.get().display()
    }
}
