//! `unicodedata`: the Unicode character database, of the current version and of version 3.2.
//!
//! The functions of the module and the methods of `ucd_3_2_0` are the same code; which database is
//! asked is told by the receiver.

use orochi_text::ucd::{self, Form, Named, version_3_2};
use orochi_text::{OwnedText, Text};
use orochi_vm::class::{Method, NativeLayout, TypeFlags, TypeSpec, function, getter, method};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::str::Str;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "This module provides access to the Unicode Character Database, version 16.0.0.",
    functions: FUNCTIONS,
    types: &[&UCD],
    execute: Some(|th, module| {
        let version = th.new_str(ucd::VERSION)?.value();
        module.dict().set_str(th, name!(th, "unidata_version"), version)?;
        let old = OldDatabase::allocate(th)?.value();
        module.dict().set_str(th, name!(th, "ucd_3_2_0"), old)
    }),
    ..ModuleSpec::named("unicodedata")
};

heap_object! {
    /// The database of version 3.2.
    pub immutable struct OldDatabase: UCD {
        values {}
        storage {}
        data {}
    }
}

/// `unicodedata.UCD`
pub static UCD: TypeSpec = TypeSpec {
    module: "unicodedata",
    flags: TypeFlags::NO_NEW.and(TypeFlags::IMMUTABLE),
    methods: METHODS,
    getset: &[getter("unidata_version", |th, _| Ok(th.new_str(version_3_2::VERSION)?.value()), "")],
    ..TypeSpec::named("UCD", NativeLayout::of::<OldDatabase>())
};

/// Each entry twice: as a function of the module and as a method of the old database.
macro_rules! tables {
    ($($name:ident $parameters:literal $doc:literal;)*) => {
        static FUNCTIONS: &[Method] = &[
            $(function(
                concat!(stringify!($name), "(", $parameters, ", /)"),
                |th, args| $name(th, false, args),
                $doc,
            ),)*
        ];
        static METHODS: &[Method] = &[
            $(method(
                concat!(stringify!($name), "($self, ", $parameters, ", /)"),
                |th, args| $name(th, true, &args[1..]),
                $doc,
            ),)*
        ];
    };
}
tables! {
    decimal "chr, default=<unrepresentable>" "Converts a Unicode character into its equivalent decimal value.";
    digit "chr, default=<unrepresentable>" "Converts a Unicode character into its equivalent digit value.";
    numeric "chr, default=<unrepresentable>" "Converts a Unicode character into its equivalent numeric value.";
    category "chr" "Returns the general category assigned to the character chr as string.";
    bidirectional "chr" "Returns the bidirectional class assigned to the character chr as string.";
    combining "chr" "Returns the canonical combining class assigned to the character chr as integer.";
    mirrored "chr" "Returns the mirrored property assigned to the character chr as integer.";
    east_asian_width "chr" "Returns the east asian width assigned to the character chr as string.";
    decomposition "chr" "Returns the character decomposition mapping assigned to the character chr as string.";
    name "chr, default=<unrepresentable>" "Returns the name assigned to the character chr as a string.";
    lookup "name" "Look up character by name.";
    normalize "form, unistr" "Return the normal form 'form' for the Unicode string unistr.";
    is_normalized "form, unistr" "Return whether the Unicode string unistr is in the normal form 'form'.";
}

/// The character of an argument of `function`, counted in messages if there are several.
fn character(th: &Thread, value: Value, function: &str, numbered: bool) -> Result<u32, Raised> {
    let number = if numbered { " 1" } else { "" };
    let Some(text) = value.cast::<Str>() else {
        let what = format!("{function}() argument{number}");
        return Err(th.wrong_argument(&what, "a unicode character", value));
    };
    match text.text().get(0) {
        Some(code) if text.len() == 1 => Ok(code),
        _ => Err(th.type_error(format!(
            "{function}(): argument{number} must be a unicode character, not a string of length {}",
            text.len()
        ))),
    }
}

/// A value, or the default that was given, or an error.
fn or_default(
    th: &Thread,
    value: Option<Value>,
    default: Value,
    message: &str,
) -> Result<Value, Raised> {
    match value {
        Some(value) => Ok(value),
        None if default.is_unbound() => Err(th.value_error(message)),
        None => Ok(default),
    }
}

fn decimal(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "decimal", true)?;
    let value = if old { version_3_2::decimal(code) } else { ucd::decimal(code) };
    or_default(th, value.map(|v| Value::from_i32(v.into())), args[1], "not a decimal")
}

fn digit(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "digit", true)?;
    let value = if old { version_3_2::digit(code) } else { ucd::digit(code) };
    or_default(th, value.map(|v| Value::from_i32(v.into())), args[1], "not a digit")
}

fn numeric(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "numeric", true)?;
    let value = if old { version_3_2::numeric(code) } else { ucd::numeric(code) };
    or_default(th, value.map(Value::from_f64), args[1], "not a numeric character")
}

fn short(th: &Thread, text: &str) -> Result<Value, Raised> {
    Ok(th.intern(text)?.value())
}

fn category(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "category", false)?;
    short(th, if old { version_3_2::category(code) } else { ucd::category(code) })
}

fn bidirectional(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "bidirectional", false)?;
    short(th, if old { version_3_2::bidirectional(code) } else { ucd::bidirectional(code) })
}

fn combining(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "combining", false)?;
    let class = if old { version_3_2::combining(code) } else { ucd::combining(code) };
    Ok(Value::from_i32(class.into()))
}

fn mirrored(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "mirrored", false)?;
    let mirrored = if old { version_3_2::mirrored(code) } else { ucd::mirrored(code) };
    Ok(Value::from_i32(mirrored.into()))
}

fn east_asian_width(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "east_asian_width", false)?;
    short(th, if old { version_3_2::east_asian_width(code) } else { ucd::east_asian_width(code) })
}

fn decomposition(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "decomposition", false)?;
    let mapping = if old { version_3_2::decomposition(code) } else { ucd::decomposition(code) };
    Ok(th.new_str(&mapping)?.value())
}

fn name(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let code = character(th, args[0], "name", true)?;
    let name = if old { version_3_2::name(code) } else { ucd::name(code) };
    match name {
        Some(name) => Ok(th.new_str(&name)?.value()),
        None => or_default(th, None, args[1], "no such name"),
    }
}

fn lookup(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let name = if let Some(text) = args[0].cast::<Str>() {
        text.display()
    } else if let Some(bytes) = args[0].cast::<Bytes>() {
        String::from_utf8_lossy(bytes.as_slice()).into_owned()
    } else {
        let kind = th.type_name(args[0]);
        return Err(th.type_error(format!("a bytes-like object is required, not '{kind}'")));
    };
    let found = match ucd::lookup(&name) {
        Some(Named::Character(code)) if !(old && version_3_2::category(code) == "Cn") => {
            Some(Str::from_code(th, code)?)
        }
        Some(Named::Sequence(codes)) if !old => Some(Str::new(th, Text::Four(codes))?),
        _ => None,
    };
    match found {
        Some(found) => Ok(found.value()),
        None => {
            let message = th.new_str(&format!("undefined character name '{name}'"))?;
            Err(th.key_error(message.value()))
        }
    }
}

fn form_and_text(
    th: &mut Thread,
    args: &[Value],
    function: &str,
) -> Result<(Form, Ref<Str>), Raised> {
    let form = th.str_argument(args[0], &format!("{function}() argument 1"))?;
    let text = th.str_argument(args[1], &format!("{function}() argument 2"))?;
    match form.ascii().and_then(Form::parse) {
        Some(form) => Ok((form, text)),
        None => Err(th.value_error("invalid normalization form")),
    }
}

fn normal_form(old: bool, text: Text<'_>, form: Form) -> Option<OwnedText> {
    if old { Some(version_3_2::normalize(text, form)) } else { ucd::normalize(text, form) }
}

fn normalize(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let (form, text) = form_and_text(th, args, "normalize")?;
    match normal_form(old, text.text(), form) {
        Some(normal) => Ok(Str::from_owned(th, &normal)?.value()),
        None => Ok(Str::exact(th, text)?.value()),
    }
}

fn is_normalized(th: &mut Thread, old: bool, args: &[Value]) -> Result<Value, Raised> {
    let (form, text) = form_and_text(th, args, "is_normalized")?;
    let normal = if old {
        let normal = version_3_2::normalize(text.text(), form);
        orochi_text::compare::equal(normal.as_text(), text.text())
    } else {
        ucd::is_normalized(text.text(), form)
    };
    Ok(Value::from_bool(normal))
}
