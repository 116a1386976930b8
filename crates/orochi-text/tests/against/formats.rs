//! The format mini-language, `str.format` templates and `%`.

use orochi_text::format::{
    Access, Amount, Defaults, Directives, FieldHead, Fields, Locale, PercentPiece, Piece,
    Presentation, Spec, format_char, format_complex, format_int, format_real, format_text,
    int_presentation, percent_float, percent_int, percent_text, split_field_name,
};
use orochi_text::{OwnedText, Text, TextBuf, TextError, number};

use super::{float, list, outcome, raised, text};

fn int(spec: Text<'_>, value: i64) -> Result<OwnedText, TextError> {
    let spec = Spec::parse(spec, Defaults::Int, "int")?;
    let digits = |base| number::int_text(value, base).trim_start_matches('-').to_string();
    match int_presentation(&spec, "int")? {
        Presentation::Digits(base) => format_int(&spec, value < 0, &digits(base), &Locale::C),
        Presentation::Character => format_char(&spec, u32::try_from(value).ok()),
        Presentation::Real => format_real(&spec, value as f64, &Locale::C, "int"),
    }
}

fn fixed(amount: Amount) -> Option<usize> {
    match amount {
        Amount::Fixed(value) => Some(value),
        _ => None,
    }
}

/// Formats with one value for all directives.
fn percent(
    template: Text<'_>,
    mut value: impl FnMut(
        &orochi_text::format::Directive,
        usize,
        Option<usize>,
    ) -> Result<OwnedText, TextError>,
) -> Result<OwnedText, TextError> {
    let mut out = TextBuf::new();
    for piece in Directives::new(template) {
        match piece? {
            PercentPiece::Literal(range) => out.push_text(template.slice(range)),
            PercentPiece::Directive(directive) => {
                let width = fixed(directive.width).unwrap_or(0);
                let result = value(&directive, width, fixed(directive.precision))?;
                out.push_text(result.as_text());
            }
        }
    }
    Ok(out.finish())
}

/// What CPython's `formatter_parser` gives: literal and field in turn.
fn fields(template: Text<'_>) -> Result<String, TextError> {
    let mut parts: Vec<OwnedText> = Vec::new();
    for piece in Fields::new(template) {
        match piece? {
            Piece::Literal(range) => {
                if parts.len() % 2 == 1 {
                    parts.push(OwnedText::from_str("-"));
                }
                // What ends in a brace was doubled, and stands alone.
                let last = template.get(range.end.wrapping_sub(1));
                parts.push(template.slice(range).to_owned());
                if last == Some('{' as u32) || last == Some('}' as u32) {
                    parts.push(OwnedText::from_str("-"));
                }
            }
            Piece::Field(field) => {
                if parts.len().is_multiple_of(2) {
                    parts.push(OwnedText::from_str(""));
                }
                let mut shown = TextBuf::new();
                shown.push_str("+");
                shown.push_text(template.slice(field.name));
                shown.push_str("/");
                shown.extend(field.conversion);
                shown.push_str("/");
                shown.push_text(template.slice(field.spec));
                parts.push(shown.finish());
            }
        }
    }
    if parts.len() % 2 == 1 {
        parts.push(OwnedText::from_str("-"));
    }
    Ok(list(parts.iter().map(OwnedText::as_text)))
}

fn name(name: Text<'_>) -> Result<String, TextError> {
    let path = split_field_name(name)?;
    let mut parts = vec![match path.head {
        FieldHead::Automatic => OwnedText::from_str(""),
        FieldHead::Index(index) => OwnedText::from_str(&index.to_string()),
        FieldHead::Name(range) => name.slice(range).to_owned(),
    }];
    for access in path.rest {
        let mut shown = TextBuf::new();
        match access? {
            Access::Attribute(range) => {
                shown.push_str(".");
                shown.push_text(name.slice(range));
            }
            Access::Index(index) => shown.push_str(&format!("[{index}")),
            Access::Key(range) => {
                shown.push_str("[");
                shown.push_text(name.slice(range));
            }
        }
        parts.push(shown.finish());
    }
    Ok(list(parts.iter().map(OwnedText::as_text)))
}

fn or_raised(result: Result<String, TextError>) -> String {
    result.unwrap_or_else(|error| raised(&format!("{:?}: {}", error.class, error.message)))
}

pub fn answer(op: &str, args: &[&str]) -> String {
    let last = || text(args[args.len() - 1]);
    match op {
        "text" => outcome(
            Spec::parse(last().as_text(), Defaults::Text, "str")
                .and_then(|spec| format_text(&spec, text(args[0]).as_text(), "str")),
        ),
        "int" => outcome(int(last().as_text(), args[0].parse().unwrap())),
        "float" => outcome(
            Spec::parse(last().as_text(), Defaults::Real, "float")
                .and_then(|spec| format_real(&spec, float(args[0]), &Locale::C, "float")),
        ),
        "complex" => {
            let (re, im) = (float(args[0]), float(args[1]));
            outcome(
                Spec::parse(last().as_text(), Defaults::Real, "complex")
                    .and_then(|spec| format_complex(&spec, re, im, &Locale::C, "complex")),
            )
        }
        "percent_int" => {
            let value: i64 = args[1].parse().unwrap();
            outcome(percent(text(args[0]).as_text(), |directive, width, precision| {
                let base = match char::from_u32(directive.conversion) {
                    Some('o') => 8,
                    Some('x' | 'X') => 16,
                    _ => 10,
                };
                let digits = number::int_text(value, base);
                let digits = digits.trim_start_matches('-');
                percent_int(directive, value < 0, digits, width, precision)
            }))
        }
        "percent_float" => {
            let value = float(args[1]);
            outcome(percent(text(args[0]).as_text(), |directive, width, precision| {
                percent_float(directive, value, width, precision)
            }))
        }
        "percent_text" => {
            let value = text(args[1]);
            outcome(percent(text(args[0]).as_text(), |directive, width, precision| {
                percent_text(directive, value.as_text(), width, precision)
            }))
        }
        "percent" => outcome(percent(last().as_text(), |directive, width, precision| {
            match char::from_u32(directive.conversion) {
                Some('s') if directive.key.is_none() => {
                    percent_text(directive, Text::One(b"{}"), width, precision)
                }
                Some('s' | 'a') => percent_text(directive, Text::One(b"1"), width, precision),
                Some('d' | 'i' | 'u') => percent_int(directive, false, "1", width, precision),
                _ => Err(directive.unsupported()),
            }
        })),
        "fields" => or_raised(fields(last().as_text())),
        "name" => or_raised(name(last().as_text())),
        _ => panic!("unknown operation {op}"),
    }
}
