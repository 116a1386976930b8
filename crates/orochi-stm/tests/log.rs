//! The event log as the protocol writes it: two threads, one object, and what the file says.
#![cfg(not(any(feature = "shuttle", feature = "zeal", feature = "no-barriers")))]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use orochi_stm::log::format::{CHUNK_HEAD, MAGIC, NAME, STACK, take};
use orochi_stm::log::{Event, Frame, Names, Trail};
use orochi_stm::{Host, Limits, Logged, OwnerWord, Registry, StmThread};

/// A host that is at a line.
#[repr(C)]
struct Walker {
    stm: StmThread,
    line: std::cell::Cell<usize>,
}

impl Host for Walker {
    fn remember(&self, _object: &OwnerWord) {}
    fn log_undo(&self, _object: &OwnerWord) -> Logged {
        Logged::Whole
    }
    fn undo(&self) {}
    fn forget_undo(&self) {}
    fn going_away(&self) {}
    fn came_back(&self) {}
    fn clean_tids(&self) {}
    fn frame(&self) -> Frame {
        (1, self.line.get())
    }
    fn trail(&self, trail: &mut Trail, _frames: usize) {
        trail.push((1, self.line.get()));
    }
    fn place(&self, trail: &Trail, names: &Names) -> u32 {
        let code = names.text(b"code");
        names
            .stack(&trail.frames().iter().map(|&(_, line)| (code, line as u32)).collect::<Vec<_>>())
    }
    fn describe(&self, _object: &OwnerWord, _trail: &Trail, names: &Names) -> u32 {
        names.text(b"a word")
    }
}

/// What a log holds.
#[derive(Default)]
struct Read {
    events: Vec<(u32, Event)>,
    texts: HashMap<u64, Vec<u8>>,
    lines: HashMap<u64, u64>,
}

fn read(bytes: &[u8]) -> Read {
    let mut found = Read::default();
    assert_eq!(bytes[..8], MAGIC);
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let mut at = 12 + number(8) as usize;
    while at < bytes.len() {
        let (length, thread) = (number(at + 4) as usize, number(at + 8));
        let mut rest = &bytes[at + CHUNK_HEAD..][..length];
        at += CHUNK_HEAD + length;
        while !rest.is_empty() {
            let kind = take(&mut rest).expect("a kind");
            let length = take(&mut rest).expect("a length") as usize;
            let (mut payload, behind) = rest.split_at(length);
            rest = behind;
            match kind {
                NAME => {
                    let id = take(&mut payload).expect("an id");
                    found.texts.insert(id, payload.to_vec());
                }
                STACK => {
                    let mut next = || take(&mut payload).expect("a field");
                    let (id, _code, line) = (next(), next(), next());
                    found.lines.insert(id, line);
                }
                _ => found.events.push((thread, Event::decode(kind, payload).expect("known"))),
            }
        }
    }
    found
}

/// Runs both bodies in threads of a registry that logs; the result is the log.
fn logged(name: &str, bodies: [&(dyn Fn(&Walker) + Sync); 2]) -> Read {
    let path = std::env::temp_dir().join(format!("orochi-log-{}-{name}", std::process::id()));
    let registry = Registry::leaked(Limits { seats: 2, ..Limits::widest() });
    registry.open_log(&path, "test=1\n").expect("a file");
    std::thread::scope(|scope| {
        for body in bodies {
            scope.spawn(move || {
                let stm = StmThread::new(registry).expect("room");
                let walker = Box::new(Walker { stm, line: std::cell::Cell::new(1) });
                walker.stm.start(&*walker);
                body(&walker);
                walker.stm.finish(&*walker);
            });
        }
    });
    registry.close_log();
    let bytes = std::fs::read(&path).expect("the log");
    std::fs::remove_file(&path).expect("the log");
    read(&bytes)
}

#[test]
fn a_wait_and_its_answer_name_both_lines() {
    static WORD: OwnerWord = OwnerWord::free();
    static TAKEN: AtomicBool = AtomicBool::new(false);
    static DONE: AtomicBool = AtomicBool::new(false);
    let owner = |walker: &Walker| {
        walker.line.set(10);
        walker.stm.claim_write(&WORD, walker).expect("plain");
        walker.line.set(11);
        TAKEN.store(true, Ordering::SeqCst);
        while !DONE.load(Ordering::SeqCst) {
            if walker.stm.polled() {
                let _ = walker.stm.safepoint(walker).expect("plain");
            }
            std::thread::yield_now();
        }
    };
    let asker = |walker: &Walker| {
        while !TAKEN.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        walker.line.set(20);
        walker.stm.claim_write(&WORD, walker).expect("plain");
        DONE.store(true, Ordering::SeqCst);
    };
    let log = logged("answer", [&owner, &asker]);
    let wait = log.events.iter().find_map(|&(thread, event)| match event {
        Event::Wait { number, stack, object, write, .. } => {
            Some((thread, number, stack, object, write))
        }
        _ => None,
    });
    let (asking, request, stack, object, write) = wait.expect("a wait");
    assert_eq!((log.lines[&stack], &log.texts[&object][..], write), (20, &b"a word"[..], 1));
    let answer = log.events.iter().find_map(|&(_, event)| match event {
        Event::Answer { thread, number, stack, exact, .. } => Some((thread, number, stack, exact)),
        _ => None,
    });
    let (thread, number, stack, exact) = answer.expect("an answer");
    assert_eq!((thread, number), (u64::from(asking) + 1, request));
    assert_eq!((log.lines[&stack], exact), (10, 1), "where it touched the object, not where it is");
    let count = |wanted: u64| log.events.iter().filter(|(_, e)| e.kind() == wanted).count();
    assert_eq!((count(3), count(5)), (2, 2), "both threads begin and end");
}

#[test]
fn blocks_are_counted_and_undone_ones_say_by_whom() {
    static WORD: OwnerWord = OwnerWord::free();
    static VALUE: AtomicU64 = AtomicU64::new(0);
    const BLOCKS: u64 = 3000;
    let body = |walker: &Walker| {
        for _ in 0..BLOCKS {
            loop {
                walker.line.set(30);
                walker.stm.block_enter(walker);
                walker.line.set(31);
                let claimed = walker.stm.claim_write(&WORD, walker);
                if claimed.is_ok() {
                    VALUE.fetch_add(1, Ordering::Relaxed);
                }
                let polled = match claimed {
                    Ok(()) if walker.stm.polled() => walker.stm.safepoint(walker).map(drop),
                    other => other,
                };
                if polled.and_then(|()| walker.stm.block_commit(walker)).is_ok() {
                    break;
                }
                walker.stm.block_abort(true, walker);
            }
        }
    };
    let log = logged("blocks", [&body, &body]);
    let mut commits = 0;
    let mut sums = 0;
    for &(_, event) in &log.events {
        match event {
            Event::Block { stack, .. } => {
                commits += 1;
                assert_eq!(log.lines[&stack], 30);
            }
            Event::Blocks { count, stack, busy, length, .. } => {
                sums += count;
                assert_eq!(log.lines[&stack], 30);
                assert!(busy <= length);
            }
            Event::Abort { cause, by, block, stack, .. } => {
                assert_eq!(log.lines[&block], 30);
                if cause == 0 {
                    assert!(by > 0);
                    assert_eq!(log.lines[&stack], 31);
                }
            }
            _ => {}
        }
    }
    assert_eq!(commits + sums, 2 * BLOCKS);
}

#[test]
fn quick_blocks_are_all_counted_and_long_ones_among_them_are_timed() {
    const BLOCKS: u64 = 20_000;
    const LONG: u64 = BLOCKS / 500;
    let body = |walker: &Walker| {
        for number in 1..=BLOCKS {
            for line in [40, 50] {
                let long = line == 50;
                if long && number % (BLOCKS / LONG) != 0 {
                    continue;
                }
                walker.line.set(line);
                walker.stm.block_enter(walker);
                if long {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                walker.stm.block_commit(walker).expect("nobody is in the way");
            }
        }
    };
    let log = logged("quick", [&body, &|_| {}]);
    let (mut quick, mut long) = (0, 0);
    for &(_, event) in &log.events {
        match event {
            Event::Block { stack, .. } if log.lines[&stack] == 50 => long += 1,
            Event::Block { .. } => quick += 1,
            Event::Blocks { count, stack, busy, length, .. } => {
                assert_eq!(log.lines[&stack], 40);
                assert!(busy > 0 && busy <= length);
                quick += count;
            }
            _ => {}
        }
    }
    assert_eq!((quick, long), (BLOCKS, LONG));
}

#[test]
fn a_second_log_of_the_same_name_does_not_disturb_the_first() {
    let path = std::env::temp_dir().join(format!("orochi-log-{}-twice", std::process::id()));
    let registries = [(); 2].map(|()| Registry::leaked(Limits::widest()));
    registries[0].open_log(&path, "first=1\n").expect("a file");
    registries[1].open_log(&path, "second=1\n").expect("a file");
    let other = format!("{}.{}", path.display(), std::process::id());
    for (file, said) in [(path.display().to_string(), "first=1"), (other, "second=1")] {
        let bytes = std::fs::read(&file).expect("a log");
        assert!(String::from_utf8_lossy(&bytes).contains(said), "{file}");
        std::fs::remove_file(&file).expect("a log");
    }
    let folder = std::env::temp_dir().join("orochi no such folder");
    assert!(Registry::leaked(Limits::widest()).open_log(&folder.join("x"), "").is_err());
}
