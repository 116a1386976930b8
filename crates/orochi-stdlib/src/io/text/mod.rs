//! `TextIOWrapper`: text over a buffered binary stream.
//!
//! UTF-8, ASCII and Latin-1 are decoded and encoded here, with the error handlers that
//! `orochi-text` knows; everything else by the incremental codecs that `codecs` gives.
//!
//! * [`object`]: the state; [`life`]: making, describing, closing; [`codec`]: the codecs
//! * [`write`](mod@write), [`read`]; [`position`]: `tell` and `seek`, whose cookies carry decoder states

mod codec;
mod life;
mod object;
mod position;
mod read;
mod write;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method, property,
};

pub(super) use life::{new_stream, set_write_through};
pub use object::TextStream;
pub(super) use write::write_ascii;

use super::base::{TEXT_IO_BASE, no_state};

/// `_io.TextIOWrapper`
pub static TEXT_IO_WRAPPER: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Character and line based layer over a BufferedIOBase object, buffer.\n\n\
          encoding gives the name of the encoding that the stream will be\n\
          decoded or encoded with. It defaults to locale.getencoding().\n\n\
          errors determines the strictness of encoding and decoding (see\n\
          help(codecs.Codec) or the documentation for codecs.register) and\n\
          defaults to \"strict\".\n\n\
          newline controls how line endings are handled. It can be None, '',\n\
          '\\n', '\\r', and '\\r\\n'.\n\n\
          If line_buffering is True, a call to flush is implied when a call to\n\
          write contains a newline character.",
    base: Some(&TEXT_IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", life::new, "")),
    methods: METHODS,
    getset: GETSET,
    next: Some(read::next),
    finalise: Some(object::free),
    ..TypeSpec::named("TextIOWrapper", NativeLayout::of::<TextStream>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
        life::init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__repr__($self, /)", life::repr, "Return repr(self)."),
    method("__getstate__($self, /)", no_state, ""),
    method(
        "reconfigure($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)",
        life::reconfigure,
        "Reconfigure the text stream with new parameters.\n\nThis also does an implicit stream flush.",
    ),
    method("detach($self, /)", life::detach, ""),
    method("close($self, /)", life::close, ""),
    method("fileno($self, /)", life::fileno, ""),
    method("isatty($self, /)", life::isatty, ""),
    method("readable($self, /)", life::readable, ""),
    method("writable($self, /)", life::writable, ""),
    method("seekable($self, /)", life::seekable, ""),
    method("write($self, text, /)", write::write, ""),
    method("flush($self, /)", write::flush, ""),
    method("read($self, size=-1, /)", read::read, ""),
    method("readline($self, size=-1, /)", read::readline, ""),
    method("tell($self, /)", position::tell, "Return the stream position as an opaque number."),
    method(
        "seek($self, cookie, whence=0, /)",
        position::seek,
        "Set the stream position, and return the new stream position.",
    ),
    method("truncate($self, pos=None, /)", position::truncate, ""),
];

static GETSET: &[GetSet] = &[
    getter("buffer", life::buffer_get, ""),
    getter("encoding", life::encoding_get, ""),
    getter("errors", life::errors_get, ""),
    getter("newlines", life::newlines_get, ""),
    getter("line_buffering", life::line_buffering_get, ""),
    getter("write_through", life::write_through_get, ""),
    getter("name", life::name_get, ""),
    getter("closed", life::closed_get, ""),
    property("_finalizing", life::finalizing_get, life::finalizing_set, ""),
    property("_CHUNK_SIZE", life::chunk_size_get, life::chunk_size_set, ""),
];
