//! Branches. The alternatives of a BRANCH follow each other, each behind a word that says how far
//! the next one is and each ending with a JUMP behind the whole; a zero ends the chain. The chain is
//! checked before the first alternative is decoded. One operation holds up to 64 alternatives, so
//! that those left to try are the bits of a word; with more, the last one stands for a further
//! branch operation.

use super::{Decoded, Decoder, Kind, Open};
use crate::error::CodeError;
use crate::opcodes::JUMP;
use crate::program::{Branch, Op};

/// The widest branch that one operation can hold.
const FAN_OUT: usize = 64;

impl Decoder<'_> {
    /// Opens a branch after checking the chain of its alternatives.
    pub(super) fn branch(&mut self, at: usize, end: usize) -> Decoded<usize> {
        let mut skip_at = at + 1;
        let mut exit = None;
        let mut count = 0;
        loop {
            let skip = self.word(skip_at)?;
            if skip == 0 {
                break;
            }
            let next = self.target(skip_at, skip, end)?;
            if skip < 3 {
                return Err(CodeError { at: skip_at, reason: "an alternative is too short" });
            }
            self.expect(next - 2, JUMP, "an alternative must end with JUMP")?;
            let to = self.target(next - 1, self.word(next - 1)?, end + 1)?;
            if *exit.get_or_insert(to) != to {
                return Err(CodeError { at: next - 1, reason: "alternatives end in two places" });
            }
            count += 1;
            skip_at = next;
        }
        if exit.is_some_and(|to| to != skip_at + 1) {
            return Err(CodeError { at, reason: "alternatives do not end behind the branch" });
        }
        if count == 0 {
            self.emit(Op::Fail);
            return Ok(at + 2);
        }
        let head = self.program.ops.len();
        let chain = if count <= FAN_OUT { 1 } else { (count - 1).div_ceil(FAN_OUT - 1) };
        for _ in 0..chain {
            let index = self.program.branches.len() as u32;
            let alternatives = Vec::new();
            let branch = Branch { alternatives, by_char: None, by_part: [0; 4], at_end: 0 };
            self.program.branches.push(branch);
            self.emit(Op::Branch(index));
        }
        self.open_alternative(head, at + 1, Vec::with_capacity(count), Vec::new())?;
        Ok(at + 2)
    }

    pub(super) fn open_alternative(
        &mut self,
        head: usize,
        skip_at: usize,
        mut starts: Vec<u32>,
        jumps: Vec<usize>,
    ) -> Decoded<()> {
        starts.push(self.bind());
        let end = skip_at + self.word(skip_at)? as usize - 2;
        self.open.push(Open { end, kind: Kind::Alternative { head, skip_at, starts, jumps } });
        Ok(())
    }

    /// Fills in a branch all of whose alternatives are decoded.
    pub(super) fn close_branch(&mut self, head: usize, starts: &[u32], jumps: &[usize]) {
        let exit = self.bind();
        for &jump in jumps {
            self.program.ops[jump] = Op::Jump(exit);
        }
        let Some(&Op::Branch(first)) = self.program.ops.get(head) else { return };
        let (mut index, mut rest) = (first as usize, starts);
        while rest.len() > FAN_OUT {
            let (now, later) = rest.split_at(FAN_OUT - 1);
            let branch = &mut self.program.branches[index];
            branch.alternatives.extend(now);
            index += 1;
            branch.alternatives.push((head + index - first as usize) as u32);
            rest = later;
        }
        self.program.branches[index].alternatives.extend(rest);
    }
}
