//! Universal newlines: `IncrementalNewlineDecoder`, and the same for the text layer's own
//! decoders.

use orochi_text::{OwnedText, Text, TextBuf};
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::object::ValueCast;
use orochi_vm::operation::BinaryOp;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::call;
use crate::argument::{new_text, truth_or};

const SEEN_CR: u32 = 1;
const SEEN_LF: u32 = 2;
const SEEN_CRLF: u32 = 4;

const LF: u32 = b'\n' as u32;
const CR: u32 = b'\r' as u32;

/// What is known of the line ends that went by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Newlines {
    /// All become `\n`.
    pub(super) translate: bool,
    /// The last character was a `\r`, which may be the first half of `\r\n`.
    pub(super) pending_cr: bool,
    /// [`SEEN_CR`] and the like.
    pub(super) seen: u32,
}

impl Newlines {
    /// Passes decoded text on. `last`: nothing follows.
    pub(super) fn pass(&mut self, text: OwnedText, last: bool) -> OwnedText {
        let view = text.as_text();
        let has_cr = contains(view, b'\r');
        if !has_cr && !(self.pending_cr && (last || !view.is_empty())) {
            if self.seen & SEEN_LF == 0 && contains(view, b'\n') {
                self.seen |= SEEN_LF;
            }
            return text;
        }
        let mut codes: Vec<u32> = Vec::with_capacity(view.len() + 1);
        if self.pending_cr {
            codes.push(CR);
            self.pending_cr = false;
        }
        codes.extend(view.codes());
        if !last && codes.last() == Some(&CR) {
            codes.pop();
            self.pending_cr = true;
        }
        let mut out = TextBuf::with_capacity(codes.len());
        let mut at = 0;
        while at < codes.len() {
            let code = codes[at];
            at += 1;
            match code {
                CR if codes.get(at) == Some(&LF) => {
                    at += 1;
                    self.seen |= SEEN_CRLF;
                    if !self.translate {
                        out.push(CR);
                    }
                    out.push(LF);
                }
                CR => {
                    self.seen |= SEEN_CR;
                    out.push(if self.translate { LF } else { CR });
                }
                LF => {
                    self.seen |= SEEN_LF;
                    out.push(LF);
                }
                code => out.push(code),
            }
        }
        out.finish()
    }

    /// `newlines`: None, a string, or a tuple of strings.
    pub(super) fn seen_object(self, th: &Thread) -> Result<Value, Raised> {
        let mut found = [Value::NONE; 3];
        let mut count = 0;
        for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
            if self.seen & bit != 0 {
                found[count] = th.intern(text)?.value();
                count += 1;
            }
        }
        match count {
            0 => Ok(Value::NONE),
            1 => Ok(found[0]),
            _ => Ok(Tuple::from_slice(th, &found[..count])?.value()),
        }
    }
}

/// Whether an ASCII character is in a text.
pub(super) fn contains(text: Text<'_>, character: u8) -> bool {
    orochi_text::search::contains(text, Text::One(&[character]))
}

heap_object! {
    /// A decoder around another one.
    pub struct NewlineDecoder: DECODER {
        values {
            /// The decoder inside, or None: then it is given text.
            decoder: Value,
            /// The name of the error handler.
            errors: Value,
        }
        storage {}
        data {
            /// `pending_cr` and `translate`: bits 0 and 1; whether it is ready: bit 2.
            state: u32,
            /// Which line ends were seen.
            seen: u32,
        }
    }
}

/// `_io.IncrementalNewlineDecoder`
pub static DECODER: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Codec used when reading a file in universal newlines mode.\n\n\
          It wraps another incremental decoder, translating \\r\\n and \\r into \\n.\n\
          It also records the types of newlines encountered.  When used with\n\
          translate=False, it ensures that the newline sequence is returned in\n\
          one piece. When used with decoder=None, it expects unicode strings as\n\
          decode input and translates newlines without first invoking an external\n\
          decoder.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("IncrementalNewlineDecoder", NativeLayout::of::<NewlineDecoder>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, decoder, translate, errors='strict')",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("decode($self, input, final=False)", decode, ""),
    method("getstate($self, /)", getstate, ""),
    method("setstate($self, state, /)", setstate, ""),
    method("reset($self, /)", reset, ""),
];

static GETSET: &[GetSet] = &[getter(
    "newlines",
    |th, object| {
        let (newlines, _) = state(th, object)?;
        newlines.seen_object(th)
    },
    "",
)];

const PENDING: u32 = 1;
const TRANSLATE: u32 = 2;
const READY: u32 = 4;

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &DECODER)?;
    Ok(NewlineDecoder::allocate_as(th, shape, Value::NONE, Value::NONE, 0, 0)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let translate = truth_or(th, args[2], false)?;
    let errors = if args[3].is_unbound() { th.intern("strict")?.value() } else { args[3] };
    let this = th.receiver::<NewlineDecoder>(args[0])?;
    let guard = th.write(this)?;
    guard.decoder.set(guard.token(), args[1]);
    guard.errors.set(guard.token(), errors);
    guard.state.set(guard.token(), READY | if translate { TRANSLATE } else { 0 });
    guard.seen.set(guard.token(), 0);
    Ok(Value::NONE)
}

/// A decoder's state, and the decoder inside.
fn state(th: &mut Thread, object: Value) -> Result<(Newlines, Value), Raised> {
    let this = th.receiver::<NewlineDecoder>(object)?;
    let guard = th.read(this)?;
    let state = guard.state.get();
    if state & READY == 0 {
        return Err(guard.thread().value_error("IncrementalNewlineDecoder.__init__() not called"));
    }
    let newlines = Newlines {
        translate: state & TRANSLATE != 0,
        pending_cr: state & PENDING != 0,
        seen: guard.seen.get(),
    };
    Ok((newlines, guard.decoder.get()))
}

fn set_state(th: &mut Thread, object: Value, newlines: Newlines) -> Result<(), Raised> {
    let this = th.receiver::<NewlineDecoder>(object)?;
    let guard = th.write(this)?;
    let mut state = READY;
    if newlines.translate {
        state |= TRANSLATE;
    }
    if newlines.pending_cr {
        state |= PENDING;
    }
    guard.state.set(guard.token(), state);
    guard.seen.set(guard.token(), newlines.seen);
    Ok(())
}

fn decode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let last = truth_or(th, args[2], false)?;
    let (_, decoder) = state(th, args[0])?;
    let text = if decoder.is_none() {
        args[1]
    } else {
        call(th, decoder, "decode", &[args[1], Value::from_bool(last)])?
    };
    let Some(text) = text.cast::<Str>() else {
        let kind = th.type_name(text);
        return Err(th.type_error(format!("decoder should return a string result, not '{kind}'")));
    };
    let (mut newlines, _) = state(th, args[0])?;
    let quick = !newlines.pending_cr && !contains(text.text(), b'\r');
    let passed = newlines.pass(text.text().to_owned(), last);
    set_state(th, args[0], newlines)?;
    if quick { Ok(text.value()) } else { Ok(new_text(th, &passed)?.value()) }
}

fn getstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (newlines, decoder) = state(th, args[0])?;
    let (buffer, flag) = if decoder.is_none() {
        (th.new_bytes(&[])?.value(), Value::from_i32(0))
    } else {
        let inner = call(th, decoder, "getstate", &[])?;
        match inner.cast::<Tuple>().filter(|pair| pair.len() == 2) {
            Some(pair) => (pair.get(0), pair.get(1)),
            None => return Err(th.type_error("illegal decoder state")),
        }
    };
    let flag = th.binary(BinaryOp::LShift, flag, Value::from_i32(1))?;
    let flag = th.binary(BinaryOp::Or, flag, Value::from_i32(i32::from(newlines.pending_cr)))?;
    Ok(Tuple::from_slice(th, &[buffer, flag])?.value())
}

fn setstate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (mut newlines, decoder) = state(th, args[0])?;
    let Some(pair) = args[1].cast::<Tuple>() else {
        return Err(th.type_error("state argument must be a tuple"));
    };
    if pair.len() != 2 {
        return Err(th.type_error("illegal decoder state"));
    }
    let flag = th.index(pair.get(1))?;
    let low = th.binary(BinaryOp::And, flag, Value::from_i32(1))?;
    newlines.pending_cr = as_i64(low) == Some(1);
    set_state(th, args[0], newlines)?;
    if !decoder.is_none() {
        let rest = th.binary(BinaryOp::RShift, flag, Value::from_i32(1))?;
        let inner = Tuple::from_slice(th, &[pair.get(0), rest])?.value();
        call(th, decoder, "setstate", &[inner])?;
    }
    Ok(Value::NONE)
}

fn reset(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (newlines, decoder) = state(th, args[0])?;
    set_state(th, args[0], Newlines { pending_cr: false, seen: 0, ..newlines })?;
    if !decoder.is_none() {
        call(th, decoder, "reset", &[])?;
    }
    Ok(Value::NONE)
}

/// Makes a decoder around another one, for the text layer.
pub(super) fn wrap(th: &mut Thread, decoder: Value, translate: bool) -> Result<Value, Raised> {
    let errors = th.intern("strict")?.value();
    let state = READY | if translate { TRANSLATE } else { 0 };
    Ok(NewlineDecoder::allocate(th, decoder, errors, state, 0)?.value())
}
