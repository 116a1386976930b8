//! `_blake2`: hash functions with many parameters.

use orochi_vm::class::{TypeSpec, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types;

use super::object::{GETSET, METHODS, class, input, start};
use super::state::State;

pub(super) const MODULE: ModuleSpec = ModuleSpec {
    doc: "_blake2b provides BLAKE2b for hashlib\n",
    types: &[&BLAKE2B, &BLAKE2S],
    execute: Some(|th, module| {
        for (spec, prefix, sizes) in [(&BLAKE2B, "BLAKE2B_", &BIG), (&BLAKE2S, "BLAKE2S_", &SMALL)]
        {
            for (name, size) in [
                ("SALT_SIZE", sizes.salt),
                ("PERSON_SIZE", sizes.salt),
                ("MAX_KEY_SIZE", sizes.digest),
                ("MAX_DIGEST_SIZE", sizes.digest),
            ] {
                let size = th.int_from_i64(size as i64)?;
                let key = th.intern(&format!("{prefix}{name}"))?;
                module.dict().set_str(th, key, size)?;
                let key = th.intern(name)?;
                th.set_class_entry(spec.class(), key, size)?;
            }
        }
        Ok(())
    }),
    ..ModuleSpec::named("_blake2")
};

/// The largest sizes of one of the two functions.
struct Sizes {
    digest: usize,
    salt: usize,
    offset: u64,
}

const BIG: Sizes = Sizes { digest: 64, salt: 16, offset: u64::MAX };
const SMALL: Sizes = Sizes { digest: 32, salt: 8, offset: (1 << 48) - 1 };

static BLAKE2B: TypeSpec = TypeSpec {
    new: Some(function(
        "__new__($type, data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
        |th, args| {
            let given = Parameters::read(th, args, &BIG)?;
            let mut own = blake2b_simd::Params::new();
            own.hash_length(given.digest_size)
                .key(&given.key)
                .salt(&given.salt)
                .personal(&given.person)
                .fanout(given.fanout)
                .max_depth(given.depth)
                .max_leaf_length(given.leaf_size)
                .node_offset(given.node_offset)
                .node_depth(given.node_depth)
                .inner_hash_length(given.inner_size)
                .last_node(given.last_node);
            let state = State::Blake2b(Box::new(own.to_state()), given.digest_size);
            start(th, &BLAKE2B, state, given.data)
        },
        "",
    )),
    ..class("_blake2", "blake2b", "Return a new BLAKE2b hash object.", METHODS, GETSET)
};

static BLAKE2S: TypeSpec = TypeSpec {
    new: Some(function(
        "__new__($type, data=b'', /, *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
        |th, args| {
            let given = Parameters::read(th, args, &SMALL)?;
            let mut own = blake2s_simd::Params::new();
            own.hash_length(given.digest_size)
                .key(&given.key)
                .salt(&given.salt)
                .personal(&given.person)
                .fanout(given.fanout)
                .max_depth(given.depth)
                .max_leaf_length(given.leaf_size)
                .node_offset(given.node_offset)
                .node_depth(given.node_depth)
                .inner_hash_length(given.inner_size)
                .last_node(given.last_node);
            let state = State::Blake2s(Box::new(own.to_state()), given.digest_size);
            start(th, &BLAKE2S, state, given.data)
        },
        "",
    )),
    ..class("_blake2", "blake2s", "Return a new BLAKE2s hash object.", METHODS, GETSET)
};

struct Parameters {
    data: Value,
    digest_size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
}

impl Parameters {
    fn read(th: &mut Thread, args: &[Value], sizes: &Sizes) -> Result<Self, Raised> {
        let data = super::data_argument(th, &[args[1], args[13], args[14]])?;
        let digest_size = number(th, args[2], sizes.digest as i64)?;
        if digest_size < 1 || digest_size > sizes.digest as i64 {
            let most = sizes.digest;
            return Err(th.value_error(format!("digest_size must be between 1 and {most} bytes")));
        }
        let salt = bytes(th, args[4], "salt", sizes.salt)?;
        let person = bytes(th, args[5], "person", sizes.salt)?;
        let fanout = small(th, args[6], 1, "fanout must be between 0 and 255")?;
        let depth = match number(th, args[7], 1)? {
            depth @ 1..=255 => depth as u8,
            _ => return Err(th.value_error("depth must be between 1 and 255")),
        };
        let leaf_size = unsigned(th, args[8])?;
        let Ok(leaf_size) = u32::try_from(leaf_size) else {
            return Err(th.overflow_error("leaf_size is too large"));
        };
        let node_offset = unsigned(th, args[9])?;
        if node_offset > sizes.offset {
            return Err(th.overflow_error("node_offset is too large"));
        }
        let node_depth = small(th, args[10], 0, "node_depth must be between 0 and 255")?;
        let inner_size = number(th, args[11], 0)?;
        if inner_size < 0 || inner_size > sizes.digest as i64 {
            let most = sizes.digest;
            return Err(th.value_error(format!("inner_size must be between 0 and is {most}")));
        }
        let key = bytes(th, args[3], "key", sizes.digest)?;
        let last_node = crate::argument::truth_or(th, args[12], false)?;
        Ok(Self {
            data,
            digest_size: digest_size as usize,
            key,
            salt,
            person,
            fanout,
            depth,
            leaf_size,
            node_offset,
            node_depth,
            inner_size: inner_size as usize,
            last_node,
        })
    }
}

fn number(th: &mut Thread, value: Value, otherwise: i64) -> Result<i64, Raised> {
    Ok(i64::from(crate::argument::c_int_or(th, value, otherwise as i32)?))
}

fn small(th: &mut Thread, value: Value, otherwise: i64, error: &str) -> Result<u8, Raised> {
    let number = number(th, value, otherwise)?;
    u8::try_from(number).map_err(|_| th.value_error(error))
}

fn unsigned(th: &mut Thread, value: Value) -> Result<u64, Raised> {
    if value.is_unbound() {
        return Ok(0);
    }
    let index = th.index(value)?;
    if types::int::is_negative(index) {
        return Err(th.value_error("value must be positive"));
    }
    types::int::as_u64(index)
        .ok_or_else(|| th.overflow_error("Python int too large to convert to C unsigned long"))
}

fn bytes(th: &mut Thread, value: Value, name: &str, most: usize) -> Result<Vec<u8>, Raised> {
    if value.is_unbound() {
        return Ok(Vec::new());
    }
    let bytes = input(th, value)?.to_vec();
    if bytes.len() > most {
        return Err(th.value_error(format!("maximum {name} length is {most} bytes")));
    }
    Ok(bytes)
}
