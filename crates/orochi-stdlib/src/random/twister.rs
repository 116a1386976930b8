//! The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), with the seeding by an array of
//! words that its authors published in 2002.

/// Words of state.
pub const WORDS: usize = 624;
const MIDDLE: usize = 397;
const MATRIX: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;

/// The generator.
#[derive(Clone)]
pub struct Twister {
    /// The state.
    pub words: [u32; WORDS],
    /// The next word to be given out.
    pub index: usize,
}

impl Twister {
    /// A generator that has not been seeded.
    pub const fn unseeded() -> Self {
        Self { words: [0; WORDS], index: WORDS + 1 }
    }

    fn seed_word(&mut self, seed: u32) {
        self.words[0] = seed;
        for at in 1..WORDS {
            let before = self.words[at - 1];
            self.words[at] =
                (before ^ before >> 30).wrapping_mul(1_812_433_253).wrapping_add(at as u32);
        }
        self.index = WORDS;
    }

    /// Seeds with a key of at least one word.
    pub fn seed(&mut self, key: &[u32]) {
        self.seed_word(19_650_218);
        let (mut at, mut used) = (1, 0);
        let mix = |words: &[u32; WORDS], at: usize| words[at - 1] ^ words[at - 1] >> 30;
        for _ in 0..WORDS.max(key.len()) {
            let mixed = mix(&self.words, at).wrapping_mul(1_664_525);
            self.words[at] =
                (self.words[at] ^ mixed).wrapping_add(key[used]).wrapping_add(used as u32);
            (at, used) = (at + 1, (used + 1) % key.len());
            if at == WORDS {
                self.words[0] = self.words[WORDS - 1];
                at = 1;
            }
        }
        for _ in 0..WORDS - 1 {
            let mixed = mix(&self.words, at).wrapping_mul(1_566_083_941);
            self.words[at] = (self.words[at] ^ mixed).wrapping_sub(at as u32);
            at += 1;
            if at == WORDS {
                self.words[0] = self.words[WORDS - 1];
                at = 1;
            }
        }
        self.words[0] = UPPER;
    }

    #[cold]
    fn refill(&mut self) {
        let twist = |high: u32, low: u32| {
            let joined = high & UPPER | low & !UPPER;
            joined >> 1 ^ (joined & 1).wrapping_mul(MATRIX)
        };
        let words = &mut self.words;
        for at in 0..WORDS - MIDDLE {
            words[at] = words[at + MIDDLE] ^ twist(words[at], words[at + 1]);
        }
        for at in WORDS - MIDDLE..WORDS - 1 {
            words[at] = words[at + MIDDLE - WORDS] ^ twist(words[at], words[at + 1]);
        }
        words[WORDS - 1] = words[MIDDLE - 1] ^ twist(words[WORDS - 1], words[0]);
        self.index = 0;
    }

    /// 32 random bits.
    #[inline]
    pub fn next(&mut self) -> u32 {
        if self.index >= WORDS {
            self.refill();
        }
        let word = self.words[self.index];
        self.index += 1;
        temper(word)
    }
}

/// What is given out for a word of the state.
#[inline]
pub fn temper(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= word << 7 & 0x9d2c_5680;
    word ^= word << 15 & 0xefc6_0000;
    word ^ word >> 18
}

/// A float in [0, 1) of 53 random bits.
#[inline]
pub fn real([high, low]: [u32; 2]) -> f64 {
    (f64::from(high >> 5) * 67_108_864.0 + f64::from(low >> 6)) / 9_007_199_254_740_992.0
}

#[cfg(test)]
mod tests {
    use super::Twister;

    #[test]
    fn published_sequence() {
        let mut twister = Twister::unseeded();
        twister.seed(&[0x123, 0x234, 0x345, 0x456]);
        let first: Vec<u32> = (0..5).map(|_| twister.next()).collect();
        assert_eq!(first, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783, 4_228_976_476]);
    }
}
