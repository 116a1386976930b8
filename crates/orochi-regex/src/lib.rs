//! The regular expression engine: executes what the library's re._compiler emits, on any string kind.
