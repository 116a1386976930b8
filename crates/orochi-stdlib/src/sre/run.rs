//! Running the engine on a subject.

use std::cell::Cell;

use orochi_regex::{Context, Cursor, Found, MatchError, Scratch};
use orochi_text::{Text, with_units};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;

use super::matched::Match;
use super::pattern::{Pattern, Subject as Kind};

/// How a match may start and must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// At the position given.
    Match,
    /// At the position given, up to the end.
    Full,
    /// Anywhere.
    Search,
}

/// What a pattern is matched with: immutable, or a copy of what was given.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A string.
    Text(Ref<Str>),
    /// Bytes.
    Bytes(Ref<Bytes>),
}

impl Subject {
    /// The subject that an argument is, checked against the kind of the pattern.
    #[inline]
    pub fn of(th: &mut Thread, pattern: Ref<Pattern>, value: Value) -> Result<Subject, Raised> {
        let kind = pattern.kind.get();
        if let Some(text) = value.cast::<Str>() {
            if kind == Kind::Bytes {
                return Err(th.type_error("cannot use a bytes pattern on a string-like object"));
            }
            return Ok(Subject::Text(text));
        }
        if !th.is_bytes_like(value) {
            let name = th.type_name(value);
            return Err(
                th.type_error(format!("expected string or bytes-like object, got '{name}'"))
            );
        }
        let bytes = match value.cast::<Bytes>() {
            Some(bytes) => bytes,
            None => {
                let copy = th.bytes_of(value)?;
                th.new_bytes(&copy)?
            }
        };
        if kind == Kind::Text {
            return Err(th.type_error("cannot use a string pattern on a bytes-like object"));
        }
        Ok(Subject::Bytes(bytes))
    }

    /// The number of characters or bytes.
    pub fn len(self) -> usize {
        match self {
            Subject::Text(text) => text.len(),
            Subject::Bytes(bytes) => bytes.len(),
        }
    }

    /// As a value.
    pub fn value(self) -> Value {
        match self {
            Subject::Text(text) => text.value(),
            Subject::Bytes(bytes) => bytes.value(),
        }
    }

    /// The subject that [`Self::value`] has given.
    pub fn from_value(value: Value) -> Option<Subject> {
        match value.cast::<Str>() {
            Some(text) => Some(Subject::Text(text)),
            None => value.cast::<Bytes>().map(Subject::Bytes),
        }
    }

    /// A part of it, as an object of its kind.
    #[inline]
    pub fn slice(self, th: &Thread, start: usize, end: usize) -> Result<Value, Raised> {
        match self {
            Subject::Text(text) => Ok(Str::slice(th, text, start..end)?.value()),
            Subject::Bytes(bytes) => {
                let all = bytes.as_slice();
                if start == 0 && end >= all.len() && bytes.value().cast_exact::<Bytes>().is_some() {
                    return Ok(bytes.value());
                }
                let end = end.min(all.len());
                Ok(th.new_bytes(&all[start.min(end)..end])?.value())
            }
        }
    }

    /// An empty object of its kind.
    pub fn empty(self, th: &Thread) -> Result<Value, Raised> {
        match self {
            Subject::Text(_) => Ok(th.vm.empty_str.get().value()),
            Subject::Bytes(_) => Ok(th.new_bytes(&[])?.value()),
        }
    }
}

/// The span that `pos` and `endpos` mean in a subject of this length.
#[inline]
pub fn span(
    th: &mut Thread,
    pos: Value,
    end: Value,
    length: usize,
) -> Result<(usize, usize), Raised> {
    let clamp = |th: &mut Thread, value: Value, missing: usize| -> Result<usize, Raised> {
        if value.is_unbound() {
            return Ok(missing);
        }
        let index = if value.is_int() { value.as_int() } else { th.index_clamped(value)? };
        Ok(usize::try_from(index).unwrap_or(0).min(length))
    };
    let (pos, end) = (clamp(th, pos, 0)?, clamp(th, end, length)?);
    Ok((pos.min(end), end))
}

thread_local! {
    /// Buffers of the engine; taken while a match runs, since what a poll runs may match too.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Runs `attempt` with a context that polls.
#[inline]
pub fn with_context<R>(
    th: &mut Thread,
    attempt: impl FnOnce(&mut Context<'_>) -> Result<R, MatchError>,
) -> Result<R, Raised> {
    let mut scratch = SCRATCH.take().unwrap_or_default();
    let mut raised = None;
    let outcome = {
        let mut poll = || match th.poll() {
            Ok(()) => false,
            Err(error) => {
                raised = Some(error);
                true
            }
        };
        let mut context = Context::new(&mut scratch);
        context.limits.poll = Some(&mut poll);
        attempt(&mut context)
    };
    SCRATCH.set(Some(scratch));
    match outcome {
        Ok(found) => Ok(found),
        Err(MatchError::Memory) => Err(th.memory_error()),
        Err(MatchError::Interrupted) => match raised {
            Some(raised) => Err(raised),
            None => Err(th.runtime_error("regular expression match interrupted")),
        },
    }
}

/// The spans of a match: start and end of the whole and of each group, `None` where unset.
pub struct Hit {
    /// What the engine says.
    pub found: Found,
    /// All spans, the whole match first.
    pub spans: Spans,
}

/// Spans, a few of them without an allocation.
pub enum Spans {
    /// Up to three groups.
    Few([Option<(usize, usize)>; 4], usize),
    /// More.
    Many(Vec<Option<(usize, usize)>>),
}

impl Spans {
    fn of(found: &Found, pattern: &Pattern, context: &Context<'_>) -> Spans {
        let groups = pattern.groups();
        if groups > 3 {
            return Spans::Many(found.spans(&pattern.compiled().program, context));
        }
        let mut few = [None; 4];
        few[0] = Some((found.start, found.end));
        for (group, span) in few.iter_mut().enumerate().take(groups + 1).skip(1) {
            *span = context.group(group);
        }
        Spans::Few(few, groups + 1)
    }

    /// The spans, the whole match first.
    pub fn as_slice(&self) -> &[Option<(usize, usize)>] {
        match self {
            Spans::Few(few, count) => &few[..*count],
            Spans::Many(many) => many,
        }
    }
}

/// One attempt.
#[inline]
pub fn attempt(
    th: &mut Thread,
    pattern: Ref<Pattern>,
    subject: Subject,
    mode: Mode,
    span: (usize, usize),
) -> Result<Option<Hit>, Raised> {
    let text = units(&subject);
    with_context(th, |context| {
        let program = &pattern.compiled().program;
        let found = with_units!(text, units => match mode {
            Mode::Match => program.match_at(units, span, context),
            Mode::Full => program.fullmatch(units, span, context),
            Mode::Search => program.search(units, span, context),
        })?;
        Ok(found.map(|found| Hit { found, spans: Spans::of(&found, &pattern, context) }))
    })
}

/// The next match of a walk.
#[inline]
pub fn advance(
    th: &mut Thread,
    pattern: Ref<Pattern>,
    subject: Subject,
    cursor: &mut Cursor,
    anchored: bool,
) -> Result<Option<Hit>, Raised> {
    let text = units(&subject);
    with_context(th, |context| {
        let program = &pattern.compiled().program;
        let found = with_units!(text, units => if anchored {
            cursor.match_next(program, units, context)
        } else {
            cursor.search(program, units, context)
        })?;
        Ok(found.map(|found| Hit { found, spans: Spans::of(&found, &pattern, context) }))
    })
}

fn units(subject: &Subject) -> Text<'_> {
    match subject {
        Subject::Text(text) => text.text(),
        Subject::Bytes(bytes) => Text::One(bytes.as_slice()),
    }
}

/// `match`, `fullmatch`, `search`
pub fn once(th: &mut Thread, args: &[Value], mode: Mode) -> Result<Value, Raised> {
    let pattern = th.receiver::<Pattern>(args[0])?;
    let subject = Subject::of(th, pattern, args[1])?;
    let span = span(th, args[2], args[3], subject.len())?;
    match attempt(th, pattern, subject, mode, span)? {
        Some(hit) => Match::make(th, pattern, args[1], span, &hit),
        None => Ok(Value::NONE),
    }
}
