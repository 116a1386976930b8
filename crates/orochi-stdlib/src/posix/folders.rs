//! `listdir` and `scandir`.
//!
//! A folder is read as a whole when it is opened: the entries are then the iterator's own, and
//! nothing is left open that somebody might forget to close.

use std::ffi::CString;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, function, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;

use super::blocking::{attempt, run_on};
use super::metadata::status_object;
use super::path::{ANY, Place, place};
use crate::argument::{encode_system, truth_or};
use crate::native_state::NativeState;
use crate::system::file::{self, Entry};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "listdir(path=None)",
        listdir,
        "Return a list containing the names of the files in the directory.",
    ),
    function(
        "scandir(path=None)",
        scandir,
        "Return an iterator of DirEntry objects for given path.",
    ),
];

fn listdir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let folder = place(th, args[0], "listdir", "path", ANY)?;
    let entries = read(th, &folder)?;
    let list = List::with_capacity(th, entries.len())?;
    for entry in &entries {
        let name = folder.found(th, entry.name.to_bytes())?;
        list.push(th, name)?;
    }
    Ok(list.value())
}

fn read(th: &mut Thread, folder: &Place) -> Result<Vec<Entry>, Raised> {
    let files = [folder.shown];
    let files = if folder.shown.is_none() { &[][..] } else { &files };
    run_on(th, files, || file::entries(folder.target()))
}

heap_object! {
    /// The iterator that `scandir` returns.
    pub struct ScandirIterator: SCANDIR_ITERATOR {
        values {
            /// The path that was given.
            path: Value,
        }
        storage {}
        data {
            /// What is still to come, last first.
            entries: NativeState<Vec<Entry>>,
            /// The descriptor that was given instead of a path, or −1.
            fd: i32,
            /// Whether names are bytes.
            is_bytes: bool,
        }
    }
}

/// `posix.ScandirIterator`
pub static SCANDIR_ITERATOR: TypeSpec = TypeSpec {
    module: "posix",
    flags: TypeFlags::NO_NEW,
    methods: &[
        method("__enter__($self, /)", enter, ""),
        method("__exit__($self, /, *args)", close, ""),
        method("close($self, /)", close, ""),
    ],
    next: Some(next),
    finalise: Some(free),
    ..TypeSpec::named("ScandirIterator", NativeLayout::of::<ScandirIterator>())
};

/// # Safety
/// A dead `ScandirIterator`.
unsafe fn free(object: *mut Header) {
    // SAFETY: the caller's promise; nobody else has the state.
    unsafe { (*object.cast::<ScandirIterator>()).entries.get().free() }
}

fn scandir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let folder = place(th, args[0], "scandir", "path", ANY)?;
    let mut entries = read(th, &folder)?;
    entries.reverse();
    let shown = if folder.shown.is_none() { th.new_str(".")?.value() } else { folder.shown };
    let path = match folder.fd {
        Some(_) => Value::NONE,
        None => super::path::fspath(th, shown)?,
    };
    let fd = folder.fd.unwrap_or(-1);
    let state = NativeState::new(entries);
    Ok(ScandirIterator::allocate(th, path, state, fd, folder.is_bytes)?.value())
}

fn enter(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(args[0])
}

fn close(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let iterator = th.receiver::<ScandirIterator>(args[0])?;
    let guard = th.write(iterator)?;
    guard.entries.get().get(guard.token()).clear();
    Ok(Value::NONE)
}

fn next(th: &mut Thread, iterator: Value) -> Result<Option<Value>, Raised> {
    let iterator = th.receiver::<ScandirIterator>(iterator)?;
    let (entry, path, fd, is_bytes) = {
        let guard = th.write(iterator)?;
        let entry = guard.entries.get().get(guard.token()).pop();
        (entry, guard.path.get(), guard.fd.get(), guard.is_bytes.get())
    };
    let Some(entry) = entry else { return Ok(None) };
    let place = Place { path: CString::default(), fd: None, shown: Value::NONE, is_bytes };
    let name = place.found(th, entry.name.to_bytes())?;
    let full = if fd >= 0 {
        name
    } else {
        let mut bytes = match path.cast::<Str>() {
            Some(text) => encode_system(th, text)?,
            None => crate::bytes_like::copy(th, path)?,
        };
        if bytes.last().is_some_and(|&byte| byte != b'/') {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(entry.name.to_bytes());
        place.found(th, &bytes)?
    };
    let none = Value::NONE;
    Ok(Some(DirEntry::allocate(th, name, full, none, none, entry.inode, fd, entry.kind)?.value()))
}

heap_object! {
    /// An entry of a folder.
    pub struct DirEntry: DIR_ENTRY {
        values {
            /// Its name.
            name: Value,
            /// Its path: the folder's joined with the name.
            path: Value,
            /// `stat(follow_symlinks=True)`, once asked for.
            status: Value,
            /// `stat(follow_symlinks=False)`, once asked for.
            own_status: Value,
        }
        storage {}
        data {
            /// Its inode.
            inode: u64,
            /// The folder's descriptor, or −1.
            folder: i32,
            /// `DT_…`
            kind: u8,
        }
    }
}

/// `os.DirEntry`
pub static DIR_ENTRY: TypeSpec = TypeSpec {
    module: "posix",
    flags: TypeFlags::NO_NEW,
    methods: ENTRY_METHODS,
    getset: ENTRY_GETSET,
    ..TypeSpec::named("DirEntry", NativeLayout::of::<DirEntry>())
};

static ENTRY_METHODS: &[Method] = &[
    method("__repr__($self, /)", entry_repr, "Return repr(self)."),
    method("__fspath__($self, /)", entry_fspath, "Return the path for the entry."),
    method(
        "is_dir($self, /, *, follow_symlinks=True)",
        entry_is_dir,
        "Return True if the entry is a directory; cached per entry.",
    ),
    method(
        "is_file($self, /, *, follow_symlinks=True)",
        entry_is_file,
        "Return True if the entry is a file; cached per entry.",
    ),
    method(
        "is_symlink($self, /)",
        entry_is_symlink,
        "Return True if the entry is a symbolic link; cached per entry.",
    ),
    method(
        "is_junction($self, /)",
        entry_is_junction,
        "Return True if the entry is a junction; cached per entry.",
    ),
    method(
        "stat($self, /, *, follow_symlinks=True)",
        entry_stat,
        "Return stat_result object for the entry; cached per entry.",
    ),
    method("inode($self, /)", entry_inode, "Return inode of the entry; cached per entry."),
    class_method(
        "__class_getitem__($cls, object, /)",
        orochi_vm::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static ENTRY_GETSET: &[GetSet] = &[
    getter(
        "name",
        |th, object| entry(th, object, |e| e.name.get()),
        "the entry's base filename, relative to scandir() \"path\" argument",
    ),
    getter(
        "path",
        |th, object| entry(th, object, |e| e.path.get()),
        "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)",
    ),
];

fn entry<T>(
    th: &mut Thread,
    object: Value,
    read: impl FnOnce(&DirEntry) -> T,
) -> Result<T, Raised> {
    let entry = th.receiver::<DirEntry>(object)?;
    Ok(read(&*th.read(entry)?))
}

fn entry_repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = entry(th, args[0], |e| e.name.get())?;
    let name = th.repr(name)?.display();
    Ok(th.new_str(&format!("<DirEntry {name}>"))?.value())
}

fn entry_fspath(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    entry(th, args[0], |e| e.path.get())
}

fn entry_inode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let inode = entry(th, args[0], |e| e.inode.get())?;
    th.int_from_u64(inode)
}

/// The entry's `stat_result`, asked for once; `None` if there is no such file.
fn status(th: &mut Thread, object: Value, follow: bool) -> Result<Result<Value, Raised>, Raised> {
    let entry = th.receiver::<DirEntry>(object)?;
    let (known, kind, folder, name, path) = {
        let e = th.read(entry)?;
        let known = if follow { e.status.get() } else { e.own_status.get() };
        (known, e.kind.get(), e.folder.get(), e.name.get(), e.path.get())
    };
    if !known.is_none() {
        return Ok(Ok(known));
    }
    if follow && kind != libc::DT_LNK && kind != libc::DT_UNKNOWN {
        let status = self::status(th, object, false)?;
        if let Ok(value) = status {
            let guard = th.write(entry)?;
            guard.status.set(guard.token(), value);
        }
        return Ok(status);
    }
    let (folder, place) = if folder >= 0 {
        (folder, super::path::place(th, name, "DirEntry", "name", super::path::PATH)?)
    } else {
        (libc::AT_FDCWD, super::path::place(th, path, "DirEntry", "path", super::path::PATH)?)
    };
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    match attempt(th, || file::stat(folder, &place.path, flags))? {
        Ok(found) => {
            let value = status_object(th, &found)?;
            let guard = th.write(entry)?;
            let field = if follow { &guard.status } else { &guard.own_status };
            field.set(guard.token(), value);
            Ok(Ok(value))
        }
        Err(errno) => Ok(Err(th.os_error_for(errno, &[path]))),
    }
}

fn entry_stat(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let follow = truth_or(th, args[1], true)?;
    status(th, args[0], follow)?
}

/// Whether the entry's kind is `wanted` (`DT_…`).
fn is_kind(th: &mut Thread, object: Value, follow: bool, wanted: u8) -> Result<Value, Raised> {
    let (kind, known) = entry(th, object, |e| {
        (e.kind.get(), if follow { e.status.get() } else { e.own_status.get() })
    })?;
    let must_ask = kind == libc::DT_UNKNOWN || follow && kind == libc::DT_LNK;
    if !must_ask {
        return Ok(Value::from_bool(kind == wanted));
    }
    let found = if known.is_none() { status(th, object, follow)? } else { Ok(known) };
    let found = match found {
        Ok(found) => found,
        Err(raised) => {
            return match th.catch(raised, &orochi_vm::exception::classes::FILE_NOT_FOUND_ERROR) {
                Some(_) => Ok(Value::FALSE),
                None => Err(raised),
            };
        }
    };
    let mode = th.get_item(found, Value::from_i32(0))?;
    let mode = orochi_vm::types::int::as_i64(mode).unwrap_or(0) as u32;
    Ok(Value::from_bool(mode & libc::S_IFMT == u32::from(wanted) << 12))
}

fn entry_is_dir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let follow = truth_or(th, args[1], true)?;
    is_kind(th, args[0], follow, libc::DT_DIR)
}

fn entry_is_file(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let follow = truth_or(th, args[1], true)?;
    is_kind(th, args[0], follow, libc::DT_REG)
}

fn entry_is_symlink(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    is_kind(th, args[0], false, libc::DT_LNK)
}

fn entry_is_junction(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let _: Ref<DirEntry> = th.receiver::<DirEntry>(args[0])?;
    Ok(Value::FALSE)
}
