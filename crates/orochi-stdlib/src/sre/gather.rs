//! `findall` and `split`.

use orochi_regex::Cursor;
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::tuple::Tuple;

use super::pattern::Pattern;
use super::run::{self, Hit, Subject};

/// What `findall` shows of a match: the whole, the only group, or all groups.
fn shown(th: &Thread, subject: Subject, hit: &Hit) -> Result<Value, Raised> {
    let part = |span: Option<(usize, usize)>| match span {
        Some((start, end)) => subject.slice(th, start, end),
        None => subject.empty(th),
    };
    match hit.spans.as_slice() {
        [only] | [_, only] => part(*only),
        [_, groups @ ..] => {
            let mut parts = RootVec::with_capacity(groups.len());
            for &group in groups {
                parts.push(part(group)?);
            }
            Ok(Tuple::from_slice(th, &parts)?.value())
        }
        [] => Ok(Value::NONE),
    }
}

pub(super) fn findall(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pattern = th.receiver::<Pattern>(args[0])?;
    let subject = Subject::of(th, pattern, args[1])?;
    let (pos, end) = run::span(th, args[2], args[3], subject.len())?;
    let mut cursor = Cursor::new(pos, end);
    let mut found = RootVec::new();
    while let Some(hit) = run::advance(th, pattern, subject, &mut cursor, false)? {
        found.push(shown(th, subject, &hit)?);
        th.poll()?;
    }
    Ok(List::from_slice(th, &found)?.value())
}

pub(super) fn split(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pattern = th.receiver::<Pattern>(args[0])?;
    let subject = Subject::of(th, pattern, args[1])?;
    let most = if args[2].is_unbound() { 0 } else { th.index_ssize(args[2])? };
    let mut cursor = Cursor::new(0, subject.len());
    let mut parts = RootVec::new();
    let (mut last, mut splits) = (0, 0);
    // Zero stands for no limit, a negative number for no split.
    while most == 0 || splits < most {
        let Some(hit) = run::advance(th, pattern, subject, &mut cursor, false)? else { break };
        parts.push(subject.slice(th, last, hit.found.start)?);
        for &group in &hit.spans.as_slice()[1..] {
            parts.push(match group {
                Some((start, end)) => subject.slice(th, start, end)?,
                None => Value::NONE,
            });
        }
        (last, splits) = (hit.found.end, splits + 1);
        th.poll()?;
    }
    parts.push(subject.slice(th, last, subject.len())?);
    Ok(List::from_slice(th, &parts)?.value())
}
