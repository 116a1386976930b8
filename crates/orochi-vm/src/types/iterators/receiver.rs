//! What native methods do with their receiver and `__new__` with its class.

use crate::class::{Class, TypeSpec};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Object, Ref, ValueCast};
use crate::shape::Shape;
use crate::thread::Thread;

impl Thread {
    /// The receiver of a method of `T`'s type.
    #[inline(always)]
    pub fn receiver<T: Object>(&self, value: Value) -> Result<Ref<T>, Raised> {
        match value.cast::<T>() {
            Some(object) => Ok(object),
            None => Err(self.wrong_receiver(value, T::spec())),
        }
    }

    #[cold]
    fn wrong_receiver(&self, value: Value, spec: &'static TypeSpec) -> Raised {
        self.type_error(format!(
            "descriptor requires a '{}' object but received a '{}'",
            spec.name,
            self.type_name(value)
        ))
    }

    /// The shape of new instances, in a `__new__` of the type `spec` that was called with `class`.
    pub fn instance_shape(
        &self,
        class: Value,
        spec: &'static TypeSpec,
    ) -> Result<&'static Shape, Raised> {
        let name = spec.name;
        let Some(class) = class.cast::<Class>() else {
            return Err(self.type_error(format!(
                "{name}.__new__(X): X is not a type object ({})",
                self.type_name(class)
            )));
        };
        if !class.is_subclass(spec.class()) {
            let given = class.display_name();
            return Err(self.type_error(format!(
                "{name}.__new__({given}): {given} is not a subtype of {name}"
            )));
        }
        Ok(class.root_shape())
    }
}
