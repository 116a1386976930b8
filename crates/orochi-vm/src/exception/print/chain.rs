//! An exception with what led to it, oldest first, and the trees of exception groups.

use std::collections::HashSet;

use super::{
    Output, quiet_attribute, safe_repr, safe_str, stack, suggestion, syntax, text_attribute,
};
use crate::exception::object::{cause_of, context_of};
use crate::exception::{BaseException, Raised, classes, group, traceback_of};
use crate::heap::{RootVec, Value};
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::str::Str;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

/// How many exceptions of one group are shown.
const WIDTH: usize = 15;
/// How deep groups are shown.
const DEPTH: usize = 10;

/// What is known while a report is put together.
struct Report {
    /// Exceptions that have been shown or are about to be.
    seen: HashSet<u64>,
    /// How many groups are open.
    depth: usize,
    /// The frame of the innermost group is to be closed by whoever ends first.
    need_close: bool,
}

impl Report {
    fn indent(&self) -> String {
        " ".repeat(2 * self.depth)
    }

    /// Sets the margin for text inside the open groups.
    fn margin(&self, out: &mut Output, mark: char) {
        out.set_prefix(if self.depth > 0 {
            format!("{}{mark} ", self.indent())
        } else {
            String::new()
        });
    }
}

/// Puts the report of an exception together.
pub(super) fn format(th: &mut Thread, out: &mut Output, exception: Value) -> Result<(), Raised> {
    let mut report = Report { seen: HashSet::new(), depth: 0, need_close: false };
    report.seen.insert(exception.bits());
    format_chain(th, out, exception, &mut report)
}

/// An exception, behind what caused it or was being handled.
fn format_chain(
    th: &mut Thread,
    out: &mut Output,
    exception: Value,
    report: &mut Report,
) -> Result<(), Raised> {
    th.check_native_stack()?;
    let mut chain = RootVec::new();
    let mut links = vec![""];
    chain.push(exception);
    let mut last = exception;
    loop {
        let (next, link) = {
            let cause = cause_of(th, last)?;
            let suppressed = match last.cast::<BaseException>() {
                Some(own) => th.read(own)?.suppress_context.get().is_true(),
                None => true,
            };
            let context = context_of(th, last)?;
            if !cause.is_none() && report.seen.insert(cause.bits()) {
                (cause, CAUSE)
            } else if !suppressed && !context.is_none() && report.seen.insert(context.bits()) {
                (context, CONTEXT)
            } else {
                break;
            }
        };
        chain.push(next);
        links.push(link);
        last = next;
    }
    for at in (0..chain.len()).rev() {
        format_one(th, out, chain[at], report)?;
        if !links[at].is_empty() {
            report.margin(out, '|');
            out.push(links[at]);
        }
    }
    Ok(())
}

/// One exception: its traceback, what it says, and the exceptions in it.
fn format_one(
    th: &mut Thread,
    out: &mut Output,
    exception: Value,
    report: &mut Report,
) -> Result<(), Raised> {
    let traceback = traceback_of(th, exception)?;
    if !group::is_group(th, exception) {
        report.margin(out, '|');
        stack::format(th, out, traceback, "Traceback (most recent call last):\n", |_| ())?;
        return format_only(th, out, exception, traceback);
    }
    if report.depth > DEPTH {
        report.margin(out, '|');
        out.push(&format!("... (max_group_depth is {DEPTH})\n"));
        return Ok(());
    }
    let outermost = report.depth == 0;
    if outermost {
        report.depth = 1;
    }
    report.margin(out, if outermost { '+' } else { '|' });
    let inside = report.indent() + "| ";
    stack::format(
        th,
        out,
        traceback,
        "Exception Group Traceback (most recent call last):\n",
        |out| {
            out.set_prefix(inside.clone());
        },
    )?;
    report.margin(out, '|');
    format_only(th, out, exception, traceback)?;
    let items = group::exceptions(th, exception)?;
    let shown = if items.len() <= WIDTH { items.len() } else { WIDTH + 1 };
    report.need_close = false;
    for at in 0..shown {
        let last = at + 1 == shown;
        if last {
            report.need_close = true;
        }
        let cut = at >= WIDTH;
        let title = if cut { "...".to_owned() } else { (at + 1).to_string() };
        out.set_prefix(String::new());
        let start = if at == 0 { "+-" } else { "  " };
        out.push(&format!(
            "{}{start}+---------------- {title} ----------------\n",
            report.indent()
        ));
        report.depth += 1;
        if cut {
            let rest = items.len() - WIDTH;
            let s = if rest > 1 { "s" } else { "" };
            report.margin(out, '|');
            out.push(&format!("and {rest} more exception{s}\n"));
        } else {
            let item = items.get(at);
            report.seen.insert(item.bits());
            format_chain(th, out, item, report)?;
        }
        if last && report.need_close {
            out.set_prefix(String::new());
            out.push(&format!("{}+------------------------------------\n", report.indent()));
            report.need_close = false;
        }
        report.depth -= 1;
    }
    if outermost {
        report.depth = 0;
    }
    out.set_prefix(String::new());
    Ok(())
}

/// The name of an exception's class, with its module unless that goes without saying.
pub(super) fn class_name(th: &mut Thread, exception: Value) -> Result<String, Raised> {
    let class = th.class_of(exception).value();
    let qualname =
        text_attribute(th, class, "__qualname__")?.unwrap_or_else(|| "<unknown>".to_owned());
    Ok(match text_attribute(th, class, "__module__")?.as_deref() {
        Some("builtins" | "__main__") => qualname,
        Some(module) => format!("{module}.{qualname}"),
        None => format!("<unknown>.{qualname}"),
    })
}

/// What an exception says, and its notes.
fn format_only(
    th: &mut Thread,
    out: &mut Output,
    exception: Value,
    traceback: Value,
) -> Result<(), Raised> {
    let name = class_name(th, exception)?;
    if th.is_instance(exception, classes::SYNTAX_ERROR.class()) {
        syntax::format(th, out, exception, &name)?;
    } else {
        let said = safe_str(th, exception, "exception")?;
        let hint = suggestion::hint(th, exception, traceback)?;
        out.push(&name);
        if !said.is_empty() || !hint.is_empty() {
            out.push(": ");
            out.push_str_object(said);
            out.push(&hint);
        }
        out.push("\n");
    }
    format_notes(th, out, exception)
}

fn format_notes(th: &mut Thread, out: &mut Output, exception: Value) -> Result<(), Raised> {
    let name = crate::name!(th, "__notes__");
    let notes = match th.find_attribute(exception, name) {
        Ok(Some(notes)) => notes,
        Ok(None) => return Ok(()),
        Err(Raised::Abort) => return Err(Raised::Abort),
        Err(Raised::Exception) => {
            let error = th.take_exception();
            let shown = safe_repr(th, error, "__notes__")?;
            out.push("Ignored error getting __notes__: ");
            out.push_str_object(shown);
            out.push("\n");
            return Ok(());
        }
    };
    let sequence = notes.cast::<crate::types::list::List>().is_some()
        || notes.cast::<crate::types::tuple::Tuple>().is_some();
    if !sequence {
        if !notes.is_none() {
            let shown = safe_repr(th, notes, "__notes__")?;
            out.push_str_object(shown);
            out.push("\n");
        }
        return Ok(());
    }
    let mut items = RootVec::new();
    th.collect(notes, &mut items)?;
    for &note in items.iter() {
        let text = match note.cast::<Str>() {
            Some(text) => text,
            None => safe_str(th, note, "note")?,
        };
        out.push_str_object(text);
        out.push("\n");
    }
    Ok(())
}

/// Whether an attribute is there and not None.
pub(super) fn present(th: &mut Thread, object: Value, name: &str) -> Result<Option<Value>, Raised> {
    Ok(quiet_attribute(th, object, name)?.filter(|value| !value.is_none()))
}
