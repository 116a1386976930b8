//! Making the runtime, and ending it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::{Settings, Vm, intern};
use crate::class::{Special, native};
use crate::exception::Raised;
use crate::heap::{Config, Heap, Hooks, RootVec, Value};
use crate::thread::{Thread, log, safepoint, start::Threads};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::lock::{Elision, set_elision};
use crate::types::str::Str;
use crate::types::tuple::Tuple;

static VM: OnceLock<&'static Vm> = OnceLock::new();
static MAIN: AtomicUsize = AtomicUsize::new(0);

/// Makes the runtime of the process and turns the calling native thread into its main Python
/// thread.
///
/// # Errors
/// When memory for it cannot be had, or it has been made already.
pub fn start(settings: Settings) -> Result<Box<Thread>, String> {
    let limit = size_option(&settings, "max_heap", 8 << 20)?;
    let nursery = size_option(&settings, "nursery", 64 << 10)?;
    log::open(&settings)?;
    set_elision(elision_option(&settings)?);
    let mut config = Config {
        hooks: Hooks {
            request_collection: safepoint::request_collection,
            trace_shape: Some(crate::shape::trace_shape),
            needs_finaliser: Some(crate::class::needs_finaliser),
        },
        ..Config::default()
    };
    if let Some(limit) = limit {
        config.max_heap = limit;
    }
    if let Some(nursery) = nursery {
        config.nursery_bytes = nursery;
    }
    let heap = Heap::init(config).map_err(|_| "cannot reserve memory for the heap".to_owned())?;
    // Rare paths on purpose: a collection so many allocations apart.
    #[cfg(feature = "zeal")]
    heap.set_zeal(997);
    let roots = heap.roots();
    let vm: &'static Vm = Box::leak(Box::new(Vm {
        settings,
        builtins: super::Late::new(),
        modules: super::Late::new(),
        sys: super::Late::new(),
        empty_tuple: super::Late::new(),
        empty_str: super::Late::new(),
        characters: super::Late::new(),
        memory_error: roots.root(Value::NONE),
        special_names: super::Late::new(),
        immortal: super::Late::new(),
        interned: intern::Table::new(),
        recursion_limit: AtomicU32::new(1000),
        finalising: AtomicBool::new(false),
        next_ident: AtomicU64::new(1),
        threads: Threads::default(),
        native_modules: OnceLock::new(),
        write_ascii: OnceLock::new(),
        signal_runner: OnceLock::new(),
        signals: safepoint::Signals::default(),
    }));
    VM.set(vm).map_err(|_| "the runtime has been started already".to_owned())?;
    let mut th = Thread::new(vm).ok_or("cannot make the main thread")?;
    MAIN.store(&raw const *th as usize, Ordering::Release);
    th.begin();
    native::make_builtin_classes(&mut th)
        .and_then(|()| vm.make_modules(&mut th))
        .map_err(|_| "out of memory while starting".to_owned())?;
    Ok(th)
}

/// The runtime, once started.
pub fn current() -> Option<&'static Vm> {
    VM.get().copied()
}

/// Which locks are elided (`-X lock_elision=WORD`).
fn elision_option(settings: &Settings) -> Result<Elision, String> {
    let given = settings.x_options.iter().rev().find(|(option, _)| option == "lock_elision");
    match given.map(|(_, word)| word.as_deref().unwrap_or("on")) {
        None | Some("on") => Ok(Elision::WherePaying),
        Some("off") => Ok(Elision::Off),
        Some("always") => Ok(Elision::Always),
        Some(word) => Err(format!("-X lock_elision={word}: on, off or always is expected")),
    }
}

/// Whether `th` is the main thread.
pub fn is_main(th: &Thread) -> bool {
    MAIN.load(Ordering::Acquire) == std::ptr::from_ref(th) as usize
}

/// Makes `th` the main thread: in the child of a fork, where it is the only one.
pub(crate) fn set_main(th: &Thread) {
    MAIN.store(std::ptr::from_ref(th) as usize, Ordering::Release);
}

/// The main thread's structure, for whoever posts to it.
pub fn main_thread() -> *const Thread {
    MAIN.load(Ordering::Acquire) as *const Thread
}

/// A size from `-X NAME=SIZE` (bytes, or with a suffix k, m, g), at least `least`.
fn size_option(settings: &Settings, name: &str, least: usize) -> Result<Option<usize>, String> {
    let given = settings.x_options.iter().rev().find(|(option, _)| option == name);
    let Some((_, value)) = given else { return Ok(None) };
    let text = value.as_deref().unwrap_or("");
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let size = digits.parse::<usize>().ok().and_then(|n| n.checked_mul(unit));
    size.filter(|&bytes| bytes >= least).map(Some).ok_or_else(|| {
        let least = match least >> 20 {
            0 => format!("{}k", least >> 10),
            megabytes => format!("{megabytes}m"),
        };
        format!("-X {name}={text}: a size of at least {least} is expected")
    })
}

impl Vm {
    /// Makes the objects that making classes needs. Called when the shapes exist.
    pub(crate) fn make_first_objects(&self, th: &Thread) -> Result<(), Raised> {
        self.empty_tuple.set(Tuple::from_slice_as(th, crate::types::tuple::SPEC.shape(), &[])?);
        self.empty_str.set(Str::from_text(th, orochi_text::Text::One(&[]))?);
        self.immortal.set(List::from_slice(th, &[])?);
        let mut names = RootVec::with_capacity(Special::COUNT);
        for special in Special::ALL {
            names.push(th.intern(special.name())?.value());
        }
        self.special_names.set(Tuple::from_slice(th, names.as_slice())?);
        let mut characters = RootVec::with_capacity(256);
        for byte in 0..=255u8 {
            let one = Str::from_text(th, orochi_text::Text::One(&[byte]))?;
            characters.push(th.intern_str(one).value());
        }
        self.characters.set(Tuple::from_slice(th, characters.as_slice())?);
        Ok(())
    }

    /// Keeps a value alive as long as the process.
    pub fn keep(&self, th: &mut Thread, value: Value) -> Result<(), Raised> {
        th.write(self.immortal.get())?.push(value)
    }

    /// Makes the modules that exist before any is imported.
    fn make_modules(&self, th: &mut Thread) -> Result<(), Raised> {
        self.modules.set(Dict::new(th)?);
        self.builtins.set(Dict::new_namespace(th)?);
        self.sys.set(Dict::new_namespace(th)?);
        let error = crate::exception::new_exception(
            th,
            crate::exception::classes::MEMORY_ERROR.class(),
            &[],
        )?;
        self.memory_error.set(error);
        crate::builtins::make(th)
    }
}
