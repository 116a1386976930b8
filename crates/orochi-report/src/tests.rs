//! Logs made by hand, and what is read from them.

use orochi_stm::log::Event;
use orochi_stm::log::format::{CHUNK, MAGIC, NAME, STACK};

use crate::{Log, NotALog, Report};

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn record(kind: u64, fields: &[u64], rest: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    fields.iter().for_each(|&field| varint(&mut payload, field));
    payload.extend_from_slice(rest);
    let mut out = Vec::new();
    varint(&mut out, kind);
    varint(&mut out, payload.len() as u64);
    out.extend(payload);
    out
}

fn chunk(thread: u32, records: &[Vec<u8>]) -> Vec<u8> {
    let records = records.concat();
    let mut out = Vec::new();
    for word in [CHUNK, records.len() as u32, thread, 0] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    // A tick is a microsecond.
    for word in [1_000_000u64, 1_000_000_000] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend(records);
    out
}

fn log_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    let text = b"command=test\nfolder=/nowhere\ncores=2\n";
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text);
    out.extend(chunks.concat());
    out
}

/// Texts 1 (code), 2 (an attribute); stacks 1 and 2: lines 10 and 20; 3: only the library.
fn definitions() -> Vec<u8> {
    let library = b"/x/lib/orochi3.14/queue.py\0Queue.put\x001";
    chunk(
        0,
        &[
            record(NAME, &[1], b"prog.py\0work\x001"),
            record(NAME, &[2], b"attribute\tStats\tStats.n\tSetAttr"),
            record(NAME, &[3], library),
            record(NAME, &[4], b"Alpha"),
            record(STACK, &[1], &[1, 10]),
            record(STACK, &[2], &[3, 5, 1, 20]),
        ],
    )
}

/// A wait of `thread` for what `owner` has.
fn wait(start: u64, length: u64, number: u64, owner: u64, stack: u64) -> Vec<u8> {
    record(16, &[start, length, number, 0x1000, 1, 1, owner + 1, stack, 2, 1], &[])
}

fn answer(asking: u64, number: u64, stack: u64, exact: u64) -> Vec<u8> {
    record(17, &[0, asking + 1, number, 0x1000, stack, exact, 1], &[])
}

fn report(chunks: &[Vec<u8>]) -> Report {
    let bytes = log_of(&[&[definitions()], chunks].concat());
    Report::of(&Log::read(&bytes).expect("a log"))
}

#[test]
fn both_directions_are_one_conflict() {
    let report = report(&[
        chunk(0, &[record(4, &[0, 4], &[]), wait(100, 30, 1, 1, 1), answer(1, 7, 1, 1)]),
        chunk(1, &[wait(200, 50, 7, 0, 2), answer(0, 1, 2, 1)]),
    ]);
    let [conflict] = &report.conflicts[..] else { panic!("{report:?}") };
    assert_eq!((conflict.kind, conflict.count), ("blocks", 2));
    assert!((conflict.seconds - 80e-6).abs() < 1e-9);
    let lines: Vec<_> = conflict.sides.iter().map(|side| side.place.line).collect();
    assert_eq!(lines, [10, 20], "the library's frame is left out");
    assert_eq!(conflict.sides[0].threads, ["Alpha"]);
    assert_eq!(conflict.object.text, "attribute `Stats.n`");
    assert!((conflict.longest_at - 200e-6).abs() < 1e-9);
}

#[test]
fn a_side_that_is_not_known_is_the_likely_one() {
    let report = report(&[
        chunk(0, &[wait(100, 30, 1, 1, 1), wait(300, 10, 2, 1, 1), wait(400, 10, 3, 1, 1)]),
        // The third answer says where the owner was, not where it touched the object.
        chunk(1, &[answer(0, 1, 2, 1), answer(0, 3, 1, 0)]),
    ]);
    let [conflict] = &report.conflicts[..] else { panic!("{report:?}") };
    assert_eq!((conflict.count, conflict.sides[1].place.line), (3, 20));
    assert!(conflict.sides.iter().all(|side| side.exact));
}

#[test]
fn an_undone_attempt_counts_for_the_request_that_wounded_it() {
    let aborted = record(10, &[0, 500, 0, 2, 0, 1, 1, 0x1000, 2, 1, 0], &[]);
    let report = report(&[chunk(0, &[wait(100, 30, 1, 1, 1)]), chunk(1, &[aborted])]);
    let [conflict] = &report.conflicts[..] else { panic!("{report:?}") };
    assert_eq!((conflict.count, conflict.undone), (2, 1));
    assert!((conflict.seconds - 530e-6).abs() < 1e-9);
    assert_eq!((report.totals.aborts, report.totals.commits), (1, 0));
}

#[test]
fn short_blocks_and_retries_are_counted() {
    let report = report(&[chunk(
        0,
        &[
            record(9, &[0, 1000, 400, 25, 1], &[]),
            record(8, &[2000, 100, 3, 1, 0], &[]),
            record(10, &[3000, 9, 0, 1, 2, 0, 0, 0, 1, 1, 0], &[]),
        ],
    )]);
    let totals = &report.totals;
    assert_eq!((totals.commits, totals.aborts, totals.retries), (26, 0, 1));
    assert!((totals.seconds_in_blocks - 500e-6).abs() < 1e-9);
    let [block] = &report.blocks[..] else { panic!("{report:?}") };
    assert_eq!((block.place.line, block.most_attempts), (10, 4));
    assert!(report.conflicts.is_empty());
}

#[test]
fn waiting_for_something_to_do_is_no_conflict() {
    let names = chunk(
        0,
        &[
            record(NAME, &[9], b"/x/lib/orochi3.14/threading.py\0Condition.wait\x001"),
            record(STACK, &[9], &[9, 100, 1, 1, 10]),
        ],
    );
    let report = report(&[names, chunk(0, &[record(24, &[5, 1000, 1, 9, 0, 0], &[])])]);
    assert!(report.conflicts.is_empty());
    assert_eq!(report.totals.seconds_waiting, 0.0);
}

#[test]
fn a_log_that_is_cut_anywhere_is_read_as_far_as_it_goes() {
    let whole = log_of(&[
        definitions(),
        chunk(0, &[record(3, &[0], &[]), wait(100, 30, 1, 1, 1), answer(1, 7, 1, 1)]),
        chunk(1, &[wait(200, 50, 7, 0, 2), answer(0, 1, 2, 1), vec![99, 2, 1, 1]]),
    ]);
    let all = Log::read(&whole).expect("a log");
    assert!(all.complete);
    assert_eq!(all.events.len(), 5, "the record of an unknown kind is left out");
    let mut seen = 0;
    for length in 0..whole.len() {
        match Log::read(&whole[..length]) {
            Ok(log) => {
                assert!(log.events.len() >= seen, "{length}");
                seen = log.events.len();
                let _ = Report::of(&log);
            }
            Err(error) => {
                let foreign = length < MAGIC.len();
                let expected = if foreign { NotALog::Foreign } else { NotALog::Cut };
                assert_eq!((error, seen), (expected, 0), "{length}");
            }
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn any_bytes_are_read_without_harm() {
    let mut bytes = log_of(&[definitions(), chunk(0, &[wait(1, 2, 3, 4, 5), answer(9, 9, 9, 9)])]);
    let mut state = 1u32;
    for _ in 0..3000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = MAGIC.len() + state as usize % (bytes.len() - MAGIC.len());
        let old = std::mem::replace(&mut bytes[at], (state >> 24) as u8);
        if let Ok(log) = Log::read(&bytes) {
            let _ = Report::of(&log);
        }
        bytes[at] = old;
    }
}

#[test]
fn other_files_are_told_apart() {
    let mut newer = log_of(&[definitions()]);
    newer[MAGIC.len() - 1] = 9;
    for (bytes, expected) in [
        (&b""[..], NotALog::Foreign),
        (b"\x7fELF and so on", NotALog::Foreign),
        (&newer, NotALog::Version(9)),
        (&log_of(&[definitions()]), NotALog::Cut),
    ] {
        assert_eq!(Log::read(bytes).expect_err("no log"), expected);
    }
}

#[test]
fn every_kind_of_event_is_decoded() {
    let zeros = [0u8; 16];
    for kind in [3, 4, 5, 6, 8, 9, 10, 16, 17, 18, 19, 20, 21, 24, 25, 32, 33, 34, 40] {
        assert_eq!(Event::decode(kind, &zeros).map(|event| event.kind()), Some(kind));
    }
}
