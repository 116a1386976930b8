//! `_tokenize`: the iterator that `tokenize` is made of.

mod lexer;
#[cfg(test)]
mod tests;

use orochi_vm::class::{NativeLayout, TypeFlags, TypeSpec, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Header, Value};
use orochi_vm::heap_object;
use orochi_vm::name;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::ValueCast;
use orochi_vm::thread::Thread;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use crate::argument;
use crate::native_state::NativeState;
use lexer::{Event, Failure, Lexer, Token, kind};

/// The module.
pub static MODULE: ModuleSpec =
    ModuleSpec { types: &[&TOKENIZER], ..ModuleSpec::named("_tokenize") };

heap_object! {
    /// `_tokenize.TokenizerIter`
    pub struct Tokenizer: TOKENIZER {
        values {
            /// What gives the lines.
            readline: Value,
            /// Their encoding, if they are bytes.
            encoding: Value,
        }
        storage {}
        data {
            /// Where it is.
            lexer: NativeState<Lexer>,
        }
    }
}

/// `_tokenize.TokenizerIter`
static TOKENIZER: TypeSpec = TypeSpec {
    module: "_tokenize",
    flags: TypeFlags::NONE,
    new: Some(function(
        "__new__($type, /, readline, *, encoding=<unrepresentable>, extra_tokens=False)",
        new,
        "",
    )),
    next: Some(next),
    finalise: Some(free),
    ..TypeSpec::named("TokenizerIter", NativeLayout::of::<Tokenizer>())
};

/// # Safety
/// As for [`TypeSpec::finalise`]: the object has died.
unsafe fn free(object: *mut Header) {
    // SAFETY: called once for an object of this type that has died.
    unsafe { (*object.cast::<Tokenizer>()).lexer.get().free() }
}

fn new(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let shape = th.instance_shape(args[0], &TOKENIZER)?;
    let extra = argument::truth_or(th, args[3], false)?;
    let encoding = argument::given(args[2]).unwrap_or(Value::NONE);
    let lexer = NativeState::new(Lexer::new(extra));
    Ok(Tokenizer::allocate_as(th, shape, args[1], encoding, lexer)?.value())
}

fn next(th: &mut Thread, own: Value) -> Result<Option<Value>, Raised> {
    let own = th.receiver::<Tokenizer>(own)?;
    loop {
        let (event, extra, done, readline, encoding) = {
            let state = th.write(own)?;
            let mut lexer = state.lexer.get().get(state.token());
            let event = lexer.events.pop_front();
            (event, lexer.extra, lexer.is_done(), state.readline.get(), state.encoding.get())
        };
        match event {
            Some(Event::Token(token)) => return tuple(th, &token, extra).map(Some),
            Some(Event::Failure(failure)) => return Err(raise(th, &failure)),
            None if done => return Ok(None),
            None => {}
        }
        let line = read_line(th, readline, encoding)?;
        let state = th.write(own)?;
        state.lexer.get().get(state.token()).feed(&line);
    }
}

/// The next line; empty at the end.
fn read_line(th: &mut Thread, readline: Value, encoding: Value) -> Result<String, Raised> {
    let line = match th.call(readline, &[]) {
        Ok(line) => line,
        Err(raised) if th.catch(raised, &classes::STOP_ITERATION).is_some() => {
            return Ok(String::new());
        }
        Err(raised) => return Err(raised),
    };
    if let Some(text) = line.cast::<Str>() {
        return Ok(text.display());
    }
    if encoding.is_none() || !th.is_bytes_like(line) {
        let name = th.type_name(line);
        let wanted = if encoding.is_none() { "str" } else { "bytes" };
        return Err(th.type_error(format!("readline() returned a non-{wanted} object ({name})")));
    }
    let text = th.call_method(line, name!(th, "decode"), &[encoding])?;
    Ok(th.str(text)?.display())
}

fn place(th: &mut Thread, (row, column): (usize, i64)) -> Result<Value, Raised> {
    let (row, column) = (th.int_from_i64(row as i64)?, th.int_from_i64(column)?);
    Ok(Tuple::from_slice(th, &[row, column])?.value())
}

/// A token as Python sees it. Indentation and the end have text and column only among the extra
/// tokens that the module `tokenize` asks for.
fn tuple(th: &mut Thread, token: &Token, extra: bool) -> Result<Value, Raised> {
    let nowhere = !extra && matches!(token.kind, kind::ENDMARKER | kind::INDENT | kind::DEDENT);
    let text = th.new_str(if nowhere { "" } else { &token.text })?.value();
    let column = |column: usize| if nowhere { -1 } else { column as i64 };
    let start = place(th, (token.start.0, column(token.start.1)))?;
    let end = place(th, (token.end.0, column(token.end.1)))?;
    let line = th.new_str(&token.line)?.value();
    let items = [Value::from_i32(token.kind), text, start, end, line];
    Ok(Tuple::from_slice(th, &items)?.value())
}

fn raise(th: &mut Thread, failure: &Failure) -> Raised {
    let class =
        if failure.indentation { &classes::INDENTATION_ERROR } else { &classes::SYNTAX_ERROR };
    let made =
        arguments(th, failure).and_then(|args| th.call(class.class().value(), args.as_slice()));
    match made {
        Ok(error) => th.raise_value(error),
        Err(raised) => raised,
    }
}

/// The arguments of a `SyntaxError`.
fn arguments(th: &mut Thread, failure: &Failure) -> Result<orochi_vm::object::Ref<Tuple>, Raised> {
    let message = th.new_str(&failure.message)?.value();
    let Some((row, offset)) = failure.at else { return Tuple::from_slice(th, &[message]) };
    let file = th.new_str("<string>")?.value();
    let text = th.new_str(&failure.text)?.value();
    let (row, offset) = (th.int_from_i64(row as i64)?, th.int_from_i64(offset as i64)?);
    let details = if failure.indentation {
        Tuple::from_slice(th, &[file, row, offset, text, Value::NONE, Value::NONE])?
    } else {
        Tuple::from_slice(th, &[file, row, offset, text, row, offset])?
    };
    Tuple::from_slice(th, &[message, details.value()])
}
