//! The source lines of an instruction, with marks under the part that failed.
//!
//! The whole range is marked by `^`. If it is a binary operation, a subscript or a call, the range
//! is marked by `~` and the operator or the brackets by `^`. Nothing is marked where the marks
//! would say no more than the line does.

use orochi_compiler::Mode;
use orochi_compiler::ast::{Expr, ExprKind, Module, Stmt, StmtKind};
use orochi_compiler::code::Position;
use orochi_compiler::parse::{Lines, Reading, parse};

/// A place in the lines: line from 0, column in characters.
type Place = (usize, usize);

/// The part of a range that gets `^` while the rest gets `~`; the end is exclusive.
struct Anchors {
    start: Place,
    end: Place,
}

/// The lines to show for a position, marks included, without indentation.
pub(super) fn lines(source: &[String], at: Position) -> Vec<String> {
    if at.line == 0 {
        return Vec::new();
    }
    let wanted = at.line as usize..=(at.end_line.max(at.line)) as usize;
    let original: Vec<String> = wanted
        .map(|line| source.get(line - 1).map_or(String::new(), |text| text.trim_end().to_owned()))
        .collect();
    let shown = dedent(&original);
    if shown.iter().all(|line| line.trim().is_empty()) {
        return Vec::new();
    }
    if at.end_column == 0 && at.column == 0 && at.end_line <= at.line {
        // No columns are known.
        return vec![original[0].trim().to_owned()];
    }
    let cut = original[0].chars().count() - shown[0].chars().count();
    let (first, last) = (&original[0], &original[original.len() - 1]);
    let start = characters(first, at.column).saturating_sub(cut);
    let end = characters(last, at.end_column).saturating_sub(cut);
    let text: Vec<Vec<char>> = shown.iter().map(|line| line.chars().collect()).collect();
    let anchors = anchors(&text, start, end);
    let marked = should_mark(&shown, &text, start, end, anchors.is_some());
    render(&text, start, end, anchors, marked)
}

/// The number of characters in the first `bytes` bytes.
fn characters(line: &str, bytes: u32) -> usize {
    let bytes = (bytes as usize).min(line.len());
    line.char_indices().take_while(|&(at, _)| at < bytes).count()
}

/// The lines without the white space that all of them begin with.
fn dedent(lines: &[String]) -> Vec<String> {
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.trim_matches([' ', '\t']).is_empty()) {
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        margin = Some(match margin {
            None => indent,
            Some(known) => {
                let same = known.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                &known[..same]
            }
        });
    }
    let margin = margin.unwrap_or("");
    lines
        .iter()
        .map(|line| match line.strip_prefix(margin) {
            Some(_) if line.trim_matches([' ', '\t']).is_empty() => String::new(),
            Some(rest) => rest.to_owned(),
            None => String::new(),
        })
        .collect()
}

/// Columns that text takes on a terminal.
fn width(text: &[char]) -> usize {
    text.iter().map(|&c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    !c.is_ascii() && matches!(orochi_text::ucd::east_asian_width(u32::from(c)), "W" | "F")
}

/// The statements of a piece of source, if it is any.
fn statements(source: &str) -> Option<Vec<Stmt>> {
    let lines = Lines::new(source);
    match parse(
        source,
        &lines,
        Reading {
            mode: Mode::Exec,
            allow_incomplete: false,
            keep_blocks_open: false,
            diamond: false,
        },
    )
    .ok()?
    .module
    {
        Module::Module(body) => Some(body),
        _ => None,
    }
}

/// Whether marks say more than the line does: not where a call is all there is to an assignment or
/// a `return`, nor where the range is the whole line.
fn should_mark(
    shown: &[String],
    text: &[Vec<char>],
    start: usize,
    end: usize,
    anchored: bool,
) -> bool {
    if let Some(body) = statements(&shown.join("\n")) {
        let Some(first) = body.first() else { return false };
        let is_call = |value: &Expr| matches!(&value.kind, ExprKind::Call { .. });
        let value = match &first.kind {
            StmtKind::Return(Some(value)) => match &value.kind {
                ExprKind::Call { func, .. } if matches!(func.kind, ExprKind::Name(_)) => {
                    Some(&**value)
                }
                _ => None,
            },
            StmtKind::Assign { targets, value } if is_call(value) => match targets.as_slice() {
                [only] if matches!(only.kind, ExprKind::Name(_)) => Some(&**value),
                _ => None,
            },
            _ => None,
        };
        let spans = value.is_some_and(|value| {
            value.at.line == 1
                && value.at.end_line as usize == shown.len()
                && value.at.column as usize == start
                && value.at.end_column as usize == end
        });
        if spans {
            return false;
        }
    }
    let (first, last) = (&text[0], &text[text.len() - 1]);
    let before = &first[..start.min(first.len())];
    let behind = &last[end.min(last.len())..];
    anchored || before.iter().chain(behind).any(|c| !c.is_whitespace())
}

/// What is special in the range: an operator or brackets.
fn anchors(text: &[Vec<char>], start: usize, end: usize) -> Option<Anchors> {
    let last = text.len() - 1;
    let segment: Vec<Vec<char>> = text
        .iter()
        .enumerate()
        .map(|(line, all)| {
            let to = if line == last { end.min(all.len()) } else { all.len() };
            let from = if line == 0 { start.min(to) } else { 0 };
            all[from..to].to_vec()
        })
        .collect();
    let joined: Vec<String> = segment.iter().map(|line| line.iter().collect()).collect();
    let body = statements(&format!("(\n{}\n)", joined.join("\n")))?;
    let [Stmt { kind: StmtKind::Expr(expression), .. }] = body.as_slice() else { return None };
    let walk = Walk { lines: &segment };
    // The source has one line more in front, and lines count from 1.
    let place_of = |at: Position, behind: bool| -> Option<Place> {
        let (line, column) =
            if behind { (at.end_line, at.end_column) } else { (at.line, at.column) };
        let line = (line as usize).checked_sub(2)?;
        Some((line, characters(joined.get(line)?, column)))
    };
    let mut found = match &expression.kind {
        ExprKind::BinOp { left, right, .. } => {
            let from = walk.valid(place_of(left.at, true)?)?;
            let (line, column) = walk.until(from, |c| !c.is_whitespace() && c != ')')?;
            let (right_line, right_column) = place_of(right.at, false)?;
            let next = column + 1;
            let two = next < segment[line].len()
                && (right_line > line || next < right_column)
                && !segment[line][next].is_whitespace()
                && !matches!(segment[line][next], '\\' | '#');
            Anchors { start: (line, column), end: (line, next + usize::from(two)) }
        }
        ExprKind::Subscript { value, .. } => {
            let from = walk.valid(place_of(value.at, true)?)?;
            Anchors { start: walk.until(from, |c| c == '[')?, end: place_of(expression.at, true)? }
        }
        ExprKind::Call { func, .. } => {
            let from = walk.valid(place_of(func.at, true)?)?;
            Anchors { start: walk.until(from, |c| c == '(')?, end: place_of(expression.at, true)? }
        }
        _ => return None,
    };
    for place in [&mut found.start, &mut found.end] {
        if place.0 == 0 {
            place.1 += start;
        }
    }
    Some(found)
}

/// Steps through the characters of a few lines.
struct Walk<'a> {
    lines: &'a [Vec<char>],
}

impl Walk<'_> {
    /// The place itself, or the first character behind it if it is past the end of its line.
    fn valid(&self, (mut line, mut column): Place) -> Option<Place> {
        while column >= self.lines.get(line)?.len() {
            line += 1;
            column = 0;
        }
        Some((line, column))
    }

    /// The first character from a place on that is wanted; comments and continuations are skipped.
    fn until(&self, mut at: Place, wanted: impl Fn(char) -> bool) -> Option<Place> {
        loop {
            let c = self.lines[at.0][at.1];
            at = if matches!(c, '\\' | '#') {
                self.valid((at.0 + 1, 0))?
            } else if wanted(c) {
                return Some(at);
            } else {
                self.valid((at.0, at.1 + 1))?
            };
        }
    }
}

/// Lines that matter, each followed by its marks, with long runs between them left out.
fn render(
    text: &[Vec<char>],
    start: usize,
    end: usize,
    anchors: Option<Anchors>,
    marked: bool,
) -> Vec<String> {
    let last = text.len() - 1;
    let mut significant: Vec<usize> = vec![0, last];
    if let Some(anchors) = &anchors {
        for line in [anchors.start.0, anchors.end.0] {
            significant.extend(line.saturating_sub(1)..=(line + 1).min(last));
        }
    }
    significant.sort_unstable();
    significant.dedup();
    let prefix = |line: usize, column: usize| width(&text[line][..column.min(text[line].len())]);
    let inner = anchors.map(|anchors| {
        let place = |(line, column): Place| (line, prefix(line.min(last), column));
        (place(anchors.start), place(anchors.end))
    });
    let (from, to) = (prefix(0, start), prefix(last, end));
    let mut shown = Vec::new();
    let output = |line: usize, shown: &mut Vec<String>| {
        shown.push(text[line].iter().collect::<String>());
        if !marked {
            return;
        }
        let indent = text[line].iter().take_while(|c| c.is_whitespace()).count();
        let count = if line == last { to } else { width(&text[line]) };
        let marks: String = (0..count)
            .map(|column| {
                if column < indent || (line == 0 && column < from) {
                    return ' ';
                }
                match inner {
                    Some((first, behind)) if (line, column) >= first && (line, column) < behind => {
                        '^'
                    }
                    Some(_) => '~',
                    None => '^',
                }
            })
            .collect();
        shown.push(marks);
    };
    for (at, &line) in significant.iter().enumerate() {
        if at > 0 {
            match line - significant[at - 1] {
                2 => output(line - 1, &mut shown),
                gap if gap > 2 => shown.push(format!("...<{} lines>...", gap - 1)),
                _ => {}
            }
        }
        output(line, &mut shown);
    }
    dedent(&shown)
}
