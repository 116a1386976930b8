//! The running state of each hash function, without Python.

use digest::{ExtendableOutput, XofReader};
use md5::Digest;

macro_rules! states {
    ($($variant:ident($state:ty, $name:literal, $block:literal)),* $(,)?) => {
        /// A hash function under way.
        #[derive(Clone)]
        pub enum State {
            $(#[doc = $name] $variant($state),)*
            /// SHAKE128
            Shake128(shake::Shake128),
            /// SHAKE256
            Shake256(shake::Shake256),
            /// BLAKE2b with its digest size
            Blake2b(Box<blake2b_simd::State>, usize),
            /// BLAKE2s with its digest size
            Blake2s(Box<blake2s_simd::State>, usize),
        }

        impl State {
            /// Takes in more data.
            pub fn update(&mut self, data: &[u8]) {
                match self {
                    $(State::$variant(state) => Digest::update(state, data),)*
                    State::Shake128(state) => digest::Update::update(state, data),
                    State::Shake256(state) => digest::Update::update(state, data),
                    State::Blake2b(state, _) => {
                        state.update(data);
                    }
                    State::Blake2s(state, _) => {
                        state.update(data);
                    }
                }
            }

            /// The digest of what was taken in so far; `length` is for SHAKE only.
            pub fn digest(&self, length: usize) -> Vec<u8> {
                match self {
                    $(State::$variant(state) => state.clone().finalize().to_vec(),)*
                    State::Shake128(state) => squeeze(state.clone(), length),
                    State::Shake256(state) => squeeze(state.clone(), length),
                    State::Blake2b(state, _) => state.finalize().as_bytes().to_vec(),
                    State::Blake2s(state, _) => state.finalize().as_bytes().to_vec(),
                }
            }

            /// Its name in `hashlib`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(State::$variant(_) => $name,)*
                    State::Shake128(_) => "shake_128",
                    State::Shake256(_) => "shake_256",
                    State::Blake2b(..) => "blake2b",
                    State::Blake2s(..) => "blake2s",
                }
            }

            /// Bytes of an internal block.
            pub fn block_size(&self) -> usize {
                match self {
                    $(State::$variant(_) => $block,)*
                    State::Shake128(_) => 168,
                    State::Shake256(_) => 136,
                    State::Blake2b(..) => 128,
                    State::Blake2s(..) => 64,
                }
            }

            /// Bytes of the digest; 0 for SHAKE, whose digests have any length.
            pub fn digest_size(&self) -> usize {
                match self {
                    $(State::$variant(_) => <$state as Digest>::output_size(),)*
                    State::Shake128(_) | State::Shake256(_) => 0,
                    State::Blake2b(_, size) | State::Blake2s(_, size) => *size,
                }
            }
        }
    };
}

states! {
    Md5(md5::Md5, "md5", 64),
    Sha1(sha1::Sha1, "sha1", 64),
    Sha224(sha2::Sha224, "sha224", 64),
    Sha256(sha2::Sha256, "sha256", 64),
    Sha384(sha2::Sha384, "sha384", 128),
    Sha512(sha2::Sha512, "sha512", 128),
    Sha3d224(sha3::Sha3_224, "sha3_224", 144),
    Sha3d256(sha3::Sha3_256, "sha3_256", 136),
    Sha3d384(sha3::Sha3_384, "sha3_384", 104),
    Sha3d512(sha3::Sha3_512, "sha3_512", 72),
}

fn squeeze(state: impl ExtendableOutput, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    state.finalize_xof().read(&mut out);
    out
}

/// Lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for &byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{State, hexadecimal};

    fn check(mut state: State, size: usize, start: &str) {
        let empty = state.clone();
        state.update(b"a");
        state.update(b"bc");
        let digest = state.digest(size);
        assert_eq!(digest.len(), if state.digest_size() == 0 { size } else { state.digest_size() });
        assert!(hexadecimal(&digest).starts_with(start), "{}", state.name());
        assert_ne!(empty.digest(size), digest, "a copy goes on by itself");
    }

    #[test]
    fn known_digests_of_abc() {
        check(State::Md5(Default::default()), 0, "900150983cd24fb0");
        check(State::Sha1(Default::default()), 0, "a9993e364706816a");
        check(State::Sha224(Default::default()), 0, "23097d223405d822");
        check(State::Sha256(Default::default()), 0, "ba7816bf8f01cfea");
        check(State::Sha384(Default::default()), 0, "cb00753f45a35e8b");
        check(State::Sha512(Default::default()), 0, "ddaf35a193617aba");
        check(State::Sha3d224(Default::default()), 0, "e642824c3f8cf24a");
        check(State::Sha3d256(Default::default()), 0, "3a985da74fe225b2");
        check(State::Shake128(Default::default()), 8, "5881092dd818bf5c");
        check(State::Blake2b(Box::new(blake2b_simd::State::new()), 64), 0, "ba80a53f981c4d0d");
        check(State::Blake2s(Box::new(blake2s_simd::State::new()), 32), 0, "508c5e8c327c14e2");
    }
}
