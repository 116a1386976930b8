//! `compile`, `eval` and `exec`.

use std::sync::{Arc, OnceLock};

use orochi_compiler::code::flags as code_flags;
use orochi_compiler::error::{ErrorClass, SyntaxError, Warning, WarningClass};
use orochi_compiler::{Compiled, Mode, Options, Undecoded};

use crate::class::Special;
use crate::exception::{Raised, classes, raise_syntax_error};
use crate::heap::Value;
use crate::interpreter::call::claim_code;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::cell::Cell;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;

/// `ast.PyCF_DONT_IMPLY_DEDENT`
const DONT_IMPLY_DEDENT: i64 = 0x200;
/// `ast.PyCF_ONLY_AST`
const ONLY_AST: i64 = 0x400;
/// `PyCF_IGNORE_COOKIE`
const IGNORE_COOKIE: i64 = 0x800;
/// `ast.PyCF_TYPE_COMMENTS`
const TYPE_COMMENTS: i64 = 0x1000;
/// `ast.PyCF_ALLOW_TOP_LEVEL_AWAIT`
const TOP_LEVEL_AWAIT: i64 = 0x2000;
/// `PyCF_ALLOW_INCOMPLETE_INPUT`
const ALLOW_INCOMPLETE: i64 = 0x4000;
/// `ast.PyCF_OPTIMIZED_AST`
const OPTIMIZED_AST: i64 = 0x8000 | ONLY_AST;
/// `from __future__ import annotations`
const FUTURE_ANNOTATIONS: i64 = 0x100_0000;
/// `from __future__ import barry_as_FLUFL`
const BARRY: i64 = 0x40_0000;
/// Futures that have become the rule.
const OLD_FUTURES: i64 = 0x10 | 0x2_0000 | 0x4_0000 | 0x8_0000 | 0x10_0000 | 0x20_0000 | 0x80_0000;

/// Makes a syntax tree of source text: text, file name, mode, options, optimised or not.
pub type ParseHook = fn(&mut Thread, &str, &str, Mode, &Options, bool) -> Result<Value, Raised>;
/// Compiles a syntax tree: node, file name, mode, options.
pub type CompileHook = fn(&mut Thread, Value, &str, Mode, &Options) -> Result<Compiled, Raised>;

/// What the module `_ast` does for `compile`.
pub struct AstHooks {
    /// Whether a value is a node of a syntax tree.
    pub is_node: fn(&mut Thread, Value) -> Result<bool, Raised>,
    /// Source to tree.
    pub parse: ParseHook,
    /// Tree to code.
    pub compile: CompileHook,
}

/// Set when `_ast` is made.
pub static AST: OnceLock<AstHooks> = OnceLock::new();

/// `compile(source, filename, mode, flags, dont_inherit, optimize)`
pub(super) fn compile(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let filename = file_name(th, args[1])?;
    let Some(mode_text) = args[2].cast::<Str>() else {
        let kind = th.type_name(args[2]);
        return Err(th.type_error(format!("compile() argument 'mode' must be str, not {kind}")));
    };
    let flags = if args[3].is_unbound() { 0 } else { th.index_i64(args[3])? };
    let inherits = args[4].is_unbound() || !th.is_true(args[4])?;
    let optimize = if args[5].is_unbound() { -1 } else { th.index_i64(args[5])? };
    let known = OPTIMIZED_AST
        | DONT_IMPLY_DEDENT
        | IGNORE_COOKIE
        | TYPE_COMMENTS
        | TOP_LEVEL_AWAIT
        | ALLOW_INCOMPLETE
        | FUTURE_ANNOTATIONS
        | BARRY
        | OLD_FUTURES;
    if flags & !known != 0 {
        return Err(th.value_error("compile(): unrecognised flags"));
    }
    if !(-1..=2).contains(&optimize) {
        return Err(th.value_error("compile(): invalid optimize value"));
    }
    let mode = match mode_text.ascii() {
        Some("exec") => Mode::Exec,
        Some("eval") => Mode::Eval,
        Some("single") => Mode::Single,
        Some("func_type") if flags & ONLY_AST != 0 => Mode::FunctionType,
        Some("func_type") => {
            return Err(th.value_error("compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ if flags & ONLY_AST != 0 => {
            return Err(
                th.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")
            );
        }
        _ => return Err(th.value_error("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let mut options = options(th, inherits);
    if optimize >= 0 {
        options.optimize = optimize as u8;
    }
    options.future_annotations |= flags & FUTURE_ANNOTATIONS != 0;
    options.barry_as_bdfl = flags & BARRY != 0;
    options.top_level_await = flags & TOP_LEVEL_AWAIT != 0;
    options.allow_incomplete = flags & ALLOW_INCOMPLETE != 0;
    if let Some(hooks) = AST.get()
        && (hooks.is_node)(th, args[0])?
    {
        if flags & ONLY_AST != 0 {
            return Ok(args[0]);
        }
        let compiled = (hooks.compile)(th, args[0], &filename, mode, &options)?;
        return finish(th, compiled, &filename, "");
    }
    if flags & ONLY_AST != 0 {
        let Source { text, ignore_cookie } =
            source_text(th, args[0], &filename, "compile", "string, bytes or AST")?;
        options.ignore_cookie = ignore_cookie;
        let Some(hooks) = AST.get() else {
            return Err(th.not_implemented_error("the module _ast is missing"));
        };
        return (hooks.parse)(
            th,
            &text,
            &filename,
            mode,
            &options,
            flags & OPTIMIZED_AST == OPTIMIZED_AST,
        );
    }
    compile_source(th, args[0], &filename, mode, options, "compile", "string, bytes or AST")
        .map(Ref::value)
}

fn file_name(th: &mut Thread, value: Value) -> Result<String, Raised> {
    if let Some(text) = value.cast::<Str>() {
        return Ok(text.display());
    }
    let os = th.import_module("os")?;
    let decoded = th.call_method(os, crate::name!(th, "fsdecode"), &[value])?;
    Ok(th.display_str(decoded))
}

/// The options of the code that calls.
fn options(th: &Thread, inherits: bool) -> Options {
    let inherited = inherits
        && th.running_function().is_some_and(|function| {
            function.code().flags.get() & code_flags::FUTURE_ANNOTATIONS != 0
        });
    Options {
        optimize: th.vm.settings.optimize,
        future_annotations: inherited,
        ..Options::default()
    }
}

/// Source as text.
struct Source {
    text: String,
    ignore_cookie: bool,
}

/// What a source argument says: a string, or bytes with a coding cookie.
fn source_text(
    th: &mut Thread,
    source: Value,
    filename: &str,
    function: &str,
    kinds: &str,
) -> Result<Source, Raised> {
    if let Some(text) = source.cast::<Str>() {
        if text.text().codes().any(|code| code == 0) {
            return Err(th.raise_message(
                &classes::SYNTAX_ERROR,
                "source code string cannot contain null bytes",
            ));
        }
        let encoded = match orochi_text::codec::encode_utf8(text.text()) {
            Ok(bytes) => bytes,
            Err(_) => {
                // The codec says what is wrong, with the right class.
                th.call_method(source, crate::name!(th, "encode"), &[])?;
                return Err(th.value_error("source code is no text"));
            }
        };
        let text = String::from_utf8(encoded).unwrap_or_default();
        return Ok(Source { text, ignore_cookie: true });
    }
    if !th.is_bytes_like(source) {
        return Err(th.type_error(format!("{function}() arg 1 must be a {kinds} object")));
    }
    let bytes = th.bytes_of(source)?;
    if bytes.contains(&0) {
        return Err(th.raise_message(
            &classes::SYNTAX_ERROR,
            "source code string cannot contain null bytes",
        ));
    }
    match orochi_compiler::decode(&bytes, filename) {
        Ok(text) => Ok(Source { text, ignore_cookie: true }),
        Err(Undecoded::Error(error)) => Err(raise_syntax_error(th, &error)),
        Err(Undecoded::Encoding(encoding)) => {
            let text = decode_with_codec(th, &bytes, &encoding, filename)?;
            Ok(Source { text, ignore_cookie: true })
        }
    }
}

/// The text of source in an encoding that only a codec of the program's knows.
pub fn decode_with_codec(
    th: &mut Thread,
    bytes: &[u8],
    encoding: &str,
    filename: &str,
) -> Result<String, Raised> {
    let name = th.new_str(encoding)?;
    let raw = th.new_bytes(bytes)?;
    let raised = match th.call_method(raw.value(), crate::name!(th, "decode"), &[name.value()]) {
        Ok(text) => return Ok(th.display_str(text)),
        Err(raised) => raised,
    };
    let message = if th.catch(raised, &classes::LOOKUP_ERROR).is_some() {
        format!("unknown encoding: {encoding}")
    } else if let Some(error) = th.catch(raised, &classes::UNICODE_DECODE_ERROR) {
        th.str(error)?.display()
    } else {
        return Err(raised);
    };
    let error = SyntaxError {
        class: ErrorClass::SyntaxError,
        message,
        filename: filename.to_owned(),
        line: 0,
        column: -1,
        end_line: 0,
        end_column: 0,
        text: None,
        late: false,
    };
    Err(raise_syntax_error(th, &error))
}

fn compile_source(
    th: &mut Thread,
    source: Value,
    filename: &str,
    mode: Mode,
    mut options: Options,
    function: &str,
    kinds: &str,
) -> Result<Ref<Code>, Raised> {
    let Source { text, ignore_cookie } = source_text(th, source, filename, function, kinds)?;
    options.ignore_cookie = ignore_cookie;
    // Compiling looks at nothing of the heap.
    let result = {
        let filename = filename.to_owned();
        th.away(move || {
            let result = orochi_compiler::compile_str(&text, &filename, mode, &options);
            (result, text)
        })
    };
    let (result, text) = result;
    match result {
        Ok(compiled) => {
            let code = finish(th, compiled, filename, &text)?;
            match code.cast::<Code>() {
                Some(code) => Ok(code),
                None => Err(th.system_error("compiling has made no code")),
            }
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}

/// Warns of what the compiler has found, and makes the code object.
fn finish(
    th: &mut Thread,
    compiled: Compiled,
    filename: &str,
    text: &str,
) -> Result<Value, Raised> {
    warn_of_source(th, &compiled.warnings, filename, text)?;
    Ok(Code::new(th, Arc::new(compiled.code))?.value())
}

/// Warns of what the compiler has found in the source `text`.
pub fn warn_of_source(
    th: &mut Thread,
    warnings: &[Warning],
    filename: &str,
    text: &str,
) -> Result<(), Raised> {
    for warning in warnings {
        let category = match warning.class {
            WarningClass::SyntaxWarning => &classes::SYNTAX_WARNING,
            WarningClass::DeprecationWarning => &classes::DEPRECATION_WARNING,
        };
        let line = warning.at.line;
        if let Err(raised) = th.warn_at(category, &warning.message, filename, i64::from(line)) {
            // A filter that makes the warning an error makes it a syntax error.
            if th.catch(raised, category).is_none() {
                return Err(raised);
            }
            let shown = text.lines().nth(line.saturating_sub(1) as usize);
            let error = SyntaxError {
                class: ErrorClass::SyntaxError,
                message: warning.message.clone(),
                filename: filename.to_owned(),
                line,
                column: warning.at.column as i32 + 1,
                end_line: warning.at.end_line,
                end_column: warning.at.end_column as i32 + 1,
                text: shown.map(|line| format!("{line}\n")).filter(|_| !warning.late),
                late: warning.late,
            };
            return Err(raise_syntax_error(th, &error));
        }
    }
    Ok(())
}

impl Thread {
    /// The dict of built-in names that code with these globals uses.
    pub fn builtins_of(&mut self, globals: Ref<Dict>) -> Result<Ref<Dict>, Raised> {
        let own = globals.get_str(self, crate::name!(self, "__builtins__"))?;
        Ok(match own {
            Some(own) => match (own.cast::<Module>(), own.cast::<Dict>()) {
                (Some(module), _) => module.dict(),
                (None, Some(dict)) => dict,
                (None, None) => self.vm.builtins.get(),
            },
            None => self.vm.builtins.get(),
        })
    }

    /// Runs code with its global names in `globals` and its others in `namespace`.
    pub fn run_code(
        &mut self,
        code: Ref<Code>,
        globals: Ref<Dict>,
        namespace: Value,
        closure: Value,
    ) -> Result<Value, Raised> {
        let builtins = self.builtins_of(globals)?;
        let module = globals.get_str(self, crate::name!(self, "__name__"))?.unwrap_or(Value::NONE);
        let code = claim_code(self, code, globals)?;
        let function = Function::new(self, code, globals, builtins, module)?;
        if !closure.is_unbound() {
            let guard = self.write(function)?;
            guard.closure.set(guard.token(), closure);
        }
        if code.flags.get() & code_flags::OPTIMIZED != 0 {
            return self.call(function.value(), &[]);
        }
        self.run_body(function, namespace)
    }
}

/// Compiles and runs source in a dict of globals.
pub fn run_source(
    th: &mut Thread,
    source: &str,
    filename: &str,
    globals: Ref<Dict>,
) -> Result<(), Raised> {
    match orochi_compiler::compile_str(source, filename, Mode::Exec, &Options::default()) {
        Ok(compiled) => {
            let code = Code::new(th, Arc::new(compiled.code))?;
            th.run_code(code, globals, globals.value(), Value::UNBOUND).map(drop)
        }
        Err(error) => Err(raise_syntax_error(th, &error)),
    }
}

/// The dicts that `eval` and `exec` work in.
fn namespaces(
    th: &mut Thread,
    function: &str,
    globals: Value,
    locals: Value,
) -> Result<(Ref<Dict>, Value), Raised> {
    let given = |value: Value| (!value.is_unbound() && !value.is_none()).then_some(value);
    if let Some(locals) = given(locals)
        && locals.cast::<Dict>().is_none()
        && th.class_of(locals).special(th, Special::GetItem).is_none()
    {
        let kind = th.type_name(locals);
        return Err(th.type_error(if function == "exec" {
            format!("locals must be a mapping or None, not {kind}")
        } else {
            "locals must be a mapping".to_owned()
        }));
    }
    let (globals, default) = match given(globals) {
        Some(value) => match value.cast::<Dict>() {
            Some(globals) => (globals, value),
            None => {
                let kind = th.type_name(value);
                return Err(th.type_error(if function == "exec" {
                    format!("exec() globals must be a dict, not {kind}")
                } else {
                    "globals must be a dict".to_owned()
                }));
            }
        },
        None => {
            let Some(own) = th.running_globals() else {
                return Err(
                    th.system_error(format!("globals and locals cannot be NULL in {function}()"))
                );
            };
            let locals =
                if given(locals).is_some() { Value::NONE } else { crate::frame::locals(th)? };
            (own, locals)
        }
    };
    let name = crate::name!(th, "__builtins__");
    if globals.get_str(th, name)?.is_none() {
        let module = th.intern("builtins")?;
        if let Some(module) = th.vm.modules.get().get_str(th, module)? {
            globals.set_str(th, name, module)?;
        }
    }
    Ok((globals, given(locals).unwrap_or(default)))
}

fn free_count(code: Ref<Code>) -> usize {
    use orochi_compiler::code::VariableKind::Free;
    code.compiled().variables.iter().filter(|variable| variable.kind == Free).count()
}

/// `eval(source, globals, locals)`
pub(super) fn eval(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (globals, locals) = namespaces(th, "eval", args[1], args[2])?;
    let code = match args[0].cast::<Code>() {
        Some(code) => code,
        None => {
            let options = options(th, true);
            let source = match args[0].cast::<Str>() {
                Some(text) => {
                    // Leading blanks are no indentation here.
                    let codes = text.text();
                    let skipped = codes.codes().take_while(|&c| c == 0x20 || c == 0x09).count();
                    Str::from_text(th, codes.slice(skipped..codes.len()).to_owned().as_text())?
                        .value()
                }
                None => args[0],
            };
            compile_source(
                th,
                source,
                "<string>",
                Mode::Eval,
                options,
                "eval",
                "string, bytes or code",
            )?
        }
    };
    if free_count(code) > 0 {
        return Err(th.type_error("code object passed to eval() may not contain free variables"));
    }
    th.run_code(code, globals, locals, Value::UNBOUND)
}

/// `exec(source, globals, locals, closure=None)`
pub(super) fn exec(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let (globals, locals) = namespaces(th, "exec", args[1], args[2])?;
    let closure = if args[3].is_none() { Value::UNBOUND } else { args[3] };
    let code = match args[0].cast::<Code>() {
        Some(code) => {
            let free = free_count(code);
            if free == 0 && !closure.is_unbound() {
                return Err(th.type_error("cannot use a closure with this code object"));
            }
            if free > 0 {
                let cells = closure.cast_exact::<Tuple>();
                let fits = cells.is_some_and(|cells| {
                    cells.len() == free
                        && cells.as_slice().iter().all(|cell| cell.cast::<Cell>().is_some())
                });
                if !fits {
                    return Err(th.type_error(format!(
                        "code object requires a closure of exactly length {free}"
                    )));
                }
            }
            code
        }
        None => {
            if !closure.is_unbound() {
                return Err(th.type_error("closure can only be used when source is a code object"));
            }
            let options = options(th, true);
            compile_source(
                th,
                args[0],
                "<string>",
                Mode::Exec,
                options,
                "exec",
                "string, bytes or code",
            )?
        }
    };
    th.run_code(code, globals, locals, closure)?;
    Ok(Value::NONE)
}

/// `globals()`
pub(super) fn globals(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    match th.running_globals() {
        Some(globals) => Ok(globals.value()),
        None => Err(th.system_error("globals() called without a frame")),
    }
}

/// `locals()`
pub(super) fn locals(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    crate::frame::locals(th)
}
