//! `BufferedRWPair`: a reader and a writer as one stream.

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::thread::Thread;

use super::super::base::{self, BUFFERED_IO_BASE, no_state};
use super::super::{DEFAULT_BUFFER_SIZE, call, errors};
use super::{READER, WRITER};

heap_object! {
    /// Two streams.
    pub struct Pair: RW_PAIR {
        values {
            /// A `BufferedReader`, or unbound.
            reader: Value,
            /// A `BufferedWriter`, or unbound.
            writer: Value,
        }
        storage {}
        data {}
    }
}

/// `_io.BufferedRWPair`
pub static RW_PAIR: TypeSpec = TypeSpec {
    module: "_io",
    doc: "A buffered reader and writer object together.\n\n\
          A buffered reader object and buffered writer object put together to\n\
          form a sequential IO object that can read and write. This is typically\n\
          used with a socket or two-way pipe.\n\n\
          reader and writer are RawIOBase objects that are readable and\n\
          writeable respectively. If the buffer_size is omitted it defaults to\n\
          DEFAULT_BUFFER_SIZE.",
    base: Some(&BUFFERED_IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    next: BUFFERED_IO_BASE.next,
    ..TypeSpec::named("BufferedRWPair", NativeLayout::of::<Pair>())
};

macro_rules! forwards {
    ($($side:ident $name:literal $signature:literal;)*) => {
        &[
            method("__init__($self, reader, writer, buffer_size=131072, /)", init, "Initialize self.  See help(type(self)) for accurate signature."),
            method("__getstate__($self, /)", no_state, ""),
            method("close($self, /)", close, ""),
            method("isatty($self, /)", isatty, ""),
            $(method($signature, |th, args| forward(th, args, Side::$side, $name), ""),)*
        ]
    };
}

enum Side {
    Reader,
    Writer,
}

static METHODS: &[Method] = forwards! {
    Reader "read" "read($self, size=-1, /)";
    Reader "peek" "peek($self, size=0, /)";
    Reader "read1" "read1($self, size=-1, /)";
    Reader "readinto" "readinto($self, buffer, /)";
    Reader "readinto1" "readinto1($self, buffer, /)";
    Reader "readable" "readable($self, /)";
    Writer "write" "write($self, buffer, /)";
    Writer "flush" "flush($self, /)";
    Writer "writable" "writable($self, /)";
};

static GETSET: &[GetSet] = &[getter("closed", closed, "")];

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &RW_PAIR)?;
    Ok(Pair::allocate_as(th, shape, Value::UNBOUND, Value::UNBOUND)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let pair = th.receiver::<Pair>(args[0])?;
    base::check_readable(th, args[1])?;
    base::check_writable(th, args[2])?;
    let size =
        if args[3].is_unbound() { Value::from_i32(DEFAULT_BUFFER_SIZE as i32) } else { args[3] };
    let reader = th.call(READER.class().value(), &[args[1], size])?;
    let writer = th.call(WRITER.class().value(), &[args[2], size])?;
    let guard = th.write(pair)?;
    guard.reader.set(guard.token(), reader);
    guard.writer.set(guard.token(), writer);
    Ok(Value::NONE)
}

fn side(th: &mut Thread, pair: Value, side: Side) -> Result<Value, Raised> {
    let pair = th.receiver::<Pair>(pair)?;
    let stream = {
        let guard = th.read(pair)?;
        match side {
            Side::Reader => guard.reader.get(),
            Side::Writer => guard.writer.get(),
        }
    };
    if stream.is_unbound() {
        return Err(th.value_error("I/O operation on uninitialized object"));
    }
    Ok(stream)
}

fn forward(th: &mut Thread, args: &[Value], to: Side, name: &str) -> Result<Value, Raised> {
    let stream = side(th, args[0], to)?;
    let given = args[1..].iter().take_while(|arg| !arg.is_unbound()).count();
    call(th, stream, name, &args[1..=given])
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let writer = side(th, args[0], Side::Writer)?;
    let reader = side(th, args[0], Side::Reader)?;
    errors::both(
        th,
        |th| call(th, writer, "close", &[]).map(drop),
        |th| call(th, reader, "close", &[]),
    )
}

fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let writer = side(th, args[0], Side::Writer)?;
    let answer = call(th, writer, "isatty", &[])?;
    if th.is_true(answer)? {
        return Ok(answer);
    }
    let reader = side(th, args[0], Side::Reader)?;
    call(th, reader, "isatty", &[])
}

fn closed(th: &mut Thread, pair: Value) -> Result<Value, Raised> {
    let writer = side(th, pair, Side::Writer)?;
    base::is_closed(th, writer).map(Value::from_bool)
}
