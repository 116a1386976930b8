//! `_opcode`: what `opcode` and `dis` ask about CPython's bytecode.
//!
//! The runtime has a bytecode of its own, so these answers are about names and numbers only: enough
//! for the modules, and what imports them, to work.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::tuple::Tuple;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Opcode support module.",
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("_opcode")
};

/// Instructions are not specialised: their caches are words of their own.
fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    for name in ["ENABLE_SPECIALIZATION", "ENABLE_SPECIALIZATION_FT"] {
        module.dict().set_str(th, th.name(name), Value::FALSE)?;
    }
    Ok(())
}

static FUNCTIONS: &[Method] = &[
    function(
        "stack_effect(opcode, oparg=None, /, *, jump=None)",
        stack_effect,
        "Compute the stack effect of the opcode.",
    ),
    function(
        "is_valid(opcode)",
        |th, args| in_range(th, args, 1, 266),
        "Return True if opcode is valid, False otherwise.",
    ),
    function(
        "has_arg(opcode)",
        |th, args| in_range(th, args, 44, 266),
        "Return True if the opcode uses its oparg, False otherwise.",
    ),
    function(
        "has_const(opcode)",
        no,
        "Return True if the opcode accesses a constant, False otherwise.",
    ),
    function(
        "has_name(opcode)",
        no,
        "Return True if the opcode accesses an attribute by name, False otherwise.",
    ),
    function(
        "has_jump(opcode)",
        no,
        "Return True if the opcode has a jump target, False otherwise.",
    ),
    function(
        "has_free(opcode)",
        no,
        "Return True if the opcode accesses a free variable, False otherwise.",
    ),
    function(
        "has_local(opcode)",
        no,
        "Return True if the opcode accesses a local variable, False otherwise.",
    ),
    function(
        "has_exc(opcode)",
        no,
        "Return True if the opcode sets an exception handler, False otherwise.",
    ),
    function(
        "get_executor(*, code, offset)",
        |_, _| Ok(Value::NONE),
        "Return the executor object at offset in code if exists, None otherwise.",
    ),
    function(
        "get_specialization_stats()",
        |_, _| Ok(Value::NONE),
        "Return the specialization stats",
    ),
    function("get_nb_ops()", nb_ops, "Return array of symbols of binary ops."),
    function(
        "get_intrinsic1_descs()",
        |th, _| names(th, UNARY_INTRINSICS),
        "Return a list of names of the unary intrinsics.",
    ),
    function(
        "get_intrinsic2_descs()",
        |th, _| names(th, BINARY_INTRINSICS),
        "Return a list of names of the binary intrinsics.",
    ),
    function(
        "get_special_method_names()",
        |th, _| names(th, SPECIAL_METHODS),
        "Return a list of special method names.",
    ),
];

const UNARY_INTRINSICS: &[&str] = &[
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];

const BINARY_INTRINSICS: &[&str] = &[
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];

const SPECIAL_METHODS: &[&str] = &["__enter__", "__exit__", "__aenter__", "__aexit__"];

const OPERATORS: &[(&str, &str)] = &[
    ("NB_ADD", "+"),
    ("NB_AND", "&"),
    ("NB_FLOOR_DIVIDE", "//"),
    ("NB_LSHIFT", "<<"),
    ("NB_MATRIX_MULTIPLY", "@"),
    ("NB_MULTIPLY", "*"),
    ("NB_REMAINDER", "%"),
    ("NB_OR", "|"),
    ("NB_POWER", "**"),
    ("NB_RSHIFT", ">>"),
    ("NB_SUBTRACT", "-"),
    ("NB_TRUE_DIVIDE", "/"),
    ("NB_XOR", "^"),
    ("NB_INPLACE_ADD", "+="),
    ("NB_INPLACE_AND", "&="),
    ("NB_INPLACE_FLOOR_DIVIDE", "//="),
    ("NB_INPLACE_LSHIFT", "<<="),
    ("NB_INPLACE_MATRIX_MULTIPLY", "@="),
    ("NB_INPLACE_MULTIPLY", "*="),
    ("NB_INPLACE_REMAINDER", "%="),
    ("NB_INPLACE_OR", "|="),
    ("NB_INPLACE_POWER", "**="),
    ("NB_INPLACE_RSHIFT", ">>="),
    ("NB_INPLACE_SUBTRACT", "-="),
    ("NB_INPLACE_TRUE_DIVIDE", "/="),
    ("NB_INPLACE_XOR", "^="),
    ("NB_SUBSCR", "[]"),
];

fn stack_effect(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    argument::c_int(th, args[0])?;
    Err(th.value_error("invalid opcode or oparg"))
}

fn in_range(th: &mut Thread, args: &[Value], from: i32, to: i32) -> Result<Value, Raised> {
    let opcode = argument::c_int(th, args[0])?;
    Ok(Value::from_bool((from..=to).contains(&opcode)))
}

fn no(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    argument::c_int(th, args[0])?;
    Ok(Value::FALSE)
}

fn names(th: &mut Thread, names: &[&str]) -> Result<Value, Raised> {
    let list = List::new(th)?;
    for name in names {
        let name = th.new_str(name)?;
        list.push(th, name.value())?;
    }
    Ok(list.value())
}

fn nb_ops(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let list = List::new(th)?;
    for (name, symbol) in OPERATORS {
        let (name, symbol) = (th.new_str(name)?, th.new_str(symbol)?);
        let pair = Tuple::from_slice(th, &[name.value(), symbol.value()])?;
        list.push(th, pair.value())?;
    }
    Ok(list.value())
}
