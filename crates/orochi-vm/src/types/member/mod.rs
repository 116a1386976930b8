//! `member_descriptor`: a name listed in `__slots__`, or a field of a built-in type.

use crate::class::{GetSet, NativeLayout, TypeFlags, TypeSpec};
use crate::exception::Raised;
use crate::heap::{Value, set_value_at, value_at};
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::shape::shape_of_object;
use crate::thread::Thread;
use crate::types::str::Str;

heap_object! {
    /// A slot of the instances of a class.
    pub immutable struct Member: SPEC {
        values {
            /// The class that defines it.
            owner: Value,
            /// Its name.
            name: Ref<Str>,
        }
        storage {}
        data {
            /// Byte offset in instances, or [`STORED`].
            offset: usize,
            /// Of a built-in type's field, how it is read instead.
            entry: Option<&'static GetSet>,
        }
    }
}

/// The offset of a slot that lies with an instance's other attributes, under its own name, and of
/// a built-in type's field: inline caches leave these alone.
pub const STORED: usize = 0;

/// The class `member_descriptor`.
pub static SPEC: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: crate::types::property::MEMBER_METHODS,
    getset: crate::types::property::MEMBER_GETSET,
    ..TypeSpec::named("member_descriptor", NativeLayout::of::<Member>())
};

impl Ref<Member> {
    fn check(self, th: &Thread, object: Value) -> Result<(), Raised> {
        let owner = self.owner.get().cast::<crate::class::Class>();
        if object.is_object()
            && owner.is_some_and(|owner| shape_of_object(object).class.is_subclass(owner))
        {
            return Ok(());
        }
        let owner = owner.map_or_else(String::new, |owner| owner.display_name());
        Err(th.type_error(format!(
            "descriptor '{}' for '{owner}' objects doesn't apply to a '{}' object",
            self.name.get().display(),
            th.type_name(object)
        )))
    }

    /// Reads the slot.
    pub fn read(self, th: &mut Thread, object: Value) -> Result<Value, Raised> {
        self.check(th, object)?;
        if let Some(entry) = self.entry.get() {
            return (entry.get)(th, object);
        }
        if self.offset.get() == STORED {
            let value = th.own_attribute(object, self.name.get())?;
            return value.ok_or_else(|| th.no_attribute(object, self.name.get()));
        }
        th.claim_read_object(object)?;
        // SAFETY: instances of the owner have a value at this offset; held for reading.
        let value = unsafe { value_at(object.object_ptr(), self.offset.get()) };
        if value.is_unbound() {
            return Err(th.no_attribute(object, self.name.get()));
        }
        Ok(value)
    }

    /// Writes the slot; empties it when the value is unbound.
    pub fn write(self, th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
        self.check(th, object)?;
        if self.entry.get().is_some() {
            return Err(th.attribute_error("readonly attribute"));
        }
        if self.offset.get() == STORED {
            return match value.is_unbound() {
                true => th.delete_own(object, self.name.get()),
                false => th.set_own(object, self.name.get(), value),
            };
        }
        th.claim_write_object(object)?;
        // SAFETY: as above; held for writing.
        unsafe {
            let pointer = object.object_ptr();
            let offset = self.offset.get();
            if value.is_unbound() && value_at(pointer, offset).is_unbound() {
                return Err(th.attribute_error(self.name.get().display()));
            }
            set_value_at(pointer, offset, value);
        }
        Ok(())
    }
}
