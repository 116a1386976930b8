//! `_locale`: the C library's locale.

use std::ffi::{CStr, CString, c_char};
use std::sync::Mutex;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::list::List;
use orochi_vm::types::module::Module;
use orochi_vm::types::tuple::Tuple;
use orochi_vm::types::type_;

use crate::argument;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "Support for POSIX locales.",
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("_locale")
};

static FUNCTIONS: &[Method] = &[
    function(
        "setlocale(category, locale=None, /)",
        setlocale,
        "Activates/queries locale processing.",
    ),
    function(
        "localeconv()",
        localeconv,
        "Returns numeric and monetary locale-specific parameters.",
    ),
    function("strcoll(os1, os2, /)", strcoll, "Compares two strings according to the locale."),
    function(
        "strxfrm(string, /)",
        strxfrm,
        "Return a string that can be used as a key for locale-aware comparisons.",
    ),
    function(
        "nl_langinfo(key, /)",
        nl_langinfo,
        "Return the value for the locale information associated with key.",
    ),
    function(
        "getencoding()",
        |th, _| Ok(th.new_str(crate::sys::encoding::locale_encoding())?.value()),
        "Get the current locale encoding.",
    ),
    function(
        "gettext(msg, /)",
        |_, args| Ok(args[0]),
        "gettext(msg) -> string\n\nReturn translation of msg.",
    ),
    function(
        "dgettext(domain, msg, /)",
        |_, args| Ok(args[1]),
        "dgettext(domain, msg) -> string\n\nReturn translation of msg in domain.",
    ),
    function(
        "dcgettext(domain, msg, category, /)",
        |_, args| Ok(args[1]),
        "Return translation of msg in domain and category.",
    ),
    function(
        "textdomain(domain, /)",
        |_, args| Ok(args[0]),
        "Set the C library's textdmain to domain, returning the new domain.",
    ),
    function(
        "bindtextdomain(domain, dir, /)",
        |_, args| Ok(args[1]),
        "Bind the C library's domain to dir.",
    ),
    function(
        "bind_textdomain_codeset(domain, codeset, /)",
        |_, args| Ok(args[1]),
        "Bind the C library's domain to codeset.",
    ),
];

const CATEGORIES: &[(&str, i32)] = &[
    ("LC_CTYPE", libc::LC_CTYPE),
    ("LC_NUMERIC", libc::LC_NUMERIC),
    ("LC_TIME", libc::LC_TIME),
    ("LC_COLLATE", libc::LC_COLLATE),
    ("LC_MONETARY", libc::LC_MONETARY),
    ("LC_MESSAGES", libc::LC_MESSAGES),
    ("LC_ALL", libc::LC_ALL),
    ("CHAR_MAX", 127),
];

const ITEMS: &[(&str, i32)] = &[
    ("CODESET", libc::CODESET),
    ("RADIXCHAR", libc::RADIXCHAR),
    ("THOUSEP", libc::THOUSEP),
    ("YESEXPR", libc::YESEXPR),
    ("NOEXPR", libc::NOEXPR),
    ("CRNCYSTR", libc::CRNCYSTR),
    ("D_T_FMT", libc::D_T_FMT),
    ("D_FMT", libc::D_FMT),
    ("T_FMT", libc::T_FMT),
    ("T_FMT_AMPM", libc::T_FMT_AMPM),
    ("AM_STR", libc::AM_STR),
    ("PM_STR", libc::PM_STR),
    ("ERA", libc::ERA),
    ("ERA_D_FMT", libc::ERA_D_FMT),
    ("ERA_D_T_FMT", libc::ERA_D_T_FMT),
    ("ERA_T_FMT", libc::ERA_T_FMT),
    ("ALT_DIGITS", libc::ALT_DIGITS),
    ("DAY_1", libc::DAY_1),
    ("DAY_2", libc::DAY_2),
    ("DAY_3", libc::DAY_3),
    ("DAY_4", libc::DAY_4),
    ("DAY_5", libc::DAY_5),
    ("DAY_6", libc::DAY_6),
    ("DAY_7", libc::DAY_7),
    ("ABDAY_1", libc::ABDAY_1),
    ("ABDAY_2", libc::ABDAY_2),
    ("ABDAY_3", libc::ABDAY_3),
    ("ABDAY_4", libc::ABDAY_4),
    ("ABDAY_5", libc::ABDAY_5),
    ("ABDAY_6", libc::ABDAY_6),
    ("ABDAY_7", libc::ABDAY_7),
    ("MON_1", libc::MON_1),
    ("MON_2", libc::MON_2),
    ("MON_3", libc::MON_3),
    ("MON_4", libc::MON_4),
    ("MON_5", libc::MON_5),
    ("MON_6", libc::MON_6),
    ("MON_7", libc::MON_7),
    ("MON_8", libc::MON_8),
    ("MON_9", libc::MON_9),
    ("MON_10", libc::MON_10),
    ("MON_11", libc::MON_11),
    ("MON_12", libc::MON_12),
    ("ABMON_1", libc::ABMON_1),
    ("ABMON_2", libc::ABMON_2),
    ("ABMON_3", libc::ABMON_3),
    ("ABMON_4", libc::ABMON_4),
    ("ABMON_5", libc::ABMON_5),
    ("ABMON_6", libc::ABMON_6),
    ("ABMON_7", libc::ABMON_7),
    ("ABMON_8", libc::ABMON_8),
    ("ABMON_9", libc::ABMON_9),
    ("ABMON_10", libc::ABMON_10),
    ("ABMON_11", libc::ABMON_11),
    ("ABMON_12", libc::ABMON_12),
];

/// The C library's locale functions share buffers.
static LIBRARY: Mutex<()> = Mutex::new(());

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let dict = module.dict();
    for &(constant, value) in CATEGORIES.iter().chain(ITEMS) {
        dict.set_str(th, th.name(constant), Value::from_i32(value))?;
    }
    let namespace = Dict::new(th)?;
    let own = th.name("locale").value();
    namespace.set_str(th, name!(th, "__module__"), own)?;
    let bases = Tuple::from_slice(th, &[classes::EXCEPTION.class().value()])?;
    let parts = [name!(th, "Error").value(), bases.value(), namespace.value()];
    let error = th.call(type_::SPEC.class().value(), &parts)?;
    dict.set_str(th, name!(th, "Error"), error)
}

fn c_text(th: &Thread, value: Value, what: &str) -> Result<CString, Raised> {
    let text = argument::str_argument(th, value, what)?;
    let bytes = argument::encode_system(th, text)?;
    CString::new(bytes).map_err(|_| th.value_error("embedded null character"))
}

/// Text of the C library's; `None` for a null pointer.
///
/// # Safety
/// `text` is null or points to a terminated string that nobody changes meanwhile.
unsafe fn python_text(th: &Thread, text: *const c_char) -> Result<Option<Value>, Raised> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
    argument::decode_system(th, &bytes).map(|text| Some(text.value()))
}

fn setlocale(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let category = argument::c_int(th, args[0])?;
    let wanted = match argument::given(args[1]) {
        Some(locale) => Some(c_text(th, locale, "setlocale() argument 2")?),
        None => None,
    };
    let result = {
        let _held = LIBRARY.lock().unwrap_or_else(|e| e.into_inner());
        let wanted = wanted.as_ref().map_or(std::ptr::null(), |wanted| wanted.as_ptr());
        // SAFETY: a category number and null or a terminated string; the result is read while the
        // lock is held.
        unsafe { python_text(th, libc::setlocale(category, wanted))? }
    };
    match result {
        Some(text) => Ok(text),
        None => {
            let module = th.import_module("_locale")?;
            let error = th.get_attribute(module, name!(th, "Error"))?;
            let known = CATEGORIES.iter().any(|&(_, number)| number == category);
            let message =
                if known { "unsupported locale setting" } else { "invalid locale category" };
            let message = th.new_str(message)?;
            let error = th.call(error, &[message.value()])?;
            Err(th.raise_value(error))
        }
    }
}

/// A grouping as the C library has it: sizes, the last repeated or closed by `CHAR_MAX`.
fn grouping(th: &mut Thread, bytes: &[u8]) -> Result<Value, Raised> {
    let list = List::new(th)?;
    for &size in bytes {
        list.push(th, Value::from_i32(i32::from(size)))?;
    }
    if bytes.last().is_some_and(|&last| last != 127) {
        list.push(th, Value::from_i32(0))?;
    }
    Ok(list.value())
}

fn localeconv(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    // All is copied while the lock is held: the structure is the C library's own.
    let (texts, groups, numbers) = {
        let _held = LIBRARY.lock().unwrap_or_else(|e| e.into_inner());
        // SAFETY: the structure is filled, and its strings are terminated, until the next call.
        unsafe {
            let c = &*libc::localeconv();
            let copy = |text: *mut c_char| CStr::from_ptr(text).to_bytes().to_vec();
            let texts = [
                ("decimal_point", copy(c.decimal_point)),
                ("thousands_sep", copy(c.thousands_sep)),
                ("int_curr_symbol", copy(c.int_curr_symbol)),
                ("currency_symbol", copy(c.currency_symbol)),
                ("mon_decimal_point", copy(c.mon_decimal_point)),
                ("mon_thousands_sep", copy(c.mon_thousands_sep)),
                ("positive_sign", copy(c.positive_sign)),
                ("negative_sign", copy(c.negative_sign)),
            ];
            let groups = [("grouping", copy(c.grouping)), ("mon_grouping", copy(c.mon_grouping))];
            let numbers = [
                ("int_frac_digits", c.int_frac_digits),
                ("frac_digits", c.frac_digits),
                ("p_cs_precedes", c.p_cs_precedes),
                ("p_sep_by_space", c.p_sep_by_space),
                ("n_cs_precedes", c.n_cs_precedes),
                ("n_sep_by_space", c.n_sep_by_space),
                ("p_sign_posn", c.p_sign_posn),
                ("n_sign_posn", c.n_sign_posn),
            ];
            (texts, groups, numbers)
        }
    };
    let dict = Dict::new(th)?;
    for (key, bytes) in texts {
        let text = argument::decode_system(th, &bytes)?;
        dict.set_str(th, th.name(key), text.value())?;
    }
    for (key, bytes) in groups {
        let sizes = grouping(th, &bytes)?;
        dict.set_str(th, th.name(key), sizes)?;
    }
    for (key, number) in numbers {
        dict.set_str(th, th.name(key), Value::from_i32(i32::from(number)))?;
    }
    Ok(dict.value())
}

fn strcoll(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let a = c_text(th, args[0], "strcoll() argument 1")?;
    let b = c_text(th, args[1], "strcoll() argument 2")?;
    // SAFETY: two terminated strings.
    let order = unsafe { libc::strcoll(a.as_ptr(), b.as_ptr()) };
    Ok(Value::from_i32(order))
}

fn strxfrm(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let text = c_text(th, args[0], "strxfrm() argument 1")?;
    // SAFETY: with no room nothing is written; the result is the length it takes.
    let length = unsafe { libc::strxfrm(std::ptr::null_mut(), text.as_ptr(), 0) };
    let mut key = vec![0u8; length + 1];
    // SAFETY: there is room for as much as was asked for.
    let length = unsafe { libc::strxfrm(key.as_mut_ptr().cast(), text.as_ptr(), key.len()) };
    key.truncate(length.min(key.len()));
    Ok(argument::decode_system(th, &key)?.value())
}

fn nl_langinfo(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let item = argument::c_int(th, args[0])?;
    if !ITEMS.iter().any(|&(_, number)| number == item) {
        return Err(th.value_error("unsupported langinfo constant"));
    }
    let _held = LIBRARY.lock().unwrap_or_else(|e| e.into_inner());
    // SAFETY: a known item; the string is read while the lock is held.
    let text = unsafe { python_text(th, libc::nl_langinfo(item))? };
    Ok(text.unwrap_or(th.vm.empty_str.get().value()))
}
