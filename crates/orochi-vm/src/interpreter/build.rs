//! Building containers, strings and slices.

use super::{a, b, c, d, finish, get, next, proceed, set, sync};
use crate::exception::{Raised, classes};
use crate::handlers;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::shape::known;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::template;
use crate::types::tuple::Tuple;

handlers! {
    #[inline(never)]
    fn build_tuple(th, pc, regs, word, table) {
        let result = Tuple::from_slice(th, items(regs, b(word), c(word))).map(Ref::value);
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_list(th, pc, regs, word, table) {
        let result = List::from_slice(th, items(regs, b(word), c(word))).map(Ref::value);
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_set(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = new_set(th, items(regs, b(word), c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_dict(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = new_dict(th, items(regs, b(word), 2 * c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_string(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = th.concatenate(items(regs, b(word), c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_slice(th, pc, regs, word, table) {
        let from = b(word);
        let step = if d(word) == 3 { get(regs, from + 2) } else { Value::NONE };
        let result = Slice::new(th, get(regs, from), get(regs, from + 1), step).map(Ref::value);
        finish(th, pc, regs, word, table, 1, result)
    }

    fn list_append(th, pc, regs, word, table) {
        let list: Ref<List> = Ref::from_ptr(get(regs, a(word)).bits() as *const List);
        if th.stm.can_write(&list.header().owner) {
            let fields = list.unguarded();
            let length = fields.len();
            if length < fields.items.get().capacity() {
                fields.items.get().put_logged(length, get(regs, b(word)));
                fields.length.set(&crate::object::Writing::assume(), length + 1);
                return next(th, pc.add(1), regs, table);
            }
        }
        list_append_slow(th, pc, regs, word, table)
    }

    #[inline(never)]
    fn list_append_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = append(th, get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn set_add(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = add_to_set(th, get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn dict_add(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let dict: Ref<Dict> = Ref::from_ptr(get(regs, a(word)).bits() as *const Dict);
        let result = dict.set(th, get(regs, b(word)), get(regs, c(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn list_extend(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = extend(th, get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn set_update(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = update_set(th, get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn dict_update(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = update_dict(th, get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn dict_merge(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = merge(th, get(regs, a(word)), get(regs, b(word)), get(regs, c(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    #[inline(never)]
    fn list_to_tuple(th, pc, regs, word, table) {
        let list: Ref<List> = Ref::from_ptr(get(regs, b(word)).bits() as *const List);
        let result = Tuple::from_slice(th, list.unguarded().as_slice()).map(Ref::value);
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn format(th, pc, regs, word, table) {
        let value = get(regs, b(word));
        // A string formatted as it is stays what it is.
        if d(word) & 7 <= 1 && value.is_object() && (*value.object_ptr()).shape_relaxed() == known::STR {
            set(regs, a(word), value);
            return next(th, pc.add(1), regs, table);
        }
        sync(th, pc, regs);
        let spec = if d(word) & 4 != 0 { get(regs, c(word)) } else { Value::UNBOUND };
        let result = formatted(th, value, d(word) & 3, spec);
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_interpolation(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = template::new_interpolation(th, items(regs, b(word), 4));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn build_template(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = template::new_template(th, get(regs, b(word)), get(regs, b(word) + 1));
        finish(th, pc, regs, word, table, 1, result)
    }
}

/// So many registers from `from` on.
#[inline(always)]
unsafe fn items<'a>(regs: *mut Value, from: usize, count: usize) -> &'a [Value] {
    // SAFETY: the operands lie in the window (validator).
    unsafe { std::slice::from_raw_parts(regs.add(from), count) }
}

#[inline(never)]
fn new_set(th: &mut Thread, items: &[Value]) -> Result<Value, Raised> {
    let set = Set::new(th)?;
    for &item in items {
        set.add(th, item)?;
    }
    Ok(set.value())
}

#[inline(never)]
fn new_dict(th: &mut Thread, pairs: &[Value]) -> Result<Value, Raised> {
    let dict = Dict::with_capacity(th, pairs.len() / 2)?;
    for pair in pairs.chunks_exact(2) {
        dict.set(th, pair[0], pair[1])?;
    }
    Ok(dict.value())
}

#[inline(never)]
fn append(th: &mut Thread, list: Value, item: Value) -> Result<(), Raised> {
    match list.cast::<List>() {
        Some(list) => th.write(list)?.push(item),
        None => Ok(()),
    }
}

#[inline(never)]
fn add_to_set(th: &mut Thread, set: Value, item: Value) -> Result<(), Raised> {
    // The set of executed annotations stands under a name that the program may bind to anything.
    match set.cast::<Set>() {
        Some(set) => set.add(th, item).map(drop),
        None => {
            let kind = th.type_name(set);
            Err(th.type_error(format!("'{kind}' object is not a set")))
        }
    }
}

#[inline(never)]
fn extend(th: &mut Thread, list: Value, source: Value) -> Result<(), Raised> {
    let Some(list) = list.cast::<List>() else { return Ok(()) };
    let mut items = RootVec::new();
    if let Err(raised) = th.collect(source, &mut items) {
        if !is_iterable(th, source) && th.catch(raised, &classes::TYPE_ERROR).is_some() {
            return Err(th.type_error(format!(
                "Value after * must be an iterable, not {}",
                th.type_name(source)
            )));
        }
        return Err(raised);
    }
    let list = th.write(list)?;
    for &item in items.as_slice() {
        list.push(item)?;
    }
    Ok(())
}

/// Whether the class of `value` claims that its instances can be iterated.
fn is_iterable(th: &Thread, value: Value) -> bool {
    let class = th.class_of(value);
    class.special(th, crate::class::Special::Iter).is_some()
        || class.special(th, crate::class::Special::GetItem).is_some()
}

/// What to raise when `args` of a call `function(*args)` could not be iterated: `raised`, or the
/// error that names the function.
#[cold]
#[inline(never)]
pub(super) fn refused_arguments(
    th: &mut Thread,
    function: Value,
    args: Value,
    raised: Raised,
) -> Raised {
    if is_iterable(th, args) || th.catch(raised, &classes::TYPE_ERROR).is_none() {
        return raised;
    }
    match callable_name(th, function) {
        Ok(name) => th.type_error(format!(
            "{name} argument after * must be an iterable, not {}",
            th.type_name(args)
        )),
        Err(raised) => raised,
    }
}

#[inline(never)]
fn update_set(th: &mut Thread, set: Value, source: Value) -> Result<(), Raised> {
    let Some(set) = set.cast::<Set>() else { return Ok(()) };
    let mut items = RootVec::new();
    th.collect(source, &mut items)?;
    for &item in items.as_slice() {
        set.add(th, item)?;
    }
    Ok(())
}

/// Hands the pairs of a mapping to `each`; whether `source` is one.
fn for_each_pair(
    th: &mut Thread,
    source: Value,
    each: &mut dyn FnMut(&mut Thread, Value, Value) -> Result<(), Raised>,
) -> Result<bool, Raised> {
    if let Some(dict) = source.cast_exact::<Dict>() {
        let mut position = 0;
        while let Some((key, value, next)) = dict.entry_from(th, position)? {
            each(th, key, value)?;
            position = next;
        }
        return Ok(true);
    }
    let Some(keys) = th.find_attribute(source, crate::name!(th, "keys"))? else { return Ok(false) };
    let keys = th.call(keys, &[])?;
    let keys = th.iterate(keys)?;
    while let Some(key) = th.next(keys)? {
        let value = th.get_item(source, key)?;
        each(th, key, value)?;
    }
    Ok(true)
}

#[inline(never)]
fn update_dict(th: &mut Thread, dict: Value, source: Value) -> Result<(), Raised> {
    let Some(dict) = dict.cast::<Dict>() else { return Ok(()) };
    if for_each_pair(th, source, &mut |th, key, value| dict.set(th, key, value))? {
        return Ok(());
    }
    Err(th.type_error(format!("'{}' object is not a mapping", th.type_name(source))))
}

#[inline(never)]
fn merge(th: &mut Thread, dict: Value, source: Value, function: Value) -> Result<(), Raised> {
    let Some(dict) = dict.cast::<Dict>() else { return Ok(()) };
    let mut add = |th: &mut Thread, key: Value, value: Value| {
        if key.cast::<Str>().is_none() {
            return Err(th.type_error("keywords must be strings"));
        }
        if dict.get(th, key)?.is_some() {
            let name = callable_name(th, function)?;
            let key = th.display_str(key);
            return Err(
                th.type_error(format!("{name} got multiple values for keyword argument '{key}'"))
            );
        }
        dict.set(th, key, value)
    };
    if for_each_pair(th, source, &mut add)? {
        return Ok(());
    }
    let name = callable_name(th, function)?;
    Err(th.type_error(format!(
        "{name} argument after ** must be a mapping, not {}",
        th.type_name(source)
    )))
}

/// How messages about a call name the callable: `module.qualname()`.
fn callable_name(th: &mut Thread, function: Value) -> Result<String, Raised> {
    let Some(qualname) = th.find_attribute(function, crate::name!(th, "__qualname__"))? else {
        let text = th.str(function)?;
        return Ok(text.display());
    };
    let module = th.find_attribute(function, crate::name!(th, "__module__"))?;
    let prefix = match module.and_then(|m| m.cast::<Str>()) {
        Some(module) if module.display() != "builtins" => format!("{}.", module.display()),
        _ => String::new(),
    };
    Ok(format!("{prefix}{}()", th.display_str(qualname)))
}

#[inline(never)]
fn formatted(th: &mut Thread, value: Value, conversion: u8, spec: Value) -> Result<Value, Raised> {
    let value = match conversion {
        1 => th.str(value)?.value(),
        2 => th.repr(value)?.value(),
        3 => th.ascii(value)?.value(),
        _ => value,
    };
    if spec.is_unbound() {
        if value.cast_exact::<Str>().is_some() {
            return Ok(value);
        }
        return th.format(value, th.vm.empty_str.get().value());
    }
    th.format(value, spec)
}
