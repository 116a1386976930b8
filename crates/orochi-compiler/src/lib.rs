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
    /// Do not close open blocks at the end of interactive source (`PyCF_DONT_IMPLY_DEDENT`).
    pub keep_blocks_open: bool,
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
    let reading = parse::Reading {
        mode,
        allow_incomplete: options.allow_incomplete,
        keep_blocks_open: options.keep_blocks_open,
        diamond: options.barry_as_bdfl,
    };
    let mut tree = parse::parse(source, lines, reading)?;
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
    let column = |line: u32, bytes: u32| {
        let text = lines.text(source, line).unwrap_or("");
        let end = (bytes as usize).min(text.len());
        let head = (0..=end).rev().find_map(|end| text.get(..end)).unwrap_or("");
        head.chars().count() as u32 + 1 + (bytes as usize).saturating_sub(text.len()) as u32
    };
    let at = failure.at;
    let known = at.line > 0;
    SyntaxError {
        class: failure.class,
        message: failure.message,
        filename: filename.to_owned(),
        line: at.line,
        column: if known { column(at.line, at.column) } else { 0 },
        end_line: at.end_line,
        end_column: if known { column(at.end_line, at.end_column) as i32 } else { 0 },
        text: lines.text(source, at.line).map(str::to_owned),
    }
}
