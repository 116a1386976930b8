//! `counter` and `bag`: each thread adds to a part of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::transactional::{Core, Keys, as_one};
use orochi_vm::types::tuple::Tuple;

heap_object! {
    /// A number that many add to.
    pub immutable struct Counter: COUNTER {
        values {
            /// What each thread has added.
            tally: Ref<Core>,
            /// The number at the beginning.
            start: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// A collection that many add to.
    pub immutable struct Bag: BAG {
        values {
            /// What each thread has added: a list.
            tally: Ref<Core>,
        }
        storage {}
        data {}
    }
}

/// `_transaction.counter`
pub static COUNTER: TypeSpec = TypeSpec {
    module: "transaction",
    doc: "A number that many threads add to without getting into each other's way.\n\nEach thread adds to a part of its own; the value is the sum of all parts.",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF).and(TypeFlags::IMMUTABLE),
    new: Some(function("__new__($type, start=0, /)", new_counter, "")),
    methods: &[
        method("add($self, amount=1, /)", add, "Add to the number."),
        method("__repr__($self, /)", repr, "Return repr(self)."),
        method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    ],
    getset: &[getter("value", value, "The number now.")],
    ..TypeSpec::named("counter", NativeLayout::of::<Counter>())
};

/// `_transaction.bag`
pub static BAG: TypeSpec = TypeSpec {
    module: "transaction",
    doc: "A collection that many threads append to without getting into each other's way.\n\nThe items of each thread stay in their order, those of different threads stand one after the other.",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF).and(TypeFlags::IMMUTABLE),
    new: Some(function("__new__($type, iterable=(), /)", new_bag, "")),
    methods: &[
        method("append($self, object, /)", append, "Append object to the collection."),
        method("extend($self, iterable, /)", extend, "Append all items of an iterable."),
        method("__len__($self, /)", bag_len, "Return len(self)."),
        method("__iter__($self, /)", bag_iter, "Implement iter(self)."),
        method("__repr__($self, /)", bag_repr, "Return repr(self)."),
        method("__reduce__($self, /)", bag_reduce, "Return state information for pickling."),
    ],
    ..TypeSpec::named("bag", NativeLayout::of::<Bag>())
};

fn new_counter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &COUNTER)?;
    let start = if args[1].is_unbound() { Value::from_i32(0) } else { args[1] };
    let tally = Core::new(th, Keys::Identity)?;
    Ok(Counter::allocate_as(th, shape, tally, start)?.value())
}

fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tally = th.receiver::<Counter>(args[0])?.tally.get();
    let amount = if args[1].is_unbound() { Value::from_i32(1) } else { args[1] };
    loop {
        let old = tally.own(th)?;
        let new = th.binary(BinaryOp::Add, old.unwrap_or(Value::from_i32(0)), amount)?;
        if tally.exchange(th, old, new)? {
            return Ok(Value::NONE);
        }
    }
}

fn value(th: &mut Thread, counter: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Counter>(counter)?;
    let parts = as_one(th, |th| own.tally.get().parts(th))?;
    let mut total = own.start.get();
    for &part in parts.as_slice() {
        total = th.binary(BinaryOp::Add, total, part)?;
    }
    Ok(total)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let now = value(th, args[0])?;
    let now = th.repr(now)?;
    let name = th.class_of(args[0]).display_name();
    Ok(th.new_str(&format!("{name}({})", now.display()))?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let now = value(th, args[0])?;
    remade(th, args[0], now)
}

/// The class of an object, and the argument to make another of.
fn remade(th: &mut Thread, object: Value, argument: Value) -> Result<Value, Raised> {
    let class = th.class_of(object).value();
    let arguments = Tuple::from_slice(th, &[argument])?.value();
    Ok(Tuple::from_slice(th, &[class, arguments])?.value())
}

fn new_bag(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &BAG)?;
    let tally = Core::new(th, Keys::Identity)?;
    let bag = Bag::allocate_as(th, shape, tally)?.value();
    if !args[1].is_unbound() {
        extend(th, &[bag, args[1]])?;
    }
    Ok(bag)
}

/// The list to which this thread appends.
fn own_list(th: &mut Thread, bag: Ref<Bag>) -> Result<Ref<List>, Raised> {
    let tally = bag.tally.get();
    loop {
        if let Some(list) = tally.own(th)?.and_then(|list| list.cast::<List>()) {
            return Ok(list);
        }
        let list = List::new(th)?;
        if tally.exchange(th, None, list.value())? {
            return Ok(list);
        }
    }
}

fn append(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bag = th.receiver::<Bag>(args[0])?;
    own_list(th, bag)?.push(th, args[1])?;
    Ok(Value::NONE)
}

fn extend(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let bag = th.receiver::<Bag>(args[0])?;
    // All of them at one moment.
    let items = List::from_iterable(th, args[1])?.snapshot(th)?;
    own_list(th, bag)?.extend_from_slice(th, items.as_slice())?;
    Ok(Value::NONE)
}

/// All items now.
fn all_items(th: &mut Thread, bag: Value) -> Result<Ref<List>, Raised> {
    let tally = th.receiver::<Bag>(bag)?.tally.get();
    let items = as_one(th, |th| {
        let mut items = RootVec::new();
        for part in tally.parts(th)?.as_slice() {
            let Some(list) = part.cast::<List>() else { continue };
            items.extend_from_slice(th.read(list)?.as_slice());
        }
        Ok(items)
    })?;
    List::from_slice(th, items.as_slice())
}

fn bag_len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tally = th.receiver::<Bag>(args[0])?.tally.get();
    let count = as_one(th, |th| {
        let mut count = 0;
        for part in tally.parts(th)?.as_slice() {
            if let Some(list) = part.cast::<List>() {
                count += list.len(th)?;
            }
        }
        Ok(count)
    })?;
    th.int_from_i64(count as i64)
}

fn bag_iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = all_items(th, args[0])?;
    th.iterate(items.value())
}

fn bag_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = all_items(th, args[0])?;
    let items = th.repr(items.value())?;
    let name = th.class_of(args[0]).display_name();
    Ok(th.new_str(&format!("{name}({})", items.display()))?.value())
}

fn bag_reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = all_items(th, args[0])?;
    remade(th, args[0], items.value())
}

/// `count()`: a different number each time, without getting into anybody's way.
pub(super) fn count(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    th.int_from_u64(COUNT.fetch_add(1, Ordering::Relaxed) + 1)
}
