//! `FileIO`: a file descriptor as a raw stream.

use std::ffi::CString;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Header, Kind, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::int;
use orochi_vm::types::str::Str;

use super::base::{RAW_IO_BASE, no_state};
use super::{DEFAULT_BUFFER_SIZE, errors, is_exactly};
use crate::argument::{c_int, given, optional_size, truth_or};
use crate::bytes_like;
use crate::posix::blocking::{attempt, irrevocable, run, run_on};
use crate::posix::path::{PATH, place};
use crate::system::{Outcome, file};

heap_object! {
    /// A file descriptor.
    pub struct FileIO: FILE_IO {
        values {}
        storage {}
        data {
            /// The descriptor, or −1.
            fd: i32,
            /// [`state`] bits.
            state: u32,
            /// The size when the file was opened, or −1.
            size: i64,
            /// The block size that the file system prefers.
            block: u32,
        }
    }
}

/// Bits of a file's state.
mod state {
    /// Opened with `x`.
    pub const CREATED: u32 = 1;
    /// May be read.
    pub const READABLE: u32 = 1 << 1;
    /// May be written.
    pub const WRITABLE: u32 = 1 << 2;
    /// Opened with `a`.
    pub const APPENDING: u32 = 1 << 3;
    /// `close()` closes the descriptor.
    pub const CLOSES: u32 = 1 << 4;
    /// Whether it can seek is known …
    pub const SEEK_KNOWN: u32 = 1 << 5;
    /// … and it can.
    pub const SEEKABLE: u32 = 1 << 6;
    /// A buffered stream closes it.
    pub const WRAPPED: u32 = 1 << 7;
    /// Nobody has it any more.
    pub const FINALIZING: u32 = 1 << 8;
    /// A terminal cannot be behind it: it was a regular file when it was opened.
    pub const REGULAR: u32 = 1 << 9;
}

/// `_io.FileIO`
pub static FILE_IO: TypeSpec = TypeSpec {
    module: "_io",
    doc: "Open a file.\n\n\
          The mode can be 'r' (default), 'w', 'x' or 'a' for reading,\n\
          writing, exclusive creation or appending.",
    base: Some(&RAW_IO_BASE),
    flags: TypeFlags::BASE.and(TypeFlags::DICT),
    new: Some(function("__new__($cls, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    next: RAW_IO_BASE.next,
    finalise: Some(free),
    ..TypeSpec::named("FileIO", NativeLayout::of::<FileIO>())
};

static METHODS: &[Method] = &[
    method("__init__($self, file, mode='r', closefd=True, opener=None)", init, "Initialize self."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__getstate__($self, /)", no_state, ""),
    method("read($self, size=-1, /)", read, "Read at most size bytes, returned as bytes."),
    method("readall($self, /)", readall, "Read all data from the file, returned as bytes."),
    method("readinto($self, buffer, /)", readinto, "Same as RawIOBase.readinto()."),
    method("write($self, b, /)", write, "Write buffer b to file, return number of bytes written."),
    method(
        "seek($self, pos, whence=0, /)",
        seek,
        "Move to new file position and return the file position.",
    ),
    method("tell($self, /)", tell, "Current file position."),
    method(
        "truncate($self, size=None, /)",
        truncate,
        "Truncate the file to at most size bytes and return the truncated size.",
    ),
    method("close($self, /)", close, "Close the file."),
    method("seekable($self, /)", seekable, "True if file supports random-access."),
    method("readable($self, /)", readable, "True if file was opened in a read mode."),
    method("writable($self, /)", writable, "True if file was opened in a write mode."),
    method("fileno($self, /)", fileno, "Return the underlying file descriptor (an integer)."),
    method("isatty($self, /)", isatty, "True if the file is connected to a TTY device."),
    method("_isatty_open_only($self, /)", isatty_open_only, ""),
    method("_dealloc_warn($self, source, /)", dealloc_warn, ""),
];

static GETSET: &[GetSet] = &[
    getter(
        "closed",
        |th, file| look(th, file, |f| Value::from_bool(f.fd.get() < 0)),
        "True if the file is closed",
    ),
    getter(
        "closefd",
        |th, file| bit(th, file, state::CLOSES),
        "True if the file descriptor will be closed by close().",
    ),
    getter("mode", mode_get, "String giving the file mode"),
    getter(
        "_blksize",
        |th, file| look(th, file, |f| Value::from_i32(f.block.get().min(1 << 30) as i32)),
        "",
    ),
    orochi_vm::class::property(
        "_finalizing",
        |th, file| bit(th, file, state::FINALIZING),
        set_finalizing,
        "",
    ),
];

/// # Safety
/// A dead `FileIO`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; data fields only.
    let (fd, bits) = unsafe {
        let file = &*object.cast::<FileIO>();
        (file.fd.get(), file.state.get())
    };
    if fd >= 0 && bits & state::CLOSES != 0 {
        // Nobody is left to be told of an error.
        let _ = file::close(fd);
    }
}

fn look<T>(th: &mut Thread, value: Value, read: impl FnOnce(&FileIO) -> T) -> Result<T, Raised> {
    let file = th.receiver::<FileIO>(value)?;
    Ok(read(&*th.read(file)?))
}

fn bit(th: &mut Thread, value: Value, bit: u32) -> Result<Value, Raised> {
    look(th, value, |file| Value::from_bool(file.state.get() & bit != 0))
}

fn set_bits(th: &mut Thread, file: Ref<FileIO>, bits: u32, on: bool) -> Result<(), Raised> {
    let guard = th.write(file)?;
    let old = guard.state.get();
    guard.state.set(guard.token(), if on { old | bits } else { old & !bits });
    Ok(())
}

fn set_finalizing(th: &mut Thread, value: Value, on: Value) -> Result<(), Raised> {
    let file = th.receiver::<FileIO>(value)?;
    set_bits(th, file, state::FINALIZING, on.is_true())
}

/// Whether another stream closes this one.
pub(super) fn is_wrapped(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    match value.cast::<FileIO>() {
        Some(file) => Ok(th.read(file)?.state.get() & state::WRAPPED != 0),
        None => Ok(false),
    }
}

/// Says whether another stream closes this one.
pub(super) fn set_wrapped(th: &mut Thread, value: Value, wrapped: bool) -> Result<(), Raised> {
    match value.cast::<FileIO>() {
        Some(file) => set_bits(th, file, state::WRAPPED, wrapped),
        None => Ok(()),
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &FILE_IO)?;
    Ok(FileIO::allocate_as(th, shape, -1, state::CLOSES, -1, DEFAULT_BUFFER_SIZE as u32)?.value())
}

/// What a mode string asks for: state bits and flags for opening.
fn parse_mode(th: &Thread, mode: &str) -> Result<(u32, i32), Raised> {
    let bad = || {
        th.value_error(
            "Must have exactly one of create/read/write/append mode and at most one plus",
        )
    };
    let (mut bits, mut flags) = (0, 0);
    let (mut kind, mut plus) = (false, false);
    for c in mode.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' if kind => return Err(bad()),
            'x' => {
                bits |= state::CREATED | state::WRITABLE;
                flags |= libc::O_EXCL | libc::O_CREAT;
            }
            'r' => bits |= state::READABLE,
            'w' => {
                bits |= state::WRITABLE;
                flags |= libc::O_CREAT | libc::O_TRUNC;
            }
            'a' => {
                bits |= state::WRITABLE | state::APPENDING;
                flags |= libc::O_APPEND | libc::O_CREAT;
            }
            'b' => continue,
            '+' if plus => return Err(bad()),
            '+' => {
                plus = true;
                continue;
            }
            _ => return Err(th.value_error(format!("invalid mode: {mode}"))),
        }
        kind = true;
    }
    if !kind {
        return Err(bad());
    }
    if plus {
        bits |= state::READABLE | state::WRITABLE;
    }
    flags |= match bits & (state::READABLE | state::WRITABLE) {
        state::READABLE => libc::O_RDONLY,
        state::WRITABLE => libc::O_WRONLY,
        _ => libc::O_RDWR,
    };
    Ok((bits, flags | libc::O_CLOEXEC))
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mode = match given(args[2]) {
        None => "r".to_owned(),
        Some(mode) => match mode.cast::<Str>() {
            Some(mode) => mode.display(),
            None => {
                let kind = th.type_name(mode);
                return Err(
                    th.type_error(format!("FileIO() argument 'mode' must be str, not {kind}"))
                );
            }
        },
    };
    let closes = truth_or(th, args[3], true)?;
    let file = th.receiver::<FileIO>(args[0])?;
    open(th, file, args[1], &mode, closes, given(args[4]))?;
    Ok(Value::NONE)
}

/// Opens a file as `FileIO(name, mode, closefd, opener)`.
pub(super) fn open_new(
    th: &mut Thread,
    name: Value,
    mode: &str,
    closes: bool,
    opener: Option<Value>,
) -> Result<Value, Raised> {
    let made = FileIO::allocate(th, -1, state::CLOSES, -1, DEFAULT_BUFFER_SIZE as u32)?;
    open(th, made, name, mode, closes, opener)?;
    Ok(made.value())
}

fn open(
    th: &mut Thread,
    this: Ref<FileIO>,
    name: Value,
    mode: &str,
    closes: bool,
    opener: Option<Value>,
) -> Result<(), Raised> {
    let (old, old_bits) = {
        let guard = th.read(this)?;
        (guard.fd.get(), guard.state.get())
    };
    if old >= 0 && old_bits & state::CLOSES != 0 {
        close_descriptor(th, this)?;
    }
    let (mut bits, flags) = parse_mode(th, mode)?;
    let given_fd = if int::is_int_like(name) {
        if name.is_bool() {
            th.warn(&classes::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
        }
        let fd = c_int(th, name)?;
        if fd < 0 {
            return Err(th.value_error("negative file descriptor"));
        }
        Some(fd)
    } else {
        None
    };
    let fd = match given_fd {
        Some(fd) => fd,
        None => {
            if !closes {
                return Err(th.value_error("Cannot use closefd=False with file name"));
            }
            open_path(th, name, flags, opener)?
        }
    };
    bits |= if closes { state::CLOSES } else { 0 };
    // From here on the object owns the descriptor: errors close it with the object.
    {
        let guard = th.write(this)?;
        guard.fd.set(guard.token(), fd);
        guard.state.set(guard.token(), bits);
    }
    let result = complete(th, this, fd, name, bits);
    if result.is_err() {
        let guard = th.write(this)?;
        guard.fd.set(guard.token(), -1);
        if given_fd.is_none() {
            let _ = file::close(fd);
        }
    }
    result
}

fn open_path(
    th: &mut Thread,
    name: Value,
    flags: i32,
    opener: Option<Value>,
) -> Result<i32, Raised> {
    if let Some(opener) = opener {
        let fd = th.call(opener, &[name, Value::from_i32(flags)])?;
        if !int::is_int_like(fd) {
            return Err(th.type_error("expected integer from opener"));
        }
        let fd = c_int(th, fd)?;
        if fd < 0 {
            return Err(th.value_error(format!("opener returned {fd}")));
        }
        let settings = run(th, || file::fcntl(fd, libc::F_GETFD, 0))?;
        if settings & libc::FD_CLOEXEC == 0 {
            run(th, || file::fcntl(fd, libc::F_SETFD, i64::from(settings | libc::FD_CLOEXEC)))?;
        }
        return Ok(fd);
    }
    let path = place(th, name, "", "path", PATH)?;
    let make = |path: &CString| file::open(libc::AT_FDCWD, path, flags, 0o666);
    match attempt(th, || make(&path.path))? {
        Ok(fd) => Ok(fd),
        Err(libc::EMFILE) => {
            // Files that nobody has any more may be open still.
            th.collect_now(Kind::Full);
            run_on(th, &[name], || make(&path.path))
        }
        Err(errno) => Err(th.os_error_for(errno, &[name])),
    }
}

/// What is to be known of a file that has just been opened.
fn complete(
    th: &mut Thread,
    this: Ref<FileIO>,
    fd: i32,
    name: Value,
    bits: u32,
) -> Result<(), Raised> {
    let mut known = 0;
    let mut size = -1;
    let mut block = 0;
    match attempt(th, || file::fstat(fd))? {
        Ok(status) => {
            match status.st_mode & libc::S_IFMT {
                libc::S_IFDIR => return Err(th.os_error_for(libc::EISDIR, &[name])),
                libc::S_IFREG => known |= state::REGULAR | state::SEEK_KNOWN | state::SEEKABLE,
                _ => {}
            }
            size = status.st_size;
            block = u32::try_from(status.st_blksize).unwrap_or(0);
        }
        // A file that cannot be asked may still be usable; a bad descriptor is not.
        Err(libc::EBADF) => return Err(th.os_error_for(libc::EBADF, &[name])),
        Err(_) => {}
    }
    {
        let guard = th.write(this)?;
        guard.state.set(guard.token(), bits | known);
        guard.size.set(guard.token(), size);
        if block > 1 {
            guard.block.set(guard.token(), block);
        }
    }
    th.set_attribute(this.value(), name!(th, "name"), name)?;
    if bits & state::APPENDING != 0 {
        match attempt(th, || file::lseek(fd, 0, libc::SEEK_END))? {
            Ok(_) | Err(libc::ESPIPE) => {}
            Err(errno) => return Err(th.os_error(errno)),
        }
    }
    Ok(())
}

/// The descriptor of an open file, and its state.
fn opened(th: &mut Thread, value: Value) -> Result<(i32, u32), Raised> {
    let (fd, bits) = look(th, value, |file| (file.fd.get(), file.state.get()))?;
    if fd < 0 {
        return Err(th.value_error("I/O operation on closed file"));
    }
    Ok((fd, bits))
}

fn wrong_mode(th: &mut Thread, what: &str) -> Raised {
    errors::unsupported(th, &format!("File not open for {what}"))
}

fn opened_for(th: &mut Thread, value: Value, wanted: u32) -> Result<i32, Raised> {
    let (fd, bits) = opened(th, value)?;
    if bits & wanted == 0 {
        let what = if wanted == state::READABLE { "reading" } else { "writing" };
        return Err(wrong_mode(th, what));
    }
    Ok(fd)
}

/// The descriptor of a `FileIO` that is exactly that, open and with its `read` and `write`
/// unchanged: buffered streams then make the system calls themselves.
pub(super) fn plain_descriptor(th: &mut Thread, raw: Value) -> Result<Option<i32>, Raised> {
    if !is_exactly(th, raw, &FILE_IO) {
        return Ok(None);
    }
    let fd = look(th, raw, |file| file.fd.get())?;
    Ok((fd >= 0).then_some(fd))
}

/// The result of a call on a file that may be non-blocking: `None` if it would wait.
pub(super) fn unless_blocked<T>(
    th: &mut Thread,
    work: impl FnMut() -> Outcome<T>,
) -> Result<Option<T>, Raised> {
    match attempt(th, work)? {
        Ok(result) => Ok(Some(result)),
        Err(libc::EAGAIN) => Ok(None),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn read(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = opened_for(th, args[0], state::READABLE)?;
    let size = optional_size(th, args[1])?.unwrap_or(-1);
    let Ok(size) = usize::try_from(size) else { return readall(th, args) };
    let size = size.min(0x7FFF_F000);
    let mut buffer = Vec::new();
    match unless_blocked(th, || file::read_append(fd, &mut buffer, size))? {
        Some(_) => Ok(th.new_bytes(&buffer)?.value()),
        None => Ok(Value::NONE),
    }
}

/// Reads up to the end into private memory; `None` if a non-blocking file has nothing yet.
pub(super) fn read_to_end(
    th: &mut Thread,
    fd: i32,
    buffer: &mut Vec<u8>,
) -> Result<Option<()>, Raised> {
    let rest = attempt(th, || {
        let status = file::fstat(fd)?;
        let place = if status.st_size > 0 { file::lseek(fd, 0, libc::SEEK_CUR)? } else { 0 };
        Ok(status.st_size - place)
    })?;
    let before = buffer.len();
    let mut step = match rest {
        Ok(rest) if rest > 0 => (rest as usize).saturating_add(1),
        _ => DEFAULT_BUFFER_SIZE,
    };
    loop {
        match unless_blocked(th, || file::read_append(fd, buffer, step.min(0x7FFF_F000)))? {
            Some(0) => return Ok(Some(())),
            Some(_) => {}
            None => return Ok((buffer.len() > before).then_some(())),
        }
        step = buffer.len().clamp(DEFAULT_BUFFER_SIZE, 16 << 20);
    }
}

fn readall(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = opened_for(th, args[0], state::READABLE)?;
    let mut buffer = Vec::new();
    match read_to_end(th, fd, &mut buffer)? {
        Some(()) => Ok(th.new_bytes(&buffer)?.value()),
        None => Ok(Value::NONE),
    }
}

fn readinto(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = opened_for(th, args[0], state::READABLE)?;
    let length = bytes_like::writable_length(th, args[1])?.min(0x7FFF_F000);
    let mut buffer = Vec::new();
    match unless_blocked(th, || file::read_append(fd, &mut buffer, length))? {
        Some(count) => {
            bytes_like::fill(th, args[1], 0, &buffer)?;
            th.int_from_i64(count as i64)
        }
        None => Ok(Value::NONE),
    }
}

fn write(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = opened_for(th, args[0], state::WRITABLE)?;
    let bytes = bytes_like::input(th, args[1])?;
    let bytes = bytes.get(..0x7FFF_F000).unwrap_or(&bytes);
    match unless_blocked(th, || file::write(fd, bytes))? {
        Some(count) => th.int_from_i64(count as i64),
        None => Ok(Value::NONE),
    }
}

fn seek(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, _) = opened(th, args[0])?;
    let whence = if args[2].is_unbound() { 0 } else { c_int(th, args[2])? };
    if args[1].is_float() {
        return Err(th.type_error("an integer is required"));
    }
    let offset = crate::argument::c_long(th, args[1])?;
    let position = run(th, || file::lseek(fd, offset, whence))?;
    th.int_from_i64(position)
}

fn tell(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, _) = opened(th, args[0])?;
    let position = run(th, || file::lseek(fd, 0, libc::SEEK_CUR))?;
    th.int_from_i64(position)
}

fn truncate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let fd = opened_for(th, args[0], state::WRITABLE)?;
    let size = match given(args[1]) {
        Some(size) => crate::argument::c_long(th, size)?,
        None => run(th, || file::lseek(fd, 0, libc::SEEK_CUR))?,
    };
    run(th, || file::ftruncate(fd, size))?;
    th.int_from_i64(size)
}

fn close_descriptor(th: &mut Thread, file: Ref<FileIO>) -> Result<(), Raised> {
    irrevocable(th)?;
    let fd = {
        let guard = th.write(file)?;
        let fd = guard.fd.get();
        guard.fd.set(guard.token(), -1);
        fd
    };
    if fd < 0 {
        return Ok(());
    }
    match th.away(|| file::close(fd)) {
        Ok(_) | Err(libc::EINTR) => Ok(()),
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let file = th.receiver::<FileIO>(args[0])?;
    let bits = th.read(file)?.state.get();
    errors::both(
        th,
        |th| {
            // What a subclass adds to closing; sets `__IOBase_closed` too.
            if is_exactly(th, args[0], &FILE_IO)
                && th.own_attribute(args[0], name!(th, "flush"))?.is_none()
            {
                return Ok(());
            }
            let base = RAW_IO_BASE.class();
            let name = th.name("close");
            match base.lookup(th, name) {
                Some(close) => th.call(close, &[args[0]]).map(drop),
                None => Ok(()),
            }
        },
        |th| {
            if bits & state::CLOSES == 0 {
                let guard = th.write(file)?;
                guard.fd.set(guard.token(), -1);
                return Ok(Value::NONE);
            }
            if bits & state::FINALIZING != 0 {
                warn(th, args[0], args[0])?;
            }
            close_descriptor(th, file)?;
            Ok(Value::NONE)
        },
    )
}

/// Warns that a file was forgotten, if it is open still.
fn warn(th: &mut Thread, file: Value, source: Value) -> Result<(), Raised> {
    let (fd, bits) = look(th, file, |file| (file.fd.get(), file.state.get()))?;
    if fd < 0 || bits & state::CLOSES == 0 {
        return Ok(());
    }
    let shown = th.repr(source)?.display();
    match th.warn_resource(&format!("unclosed file {shown}"), source) {
        Err(Raised::Exception) => {
            th.write_unraisable("Exception ignored in", file);
            Ok(())
        }
        result => result,
    }
}

fn dealloc_warn(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    warn(th, args[0], args[1])?;
    Ok(Value::NONE)
}

fn seekable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, bits) = opened(th, args[0])?;
    if bits & state::SEEK_KNOWN != 0 {
        return Ok(Value::from_bool(bits & state::SEEKABLE != 0));
    }
    let can = attempt(th, || file::lseek(fd, 0, libc::SEEK_CUR))?.is_ok();
    let file = th.receiver::<FileIO>(args[0])?;
    let known = state::SEEK_KNOWN | if can { state::SEEKABLE } else { 0 };
    set_bits(th, file, known, true)?;
    Ok(Value::from_bool(can))
}

fn readable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, bits) = opened(th, args[0])?;
    Ok(Value::from_bool(bits & state::READABLE != 0))
}

fn writable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, bits) = opened(th, args[0])?;
    Ok(Value::from_bool(bits & state::WRITABLE != 0))
}

fn fileno(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::from_i32(opened(th, args[0])?.0))
}

fn isatty(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, _) = opened(th, args[0])?;
    Ok(Value::from_bool(attempt(th, || file::isatty(fd))? == Ok(1)))
}

fn isatty_open_only(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, bits) = opened(th, args[0])?;
    if bits & state::REGULAR != 0 {
        return Ok(Value::FALSE);
    }
    isatty(th, args)
}

/// The mode as `mode` shows it.
fn mode_text(bits: u32) -> &'static str {
    let readable = bits & state::READABLE != 0;
    match (bits & state::CREATED != 0, bits & state::APPENDING != 0) {
        (true, _) => {
            if readable {
                "xb+"
            } else {
                "xb"
            }
        }
        (_, true) => {
            if readable {
                "ab+"
            } else {
                "ab"
            }
        }
        _ => match (readable, bits & state::WRITABLE != 0) {
            (true, true) => "rb+",
            (true, false) => "rb",
            _ => "wb",
        },
    }
}

fn mode_get(th: &mut Thread, file: Value) -> Result<Value, Raised> {
    let bits = look(th, file, |file| file.state.get())?;
    Ok(th.intern(mode_text(bits))?.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (fd, bits) = look(th, args[0], |file| (file.fd.get(), file.state.get()))?;
    let kind = th.class_of(args[0]).full_name(th);
    if fd < 0 {
        return Ok(th.new_str(&format!("<{kind} [closed]>"))?.value());
    }
    let name = super::base::shown_attribute(th, args[0], "name")?;
    let closes = if bits & state::CLOSES != 0 { "True" } else { "False" };
    let (what, shown) = match name {
        Some(name) => ("name", name),
        None => ("fd", fd.to_string()),
    };
    let mode = mode_text(bits);
    Ok(th.new_str(&format!("<{kind} {what}={shown} mode='{mode}' closefd={closes}>"))?.value())
}
