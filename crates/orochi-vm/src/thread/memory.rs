//! Allocation and the ownership barriers, as native code uses them.

use std::ptr::NonNull;

use super::Thread;
use crate::exception::Raised;
use crate::heap::{Header, OutOfMemory, ShapeId, Value};
use crate::object::{Immutable, Object, Read, Ref, Write, Write2};
use crate::shape::{Shape, shape_flags};

impl Thread {
    /// The owner word of new objects that need no barrier.
    #[inline(always)]
    fn immutable_owner() -> orochi_stm::OwnerBits {
        const { orochi_stm::OwnerBits::owned(0, 0, orochi_stm::owner::G).to_shared() }
    }

    /// Memory for an object of `size` bytes with its header written.
    ///
    /// # Safety
    /// The caller initialises every word the shape's layout names before anything else happens.
    #[inline(always)]
    pub(crate) unsafe fn allocate_raw<T>(
        &self,
        size: usize,
        shape: ShapeId,
    ) -> Result<*mut T, Raised> {
        // SAFETY: the thread is registered; the caller initialises.
        match unsafe { self.heap.alloc(size, self.stm.write_token(), shape) } {
            Ok(object) => Ok(object.as_ptr().cast()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }

    /// As [`Self::allocate_raw`], for an object that is never written after its construction.
    ///
    /// # Safety
    /// As there.
    #[inline(always)]
    pub(crate) unsafe fn allocate_raw_immutable<T>(
        &self,
        size: usize,
        shape: ShapeId,
    ) -> Result<*mut T, Raised> {
        // SAFETY: the thread is registered; the caller initialises.
        match unsafe { self.heap.alloc(size, Self::immutable_owner(), shape) } {
            Ok(object) => Ok(object.as_ptr().cast()),
            Err(OutOfMemory) => Err(self.memory_error()),
        }
    }

    /// Tells the collector of an object with a tail whose class may be one of the program's.
    #[inline]
    pub(crate) fn note_finaliser<T: Object>(&self, shape: &'static Shape, object: Ref<T>) {
        if shape.class.has(crate::class::flags::FINALISER) {
            self.heap.register_finaliser(NonNull::from(object.header()));
        }
    }

    /// Allocates an object without a tail; used by what [`heap_object!`](crate::heap_object)
    /// makes. The slots of a subclass instance start unbound.
    #[inline(always)]
    pub fn allocate_object<T: Object>(
        &self,
        shape: &'static Shape,
        make: impl FnOnce(Header) -> T,
    ) -> Result<Ref<T>, Raised> {
        debug_assert!(
            shape.native.extends(T::spec()),
            "{} is no {}",
            shape.native.name,
            T::spec().name
        );
        let size = shape.object_size as usize;
        let owner = if shape.has(shape_flags::IMMUTABLE) {
            Self::immutable_owner()
        } else {
            self.stm.write_token()
        };
        // SAFETY: the native part is written by `make`, the slots behind it below.
        unsafe {
            let Ok(object) = self.heap.alloc(size, owner, shape.id) else {
                return Err(self.memory_error());
            };
            let object = object.as_ptr().cast::<T>();
            object.write(make(object.cast::<Header>().read()));
            let mut at = shape.native.layout.size;
            while at < size {
                object.byte_add(at).cast::<Value>().write(Value::UNBOUND);
                at += 8;
            }
            if shape.class.has(crate::class::flags::FINALISER) {
                self.register_finaliser(NonNull::new_unchecked(object.cast()));
            }
            if shape.native.finalise.is_some() {
                self.heap.register_resource(NonNull::new_unchecked(object.cast()));
            }
            Ok(Ref::from_ptr(object))
        }
    }

    /// Passes the read barrier: the guard's fields may be read until the next release point.
    /// May wait (a release point before the guard exists).
    #[inline(always)]
    pub fn read<'t, T: Object>(&'t mut self, object: Ref<T>) -> Result<Read<'t, T>, Raised> {
        if !self.stm.can_read_compactly(&object.header().owner) {
            self.stm.claim_read(&object.header().owner, &*self)?;
        }
        // SAFETY: just passed.
        Ok(unsafe { Read::new(self, object) })
    }

    /// Passes the write barrier: the object is this thread's alone until the next release point.
    /// May wait (a release point before the guard exists).
    #[inline(always)]
    pub fn write<'t, T: Object>(&'t mut self, object: Ref<T>) -> Result<Write<'t, T>, Raised> {
        if !self.stm.can_write(&object.header().owner) {
            self.stm.claim_write(&object.header().owner, &*self)?;
        }
        // SAFETY: just passed.
        Ok(unsafe { Write::new(self, object) })
    }

    /// Holds two objects for writing at once.
    #[inline]
    pub fn write2<'t, A: Object, B: Object>(
        &'t mut self,
        first: Ref<A>,
        second: Ref<B>,
    ) -> Result<Write2<'t, A, B>, Raised> {
        let (a, b) = (&first.header().owner, &second.header().owner);
        if !self.stm.can_write(a) || !self.stm.can_write(b) {
            self.stm.claim_write2(a, b, &*self)?;
        }
        // SAFETY: both barriers just passed, together.
        Ok(unsafe { Write2 { first: Write::new(self, first), second: Write::new(self, second) } })
    }

    /// An immutable object held for reading; only so that generic code may treat all alike.
    #[inline(always)]
    pub fn read_immutable<T: Immutable>(&self, object: Ref<T>) -> &T {
        // SAFETY: immutable (A6), alive while it is in this frame.
        unsafe { object.unguarded() }
    }
}
