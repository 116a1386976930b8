//! Expressions back to source: the text that `from __future__ import annotations` stores, in the
//! form CPython gives it, and the `repr` of constants.

use crate::ast::*;
use crate::code::Constant;
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

/// Python's `repr` of a constant.
pub fn constant(constant: &Constant) -> String {
    let mut out = String::new();
    write_constant(&mut out, constant);
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

fn separated<T>(out: &mut String, list: &[T], mut each: impl FnMut(&mut String, &T)) {
    for (i, item) in list.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        each(out, item);
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

fn write_constant(out: &mut String, constant: &Constant) {
    match constant {
        Constant::None => out.push_str("None"),
        Constant::Bool(true) => out.push_str("True"),
        Constant::Bool(false) => out.push_str("False"),
        Constant::Ellipsis => out.push_str("Ellipsis"),
        Constant::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Constant::BigInt { negative, words } => {
            if *negative {
                out.push('-');
            }
            out.push_str(&decimal(words));
        }
        Constant::Float(value) => out.push_str(&float(*value)),
        Constant::Complex(real, imaginary) => {
            if *real == 0.0 && real.is_sign_positive() {
                let _ = write!(out, "{}j", short_float(*imaginary));
            } else {
                let sign = if imaginary.is_sign_negative() { "" } else { "+" };
                let _ = write!(out, "({}{sign}{}j)", short_float(*real), short_float(*imaginary));
            }
        }
        Constant::Str(bytes) => write_string(out, bytes),
        Constant::Bytes(bytes) => write_bytes(out, bytes),
        Constant::Tuple(items) => {
            out.push('(');
            separated(out, items, write_constant);
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Constant::FrozenSet(items) => {
            out.push_str("frozenset({");
            separated(out, items, write_constant);
            out.push_str("})");
        }
        Constant::Code(code) => {
            let _ = write!(out, "<code object {}>", code.name);
        }
    }
}

/// Decimal digits of a magnitude; hexadecimal where decimal would take long.
fn decimal(words: &[u64]) -> String {
    if words.len() > 230 {
        let mut out = "0x".to_owned();
        for (i, word) in words.iter().rev().enumerate() {
            let _ = if i == 0 { write!(out, "{word:x}") } else { write!(out, "{word:016x}") };
        }
        return out;
    }
    const CHUNK: u64 = 1_000_000_000_000_000_000;
    let mut words = words.to_vec();
    let mut chunks = Vec::new();
    while !words.is_empty() {
        let mut rest = 0u128;
        for word in words.iter_mut().rev() {
            let value = rest << 64 | u128::from(*word);
            *word = (value / u128::from(CHUNK)) as u64;
            rest = value % u128::from(CHUNK);
        }
        chunks.push(rest as u64);
        while words.last() == Some(&0) {
            words.pop();
        }
    }
    let mut out = String::new();
    for (i, chunk) in chunks.iter().rev().enumerate() {
        let _ = if i == 0 { write!(out, "{chunk}") } else { write!(out, "{chunk:018}") };
    }
    if out.is_empty() { "0".to_owned() } else { out }
}

/// `repr` of a float, infinity as a literal that gives it.
fn float(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "1e309".to_owned() } else { "-1e309".to_owned() };
    }
    let text = short_float(value);
    if value.is_nan() || text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// The shortest digits that read back as the same float, without a trailing `.0`.
fn short_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "1e309".to_owned() } else { "-1e309".to_owned() };
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return format!("{value}");
    }
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `repr` of a string in generalised UTF-8.
fn write_string(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    out.push(quote);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (code, length) = decode(rest);
        rest = &rest[length..];
        match code {
            0x5c => out.push_str("\\\\"),
            0x09 => out.push_str("\\t"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            _ => match char::from_u32(code) {
                Some(c) if c == quote => {
                    out.push('\\');
                    out.push(c);
                }
                Some(c) if is_printable(c) => out.push(c),
                _ => {
                    let _ = match code {
                        0..=0xff => write!(out, "\\x{code:02x}"),
                        0x100..=0xffff => write!(out, "\\u{code:04x}"),
                        _ => write!(out, "\\U{code:08x}"),
                    };
                }
            },
        }
    }
    out.push(quote);
}

/// The first code point of generalised UTF-8, and its length.
fn decode(bytes: &[u8]) -> (u32, usize) {
    let first = bytes[0];
    let length = match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => return (u32::from(first), 1),
    };
    if bytes.len() < length {
        return (0xfffd, bytes.len());
    }
    let mut code = u32::from(first) & (0x7f >> length);
    for byte in &bytes[1..length] {
        code = code << 6 | u32::from(byte & 0x3f);
    }
    (code, length)
}

/// Whether Python's `repr` shows a character as it is.
pub fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\u{0}'..='\u{a0}' | '\u{ad}' => false,
        '\u{2028}'..='\u{202e}'
        | '\u{2000}'..='\u{200f}'
        | '\u{205f}'..='\u{206f}'
        | '\u{3000}' => false,
        '\u{e000}'..='\u{f8ff}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'..='\u{ffff}' => false,
        '\u{f0000}'.. => false,
        _ => true,
    }
}

fn write_bytes(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push('b');
    out.push(quote as char);
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte == quote => {
                out.push('\\');
                out.push(byte as char);
            }
            b' '..=b'~' => out.push(byte as char),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote as char);
}
