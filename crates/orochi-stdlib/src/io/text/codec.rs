//! Decoding and encoding for text streams.

use orochi_text::codec::{
    self, AsciiDecoder, Decoder, Failure, Handler, SingleByteEncoder, Utf8Decoder, Utf8Encoder,
};
use orochi_text::{OwnedText, Text, TextBuf};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::super::{call, newline};
use super::object::{LineEnd, Native, State, TextStream, with};
use crate::argument::{decode_error, encode_error, new_text};

impl Native {
    /// The native encoding of that name.
    pub(super) fn parse(name: &str) -> Option<Native> {
        let plain: String = name
            .chars()
            .filter(|c| !matches!(c, '-' | '_' | ' '))
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Some(match plain.as_str() {
            "utf8" | "u8" | "cp65001" => Native::Utf8,
            "ascii" | "usascii" | "646" => Native::Ascii,
            "latin1" | "iso88591" | "88591" | "latin" | "l1" | "cp819" => Native::Latin1,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Native::Utf8 => "utf-8",
            Native::Ascii => "ascii",
            Native::Latin1 => "latin-1",
        }
    }
}

/// Input that could not be decoded, and why.
pub(super) struct Undecodable {
    encoding: Native,
    input: Vec<u8>,
    failure: Failure,
}

impl State {
    /// Decodes with a native encoding. `last`: nothing follows.
    pub(super) fn decode(
        &mut self,
        encoding: Native,
        input: &[u8],
        last: bool,
    ) -> Result<OwnedText, Undecodable> {
        let joined;
        let all = if self.undecoded.is_empty() {
            input
        } else {
            let mut bytes = std::mem::take(&mut self.undecoded);
            bytes.extend_from_slice(input);
            joined = bytes;
            &joined
        };
        let text = if all.is_ascii() || encoding == Native::Latin1 {
            OwnedText::from_latin1(all.to_vec())
        } else {
            let mut out = TextBuf::with_capacity(all.len());
            let (mut utf8, mut ascii);
            let decoder: &mut dyn Decoder = match encoding {
                Native::Utf8 => {
                    utf8 = Utf8Decoder::new(all, last);
                    &mut utf8
                }
                _ => {
                    ascii = AsciiDecoder::new(all);
                    &mut ascii
                }
            };
            if let Err(failure) = codec::decode(decoder, self.handler, &mut out) {
                return Err(Undecodable { encoding, input: all.to_vec(), failure });
            }
            let position = decoder.position().min(all.len());
            self.undecoded = all[position..].to_vec();
            out.finish()
        };
        if matches!(self.line_end, LineEnd::Translated | LineEnd::Any) {
            Ok(self.newlines.pass(text, last))
        } else {
            Ok(text)
        }
    }
}

/// Raises the `UnicodeDecodeError`.
#[cold]
pub(super) fn raise_undecodable(th: &Thread, error: &Undecodable) -> Raised {
    decode_error(th, error.encoding.name(), &error.input, &error.failure)
}

/// Decodes input as the stream does. `last`: nothing follows.
pub(super) fn decode(
    th: &mut Thread,
    stream: Ref<TextStream>,
    input: &[u8],
    last: bool,
) -> Result<Ref<Str>, Raised> {
    let native =
        with(th, stream, |state| state.native.map(|encoding| state.decode(encoding, input, last)))?;
    match native {
        Some(Ok(text)) => new_text(th, &text),
        Some(Err(error)) => Err(raise_undecodable(th, &error)),
        None => {
            let decoder = th.read(stream)?.decoder.get();
            let input = th.new_bytes(input)?.value();
            decode_with(th, decoder, input, last)
        }
    }
}

/// Decodes by a codec object.
pub(super) fn decode_with(
    th: &mut Thread,
    decoder: Value,
    input: Value,
    last: bool,
) -> Result<Ref<Str>, Raised> {
    let text = call(th, decoder, "decode", &[input, Value::from_bool(last)])?;
    text.cast::<Str>().ok_or_else(|| {
        let kind = th.type_name(text);
        th.type_error(format!("decoder should return a string result, not '{kind}'"))
    })
}

/// A decoder's state: bytes kept back, and flags.
pub(super) fn get_state(
    th: &mut Thread,
    stream: Ref<TextStream>,
) -> Result<(Vec<u8>, u64), Raised> {
    let native = with(th, stream, |state| {
        state.native.map(|_| (state.undecoded.clone(), u64::from(state.newlines.pending_cr)))
    })?;
    if let Some(native) = native {
        return Ok(native);
    }
    let decoder = th.read(stream)?.decoder.get();
    object_state(th, decoder)
}

/// The state of a codec object.
pub(super) fn object_state(th: &mut Thread, decoder: Value) -> Result<(Vec<u8>, u64), Raised> {
    let pair = call(th, decoder, "getstate", &[])?;
    let Some(pair) = pair.cast::<Tuple>().filter(|pair| pair.len() == 2) else {
        return Err(th.type_error("illegal decoder state"));
    };
    let Some(bytes) = pair.get(0).cast::<Bytes>() else {
        let kind = th.type_name(pair.get(0));
        return Err(th.type_error(format!(
            "illegal decoder state: the first item should be a bytes object, not '{kind}'"
        )));
    };
    let flags = th.index(pair.get(1))?;
    let flags = as_i64(flags).ok_or_else(|| th.overflow_error("decoder flags are too large"))?;
    Ok((bytes.as_slice().to_vec(), flags as u64))
}

/// Puts a decoder into a state without bytes kept back.
pub(super) fn set_state(
    th: &mut Thread,
    stream: Ref<TextStream>,
    flags: u64,
) -> Result<(), Raised> {
    let native = with(th, stream, |state| {
        if state.native.is_some() {
            state.undecoded.clear();
            state.newlines.pending_cr = flags & 1 != 0;
        }
        state.native.is_some()
    })?;
    if native {
        return Ok(());
    }
    let decoder = th.read(stream)?.decoder.get();
    set_object_state(th, decoder, &[], flags)
}

/// Puts a codec object into a state.
pub(super) fn set_object_state(
    th: &mut Thread,
    decoder: Value,
    bytes: &[u8],
    flags: u64,
) -> Result<(), Raised> {
    let pair = [th.new_bytes(bytes)?.value(), th.int_from_u64(flags)?];
    let pair = Tuple::from_slice(th, &pair)?.value();
    call(th, decoder, "setstate", &[pair]).map(drop)
}

/// Starts decoding anew.
pub(super) fn reset_decoder(th: &mut Thread, stream: Ref<TextStream>) -> Result<(), Raised> {
    let decoder = {
        let guard = th.write(stream)?;
        let mut state = guard.state.get().get(guard.token());
        state.undecoded.clear();
        state.newlines.pending_cr = false;
        guard.decoder.get()
    };
    if !decoder.is_none() {
        call(th, decoder, "reset", &[])?;
    }
    Ok(())
}

/// Encodes with a native encoding.
pub(super) fn encode_native(
    th: &Thread,
    encoding: Native,
    handler: Handler,
    text: Ref<Str>,
) -> Result<Vec<u8>, Raised> {
    if let Some(ascii) = text.ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    if let (Native::Latin1, Text::One(bytes)) = (encoding, text.text()) {
        return Ok(bytes.to_vec());
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    let result = match encoding {
        Native::Utf8 => codec::encode(&mut Utf8Encoder::new(text.text()), handler, &mut out),
        Native::Ascii => {
            codec::encode(&mut SingleByteEncoder::ascii(text.text()), handler, &mut out)
        }
        Native::Latin1 => {
            codec::encode(&mut SingleByteEncoder::latin1(text.text()), handler, &mut out)
        }
    };
    match result {
        Ok(()) => Ok(out),
        Err(failure) => Err(encode_error(th, encoding.name(), text, &failure)),
    }
}

/// The codec of that name, from the registry; raises `LookupError` if it is none for text.
pub(super) fn look_up(th: &mut Thread, encoding: Ref<Str>) -> Result<Value, Raised> {
    let codecs = th.import_module("codecs")?;
    let info = call(th, codecs, "lookup", &[encoding.value()])?;
    if let Some(is_text) = th.find_attribute(info, name!(th, "_is_text_encoding"))?
        && !th.is_true(is_text)?
    {
        return Err(th.raise_message(
            &classes::LOOKUP_ERROR,
            &format!(
                "'{}' is not a text encoding; use codecs.open() to handle arbitrary codecs",
                encoding.display()
            ),
        ));
    }
    Ok(info)
}

/// Makes the decoder and encoder that a stream needs: objects for all but native encodings.
pub(super) fn make(
    th: &mut Thread,
    stream: Ref<TextStream>,
    encoding: Ref<Str>,
    errors: Ref<Str>,
) -> Result<(), Raised> {
    let native = Native::parse(&encoding.display());
    let handler = Handler::parse(&errors.display());
    if let (Some(native), Some(handler)) = (native, handler) {
        let guard = th.write(stream)?;
        guard.decoder.set(guard.token(), Value::NONE);
        guard.encoder.set(guard.token(), Value::NONE);
        let mut state = guard.state.get().get(guard.token());
        state.native = Some(native);
        state.handler = handler;
        state.undecoded.clear();
        state.newlines.translate = state.line_end == LineEnd::Translated;
        return Ok(());
    }
    let info = look_up(th, encoding)?;
    let (readable, writable, line_end) =
        with(th, stream, |state| (state.readable, state.writable, state.line_end))?;
    let mut decoder = Value::NONE;
    if readable {
        decoder = call(th, info, "incrementaldecoder", &[errors.value()])?;
        if matches!(line_end, LineEnd::Translated | LineEnd::Any) {
            decoder = newline::wrap(th, decoder, line_end == LineEnd::Translated)?;
        }
    }
    let encoder = if writable {
        call(th, info, "incrementalencoder", &[errors.value()])?
    } else {
        Value::NONE
    };
    let guard = th.write(stream)?;
    guard.decoder.set(guard.token(), decoder);
    guard.encoder.set(guard.token(), encoder);
    guard.state.get().get(guard.token()).native = None;
    Ok(())
}
