//! `super`: attributes as the classes behind a given one define them.

use crate::class::{
    Class, GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, member, method,
};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types;
use crate::types::object::attribute_name;
use crate::types::str::Str;

heap_object! {
    /// A `super` object. Its fields are written by `__init__` only.
    pub immutable struct Super: SPEC {
        values {
            /// `__thisclass__`, or None
            class: Value,
            /// `__self__`, or None
            object: Value,
            /// `__self_class__`, or None
            object_class: Value,
        }
        storage {}
        data {}
    }
}

/// The class `super`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "super() -> same as super(__class__, <first argument>)\n\
          super(type) -> unbound super object\n\
          super(type, obj) -> bound super object; requires isinstance(obj, type)\n\
          super(type, type2) -> bound super object; requires issubclass(type2, type)\n\
          Typical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        \
          super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    \
          def cmeth(cls, arg):\n        super().cmeth(arg)\n",
    flags: TypeFlags::BASE,
    new: Some(function("__new__($type, /, *args, **kwargs)", new, "")),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("super", NativeLayout::of::<Super>())
};

/// Built-in classes of this module without a fixed shape number.
pub static TYPES: &[&TypeSpec] = &[&SPEC];

static METHODS: &[Method] = &[
    method(
        "__init__($self, type=<unrepresentable>, object_or_type=None, /)",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method("__getattribute__($self, name, /)", getattribute, "Return getattr(self, name)."),
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
];

static GETSET: &[GetSet] = &[
    member(
        "__thisclass__",
        |th, s| Ok(th.receiver::<Super>(s)?.class.get()),
        "the class invoking super()",
    ),
    member(
        "__self__",
        |th, s| Ok(th.receiver::<Super>(s)?.object.get()),
        "the instance invoking super(); may be None",
    ),
    member(
        "__self_class__",
        |th, s| Ok(th.receiver::<Super>(s)?.object_class.get()),
        "the type of the instance invoking super(); may be None",
    ),
];

/// What stands behind a name, as `super(class, object)` sees it.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The entry in some class's namespace.
    pub found: Value,
    /// Whether `object` is an instance of `class` (rather than a subclass of it).
    pub through_instance: bool,
    /// The class whose resolution order was searched.
    pub start: Ref<Class>,
}

/// Searches the classes behind `class` in the resolution order that belongs to `object`; `None` if
/// the name is not there, or the two do not fit each other.
pub fn find(
    th: &mut Thread,
    class: Ref<Class>,
    object: Value,
    name: Ref<Str>,
) -> Result<Option<Found>, Raised> {
    let Some((start, through_instance)) = start_of(th, class, object)? else { return Ok(None) };
    Ok(search(class, start, name).map(|found| Found { found, through_instance, start }))
}

/// The name in the classes behind `class` in the resolution order of `start`.
pub(crate) fn search(class: Ref<Class>, start: Ref<Class>, name: Ref<Str>) -> Option<Value> {
    let order = start.mro.get();
    let at = order.as_slice().iter().position(|&entry| entry == class.value())?;
    order.as_slice()[at + 1..]
        .iter()
        .filter_map(|entry| entry.cast::<Class>())
        .find_map(|base| base.namespace.get().get(name))
}

/// The class whose resolution order counts, and whether `object` is an instance.
fn start_of(
    th: &mut Thread,
    class: Ref<Class>,
    object: Value,
) -> Result<Option<(Ref<Class>, bool)>, Raised> {
    if let Some(own) = object.cast::<Class>()
        && own.is_subclass(class)
    {
        return Ok(Some((own, false)));
    }
    let own = th.class_of(object);
    if own.is_subclass(class) {
        return Ok(Some((own, true)));
    }
    if object.is_object() {
        let said = th.find_attribute(object, crate::name!(th, "__class__"))?;
        if let Some(said) = said.and_then(|said| said.cast::<Class>())
            && said != own
            && said.is_subclass(class)
        {
            return Ok(Some((said, true)));
        }
    }
    Ok(None)
}

/// Binds what [`find`] has found.
pub fn bind(th: &mut Thread, found: Found, object: Value) -> Result<Value, Raised> {
    if found.through_instance {
        th.descriptor_get(found.found, object, found.start)
    } else {
        th.descriptor_get_from_class(found.found, found.start)
    }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &SPEC)?;
    Ok(Super::allocate_as(th, shape, Value::NONE, Value::NONE, Value::NONE)?.value())
}

fn init(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Super>(args[0])?;
    let (class, object) = if args[1].is_unbound() {
        from_frame(th)?
    } else {
        (args[1], if args[2].is_unbound() { Value::NONE } else { args[2] })
    };
    let Some(class) = class.cast::<Class>() else {
        return Err(th.type_error(format!(
            "super() argument 1 must be a type, not {}",
            th.type_name(class)
        )));
    };
    let mut object_class = Value::NONE;
    if !object.is_none() {
        match start_of(th, class, object)? {
            Some((start, _)) => object_class = start.value(),
            None => return Err(misfit(th, class, object)),
        }
    }
    let fields = th.write(own)?;
    fields.class.set(fields.token(), class.value());
    fields.object.set(fields.token(), object);
    fields.object_class.set(fields.token(), object_class);
    Ok(Value::NONE)
}

#[cold]
pub(crate) fn misfit(th: &Thread, class: Ref<Class>, object: Value) -> Raised {
    let (kind, name) = match object.cast::<Class>() {
        Some(own) => ("type", own.display_name()),
        None => ("instance of", th.type_name(object)),
    };
    let described =
        if kind == "type" { format!("type {name}") } else { format!("instance of {name}") };
    th.type_error(format!(
        "super(type, obj): obj ({described}) is not an instance or subtype of type ({}).",
        class.display_name()
    ))
}

/// Class and object of `super()` without arguments, where the compiler has not seen it: the cell
/// `__class__` and the first parameter of the running function.
fn from_frame(th: &mut Thread) -> Result<(Value, Value), Raised> {
    let Some(function) = th.running_function() else {
        return Err(th.runtime_error("super(): no current frame"));
    };
    let code = function.code();
    if code.arg_count.get() == 0 && code.parameter_count() == 0 {
        return Err(th.runtime_error("super(): no arguments"));
    }
    let first = th.running_register(0);
    // The argument itself may be a cell, too.
    let captured = code
        .compiled()
        .variables
        .first()
        .is_some_and(|variable| variable.kind == orochi_compiler::code::VariableKind::Cell);
    let object = match first.cast_exact::<types::cell::Cell>() {
        Some(cell) if captured => th.read(cell)?.contents.get(),
        _ => first,
    };
    if object.is_unbound() {
        return Err(th.runtime_error("super(): arg[0] deleted"));
    }
    let variables = code.variables.get();
    let free = variables.as_slice().iter().position(|&name| th.display_str(name) == "__class__");
    let Some(cell) = free.and_then(|at| th.running_register(at).cast_exact::<types::cell::Cell>())
    else {
        return Err(th.runtime_error("super(): __class__ cell not found"));
    };
    let class = th.read(cell)?.contents.get();
    if class.is_unbound() {
        return Err(th.runtime_error("super(): empty __class__ cell"));
    }
    Ok((class, object))
}

fn getattribute(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Super>(args[0])?;
    let name = attribute_name(th, args[1])?;
    let parts = (own.class.get().cast::<Class>(), own.object_class.get().cast::<Class>());
    if let (Some(class), Some(start)) = parts
        && name.ascii() != Some("__class__")
        && let Some(found) = search(class, start, name)
    {
        let object = own.object.get();
        let through_instance = object != start.value();
        return bind(th, Found { found, through_instance, start }, object);
    }
    let kind = th.class_of(args[0]);
    match th.find_generic(args[0], kind, name)? {
        Some(value) => Ok(value),
        None => Err(th.no_attribute(args[0], name)),
    }
}

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Super>(args[0])?;
    if args[1].is_none() || !own.object.get().is_none() {
        return Ok(args[0]);
    }
    let class = th.class_of(args[0]);
    th.call(class.value(), &[own.class.get(), args[1]])
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Super>(args[0])?;
    let class = own
        .class
        .get()
        .cast::<Class>()
        .map_or_else(|| "NULL".to_owned(), |class| class.display_name());
    let text = match own.object_class.get().cast::<Class>() {
        Some(object) => format!("<super: <class '{class}'>, <{} object>>", object.display_name()),
        None => format!("<super: <class '{class}'>, NULL>"),
    };
    Ok(th.new_str(&text)?.value())
}
