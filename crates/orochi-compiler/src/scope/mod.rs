//! Symbol tables: which names each scope binds and uses, and where each use finds its variable.
//!
//! Two passes, as in CPython's symtable. [`build()`] walks the tree once, opens a [`Scope`] for each
//! module, class, function, lambda, comprehension, annotation and type-parameter block, and notes
//! for each name what happens to it there. `resolve` then decides for each name whether it is
//! local, a cell, free, or global, by looking up the chain of enclosing scopes.
//!
//! Comprehensions other than generator expressions are *inlined* (PEP 709): they have a scope but
//! no code of their own. A name of theirs that is found in the function around them needs no cell
//! unless a real function lies in between.
//!
//! The tables are plain data, in source order, so that `_symtable` can show them. The emitter
//! finds the scope of a node by the node's address: `finally` bodies are emitted more than once,
//! so counting scopes in order would go wrong.

mod build;
mod build_expression;
mod build_statement;
mod resolve;

use crate::ast::{ComprehensionKind, Name};
use crate::code::Position;
use rustc_hash::FxHashMap;
use std::sync::Arc;

pub use build::build;

/// Index of a [`Scope`] in its [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(pub u32);

/// What opens a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A module, `exec`, `eval` or interactive source.
    Module,
    /// A class body.
    Class,
    /// A function body.
    Function,
    /// A lambda.
    Lambda,
    /// A comprehension or generator expression.
    Comprehension(ComprehensionKind),
    /// The annotations of a function, class or module (PEP 649).
    Annotation,
    /// The type parameters of a generic function, class or alias (PEP 695).
    TypeParameters,
    /// The value of a `type` statement.
    TypeAlias,
    /// A bound, constraint or default of a type parameter.
    TypeVariable,
}

impl ScopeKind {
    /// Whether names bound here are variables of a function, visible in scopes inside.
    pub fn is_function_like(self) -> bool {
        !matches!(self, Self::Module | Self::Class)
    }
}

/// What happens to a name in a scope: bits of [`Symbol::flags`].
pub mod symbol {
    /// `global` statement.
    pub const GLOBAL: u16 = 1;
    /// Assigned to.
    pub const LOCAL: u16 = 2;
    /// A parameter.
    pub const PARAM: u16 = 4;
    /// `nonlocal` statement.
    pub const NONLOCAL: u16 = 8;
    /// Read.
    pub const USE: u16 = 16;
    /// Free in a class body that also binds the name.
    pub const FREE_CLASS: u16 = 64;
    /// Imported.
    pub const IMPORT: u16 = 128;
    /// Annotated.
    pub const ANNOTATED: u16 = 256;
    /// The target of a comprehension.
    pub const ITERATION: u16 = 512;
    /// A type parameter.
    pub const TYPE_PARAM: u16 = 1024;
    /// May become unbound again: `del`, or the name of an `except … as`.
    pub const DELETED: u16 = 2048;
    /// Bound by `:=`.
    pub const WALRUS: u16 = 4096;
    /// What makes a name belong to the scope.
    pub const BOUND: u16 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// Where a scope finds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Not decided yet.
    Unknown,
    /// A variable of this scope.
    Local,
    /// A variable of this scope that inner functions use too.
    Cell,
    /// A variable of an enclosing function.
    Free,
    /// Declared `global`.
    GlobalExplicit,
    /// Found nowhere else, hence global or built in.
    GlobalImplicit,
}

/// A name in a scope.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The name, mangled.
    pub name: Name,
    /// Bits of [`symbol`].
    pub flags: u16,
    /// Where it is found.
    pub resolution: Resolution,
    /// Where it is first declared `global` or `nonlocal`, for errors.
    pub declared_at: Position,
}

/// One scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What opened it.
    pub kind: ScopeKind,
    /// Its name: of the function or class, or `<lambda>` and the like.
    pub name: Name,
    /// Where it starts.
    pub at: Position,
    /// The enclosing scope.
    pub parent: Option<ScopeId>,
    /// Scopes directly inside, in source order.
    pub children: Vec<ScopeId>,
    /// The names in it, in order of first mention.
    pub symbols: Vec<Symbol>,
    index: FxHashMap<Name, u32>,
    /// Parameters in the order of `co_varnames`.
    pub parameters: Vec<Name>,
    /// Names of enclosing functions' variables that this scope's code needs in its closure.
    pub free: Vec<Name>,
    /// How private names are mangled here.
    pub private: Option<Private>,
    /// Inside a function.
    pub nested: bool,
    /// Has a `yield`.
    pub is_generator: bool,
    /// `async def`, or a comprehension with `await` or `async for`.
    pub is_coroutine: bool,
    /// `async def`.
    pub is_async_function: bool,
    /// Has `*args`.
    pub has_varargs: bool,
    /// Has `**kwargs`.
    pub has_varkeywords: bool,
    /// A comprehension without code of its own.
    pub inlined: bool,
    /// An annotation or type scope directly in a class: names go through its namespace first.
    pub sees_class: bool,
    /// A class whose methods use `__class__`.
    pub needs_class_cell: bool,
    /// A class whose inner annotation scopes use its namespace.
    pub needs_class_dict: bool,
    /// Whether annotations must be noted when control reaches them.
    pub conditional_annotations: bool,
    /// The scope of the annotations of variables in this module or class.
    pub annotations: Option<ScopeId>,
    /// Never compiled (annotations of local variables, or under `from __future__ import
    /// annotations`): kept only to look for errors.
    pub discarded: bool,
    /// Whether any `:=` binds a variable of this scope.
    pub has_walrus: bool,
    /// The first argument of the comprehension is being evaluated, which is outside of it.
    pub(crate) in_iterable: bool,
    /// The target of a comprehension is being visited.
    pub(crate) in_target: bool,
    /// Inside `if`, `for`, `try` and the like.
    pub(crate) in_conditional: bool,
    /// What this type variable scope is, for errors.
    pub(crate) label: &'static str,
}

impl Scope {
    /// The symbol of that (mangled) name.
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.index.get(name).map(|&i| &self.symbols[i as usize])
    }

    pub(crate) fn symbol_mut(&mut self, name: &str) -> Option<&mut Symbol> {
        let i = *self.index.get(name)?;
        Some(&mut self.symbols[i as usize])
    }

    pub(crate) fn entry(&mut self, name: &Name) -> &mut Symbol {
        let next = self.symbols.len() as u32;
        let i = *self.index.entry(name.clone()).or_insert(next);
        if i == next {
            self.symbols.push(Symbol {
                name: name.clone(),
                flags: 0,
                resolution: Resolution::Unknown,
                declared_at: Position::default(),
            });
        }
        &mut self.symbols[i as usize]
    }

    /// Where this scope finds the (mangled) name.
    pub fn resolution(&self, name: &str) -> Resolution {
        self.symbol(name).map_or(Resolution::Unknown, |symbol| symbol.resolution)
    }
}

/// What of a node a scope belongs to, where a node has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The body.
    Body,
    /// The type parameters.
    TypeParameters,
    /// The annotations.
    Annotations,
    /// The bound of a type parameter.
    Bound,
    /// The default of a type parameter.
    Default,
}

/// All scopes of a source; the first is the module's.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The scopes, parents before children.
    pub scopes: Vec<Scope>,
    by_node: FxHashMap<(usize, Part), ScopeId>,
}

impl Table {
    /// The scope that part of a node opened.
    pub fn of<T>(&self, node: &T, part: Part) -> Option<ScopeId> {
        self.by_node.get(&(std::ptr::from_ref(node).addr(), part)).copied()
    }

    /// The scope with that id.
    pub fn get(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }
}

/// Whose private names are mangled in a scope, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Private {
    /// The class.
    pub class: Name,
    /// Only these: what stands between a class's type parameters and its body knows the
    /// parameters by their mangled names, and everything else as the code around the class does.
    pub only: Option<Arc<[Name]>>,
}

impl Private {
    /// All private names, as in the body of a class.
    pub fn of(class: &Name) -> Self {
        Self { class: class.clone(), only: None }
    }
}

/// The name as a class body or its methods see it: `__private` becomes `_Class__private`.
pub fn mangle(private: Option<&Private>, name: &Name) -> Name {
    let Some(Private { class, only }) = private else { return name.clone() };
    if only.as_ref().is_some_and(|only| !only.contains(name)) {
        return name.clone();
    }
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.clone();
    }
    let class = class.trim_start_matches('_');
    if class.is_empty() {
        return name.clone();
    }
    Arc::from(format!("_{class}{name}"))
}
