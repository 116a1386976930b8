//! Iteration.

use crate::class::{Special, flags};
use crate::exception::{Raised, classes};
use crate::heap::{RootVec, Value};
use crate::object::ValueCast;
use crate::operation::native_of;
use crate::shape::{known, shape_of_object};
use crate::thread::Thread;
use crate::types;
use crate::types::iterators;
use crate::types::list::List;
use crate::types::tuple::Tuple;

/// Items for which memory is asked for beforehand, to see whether there is any.
const LARGE_HINT: usize = 1 << 20;
/// Items between two looks at whether anybody wants this thread's attention.
const POLL_EVERY: u32 = 1024;

impl Thread {
    /// `iter(value)`
    pub fn iterate(&mut self, value: Value) -> Result<Value, Raised> {
        let class = self.class_of(value);
        let Some(method) = class.special(self, Special::Iter) else {
            if class.special(self, Special::GetItem).is_some() {
                return iterators::SequenceIterator::over(self, value);
            }
            return Err(self.not_iterable(value));
        };
        if method.is_none() {
            return Err(self.not_iterable(value));
        }
        let iterator = self.call_descriptor_method(method, value, &[])?;
        if !self.is_iterator(iterator) {
            return Err(self.type_error(format!(
                "iter() returned non-iterator of type '{}'",
                self.type_name(iterator)
            )));
        }
        Ok(iterator)
    }

    #[cold]
    fn not_iterable(&self, value: Value) -> Raised {
        self.type_error(format!("'{}' object is not iterable", self.type_name(value)))
    }

    /// Whether a value has `__next__`.
    pub fn is_iterator(&self, value: Value) -> bool {
        self.class_of(value).special(self, Special::Next).is_some_and(|next| !next.is_none())
    }

    /// `next(iterator)`: the item, or `None` when there is none left.
    #[inline]
    pub fn next(&mut self, iterator: Value) -> Result<Option<Value>, Raised> {
        match self.next_or_stop(iterator) {
            Ok(item) => Ok(item),
            Err(raised) => match self.catch(raised, &classes::STOP_ITERATION) {
                Some(_) => Ok(None),
                None => Err(raised),
            },
        }
    }

    /// As [`Self::next`], for those who want what a `StopIteration` carries: it stays in flight.
    #[inline]
    pub fn next_or_stop(&mut self, iterator: Value) -> Result<Option<Value>, Raised> {
        if iterator.is_object() && shape_of_object(iterator).id == known::GENERATOR {
            return crate::interpreter::generator::next_value(self, iterator);
        }
        let class = self.class_of(iterator);
        let Some(method) = class.special(self, Special::Next) else {
            let name = class.name_in_messages();
            return Err(self.type_error(format!("'{name}' object is not an iterator")));
        };
        if native_of(method) == Some(iterators::NEXT.function as *const ())
            && let Some(next) = class.native_next()
        {
            return next(self, iterator);
        }
        self.call_descriptor_method(method, iterator, &[]).map(Some)
    }

    /// Appends what an iterable gives.
    pub fn collect(&mut self, iterable: Value, items: &mut RootVec) -> Result<(), Raised> {
        if let Some(tuple) = iterable.cast_exact::<Tuple>() {
            items.extend_from_slice(tuple.as_slice());
            return Ok(());
        }
        if let Some(list) = iterable.cast_exact::<List>() {
            items.extend_from_slice(self.read(list)?.as_slice());
            return Ok(());
        }
        if !self.class_of(iterable).has(flags::HEAP) {
            // What a built-in iterable knows of its length is refused at once if it is absurd.
            let hint = self.length_hint(iterable, 0)?;
            if hint > LARGE_HINT && !items.try_reserve(hint) {
                return Err(self.memory_error());
            }
        }
        let iterator = self.iterate(iterable)?;
        let mut count = 0_u32;
        while let Some(item) = self.next(iterator)? {
            if !items.try_push(item) {
                return Err(self.memory_error());
            }
            count = count.wrapping_add(1);
            if count.is_multiple_of(POLL_EVERY) {
                self.poll()?;
            }
        }
        Ok(())
    }

    /// Hands what an iterable gives to `each`.
    pub fn for_each(
        &mut self,
        iterable: Value,
        mut each: impl FnMut(&mut Thread, Value) -> Result<(), Raised>,
    ) -> Result<(), Raised> {
        let iterator = self.iterate(iterable)?;
        while let Some(item) = self.next(iterator)? {
            each(self, item)?;
        }
        Ok(())
    }

    /// `operator.length_hint(value, default)`
    pub fn length_hint(&mut self, value: Value, default: usize) -> Result<usize, Raised> {
        let class = self.class_of(value);
        if class.special(self, Special::Len).is_some() {
            match self.length(value) {
                Ok(length) => return Ok(length),
                Err(raised) => {
                    if self.catch(raised, &classes::TYPE_ERROR).is_none() {
                        return Err(raised);
                    }
                }
            }
        }
        let hint = match self.call_special(value, Special::LengthHint, &[]) {
            Ok(None) => return Ok(default),
            Ok(Some(hint)) => hint,
            Err(raised) => {
                return match self.catch(raised, &classes::TYPE_ERROR) {
                    Some(_) => Ok(default),
                    None => Err(raised),
                };
            }
        };
        if hint == Value::NOT_IMPLEMENTED {
            return Ok(default);
        }
        if !types::int::is_int_like(hint) {
            return Err(self.type_error(format!(
                "__length_hint__ must be an integer, not {}",
                self.type_name(hint)
            )));
        }
        match types::int::as_i64(hint) {
            Some(hint) if hint >= 0 => Ok(hint as usize),
            Some(_) => Err(self.value_error("__length_hint__() should return >= 0")),
            None if types::int::is_negative(hint) => {
                Err(self.value_error("__length_hint__() should return >= 0"))
            }
            None => Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
        }
    }
}
