//! `tell` and `seek`.
//!
//! A position in a text is more than one in its bytes: a decoder may have kept some back, and a
//! chunk is decoded as a whole. A *cookie* says: go to this byte, put the decoder into this state,
//! feed it so many bytes (and perhaps the end), skip so many characters. `tell` looks for a byte
//! at which the decoder keeps nothing back, so that in common encodings the cookie is simply
//! the byte's position.

use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::int::{as_i64, is_negative};

use super::super::{call, errors};
use super::codec::{
    decode, decode_with, object_state, raise_undecodable, reset_decoder, set_object_state,
    set_state,
};
use super::object::{Native, State, TextStream, buffer_of, open_buffer, set_decoded, with};
use crate::argument::c_int_or;

/// A position in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cookie {
    start: u64,
    flags: u64,
    feed: u64,
    skip: u64,
    end: bool,
}

impl Cookie {
    fn pack(self, th: &Thread) -> Result<Value, Raised> {
        let words = [self.start, self.flags, self.feed, self.skip, u64::from(self.end)];
        th.int_from_words(false, &words)
    }

    fn unpack(th: &mut Thread, value: Value) -> Result<Cookie, Raised> {
        if let Some(start) = as_i64(value) {
            return Ok(Cookie { start: start as u64, ..Cookie::default() });
        }
        let mut words = [0u64; 5];
        let mut rest = value;
        let half = th.int_from_i64(0xFFFF_FFFF)?;
        for at in 0..9 {
            let low = th.binary(BinaryOp::And, rest, half)?;
            words[at / 2] |= (as_i64(low).unwrap_or(0) as u64) << (32 * (at % 2));
            rest = th.binary(BinaryOp::RShift, rest, Value::from_i32(32))?;
        }
        Ok(Cookie {
            start: words[0],
            flags: words[1],
            feed: words[2],
            skip: words[3],
            end: words[4] != 0,
        })
    }
}

/// A decoder that `tell` may try things with.
enum Trial {
    Native(Native, Box<State>),
    Object(Value),
}

impl Trial {
    fn restart(&mut self, th: &mut Thread, flags: u64) -> Result<(), Raised> {
        match self {
            Trial::Native(_, state) => {
                state.undecoded.clear();
                state.newlines.pending_cr = flags & 1 != 0;
                Ok(())
            }
            Trial::Object(decoder) => set_object_state(th, *decoder, &[], flags),
        }
    }

    /// How many characters so many bytes give.
    fn feed(&mut self, th: &mut Thread, bytes: &[u8], last: bool) -> Result<u64, Raised> {
        match self {
            Trial::Native(encoding, state) => match state.decode(*encoding, bytes, last) {
                Ok(text) => Ok(text.as_text().len() as u64),
                Err(error) => Err(raise_undecodable(th, &error)),
            },
            Trial::Object(decoder) => {
                let bytes = th.new_bytes(bytes)?.value();
                Ok(decode_with(th, *decoder, bytes, last)?.len() as u64)
            }
        }
    }

    /// How many bytes are kept back, and the flags.
    fn state(&mut self, th: &mut Thread) -> Result<(usize, u64), Raised> {
        match self {
            Trial::Native(_, state) => {
                Ok((state.undecoded.len(), u64::from(state.newlines.pending_cr)))
            }
            Trial::Object(decoder) => {
                let (bytes, flags) = object_state(th, *decoder)?;
                Ok((bytes.len(), flags))
            }
        }
    }
}

pub(super) fn tell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let buffer = open_buffer(th, stream)?;
    let (seekable, telling) = with(th, stream, |state| (state.seekable, state.telling))?;
    if !seekable {
        return Err(errors::unsupported(th, "underlying stream is not seekable"));
    }
    if !telling {
        return Err(
            th.raise_message(&classes::OS_ERROR, "telling position disabled by next() call")
        );
    }
    call(th, args[0], "flush", &[])?;
    let place = call(th, buffer, "tell", &[])?;
    let (snapshot, used, native) =
        with(th, stream, |state| (state.snapshot.clone(), state.used as u64, state.native))?;
    let Some((flags, input)) = snapshot else { return Ok(place) };
    let place = th.index_ssize(place)?;
    let Some(start) = place.checked_sub(input.len() as i64).and_then(|at| u64::try_from(at).ok())
    else {
        return Err(th.raise_message(&classes::OS_ERROR, "can't reconstruct logical file position"));
    };
    let cookie = Cookie { start, flags, ..Cookie::default() };
    if used == 0 {
        return cookie.pack(th);
    }
    let ratio = with(th, stream, |state| state.ratio)?;
    match native {
        Some(encoding) => {
            let state = with(th, stream, |state| {
                Box::new(State { pending: Vec::new(), snapshot: None, ..state.clone() })
            })?;
            let found = find(th, Trial::Native(encoding, state), cookie, &input, used, ratio)?;
            found.pack(th)
        }
        None => {
            let decoder = th.read(stream)?.decoder.get();
            let (bytes, saved) = object_state(th, decoder)?;
            let found = find(th, Trial::Object(decoder), cookie, &input, used, ratio);
            set_object_state(th, decoder, &bytes, saved)?;
            found?.pack(th)
        }
    }
}

/// The cookie for the place `skip` characters behind the beginning of `input`.
fn find(
    th: &mut Thread,
    mut trial: Trial,
    mut cookie: Cookie,
    input: &[u8],
    mut skip: u64,
    ratio: f64,
) -> Result<Cookie, Raised> {
    // A guess at how many bytes the characters came from, corrected downwards until the decoder
    // keeps nothing back there.
    let mut guess = ((ratio * skip as f64) as usize).min(input.len());
    let mut back = 1;
    while guess > 0 {
        trial.restart(th, cookie.flags)?;
        let count = trial.feed(th, &input[..guess], false)?;
        if count <= skip {
            let (kept, flags) = trial.state(th)?;
            if kept == 0 {
                cookie.flags = flags;
                skip -= count;
                break;
            }
            guess -= kept.min(guess);
            back = 1;
        } else {
            guess -= back.min(guess);
            back *= 2;
        }
    }
    if guess == 0 {
        trial.restart(th, cookie.flags)?;
    }
    cookie.start += guess as u64;
    if skip == 0 {
        return Ok(cookie);
    }
    // From there byte by byte, moving the start on wherever nothing is kept back.
    let (mut fed, mut decoded) = (0, 0);
    for at in guess..input.len() {
        fed += 1;
        decoded += trial.feed(th, &input[at..=at], false)?;
        let (kept, flags) = trial.state(th)?;
        if kept == 0 && decoded <= skip {
            cookie.start += fed;
            cookie.flags = flags;
            skip -= decoded;
            (fed, decoded) = (0, 0);
        }
        if decoded >= skip {
            return Ok(Cookie { feed: fed, skip, ..cookie });
        }
    }
    decoded += trial.feed(th, &[], true)?;
    if decoded < skip {
        return Err(th.raise_message(&classes::OS_ERROR, "can't reconstruct logical file position"));
    }
    Ok(Cookie { feed: fed, skip, end: true, ..cookie })
}

/// Tells the encoder where the stream is now: at its beginning it may write a mark.
fn reset_encoder(th: &mut Thread, stream: Ref<TextStream>, at_start: bool) -> Result<(), Raised> {
    let encoder = th.read(stream)?.encoder.get();
    if encoder.is_none() || encoder.is_unbound() {
        return Ok(());
    }
    if at_start {
        call(th, encoder, "reset", &[])?;
    } else {
        call(th, encoder, "setstate", &[Value::from_i32(0)])?;
    }
    Ok(())
}

/// After making an encoder for a stream that may not be at its beginning.
pub(super) fn fix_encoder(th: &mut Thread, stream: Ref<TextStream>) -> Result<(), Raised> {
    let (native, seekable, writable) =
        with(th, stream, |state| (state.native.is_some(), state.seekable, state.writable))?;
    if native || !seekable || !writable {
        return Ok(());
    }
    let buffer = buffer_of(th, stream)?;
    let place = call(th, buffer, "tell", &[])?;
    if th.equal(place, Value::from_i32(0))? { Ok(()) } else { reset_encoder(th, stream, false) }
}

pub(super) fn seek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let whence = c_int_or(th, args[2], 0)?;
    let buffer = open_buffer(th, stream)?;
    if !with(th, stream, |state| state.seekable)? {
        return Err(errors::unsupported(th, "underlying stream is not seekable"));
    }
    let mut position = args[1];
    let is_zero = th.equal(position, Value::from_i32(0))?;
    match whence {
        libc::SEEK_SET => {}
        libc::SEEK_CUR => {
            if !is_zero {
                return Err(errors::unsupported(th, "can't do nonzero cur-relative seeks"));
            }
            position = call(th, args[0], "tell", &[])?;
        }
        libc::SEEK_END => {
            if !is_zero {
                return Err(errors::unsupported(th, "can't do nonzero end-relative seeks"));
            }
            call(th, args[0], "flush", &[])?;
            set_decoded(th, stream, Value::UNBOUND)?;
            with(th, stream, |state| state.snapshot = None)?;
            reset_decoder(th, stream)?;
            let place = call(th, buffer, "seek", &[Value::from_i32(0), Value::from_i32(2)])?;
            let at_start = th.equal(place, Value::from_i32(0))?;
            reset_encoder(th, stream, at_start)?;
            return Ok(place);
        }
        whence => {
            return Err(th.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)")));
        }
    }
    let position = th.index(position)?;
    if is_negative(position) {
        let shown = th.repr(position)?.display();
        return Err(th.value_error(format!("negative seek position {shown}")));
    }
    let cookie = Cookie::unpack(th, position)?;
    call(th, args[0], "flush", &[])?;
    let start = th.int_from_u64(cookie.start)?;
    call(th, buffer, "seek", &[start])?;
    set_decoded(th, stream, Value::UNBOUND)?;
    with(th, stream, |state| state.snapshot = None)?;
    if with(th, stream, |state| state.readable)? {
        if cookie.start == 0 && cookie.flags == 0 {
            reset_decoder(th, stream)?;
        } else {
            set_state(th, stream, cookie.flags)?;
        }
    }
    if cookie.skip > 0 {
        replay(th, stream, buffer, cookie)?;
    } else {
        with(th, stream, |state| state.snapshot = Some((cookie.flags, Vec::new())))?;
    }
    reset_encoder(th, stream, cookie == Cookie::default())?;
    Ok(position)
}

/// Decodes again what lies between a cookie's start and its place.
fn replay(
    th: &mut Thread,
    stream: Ref<TextStream>,
    buffer: Value,
    cookie: Cookie,
) -> Result<(), Raised> {
    let feed = th.int_from_u64(cookie.feed)?;
    let input = call(th, buffer, "read", &[feed])?;
    let Some(input) = input.cast::<Bytes>() else {
        let kind = th.type_name(input);
        return Err(th.type_error(format!(
            "underlying read() should have returned a bytes object, not '{kind}'"
        )));
    };
    let input = input.as_slice().to_vec();
    let text = decode(th, stream, &input, cookie.end)?;
    if (text.len() as u64) < cookie.skip {
        return Err(th.raise_message(&classes::OS_ERROR, "can't restore logical file position"));
    }
    set_decoded(th, stream, text.value())?;
    with(th, stream, |state| {
        state.snapshot = Some((cookie.flags, input));
        state.used = cookie.skip as usize;
    })
}

pub(super) fn truncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let stream = th.receiver::<TextStream>(args[0])?;
    let buffer = buffer_of(th, stream)?;
    call(th, args[0], "flush", &[])?;
    let position = if args[1].is_unbound() { Value::NONE } else { args[1] };
    call(th, buffer, "truncate", &[position])
}
