//! Function type comments, `(int, *str, **Any) -> bool`: what `ast.parse(..., mode="func_type")`
//! reads. The stars say nothing.

use super::diagnose::{Reading, tokens_of};
use super::lower::Lower;
use super::{Lines, Tree};
use crate::ast::{Expr, Module};
use crate::error::{Failure, Outcome};
use ruff_python_parser::parse_parenthesized_expression_range;
use ruff_text_size::{TextRange, TextSize};

/// Parses a function type.
pub fn parse(source: &str, lines: &Lines, reading: Reading) -> Outcome<Tree> {
    let tokens = tokens_of(source, lines, reading)?;
    let mut lower = Lower::new(source, lines);
    let mut argtypes = Vec::new();
    let mut depth = 0;
    let mut start = None;
    let mut behind_arrow = 0;
    for (i, &(from, to)) in tokens.iter().enumerate() {
        let text = source.get(from..to).unwrap_or("");
        match text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        let ends = depth == 0 || (depth == 1 && text == ",");
        if ends && let Some(first) = start.take() {
            argtypes.push(expression(&mut lower, source, (first, from))?);
        } else if start.is_none() && depth > 0 && i > 0 && !ends && !matches!(text, "*" | "**") {
            start = Some(from);
        }
        if depth == 0 && text == "->" {
            behind_arrow = to;
            break;
        }
    }
    let end = source.trim_end().len();
    let returns = expression(&mut lower, source, (behind_arrow, end))?;
    let (warnings, failure) = lower.finish();
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Tree {
            module: Module::FunctionType { argtypes, returns: Box::new(returns) },
            warnings,
        }),
    }
}

fn expression(lower: &mut Lower<'_>, source: &str, range: (usize, usize)) -> Outcome<Expr> {
    let invalid = |lower: &Lower<'_>| {
        let at = lower.lines.position(range.0 as u32, range.1 as u32);
        Failure::new("invalid syntax", at)
    };
    let size = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
    match parse_parenthesized_expression_range(source, TextRange::new(size(range.0), size(range.1)))
    {
        Ok(parsed) => Ok(lower.expr(parsed.expr())),
        Err(_) => Err(invalid(lower)),
    }
}
