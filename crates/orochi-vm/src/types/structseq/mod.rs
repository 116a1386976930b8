//! Struct sequences: tuples whose items have names (`time.struct_time`, `os.stat_result`).
//!
//! A native module declares a [`StructSequence`] as a static; its class is made when first asked
//! for, and derives from `tuple`. The first fields are the tuple's items. Fields beyond them are
//! *hidden*: reached by name only. They lie in a tuple of their own, which is an attribute under a
//! name that no Python code can spell by accident.

mod methods;

use std::sync::{Mutex, OnceLock};

use crate::class::native::{define, make_class};
use crate::class::{
    Class, GetSet, Method, NativeLayout, Tail, TypeFlags, TypeSpec, function, getter,
};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::Ref;
use crate::thread::Thread;
use crate::types::tuple::{self, Tuple};

/// A field: its name and what `help()` says. Items without a name are reached by index only.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The attribute; empty if there is none.
    pub name: &'static str,
    /// The docstring.
    pub doc: &'static str,
}

/// A field.
pub const fn field(name: &'static str, doc: &'static str) -> Field {
    Field { name, doc }
}

/// A kind of named tuple.
pub struct StructSequence {
    /// `__name__`
    pub name: &'static str,
    /// `__module__`
    pub module: &'static str,
    /// The docstring.
    pub doc: &'static str,
    /// All fields: the tuple's items, then the hidden ones.
    pub fields: &'static [Field],
    /// How many of them are items of the tuple.
    pub visible: usize,
    /// Whether Python code can make instances.
    pub constructible: bool,
    spec: OnceLock<&'static TypeSpec>,
}

/// All kinds whose class has been made.
static KINDS: Mutex<Vec<&'static StructSequence>> = Mutex::new(Vec::new());

impl StructSequence {
    /// A kind of named tuple; the first `visible` fields are its items.
    pub const fn new(
        module: &'static str,
        name: &'static str,
        doc: &'static str,
        fields: &'static [Field],
        visible: usize,
    ) -> Self {
        Self { name, module, doc, fields, visible, constructible: true, spec: OnceLock::new() }
    }

    /// As it is, but Python code cannot make instances (`sys.flags`).
    pub const fn sealed(mut self) -> Self {
        self.constructible = false;
        self
    }

    /// `module.name`
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    /// The class.
    pub fn class(&'static self, th: &mut Thread) -> Result<Ref<Class>, Raised> {
        let spec = *self.spec.get_or_init(|| Box::leak(Box::new(self.describe())));
        if let Some(class) = spec.try_class() {
            return Ok(class);
        }
        KINDS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(self);
        let class = make_class(th, spec)?;
        let count = |n: usize| Value::from_i32(n as i32);
        let unnamed = self.fields.iter().filter(|field| field.name.is_empty()).count();
        define(th, class, "n_sequence_fields", count(self.visible))?;
        define(th, class, "n_fields", count(self.fields.len()))?;
        define(th, class, "n_unnamed_fields", count(unnamed))?;
        let mut names = crate::heap::RootVec::new();
        for field in self.fields[..self.visible].iter().filter(|field| !field.name.is_empty()) {
            names.push(th.intern(field.name)?.value());
        }
        let names = Tuple::from_slice(th, names.as_slice())?;
        define(th, class, "__match_args__", names.value())?;
        Ok(class)
    }

    /// An instance with these values: one for each field.
    pub fn make(&'static self, th: &mut Thread, values: &[Value]) -> Result<Value, Raised> {
        debug_assert_eq!(values.len(), self.fields.len(), "{}", self.name);
        let class = self.class(th)?;
        let (items, hidden) = values.split_at(self.visible.min(values.len()));
        let tuple = Tuple::from_slice_as(th, class.root_shape(), items)?.value();
        if !hidden.is_empty() {
            let hidden = Tuple::from_slice(th, hidden)?;
            th.set_own(tuple, crate::name!(th, "<hidden fields>"), hidden.value())?;
        }
        Ok(tuple)
    }

    fn describe(&'static self) -> TypeSpec {
        let named = |(at, field): (usize, &Field)| {
            let get = methods::GETTERS.get(at).filter(|_| !field.name.is_empty())?;
            Some(getter(field.name, *get, field.doc))
        };
        let getset: &'static [GetSet] =
            Box::leak(self.fields.iter().enumerate().filter_map(named).collect::<Box<[_]>>());
        let hidden = self.fields.len() > self.visible;
        let creation = if self.constructible { TypeFlags::NONE } else { TypeFlags::NO_NEW };
        let new: Option<Method> = self.constructible.then(|| {
            function("__new__($cls, /, sequence, dict=<unrepresentable>)", methods::new, "")
        });
        TypeSpec {
            module: self.module,
            doc: self.doc,
            base: Some(&tuple::SPEC),
            flags: creation.and(if hidden { TypeFlags::DICT } else { TypeFlags::IMMUTABLE }),
            new,
            methods: methods::METHODS,
            getset,
            ..TypeSpec::named(self.name, NativeLayout::with_tail::<Tuple>(Tail::Values))
        }
    }

    /// The kind that a class is.
    fn of(class: Ref<Class>) -> Option<&'static StructSequence> {
        let kinds = KINDS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let native = class.native.get();
        kinds
            .iter()
            .copied()
            .find(|kind| kind.spec.get().is_some_and(|&spec| std::ptr::eq(spec, native)))
    }
}
