//! `SyntaxError`: where a source is wrong.

use orochi_compiler::error::{ErrorClass, SyntaxError as Reported};
use orochi_text::TextBuf;

use super::base::{finish_text, refuse_names, set_args};
use super::object::{SyntaxErrorObject, receiver, syntax_receiver};
use super::{Raised, classes};
use crate::class::{GetSet, Method, method, property};
use crate::heap::{RootVec, Value};
use crate::object::{Field, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

pub(super) static METHODS: &[Method] = &[
    method(
        "__init__($self, /, *args, **kwargs)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__str__($self, /)", str, "Return str(self)."),
];

macro_rules! attributes {
    ($($field:ident),*) => {
        $(mod $field {
            use super::{Raised, Thread, Value};
            pub fn get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
                super::read(th, object, |e| &e.$field)
            }
            pub fn set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
                super::write(th, object, value, |e| &e.$field)
            }
        })*
    };
}
attributes! { message, filename, line, offset, text, end_line, end_offset, print_file_and_line, metadata }

pub(super) static GETSET: &[GetSet] = &[
    property("msg", message::get, message::set, "exception msg"),
    property("filename", filename::get, filename::set, "exception filename"),
    property("lineno", line::get, line::set, "exception lineno"),
    property("offset", offset::get, offset::set, "exception offset"),
    property("text", text::get, text::set, "exception text"),
    property("end_lineno", end_line::get, end_line::set, "exception end lineno"),
    property("end_offset", end_offset::get, end_offset::set, "exception end offset"),
    property(
        "print_file_and_line",
        print_file_and_line::get,
        print_file_and_line::set,
        "exception print_file_and_line",
    ),
    property("_metadata", metadata::get, metadata::set, "exception private metadata"),
];

fn read(
    th: &mut Thread,
    object: Value,
    field: fn(&SyntaxErrorObject) -> &Field<Value>,
) -> Result<Value, Raised> {
    let error = syntax_receiver(th, object)?;
    let guard = th.read(error)?;
    let value = field(&guard).get();
    Ok(if value.is_unbound() { Value::NONE } else { value })
}

fn write(
    th: &mut Thread,
    object: Value,
    value: Value,
    field: fn(&SyntaxErrorObject) -> &Field<Value>,
) -> Result<(), Raised> {
    let error = syntax_receiver(th, object)?;
    let guard = th.write(error)?;
    field(&guard).set(guard.token(), value);
    Ok(())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let error = syntax_receiver(th, args[0])?;
    refuse_names(th, args[0], args[2])?;
    let exception = receiver(th, args[0])?;
    let given = set_args(th, exception, args[1])?;
    if !given.is_empty() {
        message::set(th, args[0], given.get(0))?;
    }
    if given.len() != 2 {
        return Ok(Value::NONE);
    }
    let mut info = RootVec::new();
    th.collect(given.get(1), &mut info)?;
    const NAMES: [&str; 4] = ["filename", "lineno", "offset", "text"];
    if info.len() < 4 {
        return Err(th.type_error(format!(
            "function missing required argument '{}' (pos {})",
            NAMES[info.len()],
            info.len() + 1
        )));
    }
    if info.len() > 7 {
        return Err(
            th.type_error(format!("function takes at most 7 arguments ({} given)", info.len()))
        );
    }
    if info.len() == 5 {
        return Err(th.type_error("end_offset must be provided when end_lineno is provided"));
    }
    let item = |at: usize| info.get(at).copied().unwrap_or(Value::NONE);
    let values: [Value; 7] = std::array::from_fn(item);
    let guard = th.write(error)?;
    let fields = [
        &guard.filename,
        &guard.line,
        &guard.offset,
        &guard.text,
        &guard.end_line,
        &guard.end_offset,
        &guard.metadata,
    ];
    for (field, value) in fields.into_iter().zip(values) {
        field.set(guard.token(), value);
    }
    Ok(Value::NONE)
}

/// `message (file, line n)`, with the last part of the file's path.
fn str(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (said, file) = (message::get(th, args[0])?, filename::get(th, args[0])?);
    let at = line::get(th, args[0])?;
    let said = th.str(said)?;
    let file = file.cast::<Str>();
    if file.is_none() && !at.is_int() {
        return Ok(said.value());
    }
    let mut out = TextBuf::new();
    out.push_text(said.text());
    out.push_str(" (");
    if let Some(file) = file {
        let text = file.text();
        let is_slash = |code: u32| code == u32::from('/');
        let start = (0..text.len())
            .rev()
            .find(|&at| text.get(at).is_some_and(is_slash))
            .map_or(0, |at| at + 1);
        out.push_text(text.slice(start..text.len()));
        if at.is_int() {
            out.push_str(", ");
        }
    }
    if at.is_int() {
        out.push_str(&format!("line {}", at.as_int()));
    }
    out.push_str(")");
    finish_text(th, out)
}

/// Raises what the compiler has reported.
#[cold]
pub fn raise_syntax_error(th: &Thread, error: &Reported) -> Raised {
    let class = match error.class {
        ErrorClass::SyntaxError => &classes::SYNTAX_ERROR,
        ErrorClass::IndentationError => &classes::INDENTATION_ERROR,
        ErrorClass::TabError => &classes::TAB_ERROR,
        ErrorClass::IncompleteInput => &classes::INCOMPLETE_INPUT_ERROR,
        ErrorClass::RecursionError => {
            return th.raise_message(&classes::RECURSION_ERROR, &error.message);
        }
        ErrorClass::MemoryError => return th.raise_message(&classes::MEMORY_ERROR, &error.message),
        ErrorClass::ValueError => return th.value_error(&error.message),
        ErrorClass::OverflowError => return th.overflow_error(&error.message),
    };
    let mut error = error.clone();
    if error.late {
        show_line(&mut error);
    }
    match syntax_error_object(th, class, &error) {
        Ok(exception) => th.raise_value(exception),
        Err(raised) => raised,
    }
}

/// Takes the line of an error that was found after parsing from its file, if it has one, and counts
/// its columns in characters.
fn show_line(error: &mut Reported) {
    let Some(line) = super::print::source::file_line(&error.filename, error.line) else { return };
    let characters = |column: i32| {
        let head = usize::try_from(column - 1).ok().and_then(|bytes| line.get(..bytes));
        head.map_or(column, |head| head.chars().count() as i32 + 1)
    };
    error.column = characters(error.column);
    if error.end_line == error.line {
        error.end_column = characters(error.end_column);
    }
    error.text = Some(line.clone());
}

fn syntax_error_object(
    th: &Thread,
    class: &'static crate::class::TypeSpec,
    error: &Reported,
) -> Result<Value, Raised> {
    let number = |n: i64| Value::from_int(n).unwrap_or(Value::NONE);
    let or_none = |n: i64| if n == 0 { Value::NONE } else { number(n) };
    let text = match &error.text {
        Some(text) => th.new_str(text)?.value(),
        None => Value::NONE,
    };
    let filename = th.new_str(&error.filename)?.value();
    let message = th.new_str(&error.message)?.value();
    let placed = error.line > 0 || error.column != 0;
    let shown = |n: i64| if placed { number(n) } else { Value::NONE };
    let (line, offset) = (shown(i64::from(error.line)), shown(i64::from(error.column)));
    let end_line = or_none(i64::from(error.end_line));
    let end_offset =
        if error.column < 0 { Value::NONE } else { number(i64::from(error.end_column)) };
    let info = [filename, line, offset, text, end_line, end_offset];
    let info = Tuple::from_slice(th, &info)?;
    let args = Tuple::from_slice(th, &[message, info.value()])?;
    let (none, no) = (Value::NONE, Value::FALSE);
    let made = SyntaxErrorObject::allocate_as(
        th,
        class.shape(),
        args.value(),
        none,
        none,
        none,
        no,
        message,
        filename,
        line,
        offset,
        text,
        end_line,
        end_offset,
        none,
        none,
    )?;
    Ok(made.value())
}
