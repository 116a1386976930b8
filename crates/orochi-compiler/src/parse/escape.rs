//! Escape sequences that cannot be decoded, with the messages of CPython's codecs. Positions
//! count as there: other than ASCII characters take the ten bytes of `\UXXXXXXXX`.

/// What is wrong with the escapes of a string.
pub fn text(source: &str) -> Option<String> {
    let bytes = source.as_bytes();
    let mut i = 0;
    let mut position = 0;
    let error = |from: usize, to: usize, reason: &str| {
        Some(format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes in position {from}-{to}: {reason}"
        ))
    };
    while i < bytes.len() {
        if bytes[i] != b'\\' {
            let length = source[i..].chars().next().map_or(1, char::len_utf8);
            position += if length > 1 { 10 } else { 1 };
            i += length;
            continue;
        }
        let &kind = bytes.get(i + 1)?;
        let (width, reason) = match kind {
            b'x' => (2, "truncated \\xXX escape"),
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'N' => {
                let rest = &source[i + 2..];
                let end = rest.strip_prefix('{').and_then(|rest| rest.find('}'));
                match end {
                    Some(end) if end > 0 => {
                        let name = &rest[1..=end];
                        let length = end + 4;
                        if unicode_names2::character(name).is_none() && !is_alias_or_sequence(name)
                        {
                            return error(
                                position,
                                position + length - 1,
                                "unknown Unicode character name",
                            );
                        }
                        i += length;
                        position += length;
                        continue;
                    }
                    Some(_) => {
                        return error(position, position + 3, "malformed \\N character escape");
                    }
                    None => {
                        let rest_length = if rest.starts_with('{') { rest.len() + 1 } else { 1 };
                        return error(
                            position,
                            position + rest_length,
                            "malformed \\N character escape",
                        );
                    }
                }
            }
            _ => {
                let length = 1 + source[i + 1..].chars().next().map_or(1, char::len_utf8);
                position += if length > 2 { 11 } else { 2 };
                i += length;
                continue;
            }
        };
        let digits =
            bytes[i + 2..].iter().take(width).take_while(|b| b.is_ascii_hexdigit()).count();
        if digits < width {
            return error(position, position + 1 + digits, reason);
        }
        if kind == b'U'
            && u32::from_str_radix(&source[i + 2..i + 10], 16).is_ok_and(|code| code > 0x10_ffff)
        {
            return error(position, position + 9, "illegal Unicode character");
        }
        i += 2 + width;
        position += 2 + width;
    }
    None
}

/// Names that the character tables know by other means.
fn is_alias_or_sequence(name: &str) -> bool {
    // Control characters and newer characters have names that the table may lack; the parser
    // crate has the last word on those.
    let source = format!("'\\N{{{name}}}'");
    ruff_python_parser::parse_expression(&source).is_ok()
}

/// What is wrong with the escapes of a bytes literal.
pub fn bytes(source: &str) -> Option<String> {
    let bytes = source.as_bytes();
    let mut i = 0;
    while i + 1 < bytes.len() {
        if bytes[i] != b'\\' {
            i += 1;
            continue;
        }
        if bytes[i + 1] == b'x' {
            let digits =
                bytes[i + 2..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
            if digits < 2 {
                return Some(format!("(value error) invalid \\x escape at position {i}"));
            }
        }
        i += 2;
    }
    None
}
