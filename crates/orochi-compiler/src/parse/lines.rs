//! From byte offsets to lines and columns. Lookups come in nearly ascending order, so the last
//! line found is tried first.

use crate::code::Position;
use std::cell::Cell;

/// Where the lines of a source start.
pub struct Lines {
    starts: Vec<u32>,
    last: Cell<u32>,
    /// Whether parentheses or blocks may nest deeper than Python lets them: a guess on the safe
    /// side, which counts parentheses in strings too.
    pub may_nest_too_deeply: bool,
}

/// CPython's limits on parentheses, and on blocks, which take a column each at least.
const PARENTHESES: i32 = 200;
const COLUMNS: usize = 100;

impl Lines {
    /// The lines of `source`, ended by `\n`, `\r\n` or `\r`.
    pub fn new(source: &str) -> Self {
        let mut starts = Vec::with_capacity(source.len() / 32 + 1);
        starts.push(0);
        let bytes = source.as_bytes();
        let (mut depth, mut deepest, mut widest) = (0i32, 0, 0);
        for (i, &byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => {
                    starts.push(i as u32 + 1);
                    if bytes.get(i + COLUMNS) == Some(&b' ') || bytes.get(i + 1) == Some(&b'\t') {
                        let columns =
                            bytes[i + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t'));
                        widest = widest.max(columns.take(COLUMNS).count());
                    }
                }
                b'\r' if bytes.get(i + 1) != Some(&b'\n') => starts.push(i as u32 + 1),
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        let may_nest_too_deeply = deepest > PARENTHESES || widest >= COLUMNS - 1;
        Self { starts, last: Cell::new(0), may_nest_too_deeply }
    }

    /// The index, from 0, of the line that holds `offset`.
    fn index(&self, offset: u32) -> usize {
        let last = self.last.get() as usize;
        if self.starts[last] <= offset {
            for i in last..(last + 4).min(self.starts.len()) {
                if self.starts.get(i + 1).is_none_or(|&next| offset < next) {
                    self.last.set(i as u32);
                    return i;
                }
            }
        }
        let i = self.starts.partition_point(|&start| start <= offset) - 1;
        self.last.set(i as u32);
        i
    }

    /// Line from 1 and column from 0 in bytes.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let i = self.index(offset);
        (i as u32 + 1, offset - self.starts[i])
    }

    /// The position of a byte range.
    pub fn position(&self, start: u32, end: u32) -> Position {
        let (line, column) = self.line_column(start);
        let (end_line, end_column) = self.line_column(end);
        Position { line, end_line, column, end_column }
    }

    /// The offset at which line `line` (from 1) starts.
    pub fn start(&self, line: u32) -> usize {
        self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(u32::MAX) as usize
    }

    /// The text of line `line` (from 1), its end of line included.
    pub fn text<'s>(&self, source: &'s str, line: u32) -> Option<&'s str> {
        if line == 0 {
            return None;
        }
        let start = *self.starts.get(line as usize - 1)? as usize;
        let end = self.starts.get(line as usize).map_or(source.len(), |&next| next as usize);
        source.get(start..end)
    }

    /// The number of lines.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }
}
