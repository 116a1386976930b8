//! `_suggestions`: the search for "Did you mean", for the module `traceback`.

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, print::closest};
use orochi_vm::heap::Value;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;

/// The module.
pub static MODULE: ModuleSpec =
    ModuleSpec { functions: FUNCTIONS, ..ModuleSpec::named("_suggestions") };

static FUNCTIONS: &[Method] = &[function(
    "_generate_suggestions(candidates, item, /)",
    generate,
    "Returns the candidate in candidates that's closest to item",
)];

fn generate(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(asked) = args[1].cast::<Str>() else {
        let class = th.class_of(args[1]).display_name();
        return Err(
            th.type_error(format!("_generate_suggestions() argument 2 must be str, not {class}"))
        );
    };
    let Some(list) = args[0].cast::<List>() else {
        return Err(th.type_error("candidates must be a list"));
    };
    let candidates = list.snapshot(th)?;
    let mut names = Vec::with_capacity(candidates.len());
    for name in candidates.iter() {
        let Some(name) = name.cast::<Str>() else {
            return Err(th.type_error("all elements in 'candidates' must be strings"));
        };
        names.push(name.display());
    }
    let asked = asked.display();
    let found = closest(&asked, names.iter().map(String::as_str))
        .and_then(|found| names.iter().position(|name| name == found));
    Ok(found.map_or(Value::NONE, |at| candidates[at]))
}
