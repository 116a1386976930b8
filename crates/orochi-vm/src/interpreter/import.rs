//! Import statements.
//!
//! A module that is in `sys.modules` and initialised is had at once; everything else is the
//! affair of the import machinery, which is Python (`importlib._bootstrap`). A program that has
//! replaced `builtins.__import__` gets every import statement.

use super::{a, b, c, finish, frame, get, proceed, sync};
use crate::exception::{self, Raised, classes};
use crate::handlers;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

handlers! {
    fn import_name(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let (level, from) = (get(regs, b(word)), get(regs, b(word) + 1));
        let result = import_statement(th, frame::function(regs), frame::name(regs, c(word)), level, from);
        finish(th, pc, regs, word, table, 1, result)
    }

    fn import_from(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = from_module(th, get(regs, b(word)), frame::name(regs, c(word)));
        finish(th, pc, regs, word, table, 1, result)
    }

    fn import_star(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let result = all_names(th, get(regs, a(word)), get(regs, b(word)));
        proceed(th, pc, regs, table, 1, result)
    }
}

#[inline(never)]
fn import_statement(
    th: &mut Thread,
    function: Ref<crate::types::function::Function>,
    name: Ref<Str>,
    level: Value,
    from: Value,
) -> Result<Value, Raised> {
    let (globals, builtins) =
        (function.callable().globals.get(), function.callable().builtins.get());
    let Some(function) = builtins.get_str(th, crate::name!(th, "__import__"))? else {
        return Err(th.import_error("__import__ not found"));
    };
    if crate::operation::native_of(function) == Some(builtin_import as *const ()) {
        let level = if level.is_int() { level.as_int() } else { 0 };
        return import(th, name, globals.value(), from, level);
    }
    let locals = crate::frame::locals(th)?;
    th.call(function, &[name.value(), globals.value(), locals, from, level])
}

/// `builtins.__import__(name, globals=None, locals=None, fromlist=(), level=0)`.
pub fn builtin_import(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let Some(name) = args[0].cast::<Str>() else {
        return Err(th.type_error("module name must be a string"));
    };
    let or_none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let level = if args[4].is_unbound() { 0 } else { th.index_i64(args[4])? };
    import(th, name, or_none(args[1]), or_none(args[3]), level)
}

/// `import name`, or `from name import …` if `from` is not empty. `globals` says what a relative
/// name is relative to; it may be None.
pub fn import(
    th: &mut Thread,
    name: Ref<Str>,
    globals: Value,
    from: Value,
    level: i64,
) -> Result<Value, Raised> {
    let result = import_untrimmed(th, name, globals, from, level);
    if result == Err(Raised::Exception) {
        crate::frame::trim::remove_import_frames(th);
    }
    result
}

/// Imports a module by its absolute name and gives that very module.
pub fn import_module(th: &mut Thread, name: &str) -> Result<Value, Raised> {
    let name = th.intern(name)?;
    let marker = Tuple::from_slice(th, &[crate::name!(th, "__name__").value()])?;
    import(th, name, Value::NONE, marker.value(), 0)
}

fn import_untrimmed(
    th: &mut Thread,
    name: Ref<Str>,
    globals: Value,
    from: Value,
    level: i64,
) -> Result<Value, Raised> {
    if level < 0 {
        return Err(th.value_error("level must be >= 0"));
    }
    let full = if level > 0 {
        resolve(th, name, globals, level)?
    } else if name.is_empty() {
        return Err(th.value_error("Empty module name"));
    } else {
        name
    };
    let module = load(th, full)?;
    if !from.is_none() && th.is_true(from)? {
        if th.find_attribute(module, crate::name!(th, "__path__"))?.is_none() {
            return Ok(module);
        }
        let import = imports_of(th)?;
        let handle = machinery(th, "_handle_fromlist")?;
        return th.call(handle, &[module, from, import]);
    }
    if level > 0 && name.is_empty() {
        return Ok(module);
    }
    let text = name.text();
    let Some(dot) = text.codes().position(|code| code == u32::from('.')) else { return Ok(module) };
    if level == 0 {
        let front = Str::from_text(th, text.slice(0..dot).to_owned().as_text())?;
        let front = th.intern_str(front);
        return load(th, front);
    }
    let kept = full.len() - (name.len() - dot);
    let front = Str::from_text(th, full.text().slice(0..kept).to_owned().as_text())?;
    match th.vm.modules.get().get_str(th, front)? {
        Some(module) => Ok(module),
        None => {
            let shown = th.repr(front.value())?.display();
            let text = th.new_str(&format!("{shown} not in sys.modules as expected"))?;
            Err(th.key_error(text.value()))
        }
    }
}

/// `builtins.__import__` as it is now, for the machinery to call back.
fn imports_of(th: &mut Thread) -> Result<Value, Raised> {
    match th.vm.builtins.get().get_str(th, crate::name!(th, "__import__"))? {
        Some(import) => Ok(import),
        None => Err(th.import_error("__import__ not found")),
    }
}

impl Thread {
    /// Whether the import machinery has been started.
    pub(crate) fn can_import(&mut self) -> Result<bool, Raised> {
        Ok(bootstrap_module(self)?.is_some())
    }
}

/// The module of the import machinery, once it has been started.
fn bootstrap_module(th: &mut Thread) -> Result<Option<Value>, Raised> {
    let modules = th.vm.modules.get();
    match modules.get_str(th, crate::name!(th, "_frozen_importlib"))? {
        Some(found) => Ok(Some(found)),
        None => modules.get_str(th, crate::name!(th, "importlib._bootstrap")),
    }
}

/// A function of the import machinery.
fn machinery(th: &mut Thread, function: &str) -> Result<Value, Raised> {
    let Some(bootstrap) = bootstrap_module(th)? else {
        return Err(th.import_error("the import machinery has not been started"));
    };
    let function = th.intern(function)?;
    th.get_attribute(bootstrap, function)
}

/// The module with an absolute name, imported if need be.
fn load(th: &mut Thread, name: Ref<Str>) -> Result<Value, Raised> {
    if let Some(module) = th.vm.modules.get().get_str(th, name)?
        && !module.is_none()
    {
        if is_initializing(th, module)? {
            let wait = machinery(th, "_lock_unlock_module")?;
            th.call(wait, &[name.value()])?;
            // The thread that ran the module's code may have failed and removed it.
            if th.vm.modules.get().get_str(th, name)? != Some(module) {
                return load(th, name);
            }
        }
        return Ok(module);
    }
    let find = machinery(th, "_find_and_load")?;
    let import = imports_of(th)?;
    th.call(find, &[name.value(), import])
}

/// Whether another thread, or this one further out, is still running the module's code.
fn is_initializing(th: &mut Thread, module: Value) -> Result<bool, Raised> {
    let Some(spec) = th.find_attribute(module, crate::name!(th, "__spec__"))? else {
        return Ok(false);
    };
    spec_is_initializing(th, spec)
}

fn spec_is_initializing(th: &mut Thread, spec: Value) -> Result<bool, Raised> {
    if spec.is_none() {
        return Ok(false);
    }
    match th.find_attribute(spec, crate::name!(th, "_initializing"))? {
        Some(value) => th.is_true(value),
        None => Ok(false),
    }
}

const NO_PARENT: &str = "attempted relative import with no known parent package";

/// The absolute name of a relative one.
fn resolve(
    th: &mut Thread,
    name: Ref<Str>,
    globals: Value,
    level: i64,
) -> Result<Ref<Str>, Raised> {
    let missing = |th: &Thread| match th.new_str("'__name__' not in globals") {
        Ok(text) => th.key_error(text.value()),
        Err(raised) => raised,
    };
    if globals.is_none() {
        return Err(missing(th));
    }
    let Some(globals) = globals.cast::<Dict>() else {
        return Err(th.type_error("globals must be a dict"));
    };
    let package = globals.get_str(th, crate::name!(th, "__package__"))?.unwrap_or(Value::NONE);
    let spec = globals.get_str(th, crate::name!(th, "__spec__"))?.unwrap_or(Value::NONE);
    let parent = crate::name!(th, "parent");
    let package = if !package.is_none() {
        if package.cast::<Str>().is_none() {
            return Err(th.type_error("package must be a string"));
        }
        if !spec.is_none() {
            let parent = th.get_attribute(spec, parent)?;
            if !th.equal(package, parent)? {
                th.warn(&classes::DEPRECATION_WARNING, "__package__ != __spec__.parent", 1)?;
            }
        }
        package
    } else if !spec.is_none() {
        let parent = th.get_attribute(spec, parent)?;
        if parent.cast::<Str>().is_none() {
            return Err(th.type_error("__spec__.parent must be a string"));
        }
        parent
    } else {
        th.warn(
            &classes::IMPORT_WARNING,
            "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__",
            1,
        )?;
        let Some(own) = globals.get_str(th, crate::name!(th, "__name__"))? else {
            return Err(missing(th));
        };
        let Some(own) = own.cast::<Str>() else {
            return Err(th.type_error("__name__ must be a string"));
        };
        if globals.get_str(th, crate::name!(th, "__path__"))?.is_some() {
            own.value()
        } else {
            match last_dot(own, own.len()) {
                Some(dot) => {
                    Str::from_text(th, own.text().slice(0..dot).to_owned().as_text())?.value()
                }
                None => return Err(th.import_error(NO_PARENT)),
            }
        }
    };
    let Some(package) = package.cast::<Str>().filter(|package| !package.is_empty()) else {
        return Err(th.import_error(NO_PARENT));
    };
    let mut end = package.len();
    for _ in 1..level {
        match last_dot(package, end) {
            Some(dot) => end = dot,
            None => {
                return Err(th.import_error("attempted relative import beyond top-level package"));
            }
        }
    }
    let mut full = orochi_text::TextBuf::new();
    full.push_text(package.text().slice(0..end));
    if !name.is_empty() {
        full.push_str(".");
        full.push_text(name.text());
    }
    let full = Str::from_text(th, full.finish().as_text())?;
    Ok(th.intern_str(full))
}

fn last_dot(text: Ref<Str>, end: usize) -> Option<usize> {
    let mut dots =
        text.text().slice(0..end).codes().enumerate().filter(|&(_, code)| code == u32::from('.'));
    dots.next_back().map(|(at, _)| at)
}

/// `from module import name`
#[inline(never)]
fn from_module(th: &mut Thread, module: Value, name: Ref<Str>) -> Result<Value, Raised> {
    if let Some(value) = th.find_attribute(module, name)? {
        return Ok(value);
    }
    // In a circular import the submodule may be there already, though not as an attribute.
    let own =
        th.find_attribute(module, crate::name!(th, "__name__"))?.and_then(|own| own.cast::<Str>());
    if let Some(own) = own {
        let mut full = orochi_text::TextBuf::new();
        full.push_text(own.text());
        full.push_str(".");
        full.push_text(name.text());
        let full = Str::from_text(th, full.finish().as_text())?;
        if let Some(found) = th.vm.modules.get().get_str(th, full)? {
            return Ok(found);
        }
    }
    Err(cannot_import(th, module, own, name))
}

#[cold]
fn cannot_import(th: &mut Thread, module: Value, own: Option<Ref<Str>>, name: Ref<Str>) -> Raised {
    match explain(th, module, own, name) {
        Ok((text, origin)) => {
            let raised = th.import_error(text);
            let own = own.map_or(Value::NONE, Ref::value);
            exception::set_import_error_details(th, th.raised.get(), own, origin, name.value());
            raised
        }
        Err(raised) => raised,
    }
}

/// The message, and where the module is.
fn explain(
    th: &mut Thread,
    module: Value,
    own: Option<Ref<Str>>,
    name: Ref<Str>,
) -> Result<(String, Value), Raised> {
    let shown_name = th.repr(name.value())?.display();
    let shown_module = match own {
        Some(own) => th.repr(own.value())?.display(),
        None => "'<unknown module name>'".to_owned(),
    };
    let spec = th.find_attribute(module, crate::name!(th, "__spec__"))?.unwrap_or(Value::NONE);
    let mut origin = None;
    let mut initializing = false;
    if !spec.is_none() {
        let located = match th.find_attribute(spec, crate::name!(th, "has_location"))? {
            Some(value) => th.is_true(value)?,
            None => false,
        };
        if located {
            origin =
                th.find_attribute(spec, crate::name!(th, "origin"))?.and_then(|o| o.cast::<Str>());
        }
        initializing = spec_is_initializing(th, spec)?;
    }
    if origin.is_none() && module.cast::<Module>().is_some() {
        origin =
            th.find_attribute(module, crate::name!(th, "__file__"))?.and_then(|o| o.cast::<Str>());
    }
    let shadows = match origin {
        Some(origin) => may_shadow(th, origin)?,
        None => false,
    };
    let value = origin.map_or(Value::NONE, Ref::value);
    let place = origin.map(|origin| origin.display());
    if shadows && own.is_some_and(|own| is_library_name(th, own)) {
        let file = th.repr(value)?.display();
        return Ok((
            format!(
                "cannot import name {shown_name} from {shown_module} (consider renaming {file} since it has the same name as the standard library module named {shown_module} and prevents importing that standard library module)"
            ),
            value,
        ));
    }
    let text = match (initializing, place) {
        (true, Some(_)) if shadows => {
            let file = th.repr(value)?.display();
            format!(
                "cannot import name {shown_name} from {shown_module} (consider renaming {file} if it has the same name as a library you intended to import)"
            )
        }
        (true, Some(place)) => format!(
            "cannot import name {shown_name} from partially initialized module {shown_module} (most likely due to a circular import) ({place})"
        ),
        (true, None) => format!(
            "cannot import name {shown_name} from partially initialized module {shown_module} (most likely due to a circular import)"
        ),
        (false, Some(place)) => {
            format!("cannot import name {shown_name} from {shown_module} ({place})")
        }
        (false, None) => {
            format!("cannot import name {shown_name} from {shown_module} (unknown location)")
        }
    };
    Ok((text, value))
}

/// Whether a module lies in the script's own folder, and so may hide one of the same name.
pub(crate) fn may_shadow(th: &mut Thread, origin: Ref<Str>) -> Result<bool, Raised> {
    if th.vm.settings.safe_path || th.vm.settings.isolated {
        return Ok(false);
    }
    let path = th.vm.sys.get().get_str(th, crate::name!(th, "path"))?;
    let Some(path) = path.and_then(|path| path.cast::<crate::types::list::List>()) else {
        return Ok(false);
    };
    let Some(first) = path.get(th, 0)?.and_then(|first| first.cast::<Str>()) else {
        return Ok(false);
    };
    let origin = origin.display();
    let file = std::path::Path::new(&origin);
    let mut folder = file.parent();
    if file.file_name().is_some_and(|name| name == "__init__.py") {
        folder = folder.and_then(std::path::Path::parent);
    }
    let first = first.display();
    let script = if first.is_empty() { std::env::current_dir().ok() } else { Some(first.into()) };
    Ok(folder.is_some() && folder == script.as_deref())
}

/// Whether a name is that of a module of the standard library.
pub(crate) fn is_library_name(th: &mut Thread, name: Ref<Str>) -> bool {
    let names = th.vm.sys.get().get_str(th, crate::name!(th, "stdlib_module_names"));
    match names {
        Ok(Some(names)) => th.contains(names, name.value()).unwrap_or_else(|_| {
            th.take_exception();
            false
        }),
        Ok(None) => false,
        Err(_) => {
            th.take_exception();
            false
        }
    }
}

/// `from module import *`
#[inline(never)]
fn all_names(th: &mut Thread, module: Value, namespace: Value) -> Result<(), Raised> {
    let (names, public_only) = match th.find_attribute(module, crate::name!(th, "__all__"))? {
        Some(all) => (all, false),
        None => {
            let Some(dict) = th.find_attribute(module, crate::name!(th, "__dict__"))? else {
                return Err(th.import_error("from-import-* object has no __dict__ and no __all__"));
            };
            let keys = th.call_method(dict, crate::name!(th, "keys"), &[])?;
            (crate::types::list::List::from_iterable(th, keys)?.value(), true)
        }
    };
    let mut index = 0;
    loop {
        let name = match th.get_item(names, Value::int_unchecked(index)) {
            Ok(name) => name,
            Err(raised) => match th.catch(raised, &classes::INDEX_ERROR) {
                Some(_) => return Ok(()),
                None => return Err(raised),
            },
        };
        index += 1;
        let Some(text) = name.cast::<Str>() else {
            return Err(bad_name(th, module, name, public_only));
        };
        if public_only && text.text().get(0) == Some(u32::from('_')) {
            continue;
        }
        let text = th.intern_str(text);
        let value = th.get_attribute(module, text)?;
        match namespace.cast_exact::<Dict>() {
            Some(dict) => dict.set_str(th, text, value)?,
            None => th.set_item(namespace, text.value(), value)?,
        }
    }
}

#[cold]
fn bad_name(th: &mut Thread, module: Value, name: Value, of_dict: bool) -> Raised {
    let own = match th.get_attribute(module, crate::name!(th, "__name__")) {
        Ok(own) => own,
        Err(raised) => return raised,
    };
    if own.cast::<Str>().is_none() {
        let got = th.type_name(own);
        return th.type_error(format!("__name__ must be a string, not {got}"));
    }
    let (own, got) = (th.display_str(own), th.type_name(name));
    let (what, of) = if of_dict { ("Key", "__dict__") } else { ("Item", "__all__") };
    th.type_error(format!("{what} in {own}.{of} must be str, not {got}"))
}
