//! `zlib`: compression in the formats of zlib, gzip and raw deflate.
//!
//! [`stream`] drives the library; one-shot calls run away on their own buffers, objects work under
//! their guard, a piece at a time with a safepoint after each.

mod compress;
mod decompress;
mod decompressor;
mod errors;
mod stream;

use libz_rs_sys as z;
use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types;

use crate::argument::c_int_or;
use crate::bytes_like;
use stream::{Failure, Progress, Stream};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.\n\nadler32(string[, start]) -- Compute an Adler-32 checksum.\ncompress(data[, level]) -- Compress data, with compression level 0-9 or -1.\ncompressobj([level[, ...]]) -- Return a compressor object.\ncrc32(string[, start]) -- Compute a CRC-32 checksum.\ndecompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.\ndecompressobj([wbits[, zdict]]) -- Return a decompressor object.\n\n'wbits' is window buffer size and container format.\nCompressor objects support compress() and flush() methods; decompressor\nobjects support decompress() and flush().",
    functions: FUNCTIONS,
    types: &[&decompressor::DECOMPRESSOR],
    execute: Some(|th, module| {
        let dict = module.dict();
        let error = errors::error_class(th)?;
        dict.set_str(th, name!(th, "error"), error)?;
        for spec in [&compress::COMPRESS, &decompress::DECOMPRESS] {
            orochi_vm::class::native::make_class(th, spec)?;
        }
        for (name, number) in CONSTANTS {
            let name = th.intern(name)?;
            let number = th.int_from_i64(i64::from(*number))?;
            dict.set_str(th, name, number)?;
        }
        for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] {
            let name = th.intern(name)?;
            let version = th.new_str("1.3.0")?;
            dict.set_str(th, name, version.value())?;
        }
        Ok(())
    }),
    ..ModuleSpec::named("zlib")
};

/// Input that a stream takes in between two safepoints: about 100 µs at the slowest level.
const CHUNK: usize = 8 << 10;
/// The same for compression, which finds more in larger pieces.
const PRESSED: usize = 32 << 10;
/// The usual `bufsize`.
const BUFFER: i64 = 16 << 10;
const MAX_WBITS: i32 = 15;

static CONSTANTS: &[(&str, i32)] = &[
    ("MAX_WBITS", MAX_WBITS),
    ("DEFLATED", z::Z_DEFLATED),
    ("DEF_MEM_LEVEL", 8),
    ("DEF_BUF_SIZE", BUFFER as i32),
    ("Z_NO_COMPRESSION", z::Z_NO_COMPRESSION),
    ("Z_BEST_SPEED", z::Z_BEST_SPEED),
    ("Z_BEST_COMPRESSION", z::Z_BEST_COMPRESSION),
    ("Z_DEFAULT_COMPRESSION", z::Z_DEFAULT_COMPRESSION),
    ("Z_FILTERED", z::Z_FILTERED),
    ("Z_HUFFMAN_ONLY", z::Z_HUFFMAN_ONLY),
    ("Z_RLE", z::Z_RLE),
    ("Z_FIXED", z::Z_FIXED),
    ("Z_DEFAULT_STRATEGY", z::Z_DEFAULT_STRATEGY),
    ("Z_NO_FLUSH", z::Z_NO_FLUSH),
    ("Z_PARTIAL_FLUSH", z::Z_PARTIAL_FLUSH),
    ("Z_SYNC_FLUSH", z::Z_SYNC_FLUSH),
    ("Z_FULL_FLUSH", z::Z_FULL_FLUSH),
    ("Z_FINISH", z::Z_FINISH),
    ("Z_BLOCK", z::Z_BLOCK),
    ("Z_TREES", z::Z_TREES),
];

static FUNCTIONS: &[Method] = &[
    function(
        "adler32(data, value=1, /)",
        adler32,
        "Compute an Adler-32 checksum of data.\n\n  value\n    Starting value of the checksum.\n\nThe returned checksum is an integer.",
    ),
    function(
        "crc32(data, value=0, /)",
        crc32,
        "Compute a CRC-32 checksum of data.\n\n  value\n    Starting value of the checksum.\n\nThe returned checksum is an integer.",
    ),
    function(
        "compress(data, /, level=-1, wbits=15)",
        compress_all,
        "Returns a bytes object containing compressed data.\n\n  data\n    Binary data to be compressed.\n  level\n    Compression level, in 0-9 or -1.\n  wbits\n    The window buffer size and container format.",
    ),
    function(
        "decompress(data, /, wbits=15, bufsize=16384)",
        decompress_all,
        "Returns a bytes object containing the uncompressed data.\n\n  data\n    Compressed data.\n  wbits\n    The window buffer size and container format.\n  bufsize\n    The initial output buffer size.",
    ),
    function(
        "compressobj(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=<unrepresentable>)",
        compress::compressobj,
        "Return a compressor object.\n\n  level\n    The compression level (an integer in the range 0-9 or -1; default is\n    currently equivalent to 6).  Higher compression levels are slower,\n    but produce smaller results.\n  method\n    The compression algorithm.  If given, this must be DEFLATED.\n  wbits\n    +9 to +15: The base-two logarithm of the window size.  Include a zlib\n        container.\n    -9 to -15: Generate a raw stream.\n    +25 to +31: Include a gzip container.\n  memLevel\n    Controls the amount of memory used for internal compression state.\n    Valid values range from 1 to 9.  Higher values result in higher memory\n    usage, faster compression, and smaller output.\n  strategy\n    Used to tune the compression algorithm.  Possible values are\n    Z_DEFAULT_STRATEGY, Z_FILTERED, and Z_HUFFMAN_ONLY.\n  zdict\n    The predefined compression dictionary - a sequence of bytes\n    containing subsequences that are likely to occur in the input data.",
    ),
    function(
        "decompressobj(wbits=15, zdict=b'')",
        decompress::decompressobj,
        "Return a decompressor object.\n\n  wbits\n    The window buffer size and container format.\n  zdict\n    The predefined compression dictionary.  This must be the same\n    dictionary as used by the compressor that produced the input data.",
    ),
];

/// The start value of a checksum: any integer, of which the lowest bits count.
fn start_value(th: &mut Thread, value: Value, otherwise: u32) -> Result<u32, Raised> {
    if value.is_unbound() {
        return Ok(otherwise);
    }
    let index = th.index(value)?;
    Ok(types::int::Operand::of(index).map_or(0, |operand| {
        let (negative, words) = operand.to_owned();
        let low = words.first().copied().unwrap_or(0) as u32;
        if negative { low.wrapping_neg() } else { low }
    }))
}

fn adler32(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::input(th, args[0])?;
    let start = start_value(th, args[1], 1)?;
    let data: &[u8] = &data;
    // SAFETY: the slice is as long as said.
    let sum = th.away(|| unsafe { z::adler32_z(start.into(), data.as_ptr(), data.len()) });
    th.int_from_u64(sum)
}

fn crc32(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::input(th, args[0])?;
    let start = start_value(th, args[1], 0)?;
    let data: &[u8] = &data;
    // SAFETY: the slice is as long as said.
    let sum = th.away(|| unsafe { z::crc32_z(start.into(), data.as_ptr(), data.len()) });
    th.int_from_u64(sum)
}

/// Compresses all of the input, in the pieces in which an object would take it in, so that both
/// make the same of it.
fn press(stream: &mut Stream, input: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    for chunk in input.chunks(PRESSED) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (taken, _) = stream.run(rest, z::Z_NO_FLUSH, &mut out, PRESSED)?;
            rest = &rest[taken..];
        }
    }
    while stream.run(&[], z::Z_FINISH, &mut out, PRESSED)?.1 != Progress::Ended {}
    Ok(out)
}

/// Runs a stream to the end of its input.
fn finish(stream: &mut Stream, mut input: &[u8], buffer: usize) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut room = buffer.max(1);
    loop {
        let before = out.len();
        let (taken, progress) = stream.run(input, z::Z_FINISH, &mut out, room)?;
        input = &input[taken..];
        match progress {
            Progress::Ended => return Ok(out),
            Progress::WantsDictionary => {
                return Err(Failure::code(z::Z_NEED_DICT));
            }
            // There was room left, so input is what is missing.
            _ if input.is_empty() && out.len() - before < room => {
                return Err(Failure::code(z::Z_BUF_ERROR));
            }
            _ => room = room.saturating_mul(2).min(16 << 20),
        }
    }
}

fn compress_all(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::input(th, args[0])?;
    let level = c_int_or(th, args[1], -1)?;
    let wbits = c_int_or(th, args[2], MAX_WBITS)?;
    let input: &[u8] = &data;
    let made = th.away(|| {
        let mut stream = Stream::deflate(level, z::Z_DEFLATED, wbits, 8, 0)?;
        press(&mut stream, input)
    });
    match made {
        Ok(bytes) => Ok(th.new_bytes(&bytes)?.value()),
        Err(failure) if failure.code == z::Z_STREAM_ERROR => {
            Err(errors::error(th, "Bad compression level"))
        }
        Err(failure) => Err(errors::failed(th, &failure, "while compressing data")),
    }
}

fn decompress_all(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::input(th, args[0])?;
    let wbits = c_int_or(th, args[1], MAX_WBITS)?;
    let size = match crate::argument::optional_size(th, args[2])? {
        None => BUFFER,
        Some(size) if size < 0 => {
            return Err(th.value_error("bufsize must be non-negative"));
        }
        Some(size) => size.clamp(1, 16 << 20),
    };
    let input: &[u8] = &data;
    let made = th.away(|| {
        let mut stream = Stream::inflate(wbits)?;
        finish(&mut stream, input, size as usize)
    });
    match made {
        Ok(bytes) => Ok(th.new_bytes(&bytes)?.value()),
        Err(failure) => {
            let doing = if failure.code == z::Z_STREAM_ERROR && failure.message.is_none() {
                return Err(th.value_error("Invalid initialization option"));
            } else {
                "while decompressing data"
            };
            Err(errors::failed(th, &failure, doing))
        }
    }
}
