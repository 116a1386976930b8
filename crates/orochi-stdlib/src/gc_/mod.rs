//! `gc`: the face of the collector.
//!
//! The heap has two generations and no reference counts; what CPython's interface says about three
//! generations is answered as far as it means something. Nothing is ever "uncollectable", and
//! disabling the collector changes what [`isenabled`] says and no more.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Kind, RootVec, Rooted, Value, layout_of};
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to the garbage collector for reference cycles.",
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("gc")
};

static FUNCTIONS: &[Method] = &[
    function("enable()", enable, "Enable automatic garbage collection."),
    function("disable()", disable, "Disable automatic garbage collection."),
    function("isenabled()", isenabled, "Returns true if automatic garbage collection is enabled."),
    function(
        "collect(generation=2)",
        collect,
        "Run the garbage collector.\n\nWith no arguments, run a full collection.  The optional argument\nmay be an integer specifying which generation to collect.  A ValueError\nis raised if the generation number is invalid.\n\nThe number of unreachable objects is returned.",
    ),
    function("get_count()", get_count, "Return a three-tuple of the current collection counts."),
    function("get_threshold()", get_threshold, "Return the current collection thresholds."),
    function(
        "set_threshold(threshold0, threshold1=<unrepresentable>, threshold2=<unrepresentable>, /)",
        set_threshold,
        "Set the collection thresholds (the collection frequency).\n\nSetting 'threshold0' to zero disables collection.",
    ),
    function("get_debug()", get_debug, "Get the garbage collection debugging flags."),
    function("set_debug(flags, /)", set_debug, "Set the garbage collection debugging flags."),
    function(
        "get_stats()",
        get_stats,
        "Return a list of dictionaries containing per-generation statistics.",
    ),
    function(
        "get_objects(generation=None)",
        get_objects,
        "Return a list of objects tracked by the collector (excluding the list returned).",
    ),
    function(
        "get_referrers(*objs)",
        get_referrers,
        "Return the list of objects that directly refer to any of 'objs'.",
    ),
    function(
        "get_referents(*objs)",
        get_referents,
        "Return the list of objects that are directly referred to by 'objs'.",
    ),
    function(
        "is_tracked(obj, /)",
        is_tracked,
        "Returns true if the object is tracked by the garbage collector.\n\nSimple atomic objects will return false.",
    ),
    function(
        "is_finalized(obj, /)",
        is_finalized,
        "Returns true if the object has been already finalized by the GC.",
    ),
    function(
        "freeze()",
        nothing,
        "Freeze all current tracked objects and ignore them for future collections.",
    ),
    function("unfreeze()", nothing, "Unfreeze all objects in the permanent generation."),
    function(
        "get_freeze_count()",
        get_freeze_count,
        "Return the number of objects in the permanent generation.",
    ),
];

static ENABLED: AtomicBool = AtomicBool::new(true);
static DEBUG: AtomicI64 = AtomicI64::new(0);
static THRESHOLDS: [AtomicI64; 3] = [AtomicI64::new(2000), AtomicI64::new(10), AtomicI64::new(0)];
/// `gc.callbacks`
static CALLBACKS: OnceLock<Rooted<Ref<List>>> = OnceLock::new();

const CONSTANTS: &[(&str, i32)] = &[
    ("DEBUG_STATS", 1),
    ("DEBUG_COLLECTABLE", 2),
    ("DEBUG_UNCOLLECTABLE", 4),
    ("DEBUG_SAVEALL", 32),
    ("DEBUG_LEAK", 38),
];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    for &(constant, value) in CONSTANTS {
        dict.set_str(th, th.name(constant), Value::from_i32(value))?;
    }
    let list = List::new(th)?;
    let callbacks = CALLBACKS.get_or_init(|| Heap::get().roots().root(list)).get();
    let garbage = List::new(th)?;
    dict.set_str(th, name!(th, "callbacks"), callbacks.value())?;
    dict.set_str(th, name!(th, "garbage"), garbage.value())
}

fn nothing(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn enable(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.irrevocable()?;
    ENABLED.store(true, Ordering::Relaxed);
    Ok(Value::NONE)
}

fn disable(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.irrevocable()?;
    ENABLED.store(false, Ordering::Relaxed);
    Ok(Value::NONE)
}

fn isenabled(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(ENABLED.load(Ordering::Relaxed)))
}

fn collect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    // From this small frame: in that of `collect_generation` are words that it has not written yet.
    wipe_stack_below();
    collect_generation(th, args)
}

#[inline(never)]
fn collect_generation(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let generation = argument::c_int_or(th, args[0], 2)?;
    if !(0..=2).contains(&generation) {
        return Err(th.value_error("invalid generation"));
    }
    // Finalisers that run here cannot be undone.
    th.irrevocable()?;
    call_back(th, "start", generation, 0)?;
    let kind = if generation == 0 { Kind::Nursery } else { Kind::Full };
    // What the commit and the callbacks have left.
    wipe_stack_below();
    let before = count_objects(th);
    let finalised = Heap::get().statistics().finalised;
    th.collect_now(kind);
    if generation > 0 && Heap::get().statistics().finalised > finalised {
        // What finalisers have let go of.
        th.collect_now(kind);
    }
    let collected = before.saturating_sub(count_objects(th)) as u64;
    call_back(th, "stop", generation, collected)?;
    th.int_from_u64(collected)
}

/// Overwrites what finished calls have left on the native stack below. It is searched for
/// references, and whoever asks for a collection expects what was let go of to be found dead.
#[inline(never)]
fn wipe_stack_below() {
    let area = [0_u64; 4096];
    std::hint::black_box(&area);
}

/// What the number of collected objects is reckoned from. CPython counts those in cycles only,
/// since it has freed all others before; here all that had died since the last collection count.
fn count_objects(th: &mut Thread) -> usize {
    // SAFETY: the world is stopped, and a stopped thread has finished all its objects (H2).
    th.stop_the_world(|| unsafe { Heap::get().count_objects() })
}

/// Tells `gc.callbacks`.
fn call_back(th: &mut Thread, phase: &str, generation: i32, collected: u64) -> Result<(), Raised> {
    let Some(callbacks) = CALLBACKS.get().map(Rooted::get) else { return Ok(()) };
    let callbacks = callbacks.snapshot(th)?;
    if callbacks.is_empty() {
        return Ok(());
    }
    let phase = th.new_str(phase)?.value();
    for at in 0..callbacks.len() {
        let info = Dict::new(th)?;
        let count = th.int_from_u64(collected)?;
        info.set_str(th, name!(th, "generation"), Value::from_i32(generation))?;
        info.set_str(th, name!(th, "collected"), count)?;
        info.set_str(th, name!(th, "uncollectable"), Value::from_i32(0))?;
        if let Err(raised) = th.call(callbacks[at], &[phase, info.value()]) {
            if raised == Raised::Abort {
                return Err(raised);
            }
            th.write_unraisable_named("Exception ignored while calling GC callback", callbacks[at]);
        }
    }
    Ok(())
}

fn three(th: &Thread, numbers: [i64; 3]) -> Result<Value, Raised> {
    let mut items = [Value::UNBOUND; 3];
    for (item, number) in items.iter_mut().zip(numbers) {
        *item = th.int_from_i64(number)?;
    }
    Ok(Tuple::from_slice(th, &items)?.value())
}

fn get_count(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let statistics = Heap::get().statistics();
    three(th, [0, (statistics.nursery_collections % 10) as i64, 0])
}

fn get_threshold(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let now = [0, 1, 2].map(|at| THRESHOLDS[at].load(Ordering::Relaxed));
    three(th, now)
}

fn set_threshold(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.irrevocable()?;
    for (at, &value) in args.iter().enumerate() {
        if !value.is_unbound() {
            let number = argument::c_int(th, value)?;
            THRESHOLDS[at].store(i64::from(number), Ordering::Relaxed);
        }
    }
    Ok(Value::NONE)
}

fn get_debug(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_i64(DEBUG.load(Ordering::Relaxed))
}

fn set_debug(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = argument::c_int(th, args[0])?;
    th.irrevocable()?;
    DEBUG.store(i64::from(flags), Ordering::Relaxed);
    Ok(Value::NONE)
}

fn get_stats(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let statistics = Heap::get().statistics();
    let list = List::new(th)?;
    for collections in [statistics.nursery_collections, 0, statistics.full_collections] {
        let entry = Dict::new(th)?;
        let collections = th.int_from_u64(collections)?;
        let collected = th.int_from_u64(statistics.finalised)?;
        entry.set_str(th, name!(th, "collections"), collections)?;
        entry.set_str(th, name!(th, "collected"), collected)?;
        entry.set_str(th, name!(th, "uncollectable"), Value::from_i32(0))?;
        list.push(th, entry.value())?;
    }
    Ok(list.value())
}

fn get_freeze_count(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(0))
}

/// Appends all living objects for which `wanted` holds. It sees them in a stopped world and must
/// neither allocate nor run Python.
pub fn search(
    th: &mut Thread,
    found: &mut RootVec,
    mut wanted: impl FnMut(Value) -> bool,
) -> Result<(), Raised> {
    found.push(Value::NONE);
    // Whatever is unreachable goes first, so that it is not found.
    th.collect_and_look(&mut || {
        found.clear();
        // SAFETY: the world is stopped, and a stopped thread has finished all its objects (H2);
        // the closure only reads.
        unsafe {
            Heap::get().for_each_object(&mut |object| {
                if !layout_of(object.as_ptr()).storage {
                    let value = Value::from_object(object);
                    if wanted(value) {
                        found.push(value);
                    }
                }
            });
        }
    });
    th.poll()
}

/// Whether CPython would track such an object: one that may refer to others.
fn is_container(value: Value) -> bool {
    if !value.is_object() {
        return false;
    }
    let spec = orochi_vm::shape::shape_of_object(value).native;
    let atomic = [
        &types::str::SPEC,
        &types::int::SPEC,
        &types::bytes::SPEC,
        &types::bytearray::SPEC,
        &types::complex::SPEC,
        &types::code::SPEC,
        &types::dict::GLOBAL_CELL,
        &orochi_vm::class::change::ATTRIBUTE_CELL,
        &types::thread_local::THREAD_KEY,
    ];
    !atomic.iter().any(|atomic| std::ptr::eq(*atomic, spec))
}

fn get_objects(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if let Some(generation) = argument::given(args[0]) {
        let generation = argument::c_long(th, generation)?;
        if !(0..=2).contains(&generation) {
            return Err(th.value_error(format!(
                "generation parameter must be less than the number of available generations ({})",
                3
            )));
        }
        if generation < 2 {
            return Ok(List::new(th)?.value());
        }
    }
    let mut found = RootVec::new();
    search(th, &mut found, is_container)?;
    Ok(List::from_slice(th, &found)?.value())
}

/// Visits what an object refers to, global variables' cells opened.
fn referents_of(value: Value, visit: &mut dyn FnMut(Value)) {
    let Some(object) = value.as_object() else { return };
    // SAFETY: called in a stopped world, for living objects.
    unsafe {
        Heap::get().referents(object, &mut |referent| {
            let cell = referent.cast_exact::<types::dict::GlobalCell>().is_some();
            match referent.as_object().filter(|_| cell) {
                Some(cell) => Heap::get().referents(cell, visit),
                None => visit(referent),
            }
        });
    }
}

fn get_referrers(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(objects) = args[0].cast::<Tuple>() else { return Ok(List::new(th)?.value()) };
    let mut found = RootVec::new();
    search(th, &mut found, |candidate| {
        if !is_container(candidate) || candidate == objects.value() {
            return false;
        }
        let mut refers = false;
        referents_of(candidate, &mut |value| refers |= objects.as_slice().contains(&value));
        refers
    })?;
    Ok(List::from_slice(th, &found)?.value())
}

fn get_referents(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(objects) = args[0].cast::<Tuple>() else { return Ok(List::new(th)?.value()) };
    let mut found = RootVec::new();
    found.push(Value::NONE);
    found.clear();
    th.stop_the_world(|| {
        for &object in objects.as_slice() {
            referents_of(object, &mut |value| found.push(value));
        }
    });
    Ok(List::from_slice(th, &found)?.value())
}

fn is_tracked(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(is_container(args[0])))
}

fn is_finalized(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}
