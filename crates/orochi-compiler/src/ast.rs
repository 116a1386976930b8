//! The syntax tree, shaped as Python's own `ast` module shapes it (3.14's ASDL).
//!
//! The parser crate's tree is lowered into this one, so that nothing behind `parse` depends on
//! somebody else's node types, a tree that a program has built through `ast` compiles by the same
//! path as source does, and `_ast` can map node by node. Two liberties are taken: expression
//! contexts (`Load`, `Store`, `Del`) follow from where an expression stands and are not stored,
//! and the four comprehension expressions are one node with a kind. Positions count lines from 1
//! and columns in UTF-8 bytes from 0, like `lineno` and `col_offset`.

use crate::code::{Constant, Position};
use std::sync::Arc;

/// An identifier, NFKC-normalised, not mangled.
pub type Name = Arc<str>;

/// What was parsed.
#[derive(Clone, Debug, PartialEq)]
pub enum Module {
    /// A file or `exec` source.
    Module(Vec<Stmt>),
    /// One interactive statement.
    Interactive(Vec<Stmt>),
    /// `eval` source.
    Expression(Box<Expr>),
    /// A function type comment, `(int, str) -> bool`.
    FunctionType {
        /// The parameter types.
        argtypes: Vec<Expr>,
        /// The result type.
        returns: Box<Expr>,
    },
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Which one.
    pub kind: StmtKind,
    /// Where it stands.
    pub at: Position,
}

/// The statements.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return(Option<Box<Expr>>),
    Delete(Vec<Expr>),
    Assign { targets: Vec<Expr>, value: Box<Expr> },
    TypeAlias(Box<TypeAlias>),
    AugAssign { target: Box<Expr>, op: Operator, value: Box<Expr> },
    AnnAssign { target: Box<Expr>, annotation: Box<Expr>, value: Option<Box<Expr>>, simple: bool },
    For(Box<For>),
    While { test: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    If { test: Box<Expr>, body: Vec<Stmt>, orelse: Vec<Stmt> },
    With { is_async: bool, items: Vec<WithItem>, body: Vec<Stmt> },
    Match { subject: Box<Expr>, cases: Vec<MatchCase> },
    Raise { exc: Option<Box<Expr>>, cause: Option<Box<Expr>> },
    Try(Box<Try>),
    Assert { test: Box<Expr>, msg: Option<Box<Expr>> },
    Import(Vec<Alias>),
    ImportFrom { module: Option<Name>, names: Vec<Alias>, level: u32 },
    Global(Vec<Name>),
    Nonlocal(Vec<Name>),
    Expr(Box<Expr>),
    Pass,
    Break,
    Continue,
}

/// `def` and `async def`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct FunctionDef {
    pub is_async: bool,
    pub name: Name,
    pub args: Arguments,
    pub body: Vec<Stmt>,
    pub decorators: Vec<Expr>,
    pub returns: Option<Expr>,
    pub type_params: Vec<TypeParam>,
}

/// `class`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct ClassDef {
    pub name: Name,
    pub bases: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
    pub decorators: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
}

/// `type X = …`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct TypeAlias {
    pub name: Expr,
    pub type_params: Vec<TypeParam>,
    pub value: Expr,
}

/// `for` and `async for`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct For {
    pub is_async: bool,
    pub target: Expr,
    pub iter: Expr,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
}

/// `try` with `except` or `except*`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Try {
    pub is_star: bool,
    pub body: Vec<Stmt>,
    pub handlers: Vec<ExceptHandler>,
    pub orelse: Vec<Stmt>,
    pub finalbody: Vec<Stmt>,
}

/// One `except` clause.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct ExceptHandler {
    pub class: Option<Expr>,
    pub name: Option<Name>,
    pub body: Vec<Stmt>,
    pub at: Position,
}

/// One item of a `with` statement.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct WithItem {
    pub context: Expr,
    pub target: Option<Expr>,
}

/// One imported name.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Alias {
    pub name: Name,
    pub asname: Option<Name>,
    pub at: Position,
}

/// One `case`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Vec<Stmt>,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Which one.
    pub kind: PatternKind,
    /// Where it stands.
    pub at: Position,
}

/// The patterns.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub enum PatternKind {
    Value(Box<Expr>),
    Singleton(Constant),
    Sequence(Vec<Pattern>),
    Mapping { keys: Vec<Expr>, patterns: Vec<Pattern>, rest: Option<Name> },
    Class { cls: Box<Expr>, patterns: Vec<Pattern>, keywords: Vec<(Name, Pattern)> },
    Star(Option<Name>),
    As { pattern: Option<Box<Pattern>>, name: Option<Name> },
    Or(Vec<Pattern>),
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Which one.
    pub kind: ExprKind,
    /// Where it stands.
    pub at: Position,
}

/// The expressions.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub enum ExprKind {
    BoolOp { op: BoolOp, values: Vec<Expr> },
    NamedExpr { target: Box<Expr>, value: Box<Expr> },
    BinOp { left: Box<Expr>, op: Operator, right: Box<Expr> },
    UnaryOp { op: UnaryOp, operand: Box<Expr> },
    Lambda(Box<Lambda>),
    IfExp { test: Box<Expr>, body: Box<Expr>, orelse: Box<Expr> },
    Dict { keys: Vec<Option<Expr>>, values: Vec<Expr> },
    Set(Vec<Expr>),
    Comprehension(Box<Comprehension>),
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    Compare { left: Box<Expr>, ops: Vec<CmpOp>, comparators: Vec<Expr> },
    Call { func: Box<Expr>, args: Vec<Expr>, keywords: Vec<Keyword> },
    FormattedValue { value: Box<Expr>, conversion: Conversion, format_spec: Option<Box<Expr>> },
    Interpolation(Box<Interpolation>),
    JoinedStr(Vec<Expr>),
    TemplateStr(Vec<Expr>),
    Constant(Constant),
    Attribute { value: Box<Expr>, attr: Name },
    Subscript { value: Box<Expr>, slice: Box<Expr> },
    Starred(Box<Expr>),
    Name(Name),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Slice { lower: Option<Box<Expr>>, upper: Option<Box<Expr>>, step: Option<Box<Expr>> },
}

/// `lambda`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Lambda {
    pub args: Arguments,
    pub body: Expr,
}

/// A replacement field of a t-string.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Interpolation {
    pub value: Expr,
    /// The text of the expression as written.
    pub text: Constant,
    pub conversion: Conversion,
    pub format_spec: Option<Expr>,
}

/// What a comprehension makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the kinds are those of Python's ast module")]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// `[… for …]`, `{… for …}`, `{…: … for …}`, `(… for …)`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Comprehension {
    pub kind: ComprehensionKind,
    /// The element, or the key of a dict comprehension.
    pub element: Expr,
    /// The value of a dict comprehension.
    pub value: Option<Expr>,
    pub generators: Vec<Generator>,
}

/// One `for … in … if …` of a comprehension.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Generator {
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
    pub is_async: bool,
}

/// A keyword argument; without a name it is `**value`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Keyword {
    pub arg: Option<Name>,
    pub value: Expr,
    pub at: Position,
}

/// Parameters.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Arguments {
    /// Positional-only parameters.
    pub posonly: Vec<Arg>,
    /// Other positional parameters.
    pub args: Vec<Arg>,
    /// `*args`
    pub vararg: Option<Arg>,
    /// Keyword-only parameters.
    pub kwonly: Vec<Arg>,
    /// `**kwargs`
    pub kwarg: Option<Arg>,
    /// Defaults of the last positional parameters.
    pub defaults: Vec<Expr>,
    /// Defaults of the keyword-only parameters, where there are any.
    pub kw_defaults: Vec<Option<Expr>>,
}

impl Arguments {
    /// All parameters in the order of `co_varnames`.
    pub fn in_order(&self) -> impl Iterator<Item = &Arg> {
        self.posonly
            .iter()
            .chain(&self.args)
            .chain(&self.kwonly)
            .chain(&self.vararg)
            .chain(&self.kwarg)
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct Arg {
    pub name: Name,
    pub annotation: Option<Expr>,
    pub at: Position,
}

/// What a type parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the kinds are those of Python's ast module")]
pub enum TypeParamKind {
    TypeVar,
    TypeVarTuple,
    ParamSpec,
}

/// A type parameter (PEP 695, PEP 696).
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of Python's ast module")]
pub struct TypeParam {
    pub kind: TypeParamKind,
    pub name: Name,
    pub bound: Option<Expr>,
    pub default: Option<Expr>,
    pub at: Position,
}

/// `and`, `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Python's ast module")]
pub enum BoolOp {
    And,
    Or,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Python's ast module")]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

impl Operator {
    /// As written in source.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mult => "*",
            Self::MatMult => "@",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "**",
            Self::LShift => "<<",
            Self::RShift => ">>",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::BitAnd => "&",
            Self::FloorDiv => "//",
        }
    }
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Python's ast module")]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Python's ast module")]
pub enum CmpOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

impl CmpOp {
    /// As written in source.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::NotEq => "!=",
            Self::Lt => "<",
            Self::LtE => "<=",
            Self::Gt => ">",
            Self::GtE => ">=",
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// `!s`, `!r`, `!a` in a replacement field; the numbers are those of `Op::Format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Conversion {
    None = 0,
    Str = 1,
    Repr = 2,
    Ascii = 3,
}

impl Conversion {
    /// The letter after `!`.
    pub fn letter(self) -> Option<char> {
        match self {
            Self::None => None,
            Self::Str => Some('s'),
            Self::Repr => Some('r'),
            Self::Ascii => Some('a'),
        }
    }
}

impl Expr {
    /// The value of a constant expression.
    pub fn constant(&self) -> Option<&Constant> {
        match &self.kind {
            ExprKind::Constant(value) => Some(value),
            _ => None,
        }
    }
}
