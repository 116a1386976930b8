//! `_operator`: the operators as functions.

mod functions;
mod getters;

use orochi_vm::native::ModuleSpec;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Operator interface.\n\n\
          This module exports a set of functions implemented in C corresponding\n\
          to the intrinsic operators of Python.  For example, operator.add(x, y)\n\
          is equivalent to the expression x+y.",
    functions: functions::FUNCTIONS,
    types: &[&getters::ITEM_GETTER, &getters::ATTRIBUTE_GETTER, &getters::METHOD_CALLER],
    ..ModuleSpec::named("_operator")
};
