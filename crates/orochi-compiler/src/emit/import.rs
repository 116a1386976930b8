//! Imports.

use super::Emitter;
use super::unit::Reg;
use crate::ast::{Alias, Name};
use crate::bytecode::Op;
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};

impl<'t> Emitter<'t> {
    /// `R[dest] = __import__(module, …)`
    fn import_module(&mut self, dest: Reg, module: &Name, level: u32, names: &Constant) {
        let row = self.unit.temporaries(2);
        self.unit.load_constant(row, &Constant::Int(i64::from(level)));
        self.unit.load_constant(row + 1, names);
        self.unit.named(Op::ImportName, 0, dest, row, module);
        self.unit.release(u32::from(row));
    }

    pub(super) fn import(&mut self, names: &'t [Alias], at: Position) -> Outcome<()> {
        for alias in names {
            self.check_target(alias.asname.as_ref().unwrap_or(&alias.name), false, at)?;
            self.at(at);
            let mark = self.unit.top;
            let module = self.unit.temporary();
            self.import_module(module, &alias.name, 0, &Constant::None);
            match &alias.asname {
                None => {
                    let first = match alias.name.split_once('.') {
                        Some((first, _)) => Name::from(first),
                        None => alias.name.clone(),
                    };
                    self.store_name(&first, module);
                }
                Some(asname) => {
                    // `import a.b.c as d` binds the innermost module.
                    for part in alias.name.split('.').skip(1) {
                        self.unit.named(Op::ImportFrom, 0, module, module, &Name::from(part));
                    }
                    self.store_name(asname, module);
                }
            }
            self.unit.release(mark);
        }
        Ok(())
    }

    pub(super) fn import_from(
        &mut self,
        module: Option<&'t Name>,
        names: &'t [Alias],
        level: u32,
        at: Position,
    ) -> Outcome<()> {
        if level == 0 && module.is_some_and(|m| &**m == "__future__") && !self.at_module_level() {
            return Err(Failure::new(
                "from __future__ imports must occur at the beginning of the file",
                at,
            ));
        }
        self.at(at);
        let mark = self.unit.top;
        let register = self.unit.temporary();
        let wanted = names.iter().map(|alias| Constant::Str(alias.name.clone().into())).collect();
        let empty = Name::from("");
        self.import_module(register, module.unwrap_or(&empty), level, &Constant::Tuple(wanted));
        for alias in names {
            if &*alias.name == "*" {
                if !self.at_module_level() {
                    return Err(Failure::new("import * only allowed at module level", at));
                }
                self.unit.ab(Op::ImportStar, register, 0);
                continue;
            }
            self.check_target(alias.asname.as_ref().unwrap_or(&alias.name), false, at)?;
            let value = self.unit.temporary();
            self.at(alias.at);
            self.unit.named(Op::ImportFrom, 0, value, register, &alias.name);
            self.store_name(alias.asname.as_ref().unwrap_or(&alias.name), value);
            self.unit.release(u32::from(value));
        }
        self.unit.release(mark);
        Ok(())
    }
}
