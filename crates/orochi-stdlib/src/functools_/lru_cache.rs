//! The wrapper that `functools.lru_cache` makes of a function.
//!
//! Answers are in a dict. Without a limit that is all there is, and hits only read. With a limit the
//! dict's values are [`Node`]s, and the wrapper keeps an array of them threaded as a doubly linked
//! list, oldest first: of each node itself, the one before and the one behind. A node whose slot does
//! not name it any more has been evicted. Hits and misses are counted by atomics, so the counts
//! are exact though nobody takes the wrapper for them.

use std::sync::atomic::Ordering;

use orochi_vm::class::create::call_with_dict;
use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast, Write};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::{Dict, DictTable, locate, table};
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::lock::SharedWord;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// `functools._lru_cache_wrapper`
    pub struct Wrapper: WRAPPER {
        values {
            /// The function.
            function: Value,
            /// Answers, or nodes that hold them, by key.
            cache: Ref<Dict>,
            /// What makes `cache_info()`'s answer.
            info: Value,
        }
        storage {
            /// Three values a slot: node, slot before, slot behind.
            slots: Ref<ValueArray>,
        }
        data {
            /// The most answers kept; -1 without a limit.
            limit: i64,
            /// 1 if arguments of different types are different.
            typed: u64,
            /// How many nodes are linked.
            count: usize,
            /// The first slot never used.
            fresh: usize,
            /// The first of the slots to be used again, or `NONE`.
            free: usize,
            /// The slot used longest ago, or `NONE`.
            oldest: usize,
            /// The slot used last, or `NONE`.
            newest: usize,
            /// Calls that were answered from the cache.
            hits: SharedWord,
            /// Calls that were not.
            misses: SharedWord,
        }
    }
}

heap_object! {
    /// An answer in a cache with a limit.
    pub immutable struct Node: NODE {
        values {
            /// The key.
            key: Value,
            /// The answer.
            result: Value,
        }
        storage {}
        data {
            /// The key's hash.
            hash: u64,
            /// Its slot; set once, when the wrapper is held.
            slot: usize,
        }
    }
}

/// No slot.
const NONE: usize = usize::MAX;

/// `functools._lru_cache_wrapper`
pub static WRAPPER: TypeSpec = TypeSpec {
    module: "functools",
    doc: "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n",
    flags: TypeFlags::BASE.and(TypeFlags::DICT).and(TypeFlags::WEAKREF),
    new: Some(function(
        "__new__($type, /, user_function, maxsize, typed, cache_info_type)",
        new,
        "",
    )),
    methods: METHODS,
    ..TypeSpec::named("_lru_cache_wrapper", NativeLayout::of::<Wrapper>())
};

/// The class of nodes; Python never sees one.
pub static NODE: TypeSpec = TypeSpec {
    module: "functools",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    ..TypeSpec::named("_lru_list_elem", NativeLayout::of::<Node>())
};

static METHODS: &[Method] = &[
    method("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("cache_info($self, /)", cache_info, "Report cache statistics"),
    method("cache_clear($self, /)", cache_clear, "Clear the cache and cache statistics"),
    method("__reduce__($self, /)", reduce, ""),
    method("__copy__($self, /)", |_, args| Ok(args[0]), ""),
    method("__deepcopy__($self, memo, /)", |_, args| Ok(args[0]), ""),
];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &WRAPPER)?;
    if !th.is_callable(args[1]) {
        return Err(th.type_error("the first argument must be callable"));
    }
    let limit = if args[2].is_none() {
        -1
    } else {
        match th.index_or_none(args[2])? {
            Some(limit) => types::int::as_i64(limit).unwrap_or(i64::MAX).max(0),
            None => return Err(th.type_error("maxsize should be integer or None")),
        }
    };
    let typed = u64::from(th.is_true(args[3])?);
    let cache = Dict::new(th)?;
    let slots = ValueArray::empty(th)?;
    let zero = SharedWord::new(0);
    let wrapper = Wrapper::allocate_as(
        th, shape, args[1], cache, args[4], slots, limit, typed, 0, 0, NONE, NONE, NONE, zero, zero,
    )?;
    Ok(wrapper.value())
}

/// What the arguments are filed under.
fn key(
    th: &mut Thread,
    args: Ref<Tuple>,
    keywords: Option<Ref<Dict>>,
    typed: bool,
) -> Result<Value, Raised> {
    if keywords.is_none() && !typed {
        // An int or a str needs no wrapping: it is equal to no tuple.
        if args.len() == 1 {
            let only = args.get(0);
            if only.is_int() || only.cast_exact::<Str>().is_some() {
                return Ok(only);
            }
        }
        return Ok(args.value());
    }
    let mut parts = RootVec::new();
    parts.extend_from_slice(args.as_slice());
    if let Some(keywords) = keywords {
        // The class stands between the two kinds: nobody passes it.
        parts.push(NODE.class().value());
        let mut position = 0;
        while let Some((name, value, next)) = keywords.entry_from(th, position)? {
            position = next;
            parts.push(name);
            parts.push(value);
        }
    }
    if typed {
        for at in 0..args.len() {
            parts.push(th.class_of(args.get(at)).value());
        }
        if let Some(keywords) = keywords {
            let mut position = 0;
            while let Some((_, value, next)) = keywords.entry_from(th, position)? {
                position = next;
                parts.push(th.class_of(value).value());
            }
        }
    }
    Ok(Tuple::from_slice(th, &parts)?.value())
}

fn call(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let wrapper = th.receiver::<Wrapper>(args[0])?;
    let given = args[1].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let keywords = match args[2].cast::<Dict>() {
        Some(keywords) if keywords.len(th)? > 0 => Some(keywords),
        _ => None,
    };
    let (function, cache, limit, typed) = {
        let state = th.read(wrapper)?;
        (state.function.get(), state.cache.get(), state.limit.get(), state.typed.get() != 0)
    };
    let ask = |th: &mut Thread| match keywords {
        Some(keywords) => call_with_dict(th, function, given.as_slice(), keywords),
        None => th.call(function, given.as_slice()),
    };
    if limit == 0 {
        count_miss(th, wrapper)?;
        return ask(th);
    }
    let key = key(th, given, keywords, typed)?;
    let hash = table::hash_key(th, key)?;
    let found = cache.get_hashed(th, key, hash)?;
    if limit < 0 {
        if let Some(result) = found {
            count_hit(th, wrapper)?;
            return Ok(result);
        }
        count_miss(th, wrapper)?;
        let result = ask(th)?;
        cache.set_hashed(th, key, hash, result)?;
        return Ok(result);
    }
    if let Some(node) = found.and_then(|node| node.cast_exact::<Node>()) {
        count_hit(th, wrapper)?;
        touch(th, wrapper, node)?;
        return Ok(node.result.get());
    }
    count_miss(th, wrapper)?;
    let result = ask(th)?;
    let node = Node::allocate(th, key, result, hash, NONE)?;
    keep(th, wrapper, cache, node)?;
    Ok(result)
}

fn count_hit(th: &mut Thread, wrapper: Ref<Wrapper>) -> Result<(), Raised> {
    th.read(wrapper)?.hits.word().fetch_add(1, Ordering::Relaxed);
    Ok(())
}

fn count_miss(th: &mut Thread, wrapper: Ref<Wrapper>) -> Result<(), Raised> {
    th.read(wrapper)?.misses.word().fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// The node has been used just now.
fn touch(th: &mut Thread, wrapper: Ref<Wrapper>, node: Ref<Node>) -> Result<(), Raised> {
    let state = th.read(wrapper)?;
    if state.newest.get() == node.slot.get() {
        return Ok(());
    }
    let state = th.write(wrapper)?;
    if is_linked(&state, node) {
        unlink(&state, node.slot.get());
        link(&state, node.slot.get());
    }
    Ok(())
}

/// Enters an answer, unless somebody else has meanwhile; what has not been used for longest goes if
/// there are too many.
fn keep(
    th: &mut Thread,
    wrapper: Ref<Wrapper>,
    cache: Ref<Dict>,
    node: Ref<Node>,
) -> Result<(), Raised> {
    let (key, hash) = (node.key.get(), node.hash.get());
    let added = locate::write_at(th, cache, key, hash, |guard, found| match found {
        Some(_) => Ok(false),
        None => guard.insert(hash, key, node.value()).map(|()| true),
    })?;
    if !added {
        return Ok(());
    }
    let state = th.write(wrapper)?;
    let mut evicted = None;
    if state.count.get() as i64 >= state.limit.get() {
        let slot = state.oldest.get();
        if slot != NONE {
            evicted = state.slots.get().get(3 * slot).cast_exact::<Node>();
            unlink(&state, slot);
            release(&state, slot);
        }
    }
    let slot = free_slot(&state)?;
    node.slot.set_cache(slot);
    state.slots.get().put(3 * slot, node.value());
    link(&state, slot);
    if let Some(old) = evicted {
        let (key, hash) = (old.key.get(), old.hash.get());
        locate::write_at(th, cache, key, hash, |guard, found| {
            if let Some(position) = found
                && guard.table.get().value_at(position) == old.value()
            {
                guard.remove(position);
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn is_linked(state: &Write<'_, Wrapper>, node: Ref<Node>) -> bool {
    let (slots, slot) = (state.slots.get(), node.slot.get());
    slot < state.fresh.get() && slots.get(3 * slot) == node.value()
}

fn slot_value(slot: usize) -> Value {
    Value::int_unchecked(if slot == NONE { -1 } else { slot as i64 })
}

fn slot_of(value: Value) -> usize {
    usize::try_from(value.as_int()).unwrap_or(NONE)
}

/// A slot that nobody uses.
fn free_slot(state: &Write<'_, Wrapper>) -> Result<usize, Raised> {
    let slot = state.free.get();
    if slot != NONE {
        state.free.set(state.token(), slot_of(state.slots.get().get(3 * slot + 2)));
        return Ok(slot);
    }
    let slot = state.fresh.get();
    let slots = state.slots.get();
    if 3 * slot + 3 > slots.capacity() {
        let larger = ValueArray::new(state.thread(), (6 * slot).max(24))?;
        for at in 0..3 * slot {
            larger.put(at, slots.get(at));
        }
        state.slots.set(state.token(), larger);
    }
    state.fresh.set(state.token(), slot + 1);
    Ok(slot)
}

/// Leaves a slot, which is not linked, to be used again.
fn release(state: &Write<'_, Wrapper>, slot: usize) {
    let slots = state.slots.get();
    slots.put(3 * slot, Value::UNBOUND);
    slots.put(3 * slot + 2, slot_value(state.free.get()));
    state.free.set(state.token(), slot);
}

/// Puts a slot at the newest end.
fn link(state: &Write<'_, Wrapper>, slot: usize) {
    let (slots, newest) = (state.slots.get(), state.newest.get());
    slots.put(3 * slot + 1, slot_value(newest));
    slots.put(3 * slot + 2, slot_value(NONE));
    if newest == NONE {
        state.oldest.set(state.token(), slot);
    } else {
        slots.put(3 * newest + 2, slot_value(slot));
    }
    state.newest.set(state.token(), slot);
    state.count.set(state.token(), state.count.get() + 1);
}

/// Takes a slot out of the list.
fn unlink(state: &Write<'_, Wrapper>, slot: usize) {
    let slots = state.slots.get();
    let (before, behind) = (slot_of(slots.get(3 * slot + 1)), slot_of(slots.get(3 * slot + 2)));
    if before == NONE {
        state.oldest.set(state.token(), behind);
    } else {
        slots.put(3 * before + 2, slot_value(behind));
    }
    if behind == NONE {
        state.newest.set(state.token(), before);
    } else {
        slots.put(3 * behind + 1, slot_value(before));
    }
    state.count.set(state.token(), state.count.get() - 1);
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args[1].is_none() || args[1].is_unbound() {
        return Ok(args[0]);
    }
    Ok(types::method::Method::allocate(th, args[0], args[1])?.value())
}

fn cache_info(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let wrapper = th.receiver::<Wrapper>(args[0])?;
    let (info, cache, limit, count, hits, misses) = {
        let state = th.read(wrapper)?;
        let (hits, misses) = (state.hits.word(), state.misses.word());
        (
            state.info.get(),
            state.cache.get(),
            state.limit.get(),
            state.count.get(),
            hits.load(Ordering::Relaxed),
            misses.load(Ordering::Relaxed),
        )
    };
    let hits = th.int_from_u64(hits)?;
    let misses = th.int_from_u64(misses)?;
    let size = if limit < 0 { cache.len(th)? } else { count };
    let size = th.int_from_i64(size as i64)?;
    let limit = if limit < 0 { Value::NONE } else { th.int_from_i64(limit)? };
    th.call(info, &[hits, misses, limit, size])
}

fn cache_clear(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let wrapper = th.receiver::<Wrapper>(args[0])?;
    let cache = th.read(wrapper)?.cache.get();
    let both = th.write2(wrapper, cache)?;
    let (state, dict) = (&both.first, &both.second);
    let empty = DictTable::empty(dict.thread())?;
    state.slots.set(state.token(), ValueArray::empty(state.thread())?);
    state.count.set(state.token(), 0);
    state.fresh.set(state.token(), 0);
    for end in [&state.free, &state.oldest, &state.newest] {
        end.set(state.token(), NONE);
    }
    dict.table.set(dict.token(), empty);
    dict.set_length(0);
    state.hits.word().store(0, Ordering::Relaxed);
    state.misses.word().store(0, Ordering::Relaxed);
    Ok(Value::NONE)
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.get_attribute(args[0], name!(th, "__qualname__"))
}
