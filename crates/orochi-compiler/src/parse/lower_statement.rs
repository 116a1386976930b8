//! Lowering of statements and patterns.

use super::lower::Lower;
use crate::ast::*;
use crate::code::{Constant, Position};
use crate::error::Failure;
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange, TextSize};

impl Lower<'_> {
    pub(super) fn body(&mut self, statements: &[ruff::Stmt]) -> Vec<Stmt> {
        let mut body = Vec::with_capacity(statements.len());
        for statement in statements {
            let Some(lowered) = self.deeper(statement.range(), |lower| lower.stmt(statement))
            else {
                break;
            };
            body.push(lowered);
        }
        body
    }

    /// The position of a definition starts at its keyword, behind the decorators.
    fn definition(&self, range: TextRange, decorators: &[ruff::Decorator]) -> Position {
        let Some(last) = decorators.last() else { return self.at(range) };
        let mut offset = last.range().end().to_usize();
        let bytes = self.source.as_bytes();
        while let Some(&byte) = bytes.get(offset) {
            match byte {
                b'#' => {
                    while bytes.get(offset).is_some_and(|&b| b != b'\n' && b != b'\r') {
                        offset += 1;
                    }
                }
                b if b.is_ascii_alphabetic() => break,
                // White space, line ends, the parenthesis that closes the decorator.
                _ => offset += 1,
            }
        }
        let start = TextSize::try_from(offset).unwrap_or(range.start()).min(range.end());
        self.at(TextRange::new(start, range.end()))
    }

    fn stmt(&mut self, s: &ruff::Stmt) -> Stmt {
        let mut at = self.at(s.range());
        let kind = match s {
            ruff::Stmt::FunctionDef(s) => {
                at = self.definition(s.range(), &s.decorator_list);
                StmtKind::FunctionDef(Box::new(FunctionDef {
                    is_async: s.is_async,
                    decorators: self.exprs(s.decorator_list.iter().map(|d| &d.expression)),
                    name: self.identifier(&s.name),
                    type_params: self.type_params(s.type_params.as_deref()),
                    args: self.arguments(&s.parameters),
                    returns: s.returns.as_ref().map(|e| self.expr(e)),
                    body: self.body(&s.body),
                }))
            }
            ruff::Stmt::ClassDef(s) => {
                at = self.definition(s.range(), &s.decorator_list);
                let arguments = s.arguments.as_deref();
                StmtKind::ClassDef(Box::new(ClassDef {
                    decorators: self.exprs(s.decorator_list.iter().map(|d| &d.expression)),
                    name: self.identifier(&s.name),
                    type_params: self.type_params(s.type_params.as_deref()),
                    bases: arguments.map(|a| self.exprs(&a.args)).unwrap_or_default(),
                    keywords: arguments
                        .map(|a| a.keywords.iter().map(|k| self.keyword(k)).collect())
                        .unwrap_or_default(),
                    body: self.body(&s.body),
                }))
            }
            ruff::Stmt::Return(s) => {
                StmtKind::Return(s.value.as_ref().map(|e| Box::new(self.expr(e))))
            }
            ruff::Stmt::Delete(s) => StmtKind::Delete(self.exprs(&s.targets)),
            ruff::Stmt::TypeAlias(s) => StmtKind::TypeAlias(Box::new(TypeAlias {
                name: self.expr(&s.name),
                type_params: self.type_params(s.type_params.as_deref()),
                value: self.expr(&s.value),
            })),
            ruff::Stmt::Assign(s) => StmtKind::Assign {
                targets: self.exprs(&s.targets),
                value: Box::new(self.expr(&s.value)),
            },
            ruff::Stmt::AugAssign(s) => StmtKind::AugAssign {
                target: Box::new(self.expr(&s.target)),
                op: self.operator(s.op),
                value: Box::new(self.expr(&s.value)),
            },
            ruff::Stmt::AnnAssign(s) => StmtKind::AnnAssign {
                target: Box::new(self.expr(&s.target)),
                annotation: Box::new(self.expr(&s.annotation)),
                value: s.value.as_ref().map(|e| Box::new(self.expr(e))),
                simple: s.simple,
            },
            ruff::Stmt::For(s) => StmtKind::For(Box::new(For {
                is_async: s.is_async,
                target: self.expr(&s.target),
                iter: self.expr(&s.iter),
                body: self.body(&s.body),
                orelse: self.body(&s.orelse),
            })),
            ruff::Stmt::While(s) => StmtKind::While {
                test: Box::new(self.expr(&s.test)),
                body: self.body(&s.body),
                orelse: self.body(&s.orelse),
            },
            ruff::Stmt::If(s) => {
                let test = Box::new(self.expr(&s.test));
                let body = self.body(&s.body);
                let orelse = self.elif_else(&s.elif_else_clauses, at);
                StmtKind::If { test, body, orelse }
            }
            ruff::Stmt::With(s) => StmtKind::With {
                is_async: s.is_async,
                items: s
                    .items
                    .iter()
                    .map(|item| WithItem {
                        context: self.expr(&item.context_expr),
                        target: item.optional_vars.as_ref().map(|e| self.expr(e)),
                    })
                    .collect(),
                body: self.body(&s.body),
            },
            ruff::Stmt::Match(s) => StmtKind::Match {
                subject: Box::new(self.expr(&s.subject)),
                cases: s
                    .cases
                    .iter()
                    .map(|case| MatchCase {
                        pattern: self.pattern(&case.pattern),
                        guard: case.guard.as_ref().map(|e| self.expr(e)),
                        body: self.body(&case.body),
                    })
                    .collect(),
            },
            ruff::Stmt::Raise(s) => StmtKind::Raise {
                exc: s.exc.as_ref().map(|e| Box::new(self.expr(e))),
                cause: s.cause.as_ref().map(|e| Box::new(self.expr(e))),
            },
            ruff::Stmt::Try(s) => StmtKind::Try(Box::new(Try {
                is_star: s.is_star,
                body: self.body(&s.body),
                handlers: s
                    .handlers
                    .iter()
                    .map(|ruff::ExceptHandler::ExceptHandler(h)| ExceptHandler {
                        class: h.type_.as_ref().map(|e| self.expr(e)),
                        name: h.name.as_ref().map(|name| self.identifier(name)),
                        body: self.body(&h.body),
                        at: self.at(h.range()),
                    })
                    .collect(),
                orelse: self.body(&s.orelse),
                finalbody: self.body(&s.finalbody),
            })),
            ruff::Stmt::Assert(s) => StmtKind::Assert {
                test: Box::new(self.expr(&s.test)),
                msg: s.msg.as_ref().map(|e| Box::new(self.expr(e))),
            },
            ruff::Stmt::Import(s) => StmtKind::Import(self.aliases(&s.names)),
            ruff::Stmt::ImportFrom(s) => StmtKind::ImportFrom {
                module: s.module.as_ref().map(|name| self.identifier(name)),
                names: self.aliases(&s.names),
                level: s.level,
            },
            ruff::Stmt::Global(s) => {
                StmtKind::Global(s.names.iter().map(|name| self.identifier(name)).collect())
            }
            ruff::Stmt::Nonlocal(s) => {
                StmtKind::Nonlocal(s.names.iter().map(|name| self.identifier(name)).collect())
            }
            ruff::Stmt::Expr(s) => StmtKind::Expr(Box::new(self.expr(&s.value))),
            ruff::Stmt::Break(_) => StmtKind::Break,
            ruff::Stmt::Continue(_) => StmtKind::Continue,
            // Shell escapes exist in another parsing mode only.
            ruff::Stmt::Pass(_) | ruff::Stmt::IpyEscapeCommand(_) => StmtKind::Pass,
        };
        Stmt { kind, at }
    }

    /// `elif` clauses nest: each is an `if` in the `else` of the one before.
    fn elif_else(&mut self, clauses: &[ruff::ElifElseClause], whole: Position) -> Vec<Stmt> {
        let mut orelse = Vec::new();
        for clause in clauses.iter().rev() {
            let body = self.body(&clause.body);
            orelse = match &clause.test {
                None => body,
                Some(test) => {
                    let test = Box::new(self.expr(test));
                    let start = self.at(clause.range());
                    let at = Position {
                        end_line: whole.end_line,
                        end_column: whole.end_column,
                        ..start
                    };
                    vec![Stmt { kind: StmtKind::If { test, body, orelse }, at }]
                }
            };
        }
        orelse
    }

    fn aliases(&mut self, names: &[ruff::Alias]) -> Vec<Alias> {
        names
            .iter()
            .map(|alias| Alias {
                name: self.identifier(&alias.name),
                asname: alias.asname.as_ref().map(|name| self.identifier(name)),
                at: self.at(alias.range()),
            })
            .collect()
    }

    fn pattern(&mut self, p: &ruff::Pattern) -> Pattern {
        let at = self.at(p.range());
        let kind = self
            .deeper(p.range(), |lower| lower.pattern_kind(p))
            .unwrap_or(PatternKind::Singleton(Constant::None));
        Pattern { kind, at }
    }

    /// Patterns take numbers with a sign, sums of a real and an imaginary one, and names with
    /// dots; the parser lets other arithmetic through.
    fn check_pattern_value(&mut self, e: &ruff::Expr) {
        let number = |e: &ruff::Expr| match e {
            ruff::Expr::UnaryOp(e) => {
                e.op == ruff::UnaryOp::USub && e.operand.is_number_literal_expr()
            }
            e => e.is_number_literal_expr(),
        };
        let good = match e {
            ruff::Expr::FString(_) | ruff::Expr::TString(_) => {
                let at = self.at(e.range());
                let message = "patterns may only match literals and attribute lookups";
                self.fail(Failure::new(message, at));
                true
            }
            ruff::Expr::BinOp(e) => number(&e.left) && number(&e.right),
            ruff::Expr::UnaryOp(_) => number(e),
            _ => true,
        };
        self.suspicious |= !good;
    }

    fn patterns(&mut self, patterns: &[ruff::Pattern]) -> Vec<Pattern> {
        patterns.iter().map(|p| self.pattern(p)).collect()
    }

    fn pattern_kind(&mut self, p: &ruff::Pattern) -> PatternKind {
        match p {
            ruff::Pattern::MatchValue(p) => {
                self.check_pattern_value(&p.value);
                PatternKind::Value(Box::new(self.expr(&p.value)))
            }
            ruff::Pattern::MatchSingleton(p) => PatternKind::Singleton(match p.value {
                ruff::Singleton::None => Constant::None,
                ruff::Singleton::True => Constant::Bool(true),
                ruff::Singleton::False => Constant::Bool(false),
            }),
            ruff::Pattern::MatchSequence(p) => PatternKind::Sequence(self.patterns(&p.patterns)),
            ruff::Pattern::MatchMapping(p) => PatternKind::Mapping {
                keys: self.exprs(&p.keys),
                patterns: self.patterns(&p.patterns),
                rest: p.rest.as_ref().map(|name| self.identifier(name)),
            },
            ruff::Pattern::MatchClass(p) => PatternKind::Class {
                cls: Box::new(self.expr(&p.cls)),
                patterns: self.patterns(&p.arguments.patterns),
                keywords: p
                    .arguments
                    .keywords
                    .iter()
                    .map(|k| (self.identifier(&k.attr), self.pattern(&k.pattern)))
                    .collect(),
            },
            ruff::Pattern::MatchStar(p) => {
                PatternKind::Star(p.name.as_ref().map(|name| self.identifier(name)))
            }
            ruff::Pattern::MatchAs(p) => PatternKind::As {
                pattern: p.pattern.as_ref().map(|p| Box::new(self.pattern(p))),
                name: p.name.as_ref().map(|name| self.identifier(name)),
            },
            ruff::Pattern::MatchOr(p) => PatternKind::Or(self.patterns(&p.patterns)),
        }
    }
}
