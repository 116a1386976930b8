//! `binascii`: between bytes and their texts.

mod base64;
mod checksum;
mod quoted;
mod uu;

use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::{BaseException, Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::int;
use orochi_vm::types::str::Str;

use crate::argument::truth_or;
use crate::bytes_like;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Conversion between binary data and ASCII",
    functions: FUNCTIONS,
    types: &[&ERROR, &INCOMPLETE],
    ..ModuleSpec::named("binascii")
};

/// `binascii.Error`
static ERROR: TypeSpec = TypeSpec {
    module: "binascii",
    base: Some(&classes::VALUE_ERROR),
    flags: TypeFlags::BASE,
    ..TypeSpec::named("Error", NativeLayout::of::<BaseException>())
};

/// `binascii.Incomplete`
static INCOMPLETE: TypeSpec = TypeSpec {
    module: "binascii",
    base: Some(&classes::EXCEPTION),
    flags: TypeFlags::BASE,
    ..TypeSpec::named("Incomplete", NativeLayout::of::<BaseException>())
};

static FUNCTIONS: &[Method] = &[
    function(
        "a2b_base64(data, /, *, strict_mode=False)",
        a2b_base64,
        "Decode a line of base64 data.\n\n  strict_mode\n    When set to True, bytes that are not in the base64 standard are not allowed.\n    The same applies to excess data after padding (= / ==).",
    ),
    function(
        "a2b_hex(hexstr, /)",
        unhexlify,
        "Binary data of hexadecimal representation.\n\nhexstr must contain an even number of hex digits (upper or lower case).\nThis function is also available as \"unhexlify()\".",
    ),
    function("a2b_qp(data, header=False)", a2b_qp, "Decode a string of qp-encoded data."),
    function("a2b_uu(data, /)", a2b_uu, "Decode a line of uuencoded data."),
    function("b2a_base64(data, /, *, newline=True)", b2a_base64, "Base64-code line of data."),
    function(
        "b2a_hex(data, sep=<unrepresentable>, bytes_per_sep=1)",
        hexlify,
        "Hexadecimal representation of binary data.\n\n  sep\n    An optional single character or byte to separate hex bytes.\n  bytes_per_sep\n    How many bytes between separators.  Positive values count from the\n    right, negative values count from the left.\n\nThe return value is a bytes object.  This function is also\navailable as \"hexlify()\".",
    ),
    function(
        "b2a_qp(data, quotetabs=False, istext=True, header=False)",
        b2a_qp,
        "Encode a string using quoted-printable encoding.\n\nOn encoding, when istext is set, newlines are not encoded, and white\nspace at end of lines is.  When istext is not set, \\r and \\n (CR and LF)\nare both encoded.  When quotetabs is set, space and tabs are encoded.",
    ),
    function("b2a_uu(data, /, *, backtick=False)", b2a_uu, "Uuencode line of data."),
    function("crc32(data, crc=0, /)", crc32, "Compute CRC-32 incrementally."),
    function("crc_hqx(data, crc, /)", crc_hqx, "Compute CRC-CCITT incrementally."),
    function(
        "hexlify(data, sep=<unrepresentable>, bytes_per_sep=1)",
        hexlify,
        "Hexadecimal representation of binary data.\n\n  sep\n    An optional single character or byte to separate hex bytes.\n  bytes_per_sep\n    How many bytes between separators.  Positive values count from the\n    right, negative values count from the left.\n\nThe return value is a bytes object.  This function is also\navailable as \"b2a_hex()\".",
    ),
    function(
        "unhexlify(hexstr, /)",
        unhexlify,
        "Binary data of hexadecimal representation.\n\nhexstr must contain an even number of hex digits (upper or lower case).",
    ),
];

/// Bytes from which on work is done while the thread is away.
const AWAY: usize = 100_000;

/// Raises `binascii.Error`.
#[cold]
fn error(th: &Thread, message: &str) -> Raised {
    th.raise_message(&ERROR, message)
}

/// Text to be decoded: ASCII, or a bytes-like object.
fn ascii_argument(th: &mut Thread, value: Value) -> Result<Vec<u8>, Raised> {
    if let Some(text) = value.cast::<Str>() {
        return match text.ascii() {
            Some(ascii) => Ok(ascii.as_bytes().to_vec()),
            None => Err(th.value_error("string argument should contain only ASCII characters")),
        };
    }
    if !th.is_bytes_like(value) {
        let class = th.type_name(value);
        return Err(th.type_error(format!(
            "argument should be bytes, buffer or ASCII string, not '{class}'"
        )));
    }
    bytes_like::copy(th, value)
}

/// Runs `work` on private data, away if it is much.
fn run<R>(th: &mut Thread, bytes: &[u8], work: impl FnOnce(&[u8]) -> R) -> R {
    if bytes.len() < AWAY { work(bytes) } else { th.away(|| work(bytes)) }
}

fn new_bytes(th: &Thread, bytes: &[u8]) -> Result<Value, Raised> {
    Ok(th.new_bytes(bytes)?.value())
}

fn a2b_base64(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = ascii_argument(th, args[0])?;
    let strict = truth_or(th, args[1], false)?;
    match run(th, &data, |data| base64::decode(data, strict)) {
        Ok(bytes) => new_bytes(th, &bytes),
        Err(message) => Err(error(th, &message)),
    }
}

fn b2a_base64(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[0])?;
    let newline = truth_or(th, args[1], true)?;
    let text = run(th, &data, |data| base64::encode(data, newline));
    new_bytes(th, &text)
}

fn a2b_uu(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = ascii_argument(th, args[0])?;
    match uu::decode(&data) {
        Ok(bytes) => new_bytes(th, &bytes),
        Err(message) => Err(error(th, message)),
    }
}

fn b2a_uu(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[0])?;
    let backtick = truth_or(th, args[1], false)?;
    if data.len() > 45 {
        return Err(error(th, "At most 45 bytes at once"));
    }
    new_bytes(th, &uu::encode(&data, backtick))
}

fn unhexlify(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = ascii_argument(th, args[0])?;
    if data.len() % 2 == 1 {
        return Err(error(th, "Odd-length string"));
    }
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let bytes: Option<Vec<u8>> =
        data.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    match bytes {
        Some(bytes) => new_bytes(th, &bytes),
        None => Err(error(th, "Non-hexadecimal digit found")),
    }
}

fn hexlify(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[0])?;
    let separator = if args[1].is_unbound() { None } else { Some(separator(th, args[1])?) };
    let group = if args[2].is_unbound() { 1 } else { crate::argument::c_int(th, args[2])? };
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Vec::with_capacity(data.len() * 3);
    let size = group.unsigned_abs() as usize;
    for (at, &byte) in data.iter().enumerate() {
        // Groups are counted from the right, or with a negative size from the left.
        let boundary =
            size > 0 && if group > 0 { (data.len() - at) % size == 0 } else { at % size == 0 };
        if let Some(separator) = separator.filter(|_| at > 0 && boundary) {
            text.push(separator);
        }
        text.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    new_bytes(th, &text)
}

/// A single character or byte.
fn separator(th: &mut Thread, value: Value) -> Result<u8, Raised> {
    if let Some(text) = value.cast::<Str>() {
        if text.len() != 1 {
            return Err(th.value_error("sep must be length 1."));
        }
        return match text.text().get(0).and_then(|code| u8::try_from(code).ok()) {
            Some(byte) => Ok(byte),
            None => Err(th.value_error("sep must be ASCII.")),
        };
    }
    if !th.is_bytes_like(value) {
        return Err(th.type_error("sep must be str or bytes."));
    }
    match bytes_like::copy(th, value)?[..] {
        [byte] => Ok(byte),
        _ => Err(th.value_error("sep must be length 1.")),
    }
}

fn a2b_qp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = ascii_argument(th, args[0])?;
    let header = truth_or(th, args[1], false)?;
    let bytes = run(th, &data, |data| quoted::decode(data, header));
    new_bytes(th, &bytes)
}

fn b2a_qp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[0])?;
    let options = quoted::Options {
        tabs: truth_or(th, args[1], false)?,
        text: truth_or(th, args[2], true)?,
        header: truth_or(th, args[3], false)?,
    };
    let text = run(th, &data, |data| quoted::encode(data, options));
    new_bytes(th, &text)
}

/// The low 32 bits of an integer argument.
fn low_bits(th: &mut Thread, value: Value) -> Result<u32, Raised> {
    let number = th.index(value)?;
    let (negative, words) = match int::Operand::of(number) {
        Some(operand) => operand.to_owned(),
        None => return Ok(0),
    };
    let low = words.first().copied().unwrap_or(0) as u32;
    Ok(if negative { low.wrapping_neg() } else { low })
}

fn crc32(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[0])?;
    let start = if args[1].is_unbound() { 0 } else { low_bits(th, args[1])? };
    let sum = run(th, &data, |data| checksum::crc32(data, start));
    th.int_from_u64(u64::from(sum))
}

fn crc_hqx(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let data = bytes_like::copy(th, args[0])?;
    let start = low_bits(th, args[1])? as u16;
    let sum = run(th, &data, |data| checksum::crc_ccitt(data, start));
    th.int_from_u64(u64::from(sum))
}
