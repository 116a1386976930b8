//! The INFO block at the head of a pattern: its width, and a literal or a set that it starts with.

use super::{Decoded, Decoder};
use crate::error::CodeError;
use crate::opcodes::{IN, INFO_CHARSET, INFO_PREFIX};
use crate::set_code;

impl Decoder<'_> {
    /// Checks the INFO block; all it says but the width is worked out anew from the operations.
    pub(super) fn info(&mut self, at: usize, end: usize) -> Decoded<usize> {
        let next = self.target(at + 1, self.word(at + 1)?, end + 1)?;
        if next < at + 5 {
            return Err(CodeError { at, reason: "an INFO block is too short" });
        }
        let (flags, min, max) = (self.word(at + 2)?, self.word(at + 3)?, self.word(at + 4)?);
        if flags & !7 != 0 || min > max || flags & INFO_PREFIX != 0 && flags & INFO_CHARSET != 0 {
            return Err(CodeError { at, reason: "an INFO block contradicts itself" });
        }
        if flags & INFO_PREFIX != 0 {
            let len = self.word(at + 5)? as usize;
            let skip = self.word(at + 6)? as usize;
            if skip > len || len.checked_mul(2).and_then(|n| n.checked_add(at + 7)) != Some(next) {
                return Err(CodeError { at, reason: "an INFO block's prefix has a wrong length" });
            }
            if self.code[at + 7 + len..next].iter().any(|&overlap| overlap as usize >= len) {
                return Err(CodeError { at, reason: "an INFO block's overlap leads out of it" });
            }
        }
        if flags & INFO_CHARSET != 0 {
            set_code::decode(IN, &self.code[at + 5..next])
                .map_err(|e| CodeError { at: at + 5 + e.at, reason: e.reason })?;
        }
        if at == 0 {
            self.program.min_width = min as usize;
        }
        Ok(next)
    }
}
