//! `_sre`: what the package `re` compiles its patterns to.
//!
//! `re._compiler` turns a pattern into an array of numbers, which [`orochi_regex`] validates and
//! runs. The subjects are immutable (or copied), so a match runs without holding anything, and
//! polls on its way: other threads get what they want from this one meanwhile.
//!
//! * [`pattern`]: `re.Pattern` and compiling; [`run`]: running the engine on a subject
//! * [`matched`]: `re.Match`; [`scanner`]: `finditer` and `scanner`
//! * [`gather`]: `findall`, `split`; [`substitute`]: `sub` and templates

mod gather;
mod matched;
mod pattern;
mod run;
mod scanner;
mod substitute;

use orochi_regex::{C_LOCALE, CODESIZE, MAGIC, MAXGROUPS, MAXREPEAT, chars};
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::int;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    functions: FUNCTIONS,
    types: &[
        &pattern::PATTERN,
        &matched::MATCH,
        &scanner::SCANNER,
        &scanner::ITERATOR,
        &substitute::TEMPLATE,
    ],
    execute: Some(|th, module| {
        for (name, number) in [
            (name!(th, "MAGIC"), MAGIC),
            (name!(th, "CODESIZE"), CODESIZE),
            (name!(th, "MAXREPEAT"), MAXREPEAT),
            (name!(th, "MAXGROUPS"), MAXGROUPS),
        ] {
            let number = th.int_from_i64(i64::from(number))?;
            module.dict().set_str(th, name, number)?;
        }
        for name in ["Pattern", "Match", "SRE_Scanner", "callable_iterator", "SRE_Template"] {
            let name = th.name(name);
            module.dict().delete_str(th, name)?;
        }
        let credit = th.new_str("orochi-regex")?.value();
        module.dict().set_str(th, name!(th, "copyright"), credit)
    }),
    ..ModuleSpec::named("_sre")
};

static FUNCTIONS: &[Method] = &[
    function("compile(pattern, flags, code, groups, groupindex, indexgroup)", pattern::compile, ""),
    function("template(pattern, template, /)", substitute::template, ""),
    function("getcodesize()", getcodesize, ""),
    function("ascii_iscased(character, /)", |th, args| truth(th, args, chars::ascii_iscased), ""),
    function(
        "unicode_iscased(character, /)",
        |th, args| truth(th, args, chars::unicode_iscased),
        "",
    ),
    function("ascii_tolower(character, /)", |th, args| number(th, args, chars::ascii_tolower), ""),
    function(
        "unicode_tolower(character, /)",
        |th, args| number(th, args, chars::unicode_tolower),
        "",
    ),
    function("getlower(character, flags, /)", getlower, ""),
];

fn getcodesize(_: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(CODESIZE as i32))
}

fn code(th: &mut Thread, value: Value) -> Result<u32, Raised> {
    let index = th.index(value)?;
    match int::as_i64(index).and_then(|code| u32::try_from(code).ok()) {
        Some(code) => Ok(code),
        None => Err(th.overflow_error("Python int too large to convert to C int")),
    }
}

fn truth(th: &mut Thread, args: &[Value], of: fn(u32) -> bool) -> Result<Value, Raised> {
    Ok(Value::from_bool(of(code(th, args[0])?)))
}

fn number(th: &mut Thread, args: &[Value], of: fn(u32) -> u32) -> Result<Value, Raised> {
    let code = of(code(th, args[0])?);
    th.int_from_i64(i64::from(code))
}

fn getlower(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (character, flags) = (code(th, args[0])?, code(th, args[1])?);
    th.int_from_i64(i64::from(chars::getlower(character, flags, &C_LOCALE)))
}
