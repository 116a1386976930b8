//! The ring: an array whose length is a power of two, the position of the first item, and how many
//! there are.

use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, Write};
use orochi_vm::shape::Shape;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::ValueArray;

use super::DEQUE;

heap_object! {
    /// `collections.deque`
    pub struct Deque: DEQUE {
        values {}
        storage {
            /// The ring; its capacity is zero or a power of two.
            ring: Ref<ValueArray>,
        }
        data {
            /// Where the first item is.
            head: usize,
            /// How many items there are.
            length: usize,
            /// How many there may be; negative without a limit.
            limit: i64,
            /// Counts changes of the number or order of items.
            changes: u64,
        }
    }
}

/// The least room.
const LEAST: usize = 8;
/// Room that is not given back.
const KEPT: usize = 64;

impl Deque {
    /// An empty deque.
    pub fn new_as(th: &Thread, shape: &'static Shape, limit: i64) -> Result<Ref<Deque>, Raised> {
        Deque::allocate_as(th, shape, ValueArray::empty(th)?, 0, 0, limit, 0)
    }

    /// How many items there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.length.get()
    }

    #[inline]
    fn place(&self, index: usize) -> usize {
        (self.head.get() + index) & (self.ring.get().capacity() - 1)
    }

    /// The item at an index, which exists.
    #[inline]
    pub fn get(&self, index: usize) -> Value {
        self.ring.get().get(self.place(index))
    }

    /// Whether there is a limit and it is reached.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.limit.get() >= 0 && self.len() as i64 >= self.limit.get()
    }

    /// Copies the items.
    pub fn copy_to(&self, items: &mut RootVec) {
        for index in 0..self.len() {
            items.push(self.get(index));
        }
    }
}

/// Operations under a guard.
pub trait Ring {
    /// Sets the item at an index, which exists.
    fn put(&self, index: usize, item: Value);
    /// Adds an item at the end; what falls out at the other end if there is a limit.
    fn push_back(&self, item: Value) -> Result<(), Raised>;
    /// Adds an item at the beginning; what falls out at the other end if there is a limit.
    fn push_front(&self, item: Value) -> Result<(), Raised>;
    /// Takes the last item.
    fn take_back(&self) -> Result<Option<Value>, Raised>;
    /// Takes the first item.
    fn take_front(&self) -> Result<Option<Value>, Raised>;
    /// Puts an item before the one at `index`, which may be the length.
    fn insert(&self, index: usize, item: Value) -> Result<(), Raised>;
    /// Removes the item at an index, which exists.
    fn remove(&self, index: usize) -> Result<(), Raised>;
    /// Moves the first `count` items behind the others.
    fn rotate_left(&self, count: usize);
    /// Replaces all items.
    fn replace(&self, items: &[Value]) -> Result<(), Raised>;
    /// Says that items came, went or moved.
    fn changed(&self);
}

trait Room {
    fn reserve(&self) -> Result<(), Raised>;
    fn shrink(&self) -> Result<(), Raised>;
    fn resize(&self, capacity: usize) -> Result<(), Raised>;
    fn set_length(&self, length: usize);
}

impl Room for Write<'_, Deque> {
    #[inline]
    fn reserve(&self) -> Result<(), Raised> {
        let capacity = self.ring.get().capacity();
        if self.len() < capacity {
            return Ok(());
        }
        match capacity.checked_mul(2) {
            Some(double) => self.resize(double.max(LEAST)),
            None => Err(self.thread().memory_error()),
        }
    }

    fn shrink(&self) -> Result<(), Raised> {
        let capacity = self.ring.get().capacity();
        if capacity > KEPT && self.len() < capacity / 8 {
            self.resize(capacity / 4)
        } else {
            Ok(())
        }
    }

    #[cold]
    fn resize(&self, capacity: usize) -> Result<(), Raised> {
        let ring = ValueArray::new(self.thread(), capacity)?;
        for index in 0..self.len() {
            ring.put(index, self.get(index));
        }
        self.ring.set(self.token(), ring);
        self.head.set(self.token(), 0);
        Ok(())
    }

    #[inline]
    fn set_length(&self, length: usize) {
        self.length.set(self.token(), length);
        self.changed();
    }
}

impl Ring for Write<'_, Deque> {
    fn put(&self, index: usize, item: Value) {
        self.ring.get().put(self.place(index), item);
    }

    fn push_back(&self, item: Value) -> Result<(), Raised> {
        if self.is_full() {
            if self.limit.get() == 0 {
                return Ok(());
            }
            self.take_front()?;
        }
        self.reserve()?;
        let length = self.len();
        self.put(length, item);
        self.set_length(length + 1);
        Ok(())
    }

    fn push_front(&self, item: Value) -> Result<(), Raised> {
        if self.is_full() {
            if self.limit.get() == 0 {
                return Ok(());
            }
            self.take_back()?;
        }
        self.reserve()?;
        let head = self.head.get().wrapping_sub(1) & (self.ring.get().capacity() - 1);
        self.ring.get().put(head, item);
        self.head.set(self.token(), head);
        self.set_length(self.len() + 1);
        Ok(())
    }

    fn take_back(&self) -> Result<Option<Value>, Raised> {
        let Some(last) = self.len().checked_sub(1) else { return Ok(None) };
        let item = self.get(last);
        self.put(last, Value::UNBOUND);
        self.set_length(last);
        self.shrink()?;
        Ok(Some(item))
    }

    fn take_front(&self) -> Result<Option<Value>, Raised> {
        let Some(left) = self.len().checked_sub(1) else { return Ok(None) };
        let item = self.get(0);
        self.put(0, Value::UNBOUND);
        self.head.set(self.token(), self.place(1));
        self.set_length(left);
        self.shrink()?;
        Ok(Some(item))
    }

    fn insert(&self, index: usize, item: Value) -> Result<(), Raised> {
        let length = self.len();
        if index * 2 < length {
            self.push_front(item)?;
            for at in 0..index {
                self.put(at, self.get(at + 1));
            }
        } else {
            self.push_back(item)?;
            for at in (index..length).rev() {
                self.put(at + 1, self.get(at));
            }
        }
        self.put(index, item);
        Ok(())
    }

    fn remove(&self, index: usize) -> Result<(), Raised> {
        let length = self.len();
        if index * 2 < length {
            for at in (0..index).rev() {
                self.put(at + 1, self.get(at));
            }
            self.take_front()?;
        } else {
            for at in index + 1..length {
                self.put(at - 1, self.get(at));
            }
            self.take_back()?;
        }
        Ok(())
    }

    fn rotate_left(&self, count: usize) {
        let (length, capacity) = (self.len(), self.ring.get().capacity());
        if length == 0 || count == 0 {
            return;
        }
        // The shorter part moves.
        if count <= length - count {
            for _ in 0..count {
                let item = self.get(0);
                self.put(0, Value::UNBOUND);
                self.head.set(self.token(), self.place(1));
                self.put(length - 1, item);
            }
        } else {
            for _ in 0..length - count {
                let item = self.get(length - 1);
                self.put(length - 1, Value::UNBOUND);
                let head = self.head.get().wrapping_sub(1) & (capacity - 1);
                self.head.set(self.token(), head);
                self.put(0, item);
            }
        }
        self.changed();
    }

    fn replace(&self, items: &[Value]) -> Result<(), Raised> {
        let capacity =
            if items.is_empty() { 0 } else { items.len().next_power_of_two().max(LEAST) };
        let ring = if capacity == 0 {
            ValueArray::empty(self.thread())?
        } else {
            ValueArray::from_slice(self.thread(), items, capacity)?
        };
        self.ring.set(self.token(), ring);
        self.head.set(self.token(), 0);
        self.set_length(items.len());
        Ok(())
    }

    #[inline]
    fn changed(&self) {
        self.changes.set(self.token(), self.changes.get().wrapping_add(1));
    }
}
