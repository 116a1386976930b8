//! `_symtable`: the compiler's symbol tables.

use orochi_compiler::scope::{self, Resolution, Scope, ScopeId, ScopeKind, Table, symbol};
use orochi_compiler::{Mode, Options, parse_tree_str};
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method,
};
use orochi_vm::exception::{Raised, raise_syntax_error};
use orochi_vm::heap::{RootVec, Value};
use orochi_vm::heap_object;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::str::Str;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec =
    ModuleSpec { functions: FUNCTIONS, execute: Some(execute), ..ModuleSpec::named("_symtable") };

heap_object! {
    /// `symtable entry`
    pub immutable struct Entry: ENTRY {
        values {
            /// Its name.
            name: Value,
            /// Flags by name.
            symbols: Value,
            /// Parameters and other variables.
            varnames: Value,
            /// The scopes inside.
            children: Value,
        }
        storage {}
        data {
            /// One of the `TYPE_` numbers.
            kind: i64,
            /// Its first line.
            line: i64,
            /// 1 inside a function.
            nested: i64,
        }
    }
}

static ENTRY: TypeSpec = TypeSpec {
    flags: TypeFlags::IMMUTABLE.and(TypeFlags::NO_NEW),
    methods: METHODS,
    getset: GETSET,
    ..TypeSpec::named("symtable entry", NativeLayout::of::<Entry>())
};

static METHODS: &[Method] = &[method("__repr__($self, /)", repr, "Return repr(self).")];

static GETSET: &[GetSet] = &[
    getter("id", |th, own| th.int_from_u64(own.bits()), ""),
    getter("name", |th, own| Ok(th.receiver::<Entry>(own)?.name.get()), ""),
    getter("symbols", |th, own| Ok(th.receiver::<Entry>(own)?.symbols.get()), ""),
    getter("varnames", |th, own| Ok(th.receiver::<Entry>(own)?.varnames.get()), ""),
    getter("children", |th, own| Ok(th.receiver::<Entry>(own)?.children.get()), ""),
    getter(
        "nested",
        |th, own| Ok(Value::int_unchecked(th.receiver::<Entry>(own)?.nested.get())),
        "",
    ),
    getter("type", |th, own| Ok(Value::int_unchecked(th.receiver::<Entry>(own)?.kind.get())), ""),
    getter("lineno", |th, own| Ok(Value::int_unchecked(th.receiver::<Entry>(own)?.line.get())), ""),
];

static FUNCTIONS: &[Method] = &[function(
    "symtable(source, filename, startstr, /)",
    symtable,
    "Return symbol and scope dictionaries used internally by compiler.",
)];

/// Where the resolution begins in a symbol's flags.
const SCOPE_SHIFT: u32 = 12;

const CONSTANTS: &[(&str, i32)] = &[
    ("USE", symbol::USE as i32),
    ("DEF_GLOBAL", symbol::GLOBAL as i32),
    ("DEF_NONLOCAL", symbol::NONLOCAL as i32),
    ("DEF_LOCAL", symbol::LOCAL as i32),
    ("DEF_PARAM", symbol::PARAM as i32),
    ("DEF_TYPE_PARAM", symbol::TYPE_PARAM as i32),
    ("DEF_FREE_CLASS", symbol::FREE_CLASS as i32),
    ("DEF_IMPORT", symbol::IMPORT as i32),
    ("DEF_BOUND", symbol::BOUND as i32),
    ("DEF_ANNOT", symbol::ANNOTATED as i32),
    ("DEF_COMP_ITER", symbol::ITERATION as i32),
    ("DEF_COMP_CELL", 2048),
    ("SCOPE_OFF", SCOPE_SHIFT as i32),
    ("SCOPE_MASK", 15),
    ("LOCAL", 1),
    ("GLOBAL_EXPLICIT", 2),
    ("GLOBAL_IMPLICIT", 3),
    ("FREE", 4),
    ("CELL", 5),
    ("TYPE_FUNCTION", 0),
    ("TYPE_CLASS", 1),
    ("TYPE_MODULE", 2),
    ("TYPE_ANNOTATION", 3),
    ("TYPE_TYPE_ALIAS", 4),
    ("TYPE_TYPE_PARAMETERS", 5),
    ("TYPE_TYPE_VARIABLE", 6),
];

/// What a symbol's flags may show: the compiler has two bits of its own.
const SHOWN: u16 = (1 << 11) - 1;

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    orochi_vm::class::native::make_class(th, &ENTRY)?;
    for &(constant, value) in CONSTANTS {
        module.dict().set_str(th, th.name(constant), Value::from_i32(value))?;
    }
    Ok(())
}

fn symtable(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let source = if let Some(text) = args[0].cast::<Str>() {
        text.display()
    } else if th.is_bytes_like(args[0]) {
        String::from_utf8_lossy(&th.bytes_of(args[0])?).into_owned()
    } else {
        return Err(th.type_error("symtable() arg 1 must be a string or bytes"));
    };
    if source.contains('\0') {
        let class = &orochi_vm::exception::classes::SYNTAX_ERROR;
        return Err(th.raise_message(class, "source code string cannot contain null bytes"));
    }
    let filename = th.str(args[1])?.display();
    let mode = argument::str_argument(th, args[2], "symtable() argument 3")?;
    let mode = match mode.ascii() {
        Some("exec") => Mode::Exec,
        Some("eval") => Mode::Eval,
        Some("single") => Mode::Single,
        _ => return Err(th.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let options = Options::default();
    let tree = match parse_tree_str(&source, &filename, mode, &options) {
        Ok(tree) => tree,
        Err(error) => return Err(raise_syntax_error(th, &error)),
    };
    let table = match scope::build(&tree.module, false) {
        Ok(table) => table,
        Err(_) => {
            // The compiler words the error, with the line it is in.
            return match orochi_compiler::compile_str(&source, &filename, mode, &options) {
                Err(error) => Err(raise_syntax_error(th, &error)),
                Ok(_) => Err(th.system_error("the symbol table cannot be made")),
            };
        }
    };
    Ok(entry(th, &table, ScopeId(0))?.value())
}

fn kind_of(scope: &Scope) -> i64 {
    match scope.kind {
        ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension(_) => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotation => 3,
        ScopeKind::TypeAlias => 4,
        ScopeKind::TypeParameters => 5,
        ScopeKind::TypeVariable => 6,
    }
}

fn resolution_number(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Unknown => 0,
        Resolution::Local => 1,
        Resolution::GlobalExplicit => 2,
        Resolution::GlobalImplicit => 3,
        Resolution::Free => 4,
        Resolution::Cell => 5,
    }
}

fn entry(th: &mut Thread, table: &Table, id: ScopeId) -> Result<Ref<Entry>, Raised> {
    th.check_native_stack()?;
    let scope = &table.scopes[id.0 as usize];
    let mut children = RootVec::new();
    for &child in &scope.children {
        let child_scope = &table.scopes[child.0 as usize];
        if child_scope.discarded {
            continue;
        }
        let child = entry(th, table, child)?;
        children.push(child.value());
    }
    let symbols = Dict::new(th)?;
    for symbol in &scope.symbols {
        let name = th.intern(&symbol.name)?;
        let flags =
            i64::from(symbol.flags & SHOWN) | resolution_number(symbol.resolution) << SCOPE_SHIFT;
        symbols.set_str(th, name, Value::int_unchecked(flags))?;
    }
    let varnames = List::new(th)?;
    for name in &scope.parameters {
        let name = th.intern(name)?;
        varnames.push(th, name.value())?;
    }
    let top = scope.kind == ScopeKind::Module;
    let name = th.intern(if top { "top" } else { &scope.name })?;
    let children = List::from_slice(th, &children)?;
    let line = if top { 0 } else { i64::from(scope.at.line) };
    Entry::allocate(
        th,
        name.value(),
        symbols.value(),
        varnames.value(),
        children.value(),
        kind_of(scope),
        line,
        i64::from(scope.nested),
    )
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let own = th.receiver::<Entry>(args[0])?;
    let name = th.display_str(own.name.get());
    let text = format!("<symtable entry {name}({:#x}), line {}>", args[0].bits(), own.line.get());
    Ok(th.new_str(&text)?.value())
}
