//! `re.Pattern`: a compiled pattern.

use std::sync::Arc;

use orochi_regex::Program;
use orochi_text::TextBuf;
use orochi_vm::class::{
    GetSet, Method, NativeLayout, TypeFlags, TypeSpec, class_method, getter, method,
};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::int;
use orochi_vm::types::list::List;
use orochi_vm::types::mappingproxy::MappingProxy;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::run::Mode;
use super::{gather, run, scanner, substitute};

heap_object! {
    /// A compiled pattern.
    pub immutable struct Pattern: PATTERN {
        values {
            /// The source, or None.
            source: Value,
            /// Group numbers by name.
            group_index: Ref<Dict>,
            /// Group names by number; None for those without.
            group_names: Ref<Tuple>,
        }
        storage {}
        data {
            /// What the engine runs.
            machine: Machine,
            /// The flags.
            flags: u32,
            /// Whether it is for text, for bytes, or for either.
            kind: Subject,
        }
    }
}

/// What a pattern can be matched with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `str`
    Text,
    /// Bytes-like objects.
    Bytes,
    /// Either: the source is None.
    Any,
}

/// A compiled program and the code array that it was made of.
pub struct Compiled {
    /// The program.
    pub program: Program,
    code: Box<[u32]>,
}

/// A counted reference to a [`Compiled`], which the pattern gives back when it dies.
#[derive(Clone, Copy)]
pub struct Machine(*const Compiled);

// SAFETY: a counted reference to something immutable.
unsafe impl Send for Machine {}
// SAFETY: as above.
unsafe impl Sync for Machine {}

impl Pattern {
    /// The program and its code.
    #[inline]
    pub fn compiled(&self) -> &Compiled {
        // SAFETY: made by `Arc::into_raw`; given back only when the pattern is dead.
        unsafe { &*self.machine.get().0 }
    }

    /// The number of groups, without the whole match.
    #[inline]
    pub fn groups(&self) -> usize {
        self.compiled().program.groups()
    }
}

/// # Safety
/// A dead object of this layout.
unsafe fn finalise(object: *mut Header) {
    // SAFETY: the caller's promise; the field is data, and the pattern's own reference.
    unsafe { drop(Arc::from_raw((*object.cast::<Pattern>()).machine.get().0)) }
}

/// `re.Pattern`
pub static PATTERN: TypeSpec = TypeSpec {
    module: "re",
    doc: "Compiled regular expression object.",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE).and(TypeFlags::WEAKREF),
    methods: METHODS,
    getset: GETSET,
    finalise: Some(finalise),
    ..TypeSpec::named("Pattern", NativeLayout::of::<Pattern>())
};

static METHODS: &[Method] = &[
    method(
        "match($self, /, string, pos=0, endpos=sys.maxsize)",
        |th, args| run::once(th, args, Mode::Match),
        "Matches zero or more characters at the beginning of the string.",
    ),
    method(
        "fullmatch($self, /, string, pos=0, endpos=sys.maxsize)",
        |th, args| run::once(th, args, Mode::Full),
        "Matches against all of the string.",
    ),
    method(
        "search($self, /, string, pos=0, endpos=sys.maxsize)",
        |th, args| run::once(th, args, Mode::Search),
        "Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn None if no position in the string matches.",
    ),
    method(
        "findall($self, /, string, pos=0, endpos=sys.maxsize)",
        gather::findall,
        "Return a list of all non-overlapping matches of pattern in string.",
    ),
    method(
        "finditer($self, /, string, pos=0, endpos=sys.maxsize)",
        scanner::finditer,
        "Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, the iterator returns a match object.",
    ),
    method("scanner($self, /, string, pos=0, endpos=sys.maxsize)", scanner::scanner, ""),
    method(
        "split($self, /, string, maxsplit=0)",
        gather::split,
        "Split string by the occurrences of pattern.",
    ),
    method(
        "sub($self, /, repl, string, count=0)",
        substitute::sub,
        "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.",
    ),
    method(
        "subn($self, /, repl, string, count=0)",
        substitute::subn,
        "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.",
    ),
    method("__copy__($self, /)", itself, ""),
    method("__deepcopy__($self, memo, /)", itself, ""),
    method("__eq__($self, value, /)", eq, "Return self==value."),
    method("__ne__($self, value, /)", ne, "Return self!=value."),
    method("__hash__($self, /)", hash, "Return hash(self)."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    class_method(
        "__class_getitem__($cls, object, /)",
        orochi_vm::types::generic_alias::class_getitem,
        "See PEP 585",
    ),
];

static GETSET: &[GetSet] = &[
    getter(
        "pattern",
        |th, this| Ok(th.receiver::<Pattern>(this)?.source.get()),
        "The pattern string from which the RE object was compiled.",
    ),
    getter(
        "flags",
        |th, this| {
            let flags = th.receiver::<Pattern>(this)?.flags.get();
            th.int_from_i64(flags.into())
        },
        "The regex matching flags.",
    ),
    getter(
        "groups",
        |th, this| {
            let groups = th.receiver::<Pattern>(this)?.groups();
            th.int_from_i64(groups as i64)
        },
        "The number of capturing groups in the pattern.",
    ),
    getter("groupindex", group_index, "A dictionary mapping group names to group numbers."),
];

fn group_index(th: &mut Thread, this: Value) -> Result<Value, Raised> {
    let index = th.receiver::<Pattern>(this)?.group_index.get();
    Ok(MappingProxy::allocate(th, index.value())?.value())
}

/// `_sre.compile`
pub(super) fn compile(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let flags = th.index_ssize(args[1])? as u32;
    let Some(list) = args[2].cast::<List>() else {
        return Err(th.wrong_argument("compile() argument 'code'", "list", args[2]));
    };
    let words = list.snapshot(th)?;
    let mut code = Vec::with_capacity(words.len());
    for &word in words.iter() {
        match int::as_i64(word).and_then(|word| u32::try_from(word).ok()) {
            Some(word) => code.push(word),
            None => return Err(th.overflow_error("regular expression code size limit exceeded")),
        }
    }
    let groups = usize::try_from(th.index_ssize(args[3])?).unwrap_or(0);
    let Some(group_index) = args[4].cast::<Dict>() else {
        return Err(th.wrong_argument("compile() argument 'groupindex'", "dict", args[4]));
    };
    let Some(group_names) = args[5].cast::<Tuple>() else {
        return Err(th.wrong_argument("compile() argument 'indexgroup'", "tuple", args[5]));
    };
    let kind = if args[0].is_none() {
        Subject::Any
    } else if args[0].cast::<Str>().is_some() {
        Subject::Text
    } else if th.is_bytes_like(args[0]) {
        Subject::Bytes
    } else {
        let name = th.type_name(args[0]);
        return Err(th.type_error(format!("expected string or bytes-like object, got '{name}'")));
    };
    let program = match Program::new(&code, groups) {
        Ok(program) => program,
        Err(_) => return Err(th.runtime_error("invalid SRE code")),
    };
    let compiled = Arc::new(Compiled { program, code: code.into() });
    let machine = Machine(Arc::into_raw(compiled));
    match Pattern::allocate(th, args[0], group_index, group_names, machine, flags, kind) {
        Ok(pattern) => Ok(pattern.value()),
        Err(raised) => {
            // SAFETY: made just above, and in no object.
            unsafe { drop(Arc::from_raw(machine.0)) };
            Err(raised)
        }
    }
}

pub(super) fn itself(_: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(args[0])
}

fn same(th: &mut Thread, args: &[Value]) -> Result<Option<bool>, Raised> {
    let this = th.receiver::<Pattern>(args[0])?;
    let Some(other) = args[1].cast::<Pattern>() else { return Ok(None) };
    if this == other {
        return Ok(Some(true));
    }
    let alike = this.flags.get() == other.flags.get()
        && this.kind.get() == other.kind.get()
        && this.compiled().code == other.compiled().code;
    Ok(Some(alike && th.equal(this.source.get(), other.source.get())?))
}

fn eq(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(same(th, args)?.map_or(Value::NOT_IMPLEMENTED, Value::from_bool))
}

fn ne(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    Ok(same(th, args)?.map_or(Value::NOT_IMPLEMENTED, |same| Value::from_bool(!same)))
}

fn hash(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Pattern>(args[0])?;
    let source = th.hash(this.source.get())?;
    let code = this
        .compiled()
        .code
        .iter()
        .fold(0u64, |hash, &word| (hash ^ u64::from(word)).wrapping_mul(0x100_0000_01b3));
    let hash = source ^ code ^ u64::from(this.flags.get()) ^ (this.groups() as u64) << 32;
    let hash = if hash as i64 == -1 { -2 } else { hash as i64 };
    th.int_from_i64(hash)
}

const UNICODE: u32 = 32;

/// Flags by the names under which `repr` shows them.
static FLAG_NAMES: &[(u32, &str)] = &[
    (2, "re.IGNORECASE"),
    (8, "re.MULTILINE"),
    (16, "re.DOTALL"),
    (64, "re.VERBOSE"),
    (128, "re.DEBUG"),
    (256, "re.ASCII"),
    (4, "re.LOCALE"),
    (UNICODE, "re.UNICODE"),
];

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let this = th.receiver::<Pattern>(args[0])?;
    let mut flags = this.flags.get();
    if this.kind.get() == Subject::Text && flags & (4 | UNICODE | 256) == UNICODE {
        flags &= !UNICODE;
    }
    let source = th.repr(this.source.get())?;
    let mut out = TextBuf::new();
    out.push_ascii(b"re.compile(");
    out.push_text(source.text().slice(0..200));
    let mut separator = ", ";
    for &(flag, name) in FLAG_NAMES {
        if flags & flag != 0 {
            out.push_str(separator);
            out.push_str(name);
            separator = "|";
            flags &= !flag;
        }
    }
    if flags != 0 {
        out.push_str(&format!("{separator}{flags:#x}"));
    }
    out.push_ascii(b")");
    Ok(th.new_text(out)?.value())
}
