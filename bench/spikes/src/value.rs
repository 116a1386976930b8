//! NaN-boxed values as the design fixes them: a heap pointer is its raw address (top 16 bits
//! zero), a double is its bits plus 2^49, a small integer has the top 15 bits set and carries 49
//! signed bits. The range 2^48 .. 2^49 is left over; constants such as `None` sit there, so that
//! "is it a pointer" is one shift and one branch.

/// One NaN-boxed value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Value(pub u64);

/// The top 15 bits of a small integer.
pub const INT_TAG: u64 = 0xFFFE << 48;
/// What is added to the bits of a double.
pub const DOUBLE_OFFSET: u64 = 1 << 49;
/// A register nobody has written yet.
pub const UNBOUND: Value = Value(1 << 48);
/// Bits by which an integer's payload is shifted to sit at the top of a word.
pub const INT_SHIFT: u32 = 15;

impl Value {
    #[inline(always)]
    pub fn int(n: i64) -> Value {
        Value(n as u64 | INT_TAG)
    }

    #[inline(always)]
    pub fn float(x: f64) -> Value {
        Value(x.to_bits().wrapping_add(DOUBLE_OFFSET))
    }

    #[inline(always)]
    pub fn is_int(self) -> bool {
        self.0 >= INT_TAG
    }

    /// The integer, sign-extended from 49 bits.
    #[inline(always)]
    pub fn to_int(self) -> i64 {
        ((self.0 << INT_SHIFT) as i64) >> INT_SHIFT
    }

    #[inline(always)]
    pub fn is_float(self) -> bool {
        (self.0 >> 49).wrapping_sub(1) < 0x7FFE
    }

    #[inline(always)]
    pub fn to_float(self) -> f64 {
        f64::from_bits(self.0.wrapping_sub(DOUBLE_OFFSET))
    }

    #[inline(always)]
    pub fn is_pointer(self) -> bool {
        self.0 >> 48 == 0
    }

    /// Both are small integers: the top 15 bits survive the `and` only when set in both.
    #[inline(always)]
    pub fn both_int(a: Value, b: Value) -> bool {
        a.0 & b.0 >= INT_TAG
    }

    /// The payload at the top of the word, where the machine's own overflow flag works.
    #[inline(always)]
    fn shifted(self) -> i64 {
        (self.0 << INT_SHIFT) as i64
    }

    #[inline(always)]
    fn from_shifted(bits: i64) -> Value {
        Value(bits as u64 >> INT_SHIFT | INT_TAG)
    }

    /// Sum of two small integers, unless it leaves 49 bits.
    #[inline(always)]
    pub fn add_ints(a: Value, b: Value) -> Option<Value> {
        a.shifted().checked_add(b.shifted()).map(Value::from_shifted)
    }

    /// Difference of two small integers, unless it leaves 49 bits.
    #[inline(always)]
    pub fn sub_ints(a: Value, b: Value) -> Option<Value> {
        a.shifted().checked_sub(b.shifted()).map(Value::from_shifted)
    }

    /// Product of two small integers, unless it leaves 49 bits.
    #[inline(always)]
    pub fn mul_ints(a: Value, b: Value) -> Option<Value> {
        a.shifted().checked_mul(b.to_int()).map(Value::from_shifted)
    }

    /// Order of two small integers.
    #[inline(always)]
    pub fn less_ints(a: Value, b: Value) -> bool {
        // Both carry the same tag, and shifting it out keeps the sign.
        a.shifted() < b.shifted()
    }
}
