//! Attributes: lookup with descriptors, an object's own slots, classes and modules.

use crate::class::change::AttributeCell;
use crate::class::{Binding, Class, Special};
use crate::exception::Raised;
use crate::exception::classes;
use crate::heap::{Header, Value};
use crate::native::{GetSetDescriptor, METHOD_DESCRIPTOR, NativeFunction, WRAPPER_DESCRIPTOR};
use crate::object::{Ref, ValueCast};
use crate::shape::{shape_flags, shape_of_object};
use crate::thread::Thread;
use crate::types;
use crate::types::dict::{Dict, DictBuilder};
use crate::types::function::Function;
use crate::types::member::Member;
use crate::types::method::Method;
use crate::types::module::Module;
use crate::types::property::Property;
use crate::types::str::Str;

impl Thread {
    /// `getattr(object, name)`; the name is interned.
    pub fn get_attribute(&mut self, object: Value, name: Ref<Str>) -> Result<Value, Raised> {
        self.attribute_error_kept.set(Value::UNBOUND);
        match self.find_attribute(object, name)? {
            Some(value) => Ok(value),
            None => match self.attribute_error_kept.replace(Value::UNBOUND) {
                kept if kept.is_unbound() => Err(self.no_attribute(object, name)),
                kept => Err(self.raise_again(kept)),
            },
        }
    }

    /// As [`Self::get_attribute`]; `None` instead of an `AttributeError`.
    pub fn find_attribute(
        &mut self,
        object: Value,
        name: Ref<Str>,
    ) -> Result<Option<Value>, Raised> {
        let class = self.class_of(object);
        let Some(getter) = class.special(self, Special::GetAttribute) else { return Ok(None) };
        let found = match native_of(getter) {
            Some(f) if f == types::object::getattribute as *const () => {
                self.find_generic(object, class, name)
            }
            Some(f) if f == types::type_::getattribute as *const () => match object.cast::<Class>()
            {
                Some(own) => self.find_type_attribute(own, name),
                None => self.find_generic(object, class, name),
            },
            Some(f) if f == types::module::getattribute as *const () => {
                self.find_module_attribute(object, class, name)
            }
            _ => self.call_descriptor_method(getter, object, &[name.value()]).map(Some),
        };
        let found = match found {
            Ok(found) => found,
            Err(raised) => match self.catch(raised, &classes::ATTRIBUTE_ERROR) {
                Some(error) => {
                    // Kept for `get_attribute` to raise again.
                    self.attribute_error_kept.set(error);
                    None
                }
                None => return Err(raised),
            },
        };
        if found.is_some() {
            return Ok(found);
        }
        let Some(fallback) = class.special(self, Special::GetAttr) else { return Ok(None) };
        match self.call_descriptor_method(fallback, object, &[name.value()]) {
            Ok(value) => Ok(Some(value)),
            Err(raised) => match self.catch(raised, &classes::ATTRIBUTE_ERROR) {
                Some(error) => {
                    self.attribute_error_kept.set(error);
                    Ok(None)
                }
                None => Err(raised),
            },
        }
    }

    /// Raises the `AttributeError` for a missing attribute.
    #[cold]
    pub fn no_attribute(&mut self, object: Value, name: Ref<Str>) -> Raised {
        let name_text = name.display();
        let message = if let Some(class) = object.cast::<Class>() {
            format!("type object '{}' has no attribute '{name_text}'", class.display_name())
        } else if let Some(module) = object.cast::<Module>() {
            match module.dict().get_str(self, crate::name!(self, "__name__")) {
                Ok(Some(module_name)) if module_name.cast::<Str>().is_some() => {
                    format!(
                        "module '{}' has no attribute '{name_text}'",
                        self.display_str(module_name)
                    )
                }
                _ => format!("module has no attribute '{name_text}'"),
            }
        } else {
            format!("'{}' object has no attribute '{name_text}'", self.type_name(object))
        };
        self.attribute_error_for(&message, object, name)
    }

    /// Raises `AttributeError(message)` with its `name` and `obj` set.
    #[cold]
    pub fn attribute_error_for(&self, message: &str, object: Value, name: Ref<Str>) -> Raised {
        let raised = self.attribute_error(message);
        crate::exception::set_attribute_error_details(self, self.raised.get(), object, name);
        raised
    }

    /// `object.__getattribute__(object, name)` without raising.
    pub fn find_generic(
        &mut self,
        object: Value,
        class: Ref<Class>,
        name: Ref<Str>,
    ) -> Result<Option<Value>, Raised> {
        let on_class = class.lookup(self, name);
        if let Some(descriptor) = on_class
            && self.goes_first(descriptor)
        {
            return self.descriptor_get(descriptor, object, class).map(Some);
        }
        if let Some(own) = self.own_attribute(object, name)? {
            return Ok(Some(own));
        }
        match on_class {
            Some(descriptor) => self.descriptor_get(descriptor, object, class).map(Some),
            None => Ok(None),
        }
    }

    /// `type.__getattribute__(class, name)` without raising.
    pub fn find_type_attribute(
        &mut self,
        own: Ref<Class>,
        name: Ref<Str>,
    ) -> Result<Option<Value>, Raised> {
        let meta = self.class_of(own.value());
        let on_meta = meta.lookup(self, name);
        if let Some(descriptor) = on_meta
            && self.goes_first(descriptor)
        {
            return self.descriptor_get(descriptor, own.value(), meta).map(Some);
        }
        if let Some(value) = own.lookup(self, name) {
            return self.descriptor_get_from_class(value, own).map(Some);
        }
        match on_meta {
            Some(descriptor) => self.descriptor_get(descriptor, own.value(), meta).map(Some),
            None => Ok(None),
        }
    }

    fn find_module_attribute(
        &mut self,
        object: Value,
        class: Ref<Class>,
        name: Ref<Str>,
    ) -> Result<Option<Value>, Raised> {
        if let Some(value) = self.find_generic(object, class, name)? {
            return Ok(Some(value));
        }
        let Some(module) = object.cast::<Module>() else { return Ok(None) };
        let Some(fallback) = module.dict().get_str(self, crate::name!(self, "__getattr__"))? else {
            return Ok(None);
        };
        match self.call(fallback, &[name.value()]) {
            Ok(value) => Ok(Some(value)),
            Err(raised) => match self.catch(raised, &classes::ATTRIBUTE_ERROR) {
                Some(error) => {
                    self.attribute_error_kept.set(error);
                    Ok(None)
                }
                None => Err(raised),
            },
        }
    }

    /// Whether a data descriptor answers before an object's own attributes do: one that only sets
    /// does not.
    fn goes_first(&self, descriptor: Value) -> bool {
        self.is_data_descriptor(descriptor)
            && self.class_of(descriptor).special(self, Special::Get).is_some()
    }

    /// Whether the class of `descriptor` defines `__set__` or `__delete__`.
    pub fn is_data_descriptor(&self, descriptor: Value) -> bool {
        if !descriptor.is_object() {
            return false;
        }
        let class = self.class_of(descriptor);
        class.special(self, Special::Set).is_some()
            || class.special(self, Special::Delete).is_some()
    }

    /// `descriptor.__get__(object, class)`, or the value itself if it is no descriptor.
    pub fn descriptor_get(
        &mut self,
        descriptor: Value,
        object: Value,
        class: Ref<Class>,
    ) -> Result<Value, Raised> {
        if !descriptor.is_object() {
            return Ok(descriptor);
        }
        if descriptor.cast::<Function>().is_some() {
            return Ok(Method::allocate(self, descriptor, object)?.value());
        }
        if let Some(native) = descriptor.cast::<NativeFunction>() {
            return self.native_get(native, object, class);
        }
        if let Some(getset) = descriptor.cast_exact::<GetSetDescriptor>() {
            return (getset.entry.get().get)(self, object);
        }
        if let Some(member) = descriptor.cast_exact::<Member>() {
            return member.read(self, object);
        }
        if let Some(property) = descriptor.cast_exact::<Property>() {
            return property.get(self, object);
        }
        if let Some(cell) = descriptor.cast_exact::<AttributeCell>() {
            return self.open_attribute(cell.value());
        }
        let own = self.class_of(descriptor);
        match own.special(self, Special::Get) {
            Some(getter) => {
                self.call_descriptor_method(getter, descriptor, &[object, class.value()])
            }
            None => Ok(descriptor),
        }
    }

    /// What a class attribute is when read through the class.
    pub(crate) fn descriptor_get_from_class(
        &mut self,
        value: Value,
        own: Ref<Class>,
    ) -> Result<Value, Raised> {
        if !value.is_object() || value.cast::<Function>().is_some() {
            return Ok(value);
        }
        if let Some(native) = value.cast::<NativeFunction>() {
            if native.method.get().binding == Binding::Class && native.receiver.get().is_unbound() {
                return Ok(native.bound(self, own.value())?.value());
            }
            return Ok(value);
        }
        if let Some(cell) = value.cast_exact::<AttributeCell>() {
            return self.open_attribute(cell.value());
        }
        let class = self.class_of(value);
        match class.special(self, Special::Get) {
            Some(getter) => self.call_descriptor_method(getter, value, &[Value::NONE, own.value()]),
            None => Ok(value),
        }
    }

    fn native_get(
        &mut self,
        native: Ref<NativeFunction>,
        object: Value,
        class: Ref<Class>,
    ) -> Result<Value, Raised> {
        let kind = self.class_of(native.value());
        if kind == METHOD_DESCRIPTOR.class() || kind == WRAPPER_DESCRIPTOR.class() {
            return Ok(native.bound(self, object)?.value());
        }
        if native.method.get().binding == Binding::Class && native.receiver.get().is_unbound() {
            return Ok(native.bound(self, class.value())?.value());
        }
        Ok(native.value())
    }

    /// An attribute of the object's own: a slot or an entry of its `__dict__`.
    pub fn own_attribute(
        &mut self,
        object: Value,
        name: Ref<Str>,
    ) -> Result<Option<Value>, Raised> {
        if !object.is_object() {
            return Ok(None);
        }
        if let Some(module) = object.cast::<Module>() {
            return module.dict().get_str(self, name);
        }
        if !shape_of_object(object).has(shape_flags::DICT) {
            return Ok(None);
        }
        self.claim_read_object(object)?;
        let shape = shape_of_object(object);
        if shape.has(shape_flags::DICT_MODE) {
            let dict = dict_of(object);
            return dict.get_str(self, name);
        }
        Ok(shape.slot_of(name).map(|slot| {
            // SAFETY: the shape is the object's, which is held for reading.
            unsafe { shape.read_slot(object.object_ptr(), slot) }
        }))
    }

    /// Passes the read barrier of an object of any type.
    #[inline]
    pub fn claim_read_object(&mut self, object: Value) -> Result<(), Raised> {
        // SAFETY: objects have headers.
        let header: &Header = unsafe { &*object.object_ptr() };
        if !self.stm.can_read_compactly(&header.owner) {
            self.stm.claim_read(&header.owner, &*self)?;
        }
        Ok(())
    }

    /// Passes the write barrier of an object of any type.
    #[inline]
    pub fn claim_write_object(&mut self, object: Value) -> Result<(), Raised> {
        // SAFETY: objects have headers.
        let header: &Header = unsafe { &*object.object_ptr() };
        if !self.stm.can_write(&header.owner) {
            self.stm.claim_write(&header.owner, &*self)?;
        }
        Ok(())
    }

    /// Passes the write barriers of everything that storing `object.name` will write, so that an
    /// in-place statement may read it now and store it without a release point in between.
    pub(crate) fn claim_attribute(&mut self, object: Value, name: Ref<Str>) -> Result<(), Raised> {
        if let Some(class) = object.cast::<Class>() {
            self.rebindable(class, name)?;
            while class.cell(name).is_none() {
                if self.stm.in_block() || class.has(crate::class::flags::SEALED) {
                    // The store runs alone.
                    return Ok(());
                }
                self.write(class)?;
                if class.cell(name).is_none() {
                    return Ok(());
                }
            }
            return match class.cell(name) {
                Some(cell) => self.write(cell).map(drop),
                None => Ok(()),
            };
        }
        if let Some(module) = object.cast::<types::module::Module>() {
            let dict = module.dict();
            let mut known = None;
            loop {
                match dict.cell(self, name, false)? {
                    Some(cell) if known == Some(cell) => return Ok(()),
                    Some(cell) => {
                        self.write2(dict, cell)?;
                        known = Some(cell);
                    }
                    None => return self.write(dict).map(drop),
                }
            }
        }
        let shape = shape_of_object(object);
        if shape.has(shape_flags::IMMUTABLE) {
            return Ok(());
        }
        self.claim_write_object(object)?;
        let mut known = None;
        while shape_of_object(object).has(shape_flags::DICT_MODE) {
            let dict = dict_of(object);
            if known == Some(dict) {
                break;
            }
            // SAFETY: objects have headers.
            let owner = unsafe { &(*object.object_ptr()).owner };
            self.stm.claim_write2(owner, &dict.header().owner, &*self)?;
            // Claiming may have waited, and somebody else have put another dict in.
            known = Some(dict);
        }
        Ok(())
    }

    /// `setattr(object, name, value)`; the name is interned.
    pub fn set_attribute(
        &mut self,
        object: Value,
        name: Ref<Str>,
        value: Value,
    ) -> Result<(), Raised> {
        let class = self.class_of(object);
        let Some(setter) = class.special(self, Special::SetAttr) else {
            return Err(self.no_attribute(object, name));
        };
        match native_of(setter) {
            Some(f) if f == types::object::setattr as *const () => {
                self.set_generic(object, name, value)
            }
            Some(f) if f == types::type_::setattr as *const () => match object.cast::<Class>() {
                Some(own) => self.set_type_attribute(own, name, value),
                None => self.set_generic(object, name, value),
            },
            _ => self.call_descriptor_method(setter, object, &[name.value(), value]).map(drop),
        }
    }

    /// `delattr(object, name)`; the name is interned.
    pub fn delete_attribute(&mut self, object: Value, name: Ref<Str>) -> Result<(), Raised> {
        let class = self.class_of(object);
        let Some(deleter) = class.special(self, Special::DelAttr) else {
            return Err(self.no_attribute(object, name));
        };
        match native_of(deleter) {
            Some(f) if f == types::object::delattr as *const () => {
                self.set_generic(object, name, Value::UNBOUND)
            }
            Some(f) if f == types::type_::delattr as *const () => match object.cast::<Class>() {
                Some(own) => self.set_type_attribute(own, name, Value::UNBOUND),
                None => self.set_generic(object, name, Value::UNBOUND),
            },
            _ => self.call_descriptor_method(deleter, object, &[name.value()]).map(drop),
        }
    }

    /// `object.__setattr__`; deletes when the value is unbound.
    pub fn set_generic(
        &mut self,
        object: Value,
        name: Ref<Str>,
        value: Value,
    ) -> Result<(), Raised> {
        let class = self.class_of(object);
        let on_class = class.lookup(self, name);
        if let Some(descriptor) = on_class
            && self.is_data_descriptor(descriptor)
        {
            return self.descriptor_set(descriptor, object, value, name);
        }
        if let Some(module) = object.cast::<Module>() {
            if value.is_unbound() {
                return match module.dict().delete_str(self, name)? {
                    Some(_) => Ok(()),
                    None => Err(self.no_attribute(object, name)),
                };
            }
            return module.dict().set_str(self, name, value);
        }
        let room = object.is_object() && shape_of_object(object).has(shape_flags::DICT);
        // There may be room for slots alone (`types::member::STORED`).
        if !room || !class.has_own_attributes() {
            return Err(self.cannot_set(object, on_class.is_some(), name));
        }
        if value.is_unbound() {
            self.delete_own(object, name)
        } else {
            self.set_own(object, name, value)
        }
    }

    #[cold]
    fn cannot_set(&mut self, object: Value, exists: bool, name: Ref<Str>) -> Raised {
        let (class, name_text) = (self.type_name(object), name.display());
        let message = if exists {
            format!("'{class}' object attribute '{name_text}' is read-only")
        } else {
            format!(
                "'{class}' object has no attribute '{name_text}' and no __dict__ for setting new attributes"
            )
        };
        self.attribute_error_for(&message, object, name)
    }

    /// `descriptor.__set__(object, value)`, or `__delete__` when the value is unbound.
    pub(crate) fn descriptor_set(
        &mut self,
        descriptor: Value,
        object: Value,
        value: Value,
        name: Ref<Str>,
    ) -> Result<(), Raised> {
        if let Some(member) = descriptor.cast_exact::<Member>() {
            return member.write(self, object, value);
        }
        if let Some(getset) = descriptor.cast_exact::<GetSetDescriptor>() {
            return match getset.entry.get().set {
                Some(setter) => setter(self, object, value),
                None => {
                    let message = format!(
                        "attribute '{}' of '{}' objects is not writable",
                        getset.entry.get().name,
                        self.type_name(object)
                    );
                    Err(self.attribute_error_for(&message, object, name))
                }
            };
        }
        let class = self.class_of(descriptor);
        let special = if value.is_unbound() { Special::Delete } else { Special::Set };
        let Some(method) = class.special(self, special) else {
            let which = if value.is_unbound() { "__delete__" } else { "__set__" };
            return Err(self.attribute_error(which));
        };
        let arguments = [object, value];
        let count = if value.is_unbound() { 1 } else { 2 };
        self.call_descriptor_method(method, descriptor, &arguments[..count]).map(drop)
    }

    /// Sets an attribute of the object's own. Its class has a `__dict__`.
    pub fn set_own(&mut self, object: Value, name: Ref<Str>, value: Value) -> Result<(), Raised> {
        self.claim_write_object(object)?;
        let shape = shape_of_object(object);
        if shape.has(shape_flags::DICT_MODE) {
            return dict_of(object).set_str(self, name, value);
        }
        // SAFETY: the object is held for writing from here to the end, which waits for nothing.
        unsafe {
            let pointer = object.object_ptr();
            if let Some(slot) = shape.slot_of(name) {
                shape.write_slot(pointer, slot, value);
                return Ok(());
            }
            if let Some(larger) = shape.with_attribute(name)? {
                let slot = shape.names.len() as u32;
                larger.reserve_slot(self, pointer, slot)?;
                larger.write_slot(pointer, slot, value);
                (*pointer).set_shape(larger.id);
                return Ok(());
            }
        }
        self.own_dict(object)?.set_str(self, name, value)
    }

    pub(crate) fn delete_own(&mut self, object: Value, name: Ref<Str>) -> Result<(), Raised> {
        self.claim_write_object(object)?;
        let shape = shape_of_object(object);
        if shape.has(shape_flags::DICT_MODE) {
            return match dict_of(object).delete_str(self, name)? {
                Some(_) => Ok(()),
                None => Err(self.no_attribute(object, name)),
            };
        }
        let Some(slot) = shape.slot_of(name) else { return Err(self.no_attribute(object, name)) };
        let smaller = shape.without_slot(slot)?;
        // SAFETY: the object is held for writing; every slot up to the last is its own.
        unsafe {
            let pointer = object.object_ptr();
            for at in slot..shape.names.len() as u32 - 1 {
                shape.write_slot(pointer, at, shape.read_slot(pointer, at + 1));
            }
            shape.write_slot(pointer, shape.names.len() as u32 - 1, Value::UNBOUND);
            (*pointer).set_shape(smaller.id);
        }
        Ok(())
    }

    /// The object's `__dict__`; from now on its attributes live there. Its class has one.
    pub fn own_dict(&mut self, object: Value) -> Result<Ref<Dict>, Raised> {
        if let Some(module) = object.cast::<Module>() {
            return Ok(module.dict());
        }
        self.claim_write_object(object)?;
        let shape = shape_of_object(object);
        if shape.has(shape_flags::DICT_MODE) {
            return Ok(dict_of(object));
        }
        let fresh = DictBuilder::new(self, shape.names.len())?;
        for (slot, &name) in shape.names.iter().enumerate() {
            // SAFETY: held, and the shape is the object's.
            let value = unsafe { shape.read_slot(object.object_ptr(), slot as u32) };
            fresh.set_str(name, value)?;
        }
        let fresh = fresh.finish();
        let array = types::list::ValueArray::new(self, 1)?;
        array.put(0, fresh.value());
        let target = shape.in_dict_mode()?;
        // SAFETY: held for writing; allocation has released nothing.
        unsafe {
            let pointer = object.object_ptr();
            for slot in 0..shape.inline_capacity.min(shape.names.len() as u32) {
                shape.write_slot(pointer, slot, Value::UNBOUND);
            }
            crate::heap::set_value_at(pointer, shape.overflow_offset(pointer), array.value());
            (*pointer).set_shape(target.id);
        }
        Ok(fresh)
    }

    /// `object.__dict__ = dict`
    pub fn replace_dict(&mut self, object: Value, dict: Ref<Dict>) -> Result<(), Raised> {
        self.own_dict(object)?;
        self.claim_write_object(object)?;
        let array = types::list::ValueArray::new(self, 1)?;
        array.put(0, dict.value());
        let shape = shape_of_object(object);
        // SAFETY: held for writing, in dict mode.
        unsafe {
            let pointer = object.object_ptr();
            crate::heap::set_value_at(pointer, shape.overflow_offset(pointer), array.value());
        }
        Ok(())
    }

    /// Names and values of the object's own attributes, without turning it to dict mode.
    pub fn own_attributes(&mut self, object: Value) -> Result<Ref<Dict>, Raised> {
        if let Some(module) = object.cast::<Module>() {
            return Ok(module.dict());
        }
        self.claim_read_object(object)?;
        let shape = shape_of_object(object);
        if shape.has(shape_flags::DICT_MODE) {
            return Ok(dict_of(object));
        }
        let fresh = DictBuilder::new(self, shape.names.len())?;
        if shape.has(shape_flags::DICT) {
            for (slot, &name) in shape.names.iter().enumerate() {
                // SAFETY: held for reading, and the shape is the object's.
                let value = unsafe { shape.read_slot(object.object_ptr(), slot as u32) };
                fresh.set_str(name, value)?;
            }
        }
        Ok(fresh.finish())
    }
}

/// The dict of an object in dict mode that is held at least for reading.
fn dict_of(object: Value) -> Ref<Dict> {
    let shape = shape_of_object(object);
    // SAFETY: in dict mode the overflow array's one word is the dict.
    unsafe {
        let pointer = object.object_ptr();
        let word = crate::heap::value_at(pointer, shape.overflow_offset(pointer));
        let dict = crate::shape::overflow_array(word).get(0);
        Ref::from_ptr(dict.bits() as *const Dict)
    }
}

/// The Rust function of a native descriptor, to be compared.
pub(crate) fn native_of(value: Value) -> Option<*const ()> {
    value.cast::<NativeFunction>().map(|native| native.method.get().function as *const ())
}
