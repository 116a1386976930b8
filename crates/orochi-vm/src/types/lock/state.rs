//! The bits of a lock's word: taking it, giving it back, and waiting.
//!
//! Who gives a lock back wakes one sleeper at most, and none while the last one is on its way: until
//! that one runs, the thread that computes takes and gives the lock thousands of times at no more
//! than its usual price. Nobody starves: after [`PATIENCE`] times the lock is kept for the one on
//! its way, and one that has been woken for nothing makes the next be handed over.
//!
//! A lock that one thread takes and gives back all the time is free about half of it, so others
//! could take it between any two uses; but then it would travel, with what it guards, every
//! microsecond. Who finds it used so *densely* lets its user have a *turn* of [`TURN_USES`] uses, and
//! sleeps. Who is woken by the turn's end is *due*: the user goes on until that one is awake, looks,
//! and says so, and is handed the lock when it is given back next; nobody waits for a wake-up, which can
//! take as long as a thousand uses. Of those who sleep one is next: it sleeps apart, and looks for itself
//! after [`TURN`], in case nobody uses the lock any more. The others are woken one by one to become next.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot_core::{DEFAULT_UNPARK_TOKEN, UnparkToken};

use super::word;
/// Somebody has the lock.
pub(super) const HELD: u64 = 1;
/// Somebody sleeps.
const WAITED: u64 = 2;
/// Somebody has been woken and has not looked yet.
const WAKING: u64 = 4;
/// Held for the one that has been woken.
const HANDED: u64 = 8;
/// The next sleeper is handed the lock.
const FAIR: u64 = 16;
/// Whoever enters by a `with` statement asks first whether to elide the lock.
pub(super) const WATCHED: u64 = 32;
/// Sections may be running that have not taken the lock. Set while nobody holds it.
pub(super) const ELIDED: u64 = 64;
/// A turn: nobody is woken before it is over. Whoever has set this is next, sleeps apart from the
/// others, and looks when the turn has lasted long enough.
const TURNED: u64 = 128;
/// Somebody looks how densely the lock is used.
const COUNTED: u64 = 256;
/// The one that was woken looks, and it is its turn: it is handed the lock.
const DUE: u64 = 512;
/// What stays whoever has the lock.
const LASTING: u64 = WATCHED | ELIDED;
/// Counts how often the lock was given back since somebody was woken, in the turn, or while `COUNTED`.
const ONE_GIVEN: u64 = 1 << 32;
const COUNT: u64 = !(ONE_GIVEN - 1);
/// What the woken thread clears when it has looked.
const OF_WOKEN: u64 = WAKING | HANDED | DUE | COUNT;

/// So often the lock may be given back while somebody is on its way; then it is kept for it.
const PATIENCE: u64 = 8192;
/// A turn has so many uses, and takes at most so long.
const TURN_USES: u64 = 2 * PATIENCE;
const TURN: Duration = Duration::from_millis(2);
/// Given back so often while the one that was woken was on its way: the use is dense.
const DENSE: u64 = 64;
/// The same, before the second look of one that counts; twice as often before each other.
const DENSE_COUNTED: u64 = 4;
/// Who counts has looked its last time when the lock has been given back so often.
const MOST_COUNTED: u64 = 256;
/// Looks before a waiter sleeps, each after twice as long as the one before: who looks all the time
/// takes the word's cache line, and then the lock and all that it guards, from a thread that
/// would be done sooner without.
const LOOKS: u32 = 5;
/// Spins before the second look.
const FIRST_PAUSE: u32 = 32;
/// Says to a sleeper that the lock is its own.
const YOURS: UnparkToken = UnparkToken(1);
/// Says to a sleeper that its turn has come.
const YOUR_TURN: UnparkToken = UnparkToken(2);

thread_local! {
    /// The lock that this thread has handed to the one whose turn it was, as its last use of it.
    static HANDED_OVER: Cell<usize> = const { Cell::new(0) };
}

/// Takes a lock that is free, and about whose sections there is nothing to be said. Whoever waits
/// for it has been promised no more than that it is given back.
#[inline]
pub(super) fn try_take_quietly(word: &AtomicU64) -> bool {
    let now = word.load(Ordering::Relaxed);
    now & (HELD | WATCHED | ELIDED) == 0
        && word.compare_exchange(now, now | HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
}

/// Takes the word if it is free, and clears `also` together with that.
fn try_take_and_clear(word: &AtomicU64, also: u64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    while now & HELD == 0 {
        let taken = (now | HELD) & !also;
        match word.compare_exchange_weak(now, taken, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    false
}

pub(super) fn try_take(word: &AtomicU64) -> bool {
    try_take_and_clear(word, 0)
}

/// The woken thread takes what is held for it, if it is.
fn take_handed(word: &AtomicU64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    while now & HANDED != 0 {
        let taken = now & !OF_WOKEN;
        match word.compare_exchange_weak(now, taken, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    false
}

/// Gives the lock back; whether it was held.
pub(super) fn give(word: &AtomicU64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    if now == HELD {
        match word.compare_exchange(HELD, 0, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(changed) => now = changed,
        }
    }
    loop {
        if now & HELD == 0 {
            return false;
        }
        let uses = now / ONE_GIVEN;
        let given = if now & WAKING != 0 {
            // The one that was woken will look.
            if now & DUE == 0 && uses < PATIENCE {
                (now & !(HELD | HANDED)) + ONE_GIVEN
            } else {
                now & !(DUE | COUNT) | HANDED
            }
        } else if now & TURNED != 0 && uses < TURN_USES {
            (now & !HELD) + ONE_GIVEN
        } else if now & (TURNED | WAITED) != 0 {
            break;
        } else if now & COUNTED != 0 && uses < MOST_COUNTED {
            (now & !HELD) + ONE_GIVEN
        } else {
            now & LASTING
        };
        match word.compare_exchange_weak(now, given, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => {
                if now & DUE != 0 && given & HANDED != 0 {
                    HANDED_OVER.set(word::address(word));
                }
                return true;
            }
            Err(changed) => now = changed,
        }
    }
    wake_next(word);
    true
}

/// Replaces the word by what `to` makes of it.
fn change(word: &AtomicU64, to: impl Fn(u64) -> u64) {
    let mut now = word.load(Ordering::Relaxed);
    while let Err(changed) =
        word.compare_exchange_weak(now, to(now), Ordering::Release, Ordering::Relaxed)
    {
        now = changed;
    }
}

/// Wakes one thread that sleeps, and gives the word, which the caller holds, back or to that one.
fn wake_next(word: &AtomicU64) {
    crate::thread::log::lock_given_back(word);
    if word.load(Ordering::Relaxed) & TURNED != 0 && wake_next_turn(word) {
        return;
    }
    // SAFETY: the callback neither panics nor parks.
    unsafe {
        parking_lot_core::unpark_one(word::address(word), |result| {
            let more = if result.have_more_threads { WAITED } else { 0 };
            let fair = word.load(Ordering::Relaxed) & FAIR != 0;
            let (state, token) = match result.unparked_threads {
                0 => (0, DEFAULT_UNPARK_TOKEN),
                _ if fair => (HELD, YOURS),
                _ => (WAKING, DEFAULT_UNPARK_TOKEN),
            };
            // Others may just have begun a turn.
            change(word, |now| now & (LASTING | TURNED) | more | state);
            token
        });
    }
}

/// A turn is over: wakes the one whose turn is next, and gives the word back. False: there is none,
/// and the caller has the word still.
fn wake_next_turn(word: &AtomicU64) -> bool {
    // SAFETY: the callback neither panics nor parks.
    let result = unsafe {
        parking_lot_core::unpark_one(next_turn(word), |result| {
            let state = if result.unparked_threads == 0 { HELD } else { WAKING };
            change(word, |now| now & (LASTING | WAITED | FAIR) | state);
            YOUR_TURN
        })
    };
    result.unparked_threads > 0
}

/// Where the one sleeps whose turn is next.
fn next_turn(word: &AtomicU64) -> usize {
    word::address(word) + 1
}

/// Whether somebody sleeps for the word, or has just been woken.
pub(super) fn is_waited_for(word: &AtomicU64) -> bool {
    word.load(Ordering::Relaxed) & (WAITED | WAKING | TURNED) != 0
}

/// From now on the word counts how often it is given back, if nobody else waits for it.
fn count_uses(word: &AtomicU64) -> bool {
    let now = word.load(Ordering::Relaxed);
    let counted = now & !COUNT | COUNTED;
    now & HELD != 0
        && now & (WAITED | WAKING | COUNTED | TURNED) == 0
        && word.compare_exchange(now, counted, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// Waits for the word until `deadline`; whether it was taken.
pub(super) fn wait(word: &AtomicU64, deadline: Option<Instant>) -> bool {
    // Whether this thread comes from its own turn to the next one's, which has just begun.
    let mut displaced = HANDED_OVER.replace(0) == word::address(word);
    // What this thread has to clear: `OF_WOKEN`, while it is the one that was woken.
    let mut mine = 0;
    // Whether it was woken because its turn has come.
    let mut due = false;
    // Whether the turn that it has given others is over.
    let mut turn_over = false;
    loop {
        let woken = mine != 0;
        let counts = !woken && !turn_over && !displaced && count_uses(word);
        let clear = if counts { COUNTED | COUNT } else { mine };
        // Whether to let others have a turn.
        let mut yields = false;
        for look in 0..LOOKS {
            if woken && take_handed(word) {
                return true;
            }
            let now = word.load(Ordering::Relaxed);
            yields = !turn_over
                && !due
                && match (woken, counts) {
                    _ if displaced => now & HELD != 0,
                    (true, _) => now / ONE_GIVEN >= DENSE,
                    (_, true) => look > 0 && now / ONE_GIVEN >= DENSE_COUNTED << (look - 1),
                    _ => now & TURNED != 0,
                };
            if yields {
                break;
            }
            if try_take_and_clear(word, clear) {
                return true;
            }
            if due && look == 0 {
                // Nobody else changes what belongs to the one that was woken.
                word.fetch_or(DUE, Ordering::Relaxed);
            }
            (0..FIRST_PAUSE << look).for_each(|_| std::hint::spin_loop());
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return (woken || turn_over) && !pass_on(word, mine);
        }
        let now = word.load(Ordering::Relaxed);
        if !yields && now & HELD == 0 || woken && now & HANDED != 0 {
            continue;
        }
        // Who comes from its own turn stands last; only if nobody stands there it is next.
        let begins = yields && now & TURNED == 0 && !(displaced && now & WAITED != 0);
        // Who was woken for nothing stands last again: then the lock goes round in turn.
        let fair = if (woken || turn_over) && !yields { FAIR } else { 0 };
        let sleeps =
            if begins { now & !(clear | COUNT) | TURNED } else { now & !clear | WAITED | fair };
        if word.compare_exchange(now, sleeps, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            continue;
        }
        displaced = false;
        turn_over = false;
        let token = if begins {
            let end = Instant::now() + TURN;
            let until = deadline.map_or(end, |it| it.min(end));
            let still = || word.load(Ordering::Relaxed) & TURNED != 0;
            let gave_up = |_| {
                word.fetch_and(!TURNED, Ordering::Relaxed);
            };
            let token = word::sleep(next_turn(word), still, gave_up, Some(until));
            turn_over = token.is_none();
            token
        } else {
            let still = || {
                let now = word.load(Ordering::Relaxed);
                now & WAITED != 0 && now & (HELD | TURNED) != 0
            };
            let gave_up = |last| {
                if last {
                    word.fetch_and(!(WAITED | FAIR), Ordering::Relaxed);
                }
            };
            word::sleep(word::address(word), still, gave_up, deadline)
        };
        if token == Some(YOURS) {
            return true;
        }
        due = token == Some(YOUR_TURN);
        mine = if token.is_some() { OF_WOKEN } else { 0 };
    }
}

/// The thread that was woken, or whose turn is over, gives up: somebody else has to look in its
/// place. False if the lock was held for it: it is its own now.
fn pass_on(word: &AtomicU64, mine: u64) -> bool {
    let mut now = word.load(Ordering::Relaxed);
    loop {
        if mine & now & HANDED != 0 {
            if take_handed(word) {
                return false;
            }
            now = word.load(Ordering::Relaxed);
            continue;
        }
        // As if it had been taken and given back, if it is free and somebody sleeps.
        let wakes = now & !mine & (HELD | WAKING) == 0 && now & WAITED != 0;
        let passed = now & !mine | if wakes { HELD } else { 0 };
        match word.compare_exchange_weak(now, passed, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) if wakes => wake_next(word),
            Ok(_) => {}
            Err(changed) => {
                now = changed;
                continue;
            }
        }
        return true;
    }
}
