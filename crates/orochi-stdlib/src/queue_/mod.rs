//! `_queue`: a queue without bounds that several threads and signal handlers may use at once.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use orochi_vm::class::{
    Class, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, method,
};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::ValueArray;
use orochi_vm::types::lock::{SharedWord, TIMEOUT_MAX, word};
use orochi_vm::types::tuple::Tuple;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.",
    types: &[&SIMPLE_QUEUE],
    execute: Some(|th, module| {
        let empty = empty_class(th)?;
        module.dict().set_str(th, name!(th, "Empty"), empty)
    }),
    ..ModuleSpec::named("_queue")
};

heap_object! {
    /// `_queue.SimpleQueue`
    pub struct SimpleQueue: SIMPLE_QUEUE {
        values {}
        storage {
            /// A ring; its capacity is zero or a power of two.
            ring: Ref<ValueArray>,
        }
        data {
            /// Where the first item is.
            head: usize,
            /// How many there are.
            length: usize,
            /// Counts items put; who finds the queue empty waits for it to change.
            puts: SharedWord,
        }
    }
}

/// `_queue.SimpleQueue`
pub static SIMPLE_QUEUE: TypeSpec = TypeSpec {
    module: "_queue",
    doc: "Simple, unbounded, reentrant FIFO queue.",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /)", new, "")),
    methods: METHODS,
    ..TypeSpec::named("SimpleQueue", NativeLayout::of::<SimpleQueue>())
};

static METHODS: &[Method] = &[
    method(
        "put($self, /, item, block=True, timeout=None)",
        put,
        "Put the item on the queue.\n\nThe optional 'block' and 'timeout' arguments are ignored, as this method\nnever blocks.  They are provided for compatibility with the Queue class.",
    ),
    method(
        "put_nowait($self, /, item)",
        put,
        "Put an item into the queue without blocking.\n\nThis is exactly equivalent to `put(item)` and is only provided for compatibility\nwith the Queue class.",
    ),
    method(
        "get($self, /, block=True, timeout=None)",
        get,
        "Remove and return an item from the queue.\n\nIf optional args 'block' is true and 'timeout' is None (the default),\nblock if necessary until an item is available. If 'timeout' is\na non-negative number, it blocks at most 'timeout' seconds and raises\nthe Empty exception if no item was available within that time.\nOtherwise ('block' is false), return an item if one is immediately\navailable, else raise the Empty exception ('timeout' is ignored\nin that case).",
    ),
    method(
        "get_nowait($self, /)",
        get_nowait,
        "Remove and return an item from the queue without blocking.\n\nOnly get an item if one is immediately available. Otherwise\nraise the Empty exception.",
    ),
    method(
        "empty($self, /)",
        |th, args| Ok(Value::from_bool(length(th, args[0])? == 0)),
        "Return True if the queue is empty, False otherwise (not reliable!).",
    ),
    method(
        "qsize($self, /)",
        |th, args| {
            let length = length(th, args[0])?;
            th.int_from_i64(length as i64)
        },
        "Return the approximate size of the queue (not reliable!).",
    ),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

/// `_queue.Empty`
fn empty_class(th: &mut Thread) -> Result<Value, Raised> {
    static EMPTY: OnceLock<Rooted<Value>> = OnceLock::new();
    if let Some(class) = EMPTY.get() {
        return Ok(class.get());
    }
    let namespace = Dict::new(th)?;
    let module = name!(th, "_queue").value();
    namespace.set_str(th, name!(th, "__module__"), module)?;
    let doc = th.new_str("Exception raised by Queue.get(block=0)/get_nowait().")?;
    namespace.set_str(th, name!(th, "__doc__"), doc.value())?;
    let bases = Tuple::from_slice(th, &[classes::EXCEPTION.class().value()])?;
    let parts = [name!(th, "Empty").value(), bases.value(), namespace.value()];
    let class = th.call(types::type_::SPEC.class().value(), &parts)?;
    Ok(EMPTY.get_or_init(|| Heap::get().roots().root(class)).get())
}

fn raise_empty(th: &mut Thread) -> Raised {
    match empty_class(th) {
        Ok(class) => match class.cast::<Class>() {
            Some(class) => th.raise_with(class, &[]),
            None => th.runtime_error("_queue.Empty is no class"),
        },
        Err(raised) => raised,
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SIMPLE_QUEUE)?;
    let ring = ValueArray::empty(th)?;
    Ok(SimpleQueue::allocate_as(th, shape, ring, 0, 0, SharedWord::new(0))?.value())
}

fn length(th: &mut Thread, own: Value) -> Result<usize, Raised> {
    let own = th.receiver::<SimpleQueue>(own)?;
    Ok(th.read(own)?.length.get())
}

fn put(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<SimpleQueue>(args[0])?;
    {
        let state = th.write(own)?;
        let (mut ring, head, length) = (state.ring.get(), state.head.get(), state.length.get());
        let mut place = (head + length) & ring.capacity().wrapping_sub(1);
        if length == ring.capacity() {
            let larger = ValueArray::new(state.thread(), (2 * length).max(8))?;
            for at in 0..length {
                larger.put(at, ring.get((head + at) & (length - 1)));
            }
            state.ring.set(state.token(), larger);
            state.head.set(state.token(), 0);
            (ring, place) = (larger, length);
        }
        ring.put(place, args[1]);
        state.length.set(state.token(), length + 1);
    }
    let puts = SharedWord::of(own, |queue| &queue.puts);
    puts.fetch_add(1, Ordering::AcqRel);
    word::wake_one(puts);
    Ok(Value::NONE)
}

fn take(th: &mut Thread, own: Ref<SimpleQueue>) -> Result<Option<Value>, Raised> {
    let state = th.write(own)?;
    let (ring, head, length) = (state.ring.get(), state.head.get(), state.length.get());
    if length == 0 {
        return Ok(None);
    }
    let item = ring.get(head);
    ring.put(head, Value::UNBOUND);
    state.head.set(state.token(), (head + 1) & (ring.capacity() - 1));
    state.length.set(state.token(), length - 1);
    if length == 1 && ring.capacity() > 1024 {
        state.ring.set(state.token(), ValueArray::empty(state.thread())?);
        state.head.set(state.token(), 0);
    }
    Ok(Some(item))
}

fn get_nowait(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<SimpleQueue>(args[0])?;
    match take(th, own)? {
        Some(item) => Ok(item),
        None => Err(raise_empty(th)),
    }
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<SimpleQueue>(args[0])?;
    let block = args[1].is_unbound() || th.is_true(args[1])?;
    if !block {
        return get_nowait(th, args);
    }
    let mut deadline = None;
    if let Some(timeout) = crate::argument::given(args[2]) {
        let seconds = crate::argument::float(th, timeout)?;
        if seconds < 0.0 || seconds.is_nan() {
            return Err(th.value_error("'timeout' must be a non-negative number"));
        }
        if seconds > TIMEOUT_MAX {
            return Err(th.overflow_error("timeout value is too large"));
        }
        deadline = Instant::now().checked_add(Duration::from_secs_f64(seconds));
    }
    let puts = SharedWord::of(own, |queue| &queue.puts);
    loop {
        let seen = puts.load(Ordering::Acquire);
        if let Some(item) = take(th, own)? {
            return Ok(item);
        }
        if !th.wait_while(puts, seen, deadline)? {
            return match take(th, own)? {
                Some(item) => Ok(item),
                None => Err(raise_empty(th)),
            };
        }
    }
}
