//! Hashes of tuples and frozensets, from the hashes of their items.

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// Hash of a tuple, item by item: a simplified xxHash.
#[derive(Clone, Copy, Debug)]
pub struct TupleHasher {
    lanes: u64,
    count: u64,
}

impl Default for TupleHasher {
    fn default() -> TupleHasher {
        TupleHasher { lanes: PRIME_5, count: 0 }
    }
}

impl TupleHasher {
    /// Takes the next item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let mixed = self.lanes.wrapping_add((hash as u64).wrapping_mul(PRIME_2));
        self.lanes = mixed.rotate_left(31).wrapping_mul(PRIME_1);
        self.count += 1;
    }

    /// The hash of the tuple.
    pub fn finish(self) -> i64 {
        let hash = self.lanes.wrapping_add(self.count ^ (PRIME_5 ^ 3_527_539));
        if hash == u64::MAX { 1_546_275_796 } else { hash as i64 }
    }
}

/// Hash of a frozenset, in any order of items.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrozenSetHasher {
    mixed: u64,
    count: u64,
}

impl FrozenSetHasher {
    /// Takes an item's hash. Items must differ.
    pub fn add(&mut self, hash: i64) {
        let hash = hash as u64;
        // Spreads the bits, so that sets of nearby numbers do not cancel out.
        self.mixed ^= ((hash ^ 89_869_747) ^ (hash << 16)).wrapping_mul(3_644_798_167);
        self.count += 1;
    }

    /// The hash of the set.
    pub fn finish(self) -> i64 {
        let mut hash = self.mixed ^ (self.count.wrapping_add(1)).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        if hash == u64::MAX { 590_923_713 } else { hash as i64 }
    }
}
