//! From the compiler's tree to Python's nodes.

use orochi_compiler::ast::{
    Alias, Arg, Arguments, BoolOp, CmpOp, Comprehension, ComprehensionKind, Conversion,
    ExceptHandler, Expr, ExprKind, FunctionDef, Generator, Keyword, MatchCase, Module, Name,
    Operator, Pattern, PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind, UnaryOp, WithItem,
};
use orochi_compiler::code::Position;
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::object::new_instance;

use super::{Nodes, constant};

/// The node of a whole source.
pub fn module(th: &mut Thread, nodes: Nodes, module: &Module) -> Result<Value, Raised> {
    let mut maker = Maker { th, nodes };
    match module {
        Module::Module(body) => {
            let body = maker.list(body, Maker::statement)?;
            let ignores = maker.empty()?;
            maker.node("Module", &[("body", body), ("type_ignores", ignores)], None)
        }
        Module::Interactive(body) => {
            let body = maker.list(body, Maker::statement)?;
            maker.node("Interactive", &[("body", body)], None)
        }
        Module::Expression(body) => {
            let body = maker.expression(body)?;
            maker.node("Expression", &[("body", body)], None)
        }
        Module::FunctionType { argtypes, returns } => {
            let argtypes = maker.list(argtypes, Maker::expression)?;
            let returns = maker.expression(returns)?;
            maker.node("FunctionType", &[("argtypes", argtypes), ("returns", returns)], None)
        }
    }
}

type Made = Result<Value, Raised>;

struct Maker<'t> {
    th: &'t mut Thread,
    nodes: Nodes,
}

/// What an expression is there for.
#[derive(Clone, Copy, Debug)]
enum Context {
    Load,
    Store,
    Del,
}

impl Context {
    fn name(self) -> &'static str {
        match self {
            Context::Load => "Load",
            Context::Store => "Store",
            Context::Del => "Del",
        }
    }
}

impl Maker<'_> {
    /// An instance of a class with these fields.
    fn node(&mut self, class: &str, fields: &[(&str, Value)], at: Option<Position>) -> Made {
        let class = self.nodes.class(self.th, class)?;
        let node = new_instance(self.th, class)?;
        for &(field, value) in fields {
            let field = self.th.intern(field)?;
            self.th.set_attribute(node, field, value)?;
        }
        if let Some(at) = at {
            let numbers = [
                ("lineno", at.line),
                ("col_offset", at.column),
                ("end_lineno", at.end_line),
                ("end_col_offset", at.end_column),
            ];
            for (field, number) in numbers {
                let field = self.th.intern(field)?;
                let number = self.th.int_from_i64(i64::from(number))?;
                self.th.set_attribute(node, field, number)?;
            }
        }
        Ok(node)
    }

    fn list<T>(&mut self, items: &[T], mut make: impl FnMut(&mut Self, &T) -> Made) -> Made {
        let mut values = RootVec::with_capacity(items.len());
        for item in items {
            let value = make(self, item)?;
            values.push(value);
        }
        Ok(List::from_slice(self.th, &values)?.value())
    }

    fn empty(&mut self) -> Made {
        Ok(List::new(self.th)?.value())
    }

    fn optional(&mut self, expression: Option<&Expr>) -> Made {
        expression.map_or(Ok(Value::NONE), |expression| self.expression(expression))
    }

    fn name(&mut self, name: &Name) -> Made {
        Ok(self.th.intern(name)?.value())
    }

    fn optional_name(&mut self, name: Option<&Name>) -> Made {
        name.map_or(Ok(Value::NONE), |name| self.name(name))
    }

    fn names(&mut self, names: &[Name]) -> Made {
        self.list(names, |maker, name| maker.name(name))
    }

    fn body(&mut self, body: &[Stmt]) -> Made {
        self.list(body, Self::statement)
    }

    // ---- statements

    fn statement(&mut self, statement: &Stmt) -> Made {
        self.th.check_native_stack()?;
        let at = Some(statement.at);
        let none = Value::NONE;
        match &statement.kind {
            StmtKind::FunctionDef(def) => self.function(def, statement.at),
            StmtKind::ClassDef(def) => {
                let name = self.name(&def.name)?;
                let bases = self.list(&def.bases, Self::expression)?;
                let keywords = self.list(&def.keywords, Self::keyword)?;
                let body = self.body(&def.body)?;
                let decorators = self.list(&def.decorators, Self::expression)?;
                let params = self.list(&def.type_params, Self::type_param)?;
                let fields = [
                    ("name", name),
                    ("bases", bases),
                    ("keywords", keywords),
                    ("body", body),
                    ("decorator_list", decorators),
                    ("type_params", params),
                ];
                self.node("ClassDef", &fields, at)
            }
            StmtKind::Return(value) => {
                let value = self.optional(value.as_deref())?;
                self.node("Return", &[("value", value)], at)
            }
            StmtKind::Delete(targets) => {
                let targets = self.list(targets, |m, t| m.expression_in(t, Context::Del))?;
                self.node("Delete", &[("targets", targets)], at)
            }
            StmtKind::Assign { targets, value } => {
                let targets = self.list(targets, Self::target)?;
                let value = self.expression(value)?;
                self.node(
                    "Assign",
                    &[("targets", targets), ("value", value), ("type_comment", none)],
                    at,
                )
            }
            StmtKind::TypeAlias(alias) => {
                let name = self.target(&alias.name)?;
                let params = self.list(&alias.type_params, Self::type_param)?;
                let value = self.expression(&alias.value)?;
                self.node(
                    "TypeAlias",
                    &[("name", name), ("type_params", params), ("value", value)],
                    at,
                )
            }
            StmtKind::AugAssign { target, op, value } => {
                let target = self.target(target)?;
                let op = self.nodes.singleton(self.th, operator(*op))?;
                let value = self.expression(value)?;
                self.node("AugAssign", &[("target", target), ("op", op), ("value", value)], at)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                let target = self.target(target)?;
                let annotation = self.expression(annotation)?;
                let value = self.optional(value.as_deref())?;
                let simple = Value::from_i32(i32::from(*simple));
                self.node(
                    "AnnAssign",
                    &[
                        ("target", target),
                        ("annotation", annotation),
                        ("value", value),
                        ("simple", simple),
                    ],
                    at,
                )
            }
            StmtKind::For(node) => {
                let target = self.target(&node.target)?;
                let iter = self.expression(&node.iter)?;
                let body = self.body(&node.body)?;
                let orelse = self.body(&node.orelse)?;
                let class = if node.is_async { "AsyncFor" } else { "For" };
                self.node(
                    class,
                    &[
                        ("target", target),
                        ("iter", iter),
                        ("body", body),
                        ("orelse", orelse),
                        ("type_comment", none),
                    ],
                    at,
                )
            }
            StmtKind::While { test, body, orelse } => {
                let test = self.expression(test)?;
                let body = self.body(body)?;
                let orelse = self.body(orelse)?;
                self.node("While", &[("test", test), ("body", body), ("orelse", orelse)], at)
            }
            StmtKind::If { test, body, orelse } => {
                let test = self.expression(test)?;
                let body = self.body(body)?;
                let orelse = self.body(orelse)?;
                self.node("If", &[("test", test), ("body", body), ("orelse", orelse)], at)
            }
            StmtKind::With { is_async, items, body } => {
                let items = self.list(items, Self::with_item)?;
                let body = self.body(body)?;
                let class = if *is_async { "AsyncWith" } else { "With" };
                self.node(class, &[("items", items), ("body", body), ("type_comment", none)], at)
            }
            StmtKind::Match { subject, cases } => {
                let subject = self.expression(subject)?;
                let cases = self.list(cases, Self::case)?;
                self.node("Match", &[("subject", subject), ("cases", cases)], at)
            }
            StmtKind::Raise { exc, cause } => {
                let exc = self.optional(exc.as_deref())?;
                let cause = self.optional(cause.as_deref())?;
                self.node("Raise", &[("exc", exc), ("cause", cause)], at)
            }
            StmtKind::Try(node) => {
                let body = self.body(&node.body)?;
                let handlers = self.list(&node.handlers, Self::handler)?;
                let orelse = self.body(&node.orelse)?;
                let finalbody = self.body(&node.finalbody)?;
                let class = if node.is_star { "TryStar" } else { "Try" };
                self.node(
                    class,
                    &[
                        ("body", body),
                        ("handlers", handlers),
                        ("orelse", orelse),
                        ("finalbody", finalbody),
                    ],
                    at,
                )
            }
            StmtKind::Assert { test, msg } => {
                let test = self.expression(test)?;
                let msg = self.optional(msg.as_deref())?;
                self.node("Assert", &[("test", test), ("msg", msg)], at)
            }
            StmtKind::Import(names) => {
                let names = self.list(names, Self::alias)?;
                self.node("Import", &[("names", names)], at)
            }
            StmtKind::ImportFrom { module, names, level } => {
                let module = self.optional_name(module.as_ref())?;
                let names = self.list(names, Self::alias)?;
                let level = Value::from_i32(*level as i32);
                self.node(
                    "ImportFrom",
                    &[("module", module), ("names", names), ("level", level)],
                    at,
                )
            }
            StmtKind::Global(names) => {
                let names = self.names(names)?;
                self.node("Global", &[("names", names)], at)
            }
            StmtKind::Nonlocal(names) => {
                let names = self.names(names)?;
                self.node("Nonlocal", &[("names", names)], at)
            }
            StmtKind::Expr(value) => {
                let value = self.expression(value)?;
                self.node("Expr", &[("value", value)], at)
            }
            StmtKind::Pass => self.node("Pass", &[], at),
            StmtKind::Break => self.node("Break", &[], at),
            StmtKind::Continue => self.node("Continue", &[], at),
        }
    }

    fn function(&mut self, def: &FunctionDef, at: Position) -> Made {
        let name = self.name(&def.name)?;
        let args = self.arguments(&def.args)?;
        let body = self.body(&def.body)?;
        let decorators = self.list(&def.decorators, Self::expression)?;
        let returns = self.optional(def.returns.as_ref())?;
        let params = self.list(&def.type_params, Self::type_param)?;
        let class = if def.is_async { "AsyncFunctionDef" } else { "FunctionDef" };
        let fields = [
            ("name", name),
            ("args", args),
            ("body", body),
            ("decorator_list", decorators),
            ("returns", returns),
            ("type_comment", Value::NONE),
            ("type_params", params),
        ];
        self.node(class, &fields, Some(at))
    }

    fn with_item(&mut self, item: &WithItem) -> Made {
        let context = self.expression(&item.context)?;
        let target = item.target.as_ref().map_or(Ok(Value::NONE), |target| self.target(target))?;
        self.node("withitem", &[("context_expr", context), ("optional_vars", target)], None)
    }

    fn handler(&mut self, handler: &ExceptHandler) -> Made {
        let class = self.optional(handler.class.as_ref())?;
        let name = self.optional_name(handler.name.as_ref())?;
        let body = self.body(&handler.body)?;
        self.node(
            "ExceptHandler",
            &[("type", class), ("name", name), ("body", body)],
            Some(handler.at),
        )
    }

    fn alias(&mut self, alias: &Alias) -> Made {
        let name = self.name(&alias.name)?;
        let asname = self.optional_name(alias.asname.as_ref())?;
        self.node("alias", &[("name", name), ("asname", asname)], Some(alias.at))
    }

    fn case(&mut self, case: &MatchCase) -> Made {
        let pattern = self.pattern(&case.pattern)?;
        let guard = self.optional(case.guard.as_ref())?;
        let body = self.body(&case.body)?;
        self.node("match_case", &[("pattern", pattern), ("guard", guard), ("body", body)], None)
    }

    fn pattern(&mut self, pattern: &Pattern) -> Made {
        self.th.check_native_stack()?;
        let at = Some(pattern.at);
        match &pattern.kind {
            PatternKind::Value(value) => {
                let value = self.expression(value)?;
                self.node("MatchValue", &[("value", value)], at)
            }
            PatternKind::Singleton(value) => {
                let value = constant::value(self.th, value)?;
                self.node("MatchSingleton", &[("value", value)], at)
            }
            PatternKind::Sequence(patterns) => {
                let patterns = self.list(patterns, Self::pattern)?;
                self.node("MatchSequence", &[("patterns", patterns)], at)
            }
            PatternKind::Mapping { keys, patterns, rest } => {
                let keys = self.list(keys, Self::expression)?;
                let patterns = self.list(patterns, Self::pattern)?;
                let rest = self.optional_name(rest.as_ref())?;
                self.node(
                    "MatchMapping",
                    &[("keys", keys), ("patterns", patterns), ("rest", rest)],
                    at,
                )
            }
            PatternKind::Class { cls, patterns, keywords } => {
                let cls = self.expression(cls)?;
                let patterns = self.list(patterns, Self::pattern)?;
                let names = self.list(keywords, |m, (name, _)| m.name(name))?;
                let named = self.list(keywords, |m, (_, pattern)| m.pattern(pattern))?;
                self.node(
                    "MatchClass",
                    &[
                        ("cls", cls),
                        ("patterns", patterns),
                        ("kwd_attrs", names),
                        ("kwd_patterns", named),
                    ],
                    at,
                )
            }
            PatternKind::Star(name) => {
                let name = self.optional_name(name.as_ref())?;
                self.node("MatchStar", &[("name", name)], at)
            }
            PatternKind::As { pattern, name } => {
                let pattern =
                    pattern.as_ref().map_or(Ok(Value::NONE), |pattern| self.pattern(pattern))?;
                let name = self.optional_name(name.as_ref())?;
                self.node("MatchAs", &[("pattern", pattern), ("name", name)], at)
            }
            PatternKind::Or(patterns) => {
                let patterns = self.list(patterns, Self::pattern)?;
                self.node("MatchOr", &[("patterns", patterns)], at)
            }
        }
    }

    fn arguments(&mut self, args: &Arguments) -> Made {
        let posonly = self.list(&args.posonly, Self::arg)?;
        let plain = self.list(&args.args, Self::arg)?;
        let vararg = args.vararg.as_ref().map_or(Ok(Value::NONE), |arg| self.arg(arg))?;
        let kwonly = self.list(&args.kwonly, Self::arg)?;
        let kw_defaults =
            self.list(&args.kw_defaults, |m, default| m.optional(default.as_ref()))?;
        let kwarg = args.kwarg.as_ref().map_or(Ok(Value::NONE), |arg| self.arg(arg))?;
        let defaults = self.list(&args.defaults, Self::expression)?;
        let fields = [
            ("posonlyargs", posonly),
            ("args", plain),
            ("vararg", vararg),
            ("kwonlyargs", kwonly),
            ("kw_defaults", kw_defaults),
            ("kwarg", kwarg),
            ("defaults", defaults),
        ];
        self.node("arguments", &fields, None)
    }

    fn arg(&mut self, arg: &Arg) -> Made {
        let name = self.name(&arg.name)?;
        let annotation = self.optional(arg.annotation.as_ref())?;
        self.node(
            "arg",
            &[("arg", name), ("annotation", annotation), ("type_comment", Value::NONE)],
            Some(arg.at),
        )
    }

    fn keyword(&mut self, keyword: &Keyword) -> Made {
        let arg = self.optional_name(keyword.arg.as_ref())?;
        let value = self.expression(&keyword.value)?;
        self.node("keyword", &[("arg", arg), ("value", value)], Some(keyword.at))
    }

    fn type_param(&mut self, param: &TypeParam) -> Made {
        let name = self.name(&param.name)?;
        let bound = self.optional(param.bound.as_ref())?;
        let default = self.optional(param.default.as_ref())?;
        let at = Some(param.at);
        match param.kind {
            TypeParamKind::TypeVar => self.node(
                "TypeVar",
                &[("name", name), ("bound", bound), ("default_value", default)],
                at,
            ),
            TypeParamKind::ParamSpec => {
                self.node("ParamSpec", &[("name", name), ("default_value", default)], at)
            }
            TypeParamKind::TypeVarTuple => {
                self.node("TypeVarTuple", &[("name", name), ("default_value", default)], at)
            }
        }
    }

    // ---- expressions

    fn target(&mut self, expression: &Expr) -> Made {
        self.expression_in(expression, Context::Store)
    }

    fn expression(&mut self, expression: &Expr) -> Made {
        self.expression_in(expression, Context::Load)
    }

    fn expression_in(&mut self, expression: &Expr, context: Context) -> Made {
        self.th.check_native_stack()?;
        let at = Some(expression.at);
        let ctx = self.nodes.singleton(self.th, context.name())?;
        match &expression.kind {
            ExprKind::BoolOp { op, values } => {
                let op = if *op == BoolOp::And { "And" } else { "Or" };
                let op = self.nodes.singleton(self.th, op)?;
                let values = self.list(values, Self::expression)?;
                self.node("BoolOp", &[("op", op), ("values", values)], at)
            }
            ExprKind::NamedExpr { target, value } => {
                let target = self.target(target)?;
                let value = self.expression(value)?;
                self.node("NamedExpr", &[("target", target), ("value", value)], at)
            }
            ExprKind::BinOp { left, op, right } => {
                let left = self.expression(left)?;
                let op = self.nodes.singleton(self.th, operator(*op))?;
                let right = self.expression(right)?;
                self.node("BinOp", &[("left", left), ("op", op), ("right", right)], at)
            }
            ExprKind::UnaryOp { op, operand } => {
                let op = match op {
                    UnaryOp::Invert => "Invert",
                    UnaryOp::Not => "Not",
                    UnaryOp::UAdd => "UAdd",
                    UnaryOp::USub => "USub",
                };
                let op = self.nodes.singleton(self.th, op)?;
                let operand = self.expression(operand)?;
                self.node("UnaryOp", &[("op", op), ("operand", operand)], at)
            }
            ExprKind::Lambda(lambda) => {
                let args = self.arguments(&lambda.args)?;
                let body = self.expression(&lambda.body)?;
                self.node("Lambda", &[("args", args), ("body", body)], at)
            }
            ExprKind::IfExp { test, body, orelse } => {
                let test = self.expression(test)?;
                let body = self.expression(body)?;
                let orelse = self.expression(orelse)?;
                self.node("IfExp", &[("test", test), ("body", body), ("orelse", orelse)], at)
            }
            ExprKind::Dict { keys, values } => {
                let keys = self.list(keys, |m, key| m.optional(key.as_ref()))?;
                let values = self.list(values, Self::expression)?;
                self.node("Dict", &[("keys", keys), ("values", values)], at)
            }
            ExprKind::Set(elts) => {
                let elts = self.list(elts, Self::expression)?;
                self.node("Set", &[("elts", elts)], at)
            }
            ExprKind::Comprehension(node) => self.comprehension(node, expression.at),
            ExprKind::Await(value) => {
                let value = self.expression(value)?;
                self.node("Await", &[("value", value)], at)
            }
            ExprKind::Yield(value) => {
                let value = self.optional(value.as_deref())?;
                self.node("Yield", &[("value", value)], at)
            }
            ExprKind::YieldFrom(value) => {
                let value = self.expression(value)?;
                self.node("YieldFrom", &[("value", value)], at)
            }
            ExprKind::Compare { left, ops, comparators } => {
                let left = self.expression(left)?;
                let ops = self.list(ops, |m, op| m.nodes.singleton(m.th, comparison(*op)))?;
                let comparators = self.list(comparators, Self::expression)?;
                self.node(
                    "Compare",
                    &[("left", left), ("ops", ops), ("comparators", comparators)],
                    at,
                )
            }
            ExprKind::Call { func, args, keywords } => {
                let func = self.expression(func)?;
                let args = self.list(args, Self::expression)?;
                let keywords = self.list(keywords, Self::keyword)?;
                self.node("Call", &[("func", func), ("args", args), ("keywords", keywords)], at)
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                let value = self.expression(value)?;
                let spec = self.optional(format_spec.as_deref())?;
                let conversion = conversion_number(*conversion);
                self.node(
                    "FormattedValue",
                    &[("value", value), ("conversion", conversion), ("format_spec", spec)],
                    at,
                )
            }
            ExprKind::Interpolation(node) => {
                let value = self.expression(&node.value)?;
                let text = constant::value(self.th, &node.text)?;
                let spec = self.optional(node.format_spec.as_ref())?;
                let conversion = conversion_number(node.conversion);
                self.node(
                    "Interpolation",
                    &[
                        ("value", value),
                        ("str", text),
                        ("conversion", conversion),
                        ("format_spec", spec),
                    ],
                    at,
                )
            }
            ExprKind::JoinedStr(values) => {
                let values = self.list(values, Self::expression)?;
                self.node("JoinedStr", &[("values", values)], at)
            }
            ExprKind::TemplateStr(values) => {
                let values = self.list(values, Self::expression)?;
                self.node("TemplateStr", &[("values", values)], at)
            }
            ExprKind::Constant(value) => {
                let value = constant::value(self.th, value)?;
                self.node("Constant", &[("value", value), ("kind", Value::NONE)], at)
            }
            ExprKind::Attribute { value, attr } => {
                let value = self.expression(value)?;
                let attr = self.name(attr)?;
                self.node("Attribute", &[("value", value), ("attr", attr), ("ctx", ctx)], at)
            }
            ExprKind::Subscript { value, slice } => {
                let value = self.expression(value)?;
                let slice = self.expression(slice)?;
                self.node("Subscript", &[("value", value), ("slice", slice), ("ctx", ctx)], at)
            }
            ExprKind::Starred(value) => {
                let value = self.expression_in(value, context)?;
                self.node("Starred", &[("value", value), ("ctx", ctx)], at)
            }
            ExprKind::Name(id) => {
                let id = self.name(id)?;
                self.node("Name", &[("id", id), ("ctx", ctx)], at)
            }
            ExprKind::List(elts) => {
                let elts = self.list(elts, |m, e| m.expression_in(e, context))?;
                self.node("List", &[("elts", elts), ("ctx", ctx)], at)
            }
            ExprKind::Tuple(elts) => {
                let elts = self.list(elts, |m, e| m.expression_in(e, context))?;
                self.node("Tuple", &[("elts", elts), ("ctx", ctx)], at)
            }
            ExprKind::Slice { lower, upper, step } => {
                let lower = self.optional(lower.as_deref())?;
                let upper = self.optional(upper.as_deref())?;
                let step = self.optional(step.as_deref())?;
                self.node("Slice", &[("lower", lower), ("upper", upper), ("step", step)], at)
            }
        }
    }

    fn comprehension(&mut self, node: &Comprehension, at: Position) -> Made {
        let element = self.expression(&node.element)?;
        let value = self.optional(node.value.as_ref())?;
        let generators = self.list(&node.generators, Self::generator)?;
        let class = match node.kind {
            ComprehensionKind::List => "ListComp",
            ComprehensionKind::Set => "SetComp",
            ComprehensionKind::Generator => "GeneratorExp",
            ComprehensionKind::Dict => {
                let fields = [("key", element), ("value", value), ("generators", generators)];
                return self.node("DictComp", &fields, Some(at));
            }
        };
        self.node(class, &[("elt", element), ("generators", generators)], Some(at))
    }

    fn generator(&mut self, generator: &Generator) -> Made {
        let target = self.target(&generator.target)?;
        let iter = self.expression(&generator.iter)?;
        let ifs = self.list(&generator.ifs, Self::expression)?;
        let is_async = Value::from_i32(i32::from(generator.is_async));
        self.node(
            "comprehension",
            &[("target", target), ("iter", iter), ("ifs", ifs), ("is_async", is_async)],
            None,
        )
    }
}

fn conversion_number(conversion: Conversion) -> Value {
    Value::from_i32(conversion.letter().map_or(-1, |letter| letter as i32))
}

fn operator(op: Operator) -> &'static str {
    match op {
        Operator::Add => "Add",
        Operator::Sub => "Sub",
        Operator::Mult => "Mult",
        Operator::MatMult => "MatMult",
        Operator::Div => "Div",
        Operator::Mod => "Mod",
        Operator::Pow => "Pow",
        Operator::LShift => "LShift",
        Operator::RShift => "RShift",
        Operator::BitOr => "BitOr",
        Operator::BitXor => "BitXor",
        Operator::BitAnd => "BitAnd",
        Operator::FloorDiv => "FloorDiv",
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "Eq",
        CmpOp::NotEq => "NotEq",
        CmpOp::Lt => "Lt",
        CmpOp::LtE => "LtE",
        CmpOp::Gt => "Gt",
        CmpOp::GtE => "GtE",
        CmpOp::Is => "Is",
        CmpOp::IsNot => "IsNot",
        CmpOp::In => "In",
        CmpOp::NotIn => "NotIn",
    }
}
