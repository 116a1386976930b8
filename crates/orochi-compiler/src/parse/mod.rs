//! From bytes to syntax tree. This folder is the only one that names the parser crate: it decodes
//! the source, checks what the parser leaves to others (indentation by tabs and spaces, null
//! bytes, nesting), lowers the tree to [`crate::ast`], and puts errors into CPython's words.

pub mod diagnose;
mod escape;
mod function_type;
mod lines;
mod literal;
mod lower;
mod lower_expression;
mod lower_statement;
mod source;

pub use diagnose::Reading;
pub use lines::Lines;
pub use literal::parse_words;
pub use lower::MAX_DEPTH;
pub use source::{clean, cookie, decode};

use crate::Mode;
use crate::ast::Module;
use crate::code::Position;
use crate::error::{Failure, Warning};
use diagnose::diagnose;
use lower::Lower;
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode as ParserMode, ParseOptions, Parsed, parse_unchecked};

/// A parsed source.
pub struct Tree {
    /// The tree.
    pub module: Module,
    /// What the parser warns of.
    pub warnings: Vec<Warning>,
}

/// Parses decoded source.
pub fn parse(source: &str, lines: &Lines, reading: Reading) -> Result<Tree, Failure> {
    let mode = reading.mode;
    if mode == Mode::Single
        && let Some(failure) = diagnose(source, lines, reading)
    {
        return Err(failure);
    }
    let parser_mode = match mode {
        Mode::Exec | Mode::Single => ParserMode::Module,
        Mode::Eval => ParserMode::Expression,
        Mode::FunctionType => return function_type::parse(source, lines, reading),
    };
    let options = ParseOptions::from(parser_mode).with_target_version(PythonVersion::PY314);
    let parsed: Parsed<Mod> = parse_unchecked(source, options);
    if let Some(error) = parsed.errors().first() {
        let range = error.location;
        let at = lines.position(range.start().to_u32(), range.end().to_u32());
        let mut message = error.error.to_string();
        if message.ends_with("in Unicode escape sequence") {
            message = "(unicode error) 'unicodeescape' codec can't decode bytes in position 0-1: \
                       malformed \\N character escape"
                .to_owned();
        }
        drop_deep(parsed, source.len());
        let failure = diagnose(source, lines, reading);
        return Err(failure.unwrap_or_else(|| Failure::new(message, at)));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        let at = lines.position(error.range.start().to_u32(), error.range.end().to_u32());
        let failure = diagnose(source, lines, reading);
        return Err(failure.unwrap_or_else(|| Failure::new("invalid syntax", at)));
    }
    let mut lower = Lower::new(source, lines);
    let module = match parsed.syntax() {
        Mod::Module(module) => {
            let body = lower.body(&module.body);
            match mode {
                Mode::Single => Module::Interactive(body),
                _ => Module::Module(body),
            }
        }
        Mod::Expression(expression) => Module::Expression(Box::new(lower.expr(&expression.body))),
    };
    if (lower.suspicious || lines.may_nest_too_deeply)
        && let Some(failure) = diagnose(source, lines, reading)
    {
        return Err(failure);
    }
    let (warnings, failure) = lower.finish();
    if let Some(failure) = failure {
        drop_deep(parsed, source.len());
        return Err(failure);
    }
    Ok(Tree { module, warnings })
}

/// Drops a tree whose depth is bounded by the length of its source alone.
fn drop_deep(parsed: Parsed<Mod>, length: usize) {
    stacker::grow((length * 512).clamp(1 << 20, 1 << 32), || drop(parsed));
}

/// No place.
pub const NOWHERE: Position = Position { line: 0, end_line: 0, column: 0, end_column: 0 };
