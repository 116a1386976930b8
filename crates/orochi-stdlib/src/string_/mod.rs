//! `_string`: the parser of format strings, for `string.Formatter`.

use orochi_text::format::{Access, FieldHead, Fields, Piece, split_field_name};
use orochi_text::{Text, TextBuf};
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "string helper module",
    functions: FUNCTIONS,
    ..ModuleSpec::named("_string")
};

static FUNCTIONS: &[Method] = &[
    function(
        "formatter_parser(string, /)",
        formatter_parser,
        "parse the argument as a format string",
    ),
    function(
        "formatter_field_name_split(string, /)",
        formatter_field_name_split,
        "split the argument as a field name",
    ),
];

fn template(th: &Thread, value: Value) -> Result<Ref<Str>, Raised> {
    match value.cast::<Str>() {
        Some(text) => Ok(text),
        None => Err(th.type_error(format!("expected str, got {}", th.type_name(value)))),
    }
}

fn part(th: &Thread, text: Text<'_>) -> Result<Value, Raised> {
    Ok(Str::new(th, text)?.value())
}

/// An iterator of tuples: literal text, field name, format specification, conversion.
fn formatter_parser(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = template(th, args[0])?;
    let text = string.text();
    let mut found = RootVec::new();
    let mut literal = None;
    for piece in Fields::new(text) {
        match piece {
            Ok(Piece::Literal(range)) => {
                let lone = text
                    .get(range.end.wrapping_sub(1))
                    .is_some_and(|c| c == '{' as u32 || c == '}' as u32);
                if lone || range.end == text.len() {
                    let shown = part(th, text.slice(range))?;
                    let none = Value::NONE;
                    found.push(Tuple::from_slice(th, &[shown, none, none, none])?.value());
                } else {
                    literal = Some(range);
                }
            }
            Ok(Piece::Field(field)) => {
                let before = match literal.take() {
                    Some(range) => part(th, text.slice(range))?,
                    None => th.vm.empty_str.get().value(),
                };
                let (name, spec) =
                    (part(th, text.slice(field.name))?, part(th, text.slice(field.spec))?);
                let conversion = match field.conversion {
                    Some(code) => Str::from_code(th, code)?.value(),
                    None => Value::NONE,
                };
                found.push(Tuple::from_slice(th, &[before, name, spec, conversion])?.value());
            }
            Err(error) => return Err(th.text_error(error)),
        }
    }
    if let Some(range) = literal {
        let (shown, none) = (part(th, text.slice(range))?, Value::NONE);
        found.push(Tuple::from_slice(th, &[shown, none, none, none])?.value());
    }
    let list = List::from_slice(th, &found)?;
    th.iterate(list.value())
}

/// The first part of a field name and an iterator of the others: whether it is an attribute, and
/// its name or index.
fn formatter_field_name_split(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = template(th, args[0])?;
    let text = string.text();
    let path = split_field_name(text).map_err(|error| th.text_error(error))?;
    let first = match path.head {
        FieldHead::Index(index) => th.int_from_i64(index as i64)?,
        FieldHead::Name(range) => part(th, text.slice(range))?,
        FieldHead::Automatic => part(th, TextBuf::new().as_text())?,
    };
    let mut rest = RootVec::new();
    for access in path.rest {
        let (attribute, value) = match access {
            Ok(Access::Attribute(range)) => (true, part(th, text.slice(range))?),
            Ok(Access::Index(index)) => (false, th.int_from_i64(index as i64)?),
            Ok(Access::Key(range)) => (false, part(th, text.slice(range))?),
            Err(error) => return Err(th.text_error(error)),
        };
        rest.push(Tuple::from_slice(th, &[Value::from_bool(attribute), value])?.value());
    }
    let list = List::from_slice(th, &rest)?;
    let rest = th.iterate(list.value())?;
    Ok(Tuple::from_slice(th, &[first, rest])?.value())
}
