//! Subscripts and membership.

use crate::class::{Class, Special};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;

impl Thread {
    /// `container[key]`
    pub fn get_item(&mut self, container: Value, key: Value) -> Result<Value, Raised> {
        if let Some(method) = self.class_of(container).special(self, Special::GetItem) {
            return self.call_descriptor_method(method, container, &[key]);
        }
        let Some(class) = container.cast::<Class>() else {
            return Err(self.type_error(format!(
                "'{}' object is not subscriptable",
                self.type_name(container)
            )));
        };
        if class == crate::types::type_::SPEC.class() {
            return crate::types::generic_alias::GenericAlias::of(self, container, key);
        }
        match self.find_attribute(container, self.vm.special_name(Special::ClassGetItem))? {
            Some(method) if !method.is_none() => self.call(method, &[key]),
            _ => {
                Err(self
                    .type_error(format!("type '{}' is not subscriptable", class.display_name())))
            }
        }
    }

    /// `container[key] = value`
    pub fn set_item(&mut self, container: Value, key: Value, value: Value) -> Result<(), Raised> {
        match self.call_special(container, Special::SetItem, &[key, value])? {
            Some(_) => Ok(()),
            None => Err(self.type_error(format!(
                "'{}' object does not support item assignment",
                self.type_name(container)
            ))),
        }
    }

    /// `del container[key]`
    pub fn delete_item(&mut self, container: Value, key: Value) -> Result<(), Raised> {
        match self.call_special(container, Special::DelItem, &[key])? {
            Some(_) => Ok(()),
            None => Err(self.type_error(format!(
                "'{}' object doesn't support item deletion",
                self.type_name(container)
            ))),
        }
    }

    /// `item in container`
    pub fn contains(&mut self, container: Value, item: Value) -> Result<bool, Raised> {
        let class = self.class_of(container);
        if let Some(method) = class.special(self, Special::Contains) {
            if method.is_none() {
                return Err(self
                    .type_error(format!("'{}' object is not a container", class.display_name())));
            }
            let found = self.call_descriptor_method(method, container, &[item])?;
            return self.is_true(found);
        }
        let iterable = class.special(self, Special::Iter).is_some_and(|iter| !iter.is_none())
            || class.special(self, Special::GetItem).is_some();
        if !iterable {
            return Err(self.type_error(format!(
                "argument of type '{}' is not a container or iterable",
                class.display_name()
            )));
        }
        let iterator = self.iterate(container)?;
        while let Some(candidate) = self.next(iterator)? {
            if self.equal(candidate, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
