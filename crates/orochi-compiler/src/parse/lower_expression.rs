//! Lowering of expressions.

use super::lower::Lower;
use crate::ast::*;
use crate::code::Constant;
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};

impl Lower<'_> {
    pub(super) fn expr(&mut self, e: &ruff::Expr) -> Expr {
        let at = self.at(e.range());
        let kind = match e {
            // Leaves need no more stack.
            ruff::Expr::Name(e) => ExprKind::Name(self.name(e.id.as_str())),
            ruff::Expr::NumberLiteral(_)
            | ruff::Expr::StringLiteral(_)
            | ruff::Expr::BytesLiteral(_)
            | ruff::Expr::BooleanLiteral(_)
            | ruff::Expr::NoneLiteral(_)
            | ruff::Expr::EllipsisLiteral(_) => ExprKind::Constant(self.literal(e)),
            _ => self
                .deeper(e.range(), |lower| lower.inner(e))
                .unwrap_or(ExprKind::Constant(Constant::None)),
        };
        Expr { kind, at }
    }

    fn boxed(&mut self, e: &ruff::Expr) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn optional(&mut self, e: Option<&ruff::Expr>) -> Option<Box<Expr>> {
        e.map(|e| self.boxed(e))
    }

    pub(super) fn exprs<'e>(
        &mut self,
        list: impl IntoIterator<Item = &'e ruff::Expr>,
    ) -> Vec<Expr> {
        list.into_iter().map(|e| self.expr(e)).collect()
    }

    fn literal(&mut self, e: &ruff::Expr) -> Constant {
        match e {
            ruff::Expr::NumberLiteral(e) => self.number(&e.value, e.range()),
            ruff::Expr::StringLiteral(e) => {
                Constant::Str(self.string_parts(e.value.as_slice()).into())
            }
            ruff::Expr::BytesLiteral(e) => {
                let mut bytes = Vec::new();
                for part in e.value.as_slice() {
                    self.check_escapes(part.range(), part.flags.into(), true);
                    bytes.extend_from_slice(&part.value);
                }
                Constant::Bytes(bytes.into())
            }
            ruff::Expr::BooleanLiteral(e) => Constant::Bool(e.value),
            ruff::Expr::EllipsisLiteral(_) => Constant::Ellipsis,
            _ => Constant::None,
        }
    }

    fn inner(&mut self, e: &ruff::Expr) -> ExprKind {
        match e {
            ruff::Expr::BoolOp(e) => ExprKind::BoolOp {
                op: match e.op {
                    ruff::BoolOp::And => BoolOp::And,
                    ruff::BoolOp::Or => BoolOp::Or,
                },
                values: self.exprs(&e.values),
            },
            ruff::Expr::Named(e) => {
                ExprKind::NamedExpr { target: self.boxed(&e.target), value: self.boxed(&e.value) }
            }
            ruff::Expr::BinOp(e) => ExprKind::BinOp {
                left: self.boxed(&e.left),
                op: operator(e.op),
                right: self.boxed(&e.right),
            },
            ruff::Expr::UnaryOp(e) => ExprKind::UnaryOp {
                op: match e.op {
                    ruff::UnaryOp::Invert => UnaryOp::Invert,
                    ruff::UnaryOp::Not => UnaryOp::Not,
                    ruff::UnaryOp::UAdd => UnaryOp::UAdd,
                    ruff::UnaryOp::USub => UnaryOp::USub,
                },
                operand: self.boxed(&e.operand),
            },
            ruff::Expr::Lambda(e) => ExprKind::Lambda(Box::new(Lambda {
                args: e.parameters.as_ref().map(|p| self.arguments(p)).unwrap_or_default(),
                body: self.expr(&e.body),
            })),
            ruff::Expr::If(e) => ExprKind::IfExp {
                test: self.boxed(&e.test),
                body: self.boxed(&e.body),
                orelse: self.boxed(&e.orelse),
            },
            ruff::Expr::Dict(e) => {
                let (mut keys, mut values) = (Vec::new(), Vec::new());
                for item in &e.items {
                    keys.push(item.key.as_ref().map(|key| self.expr(key)));
                    values.push(self.expr(&item.value));
                }
                ExprKind::Dict { keys, values }
            }
            ruff::Expr::Set(e) => ExprKind::Set(self.exprs(&e.elts)),
            ruff::Expr::ListComp(e) => {
                self.comprehension(ComprehensionKind::List, &e.elt, None, &e.generators)
            }
            ruff::Expr::SetComp(e) => {
                self.comprehension(ComprehensionKind::Set, &e.elt, None, &e.generators)
            }
            ruff::Expr::DictComp(e) => match &e.key {
                Some(key) => {
                    self.comprehension(ComprehensionKind::Dict, key, Some(&e.value), &e.generators)
                }
                None => self.comprehension(ComprehensionKind::Dict, &e.value, None, &e.generators),
            },
            ruff::Expr::Generator(e) => {
                self.comprehension(ComprehensionKind::Generator, &e.elt, None, &e.generators)
            }
            ruff::Expr::Await(e) => ExprKind::Await(self.boxed(&e.value)),
            ruff::Expr::Yield(e) => ExprKind::Yield(self.optional(e.value.as_deref())),
            ruff::Expr::YieldFrom(e) => ExprKind::YieldFrom(self.boxed(&e.value)),
            ruff::Expr::Compare(e) => ExprKind::Compare {
                left: self.boxed(&e.left),
                ops: e.ops.iter().map(|&op| comparison(op)).collect(),
                comparators: self.exprs(&e.comparators),
            },
            ruff::Expr::Call(e) => ExprKind::Call {
                func: self.boxed(&e.func),
                args: self.exprs(&e.arguments.args),
                keywords: e.arguments.keywords.iter().map(|k| self.keyword(k)).collect(),
            },
            ruff::Expr::FString(e) => self.joined_string(&e.value),
            ruff::Expr::TString(e) => self.template_string(&e.value),
            ruff::Expr::Attribute(e) => {
                ExprKind::Attribute { value: self.boxed(&e.value), attr: self.identifier(&e.attr) }
            }
            ruff::Expr::Subscript(e) => {
                ExprKind::Subscript { value: self.boxed(&e.value), slice: self.boxed(&e.slice) }
            }
            ruff::Expr::Starred(e) => ExprKind::Starred(self.boxed(&e.value)),
            ruff::Expr::List(e) => ExprKind::List(self.exprs(&e.elts)),
            ruff::Expr::Tuple(e) => ExprKind::Tuple(self.exprs(&e.elts)),
            ruff::Expr::Slice(e) => ExprKind::Slice {
                lower: self.optional(e.lower.as_deref()),
                upper: self.optional(e.upper.as_deref()),
                step: self.optional(e.step.as_deref()),
            },
            ruff::Expr::Name(e) => ExprKind::Name(self.name(e.id.as_str())),
            // Shell escapes exist in another parsing mode only.
            ruff::Expr::IpyEscapeCommand(_) => ExprKind::Constant(Constant::None),
            _ => ExprKind::Constant(self.literal(e)),
        }
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: &ruff::Expr,
        value: Option<&ruff::Expr>,
        generators: &[ruff::Comprehension],
    ) -> ExprKind {
        ExprKind::Comprehension(Box::new(Comprehension {
            kind,
            element: self.expr(element),
            value: value.map(|e| self.expr(e)),
            generators: generators
                .iter()
                .map(|g| Generator {
                    target: self.expr(&g.target),
                    iter: self.expr(&g.iter),
                    ifs: self.exprs(&g.ifs),
                    is_async: g.is_async,
                })
                .collect(),
        }))
    }

    fn joined_string(&mut self, value: &ruff::FStringValue) -> ExprKind {
        let mut parts = Vec::new();
        for part in value.as_slice() {
            match part {
                ruff::FStringPart::Literal(literal) => {
                    let bytes = self.string_parts(std::slice::from_ref(literal));
                    self.push_text(&mut parts, bytes, literal.range());
                }
                ruff::FStringPart::FString(string) => {
                    let flags = string.flags.into();
                    self.elements(&mut parts, &string.elements, flags, false);
                }
            }
        }
        ExprKind::JoinedStr(parts)
    }

    fn template_string(&mut self, value: &ruff::TStringValue) -> ExprKind {
        let mut parts = Vec::new();
        for string in value.as_slice() {
            self.elements(&mut parts, &string.elements, string.flags.into(), true);
        }
        ExprKind::TemplateStr(parts)
    }

    /// Adjacent pieces of text become one constant, empty ones none.
    fn push_text(&mut self, parts: &mut Vec<Expr>, bytes: Vec<u8>, range: TextRange) {
        let at = self.at(range);
        if bytes.is_empty() {
            return;
        }
        if let Some(Expr { kind: ExprKind::Constant(Constant::Str(last)), at: last_at }) =
            parts.last_mut()
        {
            *last = [&last[..], &bytes].concat().into();
            last_at.end_line = at.end_line;
            last_at.end_column = at.end_column;
        } else {
            parts.push(Expr { kind: ExprKind::Constant(Constant::Str(bytes.into())), at });
        }
    }

    fn elements(
        &mut self,
        parts: &mut Vec<Expr>,
        elements: &ruff::InterpolatedStringElements,
        flags: ruff::AnyStringFlags,
        template: bool,
    ) {
        for element in elements {
            match element {
                ruff::InterpolatedStringElement::Literal(literal) => {
                    let bytes = self.string_piece(literal.range(), &literal.value, flags, true);
                    self.push_text(parts, bytes, literal.range());
                }
                ruff::InterpolatedStringElement::Interpolation(field) => {
                    self.replacement(parts, field, flags, template);
                }
            }
        }
    }

    fn replacement(
        &mut self,
        parts: &mut Vec<Expr>,
        field: &ruff::InterpolatedElement,
        flags: ruff::AnyStringFlags,
        template: bool,
    ) {
        let mut conversion = match field.conversion {
            ruff::ConversionFlag::None => Conversion::None,
            ruff::ConversionFlag::Str => Conversion::Str,
            ruff::ConversionFlag::Ascii => Conversion::Ascii,
            ruff::ConversionFlag::Repr => Conversion::Repr,
        };
        if let Some(debug) = &field.debug_text {
            self.push_text(parts, without_comments(debug.as_str()).into_bytes(), field.range());
            if conversion == Conversion::None && field.format_spec.is_none() {
                conversion = Conversion::Repr;
            }
        }
        let value = self.expr(&field.expression);
        let format_spec = field.format_spec.as_ref().map(|spec| {
            let mut inner = Vec::new();
            self.spec_depth += 1;
            self.suspicious |= self.spec_depth > 2;
            self.elements(&mut inner, &spec.elements, flags, false);
            self.spec_depth -= 1;
            Expr { kind: ExprKind::JoinedStr(inner), at: self.at(spec.range()) }
        });
        let at = self.at(field.range());
        let kind = if template {
            let text = Constant::Str(self.field_text(field).as_bytes().into());
            ExprKind::Interpolation(Box::new(Interpolation {
                value,
                text,
                conversion,
                format_spec,
            }))
        } else {
            ExprKind::FormattedValue {
                value: Box::new(value),
                conversion,
                format_spec: format_spec.map(Box::new),
            }
        };
        parts.push(Expr { kind, at });
    }

    /// The expression of a field as written: what stands between `{` and the `=`, `!`, `:` or `}`
    /// that ends it, without the white space before that.
    fn field_text(&self, field: &ruff::InterpolatedElement) -> String {
        if let Some(debug) = &field.debug_text {
            let text = debug.as_str().trim_end();
            return text.strip_suffix('=').unwrap_or(text).trim_end().to_owned();
        }
        // A parenthesised expression's range does not include its parentheses: widen it over the
        // closing ones that follow.
        let from = field.range().start().to_usize() + 1;
        let mut to = field.expression.range().end().to_usize();
        let limit = field.range().end().to_usize();
        let bytes = self.source.as_bytes();
        let mut seen = to;
        while seen < limit {
            match bytes[seen] {
                b')' => {
                    seen += 1;
                    to = seen;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => seen += 1,
                b'#' => {
                    while seen < limit && bytes[seen] != b'\n' {
                        seen += 1;
                    }
                }
                _ => break,
            }
        }
        self.source[from..to].to_owned()
    }
}

fn operator(op: ruff::Operator) -> Operator {
    match op {
        ruff::Operator::Add => Operator::Add,
        ruff::Operator::Sub => Operator::Sub,
        ruff::Operator::Mult => Operator::Mult,
        ruff::Operator::MatMult => Operator::MatMult,
        ruff::Operator::Div => Operator::Div,
        ruff::Operator::Mod => Operator::Mod,
        ruff::Operator::Pow => Operator::Pow,
        ruff::Operator::LShift => Operator::LShift,
        ruff::Operator::RShift => Operator::RShift,
        ruff::Operator::BitOr => Operator::BitOr,
        ruff::Operator::BitXor => Operator::BitXor,
        ruff::Operator::BitAnd => Operator::BitAnd,
        ruff::Operator::FloorDiv => Operator::FloorDiv,
    }
}

fn comparison(op: ruff::CmpOp) -> CmpOp {
    match op {
        ruff::CmpOp::Eq => CmpOp::Eq,
        ruff::CmpOp::NotEq => CmpOp::NotEq,
        ruff::CmpOp::Lt => CmpOp::Lt,
        ruff::CmpOp::LtE => CmpOp::LtE,
        ruff::CmpOp::Gt => CmpOp::Gt,
        ruff::CmpOp::GtE => CmpOp::GtE,
        ruff::CmpOp::Is => CmpOp::Is,
        ruff::CmpOp::IsNot => CmpOp::IsNot,
        ruff::CmpOp::In => CmpOp::In,
        ruff::CmpOp::NotIn => CmpOp::NotIn,
    }
}

impl Lower<'_> {
    pub(super) fn operator(&self, op: ruff::Operator) -> Operator {
        operator(op)
    }
}

/// The text of a `{…=}` field without its comments, as it is shown.
fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut escaped, mut comment) = (None, false, false);
    for c in text.chars() {
        if comment {
            comment = c != '\n';
        }
        match quote {
            _ if comment => {}
            Some(end) => {
                if c == end && !escaped {
                    quote = None;
                }
                escaped = c == '\\' && !escaped;
            }
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => comment = c == '#',
        }
        if !comment {
            out.push(c);
        }
    }
    out
}
