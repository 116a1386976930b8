//! What every value can be asked: its truth, text, length, class membership, attributes.

use crate::class::{Class, Special};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::shape::known;
use crate::thread::Thread;
use crate::types;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::union::Union;

impl Thread {
    /// A new `object()`.
    pub fn new_plain_object(&mut self) -> Result<Value, Raised> {
        Ok(types::object::Instance::allocate(self)?.value())
    }

    /// `bool(value)`
    #[inline]
    pub fn is_true(&mut self, value: Value) -> Result<bool, Raised> {
        if value.is_bool() {
            return Ok(value.is_true());
        }
        self.is_true_other(value)
    }

    fn is_true_other(&mut self, value: Value) -> Result<bool, Raised> {
        if value.is_none() {
            return Ok(false);
        }
        if value.is_number() {
            return Ok(value.number_as_f64() != 0.0);
        }
        if let Some(text) = value.cast_exact::<Str>() {
            return Ok(!text.is_empty());
        }
        let class = self.class_of(value);
        if let Some(method) = class.special(self, Special::Bool) {
            let truth = self.call_descriptor_method(method, value, &[])?;
            if truth.is_bool() {
                return Ok(truth.is_true());
            }
            return Err(self.type_error(format!(
                "__bool__ should return bool, returned {}",
                self.type_name(truth)
            )));
        }
        if class.special(self, Special::Len).is_some() {
            return Ok(self.length(value)? != 0);
        }
        Ok(true)
    }

    /// `len(value)`
    pub fn length(&mut self, value: Value) -> Result<usize, Raised> {
        if let Some(length) = container_length(self, value) {
            return Ok(length);
        }
        match self.call_special(value, Special::Len, &[])? {
            Some(length) if length.is_int() && length.as_int() >= 0 => Ok(length.as_int() as usize),
            Some(length) => self.checked_length(length),
            None => {
                Err(self
                    .type_error(format!("object of type '{}' has no len()", self.type_name(value))))
            }
        }
    }

    fn checked_length(&mut self, length: Value) -> Result<usize, Raised> {
        let length = self.index(length)?;
        if types::int::is_negative(length) {
            return Err(self.value_error("__len__() should return >= 0"));
        }
        match types::int::as_i64(length) {
            Some(length) => Ok(length as usize),
            None => Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
        }
    }

    /// `repr(value)`
    pub fn repr(&mut self, value: Value) -> Result<Ref<Str>, Raised> {
        self.check_native_stack()?;
        match self.call_special(value, Special::Repr, &[])? {
            Some(text) => self.expect_str(text, "__repr__"),
            None => types::object::default_repr(self, value),
        }
    }

    /// `str(value)`
    pub fn str(&mut self, value: Value) -> Result<Ref<Str>, Raised> {
        if let Some(text) = value.cast_exact::<Str>() {
            return Ok(text);
        }
        self.check_native_stack()?;
        match self.call_special(value, Special::Str, &[])? {
            Some(text) => self.expect_str(text, "__str__"),
            None => self.repr(value),
        }
    }

    fn expect_str(&mut self, text: Value, method: &str) -> Result<Ref<Str>, Raised> {
        match text.cast::<Str>() {
            Some(text) => Ok(text),
            None => Err(self.type_error(format!(
                "{method} returned non-string (type {})",
                self.type_name(text)
            ))),
        }
    }

    /// `ascii(value)`
    pub fn ascii(&mut self, value: Value) -> Result<Ref<Str>, Raised> {
        let text = self.repr(value)?;
        if text.is_ascii() {
            return Ok(text);
        }
        let escaped = orochi_text::repr::escape_non_ascii(text.text());
        Str::from_text(self, escaped.as_text())
    }

    /// `format(value, spec)`
    pub fn format(&mut self, value: Value, spec: Value) -> Result<Value, Raised> {
        if spec.cast::<Str>().is_some_and(|spec| spec.is_empty())
            && (value.is_number() || value.cast_exact::<Str>().is_some())
        {
            return Ok(self.str(value)?.value());
        }
        match self.call_special(value, Special::Format, &[spec])? {
            Some(text) if text.cast::<Str>().is_some() => Ok(text),
            Some(other) => Err(self.type_error(format!(
                "__format__ must return a str, not {}",
                self.type_name(other)
            ))),
            None => Err(self
                .type_error(format!("Type {} doesn't define __format__", self.type_name(value)))),
        }
    }

    /// `isinstance(value, class)`, with hooks; `class` may be a tuple or union.
    pub fn isinstance(&mut self, value: Value, class: Value) -> Result<bool, Raised> {
        if let Some(plain) = class.cast::<Class>()
            && self.class_of(value) == plain
        {
            return Ok(true);
        }
        self.check_native_stack()?;
        if let Some(choices) = self.choices(class) {
            for at in 0..choices.len() {
                if self.isinstance(value, choices.get(at))? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let meta = self.class_of(class);
        match meta.special(self, Special::InstanceCheck) {
            Some(hook) if native_of(hook) != Some(types::type_::instancecheck as *const ()) => {
                let answer = self.call_descriptor_method(hook, class, &[value])?;
                self.is_true(answer)
            }
            _ => self.is_real_instance(value, class),
        }
    }

    /// `isinstance` without the hook of the class.
    pub fn is_real_instance(&mut self, value: Value, class: Value) -> Result<bool, Raised> {
        if let Some(wanted) = class.cast::<Class>() {
            if self.is_instance(value, wanted) {
                return Ok(true);
            }
            if !value.is_object() {
                return Ok(false);
            }
            // Proxies and mocks say that they are something else.
            let said = self.find_attribute(value, crate::name!(self, "__class__"))?;
            let said = said.and_then(|said| said.cast::<Class>());
            return Ok(
                said.is_some_and(|said| said != self.class_of(value) && said.is_subclass(wanted))
            );
        }
        if self.abstract_bases(class)?.is_none() {
            return Err(
                self.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")
            );
        }
        match self.find_attribute(value, crate::name!(self, "__class__"))? {
            Some(said) => self.abstract_subclass(said, class),
            None => Ok(false),
        }
    }

    /// `issubclass(derived, class)`, with hooks; `class` may be a tuple or union.
    pub fn issubclass(&mut self, derived: Value, class: Value) -> Result<bool, Raised> {
        self.check_native_stack()?;
        if let Some(choices) = self.choices(class) {
            for at in 0..choices.len() {
                if self.issubclass(derived, choices.get(at))? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let meta = self.class_of(class);
        match meta.special(self, Special::SubclassCheck) {
            Some(hook) if native_of(hook) != Some(types::type_::subclasscheck as *const ()) => {
                let answer = self.call_descriptor_method(hook, class, &[derived])?;
                self.is_true(answer)
            }
            _ => self.is_real_subclass(derived, class),
        }
    }

    /// `issubclass` without the hook of the class.
    pub fn is_real_subclass(&mut self, derived: Value, class: Value) -> Result<bool, Raised> {
        if let (Some(derived), Some(class)) = (derived.cast::<Class>(), class.cast::<Class>()) {
            return Ok(derived.is_subclass(class));
        }
        if derived.cast::<Class>().is_none() && self.abstract_bases(derived)?.is_none() {
            return Err(self.type_error("issubclass() arg 1 must be a class"));
        }
        if class.cast::<Class>().is_none() && self.abstract_bases(class)?.is_none() {
            return Err(self
                .type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"));
        }
        self.abstract_subclass(derived, class)
    }

    /// The members of a tuple or union of classes.
    fn choices(&self, class: Value) -> Option<Ref<Tuple>> {
        match class.cast::<Tuple>() {
            Some(tuple) => Some(tuple),
            None => class.cast_exact::<Union>().map(|union| union.args.get()),
        }
    }

    /// `class.__bases__`, if it is a tuple.
    fn abstract_bases(&mut self, class: Value) -> Result<Option<Ref<Tuple>>, Raised> {
        let bases = self.find_attribute(class, crate::name!(self, "__bases__"))?;
        Ok(bases.and_then(|bases| bases.cast::<Tuple>()))
    }

    /// Subclass by the `__bases__` of objects that need not be classes.
    fn abstract_subclass(&mut self, derived: Value, class: Value) -> Result<bool, Raised> {
        self.check_native_stack()?;
        if derived == class {
            return Ok(true);
        }
        let Some(bases) = self.abstract_bases(derived)? else { return Ok(false) };
        for at in 0..bases.len() {
            if self.abstract_subclass(bases.get(at), class)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `dir(value)`: a sorted list.
    pub fn dir(&mut self, value: Value) -> Result<Ref<List>, Raised> {
        let Some(names) = self.call_special(value, Special::Dir, &[])? else {
            return Err(self.type_error("object does not provide __dir__"));
        };
        self.sorted(names)
    }

    /// `sorted(iterable)`
    pub fn sorted(&mut self, iterable: Value) -> Result<Ref<List>, Raised> {
        let mut items = RootVec::new();
        self.collect(iterable, &mut items)?;
        let list = List::from_slice(self, items.as_slice())?;
        self.call_method(list.value(), crate::name!(self, "sort"), &[])?;
        Ok(list)
    }
}

/// The length of an exact built-in container that may be read at once: no method needs be called.
#[inline]
pub(crate) fn container_length(th: &Thread, value: Value) -> Option<usize> {
    if !value.is_object() {
        return None;
    }
    // SAFETY: objects have headers.
    let header = unsafe { &*value.object_ptr() };
    let readable = || th.stm.can_read_compactly(&header.owner);
    // SAFETY: the shape tells the layout; what may change is read behind the barrier.
    unsafe {
        match header.shape_relaxed() {
            known::TUPLE => Some(Ref::<Tuple>::from_ptr(value.bits() as *const Tuple).len()),
            known::STR => Some(Ref::<Str>::from_ptr(value.bits() as *const Str).len()),
            known::LIST if readable() => {
                Some(Ref::<List>::from_ptr(value.bits() as *const List).unguarded().len())
            }
            known::DICT if readable() => {
                Some(Ref::<Dict>::from_ptr(value.bits() as *const Dict).unguarded().len())
            }
            known::SET if readable() => {
                Some(Ref::<Set>::from_ptr(value.bits() as *const Set).unguarded().len())
            }
            _ => None,
        }
    }
}
