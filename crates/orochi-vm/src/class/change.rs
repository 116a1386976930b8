//! Changing class attributes.
//!
//! Lookups take no lock and pass no barrier, so a change tells everybody who may have kept what
//! the class said before: the class epoch grows, which empties the threads' lookup caches; tables
//! of special methods forget the name in the class and all its subclasses; and if some inline
//! cache relies on the class, all of them are emptied with the world stopped.
//!
//! That would be dear for a class attribute used as a counter. So a plain value (no descriptor)
//! that is rebound moves into an [`AttributeCell`], which has an owner word of its own: further
//! rebinding changes only the cell. Inline caches hold no cells; a cell found on a class opens
//! itself, as its class has a `__get__`.
//!
//! Since nobody asks before reading a class, one that changes it must be alone
//! ([`Thread::change_unguarded`]): plain code for the moment of the change, a block until it ends.

use std::sync::atomic::Ordering;

use orochi_stm::OwnerWord;

use super::{Class, EPOCH, Method, NativeLayout, Special, TypeFlags, TypeSpec, flags, method};
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::weakref::WeakRef;

heap_object! {
    /// The value of a class attribute that has been rebound.
    pub struct AttributeCell: ATTRIBUTE_CELL {
        values {
            /// The value; never a descriptor.
            value: Value,
        }
        storage {}
        data {}
    }
}

/// The class of cells of class attributes; Python never sees one.
pub static ATTRIBUTE_CELL: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    methods: CELL_METHODS,
    ..TypeSpec::named("attribute_cell", NativeLayout::of::<AttributeCell>())
};

static CELL_METHODS: &[Method] =
    &[method("__get__($self, instance, owner=None, /)", open_cell, "")];

fn open_cell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.open_attribute(args[0])
}

/// Says that what was looked up so far may be stale.
pub(crate) fn bump_epoch() {
    EPOCH.fetch_add(1, Ordering::AcqRel);
}

impl Ref<Class> {
    /// The cell in which the class keeps the value of an attribute, if it does.
    pub(crate) fn cell(self, name: Ref<Str>) -> Option<Ref<AttributeCell>> {
        self.namespace.get().get(name).and_then(|value| value.cast_exact::<AttributeCell>())
    }
}

impl Thread {
    /// The value of an entry of a class's namespace: a cell's contents, or the value itself.
    #[inline]
    pub fn open_attribute(&mut self, value: Value) -> Result<Value, Raised> {
        match value.cast_exact::<AttributeCell>() {
            Some(cell) => Ok(self.read(cell)?.value.get()),
            None => Ok(value),
        }
    }

    /// What a class itself defines under an interned name.
    pub fn class_entry(
        &mut self,
        class: Ref<Class>,
        name: Ref<Str>,
    ) -> Result<Option<Value>, Raised> {
        match class.namespace.get().get(name) {
            Some(value) => self.open_attribute(value).map(Some),
            None => Ok(None),
        }
    }

    /// `type.__setattr__`; deletes when the value is unbound. The name is interned.
    pub fn set_type_attribute(
        &mut self,
        class: Ref<Class>,
        name: Ref<Str>,
        value: Value,
    ) -> Result<(), Raised> {
        if class.has(flags::SEALED) {
            return Err(self.type_error(format!(
                "cannot set '{}' attribute of immutable type '{}'",
                name.display(),
                class.full_name(self)
            )));
        }
        let meta = self.class_of(class.value());
        if let Some(descriptor) = meta.lookup(self, name)
            && self.is_data_descriptor(descriptor)
        {
            return self.descriptor_set(descriptor, class.value(), value, name);
        }
        if self.set_class_entry(class, name, value)? {
            Ok(())
        } else {
            Err(self.no_attribute(class.value(), name))
        }
    }

    /// Changes an entry of the class's own namespace, deletes it when the value is unbound; false if
    /// there was none to be deleted. May wait for blocks to end.
    pub fn set_class_entry(
        &mut self,
        class: Ref<Class>,
        name: Ref<Str>,
        value: Value,
    ) -> Result<bool, Raised> {
        if !value.is_unbound() && self.is_plain_value(value) {
            self.rebindable(class, name)?;
            if let Some(cell) = class.cell(name) {
                let cell = self.write(cell)?;
                cell.value.set(cell.token(), value);
                return Ok(true);
            }
        }
        self.change_class(class, |th| th.replace_class_entry(class, name, value))
    }

    /// The same for a thread that runs alone, or where no block has begun yet.
    fn replace_class_entry(
        &mut self,
        class: Ref<Class>,
        name: Ref<Str>,
        value: Value,
    ) -> Result<bool, Raised> {
        let special = Special::from_name(name.ascii().unwrap_or(""));
        let in_block = self.stm.in_block();
        let guard = self.write(class)?;
        let mut namespace = guard.namespace.get();
        if in_block {
            // The block's undo restores the class's reference to the old table.
            namespace = namespace.copied(guard.thread())?;
        }
        let done = if value.is_unbound() {
            namespace.delete(name)
        } else {
            namespace = namespace.set(guard.thread(), name, value)?;
            true
        };
        guard.namespace.set(guard.token(), namespace);
        if done {
            self.class_changed(class, special)?;
        }
        Ok(done)
    }

    /// Moves a plain value that a class defines into a cell, if it is about to be rebound and may be.
    /// Nobody sees that: a block need not run alone longer than it takes, and does not undo it.
    pub(crate) fn rebindable(&mut self, class: Ref<Class>, name: Ref<Str>) -> Result<(), Raised> {
        if self.rebound(class, name).is_none() {
            return Ok(());
        }
        let was_changing = self.stm.is_changing();
        self.change_class(class, |th| {
            let in_block = th.stm.in_block();
            if !in_block {
                // Before the first block changes are not made alone.
                th.write(class)?;
            }
            let Some(old) = th.rebound(class, name) else { return Ok(()) };
            let cell = AttributeCell::allocate(th, old)?;
            if in_block {
                th.stm.log_next_write(&cell.header().owner);
            }
            class.namespace.get().replace(name, cell.value());
            th.heap_write_note(class.header());
            bump_epoch();
            if class.has(flags::OBSERVED) {
                th.forget_inline_caches();
            }
            Ok(())
        })?;
        if !was_changing {
            self.stm.end_change();
        }
        Ok(())
    }

    /// What a class defines under a name, if it is a plain value that is in no cell and could be.
    fn rebound(&self, class: Ref<Class>, name: Ref<Str>) -> Option<Value> {
        let known = name.ascii().unwrap_or("");
        // `repr` reads the module without opening cells.
        if class.has(flags::SEALED) || known == "__module__" || Special::from_name(known).is_some()
        {
            return None;
        }
        class.namespace.get().get(name).filter(|&value| self.is_plain_value(value))
    }

    /// Runs `change`, which changes a class. See [`Thread::change_unguarded`]. What has been born in
    /// the open block nobody else knows yet. (Nothing else in a block gets the right to write to a
    /// class but such changes.)
    pub(crate) fn change_class<R>(
        &mut self,
        class: Ref<Class>,
        change: impl FnOnce(&mut Thread) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        let word = &class.header().owner;
        if self.stm.in_block() && self.stm.can_write(word) && !self.elides() {
            return change(self);
        }
        self.change_unguarded(word, change)
    }

    /// Runs `change`, which changes an object where it is read without barriers: a class, or which
    /// class an object is of. Everybody else stands still meanwhile, outside of blocks; in a block,
    /// to its end. A release point, before the change. Plain code must not run Python in it.
    /// `word`: what is changed, for the event log.
    pub fn change_unguarded<R>(
        &mut self,
        word: &OwnerWord,
        change: impl FnOnce(&mut Thread) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        self.end_elision()?;
        let in_block = self.stm.in_block();
        if self.stm.is_changing() {
            return change(self);
        }
        self.stm.begin_change(word, &*self)?;
        let changed = change(self);
        if !in_block {
            self.stm.end_change();
        }
        changed
    }

    /// Whether a value is no descriptor.
    fn is_plain_value(&self, value: Value) -> bool {
        !value.is_object() || self.class_of(value).special(self, Special::Get).is_none()
    }

    /// Tells everybody that a class has changed: in one special method, or in an ordinary name.
    fn class_changed(&mut self, class: Ref<Class>, special: Option<Special>) -> Result<(), Raised> {
        bump_epoch();
        let observed = class.has(flags::OBSERVED);
        if special.is_none() && !observed {
            return Ok(());
        }
        let mut affected = RootVec::new();
        self.with_subclasses(class, &mut affected)?;
        for &class in affected.as_slice() {
            let Some(class) = class.cast::<Class>() else { continue };
            if let Some(special) = special {
                class.forget_special(special);
                if special == Special::Del {
                    let finaliser = class.special(self, Special::Del).is_some();
                    class.set_flag(flags::FINALISER, finaliser);
                }
            }
        }
        if observed {
            self.forget_inline_caches();
            for &class in affected.as_slice() {
                if let Some(class) = class.cast::<Class>() {
                    class.set_flag(flags::OBSERVED, false);
                }
            }
        }
        Ok(())
    }

    /// Tells everybody that bases, or anything else, of these classes have changed.
    pub(crate) fn classes_changed(&mut self, classes: &[Value]) {
        bump_epoch();
        for class in classes {
            let Some(class) = class.cast::<Class>() else { continue };
            for &special in Special::ALL {
                class.forget_special(special);
            }
            let finaliser = class.special(self, Special::Del).is_some();
            class.set_flag(flags::FINALISER, finaliser);
        }
        self.forget_inline_caches();
    }

    /// Empties all inline caches.
    pub fn forget_inline_caches(&mut self) {
        self.stop_the_world(crate::interpreter::cache::clear_all);
    }

    /// Collects a class and all that derive from it.
    pub fn with_subclasses(&mut self, class: Ref<Class>, all: &mut RootVec) -> Result<(), Raised> {
        let from = all.as_slice().len();
        all.push(class.value());
        let mut at = from;
        while let Some(&class) = all.as_slice().get(at) {
            at += 1;
            let Some(class) = class.cast::<Class>() else { continue };
            let mut direct = RootVec::new();
            self.direct_subclasses(class, &mut direct)?;
            for &subclass in direct.as_slice() {
                if !all.as_slice().contains(&subclass) {
                    all.push(subclass);
                }
            }
        }
        Ok(())
    }

    /// Collects the classes that name `class` among their bases.
    pub fn direct_subclasses(
        &mut self,
        class: Ref<Class>,
        all: &mut RootVec,
    ) -> Result<(), Raised> {
        let Some(list) = class.subclasses.get().cast::<List>() else { return Ok(()) };
        let references = list.snapshot(self)?;
        for reference in references.as_slice() {
            if let Some(subclass) = reference.cast::<WeakRef>().and_then(|weak| weak.target()) {
                all.push(subclass);
            }
        }
        Ok(())
    }
}
