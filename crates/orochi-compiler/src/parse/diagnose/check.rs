//! What alternatives say, and the checks that need more than a shape: names of expressions,
//! invalid targets, strings.

use super::recognise::{Captures, Matched, Recogniser, Stop};
use super::rule::Place;
use super::token::{Kind, Token};
use crate::ast::{Expr, ExprKind};
use crate::code::Constant;
use crate::error::{ErrorClass, Failure};
use ruff_python_parser::{Mode as ParserMode, ParseOptions};

impl Recogniser<'_> {
    fn span(&self, range: Option<(usize, usize)>) -> (usize, usize) {
        let Some((first, end)) = range else { return (0, 0) };
        let start = self.tokens.get(first).map_or(0, |token| token.start);
        let end =
            self.tokens.get(end.saturating_sub(1).max(first)).map_or(start, |token| token.end);
        (start, end)
    }

    /// As [`Recogniser::span`], but without parentheses around an expression: the node they
    /// enclose is what is meant.
    fn node_span(&self, range: Option<(usize, usize)>) -> (usize, usize) {
        let mut range = range;
        if let Some((first, end)) = &mut range
            && *end > *first + 1
            && self.text(self.tokens[*end - 1]) == ","
        {
            // A parameter is matched with its comma.
            *end -= 1;
        }
        let (start, end) = self.span(range);
        let enclosed = range.is_some_and(|(first, end)| {
            end > first + 1
                && (self.text(self.tokens[first]) == "(" || self.text(self.tokens[end - 1]) == ")")
        });
        match enclosed.then(|| self.expression(range)).flatten() {
            Some(e) if e.at.column as usize >= start && e.at.end_column as usize <= end => {
                (e.at.column as usize, e.at.end_column as usize)
            }
            _ => (start, end),
        }
    }

    /// The message of an alternative that has matched, at its place.
    pub(super) fn say(
        &mut self,
        place: Place,
        message: &str,
        captures: Captures,
        end: usize,
    ) -> Result<Stop, Stop> {
        let (start_a, end_a) = self.node_span(captures.a);
        let mut message = message.to_owned();
        if message.contains("%k") {
            message = message.replace("%k", &self.kind_name(captures.a));
        }
        if message.contains("%l") {
            let line = 1 + self.source[..start_a].matches('\n').count();
            message = message.replace("%l", &line.to_string());
        }
        if message.contains("%t") {
            message = message.replace("%t", &self.source[start_a..end_a]);
        }
        let failure = match place {
            Place::At => self.failure(message, start_a, end_a),
            Place::Range => {
                let end_b = if captures.b.is_some() { self.node_span(captures.b).1 } else { end_a };
                self.failure(message, start_a, end_b)
            }
            Place::From => {
                let last = self.tokenizer.position;
                self.failure(message, start_a, last.saturating_sub(1))
            }
            Place::Next => {
                let token = self.token(end)?;
                self.failure(message, token.start, token.end)
            }
            Place::Here | Place::Indent => self.at_last_token(message),
        };
        if place == Place::Indent {
            return Ok(Stop::Said(Failure { class: ErrorClass::IndentationError, ..failure }));
        }
        Ok(Stop::Said(failure))
    }

    fn last_token(&self) -> Token {
        self.tokens.last().copied().unwrap_or(Token { kind: Kind::End, start: 0, end: 0 })
    }

    /// The tree of what tokens `range` are, and where it starts.
    fn expression(&self, range: Option<(usize, usize)>) -> Option<Expr> {
        let (start, end) = self.span(range);
        let text = self.source.get(start..end)?;
        if text.starts_with('*')
            && let Some((first, last)) = range
            && last > first + 1
            && self.text(self.tokens[first]) == "*"
            && let Some(inner) = self.expression(Some((first + 1, last)))
            && !matches!(inner.kind, ExprKind::Tuple(_))
        {
            let at = crate::code::Position { column: start as u32, ..inner.at };
            return Some(Expr { kind: ExprKind::Starred(Box::new(inner)), at });
        }
        let options = ParseOptions::from(ParserMode::ParenthesizedExpression)
            .with_target_version(ruff_python_ast::PythonVersion::PY314);
        let parsed = ruff_python_parser::parse_unchecked(text, options);
        if !parsed.errors().is_empty() {
            return None;
        }
        let ruff_python_ast::Mod::Expression(module) = parsed.syntax() else { return None };
        let lines = super::Lines::new(text);
        let mut lower = super::super::lower::Lower::new(text, &lines);
        let mut e = lower.expr(&module.body);
        shift(&mut e, &lines, start);
        Some(e)
    }

    fn kind_name(&self, range: Option<(usize, usize)>) -> String {
        self.expression(range).map_or("expression", |e| expression_name(&e)).to_owned()
    }

    /// Runs a check; `Ok(None)` means that the rule does not match after all.
    pub(super) fn check(
        &mut self,
        name: &str,
        captures: Captures,
        at: usize,
        end: usize,
    ) -> Matched {
        let (start_a, end_a) = self.span(captures.a);
        let (start_b, end_b) = self.span(captures.b);
        let said = |failure: Failure| Err(Stop::Said(failure));
        match name {
            "future" => Ok(Some(end)),
            "unequal" if self.diamond => said(self.failure(
                "with Barry as BDFL, use '<>' instead of '!='",
                start_of(self, at),
                start_of(self, at),
            )),
            "unequal" => Ok(Some(end)),
            "diamond" => Ok(self.diamond.then_some(end)),
            "real" | "imaginary" => {
                let imaginary = self.source[start_a..end_a].ends_with(['j', 'J']);
                match (name, imaginary) {
                    ("real", true) => said(self.failure(
                        "real number required in complex literal",
                        start_a,
                        end_a,
                    )),
                    ("imaginary", false) => said(self.failure(
                        "imaginary number required in complex literal",
                        start_a,
                        end_a,
                    )),
                    _ => Ok(Some(end)),
                }
            }
            "conversion" => self.check_conversion(start_a, end_a, start_b, end_b, end),
            "strings" => self.check_strings(captures.a, end),
            "mixed" => said(self.failure(
                "cannot mix t-string literals with string or bytes literals",
                start_of(self, at),
                end_a,
            )),
            "legacy" => {
                let word = &self.source[start_a..end_a];
                if !matches!(word, "print" | "exec") {
                    return Ok(None);
                }
                let message =
                    format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
                said(self.failure(message, start_a, end_b))
            }
            "comma" => self.check_comma(captures, start_a, end_b),
            "generator" => self.check_generator(captures),
            "positional" => {
                let message = match self.call_keywords(captures.a) {
                    true => "positional argument follows keyword argument unpacking",
                    false => "positional argument follows keyword argument",
                };
                let token = self.last_token();
                said(self.failure(message, token.start, token.end))
            }
            "key" => {
                let at = end_a.saturating_sub(1);
                let (line, column) = self.line_column(at);
                let failure = self.failure("':' expected after dictionary key", at, at);
                said(failure.exactly(line, column + 1, 0))
            }
            "target star" | "target del" | "target for" => self.check_target_of(name, captures.a),
            _ => {
                let Some(kind) = name.strip_prefix("bound ") else { return Ok(Some(end)) };
                let constraints =
                    matches!(self.expression(captures.b).map(|e| e.kind), Some(ExprKind::Tuple(_)));
                let what = if constraints { "constraints" } else { "bound" };
                let position = self.tokenizer.position;
                said(self.failure(
                    format!("cannot use {what} with {kind}"),
                    start_a,
                    position.saturating_sub(1),
                ))
            }
        }
    }

    fn check_conversion(
        &mut self,
        start_a: usize,
        end_a: usize,
        start_b: usize,
        end_b: usize,
        end: usize,
    ) -> Matched {
        let letter = self.string_letter(start_a);
        if end_a != start_b {
            let message = format!(
                "{letter}-string: conversion type must come right after the exclamation mark"
            );
            return Err(Stop::Said(self.failure(message, start_a, end_b)));
        }
        let name = &self.source[start_b..end_b];
        if !matches!(name, "s" | "r" | "a") {
            let message = format!(
                "{letter}-string: invalid conversion character '{name}': expected 's', 'r', or 'a'"
            );
            return Err(Stop::Said(self.failure(message, start_b, end_b)));
        }
        Ok(Some(end))
    }

    /// Two expressions next to each other: a comma may be missing, if they are inside parentheses.
    fn check_comma(&mut self, captures: Captures, start: usize, end: usize) -> Matched {
        let Some((first, after)) = captures.a else { return Ok(None) };
        let last = self.tokens[after - 1];
        let legacy =
            matches!(&self.source[start..last.end], "print" | "exec") && after == first + 1;
        if legacy || self.depth_before(first) == 0 {
            return Ok(None);
        }
        let (start, end) = (self.node_span(captures.a).0, self.node_span(captures.b).1.max(end));
        Err(Stop::Said(self.failure("invalid syntax. Perhaps you forgot a comma?", start, end)))
    }

    /// `f` or `t`: what kind of string the replacement field at a byte offset is in.
    fn string_letter(&self, offset: usize) -> char {
        let mut closed = 0;
        for token in self.tokens.iter().rev().filter(|token| token.start < offset) {
            match token.kind {
                Kind::FEnd | Kind::TEnd => closed += 1,
                Kind::FStart | Kind::TStart if closed > 0 => closed -= 1,
                Kind::FStart => return 'f',
                Kind::TStart => return 't',
                _ => {}
            }
        }
        'f'
    }

    /// How many parentheses are open before a token.
    fn depth_before(&self, index: usize) -> usize {
        let mut depth = 0usize;
        for token in &self.tokens[..index] {
            if token.kind == Kind::Op {
                match self.text(*token) {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
        depth
    }

    /// `f(x for x in y, 1)`: the last argument is the generator without parentheses.
    fn check_generator(&mut self, captures: Captures) -> Matched {
        let Some((first, end)) = captures.a else { return Ok(None) };
        let text = {
            let (start, end) = self.span(Some((first, end)));
            format!("f({})", &self.source[start..end])
        };
        let Some(e) = parse(&text) else { return Ok(None) };
        let ExprKind::Call { args, .. } = e.kind else { return Ok(None) };
        if args.len() <= 1 {
            return Ok(None);
        }
        // The last positional argument starts the generator.
        let start = self.last_argument(first, end);
        let (_, end_b) = self.span(captures.b);
        Err(Stop::Said(self.failure("Generator expression must be parenthesized", start, end_b)))
    }

    /// The offset at which the last of the comma-separated arguments starts.
    fn last_argument(&self, first: usize, end: usize) -> usize {
        let mut depth = 0usize;
        let mut start = self.tokens[first].start;
        for i in first..end {
            match self.text(self.tokens[i]) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 0 && i + 1 < end => start = self.tokens[i + 1].start,
                _ => {}
            }
        }
        start
    }

    /// Whether arguments contain `**`.
    fn call_keywords(&self, range: Option<(usize, usize)>) -> bool {
        let (start, end) = self.span(range);
        let text = format!("f({})", &self.source[start..end]);
        match parse(&text).map(|e| e.kind) {
            Some(ExprKind::Call { keywords, .. }) => keywords.iter().any(|k| k.arg.is_none()),
            _ => false,
        }
    }

    fn check_target_of(&mut self, name: &str, range: Option<(usize, usize)>) -> Matched {
        let (start, end) = self.span(range);
        let Some(e) = self.expression(range) else { return Ok(None) };
        let kind = match name {
            "target del" => Target::Del,
            "target for" => Target::For,
            _ => Target::Star,
        };
        let Some(bad) = invalid_target(&e, kind) else { return Ok(None) };
        let verb = if kind == Target::Del { "delete" } else { "assign to" };
        let (from, to) = (bad.at.column as usize, bad.at.end_column as usize);
        let (from, to) = if to > end || from < start { (start, end) } else { (from, to) };
        let message = format!("cannot {verb} {}", expression_name(bad));
        Err(Stop::Said(self.failure(message, from, to)))
    }

    // ---- strings

    fn check_strings(&mut self, range: Option<(usize, usize)>, end: usize) -> Matched {
        let Some((first, last)) = range else { return Ok(Some(end)) };
        let mut bytes = 0;
        let mut texts = 0;
        let mut i = first;
        while i < last {
            let token = self.tokens[i];
            match token.kind {
                Kind::String => {
                    let is_bytes = self.check_string(token)?;
                    if is_bytes { bytes += 1 } else { texts += 1 }
                }
                Kind::FStart => {
                    texts += 1;
                    let mut depth = 0;
                    while i < last {
                        match self.tokens[i].kind {
                            Kind::FStart => depth += 1,
                            Kind::FEnd => depth -= 1,
                            _ => {}
                        }
                        if depth == 0 {
                            break;
                        }
                        i += 1;
                    }
                }
                _ => {}
            }
            i += 1;
        }
        if bytes > 0 && texts > 0 {
            let message = "cannot mix bytes and nonbytes literals";
            return Err(Stop::Said(self.at_last_token(message)));
        }
        Ok(Some(end))
    }

    /// Checks one literal; returns whether it is a bytes literal.
    fn check_string(&mut self, token: Token) -> Result<bool, Stop> {
        let text = self.text(token);
        let quote = text.find(['"', '\'']).unwrap_or(0);
        let prefix = text[..quote].to_ascii_lowercase();
        let width = if text.len() >= quote + 6
            && text[quote + 1..].starts_with(&text[quote..=quote].repeat(2))
        {
            3
        } else {
            1
        };
        let inner = text.get(quote + width..text.len().saturating_sub(width)).unwrap_or("");
        let is_bytes = prefix.contains('b');
        if is_bytes && !inner.is_ascii() {
            let failure = self.failure(
                "bytes can only contain ASCII literal characters",
                token.start,
                token.end,
            );
            return Err(Stop::Said(failure));
        }
        if prefix.contains('r') {
            return Ok(is_bytes);
        }
        let problem = if is_bytes {
            super::super::escape::bytes(inner)
        } else {
            super::super::escape::text(inner)
        };
        match problem {
            Some(message) => {
                let failure = self.failure(message, token.start, token.end);
                Err(Stop::Said(failure))
            }
            None => Ok(is_bytes),
        }
    }
}

fn start_of(recogniser: &Recogniser<'_>, index: usize) -> usize {
    recogniser.tokens.get(index).map_or(0, |token| token.start)
}

fn parse(text: &str) -> Option<Expr> {
    let options = ParseOptions::from(ParserMode::ParenthesizedExpression)
        .with_target_version(ruff_python_ast::PythonVersion::PY314);
    let parsed = ruff_python_parser::parse_unchecked(text, options);
    let ruff_python_ast::Mod::Expression(module) = parsed.syntax() else { return None };
    let lines = super::Lines::new(text);
    let mut lower = super::super::lower::Lower::new(text, &lines);
    Some(lower.expr(&module.body))
}

/// Makes the columns of a tree byte offsets into the whole source.
fn shift(e: &mut Expr, lines: &super::Lines, start: usize) {
    let offset = |line: u32, column: u32| (start + lines.start(line) + column as usize) as u32;
    e.at.column = offset(e.at.line, e.at.column);
    e.at.end_column = offset(e.at.end_line, e.at.end_column);
    match &mut e.kind {
        ExprKind::Tuple(list) | ExprKind::List(list) => {
            list.iter_mut().for_each(|e| shift(e, lines, start))
        }
        ExprKind::Starred(inner) => shift(inner, lines, start),
        ExprKind::Compare { left, .. } => shift(left, lines, start),
        _ => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Star,
    Del,
    For,
}

/// The part of a target that cannot be one.
fn invalid_target(e: &Expr, target: Target) -> Option<&Expr> {
    match &e.kind {
        ExprKind::List(list) | ExprKind::Tuple(list) => {
            list.iter().find_map(|e| invalid_target(e, target))
        }
        ExprKind::Starred(inner) => {
            if target == Target::Del {
                return Some(e);
            }
            invalid_target(inner, target)
        }
        ExprKind::Compare { left, ops, .. } if target == Target::For => {
            // `for x in y` read as a comparison.
            if ops.first() == Some(&crate::ast::CmpOp::In) {
                invalid_target(left, target)
            } else {
                None
            }
        }
        ExprKind::Name(_) | ExprKind::Subscript { .. } | ExprKind::Attribute { .. } => None,
        _ => Some(e),
    }
}

/// What CPython calls an expression in messages.
pub(in crate::parse) fn expression_name(e: &Expr) -> &'static str {
    match &e.kind {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } => "subscript",
        ExprKind::Starred(_) => "starred",
        ExprKind::Name(_) => "name",
        ExprKind::List(_) => "list",
        ExprKind::Tuple(_) => "tuple",
        ExprKind::Lambda(_) => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "expression",
        ExprKind::Comprehension(node) => match node.kind {
            crate::ast::ComprehensionKind::Generator => "generator expression",
            crate::ast::ComprehensionKind::List => "list comprehension",
            crate::ast::ComprehensionKind::Set => "set comprehension",
            crate::ast::ComprehensionKind::Dict => "dict comprehension",
        },
        ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "yield expression",
        ExprKind::Await(_) => "await expression",
        ExprKind::Dict { .. } => "dict literal",
        ExprKind::Set(_) => "set display",
        ExprKind::JoinedStr(_) | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::TemplateStr(_) | ExprKind::Interpolation(_) => "t-string expression",
        ExprKind::Constant(constant) => match constant {
            Constant::None => "None",
            Constant::Bool(true) => "True",
            Constant::Bool(false) => "False",
            Constant::Ellipsis => "ellipsis",
            _ => "literal",
        },
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
        ExprKind::Slice { .. } => "slice",
    }
}
