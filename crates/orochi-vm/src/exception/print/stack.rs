//! One traceback: a line for each frame, the source lines of its instruction, and carets under
//! what failed. Frames that repeat are counted instead of shown.

use std::rc::Rc;

use orochi_compiler::code::Position;

use super::source::Sources;
use super::{Output, caret};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::frame::Frame;
use crate::types::traceback::Traceback;

/// After so many equal frames only their number is shown.
const REPEATS: usize = 3;

/// What is shown of a frame.
struct Summary {
    file: String,
    name: String,
    at: Position,
    lines: Rc<Vec<String>>,
}

/// Puts a traceback together behind its headline; nothing if it has no entries. `begun` is called
/// behind the headline.
pub(super) fn format(
    th: &mut Thread,
    out: &mut Output,
    traceback: Value,
    headline: &str,
    begun: impl FnOnce(&mut Output),
) -> Result<(), Raised> {
    let limit = limit(th)?;
    let frames = summarise(th, traceback)?;
    let frames = &frames[frames.len().saturating_sub(limit)..];
    if frames.is_empty() {
        return Ok(());
    }
    out.push(headline);
    begun(out);
    let mut repeated = 0;
    let mut last: Option<&Summary> = None;
    for frame in frames {
        let same = last.is_some_and(|last| {
            last.file == frame.file && last.at.line == frame.at.line && last.name == frame.name
        });
        if !same {
            tell_repeats(out, repeated);
            repeated = 0;
        }
        last = Some(frame);
        repeated += 1;
        if repeated <= REPEATS {
            format_frame(out, frame);
        }
    }
    tell_repeats(out, repeated);
    Ok(())
}

fn tell_repeats(out: &mut Output, count: usize) {
    if count > REPEATS {
        let more = count - REPEATS;
        let s = if more > 1 { "s" } else { "" };
        out.push(&format!("  [Previous line repeated {more} more time{s}]\n"));
    }
}

/// `sys.tracebacklimit`
fn limit(th: &mut Thread) -> Result<usize, Raised> {
    let limit = match th.vm.sys.try_get() {
        Some(sys) => sys.get_str(th, crate::name!(th, "tracebacklimit"))?,
        None => None,
    };
    Ok(match limit {
        Some(limit) if limit.is_int() => usize::try_from(limit.as_int()).unwrap_or(0),
        _ => usize::MAX,
    })
}

fn summarise(th: &mut Thread, traceback: Value) -> Result<Vec<Summary>, Raised> {
    let mut frames = Vec::new();
    let mut sources = Sources::default();
    let mut link = traceback;
    while let Some(entry) = link.cast::<Traceback>() {
        let (next, frame, lasti) = {
            let fields = th.read(entry)?;
            (fields.next.get(), fields.frame.get(), fields.lasti.get())
        };
        if let Some(frame) = frame.cast::<Frame>() {
            let code = frame.code();
            let mut at = crate::types::code::word_offset(lasti)
                .map_or_else(Position::default, |word| code.position_at(word));
            if at.line == 0 {
                let line = entry.line(th)?;
                let line = line.max(0) as u32;
                at = Position { line, end_line: line, ..Position::default() };
            }
            let globals = frame.fields().function.get().callable().globals.get();
            let lines = sources.of_code(th, code, globals)?;
            let (file, name) = (code.filename.get().display(), code.name.get().display());
            frames.push(Summary { file, name, at, lines });
        }
        link = next;
        th.poll()?;
    }
    Ok(frames)
}

fn format_frame(out: &mut Output, frame: &Summary) {
    let file = if frame.file.starts_with("<stdin-") && frame.file.ends_with('>') {
        "<stdin>"
    } else {
        &frame.file
    };
    let line = if frame.at.line == 0 { "None".to_owned() } else { frame.at.line.to_string() };
    out.push(&format!("  File \"{file}\", line {line}, in {}\n", frame.name));
    for line in caret::lines(&frame.lines, frame.at) {
        out.push("    ");
        out.push(&line);
        out.push("\n");
    }
}
