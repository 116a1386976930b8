//! `TypeVar`, `ParamSpec` and `TypeVarTuple`.

use super::no_default::no_default;
use super::part::{PARAM_SPEC_ARGS, PARAM_SPEC_KWARGS, ParamSpecPart};
use super::{call_typing, caller_module, evaluate};
use crate::class::{GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Field, Ref, ValueCast};
use crate::thread::Thread;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::union;

heap_object! {
    /// A type parameter; its class tells of which kind.
    pub struct TypeParameter: TYPE_VAR {
        values {
            /// `__name__`
            name: Value,
            /// `__bound__` once evaluated, or unbound
            bound: Value,
            /// What evaluates it, or unbound
            evaluate_bound: Value,
            /// `__constraints__` once evaluated, or unbound
            constraints: Value,
            /// What evaluates them, or unbound
            evaluate_constraints: Value,
            /// `__default__` once evaluated, or unbound
            default: Value,
            /// What evaluates it, or unbound
            evaluate_default: Value,
            /// `__module__`
            module: Value,
        }
        storage {}
        data {
            /// [`COVARIANT`], [`CONTRAVARIANT`], [`INFER`]
            variance: u64,
        }
    }
}

/// `covariant=True`
const COVARIANT: u64 = 1;
/// `contravariant=True`
const CONTRAVARIANT: u64 = 2;
/// `infer_variance=True`
const INFER: u64 = 4;

/// The class `typing.TypeVar`.
pub static TYPE_VAR: TypeSpec = TypeSpec {
    module: "typing",
    doc: "Type variable.",
    flags: TypeFlags::DICT.and(TypeFlags::WEAKREF),
    new: Some(function(
        "__new__($type, name, /, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)",
        type_var,
        "",
    )),
    methods: TYPE_VAR_METHODS,
    getset: TYPE_VAR_GETSET,
    ..TypeSpec::named("TypeVar", NativeLayout::of::<TypeParameter>())
};

/// The class `typing.ParamSpec`.
pub static PARAM_SPEC: TypeSpec = TypeSpec {
    module: "typing",
    doc: "Parameter specification variable.",
    flags: TypeFlags::DICT.and(TypeFlags::WEAKREF),
    same_layout: Some(&TYPE_VAR),
    new: Some(function(
        "__new__($type, name, /, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)",
        param_spec,
        "",
    )),
    methods: PARAM_SPEC_METHODS,
    getset: PARAM_SPEC_GETSET,
    ..TypeSpec::named("ParamSpec", NativeLayout::of::<TypeParameter>())
};

/// The class `typing.TypeVarTuple`.
pub static TYPE_VAR_TUPLE: TypeSpec = TypeSpec {
    module: "typing",
    doc: "Type variable tuple.",
    flags: TypeFlags::DICT.and(TypeFlags::WEAKREF),
    same_layout: Some(&TYPE_VAR),
    new: Some(function("__new__($type, name, /, *, default=typing.NoDefault)", type_var_tuple, "")),
    methods: TYPE_VAR_TUPLE_METHODS,
    getset: TYPE_VAR_TUPLE_GETSET,
    ..TypeSpec::named("TypeVarTuple", NativeLayout::of::<TypeParameter>())
};

macro_rules! parameter_methods {
    ($($more:expr),* $(,)?) => {
        &[
            method("__repr__($self, /)", repr, "Return repr(self)."),
            method("__reduce__($self, /)", |th, args| name(th, args[0]), ""),
            method("__or__($self, value, /)", |th, args| call_typing_union(th, args[0], args[1]), "Return self|value."),
            method("__ror__($self, value, /)", |th, args| call_typing_union(th, args[1], args[0]), "Return value|self."),
            method("__mro_entries__($self, bases, /)", mro_entries, ""),
            method("has_default($self, /)", has_default, ""),
            $($more,)*
        ]
    };
}

static TYPE_VAR_METHODS: &[Method] = parameter_methods![
    method(
        "__typing_subst__($self, arg, /)",
        |th, args| call_typing(th, "_typevar_subst", args),
        ""
    ),
    method("__typing_prepare_subst__($self, alias, args, /)", prepare_subst, ""),
];
static PARAM_SPEC_METHODS: &[Method] = parameter_methods![
    method(
        "__typing_subst__($self, arg, /)",
        |th, args| call_typing(th, "_paramspec_subst", args),
        ""
    ),
    method(
        "__typing_prepare_subst__($self, alias, args, /)",
        |th, args| call_typing(th, "_paramspec_prepare_subst", args),
        ""
    ),
];
static TYPE_VAR_TUPLE_METHODS: &[Method] = parameter_methods![
    method("__iter__($self, /)", unpack, "Implement iter(self)."),
    method("__typing_subst__($self, arg, /)", no_subst, ""),
    method(
        "__typing_prepare_subst__($self, alias, args, /)",
        |th, args| call_typing(th, "_typevartuple_prepare_subst", args),
        ""
    ),
];

macro_rules! parameter_getset {
    ($($more:expr),* $(,)?) => {
        &[
            getter("__name__", name, "The name of the type parameter."),
            getter("__module__", |th, p| field(th, p, |p| &p.module), ""),
            getter("__default__", default, "The default value for this type parameter."),
            getter("evaluate_default", |th, p| { let f = field(th, p, |p| &p.evaluate_default)?; Ok(or_none(f)) }, ""),
            $($more,)*
        ]
    };
}

static TYPE_VAR_GETSET: &[GetSet] = parameter_getset![
    getter("__bound__", |th, p| lazy(th, p, |p| &p.bound, |p| &p.evaluate_bound, Value::NONE), ""),
    getter("__constraints__", constraints, ""),
    getter(
        "evaluate_bound",
        |th, p| {
            let f = field(th, p, |p| &p.evaluate_bound)?;
            Ok(or_none(f))
        },
        ""
    ),
    getter(
        "evaluate_constraints",
        |th, p| {
            let f = field(th, p, |p| &p.evaluate_constraints)?;
            Ok(or_none(f))
        },
        ""
    ),
    getter("__covariant__", |th, p| variance(th, p, COVARIANT), ""),
    getter("__contravariant__", |th, p| variance(th, p, CONTRAVARIANT), ""),
    getter("__infer_variance__", |th, p| variance(th, p, INFER), ""),
];
static PARAM_SPEC_GETSET: &[GetSet] = parameter_getset![
    getter("__bound__", |th, p| lazy(th, p, |p| &p.bound, |p| &p.evaluate_bound, Value::NONE), ""),
    getter("__covariant__", |th, p| variance(th, p, COVARIANT), ""),
    getter("__contravariant__", |th, p| variance(th, p, CONTRAVARIANT), ""),
    getter("__infer_variance__", |th, p| variance(th, p, INFER), ""),
    getter(
        "args",
        |th, p| Ok(ParamSpecPart::allocate_as(th, PARAM_SPEC_ARGS.shape(), p)?.value()),
        "Represents positional arguments."
    ),
    getter(
        "kwargs",
        |th, p| Ok(ParamSpecPart::allocate_as(th, PARAM_SPEC_KWARGS.shape(), p)?.value()),
        "Represents keyword arguments."
    ),
];
static TYPE_VAR_TUPLE_GETSET: &[GetSet] =
    parameter_getset![getter("__typing_is_unpacked_typevartuple__", |_, _| Ok(Value::FALSE), ""),];

fn or_none(value: Value) -> Value {
    if value.is_unbound() { Value::NONE } else { value }
}

fn field(
    th: &mut Thread,
    parameter: Value,
    which: fn(&TypeParameter) -> &Field<Value>,
) -> Result<Value, Raised> {
    let parameter = th.receiver::<TypeParameter>(parameter)?;
    let guard = th.read(parameter)?;
    Ok(which(&guard).get())
}

pub(super) fn name(th: &mut Thread, parameter: Value) -> Result<Value, Raised> {
    field(th, parameter, |p| &p.name)
}

/// A value that is evaluated when it is first asked for.
fn lazy(
    th: &mut Thread,
    parameter: Value,
    value: fn(&TypeParameter) -> &Field<Value>,
    evaluator: fn(&TypeParameter) -> &Field<Value>,
    missing: Value,
) -> Result<Value, Raised> {
    let known = field(th, parameter, value)?;
    if !known.is_unbound() {
        return Ok(known);
    }
    let evaluator = field(th, parameter, evaluator)?;
    if evaluator.is_unbound() {
        return Ok(missing);
    }
    let made = evaluate(th, evaluator)?;
    let parameter = th.receiver::<TypeParameter>(parameter)?;
    let guard = th.write(parameter)?;
    value(&guard).set(guard.token(), made);
    Ok(made)
}

fn constraints(th: &mut Thread, parameter: Value) -> Result<Value, Raised> {
    let none = th.vm.empty_tuple.get().value();
    lazy(th, parameter, |p| &p.constraints, |p| &p.evaluate_constraints, none)
}

fn default(th: &mut Thread, parameter: Value) -> Result<Value, Raised> {
    let none = no_default(th)?;
    lazy(th, parameter, |p| &p.default, |p| &p.evaluate_default, none)
}

fn has_default(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let evaluator = field(th, args[0], |p| &p.evaluate_default)?;
    if !evaluator.is_unbound() {
        return Ok(Value::TRUE);
    }
    let known = field(th, args[0], |p| &p.default)?;
    Ok(Value::from_bool(!known.is_unbound() && known != no_default(th)?))
}

fn variance(th: &mut Thread, parameter: Value, bit: u64) -> Result<Value, Raised> {
    let parameter = th.receiver::<TypeParameter>(parameter)?;
    Ok(Value::from_bool(th.read(parameter)?.variance.get() & bit != 0))
}

/// A type parameter with a name and nothing else.
fn make(
    th: &mut Thread,
    spec: &'static TypeSpec,
    name: Value,
    variance: u64,
) -> Result<Ref<TypeParameter>, Raised> {
    if name.cast::<Str>().is_none() {
        let kind = th.type_name(name);
        return Err(
            th.type_error(format!("{}() argument 'name' must be str, not {kind}", spec.name))
        );
    }
    let module = caller_module(th)?;
    let none = Value::UNBOUND;
    TypeParameter::allocate_as(
        th,
        spec.shape(),
        name,
        none,
        none,
        none,
        none,
        none,
        none,
        module,
        variance,
    )
}

/// A `TypeVar` of a type parameter list, with the evaluators of bound and constraints or unbound.
pub fn new_type_var(
    th: &mut Thread,
    name: Value,
    bound: Value,
    constraints: Value,
) -> Result<Value, Raised> {
    let made = make(th, &TYPE_VAR, name, INFER)?;
    let guard = th.write(made)?;
    guard.evaluate_bound.set(guard.token(), bound);
    guard.evaluate_constraints.set(guard.token(), constraints);
    Ok(made.value())
}

/// A `ParamSpec` of a type parameter list.
pub fn new_param_spec(th: &mut Thread, name: Value) -> Result<Value, Raised> {
    Ok(make(th, &PARAM_SPEC, name, INFER)?.value())
}

/// A `TypeVarTuple` of a type parameter list.
pub fn new_type_var_tuple(th: &mut Thread, name: Value) -> Result<Value, Raised> {
    Ok(make(th, &TYPE_VAR_TUPLE, name, 0)?.value())
}

/// Gives a type parameter the evaluator of its default.
pub fn set_default(th: &mut Thread, parameter: Value, evaluator: Value) -> Result<Value, Raised> {
    let own = th.receiver::<TypeParameter>(parameter)?;
    let guard = th.write(own)?;
    guard.evaluate_default.set(guard.token(), evaluator);
    Ok(parameter)
}

/// The variance that three arguments name.
fn variance_of(th: &mut Thread, args: &[Value]) -> Result<u64, Raised> {
    let mut bits = 0;
    for (&arg, bit) in args.iter().zip([COVARIANT, CONTRAVARIANT, INFER]) {
        if !arg.is_unbound() && th.is_true(arg)? {
            bits |= bit;
        }
    }
    if bits & COVARIANT != 0 && bits & CONTRAVARIANT != 0 {
        return Err(th.value_error("Bivariant types are not supported."));
    }
    if bits & INFER != 0 && bits & (COVARIANT | CONTRAVARIANT) != 0 {
        return Err(th.value_error("Variance cannot be specified with infer_variance."));
    }
    Ok(bits)
}

fn type_check(th: &mut Thread, value: Value, message: &str) -> Result<Value, Raised> {
    if value.is_none() {
        return Ok(crate::types::singletons::NONE_TYPE.class().value());
    }
    let message = th.new_str(message)?.value();
    call_typing(th, "_type_check", &[value, message])
}

fn type_var(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let variance = variance_of(th, &args[5..8])?;
    let given = args[2].cast::<Tuple>().unwrap_or(th.vm.empty_tuple.get());
    let mut bound = Value::NONE;
    if !args[3].is_unbound() && !args[3].is_none() {
        bound = type_check(th, args[3], "Bound must be a type.")?;
    }
    if given.len() == 1 {
        return Err(th.type_error("A single constraint is not allowed"));
    }
    if !given.is_empty() && !bound.is_none() {
        return Err(th.type_error("Constraints cannot be combined with bound=..."));
    }
    let made = make(th, &TYPE_VAR, args[1], variance)?;
    let default = args[4];
    let guard = th.write(made)?;
    guard.bound.set(guard.token(), bound);
    guard.constraints.set(guard.token(), given.value());
    guard.default.set(guard.token(), default);
    Ok(made.value())
}

fn param_spec(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let variance = variance_of(th, &args[4..7])?;
    let mut bound = Value::NONE;
    if !args[2].is_unbound() && !args[2].is_none() {
        bound = type_check(th, args[2], "Bound must be a type.")?;
    }
    let made = make(th, &PARAM_SPEC, args[1], variance)?;
    let guard = th.write(made)?;
    guard.bound.set(guard.token(), bound);
    guard.default.set(guard.token(), args[3]);
    Ok(made.value())
}

fn type_var_tuple(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let made = make(th, &TYPE_VAR_TUPLE, args[1], 0)?;
    let guard = th.write(made)?;
    guard.default.set(guard.token(), args[2]);
    Ok(made.value())
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let name = name(th, args[0])?;
    let own = th.receiver::<TypeParameter>(args[0])?;
    let variance = th.read(own)?.variance.get();
    let mark = if th.class_of(args[0]) == TYPE_VAR_TUPLE.class() || variance & INFER != 0 {
        ""
    } else if variance & COVARIANT != 0 {
        "+"
    } else if variance & CONTRAVARIANT != 0 {
        "-"
    } else {
        "~"
    };
    let text = format!("{mark}{}", th.display_str(name));
    Ok(th.new_str(&text)?.value())
}

fn call_typing_union(th: &mut Thread, left: Value, right: Value) -> Result<Value, Raised> {
    union::of(th, &[left, right])
}

pub(super) fn mro_entries(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let kind = th.type_name(args[0]);
    Err(th.type_error(format!("Cannot subclass an instance of {kind}")))
}

fn prepare_subst(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (variable, alias, given) = (args[0], args[1], args[2]);
    let parameters = th.get_attribute(alias, crate::name!(th, "__parameters__"))?;
    let Some(parameters) = parameters.cast::<Tuple>() else { return Ok(given) };
    let Some(given_tuple) = given.cast::<Tuple>() else { return Ok(given) };
    let Some(at) = parameters.as_slice().iter().position(|&p| p == variable) else {
        return Ok(given);
    };
    if at < given_tuple.len() {
        return Ok(given);
    }
    if at == given_tuple.len() && has_default(th, &[variable])?.is_true() {
        let default = default(th, variable)?;
        let mut all = crate::heap::RootVec::new();
        all.extend_from_slice(given_tuple.as_slice());
        all.push(default);
        return Ok(Tuple::from_slice(th, all.as_slice())?.value());
    }
    let text = th.repr(alias)?.display();
    Err(th.type_error(format!(
        "Too few arguments for {text}; actual {}, expected {}",
        given_tuple.len(),
        at + 1
    )))
}

fn no_subst(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    Err(th.type_error("Substitution of bare TypeVarTuple is not supported"))
}

/// `*Ts` is `Unpack[Ts]`.
fn unpack(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let typing = th.import_module("typing")?;
    let unpack = th.get_attribute(typing, crate::name!(th, "Unpack"))?;
    let unpacked = th.get_item(unpack, args[0])?;
    let once = Tuple::from_slice(th, &[unpacked])?;
    th.iterate(once.value())
}
