//! `zlib._ZlibDecompressor`: decompression of a stream that comes in pieces, where the object keeps
//! what was not taken in, as those of `bz2` and `lzma` do.

use libz_rs_sys as z;
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;

use super::CHUNK;
use super::decompress::State;
use super::errors::failed;
use super::stream::Progress;
use crate::bytes_like;
use crate::native_state::NativeState;

/// A decompressor's state and whether it is waiting for input.
pub(super) struct Waiting {
    state: State,
    needs_input: bool,
    /// How much of what is left has been taken in since.
    at: usize,
}

heap_object! {
    /// A decompressor that keeps its input.
    pub struct Decompressor: DECOMPRESSOR {
        values {}
        storage {}
        data {
            /// Where it is.
            state: NativeState<Waiting>,
        }
    }
}

/// `zlib._ZlibDecompressor`
pub(super) static DECOMPRESSOR: TypeSpec = TypeSpec {
    module: "zlib",
    doc: "Create a decompressor object for decompressing data incrementally.",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($type, wbits=15, zdict=b'')", new, "")),
    methods: METHODS,
    getset: GETSET,
    finalise: Some(free),
    ..TypeSpec::named("_ZlibDecompressor", NativeLayout::of::<Decompressor>())
};

static METHODS: &[Method] = &[method(
    "decompress($self, /, data, max_length=-1)",
    decompress,
    "Decompress *data*, returning uncompressed data as bytes.\n\nIf *max_length* is nonnegative, returns at most *max_length* bytes of\ndecompressed data.  If this limit is reached and further output can be\nproduced, *self.needs_input* will be set to ``False``.  In this case, the next\ncall to *decompress()* may provide *data* as b'' to obtain more of the output.\n\nIf all of the input data was decompressed and returned (either because this\nwas less than *max_length* bytes, or because *max_length* was negative),\n*self.needs_input* will be set to True.\n\nAttempting to decompress data after the end of stream is reached raises an\nEOFError.  Any data found after the end of the stream is ignored and saved in\nthe unused_data attribute.",
)];

static GETSET: &[GetSet] = &[
    getter(
        "eof",
        |th, own| with(th, own, |own| Value::from_bool(own.state.ended)),
        "True if the end-of-stream marker has been reached.",
    ),
    getter(
        "unused_data",
        |th, own| {
            let bytes = with(th, own, |own| own.state.unused.clone())?;
            Ok(th.new_bytes(&bytes)?.value())
        },
        "Data found after the end of the compressed stream.",
    ),
    getter(
        "needs_input",
        |th, own| with(th, own, |own| Value::from_bool(own.needs_input)),
        "True if more input is needed before more decompressed data can be produced.",
    ),
];

/// # Safety
/// A dead `Decompressor`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<Decompressor>()).state.get().free() }
}

fn with<R>(th: &mut Thread, own: Value, work: impl FnOnce(&mut Waiting) -> R) -> Result<R, Raised> {
    let own = th.receiver::<Decompressor>(own)?;
    let guard = th.write(own)?;
    Ok(work(&mut guard.state.get().get(guard.token())))
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let state = State::open(th, args[1], args[2], "while creating decompression object")?;
    let state = Waiting { state, needs_input: true, at: 0 };
    Ok(Decompressor::allocate(th, NativeState::new(state))?.value())
}

fn decompress(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[1])?;
    let most = match crate::argument::optional_size(th, args[2])? {
        Some(most) if most >= 0 => most as usize,
        _ => usize::MAX,
    };
    let ended = with(th, args[0], |own| {
        own.state.left.drain(..own.at);
        own.at = 0;
        own.state.left.extend_from_slice(&data);
        own.state.ended
    })?;
    if ended {
        return Err(th.eof_error("End of stream already reached"));
    }
    let mut out = Vec::new();
    loop {
        let room = CHUNK.min(most - out.len());
        let before = out.len();
        let progress = with(th, args[0], |own| {
            let input = std::mem::take(&mut own.state.left);
            let part = &input[own.at..input.len().min(own.at + CHUNK)];
            let outcome = own.state.step(part, z::Z_SYNC_FLUSH, &mut out, room);
            own.at += outcome.as_ref().map_or(0, |&(taken, _)| taken);
            let full = out.len() - before == room;
            let outcome = outcome.map(|(_, progress)| {
                let more = progress == Progress::Going && (full || own.at < input.len());
                own.needs_input = !own.state.ended && !more;
                more
            });
            if own.state.ended {
                own.state.unused = input[own.at..].to_vec();
                own.at = 0;
            } else {
                own.state.left = input;
            }
            outcome
        })?;
        let more = progress.map_err(|failure| failed(th, &failure, "while decompressing data"))?;
        if !more || out.len() == most {
            return Ok(th.new_bytes(&out)?.value());
        }
        th.poll()?;
    }
}
