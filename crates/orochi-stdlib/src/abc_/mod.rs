//! `_abc`: what `abc.ABCMeta` is made of.
//!
//! Each abstract class keeps, in an object under its `_abc_impl`, the classes registered with it and
//! what it has answered so far. All of them are held weakly: tables go from the address of a class,
//! as a number, to a weak reference, so a question needs no new object and the address of a class
//! that has died and been used again is found to be that of somebody else. Negative answers carry
//! the number of registrations at their time, in all classes: one more, and they are void.

use std::sync::atomic::{AtomicU64, Ordering};

use orochi_vm::class::{Class, Method, NativeLayout, TypeFlags, TypeSpec, flags, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int;
use orochi_vm::types::set::Set;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;
use orochi_vm::types::weakref::WeakRef;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Module contains faster C implementation of abc.ABCMeta",
    functions: FUNCTIONS,
    execute: Some(|th, _| orochi_vm::class::native::make_class(th, &DATA).map(drop)),
    ..ModuleSpec::named("_abc")
};

heap_object! {
    /// What an abstract class knows.
    pub struct AbcData: DATA {
        values {
            /// Registered classes.
            registry: Ref<Dict>,
            /// Classes known to be subclasses.
            cache: Ref<Dict>,
            /// Classes known not to be.
            negative: Ref<Dict>,
        }
        storage {}
        data {
            /// The number of registrations that the negative answers are good for.
            version: u64,
        }
    }
}

static DATA: TypeSpec = TypeSpec {
    module: "_abc",
    doc: "Internal state held by ABC machinery.",
    flags: TypeFlags::NO_NEW,
    ..TypeSpec::named("_abc_data", NativeLayout::of::<AbcData>())
};

static FUNCTIONS: &[Method] = &[
    function(
        "get_cache_token()",
        get_cache_token,
        "Returns the current ABC cache token.\n\nThe token is an opaque object (supporting equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses.  The token changes\nwith every call to register() on any ABC.",
    ),
    function(
        "_abc_init(self, /)",
        init,
        "Internal ABC helper for class set-up. Should be never used outside abc module.",
    ),
    function(
        "_abc_register(self, subclass, /)",
        register,
        "Internal ABC helper for subclasss registration. Should be never used outside abc module.",
    ),
    function(
        "_abc_instancecheck(self, instance, /)",
        instancecheck,
        "Internal ABC helper for instance checks. Should be never used outside abc module.",
    ),
    function(
        "_abc_subclasscheck(self, subclass, /)",
        subclasscheck,
        "Internal ABC helper for subclasss checks. Should be never used outside abc module.",
    ),
    function("_get_dump(self, /)", dump, "Internal ABC helper for cache and registry debugging."),
    function(
        "_reset_registry(self, /)",
        reset_registry,
        "Internal ABC helper to reset registry of a given class.",
    ),
    function(
        "_reset_caches(self, /)",
        reset_caches,
        "Internal ABC helper to reset both caches of a given class.",
    ),
];

/// Registrations so far.
static REGISTRATIONS: AtomicU64 = AtomicU64::new(0);
/// Tables of this size are searched for dead classes when they grow.
const PURGE_FROM: usize = 64;

fn get_cache_token(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    th.int_from_u64(REGISTRATIONS.load(Ordering::Acquire))
}

/// The address of a class, as the tables have it.
fn address(class: Value) -> Value {
    Value::int_unchecked(class.bits() as i64)
}

fn lookup(th: &mut Thread, table: Ref<Dict>, class: Value) -> Result<bool, Raised> {
    let found = table.get(th, address(class))?.and_then(|found| found.cast::<WeakRef>());
    Ok(found.is_some_and(|reference| reference.target() == Some(class)))
}

fn add(th: &mut Thread, table: Ref<Dict>, class: Value) -> Result<(), Raised> {
    let length = table.len(th)?;
    if length >= PURGE_FROM && length.is_power_of_two() {
        purge(th, table)?;
    }
    let reference = WeakRef::plain(th, class)?;
    table.set(th, address(class), reference.value())
}

/// The living classes of a table.
fn members(th: &mut Thread, table: Ref<Dict>, classes: &mut RootVec) -> Result<(), Raised> {
    let mut position = 0;
    while let Some((_, reference, next)) = table.entry_from(th, position)? {
        position = next;
        if let Some(class) = reference.cast::<WeakRef>().and_then(|reference| reference.target()) {
            classes.push(class);
        }
    }
    Ok(())
}

fn purge(th: &mut Thread, table: Ref<Dict>) -> Result<(), Raised> {
    let mut dead = RootVec::new();
    let mut position = 0;
    while let Some((key, reference, next)) = table.entry_from(th, position)? {
        position = next;
        if reference.cast::<WeakRef>().is_none_or(|reference| reference.target().is_none()) {
            dead.push(key);
        }
    }
    for at in 0..dead.len() {
        table.delete(th, dead[at])?;
    }
    Ok(())
}

fn data(th: &mut Thread, class: Value) -> Result<Ref<AbcData>, Raised> {
    let found = th.get_attribute(class, name!(th, "_abc_impl"))?;
    match found.cast_exact::<AbcData>() {
        Some(data) => Ok(data),
        None => Err(th.type_error("_abc_impl is set to a wrong type")),
    }
}

fn is_abstract(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    match th.find_attribute(value, name!(th, "__isabstractmethod__"))? {
        Some(says) => th.is_true(says),
        None => Ok(false),
    }
}

/// Sets `__abstractmethods__`.
fn compute_abstract_methods(th: &mut Thread, own: Value) -> Result<(), Raised> {
    let names = Set::new(th)?;
    let namespace = th.get_attribute(own, name!(th, "__dict__"))?;
    let mut items = RootVec::new();
    let view = th.call_method(namespace, name!(th, "items"), &[])?;
    th.collect(view, &mut items)?;
    for at in 0..items.len() {
        let Some(item) = items[at].cast::<Tuple>() else { continue };
        if is_abstract(th, item.get(1))? {
            names.add(th, item.get(0))?;
        }
    }
    let bases = th.get_attribute(own, name!(th, "__bases__"))?;
    let Some(bases) = bases.cast::<Tuple>() else {
        return Err(th.type_error("__bases__ is not tuple"));
    };
    for at in 0..bases.len() {
        let inherited = th.find_attribute(bases.get(at), name!(th, "__abstractmethods__"))?;
        let Some(inherited) = inherited else { continue };
        let mut keys = RootVec::new();
        th.collect(inherited, &mut keys)?;
        for key in 0..keys.len() {
            let Some(name) = keys[key].cast::<Str>() else {
                return Err(th.type_error(format!(
                    "attribute name must be string, not '{}'",
                    th.type_name(keys[key])
                )));
            };
            let name = th.intern_str(name);
            if let Some(value) = th.find_attribute(own, name)?
                && is_abstract(th, value)?
            {
                names.add(th, name.value())?;
            }
        }
    }
    let frozen = Set::frozen(th, names)?;
    th.set_attribute(own, name!(th, "__abstractmethods__"), frozen.value())
}

/// `Py_TPFLAGS_SEQUENCE` and `Py_TPFLAGS_MAPPING`, as `__abc_tpflags__` has them.
const PATTERN_FLAGS: [(i64, u32); 2] = [(1 << 5, flags::SEQUENCE), (1 << 6, flags::MAPPING)];

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = args[0];
    compute_abstract_methods(th, own)?;
    let (registry, cache, negative) = (Dict::new(th)?, Dict::new(th)?, Dict::new(th)?);
    let version = REGISTRATIONS.load(Ordering::Acquire);
    let data = AbcData::allocate(th, registry, cache, negative, version)?;
    th.set_attribute(own, name!(th, "_abc_impl"), data.value())?;
    let Some(class) = own.cast::<Class>() else { return Ok(Value::NONE) };
    let name = name!(th, "__abc_tpflags__");
    let Some(given) = th.class_entry(class, name)? else { return Ok(Value::NONE) };
    th.set_class_entry(class, name, Value::UNBOUND)?;
    let given = int::as_i64(given).unwrap_or(0);
    if PATTERN_FLAGS.iter().all(|(bit, _)| given & bit != 0) {
        return Err(th.type_error(
            "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
        ));
    }
    for (bit, flag) in PATTERN_FLAGS {
        if given & bit != 0 {
            class.set_flag(flag, true);
        }
    }
    Ok(Value::NONE)
}

fn register(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (own, subclass) = (args[0], args[1]);
    let Some(class) = subclass.cast::<Class>() else {
        return Err(th.type_error("Can only register classes"));
    };
    if th.issubclass(subclass, own)? {
        return Ok(subclass);
    }
    if th.issubclass(own, subclass)? {
        return Err(th.runtime_error("Refusing to create an inheritance cycle"));
    }
    let data = data(th, own)?;
    // The number of registrations, and flags of classes, are read without barriers.
    th.change_unguarded(&data.header().owner, |th| {
        let registry = th.read(data)?.registry.get();
        add(th, registry, subclass)?;
        REGISTRATIONS.fetch_add(1, Ordering::AcqRel);
        if let Some(own) = own.cast::<Class>() {
            for (_, flag) in PATTERN_FLAGS {
                if own.has(flag) {
                    mark_pattern(th, class, flag)?;
                }
            }
        }
        Ok(subclass)
    })
}

/// A registered class, and all that derive from it, match the patterns that the abstract one does.
/// Built-in classes stay as they are: a `str` is a sequence, but matches no sequence pattern.
fn mark_pattern(th: &mut Thread, class: Ref<Class>, flag: u32) -> Result<(), Raised> {
    if class.has(flags::SEALED) {
        // Built-in types say themselves what they match: `str` is registered, and no sequence here.
        return Ok(());
    }
    let mut all = RootVec::new();
    all.push(class.value());
    th.with_subclasses(class, &mut all)?;
    for at in 0..all.len() {
        let Some(class) = all[at].cast::<Class>() else { continue };
        if !class.has(flags::HEAP) {
            continue;
        }
        // A block logs the flags with the rest.
        th.write(class)?;
        for (_, other) in PATTERN_FLAGS {
            class.set_flag(other, other == flag);
        }
    }
    Ok(())
}

fn negative_answer(th: &mut Thread, data: Ref<AbcData>, class: Value) -> Result<bool, Raised> {
    let (negative, version) = {
        let state = th.read(data)?;
        (state.negative.get(), state.version.get())
    };
    let now = REGISTRATIONS.load(Ordering::Acquire);
    if version < now {
        let fresh = Dict::new(th)?;
        let state = th.write(data)?;
        state.negative.set(state.token(), fresh);
        state.version.set(state.token(), now);
        return Ok(false);
    }
    lookup(th, negative, class)
}

fn instancecheck(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (own, instance) = (args[0], args[1]);
    let data = data(th, own)?;
    let subclass = th.get_attribute(instance, name!(th, "__class__"))?;
    let cache = th.read(data)?.cache.get();
    if lookup(th, cache, subclass)? {
        return Ok(Value::TRUE);
    }
    let real = th.class_of(instance).value();
    let check = name!(th, "__subclasscheck__");
    if real == subclass {
        if negative_answer(th, data, subclass)? {
            return Ok(Value::FALSE);
        }
        return th.call_method(own, check, &[subclass]);
    }
    let answer = th.call_method(own, check, &[subclass])?;
    if th.is_true(answer)? {
        return Ok(answer);
    }
    th.call_method(own, check, &[real])
}

fn subclasscheck(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (own, subclass) = (args[0], args[1]);
    let Some(class) = subclass.cast::<Class>() else {
        return Err(th.type_error("issubclass() arg 1 must be a class"));
    };
    let data = data(th, own)?;
    let cache = th.read(data)?.cache.get();
    if lookup(th, cache, subclass)? {
        return Ok(Value::TRUE);
    }
    if negative_answer(th, data, subclass)? {
        return Ok(Value::FALSE);
    }
    let answer = decide(th, own, class, data)?;
    let table = {
        let state = th.read(data)?;
        if answer { state.cache.get() } else { state.negative.get() }
    };
    add(th, table, subclass)?;
    Ok(Value::from_bool(answer))
}

/// What is not in the caches.
fn decide(
    th: &mut Thread,
    own: Value,
    class: Ref<Class>,
    data: Ref<AbcData>,
) -> Result<bool, Raised> {
    th.check_native_stack()?;
    let subclass = class.value();
    let hook = th.call_method(own, name!(th, "__subclasshook__"), &[subclass])?;
    if hook.is_bool() {
        return Ok(hook.is_true());
    }
    if hook != Value::NOT_IMPLEMENTED {
        return Err(th.assertion_error(
            "__subclasshook__ must return either False, True, or NotImplemented",
        ));
    }
    if class.mro.get().as_slice().contains(&own) {
        return Ok(true);
    }
    let mut registered = RootVec::new();
    let registry = th.read(data)?.registry.get();
    members(th, registry, &mut registered)?;
    for at in 0..registered.len() {
        if th.issubclass(subclass, registered[at])? {
            return Ok(true);
        }
    }
    let direct = th.call_method(own, name!(th, "__subclasses__"), &[])?;
    let mut derived = RootVec::new();
    th.collect(direct, &mut derived)?;
    for at in 0..derived.len() {
        if th.issubclass(subclass, derived[at])? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn dump(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = data(th, args[0])?;
    let (tables, version) = {
        let state = th.read(data)?;
        ([state.registry.get(), state.cache.get(), state.negative.get()], state.version.get())
    };
    let mut parts = [Value::UNBOUND; 4];
    for (part, table) in parts.iter_mut().zip(tables) {
        let mut classes = RootVec::new();
        members(th, table, &mut classes)?;
        let set = Set::new(th)?;
        *part = set.value();
        for at in 0..classes.len() {
            let reference = WeakRef::plain(th, classes[at])?;
            set.add(th, reference.value())?;
        }
    }
    parts[3] = th.int_from_u64(version)?;
    Ok(Tuple::from_slice(th, &parts)?.value())
}

fn reset_registry(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = data(th, args[0])?;
    let registry = th.read(data)?.registry.get();
    registry.clear(th)?;
    Ok(Value::NONE)
}

fn reset_caches(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = data(th, args[0])?;
    let (cache, negative) = {
        let state = th.read(data)?;
        (state.cache.get(), state.negative.get())
    };
    cache.clear(th)?;
    negative.clear(th)?;
    Ok(Value::NONE)
}
