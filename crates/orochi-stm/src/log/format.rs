//! The log's file, byte by byte. `docs/internals/event-log.md` says what each event means.
//!
//! ```text
//! file   = MAGIC | u32 length of text | text (lines `key=value`) | chunk ...
//! chunk  = CHUNK | u32 length | u32 thread | u32 0 | u64 ticks | u64 nanoseconds | record ...
//! record = kind | length of payload | payload            all of them varints
//! ```
//! Fixed-width numbers are little-endian. A varint has seven bits a byte, the lowest first; the
//! high bit says that more follow. Times are ticks since the log was opened; what a tick is, the
//! two clocks in the heads of chunks say. Whoever reads skips records of kinds it does not
//! know, and fields it does not know at the end of those it does.

/// The first bytes of a log; the last one is the format's version.
pub const MAGIC: [u8; 8] = *b"OROSTM\0\x01";
/// The first word of a chunk.
pub const CHUNK: u32 = u32::from_le_bytes(*b"CHNK");
/// Bytes of a chunk's head.
pub const CHUNK_HEAD: usize = 32;
/// No record of numbers is longer.
pub(crate) const LONGEST: usize = 160;

/// Number of the kind of a text: its id, then bytes up to the end.
pub const NAME: u64 = 1;
/// Number of the kind of a stack: its id, then pairs of text and line, the innermost frame first.
pub const STACK: u64 = 2;

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$note:meta])* $field:ident),* };)*) => {
        /// What happened, as a record says it. Ids of texts and stacks are zero where nothing
        /// is known.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Event {
            $($(#[$doc])* $name { $($(#[$note])* $field: u64),* },)*
        }

        impl Event {
            /// The number of its kind.
            pub fn kind(&self) -> u64 {
                match self { $(Event::$name { .. } => $kind,)* }
            }

            /// Appends the fields to `out`, whose length is `at`; the result is the new length.
            fn put_fields(&self, out: &mut [u8; LONGEST], at: usize) -> usize {
                match *self { $(Event::$name { $($field),* } => {
                    let mut at = at;
                    $(at = put(out, at, $field);)*
                    at
                })* }
            }

            /// Reads the payload of a record. `None`: of no known kind, or too short.
            pub fn decode(kind: u64, payload: &[u8]) -> Option<Event> {
                let mut rest = payload;
                match kind {
                    $($kind => Some(Event::$name { $($field: take(&mut rest)?),* }),)*
                    _ => None,
                }
            }
        }
    };
}

events! {
    /// The thread of the chunk begins.
    ThreadStart = 3 { /// When.
        time };
    /// It has a name.
    ThreadName = 4 { /// When.
        time, /// Text.
        name };
    /// It ends.
    ThreadEnd = 5 { /// When.
        time };
    /// What it has counted so far: see [`crate::Counters`].
    Counters = 6 { /// Slow paths of barriers.
        claims, /// Waits for a live owner.
        waits, /// Waits that ended up asleep.
        sleeps, /// Objects handed to a requester.
        grants, /// Epochs ended on request.
        bumps, /// Revocations.
        revocations, /// Operations on contended objects.
        contended, /// Seats given up.
        seats, /// Blocks undone.
        aborts };
    /// A block has committed.
    Block = 8 { /// Start of the attempt.
        start, /// Its ticks.
        length, /// How many attempts came before.
        attempt, /// Where the block was entered.
        stack, /// 1 if it had become inevitable.
        inevitable };
    /// Short blocks that committed at their first attempt without waiting, summed up.
    Blocks = 9 { /// Start of the first.
        start, /// Ticks from there to the end of the last.
        length, /// Ticks in them.
        busy, /// How many.
        count, /// Where they were entered.
        stack };
    /// An attempt was undone.
    Abort = 10 { /// Start of the attempt.
        start, /// Its ticks.
        length, /// How many attempts came before.
        attempt, /// Where the block was entered.
        block, /// See [`super::Cause`].
        cause, /// Thread that wounded it, plus one.
        by, /// That one's request.
        number, /// The object it was about.
        word, /// Where this thread had touched that, or was.
        stack, /// 1 if `stack` is where it touched the object.
        exact, /// Text: what the object is.
        object };
    /// A claim has waited.
    Wait = 16 { /// When it began.
        start, /// Ticks.
        length, /// Number of the request, counted for each thread.
        number, /// The object.
        word, /// 1 to write it.
        write, /// See [`super::Obstacle`].
        obstacle, /// Thread that had it, plus one.
        owner, /// Where the request was made.
        stack, /// Text: what the object is.
        object, /// 1 in a block.
        block };
    /// A thread that has what another one waits for sees the request.
    Answer = 17 { /// When.
        time, /// Thread that asks, plus one.
        thread, /// Its request.
        number, /// The object.
        word, /// Where this thread touched it, or is.
        stack, /// 1 if `stack` is where it touched the object.
        exact, /// 1 in a block.
        block };
    /// A shared object was taken from its readers.
    Revocation = 18 { /// When it began.
        start, /// Ticks.
        length, /// Number of the request, counted with those of waits.
        number, /// The object.
        word, /// Where it was asked for.
        stack, /// Text: what the object is.
        object, /// 1 in a block.
        block };
    /// A younger block is told to abort.
    Wound = 19 { /// When.
        time, /// Thread of that block, plus one.
        thread, /// The request for which.
        number, /// The object.
        word };
    /// An object is from now on held for one operation at a time, or no longer.
    Contended = 20 { /// When.
        time, /// The object.
        word, /// 1: from now on.
        on };
    /// A block has become inevitable.
    Inevitable = 21 { /// When it asked for that.
        start, /// Ticks until it was.
        length, /// Where.
        stack, /// Text: which operation.
        reason };
    /// A lock of the program's was waited for.
    LockWait = 24 { /// When it began.
        start, /// Ticks.
        length, /// The lock.
        word, /// Where.
        stack, /// Text: what it is.
        object, /// 1 if a block was undone for it.
        block };
    /// A lock that somebody sleeps for was given back.
    LockAnswer = 25 { /// When.
        time, /// The lock.
        word, /// Where.
        stack };
    /// A collection.
    Collection = 32 { /// When it was begun.
        start, /// Ticks, the stop of the world included.
        length, /// Ticks of that until all threads stood still.
        stop, /// 1: a full one.
        full };
    /// The thread stood still while another one collected.
    Pause = 33 { /// When.
        start, /// Ticks.
        length };
    /// The thread waited for a core.
    Seat = 34 { /// When.
        start, /// Ticks.
        length };
    /// The log has become too long: nothing of this thread follows.
    Full = 40 { /// When.
        time };
}

impl Event {
    /// Writes the record; the result is its length.
    pub(crate) fn encode(&self, out: &mut [u8; LONGEST]) -> usize {
        // Two bytes are kept for kind and length, both below 128.
        let end = self.put_fields(out, 2);
        out[0] = self.kind() as u8;
        out[1] = (end - 2) as u8;
        end
    }
}

fn put(out: &mut [u8; LONGEST], mut at: usize, mut value: u64) -> usize {
    loop {
        let low = value as u8 & 0x7F;
        value >>= 7;
        let more = if value == 0 { 0 } else { 0x80 };
        out[at] = low | more;
        at += 1;
        if more == 0 {
            return at;
        }
    }
}

/// Appends a varint.
pub(crate) fn push(out: &mut Vec<u8>, value: u64) {
    let mut one = [0; LONGEST];
    let length = put(&mut one, 0, value);
    out.extend_from_slice(&one[..length]);
}

/// Takes a varint off the front; `None` if there is none whole.
pub fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..70).step_by(7) {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let events = [
            Event::ThreadStart { time: 0 },
            Event::Wait {
                start: u64::MAX,
                length: 1,
                number: 127,
                word: 128,
                write: 1,
                obstacle: 2,
                owner: 300,
                stack: u64::MAX,
                object: u64::MAX,
                block: u64::MAX,
            },
            Event::Full { time: 1 << 63 },
        ];
        for event in events {
            let mut out = [0; LONGEST];
            let length = event.encode(&mut out);
            let mut rest = &out[..length];
            let (kind, size) = (take(&mut rest), take(&mut rest));
            assert_eq!((kind, size), (Some(event.kind()), Some(rest.len() as u64)));
            assert_eq!(Event::decode(event.kind(), rest), Some(event));
            assert_eq!(Event::decode(event.kind(), &rest[..rest.len() - 1]), None);
        }
        assert_eq!(Event::decode(99, &[]), None);
        assert_eq!(take(&mut &[0xFF; 20][..]), None);
    }
}
