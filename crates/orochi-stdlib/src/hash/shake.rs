//! `_sha3`: its classes are made by calling them, show what the sponge is like, and SHAKE's give
//! digests of any length.

use orochi_vm::class::{GetSet, Method, TypeSpec, function, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types;

use super::object::{METHODS, class, data_argument, size, start, with};
use super::state::{State, hexadecimal};

pub(super) const MODULE: ModuleSpec = ModuleSpec {
    types: &[&SHA3_224, &SHA3_256, &SHA3_384, &SHA3_512, &SHAKE_128, &SHAKE_256],
    execute: Some(|th, module| {
        let text = th.new_str("RustCrypto")?;
        module.dict().set_str(th, name!(th, "implementation"), text.value())
    }),
    ..ModuleSpec::named("_sha3")
};

macro_rules! sha3 {
    ($($class:ident, $name:literal, $state:ident, $methods:expr, $doc:literal;)*) => {
        $(static $class: TypeSpec = TypeSpec {
            new: Some(function(
                "__new__($type, data=b'', /, *, usedforsecurity=True, string=None)",
                |th, args| {
                    let data = data_argument(th, &args[1..])?;
                    start(th, &$class, State::$state(Default::default()), data)
                },
                "",
            )),
            ..class("_sha3", $name, $doc, $methods, SPONGE)
        };)*
    };
}

sha3! {
    SHA3_224, "sha3_224", Sha3d224, METHODS, "sha3_224([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 28 bytes.";
    SHA3_256, "sha3_256", Sha3d256, METHODS, "sha3_256([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 32 bytes.";
    SHA3_384, "sha3_384", Sha3d384, METHODS, "sha3_384([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 48 bytes.";
    SHA3_512, "sha3_512", Sha3d512, METHODS, "sha3_512([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 64 bytes.";
    SHAKE_128, "shake_128", Shake128, SHAKE_METHODS, "shake_128([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object.";
    SHAKE_256, "shake_256", Shake256, SHAKE_METHODS, "shake_256([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object.";
}

static SHAKE_METHODS: &[Method] = &[
    method("digest($self, /, length)", digest, "Return the digest value as a bytes object."),
    method(
        "hexdigest($self, /, length)",
        hexdigest,
        "Return the digest value as a string of hexadecimal digits.",
    ),
    method("copy($self, /)", METHODS[0].function, "Return a copy of the hash object."),
    method(
        "update($self, data, /)",
        METHODS[3].function,
        "Update this hash object's state with the provided bytes-like object.",
    ),
];

static SPONGE: &[GetSet] = &[
    getter("block_size", |th, hasher| size(th, hasher, State::block_size), ""),
    getter(
        "name",
        |th, hasher| {
            let name = with(th, hasher, |state| state.name())?;
            Ok(th.new_str(name)?.value())
        },
        "",
    ),
    getter("digest_size", |th, hasher| size(th, hasher, State::digest_size), ""),
    getter(
        "_capacity_bits",
        |th, hasher| size(th, hasher, |state| 1600 - 8 * state.block_size()),
        "",
    ),
    getter("_rate_bits", |th, hasher| size(th, hasher, |state| 8 * state.block_size()), ""),
    getter(
        "_suffix",
        |th, hasher| {
            let shake = with(th, hasher, |state| state.digest_size() == 0)?;
            Ok(th.new_bytes(if shake { &[0x1f] } else { &[6] })?.value())
        },
        "",
    ),
];

fn squeeze(th: &mut Thread, args: &[Value]) -> Result<Vec<u8>, Raised> {
    let length = th.index(args[1])?;
    if types::int::is_negative(length) {
        return Err(th.value_error("value must be positive"));
    }
    match types::int::as_u64(length) {
        Some(length) if length < 1 << 29 => {
            with(th, args[0], |state| state.digest(length as usize))
        }
        Some(_) => Err(th.value_error("length is too large")),
        None => Err(th.overflow_error("Python int too large to convert to C unsigned long")),
    }
}

fn digest(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let digest = squeeze(th, args)?;
    Ok(th.new_bytes(&digest)?.value())
}

fn hexdigest(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let digest = squeeze(th, args)?;
    Ok(th.new_str(&hexadecimal(&digest))?.value())
}
