//! Shapes, classes, built-in types, the interpreter and threads of Orochi.
