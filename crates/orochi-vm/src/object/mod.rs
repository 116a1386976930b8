//! How Rust sees heap objects: typed references, fields, and the guards that lend them.
//!
//! A `Value` that points to an object becomes a [`Ref<T>`] by a checked downcast. A `Ref` is
//! one word, freely copied, kept alive by the collector's scan of stacks. What may be read
//! through it depends on the type:
//!
//! * [`Immutable`] types (`str`, `tuple`, `code` …) are never written after publication, so a
//!   `Ref` to them dereferences directly.
//! * Everything else goes through the ownership barriers: [`Thread::read`] and
//!   [`Thread::write`](crate::thread::Thread::write) lend a guard that borrows the thread, and
//!   whatever may release ownership takes the thread mutably, so nothing that was read can be
//!   held across a release point (invariant A3).
//!
//! Fields are cells: a write guard never yields `&mut T`, because the collector changes headers
//! and two operands may be the same object.
//!
//! [`Thread::read`]: crate::thread::Thread::read

mod field;
mod guard;
mod reference;

pub use field::Field;
pub use guard::{Read, Write, Write2, Writing};
pub use reference::{Immutable, Object, Ref, ValueCast};

/// Declares a heap object: its Rust layout and, with it, what the collector traces.
///
/// ```ignore
/// heap_object! {
///     /// A list.
///     pub struct List: SPEC {
///         values {}
///         storage { items: Ref<ValueArray> }
///         data { len: usize }
///     }
/// }
/// ```
///
/// The `values` are traced: their types are `Value`, `Ref<_>` or `Option<Ref<_>>`. They come
/// first in memory, directly behind the header. `storage` is traced too: heap memory that only
/// this object points to, and for which this object's barrier stands. `data` is not looked at. The type's
/// [`TypeSpec`](crate::class::TypeSpec) is the static named after the colon; its layout must be
/// `NativeLayout::of::<Self>()`. `immutable struct` declares a type whose references dereference
/// without a barrier.
#[macro_export]
macro_rules! heap_object {
    ($(#[$m:meta])* $vis:vis struct $($rest:tt)*) => {
        $crate::heap_object_declare! { $(#[$m])* $vis struct $($rest)* }
    };
    ($(#[$m:meta])* $vis:vis immutable struct $name:ident $($rest:tt)*) => {
        $crate::heap_object_declare! { $(#[$m])* $vis struct $name $($rest)* }
        // SAFETY: declared immutable by its author: fields are written by constructors only,
        // or as benign single-word caches (A6).
        unsafe impl $crate::object::Immutable for $name {}
    };
}

/// The part of [`heap_object!`] that is common to mutable and immutable types.
#[doc(hidden)]
#[macro_export]
macro_rules! heap_object_declare {
    ($(#[$m:meta])* $vis:vis struct $name:ident : $spec:path {
        values { $($(#[$vm:meta])* $v:ident : $vt:ty),* $(,)? }
        storage { $($(#[$sm:meta])* $s:ident : $st:ty),* $(,)? }
        data { $($(#[$dm:meta])* $d:ident : $dt:ty),* $(,)? }
    }) => {
        $(#[$m])*
        #[repr(C)]
        pub struct $name {
            header: $crate::heap::Header,
            $($(#[$vm])* $vis $v: $crate::object::Field<$vt>,)*
            $($(#[$sm])* $vis $s: $crate::object::Field<$st>,)*
            $($(#[$dm])* $vis $d: $crate::object::Field<$dt>,)*
        }
        // SAFETY: `repr(C)` with the header first and the traced fields next; `VALUES` counts
        // them, and their types are checked to be one word each.
        unsafe impl $crate::object::Object for $name {
            const VALUES: usize = {
                $(assert!(size_of::<$vt>() == 8, stringify!($v));)*
                0 $(+ { let _ = stringify!($v); 1 })*
            };
            const STORAGE: usize = {
                $(assert!(size_of::<$st>() == 8, stringify!($s));)*
                0 $(+ { let _ = stringify!($s); 1 })*
            };
            fn spec() -> &'static $crate::class::TypeSpec { &$spec }
        }
        impl $name {
            /// Allocates an object of exactly this type. Never collects, is no release point.
            #[allow(clippy::too_many_arguments, reason = "one argument a field")]
            #[allow(dead_code, reason = "some types are only made for a given class")]
            #[inline]
            pub fn allocate(
                th: &$crate::thread::Thread,
                $($v: $vt,)* $($s: $st,)* $($d: $dt,)*
            ) -> Result<$crate::object::Ref<$name>, $crate::exception::Raised> {
                Self::allocate_as(th, <Self as $crate::object::Object>::spec().shape(), $($v,)* $($s,)* $($d,)*)
            }
            /// As `allocate`, with the shape of a subclass; its slots start unbound.
            #[allow(clippy::too_many_arguments, reason = "one argument a field")]
            #[allow(dead_code, reason = "not every type can be subclassed")]
            #[inline]
            pub fn allocate_as(
                th: &$crate::thread::Thread,
                shape: &'static $crate::shape::Shape,
                $($v: $vt,)* $($s: $st,)* $($d: $dt,)*
            ) -> Result<$crate::object::Ref<$name>, $crate::exception::Raised> {
                let init = |header: $crate::heap::Header| $name {
                    header,
                    $($v: $crate::object::Field::new($v),)*
                    $($s: $crate::object::Field::new($s),)*
                    $($d: $crate::object::Field::new($d),)*
                };
                th.allocate_object(shape, init)
            }
        }
    };
}
