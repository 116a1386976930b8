//! `zlib.Decompress`: decompression of a stream that comes in pieces, where the caller keeps what
//! was not taken in.

use libz_rs_sys as z;
use orochi_vm::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;

use super::errors::failed;
use super::stream::{Failure, Progress, Stream};
use super::{CHUNK, MAX_WBITS};
use crate::argument::c_int_or;
use crate::bytes_like;
use crate::native_state::NativeState;

/// What a decompressor keeps.
pub(super) struct State {
    pub(super) stream: Stream,
    pub(super) dictionary: Option<Vec<u8>>,
    pub(super) ended: bool,
    /// Whether it was flushed after its end: it is of no more use.
    pub(super) finished: bool,
    /// What comes behind the stream's end.
    pub(super) unused: Vec<u8>,
    /// What `max_length` kept from being taken in.
    pub(super) left: Vec<u8>,
}

heap_object! {
    /// A decompressor.
    pub struct Decompress: DECOMPRESS {
        values {}
        storage {}
        data {
            /// Where it is.
            state: NativeState<State>,
        }
    }
}

/// `zlib.Decompress`
pub(super) static DECOMPRESS: TypeSpec = TypeSpec {
    module: "zlib",
    flags: TypeFlags::IMMUTABLE,
    methods: METHODS,
    getset: GETSET,
    finalise: Some(free),
    ..TypeSpec::named("Decompress", NativeLayout::of::<Decompress>())
};

static METHODS: &[Method] = &[
    method(
        "decompress($self, data, /, max_length=0)",
        decompress,
        "Return a bytes object containing the decompressed version of the data.\n\n  data\n    The binary data to decompress.\n  max_length\n    The maximum allowable length of the decompressed data.\n    Unconsumed input data will be stored in\n    the unconsumed_tail attribute.\n\nAfter calling this function, some of the input data may still be stored in\ninternal buffers for later processing.\nCall the flush() method to clear these buffers.",
    ),
    method(
        "flush($self, length=zlib.DEF_BUF_SIZE, /)",
        flush,
        "Return a bytes object containing any remaining decompressed data.\n\n  length\n    the initial size of the output buffer.",
    ),
    method(
        "copy($self, /)",
        |th, args| copy(th, args[0]),
        "Return a copy of the decompression object.",
    ),
    method("__copy__($self, /)", |th, args| copy(th, args[0]), ""),
    method("__deepcopy__($self, memo, /)", |th, args| copy(th, args[0]), ""),
];

static GETSET: &[GetSet] = &[
    getter("unused_data", |th, own| bytes(th, own, |state| state.unused.clone()), ""),
    getter("unconsumed_tail", |th, own| bytes(th, own, |state| state.left.clone()), ""),
    getter("eof", |th, own| with(th, own, |state| Value::from_bool(state.ended)), ""),
];

/// # Safety
/// A dead `Decompress`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<Decompress>()).state.get().free() }
}

fn with<R>(th: &mut Thread, own: Value, work: impl FnOnce(&mut State) -> R) -> Result<R, Raised> {
    let own = th.receiver::<Decompress>(own)?;
    let guard = th.write(own)?;
    Ok(work(&mut guard.state.get().get(guard.token())))
}

fn bytes(th: &mut Thread, own: Value, which: fn(&mut State) -> Vec<u8>) -> Result<Value, Raised> {
    let bytes = with(th, own, which)?;
    Ok(th.new_bytes(&bytes)?.value())
}

impl State {
    /// A decompressor's start. Raw streams are told the dictionary at once, others when they ask.
    pub(super) fn open(
        th: &mut Thread,
        wbits: Value,
        dictionary: Value,
        doing: &str,
    ) -> Result<Self, Raised> {
        let wbits = c_int_or(th, wbits, MAX_WBITS)?;
        let dictionary = match dictionary {
            none if none.is_unbound() => None,
            given if th.is_bytes_like(given) => Some(bytes_like::copy(th, given)?),
            _ => return Err(th.type_error("zdict argument must support the buffer protocol")),
        };
        let mut stream = match Stream::inflate(wbits) {
            Ok(stream) => stream,
            Err(failure) if failure.code == z::Z_STREAM_ERROR => {
                return Err(th.value_error("Invalid initialization option"));
            }
            Err(failure) => return Err(failed(th, &failure, doing)),
        };
        if wbits < 0
            && let Some(dictionary) = &dictionary
            && let Err(failure) = stream.set_dictionary(dictionary)
        {
            return Err(failed(th, &failure, "while setting zdict"));
        }
        Ok(Self {
            stream,
            dictionary,
            ended: false,
            finished: false,
            unused: Vec::new(),
            left: Vec::new(),
        })
    }

    /// One call of the stream, dictionary handed over if asked for: what was taken in, and whether
    /// more may come out at once.
    pub(super) fn step(
        &mut self,
        input: &[u8],
        mode: i32,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Result<(usize, Progress), Failure> {
        let (taken, progress) = self.stream.run(input, mode, out, room)?;
        match (progress, &self.dictionary) {
            (Progress::WantsDictionary, Some(dictionary)) => {
                match self.stream.set_dictionary(dictionary) {
                    Ok(()) => Ok((taken, Progress::Going)),
                    Err(failure) => Err(Failure { setting_dictionary: true, ..failure }),
                }
            }
            (Progress::WantsDictionary, None) => Err(Failure::code(z::Z_NEED_DICT)),
            (progress, _) => {
                self.ended |= progress == Progress::Ended;
                Ok((taken, progress))
            }
        }
    }
}

/// `zlib.decompressobj`
pub(super) fn decompressobj(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let state = State::open(th, args[0], args[1], "while creating decompression object")?;
    Ok(Decompress::allocate(th, NativeState::new(state))?.value())
}

/// Takes in what goes, at most `most` bytes of output; what is left of the input.
fn take_in<'a>(
    th: &mut Thread,
    own: Value,
    mut input: &'a [u8],
    mode: i32,
    most: usize,
    out: &mut Vec<u8>,
) -> Result<&'a [u8], Raised> {
    let doing = if mode == z::Z_FINISH { "while flushing" } else { "while decompressing data" };
    loop {
        let room = CHUNK.min(most - out.len());
        let part = &input[..input.len().min(CHUNK)];
        let before = out.len();
        let (taken, progress) = with(th, own, |state| state.step(part, mode, out, room))?
            .map_err(|failure| failed(th, &failure, doing))?;
        input = &input[taken..];
        let made = out.len() - before;
        if progress == Progress::Ended || out.len() == most {
            return Ok(input);
        }
        // With room to spare and nothing more to take in, or without progress, this is all.
        if (input.is_empty() && made < room)
            || (taken == 0 && made == 0 && progress != Progress::Going)
        {
            return Ok(input);
        }
        th.poll()?;
    }
}

fn decompress(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::input(th, args[1])?;
    let most = match crate::argument::optional_size(th, args[2])? {
        None | Some(0) => usize::MAX,
        Some(most) if most < 0 => {
            return Err(th.value_error("max_length must be non-negative"));
        }
        Some(most) => most as usize,
    };
    let mut out = Vec::new();
    let left = take_in(th, args[0], &data, z::Z_SYNC_FLUSH, most, &mut out)?;
    keep(th, args[0], left)?;
    Ok(th.new_bytes(&out)?.value())
}

/// Notes what was not taken in.
fn keep(th: &mut Thread, own: Value, left: &[u8]) -> Result<(), Raised> {
    with(th, own, |state| {
        if state.ended {
            state.unused.extend_from_slice(left);
            // As in CPython, what was left before is replaced, not forgotten.
            if !state.left.is_empty() {
                state.left = left.to_vec();
            }
        } else {
            state.left = left.to_vec();
        }
    })
}

fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if let Some(length) = crate::argument::optional_size(th, args[1])?
        && length <= 0
    {
        return Err(th.value_error("length must be greater than zero"));
    }
    let input = with(th, args[0], |state| std::mem::take(&mut state.left))?;
    let mut out = Vec::new();
    let left = take_in(th, args[0], &input, z::Z_FINISH, usize::MAX, &mut out)?;
    keep(th, args[0], left)?;
    with(th, args[0], |state| state.finished = state.ended)?;
    Ok(th.new_bytes(&out)?.value())
}

fn copy(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    if with(th, own, |state| state.finished)? {
        return Err(th.value_error("Inconsistent stream state"));
    }
    let copied = with(th, own, |state| {
        Ok(State {
            stream: state.stream.copy()?,
            dictionary: state.dictionary.clone(),
            ended: state.ended,
            finished: false,
            unused: state.unused.clone(),
            left: state.left.clone(),
        })
    })?;
    match copied {
        Ok(state) => Ok(Decompress::allocate(th, NativeState::new(state))?.value()),
        Err(failure) => Err(failed(th, &failure, "while copying decompression object")),
    }
}
