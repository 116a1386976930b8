//! `stmdict`, `hashtable`, `stmiddict` and the sets: keys that do not get into each other's way.
//!
//! The tables are `orochi_vm::types::transactional`; this is what Python sees of them. What needs no
//! speed (views, operators, `update`) is added by `transaction.py`.

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::transactional::{Change, Core, Keys, sum};
use orochi_vm::types::tuple::Tuple;

use crate::argument;

heap_object! {
    /// A table: its fields never change.
    pub immutable struct Table: TABLE {
        values {
            /// The keys and their values.
            core: Ref<Core>,
            /// How many there are.
            tally: Ref<Core>,
        }
        storage {}
        data {
            /// Keys are integers of 64 bits.
            integers: bool,
        }
    }
}

/// What all tables have in common.
pub static TABLE: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "A table whose keys do not get into each other's way.",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE).and(TypeFlags::BASE).and(TypeFlags::WEAKREF),
    methods: &[
        method("__len__($self, /)", len, "Return len(self)."),
        method("__contains__($self, key, /)", contains, "Return bool(key in self)."),
        method("__iter__($self, /)", iter, "Implement iter(self)."),
        method("__reversed__($self, /)", reversed, "Return a reverse iterator over the keys."),
    ],
    ..TypeSpec::named("_table", NativeLayout::of::<Table>())
};

const NEW: &str = "__new__($type, /, *args, **kwargs)";
const FLAGS: TypeFlags = TypeFlags::BASE.and(TypeFlags::IMMUTABLE).and(TypeFlags::WEAKREF);

/// `_transaction.stmdict`
pub static DICT: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "A dictionary whose keys do not get into each other's way.",
    base: Some(&TABLE),
    flags: FLAGS.and(TypeFlags::MAPPING),
    new: Some(function(NEW, |th, args| new(th, args, &DICT, Keys::Equal, false), "")),
    methods: MAPPING,
    ..TypeSpec::named("stmdict", NativeLayout::of::<Table>())
};

/// `_transaction.hashtable`
pub static HASHTABLE: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "A mapping from integers whose keys do not get into each other's way.",
    base: Some(&TABLE),
    flags: FLAGS.and(TypeFlags::MAPPING),
    new: Some(function(NEW, |th, args| new(th, args, &HASHTABLE, Keys::Equal, true), "")),
    methods: MAPPING,
    ..TypeSpec::named("hashtable", NativeLayout::of::<Table>())
};

/// `_transaction.stmiddict`
pub static IDENTITY_DICT: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "A mapping from objects by identity, whose keys do not get into each other's way.",
    base: Some(&TABLE),
    flags: FLAGS.and(TypeFlags::MAPPING),
    new: Some(function(NEW, |th, args| new(th, args, &IDENTITY_DICT, Keys::Identity, false), "")),
    methods: MAPPING,
    ..TypeSpec::named("stmiddict", NativeLayout::of::<Table>())
};

/// `_transaction.stmset`
pub static SET: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "A set whose members do not get into each other's way.",
    base: Some(&TABLE),
    flags: FLAGS,
    new: Some(function(NEW, |th, args| new(th, args, &SET, Keys::Equal, false), "")),
    methods: MEMBERS,
    ..TypeSpec::named("stmset", NativeLayout::of::<Table>())
};

/// `_transaction.stmidset`
pub static IDENTITY_SET: TypeSpec = TypeSpec {
    module: "_transaction",
    doc: "A set of objects by identity, which do not get into each other's way.",
    base: Some(&TABLE),
    flags: FLAGS,
    new: Some(function(NEW, |th, args| new(th, args, &IDENTITY_SET, Keys::Identity, false), "")),
    methods: MEMBERS,
    ..TypeSpec::named("stmidset", NativeLayout::of::<Table>())
};

static MAPPING: &[Method] = &[
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method("__setitem__($self, key, value, /)", setitem, "Set self[key] to value."),
    method("__delitem__($self, key, /)", delitem, "Delete self[key]."),
    method(
        "get($self, key, default=None, /)",
        get,
        "Return the value for key if key is in the dictionary, else default.",
    ),
    method(
        "setdefault($self, key, default=None, /)",
        setdefault,
        "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in the dictionary, else default.",
    ),
    method(
        "pop($self, key, default=<unrepresentable>, /)",
        pop,
        "Remove specified key and return the corresponding value.\n\nIf the key is not found, return the default if given; otherwise,\nraise a KeyError.",
    ),
    method("keys($self, /)", keys, "The keys, as a list, in the order in which they came."),
    method("values($self, /)", values, "The values, as a list, in the order of the keys."),
    method("items($self, /)", items, "Pairs of keys and values, as a list."),
];

static MEMBERS: &[Method] = &[
    method("add($self, object, /)", add, "Add an element to a set."),
    method(
        "remove($self, object, /)",
        remove,
        "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError.",
    ),
    method("discard($self, object, /)", discard, "Remove an element from a set if it is a member."),
];

fn new(
    th: &mut Thread,
    args: &[Value],
    spec: &'static TypeSpec,
    keys: Keys,
    integers: bool,
) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], spec)?;
    let (core, tally) = (Core::new(th, keys)?, Core::new(th, Keys::Identity)?);
    Ok(Table::allocate_as(th, shape, core, tally, integers)?.value())
}

/// What a table is made of.
struct Parts {
    core: Ref<Core>,
    tally: Ref<Core>,
    integers: bool,
}

fn receiver(th: &mut Thread, table: Value) -> Result<Parts, Raised> {
    // Claimed for its attributes only; these fields are as they were at the beginning.
    let own = th.receiver::<Table>(table)?;
    Ok(Parts { core: own.core.get(), tally: own.tally.get(), integers: own.integers.get() })
}

impl Parts {
    /// A key as it is kept, with its hash.
    fn key(&self, th: &mut Thread, key: Value, what: &str) -> Result<(Value, u64), Raised> {
        let key = if self.integers && !key.is_int() {
            let number = argument::c_long(th, key)?;
            th.int_from_i64(number)?
        } else {
            key
        };
        Ok((key, self.core.hash(th, key, what)?))
    }

    fn look_up(&self, th: &mut Thread, key: Value, what: &str) -> Result<Option<Value>, Raised> {
        let (key, hash) = self.key(th, key, what)?;
        self.core.get(th, key, hash)
    }

    fn change(
        &self,
        th: &mut Thread,
        key: Value,
        (what, peeks): (&str, bool),
        decide: impl Fn(Option<Value>) -> Change,
    ) -> Result<Option<Value>, Raised> {
        let key = self.key(th, key, what)?;
        self.core.change(th, self.tally, key, peeks, decide)
    }

    fn remove(&self, th: &mut Thread, key: Value, what: &str) -> Result<Option<Value>, Raised> {
        self.change(th, key, (what, false), |old| match old {
            Some(_) => Change::Remove,
            None => Change::Keep,
        })
    }
}

/// What a key is called in errors.
const KEY: &str = "dict key";
/// What a member is called in errors.
const ELEMENT: &str = "set element";

fn len(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = receiver(th, args[0])?;
    let count = sum(th, own.tally)?;
    th.int_from_i64(count)
}

fn contains(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_bool(receiver(th, args[0])?.look_up(th, args[1], KEY)?.is_some()))
}

/// Every other value of keys and values in turn.
fn listed(th: &mut Thread, table: Value, first: usize) -> Result<Ref<List>, Raised> {
    let items = receiver(th, table)?.core.items(th)?;
    let mut chosen = RootVec::new();
    for &value in items.as_slice().iter().skip(first).step_by(2) {
        chosen.push(value);
    }
    List::from_slice(th, chosen.as_slice())
}

fn iter(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let keys = listed(th, args[0], 0)?;
    th.iterate(keys.value())
}

fn reversed(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = receiver(th, args[0])?.core.items(th)?;
    let mut chosen = RootVec::new();
    for &key in items.as_slice().iter().step_by(2).rev() {
        chosen.push(key);
    }
    let keys = List::from_slice(th, chosen.as_slice())?;
    th.iterate(keys.value())
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match receiver(th, args[0])?.look_up(th, args[1], KEY)? {
        Some(value) => Ok(value),
        None => Err(th.key_error(args[1])),
    }
}

fn setitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let new = args[2];
    receiver(th, args[0])?.change(th, args[1], (KEY, false), |_| Change::Put(new))?;
    Ok(Value::NONE)
}

fn delitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match receiver(th, args[0])?.remove(th, args[1], KEY)? {
        Some(_) => Ok(Value::NONE),
        None => Err(th.key_error(args[1])),
    }
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let found = receiver(th, args[0])?.look_up(th, args[1], KEY)?;
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    Ok(found.unwrap_or(default))
}

fn setdefault(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let default = if args[2].is_unbound() { Value::NONE } else { args[2] };
    let old = receiver(th, args[0])?.change(th, args[1], (KEY, true), |old| match old {
        Some(_) => Change::Keep,
        None => Change::Put(default),
    })?;
    Ok(old.unwrap_or(default))
}

fn pop(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match receiver(th, args[0])?.remove(th, args[1], KEY)? {
        Some(value) => Ok(value),
        None if args[2].is_unbound() => Err(th.key_error(args[1])),
        None => Ok(args[2]),
    }
}

fn keys(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(listed(th, args[0], 0)?.value())
}

fn values(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(listed(th, args[0], 1)?.value())
}

fn items(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let items = receiver(th, args[0])?.core.items(th)?;
    let mut pairs = RootVec::new();
    for pair in items.as_slice().chunks_exact(2) {
        pairs.push(Tuple::from_slice(th, pair)?.value());
    }
    Ok(List::from_slice(th, pairs.as_slice())?.value())
}

fn add(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?.change(th, args[1], (ELEMENT, true), |old| match old {
        Some(_) => Change::Keep,
        None => Change::Put(Value::TRUE),
    })?;
    Ok(Value::NONE)
}

fn remove(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match receiver(th, args[0])?.remove(th, args[1], ELEMENT)? {
        Some(_) => Ok(Value::NONE),
        None => Err(th.key_error(args[1])),
    }
}

fn discard(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    receiver(th, args[0])?.remove(th, args[1], ELEMENT)?;
    Ok(Value::NONE)
}
