//! The UTF family, single bytes and escapes.

use orochi_text::Text;
use orochi_text::codec::{
    self, AsciiDecoder, ByteOrder, Decoder, Encoder, EscapeDecoder, EscapeProblem, Handler,
    RawEscapeDecoder, SingleByteEncoder, Utf7Decoder, Utf8Decoder, Utf8Encoder, Utf16Decoder,
    Utf16Encoder, Utf32Decoder, Utf32Encoder,
};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;
use orochi_vm::types::str::encoding::{Errors, run_decoder, run_encoder};
use orochi_vm::types::tuple::Tuple;

use super::{bytes, handler, pair, text};

/// Runs the encoder that `make` makes of the text.
macro_rules! encoders {
    ($($name:ident $make:expr;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let string = text(th, args[0], stringify!($name))?;
            let errors = handler(th, args[1], stringify!($name))?;
            let make: fn(Text<'_>) -> Box<dyn Encoder + '_> = $make;
            encode(th, string, &mut *make(string.text()), errors.as_deref())
        })*
    };
}
encoders! {
    utf_16_le_encode |text| Box::new(Utf16Encoder::new(text, ByteOrder::Little));
    utf_16_be_encode |text| Box::new(Utf16Encoder::new(text, ByteOrder::Big));
    utf_32_le_encode |text| Box::new(Utf32Encoder::new(text, ByteOrder::Little));
    utf_32_be_encode |text| Box::new(Utf32Encoder::new(text, ByteOrder::Big));
    ascii_encode |text| Box::new(SingleByteEncoder::ascii(text));
    latin_1_encode |text| Box::new(SingleByteEncoder::latin1(text));
}

fn encode(
    th: &mut Thread,
    string: Ref<Str>,
    encoder: &mut dyn Encoder,
    errors: Option<&str>,
) -> Result<Value, Raised> {
    let encoded = run_encoder(th, encoder, string, Errors::new(errors))?;
    encoded_pair(th, &encoded, string)
}

fn encoded_pair(th: &Thread, encoded: &[u8], string: Ref<Str>) -> Result<Value, Raised> {
    let encoded = th.new_bytes(encoded)?.value();
    pair(th, encoded, string.len())
}

pub(super) fn utf_8_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "utf_8_encode")?;
    let errors = handler(th, args[1], "utf_8_encode")?;
    if let Some(ascii) = string.ascii() {
        return encoded_pair(th, ascii.as_bytes(), string);
    }
    encode(th, string, &mut Utf8Encoder::new(string.text()), errors.as_deref())
}

pub(super) fn utf_7_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "utf_7_encode")?;
    handler(th, args[1], "utf_7_encode")?;
    encoded_pair(th, &codec::encode_utf7(string.text()), string)
}

pub(super) fn unicode_escape_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "unicode_escape_encode")?;
    handler(th, args[1], "unicode_escape_encode")?;
    encoded_pair(th, &codec::encode_unicode_escape(string.text()), string)
}

pub(super) fn raw_unicode_escape_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "raw_unicode_escape_encode")?;
    handler(th, args[1], "raw_unicode_escape_encode")?;
    encoded_pair(th, &codec::encode_raw_unicode_escape(string.text()), string)
}

/// The byte order that -1, 0 and 1 stand for.
fn byte_order(th: &mut Thread, value: Value) -> Result<ByteOrder, Raised> {
    let number = if value.is_unbound() { 0 } else { th.index_ssize(value)? };
    Ok(match number {
        0 => ByteOrder::Mark,
        ..0 => ByteOrder::Little,
        _ => ByteOrder::Big,
    })
}

pub(super) fn utf_16_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "utf_16_encode")?;
    let errors = handler(th, args[1], "utf_16_encode")?;
    let order = byte_order(th, args[2])?;
    encode(th, string, &mut Utf16Encoder::new(string.text(), order), errors.as_deref())
}

pub(super) fn utf_32_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "utf_32_encode")?;
    let errors = handler(th, args[1], "utf_32_encode")?;
    let order = byte_order(th, args[2])?;
    encode(th, string, &mut Utf32Encoder::new(string.text(), order), errors.as_deref())
}

fn decode(
    th: &mut Thread,
    decoder: &mut dyn Decoder,
    errors: Option<&str>,
) -> Result<Value, Raised> {
    let decoded = run_decoder(th, decoder, Errors::new(errors))?;
    let decoded = th.new_text(decoded)?.value();
    pair(th, decoded, decoder.position())
}

fn truth(th: &mut Thread, value: Value, missing: bool) -> Result<bool, Raised> {
    if value.is_unbound() { Ok(missing) } else { th.is_true(value) }
}

/// Runs the decoder that `make` makes of the bytes, which are all there is if its second argument
/// says so.
macro_rules! decoders {
    ($($name:ident $make:expr;)*) => {
        $(pub(super) fn $name(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
            let input = bytes(th, args[0])?;
            let errors = handler(th, args[1], stringify!($name))?;
            let last = truth(th, args[2], false)?;
            let make: fn(&[u8], bool) -> Box<dyn Decoder + '_> = $make;
            decode(th, &mut *make(input.as_slice(), last), errors.as_deref())
        })*
    };
}
decoders! {
    utf_7_decode |bytes, last| Box::new(Utf7Decoder::new(bytes, last));
    utf_16_decode |bytes, last| Box::new(Utf16Decoder::new(bytes, ByteOrder::Mark, last));
    utf_16_le_decode |bytes, last| Box::new(Utf16Decoder::new(bytes, ByteOrder::Little, last));
    utf_16_be_decode |bytes, last| Box::new(Utf16Decoder::new(bytes, ByteOrder::Big, last));
    utf_32_decode |bytes, last| Box::new(Utf32Decoder::new(bytes, ByteOrder::Mark, last));
    utf_32_le_decode |bytes, last| Box::new(Utf32Decoder::new(bytes, ByteOrder::Little, last));
    utf_32_be_decode |bytes, last| Box::new(Utf32Decoder::new(bytes, ByteOrder::Big, last));
}

pub(super) fn utf_8_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = bytes(th, args[0])?;
    let errors = handler(th, args[1], "utf_8_decode")?;
    let last = truth(th, args[2], false)?;
    if input.as_slice().is_ascii() {
        return whole(th, input);
    }
    decode(th, &mut Utf8Decoder::new(input.as_slice(), last), errors.as_deref())
}

/// All bytes as code points.
fn whole(th: &Thread, input: Ref<Bytes>) -> Result<Value, Raised> {
    let decoded = Str::new(th, Text::One(input.as_slice()))?.value();
    pair(th, decoded, input.len())
}

pub(super) fn ascii_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = bytes(th, args[0])?;
    let errors = handler(th, args[1], "ascii_decode")?;
    decode(th, &mut AsciiDecoder::new(input.as_slice()), errors.as_deref())
}

pub(super) fn latin_1_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = bytes(th, args[0])?;
    handler(th, args[1], "latin_1_decode")?;
    whole(th, input)
}

/// What the decoders that tell the byte order return: -1, 0 or 1.
fn order_number(order: ByteOrder) -> Value {
    Value::from_i32(match order {
        ByteOrder::Mark => 0,
        ByteOrder::Little => -1,
        ByteOrder::Big => 1,
    })
}

pub(super) fn utf_16_ex_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = bytes(th, args[0])?;
    let errors = handler(th, args[1], "utf_16_ex_decode")?;
    let (order, last) = (byte_order(th, args[2])?, truth(th, args[3], false)?);
    let mut decoder = Utf16Decoder::new(input.as_slice(), order, last);
    let decoded = run_decoder(th, &mut decoder, Errors::new(errors.as_deref()))?;
    let (decoded, used) = (th.new_text(decoded)?.value(), decoder.position());
    triple(th, decoded, used, seen_order(input.as_slice(), order, decoder.order(), 2))
}

pub(super) fn utf_32_ex_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = bytes(th, args[0])?;
    let errors = handler(th, args[1], "utf_32_ex_decode")?;
    let (order, last) = (byte_order(th, args[2])?, truth(th, args[3], false)?);
    let mut decoder = Utf32Decoder::new(input.as_slice(), order, last);
    let decoded = run_decoder(th, &mut decoder, Errors::new(errors.as_deref()))?;
    let (decoded, used) = (th.new_text(decoded)?.value(), decoder.position());
    triple(th, decoded, used, seen_order(input.as_slice(), order, decoder.order(), 4))
}

/// The order that a mark has decided; without a mark it stays open, though little endian is read.
fn seen_order(input: &[u8], asked: ByteOrder, used: ByteOrder, width: usize) -> ByteOrder {
    if asked != ByteOrder::Mark {
        return asked;
    }
    let head = input.get(..width).unwrap_or(&[]);
    let marks: [&[u8]; 4] =
        [&[0xFF, 0xFE], &[0xFE, 0xFF], &[0xFF, 0xFE, 0, 0], &[0, 0, 0xFE, 0xFF]];
    if marks.contains(&head) { used } else { ByteOrder::Mark }
}

fn triple(th: &Thread, decoded: Value, used: usize, order: ByteOrder) -> Result<Value, Raised> {
    let used = th.int_from_i64(used as i64)?;
    Ok(Tuple::from_slice(th, &[decoded, used, order_number(order)])?.value())
}

/// Escapes may be given as text.
fn escaped_bytes(th: &mut Thread, value: Value) -> Result<Ref<Bytes>, Raised> {
    match value.cast::<Str>() {
        Some(text) => th.encode(text, None, None),
        None => bytes(th, value),
    }
}

pub(super) fn unicode_escape_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = escaped_bytes(th, args[0])?;
    let errors = handler(th, args[1], "unicode_escape_decode")?;
    let last = truth(th, args[2], true)?;
    let mut decoder = EscapeDecoder::new(input.as_slice(), last);
    let decoded = run_decoder(th, &mut decoder, Errors::new(errors.as_deref()))?;
    if let Some((_, problem)) = decoder.problem() {
        warn(th, problem, "")?;
    }
    let decoded = th.new_text(decoded)?.value();
    pair(th, decoded, decoder.position())
}

/// Reports an escape that is going to be an error.
fn warn(th: &mut Thread, problem: EscapeProblem, prefix: &str) -> Result<(), Raised> {
    let message = match problem {
        EscapeProblem::Unknown(letter) => {
            format!("{prefix}\"\\{}\" is an invalid escape sequence", char::from(letter))
        }
        EscapeProblem::Octal(value) => {
            format!("{prefix}\"\\{value:o}\" is an invalid octal escape sequence")
        }
    };
    th.warn(&classes::DEPRECATION_WARNING, &message, 1)
}

pub(super) fn raw_unicode_escape_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = escaped_bytes(th, args[0])?;
    let errors = handler(th, args[1], "raw_unicode_escape_decode")?;
    let last = truth(th, args[2], true)?;
    decode(th, &mut RawEscapeDecoder::new(input.as_slice(), last), errors.as_deref())
}

pub(super) fn escape_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(input) = args[0].cast::<Bytes>() else {
        return Err(th.wrong_argument("escape_encode() argument 1", "bytes", args[0]));
    };
    handler(th, args[1], "escape_encode")?;
    let encoded = th.new_bytes(&codec::encode_bytes_escapes(input.as_slice()))?.value();
    pair(th, encoded, input.len())
}

pub(super) fn escape_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = escaped_bytes(th, args[0])?;
    let errors = handler(th, args[1], "escape_decode")?;
    let errors = match errors.as_deref() {
        None => Handler::Strict,
        Some(name) => match Handler::parse(name) {
            Some(known) => known,
            None => {
                return Err(
                    th.value_error(format!("decoding error; unknown error handling code: {name}"))
                );
            }
        },
    };
    match codec::decode_bytes_escapes(input.as_slice(), errors) {
        Ok((decoded, problem)) => {
            if let Some((_, problem)) = problem {
                warn(th, problem, "b")?;
            }
            let decoded = th.new_bytes(&decoded)?.value();
            pair(th, decoded, input.len())
        }
        Err(error) => Err(th.text_error(error)),
    }
}

pub(super) fn readbuffer_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = escaped_bytes(th, args[0])?;
    handler(th, args[1], "readbuffer_encode")?;
    let copy = th.new_bytes(input.as_slice())?.value();
    pair(th, copy, input.len())
}
