//! Variables: where a name is found, and how it is read, assigned and deleted.

use super::Emitter;
use super::unit::Reg;
use crate::ast::Name;
use crate::bytecode::{FOR_UPDATE, Op};
use crate::code::Position;
use crate::error::{Failure, Outcome};
use crate::scope::{Resolution, ScopeKind, mangle};

/// Where a name is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a register.
    Local(Reg),
    /// In a cell made by this code.
    Cell(Reg),
    /// In a cell of the closure.
    Free(Reg),
    /// Among the globals and built-ins.
    Global,
    /// In the namespace in register 0, else global.
    Name,
    /// In the namespace, else in a cell of the closure.
    NameOrFree(Reg),
    /// In the namespace of the class around, whose cell is in the first register; else global.
    ClassOrGlobal(Reg),
    /// The same, else in a cell of the closure.
    ClassOrFree(Reg, Reg),
}

impl Emitter<'_> {
    pub(super) fn mangled(&self, name: &Name) -> Name {
        mangle(self.unit.private.as_ref(), name)
    }

    /// Where the (mangled) name is found.
    pub(super) fn place_of(&self, name: &Name) -> Place {
        let register = |name: &Name| self.unit.registers.get(name).copied();
        for inlined in self.unit.inlined.iter().rev() {
            let found = inlined.registers.get(name).copied();
            match (self.table.get(inlined.scope).resolution(name), found) {
                (Resolution::Local, Some(register)) => return Place::Local(register),
                (Resolution::Cell, Some(register)) => return Place::Cell(register),
                (Resolution::GlobalExplicit | Resolution::GlobalImplicit, _) => {
                    return Place::Global;
                }
                _ => {}
            }
        }
        let scope = self.scope();
        let resolution = scope.resolution(name);
        let inside = !self.unit.inlined.is_empty();
        match scope.kind {
            ScopeKind::Module => match resolution {
                Resolution::GlobalExplicit => Place::Global,
                _ => Place::Name,
            },
            ScopeKind::Class => match (resolution, register(name)) {
                (Resolution::Free, Some(register)) if inside => Place::Free(register),
                (_, Some(register)) if inside => Place::Free(register),
                (Resolution::Free, Some(register)) => Place::NameOrFree(register),
                (Resolution::Cell, Some(register)) => Place::Cell(register),
                (Resolution::GlobalExplicit, _) => Place::Global,
                _ => Place::Name,
            },
            _ => {
                let class =
                    if scope.sees_class { register(&Name::from("__classdict__")) } else { None };
                let special = name.starts_with('.')
                    || matches!(
                        &**name,
                        "__classdict__" | "__class__" | "__conditional_annotations__"
                    );
                match (resolution, register(name), class) {
                    (Resolution::Local, Some(register), _) => Place::Local(register),
                    (Resolution::Cell, Some(register), _) => Place::Cell(register),
                    (Resolution::Free, Some(register), Some(class)) if !special => {
                        Place::ClassOrFree(class, register)
                    }
                    (Resolution::Free, Some(register), _) => Place::Free(register),
                    (Resolution::GlobalImplicit | Resolution::Unknown, _, Some(class)) => {
                        Place::ClassOrGlobal(class)
                    }
                    _ => Place::Global,
                }
            }
        }
    }

    /// Checks that a local is bound, unless that is known.
    pub(super) fn check_bound(&mut self, register: Reg, name: &Name) {
        if !self.unit.is_bound(register) {
            self.unit.named(Op::CheckBound, 0, register, 0, name);
            self.unit.set_bound(register);
        }
    }

    /// The register of a local, if that is what the name is.
    pub(super) fn local_register(&self, name: &Name) -> Option<Reg> {
        match self.place_of(&self.mangled(name)) {
            Place::Local(register) => Some(register),
            _ => None,
        }
    }

    /// `R[dest] = name`
    pub(super) fn load_name(&mut self, name: &Name, dest: Reg) {
        self.load_name_for(name, dest, 0);
    }

    /// As [`Emitter::load_name`]; `update` is [`FOR_UPDATE`] if an assignment follows.
    pub(super) fn load_name_for(&mut self, name: &Name, dest: Reg, update: u8) {
        let name = self.mangled(name);
        debug_assert!(update == 0 || update == FOR_UPDATE);
        match self.place_of(&name) {
            Place::Local(register) => {
                self.check_bound(register, &name);
                self.unit.copy(dest, register);
            }
            Place::Cell(register) => {
                self.unit.named(Op::LoadCell, update << 1, dest, register, &name)
            }
            Place::Free(register) => {
                self.unit.named(Op::LoadCell, 1 | update << 1, dest, register, &name)
            }
            Place::Global => self.unit.named(Op::LoadGlobal, update, dest, 0, &name),
            Place::Name => self.unit.named(Op::LoadName, update, dest, 0, &name),
            Place::NameOrFree(cell) => self.load_through(None, Some(cell), dest, &name),
            Place::ClassOrGlobal(class) => self.load_through(Some(class), None, dest, &name),
            Place::ClassOrFree(class, cell) => {
                self.load_through(Some(class), Some(cell), dest, &name)
            }
        }
    }

    /// Looks into a namespace (that of this code, or of the class whose cell is given) first.
    fn load_through(&mut self, class: Option<Reg>, cell: Option<Reg>, dest: Reg, name: &Name) {
        let mark = self.unit.top;
        let value = if self.unit.is_temporary(dest) { dest } else { self.unit.temporary() };
        let namespace = match class {
            None => 0,
            Some(class) => {
                let namespace = self.unit.temporary();
                self.unit.named(Op::LoadCell, 1, namespace, class, &Name::from("__classdict__"));
                namespace
            }
        };
        let found = self.unit.label();
        self.unit.named(Op::LookupName, 0, value, namespace, name);
        self.unit.jump_op(Op::JumpIfBound, 0, value, 0, found);
        match cell {
            Some(cell) => self.unit.named(Op::LoadCell, 1, value, cell, name),
            None => self.unit.named(Op::LoadGlobal, 0, value, 0, name),
        }
        self.unit.place(found);
        self.unit.copy(dest, value);
        self.unit.release(mark);
    }

    /// `name = R[value]`
    pub(super) fn store_name(&mut self, name: &Name, value: Reg) {
        let name = self.mangled(name);
        match self.place_of(&name) {
            Place::Local(register) => {
                self.unit.copy(register, value);
                self.unit.set_bound(register);
            }
            Place::Cell(register) | Place::Free(register) => {
                self.unit.ab(Op::StoreCell, register, value)
            }
            Place::NameOrFree(register) if self.is_nonlocal(&name) => {
                self.unit.ab(Op::StoreCell, register, value)
            }
            Place::ClassOrFree(_, register) => self.unit.ab(Op::StoreCell, register, value),
            Place::Global | Place::ClassOrGlobal(_) => {
                self.unit.named(Op::StoreGlobal, 0, value, 0, &name)
            }
            Place::Name | Place::NameOrFree(_) => {
                self.unit.named(Op::StoreName, 0, value, 0, &name)
            }
        }
    }

    fn is_nonlocal(&self, name: &Name) -> bool {
        self.scope().symbol(name).is_some_and(|s| s.flags & crate::scope::symbol::NONLOCAL != 0)
    }

    /// `del name`
    pub(super) fn delete_name(&mut self, name: &Name) {
        let name = self.mangled(name);
        match self.place_of(&name) {
            Place::Local(register) => {
                self.check_bound(register, &name);
                self.unit.a(Op::Unbind, register);
                self.unit.set_unbound(register);
            }
            Place::Cell(register) => self.unit.named(Op::DelCell, 0, register, 0, &name),
            Place::Free(register) | Place::ClassOrFree(_, register) => {
                self.unit.named(Op::DelCell, 1, register, 0, &name);
            }
            Place::NameOrFree(register) if self.is_nonlocal(&name) => {
                self.unit.named(Op::DelCell, 1, register, 0, &name);
            }
            Place::Global | Place::ClassOrGlobal(_) => {
                self.unit.named(Op::DelGlobal, 0, 0, 0, &name)
            }
            Place::Name | Place::NameOrFree(_) => self.unit.named(Op::DelName, 0, 0, 0, &name),
        }
    }

    /// Refuses to assign to or delete `__debug__`.
    pub(super) fn check_target(&self, name: &str, deleting: bool, at: Position) -> Outcome<()> {
        if name == "__debug__" {
            let verb = if deleting { "delete" } else { "assign to" };
            return Err(Failure::new(format!("cannot {verb} __debug__"), at));
        }
        Ok(())
    }
}
