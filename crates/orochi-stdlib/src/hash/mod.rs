//! `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`: the hash functions of `hashlib`.
//!
//! The functions themselves are those of RustCrypto and the BLAKE2 crates; [`state`] puts them
//! under one roof, [`object`] makes Python objects of them, which share a layout and differ by
//! class only. `shake.rs` and `blake.rs` add what these families do beyond that. There is no
//! `_hashlib`: `hashlib` falls back to these modules by itself.

mod blake;
mod object;
mod shake;
mod state;

use orochi_vm::class::{Method, TypeSpec, function};
use orochi_vm::native::ModuleSpec;

use object::{GETSET, MD5, METHODS, class, data_argument, start};
use state::State;

macro_rules! makers {
    ($(($function:literal, $class:expr, $state:ident, $doc:literal)),* $(,)?) => {
        &[$(function(
            concat!($function, "(data=b'', *, usedforsecurity=True, string=None)"),
            |th, args| {
                let data = data_argument(th, args)?;
                start(th, $class, State::$state(Default::default()), data)
            },
            $doc,
        ),)*]
    };
}

/// `_md5`
pub static MD5_MODULE: ModuleSpec = ModuleSpec {
    functions: makers![(
        "md5",
        &MD5,
        Md5,
        "Return a new MD5 hash object; optionally initialized with a string."
    )],
    execute: Some(|th, module| add_class(th, module, "MD5Type", &MD5)),
    ..ModuleSpec::named("_md5")
};

/// `_sha1`
pub static SHA1_MODULE: ModuleSpec = ModuleSpec {
    functions: makers![(
        "sha1",
        &SHA1,
        Sha1,
        "Return a new SHA1 hash object; optionally initialized with a string."
    )],
    execute: Some(|th, module| add_class(th, module, "SHA1Type", &SHA1)),
    ..ModuleSpec::named("_sha1")
};

/// `_sha2`
pub static SHA2_MODULE: ModuleSpec = ModuleSpec {
    functions: SHA2_FUNCTIONS,
    types: &[&SHA224, &SHA256, &SHA384, &SHA512],
    ..ModuleSpec::named("_sha2")
};

/// `_sha3`
pub static SHA3_MODULE: ModuleSpec = shake::MODULE;

/// `_blake2`
pub static BLAKE2_MODULE: ModuleSpec = blake::MODULE;

static SHA1: TypeSpec = class("_sha1", "sha1", "", METHODS, GETSET);
static SHA224: TypeSpec = class("_sha2", "SHA224Type", "", METHODS, GETSET);
static SHA256: TypeSpec = class("_sha2", "SHA256Type", "", METHODS, GETSET);
static SHA384: TypeSpec = class("_sha2", "SHA384Type", "", METHODS, GETSET);
static SHA512: TypeSpec = class("_sha2", "SHA512Type", "", METHODS, GETSET);

static SHA2_FUNCTIONS: &[Method] = makers![
    (
        "sha224",
        &SHA224,
        Sha224,
        "Return a new SHA-224 hash object; optionally initialized with a string."
    ),
    (
        "sha256",
        &SHA256,
        Sha256,
        "Return a new SHA-256 hash object; optionally initialized with a string."
    ),
    (
        "sha384",
        &SHA384,
        Sha384,
        "Return a new SHA-384 hash object; optionally initialized with a string."
    ),
    (
        "sha512",
        &SHA512,
        Sha512,
        "Return a new SHA-512 hash object; optionally initialized with a string."
    ),
];

/// Shows a class under a name that is not its own.
fn add_class(
    th: &mut orochi_vm::thread::Thread,
    module: orochi_vm::object::Ref<orochi_vm::types::module::Module>,
    name: &str,
    spec: &'static TypeSpec,
) -> Result<(), orochi_vm::exception::Raised> {
    let class = orochi_vm::class::native::make_class(th, spec)?;
    let name = th.intern(name)?;
    module.dict().set_str(th, name, class.value())
}
