//! Numbers from and to text, and their hashes.

use orochi_text::number::{self, Integer};
use orochi_text::{TextError, hash};

use super::{float, ok, raised, text};

fn error(error: TextError) -> String {
    raised(&format!("{:?}: {}", error.class, error.message))
}

fn bits(result: Result<f64, TextError>) -> String {
    match result {
        Ok(value) if value.is_nan() => ok("nan"),
        Ok(value) => format!("={}", value.to_bits()),
        Err(raised) => error(raised),
    }
}

pub fn answer(op: &str, args: &[&str]) -> String {
    match op {
        "int" => {
            let base = args[1].parse().unwrap();
            match number::parse_int(text(args[0]).as_text(), base, Some(4300)) {
                Ok(Integer::Small(value)) => format!("={value}"),
                Ok(Integer::Big { negative, digits, .. }) => {
                    format!("={}{digits}", if negative { "-" } else { "" })
                }
                Err(raised) => error(raised),
            }
        }
        "float" => bits(number::parse_float(text(args[0]).as_text())),
        "fromhex" => bits(number::float_from_hex(text(args[0]).as_text())),
        "complex" => match number::parse_complex(text(args[0]).as_text()) {
            Ok((real, imaginary)) => {
                let bits = |value: f64| if value.is_nan() { 0 } else { value.to_bits() };
                format!("=[{}|{}]", bits(real), bits(imaginary))
            }
            Err(raised) => error(raised),
        },
        "repr" => ok(&number::float_repr(float(args[0]))),
        "round" => bits(number::round_float(float(args[0]), args[1].parse().unwrap())),
        "hex" => ok(&number::float_hex(float(args[0]))),
        "hash" => format!("={}", hash::hash_float(float(args[0]), 0)),
        "complex_repr" => ok(&number::complex_repr(float(args[0]), float(args[1]))),
        "complex_hash" => format!("={}", hash::hash_complex(float(args[0]), float(args[1]), 0)),
        "int_hash" => format!("={}", hash::hash_int(args[0].parse().unwrap())),
        _ => panic!("unknown operation {op}"),
    }
}
