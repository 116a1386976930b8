//! The bit patterns that compiled code and the collector rely on.

use super::*;

const INTS: &[i64] =
    &[0, 1, -1, 2, -2, 1 << 20, -(1 << 20), 1 << 47, -(1 << 47), Value::INT_MAX, Value::INT_MIN];
const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.5,
    1e308,
    -1e308,
    5e-324,
    -5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MIN_POSITIVE,
];

/// Every kind of value answers yes to exactly one of these.
fn kinds(v: Value) -> [bool; 4] {
    [v.is_special(), v.is_object(), v.is_float(), v.is_int()]
}

#[test]
fn sizes_and_constants_are_pinned() {
    assert_eq!(size_of::<Value>(), 8);
    assert_eq!(size_of::<Option<NonNull<Header>>>(), 8);
    let words = [
        (Value::UNBOUND, 0),
        (Value::FALSE, 2),
        (Value::TRUE, 3),
        (Value::NONE, 4),
        (Value::NOT_IMPLEMENTED, 5),
        (Value::ELLIPSIS, 6),
        (Value::special(0), 16),
        (Value::from_i32(0), 0xfffe_0000_0000_0000),
        (Value::from_i32(-1), u64::MAX),
        (Value::from_f64(0.0), 1 << 49),
        (Value::from_f64(f64::NEG_INFINITY), 0xfff2_0000_0000_0000),
        (Value::from_f64(f64::NAN), 0x7ffa_0000_0000_0000),
    ];
    for (v, bits) in words {
        assert_eq!(v.bits(), bits, "{v:?}");
    }
}

#[test]
fn integers_survive_the_round_trip() {
    for &i in INTS {
        let v = Value::from_int(i).expect("fits");
        assert_eq!(v.as_int(), i);
        assert_eq!(kinds(v), [false, false, false, true]);
        assert!(v.is_number());
        assert_eq!(v.number_as_f64(), i as f64);
    }
    for i in [Value::INT_MAX + 1, Value::INT_MIN - 1, i64::MAX, i64::MIN] {
        assert_eq!(Value::from_int(i), None);
    }
}

#[test]
fn floats_survive_the_round_trip() {
    for &f in FLOATS {
        let v = Value::from_f64(f);
        assert_eq!(v.as_f64().to_bits(), f.to_bits());
        assert_eq!(kinds(v), [false, false, true, false]);
        assert!(v.is_number());
    }
    for bits in
        [0x7ff8_0000_0000_0000, 0xffff_ffff_ffff_ffff, 0x7ff0_0000_0000_0001, 0xfff8_0000_0000_0000]
    {
        let v = Value::from_f64(f64::from_bits(bits));
        assert_eq!(v, Value::from_f64(f64::NAN));
        assert!(v.as_f64().is_nan());
        assert_eq!(kinds(v), [false, false, true, false]);
    }
}

#[test]
fn addresses_and_specials_are_told_apart() {
    for n in 0..Value::SPECIALS {
        assert_eq!(kinds(Value::special(n)), [true, false, false, false]);
    }
    for address in [4096, 0x1000_0000_0000, (1u64 << 48) - 16] {
        assert_eq!(kinds(Value::from_bits(address)), [false, true, false, false]);
    }
    for b in [false, true] {
        let v = Value::from_bool(b);
        assert!(v.is_bool());
        assert_eq!(v.is_true(), b);
        assert!(!v.is_int());
    }
    assert!(!Value::NONE.is_bool() && !Value::UNBOUND.is_bool() && !Value::from_bits(1).is_bool());
}

#[test]
fn pairs_are_what_both_are() {
    let samples = [
        Value::UNBOUND,
        Value::NONE,
        Value::from_bits(0x7000_0000_1000),
        Value::from_f64(1.0),
        Value::from_f64(f64::NEG_INFINITY),
        Value::from_f64(f64::NAN),
        Value::from_i32(0),
        Value::from_i32(-1),
    ];
    for a in samples {
        for b in samples {
            assert_eq!(Value::both_ints(a, b), a.is_int() && b.is_int());
            assert_eq!(Value::both_floats(a, b), a.is_float() && b.is_float());
            assert_eq!(Value::both_objects(a, b), a.is_object() && b.is_object());
            assert_eq!(Value::is_number_pair(a, b), a.is_number() && b.is_number());
        }
    }
}

#[test]
fn arithmetic_overflows_at_49_bits() {
    for &a in INTS {
        for &b in INTS {
            let (x, y) = (Value::int_unchecked(a), Value::int_unchecked(b));
            assert_eq!(x.checked_add(y), Value::from_int(a + b), "{a} + {b}");
            assert_eq!(x.checked_sub(y), Value::from_int(a - b), "{a} - {b}");
            let product = i64::try_from(a as i128 * b as i128).ok().and_then(Value::from_int);
            assert_eq!(x.checked_mul(y), product, "{a} * {b}");
            assert_eq!(x.int_lt(y), a < b);
        }
    }
}
