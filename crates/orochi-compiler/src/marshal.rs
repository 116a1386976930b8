//! marshal
use crate::code::Constant;

pub fn write_constant(out: &mut Vec<u8>, constant: &Constant) {
    out.extend_from_slice(format!("{constant:?}").as_bytes());
}
