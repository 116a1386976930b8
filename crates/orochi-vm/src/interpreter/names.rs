//! Names in module, class and `exec` bodies, which live in a namespace mapping.

use super::{a, b, c, cache, d, finish, frame, get, globals, next, proceed, set, sync};
use orochi_compiler::bytecode::FOR_UPDATE;

use crate::class::Special;
use crate::exception::{Raised, classes};
use crate::handlers;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;

handlers! {
    fn load_name(th, pc, regs, word, table) {
        let cached = cache::load(pc.add(1));
        let function = frame::function(regs).callable();
        if get(regs, b(word)) == function.globals.get().value() && cached != 0 && cached & globals::TAGS != globals::BUILTIN {
            let cell = globals::cell_at(cached & !globals::TAGS);
            let held = if d(word) & FOR_UPDATE == 0 {
                th.stm.can_read(&cell.header().owner)
            } else {
                th.stm.can_write(&cell.header().owner)
            };
            if held {
                let value = cell.unguarded().value.get();
                if !value.is_unbound() {
                    set(regs, a(word), value);
                    return next(th, pc.add(2), regs, table);
                }
            }
        }
        load_name_slow(th, pc, regs, word, table)
    }

    #[cold]
    #[inline(never)]
    fn load_name_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let function = frame::function(regs).callable();
        let (dict, builtins) = (function.globals.get(), function.builtins.get());
        let (namespace, name) = (get(regs, b(word)), frame::name(regs, c(word)));
        let result = if d(word) & FOR_UPDATE != 0 && namespace == dict.value() {
            globals::lookup_to_update(th, pc, dict, builtins, name)
        } else {
            lookup(th, pc, namespace, dict, builtins, name)
        };
        finish(th, pc, regs, word, table, 2, result)
    }

    fn store_name(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let function = frame::function(regs).callable();
        let (namespace, name, value) = (get(regs, b(word)), frame::name(regs, c(word)), get(regs, a(word)));
        let result = if namespace == function.globals.get().value() {
            globals::assign(th, pc, function.globals.get(), name, value)
        } else {
            store(th, namespace, name, value)
        };
        proceed(th, pc, regs, table, 2, result)
    }

    fn del_name(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = delete(th, get(regs, b(word)), frame::name(regs, c(word)));
        proceed(th, pc, regs, table, 1, result)
    }

    fn lookup_name(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = find(th, get(regs, b(word)), frame::name(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn load_build_class(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let builtins = frame::function(regs).callable().builtins.get();
        let result = build_class(th, builtins);
        finish(th, pc, regs, word, table, 1, result)
    }

    fn load_common(th, pc, regs, word, table) {
        let class = if d(word) == 0 { &classes::ASSERTION_ERROR } else { &classes::NOT_IMPLEMENTED_ERROR };
        set(regs, a(word), class.class().value());
        next(th, pc.add(1), regs, table)
    }
}

#[inline(never)]
fn build_class(th: &mut Thread, builtins: Ref<Dict>) -> Result<Value, Raised> {
    match builtins.get_str(th, crate::name!(th, "__build_class__"))? {
        Some(function) => Ok(function),
        None => Err(th.name_error("__build_class__ not found")),
    }
}

/// The value of a name in a namespace; unbound if there is none.
#[inline(never)]
fn find(th: &mut Thread, namespace: Value, name: Ref<Str>) -> Result<Value, Raised> {
    if let Some(dict) = namespace.cast_exact::<Dict>() {
        return Ok(dict.get_str(th, name)?.unwrap_or(Value::UNBOUND));
    }
    match th.get_item(namespace, name.value()) {
        Ok(value) => Ok(value),
        Err(raised) if th.catch(raised, &classes::KEY_ERROR).is_some() => Ok(Value::UNBOUND),
        Err(raised) => Err(raised),
    }
}

#[inline(never)]
fn lookup(
    th: &mut Thread,
    pc: *const u64,
    namespace: Value,
    dict: Ref<Dict>,
    builtins: Ref<Dict>,
    name: Ref<Str>,
) -> Result<Value, Raised> {
    if namespace == dict.value() {
        return globals::lookup(th, pc, dict, builtins, name);
    }
    let found = find(th, namespace, name)?;
    if !found.is_unbound() {
        return Ok(found);
    }
    if let Some(value) = dict.get_str(th, name)? {
        return Ok(value);
    }
    match builtins.get_str(th, name)? {
        Some(value) => Ok(value),
        None => Err(globals::undefined(th, name)),
    }
}

#[inline(never)]
fn store(th: &mut Thread, namespace: Value, name: Ref<Str>, value: Value) -> Result<(), Raised> {
    match namespace.cast_exact::<Dict>() {
        Some(dict) => dict.set_str(th, name, value),
        None => th.set_item(namespace, name.value(), value),
    }
}

#[inline(never)]
fn delete(th: &mut Thread, namespace: Value, name: Ref<Str>) -> Result<(), Raised> {
    let found = match namespace.cast_exact::<Dict>() {
        Some(dict) => dict.delete_str(th, name)?.is_some(),
        None => match th.call_special(namespace, Special::DelItem, &[name.value()]) {
            Ok(_) => true,
            Err(raised) if th.catch(raised, &classes::KEY_ERROR).is_some() => false,
            Err(raised) => return Err(raised),
        },
    };
    if found { Ok(()) } else { Err(globals::undefined(th, name)) }
}
