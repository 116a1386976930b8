//! From what the compiler made to a code object: constants become values.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use orochi_compiler::code::{Code as Compiled, Constant, flags};

use super::Code;
use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::set::Set;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

impl Code {
    /// A code object for compiled code. All its nested code objects are made as well.
    pub fn new(th: &mut Thread, compiled: Arc<Compiled>) -> Result<Ref<Code>, Raised> {
        let mut constants = RootVec::with_capacity(compiled.constants.len());
        for constant in &compiled.constants {
            let value = constant_value(th, constant)?;
            constants.push(value);
        }
        let constants = Tuple::from_slice(th, constants.as_slice())?;
        let mut variables = RootVec::with_capacity(compiled.variables.len());
        for variable in &compiled.variables {
            variables.push(th.intern(&variable.name)?.value());
        }
        let variables = Tuple::from_slice(th, variables.as_slice())?;
        Self::assemble(th, compiled, constants, variables, Value::UNBOUND)
    }

    pub(super) fn assemble(
        th: &Thread,
        compiled: Arc<Compiled>,
        constants: Ref<Tuple>,
        variables: Ref<Tuple>,
        globals: Value,
    ) -> Result<Ref<Code>, Raised> {
        let words: Box<[AtomicU64]> = compiled.words.iter().map(|&w| AtomicU64::new(w)).collect();
        let word_count = words.len() as u32;
        let special = flags::VARARGS
            | flags::VARKEYWORDS
            | flags::GENERATOR
            | flags::COROUTINE
            | flags::ASYNC_GENERATOR;
        let simple = compiled.flags & special == 0 && compiled.kwonly_count == 0;
        let name = th.intern(&compiled.name)?;
        let qualname = th.intern(&compiled.qualname)?;
        let filename = th.intern(&compiled.filename)?;
        let (registers, variable_count) = (compiled.registers, compiled.variables.len() as u32);
        let (flags, args) = (compiled.flags, compiled.arg_count);
        let (kwonly, posonly) = (compiled.kwonly_count, compiled.posonly_count);
        Code::allocate(
            th,
            name,
            qualname,
            filename,
            constants,
            variables,
            globals,
            Box::into_raw(words).cast::<AtomicU64>(),
            constants.as_slice().as_ptr(),
            word_count,
            registers,
            variable_count,
            flags,
            args,
            kwonly,
            posonly,
            if simple { compiled.arg_count + 1 } else { 0 },
            Arc::into_raw(compiled),
        )
    }
}

impl Ref<Code> {
    /// The same code with caches of its own, to run with other globals.
    pub(crate) fn fresh_copy(self, th: &Thread, globals: Ref<Dict>) -> Result<Ref<Code>, Raised> {
        // SAFETY: the pointer came from `Arc::into_raw` and is given back when `self` dies.
        let compiled = unsafe {
            Arc::increment_strong_count(self.compiled.get());
            Arc::from_raw(self.compiled.get())
        };
        Code::assemble(th, compiled, self.constants.get(), self.variables.get(), globals.value())
    }
}

/// The value of a constant. Strings that look like names are interned.
pub fn constant_value(th: &mut Thread, constant: &Constant) -> Result<Value, Raised> {
    Ok(match constant {
        Constant::None => Value::NONE,
        Constant::Bool(b) => Value::from_bool(*b),
        Constant::Ellipsis => Value::ELLIPSIS,
        Constant::Int(i) => th.int_from_i64(*i)?,
        Constant::BigInt { negative, words } => th.int_from_words(*negative, words)?,
        Constant::Float(f) => Value::from_f64(*f),
        Constant::Complex(re, im) => th.new_complex(*re, *im)?,
        Constant::Str(bytes) => {
            let name_like = bytes.len() <= 64
                && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80);
            let string = Str::from_generalised_utf8(th, bytes)?;
            if name_like { th.intern_str(string).value() } else { string.value() }
        }
        Constant::Bytes(bytes) => th.new_bytes(bytes)?.value(),
        Constant::Tuple(items) => {
            let mut values = RootVec::with_capacity(items.len());
            for item in items.iter() {
                let value = constant_value(th, item)?;
                values.push(value);
            }
            Tuple::from_slice(th, values.as_slice())?.value()
        }
        Constant::FrozenSet(items) => {
            let mut values = RootVec::with_capacity(items.len());
            for item in items.iter() {
                let value = constant_value(th, item)?;
                values.push(value);
            }
            let members = Set::new(th)?;
            for &item in values.as_slice() {
                members.add(th, item)?;
            }
            Set::frozen(th, members)?.value()
        }
        Constant::Code(code) => Code::new(th, code.clone())?.value(),
    })
}
