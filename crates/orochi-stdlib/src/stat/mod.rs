//! `_stat`: file modes taken apart.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::as_i64;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "S_IFMT_: file type bits; S_ISUID and the like: permission bits; S_IS*(): questions",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        for &(name, number) in CONSTANTS {
            let value = th.int_from_i64(number)?;
            module.dict().set_str(th, th.name(name), value)?;
        }
        Ok(())
    }),
    ..ModuleSpec::named("_stat")
};

macro_rules! questions {
    ($($signature:literal = $bits:expr;)*) => {
        static FUNCTIONS: &[Method] = &[
            $(function($signature, |th, args| {
                let mode = mode(th, args[0])?;
                Ok(Value::from_bool(mode & libc::S_IFMT == $bits))
            }, ""),)*
            function("S_ISDOOR(mode, /)", never, "S_ISDOOR(mode) -> bool\n\nReturn True if mode is from a door."),
            function("S_ISPORT(mode, /)", never, "S_ISPORT(mode) -> bool\n\nReturn True if mode is from an event port."),
            function("S_ISWHT(mode, /)", never, "S_ISWHT(mode) -> bool\n\nReturn True if mode is from a whiteout."),
            function("S_IMODE(mode, /)", |th, args| Ok(Value::from_i32((mode(th, args[0])? & 0o7777) as i32)), "Return the portion of the file's mode that can be set by os.chmod()."),
            function("S_IFMT(mode, /)", |th, args| Ok(Value::from_i32((mode(th, args[0])? & libc::S_IFMT) as i32)), "Return the portion of the file's mode that describes the file type."),
            function("filemode(mode, /)", filemode, "Convert a file's mode to a string of the form '-rwxrwxrwx'"),
        ];
    };
}

questions! {
    "S_ISDIR(mode, /)" = libc::S_IFDIR;
    "S_ISCHR(mode, /)" = libc::S_IFCHR;
    "S_ISBLK(mode, /)" = libc::S_IFBLK;
    "S_ISREG(mode, /)" = libc::S_IFREG;
    "S_ISFIFO(mode, /)" = libc::S_IFIFO;
    "S_ISLNK(mode, /)" = libc::S_IFLNK;
    "S_ISSOCK(mode, /)" = libc::S_IFSOCK;
}

fn mode(th: &mut Thread, value: Value) -> Result<u32, Raised> {
    let index = th.index(value)?;
    match as_i64(index).map(u32::try_from) {
        Some(Ok(mode)) => Ok(mode),
        Some(Err(_)) if as_i64(index).is_some_and(|mode| mode < 0) => {
            Err(th.overflow_error("can't convert negative value to unsigned int"))
        }
        _ => Err(th.overflow_error("mode out of range")),
    }
}

fn never(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    mode(th, args[0])?;
    Ok(Value::FALSE)
}

fn filemode(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let mode = mode(th, args[0])?;
    let kind = match mode & libc::S_IFMT {
        libc::S_IFREG => '-',
        libc::S_IFDIR => 'd',
        libc::S_IFLNK => 'l',
        libc::S_IFBLK => 'b',
        libc::S_IFCHR => 'c',
        libc::S_IFIFO => 'p',
        libc::S_IFSOCK => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, lower, upper) in
        [(6, libc::S_ISUID, 's', 'S'), (3, libc::S_ISGID, 's', 'S'), (0, libc::S_ISVTX, 't', 'T')]
    {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => lower,
            (false, true) => upper,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    Ok(th.new_str(&text)?.value())
}

static CONSTANTS: &[(&str, i64)] = &[
    ("SF_APPEND", 262144),
    ("SF_ARCHIVED", 65536),
    ("SF_DATALESS", 1073741824),
    ("SF_FIRMLINK", 8388608),
    ("SF_IMMUTABLE", 131072),
    ("SF_NOUNLINK", 1048576),
    ("SF_SETTABLE", 4294901760),
    ("SF_SNAPSHOT", 2097152),
    ("ST_ATIME", 7),
    ("ST_CTIME", 9),
    ("ST_DEV", 2),
    ("ST_GID", 5),
    ("ST_INO", 1),
    ("ST_MODE", 0),
    ("ST_MTIME", 8),
    ("ST_NLINK", 3),
    ("ST_SIZE", 6),
    ("ST_UID", 4),
    ("S_ENFMT", 1024),
    ("S_IEXEC", 64),
    ("S_IFBLK", 24576),
    ("S_IFCHR", 8192),
    ("S_IFDIR", 16384),
    ("S_IFDOOR", 0),
    ("S_IFIFO", 4096),
    ("S_IFLNK", 40960),
    ("S_IFPORT", 0),
    ("S_IFREG", 32768),
    ("S_IFSOCK", 49152),
    ("S_IFWHT", 0),
    ("S_IREAD", 256),
    ("S_IRGRP", 32),
    ("S_IROTH", 4),
    ("S_IRUSR", 256),
    ("S_IRWXG", 56),
    ("S_IRWXO", 7),
    ("S_IRWXU", 448),
    ("S_ISGID", 1024),
    ("S_ISUID", 2048),
    ("S_ISVTX", 512),
    ("S_IWGRP", 16),
    ("S_IWOTH", 2),
    ("S_IWRITE", 128),
    ("S_IWUSR", 128),
    ("S_IXGRP", 8),
    ("S_IXOTH", 1),
    ("S_IXUSR", 64),
    ("UF_APPEND", 4),
    ("UF_COMPRESSED", 32),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 32768),
    ("UF_IMMUTABLE", 2),
    ("UF_NODUMP", 1),
    ("UF_NOUNLINK", 16),
    ("UF_OPAQUE", 8),
    ("UF_SETTABLE", 65535),
    ("UF_TRACKED", 64),
];
