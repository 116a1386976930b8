//! Iteration and unpacking.

use super::item::{list_to_read, readable_list};
use super::{a, b, c, d, exception, finish, generator, get, jump, next, proceed, set, sync};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast, Writing};
use crate::shape::known;
use crate::thread::Thread;
use crate::types::iterators::{ListIterator, RangeIterator, TupleIterator};
use crate::types::list::List;
use crate::types::tuple::Tuple;

handlers! {
    fn get_iter(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = th.iterate(get(regs, b(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn for_iter(th, pc, regs, word, table) {
        let iterator = get(regs, b(word));
        debug_assert!(iterator.is_object());
        let shape = (*iterator.object_ptr()).shape_relaxed();
        if shape == known::RANGE_ITERATOR {
            let range: Ref<RangeIterator> = Ref::from_ptr(iterator.bits() as *const RangeIterator);
            if th.stm.can_write(&range.header().owner) {
                let fields = range.unguarded();
                let left = fields.left.get();
                if left == 0 {
                    return jump::taken_iteration(th, pc, regs, word, table);
                }
                let current = fields.current.get();
                fields.left.set(&Writing::assume(), left - 1);
                fields.current.set(&Writing::assume(), current + fields.step.get());
                set(regs, a(word), Value::int_unchecked(current));
                return next(th, pc.add(2), regs, table);
            }
        }
        if shape == known::LIST_ITERATOR {
            return for_list(th, pc, regs, word, table);
        }
        for_other(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn for_list(th, pc, regs, word, table) {
        let iterator = get(regs, b(word));
        let iterator: Ref<ListIterator> = Ref::from_ptr(iterator.bits() as *const ListIterator);
        if th.stm.can_write(&iterator.header().owner) {
            let fields = iterator.unguarded();
            let list = fields.list.get();
            if let Some(list) = list_to_read(th, list).or_else(|| readable_list(th, list)) {
                let index = fields.index.get();
                if let Some(&item) = list.unguarded().as_slice().get(index) {
                    fields.index.set(&Writing::assume(), index + 1);
                    set(regs, a(word), item);
                    return next(th, pc.add(2), regs, table);
                }
                fields.list.set(&Writing::assume(), Value::UNBOUND);
                return jump::taken_iteration(th, pc, regs, word, table);
            }
        }
        for_other(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn for_other(th, pc, regs, word, table) {
        let iterator = get(regs, b(word));
        let shape = (*iterator.object_ptr()).shape_relaxed();
        if shape == known::TUPLE_ITERATOR {
            let tuples: Ref<TupleIterator> = Ref::from_ptr(iterator.bits() as *const TupleIterator);
            if th.stm.can_write(&tuples.header().owner) {
                let fields = tuples.unguarded();
                if let Some(tuple) = fields.tuple.get().cast::<Tuple>() {
                    let index = fields.index.get();
                    if let Some(&item) = tuple.as_slice().get(index) {
                        fields.index.set(&Writing::assume(), index + 1);
                        set(regs, a(word), item);
                        return next(th, pc.add(2), regs, table);
                    }
                }
            }
        }
        sync(th, pc, regs);
        if shape == known::GENERATOR && generator::is_idle(th, iterator) {
            th.operands.set((Value::NONE, iterator));
            return generator::resume_inline(th, pc, regs, iterator.bits(), table);
        }
        let result = if shape == known::RANGE_ITERATOR {
            next_of_range(th, iterator)
        } else {
            advance(th, iterator)
        };
        match result {
            Ok(item) if item.is_unbound() => jump::taken_iteration(th, pc, regs, word, table),
            Ok(item) => {
                set(regs, a(word), item);
                next(th, pc.add(2), regs, table)
            }
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }

    fn unpack(th, pc, regs, word, table) {
        let source = get(regs, b(word));
        let count = c(word);
        if source.is_object() && (*source.object_ptr()).shape_relaxed() == known::TUPLE {
            let tuple: Ref<Tuple> = Ref::from_ptr(source.bits() as *const Tuple);
            if tuple.len() == count {
                let mut at = 0;
                while at < count {
                    std::ptr::write_volatile(regs.add(a(word) + at), tuple.get(at));
                    at += 1;
                }
                return next(th, pc.add(1), regs, table);
            }
        }
        if let Some(list) = list_to_read(th, source) {
            let items = list.unguarded().as_slice();
            if items.len() == count {
                let mut at = 0;
                while at < count {
                    std::ptr::write_volatile(regs.add(a(word) + at), items[at]);
                    at += 1;
                }
                return next(th, pc.add(1), regs, table);
            }
        }
        unpack_slow(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn unpack_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = unpack_into(th, regs, a(word), get(regs, b(word)), c(word));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn unpack_ex(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = unpack_starred(th, regs, a(word), get(regs, b(word)), c(word), d(word) as usize);
        proceed(th, pc, regs, table, 1, result)
    }
}

/// As [`advance`] for a range iterator that the thread does not own yet, or no longer.
#[inline(never)]
fn next_of_range(th: &mut Thread, iterator: Value) -> Result<Value, Raised> {
    // SAFETY: of the shape of range iterators, which no object ever changes.
    let range: Ref<RangeIterator> = unsafe { Ref::from_ptr(iterator.bits() as *const _) };
    let fields = th.write(range)?;
    let (left, current) = (fields.left.get(), fields.current.get());
    if left == 0 {
        return Ok(Value::UNBOUND);
    }
    fields.left.set(fields.token(), left - 1);
    fields.current.set(fields.token(), current + fields.step.get());
    Ok(Value::int_unchecked(current))
}

/// The next item; unbound when there is none.
#[inline(never)]
fn advance(th: &mut Thread, iterator: Value) -> Result<Value, Raised> {
    Ok(th.next(iterator)?.unwrap_or(Value::UNBOUND))
}

/// An iterator over what is unpacked, with the message of an assignment.
fn iterate_unpacked(th: &mut Thread, source: Value) -> Result<Value, Raised> {
    let class = th.class_of(source);
    let iterable =
        class.special(th, crate::class::Special::Iter).is_some_and(|iter| !iter.is_none())
            || class.special(th, crate::class::Special::GetItem).is_some();
    if !iterable {
        return Err(
            th.type_error(format!("cannot unpack non-iterable {} object", class.display_name()))
        );
    }
    th.iterate(source)
}

#[cold]
#[inline(never)]
unsafe fn unpack_into(
    th: &mut Thread,
    regs: *mut Value,
    to: usize,
    source: Value,
    count: usize,
) -> Result<(), Raised> {
    let mut items = RootVec::new();
    let mut given = None;
    if let Some(list) = source.cast_exact::<List>() {
        let list = th.read(list)?;
        given = Some(list.len());
        for &item in list.as_slice().iter().take(count + 1) {
            items.push(item);
        }
    } else {
        if let Some(tuple) = source.cast_exact::<Tuple>() {
            given = Some(tuple.len());
        }
        let iterator = iterate_unpacked(th, source)?;
        while items.as_slice().len() <= count {
            match th.next(iterator)? {
                Some(item) => items.push(item),
                None => break,
            }
        }
    }
    let got = items.as_slice().len();
    if got > count {
        let message = match given {
            Some(given) => format!("too many values to unpack (expected {count}, got {given})"),
            None => format!("too many values to unpack (expected {count})"),
        };
        return Err(th.value_error(message));
    }
    if got < count {
        return Err(
            th.value_error(format!("not enough values to unpack (expected {count}, got {got})"))
        );
    }
    for (at, &item) in items.as_slice().iter().enumerate() {
        // SAFETY: the registers lie in the window (validator).
        unsafe { set(regs, to + at, item) };
    }
    Ok(())
}

#[inline(never)]
unsafe fn unpack_starred(
    th: &mut Thread,
    regs: *mut Value,
    to: usize,
    source: Value,
    before: usize,
    after: usize,
) -> Result<(), Raised> {
    let mut items = RootVec::new();
    let iterator = iterate_unpacked(th, source)?;
    while let Some(item) = th.next(iterator)? {
        items.push(item);
    }
    let items = items.as_slice();
    if items.len() < before + after {
        return Err(th.value_error(format!(
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            items.len()
        )));
    }
    let rest = &items[before..items.len() - after];
    let list = List::from_slice(th, rest)?;
    // SAFETY: the registers lie in the window (validator).
    unsafe {
        for (at, &item) in items[..before].iter().enumerate() {
            set(regs, to + at, item);
        }
        set(regs, to + before, list.value());
        for (at, &item) in items[items.len() - after..].iter().enumerate() {
            set(regs, to + before + 1 + at, item);
        }
    }
    Ok(())
}
