//! Python 3.14 source to register bytecode.

pub mod bytecode;
pub mod code;
