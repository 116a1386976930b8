//! What the slow paths tell the log. Each hook asks first whether anything is logged.

use std::sync::atomic::Ordering;

use super::touch::KEPT;
use super::{CAREFUL, Cause, Event, Noted, Obstacle, Pace, ThreadLog, Trail, WORTH};
use crate::claim::SAME_AGE;
use crate::host::Host;
use crate::owner::{OwnerState, OwnerWord};
use crate::record::{REQUEST, ThreadRecord};
use crate::sync::ticks;
use crate::thread::StmThread;
use crate::token::{ATOMIC, WOUNDED};

/// A wait that is under way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waiting {
    start: u64,
    number: u64,
    obstacle: u64,
    owner: u64,
}

/// A block that is shorter, commits at its first attempt and waits for nothing is only counted: in
/// ticks, some fifty microseconds.
const SHORT: u64 = 150_000;

fn address(word: &OwnerWord) -> usize {
    std::ptr::from_ref(word) as usize
}

impl Pace {
    /// The clock is looked at: whether the blocks since the last time were short, all of them.
    fn look(&self, time: u64) {
        let since = self.since.replace(0);
        if since != 0 && time.saturating_sub(since) > SHORT {
            self.careful.set(CAREFUL);
        }
    }

    /// A block that was timed has been short: may those after it be taken to be like it?
    fn note(&self, place: usize, start: u64, length: u64) {
        let careful = self.careful.get();
        self.careful.set(careful.saturating_sub(1));
        let steady = careful == 0 && length < SHORT / SAME_AGE;
        self.place.set(place);
        self.length.set(length);
        self.left.set(if steady { SAME_AGE as u32 - 1 } else { 0 });
        self.since.set(if steady { start } else { 0 });
    }
}

impl ThreadLog {
    /// Something has happened at `time` to the open block, if there is one: it is timed, although
    /// it was not going to be.
    fn time_from(&self, time: u64) {
        if self.pace.untimed.replace(false) {
            self.began.set(time.saturating_sub(self.pace.length.get()));
            self.pace.left.set(0);
            self.pace.since.set(0);
        }
    }

    fn next_request(&self, noted: &Noted) -> u64 {
        let number = self.requests.get() + 1;
        self.requests.set(number);
        noted.request.store(number, Ordering::Relaxed);
        number
    }

    /// Where this thread has touched the object, and whether that is known; else where it is.
    fn own_side(&self, host: &dyn Host, address: usize) -> (u32, bool, Trail) {
        match self.touches.get(address) {
            Some(trail) => (self.place(host, &trail), true, trail),
            None => {
                let (place, trail) = self.here(host);
                (place, false, trail)
            }
        }
    }

    /// Whether this request has been answered before; if not, it has now.
    fn has_answered(&self, thread: u64, number: u64) -> bool {
        let mut answered = self.answered.get();
        if answered.contains(&(thread, number)) {
            return true;
        }
        answered.rotate_right(1);
        answered[0] = (thread, number);
        self.answered.set(answered);
        false
    }

    fn answer(&self, host: &dyn Host, from: &Noted, address: usize, block: bool) {
        let thread = from.thread.load(Ordering::Relaxed);
        let number = from.request.load(Ordering::Relaxed);
        if thread == 0 || self.has_answered(thread, number) {
            return;
        }
        let (stack, exact, _) = self.own_side(host, address);
        self.record(Event::Answer {
            time: self.now(),
            thread,
            number,
            word: address as u64,
            stack: u64::from(stack),
            exact: exact.into(),
            block: block.into(),
        });
    }
}

impl StmThread {
    /// Whether anything is logged.
    #[inline]
    pub fn is_logging(&self) -> bool {
        self.log.get().is_some()
    }

    /// The thread starts.
    pub(crate) fn log_start(&self) {
        if let Some(log) = self.registry.log.get() {
            let own = self.log.get_or_init(|| ThreadLog::new(log));
            let noted = &self.record.noted;
            noted.request.store(0, Ordering::Relaxed);
            noted.thread.store(u64::from(own.buffer.thread) + 1, Ordering::Relaxed);
            own.record(Event::ThreadStart { time: own.now() });
        }
    }

    /// The thread ends.
    pub(crate) fn log_end(&self) {
        let Some(log) = self.log.get() else { return };
        self.record.noted.thread.store(0, Ordering::Relaxed);
        self.log_sums();
        log.record(Event::ThreadEnd { time: log.now() });
        log.write();
        log.ended.set(true);
        log.log.names.file.lock().buffers.retain(|other| other.thread != log.buffer.thread);
    }

    /// Records what has been summed up so far: before the thread, or the process, ends.
    pub fn log_sums(&self) {
        let Some(log) = self.log.get() else { return };
        log.short.empty(|event| log.record(event));
        let c = &self.record.counters;
        log.record(Event::Counters {
            claims: c.claims.get(),
            waits: c.waits.get(),
            sleeps: c.sleeps.get(),
            grants: c.grants.get(),
            bumps: c.bumps.get(),
            revocations: c.revocations.get(),
            contended: c.contended.get(),
            seats: c.seat_switches.get(),
            aborts: c.aborts.get(),
        });
    }

    /// Records an event of the host's; `make` is told the time and where the names are.
    pub fn log_event(&self, make: impl FnOnce(&super::Names, u64) -> Event) {
        if let Some(log) = self.log.get() {
            let event = make(&log.log.names, log.now());
            log.record(event);
            log.write_if_due(ticks());
        }
    }

    /// For a host that names things itself: calls `work` if anything is logged.
    pub fn log_names(&self, work: impl FnOnce(&super::Names)) {
        if let Some(log) = self.log.get() {
            work(&log.log.names);
        }
    }

    /// The time, as events have it; 0 when nothing is logged.
    pub fn log_time(&self) -> u64 {
        self.log.get().map_or(0, |log| log.now())
    }

    /// The number of the place where the thread is; 0 when nothing is logged.
    pub fn log_place(&self, host: &dyn Host) -> u32 {
        self.log.get().map_or(0, |log| log.here(host).0)
    }

    /// The open block is about to be doomed for this reason, on account of `object` (the number of
    /// a text), here.
    pub fn log_doom(&self, cause: Cause, object: u32, host: &dyn Host) {
        if let Some(log) = self.log.get() {
            log.doom.set(Some((cause, log.here(host).0, object)));
        }
    }

    /// The words of the log that may refer to the host's objects.
    pub fn logged_words(&self) -> Vec<usize> {
        let Some(log) = self.log.get() else { return Vec::new() };
        let frames = log.entered.iter().map(|frame| frame.get().0);
        log.touches.words().chain(frames).collect()
    }

    /// A collection is about to end: what was an object's address may be another's soon.
    pub fn forget_logged(&self) {
        if let Some(log) = self.log.get() {
            log.known.iter().for_each(|entry| entry.set((0, 0)));
            if !self.in_block() {
                log.touches.clear();
            }
        }
    }

    /// A claim has been successful.
    #[inline]
    pub(crate) fn log_claim(&self, word: &OwnerWord, host: &dyn Host) {
        if let Some(log) = self.log.get()
            && log.watches()
        {
            self.log_touch(log, word, host);
        }
    }

    #[inline(never)]
    fn log_touch(&self, log: &ThreadLog, word: &OwnerWord, host: &dyn Host) {
        // Contended objects are claimed for each operation: a sample will do.
        if self.is_holding() && self.record.counters.contended.get() & 15 != 0 {
            return;
        }
        let (address, frame) = (address(word), host.frame());
        let hot = log.log.is_hot(address);
        if log.touches.has(address, frame, hot) {
            return;
        }
        if !hot {
            log.touches.set_frame(address, frame);
            return;
        }
        let mut trail = Trail::EMPTY;
        host.trail(&mut trail, KEPT);
        log.touches.set(address, &trail);
    }

    /// A wait for `word` begins, of which `target` stands in the way.
    pub(crate) fn log_wait(&self, word: &OwnerWord, target: &ThreadRecord) -> Waiting {
        let Some(log) = self.log.get() else { return Waiting::default() };
        log.log.heat(address(word));
        log.eventful.set(true);
        log.watching.set(true);
        let obstacle = match word.load().state() {
            OwnerState::Revoking { .. } => Obstacle::Revocation,
            OwnerState::Contended { .. } => Obstacle::Holder,
            _ if std::ptr::eq(word, &self.registry.inevitable_address) => Obstacle::Inevitable,
            _ if target.token().has(ATOMIC) => Obstacle::Block,
            _ => Obstacle::Plain,
        };
        let start = ticks();
        log.time_from(start);
        Waiting {
            start,
            number: log.next_request(&self.record.noted),
            obstacle: obstacle as u64,
            owner: target.noted.thread.load(Ordering::Relaxed),
        }
    }

    /// The wait is over and the thread runs again.
    pub(crate) fn log_waited(
        &self,
        word: &OwnerWord,
        write: bool,
        waiting: Waiting,
        host: &dyn Host,
    ) {
        let Some(log) = self.log.get() else { return };
        let end = ticks();
        let (stack, trail) = log.here(host);
        let own = !std::ptr::eq(word, &self.registry.inevitable_address);
        let object = if own { log.describe(host, word, &trail) } else { 0 };
        log.record(Event::Wait {
            start: log.log.names.file.since(waiting.start),
            length: end.saturating_sub(waiting.start),
            number: waiting.number,
            word: address(word) as u64,
            write: write.into(),
            obstacle: waiting.obstacle,
            owner: waiting.owner,
            stack: u64::from(stack),
            object: u64::from(object),
            block: self.in_block().into(),
        });
        log.write_if_due(end);
    }

    /// Objects of this thread have been asked for, and it is about to answer.
    pub(crate) fn log_requests(&self, host: &dyn Host) {
        let Some(log) = self.log.get() else { return };
        log.watching.set(true);
        let inevitable = address(&self.registry.inevitable_address);
        for (from, want) in self.registry.waiters() {
            let of_me = from.target.load(crate::sync::Ordering::SeqCst) == self.record.slot;
            if of_me && from.slot != self.record.slot && want & !1 != inevitable as u64 {
                log.answer(host, &from.noted, (want & !1) as usize, self.in_block());
            }
        }
    }

    /// The thread is about to go away, and gives up what it has been asked for meanwhile.
    #[inline]
    pub(crate) fn log_unanswered(&self, host: &dyn Host) {
        if self.is_logging() && self.record.poll.load(crate::sync::Ordering::Relaxed) & REQUEST != 0
        {
            self.log_requests(host);
        }
    }

    /// A revocation begins.
    pub(crate) fn log_revocation(&self, word: &OwnerWord) -> Waiting {
        let Some(log) = self.log.get() else { return Waiting::default() };
        log.log.heat(address(word));
        log.eventful.set(true);
        log.watching.set(true);
        let number = log.next_request(&self.record.noted);
        self.record.noted.revokes.store(address(word), Ordering::Relaxed);
        let start = ticks();
        log.time_from(start);
        Waiting { start, number, ..Waiting::default() }
    }

    /// It is over and the thread runs again.
    pub(crate) fn log_revoked(&self, word: &OwnerWord, waiting: Waiting, host: &dyn Host) {
        let Some(log) = self.log.get() else { return };
        self.record.noted.revokes.store(0, Ordering::Relaxed);
        if self.registry.registered().nth(1).is_none() {
            // Nobody else can have read it.
            return;
        }
        let end = ticks();
        let (stack, trail) = log.here(host);
        log.record(Event::Revocation {
            start: log.log.names.file.since(waiting.start),
            length: end.saturating_sub(waiting.start),
            number: waiting.number,
            word: address(word) as u64,
            stack: u64::from(stack),
            object: u64::from(log.describe(host, word, &trail)),
            block: self.in_block().into(),
        });
        log.write_if_due(end);
    }

    /// This thread acknowledges revocations: of what it has read it says where.
    pub(crate) fn log_acknowledged(&self, host: &dyn Host) {
        let Some(log) = self.log.get() else { return };
        for other in self.registry.registered().filter(|other| other.slot != self.record.slot) {
            let address = other.noted.revokes.load(Ordering::Relaxed);
            if address != 0 && log.touches.get(address).is_some() {
                log.answer(host, &other.noted, address, self.in_block());
            }
        }
    }

    /// The block of `target` has just been wounded, for what this thread waits for.
    pub(crate) fn log_wound(&self, target: &ThreadRecord) {
        let Some(log) = self.log.get() else { return };
        let (own, theirs) = (&self.record.noted, &target.noted);
        let number = own.request.load(Ordering::Relaxed);
        let want = self.record.want.load(crate::sync::Ordering::Relaxed) & !1;
        let by = [u64::from(log.buffer.thread) + 1, number, want];
        for (to, value) in theirs.wounded_by.iter().zip(by) {
            to.store(value, Ordering::Relaxed);
        }
        let thread = theirs.thread.load(Ordering::Relaxed);
        log.record(Event::Wound { time: log.now(), thread, number, word: want });
    }

    /// `word` becomes contended, or is no longer.
    pub(crate) fn log_contended(&self, word: &OwnerWord, on: bool) {
        if let Some(log) = self.log.get() {
            let (time, word) = (log.now(), address(word) as u64);
            log.record(Event::Contended { time, word, on: on.into() });
        }
    }

    /// A block is about to begin. True: it is timed, from the clock that it takes its age from.
    #[inline]
    pub(crate) fn log_enter(&self, host: &dyn Host) -> bool {
        let Some(log) = self.log.get() else { return false };
        let frame = host.frame();
        log.entered[0].set(frame);
        let (pace, first) = (&log.pace, log.attempt.get() == 0);
        let left = pace.left.get();
        let untimed = left > 0 && first && pace.place.get() == frame.1 && self.shares_age();
        pace.untimed.set(untimed);
        if untimed {
            pace.left.set(left - 1);
        }
        !untimed
    }

    /// It has begun.
    #[inline]
    pub(crate) fn log_entered(&self) {
        let Some(log) = self.log.get() else { return };
        let first = log.attempt.get() == 0;
        self.record.noted.wounded_by[0].store(0, Ordering::Relaxed);
        log.eventful.set(!first);
        if !log.pace.untimed.get() {
            // A first attempt has just looked at the clock for its age.
            let age = self.record.age.load(crate::sync::Ordering::Relaxed);
            log.began.set(if first { age } else { ticks() });
            log.pace.look(log.began.get());
        }
    }

    /// It has committed.
    pub(crate) fn log_commit(&self, inevitable: bool, host: &dyn Host) {
        let Some(log) = self.log.get() else { return };
        let uneventful = !inevitable && !log.eventful.get();
        let at = log.entered[0].get().1;
        let key = (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        if uneventful && log.pace.untimed.get() && log.short.add_another(key, log.pace.length.get())
        {
            return;
        }
        let end = ticks();
        log.time_from(end);
        let start = log.began.get();
        let attempt = log.attempt.replace(0);
        let length = end.saturating_sub(start);
        let since = |time| log.log.names.file.since(time);
        if uneventful && length < SHORT {
            log.pace.note(at, start, length);
            let place = || log.place(host, &log.entered());
            if let Some(event) = log.short.add(key, since(start), since(end), place) {
                log.record(event);
                log.write_if_due(end);
            }
            return;
        }
        log.record(Event::Block {
            start: since(start),
            length,
            attempt,
            stack: u64::from(log.place(host, &log.entered())),
            inevitable: inevitable.into(),
        });
        log.doom.set(None);
        log.write_if_due(end);
    }

    /// It has been undone. `retry`: to start over.
    pub(crate) fn log_abort(&self, retry: bool, host: &dyn Host) {
        let Some(log) = self.log.get() else { return };
        let end = ticks();
        log.time_from(end);
        let trail = log.entered();
        let by =
            [0, 1, 2].map(|at: usize| self.record.noted.wounded_by[at].load(Ordering::Relaxed));
        let wounded = self.token().has(WOUNDED) && by[0] != 0;
        let (cause, stack, exact, object) = if wounded {
            let touched = log.touches.get(by[2] as usize);
            let stack = log.place(host, touched.as_ref().unwrap_or(&trail));
            let exact = touched.is_some();
            (Cause::Wounded, stack, exact, 0)
        } else {
            match log.doom.get() {
                Some((cause, stack, object)) => (cause, stack, true, object),
                None => (Cause::Other, log.place(host, &trail), false, 0),
            }
        };
        let [by, number, word] = if wounded { by } else { [0; 3] };
        log.record(Event::Abort {
            start: log.log.names.file.since(log.began.get()),
            length: end.saturating_sub(log.began.get()),
            attempt: log.attempt.get(),
            block: u64::from(log.place(host, &trail)),
            cause: cause as u64,
            by,
            number,
            word,
            stack: u64::from(stack),
            exact: exact.into(),
            object: u64::from(object),
        });
        log.attempt.set(if retry { log.attempt.get() + 1 } else { 0 });
        log.doom.set(None);
        log.write_if_due(end);
    }

    /// The block has become inevitable; it asked for that at `start`.
    pub(crate) fn log_inevitable(&self, start: u64, host: &dyn Host) {
        let Some(log) = self.log.get() else { return };
        log.time_from(start);
        let (stack, trail) = log.here(host);
        let reason = host.reason(&trail, &log.log.names);
        log.inevitable.set(stack);
        let (start, end) = (log.log.names.file.since(start), log.now());
        log.record(Event::Inevitable {
            start,
            length: end.saturating_sub(start),
            stack: u64::from(stack),
            reason: u64::from(reason),
        });
    }

    /// It gives the inevitable token back: says to those who wait for it where it took it.
    pub(crate) fn log_inevitable_over(&self) {
        let Some(log) = self.log.get() else { return };
        let word = address(&self.registry.inevitable_address);
        for (from, want) in self.registry.waiters().filter(|&(_, want)| want & !1 == word as u64) {
            let _ = want;
            let thread = from.noted.thread.load(Ordering::Relaxed);
            let number = from.noted.request.load(Ordering::Relaxed);
            log.record(Event::Answer {
                time: log.now(),
                thread,
                number,
                word: word as u64,
                stack: u64::from(log.inevitable.get()),
                exact: 1,
                block: 1,
            });
        }
    }

    /// Ticks for the beginning of what may be worth recording; 0 when nothing is.
    #[inline]
    pub(crate) fn log_begin(&self) -> u64 {
        if self.is_logging() { ticks() } else { 0 }
    }

    /// The thread stood still for a stop that began for it at `start`.
    pub(crate) fn log_pause(&self, start: u64) {
        if let Some(log) = self.log.get() {
            let length = ticks().saturating_sub(start);
            if length > WORTH {
                log.record(Event::Pause { start: log.log.names.file.since(start), length });
            }
        }
    }

    /// The thread has waited for a seat since `start`.
    pub(crate) fn log_seat(&self, start: u64) {
        if let Some(log) = self.log.get() {
            let length = ticks().saturating_sub(start);
            if length > WORTH {
                log.record(Event::Seat { start: log.log.names.file.since(start), length });
            }
        }
    }
}
