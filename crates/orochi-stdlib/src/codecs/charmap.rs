//! Codecs given by a mapping: a string, an encoding map made of one, or any Python mapping.
//!
//! A mapping written in Python is asked before the codec runs, once for each character that occurs.

use orochi_text::codec::{CharmapDecoder, CharmapEncoder, EncodingMap, MappedBytes, MappedText};
use orochi_text::{Text, TextBuf};
use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, method};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int;
use orochi_vm::types::str::Str;
use orochi_vm::types::str::encoding::{Errors, run_decoder, run_encoder};

use super::{bytes, handler, pair, text};

heap_object! {
    /// `EncodingMap`: the reverse of a decoding table, which it keeps.
    pub immutable struct EncodingMapObject: ENCODING_MAP {
        values {
            /// The decoding table.
            table: Ref<Str>,
        }
        storage {}
        data {}
    }
}

/// `EncodingMap`
pub static ENCODING_MAP: TypeSpec = TypeSpec {
    module: "builtins",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    methods: &[method("size($self, /)", size, "Return the size (in bytes) of this object.")],
    ..TypeSpec::named("EncodingMap", NativeLayout::of::<EncodingMapObject>())
};

fn size(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let map = th.receiver::<EncodingMapObject>(args[0])?;
    th.int_from_i64(32 + map.table.get().len() as i64 * 2)
}

/// An encoding map for tables of 256 characters; a dict for others.
pub(super) fn charmap_build(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let table = th.str_argument(args[0], "charmap_build() argument")?;
    if table.len() == 256 {
        return Ok(EncodingMapObject::allocate(th, table)?.value());
    }
    let dict = Dict::new(th)?;
    for (byte, code) in table.text().codes().enumerate().take(256) {
        dict.set(th, Value::from_i32(code as i32), Value::from_i32(byte as i32))?;
    }
    Ok(dict.value())
}

pub(super) fn charmap_encode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let string = text(th, args[0], "charmap_encode")?;
    let errors = handler(th, args[1], "charmap_encode")?;
    let mapping = args[2];
    if mapping.is_unbound() || mapping.is_none() {
        return super::unicode::latin_1_encode(th, &[args[0], args[1], Value::UNBOUND]);
    }
    let errors = Errors::new(errors.as_deref());
    let encoded = if let Some(map) = mapping.cast::<EncodingMapObject>() {
        let map = EncodingMap::new(map.table.get().text());
        run_encoder(th, &mut CharmapEncoder::new(string.text(), map.mapping()), string, errors)?
    } else {
        // The characters are looked up first, each once, so that the codec runs no Python.
        let known = lookups(th, string.text(), mapping)?;
        let mut encoder = CharmapEncoder::new(string.text(), |code| known.bytes(code));
        run_encoder(th, &mut encoder, string, errors)?
    };
    let encoded = th.new_bytes(&encoded)?.value();
    pair(th, encoded, string.len())
}

/// What a Python mapping says about the characters of a text.
struct Lookups(Vec<(u32, MappedBytes)>);

impl Lookups {
    fn bytes(&self, code: u32) -> MappedBytes {
        match self.0.binary_search_by_key(&code, |entry| entry.0) {
            Ok(at) => self.0[at].1.clone(),
            Err(_) => MappedBytes::Undefined,
        }
    }
}

fn lookups(th: &mut Thread, text: Text<'_>, mapping: Value) -> Result<Lookups, Raised> {
    let mut codes: Vec<u32> = text.codes().collect();
    // What error handlers put in is plain ASCII.
    codes.extend(0x20..0x7F);
    codes.sort_unstable();
    codes.dedup();
    let mut known = Vec::with_capacity(codes.len());
    for code in codes {
        known.push((code, mapped_bytes(th, mapping, code)?));
        th.poll()?;
    }
    Ok(Lookups(known))
}

fn mapped_bytes(th: &mut Thread, mapping: Value, code: u32) -> Result<MappedBytes, Raised> {
    let found = match th.get_item(mapping, Value::from_i32(code as i32)) {
        Ok(found) => found,
        Err(raised) => {
            return match th.catch(raised, &classes::LOOKUP_ERROR) {
                Some(_) => Ok(MappedBytes::Undefined),
                None => Err(raised),
            };
        }
    };
    if found.is_none() {
        return Ok(MappedBytes::Undefined);
    }
    if let Some(bytes) = found.cast::<Bytes>() {
        return Ok(MappedBytes::Bytes(bytes.as_slice().to_vec()));
    }
    if !int::is_int_like(found) {
        let name = th.type_name(found);
        return Err(th.type_error(format!(
            "character mapping must return integer, bytes or None, not {name}"
        )));
    }
    match int::as_i64(found).and_then(|byte| u8::try_from(byte).ok()) {
        Some(byte) => Ok(MappedBytes::Byte(byte)),
        None => Err(th.type_error("character mapping must be in range(256)")),
    }
}

pub(super) fn charmap_decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let input = bytes(th, args[0])?;
    let errors = handler(th, args[1], "charmap_decode")?;
    let mapping = args[2];
    if mapping.is_unbound() || mapping.is_none() {
        return super::unicode::latin_1_decode(th, &[args[0], args[1]]);
    }
    let errors = Errors::new(errors.as_deref());
    let decoded: TextBuf = if let Some(table) = mapping.cast::<Str>() {
        let mut decoder =
            CharmapDecoder::new(input.as_slice(), CharmapDecoder::table(table.text()));
        run_decoder(th, &mut decoder, errors)?
    } else {
        let mut known: Vec<MappedText> = vec![MappedText::Undefined; 256];
        let mut used = [false; 256];
        for &byte in input.as_slice() {
            used[usize::from(byte)] = true;
        }
        for byte in (0..256usize).filter(|&byte| used[byte]) {
            known[byte] = mapped_text(th, mapping, byte as u8)?;
        }
        let mut decoder =
            CharmapDecoder::new(input.as_slice(), |byte| known[usize::from(byte)].clone());
        run_decoder(th, &mut decoder, errors)?
    };
    let decoded = th.new_text(decoded)?.value();
    pair(th, decoded, input.len())
}

fn mapped_text(th: &mut Thread, mapping: Value, byte: u8) -> Result<MappedText, Raised> {
    let found = match th.get_item(mapping, Value::from_i32(i32::from(byte))) {
        Ok(found) => found,
        Err(raised) => {
            return match th.catch(raised, &classes::LOOKUP_ERROR) {
                Some(_) => Ok(MappedText::Undefined),
                None => Err(raised),
            };
        }
    };
    if found.is_none() {
        return Ok(MappedText::Undefined);
    }
    if let Some(text) = found.cast::<Str>() {
        let undefined = text.len() == 1 && text.text().get(0) == Some(0xFFFE);
        return Ok(if undefined {
            MappedText::Undefined
        } else {
            MappedText::Text(text.text().to_owned())
        });
    }
    if !int::is_int_like(found) {
        return Err(th.type_error("character mapping must return integer, None or str"));
    }
    match int::as_i64(found) {
        Some(0xFFFE) => Ok(MappedText::Undefined),
        Some(code @ 0..=0x10_FFFF) => Ok(MappedText::Code(code as u32)),
        _ => Err(th.type_error("character mapping must be in range(0x110000)")),
    }
}
