//! `module`.

mod object;

pub use object::Module;

use crate::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, method, property};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::object::{attribute_name, keys_of};
use crate::types::str::Str;

/// The class `module`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    flags: TypeFlags::BASE.and(TypeFlags::WEAKREF),
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("module", NativeLayout::of::<Module>())
};

static METHODS: &[Method] = &[
    method(
        "__init__($self, /, name, doc=None)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method("__dir__($self, /)", dir, "__dir__() -> list\nspecialized dir() implementation"),
];

static GETSET: &[GetSet] = &[
    property("__dict__", |th, m| Ok(th.receiver::<Module>(m)?.dict().value()), readonly, ""),
    property("__annotations__", annotations, set_annotations, ""),
    property("__annotate__", annotate, set_annotate, ""),
];

impl Module {
    /// A module with its name and the other names that every module has.
    pub fn new(th: &mut Thread, name: &str) -> Result<Ref<Module>, Raised> {
        let dict = Dict::new_namespace(th)?;
        Module::with_namespace(th, name, dict)
    }

    /// As [`Self::new`], with a namespace that exists already.
    pub fn with_namespace(
        th: &mut Thread,
        name: &str,
        dict: Ref<Dict>,
    ) -> Result<Ref<Module>, Raised> {
        let module = Module::allocate(th, dict)?;
        let name = th.intern(name)?.value();
        start(th, dict, name, Value::NONE)?;
        Ok(module)
    }
}

/// The names that every module has.
fn start(th: &mut Thread, dict: Ref<Dict>, name: Value, doc: Value) -> Result<(), Raised> {
    dict.set_str(th, crate::name!(th, "__name__"), name)?;
    dict.set_str(th, crate::name!(th, "__doc__"), doc)?;
    for other in ["__package__", "__loader__", "__spec__"] {
        let other = th.intern(other)?;
        dict.set_str(th, other, Value::NONE)?;
    }
    Ok(())
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    let dict = Dict::new_namespace(th)?;
    Ok(Module::allocate_as(th, shape, dict)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let module = th.receiver::<Module>(args[0])?;
    if args[1].cast::<Str>().is_none() {
        let kind = th.type_name(args[1]);
        return Err(th.type_error(format!("module() argument 'name' must be str, not {kind}")));
    }
    let doc = if args[2].is_unbound() { Value::NONE } else { args[2] };
    start(th, module.dict(), args[1], doc)?;
    Ok(Value::NONE)
}

/// `module.__getattribute__`: with the module's own `__getattr__` (PEP 562).
pub fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let module = th.receiver::<Module>(args[0])?;
    let name = attribute_name(th, args[1])?;
    let class = th.class_of(args[0]);
    if let Some(value) = th.find_generic(args[0], class, name)? {
        return Ok(value);
    }
    match module.dict().get_str(th, crate::name!(th, "__getattr__"))? {
        Some(fallback) => th.call(fallback, &[name.value()]),
        None => Err(th.no_attribute(args[0], name)),
    }
}

fn own_text(th: &mut Thread, module: Ref<Module>, name: &str) -> Result<Option<Value>, Raised> {
    let name = th.intern(name)?;
    module.dict().get_str(th, name)
}

/// What the import machinery says of a module with a spec; of one without, its name and file.
fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let module = th.receiver::<Module>(args[0])?;
    let spec = own_text(th, module, "__spec__")?.filter(|spec| !spec.is_none());
    let machinery = th.vm.modules.get().get_str(th, crate::name!(th, "_frozen_importlib"))?;
    if let (Some(spec), Some(machinery)) = (spec, machinery) {
        let say = th.get_attribute(machinery, crate::name!(th, "_module_repr_from_spec"))?;
        return th.call(say, &[spec]);
    }
    let name = match own_text(th, module, "__name__")? {
        Some(name) => th.repr(name)?.display(),
        None => "'?'".to_owned(),
    };
    let place = match own_text(th, module, "__file__")? {
        Some(file) => format!(" from {}", th.repr(file)?.display()),
        None => match own_text(th, module, "__loader__")?.filter(|loader| !loader.is_none()) {
            Some(loader) => format!(" ({})", th.repr(loader)?.display()),
            None => String::new(),
        },
    };
    Ok(th.new_str(&format!("<module {name}{place}>"))?.value())
}

fn dir(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Module>(args[0])?;
    let own = th.get_attribute(args[0], crate::name!(th, "__dict__"))?;
    let Some(own) = own.cast::<Dict>() else {
        return Err(th.type_error("<module>.__dict__ is not a dictionary"));
    };
    if let Some(own) = own.get_str(th, crate::name!(th, "__dir__"))? {
        return th.call(own, &[]);
    }
    Ok(keys_of(th, own)?.value())
}

fn readonly(th: &mut Thread, _: Value, _: Value) -> Result<(), Raised> {
    Err(th.attribute_error("readonly attribute"))
}

fn annotations(th: &mut Thread, module: Value) -> Result<Value, Raised> {
    let dict = th.receiver::<Module>(module)?.dict();
    let name = crate::name!(th, "__annotations__");
    if let Some(known) = dict.get_str(th, name)? {
        return Ok(known);
    }
    let annotate = annotate(th, module)?;
    let made = if th.is_callable(annotate) {
        let made = th.call(annotate, &[Value::from_i32(1)])?;
        if made.cast::<Dict>().is_none() {
            let kind = th.type_name(made);
            return Err(th.type_error(format!("__annotate__() must return a dict, not {kind}")));
        }
        made
    } else {
        Dict::new(th)?.value()
    };
    dict.set_str(th, name, made)?;
    Ok(made)
}

fn set_annotations(th: &mut Thread, module: Value, value: Value) -> Result<(), Raised> {
    let dict = th.receiver::<Module>(module)?.dict();
    let name = crate::name!(th, "__annotations__");
    if value.is_unbound() {
        if dict.delete_str(th, name)?.is_none() {
            return Err(th.attribute_error("__annotations__"));
        }
    } else {
        dict.set_str(th, name, value)?;
    }
    dict.set_str(th, crate::name!(th, "__annotate__"), Value::NONE)
}

fn annotate(th: &mut Thread, module: Value) -> Result<Value, Raised> {
    let dict = th.receiver::<Module>(module)?.dict();
    Ok(dict.get_str(th, crate::name!(th, "__annotate__"))?.unwrap_or(Value::NONE))
}

fn set_annotate(th: &mut Thread, module: Value, value: Value) -> Result<(), Raised> {
    if value.is_unbound() {
        return Err(th.type_error("cannot delete __annotate__ attribute"));
    }
    if !value.is_none() && !th.is_callable(value) {
        return Err(th.type_error("__annotate__ must be callable or None"));
    }
    let dict = th.receiver::<Module>(module)?.dict();
    dict.set_str(th, crate::name!(th, "__annotate__"), value)?;
    if !value.is_none() {
        dict.delete_str(th, crate::name!(th, "__annotations__"))?;
    }
    Ok(())
}
