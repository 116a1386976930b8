//! `traceback`: where an exception has been, one entry a frame.

use crate::class::{GetSet, Method, NativeLayout, TypeSpec, function, getter, method, property};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::frame::Frame;
use crate::types::list::List;

heap_object! {
    /// An entry of a traceback.
    pub struct Traceback: SPEC {
        values {
            /// `tb_next`: the entry of the frame that was called, or None.
            next: Value,
            /// `tb_frame`
            frame: Value,
        }
        storage {}
        data {
            /// `tb_lasti`, see `shown_offset`.
            lasti: i64,
            /// `tb_lineno`, or -1 if it is to be taken from the instruction.
            line: i64,
        }
    }
}

/// The class `traceback`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a new traceback object.",
    new: Some(function("__new__($cls, tb_next, tb_frame, tb_lasti, tb_lineno)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("traceback", NativeLayout::of::<Traceback>())
};

static METHODS: &[Method] = &[method("__dir__($self, /)", dir, "")];

static GETSET: &[GetSet] = &[
    property("tb_next", next_get, next_set, ""),
    getter("tb_frame", frame_get, ""),
    getter("tb_lasti", lasti_get, ""),
    getter("tb_lineno", line_get, ""),
];

fn receiver(th: &Thread, object: Value) -> Result<Ref<Traceback>, Raised> {
    object.cast::<Traceback>().ok_or_else(|| {
        let got = th.type_name(object);
        th.type_error(format!("descriptor requires a 'traceback' object but received a '{got}'"))
    })
}

fn check_next(th: &Thread, value: Value, wanted: &str) -> Result<(), Raised> {
    if value.is_none() || value.cast::<Traceback>().is_some() {
        return Ok(());
    }
    let got = th.type_name(value);
    Err(th.type_error(format!("expected {wanted}, got '{got}'")))
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    check_next(th, args[1], "traceback object or None")?;
    if args[2].cast::<Frame>().is_none() {
        let got = th.type_name(args[2]);
        return Err(
            th.type_error(format!("traceback() argument 'tb_frame' must be frame, not {got}"))
        );
    }
    let (lasti, line) = (th.index_i64(args[3])?, th.index_i64(args[4])?);
    if i32::try_from(lasti).is_err() || i32::try_from(line).is_err() {
        return Err(th.overflow_error("Python int too large to convert to C int"));
    }
    Ok(Traceback::allocate(th, args[1], args[2], lasti, line)?.value())
}

fn next_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let entry = receiver(th, object)?;
    Ok(th.read(entry)?.next.get())
}

fn next_set(th: &mut Thread, object: Value, value: Value) -> Result<(), Raised> {
    let entry = receiver(th, object)?;
    if value.is_unbound() {
        return Err(th.type_error("can't delete tb_next attribute"));
    }
    check_next(th, value, "traceback object")?;
    let mut link = value;
    while let Some(next) = link.cast::<Traceback>() {
        if next == entry {
            return Err(th.value_error("traceback loop detected"));
        }
        link = th.read(next)?.next.get();
    }
    let guard = th.write(entry)?;
    guard.next.set(guard.token(), value);
    Ok(())
}

fn frame_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let entry = receiver(th, object)?;
    Ok(th.read(entry)?.frame.get())
}

fn lasti_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let entry = receiver(th, object)?;
    let lasti = th.read(entry)?.lasti.get();
    th.int_from_i64(lasti)
}

fn line_get(th: &mut Thread, object: Value) -> Result<Value, Raised> {
    let entry = receiver(th, object)?;
    match entry.line(th)? {
        0 => Ok(Value::NONE),
        line => th.int_from_i64(line),
    }
}

fn dir(th: &mut Thread, _args: &[Value]) -> Result<Value, Raised> {
    let list = List::new(th)?;
    for name in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
        let name = th.intern(name)?;
        list.push(th, name.value())?;
    }
    Ok(list.value())
}

impl Ref<Traceback> {
    /// The line; 0 if it is not known.
    pub fn line(self, th: &mut Thread) -> Result<i64, Raised> {
        let (frame, lasti, line) = {
            let fields = th.read(self)?;
            (fields.frame.get(), fields.lasti.get(), fields.line.get())
        };
        if line != -1 {
            return Ok(line);
        }
        let Some(frame) = frame.cast::<Frame>() else { return Ok(0) };
        let offset = crate::types::code::word_offset(lasti).unwrap_or(0);
        Ok(i64::from(frame.code().position_at(offset).line))
    }
}

/// The classes of this module.
pub static TYPES: &[&TypeSpec] = &[&SPEC];
