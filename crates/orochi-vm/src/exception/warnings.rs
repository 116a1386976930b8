//! Warnings from native code, and the core of `_warnings`: filters, registries, actions.
//!
//! The state is that of the `warnings` module if the program has imported it: its `filters`,
//! `onceregistry` and `defaultaction`, so that what a program sets there counts. Without it, the
//! filters that `-W` and the defaults give are kept here. A warning is shown by
//! `warnings._showwarnmsg` where there is one, else written to `sys.stderr`.

use super::print::{self, Output};
use super::{Raised, classes};
use crate::class::{Class, TypeSpec};
use crate::frame::Windows;
use crate::heap::{RootVec, Value};
use crate::interpreter::frame as window;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Where a warning is about.
struct Place {
    file: Ref<Str>,
    line: i64,
    module: Value,
    registry: Value,
    globals: Value,
}

impl Thread {
    /// Warns: `category(message)`, about the line `stack_level` frames up (1: the running one).
    /// An error if the program's filters make one of it.
    pub fn warn(
        &mut self,
        category: &'static TypeSpec,
        message: &str,
        stack_level: usize,
    ) -> Result<(), Raised> {
        let text = self.new_str(message)?;
        warn(self, text.value(), category.class(), stack_level, Value::NONE, None)
    }

    /// As [`Self::warn`], about a place in a source.
    pub fn warn_at(
        &mut self,
        category: &'static TypeSpec,
        message: &str,
        file: &str,
        line: i64,
    ) -> Result<(), Raised> {
        let (text, file) = (self.new_str(message)?.value(), self.new_str(file)?);
        let none = Value::NONE;
        let module = module_of_file(self, file)?;
        warn_explicit(
            self,
            text,
            category.class(),
            Place { file, line, module, registry: none, globals: none },
            none,
        )
    }

    /// Warns of something that was not closed, with the object it was.
    pub fn warn_resource(&mut self, message: &str, object: Value) -> Result<(), Raised> {
        let text = self.new_str(message)?;
        warn(self, text.value(), classes::RESOURCE_WARNING.class(), 1, object, None)
    }
}

/// `warnings.warn` with the category checked: `message` is a string or a warning.
/// `skip` is a tuple of prefixes of file names that do not count as frames.
pub fn warn(
    th: &mut Thread,
    message: Value,
    category: Ref<Class>,
    stack_level: usize,
    source: Value,
    skip: Option<Ref<Tuple>>,
) -> Result<(), Raised> {
    let place = place_of(th, stack_level, skip)?;
    warn_explicit(th, message, category, place, source)
}

/// Whether a file belongs to the import machinery, which does not count as a caller.
fn is_internal(file: &str) -> bool {
    file.contains("importlib") && file.contains("_bootstrap")
}

fn skips(file: &str, prefixes: Option<Ref<Tuple>>) -> bool {
    let Some(prefixes) = prefixes else { return false };
    prefixes
        .as_slice()
        .iter()
        .filter_map(|p| p.cast::<Str>())
        .any(|p| file.starts_with(&p.display()))
}

/// The place `stack_level` frames up.
fn place_of(
    th: &mut Thread,
    stack_level: usize,
    skip: Option<Ref<Tuple>>,
) -> Result<Place, Raised> {
    let mut level = stack_level.max(1);
    let mut found = None;
    let mut first = true;
    let mut plain = true;
    for (regs, pc) in Windows::new(th) {
        // SAFETY: windows of the running thread are live.
        let (code, function) = unsafe { (window::code(regs), window::function(regs)) };
        let file = code.filename.get();
        let text = file.display();
        if first {
            // Inside the machinery itself every frame counts.
            plain = stack_level <= 1 || is_internal(&text);
        }
        let counts = first || plain || !is_internal(&text);
        if counts && (first || !skips(&text, skip)) {
            level -= 1;
            if level == 0 {
                let line = i64::from(code.line_at(pc));
                found = Some((file, line, function.callable().globals.get()));
                break;
            }
        }
        first = false;
    }
    let Some((file, line, globals)) = found else {
        let file = th.intern("<sys>")?;
        let module = th.intern("sys")?.value();
        let registry = match th.vm.sys.try_get() {
            Some(sys) => registry_of(th, sys)?,
            None => Value::NONE,
        };
        return Ok(Place { file, line: 0, module, registry, globals: Value::NONE });
    };
    let registry = registry_of(th, globals)?;
    let name = globals.get_str(th, crate::name!(th, "__name__"))?;
    let module = match name.filter(|name| name.cast::<Str>().is_some()) {
        Some(name) => name,
        None => th.intern("<string>")?.value(),
    };
    Ok(Place { file, line, module, registry, globals: globals.value() })
}

/// `__warningregistry__` of a module.
fn registry_of(th: &mut Thread, globals: Ref<Dict>) -> Result<Value, Raised> {
    let name = crate::name!(th, "__warningregistry__");
    if let Some(registry) = globals.get_str(th, name)? {
        return Ok(registry);
    }
    let fresh = Dict::new(th)?.value();
    globals.set_str(th, name, fresh)?;
    Ok(fresh)
}

/// The module that a file is taken to be.
fn module_of_file(th: &mut Thread, file: Ref<Str>) -> Result<Value, Raised> {
    let text = file.display();
    let name = text.strip_suffix(".py").unwrap_or(&text);
    let name = if name.is_empty() { "<unknown>" } else { name };
    Ok(th.new_str(name)?.value())
}

/// `warnings.warn_explicit`.
#[allow(clippy::too_many_arguments, reason = "those of the Python function")]
pub fn warn_explicit_values(
    th: &mut Thread,
    message: Value,
    category: Ref<Class>,
    file: Ref<Str>,
    line: i64,
    module: Value,
    registry: Value,
    globals: Value,
    source: Value,
) -> Result<(), Raised> {
    let module =
        if module.is_none() || module.is_unbound() { module_of_file(th, file)? } else { module };
    let none = |value: Value| if value.is_unbound() { Value::NONE } else { value };
    let place = Place { file, line, module, registry: none(registry), globals: none(globals) };
    warn_explicit(th, message, category, place, none(source))
}

fn warn_explicit(
    th: &mut Thread,
    message: Value,
    category: Ref<Class>,
    place: Place,
    source: Value,
) -> Result<(), Raised> {
    let registry = place.registry.cast::<Dict>();
    if registry.is_none() && !place.registry.is_none() {
        return Err(th.type_error("'registry' must be a dict or None"));
    }
    // The text, the category and the warning object.
    let (text, category, warning) = if th.is_instance(message, classes::WARNING.class()) {
        (th.str(message)?.value(), th.class_of(message), message)
    } else {
        let made = th.call(category.value(), &[message])?;
        (message, category, made)
    };
    let line = th.int_from_i64(place.line)?;
    let key = Tuple::from_slice(th, &[text, category.value(), line])?.value();
    if let Some(registry) = registry
        && already_warned(th, registry, key, false)? {
            return Ok(());
        }
    let (action, item) = action_for(th, category, text, place.line, place.module)?;
    match action.as_str() {
        "error" => return Err(th.raise_value(warning)),
        "ignore" => return Ok(()),
        _ => {}
    }
    if action != "always" && action != "all" {
        if let Some(registry) = registry {
            registry.set(th, key, Value::TRUE)?;
        }
        let seen = match action.as_str() {
            "once" => {
                let once = once_registry(th)?;
                update_registry(th, once, text, category)?
            }
            "module" => match registry {
                Some(registry) => update_registry(th, registry, text, category)?,
                None => false,
            },
            "default" => false,
            other => {
                let shown = th.repr(item)?.display();
                return Err(th.runtime_error(format!(
                    "Unrecognized action ('{other}') in warnings.filters:\n {shown}"
                )));
            }
        };
        if seen {
            return Ok(());
        }
    }
    show(th, warning, text, category, &place, line, source)
}

/// The key by which a warning that is shown once is remembered.
fn update_registry(
    th: &mut Thread,
    registry: Ref<Dict>,
    text: Value,
    category: Ref<Class>,
) -> Result<bool, Raised> {
    let key = Tuple::from_slice(th, &[text, category.value()])?.value();
    already_warned(th, registry, key, true)
}

/// Whether the registry has the key; enters it if wanted. A registry of other filters is emptied.
fn already_warned(
    th: &mut Thread,
    registry: Ref<Dict>,
    key: Value,
    enter: bool,
) -> Result<bool, Raised> {
    let version = filters_version(th)?;
    let name = crate::name!(th, "version");
    let current = registry.get_str(th, name)?.unwrap_or(Value::NONE);
    if current != version {
        registry.clear(th)?;
        registry.set_str(th, name, version)?;
    } else if let Some(found) = registry.get(th, key)?
        && th.is_true(found)? {
            return Ok(true);
        }
    if enter {
        registry.set(th, key, Value::TRUE)?;
    }
    Ok(false)
}

// ---- state

/// The `warnings` module, if the program has imported it.
fn warnings_module(th: &mut Thread) -> Result<Option<Value>, Raised> {
    match th.vm.modules.try_get() {
        Some(modules) => {
            Ok(modules.get_str(th, crate::name!(th, "warnings"))?.filter(|m| !m.is_none()))
        }
        None => Ok(None),
    }
}

/// The module `_warnings`, if there is one: where the native state is kept.
fn native_module(th: &mut Thread) -> Result<Option<Value>, Raised> {
    match th.vm.modules.try_get() {
        Some(modules) => {
            Ok(modules.get_str(th, crate::name!(th, "_warnings"))?.filter(|m| !m.is_none()))
        }
        None => Ok(None),
    }
}

/// An attribute of `warnings`, else of `_warnings`.
fn setting(th: &mut Thread, name: &str) -> Result<Option<Value>, Raised> {
    let name = th.intern(name)?;
    for module in [warnings_module(th)?, native_module(th)?].into_iter().flatten() {
        if let Some(value) = th.find_attribute(module, name)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// The number of times the filters have changed: registries of older ones say nothing.
static VERSION: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);

/// `_warnings._filters_mutated`
pub fn filters_mutated() {
    VERSION.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
}

fn filters_version(th: &mut Thread) -> Result<Value, Raised> {
    th.int_from_i64(VERSION.load(std::sync::atomic::Ordering::Acquire))
}

fn once_registry(th: &mut Thread) -> Result<Ref<Dict>, Raised> {
    match setting(th, "onceregistry")? {
        Some(registry) => match registry.cast::<Dict>() {
            Some(dict) => Ok(dict),
            None => {
                let got = th.type_name(registry);
                Err(th.type_error(format!("_warnings.onceregistry must be a dict, not '{got}'")))
            }
        },
        None => Dict::new(th),
    }
}

/// The filters as they are when a program starts, strongest first: action and category; `main`
/// filters count for the module `__main__` only.
const DEFAULTS: [(&str, &TypeSpec, bool); 5] = [
    ("default", &classes::DEPRECATION_WARNING, true),
    ("ignore", &classes::DEPRECATION_WARNING, false),
    ("ignore", &classes::PENDING_DEPRECATION_WARNING, false),
    ("ignore", &classes::IMPORT_WARNING, false),
    ("ignore", &classes::RESOURCE_WARNING, false),
];

/// A list of the filters as they are when a program starts, for `_warnings.filters`.
pub fn default_filters(th: &mut Thread) -> Result<Value, Raised> {
    let list = List::new(th)?;
    for (action, category, main) in DEFAULTS {
        let (action, none) = (th.intern(action)?.value(), Value::NONE);
        let module = if main { th.intern("__main__")?.value() } else { none };
        let filter = [action, none, category.class().value(), module, Value::int_unchecked(0)];
        let filter = Tuple::from_slice(th, &filter)?;
        list.push(th, filter.value())?;
    }
    Ok(list.value())
}

/// Whether a filter's text (None, a string, or a pattern with `match`) fits.
fn fits(th: &mut Thread, pattern: Value, text: Value) -> Result<bool, Raised> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.cast_exact::<Str>().is_some() {
        return th.equal(pattern, text);
    }
    let found = th.call_method(pattern, crate::name!(th, "match"), &[text])?;
    th.is_true(found)
}

/// The action for a warning, and the filter that says so.
fn action_for(
    th: &mut Thread,
    category: Ref<Class>,
    text: Value,
    line: i64,
    module: Value,
) -> Result<(String, Value), Raised> {
    let mut lists = RootVec::new();
    // Filters of the running context come first.
    if let Some(filters) = context_filters(th)? {
        lists.push(filters);
    }
    let own = setting(th, "filters")?;
    if let Some(filters) = own {
        lists.push(filters);
    }
    for at in 0..lists.len() {
        let Some(list) = lists[at].cast::<List>() else {
            return Err(th.value_error("_warnings.filters must be a list"));
        };
        let mut index = 0;
        while let Some(item) = list.get(th, index)? {
            index += 1;
            let Some(filter) = item.cast::<Tuple>().filter(|filter| filter.len() == 5) else {
                return Err(th.value_error("_warnings.filters item 0 isn't a 5-tuple"));
            };
            let Some(action) = filter.get(0).cast::<Str>() else {
                let got = th.type_name(filter.get(0));
                return Err(th.type_error(format!("action must be a string, not '{got}'")));
            };
            let wanted = th.index_i64(filter.get(4))?;
            let matches = (wanted == 0 || wanted == line)
                && th.issubclass(category.value(), filter.get(2))?
                && fits(th, filter.get(1), text)?
                && fits(th, filter.get(3), module)?;
            if matches {
                return Ok((action.display(), item));
            }
        }
    }
    if own.is_none() {
        let main = module.cast::<Str>().is_some_and(|module| module.ascii() == Some("__main__"));
        for (action, of, only_main) in DEFAULTS {
            if category.is_subclass(of.class()) && (main || !only_main) {
                return Ok((action.to_owned(), Value::NONE));
            }
        }
    }
    let default = match setting(th, "defaultaction")? {
        Some(action) => match action.cast::<Str>() {
            Some(action) => action.display(),
            None => {
                let got = th.type_name(action);
                return Err(
                    th.type_error(format!("_warnings.defaultaction must be a string, not '{got}'"))
                );
            }
        },
        None => "default".to_owned(),
    };
    Ok((default, Value::NONE))
}

/// `sys.flags.context_aware_warnings`
fn context_aware(th: &mut Thread) -> Result<bool, Raised> {
    let Some(sys) = th.vm.sys.try_get() else { return Ok(false) };
    let Some(flags) = sys.get_str(th, crate::name!(th, "flags"))? else { return Ok(false) };
    match th.find_attribute(flags, crate::name!(th, "context_aware_warnings"))? {
        Some(value) => th.is_true(value),
        None => Ok(false),
    }
}

/// The filters that `warnings.catch_warnings` has set for the running context only, where
/// context-aware warnings are switched on.
fn context_filters(th: &mut Thread) -> Result<Option<Value>, Raised> {
    let Some(module) = warnings_module(th)? else { return Ok(None) };
    if !context_aware(th)? {
        return Ok(None);
    }
    let Some(get) = th.find_attribute(module, crate::name!(th, "_get_context"))? else {
        return Ok(None);
    };
    let context = th.call(get, &[])?;
    th.find_attribute(context, crate::name!(th, "_filters"))
}

// ---- showing

fn show(
    th: &mut Thread,
    warning: Value,
    text: Value,
    category: Ref<Class>,
    place: &Place,
    line: Value,
    source: Value,
) -> Result<(), Raised> {
    // With a source object the module is wanted: it shows where that was made.
    let mut module = warnings_module(th)?;
    if module.is_none() && !source.is_none() {
        module = match crate::interpreter::import::import_module(th, "warnings") {
            Ok(module) => Some(module),
            Err(Raised::Abort) => return Err(Raised::Abort),
            Err(Raised::Exception) => {
                th.take_exception();
                None
            }
        };
    }
    if let Some(module) = module {
        let show = th.find_attribute(module, crate::name!(th, "_showwarnmsg"))?;
        let class = th.find_attribute(module, crate::name!(th, "WarningMessage"))?;
        if let (Some(show), Some(class)) = (show, class) {
            if !th.is_callable(show) {
                return Err(th.type_error("warnings._showwarnmsg() must be set to a callable"));
            }
            let none = Value::NONE;
            let message = th.call(
                class,
                &[warning, category.value(), place.file.value(), line, none, none, source],
            )?;
            return th.call(show, &[message]).map(drop);
        }
    }
    write(th, text, category, place)
}

/// `file:line: Category: text`, and the source line.
fn write(th: &mut Thread, text: Value, category: Ref<Class>, place: &Place) -> Result<(), Raised> {
    let mut out = Output::new();
    out.push_str_object(place.file);
    out.push(&format!(":{}: {}: ", place.line, category.display_name()));
    let text = th.str(text)?;
    out.push_str_object(text);
    out.push("\n");
    if let Some(line) = source_line(th, place)? {
        out.push(&format!("  {line}\n"));
    }
    print::write_to_stderr(th, out)
}

fn source_line(th: &mut Thread, place: &Place) -> Result<Option<String>, Raised> {
    let file = place.file.display();
    let line = print::source::line(th, &file, place.line, place.globals.cast::<Dict>())?;
    Ok(line.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()))
}

/// Checks and normalises the category given to `warnings.warn`.
pub fn category_of(th: &mut Thread, message: Value, category: Value) -> Result<Ref<Class>, Raised> {
    if th.is_instance(message, classes::WARNING.class()) {
        return Ok(th.class_of(message));
    }
    if category.is_none() || category.is_unbound() {
        return Ok(classes::USER_WARNING.class());
    }
    let class =
        category.cast::<Class>().filter(|class| class.is_subclass(classes::WARNING.class()));
    match class {
        Some(class) => Ok(class),
        None => {
            let got = match category.cast::<Class>() {
                Some(class) => format!("class '{}'", class.display_name()),
                None => format!("'{}'", th.type_name(category)),
            };
            Err(th.type_error(format!("category must be a Warning subclass, not {got}")))
        }
    }
}
