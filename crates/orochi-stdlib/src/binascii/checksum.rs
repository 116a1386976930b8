//! Cyclic redundancy checks.

/// Remainders of single bytes for the polynomial of CRC-32, lowest bit first, for eight bytes at a
/// time: table `n` is for a byte with `n` bytes behind it.
static CRC32: [[u32; 256]; 8] = {
    let mut tables = [[0u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = remainder >> 1 ^ (0xedb8_8320 & (remainder & 1).wrapping_neg());
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
};

/// CRC-32, continued from `start`.
pub fn crc32(data: &[u8], start: u32) -> u32 {
    let mut sum = !start;
    let mut chunks = data.chunks_exact(8);
    for chunk in &mut chunks {
        let low = sum ^ u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        let [a, b, c, d] = low.to_le_bytes();
        let bytes = [a, b, c, d, chunk[4], chunk[5], chunk[6], chunk[7]];
        sum = bytes.iter().zip(CRC32.iter().rev()).fold(0, |sum, (&byte, table)| sum ^ table[usize::from(byte)]);
    }
    for &byte in chunks.remainder() {
        sum = sum >> 8 ^ CRC32[0][usize::from(sum as u8 ^ byte)];
    }
    !sum
}

/// CRC-CCITT (polynomial 0x1021, highest bit first), continued from `start`.
pub fn crc_ccitt(data: &[u8], start: u16) -> u16 {
    data.iter().fold(start, |mut sum, &byte| {
        sum ^= u16::from(byte) << 8;
        for _ in 0..8 {
            sum = if sum >> 15 == 1 { sum << 1 ^ 0x1021 } else { sum << 1 };
        }
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::{crc_ccitt, crc32};

    #[test]
    fn known_sums() {
        assert_eq!(crc32(b"123456789", 0), 0xcbf4_3926);
        assert_eq!(crc32(b"6789", crc32(b"12345", 0)), 0xcbf4_3926);
        assert_eq!(crc_ccitt(b"123456789", 0), 0x31c3);
    }
}
