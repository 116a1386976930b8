//! `grp`: the database of groups.

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
use crate::system::users::{self, Group};

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Access to the Unix group database.\n\n\
          Group entries are reported as 4-tuples containing the following fields\n\
          from the group database, in order:\n\n\
          \x20 name   - name of the group\n\
          \x20 passwd - group password (encrypted); often empty\n\
          \x20 gid    - numeric ID of the group\n\
          \x20 mem    - list of members\n\n\
          The gid is an integer, name and password are strings.",
    functions: FUNCTIONS,
    execute: Some(|th, module| {
        let class = ENTRY.class(th)?;
        module.dict().set_str(th, th.name("struct_group"), class)
    }),
    ..ModuleSpec::named("grp")
};

static FUNCTIONS: &[Method] = &[
    function(
        "getgrgid(id)",
        getgrgid,
        "Return the group database entry for the given numeric group ID.",
    ),
    function(
        "getgrnam(name)",
        getgrnam,
        "Return the group database entry for the given group name.",
    ),
    function(
        "getgrall()",
        getgrall,
        "Return a list of all available group entries, in arbitrary order.",
    ),
];

static ENTRY: Structure = Structure::new(
    "grp.struct_group",
    "grp.struct_group: Results from getgr*() routines.\n\n\
     This object may be accessed either as a tuple of\n\
     \x20 (gr_name,gr_passwd,gr_gid,gr_mem)\n\
     or via the object attributes as named in the above tuple.\n",
    &["gr_name", "gr_passwd", "gr_gid", "gr_mem"],
    4,
);

fn entry(th: &mut Thread, group: &Group) -> Result<Value, Raised> {
    let members = List::with_capacity(th, group.members.len())?;
    for member in &group.members {
        let member = decode_system(th, member)?.value();
        members.push(th, member)?;
    }
    let values = [
        decode_system(th, &group.name)?.value(),
        decode_system(th, &group.password)?.value(),
        th.int_from_i64(i64::from(group.id))?,
        members.value(),
    ];
    ENTRY.make(th, &values)
}

fn getgrgid(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let index = th.index(args[0])?;
    let id = as_i64(index).and_then(|id| u32::try_from(id).ok());
    let group = match id {
        Some(id) => run(th, || users::group_by_id(id))?,
        None => None,
    };
    match group {
        Some(group) => entry(th, &group),
        None => {
            let shown = th.str(index)?.display();
            let text = th.new_str(&format!("getgrgid(): gid not found: {shown}"))?;
            Err(th.raise_with(classes::KEY_ERROR.class(), &[text.value()]))
        }
    }
}

fn getgrnam(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    crate::argument::str_argument(th, args[0], "getgrnam() argument 'name'")?;
    let name = system_text(th, args[0])?;
    match run(th, || users::group_by_name(&name))? {
        Some(group) => entry(th, &group),
        None => {
            let shown = th.repr(args[0])?.display();
            let text = th.new_str(&format!("getgrnam(): name not found: {shown}"))?;
            Err(th.raise_with(classes::KEY_ERROR.class(), &[text.value()]))
        }
    }
}

fn getgrall(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let all = th.away(users::all_groups);
    let list = List::with_capacity(th, all.len())?;
    for group in &all {
        let group = entry(th, group)?;
        list.push(th, group)?;
    }
    Ok(list.value())
}
