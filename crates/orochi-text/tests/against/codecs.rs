//! Codecs with the built-in error handlers.

use orochi_text::codec::{
    self, AsciiDecoder, ByteOrder, CharmapDecoder, CharmapEncoder, Decoder, Encoder, EncodingMap,
    EscapeDecoder, Failure, Handler, RawEscapeDecoder, SingleByteEncoder, Utf7Decoder, Utf8Decoder,
    Utf8Encoder, Utf16Decoder, Utf16Encoder, Utf32Decoder, Utf32Encoder,
};
use orochi_text::{OwnedText, TextBuf};

use super::{bytes, outcome, raised, text, written};

fn table() -> OwnedText {
    let mut table = TextBuf::new();
    table.extend(0..0x80);
    table.extend(
        "€\u{FFFE}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFE}Ž\u{FFFE}\u{FFFE}‘’“”•–—˜™š›œ\u{FFFE}žŸ"
            .chars()
            .map(u32::from),
    );
    table.extend(0xA0..0x100);
    table.finish()
}

fn failed(encoding: &str, failure: &Failure) -> String {
    raised(&format!("{encoding} {} {} {}", failure.start, failure.end, failure.reason))
}

fn run(decoder: &mut dyn Decoder, handler: Handler) -> Result<OwnedText, String> {
    let mut out = TextBuf::new();
    match codec::decode(decoder, handler, &mut out) {
        Ok(()) => Ok(out.finish()),
        Err(failure) => Err(failed(decoder.encoding(), &failure)),
    }
}

fn decode(encoding: &str, handler: Handler, input: &[u8]) -> String {
    use ByteOrder::{Big, Little, Mark};
    let table = table();
    let map = CharmapDecoder::table(table.as_text());
    let mut charmap = CharmapDecoder::new(input, map);
    let decoder: &mut dyn Decoder = match encoding {
        "utf-8" => &mut Utf8Decoder::new(input, true),
        "utf-16" => &mut Utf16Decoder::new(input, Mark, true),
        "utf-16-le" => &mut Utf16Decoder::new(input, Little, true),
        "utf-16-be" => &mut Utf16Decoder::new(input, Big, true),
        "utf-32" => &mut Utf32Decoder::new(input, Mark, true),
        "utf-32-le" => &mut Utf32Decoder::new(input, Little, true),
        "utf-32-be" => &mut Utf32Decoder::new(input, Big, true),
        "utf-7" => &mut Utf7Decoder::new(input, true),
        "ascii" => &mut AsciiDecoder::new(input),
        "unicode_escape" => &mut EscapeDecoder::new(input, true),
        "raw_unicode_escape" => &mut RawEscapeDecoder::new(input, true),
        "cp1252" => &mut charmap,
        _ => return format!("={}", written(codec::decode_latin1(input).as_text())),
    };
    run(decoder, handler).map_or_else(|error| error, |text| format!("={}", written(text.as_text())))
}

fn partial(codec: &str, handler: Handler, input: &[u8]) -> String {
    let decoder: &mut dyn Decoder = match codec {
        "utf_8" => &mut Utf8Decoder::new(input, false),
        "utf_16_ex" => &mut Utf16Decoder::new(input, ByteOrder::Mark, false),
        "utf_32_ex" => &mut Utf32Decoder::new(input, ByteOrder::Mark, false),
        "utf_7" => &mut Utf7Decoder::new(input, false),
        "unicode_escape" => &mut EscapeDecoder::new(input, false),
        _ => &mut RawEscapeDecoder::new(input, false),
    };
    match run(decoder, handler) {
        Ok(text) => format!("=[{}|{}]", written(text.as_text()), decoder.position()),
        Err(error) => error,
    }
}

fn encode(encoding: &str, handler: Handler, input: &OwnedText) -> String {
    use ByteOrder::{Big, Little, Mark};
    let text = input.as_text();
    let map = EncodingMap::new(table().as_text());
    let bytes = |bytes: Vec<u8>| format!("={}", written(OwnedText::from_latin1(bytes).as_text()));
    let mut charmap = CharmapEncoder::new(text, map.mapping());
    let encoder: &mut dyn Encoder = match encoding {
        "utf-8" => &mut Utf8Encoder::new(text),
        "utf-16" => &mut Utf16Encoder::new(text, Mark),
        "utf-16-le" => &mut Utf16Encoder::new(text, Little),
        "utf-16-be" => &mut Utf16Encoder::new(text, Big),
        "utf-32" => &mut Utf32Encoder::new(text, Mark),
        "utf-32-le" => &mut Utf32Encoder::new(text, Little),
        "utf-32-be" => &mut Utf32Encoder::new(text, Big),
        "ascii" => &mut SingleByteEncoder::ascii(text),
        "latin-1" => &mut SingleByteEncoder::latin1(text),
        "cp1252" => &mut charmap,
        "utf-7" => return bytes(codec::encode_utf7(text)),
        "unicode_escape" => return bytes(codec::encode_unicode_escape(text)),
        _ => return bytes(codec::encode_raw_unicode_escape(text)),
    };
    let mut out = Vec::new();
    match codec::encode(encoder, handler, &mut out) {
        Ok(()) => bytes(out),
        Err(failure) => failed(encoder.encoding(), &failure),
    }
}

pub fn answer(op: &str, args: &[&str]) -> String {
    let name = |index: usize| text(args[index]).as_text().to_string_lossy().into_owned();
    let handler = |index: usize| Handler::parse(&name(index)).expect("known");
    match op {
        "decode" => decode(&name(0), handler(1), &bytes(args[2])),
        "partial" => partial(&name(0), handler(1), &bytes(args[2])),
        "encode" => encode(&name(0), handler(1), &text(args[2])),
        "escape" => outcome(
            codec::decode_bytes_escapes(&bytes(args[0]), Handler::Strict)
                .map(|(bytes, _)| OwnedText::from_latin1(bytes)),
        ),
        _ => panic!("unknown operation {op}"),
    }
}
