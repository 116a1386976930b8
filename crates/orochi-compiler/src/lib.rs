//! Python 3.14 source to register bytecode.

pub mod ast;
pub mod bytecode;
pub mod code;
pub mod disassemble;
mod emit;
pub mod error;
mod future;
pub mod marshal;
pub mod parse;
pub mod scope;
pub mod unparse;
pub mod validate;

use code::Code;
use error::{Failure, SyntaxError, Warning};
use parse::Lines;

/// What is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// A file: `compile(..., "exec")`.
    #[default]
    Exec,
    /// An expression: `"eval"`.
    Eval,
    /// An interactive statement: `"single"`.
    Single,
    /// A function type comment: `"func_type"`.
    FunctionType,
}

/// How to compile.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// 0; 1 (`-O`) leaves out assertions; 2 (`-OO`) docstrings too.
    pub optimize: u8,
    /// Annotations are strings, as under `from __future__ import annotations`: set if the code
    /// that calls `compile` has it. The source may switch it on too.
    pub future_annotations: bool,
    /// `<>` instead of `!=` (`from __future__ import barry_as_FLUFL`).
    pub barry_as_bdfl: bool,
    /// `await` may stand outside of functions (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub top_level_await: bool,
    /// Report source that ends too early as `IncompleteInput` (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete: bool,
    /// The source is text: a coding cookie in it says nothing (`PyCF_IGNORE_COOKIE`).
    pub ignore_cookie: bool,
}

/// A successful compilation.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The code of the module.
    pub code: Code,
    /// What to warn of, in source order.
    pub warnings: Vec<Warning>,
}

/// Compiles source as found in a file.
pub fn compile(
    source: &[u8],
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    match parse::decode(source, options.ignore_cookie) {
        Ok(text) => compile_clean(&text, filename, mode, options),
        Err(failure) => {
            let text = String::from_utf8_lossy(source);
            Err(report(failure, &text, &Lines::new(&text), filename))
        }
    }
}

/// Compiles source that is text already.
pub fn compile_str(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    match parse::clean(source.into()) {
        Ok(text) => compile_clean(&text, filename, mode, options),
        Err(failure) => Err(report(failure, source, &Lines::new(source), filename)),
    }
}

fn compile_clean(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    let lines = Lines::new(source);
    compile_text(source, &lines, filename, mode, options)
        .map_err(|failure| report(failure, source, &lines, filename))
}

fn compile_text(
    source: &str,
    lines: &Lines,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, Failure> {
    let mut tree = parse::parse(source, lines, mode)?;
    let features = future::features(&tree.module)?;
    let options = Options {
        future_annotations: options.future_annotations || features.annotations,
        barry_as_bdfl: options.barry_as_bdfl || features.barry_as_bdfl,
        ..options.clone()
    };
    emit::fold(&mut tree.module, options.optimize, options.future_annotations);
    let table = scope::build(&tree.module, options.future_annotations)?;
    let (code, warnings) = emit::emit(&tree.module, &table, filename, &options, tree.warnings)?;
    Ok(Compiled { code, warnings })
}

fn report(failure: Failure, source: &str, lines: &Lines, filename: &str) -> SyntaxError {
    SyntaxError {
        class: failure.class,
        message: failure.message,
        filename: filename.to_owned(),
        line: failure.at.line,
        column: failure.at.column + 1,
        end_line: failure.at.end_line,
        end_column: failure.at.end_column as i32 + 1,
        text: lines.text(source, failure.at.line).map(str::to_owned),
    }
}
