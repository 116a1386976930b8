//! The second pass: where each name of each scope is found.
//!
//! A name that its scope binds is local. Any other is looked for in the enclosing functions,
//! innermost first, class bodies skipped; the owner's variable becomes a cell if a real function
//! lies in between, and every scope on the way carries the name in its closure. What no function
//! binds is global.

use super::{Resolution, ScopeId, ScopeKind, Table, symbol};
use crate::ast::Name;
use crate::error::{Failure, Outcome};

/// Resolves every name in `table`.
pub fn resolve(table: &mut Table) -> Outcome<()> {
    // Explicit declarations and bindings first: lookups need them all.
    for scope in &mut table.scopes {
        for symbol in &mut scope.symbols {
            symbol.resolution = if symbol.flags & symbol::GLOBAL != 0 {
                if symbol.flags & symbol::NONLOCAL != 0 {
                    let message = format!("name '{}' is nonlocal and global", symbol.name);
                    return Err(Failure::new(message, symbol.declared_at));
                }
                Resolution::GlobalExplicit
            } else if symbol.flags & symbol::NONLOCAL != 0 {
                Resolution::Unknown
            } else if symbol.flags & symbol::BOUND != 0 {
                Resolution::Local
            } else {
                Resolution::Unknown
            };
        }
    }
    for symbol in &mut table.scopes[0].symbols {
        if symbol.resolution == Resolution::Unknown {
            symbol.resolution = Resolution::GlobalImplicit;
        }
    }
    for i in 1..table.scopes.len() {
        if is_discarded(table, ScopeId(i as u32)) {
            continue;
        }
        let mut j = 0;
        // Looking names up may add some to scopes on the way, and only at the end.
        while j < table.scopes[i].symbols.len() {
            let symbol = &table.scopes[i].symbols[j];
            if symbol.resolution == Resolution::Unknown {
                let (name, nonlocal) = (symbol.name.clone(), symbol.flags & symbol::NONLOCAL != 0);
                look_up(table, ScopeId(i as u32), &name, nonlocal)?;
            }
            j += 1;
        }
    }
    for scope in &mut table.scopes {
        scope.free.sort_unstable();
        scope.free.dedup();
    }
    Ok(())
}

fn is_discarded(table: &Table, mut id: ScopeId) -> bool {
    loop {
        let scope = table.get(id);
        if scope.discarded {
            return true;
        }
        match scope.parent {
            Some(parent) => id = parent,
            None => return false,
        }
    }
}

fn look_up(table: &mut Table, id: ScopeId, name: &Name, nonlocal: bool) -> Outcome<()> {
    if is_global_in_class(table, id, name) {
        if let Some(symbol) = table.get_mut(id).symbol_mut(name) {
            symbol.resolution = Resolution::GlobalExplicit;
        }
        return Ok(());
    }
    let owner = find(table, id, name, nonlocal)?;
    let Some(owner) = owner else {
        let scope = table.get_mut(id);
        if let Some(symbol) = scope.symbol_mut(name) {
            symbol.resolution = Resolution::GlobalImplicit;
        }
        return Ok(());
    };
    // From here up to the owner, every scope of its own code has the name in its closure.
    let mut crossed = false;
    let mut at = id;
    while at != owner {
        let scope = table.get_mut(at);
        if scope.inlined {
            let symbol = scope.entry(name);
            if symbol.resolution == Resolution::Unknown {
                symbol.resolution = Resolution::Free;
            }
        } else {
            crossed = true;
            let is_class = scope.kind == ScopeKind::Class;
            let symbol = scope.entry(name);
            if is_class && symbol.flags & symbol::BOUND != 0 && symbol.flags & symbol::NONLOCAL == 0
            {
                symbol.flags |= symbol::FREE_CLASS;
            } else if symbol.resolution == Resolution::Unknown {
                symbol.resolution = Resolution::Free;
            }
            scope.free.push(name.clone());
        }
        match scope.parent {
            Some(parent) => at = parent,
            None => break,
        }
    }
    if !crossed {
        return Ok(());
    }
    let scope = table.get_mut(owner);
    if scope.kind == ScopeKind::Class {
        match &**name {
            "__class__" => scope.needs_class_cell = true,
            "__classdict__" => scope.needs_class_dict = true,
            _ => {
                if let Some(symbol) = scope.symbol_mut(name) {
                    symbol.resolution = Resolution::Cell;
                }
            }
        }
    } else if let Some(symbol) = scope.symbol_mut(name) {
        symbol.resolution = Resolution::Cell;
    }
    Ok(())
}

/// Whether the scope sees the namespace of a class in which the name is declared `global`.
fn is_global_in_class(table: &Table, id: ScopeId, name: &Name) -> bool {
    let mut at = id;
    loop {
        let scope = table.get(at);
        let Some(parent) = scope.parent else { return false };
        if !scope.sees_class {
            return false;
        }
        let around = table.get(parent);
        if around.kind == ScopeKind::Class {
            return around.symbol(name).is_some_and(|s| s.flags & symbol::GLOBAL != 0);
        }
        at = parent;
    }
}

/// The scope whose variable `name` is, seen from `id`.
fn find(table: &Table, id: ScopeId, name: &Name, nonlocal: bool) -> Outcome<Option<ScopeId>> {
    let start = table.get(id);
    let mut sees_class = start.sees_class;
    let mut next = start.parent;
    // An inlined comprehension right in a class body cannot have the class in its closure.
    let mut inlined_so_far = start.inlined;
    while let Some(at) = next {
        let scope = table.get(at);
        match scope.kind {
            ScopeKind::Module => break,
            ScopeKind::Class => {
                match &**name {
                    "__class__" if inlined_so_far => return Ok(None),
                    "__class__" | "__classdict__" => return Ok(Some(at)),
                    "__conditional_annotations__"
                        if scope.conditional_annotations && sees_class =>
                    {
                        return Ok(Some(at));
                    }
                    _ => {}
                }
                if sees_class
                    && scope.symbol(name).is_some_and(|s| {
                        s.flags & (symbol::GLOBAL | symbol::BOUND) != 0
                            && s.flags & symbol::NONLOCAL == 0
                    })
                {
                    // Through the namespace of the class, else global.
                    return Ok(None);
                }
                sees_class = false;
                inlined_so_far = false;
            }
            _ => {
                if let Some(symbol) = scope.symbol(name) {
                    if symbol.flags & symbol::GLOBAL != 0 {
                        break;
                    }
                    if symbol.flags & symbol::BOUND != 0 && symbol.flags & symbol::NONLOCAL == 0 {
                        if nonlocal && symbol.flags & symbol::TYPE_PARAM != 0 {
                            let message =
                                format!("nonlocal binding not allowed for type parameter '{name}'");
                            return Err(Failure::new(message, declared_at(table, id, name)));
                        }
                        return Ok(Some(at));
                    }
                }
                sees_class &= scope.sees_class;
                inlined_so_far &= scope.inlined;
            }
        }
        next = scope.parent;
    }
    if nonlocal {
        let message = format!("no binding for nonlocal '{name}' found");
        return Err(Failure::new(message, declared_at(table, id, name)));
    }
    Ok(None)
}

fn declared_at(table: &Table, id: ScopeId, name: &Name) -> crate::code::Position {
    table.get(id).symbol(name).map(|symbol| symbol.declared_at).unwrap_or_default()
}
