//! `re.Match`: where a pattern has matched.

use orochi_text::TextBuf;
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int;
use orochi_vm::types::tuple::Tuple;

use super::pattern::{Pattern, itself};
use super::run::{Hit, Subject};
use super::substitute;

heap_object! {
    /// A match.
    pub immutable struct Match: MATCH {
        values {
            /// The pattern.
            pattern: Ref<Pattern>,
            /// What was given to be matched.
            string: Value,
            /// Starts and ends, of the whole match and of each group; -1 where unset.
            bounds: Ref<Tuple>,
        }
        storage {}
        data {
            /// Where the search began.
            pos: usize,
            /// Where it had to end.
            endpos: usize,
            /// The group that closed last, or 0.
            last_index: usize,
        }
    }
}

/// `re.Match`
pub static MATCH: TypeSpec = TypeSpec {
    module: "re",
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("Match", NativeLayout::of::<Match>())
};

static METHODS: &[Method] = &[
    method(
        "group($self, /, *args)",
        group,
        "group([group1, ...]) -> str or tuple.\nReturn subgroup(s) of the match by indices or names.\nFor 0 returns the entire match.",
    ),
    method("__getitem__($self, key, /)", getitem, "Return self[key]."),
    method(
        "groups($self, /, default=None)",
        groups,
        "Return a tuple containing all the subgroups of the match, from 1.\n\n  default\n    Is used for groups that did not participate in the match.",
    ),
    method(
        "groupdict($self, /, default=None)",
        groupdict,
        "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.\n\n  default\n    Is used for groups that did not participate in the match.",
    ),
    method(
        "start($self, group=0, /)",
        start,
        "Return index of the start of the substring matched by group.",
    ),
    method(
        "end($self, group=0, /)",
        end,
        "Return index of the end of the substring matched by group.",
    ),
    method(
        "span($self, group=0, /)",
        span,
        "For match object m, return the 2-tuple (m.start(group), m.end(group)).",
    ),
    method(
        "expand($self, /, template)",
        substitute::expand,
        "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
    ),
    method("__copy__($self, /)", itself, ""),
    method("__deepcopy__($self, memo, /)", itself, ""),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    class_method(
        "__class_getitem__($cls, object, /)",
        orochi_vm::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static GETSET: &[GetSet] = &[
    getter(
        "string",
        |th, this| Ok(th.receiver::<Match>(this)?.string.get()),
        "The string passed to match() or search().",
    ),
    getter(
        "re",
        |th, this| Ok(th.receiver::<Match>(this)?.pattern.get().value()),
        "The regular expression object.",
    ),
    getter(
        "pos",
        |th, this| {
            let pos = th.receiver::<Match>(this)?.pos.get();
            th.int_from_i64(pos as i64)
        },
        "The index into the string at which the RE engine started looking for a match.",
    ),
    getter(
        "endpos",
        |th, this| {
            let end = th.receiver::<Match>(this)?.endpos.get();
            th.int_from_i64(end as i64)
        },
        "The index into the string beyond which the RE engine will not go.",
    ),
    getter("lastindex", last_index, "The integer index of the last matched capturing group."),
    getter("lastgroup", last_group, "The name of the last matched capturing group."),
    getter("regs", regs, ""),
];

impl Match {
    /// A match object.
    #[inline]
    pub fn make(
        th: &Thread,
        pattern: Ref<Pattern>,
        string: Value,
        (pos, endpos): (usize, usize),
        hit: &Hit,
    ) -> Result<Value, Raised> {
        let spans = hit.spans.as_slice();
        let bound = |span: Option<(usize, usize)>| match span {
            // Positions in a string fit small integers.
            Some((start, end)) => {
                [Value::int_unchecked(start as i64), Value::int_unchecked(end as i64)]
            }
            None => [Value::from_i32(-1); 2],
        };
        let bounds = if let [whole, rest @ ..] = spans {
            if rest.len() <= 3 {
                let mut few = [Value::UNBOUND; 8];
                for (at, &span) in spans.iter().enumerate() {
                    few[2 * at..2 * at + 2].copy_from_slice(&bound(span));
                }
                Tuple::from_slice(th, &few[..2 * spans.len()])?
            } else {
                let mut many = RootVec::with_capacity(2 * spans.len());
                many.extend_from_slice(&bound(*whole));
                for &span in rest {
                    many.extend_from_slice(&bound(span));
                }
                Tuple::from_slice(th, &many)?
            }
        } else {
            th.vm.empty_tuple.get()
        };
        let last = hit.found.lastindex.unwrap_or(0);
        Ok(Match::allocate(th, pattern, string, bounds, pos, endpos, last)?.value())
    }

    /// The span of a group, if it is set.
    pub fn span_of(&self, group: usize) -> Option<(usize, usize)> {
        let (start, end) = (self.bounds.get().get(2 * group), self.bounds.get().get(2 * group + 1));
        if !start.is_int() || start.as_int() < 0 {
            return None;
        }
        Some((start.as_int() as usize, end.as_int() as usize))
    }

    /// The number of groups, without the whole match.
    fn groups(&self) -> usize {
        (self.bounds.get().len() / 2).saturating_sub(1)
    }
}

impl Match {
    /// The text of a group, or `missing` if it is not set.
    #[inline]
    pub fn text_of(
        this: Ref<Match>,
        th: &mut Thread,
        group: usize,
        missing: Value,
    ) -> Result<Value, Raised> {
        let Some((start, end)) = this.span_of(group) else { return Ok(missing) };
        let subject = match Subject::from_value(this.string.get()) {
            Some(subject) => subject,
            None => Subject::of(th, this.pattern.get(), this.string.get())?,
        };
        subject.slice(th, start, end)
    }

    /// The number of the group that an argument means; `None` if there is no such group.
    fn number_of(this: Ref<Match>, th: &mut Thread, key: Value) -> Result<Option<usize>, Raised> {
        let index = if key.is_int() {
            Some(key.as_int())
        } else if int::is_int_like(key)
            || th.class_of(key).special(th, orochi_vm::class::Special::Index).is_some()
        {
            let index = th.index(key)?;
            Some(int::as_i64(index).unwrap_or(-1))
        } else {
            match this.pattern.get().group_index.get().get(th, key) {
                Ok(found) => found.and_then(int::as_i64),
                Err(raised) => {
                    let unhashable = &orochi_vm::exception::classes::TYPE_ERROR;
                    if th.catch(raised, unhashable).is_none() {
                        return Err(raised);
                    }
                    None
                }
            }
        };
        Ok(index
            .and_then(|index| usize::try_from(index).ok())
            .filter(|&group| group <= this.groups()))
    }

    /// As [`Self::number_of`], with the error.
    fn group_number(this: Ref<Match>, th: &mut Thread, key: Value) -> Result<usize, Raised> {
        match Match::number_of(this, th, key)? {
            Some(group) => Ok(group),
            None => Err(th.index_error("no such group")),
        }
    }
}

fn group(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let Some(keys) = args[1].cast::<Tuple>() else {
        return Match::text_of(this, th, 0, Value::NONE);
    };
    match keys.as_slice() {
        [] => Match::text_of(this, th, 0, Value::NONE),
        [key] => {
            let group = Match::group_number(this, th, *key)?;
            Match::text_of(this, th, group, Value::NONE)
        }
        keys => {
            let mut texts = RootVec::with_capacity(keys.len());
            for &key in keys {
                let group = Match::group_number(this, th, key)?;
                texts.push(Match::text_of(this, th, group, Value::NONE)?);
            }
            Ok(Tuple::from_slice(th, &texts)?.value())
        }
    }
}

fn getitem(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let group = Match::group_number(this, th, args[1])?;
    Match::text_of(this, th, group, Value::NONE)
}

fn missing_or_none(value: Value) -> Value {
    if value.is_unbound() { Value::NONE } else { value }
}

fn groups(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let missing = missing_or_none(args[1]);
    let mut texts = RootVec::with_capacity(this.groups());
    for group in 1..=this.groups() {
        texts.push(Match::text_of(this, th, group, missing)?);
    }
    Ok(Tuple::from_slice(th, &texts)?.value())
}

fn groupdict(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let missing = missing_or_none(args[1]);
    let named = this.pattern.get().group_index.get().snapshot(th)?;
    let result = Dict::new(th)?;
    for pair in named.chunks_exact(2) {
        let text = match int::as_i64(pair[1]) {
            Some(group) => Match::text_of(this, th, group as usize, missing)?,
            None => missing,
        };
        result.set(th, pair[0], text)?;
    }
    Ok(result.value())
}

/// The span of the group given by an argument; -1 twice where it is not set.
fn bounds(th: &mut Thread, args: &[Value]) -> Result<(i64, i64), Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let group = if args[1].is_unbound() { 0 } else { Match::group_number(this, th, args[1])? };
    Ok(this.span_of(group).map_or((-1, -1), |(start, end)| (start as i64, end as i64)))
}

fn start(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (start, _) = bounds(th, args)?;
    th.int_from_i64(start)
}

fn end(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, end) = bounds(th, args)?;
    th.int_from_i64(end)
}

fn pair(th: &Thread, (start, end): (i64, i64)) -> Result<Value, Raised> {
    let both = [th.int_from_i64(start)?, th.int_from_i64(end)?];
    Ok(Tuple::from_slice(th, &both)?.value())
}

fn span(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let both = bounds(th, args)?;
    pair(th, both)
}

fn regs(th: &mut Thread, this: Value) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(this)?;
    let mut all = RootVec::with_capacity(this.groups() + 1);
    for group in 0..=this.groups() {
        let span = this.span_of(group).map_or((-1, -1), |(start, end)| (start as i64, end as i64));
        all.push(pair(th, span)?);
    }
    Ok(Tuple::from_slice(th, &all)?.value())
}

fn last_index(th: &mut Thread, this: Value) -> Result<Value, Raised> {
    match th.receiver::<Match>(this)?.last_index.get() {
        0 => Ok(Value::NONE),
        index => th.int_from_i64(index as i64),
    }
}

fn last_group(th: &mut Thread, this: Value) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(this)?;
    match this.last_index.get() {
        0 => Ok(Value::NONE),
        index => match this.pattern.get().group_names.get().get(index) {
            name if name.is_unbound() => Ok(Value::NONE),
            name => Ok(name),
        },
    }
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Match>(args[0])?;
    let text = Match::text_of(this, th, 0, Value::NONE)?;
    let text = th.repr(text)?;
    let (start, end) = this.span_of(0).unwrap_or((0, 0));
    let mut out = TextBuf::new();
    out.push_str(&format!("<re.Match object; span=({start}, {end}), match="));
    out.push_text(text.text().slice(0..50));
    out.push_ascii(b">");
    Ok(th.new_text(out)?.value())
}
