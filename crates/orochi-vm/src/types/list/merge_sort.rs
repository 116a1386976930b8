//! A stable merge sort that adapts to order it finds, and whose comparisons may run Python.
//!
//! The input is cut into runs: stretches that ascend, or descend strictly and are turned round,
//! lengthened to a minimum where they are short. Runs wait on a stack whose lengths shrink fast
//! enough that neighbours of similar length are merged (the invariants of Tim Peters' sort, as
//! corrected by de Gouw et al., 2015). A merge first skips what is in place already at both ends,
//! then copies the shorter side out. A comparison that raises leaves all entries there, in some
//! order. All values are in vectors that the collector sees throughout, and long merges pass
//! safepoints.

use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::thread::Thread;

/// How entries are compared: by their first value.
pub(super) trait Order {
    /// Runs are at least about so long.
    const RUN: usize;
    /// `a < b`
    fn less(&self, th: &mut Thread, a: Value, b: Value) -> Result<bool, Raised>;
    /// Sorts a short run, of which the first `sorted` entries are in order.
    fn sort_run<const N: usize>(
        &self,
        th: &mut Thread,
        run: &mut [[Value; N]],
        sorted: usize,
    ) -> Result<(), Raised>;
}

/// After so many steps a merge polls.
const POLL: usize = 1 << 13;

/// Sorts entries by their first value.
pub(super) fn sort<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    entries: &mut [[Value; N]],
) -> Result<(), Raised> {
    let length = entries.len();
    let shortest = shortest_run(length, O::RUN);
    let mut scratch = RootVec::new();
    // Start and length of the runs that wait.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    while start < length {
        let rest = &mut entries[start..];
        let mut run = count_run(th, order, rest)?;
        if run < shortest {
            let forced = shortest.min(rest.len());
            order.sort_run(th, &mut rest[..forced], run)?;
            run = forced;
        }
        runs.push((start, run));
        start += run;
        th.poll()?;
        collapse(th, order, entries, &mut scratch, &mut runs, false)?;
    }
    collapse(th, order, entries, &mut scratch, &mut runs, true)
}

/// The least length of a run, such that the number of runs is a power of two or a little less.
fn shortest_run(mut length: usize, least: usize) -> usize {
    let mut remainder = 0;
    while length >= 2 * least {
        remainder |= length & 1;
        length >>= 1;
    }
    length + remainder
}

/// The length of the run at the start, which ascends afterwards.
fn count_run<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    entries: &mut [[Value; N]],
) -> Result<usize, Raised> {
    if entries.len() < 2 {
        return Ok(entries.len());
    }
    let descending = order.less(th, entries[1][0], entries[0][0])?;
    let mut run = 2;
    while run < entries.len() {
        if order.less(th, entries[run][0], entries[run - 1][0])? != descending {
            break;
        }
        run += 1;
        if run % POLL == 0 {
            th.poll()?;
        }
    }
    if descending {
        entries[..run].reverse();
    }
    Ok(run)
}

/// Insertion by binary search; the first `sorted` entries are in order.
pub(super) fn insertion_sort<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    run: &mut [[Value; N]],
    sorted: usize,
) -> Result<(), Raised> {
    for next in sorted.max(1)..run.len() {
        let at = upper_bound(th, order, &run[..next], run[next][0])?;
        run[at..=next].rotate_right(1);
    }
    Ok(())
}

/// How many entries of a sorted run are not greater than `key`.
fn upper_bound<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    run: &[[Value; N]],
    key: Value,
) -> Result<usize, Raised> {
    let (mut low, mut high) = (0, run.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if order.less(th, key, run[middle][0])? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// How many entries of a sorted run are less than `key`.
fn lower_bound<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    run: &[[Value; N]],
    key: Value,
) -> Result<usize, Raised> {
    let (mut low, mut high) = (0, run.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if order.less(th, run[middle][0], key)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Merges waiting runs until the lengths on the stack shrink fast enough, or only one is left.
fn collapse<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    entries: &mut [[Value; N]],
    scratch: &mut RootVec,
    runs: &mut Vec<(usize, usize)>,
    all: bool,
) -> Result<(), Raised> {
    while runs.len() > 1 {
        let n = runs.len() - 2;
        let length = |at: usize| runs[at].1;
        let uneven = n >= 1 && length(n - 1) <= length(n) + length(n + 1)
            || n >= 2 && length(n - 2) <= length(n - 1) + length(n);
        if !(all || uneven || length(n) <= length(n + 1)) {
            return Ok(());
        }
        let at = if n >= 1 && length(n - 1) < length(n + 1) && (all || uneven) { n - 1 } else { n };
        let ((start, left), (_, right)) = (runs[at], runs[at + 1]);
        runs[at].1 = left + right;
        runs.remove(at + 1);
        merge(th, order, &mut entries[start..start + left + right], left, scratch)?;
    }
    Ok(())
}

/// Merges the sorted runs before and from `middle` on.
fn merge<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    entries: &mut [[Value; N]],
    middle: usize,
    scratch: &mut RootVec,
) -> Result<(), Raised> {
    let start = upper_bound(th, order, &entries[..middle], entries[middle][0])?;
    if start == middle {
        return Ok(());
    }
    let end = middle + lower_bound(th, order, &entries[middle..], entries[middle - 1][0])?;
    let (entries, middle) = (&mut entries[start..end], middle - start);
    let right = entries.len() - middle;
    scratch.clear();
    if middle <= right {
        scratch.extend_from_slice(entries[..middle].as_flattened());
        merge_up(th, order, entries, middle, scratch.as_chunks().0)
    } else {
        scratch.extend_from_slice(entries[middle..].as_flattened());
        merge_down(th, order, entries, middle, scratch.as_chunks().0)
    }
}

/// Merges from the left; `left` is a copy of the entries before `middle`.
fn merge_up<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    entries: &mut [[Value; N]],
    middle: usize,
    left: &[[Value; N]],
) -> Result<(), Raised> {
    let (mut to, mut from, mut next) = (0, middle, 0);
    let mut result = Ok(());
    while next < left.len() && from < entries.len() {
        match order.less(th, entries[from][0], left[next][0]) {
            Ok(true) => {
                entries[to] = entries[from];
                from += 1;
            }
            Ok(false) => {
                entries[to] = left[next];
                next += 1;
            }
            Err(raised) => {
                result = Err(raised);
                break;
            }
        }
        to += 1;
        if to % POLL == 0 {
            result = th.poll();
            if result.is_err() {
                break;
            }
        }
    }
    // The gap is as long as what is left of the copy.
    entries[to..to + left.len() - next].copy_from_slice(&left[next..]);
    result
}

/// Merges from the right; `right` is a copy of the entries from `middle` on.
fn merge_down<const N: usize, O: Order>(
    th: &mut Thread,
    order: &O,
    entries: &mut [[Value; N]],
    middle: usize,
    right: &[[Value; N]],
) -> Result<(), Raised> {
    let (mut to, mut from, mut next) = (entries.len(), middle, right.len());
    let mut result = Ok(());
    while next > 0 && from > 0 {
        to -= 1;
        match order.less(th, right[next - 1][0], entries[from - 1][0]) {
            Ok(true) => {
                from -= 1;
                entries[to] = entries[from];
            }
            Ok(false) => {
                next -= 1;
                entries[to] = right[next];
            }
            Err(raised) => {
                result = Err(raised);
                to += 1;
                break;
            }
        }
        if to % POLL == 0 {
            result = th.poll();
            if result.is_err() {
                break;
            }
        }
    }
    entries[to - next..to].copy_from_slice(&right[..next]);
    result
}
