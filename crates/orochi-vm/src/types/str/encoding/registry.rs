//! The registry of codecs and error handlers: what `codecs.register`, `lookup`, `register_error`
//! and `lookup_error` work on.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::errors::HANDLERS;
use super::known::normalize;
use crate::exception::Raised;
use crate::heap::{Heap, Rooted, Value};
use crate::name;
use crate::native::{BUILTIN_FUNCTION, NativeFunction};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Index of the encoder in what search functions return.
pub const ENCODER: usize = 0;
/// Index of the decoder.
pub const DECODER: usize = 1;

struct Registry {
    /// Search functions.
    search: Rooted<Ref<List>>,
    /// What they found, by normalised name.
    found: Rooted<Ref<Dict>>,
    /// Error handlers by name.
    handlers: Rooted<Ref<Dict>>,
}

static REGISTRY: OnceLock<Registry> = OnceLock::new();
/// Whether the package `encodings` was asked for.
static IMPORTED: AtomicBool = AtomicBool::new(false);

fn registry(th: &mut Thread) -> Result<&'static Registry, Raised> {
    if let Some(registry) = REGISTRY.get() {
        return Ok(registry);
    }
    let (search, found, handlers) = (List::new(th)?, Dict::new(th)?, Dict::new(th)?);
    for (name, method) in HANDLERS {
        let owner = th.intern("_codecs")?.value();
        let handler =
            NativeFunction::from_method(th, &BUILTIN_FUNCTION, method, Value::UNBOUND, owner)?;
        let name = th.intern(name)?;
        handlers.set_str(th, name, handler.value())?;
    }
    let roots = Heap::get().roots();
    Ok(REGISTRY.get_or_init(|| Registry {
        search: roots.root(search),
        found: roots.root(found),
        handlers: roots.root(handlers),
    }))
}

/// `codecs.register`
pub fn register(th: &mut Thread, search: Value) -> Result<(), Raised> {
    if !th.is_callable(search) {
        return Err(th.type_error("argument must be callable"));
    }
    registry(th)?.search.get().push(th, search)
}

/// `codecs.unregister`
pub fn unregister(th: &mut Thread, search: Value) -> Result<(), Raised> {
    let registry = registry(th)?;
    let list = registry.search.get();
    let all = list.snapshot(th)?;
    if let Some(at) = all.iter().position(|&known| known == search) {
        th.write(list)?.splice(at, 1, &[])?;
        registry.found.get().clear(th)?;
    }
    Ok(())
}

/// `codecs.lookup`: a tuple of encoder, decoder, stream reader and stream writer.
pub fn lookup(th: &mut Thread, name: &str) -> Result<Ref<Tuple>, Raised> {
    let registry = registry(th)?;
    import_encodings(th)?;
    let key = th.intern(&normalize(name))?;
    if let Some(found) = registry.found.get().get_str(th, key)?
        && let Some(found) = found.cast::<Tuple>()
    {
        return Ok(found);
    }
    let searches = registry.search.get().snapshot(th)?;
    for &search in searches.iter() {
        let found = th.call(search, &[key.value()])?;
        if found.is_none() {
            continue;
        }
        let Some(codec) = found.cast::<Tuple>().filter(|codec| codec.len() == 4) else {
            return Err(th.type_error("codec search functions must return 4-tuples"));
        };
        registry.found.get().set_str(th, key, found)?;
        return Ok(codec);
    }
    Err(th.lookup_error(format!("unknown encoding: {name}")))
}

/// The package `encodings` registers the search function that finds everything in the library.
fn import_encodings(th: &mut Thread) -> Result<(), Raised> {
    if IMPORTED.swap(true, Ordering::AcqRel) {
        return Ok(());
    }
    let import = th.vm.builtins.get().get_str(th, name!(th, "__import__"))?;
    let Some(import) = import else {
        IMPORTED.store(false, Ordering::Release);
        return Ok(());
    };
    let name = th.intern("encodings")?.value();
    match th.call(import, &[name]) {
        Ok(_) => Ok(()),
        Err(raised) => {
            IMPORTED.store(false, Ordering::Release);
            Err(raised)
        }
    }
}

/// Calls the encoder or decoder of a codec; the result without the length.
pub fn call(
    th: &mut Thread,
    codec: Ref<Tuple>,
    which: usize,
    object: Value,
    errors: Option<&str>,
) -> Result<Value, Raised> {
    let answer = match errors {
        Some(errors) => {
            let errors = th.new_str(errors)?.value();
            th.call(codec.get(which), &[object, errors])?
        }
        None => th.call(codec.get(which), &[object])?,
    };
    match answer.cast::<Tuple>() {
        Some(pair) if pair.len() == 2 => Ok(pair.get(0)),
        _ => {
            let what = if which == ENCODER { "encoder" } else { "decoder" };
            Err(th.type_error(format!("{what} must return a tuple (object, integer)")))
        }
    }
}

/// `codecs.register_error`
pub fn register_error(th: &mut Thread, name: Ref<Str>, handler: Value) -> Result<(), Raised> {
    if !th.is_callable(handler) {
        return Err(th.type_error("handler must be callable"));
    }
    let name = th.intern_str(name);
    registry(th)?.handlers.get().set_str(th, name, handler)
}

/// `codecs._unregister_error`: whether there was such a handler.
pub fn unregister_error(th: &mut Thread, name: Ref<Str>) -> Result<bool, Raised> {
    if HANDLERS.iter().any(|(own, _)| name.ascii() == Some(own)) {
        return Err(th.value_error(format!(
            "cannot un-register built-in error handler '{}'",
            name.display()
        )));
    }
    let name = th.intern_str(name);
    Ok(registry(th)?.handlers.get().delete_str(th, name)?.is_some())
}

/// `codecs.lookup_error`
pub fn lookup_error(th: &mut Thread, name: &str) -> Result<Value, Raised> {
    let key = th.intern(name)?;
    match registry(th)?.handlers.get().get_str(th, key)? {
        Some(handler) => Ok(handler),
        None => Err(th.lookup_error(format!("unknown error handler name '{name}'"))),
    }
}
