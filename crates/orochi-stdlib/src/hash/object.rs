//! What all hash objects share: layout and methods. The class of an object only says what
//! `type()` and `repr()` show; its state knows which function it is.

use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::thread::undo::Restore;
use orochi_vm::types::str::Str;

use super::state::{State, hexadecimal};
use crate::bytes_like;
use crate::native_state::NativeState;

heap_object! {
    /// A hash function under way.
    pub struct Hasher: MD5 {
        values {}
        storage {}
        data {
            /// Where it is.
            state: NativeState<State>,
        }
    }
}

/// Bytes that are hashed between two safepoints: about 100 µs of the slowest function.
const CHUNK: usize = 32 << 10;

/// # Safety
/// A dead `Hasher`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<Hasher>()).state.get().free() }
}

/// # Safety
/// A `Hasher` that is held.
unsafe fn save(object: *const Header) -> Restore {
    // SAFETY: the caller's promise.
    unsafe { (*object.cast::<Hasher>()).state.get().save() }
}

/// A class of hash objects.
pub(super) const fn class(
    module: &'static str,
    name: &'static str,
    doc: &'static str,
    methods: &'static [Method],
    getset: &'static [GetSet],
) -> TypeSpec {
    TypeSpec {
        module,
        doc,
        flags: TypeFlags::IMMUTABLE,
        methods,
        getset,
        finalise: Some(free),
        save: Some(save),
        same_layout: Some(&MD5),
        ..TypeSpec::named(name, NativeLayout::of::<Hasher>())
    }
}

/// `_md5.md5`, whose layout all the others have.
pub(super) static MD5: TypeSpec =
    TypeSpec { same_layout: None, ..class("_md5", "md5", "", METHODS, GETSET) };

pub(super) static METHODS: &[Method] = &[
    method("copy($self, /)", copy, "Return a copy of the hash object."),
    method("digest($self, /)", digest, "Return the digest value as a bytes object."),
    method(
        "hexdigest($self, /)",
        hexdigest,
        "Return the digest value as a string of hexadecimal digits.",
    ),
    method(
        "update($self, obj, /)",
        update,
        "Update this hash object's state with the provided string.",
    ),
];

pub(super) static GETSET: &[GetSet] = &[
    getter("block_size", |th, hasher| size(th, hasher, State::block_size), ""),
    getter("name", name, ""),
    getter("digest_size", |th, hasher| size(th, hasher, State::digest_size), ""),
];

/// Does something with the state, which is this thread's meanwhile.
pub(super) fn with<R>(
    th: &mut Thread,
    hasher: Value,
    work: impl FnOnce(&mut State) -> R,
) -> Result<R, Raised> {
    let hasher = th.receiver::<Hasher>(hasher)?;
    let guard = th.write(hasher)?;
    Ok(work(&mut guard.state.get().get(guard.token())))
}

/// A new object of a class, which has taken in what was given first.
pub(super) fn start(
    th: &mut Thread,
    class: &'static TypeSpec,
    state: State,
    data: Value,
) -> Result<Value, Raised> {
    // What is no bytes-like object is told before anything is made.
    let data = if data.is_unbound() { None } else { Some(input(th, data)?) };
    let shape = orochi_vm::class::native::make_class(th, class)?.root_shape();
    let made = Hasher::allocate_as(th, shape, NativeState::new(state))?.value();
    if let Some(data) = data {
        take_in(th, made, &data)?;
    }
    Ok(made)
}

/// The bytes of an argument, or the error for one that cannot be hashed.
pub(super) fn input(th: &mut Thread, data: Value) -> Result<bytes_like::Input, Raised> {
    if data.cast::<Str>().is_some() {
        return Err(th.type_error("Strings must be encoded before hashing"));
    }
    if !th.is_bytes_like(data) {
        return Err(th.type_error("object supporting the buffer API required"));
    }
    bytes_like::input(th, data)
}

/// Takes in data in pieces, with a safepoint after each. Two threads that feed one object at once
/// get their pieces in some order, as they would with a lock around each.
fn take_in(th: &mut Thread, hasher: Value, data: &[u8]) -> Result<(), Raised> {
    for (index, chunk) in data.chunks(CHUNK).enumerate() {
        if index > 0 {
            th.poll()?;
        }
        with(th, hasher, |state| state.update(chunk))?;
    }
    Ok(())
}

fn update(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = input(th, args[1])?;
    take_in(th, args[0], &data)?;
    Ok(Value::NONE)
}

fn copy(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let state = with(th, args[0], |state| state.clone())?;
    let shape = th.class_of(args[0]).root_shape();
    Ok(Hasher::allocate_as(th, shape, NativeState::new(state))?.value())
}

fn digest(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let digest = with(th, args[0], |state| state.digest(0))?;
    Ok(th.new_bytes(&digest)?.value())
}

fn hexdigest(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let digest = with(th, args[0], |state| state.digest(0))?;
    Ok(th.new_str(&hexadecimal(&digest))?.value())
}

fn name(th: &mut Thread, hasher: Value) -> Result<Value, Raised> {
    let name = with(th, hasher, |state| state.name())?;
    Ok(th.new_str(name)?.value())
}

pub(super) fn size(
    th: &mut Thread,
    hasher: Value,
    which: fn(&State) -> usize,
) -> Result<Value, Raised> {
    let size = with(th, hasher, |state| which(state))?;
    th.int_from_i64(size as i64)
}

/// The data among `data`, `usedforsecurity` and `string`, the latter being its old name.
pub(super) fn data_argument(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    match (args[0].is_unbound(), args[2].is_unbound()) {
        (false, false) => Err(th.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        )),
        (true, false) => Ok(args[2]),
        _ => Ok(args[0]),
    }
}
