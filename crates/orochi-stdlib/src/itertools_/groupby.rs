//! `groupby`.

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

heap_object! {
    /// `itertools.groupby`
    pub struct GroupBy: GROUP_BY {
        values {
            /// The iterator.
            iterator: Value,
            /// The key function, or unbound.
            function: Value,
            /// The key of the group being given, or unbound.
            target: Value,
            /// The key of the item at hand, or unbound.
            key: Value,
            /// The item at hand; unbound when it has been given.
            item: Value,
            /// The group being given.
            group: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `itertools._grouper`
    pub struct Grouper: GROUPER {
        values {
            /// Whose group it is.
            parent: Ref<GroupBy>,
            /// The group's key.
            target: Value,
        }
        storage {}
        data {}
    }
}

/// `itertools.groupby`
pub static GROUP_BY: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "make an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, iterable, key=None)", new, "")),
    next: Some(next),
    ..TypeSpec::named("groupby", NativeLayout::of::<GroupBy>())
};

/// `itertools._grouper`
pub static GROUPER: TypeSpec = TypeSpec {
    module: "itertools",
    new: Some(function("__new__($type, parent, tgtkey, /)", new_grouper, "")),
    next: Some(next_of_group),
    ..TypeSpec::named("_grouper", NativeLayout::of::<Grouper>())
};

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &GROUP_BY)?;
    let iterator = th.iterate(args[1])?;
    let function = argument::given(args[2]).unwrap_or(Value::UNBOUND);
    let none = Value::UNBOUND;
    Ok(GroupBy::allocate_as(th, shape, iterator, function, none, none, none, none)?.value())
}

fn new_grouper(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let parent = th.receiver::<GroupBy>(args[1])?;
    Ok(Grouper::allocate(th, parent, args[2])?.value())
}

/// Takes the next item and its key; false at the end.
fn step(th: &mut Thread, own: Ref<GroupBy>) -> Result<bool, Raised> {
    let (iterator, function) = {
        let state = th.read(own)?;
        (state.iterator.get(), state.function.get())
    };
    let Some(item) = th.next(iterator)? else { return Ok(false) };
    let key = if function.is_unbound() { item } else { th.call(function, &[item])? };
    let state = th.write(own)?;
    state.item.set(state.token(), item);
    state.key.set(state.token(), key);
    Ok(true)
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<GroupBy>(own)?;
    {
        let state = th.write(own)?;
        state.group.set(state.token(), Value::UNBOUND);
    }
    loop {
        let (key, target) = {
            let state = th.read(own)?;
            (state.key.get(), state.target.get())
        };
        if !key.is_unbound() && (target.is_unbound() || !th.equal(target, key)?) {
            break;
        }
        if !step(th, own)? {
            return Ok(None);
        }
        th.poll()?;
    }
    let key = th.read(own)?.key.get();
    let group = Grouper::allocate(th, own, key)?;
    let state = th.write(own)?;
    state.target.set(state.token(), key);
    state.group.set(state.token(), group.value());
    Ok(Some(Tuple::from_slice(state.thread(), &[key, group.value()])?.value()))
}

fn next_of_group(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let group = th.receiver::<Grouper>(own)?;
    let (parent, target) = {
        let state = th.read(group)?;
        (state.parent.get(), state.target.get())
    };
    let (current, item) = {
        let state = th.read(parent)?;
        (state.group.get(), state.item.get())
    };
    if current != own {
        return Ok(None);
    }
    if item.is_unbound() && !step(th, parent)? {
        return Ok(None);
    }
    let key = th.read(parent)?.key.get();
    if !th.equal(target, key)? {
        return Ok(None);
    }
    let state = th.write(parent)?;
    let item = state.item.get();
    if item.is_unbound() {
        // Taken meanwhile, by the comparison or by another thread.
        return Ok(None);
    }
    state.item.set(state.token(), Value::UNBOUND);
    Ok(Some(item))
}
