//! `_socket`: sockets and the names of hosts.
//!
//! * [`object`]: the socket object and its life; [`transfer`]: sending and receiving
//! * [`options`]: names, options, blocking; [`address`]: addresses in Python's form
//! * [`names`]: the resolver and the databases; [`constants`]: numbers

mod address;
mod constants;
mod names;
mod object;
mod options;
mod transfer;

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::native::{BUILTIN_FUNCTION, ModuleSpec, NativeFunction, Signature};
use orochi_vm::thread::Thread;

pub use object::Socket;

/// `_socket.socket`
pub static SOCKET: TypeSpec = TypeSpec {
    module: "_socket",
    doc: "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\n\
          socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\n\
          Open a socket of the given type.",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($cls, /, *args, **kwargs)", object::new, "")),
    methods: object::METHODS,
    getset: object::GETSET,
    finalise: Some(object::free),
    ..TypeSpec::named("socket", NativeLayout::of::<Socket>())
};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    functions: names::FUNCTIONS,
    types: &[&SOCKET],
    execute: Some(|th, module| {
        let dict = module.dict();
        let class = SOCKET.class();
        class.set_flag(orochi_vm::class::flags::FINALISER, true);
        for &(name, number) in constants::CONSTANTS {
            let value = th.int_from_i64(number)?;
            dict.set_str(th, th.name(name), value)?;
        }
        let owner = th.intern("_socket")?.value();
        for method in object::FUNCTIONS {
            let function =
                NativeFunction::from_method(th, &BUILTIN_FUNCTION, method, module.value(), owner)?;
            let (name, _) = Signature::split_name(method.signature);
            dict.set_str(th, th.name(name), function.value())?;
        }
        let (herror, gaierror) = names::errors(th)?;
        for (name, value) in [
            ("SocketType", class.value()),
            ("error", classes::OS_ERROR.class().value()),
            ("timeout", classes::TIMEOUT_ERROR.class().value()),
            ("herror", herror),
            ("gaierror", gaierror),
            ("has_ipv6", Value::TRUE),
        ] {
            dict.set_str(th, th.name(name), value)?;
        }
        Ok(())
    }),
    ..ModuleSpec::named("_socket")
};

/// A class of exceptions derived from `OSError`.
fn derived_error(th: &mut Thread, name: &str) -> Result<Value, Raised> {
    use orochi_vm::types::{dict::Dict, tuple::Tuple};
    let name = th.intern(name)?.value();
    let bases = Tuple::from_slice(th, &[classes::OS_ERROR.class().value()])?.value();
    let namespace = Dict::new(th)?;
    let module = th.intern("socket")?.value();
    namespace.set_str(th, orochi_vm::name!(th, "__module__"), module)?;
    let metaclass = orochi_vm::types::type_::SPEC.class().value();
    th.call(metaclass, &[name, bases, namespace.value()])
}
