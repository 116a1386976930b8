//! Lines of uuencoded data: a length character, then four characters for three bytes, each six bits
//! above the space (or a backtick for zero).

/// The line for at most 45 bytes.
pub fn encode(data: &[u8], backtick: bool) -> Vec<u8> {
    let character = |six: u32| if six == 0 && backtick { b'`' } else { b' ' + six as u8 };
    let mut line = vec![character(data.len() as u32)];
    for chunk in data.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        line.extend((0..4).map(|at| character(bits >> (18 - 6 * at) & 63)));
    }
    line.push(b'\n');
    line
}

/// The bytes of a line.
pub fn decode(line: &[u8]) -> Result<Vec<u8>, &'static str> {
    let length = usize::from(line.first().copied().unwrap_or(0).wrapping_sub(b' ') & 63);
    let mut characters = line.get(1..).unwrap_or(&[]).iter().copied();
    let mut bytes = Vec::with_capacity(length);
    let (mut bits, mut filled) = (0u32, 0);
    while bytes.len() < length {
        // A line whose trailing spaces were cut off is filled up again.
        let six = match characters.next() {
            None | Some(b'\n' | b'\r') => 0,
            Some(character) if !(b' '..=b' ' + 64).contains(&character) => return Err("Illegal char"),
            Some(character) => u32::from(character.wrapping_sub(b' ') & 63),
        };
        bits = bits << 6 | six;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            bytes.push((bits >> filled) as u8);
            bits &= (1 << filled) - 1;
        }
    }
    // What follows may only be filling.
    if characters.all(|character| matches!(character, b' ' | b'`' | b'\n' | b'\r')) { Ok(bytes) } else { Err("Trailing garbage") }
}
