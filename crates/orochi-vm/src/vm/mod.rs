//! The runtime of the process: what all threads share and is not in the heap's objects.
//!
//! One [`Vm`] for ever, made at start. Its tables are read without locks on hot paths (A5);
//! interning and the like take short ones.

pub mod intern;
pub mod start;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};

use orochi_text::hash::HashKey;

use crate::class::Special;
use crate::heap::{Reference, Rooted, Value};
use crate::object::Ref;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// Settings from the command line and environment.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `sys.argv`
    pub argv: Vec<std::ffi::OsString>,
    /// `sys.orig_argv`
    pub orig_argv: Vec<std::ffi::OsString>,
    /// `sys.executable`
    pub executable: std::ffi::OsString,
    /// `-O`: 0, 1 or 2
    pub optimize: u8,
    /// `-i`
    pub inspect: bool,
    /// `-v`
    pub verbose: u8,
    /// `-q`
    pub quiet: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-S`
    pub no_site: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-I`
    pub isolated: bool,
    /// `-P`
    pub safe_path: bool,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-u`
    pub unbuffered: bool,
    /// `-b`: 0, 1 or 2
    pub bytes_warning: u8,
    /// `-d`
    pub debug: u8,
    /// `-W` options, in order.
    pub warn_options: Vec<String>,
    /// `-X` options: name and value.
    pub x_options: Vec<(String, Option<String>)>,
    /// A folder to take the library from instead of the embedded one.
    pub library: Option<std::path::PathBuf>,
    /// Where to write the event log.
    pub stm_log: Option<std::ffi::OsString>,
}

/// A root that is set once, while the runtime starts.
pub struct Late<T: Reference + 'static>(std::sync::OnceLock<Rooted<T>>);

impl<T: Reference + 'static> Late<T> {
    fn new() -> Self {
        Self(std::sync::OnceLock::new())
    }

    /// The value.
    ///
    /// # Panics
    /// Before it has been set.
    #[inline(always)]
    pub fn get(&self) -> T {
        match self.0.get() {
            Some(root) => root.get(),
            None => panic!("used before the runtime has started"),
        }
    }

    /// The value, if it has been set.
    pub fn try_get(&self) -> Option<T> {
        self.0.get().map(Rooted::get)
    }

    fn set(&self, value: T) {
        self.0.get_or_init(|| crate::heap::Heap::get().roots().root(value)).set(value);
    }
}

/// The key of string hashes, fixed by `PYTHONHASHSEED` or drawn at random when first used.
static HASH_KEY: std::sync::OnceLock<HashKey> = std::sync::OnceLock::new();

/// The key of string hashes.
#[inline]
pub fn hash_key() -> HashKey {
    *HASH_KEY.get_or_init(|| {
        let mut bytes = [0u8; 16];
        // SAFETY: fills a buffer of the given size.
        unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        HashKey::random(bytes)
    })
}

/// Fixes the key of string hashes. To be called before the runtime starts.
pub fn set_hash_key(key: HashKey) {
    // A second call changes nothing: strings have been hashed already.
    let _ = HASH_KEY.set(key);
}

/// Writes ASCII text into a stream if that is an unmodified text stream; whether it is one.
pub type WriteAscii =
    fn(&mut crate::thread::Thread, Value, &[u8]) -> Result<bool, crate::exception::Raised>;

/// Runs Python handlers of signals.
pub type SignalRunner = fn(&mut crate::thread::Thread) -> Result<(), crate::exception::Raised>;

/// The runtime.
pub struct Vm {
    /// Settings.
    pub settings: Settings,
    /// `builtins.__dict__`
    pub builtins: Late<Ref<Dict>>,
    /// `sys.modules`
    pub modules: Late<Ref<Dict>>,
    /// `sys.__dict__`
    pub sys: Late<Ref<Dict>>,
    /// `()`
    pub empty_tuple: Late<Ref<Tuple>>,
    /// `''`
    pub empty_str: Late<Ref<Str>>,
    /// Strings of one Latin-1 character: a tuple of 256.
    pub characters: Late<Ref<Tuple>>,
    /// Raised when nothing can be allocated.
    pub memory_error: Rooted<Value>,
    /// The names of the special methods, by number: a tuple.
    special_names: Late<Ref<Tuple>>,
    /// Everything that must live as long as the process: native classes, cached names.
    pub immortal: Late<Ref<List>>,
    /// Interned strings.
    pub(crate) interned: intern::Table,
    /// `sys.getrecursionlimit()`
    pub recursion_limit: AtomicU32,
    /// Set while the process shuts down: daemon threads do not come back.
    pub finalising: AtomicBool,
    /// The next `threading.get_ident()`.
    pub next_ident: AtomicU64,
    /// Threads: their Python-visible states (see `thread::start`).
    pub(crate) threads: crate::thread::start::Threads,
    /// The native modules that can be imported, by whoever puts the command together.
    pub native_modules: std::sync::OnceLock<&'static [&'static crate::native::ModuleSpec]>,
    /// Writes ASCII text into a plain text stream, which `print` is spared a method call for.
    pub write_ascii: std::sync::OnceLock<WriteAscii>,
    /// Runs the Python handlers of pending signals; set by the `_signal` module.
    pub signal_runner: std::sync::OnceLock<SignalRunner>,
    /// Signals that have arrived, by number.
    pub signals: crate::thread::safepoint::Signals,
}

impl Vm {
    /// The interned name of a special method.
    #[inline]
    pub fn special_name(&self, special: Special) -> Ref<Str> {
        let name = self.special_names.get().get(special as usize);
        match crate::object::ValueCast::cast(name) {
            Some(name) => name,
            None => unreachable!("special names are strings"),
        }
    }
}
