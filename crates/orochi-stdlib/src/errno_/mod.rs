//! `errno`: the error numbers of the operating system.

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::module::Module;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module makes available standard errno system symbols.\n\n\
          The value of each symbol is the corresponding integer value,\n\
          e.g., on most systems, errno.ENOENT equals the integer 2.\n\n\
          The dictionary errno.errorcode maps numeric codes to symbol names,\n\
          e.g., errno.errorcode[2] could be the string 'ENOENT'.\n\n\
          Symbols that are not relevant to the underlying system are not defined.\n\n\
          To map error codes to error messages, use os.strerror().",
    execute: Some(execute),
    ..ModuleSpec::named("errno")
};

macro_rules! numbers {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name)),*] };
}

/// All numbers; of two names for one, the dictionary shows the later.
static NUMBERS: &[(&str, i32)] = numbers! {
    EWOULDBLOCK EOPNOTSUPP E2BIG EACCES EADDRINUSE EADDRNOTAVAIL
    EADV EAFNOSUPPORT EAGAIN EALREADY EBADE EBADF
    EBADFD EBADMSG EBADR EBADRQC EBADSLT EBFONT
    EBUSY ECANCELED ECHILD ECHRNG ECOMM ECONNABORTED
    ECONNREFUSED ECONNRESET EDEADLK EDEADLOCK EDESTADDRREQ EDOM
    EDOTDOT EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN
    EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR EINVAL
    EIO EISCONN EISDIR EISNAM EKEYEXPIRED EKEYREJECTED
    EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST ELIBACC
    ELIBBAD ELIBEXEC ELIBMAX ELIBSCN ELNRNG ELOOP
    EMEDIUMTYPE EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG
    ENAVAIL ENETDOWN ENETRESET ENETUNREACH ENFILE ENOANO
    ENOBUFS ENOCSI ENODATA ENODEV ENOENT ENOEXEC
    ENOKEY ENOLCK ENOLINK ENOMEDIUM ENOMEM ENOMSG
    ENONET ENOPKG ENOPROTOOPT ENOSPC ENOSR ENOSTR
    ENOSYS ENOTBLK ENOTCONN ENOTDIR ENOTEMPTY ENOTNAM
    ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENOTUNIQ ENXIO
    EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE EPROTO
    EPROTONOSUPPORT EPROTOTYPE ERANGE EREMCHG EREMOTE EREMOTEIO
    ERESTART ERFKILL EROFS ESHUTDOWN ESOCKTNOSUPPORT ESPIPE
    ESRCH ESRMNT ESTALE ESTRPIPE ETIME ETIMEDOUT
    ETOOMANYREFS ETXTBSY EUCLEAN EUNATCH EUSERS EXDEV
    EXFULL
};

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    let names = Dict::new(th)?;
    for &(name, number) in NUMBERS {
        let name = th.intern(name)?;
        let number = Value::from_i32(number);
        dict.set_str(th, name, number)?;
        names.set(th, number, name.value())?;
    }
    let key = th.intern("errorcode")?;
    dict.set_str(th, key, names.value())
}
