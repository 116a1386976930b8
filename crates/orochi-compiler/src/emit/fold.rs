//! Constant folding.
use crate::ast::*;

/// fold
pub fn fold(_module: &mut Module, _optimize: u8, _future: bool) {}
