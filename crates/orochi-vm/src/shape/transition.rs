//! From one shape to the next: an attribute is added or deleted, the object turns to dict mode.

use std::collections::HashMap;
use std::sync::Mutex;

use super::{MOST_SLOTS, Shape, shape_flags};
use crate::exception::Raised;
use crate::object::Ref;
use crate::types::str::Str;

/// Stands for "dict mode" among the transitions; no string has this address.
const DICT_MODE: usize = 1;

impl Shape {
    /// The shape with the attribute `name` added, or `None` when that would be too many.
    pub fn with_attribute(&'static self, name: Ref<Str>) -> Result<Option<&'static Shape>, Raised> {
        if self.names.len() >= MOST_SLOTS {
            return Ok(None);
        }
        self.transition(name.as_ptr() as usize, || {
            let names: Box<[Ref<Str>]> = self.names.iter().copied().chain([name]).collect();
            self.derive(names, self.flags)
        })
        .map(Some)
    }

    /// The shape without the attribute in `slot`: those behind it move up by one.
    pub fn without_slot(&'static self, slot: u32) -> Result<&'static Shape, Raised> {
        let mut shape = self.class.root_shape();
        for (at, &name) in self.names.iter().enumerate() {
            if at != slot as usize {
                shape = match shape.with_attribute(name)? {
                    Some(next) => next,
                    None => unreachable!("fewer attributes than before"),
                };
            }
        }
        Ok(shape)
    }

    /// The shape of objects of this class whose attributes are all in a dict.
    pub fn in_dict_mode(&'static self) -> Result<&'static Shape, Raised> {
        self.class.root_shape().transition(DICT_MODE, || {
            self.class.root_shape().derive(Box::new([]), self.flags | shape_flags::DICT_MODE)
        })
    }

    /// The shape of objects that had this one, all attributes in a dict, when they become
    /// instances of another class with the same layout but room for another number of attributes.
    pub(crate) fn adopted_by(
        &'static self,
        root: &'static Shape,
    ) -> Result<&'static Shape, Raised> {
        // Numbers of shapes never come back, and this is the address of no string.
        let key = (root.id.0 as usize) << 4 | 2;
        self.transition(key, || {
            let flags = root.flags | self.flags & shape_flags::DICT_MODE;
            self.derive_for(root, Box::new([]), flags)
        })
    }

    fn transition(
        &'static self,
        key: usize,
        make: impl FnOnce() -> Result<&'static Shape, Raised>,
    ) -> Result<&'static Shape, Raised> {
        let mut transitions = self.transitions.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(&(_, next)) = transitions.iter().find(|&&(k, _)| k == key) {
            return Ok(next);
        }
        let next = make()?;
        transitions.push((key, next));
        Ok(next)
    }

    fn derive(&'static self, names: Box<[Ref<Str>]>, flags: u32) -> Result<&'static Shape, Raised> {
        self.derive_for(self, names, flags)
    }

    fn derive_for(
        &'static self,
        of: &'static Shape,
        names: Box<[Ref<Str>]>,
        flags: u32,
    ) -> Result<&'static Shape, Raised> {
        let index = names.iter().enumerate().map(|(at, name)| (name.as_ptr() as usize, at as u32));
        let index: HashMap<_, _, _> = index.collect();
        Shape {
            id: self.id,
            class: of.class,
            native: of.native,
            flags,
            object_size: self.object_size,
            slots_offset: self.slots_offset,
            inline_capacity: self.inline_capacity,
            names,
            index,
            layout: self.layout,
            transitions: Mutex::new(Vec::new()),
        }
        .publish()
    }
}
