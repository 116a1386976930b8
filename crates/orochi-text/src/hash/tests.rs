//! Values of CPython, with `PYTHONHASHSEED=0` where a key is involved.

use super::*;
use crate::{OwnedText, Text};

#[test]
fn integers() {
    for (value, hash) in
        [(0, 0), (1, 1), (-1, -2), ((1 << 61) - 1, 0), (1 << 61, 1), (i64::MIN, -4), (-2, -2)]
    {
        assert_eq!(hash_int(value), hash, "{value}");
        assert_eq!(hash_int_words(value < 0, &[value.unsigned_abs()]), hash, "{value}");
    }
    assert_eq!(hash_int_words(false, &[0, 1]), 8);
    assert_eq!(hash_int_words(false, &[0, 1 << 36]), 549_755_813_888);
    assert_eq!(hash_int_words(true, &[7, 1 << 36]), -549_755_813_895);
    assert_eq!(hash_int_words(true, &[]), 0);
}

#[test]
fn floats() {
    for (value, hash) in [
        (0.5, 1_152_921_504_606_846_976),
        (-0.5, -1_152_921_504_606_846_976),
        (-1.0, -2),
        (-0.0, 0),
        (1e300, 1_224_995_262_755_759_164),
        (5e-324, 16_777_216),
        (1e19, 776_627_963_145_224_196),
        (9.3e18, 76_627_963_145_224_196),
        (-9_223_372_036_854_775_808.0, -4),
        (9_223_372_036_854_775_808.0, 4),
        (0.1, 230_584_300_921_369_408),
        (f64::INFINITY, 314_159),
        (f64::NEG_INFINITY, -314_159),
        (f64::NAN, 77),
    ] {
        assert_eq!(hash_float(value, 77), hash, "{value}");
    }
    assert_eq!(hash_complex(1.0, 2.0, 0), 2_000_007);
    assert_eq!(hash_complex(0.0, 0.5, 0), 3_458_764_513_820_540_928);
    assert_eq!(hash_complex(0.0, -1.0, 0), -2_000_006);
}

#[test]
fn strings() {
    let zero = HashKey::seeded(0);
    for (text, hash) in [
        ("", 0),
        ("a", 4_644_417_185_603_328_019),
        ("abc", -4_594_863_902_769_663_758),
        ("abcdefg", 7_904_145_750_247_929_094),
        ("abcdefgh", 4_574_395_652_268_504_554),
        ("abcdefghi", -532_774_252_720_507_163),
        ("\u{100}", 75_343_234_424_780_393),
        ("\u{1F600}x", -8_926_728_262_118_538_918),
        ("é", 6_047_309_291_227_476_195),
    ] {
        assert_eq!(hash_string(zero, OwnedText::from_str(text).as_text()), hash, "{text}");
    }
    let seeded = HashKey::seeded(42);
    assert_eq!(hash_string(seeded, Text::One(b"abc")), 3_869_580_338_025_362_921);
}

fn tuple(items: &[i64]) -> i64 {
    let mut hasher = TupleHasher::default();
    items.iter().for_each(|&item| hasher.add(item));
    hasher.finish()
}

fn frozen_set(items: impl IntoIterator<Item = i64>) -> i64 {
    let mut hasher = FrozenSetHasher::default();
    items.into_iter().for_each(|item| hasher.add(item));
    hasher.finish()
}

#[test]
fn collections() {
    assert_eq!(tuple(&[]), 5_740_354_900_026_072_187);
    assert_eq!(tuple(&[0]), -8_753_497_827_991_233_192);
    assert_eq!(tuple(&[1, 2, 3]), 529_344_067_295_497_451);
    assert_eq!(tuple(&[-2]), 8_078_679_518_589_016_365);
    assert_eq!(tuple(&[tuple(&[]), tuple(&[])]), 9_028_247_024_705_308_198);
    assert_eq!(frozen_set([]), 133_146_708_735_736);
    assert_eq!(frozen_set([1]), -558_064_481_276_695_278);
    assert_eq!(frozen_set([3, 1, 2]), -272_375_401_224_217_160);
    assert_eq!(frozen_set(0..100), 4_411_996_150_312_757_951);
}

#[test]
fn modular_arithmetic() {
    for value in [1, 2, 3, MODULUS - 1, 123_456_789] {
        let inverse = inverse_modulo(value).unwrap();
        assert_eq!(multiply_modulo(value, inverse), 1);
    }
    assert_eq!(inverse_modulo(MODULUS), None);
}
