//! `_ast`: syntax trees as Python sees them.
//!
//! The classes come from one table in `Lib/_ast_nodes.py`. [`to_python`] makes their instances from
//! the compiler's own tree, [`from_python`] goes the other way, so that a tree which a program has
//! made or changed compiles by the same path as source. The built-in `compile` reaches both by
//! hooks.

mod constant;
mod from_python;
mod to_python;

use std::sync::OnceLock;

use orochi_compiler::{Compiled, Mode, Options, compile_tree, fold_constants, parse_tree_str};
use orochi_vm::builtins::evaluate::{AST, AstHooks};
use orochi_vm::class::Class;
use orochi_vm::exception::{Raised, raise_syntax_error};
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::module::Module;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec { execute: Some(execute), ..ModuleSpec::named("_ast") };

const CONSTANTS: &[(&str, i32)] = &[
    ("PyCF_ONLY_AST", 0x400),
    ("PyCF_TYPE_COMMENTS", 0x1000),
    ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
    ("PyCF_OPTIMIZED_AST", 0x8400),
];

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    for &(constant, value) in CONSTANTS {
        dict.set_str(th, th.name(constant), Value::from_i32(value))?;
    }
    let nodes = Nodes::get(th)?;
    let mut position = 0;
    while let Some((name, class, next)) = nodes.classes.entry_from(th, position)? {
        position = next;
        dict.set(th, name, class)?;
    }
    install();
    Ok(())
}

/// Tells `compile` who makes and reads trees.
pub fn install() {
    let hooks = AstHooks { is_node, parse, compile };
    // Told once is enough.
    let _ = AST.set(hooks);
}

/// The classes of nodes, and the instances of those that have no fields.
#[derive(Clone, Copy)]
struct Nodes {
    classes: Ref<Dict>,
    singletons: Ref<Dict>,
}

impl Nodes {
    fn get(th: &mut Thread) -> Result<Nodes, Raised> {
        type Tables = (Rooted<Ref<Dict>>, Rooted<Ref<Dict>>);
        static NODES: OnceLock<Tables> = OnceLock::new();
        if let Some((classes, singletons)) = NODES.get() {
            return Ok(Nodes { classes: classes.get(), singletons: singletons.get() });
        }
        let module = th.import_module("_ast_nodes")?;
        let classes = th.get_attribute(module, name!(th, "_classes"))?;
        let singletons = th.get_attribute(module, name!(th, "_singletons"))?;
        let (Some(classes), Some(singletons)) = (classes.cast::<Dict>(), singletons.cast::<Dict>())
        else {
            return Err(th.runtime_error("the table of syntax tree classes is spoilt"));
        };
        let roots = Heap::get().roots();
        let _ = NODES.set((roots.root(classes), roots.root(singletons)));
        Ok(Nodes { classes, singletons })
    }

    /// A class by its name.
    fn class(self, th: &mut Thread, name: &str) -> Result<Ref<Class>, Raised> {
        let key = th.name(name);
        match self.classes.get_str(th, key)?.and_then(|class| class.cast::<Class>()) {
            Some(class) => Ok(class),
            None => Err(th.runtime_error(format!("no class of syntax trees is called {name}"))),
        }
    }

    /// The instance of a class without fields.
    fn singleton(self, th: &mut Thread, name: &str) -> Result<Value, Raised> {
        let key = th.name(name);
        match self.singletons.get_str(th, key)? {
            Some(instance) => Ok(instance),
            None => Err(th.runtime_error(format!("no syntax tree node is called {name}"))),
        }
    }
}

fn is_node(th: &mut Thread, value: Value) -> Result<bool, Raised> {
    let nodes = Nodes::get(th)?;
    let base = nodes.class(th, "AST")?;
    Ok(th.is_instance(value, base))
}

fn parse(
    th: &mut Thread,
    text: &str,
    filename: &str,
    mode: Mode,
    options: &Options,
    optimised: bool,
) -> Result<Value, Raised> {
    let mut tree = match parse_tree_str(text, filename, mode, options) {
        Ok(tree) => tree,
        Err(error) => return Err(raise_syntax_error(th, &error)),
    };
    if optimised {
        fold_constants(&mut tree.module, options.optimize, options.future_annotations);
    }
    let nodes = Nodes::get(th)?;
    to_python::module(th, nodes, &tree.module)
}

fn compile(
    th: &mut Thread,
    node: Value,
    filename: &str,
    mode: Mode,
    options: &Options,
) -> Result<Compiled, Raised> {
    let nodes = Nodes::get(th)?;
    let tree = from_python::module(th, nodes, node, mode)?;
    match compile_tree(tree, filename, options) {
        Ok(compiled) => Ok(compiled),
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}
