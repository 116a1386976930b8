//! Reads the words of a character set: what stands between IN and the end of its block, in an INFO
//! block, and the argument of the literals that ignore case, which the engine runs as sets too.

use crate::charset::{CharSet, Item, Lookup};
use crate::error::CodeError;
use crate::locale::Fold;
use crate::opcodes::*;

/// Words of a 256-bit bitmap.
const BITMAP: usize = 8;
/// Words of the table of a big set that gives each high byte its chunk.
const CHUNK_TABLE: usize = 64;

/// Decodes the argument of the operation `op`, which must fill `words` exactly. Positions in
/// errors count from the first word.
pub(crate) fn decode(op: u32, words: &[u32]) -> Result<CharSet, CodeError> {
    let first = words.first().copied().ok_or(CodeError { at: 0, reason: "a set is empty" })?;
    let literal = |lookup, complement| {
        let items = vec![Item::Literal(first)];
        Ok(CharSet::new(items, lookup, complement))
    };
    let fold = match op {
        LITERAL_IGNORE => return literal(Lookup::Folded(Fold::Ascii), false),
        NOT_LITERAL_IGNORE => return literal(Lookup::Folded(Fold::Ascii), true),
        LITERAL_UNI_IGNORE => return literal(Lookup::Folded(Fold::Unicode), false),
        NOT_LITERAL_UNI_IGNORE => return literal(Lookup::Folded(Fold::Unicode), true),
        LITERAL_LOC_IGNORE => return literal(Lookup::AnyCase, false),
        NOT_LITERAL_LOC_IGNORE => return literal(Lookup::AnyCase, true),
        CATEGORY => {
            let items = vec![Item::Category(category(first, 0)?)];
            return Ok(CharSet::new(items, Lookup::Folded(Fold::None), false));
        }
        IN_IGNORE => Fold::Ascii,
        IN_UNI_IGNORE => Fold::Unicode,
        IN_LOC_IGNORE => Fold::Locale,
        _ => Fold::None,
    };
    Ok(CharSet::new(items(words)?, Lookup::Folded(fold), false))
}

fn category(code: u32, at: usize) -> Result<Category, CodeError> {
    Category::from_code(code).ok_or(CodeError { at, reason: "no such category" })
}

fn items(words: &[u32]) -> Result<Vec<Item>, CodeError> {
    let mut items = Vec::new();
    let mut at = 0;
    let too_short = CodeError { at: words.len(), reason: "a set ends too early" };
    loop {
        let argument = |n: usize| words.get(at + n).copied().ok_or(too_short);
        let (item, len) = match argument(0)? {
            FAILURE if at + 1 == words.len() => return Ok(items),
            FAILURE => return Err(CodeError { at, reason: "a set ends inside its block" }),
            NEGATE => (Item::Negate, 1),
            LITERAL => (Item::Literal(argument(1)?), 2),
            RANGE => (Item::Range(argument(1)?, argument(2)?), 3),
            RANGE_UNI_IGNORE => (Item::RangeUpper(argument(1)?, argument(2)?), 3),
            CATEGORY => (Item::Category(category(argument(1)?, at + 1)?), 2),
            CHARSET => {
                let bits = words.get(at + 1..at + 1 + BITMAP).ok_or(too_short)?;
                (Item::Bits(Box::new(bitmap(bits))), 1 + BITMAP)
            }
            BIGCHARSET => {
                let count = argument(1)? as usize;
                let table = words.get(at + 2..at + 2 + CHUNK_TABLE).ok_or(too_short)?;
                let start = at + 2 + CHUNK_TABLE;
                let len = count.checked_mul(BITMAP).filter(|&n| n <= words.len());
                let end = start + len.ok_or(too_short)?;
                let bits = words.get(start..end).ok_or(too_short)?;
                let mut chunk_of = Box::new([0; 256]);
                for (word, slots) in table.iter().zip(chunk_of.chunks_exact_mut(4)) {
                    slots.copy_from_slice(&word.to_ne_bytes());
                }
                if chunk_of.iter().any(|&chunk| usize::from(chunk) >= count) {
                    return Err(CodeError { at, reason: "a big set names a missing chunk" });
                }
                let chunks = bits.chunks_exact(BITMAP).map(bitmap).collect();
                (Item::Planes { chunk_of, chunks }, end - at)
            }
            _ => return Err(CodeError { at, reason: "no such operation in a set" }),
        };
        items.push(item);
        at += len;
    }
}

fn bitmap(words: &[u32]) -> [u32; BITMAP] {
    let mut bits = [0; BITMAP];
    for (to, from) in bits.iter_mut().zip(words) {
        *to = *from;
    }
    bits
}
