//! Subscripts.

use orochi_compiler::bytecode::FOR_UPDATE;

use super::frame::{self, Action};
use super::{a, b, c, call, d, finish, get, next, proceed, s, set, sync};
use crate::class::Special;
use crate::exception::Raised;
use crate::handlers;
use crate::heap::Value;
use crate::native::NativeFn;
use crate::object::{Ref, ValueCast};
use crate::shape::{known, shape_flags, shape_of_object};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::{List, getitem as list_item};
use crate::types::slice::Slice;
use crate::types::str::getitem as str_item;
use crate::types::tuple::{Tuple, getitem as tuple_item};

/// The exact list in a value, if the thread owns it: type and barrier are one comparison, since
/// lists are the companion of the thread's token.
#[inline(always)]
pub(super) unsafe fn list_to_read(th: &Thread, value: Value) -> Option<Ref<List>> {
    // SAFETY: objects have headers; the shape tells the layout.
    unsafe {
        if value.is_object() && th.stm.owns_companion_to_read(value.bits() as *const u64) {
            return Some(Ref::from_ptr(value.bits() as *const List));
        }
    }
    None
}

/// The exact list in a value, if the thread may read it now, be it `Shared`.
#[inline(always)]
pub(super) unsafe fn readable_list(th: &Thread, value: Value) -> Option<Ref<List>> {
    if !value.is_object() {
        return None;
    }
    // SAFETY: as above.
    unsafe {
        let header = &*value.object_ptr();
        let readable = header.shape_relaxed() == known::LIST && th.stm.can_read(&header.owner);
        readable.then(|| Ref::from_ptr(value.bits() as *const List))
    }
}

/// The exact dict in a value.
#[inline(always)]
unsafe fn exact_dict(value: Value) -> Option<Ref<Dict>> {
    // SAFETY: as above.
    unsafe {
        if value.is_object() && (*value.object_ptr()).shape_relaxed() == known::DICT {
            return Some(Ref::from_ptr(value.bits() as *const Dict));
        }
    }
    None
}

/// The position of an index in a sequence of `length` items, or past its end.
#[inline(always)]
fn position(index: i64, length: usize) -> usize {
    if index < 0 { (index as usize).wrapping_add(length) } else { index as usize }
}

handlers! {
    fn get_item(th, pc, regs, word, table) {
        let (container, key) = (get(regs, b(word)), get(regs, c(word)));
        if key.is_int()
            && let Some(list) = list_to_read(th, container) {
                let items = list.unguarded().as_slice();
                if let Some(&item) = items.get(position(key.as_int(), items.len()))
                    && (d(word) & FOR_UPDATE == 0 || th.stm.can_write(&list.header().owner)) {
                        set(regs, a(word), item);
                        return next(th, pc.add(1), regs, table);
                    }
            }
        get_item_other(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn get_item_other(th, pc, regs, word, table) {
        let (container, key) = (get(regs, b(word)), get(regs, c(word)));
        if container.is_object() && d(word) & FOR_UPDATE == 0 {
            let native: NativeFn = match (*container.object_ptr()).shape_relaxed() {
                known::TUPLE => {
                    if key.is_int() {
                        let tuple: Ref<Tuple> = Ref::from_ptr(container.bits() as *const Tuple);
                        if let Some(&item) = tuple.as_slice().get(position(key.as_int(), tuple.len())) {
                            set(regs, a(word), item);
                            return next(th, pc.add(1), regs, table);
                        }
                    }
                    tuple_item
                }
                known::LIST => {
                    if key.is_int() && let Some(list) = readable_list(th, container) {
                        let items = list.unguarded().as_slice();
                        if let Some(&item) = items.get(position(key.as_int(), items.len())) {
                            set(regs, a(word), item);
                            return next(th, pc.add(1), regs, table);
                        }
                    }
                    list_item
                }
                known::STR => str_item,
                known::DICT => dict_item,
                _ => return get_item_general(th, pc, regs, word, table),
            };
            sync(th, pc, regs);
            let result = call_native(th, native, container, key);
            return finish(th, pc, regs, word, table, 1, result);
        }
        get_item_general(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn get_item_general(th, pc, regs, word, table) {
        let (container, key) = (get(regs, b(word)), get(regs, c(word)));
        sync(th, pc, regs);
        if d(word) & FOR_UPDATE == 0
            && let Some(method) = python_getter(th, container) {
                let window = th.top.get().add(frame::HEADER);
                *window.sub(3) = method;
                *window = container;
                *window.add(1) = key;
                frame::set_link(window, pc, regs, Action::Complete);
                return call::enter(th, pc, window, 2, table);
            }
        let result = lookup(th, container, key, d(word) & FOR_UPDATE != 0);
        finish(th, pc, regs, word, table, 1, result)
    }

    fn get_item_int(th, pc, regs, word, table) {
        let container = get(regs, b(word));
        if let Some(list) = list_to_read(th, container) {
            let items = list.unguarded().as_slice();
            if let Some(&item) = items.get(position(s(word) as i64, items.len()))
                && (d(word) & FOR_UPDATE == 0 || th.stm.can_write(&list.header().owner)) {
                    set(regs, a(word), item);
                    return next(th, pc.add(1), regs, table);
                }
        }
        get_item_int_other(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn get_item_int_other(th, pc, regs, word, table) {
        let container = get(regs, b(word));
        if container.is_object() && (*container.object_ptr()).shape_relaxed() == known::TUPLE {
            let tuple: Ref<Tuple> = Ref::from_ptr(container.bits() as *const Tuple);
            let item = tuple.get(position(s(word) as i64, tuple.len()));
            if !item.is_unbound() {
                set(regs, a(word), item);
                return next(th, pc.add(1), regs, table);
            }
        }
        if container.is_object() && d(word) & FOR_UPDATE == 0
            && let Some(list) = readable_list(th, container) {
                let items = list.unguarded().as_slice();
                if let Some(&item) = items.get(position(s(word) as i64, items.len())) {
                    set(regs, a(word), item);
                    return next(th, pc.add(1), regs, table);
                }
            }
        sync(th, pc, regs);
        let key = Value::from_i32(s(word) as i32);
        let result = lookup(th, container, key, d(word) & FOR_UPDATE != 0);
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn get_slice(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = slice(th, get(regs, b(word)), get(regs, c(word)), get(regs, c(word) + 1));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn set_item(th, pc, regs, word, table) {
        let (container, key) = (get(regs, a(word)), get(regs, b(word)));
        if key.is_int()
            && container.is_object()
            && th.stm.owns_companion_to_write(container.bits() as *const u64) {
                let list: Ref<List> = Ref::from_ptr(container.bits() as *const List);
                let fields = list.unguarded();
                let at = position(key.as_int(), fields.len());
                if at < fields.len() {
                    fields.items.get().put_logged(at, get(regs, c(word)));
                    return next(th, pc.add(1), regs, table);
                }
            }
        set_item_other(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn set_item_other(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = assign(th, get(regs, a(word)), get(regs, b(word)), get(regs, c(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn del_item(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = th.delete_item(get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }
}

/// A Python `__getitem__` that a plain frame can run.
#[inline(never)]
fn python_getter(th: &Thread, container: Value) -> Option<Value> {
    if !container.is_object() {
        return None;
    }
    let method = th.class_of(container).special(th, Special::GetItem)?;
    let code = frame::as_function(method)?.code();
    (code.simple.get() != 0 && code.arg_count.get() == 2).then_some(method)
}

/// Apart from the handler: an array on the native stack would keep that from ending in a sibling call.
#[inline(never)]
fn call_native(
    th: &mut Thread,
    native: NativeFn,
    container: Value,
    key: Value,
) -> Result<Value, Raised> {
    native(th, &[container, key])
}

#[inline(never)]
fn dict_item(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    // SAFETY: called for exact dicts only.
    let dict: Ref<Dict> = unsafe { Ref::from_ptr(args[0].bits() as *const Dict) };
    match dict.get(th, args[1])? {
        Some(value) => Ok(value),
        None => Err(th.key_error(args[1])),
    }
}

#[inline(never)]
fn lookup(th: &mut Thread, container: Value, key: Value, update: bool) -> Result<Value, Raised> {
    // SAFETY: only the shape is looked at.
    let dict = unsafe { exact_dict(container) };
    if update && container.is_object() && !shape_of_object(container).has(shape_flags::IMMUTABLE) {
        // An in-place statement: hold the target for writing before it is read.
        th.claim_write_object(container)?;
    }
    if let Some(dict) = dict {
        return match dict.get(th, key)? {
            Some(value) => Ok(value),
            None => Err(th.key_error(key)),
        };
    }
    th.get_item(container, key)
}

#[inline(never)]
fn assign(th: &mut Thread, container: Value, key: Value, value: Value) -> Result<(), Raised> {
    // SAFETY: only the shape is looked at.
    if let Some(dict) = unsafe { exact_dict(container) } {
        return dict.set(th, key, value);
    }
    if let Some(list) = container.cast_exact::<List>() {
        if list.header().owner.peek().is_shared() && key.is_int() {
            // What says already what it is to say is not taken from whoever reads it.
            let guard = th.read(list)?;
            let at = position(key.as_int(), guard.len());
            if at < guard.len() && guard.items.get().get(at) == value {
                return Ok(());
            }
        }
        return crate::types::list::setitem(th, &[container, key, value]).map(drop);
    }
    th.set_item(container, key, value)
}

#[inline(never)]
fn slice(th: &mut Thread, container: Value, low: Value, high: Value) -> Result<Value, Raised> {
    if let Some(result) = crate::types::slice::fast(th, container, low, high) {
        return result;
    }
    let slice = Slice::new(th, low, high, Value::NONE)?;
    th.get_item(container, slice.value())
}
