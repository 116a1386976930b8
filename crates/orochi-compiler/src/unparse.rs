//! Unparsing.
use crate::ast::*;
use crate::code::Constant;

/// text
pub fn unparse(_e: &Expr) -> String {
    String::new()
}

/// text
pub fn constant(c: &Constant) -> String {
    format!("{c:?}")
}
