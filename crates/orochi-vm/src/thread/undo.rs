//! The undo log of atomic blocks: what the claim path's hook records.
//!
//! A first write to an object in a block logs a copy of its words; replay puts them back in
//! reverse order. Plain code never gets here.

use orochi_stm::OwnerWord;

use super::Thread;
use crate::heap::{Header, RootVec, Value, layout_of, set_value_at, value_at};

/// The log of one thread: for each object, its address, the number of words, and the words.
/// Words that are no values are kept as small integers in two halves.
#[derive(Default)]
pub(crate) struct UndoLog {
    entries: RootVec,
}

/// A word as two values that the collector may look at: its high and low half.
fn halves(word: u64) -> [Value; 2] {
    [Value::from_i32((word >> 32) as i32), Value::from_i32(word as i32)]
}

fn joined(high: Value, low: Value) -> u64 {
    (high.as_int() as u32 as u64) << 32 | low.as_int() as u32 as u64
}

/// Copies the object's words behind its header.
pub(crate) fn log(th: &Thread, word: &OwnerWord) {
    let object = std::ptr::from_ref(word).cast::<Header>();
    // SAFETY: owner words are the first word of live objects; the thread owns this one.
    unsafe {
        let words = layout_of(object).size_of(object) / 8 - 1;
        let mut log = th.undo.borrow_mut();
        for at in 1..=words {
            let value = value_at(object, 8 * at);
            // References must keep their objects alive; everything is kept bit by bit too.
            log.entries.push(if value.is_object() && is_reference(object, 8 * at) {
                value
            } else {
                Value::NONE
            });
            for half in halves(value.bits()) {
                log.entries.push(half);
            }
        }
        let shape = (*object).shape_relaxed().0;
        log.entries.push(Value::from_bits(object as u64));
        log.entries.push(Value::from_i32(words as i32));
        log.entries.push(Value::from_i32(shape as i32));
    }
}

/// Whether the word at an offset is one that the collector traces.
unsafe fn is_reference(object: *const Header, offset: usize) -> bool {
    // SAFETY: as for `log`.
    unsafe {
        let wanted = value_at(object, offset);
        let mut found = false;
        layout_of(object).references(object, &mut |value| found |= value == wanted);
        found
    }
}

/// Puts everything back, newest first.
pub(crate) fn replay(th: &Thread) {
    let mut log = th.undo.borrow_mut();
    while let (Some(shape), Some(words), Some(object)) =
        (log.entries.pop(), log.entries.pop(), log.entries.pop())
    {
        let object = object.object_ptr();
        for at in (1..=words.as_int() as usize).rev() {
            let (Some(low), Some(high), Some(_)) =
                (log.entries.pop(), log.entries.pop(), log.entries.pop())
            else {
                return;
            };
            // SAFETY: logged from this object, which the thread still owns.
            unsafe { set_value_at(object, 8 * at, Value::from_bits(joined(high, low))) };
        }
        // SAFETY: as above; shapes of one object have the same size.
        unsafe { (*object).set_shape(crate::heap::ShapeId(shape.as_int() as u32)) };
    }
}

/// The block has committed: nothing will be undone.
pub(crate) fn forget(th: &Thread) {
    th.undo.borrow_mut().entries.clear();
}
