//! `_json`: reading and writing JSON, for the package `json`.
//!
//! * [`text`]: strings of JSON, both ways; [`scanner`]: reading values; [`encoder`]: writing them

mod encoder;
mod scanner;
mod text;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::Ref;
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    doc: "json speedups",
    functions: FUNCTIONS,
    types: &[&scanner::SCANNER, &encoder::ENCODER],
    execute: Some(|th, module| {
        let dict = module.dict();
        for (from, to) in [("Scanner", "make_scanner"), ("Encoder", "make_encoder")] {
            let (from, to) = (th.name(from), th.name(to));
            if let Some(class) = dict.delete_str(th, from)? {
                dict.set_str(th, to, class)?;
            }
        }
        Ok(())
    }),
    ..ModuleSpec::named("_json")
};

static FUNCTIONS: &[Method] = &[
    function(
        "scanstring(string, end, strict=True, /)",
        text::scanstring,
        "scanstring(string, end, strict=True) -> (string, end)\n\nRead the JSON string whose first character is at end; return it and the index behind its closing quote.",
    ),
    function(
        "encode_basestring(string, /)",
        text::encode_basestring,
        "encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string",
    ),
    function(
        "encode_basestring_ascii(string, /)",
        text::encode_basestring_ascii,
        "encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string",
    ),
];

/// Raises `json.JSONDecodeError`.
#[cold]
fn decode_error(th: &mut Thread, message: &str, document: Ref<Str>, position: usize) -> Raised {
    let raise = |th: &mut Thread| -> Result<Value, Raised> {
        let import = th.builtin(name!(th, "__import__"))?;
        let module = th.new_str("json.decoder")?.value();
        th.call(import, &[module])?;
        let decoder = th.vm.modules.get().get_str(th, name!(th, "json.decoder"))?;
        let Some(decoder) = decoder else {
            return Err(th.value_error(format!("{message}: char {position}")));
        };
        let class = th.get_attribute(decoder, name!(th, "JSONDecodeError"))?;
        let message = th.new_str(message)?.value();
        let position = th.int_from_i64(position as i64)?;
        th.call(class, &[message, document.value(), position])
    };
    match raise(th) {
        Ok(exception) => th.raise_value(exception),
        Err(raised) => raised,
    }
}
