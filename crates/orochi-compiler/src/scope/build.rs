//! The first pass: opens scopes and notes what happens to each name.

use super::{Part, Scope, ScopeId, ScopeKind, Table, mangle, resolve, symbol};
use crate::ast::{Comprehension, ComprehensionKind, Module, Name};
use crate::code::Position;
use crate::error::{Failure, Outcome};
use rustc_hash::FxHashMap;

/// Builds and resolves the symbol tables of `module`.
pub fn build(module: &Module, future_annotations: bool) -> Outcome<Table> {
    let mut builder = Builder { table: Table::default(), current: ScopeId(0), future_annotations };
    builder.open(ScopeKind::Module, Name::from("top"), Position::default());
    match module {
        Module::Module(body) | Module::Interactive(body) => builder.statements(body)?,
        Module::Expression(e) => builder.expr(e)?,
        Module::FunctionType { argtypes, returns } => {
            builder.exprs(argtypes)?;
            builder.expr(returns)?;
        }
    }
    let mut table = builder.table;
    resolve::resolve(&mut table)?;
    Ok(table)
}

/// State of the first pass.
pub(super) struct Builder {
    pub(super) table: Table,
    pub(super) current: ScopeId,
    pub(super) future_annotations: bool,
}

impl Builder {
    pub(super) fn scope(&mut self) -> &mut Scope {
        self.table.get_mut(self.current)
    }

    /// Opens a scope inside the current one and makes it current.
    pub(super) fn open(&mut self, kind: ScopeKind, name: Name, at: Position) -> ScopeId {
        let id = ScopeId(self.table.scopes.len() as u32);
        let parent = (id.0 > 0).then_some(self.current);
        let (nested, private, sees, in_iterable) = match parent.map(|parent| self.table.get(parent))
        {
            Some(parent) => (
                parent.nested || parent.kind.is_function_like(),
                parent.private.clone(),
                parent.sees_class,
                parent.in_iterable,
            ),
            None => (false, None, false, false),
        };
        let inlined = matches!(
            kind,
            ScopeKind::Comprehension(
                ComprehensionKind::List | ComprehensionKind::Set | ComprehensionKind::Dict
            )
        ) && !sees;
        self.table.scopes.push(Scope {
            kind,
            name,
            at,
            parent,
            children: Vec::new(),
            symbols: Vec::new(),
            index: FxHashMap::default(),
            parameters: Vec::new(),
            free: Vec::new(),
            private,
            nested,
            is_generator: false,
            is_coroutine: false,
            is_async_function: false,
            has_varargs: false,
            has_varkeywords: false,
            inlined,
            sees_class: false,
            needs_class_cell: false,
            needs_class_dict: false,
            conditional_annotations: false,
            annotations: None,
            discarded: false,
            has_walrus: false,
            in_iterable,
            in_target: false,
            in_conditional: false,
            label: "",
        });
        if let Some(parent) = parent {
            self.table.get_mut(parent).children.push(id);
        }
        self.current = id;
        id
    }

    pub(super) fn close(&mut self) {
        if let Some(parent) = self.table.get(self.current).parent {
            self.current = parent;
        }
    }

    pub(super) fn register<T>(&mut self, node: &T, part: Part, id: ScopeId) {
        self.table.by_node.insert((std::ptr::from_ref(node).addr(), part), id);
    }

    /// Notes `flags` for `name` in the current scope.
    pub(super) fn note(&mut self, name: &Name, flags: u16, at: Position) -> Outcome<()> {
        let name = mangle(self.table.get(self.current).private.as_ref(), name);
        self.note_mangled(self.current, &name, flags, at)
    }

    fn note_mangled(&mut self, id: ScopeId, name: &Name, flags: u16, at: Position) -> Outcome<()> {
        let scope = self.table.get_mut(id);
        let in_target = scope.in_target;
        let entry = scope.entry(name);
        if flags & symbol::PARAM != 0 && entry.flags & symbol::PARAM != 0 {
            return Err(Failure::new(
                format!("duplicate argument '{name}' in function definition"),
                at,
            ));
        }
        if flags & symbol::TYPE_PARAM != 0 && entry.flags & symbol::TYPE_PARAM != 0 {
            return Err(Failure::new(format!("duplicate type parameter '{name}'"), at));
        }
        entry.flags |= flags;
        if in_target && flags & symbol::LOCAL != 0 {
            if entry.flags & (symbol::GLOBAL | symbol::NONLOCAL) != 0 {
                return Err(Failure::new(
                    format!(
                        "comprehension inner loop cannot rebind assignment expression target '{name}'"
                    ),
                    at,
                ));
            }
            entry.flags |= symbol::ITERATION;
        }
        if flags & (symbol::GLOBAL | symbol::NONLOCAL) != 0 && entry.declared_at.line == 0 {
            entry.declared_at = at;
        }
        if flags & symbol::PARAM != 0 {
            scope.parameters.push(name.clone());
        }
        if flags & symbol::WALRUS != 0 {
            scope.has_walrus = true;
        }
        if flags & symbol::GLOBAL != 0 {
            // A name that a function declares global is one of the module's.
            let global = self.table.scopes[0].entry(name);
            global.flags |= symbol::GLOBAL;
        }
        Ok(())
    }

    pub(super) fn flags_here(&self, name: &Name) -> u16 {
        let scope = self.table.get(self.current);
        let name = mangle(scope.private.as_ref(), name);
        scope.symbol(&name).map_or(0, |symbol| symbol.flags)
    }

    /// The target of `:=`: inside comprehensions it belongs to the scope around them.
    pub(super) fn walrus_target(&mut self, name: &Name, at: Position) -> Outcome<()> {
        let mut id = self.current;
        let mangled = mangle(self.table.get(id).private.as_ref(), name);
        loop {
            let scope = self.table.get(id);
            match scope.kind {
                ScopeKind::Comprehension(_) => {
                    if scope.symbol(&mangled).is_some_and(|s| s.flags & symbol::ITERATION != 0) {
                        return Err(rebinds(name, at));
                    }
                }
                ScopeKind::Class => {
                    return Err(Failure::new(
                        "assignment expression within a comprehension cannot be used in a class body",
                        at,
                    ));
                }
                ScopeKind::Module => {
                    for inner in self.comprehensions_up_to(id) {
                        self.note_mangled(inner, &mangled, symbol::GLOBAL, at)?;
                    }
                    return self.note_mangled(id, &mangled, symbol::GLOBAL | symbol::LOCAL, at);
                }
                ScopeKind::TypeParameters => {
                    return Err(Failure::new(
                        "assignment expression within a comprehension cannot be used within the definition of a \
                         generic",
                        at,
                    ));
                }
                ScopeKind::TypeAlias => {
                    return Err(Failure::new(
                        "assignment expression within a comprehension cannot be used in a type alias",
                        at,
                    ));
                }
                ScopeKind::TypeVariable => {
                    return Err(Failure::new(
                        "assignment expression within a comprehension cannot be used in a TypeVar bound",
                        at,
                    ));
                }
                ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Annotation => {
                    let global =
                        scope.symbol(&mangled).is_some_and(|s| s.flags & symbol::GLOBAL != 0);
                    let inner = if global { symbol::GLOBAL } else { symbol::NONLOCAL };
                    for comprehension in self.comprehensions_up_to(id) {
                        self.note_mangled(comprehension, &mangled, inner | symbol::WALRUS, at)?;
                    }
                    return self.note_mangled(id, &mangled, symbol::LOCAL | symbol::WALRUS, at);
                }
            }
            match scope.parent {
                Some(parent) => id = parent,
                None => return Ok(()),
            }
        }
    }

    /// The scopes from the current one up to, but without, `end`.
    fn comprehensions_up_to(&self, end: ScopeId) -> Vec<ScopeId> {
        let mut list = Vec::new();
        let mut id = self.current;
        while id != end {
            list.push(id);
            match self.table.get(id).parent {
                Some(parent) => id = parent,
                None => break,
            }
        }
        list
    }

    pub(super) fn comprehension(&mut self, node: &Comprehension, at: Position) -> Outcome<()> {
        let Some(outermost) = node.generators.first() else { return Ok(()) };
        // The first iterable is evaluated outside.
        let saved = std::mem::replace(&mut self.scope().in_iterable, true);
        self.expr(&outermost.iter)?;
        self.scope().in_iterable = saved;
        let (name, what) = match node.kind {
            ComprehensionKind::List => ("<listcomp>", "list comprehension"),
            ComprehensionKind::Set => ("<setcomp>", "set comprehension"),
            ComprehensionKind::Dict => ("<dictcomp>", "dict comprehension"),
            ComprehensionKind::Generator => ("<genexpr>", "generator expression"),
        };
        let id = self.open(ScopeKind::Comprehension(node.kind), Name::from(name), at);
        self.register(node, Part::Body, id);
        self.scope().label = what;
        if !self.table.get(id).inlined {
            self.note(&Name::from(".0"), symbol::PARAM | symbol::USE, at)?;
        }
        if outermost.is_async {
            self.scope().is_coroutine = true;
        }
        self.target(&outermost.target)?;
        self.exprs(&outermost.ifs)?;
        for generator in &node.generators[1..] {
            if generator.is_async {
                self.scope().is_coroutine = true;
            }
            self.target(&generator.target)?;
            let saved = std::mem::replace(&mut self.scope().in_iterable, true);
            self.expr(&generator.iter)?;
            self.scope().in_iterable = saved;
            self.exprs(&generator.ifs)?;
        }
        if let Some(value) = &node.value {
            self.expr(&node.element)?;
            self.expr(value)?;
        } else {
            self.expr(&node.element)?;
        }
        let is_generator = node.kind == ComprehensionKind::Generator;
        self.scope().is_generator = is_generator;
        let is_async = self.scope().is_coroutine;
        self.close();
        if is_async && !is_generator {
            self.scope().is_coroutine = true;
        }
        Ok(())
    }

    fn target(&mut self, e: &crate::ast::Expr) -> Outcome<()> {
        self.scope().in_target = true;
        self.store(e)?;
        self.scope().in_target = false;
        Ok(())
    }
}

fn rebinds(name: &Name, at: Position) -> Failure {
    Failure::new(
        format!("assignment expression cannot rebind comprehension iteration variable '{name}'"),
        at,
    )
}
