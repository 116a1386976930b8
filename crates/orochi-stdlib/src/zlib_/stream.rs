//! The streams of `libz-rs-sys`, which has zlib's own interface, behind a safe one.
//!
//! A stream's memory never moves, for its inner state points back to it; what it reads and writes
//! it sees only during a call.

use libz_rs_sys as z;

/// What a call ended with: zlib's code and its words for it.
#[derive(Debug)]
pub struct Failure {
    /// zlib's code, negative but for `Z_NEED_DICT`.
    pub code: i32,
    /// What it says about it, or what the code usually means.
    pub message: Option<String>,
    /// Whether it was a dictionary that did not fit.
    pub setting_dictionary: bool,
}

impl Failure {
    /// A failure that zlib says nothing about.
    pub fn code(code: i32) -> Self {
        Self { code, message: None, setting_dictionary: false }
    }
}

/// How a call left a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All is taken in or the output is full.
    Going,
    /// The stream's end has been reached.
    Ended,
    /// Nothing could be done: there is no input, or no room.
    Stuck,
    /// A dictionary is wanted.
    WantsDictionary,
}

/// Compression or its reverse, under way.
pub struct Stream {
    raw: Box<z::z_stream>,
    deflating: bool,
}

// SAFETY: the stream owns all it points to.
unsafe impl Send for Stream {}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream was initialised for this direction, and ends once.
        unsafe {
            if self.deflating {
                z::deflateEnd(&raw mut *self.raw);
            } else {
                z::inflateEnd(&raw mut *self.raw);
            }
        }
    }
}

fn version() -> *const std::ffi::c_char {
    z::zlibVersion()
}

const SIZE: i32 = size_of::<z::z_stream>() as i32;

impl Stream {
    /// A compressor.
    pub fn deflate(
        level: i32,
        method: i32,
        wbits: i32,
        mem_level: i32,
        strategy: i32,
    ) -> Result<Self, Failure> {
        let mut raw = Box::new(z::z_stream::default());
        // SAFETY: a fresh stream in memory that stays where it is.
        let code = unsafe {
            z::deflateInit2_(
                &raw mut *raw,
                level,
                method,
                wbits,
                mem_level,
                strategy,
                version(),
                SIZE,
            )
        };
        if code != z::Z_OK {
            return Err(Failure::code(code));
        }
        Ok(Self { raw, deflating: true })
    }

    /// A decompressor.
    pub fn inflate(wbits: i32) -> Result<Self, Failure> {
        let mut raw = Box::new(z::z_stream::default());
        raw.next_out = std::ptr::dangling_mut();
        // SAFETY: a fresh stream in memory that stays where it is.
        let code = unsafe { z::inflateInit2_(&raw mut *raw, wbits, version(), SIZE) };
        if code != z::Z_OK {
            return Err(Failure::code(code));
        }
        Ok(Self { raw, deflating: false })
    }

    /// Another stream in the same state.
    pub fn copy(&mut self) -> Result<Self, Failure> {
        let mut raw = Box::new(z::z_stream::default());
        // SAFETY: a live stream of this direction, and fresh memory that stays where it is.
        let code = unsafe {
            if self.deflating {
                z::deflateCopy(&raw mut *raw, &raw mut *self.raw)
            } else {
                z::inflateCopy(&raw mut *raw, &raw const *self.raw)
            }
        };
        if code != z::Z_OK {
            return Err(Failure::code(code));
        }
        Ok(Self { raw, deflating: self.deflating })
    }

    /// Tells the stream what both sides know.
    pub fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), Failure> {
        let length = u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
        // SAFETY: the slice is as long as said.
        let code = unsafe {
            if self.deflating {
                z::deflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), length)
            } else {
                z::inflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), length)
            }
        };
        if code == z::Z_OK { Ok(()) } else { Err(self.failure(code)) }
    }

    /// Takes in as much of `input` as goes and appends at most `room` bytes to `out`; how much was
    /// taken in, and how it ended.
    pub fn run(
        &mut self,
        input: &[u8],
        flush: i32,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Result<(usize, Progress), Failure> {
        let given = u32::try_from(input.len()).unwrap_or(u32::MAX);
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        if out.try_reserve(room as usize).is_err() {
            return Err(Failure::code(z::Z_MEM_ERROR));
        }
        let space = out.spare_capacity_mut();
        self.raw.next_in = input.as_ptr();
        self.raw.avail_in = given;
        self.raw.next_out = space.as_mut_ptr().cast();
        self.raw.avail_out = room;
        // SAFETY: both buffers are as long as said and stay meanwhile.
        let code = unsafe {
            if self.deflating {
                z::deflate(&raw mut *self.raw, flush)
            } else {
                z::inflate(&raw mut *self.raw, flush)
            }
        };
        let taken = (given - self.raw.avail_in) as usize;
        let made = (room - self.raw.avail_out) as usize;
        // SAFETY: the stream has written so many bytes behind the vector's end.
        unsafe { out.set_len(out.len() + made) };
        self.raw.next_in = std::ptr::null();
        // No address of anything, but not null either: copying a stream asks for that.
        self.raw.next_out = std::ptr::dangling_mut();
        match code {
            z::Z_OK => Ok((taken, Progress::Going)),
            z::Z_STREAM_END => Ok((taken, Progress::Ended)),
            z::Z_BUF_ERROR => Ok((taken, Progress::Stuck)),
            z::Z_NEED_DICT => Ok((taken, Progress::WantsDictionary)),
            code => Err(self.failure(code)),
        }
    }

    fn failure(&self, code: i32) -> Failure {
        let said = self.raw.msg;
        let message = (!said.is_null()).then(|| {
            // SAFETY: messages are texts of the library, with an end.
            unsafe { std::ffi::CStr::from_ptr(said) }.to_string_lossy().into_owned()
        });
        Failure { message, ..Failure::code(code) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Stream};

    fn all(stream: &mut Stream, input: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = input;
        loop {
            let (taken, progress) = stream.run(rest, 4, &mut out, 7).expect("a sound stream");
            rest = &rest[taken..];
            if progress == Progress::Ended {
                return out;
            }
        }
    }

    #[test]
    fn there_and_back() {
        let text = b"to be or not to be, that is to be or not".repeat(20);
        for wbits in [15, -15, 31, 9] {
            let mut press = Stream::deflate(6, 8, wbits, 8, 0).expect("valid parameters");
            let mut twin = press.copy().expect("a live stream");
            let packed = all(&mut press, &text);
            assert_eq!(all(&mut twin, &text), packed);
            assert!(packed.len() < text.len() / 4);
            let mut unpack = Stream::inflate(wbits).expect("valid parameters");
            assert_eq!(all(&mut unpack, &packed), text);
        }
        assert!(Stream::deflate(77, 8, 15, 8, 0).is_err());
        let mut unpack = Stream::inflate(15).expect("valid parameters");
        assert!(unpack.run(b"no zlib data", 0, &mut Vec::new(), 64).is_err());
    }
}
