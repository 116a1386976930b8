//! `str.format`, `str.format_map` and `__format__`.

use orochi_text::format::{
    Access, Defaults, Field, FieldHead, Fields, Numbering, Piece, Spec, format_text,
    split_field_name,
};
use orochi_text::{Text, TextBuf};

use super::Str;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;

pub(super) fn dunder_format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = th.receiver::<Str>(args[0])?;
    let spec = th.str_argument(args[1], "__format__() argument")?;
    if spec.is_empty() {
        return Ok(th.str(args[0])?.value());
    }
    let name = th.type_name(args[0]);
    let formatted = Spec::parse(spec.text(), Defaults::Text, &name)
        .and_then(|spec| format_text(&spec, string.text(), &name));
    th.text_result(formatted)
}

pub(super) fn format(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let template = th.receiver::<Str>(args[0])?;
    let source =
        Source { positional: args[1].cast::<Tuple>(), named: args[2], numbering: Numbering::Open };
    render_all(th, template, source)
}

pub(super) fn format_map(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let template = th.receiver::<Str>(args[0])?;
    let source = Source { positional: None, named: args[1], numbering: Numbering::Open };
    render_all(th, template, source)
}

/// What fields name.
struct Source {
    /// Positional arguments; `format_map` has none.
    positional: Option<Ref<Tuple>>,
    /// Named arguments, a dict or any mapping.
    named: Value,
    numbering: Numbering,
}

/// How deep specifications nest in templates.
const DEPTH: u32 = 2;

fn render_all(th: &mut Thread, template: Ref<Str>, mut source: Source) -> Result<Value, Raised> {
    let mut out = TextBuf::with_kind(template.text().kind(), template.len() + 16);
    render(th, template.text(), &mut source, DEPTH, &mut out)?;
    Ok(th.new_text(out)?.value())
}

fn render(
    th: &mut Thread,
    template: Text<'_>,
    source: &mut Source,
    depth: u32,
    out: &mut TextBuf,
) -> Result<(), Raised> {
    if depth == 0 {
        return Err(th.value_error("Max string recursion exceeded"));
    }
    for piece in Fields::new(template) {
        match piece {
            Ok(Piece::Literal(range)) => out.push_text(template.slice(range)),
            Ok(Piece::Field(field)) => {
                let text = one_field(th, template, &field, source, depth)?;
                out.push_text(text.text());
            }
            Err(error) => return Err(th.text_error(error)),
        }
    }
    Ok(())
}

fn one_field(
    th: &mut Thread,
    template: Text<'_>,
    field: &Field,
    source: &mut Source,
    depth: u32,
) -> Result<Ref<Str>, Raised> {
    let mut value = lookup(th, template.slice(field.name.clone()), source)?;
    match field.check_conversion() {
        Ok(None) => {}
        Ok(Some('r')) => value = th.repr(value)?.value(),
        Ok(Some('a')) => value = th.ascii(value)?.value(),
        Ok(Some(_)) => value = th.str(value)?.value(),
        Err(error) => return Err(th.text_error(error)),
    }
    let spec = template.slice(field.spec.clone());
    let spec = if field.nested {
        let mut nested = TextBuf::new();
        render(th, spec, source, depth - 1, &mut nested)?;
        th.new_text(nested)?
    } else {
        Str::new(th, spec)?
    };
    let text = th.format(value, spec.value())?;
    match text.cast::<Str>() {
        Some(text) => Ok(text),
        None => th.str(text),
    }
}

fn lookup(th: &mut Thread, name: Text<'_>, source: &mut Source) -> Result<Value, Raised> {
    let path = split_field_name(name).map_err(|error| th.text_error(error))?;
    let index = match &path.head {
        FieldHead::Name(_) => None,
        _ if source.positional.is_none() => {
            return Err(th.value_error("Format string contains positional fields"));
        }
        head => source.numbering.resolve(head).map_err(|error| th.text_error(error))?,
    };
    let mut value = match (index, &path.head) {
        (Some(index), _) => {
            let found = source.positional.map_or(Value::UNBOUND, |all| all.get(index));
            if found.is_unbound() {
                return Err(th.index_error(format!(
                    "Replacement index {index} out of range for positional args tuple"
                )));
            }
            found
        }
        (None, FieldHead::Name(range)) => {
            let key = Str::new(th, name.slice(range.clone()))?.value();
            match source.named.cast_exact::<Dict>() {
                Some(named) => match named.get(th, key)? {
                    Some(value) => value,
                    None => return Err(th.key_error(key)),
                },
                None => th.get_item(source.named, key)?,
            }
        }
        (None, _) => return Err(th.value_error("Format string contains positional fields")),
    };
    for access in path.rest {
        value = match access {
            Ok(Access::Attribute(range)) => {
                let attribute = Str::new(th, name.slice(range))?;
                let attribute = th.intern_str(attribute);
                th.get_attribute(value, attribute)?
            }
            Ok(Access::Index(index)) => {
                let key = th.int_from_i64(index as i64)?;
                th.get_item(value, key)?
            }
            Ok(Access::Key(range)) => {
                let key = Str::new(th, name.slice(range))?.value();
                th.get_item(value, key)?
            }
            Err(error) => return Err(th.text_error(error)),
        };
    }
    Ok(value)
}
