//! `compress`, `filterfalse`, `takewhile`, `dropwhile`.

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;
use orochi_vm::types;

heap_object! {
    /// `itertools.compress`
    pub struct Compress: COMPRESS {
        values {
            /// The iterator of items.
            items: Value,
            /// The iterator of truth values.
            selectors: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `filterfalse`, `takewhile`, `dropwhile`: a predicate and an iterator.
    pub struct Selected: FILTER_FALSE {
        values {
            /// The predicate.
            predicate: Value,
            /// The iterator.
            iterator: Value,
        }
        storage {}
        data {
            /// `takewhile`: it is over. `dropwhile`: it has begun.
            switched: u64,
        }
    }
}

/// `itertools.compress`
pub static COMPRESS: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return data elements corresponding to true selector elements.\n\nForms a shorter iterator from selected data elements using the selectors to\nchoose the data elements.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, data, selectors)", new_compress, "")),
    next: Some(next_compress),
    ..TypeSpec::named("compress", NativeLayout::of::<Compress>())
};

/// `itertools.filterfalse`
pub static FILTER_FALSE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return those items of iterable for which function(item) is false.\n\nIf function is None, return the items that are false.",
    flags: TypeFlags::BASE,
    new: Some(function(
        "__new__($type, function, iterable, /)",
        |th, args| new(th, args, &FILTER_FALSE),
        "",
    )),
    next: Some(next_false),
    ..TypeSpec::named("filterfalse", NativeLayout::of::<Selected>())
};

/// `itertools.takewhile`
pub static TAKE_WHILE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    flags: TypeFlags::BASE,
    same_layout: Some(&FILTER_FALSE),
    new: Some(function(
        "__new__($type, predicate, iterable, /)",
        |th, args| new(th, args, &TAKE_WHILE),
        "",
    )),
    next: Some(next_taken),
    ..TypeSpec::named("takewhile", NativeLayout::of::<Selected>())
};

/// `itertools.dropwhile`
pub static DROP_WHILE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Drop items from the iterable while predicate(item) is true.\n\nAfterwards, return every element until the iterable is exhausted.",
    flags: TypeFlags::BASE,
    same_layout: Some(&FILTER_FALSE),
    new: Some(function(
        "__new__($type, predicate, iterable, /)",
        |th, args| new(th, args, &DROP_WHILE),
        "",
    )),
    next: Some(next_kept),
    ..TypeSpec::named("dropwhile", NativeLayout::of::<Selected>())
};

fn new_compress(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &COMPRESS)?;
    let items = th.iterate(args[1])?;
    let selectors = th.iterate(args[2])?;
    Ok(Compress::allocate_as(th, shape, items, selectors)?.value())
}

fn next_compress(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Compress>(own)?;
    let (items, selectors) = {
        let state = th.read(own)?;
        (state.items.get(), state.selectors.get())
    };
    loop {
        let Some(item) = th.next(items)? else { return Ok(None) };
        let Some(selector) = th.next(selectors)? else { return Ok(None) };
        if th.is_true(selector)? {
            return Ok(Some(item));
        }
        th.poll()?;
    }
}

fn new(th: &mut Thread, args: &[Value], spec: &'static TypeSpec) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], spec)?;
    let iterator = th.iterate(args[2])?;
    Ok(Selected::allocate_as(th, shape, args[1], iterator, 0)?.value())
}

/// Predicate, iterator, and whether it has switched.
fn parts(th: &mut Thread, own: Value) -> Result<(Value, Value, bool), Raised> {
    let own = th.receiver::<Selected>(own)?;
    let state = th.read(own)?;
    Ok((state.predicate.get(), state.iterator.get(), state.switched.get() != 0))
}

fn switch(th: &mut Thread, own: Value) -> Result<(), Raised> {
    let own = th.receiver::<Selected>(own)?;
    let state = th.write(own)?;
    state.switched.set(state.token(), 1);
    Ok(())
}

fn holds(th: &mut Thread, predicate: Value, item: Value) -> Result<bool, Raised> {
    let answer = th.call(predicate, &[item])?;
    th.is_true(answer)
}

fn next_false(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let (predicate, iterator, _) = parts(th, own)?;
    let plain = predicate.is_none() || predicate == types::bool_::SPEC.class().value();
    while let Some(item) = th.next(iterator)? {
        let truth = if plain { th.is_true(item)? } else { holds(th, predicate, item)? };
        if !truth {
            return Ok(Some(item));
        }
        th.poll()?;
    }
    Ok(None)
}

fn next_taken(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let (predicate, iterator, over) = parts(th, own)?;
    if over {
        return Ok(None);
    }
    let Some(item) = th.next(iterator)? else { return Ok(None) };
    if holds(th, predicate, item)? {
        return Ok(Some(item));
    }
    switch(th, own)?;
    Ok(None)
}

fn next_kept(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let (predicate, iterator, begun) = parts(th, own)?;
    while let Some(item) = th.next(iterator)? {
        if begun {
            return Ok(Some(item));
        }
        if !holds(th, predicate, item)? {
            switch(th, own)?;
            return Ok(Some(item));
        }
        th.poll()?;
    }
    Ok(None)
}
