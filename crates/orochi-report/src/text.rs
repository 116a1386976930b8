//! The report for the terminal.

use std::fmt::Write;

use crate::report::{ConflictEntry, Report, SideEntry};

/// A time as people write it.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 100.0 => format!("{s:.0} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.1} ms", s * 1e3),
        s if s > 0.0 => format!("{:.1} µs", s * 1e6),
        _ => "0".to_owned(),
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn side(out: &mut String, label: &str, side: &SideEntry) {
    let place = &side.place;
    if place.file.is_empty() {
        let _ = writeln!(out, "    {label} somewhere (not recorded)");
        return;
    }
    let near = match (side.exact, side.inferred) {
        (true, _) => "",
        (_, true) => ", probably",
        _ => ", near",
    };
    let _ = writeln!(out, "    {label} {}:{}{near}, in {}", place.file, place.line, place.function);
    if !side.text.is_empty() {
        let _ = writeln!(out, "        {}", side.text);
    }
}

fn threads(names: &[String]) -> String {
    match names {
        [] => "unknown threads".to_owned(),
        [a, b, c, rest @ ..] if rest.len() > 1 => format!("{a}, {b}, {c} and {} more", rest.len()),
        all => all.join(", "),
    }
}

fn conflict(out: &mut String, entry: &ConflictEntry) {
    let mut counts = times(entry.count);
    for (count, what) in [
        (entry.undone, "undone"),
        (entry.revocations, "taken from readers"),
        (entry.contended, "contended"),
    ] {
        if count > 0 {
            let _ = write!(counts, ", {count} {what}");
        }
    }
    let _ = writeln!(
        out,
        "{:>2}. {} lost, {counts}: {}\n    {}; the longest {}",
        entry.rank,
        time(entry.seconds),
        entry.object.text,
        entry.description,
        time(entry.longest),
    );
    let [first, second] = &entry.sides[..] else { return };
    if first.place == second.place {
        side(out, "both at", first);
    } else {
        side(out, "one at ", first);
        side(out, "and at ", second);
    }
    let mut names = first.threads.clone();
    names.extend(second.threads.iter().filter(|name| !first.threads.contains(name)).cloned());
    names.sort();
    names.dedup();
    let _ = writeln!(out, "    threads: {}\n    what to do: {}\n", threads(&names), entry.hint);
}

/// The report, with `top` conflicts at most.
pub(crate) fn render(report: &Report, top: usize) -> String {
    let mut out = String::new();
    let totals = &report.totals;
    let _ = writeln!(out, "{}", report.program.command);
    let _ = writeln!(
        out,
        "{} with {} threads on {} cores{}\n",
        time(totals.seconds),
        totals.threads,
        report.program.cores,
        if report.complete { "" } else { " (the log is cut: what follows is what it has)" },
    );
    if report.conflicts.is_empty() {
        let _ = writeln!(out, "No thread has waited for another one.\n");
    } else {
        let _ = writeln!(out, "Where threads lost time to each other, worst first:\n");
    }
    for entry in report.conflicts.iter().take(top) {
        conflict(&mut out, entry);
    }
    let more = report.conflicts.len().saturating_sub(top);
    if more > 0 {
        let _ = writeln!(out, "({more} more conflicts: --top {})\n", report.conflicts.len());
    }
    if !report.blocks.is_empty() {
        let _ = writeln!(out, "Blocks, by time:\n");
    }
    for block in report.blocks.iter().take(10) {
        let place = &block.place;
        let _ = writeln!(
            out,
            "    {} in {} commits, {} in {} undone attempts (at most {} for one)\n        {}:{}  {}",
            time(block.seconds),
            block.commits,
            time(block.seconds_undone),
            block.aborts,
            block.most_attempts,
            place.file,
            place.line,
            block.text,
        );
    }
    if !report.inevitable.is_empty() {
        let _ = writeln!(out, "\nBlocks that did what cannot be undone:\n");
    }
    for entry in report.inevitable.iter().take(10) {
        let _ = writeln!(
            out,
            "    {} by `{}`, {} waiting for that\n        {}:{}  {}",
            times(entry.count),
            entry.operation,
            time(entry.seconds_waiting),
            entry.place.file,
            entry.place.line,
            entry.text,
        );
    }
    let _ = writeln!(
        out,
        "\nTotals: {} commits, {} aborts ({:.3} for each commit), {} retries, {} inevitable\n\
         \u{20}   in blocks {}, of that undone {}\n\
         \u{20}   waiting for objects and locks {} (locks {}), for a core {}\n\
         \u{20}   {} revocations, {} objects became contended\n\
         \u{20}   {} collections ({} full), {}, the longest {}",
        totals.commits,
        totals.aborts,
        totals.aborts_per_commit,
        totals.retries,
        totals.inevitable,
        time(totals.seconds_in_blocks + totals.seconds_undone),
        time(totals.seconds_undone),
        time(totals.seconds_waiting),
        time(totals.seconds_waiting_for_locks),
        time(totals.seconds_waiting_for_cores),
        totals.revocations,
        totals.became_contended,
        totals.collections,
        totals.full_collections,
        time(totals.seconds_collecting),
        time(totals.longest_collection),
    );
    out
}
