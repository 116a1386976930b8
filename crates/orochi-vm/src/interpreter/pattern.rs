//! Pattern matching.

use super::{a, b, c, finish, get, next, set, sync};
use crate::class::{Class, flags};
use crate::exception::Raised;
use crate::handlers;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

handlers! {
    #[inline(never)]
    fn match_class(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let from = b(word);
        let (subject, class, names) = (get(regs, from), get(regs, from + 1), get(regs, from + 2));
        let result = class_pattern(th, subject, class, names, c(word));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn match_mapping(th, pc, regs, word, table) {
        let found = th.class_of(get(regs, b(word))).has(flags::MAPPING);
        set(regs, a(word), Value::from_bool(found));
        next(th, pc.add(1), regs, table)
    }

    fn match_sequence(th, pc, regs, word, table) {
        let found = th.class_of(get(regs, b(word))).has(flags::SEQUENCE);
        set(regs, a(word), Value::from_bool(found));
        next(th, pc.add(1), regs, table)
    }

    #[inline(never)]
    fn match_keys(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = key_values(th, get(regs, b(word)), get(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn match_rest(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = rest(th, get(regs, b(word)), get(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    #[inline(never)]
    fn get_len(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = length(th, get(regs, b(word)));
        finish(th, pc, regs, word, table, 1, result)
    }
}

#[inline(never)]
fn length(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    let length = th.length(value)?;
    th.int_from_i64(length as i64)
}

/// The attributes that a class pattern looks at, or None if the subject does not match.
#[inline(never)]
fn class_pattern(
    th: &mut Thread,
    subject: Value,
    class: Value,
    names: Value,
    positional: usize,
) -> Result<Value, Raised> {
    let Some(wanted) = class.cast::<Class>() else {
        return Err(th.type_error("called match pattern must be a class"));
    };
    if !th.isinstance(subject, class)? {
        return Ok(Value::NONE);
    }
    let mut found = RootVec::new();
    let mut seen = RootVec::new();
    if positional > 0 {
        let match_args = th.find_attribute(class, crate::name!(th, "__match_args__"))?;
        let class_name = wanted.display_name();
        match match_args {
            None if wanted.has(flags::MATCH_SELF) => {
                if positional > 1 {
                    return Err(th.type_error(format!(
                        "{class_name}() accepts 1 positional sub-pattern ({positional} given)"
                    )));
                }
                found.push(subject);
            }
            other => {
                let args = match other {
                    None => th.vm.empty_tuple.get(),
                    Some(args) => match args.cast::<Tuple>() {
                        Some(args) => args,
                        None => {
                            let kind = th.type_name(args);
                            return Err(th.type_error(format!(
                                "{class_name}.__match_args__ must be a tuple (got {kind})"
                            )));
                        }
                    },
                };
                if args.len() < positional {
                    let s = if args.len() == 1 { "" } else { "s" };
                    return Err(th.type_error(format!(
                        "{class_name}() accepts {} positional sub-pattern{s} ({positional} given)",
                        args.len()
                    )));
                }
                for at in 0..positional {
                    let name = args.get(at);
                    let Some(text) = name.cast::<Str>() else {
                        return Err(th.type_error(format!(
                            "__match_args__ elements must be strings (got {})",
                            th.type_name(name)
                        )));
                    };
                    let Some(value) = pattern_attribute(th, wanted, subject, text, &mut seen)?
                    else {
                        return Ok(Value::NONE);
                    };
                    found.push(value);
                }
            }
        }
    }
    if let Some(names) = names.cast::<Tuple>() {
        for at in 0..names.len() {
            let Some(name) = names.get(at).cast::<Str>() else { continue };
            let Some(value) = pattern_attribute(th, wanted, subject, name, &mut seen)? else {
                return Ok(Value::NONE);
            };
            found.push(value);
        }
    }
    Ok(Tuple::from_slice(th, found.as_slice())?.value())
}

fn pattern_attribute(
    th: &mut Thread,
    class: Ref<Class>,
    subject: Value,
    name: Ref<Str>,
    seen: &mut RootVec,
) -> Result<Option<Value>, Raised> {
    let name = th.intern_str(name);
    if seen.as_slice().contains(&name.value()) {
        return Err(th.type_error(format!(
            "{}() got multiple sub-patterns for attribute '{}'",
            class.display_name(),
            name.display()
        )));
    }
    seen.push(name.value());
    th.find_attribute(subject, name)
}

/// The values of the keys in a mapping, or None if one is missing.
#[inline(never)]
fn key_values(th: &mut Thread, subject: Value, keys: Value) -> Result<Value, Raised> {
    let Some(keys) = keys.cast::<Tuple>() else { return Ok(Value::NONE) };
    let mut values = RootVec::new();
    let seen = Dict::new(th)?;
    let get = th.get_attribute(subject, crate::name!(th, "get"))?;
    let missing = th.new_plain_object()?;
    for at in 0..keys.len() {
        let key = keys.get(at);
        if seen.get(th, key)?.is_some() {
            let text = th.repr(key)?.display();
            return Err(th.value_error(format!("mapping pattern checks duplicate key ({text})")));
        }
        seen.set(th, key, Value::NONE)?;
        let value = match subject.cast_exact::<Dict>() {
            Some(dict) => dict.get(th, key)?.unwrap_or(missing),
            None => th.call(get, &[key, missing])?,
        };
        if value == missing {
            return Ok(Value::NONE);
        }
        values.push(value);
    }
    Ok(Tuple::from_slice(th, values.as_slice())?.value())
}

/// What is left of a mapping without some keys.
#[inline(never)]
fn rest(th: &mut Thread, subject: Value, keys: Value) -> Result<Value, Raised> {
    let dict = Dict::new(th)?;
    dict.update(th, subject)?;
    if let Some(keys) = keys.cast::<Tuple>() {
        for at in 0..keys.len() {
            dict.delete(th, keys.get(at))?;
        }
    }
    Ok(dict.value())
}
