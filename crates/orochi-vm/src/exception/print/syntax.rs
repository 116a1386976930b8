//! Syntax errors: the place in the source, then the message.

use super::chain::present;
use super::{Output, safe_str, text_attribute};
use crate::exception::Raised;
use crate::heap::Value;
use crate::thread::Thread;

/// The place and message of a syntax error of a class with this name.
pub(super) fn format(
    th: &mut Thread,
    out: &mut Output,
    error: Value,
    name: &str,
) -> Result<(), Raised> {
    let file = match present(th, error, "filename")? {
        Some(file) => Some(safe_str(th, file, "filename")?.display()),
        None => None,
    };
    let line = present(th, error, "lineno")?;
    let mut suffix = String::new();
    match (line, &file) {
        (Some(line), _) => {
            let line = safe_str(th, line, "lineno")?.display();
            let file = file.as_deref().filter(|file| !file.is_empty()).unwrap_or("<string>");
            out.push(&format!("  File \"{file}\", line {line}\n"));
        }
        (None, Some(file)) => suffix = format!(" ({file})"),
        (None, None) => {}
    }
    if let Some(text) = text_attribute(th, error, "text")? {
        let number =
            |value: Option<Value>| value.filter(|value| value.is_int()).map(|value| value.as_int());
        let offset = number(present(th, error, "offset")?);
        let end_offset = number(present(th, error, "end_offset")?);
        let same_line = number(line) == number(present(th, error, "end_lineno")?);
        push_text(out, &text, offset, end_offset, same_line);
    }
    let message = match present(th, error, "msg")? {
        Some(message) => safe_str(th, message, "msg")?.display(),
        None => String::new(),
    };
    let message = if message.is_empty() { "<no detail available>" } else { &message };
    out.push(&format!("{name}: {message}{suffix}\n"));
    Ok(())
}

/// The source line with carets from `offset` to `end`, which count from 1.
fn push_text(out: &mut Output, text: &str, offset: Option<i64>, end: Option<i64>, same_line: bool) {
    let right = text.trim_end_matches('\n');
    let left = right.trim_start_matches([' ', '\n', '\u{c}']);
    let length = |text: &str| text.chars().count() as i64;
    let cut = length(right) - length(left);
    out.push(&format!("    {left}\n"));
    let Some(mut offset) = offset else { return };
    let mut end =
        if same_line { end.filter(|&end| end != 0).unwrap_or(offset) } else { length(right) + 1 };
    if offset > length(text) {
        offset = length(right) + 1;
    }
    if end > length(text) {
        end = length(right) + 1;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let (column, end_column) = (offset - 1 - cut, end - 1 - cut);
    if column < 0 {
        return;
    }
    let space: String = left
        .chars()
        .take(column as usize)
        .map(|c| if c.is_whitespace() { c } else { ' ' })
        .collect();
    let carets = "^".repeat((end_column - column).max(0) as usize);
    out.push(&format!("    {space}{carets}\n"));
}
