//! The process's locale, and what follows from it: UTF-8 mode (PEP 540), the coercion of the C
//! locale (PEP 538), the encoding of the locale and that of the standard streams.
//!
//! All of it is decided once, before the runtime starts, and never changes: a program that calls
//! `locale.setlocale` changes what `locale.getlocale` says, not how its streams are encoded.

use std::ffi::CStr;
use std::sync::OnceLock;

use orochi_vm::vm::Settings;

/// What was decided.
#[derive(Clone, Debug)]
struct Decision {
    utf8_mode: bool,
    /// `nl_langinfo(CODESET)`
    codeset: String,
    /// The C locale, or one of those that it is coerced to.
    plain: bool,
}

static DECISION: OnceLock<Decision> = OnceLock::new();
const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

fn variable(settings: &Settings, name: &str) -> Option<std::ffi::OsString> {
    if settings.ignore_environment {
        return None;
    }
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The name of the `LC_CTYPE` locale.
fn character_locale() -> Vec<u8> {
    // SAFETY: asks for the current name, which is copied before any other call of setlocale.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, std::ptr::null());
        if name.is_null() { Vec::new() } else { CStr::from_ptr(name).to_bytes().to_vec() }
    }
}

/// Takes the locale from the environment and decides. To be called once, while the process has a
/// single thread.
pub fn decide(settings: &Settings) {
    // SAFETY: a category and a terminated string, in a process of one thread.
    unsafe { libc::setlocale(libc::LC_CTYPE, c"".as_ptr()) };
    let is_c = matches!(character_locale().as_slice(), b"C" | b"POSIX" | b"");
    if is_c {
        coerce(settings);
    }
    let option = settings.x_options.iter().rev().find(|(name, _)| name == "utf8");
    let utf8_mode = match option {
        Some((_, value)) => value.as_deref() != Some("0"),
        None => match variable(settings, "PYTHONUTF8") {
            Some(value) => value != "0",
            None => is_c,
        },
    };
    let name = character_locale();
    let plain = is_c || TARGETS.iter().any(|target| target.to_bytes() == name);
    // SAFETY: the answer is a terminated string, copied before any other call.
    let codeset = unsafe { CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) };
    let codeset = codeset.to_string_lossy().into_owned();
    let _ = DECISION.set(Decision { utf8_mode, codeset, plain });
}

/// Makes a UTF-8 locale of the C locale, for this process and its children (PEP 538).
fn coerce(settings: &Settings) {
    let unwanted = variable(settings, "PYTHONCOERCECLOCALE").is_some_and(|value| value == "0");
    if unwanted || std::env::var_os("LC_ALL").is_some_and(|value| !value.is_empty()) {
        return;
    }
    for target in TARGETS {
        // SAFETY: a category and a terminated string, in a process of one thread.
        let set = unsafe { libc::setlocale(libc::LC_CTYPE, target.as_ptr()) };
        if !set.is_null() {
            // SAFETY: the process has one thread.
            unsafe { std::env::set_var("LC_CTYPE", target.to_string_lossy().as_ref()) };
            return;
        }
    }
}

fn decision() -> &'static Decision {
    DECISION.get_or_init(|| Decision { utf8_mode: true, codeset: "UTF-8".to_owned(), plain: true })
}

/// `sys.flags.utf8_mode`
pub fn utf8_mode() -> bool {
    decision().utf8_mode
}

/// `locale.getencoding()`: the encoding of the locale, whatever the mode.
pub fn locale_encoding() -> &'static str {
    match decision().codeset.as_str() {
        "" => "UTF-8",
        other => other,
    }
}

/// The encoding of the standard streams, and the error handler of standard input and output.
pub(crate) fn of_streams() -> (String, &'static str) {
    let decision = decision();
    let encoding = if decision.utf8_mode || decision.codeset.eq_ignore_ascii_case("utf-8") {
        "utf-8".to_owned()
    } else {
        decision.codeset.to_ascii_lowercase()
    };
    let errors = if decision.utf8_mode || decision.plain { "surrogateescape" } else { "strict" };
    (encoding, errors)
}
