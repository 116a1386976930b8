//! Python 3.14 source to register bytecode.
