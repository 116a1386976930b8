//! Python's hashes.
//!
//! Equal numbers hash alike whatever their type: the hash of a number is its value modulo the
//! prime 2^61 - 1 (library reference, "Hashing of numeric types"). Strings and bytes use
//! SipHash-1-3 with a key drawn at start or derived from `PYTHONHASHSEED`, tuples a scheme after
//! xxHash, frozensets one that does not depend on order: all give CPython's values for the same
//! key, so that programs that print in set order print alike. No hash is -1.

mod collection;
mod numeric;
mod string;
#[cfg(test)]
mod tests;

pub use collection::{FrozenSetHasher, TupleHasher};
pub use numeric::{
    MODULUS, hash_complex, hash_float, hash_int, hash_int_words, inverse_modulo, multiply_modulo,
};
pub use string::{HashKey, hash_bytes, hash_string};

/// -1 signals an error in CPython, so it is no hash.
pub(crate) fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}
