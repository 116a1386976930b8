//! `Token`: what `ContextVar.set` gives, to undo it.

use std::sync::OnceLock;

use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types;

use super::{context, variable};

heap_object! {
    /// `contextvars.Token`
    pub struct Token: TOKEN {
        values {
            /// The context.
            context: Value,
            /// The variable.
            variable: Value,
            /// The value it had, or unbound.
            old: Value,
        }
        storage {}
        data {
            /// 1 once it has been used.
            used: u64,
        }
    }
}

heap_object! {
    /// `Token.MISSING`
    pub immutable struct Missing: MISSING {
        values {}
        storage {}
        data {}
    }
}

/// `contextvars.Token`
pub static TOKEN: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: TypeFlags::NO_NEW,
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("Token", NativeLayout::of::<Token>())
};

/// `Token.MISSING`'s class.
pub static MISSING: TypeSpec = TypeSpec {
    module: "_contextvars",
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: MISSING_METHODS,
    ..TypeSpec::named("Token.MISSING", NativeLayout::of::<Missing>())
};

static MISSING_METHODS: &[Method] = &[method(
    "__repr__($self, /)",
    |th, _| Ok(th.new_str("<Token.MISSING>")?.value()),
    "Return repr(self).",
)];

static GETSET: &[GetSet] = &[
    getter("var", |th, own| Ok(parts(th, own)?.1), ""),
    getter(
        "old_value",
        |th, own| {
            let old = parts(th, own)?.2;
            if old.is_unbound() { missing(th) } else { Ok(old) }
        },
        "",
    ),
];

static METHODS: &[Method] = &[
    method("__enter__($self, /)", |_, args| Ok(args[0]), "Enter into Token context manager."),
    method(
        "__exit__($self, type, value, traceback, /)",
        exit,
        "Exit from Token context manager, restore the linked ContextVar.",
    ),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    class_method(
        "__class_getitem__($cls, object, /)",
        types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

/// `Token.MISSING`
fn missing(th: &mut Thread) -> Result<Value, Raised> {
    static PLACE: OnceLock<Rooted<Value>> = OnceLock::new();
    if let Some(made) = PLACE.get() {
        return Ok(made.get());
    }
    let made = Missing::allocate(th)?.value();
    Ok(PLACE.get_or_init(|| Heap::get().roots().root(made)).get())
}

/// Gives the class `Token` its `MISSING`.
pub fn add_missing(th: &mut Thread) -> Result<(), Raised> {
    let missing = missing(th)?;
    let name = name!(th, "MISSING");
    th.set_class_entry(TOKEN.class(), name, missing).map(drop)
}

fn parts(th: &mut Thread, own: Value) -> Result<(Value, Value, Value, bool), Raised> {
    let own = th.receiver::<Token>(own)?;
    let state = th.read(own)?;
    Ok((state.context.get(), state.variable.get(), state.old.get(), state.used.get() != 0))
}

/// Puts back what the variable was; `variable` is the one that is asked to.
pub fn undo(th: &mut Thread, token: Ref<Token>, variable: Option<Value>) -> Result<(), Raised> {
    let (context, own, old, used) = parts(th, token.value())?;
    if used {
        let text = th.repr(token.value())?.display();
        return Err(th.runtime_error(format!("{text} has already been used once")));
    }
    if variable.is_some_and(|variable| variable != own) {
        let text = th.repr(token.value())?.display();
        return Err(th.value_error(format!("{text} was created by a different ContextVar")));
    }
    if context::current(th)?.value() != context {
        let text = th.repr(token.value())?.display();
        return Err(th.value_error(format!("{text} was created in a different Context")));
    }
    let state = th.write(token)?;
    state.used.set(state.token(), 1);
    variable::restore(th, context, own, old)
}

fn exit(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Token>(args[0])?;
    undo(th, own, None)?;
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (_, variable, _, used) = parts(th, args[0])?;
    let variable = th.repr(variable)?.display();
    let used = if used { " used" } else { "" };
    let text = format!("<Token{used} var={variable} at {:#x}>", args[0].bits());
    Ok(th.new_str(&text)?.value())
}
