//! What the event log says of a program: where a thread is, and what its objects are.
//!
//! The log itself is the protocol's (`orochi_stm::log`); it knows frames as pairs of words. Here
//! these are a function and an instruction in it, of which a text is made when the log asks:
//!
//! ```text
//! frame    file \0 qualified name \0 first line
//! object   category \t type \t expression \t operation
//! ```
//! The expression is what the instruction says: `self.n`, `totals`, a variable's name; empty where
//! it does not. `docs/internals/event-log.md` lists the categories.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use orochi_compiler::bytecode::{METHOD_FORM, Op};
use orochi_stm::log::{Cause, Event, Frame, Names, Trail};
use orochi_stm::{OwnerWord, Registry};

use super::Thread;
use crate::class::change::AttributeCell;
use crate::frame::walk::Windows;
use crate::heap::{Header, Value};
use crate::interpreter::frame as window;
use crate::interpreter::{a, b, c, d};
use crate::object::{Ref, ValueCast};
use crate::shape::{shape_at, shape_of_object};
use crate::types::cell::Cell as ClosureCell;
use crate::types::code::Code;
use crate::types::dict::{Dict, GlobalCell};
use crate::types::function::Function;
use crate::types::str::Str;
use crate::vm::Settings;

/// Begins to log, if the settings say so.
///
/// # Errors
/// When the file cannot be made.
pub fn open(settings: &Settings) -> Result<(), String> {
    let Some(file) = &settings.stm_log else { return Ok(()) };
    let line = |text: String| text.replace(['\n', '\r'], " ");
    let command: Vec<_> =
        settings.orig_argv.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let folder =
        std::env::current_dir().map_or_else(|_| String::new(), |dir| dir.display().to_string());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let text = format!(
        "command={}\nfolder={}\ncores={cores}\ntime={}\nversion={}\n",
        line(command.join(" ")),
        line(folder),
        time.map_or(0, |time| time.as_secs()),
        env!("CARGO_PKG_VERSION"),
    );
    Registry::global()
        .open_log(Path::new(file), &text)
        .map_err(|error| format!("cannot write the log '{}': {error}", Path::new(file).display()))
}

/// Writes out what is left, before the process ends. Any number of times.
pub fn close() {
    if let Some(th) = Thread::try_current() {
        th.stm.log_sums();
    }
    Registry::global().close_log();
}

/// The innermost frame: its function and instruction.
#[inline]
pub(super) fn frame(th: &Thread) -> Frame {
    let regs = th.frame.get();
    if regs.is_null() {
        return (0, 0);
    }
    // SAFETY: the running frame's window has its function below it.
    let function = unsafe { window::function(regs) };
    (function.as_ptr() as usize, th.pc.get() as usize)
}

/// Fills `trail` with the innermost frames.
pub(super) fn trail(th: &Thread, trail: &mut Trail, frames: usize) {
    for (regs, pc) in Windows::new(th).take(frames) {
        // SAFETY: windows are live, and each has a function below it.
        let function = unsafe { window::function(regs) };
        if !trail.push((function.as_ptr() as usize, pc as usize)) {
            break;
        }
    }
}

fn code_of(frame: Frame) -> Ref<Code> {
    // SAFETY: made by `trail` of a running function, which its frame keeps, or the log's table
    // (`StmThread::logged_words`).
    let function: Ref<Function> = unsafe { Ref::from_ptr(frame.0 as *const Function) };
    function.code()
}

pub(super) fn place(trail: &Trail, names: &Names) -> u32 {
    let mut frames = Vec::with_capacity(trail.count);
    for &frame in trail.frames() {
        let code = code_of(frame);
        let pc = frame.1 as *const u64;
        // A function may have got other code since.
        let inside = (code.offset_of(pc) as usize) < code.words().len() && !pc.is_null();
        let line = if inside { code.line_at(pc) } else { 0 };
        let (file, name) = (code.filename.get().display(), code.qualname.get().display());
        let text = format!("{file}\0{name}\0{}", code.compiled().first_line);
        frames.push((names.text(text.as_bytes()), line));
    }
    names.stack(&frames)
}

/// The instruction at which the newest frame of the trail is.
fn instruction(trail: &Trail) -> Option<(Ref<Code>, usize, u64)> {
    let &frame = trail.frames().first()?;
    let code = code_of(frame);
    let at = code.offset_of(frame.1 as *const u64) as usize;
    let word = code.words().get(at)?.load(Ordering::Relaxed);
    Some((code, at, word))
}

fn constant(code: &Code, index: usize) -> Option<String> {
    let value = *code.constants.get().as_slice().get(index)?;
    value.cast::<Str>().map(|text| text.display())
}

fn variable(code: &Code, register: usize) -> Option<String> {
    let value = *code.variables.get().as_slice().get(register)?;
    value.cast::<Str>().map(|text| text.display())
}

/// The source of what is in a register at the instruction at `end`, as far as the instructions
/// before tell: the last one that has written to it.
fn expression(code: &Code, end: usize, register: usize, depth: u32) -> Option<String> {
    if register < code.variable_count.get() as usize {
        return variable(code, register);
    }
    let (mut at, mut last) = (0, None);
    while at < end {
        let word = code.words().get(at)?.load(Ordering::Relaxed);
        let op = Op::from_u8(word as u8)?;
        let writes = match op {
            Op::StoreGlobal | Op::StoreName | Op::StoreCell | Op::SetAttr | Op::SetItem => false,
            Op::GetMethod | Op::LoadSpecial => register == a(word) || register == a(word) + 3,
            _ => register == a(word),
        };
        if writes {
            last = Some((at, op, word));
        }
        at += 1 + op.cache_words();
    }
    let (at, op, word) = last?;
    if depth == 0 {
        return None;
    }
    let inner = |register| expression(code, at, register, depth - 1);
    match op {
        Op::LoadSpecial if register == a(word) => {
            let names = ["__enter__", "__exit__", "__aenter__", "__aexit__"];
            names.get(usize::from(d(word))).map(ToString::to_string)
        }
        Op::LoadGlobal | Op::LoadName | Op::LoadCell => constant(code, c(word)),
        Op::GetMethod | Op::LoadSpecial if register == a(word) + 3 => inner(b(word)),
        Op::GetAttr | Op::GetMethod => {
            let (object, name) = (inner(b(word)), constant(code, c(word))?);
            Some(object.map_or_else(|| format!("….{name}"), |object| format!("{object}.{name}")))
        }
        Op::Move => inner(b(word)),
        Op::GetItem | Op::GetItemInt => Some(format!("{}[…]", inner(b(word))?)),
        Op::Call | Op::CallKw => Some(format!("{}(…)", inner(b(word))?)),
        _ => None,
    }
}

/// The innermost frames deep enough to name things.
const DEPTH: u32 = 4;

/// What a call at the instruction calls, and the register of its receiver.
fn callee(code: &Code, at: usize, word: u64) -> Option<(String, usize)> {
    let op = Op::from_u8(word as u8)?;
    let method = match op {
        Op::Call => d(word) & METHOD_FORM != 0,
        Op::CallKw => d(word) & METHOD_FORM != 0,
        Op::CallEx => false,
        _ => return None,
    };
    let name = expression(code, at, b(word), DEPTH)?;
    let receiver = b(word) + 3;
    Some((name, if method { receiver } else { usize::MAX }))
}

/// Objects of one shape are described alike at one place.
pub(super) fn kind(object: &OwnerWord) -> u64 {
    // SAFETY: owner words are the first words of headers.
    u64::from(unsafe { (*std::ptr::from_ref(object).cast::<Header>()).shape() }.0)
}

/// The text that says what `object` is.
pub(super) fn describe(object: &OwnerWord, trail: &Trail, names: &Names) -> u32 {
    // What is no value is the storage of a large container.
    let shape = shape_at(object);
    let value = match shape {
        Some(_) => Value::from_bits(std::ptr::from_ref(object).cast::<Header>() as u64),
        None => Value::NONE,
    };
    let kind = shape.map_or_else(String::new, |shape| shape.class.display_name());
    let mut category = shape.map_or("storage", |shape| shape.native.name);
    let (mut subject, mut operation) = (None, String::new());
    if let Some((code, at, word)) = instruction(trail) {
        let op = Op::from_u8(word as u8).unwrap_or(Op::Nop);
        let expression = |register| expression(&code, at, register, DEPTH);
        operation = op.name().to_owned();
        match op {
            Op::LoadGlobal | Op::StoreGlobal | Op::DelGlobal | Op::LoadName | Op::StoreName => {
                subject = constant(&code, c(word));
            }
            Op::LoadCell | Op::DelCell => subject = constant(&code, c(word)),
            Op::StoreCell => subject = variable(&code, a(word)),
            Op::GetAttr | Op::GetMethod => {
                subject = attribute(&code, value, expression(b(word)), c(word));
            }
            Op::SetAttr | Op::DelAttr => {
                subject = attribute(&code, value, expression(a(word)), c(word));
            }
            Op::GetItem | Op::GetItemInt | Op::GetSlice => subject = expression(b(word)),
            Op::SetItem | Op::DelItem | Op::ListAppend | Op::SetAdd | Op::DictAdd => {
                subject = expression(a(word));
            }
            Op::In | Op::JumpIn => {
                subject = expression(if op == Op::In { c(word) } else { b(word) })
            }
            Op::JumpIfTrue | Op::JumpIfFalse => subject = expression(a(word)),
            Op::Not | Op::GetIter | Op::ForIter | Op::Unpack => subject = expression(b(word)),
            _ => {
                if let Some((name, receiver)) = callee(&code, at, word) {
                    operation = name.rsplit('.').next().unwrap_or(&name).to_owned();
                    subject = expression(receiver);
                }
            }
        }
        let attributes = matches!(op, Op::GetAttr | Op::SetAttr | Op::DelAttr | Op::GetMethod);
        if attributes && category == "object" {
            category = "attribute";
        }
    }
    if value.cast_exact::<GlobalCell>().is_some() {
        category = "global";
    } else if value.cast_exact::<AttributeCell>().is_some() {
        category = "class attribute";
    } else if value.cast_exact::<ClosureCell>().is_some() {
        category = "closure variable";
    } else if matches!(
        operation.as_str(),
        "LoadGlobal" | "StoreGlobal" | "DelGlobal" | "LoadName" | "StoreName"
    ) {
        category = "namespace";
    }
    let subject = subject.unwrap_or_default();
    names.text(format!("{category}\t{kind}\t{subject}\t{operation}").as_bytes())
}

/// The name of an attribute: of a container that is one (`self.items` when `object` is the list),
/// of the class of an instance, or as the source has it.
fn attribute(code: &Code, object: Value, owner: Option<String>, name: usize) -> Option<String> {
    let name = constant(code, name)?;
    if object.is_object() {
        let shape = shape_of_object(object);
        if shape.native.name == "object" {
            return Some(format!("{}.{name}", shape.class.display_name()));
        }
    }
    if object.cast::<Dict>().is_some() {
        return Some(owner.unwrap_or_default());
    }
    Some(owner.map_or_else(|| name.clone(), |owner| format!("{owner}.{name}")))
}

/// What the thread is doing: the function that it calls.
pub(super) fn reason(trail: &Trail, names: &Names) -> u32 {
    let Some((code, at, word)) = instruction(trail) else { return 0 };
    let op = Op::from_u8(word as u8).unwrap_or(Op::Nop);
    let text = callee(&code, at, word).map_or_else(|| op.name().to_owned(), |(name, _)| name);
    names.text(text.as_bytes())
}

impl Thread {
    /// The thread's name, for the log.
    pub fn log_name(&self, name: &str) {
        self.stm.log_event(|names, time| Event::ThreadName {
            time,
            name: u64::from(names.text(name.as_bytes())),
        });
    }

    /// What a lock is that the instruction at hand takes.
    pub(crate) fn log_lock(&self, lock: &str, names: &Names) -> u32 {
        let mut here = Trail { frames: [(0, 0); orochi_stm::log::TRAIL], count: 0 };
        trail(self, &mut here, 1);
        let subject = instruction(&here).and_then(|(code, at, word)| {
            let (_, receiver) = callee(&code, at, word)?;
            expression(&code, at, receiver, DEPTH)
        });
        names.text(format!("lock\t{lock}\t{}\tacquire", subject.unwrap_or_default()).as_bytes())
    }

    /// The open block is about to be undone because it would have to wait.
    #[cold]
    pub(crate) fn log_would_wait(&self, lock: bool) {
        let cause = if lock { Cause::Lock } else { Cause::Wait };
        let mut object = 0;
        self.stm.log_names(|names| {
            object = if lock { self.log_lock("lock", names) } else { 0 };
        });
        self.stm.log_doom(cause, object, self);
        self.block.set_logged_wait(self.stm.log_place(self), object);
    }

    /// A lock has been waited for since `start`.
    #[cold]
    pub(crate) fn log_lock_wait(&self, word: &AtomicU64, start: u64) {
        let (place, object) = self.block.take_logged_wait();
        let block = place != 0;
        let place = if block { place } else { self.stm.log_place(self) };
        self.stm.log_event(|names, time| Event::LockWait {
            start,
            length: time.saturating_sub(start),
            word: std::ptr::from_ref(word) as u64,
            stack: u64::from(place),
            object: u64::from(if block { object } else { self.log_lock("lock", names) }),
            block: block.into(),
        });
    }
}

/// A lock that somebody sleeps for is given back by the calling thread.
#[cold]
pub(crate) fn lock_given_back(word: &AtomicU64) {
    let Some(th) = Thread::try_current() else { return };
    if !th.stm.is_logging() {
        return;
    }
    let place = th.stm.log_place(th);
    th.stm.log_event(|_, time| Event::LockAnswer {
        time,
        word: std::ptr::from_ref(word) as u64,
        stack: u64::from(place),
    });
}
