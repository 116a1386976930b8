//! Against the library, on numbers of all sizes with long runs of equal bits.

use dashu_int::{IBig, Sign, UBig};

use super::*;

/// A generator of numbers with awkward patterns.
struct Numbers(u64);

impl Numbers {
    fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        match self.0 % 5 {
            0 => 0,
            1 => u64::MAX,
            2 => 1 << (self.0 >> 32 & 63),
            _ => self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        }
    }

    fn number(&mut self, most: usize) -> Words {
        let length = self.word() as usize % (most + 1);
        let mut words: Words = (0..length).map(|_| self.word()).collect();
        trim(&mut words);
        words
    }
}

fn check(what: &str, ours: &[u64], theirs: UBig) {
    assert_eq!(trimmed(ours), ours, "{what}: leading zeros");
    assert_eq!(library(ours), theirs, "{what}");
}

#[test]
fn arithmetic() {
    let mut numbers = Numbers(88_172_645_463_325_252);
    for round in 0..20_000 {
        let most = [2, 4, 9, 120][round % 4];
        let (a, b) = (numbers.number(most), numbers.number(most));
        let (x, y) = (library(&a), library(&b));
        check("add", &add(&a, &b), &x + &y);
        check("multiply", &multiply(&a, &b), &x * &y);
        check("square", &square(&a), &x * &x);
        assert_eq!(compare(&a, &b), x.cmp(&y));
        if x >= y {
            check("subtract", &subtract(&a, &b), &x - &y);
        }
        if !b.is_empty() {
            let product = multiply(&a, &b);
            let (quotient, remainder) = divide(&add(&product, &a), &b);
            check("quotient", &quotient, (&x * &y + &x) / &y);
            check("remainder", &remainder, (&x * &y + &x) % &y);
            let (quotient, remainder) = divide(&a, &b);
            check("quotient", &quotient, &x / &y);
            check("remainder", &remainder, &x % &y);
        }
        let shift = numbers.word() % 200;
        check("left", &shift_left(&a, shift), &x << shift as usize);
        check("right", &shift_right(&a, shift), &x >> shift as usize);
        assert_eq!(low_bits_zero(&a, shift), (&x >> shift as usize) << shift as usize == x);
    }
}

#[test]
fn bitwise_operators() {
    let mut numbers = Numbers(1234);
    let signed = |negative: bool, words: &[u64]| {
        IBig::from_parts(if negative { Sign::Negative } else { Sign::Positive }, library(words))
    };
    for round in 0..4_000 {
        let (a, b) = (numbers.number(5), numbers.number(5));
        let (n, m) = (round & 1 == 1 && !a.is_empty(), round & 2 == 2 && !b.is_empty());
        let (x, y) = (signed(n, &a), signed(m, &b));
        let (sign, words) = bitwise((n, &a), (m, &b), |a, b| a & b);
        assert_eq!(signed(sign, &words), &x & &y);
        let (sign, words) = bitwise((n, &a), (m, &b), |a, b| a | b);
        assert_eq!(signed(sign, &words), &x | &y);
        let (sign, words) = bitwise((n, &a), (m, &b), |a, b| a ^ b);
        assert_eq!(signed(sign, &words), &x ^ &y);
    }
}

#[test]
fn digits() {
    let mut numbers = Numbers(99);
    for round in 0..2_000 {
        let number = numbers.number(if round % 10 == 0 { 120 } else { 12 });
        let value = library(&number);
        assert_eq!(decimal(&number), value.to_string());
        for (bits, base) in [(1, 2u8), (3, 8), (4, 16), (5, 32)] {
            assert_eq!(radix(&number, bits), value.in_radix(base).to_string());
        }
        for base in 2..=36u8 {
            let text = value.in_radix(base).to_string();
            assert_eq!(from_digits(&text, base.into()), Some(number.clone()), "base {base}");
        }
    }
    assert_eq!(from_digits("12x", 10), None);
}

#[test]
fn floats() {
    let mut numbers = Numbers(7);
    for _ in 0..4_000 {
        let number = numbers.number(18);
        // Rust's parser is correctly rounding.
        let expected: f64 = decimal(&number).parse().unwrap_or(f64::NAN);
        assert_eq!(to_f64(&number), expected);
        if expected.is_finite() {
            assert_eq!(decimal(&from_f64(expected)), format!("{expected:.0}"));
        }
        let divisor = 10u64.pow((numbers.word() % 20) as u32);
        let text = format!("{}e-{}", decimal(&number), divisor.ilog10());
        let expected: f64 = text.parse().unwrap_or(f64::NAN);
        assert_eq!(divide_to_f64(&number, &[divisor]), expected);
    }
    let small = shift_left(&[1], 1074);
    assert_eq!(divide_to_f64(&[1], &small), f64::from_bits(1));
    assert_eq!(divide_to_f64(&[1], &shift_left(&[1], 1075)), 0.0);
    assert_eq!(divide_to_f64(&[3], &shift_left(&[1], 1076)), f64::from_bits(1));
}

#[test]
fn modular() {
    let mut numbers = Numbers(5);
    for _ in 0..200 {
        let (base, exponent, modulus) = (numbers.number(4), numbers.number(2), numbers.number(4));
        if modulus.is_empty() {
            continue;
        }
        let mut expected = UBig::ONE % library(&modulus);
        for at in (0..bit_length(&exponent)).rev() {
            expected = &expected * &expected % library(&modulus);
            if bit(&exponent, at) {
                expected = &expected * library(&base) % library(&modulus);
            }
        }
        check("power modulo", &power_modulo(&base, &exponent, &modulus), expected);
        if let Some(inverse) = inverse(&base, &modulus) {
            let one = divide(&multiply(&inverse, &base), &modulus).1;
            assert_eq!(library(&one), UBig::ONE % library(&modulus));
        }
    }
    assert_eq!(decimal(&power(&[3], 200)), UBig::from(3u8).pow(200).to_string());
    assert_eq!(inverse(&[2], &[4]), None);
    assert_eq!(inverse(&[3], &[7]), Some(from_u128(5)));
}
