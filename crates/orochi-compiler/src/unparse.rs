//! Expressions back to source: the text that `from __future__ import annotations` stores, in the
//! form CPython gives it, and the `repr` of constants.

use crate::ast::*;
use crate::code::Constant;
use crate::repr::{separated, write_constant, write_string};
use std::fmt::Write;

/// How tightly an expression binds; a looser one inside a tighter place needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Comparison,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    fn next(self) -> Level {
        const ALL: [Level; 16] = [
            Level::Tuple,
            Level::Test,
            Level::Or,
            Level::And,
            Level::Not,
            Level::Comparison,
            Level::BitOr,
            Level::BitXor,
            Level::BitAnd,
            Level::Shift,
            Level::Sum,
            Level::Term,
            Level::Factor,
            Level::Power,
            Level::Await,
            Level::Atom,
        ];
        ALL[(self as usize + 1).min(ALL.len() - 1)]
    }
}

/// The source of an expression.
pub fn unparse(e: &Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, e, Level::Test);
    out
}

fn parenthesised(out: &mut String, needed: bool, inner: impl FnOnce(&mut String)) {
    if needed {
        out.push('(');
    }
    inner(out);
    if needed {
        out.push(')');
    }
}

fn write_expr(out: &mut String, e: &Expr, level: Level) {
    stacker::maybe_grow(128 << 10, 2 << 20, || write_inner(out, e, level));
}

fn write_inner(out: &mut String, e: &Expr, level: Level) {
    match &e.kind {
        ExprKind::BoolOp { op, values } => {
            let (own, word) = match op {
                BoolOp::And => (Level::And, " and "),
                BoolOp::Or => (Level::Or, " or "),
            };
            parenthesised(out, level > own, |out| {
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        out.push_str(word);
                    }
                    write_expr(out, value, own.next());
                }
            });
        }
        ExprKind::NamedExpr { target, value } => parenthesised(out, level > Level::Tuple, |out| {
            write_expr(out, target, Level::Atom);
            out.push_str(" := ");
            write_expr(out, value, Level::Atom);
        }),
        ExprKind::BinOp { left, op, right } => {
            let own = operator_level(*op);
            let right_associative = *op == Operator::Pow;
            parenthesised(out, level > own, |out| {
                write_expr(out, left, if right_associative { own.next() } else { own });
                let _ = write!(out, " {} ", op.symbol());
                write_expr(out, right, if right_associative { own } else { own.next() });
            });
        }
        ExprKind::UnaryOp { op, operand } => {
            let (own, text) = match op {
                UnaryOp::Invert => (Level::Factor, "~"),
                UnaryOp::Not => (Level::Not, "not "),
                UnaryOp::UAdd => (Level::Factor, "+"),
                UnaryOp::USub => (Level::Factor, "-"),
            };
            parenthesised(out, level > own, |out| {
                out.push_str(text);
                write_expr(out, operand, own);
            });
        }
        ExprKind::Lambda(lambda) => parenthesised(out, level > Level::Test, |out| {
            out.push_str("lambda");
            let start = out.len();
            out.push(' ');
            write_arguments(out, &lambda.args);
            if out.len() == start + 1 {
                out.pop();
            }
            out.push_str(": ");
            write_expr(out, &lambda.body, Level::Test);
        }),
        ExprKind::IfExp { test, body, orelse } => parenthesised(out, level > Level::Test, |out| {
            write_expr(out, body, Level::Test.next());
            out.push_str(" if ");
            write_expr(out, test, Level::Test.next());
            out.push_str(" else ");
            write_expr(out, orelse, Level::Test);
        }),
        ExprKind::Dict { keys, values } => {
            out.push('{');
            let pairs: Vec<_> = keys.iter().zip(values).collect();
            separated(out, &pairs, |out, (key, value)| match key {
                Some(key) => {
                    write_expr(out, key, Level::Test);
                    out.push_str(": ");
                    write_expr(out, value, Level::Test);
                }
                None => {
                    out.push_str("**");
                    write_expr(out, value, Level::BitOr);
                }
            });
            out.push('}');
        }
        ExprKind::Set(elements) => {
            out.push('{');
            separated(out, elements, |out, e| write_expr(out, e, Level::Test));
            out.push('}');
        }
        ExprKind::List(elements) => {
            out.push('[');
            separated(out, elements, |out, e| write_expr(out, e, Level::Test));
            out.push(']');
        }
        ExprKind::Tuple(elements) => {
            if elements.is_empty() {
                out.push_str("()");
                return;
            }
            parenthesised(out, level > Level::Tuple, |out| write_items(out, elements));
        }
        ExprKind::Comprehension(node) => write_comprehension(out, node),
        ExprKind::Await(value) => parenthesised(out, level > Level::Await, |out| {
            out.push_str("await ");
            write_expr(out, value, Level::Atom);
        }),
        ExprKind::Yield(value) => {
            out.push_str("(yield");
            if let Some(value) = value {
                out.push(' ');
                write_expr(out, value, Level::Tuple);
            }
            out.push(')');
        }
        ExprKind::YieldFrom(value) => {
            out.push_str("(yield from ");
            write_expr(out, value, Level::Test);
            out.push(')');
        }
        ExprKind::Compare { left, ops, comparators } => {
            parenthesised(out, level > Level::Comparison, |out| {
                write_expr(out, left, Level::Comparison.next());
                for (op, right) in ops.iter().zip(comparators) {
                    let _ = write!(out, " {} ", op.symbol());
                    write_expr(out, right, Level::Comparison.next());
                }
            });
        }
        ExprKind::Call { func, args, keywords } => write_call(out, func, args, keywords),
        ExprKind::FormattedValue { .. } => write_joined(out, std::slice::from_ref(e), 'f'),
        ExprKind::JoinedStr(parts) => write_joined(out, parts, 'f'),
        ExprKind::Interpolation(_) => write_joined(out, std::slice::from_ref(e), 't'),
        ExprKind::TemplateStr(parts) => write_joined(out, parts, 't'),
        ExprKind::Constant(Constant::Ellipsis) => out.push_str("..."),
        ExprKind::Constant(value) => write_constant(out, value),
        ExprKind::Attribute { value, attr } => {
            write_expr(out, value, Level::Atom);
            // `1 .real`, not a float.
            if matches!(value.constant(), Some(Constant::Int(_) | Constant::BigInt { .. })) {
                out.push(' ');
            }
            out.push('.');
            out.push_str(attr);
        }
        ExprKind::Subscript { value, slice } => {
            write_expr(out, value, Level::Atom);
            out.push('[');
            match &slice.kind {
                ExprKind::Tuple(elements) if !elements.is_empty() => write_items(out, elements),
                _ => write_expr(out, slice, Level::Tuple),
            }
            out.push(']');
        }
        ExprKind::Starred(value) => {
            out.push('*');
            write_expr(out, value, Level::BitOr);
        }
        ExprKind::Name(name) => out.push_str(name),
        ExprKind::Slice { lower, upper, step } => {
            if let Some(lower) = lower {
                write_expr(out, lower, Level::Test);
            }
            out.push(':');
            if let Some(upper) = upper {
                write_expr(out, upper, Level::Test);
            }
            if let Some(step) = step {
                out.push(':');
                write_expr(out, step, Level::Test);
            }
        }
    }
}

fn write_items(out: &mut String, elements: &[Expr]) {
    separated(out, elements, |out, e| write_expr(out, e, Level::Test));
    if elements.len() == 1 {
        out.push(',');
    }
}

fn operator_level(op: Operator) -> Level {
    match op {
        Operator::Add | Operator::Sub => Level::Sum,
        Operator::Mult | Operator::MatMult | Operator::Div | Operator::Mod | Operator::FloorDiv => {
            Level::Term
        }
        Operator::LShift | Operator::RShift => Level::Shift,
        Operator::BitOr => Level::BitOr,
        Operator::BitXor => Level::BitXor,
        Operator::BitAnd => Level::BitAnd,
        Operator::Pow => Level::Power,
    }
}

fn write_comprehension(out: &mut String, node: &Comprehension) {
    let (open, close) = match node.kind {
        ComprehensionKind::List => ('[', ']'),
        ComprehensionKind::Set | ComprehensionKind::Dict => ('{', '}'),
        ComprehensionKind::Generator => ('(', ')'),
    };
    out.push(open);
    write_expr(out, &node.element, Level::Test);
    if let Some(value) = &node.value {
        out.push_str(": ");
        write_expr(out, value, Level::Test);
    }
    for generator in &node.generators {
        out.push_str(if generator.is_async { " async for " } else { " for " });
        write_expr(out, &generator.target, Level::Tuple);
        out.push_str(" in ");
        write_expr(out, &generator.iter, Level::Test.next());
        for condition in &generator.ifs {
            out.push_str(" if ");
            write_expr(out, condition, Level::Test.next());
        }
    }
    out.push(close);
}

fn write_call(out: &mut String, func: &Expr, args: &[Expr], keywords: &[Keyword]) {
    write_expr(out, func, Level::Atom);
    if let ([single], []) = (args, keywords)
        && let ExprKind::Comprehension(node) = &single.kind
        && node.kind == ComprehensionKind::Generator
    {
        return write_comprehension(out, node);
    }
    out.push('(');
    separated(out, args, |out, e| write_expr(out, e, Level::Test));
    if !args.is_empty() && !keywords.is_empty() {
        out.push_str(", ");
    }
    separated(out, keywords, |out, keyword| {
        match &keyword.arg {
            Some(name) => {
                let _ = write!(out, "{name}=");
            }
            None => out.push_str("**"),
        }
        write_expr(out, &keyword.value, Level::Test);
    });
    out.push(')');
}

fn write_arguments(out: &mut String, args: &Arguments) {
    let mut first = true;
    let mut comma = |out: &mut String| {
        if !std::mem::take(&mut first) {
            out.push_str(", ");
        }
    };
    let positional = args.posonly.len() + args.args.len();
    for (i, arg) in args.posonly.iter().chain(&args.args).enumerate() {
        comma(out);
        out.push_str(&arg.name);
        if let Some(default) = (i + args.defaults.len()).checked_sub(positional) {
            out.push('=');
            write_expr(out, &args.defaults[default], Level::Test);
        }
        if i + 1 == args.posonly.len() {
            out.push_str(", /");
        }
    }
    if args.vararg.is_some() || !args.kwonly.is_empty() {
        comma(out);
        out.push('*');
        if let Some(vararg) = &args.vararg {
            out.push_str(&vararg.name);
        }
    }
    for (arg, default) in args.kwonly.iter().zip(&args.kw_defaults) {
        comma(out);
        out.push_str(&arg.name);
        if let Some(default) = default {
            out.push('=');
            write_expr(out, default, Level::Test);
        }
    }
    if let Some(kwarg) = &args.kwarg {
        comma(out);
        let _ = write!(out, "**{}", kwarg.name);
    }
}

/// An f-string or t-string: its body first, then quoted like any string.
fn write_joined(out: &mut String, parts: &[Expr], prefix: char) {
    let mut body = String::new();
    write_fields(&mut body, parts, false);
    out.push(prefix);
    write_string(out, body.as_bytes());
}

fn write_fields(body: &mut String, parts: &[Expr], in_spec: bool) {
    for part in parts {
        match &part.kind {
            ExprKind::Constant(Constant::Str(text)) => {
                let text = String::from_utf8_lossy(text);
                if in_spec {
                    body.push_str(&text);
                } else {
                    body.push_str(&text.replace('{', "{{").replace('}', "}}"));
                }
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                write_field(body, value, *conversion, format_spec.as_deref());
            }
            ExprKind::Interpolation(node) => {
                write_field(body, &node.value, node.conversion, node.format_spec.as_ref());
            }
            ExprKind::JoinedStr(parts) => write_fields(body, parts, in_spec),
            _ => {}
        }
    }
}

fn write_field(body: &mut String, value: &Expr, conversion: Conversion, spec: Option<&Expr>) {
    let mut text = String::new();
    write_expr(&mut text, value, Level::Test.next());
    // A brace would end up doubled.
    body.push_str(if text.starts_with('{') { "{ " } else { "{" });
    body.push_str(&text);
    if let Some(letter) = conversion.letter() {
        body.push('!');
        body.push(letter);
    }
    if let Some(spec) = spec {
        body.push(':');
        write_fields(body, std::slice::from_ref(spec), true);
    }
    body.push('}');
}
