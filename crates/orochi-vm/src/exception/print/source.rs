//! Where the source lines of a traceback come from: files; what the loader of a module says; and
//! source that was given on the command line or typed in, which is registered by the code made
//! of it.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};

use orochi_compiler::code::{Code as Compiled, Constant};

use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::str::Str;

/// What tells a piece of code from others of the same made-up file name.
type Key = (Arc<str>, Arc<str>, u32);

fn registered() -> &'static Mutex<HashMap<Key, Arc<str>>> {
    static SOURCES: OnceLock<Mutex<HashMap<Key, Arc<str>>>> = OnceLock::new();
    SOURCES.get_or_init(Mutex::default)
}

fn key(code: &Compiled) -> Key {
    (code.filename.clone(), code.qualname.clone(), code.first_line)
}

/// Remembers the source of code that comes from no file, for tracebacks.
pub fn register(code: &Compiled, source: &str) {
    let source: Arc<str> = source.into();
    let mut sources = registered().lock().unwrap_or_else(|e| e.into_inner());
    let mut open = vec![code];
    while let Some(code) = open.pop() {
        sources.insert(key(code), source.clone());
        for constant in &code.constants {
            if let Constant::Code(inner) = constant {
                open.push(inner);
            }
        }
    }
}

/// The lines of the files that one report needs.
#[derive(Default)]
pub(super) struct Sources {
    files: HashMap<String, Rc<Vec<String>>>,
}

fn split(text: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        text.replace("\r\n", "\n").split(['\n', '\r']).map(str::to_owned).collect();
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

impl Sources {
    /// The lines that a piece of code is part of; empty if they are not known.
    pub(super) fn of_code(
        &mut self,
        th: &mut Thread,
        code: Ref<Code>,
        globals: Ref<Dict>,
    ) -> Result<Rc<Vec<String>>, Raised> {
        let name = code.filename.get().display();
        if name.starts_with('<') {
            let compiled = code.compiled();
            let source = {
                let sources = registered().lock().unwrap_or_else(|e| e.into_inner());
                sources.get(&key(compiled)).cloned()
            };
            if let Some(source) = source {
                return Ok(Rc::new(split(&source)));
            }
        }
        if let Some(known) = self.files.get(&name) {
            return Ok(known.clone());
        }
        let lines = match read_file(&name) {
            Some(lines) => lines,
            None => from_loader(th, &name, globals)?,
        };
        let lines = Rc::new(lines);
        self.files.insert(name, lines.clone());
        Ok(lines)
    }
}

/// The lines of a file, if it can be read as source.
pub(super) fn read_file(name: &str) -> Option<Vec<String>> {
    if name.starts_with('<') && name.ends_with('>') {
        return None;
    }
    let bytes = std::fs::read(name).ok()?;
    let text = orochi_compiler::parse::decode(&bytes, false, Some(name)).ok()?;
    Some(split(&text))
}

/// One line of a file, counted from 1.
pub(crate) fn file_line(name: &str, number: u32) -> Option<String> {
    let lines = read_file(name)?;
    lines.get((number as usize).checked_sub(1)?).cloned()
}

/// The lines that the module's loader gives.
fn from_loader(th: &mut Thread, file: &str, globals: Ref<Dict>) -> Result<Vec<String>, Raised> {
    if file.starts_with('<') && file.ends_with('>') {
        return Ok(Vec::new());
    }
    match ask_loader(th, globals) {
        Ok(text) => Ok(text.map(|text| split(&text)).unwrap_or_default()),
        Err(Raised::Abort) => Err(Raised::Abort),
        Err(Raised::Exception) => {
            th.take_exception();
            Ok(Vec::new())
        }
    }
}

fn ask_loader(th: &mut Thread, globals: Ref<Dict>) -> Result<Option<String>, Raised> {
    let spec = globals.get_str(th, crate::name!(th, "__spec__"))?.unwrap_or(Value::NONE);
    let (mut name, mut loader) = (None, None);
    if !spec.is_none() {
        name = th.find_attribute(spec, crate::name!(th, "name"))?;
        loader = th.find_attribute(spec, crate::name!(th, "loader"))?;
    }
    if name.is_none() {
        name = globals.get_str(th, crate::name!(th, "__name__"))?;
    }
    if loader.is_none_or(Value::is_none) {
        loader = globals.get_str(th, crate::name!(th, "__loader__"))?;
    }
    let (Some(name), Some(loader)) = (name, loader) else { return Ok(None) };
    let Some(get) = th.find_attribute(loader, crate::name!(th, "get_source"))? else {
        return Ok(None);
    };
    let source = th.call(get, &[name])?;
    Ok(source.cast::<Str>().map(|text| text.display()))
}

/// One line of a file, as far as it can be had.
pub(in crate::exception) fn line(
    th: &mut Thread,
    file: &str,
    number: i64,
    globals: Option<Ref<Dict>>,
) -> Result<Option<String>, Raised> {
    let Some(index) = usize::try_from(number).ok().and_then(|line| line.checked_sub(1)) else {
        return Ok(None);
    };
    let lines = match (read_file(file), globals) {
        (Some(lines), _) => lines,
        (None, Some(globals)) => from_loader(th, file, globals)?,
        (None, None) => return Ok(None),
    };
    Ok(lines.get(index).cloned())
}
