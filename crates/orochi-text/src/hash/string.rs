//! Keyed hashes of strings and bytes: SipHash-1-3 (Aumasson and Bernstein) over the stored
//! bytes.
//!
//! Written out here rather than taken from a crate because most strings are shorter than two
//! words, where the generic hashers' buffering costs more than the rounds.

use super::not_minus_one;
use crate::text::Text;

/// The key of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashKey {
    first: u64,
    second: u64,
}

impl HashKey {
    /// A key of random bytes.
    pub fn random(bytes: [u8; 16]) -> HashKey {
        let bits = u128::from_le_bytes(bytes);
        HashKey { first: bits as u64, second: (bits >> 64) as u64 }
    }

    /// The key of `PYTHONHASHSEED=seed`: all zeros for 0, otherwise bytes of a linear
    /// congruential generator.
    pub fn seeded(seed: u32) -> HashKey {
        if seed == 0 {
            return HashKey { first: 0, second: 0 };
        }
        let mut state = seed;
        HashKey::random(std::array::from_fn(|_| {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16) as u8
        }))
    }
}

struct State([u64; 4]);

impl State {
    #[inline(always)]
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *c = c.wrapping_add(*d);
        *b = b.rotate_left(13) ^ *a;
        *d = d.rotate_left(16) ^ *c;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*b);
        *a = a.wrapping_add(*d);
        *b = b.rotate_left(17) ^ *c;
        *d = d.rotate_left(21) ^ *a;
        *c = c.rotate_left(32);
    }

    #[inline(always)]
    fn absorb(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }
}

/// Hash of bytes; 0 for none.
pub fn hash_bytes(key: HashKey, bytes: &[u8]) -> i64 {
    if bytes.is_empty() {
        return 0;
    }
    let mut state = State([
        key.first ^ 0x736F_6D65_7073_6575,
        key.second ^ 0x646F_7261_6E64_6F6D,
        key.first ^ 0x6C79_6765_6E65_7261,
        key.second ^ 0x7465_6462_7974_6573,
    ]);
    let (words, rest) = bytes.as_chunks::<8>();
    for &word in words {
        state.absorb(u64::from_le_bytes(word));
    }
    let mut tail = [0; 8];
    tail[..rest.len()].copy_from_slice(rest);
    state.absorb(u64::from_le_bytes(tail) | (bytes.len() as u64) << 56);
    state.0[2] ^= 0xFF;
    for _ in 0..3 {
        state.round();
    }
    not_minus_one(state.0.iter().fold(0, |all, word| all ^ word) as i64)
}

/// Hash of a string, which must be in its narrowest kind: strings are hashed as stored, and
/// equal ones must hash alike.
pub fn hash_string(key: HashKey, text: Text<'_>) -> i64 {
    hash_bytes(key, text.storage())
}
