//! `pwd`: the database of users.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::thread::Thread;
use orochi_vm::types::int::as_i64;
use orochi_vm::types::list::List;

use crate::argument::decode_system;
use crate::posix::blocking::run;
use crate::posix::path::system_text;
use crate::structure::Structure;
use crate::system::users::{self, User};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to the Unix password database.\n\
          It is available on all Unix versions.\n\n\
          Password database entries are reported as 7-tuples containing the following\n\
          items from the password database (see `<pwd.h>'), in order:\n\
          pw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.\n\
          The uid and gid items are integers, all others are strings. An\n\
          exception is raised if the entry asked for cannot be found.",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        let class = ENTRY.class(th)?;
        module.dict().set_str(th, th.name("struct_passwd"), class)
    }),
    ..ModuleSpec::named("pwd")
};

static FUNCTIONS: &[Method] = &[
    function(
        "getpwuid(uidobj, /)",
        getpwuid,
        "Return the password database entry for the given numeric user ID.",
    ),
    function(
        "getpwnam(name, /)",
        getpwnam,
        "Return the password database entry for the given user name.",
    ),
    function(
        "getpwall()",
        getpwall,
        "Return a list of all available password database entries, in arbitrary order.",
    ),
];

static ENTRY: Structure = Structure::new(
    "pwd.struct_passwd",
    "pwd.struct_passwd: Results from getpw*() routines.\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\n\
     or via the object attributes as named in the above tuple.",
    &["pw_name", "pw_passwd", "pw_uid", "pw_gid", "pw_gecos", "pw_dir", "pw_shell"],
    7,
);

fn entry(th: &mut Thread, user: &User) -> Result<Value, Raised> {
    let [name, password, real, home, shell] = &user.texts;
    let values = [
        decode_system(th, name)?.value(),
        decode_system(th, password)?.value(),
        th.int_from_i64(i64::from(user.user))?,
        th.int_from_i64(i64::from(user.group))?,
        decode_system(th, real)?.value(),
        decode_system(th, home)?.value(),
        decode_system(th, shell)?.value(),
    ];
    ENTRY.make(th, &values)
}

fn getpwuid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = th.index(args[0])?;
    let id = as_i64(index).and_then(|id| u32::try_from(id).ok());
    let user = match id {
        Some(id) => run(th, || users::user_by_id(id))?,
        None => None,
    };
    match user {
        Some(user) => entry(th, &user),
        None => {
            let shown = th.str(index)?.display();
            let text = th.new_str(&format!("getpwuid(): uid not found: {shown}"))?;
            Err(th.raise_with(classes::KEY_ERROR.class(), &[text.value()]))
        }
    }
}

fn getpwnam(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    crate::argument::str_argument(th, args[0], "getpwnam() argument")?;
    let name = system_text(th, args[0])?;
    match run(th, || users::user_by_name(&name))? {
        Some(user) => entry(th, &user),
        None => {
            let shown = th.repr(args[0])?.display();
            let text = th.new_str(&format!("getpwnam(): name not found: {shown}"))?;
            Err(th.raise_with(classes::KEY_ERROR.class(), &[text.value()]))
        }
    }
}

fn getpwall(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let all = th.away(users::all_users);
    let list = List::with_capacity(th, all.len())?;
    for user in &all {
        let user = entry(th, user)?;
        list.push(th, user)?;
    }
    Ok(list.value())
}
