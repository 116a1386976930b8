//! Quoted-printable (RFC 1521), with the underscores of headers (RFC 1522).

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Spaces and tabs are encoded too.
    pub tabs: bool,
    /// Line ends stay as they are.
    pub text: bool,
    /// Spaces become underscores.
    pub header: bool,
}

/// The most characters of a line.
const LINE: usize = 76;

/// The bytes of a text. What is no escape stays as it is.
pub fn decode(text: &[u8], header: bool) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        at += 1;
        if byte == b'_' && header {
            out.push(b' ');
            continue;
        }
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        match text.get(at) {
            None => break,
            Some(b'\n' | b'\r') => {
                // A soft line end: all up to the line feed.
                while at < text.len() && text[at] != b'\n' {
                    at += 1;
                }
                at += 1;
            }
            Some(b'=') => {
                // A broken encoder's "==".
                out.push(b'=');
                at += 1;
            }
            Some(&high) => match (digit(high), text.get(at + 1).and_then(|&low| digit(low))) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    at += 2;
                }
                _ => out.push(b'='),
            },
        }
    }
    out
}

/// The text of bytes.
pub fn encode(data: &[u8], options: Options) -> Vec<u8> {
    // Line ends are written as the first one in the data is.
    let first = data.iter().position(|&byte| byte == b'\n');
    let crlf = first.is_some_and(|at| at > 0 && data[at - 1] == b'\r');
    let mut out = Vec::with_capacity(data.len() * 2);
    let mut length = 0;
    for (at, &byte) in data.iter().enumerate() {
        let next = data.get(at + 1).copied();
        let line_end = byte == b'\n' || (byte == b'\r' && next == Some(b'\n'));
        if options.text && line_end {
            if byte == b'\n' {
                escape_trailing_space(&mut out);
                out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
                length = 0;
            }
            continue;
        }
        let quote = needs_quoting(data, at, length, options);
        let size = if quote { 3 } else { 1 };
        let ends = next.is_none_or(|next| next == b'\n');
        if length + size >= LINE && !(ends && length + size == LINE && !quote) {
            out.extend_from_slice(if crlf { b"=\r\n" } else { b"=\n" });
            length = 0;
        }
        if quote {
            out.extend(escaped(byte));
        } else if options.header && byte == b' ' {
            out.push(b'_');
        } else {
            out.push(byte);
        }
        length += size;
    }
    out
}

fn escaped(byte: u8) -> [u8; 3] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [b'=', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]
}

/// A space or tab that ends a line must be escaped after all.
fn escape_trailing_space(out: &mut Vec<u8>) {
    if let Some(&space @ (b' ' | b'\t')) = out.last() {
        out.pop();
        out.extend(escaped(space));
    }
}

fn needs_quoting(data: &[u8], at: usize, length: usize, options: Options) -> bool {
    let (byte, next) = (data[at], data.get(at + 1).copied());
    let ends_line = next.is_none_or(|next| next == b'\n' || next == b'\r' || next == 0);
    match byte {
        127.. | b'=' => true,
        b'_' => options.header,
        // A line of a single dot would end a mail.
        b'.' => length == 0 && ends_line,
        b'\r' | b'\n' => !options.text,
        b' ' | b'\t' => options.tabs || next.is_none(),
        byte => byte < 33,
    }
}
