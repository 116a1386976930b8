//! `zlib.Compress`: compression of a stream that comes in pieces.

use libz_rs_sys as z;
use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;

use super::errors::failed;
use super::stream::{Failure, Progress, Stream};
use super::{MAX_WBITS, PRESSED};
use crate::argument::c_int_or;
use crate::bytes_like;
use crate::native_state::NativeState;

heap_object! {
    /// A compressor.
    pub struct Compress: COMPRESS {
        values {}
        storage {}
        data {
            /// Its stream; none once it is finished.
            stream: NativeState<Option<Stream>>,
        }
    }
}

/// `zlib.Compress`
pub(super) static COMPRESS: TypeSpec = TypeSpec {
    module: "zlib",
    flags: TypeFlags::IMMUTABLE,
    methods: METHODS,
    finalise: Some(free),
    ..TypeSpec::named("Compress", NativeLayout::of::<Compress>())
};

static METHODS: &[Method] = &[
    method(
        "compress($self, data, /)",
        compress,
        "Returns a bytes object containing compressed data.\n\n  data\n    Binary data to be compressed.\n\nAfter calling this function, some of the input data may still\nbe stored in internal buffers for later processing.\nCall the flush() method to clear these buffers.",
    ),
    method(
        "flush($self, mode=zlib.Z_FINISH, /)",
        flush,
        "Return a bytes object containing any remaining compressed data.\n\n  mode\n    One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.\n    If mode == Z_FINISH, the compressor object can no longer be\n    used after calling the flush() method.  Otherwise, more data\n    can still be compressed.",
    ),
    method(
        "copy($self, /)",
        |th, args| copy(th, args[0]),
        "Return a copy of the compression object.",
    ),
    method("__copy__($self, /)", |th, args| copy(th, args[0]), ""),
    method("__deepcopy__($self, memo, /)", |th, args| copy(th, args[0]), ""),
];

/// # Safety
/// A dead `Compress`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<Compress>()).stream.get().free() }
}

/// `zlib.compressobj`
pub(super) fn compressobj(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let level = c_int_or(th, args[0], z::Z_DEFAULT_COMPRESSION)?;
    let method = c_int_or(th, args[1], z::Z_DEFLATED)?;
    let wbits = c_int_or(th, args[2], MAX_WBITS)?;
    let mem_level = c_int_or(th, args[3], 8)?;
    let strategy = c_int_or(th, args[4], 0)?;
    let dictionary = match args[5] {
        none if none.is_unbound() => None,
        given => Some(bytes_like::input(th, given)?),
    };
    let mut stream = match Stream::deflate(level, method, wbits, mem_level, strategy) {
        Ok(stream) => stream,
        Err(failure) if failure.code == z::Z_STREAM_ERROR => {
            return Err(th.value_error("Invalid initialization option"));
        }
        Err(failure) => return Err(failed(th, &failure, "while creating compression object")),
    };
    if let Some(dictionary) = dictionary
        && stream.set_dictionary(&dictionary).is_err()
    {
        return Err(th.value_error("Invalid dictionary"));
    }
    Ok(Compress::allocate(th, NativeState::new(Some(stream)))?.value())
}

/// Runs one call of the stream under the object's guard.
fn run(
    th: &mut Thread,
    own: Value,
    input: &[u8],
    mode: i32,
    out: &mut Vec<u8>,
) -> Result<(usize, bool), Raised> {
    let own = th.receiver::<Compress>(own)?;
    let outcome = {
        let guard = th.write(own)?;
        let mut state = guard.stream.get().get(guard.token());
        match state.as_mut() {
            None => Err(Failure::code(z::Z_STREAM_ERROR)),
            Some(stream) => stream.run(input, mode, out, PRESSED).map(|(taken, progress)| {
                if progress == Progress::Ended {
                    *state = None;
                }
                // A full output may hide that there is more.
                (taken, progress != Progress::Ended && progress != Progress::Stuck)
            }),
        }
    };
    let doing = if mode == z::Z_NO_FLUSH { "while compressing data" } else { "while flushing" };
    outcome.map_err(|failure| failed(th, &failure, doing))
}

fn compress(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::input(th, args[1])?;
    let mut out = Vec::new();
    for chunk in data.chunks(PRESSED) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (taken, _) = run(th, args[0], rest, z::Z_NO_FLUSH, &mut out)?;
            rest = &rest[taken..];
        }
        th.poll()?;
    }
    Ok(th.new_bytes(&out)?.value())
}

fn flush(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mode = c_int_or(th, args[1], z::Z_FINISH)?;
    let mut out = Vec::new();
    if mode == z::Z_NO_FLUSH {
        return Ok(th.new_bytes(&out)?.value());
    }
    loop {
        let before = out.len();
        let (_, more) = run(th, args[0], &[], mode, &mut out)?;
        if !more || out.len() - before < PRESSED {
            return Ok(th.new_bytes(&out)?.value());
        }
        th.poll()?;
    }
}

fn copy(th: &mut Thread, own: Value) -> Result<Value, Raised> {
    let own = th.receiver::<Compress>(own)?;
    let copied = {
        let guard = th.write(own)?;
        let mut state = guard.stream.get().get(guard.token());
        state.as_mut().map(Stream::copy)
    };
    match copied {
        None => Err(th.value_error("Inconsistent stream state")),
        Some(Err(failure)) if failure.code == z::Z_STREAM_ERROR => {
            Err(th.value_error("Inconsistent stream state"))
        }
        Some(Err(failure)) => Err(failed(th, &failure, "while copying compression object")),
        Some(Ok(stream)) => Ok(Compress::allocate(th, NativeState::new(Some(stream)))?.value()),
    }
}
