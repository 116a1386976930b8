//! Walking from match to match: `scanner` and `finditer`.

use orochi_regex::Cursor;
use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;

use super::matched::Match;
use super::pattern::Pattern;
use super::run::{self, Subject};

heap_object! {
    /// A scanner, or the iterator of `finditer`.
    pub struct Scanner: SCANNER {
        values {
            /// The pattern.
            pattern: Ref<Pattern>,
            /// What was given to be matched.
            string: Value,
            /// The string itself, or a copy of the bytes.
            subject: Value,
        }
        storage {}
        data {
            /// The place reached.
            cursor: Cursor,
            /// Where the walk began.
            pos: usize,
            /// Where it ends.
            endpos: usize,
        }
    }
}

/// `_sre.SRE_Scanner`
pub static SCANNER: TypeSpec = TypeSpec {
    module: "_sre",
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("SRE_Scanner", NativeLayout::of::<Scanner>())
};

/// What `finditer` returns.
pub static ITERATOR: TypeSpec = TypeSpec {
    flags: TypeFlags::NO_NEW,
    same_layout: Some(&SCANNER),
    next: Some(next),
    ..TypeSpec::named("callable_iterator", NativeLayout::of::<Scanner>())
};

static METHODS: &[Method] = &[
    method("match($self, /)", |th, args| step(th, args[0], true), ""),
    method("search($self, /)", |th, args| step(th, args[0], false), ""),
];

static GETSET: &[GetSet] = &[getter(
    "pattern",
    |th, this| {
        let scanner = th.receiver::<Scanner>(this)?;
        Ok(th.read(scanner)?.pattern.get().value())
    },
    "",
)];

fn make(th: &mut Thread, args: &[Value], spec: &'static TypeSpec) -> Result<Value, Raised> {
    let pattern = th.receiver::<Pattern>(args[0])?;
    let subject = Subject::of(th, pattern, args[1])?;
    let (pos, end) = run::span(th, args[2], args[3], subject.len())?;
    let cursor = Cursor::new(pos, end);
    let made = Scanner::allocate_as(
        th,
        spec.shape(),
        pattern,
        args[1],
        subject.value(),
        cursor,
        pos,
        end,
    )?;
    Ok(made.value())
}

pub(super) fn scanner(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    make(th, args, &SCANNER)
}

pub(super) fn finditer(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    make(th, args, &ITERATOR)
}

fn advance(th: &mut Thread, this: Value, anchored: bool) -> Result<Option<Value>, Raised> {
    let this = th.receiver::<Scanner>(this)?;
    let (pattern, string, subject, mut cursor, span) = {
        let state = th.read(this)?;
        let span = (state.pos.get(), state.endpos.get());
        (state.pattern.get(), state.string.get(), state.subject.get(), state.cursor.get(), span)
    };
    let Some(subject) = Subject::from_value(subject) else { return Ok(None) };
    let hit = run::advance(th, pattern, subject, &mut cursor, anchored)?;
    let state = th.write(this)?;
    state.cursor.set(state.token(), cursor);
    match hit {
        Some(hit) => Match::make(th, pattern, string, span, &hit).map(Some),
        None => Ok(None),
    }
}

fn next(th: &mut Thread, this: Value) -> Result<Option<Value>, Raised> {
    advance(th, this, false)
}

fn step(th: &mut Thread, this: Value, anchored: bool) -> Result<Value, Raised> {
    Ok(advance(th, this, anchored)?.unwrap_or(Value::NONE))
}
