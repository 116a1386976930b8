//! From Python's nodes to the compiler's tree.
//!
//! Every field may hold anything: what is missing or of the wrong kind is a `TypeError` or
//! `ValueError` as CPython words it. Contexts (`Load`, `Store`, `Del`) are not looked at, since they
//! follow from where an expression stands.

use orochi_compiler::ast::{
    Alias, Arg, Arguments, BoolOp, ClassDef, CmpOp, Comprehension, ComprehensionKind, Conversion,
    ExceptHandler, Expr, ExprKind, For, FunctionDef, Generator, Interpolation, Keyword, Lambda,
    MatchCase, Module, Name, Operator, Pattern, PatternKind, Stmt, StmtKind, Try, TypeAlias,
    TypeParam, TypeParamKind, UnaryOp, WithItem,
};
use orochi_compiler::code::{Constant, Position};
use orochi_compiler::{Mode, Tree};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;

use super::{Nodes, constant};

/// The tree of a module node, which must be one for `mode`.
pub fn module(th: &mut Thread, nodes: Nodes, node: Value, mode: Mode) -> Result<Tree, Raised> {
    let mut reader = Reader { th, nodes };
    let wanted = match mode {
        Mode::Exec => "Module",
        Mode::Eval => "Expression",
        Mode::Single => "Interactive",
        Mode::FunctionType => "FunctionType",
    };
    if reader.kind(node)? != wanted {
        let got = reader.th.type_name(node);
        return Err(reader.th.type_error(format!("expected {wanted} node, got {got}")));
    }
    let module = match mode {
        Mode::Exec => Module::Module(reader.body(node, "body")?),
        Mode::Single => Module::Interactive(reader.body(node, "body")?),
        Mode::Eval => Module::Expression(reader.boxed(node, "body")?),
        Mode::FunctionType => Module::FunctionType {
            argtypes: reader.list(node, "argtypes", Reader::expression)?,
            returns: reader.boxed(node, "returns")?,
        },
    };
    Ok(Tree { module, warnings: Vec::new() })
}

struct Reader<'t> {
    th: &'t mut Thread,
    nodes: Nodes,
}

impl Reader<'_> {
    /// The name of the node class that a value is an instance of; empty if it is none.
    fn kind(&mut self, node: Value) -> Result<String, Raised> {
        let class = self.th.class_of(node);
        let order = class.mro.get();
        for &base in order.as_slice() {
            let Some(base) = base.cast::<orochi_vm::class::Class>() else { continue };
            let name = base.name.get();
            if self.nodes.classes.get_str(self.th, name)? == Some(base.value()) {
                return Ok(name.display());
            }
        }
        Ok(String::new())
    }

    /// A field; `None` if it is missing or None.
    fn field(&mut self, node: Value, name: &str) -> Result<Option<Value>, Raised> {
        let name = self.th.intern(name)?;
        let value = self.th.find_attribute(node, name)?;
        Ok(value.filter(|value| !value.is_none()))
    }

    #[cold]
    fn missing(&mut self, node: Value, name: &str) -> Raised {
        let class = self.th.type_name(node);
        self.th.type_error(format!("required field \"{name}\" missing from {class}"))
    }

    #[cold]
    fn unexpected(&mut self, kind: &str, node: Value) -> Raised {
        match self.th.repr(node) {
            Ok(text) => {
                let text = text.display();
                self.th.type_error(format!("expected some sort of {kind}, but got {text}"))
            }
            Err(raised) => raised,
        }
    }

    fn required(&mut self, node: Value, name: &str) -> Result<Value, Raised> {
        match self.field(node, name)? {
            Some(value) => Ok(value),
            None => Err(self.missing(node, name)),
        }
    }

    fn list<T>(
        &mut self,
        node: Value,
        name: &str,
        mut read: impl FnMut(&mut Self, Value) -> Result<T, Raised>,
    ) -> Result<Vec<T>, Raised> {
        let Some(value) = self.field(node, name)? else { return Ok(Vec::new()) };
        let Some(list) = value.cast::<List>() else {
            let (class, got) = (self.th.type_name(node), self.th.type_name(value));
            return Err(self
                .th
                .type_error(format!("{class} field \"{name}\" must be a list, not a {got}")));
        };
        let items: RootVec = list.snapshot(self.th)?;
        let mut all = Vec::with_capacity(items.len());
        for at in 0..items.len() {
            all.push(read(self, items[at])?);
        }
        Ok(all)
    }

    fn some(&mut self, node: Value, name: &str) -> Result<Option<Expr>, Raised> {
        match self.field(node, name)? {
            Some(value) => self.expression(value).map(Some),
            None => Ok(None),
        }
    }

    fn boxed(&mut self, node: Value, name: &str) -> Result<Box<Expr>, Raised> {
        Ok(Box::new(self.one(node, name)?))
    }

    fn boxed_option(&mut self, node: Value, name: &str) -> Result<Option<Box<Expr>>, Raised> {
        Ok(self.some(node, name)?.map(Box::new))
    }

    fn one(&mut self, node: Value, name: &str) -> Result<Expr, Raised> {
        let value = self.required(node, name)?;
        self.expression(value)
    }

    fn identifier(&mut self, value: Value) -> Result<Name, Raised> {
        match value.cast_exact::<Str>() {
            Some(text) => Ok(text.display().into()),
            None => Err(self.th.type_error("AST identifier must be of type str")),
        }
    }

    fn name(&mut self, node: Value, field: &str) -> Result<Name, Raised> {
        let value = self.required(node, field)?;
        self.identifier(value)
    }

    fn name_option(&mut self, node: Value, field: &str) -> Result<Option<Name>, Raised> {
        match self.field(node, field)? {
            Some(value) => self.identifier(value).map(Some),
            None => Ok(None),
        }
    }

    fn number(&mut self, value: Value) -> Result<i64, Raised> {
        match int::as_i64(value).filter(|number| i32::try_from(*number).is_ok()) {
            Some(number) => Ok(number),
            None => {
                let text = self.th.repr(value)?.display();
                Err(self.th.value_error(format!("invalid integer value: {text}")))
            }
        }
    }

    fn flag(&mut self, node: Value, field: &str) -> Result<bool, Raised> {
        let value = self.required(node, field)?;
        Ok(self.number(value)? != 0)
    }

    fn position(&mut self, node: Value) -> Result<Position, Raised> {
        let line = self.required(node, "lineno")?;
        let column = self.required(node, "col_offset")?;
        let (line, column) = (self.number(line)?, self.number(column)?);
        let end_line = match self.field(node, "end_lineno")? {
            Some(value) => self.number(value)?,
            None => line,
        };
        let end_column = match self.field(node, "end_col_offset")? {
            Some(value) => self.number(value)?,
            None => column,
        };
        if end_line < line || (end_line == line && end_column < column) || line < 0 || column < 0 {
            let message = format!(
                "AST node line range ({line}, {end_line}), column range ({column}, {end_column}) is not valid"
            );
            return Err(self.th.value_error(message));
        }
        Ok(Position {
            line: line as u32,
            end_line: end_line as u32,
            column: column as u32,
            end_column: end_column as u32,
        })
    }

    fn constant(&mut self, value: Value) -> Result<Constant, Raised> {
        match constant::constant(self.th, value)? {
            Some(constant) => Ok(constant),
            None => {
                let got = self.th.type_name(value);
                Err(self.th.type_error(format!("got an invalid type in Constant: {got}")))
            }
        }
    }

    fn body(&mut self, node: Value, name: &str) -> Result<Vec<Stmt>, Raised> {
        self.list(node, name, Self::statement)
    }

    /// A body that must not be empty.
    fn full_body(&mut self, node: Value, name: &str) -> Result<Vec<Stmt>, Raised> {
        let body = self.body(node, name)?;
        if body.is_empty() {
            let class = self.th.type_name(node);
            return Err(self.th.value_error(format!("empty {name} on {class}")));
        }
        Ok(body)
    }

    // ---- statements

    fn statement(&mut self, node: Value) -> Result<Stmt, Raised> {
        self.th.check_native_stack()?;
        let kind = self.kind(node)?;
        let made = match kind.as_str() {
            "FunctionDef" | "AsyncFunctionDef" => {
                let args = self.required(node, "args")?;
                StmtKind::FunctionDef(Box::new(FunctionDef {
                    is_async: kind == "AsyncFunctionDef",
                    name: self.name(node, "name")?,
                    args: self.arguments(args)?,
                    body: self.full_body(node, "body")?,
                    decorators: self.list(node, "decorator_list", Self::expression)?,
                    returns: self.some(node, "returns")?,
                    type_params: self.list(node, "type_params", Self::type_param)?,
                }))
            }
            "ClassDef" => StmtKind::ClassDef(Box::new(ClassDef {
                name: self.name(node, "name")?,
                bases: self.list(node, "bases", Self::expression)?,
                keywords: self.list(node, "keywords", Self::keyword)?,
                body: self.full_body(node, "body")?,
                decorators: self.list(node, "decorator_list", Self::expression)?,
                type_params: self.list(node, "type_params", Self::type_param)?,
            })),
            "Return" => StmtKind::Return(self.boxed_option(node, "value")?),
            "Delete" => StmtKind::Delete(self.full_list(node, "targets")?),
            "Assign" => StmtKind::Assign {
                targets: self.full_list(node, "targets")?,
                value: self.boxed(node, "value")?,
            },
            "TypeAlias" => StmtKind::TypeAlias(Box::new(TypeAlias {
                name: self.one(node, "name")?,
                type_params: self.list(node, "type_params", Self::type_param)?,
                value: self.one(node, "value")?,
            })),
            "AugAssign" => StmtKind::AugAssign {
                target: self.boxed(node, "target")?,
                op: self.operator(node)?,
                value: self.boxed(node, "value")?,
            },
            "AnnAssign" => StmtKind::AnnAssign {
                target: self.boxed(node, "target")?,
                annotation: self.boxed(node, "annotation")?,
                value: self.boxed_option(node, "value")?,
                simple: self.flag(node, "simple")?,
            },
            "For" | "AsyncFor" => StmtKind::For(Box::new(For {
                is_async: kind == "AsyncFor",
                target: self.one(node, "target")?,
                iter: self.one(node, "iter")?,
                body: self.full_body(node, "body")?,
                orelse: self.body(node, "orelse")?,
            })),
            "While" => StmtKind::While {
                test: self.boxed(node, "test")?,
                body: self.full_body(node, "body")?,
                orelse: self.body(node, "orelse")?,
            },
            "If" => StmtKind::If {
                test: self.boxed(node, "test")?,
                body: self.full_body(node, "body")?,
                orelse: self.body(node, "orelse")?,
            },
            "With" | "AsyncWith" => StmtKind::With {
                is_async: kind == "AsyncWith",
                items: self.list(node, "items", Self::with_item)?,
                body: self.full_body(node, "body")?,
            },
            "Match" => StmtKind::Match {
                subject: self.boxed(node, "subject")?,
                cases: self.list(node, "cases", Self::case)?,
            },
            "Raise" => StmtKind::Raise {
                exc: self.boxed_option(node, "exc")?,
                cause: self.boxed_option(node, "cause")?,
            },
            "Try" | "TryStar" => StmtKind::Try(Box::new(Try {
                is_star: kind == "TryStar",
                body: self.full_body(node, "body")?,
                handlers: self.list(node, "handlers", Self::handler)?,
                orelse: self.body(node, "orelse")?,
                finalbody: self.body(node, "finalbody")?,
            })),
            "Assert" => StmtKind::Assert {
                test: self.boxed(node, "test")?,
                msg: self.boxed_option(node, "msg")?,
            },
            "Import" => StmtKind::Import(self.aliases(node)?),
            "ImportFrom" => {
                let level = match self.field(node, "level")? {
                    Some(level) => self.number(level)?,
                    None => 0,
                };
                let Ok(level) = u32::try_from(level) else {
                    return Err(self.th.value_error("Negative ImportFrom level"));
                };
                StmtKind::ImportFrom {
                    module: self.name_option(node, "module")?,
                    names: self.aliases(node)?,
                    level,
                }
            }
            "Global" => StmtKind::Global(self.list(node, "names", Self::identifier)?),
            "Nonlocal" => StmtKind::Nonlocal(self.list(node, "names", Self::identifier)?),
            "Expr" => StmtKind::Expr(self.boxed(node, "value")?),
            "Pass" => StmtKind::Pass,
            "Break" => StmtKind::Break,
            "Continue" => StmtKind::Continue,
            _ => return Err(self.unexpected("stmt", node)),
        };
        Ok(Stmt { kind: made, at: self.position(node)? })
    }

    fn full_list(&mut self, node: Value, name: &str) -> Result<Vec<Expr>, Raised> {
        let items = self.list(node, name, Self::expression)?;
        if items.is_empty() {
            let class = self.th.type_name(node);
            return Err(self.th.value_error(format!("empty {name} on {class}")));
        }
        Ok(items)
    }

    fn aliases(&mut self, node: Value) -> Result<Vec<Alias>, Raised> {
        let names = self.list(node, "names", |reader, alias| {
            Ok(Alias {
                name: reader.name(alias, "name")?,
                asname: reader.name_option(alias, "asname")?,
                at: reader.position(alias)?,
            })
        })?;
        if names.is_empty() {
            let class = self.th.type_name(node);
            return Err(self.th.value_error(format!("empty names on {class}")));
        }
        Ok(names)
    }

    fn with_item(&mut self, item: Value) -> Result<WithItem, Raised> {
        Ok(WithItem {
            context: self.one(item, "context_expr")?,
            target: self.some(item, "optional_vars")?,
        })
    }

    fn handler(&mut self, handler: Value) -> Result<ExceptHandler, Raised> {
        if self.kind(handler)? != "ExceptHandler" {
            return Err(self.unexpected("excepthandler", handler));
        }
        Ok(ExceptHandler {
            class: self.some(handler, "type")?,
            name: self.name_option(handler, "name")?,
            body: self.full_body(handler, "body")?,
            at: self.position(handler)?,
        })
    }

    fn case(&mut self, case: Value) -> Result<MatchCase, Raised> {
        let pattern = self.required(case, "pattern")?;
        Ok(MatchCase {
            pattern: self.pattern(pattern)?,
            guard: self.some(case, "guard")?,
            body: self.full_body(case, "body")?,
        })
    }

    fn pattern(&mut self, node: Value) -> Result<Pattern, Raised> {
        self.th.check_native_stack()?;
        let made = match self.kind(node)?.as_str() {
            "MatchValue" => PatternKind::Value(self.boxed(node, "value")?),
            "MatchSingleton" => {
                let value = self.field(node, "value")?.unwrap_or(Value::NONE);
                if !value.is_none() && !value.is_bool() {
                    return Err(self
                        .th
                        .value_error("MatchSingleton can only contain True, False and None"));
                }
                PatternKind::Singleton(self.constant(value)?)
            }
            "MatchSequence" => PatternKind::Sequence(self.list(node, "patterns", Self::pattern)?),
            "MatchMapping" => {
                let keys = self.list(node, "keys", Self::expression)?;
                let patterns = self.list(node, "patterns", Self::pattern)?;
                if keys.len() != patterns.len() {
                    return Err(self.th.value_error(
                        "MatchMapping doesn't have the same number of keys as patterns",
                    ));
                }
                PatternKind::Mapping { keys, patterns, rest: self.name_option(node, "rest")? }
            }
            "MatchClass" => {
                let names = self.list(node, "kwd_attrs", Self::identifier)?;
                let named = self.list(node, "kwd_patterns", Self::pattern)?;
                if names.len() != named.len() {
                    return Err(self.th.value_error(
                        "MatchClass doesn't have the same number of keyword attributes as patterns",
                    ));
                }
                PatternKind::Class {
                    cls: self.boxed(node, "cls")?,
                    patterns: self.list(node, "patterns", Self::pattern)?,
                    keywords: names.into_iter().zip(named).collect(),
                }
            }
            "MatchStar" => PatternKind::Star(self.name_option(node, "name")?),
            "MatchAs" => {
                let pattern = match self.field(node, "pattern")? {
                    Some(pattern) => Some(Box::new(self.pattern(pattern)?)),
                    None => None,
                };
                let name = self.name_option(node, "name")?;
                if pattern.is_some() && name.is_none() {
                    return Err(self
                        .th
                        .value_error("MatchAs must specify a target name if a pattern is given"));
                }
                PatternKind::As { pattern, name }
            }
            "MatchOr" => {
                let patterns = self.list(node, "patterns", Self::pattern)?;
                if patterns.len() < 2 {
                    return Err(self.th.value_error("MatchOr requires at least 2 patterns"));
                }
                PatternKind::Or(patterns)
            }
            _ => return Err(self.unexpected("pattern", node)),
        };
        Ok(Pattern { kind: made, at: self.position(node)? })
    }

    fn arguments(&mut self, node: Value) -> Result<Arguments, Raised> {
        let arguments = Arguments {
            posonly: self.list(node, "posonlyargs", Self::arg)?,
            args: self.list(node, "args", Self::arg)?,
            vararg: self.arg_option(node, "vararg")?,
            kwonly: self.list(node, "kwonlyargs", Self::arg)?,
            kwarg: self.arg_option(node, "kwarg")?,
            defaults: self.list(node, "defaults", Self::expression)?,
            kw_defaults: self.list(node, "kw_defaults", Self::expression_or_none)?,
        };
        if arguments.defaults.len() > arguments.posonly.len() + arguments.args.len() {
            return Err(self.th.value_error("more positional defaults than args on arguments"));
        }
        if arguments.kw_defaults.len() != arguments.kwonly.len() {
            return Err(self
                .th
                .value_error("length of kwonlyargs is not the same as kw_defaults on arguments"));
        }
        Ok(arguments)
    }

    fn expression_or_none(&mut self, value: Value) -> Result<Option<Expr>, Raised> {
        if value.is_none() { Ok(None) } else { self.expression(value).map(Some) }
    }

    fn arg_option(&mut self, node: Value, name: &str) -> Result<Option<Arg>, Raised> {
        match self.field(node, name)? {
            Some(arg) => self.arg(arg).map(Some),
            None => Ok(None),
        }
    }

    fn arg(&mut self, arg: Value) -> Result<Arg, Raised> {
        Ok(Arg {
            name: self.name(arg, "arg")?,
            annotation: self.some(arg, "annotation")?,
            at: self.position(arg)?,
        })
    }

    fn keyword(&mut self, keyword: Value) -> Result<Keyword, Raised> {
        Ok(Keyword {
            arg: self.name_option(keyword, "arg")?,
            value: self.one(keyword, "value")?,
            at: self.position(keyword)?,
        })
    }

    fn type_param(&mut self, node: Value) -> Result<TypeParam, Raised> {
        let kind = match self.kind(node)?.as_str() {
            "TypeVar" => TypeParamKind::TypeVar,
            "ParamSpec" => TypeParamKind::ParamSpec,
            "TypeVarTuple" => TypeParamKind::TypeVarTuple,
            _ => return Err(self.unexpected("type_param", node)),
        };
        let bound = if kind == TypeParamKind::TypeVar { self.some(node, "bound")? } else { None };
        Ok(TypeParam {
            kind,
            name: self.name(node, "name")?,
            bound,
            default: self.some(node, "default_value")?,
            at: self.position(node)?,
        })
    }

    // ---- expressions

    fn expression(&mut self, node: Value) -> Result<Expr, Raised> {
        self.th.check_native_stack()?;
        let kind = self.kind(node)?;
        let made = match kind.as_str() {
            "BoolOp" => {
                let op = self.required(node, "op")?;
                let op = match self.kind(op)?.as_str() {
                    "And" => BoolOp::And,
                    "Or" => BoolOp::Or,
                    _ => return Err(self.unexpected("boolop", op)),
                };
                let values = self.list(node, "values", Self::expression)?;
                if values.len() < 2 {
                    return Err(self.th.value_error("BoolOp with less than 2 values"));
                }
                ExprKind::BoolOp { op, values }
            }
            "NamedExpr" => ExprKind::NamedExpr {
                target: self.boxed(node, "target")?,
                value: self.boxed(node, "value")?,
            },
            "BinOp" => ExprKind::BinOp {
                left: self.boxed(node, "left")?,
                op: self.operator(node)?,
                right: self.boxed(node, "right")?,
            },
            "UnaryOp" => {
                let op = self.required(node, "op")?;
                let op = match self.kind(op)?.as_str() {
                    "Invert" => UnaryOp::Invert,
                    "Not" => UnaryOp::Not,
                    "UAdd" => UnaryOp::UAdd,
                    "USub" => UnaryOp::USub,
                    _ => return Err(self.unexpected("unaryop", op)),
                };
                ExprKind::UnaryOp { op, operand: self.boxed(node, "operand")? }
            }
            "Lambda" => {
                let args = self.required(node, "args")?;
                let args = self.arguments(args)?;
                ExprKind::Lambda(Box::new(Lambda { args, body: self.one(node, "body")? }))
            }
            "IfExp" => ExprKind::IfExp {
                test: self.boxed(node, "test")?,
                body: self.boxed(node, "body")?,
                orelse: self.boxed(node, "orelse")?,
            },
            "Dict" => {
                let keys = self.list(node, "keys", Self::expression_or_none)?;
                let values = self.list(node, "values", Self::expression)?;
                if keys.len() != values.len() {
                    return Err(self
                        .th
                        .value_error("Dict doesn't have the same number of keys as values"));
                }
                ExprKind::Dict { keys, values }
            }
            "Set" => ExprKind::Set(self.list(node, "elts", Self::expression)?),
            "ListComp" => self.comprehension(node, ComprehensionKind::List)?,
            "SetComp" => self.comprehension(node, ComprehensionKind::Set)?,
            "DictComp" => self.comprehension(node, ComprehensionKind::Dict)?,
            "GeneratorExp" => self.comprehension(node, ComprehensionKind::Generator)?,
            "Await" => ExprKind::Await(self.boxed(node, "value")?),
            "Yield" => ExprKind::Yield(self.boxed_option(node, "value")?),
            "YieldFrom" => ExprKind::YieldFrom(self.boxed(node, "value")?),
            "Compare" => {
                let ops = self.list(node, "ops", Self::comparison)?;
                let comparators = self.list(node, "comparators", Self::expression)?;
                if comparators.is_empty() {
                    return Err(self.th.value_error("Compare has no comparators"));
                }
                if ops.len() != comparators.len() {
                    return Err(self.th.value_error(
                        "Compare has a different number of comparators and operands",
                    ));
                }
                ExprKind::Compare { left: self.boxed(node, "left")?, ops, comparators }
            }
            "Call" => ExprKind::Call {
                func: self.boxed(node, "func")?,
                args: self.list(node, "args", Self::expression)?,
                keywords: self.list(node, "keywords", Self::keyword)?,
            },
            "FormattedValue" => ExprKind::FormattedValue {
                value: self.boxed(node, "value")?,
                conversion: self.conversion(node)?,
                format_spec: self.boxed_option(node, "format_spec")?,
            },
            "Interpolation" => {
                let text = self.required(node, "str")?;
                ExprKind::Interpolation(Box::new(Interpolation {
                    value: self.one(node, "value")?,
                    text: self.constant(text)?,
                    conversion: self.conversion(node)?,
                    format_spec: self.some(node, "format_spec")?,
                }))
            }
            "JoinedStr" => ExprKind::JoinedStr(self.list(node, "values", Self::expression)?),
            "TemplateStr" => ExprKind::TemplateStr(self.list(node, "values", Self::expression)?),
            "Constant" => {
                let name = self.th.intern("value")?;
                let Some(value) = self.th.find_attribute(node, name)? else {
                    return Err(self.missing(node, "value"));
                };
                ExprKind::Constant(self.constant(value)?)
            }
            "Attribute" => ExprKind::Attribute {
                value: self.boxed(node, "value")?,
                attr: self.name(node, "attr")?,
            },
            "Subscript" => ExprKind::Subscript {
                value: self.boxed(node, "value")?,
                slice: self.boxed(node, "slice")?,
            },
            "Starred" => ExprKind::Starred(self.boxed(node, "value")?),
            "Name" => {
                let id = self.name(node, "id")?;
                if matches!(&*id, "None" | "True" | "False") {
                    return Err(self
                        .th
                        .value_error(format!("identifier field can't represent '{id}' constant")));
                }
                ExprKind::Name(id)
            }
            "List" => ExprKind::List(self.list(node, "elts", Self::expression)?),
            "Tuple" => ExprKind::Tuple(self.list(node, "elts", Self::expression)?),
            "Slice" => ExprKind::Slice {
                lower: self.boxed_option(node, "lower")?,
                upper: self.boxed_option(node, "upper")?,
                step: self.boxed_option(node, "step")?,
            },
            _ => return Err(self.unexpected("expr", node)),
        };
        Ok(Expr { kind: made, at: self.position(node)? })
    }

    fn comprehension(&mut self, node: Value, kind: ComprehensionKind) -> Result<ExprKind, Raised> {
        let dict = kind == ComprehensionKind::Dict;
        let element = self.one(node, if dict { "key" } else { "elt" })?;
        let value = if dict { Some(self.one(node, "value")?) } else { None };
        let generators = self.list(node, "generators", |reader, generator| {
            Ok(Generator {
                target: reader.one(generator, "target")?,
                iter: reader.one(generator, "iter")?,
                ifs: reader.list(generator, "ifs", Self::expression)?,
                is_async: reader.flag(generator, "is_async")?,
            })
        })?;
        if generators.is_empty() {
            return Err(self.th.value_error("comprehension with no generators"));
        }
        Ok(ExprKind::Comprehension(Box::new(Comprehension { kind, element, value, generators })))
    }

    fn conversion(&mut self, node: Value) -> Result<Conversion, Raised> {
        let Some(value) = self.field(node, "conversion")? else { return Ok(Conversion::None) };
        match self.number(value)? {
            -1 => Ok(Conversion::None),
            115 => Ok(Conversion::Str),
            114 => Ok(Conversion::Repr),
            97 => Ok(Conversion::Ascii),
            other => {
                Err(self.th.system_error(format!("Unrecognized conversion character {other}")))
            }
        }
    }

    fn operator(&mut self, node: Value) -> Result<Operator, Raised> {
        let op = self.required(node, "op")?;
        Ok(match self.kind(op)?.as_str() {
            "Add" => Operator::Add,
            "Sub" => Operator::Sub,
            "Mult" => Operator::Mult,
            "MatMult" => Operator::MatMult,
            "Div" => Operator::Div,
            "Mod" => Operator::Mod,
            "Pow" => Operator::Pow,
            "LShift" => Operator::LShift,
            "RShift" => Operator::RShift,
            "BitOr" => Operator::BitOr,
            "BitXor" => Operator::BitXor,
            "BitAnd" => Operator::BitAnd,
            "FloorDiv" => Operator::FloorDiv,
            _ => return Err(self.unexpected("operator", op)),
        })
    }

    fn comparison(&mut self, op: Value) -> Result<CmpOp, Raised> {
        Ok(match self.kind(op)?.as_str() {
            "Eq" => CmpOp::Eq,
            "NotEq" => CmpOp::NotEq,
            "Lt" => CmpOp::Lt,
            "LtE" => CmpOp::LtE,
            "Gt" => CmpOp::Gt,
            "GtE" => CmpOp::GtE,
            "Is" => CmpOp::Is,
            "IsNot" => CmpOp::IsNot,
            "In" => CmpOp::In,
            "NotIn" => CmpOp::NotIn,
            _ => return Err(self.unexpected("cmpop", op)),
        })
    }
}
