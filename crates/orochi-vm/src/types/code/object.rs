//! The code object: what the compiler made, with constants as values and words that hold the
//! interpreter's inline caches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use orochi_compiler::code::Code as Compiled;

use super::SPEC;
use crate::heap::{Header, Value};
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

heap_object! {
    /// A code object.
    pub immutable struct Code: SPEC {
        values {
            /// `co_name`
            name: Ref<Str>,
            /// `co_qualname`
            qualname: Ref<Str>,
            /// `co_filename`
            filename: Ref<Str>,
            /// The constants, as `K[..]` of the instructions name them.
            constants: Ref<Tuple>,
            /// Names of the variables, by register.
            variables: Ref<Tuple>,
            /// The namespace whose cells the caches hold; unbound until the code first runs.
            globals: Value,
        }
        storage {}
        data {
            /// The first instruction word. The cache words among them change, by single stores.
            words: *const AtomicU64,
            /// The constants' values (the tuple's items).
            constant_values: *const Value,
            /// How many words there are.
            word_count: u32,
            /// Registers of the window.
            registers: u32,
            /// How many variables there are: the first registers.
            variable_count: u32,
            /// `co_flags`
            flags: u32,
            /// Positional parameters.
            arg_count: u32,
            /// Keyword-only parameters.
            kwonly_count: u32,
            /// Positional-only parameters.
            posonly_count: u32,
            /// `arg_count` plus one if a call with so many positional arguments needs no more than
            /// a window (no `*args`, no `**kwargs`, no keyword-only parameters, no generator); or zero.
            simple: u32,
            /// What the compiler made: positions, exception table, names. Owned by this object.
            compiled: *const Compiled,
        }
    }
}

impl Code {
    /// What the compiler made.
    #[inline]
    pub fn compiled(&self) -> &Compiled {
        // SAFETY: an `Arc` leaked by the constructor, given back when the object is swept.
        unsafe { &*self.compiled.get() }
    }

    /// The instruction words.
    pub fn words(&self) -> &[AtomicU64] {
        // SAFETY: so many words were leaked by the constructor.
        unsafe { std::slice::from_raw_parts(self.words.get(), self.word_count.get() as usize) }
    }

    /// How many parameters there are in all, `*args` and `**kwargs` included.
    pub fn parameter_count(&self) -> usize {
        use orochi_compiler::code::flags;
        let flags = self.flags.get();
        let extra =
            u32::from(flags & flags::VARARGS != 0) + u32::from(flags & flags::VARKEYWORDS != 0);
        (self.arg_count.get() + self.kwonly_count.get() + extra) as usize
    }

    /// The line of the instruction at `pc`, or 0.
    pub fn line_at(&self, pc: *const u64) -> u32 {
        self.position_at(self.offset_of(pc)).line
    }

    /// The word offset of an instruction's address.
    pub fn offset_of(&self, pc: *const u64) -> u32 {
        ((pc as usize).wrapping_sub(self.words.get() as usize) / 8) as u32
    }

    /// Where the instruction at a word offset comes from; an instruction on no line counts to
    /// the one before.
    pub fn position_at(&self, offset: u32) -> orochi_compiler::code::Position {
        let positions = &self.compiled().positions;
        let after = positions.partition_point(|&(start, _)| start <= offset);
        let located = positions[..after].iter().rfind(|(_, at)| at.line != 0);
        located.or(positions[..after].last()).map_or_else(Default::default, |&(_, at)| at)
    }

    /// The line of the instruction at a word offset; 0 if it is on none.
    pub fn own_line_at(&self, offset: u32) -> u32 {
        let positions = &self.compiled().positions;
        let after = positions.partition_point(|&(start, _)| start <= offset);
        positions[..after].last().map_or(0, |(_, at)| at.line)
    }
}

/// The offset that Python sees of the instruction at a word offset: a word counts as a code unit of
/// two bytes, and the first unit is one that stands for the entry of the function.
pub fn shown_offset(word: u32) -> i64 {
    (i64::from(word) + 1) * 2
}

/// The word offset that Python sees as this one; none for the entry.
pub fn word_offset(shown: i64) -> Option<u32> {
    u32::try_from(shown / 2 - 1).ok()
}

impl Ref<Code> {
    /// Whether the code may run with these globals: it has not run with others before. The code
    /// keeps them alive, as its caches hold their cells.
    pub(crate) fn claim(self, th: &Thread, globals: Ref<Dict>) -> bool {
        // SAFETY: the field is a word that is accessed as an atomic here and by the collector.
        let word = unsafe { &*std::ptr::from_ref(&self.globals).cast::<AtomicU64>() };
        let (unbound, wanted) = (Value::UNBOUND.bits(), globals.value().bits());
        match word.compare_exchange(unbound, wanted, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                th.heap_write_note(self.header());
                true
            }
            Err(own) => own == wanted,
        }
    }
}

impl Ref<Code> {
    /// Sets `co_filename` of the code and all code in it: it was compiled elsewhere.
    pub fn fix_filename(self, th: &crate::thread::Thread, filename: Ref<Str>) {
        let old = self.filename.get();
        let mut open = crate::heap::RootVec::new();
        open.push(self.value());
        while let Some(value) = open.pop() {
            let Some(code) = crate::object::ValueCast::cast::<Code>(value) else { continue };
            if !Str::equal(code.filename.get(), old) {
                continue;
            }
            th.heap_write_note(code.header());
            code.filename.set_cache(filename);
            for &constant in code.constants.get().as_slice() {
                open.push(constant);
            }
        }
    }
}

/// Gives back the words and the compiled code.
///
/// # Safety
/// `object` is a dead code object.
pub(super) unsafe fn free(object: *mut Header) {
    // SAFETY: both were leaked by the constructor and belong to this object alone.
    unsafe {
        let code = &*object.cast::<Code>();
        let words = code.words.get().cast_mut();
        let count = code.word_count.get() as usize;
        let words = Box::from_raw(std::ptr::slice_from_raw_parts_mut(words, count));
        crate::interpreter::cache::bury(words);
        drop(Arc::from_raw(code.compiled.get()));
    }
}
