//! `count`, `cycle`, `repeat`.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;

heap_object! {
    /// `itertools.count`
    pub struct Count: COUNT {
        values {
            /// The next value.
            current: Value,
            /// What is added each time.
            step: Value,
        }
        storage {}
        data {}
    }
}

heap_object! {
    /// `itertools.cycle`
    pub struct Cycle: CYCLE {
        values {
            /// The iterator while it gives something; unbound then.
            iterator: Value,
            /// What it has given.
            saved: Ref<List>,
        }
        storage {}
        data {
            /// The next of the saved items, once the iterator is exhausted.
            index: usize,
        }
    }
}

heap_object! {
    /// `itertools.repeat`
    pub struct Repeat: REPEAT {
        values {
            /// What is repeated.
            object: Value,
        }
        storage {}
        data {
            /// How many times more; negative without end.
            left: i64,
        }
    }
}

/// `itertools.count`
pub static COUNT: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return a count object whose .__next__() method returns consecutive values.\n\nEquivalent to:\n    def count(firstval=0, step=1):\n        x = firstval\n        while 1:\n            yield x\n            x += step",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, start=0, step=1)", new_count, "")),
    methods: COUNT_METHODS,
    next: Some(next_count),
    ..TypeSpec::named("count", NativeLayout::of::<Count>())
};

/// `itertools.cycle`
pub static CYCLE: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, iterable, /)", new_cycle, "")),
    next: Some(next_cycle),
    ..TypeSpec::named("cycle", NativeLayout::of::<Cycle>())
};

/// `itertools.repeat`
pub static REPEAT: TypeSpec = TypeSpec {
    module: "itertools",
    doc: "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, object, times=<unrepresentable>)", new_repeat, "")),
    methods: REPEAT_METHODS,
    next: Some(next_repeat),
    ..TypeSpec::named("repeat", NativeLayout::of::<Repeat>())
};

static COUNT_METHODS: &[Method] = &[method("__repr__($self, /)", repr_count, "Return repr(self).")];

static REPEAT_METHODS: &[Method] = &[
    method("__repr__($self, /)", repr_repeat, "Return repr(self)."),
    method(
        "__length_hint__($self, /)",
        hint,
        "Private method returning an estimate of len(list(it)).",
    ),
];

fn is_numeric(th: &Thread, value: Value) -> bool {
    use orochi_vm::class::Special;
    let class = th.class_of(value);
    value.is_number()
        || value.is_bool()
        || [Special::Index, Special::Float, Special::Int, Special::Complex]
            .iter()
            .any(|&special| class.special(th, special).is_some())
}

fn new_count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &COUNT)?;
    let start = if args[1].is_unbound() { Value::from_i32(0) } else { args[1] };
    let step = if args[2].is_unbound() { Value::from_i32(1) } else { args[2] };
    if !is_numeric(th, start) || !is_numeric(th, step) {
        return Err(th.type_error("a number is required"));
    }
    Ok(Count::allocate_as(th, shape, start, step)?.value())
}

fn next_count(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Count>(own)?;
    loop {
        let state = th.write(own)?;
        let (current, step) = (state.current.get(), state.step.get());
        if Value::both_ints(current, step)
            && let Some(sum) = current.checked_add(step)
        {
            state.current.set(state.token(), sum);
            return Ok(Some(current));
        }
        let sum = th.binary(BinaryOp::Add, current, step)?;
        let state = th.write(own)?;
        // Unless another thread has taken this one.
        if state.current.get() == current {
            state.current.set(state.token(), sum);
            return Ok(Some(current));
        }
    }
}

fn repr_count(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Count>(args[0])?;
    let (current, step) = {
        let state = th.read(own)?;
        (state.current.get(), state.step.get())
    };
    let name = th.class_of(args[0]).display_name();
    let current = th.repr(current)?.display();
    let text = if step == Value::from_i32(1) {
        format!("{name}({current})")
    } else {
        format!("{name}({current}, {})", th.repr(step)?.display())
    };
    Ok(th.new_str(&text)?.value())
}

fn new_cycle(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &CYCLE)?;
    let iterator = th.iterate(args[1])?;
    let saved = List::new(th)?;
    Ok(Cycle::allocate_as(th, shape, iterator, saved, 0)?.value())
}

fn next_cycle(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Cycle>(own)?;
    let (iterator, saved) = {
        let state = th.read(own)?;
        (state.iterator.get(), state.saved.get())
    };
    if !iterator.is_unbound() {
        if let Some(item) = th.next(iterator)? {
            saved.push(th, item)?;
            return Ok(Some(item));
        }
        let state = th.write(own)?;
        state.iterator.set(state.token(), Value::UNBOUND);
    }
    let (state, items) = th.write_read(own, saved)?;
    let index = state.index.get();
    let items = items.as_slice();
    let Some(&item) = items.get(index).or(items.first()) else { return Ok(None) };
    let next = if index + 1 >= items.len() { 0 } else { index + 1 };
    state.index.set(state.token(), next);
    Ok(Some(item))
}

fn new_repeat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &REPEAT)?;
    let left = if args[2].is_unbound() { -1 } else { th.index_ssize(args[2])?.max(0) };
    Ok(Repeat::allocate_as(th, shape, args[1], left)?.value())
}

fn next_repeat(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Repeat>(own)?;
    let state = th.read(own)?;
    if state.left.get() < 0 {
        return Ok(Some(state.object.get()));
    }
    let state = th.write(own)?;
    let left = state.left.get();
    if left == 0 {
        return Ok(None);
    }
    state.left.set(state.token(), left - 1);
    Ok(Some(state.object.get()))
}

fn repr_repeat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Repeat>(args[0])?;
    let (object, left) = {
        let state = th.read(own)?;
        (state.object.get(), state.left.get())
    };
    let name = th.class_of(args[0]).display_name();
    let object = th.repr(object)?.display();
    let text =
        if left < 0 { format!("{name}({object})") } else { format!("{name}({object}, {left})") };
    Ok(th.new_str(&text)?.value())
}

fn hint(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Repeat>(args[0])?;
    let left = th.read(own)?.left.get();
    if left < 0 {
        return Err(th.type_error("len() of unsized object"));
    }
    th.int_from_i64(left)
}
