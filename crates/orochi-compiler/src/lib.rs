//! Python 3.14 source to register bytecode.
//!
//! The way of a source: [`parse`] decodes it and makes the tree of [`ast`]; `future` looks for
//! features it switches on; [`fold`](fold_constants) folds constants; [`scope`] finds where each
//! name lives; `emit` writes the [`code::Code`], whose instructions are those of [`bytecode`],
//! the one table that compiler and interpreter share. [`marshal`] stores code, [`disassemble`]
//! shows it, [`validate`] checks it, and [`unparse`](mod@unparse) writes expressions back as
//! source. Nothing here knows the running VM, and nothing panics, whatever the source.
//!
//! Trees that a program built itself (`ast`) compile by [`compile_tree`]; [`parse_tree`] gives
//! `_ast` the tree of a source.

pub mod ast;
pub mod bytecode;
pub mod code;
pub mod disassemble;
mod emit;
pub mod error;
mod future;
pub mod marshal;
pub mod parse;
pub mod repr;
pub mod scope;
#[cfg(test)]
mod tests;
pub mod unparse;
pub mod validate;

use code::Code;
pub use emit::fold as fold_constants;
use error::{Failure, SyntaxError, Warning};
pub use parse::{Lines, Tree};

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
    with_text(source, filename, options, |text, lines| {
        compile_text(text, lines, filename, mode, options)
    })
}

/// Compiles source that is text already.
pub fn compile_str(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    with_str(source, filename, |text, lines| compile_text(text, lines, filename, mode, options))
}

/// The tree of a source as found in a file, constants not folded.
pub fn parse_tree(
    source: &[u8],
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Tree, SyntaxError> {
    with_text(source, filename, options, |text, lines| {
        parse::parse(text, lines, reading(mode, options))
            .map_err(|failure| report(failure, text, lines, filename))
    })
}

/// The tree of source that is text already.
pub fn parse_tree_str(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Tree, SyntaxError> {
    with_str(source, filename, |text, lines| {
        parse::parse(text, lines, reading(mode, options))
            .map_err(|failure| report(failure, text, lines, filename))
    })
}

/// Compiles a tree. There is no source, hence no text in errors.
pub fn compile_tree(
    tree: Tree,
    filename: &str,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    compile_module(tree, filename, options).map_err(|failure| report_late(failure, filename))
}

fn reading(mode: Mode, options: &Options) -> parse::Reading {
    parse::Reading {
        mode,
        allow_incomplete: options.allow_incomplete,
        keep_blocks_open: options.keep_blocks_open,
        diamond: options.barry_as_bdfl,
    }
}

fn with_text<T>(
    source: &[u8],
    filename: &str,
    options: &Options,
    f: impl FnOnce(&str, &Lines) -> Result<T, SyntaxError>,
) -> Result<T, SyntaxError> {
    match parse::decode(source, options.ignore_cookie, Some(filename)) {
        Ok(text) => {
            let lines = Lines::new(&text);
            f(&text, &lines)
        }
        Err(failure) => {
            let text = String::from_utf8_lossy(source);
            Err(report(failure, &text, &Lines::new(&text), filename))
        }
    }
}

fn with_str<T>(
    source: &str,
    filename: &str,
    f: impl FnOnce(&str, &Lines) -> Result<T, SyntaxError>,
) -> Result<T, SyntaxError> {
    match parse::clean(source.into()) {
        Ok(text) => {
            let lines = Lines::new(&text);
            f(&text, &lines)
        }
        Err(failure) => Err(report(failure, source, &Lines::new(source), filename)),
    }
}

fn compile_text(
    source: &str,
    lines: &Lines,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, SyntaxError> {
    let tree = parse::parse(source, lines, reading(mode, options))
        .map_err(|failure| report(failure, source, lines, filename))?;
    compile_module(tree, filename, options).map_err(|failure| report_late(failure, filename))
}

fn compile_module(mut tree: Tree, filename: &str, options: &Options) -> Result<Compiled, Failure> {
    let features = future::features(&tree.module)?;
    let options = Options {
        future_annotations: options.future_annotations || features.annotations,
        barry_as_bdfl: options.barry_as_bdfl || features.barry_as_bdfl,
        ..options.clone()
    };
    fold_constants(&mut tree.module, options.optimize, options.future_annotations);
    let table = scope::build(&tree.module, options.future_annotations)?;
    let (code, mut warnings) = emit::emit(&tree.module, &table, filename, &options, tree.warnings)?;
    warnings.sort_by_key(|warning| (warning.late, warning.at.line, warning.at.column));
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
    let mut error = SyntaxError {
        class: failure.class,
        message: failure.message,
        filename: filename.to_owned(),
        line: at.line,
        column: 0,
        end_line: at.end_line,
        end_column: 0,
        text: None,
        late: false,
    };
    if let Some(exact) = failure.exact {
        error.line = exact.line;
        error.end_line = exact.line;
        error.column = exact.offset;
        error.end_column = exact.end_offset;
    } else if at.line > 0 {
        error.column = column(at.line, at.column) as i32;
        error.end_column = column(at.end_line, at.end_column) as i32;
    }
    error.text = failure.text.or_else(|| lines.text(source, error.line).map(str::to_owned));
    error
}

/// As [`report`], for what is found after parsing, when the source is gone.
fn report_late(failure: Failure, filename: &str) -> SyntaxError {
    let at = failure.at;
    let exact = failure.exact.unwrap_or(error::Exact {
        line: at.line,
        offset: if at.line > 0 { at.column as i32 + 1 } else { 0 },
        end_offset: if at.line > 0 { at.end_column as i32 + 1 } else { 0 },
    });
    SyntaxError {
        class: failure.class,
        message: failure.message,
        filename: filename.to_owned(),
        line: exact.line,
        column: exact.offset,
        end_line: if failure.exact.is_some() { exact.line } else { at.end_line },
        end_column: exact.end_offset,
        text: None,
        late: true,
    }
}

/// Why bytes are no source yet.
pub enum Undecoded {
    /// They are in an encoding that this crate does not know.
    Encoding(String),
    /// They are no source.
    Error(SyntaxError),
}

/// The text of a source in bytes that comes from no file.
pub fn decode(source: &[u8], filename: &str) -> Result<String, Undecoded> {
    match parse::decode(source, false, None) {
        Ok(text) => Ok(text.into_owned()),
        Err(failure) => {
            let text = String::from_utf8_lossy(source);
            let error = report(failure, &text, &Lines::new(&text), filename);
            Err(match error.unknown_encoding() {
                Some(name) => Undecoded::Encoding(name.to_owned()),
                None => Undecoded::Error(error),
            })
        }
    }
}
