//! Base64 (RFC 4648), leniently or strictly.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID: u8 = 0xff;

static VALUES: [u8; 256] = {
    let mut values = [INVALID; 256];
    let mut at = 0;
    while at < 64 {
        values[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    values
};

/// The text, with a line end if that is wanted.
pub fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for chunk in data.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        let digit = |at: u32| ALPHABET[(bits >> (18 - 6 * at) & 63) as usize];
        text.extend((0..4).map(|at| if at as usize <= chunk.len() { digit(at) } else { b'=' }));
    }
    if newline {
        text.push(b'\n');
    }
    text
}

/// The bytes of a text; strictly, nothing but digits and the padding that is due may be in it.
pub fn decode(text: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    if strict && text.first() == Some(&b'=') {
        return Err("Leading padding not allowed".to_owned());
    }
    let (mut position, mut bits, mut pads) = (0, 0u8, 0);
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'=' {
            pads += 1;
            if position >= 2 && position + pads >= 4 {
                // A whole group: what follows is excess.
                if strict && at + 1 < text.len() {
                    return Err(if text[at + 1] == b'=' { "Excess padding not allowed" } else { "Excess data after padding" }.to_owned());
                }
                return Ok(bytes);
            }
            if strict && position == 0 {
                return Err("Excess padding not allowed".to_owned());
            }
            continue;
        }
        let value = VALUES[usize::from(byte)];
        if value == INVALID {
            if strict {
                return Err("Only base64 data is allowed".to_owned());
            }
            continue;
        }
        if pads > 0 && strict {
            return Err("Discontinuous padding not allowed".to_owned());
        }
        pads = 0;
        match position {
            0 => bits = value,
            1 => {
                bytes.push(bits << 2 | value >> 4);
                bits = value & 15;
            }
            2 => {
                bytes.push(bits << 4 | value >> 2);
                bits = value & 3;
            }
            _ => bytes.push(bits << 6 | value),
        }
        position = (position + 1) % 4;
    }
    match position {
        0 => Ok(bytes),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            bytes.len() / 3 * 4 + 1
        )),
        _ => Err("Incorrect padding".to_owned()),
    }
}
