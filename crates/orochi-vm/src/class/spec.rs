//! How a native type describes itself: one static table, from which its class is made.
//!
//! A type's `mod.rs` declares `pub static SPEC: TypeSpec`, naming its methods, properties and
//! layout. [`TypeSpec::class`] is the class once the VM has made it (the built-in ones at start,
//! a module's when it is imported).

use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::Class;
use crate::exception::Raised;
use crate::heap::{Header, Value};
use crate::native::NativeFn;
use crate::object::{Object, Ref, ValueCast};
use crate::shape::Shape;
use crate::thread::Thread;

/// `next(iterator)` of a native iterator: the value, or `None` when it is exhausted. `__next__`
/// is made from it.
pub type NextFn = fn(&mut Thread, Value) -> Result<Option<Value>, Raised>;

/// How many bytes an object has and where its references are.
#[derive(Clone, Copy, Debug)]
pub struct NativeLayout {
    /// Bytes of the fixed part, header included.
    pub size: usize,
    /// Traced words behind the header.
    pub values: usize,
    /// References to storage behind those.
    pub storage: usize,
    /// What follows the fixed part.
    pub tail: Tail,
}

/// What follows the fixed part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing; subclasses put their attribute slots here.
    None,
    /// Values; their number is the `usize` at the end of the fixed part.
    Values,
    /// Bytes; their number is the `usize` at the end of the fixed part.
    Bytes,
}

impl NativeLayout {
    /// The layout of a fixed-size object.
    pub const fn of<T: Object>() -> Self {
        Self { size: size_of::<T>(), values: T::VALUES, storage: T::STORAGE, tail: Tail::None }
    }

    /// The layout of an object with a tail, whose length is the last field of `T`.
    pub const fn with_tail<T: Object>(tail: Tail) -> Self {
        Self { size: size_of::<T>(), values: T::VALUES, storage: T::STORAGE, tail }
    }
}

/// A method of a native type or a function of a native module, as its table lists it.
pub struct Method {
    /// Name and parameters in the syntax of a `def`, with `$self`, `$cls` or `$module` as first
    /// parameter where it is passed: `"insert($self, index, object, /)"`. A default that the
    /// function itself supplies is written `=<unrepresentable>`, and reaches it as unbound; any
    /// other is only text for `help()`: it too reaches the function as unbound.
    pub signature: &'static str,
    /// The code; it receives exactly one value a parameter, `*args` as a tuple, `**kwargs` as a
    /// dict, what is missing as unbound.
    pub function: NativeFn,
    /// The docstring.
    pub doc: &'static str,
    /// How it binds.
    pub binding: Binding,
}

/// How a native function binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A method: the receiver first.
    Instance,
    /// `classmethod`: the class first.
    Class,
    /// `staticmethod`, or a function of a module: no receiver.
    Static,
}

/// A method that receives its object.
pub const fn method(signature: &'static str, function: NativeFn, doc: &'static str) -> Method {
    Method { signature, function, doc, binding: Binding::Instance }
}

/// A class method.
pub const fn class_method(
    signature: &'static str,
    function: NativeFn,
    doc: &'static str,
) -> Method {
    Method { signature, function, doc, binding: Binding::Class }
}

/// A static method, or a module's function.
pub const fn function(signature: &'static str, function: NativeFn, doc: &'static str) -> Method {
    Method { signature, function, doc, binding: Binding::Static }
}

/// Sets a computed attribute of the first value to the second; deletes it when that is unbound.
pub type Setter = fn(&mut Thread, Value, Value) -> Result<(), Raised>;

/// A computed attribute (`getset_descriptor`).
pub struct GetSet {
    /// Its name.
    pub name: &'static str,
    /// Reads it.
    pub get: fn(&mut Thread, Value) -> Result<Value, Raised>,
    /// Writes it; deletes it when the value is unbound. Read-only if missing.
    pub set: Option<Setter>,
    /// The docstring.
    pub doc: &'static str,
    /// Whether Python sees a `member_descriptor`, as of a field of the object.
    pub member: bool,
}

/// A read-only computed attribute.
pub const fn getter(
    name: &'static str,
    get: fn(&mut Thread, Value) -> Result<Value, Raised>,
    doc: &'static str,
) -> GetSet {
    GetSet { name, get, set: None, doc, member: false }
}

/// A computed attribute that can be set.
pub const fn property(
    name: &'static str,
    get: fn(&mut Thread, Value) -> Result<Value, Raised>,
    set: fn(&mut Thread, Value, Value) -> Result<(), Raised>,
    doc: &'static str,
) -> GetSet {
    GetSet { name, get, set: Some(set), doc, member: false }
}

/// A read-only attribute that Python sees as a `member_descriptor`.
pub const fn member(
    name: &'static str,
    get: fn(&mut Thread, Value) -> Result<Value, Raised>,
    doc: &'static str,
) -> GetSet {
    GetSet { name, get, set: None, doc, member: true }
}

/// Traits of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeFlags(pub u32);

impl TypeFlags {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// May be subclassed in Python.
    pub const BASE: Self = Self(1);
    /// Never written after publication: no barrier (must agree with `Immutable`).
    pub const IMMUTABLE: Self = Self(1 << 1);
    /// Matches sequence patterns.
    pub const SEQUENCE: Self = Self(1 << 2);
    /// Matches mapping patterns.
    pub const MAPPING: Self = Self(1 << 3);
    /// A single positional sub-pattern of a class pattern matches the subject itself.
    pub const MATCH_SELF: Self = Self(1 << 4);
    /// Instances have a `__dict__`.
    pub const DICT: Self = Self(1 << 5);
    /// No `__new__`: calling the class raises `TypeError: cannot create 'x' instances`.
    pub const NO_NEW: Self = Self(1 << 6);
    /// Has `finalise` (below).
    pub const FINALISER: Self = Self(1 << 7);
    /// Instances can be referred to weakly.
    pub const WEAKREF: Self = Self(1 << 8);

    /// Both sets.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// Whether all of `other` are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A native type.
pub struct TypeSpec {
    /// `__name__`.
    pub name: &'static str,
    /// `__module__`.
    pub module: &'static str,
    /// `__doc__`.
    pub doc: &'static str,
    /// The base; `object` if missing.
    pub base: Option<&'static TypeSpec>,
    /// Its traits.
    pub flags: TypeFlags,
    /// Its objects' layout; an extension of the base's.
    pub layout: NativeLayout,
    /// Another spec whose objects have the same Rust type, though this class is not its subclass.
    pub same_layout: Option<&'static TypeSpec>,
    /// `__new__`, with its signature: `"($cls, iterable=(), /)"`.
    pub new: Option<Method>,
    /// Methods.
    pub methods: &'static [Method],
    /// Computed attributes.
    pub getset: &'static [GetSet],
    /// `__next__` of iterators.
    pub next: Option<NextFn>,
    /// Frees what lies outside the heap (a file descriptor, a lock), when the object is swept.
    /// Sees a dead object: it may read its data fields only.
    pub finalise: Option<unsafe fn(*mut crate::heap::Header)>,
    /// Copies what `finalise` gives back, so that an atomic block can undo changes of it: the
    /// result puts the copy in place. Called with the object held. A type that has `finalise` and
    /// not this makes a block inevitable when it changes such an object.
    pub save: Option<unsafe fn(*const crate::heap::Header) -> crate::thread::undo::Restore>,
    /// The collector's question about an object that has died with a finaliser: whether it is to
    /// run. It always is if this is missing.
    pub needs_finaliser: Option<fn(&Dead) -> bool>,
    /// For weak references: where the referent and the callback are.
    pub weak: Option<crate::heap::WeakField>,
    /// Where the class is, once made.
    pub made: Made,
}

/// An object that nobody refers to any more, while the collector asks about it.
pub struct Dead(Value);

impl Dead {
    /// Its fields.
    pub fn fields<T: Object>(&self) -> Option<&T> {
        // SAFETY: made by `needs_finaliser` only, while nobody else runs (S1).
        self.0.cast::<T>().map(|object| unsafe { object.unguarded() })
    }
}

/// The collector's question about any object that has died with a finaliser.
///
/// # Safety
/// The object is whole, and the world is stopped while the answer is found.
pub(crate) unsafe fn needs_finaliser(object: NonNull<Header>) -> bool {
    let value = Value::from_object(object);
    let shape = crate::shape::shape_of_object(value);
    let mut spec = Some(shape.native);
    while let Some(asked) = spec {
        if let Some(needs) = asked.needs_finaliser {
            return shape.class.has(super::flags::FINALISER) || needs(&Dead(value));
        }
        spec = asked.base;
    }
    true
}

/// The class and root shape of a [`TypeSpec`], once made.
pub struct Made {
    class: AtomicPtr<Class>,
    shape: AtomicPtr<Shape>,
}

impl Made {
    /// Not made yet.
    pub const fn new() -> Self {
        Self {
            class: AtomicPtr::new(std::ptr::null_mut()),
            shape: AtomicPtr::new(std::ptr::null_mut()),
        }
    }
}

impl Default for Made {
    fn default() -> Self {
        Self::new()
    }
}

impl TypeSpec {
    /// A spec to be completed by struct update syntax:
    /// `TypeSpec { methods: METHODS, ..TypeSpec::named("list", NativeLayout::of::<List>()) }`.
    pub const fn named(name: &'static str, layout: NativeLayout) -> Self {
        Self {
            name,
            module: "builtins",
            doc: "",
            base: None,
            flags: TypeFlags::NONE,
            layout,
            same_layout: None,
            new: None,
            methods: &[],
            getset: &[],
            next: None,
            finalise: None,
            save: None,
            needs_finaliser: None,
            weak: None,
            made: Made::new(),
        }
    }

    /// The class.
    ///
    /// # Panics
    /// If the class has not been made: the built-in ones are before any Python runs, those of a
    /// module when it is initialised.
    #[inline(always)]
    pub fn class(&self) -> Ref<Class> {
        let class = self.made.class.load(Ordering::Relaxed);
        debug_assert!(!class.is_null(), "class {} not made", self.name);
        // SAFETY: set once, to a class that is a root for ever.
        unsafe { Ref::from_ptr(class) }
    }

    /// The class, if it has been made.
    pub fn try_class(&self) -> Option<Ref<Class>> {
        let class = self.made.class.load(Ordering::Acquire);
        // SAFETY: as above.
        (!class.is_null()).then(|| unsafe { Ref::from_ptr(class) })
    }

    /// The shape of objects of exactly this class without attributes.
    #[inline(always)]
    pub fn shape(&self) -> &'static Shape {
        let shape = self.made.shape.load(Ordering::Relaxed);
        debug_assert!(!shape.is_null(), "shape of {} not made", self.name);
        // SAFETY: set once, to a shape, which lives for ever.
        unsafe { &*shape }
    }

    /// Called once, when the class is made.
    pub(crate) fn set_made(&self, class: Ref<Class>, shape: &'static Shape) {
        self.made.shape.store(std::ptr::from_ref(shape).cast_mut(), Ordering::Release);
        self.made.class.store(class.as_ptr().cast_mut(), Ordering::Release);
    }

    /// Whether objects of this layout begin with the layout of `other`.
    pub fn extends(&'static self, other: &'static TypeSpec) -> bool {
        let mut current = Some(self);
        while let Some(spec) = current {
            if std::ptr::eq(spec, other)
                || spec.same_layout.is_some_and(|same| std::ptr::eq(same, other))
            {
                return true;
            }
            current = spec.base;
        }
        std::ptr::eq(other, &crate::types::object::SPEC)
    }

    /// Whether objects have nothing but their header before their slots.
    pub fn is_plain(&self) -> bool {
        self.layout.size == 8 && self.layout.tail == Tail::None
    }

    /// Whether `__new__` is defined here or by a base other than `object`.
    pub fn has_new(&'static self) -> bool {
        let mut current = Some(self);
        while let Some(spec) = current {
            if spec.new.is_some() {
                return true;
            }
            current = spec.base;
        }
        false
    }
}
