//! "Did you mean": the name among those that exist which is closest to the one that was asked for.

use super::chain::present;
use super::quiet_attribute;
use crate::exception::{Raised, classes};
use crate::frame::variables::{self, FrameLocals};
use crate::heap::{RootVec, Value};
use crate::interpreter::import;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::frame::Frame;
use crate::types::str::Str;
use crate::types::traceback::Traceback;

/// So many names or more are not searched.
const MOST_NAMES: usize = 750;
/// Longer names are not compared.
const LONGEST: usize = 40;
/// What inserting, deleting or replacing a character costs.
const MOVE: usize = 2;
/// What a change of case costs.
const CASE: usize = 1;

/// What is said behind the message of an exception, or nothing.
pub(super) fn hint(th: &mut Thread, exception: Value, traceback: Value) -> Result<String, Raised> {
    match find_hint(th, exception, traceback) {
        Err(Raised::Exception) => {
            th.take_exception();
            Ok(String::new())
        }
        other => other,
    }
}

fn find_hint(th: &mut Thread, exception: Value, traceback: Value) -> Result<String, Raised> {
    let is = |class: &'static crate::class::TypeSpec| th.is_instance(exception, class.class());
    let (import, name, attribute) =
        (is(&classes::IMPORT_ERROR), is(&classes::NAME_ERROR), is(&classes::ATTRIBUTE_ERROR));
    let asked = if import {
        present(th, exception, "name_from")?
    } else if name || attribute {
        present(th, exception, "name")?
    } else {
        None
    };
    let Some(asked) = asked.and_then(|asked| asked.cast::<Str>()) else { return Ok(String::new()) };
    let mut names = RootVec::new();
    let mut found = None;
    if attribute {
        let object = quiet_attribute(th, exception, "obj")?.unwrap_or(Value::NONE);
        attribute_names(th, object, asked, traceback, &mut names)?;
    } else if import {
        if let Some(module) = present(th, exception, "name")?.and_then(|name| name.cast::<Str>())
            && let Some(module) = th.vm.modules.get().get_str(th, module)?
        {
            let all = th.dir(module)?;
            let all = all.snapshot(th)?;
            push_visible(&all, !starts_underscored(asked), &mut names);
        }
    } else {
        found = scope_names(th, traceback, asked, &mut names)?;
    }
    if found.is_none() {
        found = best(asked, &names);
    }
    let mut text = match &found {
        Some(found) => format!(". Did you mean: '{found}'?"),
        None => String::new(),
    };
    if name && import::is_library_name(th, asked) {
        let asked = asked.display();
        text += &match found {
            Some(_) => format!(" Or did you forget to import '{asked}'?"),
            None => format!(". Did you forget to import '{asked}'?"),
        };
    }
    Ok(text)
}

fn starts_underscored(name: Ref<Str>) -> bool {
    name.text().get(0) == Some(u32::from('_'))
}

fn push_visible(all: &[Value], hide_underscored: bool, names: &mut RootVec) {
    for &name in all {
        if let Some(text) = name.cast::<Str>()
            && !(hide_underscored && starts_underscored(text))
        {
            names.push(name);
        }
    }
}

/// The frame where a traceback ends.
fn last_frame(th: &mut Thread, traceback: Value) -> Result<Option<Ref<Frame>>, Raised> {
    let (mut link, mut frame) = (traceback, None);
    while let Some(entry) = link.cast::<Traceback>() {
        let fields = th.read(entry)?;
        frame = fields.frame.get().cast::<Frame>();
        link = fields.next.get();
    }
    Ok(frame)
}

/// The variables of a frame as a dict.
fn variables_of(th: &mut Thread, frame: Ref<Frame>) -> Result<Option<Ref<Dict>>, Raised> {
    Ok(match variables::kind(th, frame)? {
        FrameLocals::Namespace(namespace) => namespace.cast::<Dict>(),
        FrameLocals::Variables => Some(variables::snapshot(th, frame)?),
    })
}

fn attribute_names(
    th: &mut Thread,
    object: Value,
    asked: Ref<Str>,
    traceback: Value,
    names: &mut RootVec,
) -> Result<(), Raised> {
    let all = th.dir(object)?;
    let all = all.snapshot(th)?;
    let mut hide = !starts_underscored(asked);
    if hide
        && let Some(frame) = last_frame(th, traceback)?
        && let Some(variables) = variables_of(th, frame)?
    {
        hide = variables.get_str(th, crate::name!(th, "self"))? != Some(object);
    }
    push_visible(&all, hide, names);
    Ok(())
}

/// The names in the scope where a traceback ends; a suggestion at once if `self` has the name.
fn scope_names(
    th: &mut Thread,
    traceback: Value,
    asked: Ref<Str>,
    names: &mut RootVec,
) -> Result<Option<String>, Raised> {
    let Some(frame) = last_frame(th, traceback)? else { return Ok(None) };
    let function = frame.fields().function.get().callable();
    let own = variables_of(th, frame)?;
    for dict in
        [own, Some(function.globals.get()), Some(function.builtins.get())].into_iter().flatten()
    {
        let mut position = 0;
        while let Some((key, _, next)) = dict.entry_from(th, position)? {
            position = next;
            if key.cast::<Str>().is_some() {
                names.push(key);
            }
        }
    }
    let Some(own) = own else { return Ok(None) };
    if let Some(receiver) = own.get_str(th, crate::name!(th, "self"))? {
        let asked = th.intern_str(asked);
        if quiet_attribute(th, receiver, &asked.display())?.is_some() {
            return Ok(Some(format!("self.{}", asked.display())));
        }
    }
    Ok(None)
}

fn best(asked: Ref<Str>, names: &[Value]) -> Option<String> {
    let texts: Vec<String> =
        names.iter().filter_map(|name| name.cast::<Str>()).map(|name| name.display()).collect();
    closest(&asked.display(), texts.iter().map(String::as_str)).map(str::to_owned)
}

/// The name closest to `asked`, if one is close.
pub fn closest<'n>(asked: &str, names: impl ExactSizeIterator<Item = &'n str>) -> Option<&'n str> {
    let wanted: Vec<char> = asked.chars().collect();
    if names.len() >= MOST_NAMES {
        return None;
    }
    let mut found = None;
    let mut least = usize::MAX;
    for name in names {
        if name == asked {
            continue;
        }
        let candidate: Vec<char> = name.chars().collect();
        let most = ((candidate.len() + wanted.len() + 3) * MOVE / 6).min(least - 1);
        match distance(&wanted, &candidate, most) {
            Some(0) => return Some(name),
            Some(cost) => {
                found = Some(name);
                least = cost;
            }
            None => {}
        }
    }
    found
}

/// What it costs to turn one name into the other, if that is at most `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let front = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[front..], &b[front..]);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (mut a, mut b) = (&a[..a.len() - back], &b[..b.len() - back]);
    if a.is_empty() || b.is_empty() {
        let cost = MOVE * (a.len() + b.len());
        return (cost <= most).then_some(cost);
    }
    if a.len() > LONGEST || b.len() > LONGEST {
        return None;
    }
    if b.len() < a.len() {
        std::mem::swap(&mut a, &mut b);
    }
    if (b.len() - a.len()) * MOVE > most {
        return None;
    }
    // One row of the usual table, updated in place.
    let mut row: Vec<usize> = (1..=a.len()).map(|n| n * MOVE).collect();
    let mut result = 0;
    for (index, &other) in b.iter().enumerate() {
        let mut diagonal = index * MOVE;
        result = diagonal;
        let mut smallest = usize::MAX;
        for (cell, &own) in row.iter_mut().zip(a) {
            let replaced = diagonal + substitution(other, own);
            diagonal = *cell;
            result = (result.min(diagonal) + MOVE).min(replaced);
            *cell = result;
            smallest = smallest.min(result);
        }
        if smallest > most {
            return None;
        }
    }
    (result <= most).then_some(result)
}

fn substitution(a: char, b: char) -> usize {
    if a == b {
        0
    } else if a.to_lowercase().eq(b.to_lowercase()) {
        CASE
    } else {
        MOVE
    }
}
