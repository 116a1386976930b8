//! Calls. Callable and arguments are evaluated into consecutive registers above every live
//! temporary, because the callee's window lies over them; a method is looked up straight into the
//! call's base, and `super().name` without making the `super` object.

use super::Emitter;
use super::unit::Reg;
use crate::ast::*;
use crate::bytecode::{METHOD_FORM, Op};
use crate::code::{Constant, Position};
use crate::error::{Failure, Outcome};
use crate::scope::{Resolution, ScopeKind};

/// Calls with more positional arguments than this pass a list.
const MAX_POSITIONAL: usize = 200;
/// `CallKw` counts arguments in seven bits.
const MAX_WITH_KEYWORDS: usize = 127;

impl<'t> Emitter<'t> {
    /// The first register of a call: `dest`, if that is the last temporary.
    pub(super) fn call_base(&mut self, dest: Reg) -> Reg {
        if self.unit.is_temporary(dest) && u32::from(dest) + 1 == self.unit.top {
            return dest;
        }
        self.unit.temporary()
    }

    pub(super) fn call(
        &mut self,
        func: &'t Expr,
        args: &'t [Expr],
        keywords: &'t [Keyword],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        self.check_call(func);
        check_keywords(keywords)?;
        if must_spread(args, keywords) {
            let base = self.call_base(dest);
            self.expr_to(func, base)?;
            self.unit.temporaries(2);
            return self.call_spread(base, args, keywords, at, dest);
        }
        // A method call looks the method up into the base.
        if let ExprKind::Attribute { value, attr } = &func.kind {
            let base = self.call_base(dest);
            let mark = self.unit.top;
            self.unit.temporaries(3);
            if !self.super_attribute(value, attr, func.at, base, true)? {
                self.unit.release(mark);
                let object = self.first_operand(value, &[], base)?;
                self.at(func.at);
                let attr = self.mangled(attr);
                self.unit.named(Op::GetMethod, 0, base, object, &attr);
                self.unit.release(mark);
                self.unit.temporaries(3);
            }
            return self.arguments(base, METHOD_FORM, args, keywords, at, dest);
        }
        let base = self.call_base(dest);
        self.expr_to(func, base)?;
        self.unit.temporaries(2);
        self.arguments(base, 0, args, keywords, at, dest)
    }

    /// Evaluates arguments behind a base whose callable is in place, and calls.
    fn arguments(
        &mut self,
        base: Reg,
        form: u8,
        args: &'t [Expr],
        keywords: &'t [Keyword],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        self.row(args)?;
        for keyword in keywords {
            let register = self.unit.temporary();
            self.expr_to(&keyword.value, register)?;
        }
        self.at(at);
        if keywords.is_empty() {
            self.unit.push(Op::Call, form, dest, base, args.len() as u16);
        } else {
            let names = Self::keyword_names(keywords);
            let count = (args.len() + keywords.len()) as u8;
            let constant = self.unit.constant(&names);
            self.unit.push_wide(Op::CallKw, form | count, dest, base, constant);
        }
        Ok(())
    }

    fn keyword_names(keywords: &[Keyword]) -> Constant {
        Constant::Tuple(
            keywords
                .iter()
                .filter_map(|k| k.arg.as_ref())
                .map(|name| Constant::Str(name.clone().into()))
                .collect(),
        )
    }

    /// A call with `*` or `**`, or with very many arguments. The callable is in `R[base]`, and
    /// two more registers are reserved.
    pub(super) fn call_spread(
        &mut self,
        base: Reg,
        args: &'t [Expr],
        keywords: &'t [Keyword],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let positional = self.unit.temporaries(2);
        self.spread_positional(positional, args, at)?;
        self.finish_spread(base, positional, keywords, at, dest)
    }

    fn spread_positional(
        &mut self,
        positional: Reg,
        args: &'t [Expr],
        at: Position,
    ) -> Outcome<()> {
        if let [Expr { kind: ExprKind::Starred(inner), .. }] = args {
            // `f(*args)`: the call itself turns the iterable into a tuple.
            return self.expr_to(inner, positional);
        }
        self.gather(Op::BuildList, Op::ListAppend, Op::ListExtend, args, at, positional)
    }

    /// Gathers the keywords and calls: `R[positional]` holds the arguments.
    pub(super) fn finish_spread(
        &mut self,
        base: Reg,
        positional: Reg,
        keywords: &'t [Keyword],
        at: Position,
        dest: Reg,
    ) -> Outcome<()> {
        let mapping = positional + 1;
        self.at(at);
        if keywords.is_empty() {
            self.unit.a(Op::Unbind, mapping);
        } else {
            let mark = self.unit.top;
            let plain = keywords.iter().take(64).take_while(|k| k.arg.is_some()).count();
            self.keyword_dict(&keywords[..plain], mapping)?;
            self.unit.release(mark);
            for keyword in &keywords[plain..] {
                let value = self.unit.temporary();
                match &keyword.arg {
                    None => self.expr_to(&keyword.value, value)?,
                    Some(_) => self.keyword_dict(std::slice::from_ref(keyword), value)?,
                }
                self.at(at);
                self.unit.push(Op::DictMerge, 0, mapping, value, base);
                self.unit.release(mark);
            }
        }
        self.at(at);
        self.unit.push(Op::CallEx, 0, dest, base, 0);
        Ok(())
    }

    fn keyword_dict(&mut self, keywords: &'t [Keyword], dest: Reg) -> Outcome<()> {
        let first = self.unit.temporaries(0);
        for keyword in keywords {
            let register = self.unit.temporaries(2);
            if let Some(name) = &keyword.arg {
                self.load_text(register, name);
            }
            self.expr_to(&keyword.value, register + 1)?;
        }
        self.unit.push(Op::BuildDict, 0, dest, first, keywords.len() as u16);
        Ok(())
    }

    /// `super().attr` and `super(a, b).attr`, if that is what `value.attr` is: as a value in
    /// `dest`, or looked up to be called at base `dest`.
    pub(super) fn super_attribute(
        &mut self,
        value: &'t Expr,
        attr: &Name,
        at: Position,
        dest: Reg,
        method: bool,
    ) -> Outcome<bool> {
        let ExprKind::Call { func, args, keywords } = &value.kind else { return Ok(false) };
        let ExprKind::Name(name) = &func.kind else { return Ok(false) };
        if &**name != "super" || !keywords.is_empty() || !self.is_super_visible() {
            return Ok(false);
        }
        let explicit = match &args[..] {
            [] => false,
            [a, b]
                if !matches!(a.kind, ExprKind::Starred(_))
                    && !matches!(b.kind, ExprKind::Starred(_)) =>
            {
                true
            }
            _ => return Ok(false),
        };
        let scope = self.scope();
        let inlined = !self.unit.inlined.is_empty();
        let receiver = scope.parameters.first();
        let class = Name::from("__class__");
        if !explicit {
            let has_class =
                self.unit.registers.contains_key(&class) && scope.kind != ScopeKind::Class;
            if receiver.is_none_or(|name| name.starts_with('.')) || !has_class || inlined {
                return Ok(false);
            }
        }
        let mark = self.unit.top;
        let row = self.unit.temporaries(3);
        self.expr_to(func, row)?;
        if let [a, b] = &args[..] {
            self.expr_to(a, row + 1)?;
            self.expr_to(b, row + 2)?;
        } else if let Some(receiver) = receiver {
            self.at(value.at);
            self.load_name(&class, row + 1);
            self.load_plain(receiver, row + 2);
        }
        self.at(at);
        let attr = self.mangled(attr);
        let d = u8::from(method) | if explicit { 2 } else { 0 };
        self.unit.named(Op::GetSuper, d, dest, row, &attr);
        self.unit.release(mark);
        Ok(true)
    }

    /// Loads a variable whose name is mangled already.
    fn load_plain(&mut self, name: &Name, dest: Reg) {
        let private = self.unit.private.take();
        self.load_name(name, dest);
        self.unit.private = private;
    }

    /// Whether `super` here can only be the built-in.
    fn is_super_visible(&self) -> bool {
        let scope = self.scope();
        let implicit =
            |resolution| matches!(resolution, Resolution::GlobalImplicit | Resolution::Unknown);
        scope.kind.is_function_like()
            && implicit(scope.resolution("super"))
            && self.table.get(crate::scope::ScopeId(0)).resolution("super") != Resolution::Local
    }
}

/// Whether the arguments need a list and a dict.
pub(super) fn must_spread(args: &[Expr], keywords: &[Keyword]) -> bool {
    args.iter().any(|e| matches!(e.kind, ExprKind::Starred(_)))
        || keywords.iter().any(|k| k.arg.is_none())
        || args.len() > MAX_POSITIONAL
        || (!keywords.is_empty() && args.len() + keywords.len() > MAX_WITH_KEYWORDS)
}

/// Refuses a keyword that is given twice.
pub(super) fn check_keywords(keywords: &[Keyword]) -> Outcome<()> {
    for (i, keyword) in keywords.iter().enumerate() {
        let Some(name) = &keyword.arg else { continue };
        if &**name == "__debug__" {
            return Err(Failure::new("cannot assign to __debug__", keyword.at));
        }
        if let Some(again) = keywords[i + 1..].iter().find(|k| k.arg.as_ref() == Some(name)) {
            return Err(Failure::new(format!("keyword argument repeated: {name}"), again.at));
        }
    }
    Ok(())
}
