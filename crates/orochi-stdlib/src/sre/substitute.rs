//! `sub`, `subn`, `expand` and templates.
//!
//! A replacement is a function, text without backslashes, or a template: text with references to
//! groups, which `re._parser` takes apart and [`template`] keeps.

use orochi_regex::Cursor;
use orochi_text::{Text, TextBuf};
use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::int;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::matched::Match;
use super::pattern::Pattern;
use super::run::{self, Hit, Subject};

heap_object! {
    /// A replacement with references: literal text and group numbers in turn, text first and last.
    pub immutable struct Template: TEMPLATE {
        values {
            /// The parts; text that is empty may be None.
            parts: Ref<Tuple>,
        }
        storage {}
        data {}
    }
}

/// `_sre.SRE_Template`
pub static TEMPLATE: TypeSpec = TypeSpec {
    module: "_sre",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    ..TypeSpec::named("SRE_Template", NativeLayout::of::<Template>())
};

/// `_sre.template`
pub(super) fn template(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pattern = th.receiver::<Pattern>(args[0])?;
    let Some(list) = args[1].cast::<List>() else {
        return Err(th.wrong_argument("template() argument 2", "list", args[1]));
    };
    let parts = list.snapshot(th)?;
    let alternating = parts.len() % 2 == 1
        && parts.iter().skip(1).step_by(2).all(|&group| {
            int::as_i64(group).is_some_and(|group| (0..=pattern.groups() as i64).contains(&group))
        });
    if !alternating {
        return Err(th.type_error("invalid template"));
    }
    let parts = Tuple::from_slice(th, &parts)?;
    Ok(Template::allocate(th, parts)?.value())
}

/// What is put in place of a match.
#[derive(Clone, Copy)]
enum Replacement {
    /// This text.
    Literal(Value),
    /// Text with references.
    Template(Ref<Template>),
    /// What this function returns for the match.
    Function(Value),
}

/// Whether text contains a backslash.
fn has_backslash(th: &mut Thread, value: Value) -> Result<Option<bool>, Raised> {
    if let Some(text) = value.cast::<Str>() {
        return Ok(Some(orochi_text::search::contains(text.text(), Text::One(b"\\"))));
    }
    if th.is_bytes_like(value) {
        return Ok(Some(th.bytes_of(value)?.contains(&b'\\')));
    }
    Ok(None)
}

fn replacement(
    th: &mut Thread,
    pattern: Ref<Pattern>,
    value: Value,
) -> Result<Replacement, Raised> {
    if th.is_callable(value) {
        return Ok(Replacement::Function(value));
    }
    if has_backslash(th, value)? == Some(false) {
        return Ok(Replacement::Literal(value));
    }
    compiled_template(th, pattern, value)
}

/// Asks `re` to take a template apart.
fn compiled_template(
    th: &mut Thread,
    pattern: Ref<Pattern>,
    value: Value,
) -> Result<Replacement, Raised> {
    let re = match th.vm.modules.get().get_str(th, name!(th, "re"))? {
        Some(re) => re,
        None => {
            let import = th.builtin(name!(th, "__import__"))?;
            let name = name!(th, "re").value();
            th.call(import, &[name])?
        }
    };
    let compile = th.get_attribute(re, name!(th, "_compile_template"))?;
    let made = th.call(compile, &[pattern.value(), value])?;
    let Some(template) = made.cast::<Template>() else {
        return if th.is_callable(made) {
            Ok(Replacement::Function(made))
        } else {
            Ok(Replacement::Literal(made))
        };
    };
    match template.parts.get().as_slice() {
        [only] => Ok(Replacement::Literal(*only)),
        _ => Ok(Replacement::Template(template)),
    }
}

/// The result of a substitution as it grows, of text or bytes.
struct Output {
    text: TextBuf,
    bytes: bool,
}

impl Output {
    fn new(subject: Subject) -> Output {
        match subject {
            Subject::Text(text) => Output {
                text: TextBuf::with_kind(text.text().kind(), text.len() + 16),
                bytes: false,
            },
            Subject::Bytes(bytes) => {
                Output { text: TextBuf::with_capacity(bytes.len() + 16), bytes: true }
            }
        }
    }

    fn push_part(&mut self, subject: Subject, start: usize, end: usize) {
        match subject {
            Subject::Text(text) => self.text.push_text(text.text().slice(start..end)),
            Subject::Bytes(bytes) => self.text.push_latin1(&bytes.as_slice()[start..end]),
        }
    }

    /// Appends a value, which must be of the kind of the subject; None is nothing.
    fn push(&mut self, th: &mut Thread, value: Value, index: usize) -> Result<(), Raised> {
        if value.is_none() {
            return Ok(());
        }
        if let (Some(text), false) = (value.cast::<Str>(), self.bytes) {
            self.text.push_text(text.text());
            return Ok(());
        }
        if self.bytes && th.is_bytes_like(value) {
            let bytes = th.bytes_of(value)?;
            self.text.push_latin1(&bytes);
            return Ok(());
        }
        let (wanted, name) =
            (if self.bytes { "a bytes-like object" } else { "str instance" }, th.type_name(value));
        Err(th.type_error(format!("sequence item {index}: expected {wanted}, {name} found")))
    }

    fn finish(self, th: &Thread) -> Result<Value, Raised> {
        if !self.bytes {
            return Ok(th.new_text(self.text)?.value());
        }
        match self.text.as_text() {
            Text::One(bytes) => Ok(th.new_bytes(bytes)?.value()),
            wide => {
                let bytes: Vec<u8> = wide.codes().map(|code| code as u8).collect();
                Ok(th.new_bytes(&bytes)?.value())
            }
        }
    }
}

fn substitute(th: &mut Thread, args: &[Value]) -> Result<(Value, i64), Raised> {
    let pattern = th.receiver::<Pattern>(args[0])?;
    let most = if args[3].is_unbound() { 0 } else { th.index_ssize(args[3])? };
    let replacement = replacement(th, pattern, args[1])?;
    let subject = Subject::of(th, pattern, args[2])?;
    let mut cursor = Cursor::new(0, subject.len());
    let mut out: Option<Output> = None;
    let (mut last, mut count) = (0, 0);
    while most == 0 || count < most {
        let Some(hit) = run::advance(th, pattern, subject, &mut cursor, false)? else { break };
        let output = out.get_or_insert_with(|| Output::new(subject));
        output.push_part(subject, last, hit.found.start);
        match replacement {
            Replacement::Literal(text) => output.push(th, text, 2 * count as usize + 1)?,
            Replacement::Template(template) => expand_hit(th, output, template, subject, &hit)?,
            Replacement::Function(function) => {
                let found = Match::make(th, pattern, args[2], (0, subject.len()), &hit)?;
                let text = th.call(function, &[found])?;
                output.push(th, text, 2 * count as usize + 1)?;
            }
        }
        (last, count) = (hit.found.end, count + 1);
        th.poll()?;
    }
    let result = match out {
        Some(mut out) => {
            out.push_part(subject, last, subject.len());
            out.finish(th)?
        }
        None => subject.slice(th, 0, subject.len())?,
    };
    Ok((result, count))
}

fn expand_hit(
    th: &mut Thread,
    out: &mut Output,
    template: Ref<Template>,
    subject: Subject,
    hit: &Hit,
) -> Result<(), Raised> {
    let parts = template.parts.get();
    for (index, &part) in parts.as_slice().iter().enumerate() {
        if index % 2 == 0 {
            out.push(th, part, index)?;
            continue;
        }
        let group = int::as_i64(part).unwrap_or(0) as usize;
        if let Some(Some((start, end))) = hit.spans.as_slice().get(group) {
            out.push_part(subject, *start, *end);
        }
    }
    Ok(())
}

pub(super) fn sub(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(substitute(th, args)?.0)
}

pub(super) fn subn(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (result, count) = substitute(th, args)?;
    let count = th.int_from_i64(count)?;
    Ok(Tuple::from_slice(th, &[result, count])?.value())
}

/// `Match.expand`
pub(super) fn expand(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let pattern = this.pattern.get();
    let template = match compiled_template(th, pattern, args[1])? {
        Replacement::Template(template) => template,
        Replacement::Literal(text) | Replacement::Function(text) => return Ok(text),
    };
    let subject = Subject::of(th, pattern, this.string.get())?;
    let mut out = Output::new(subject);
    let parts = template.parts.get();
    for (index, &part) in parts.as_slice().iter().enumerate() {
        if index % 2 == 0 {
            out.push(th, part, index)?;
            continue;
        }
        let group = int::as_i64(part).unwrap_or(0) as usize;
        if let Some((start, end)) = this.span_of(group) {
            out.push_part(subject, start.min(subject.len()), end.min(subject.len()));
        }
    }
    out.finish(th)
}
