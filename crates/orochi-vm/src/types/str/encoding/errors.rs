//! Error handlers, and driving a codec with one.
//!
//! The built-in handlers run inside `orochi_text`. Any other name is looked up in the registry, and
//! the Python function found is asked at each failure: a codec can be resumed anywhere, so nothing
//! is held meanwhile but the input, which is immutable or private.

use orochi_text::TextBuf;
use orochi_text::codec::{Decoder, Encoder, Failure, Handler, Replacement};

use super::registry;
use crate::class::{Method, function};
use crate::exception::{Raised, classes};
use crate::heap::Value;
use crate::name;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::bytes::Bytes;
use crate::types::int;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// What to do about input that cannot be converted.
#[derive(Clone, Copy, Debug)]
pub enum Errors<'a> {
    /// A built-in handler.
    Builtin(Handler),
    /// A handler that was registered under this name.
    Registered(&'a str),
}

impl<'a> Errors<'a> {
    /// The handler of that name; `strict` if there is none.
    pub fn new(name: Option<&'a str>) -> Errors<'a> {
        match name {
            None => Errors::Builtin(Handler::Strict),
            Some(name) => match Handler::parse(name) {
                Some(handler) => Errors::Builtin(handler),
                None => Errors::Registered(name),
            },
        }
    }
}

/// Runs a decoder to its end.
pub fn run_decoder(
    th: &mut Thread,
    decoder: &mut dyn Decoder,
    errors: Errors<'_>,
) -> Result<TextBuf, Raised> {
    let mut out = TextBuf::with_capacity(decoder.input().len());
    run_decoder_into(th, decoder, errors, &mut out)?;
    Ok(out)
}

fn run_decoder_into(
    th: &mut Thread,
    decoder: &mut dyn Decoder,
    errors: Errors<'_>,
    out: &mut TextBuf,
) -> Result<(), Raised> {
    let mut function = Value::UNBOUND;
    while let Err(failure) = decoder.run(out) {
        th.poll()?;
        match errors {
            Errors::Builtin(handler) => {
                let handled = handler.on_decode(decoder.encoding(), decoder.input(), &failure, out);
                match handled {
                    Some(position) => decoder.resume(position),
                    None if !handler.decodes() => {
                        return Err(th.type_error(
                            "don't know how to handle UnicodeDecodeError in error callback",
                        ));
                    }
                    None => {
                        let exception = decode_error(th, decoder, &failure)?;
                        return Err(th.raise_value(exception));
                    }
                }
            }
            Errors::Registered(name) => {
                if function.is_unbound() {
                    function = registry::lookup_error(th, name)?;
                }
                let exception = decode_error(th, decoder, &failure)?;
                let answer = th.call(function, &[exception])?;
                let message = "decoding error handler must return (str, int) tuple";
                let (replacement, position) = pair(th, answer, message)?;
                let Some(text) = replacement.cast::<Str>() else {
                    return Err(th.type_error(message));
                };
                let position = within(th, position, decoder.input().len())?;
                out.push_text(text.text());
                decoder.resume(position);
            }
        }
    }
    Ok(())
}

/// Runs an encoder of `object` to its end.
pub fn run_encoder(
    th: &mut Thread,
    encoder: &mut dyn Encoder,
    object: Ref<Str>,
    errors: Errors<'_>,
) -> Result<Vec<u8>, Raised> {
    let mut out = Vec::with_capacity(object.len());
    let mut function = Value::UNBOUND;
    while let Err(failure) = encoder.run(&mut out) {
        th.poll()?;
        let (replacement, position) = match errors {
            Errors::Builtin(handler) => {
                match handler.on_encode(encoder.encoding(), encoder.input(), &failure) {
                    Some(handled) => handled,
                    None => {
                        let exception = encode_error(th, encoder.encoding(), object, &failure)?;
                        return Err(th.raise_value(exception));
                    }
                }
            }
            Errors::Registered(name) => {
                if function.is_unbound() {
                    function = registry::lookup_error(th, name)?;
                }
                let exception = encode_error(th, encoder.encoding(), object, &failure)?;
                let answer = th.call(function, &[exception])?;
                let message = "encoding error handler must return (str/bytes, int) tuple";
                let (replacement, position) = pair(th, answer, message)?;
                let replacement = if let Some(text) = replacement.cast::<Str>() {
                    Replacement::Text(text.text().to_owned())
                } else if let Some(bytes) = replacement.cast::<Bytes>() {
                    Replacement::Bytes(bytes.as_slice().to_vec())
                } else {
                    return Err(th.type_error(message));
                };
                (replacement, within(th, position, object.len())?)
            }
        };
        if !encoder.replace(&mut out, &replacement) {
            let exception = encode_error(th, encoder.encoding(), object, &failure)?;
            return Err(th.raise_value(exception));
        }
        encoder.resume(position);
    }
    Ok(out)
}

fn pair(th: &Thread, answer: Value, message: &str) -> Result<(Value, Value), Raised> {
    match answer.cast::<Tuple>() {
        Some(pair) if pair.len() == 2 && int::is_int_like(pair.get(1)) => {
            Ok((pair.get(0), pair.get(1)))
        }
        _ => Err(th.type_error(message)),
    }
}

/// The position a handler gave, in an input of this length.
fn within(th: &Thread, position: Value, length: usize) -> Result<usize, Raised> {
    let given = int::as_i64(position).unwrap_or(i64::MAX);
    let position = if given < 0 { given + length as i64 } else { given };
    match usize::try_from(position) {
        Ok(position) if position <= length => Ok(position),
        _ => Err(th.index_error(format!("position {given} from error handler out of bounds"))),
    }
}

fn decode_error(
    th: &mut Thread,
    decoder: &dyn Decoder,
    failure: &Failure,
) -> Result<Value, Raised> {
    let object = th.new_bytes(decoder.input())?.value();
    let encoding = th.new_str(decoder.encoding())?.value();
    make(th, &classes::UNICODE_DECODE_ERROR, encoding, object, failure)
}

/// The `UnicodeEncodeError` for a failure.
pub fn encode_error(
    th: &mut Thread,
    encoding: &str,
    object: Ref<Str>,
    failure: &Failure,
) -> Result<Value, Raised> {
    let encoding = th.new_str(encoding)?.value();
    make(th, &classes::UNICODE_ENCODE_ERROR, encoding, object.value(), failure)
}

fn make(
    th: &mut Thread,
    class: &'static crate::class::TypeSpec,
    encoding: Value,
    object: Value,
    failure: &Failure,
) -> Result<Value, Raised> {
    let start = th.int_from_i64(failure.start as i64)?;
    let end = th.int_from_i64(failure.end as i64)?;
    let reason = th.new_str(&failure.reason)?.value();
    th.call(class.class().value(), &[encoding, object, start, end, reason])
}

/// The built-in handlers as functions, by the names that `codecs.lookup_error` knows.
pub static HANDLERS: &[(&str, Method)] = &[
    (
        "strict",
        function(
            "strict_errors(exception, /)",
            strict,
            "Raise the exception: how to deal with encoding errors strictly.",
        ),
    ),
    (
        "ignore",
        function(
            "ignore_errors(exception, /)",
            |th, args| handle(th, args[0], Handler::Ignore),
            "Leave out what cannot be converted.",
        ),
    ),
    (
        "replace",
        function(
            "replace_errors(exception, /)",
            |th, args| handle(th, args[0], Handler::Replace),
            "Put a replacement mark where something cannot be converted.",
        ),
    ),
    (
        "xmlcharrefreplace",
        function(
            "xmlcharrefreplace_errors(exception, /)",
            |th, args| handle(th, args[0], Handler::XmlCharRefReplace),
            "Put XML character references for what cannot be encoded.",
        ),
    ),
    (
        "backslashreplace",
        function(
            "backslashreplace_errors(exception, /)",
            |th, args| handle(th, args[0], Handler::BackslashReplace),
            "Put escapes for what cannot be converted.",
        ),
    ),
    (
        "namereplace",
        function(
            "namereplace_errors(exception, /)",
            |th, args| handle(th, args[0], Handler::NameReplace),
            "Put \\N{...} escapes for what cannot be encoded.",
        ),
    ),
    (
        "surrogatepass",
        function(
            "surrogatepass(exception, /)",
            |th, args| handle(th, args[0], Handler::SurrogatePass),
            "Let surrogates pass as if they were characters.",
        ),
    ),
    (
        "surrogateescape",
        function(
            "surrogateescape(exception, /)",
            |th, args| handle(th, args[0], Handler::SurrogateEscape),
            "Hide bytes that cannot be decoded in lone surrogates, and bring them back.",
        ),
    ),
];

fn strict(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if th.is_instance(args[0], crate::exception::BASE_EXCEPTION.class()) {
        return Err(th.raise_value(args[0]));
    }
    Err(th.type_error("codec must pass exception instance"))
}

fn position(th: &mut Thread, exception: Value, name: Ref<Str>) -> Result<usize, Raised> {
    let value = th.get_attribute(exception, name)?;
    Ok(usize::try_from(th.index_ssize(value)?).unwrap_or(0))
}

/// What a built-in handler answers to an exception object.
fn handle(th: &mut Thread, exception: Value, handler: Handler) -> Result<Value, Raised> {
    let encodes = th.is_instance(exception, classes::UNICODE_ENCODE_ERROR.class());
    let decodes = th.is_instance(exception, classes::UNICODE_DECODE_ERROR.class());
    let translates = th.is_instance(exception, classes::UNICODE_TRANSLATE_ERROR.class());
    let knows = match handler {
        Handler::XmlCharRefReplace | Handler::NameReplace => encodes,
        Handler::SurrogateEscape | Handler::SurrogatePass => encodes || decodes,
        _ => encodes || decodes || translates,
    };
    if !knows {
        let name = th.type_name(exception);
        return Err(th.type_error(format!("don't know how to handle {name} in error callback")));
    }
    let object = th.get_attribute(exception, name!(th, "object"))?;
    let (start, end) =
        (position(th, exception, name!(th, "start"))?, position(th, exception, name!(th, "end"))?);
    let length = match (object.cast::<Str>(), object.cast::<Bytes>()) {
        (Some(text), _) => text.len(),
        (_, Some(bytes)) => bytes.as_slice().len(),
        _ => return Err(th.type_error("object attribute must be str or bytes")),
    };
    // The same corrections as the attributes' own: a range inside the object that is not empty.
    let start = start.min(length.saturating_sub(1));
    let end = end.clamp(usize::from(length > 0), length).max(start);
    let failure = Failure { start, end, reason: "".into() };
    let encoding = if translates {
        String::new()
    } else {
        let encoding = th.get_attribute(exception, name!(th, "encoding"))?;
        th.display_str(encoding)
    };
    let (replacement, position) = if let Some(bytes) = object.cast::<Bytes>() {
        let mut out = TextBuf::new();
        match handler.on_decode(&encoding, bytes.as_slice(), &failure, &mut out) {
            Some(position) => (th.new_text(out)?.value(), position),
            None => return Err(th.raise_value(exception)),
        }
    } else {
        let text = object.cast::<Str>().map_or(th.vm.empty_str.get(), |text| text);
        if translates && handler == Handler::Replace {
            let mut marks = TextBuf::new();
            marks.push_repeated(0xFFFD, end - start);
            (th.new_text(marks)?.value(), end)
        } else {
            match handler.on_encode(&encoding, text.text(), &failure) {
                Some((Replacement::Text(text), position)) => {
                    (Str::new(th, text.as_text())?.value(), position)
                }
                Some((Replacement::Bytes(bytes), position)) => {
                    (th.new_bytes(&bytes)?.value(), position)
                }
                None => return Err(th.raise_value(exception)),
            }
        }
    };
    let position = th.int_from_i64(position as i64)?;
    Ok(Tuple::from_slice(th, &[replacement, position])?.value())
}
