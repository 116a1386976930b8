//! Starting processes: `fork`, `exec`, `posix_spawn`.

use std::ffi::CString;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use orochi_vm::class::{Method, function};
use orochi_vm::exception::{Raised, classes};
use orochi_vm::heap::{Heap, RootVec, Rooted, Value};
use orochi_vm::name;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::bytes::Bytes;
use orochi_vm::types::list::List;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use super::blocking::{irrevocable, run, run_on};
use super::path::{PATH, PATH_OR_FD, place, system_text};
use crate::argument::{c_int, given, truth_or};
use crate::system::process::{self, SpawnAction, SpawnOptions};
use crate::system::{Outcome, terminal};

pub(super) static FUNCTIONS: &[Method] = &[
    function(
        "fork()",
        fork,
        "Fork a child process.\n\nReturn 0 to child process and PID of child to parent process.",
    ),
    function(
        "forkpty()",
        forkpty,
        "Fork a new process with a new pseudo-terminal as controlling tty.",
    ),
    function(
        "register_at_fork(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)",
        register_at_fork,
        "Register callables to be called when forking a new process.",
    ),
    function(
        "execv(path, argv, /)",
        execv,
        "Execute an executable path with arguments, replacing current process.",
    ),
    function(
        "execve(path, argv, env)",
        execve,
        "Execute an executable path with arguments, replacing current process.",
    ),
    function(
        "posix_spawn(path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)",
        posix_spawn,
        "Execute the program specified by path in a new process.",
    ),
    function(
        "posix_spawnp(path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)",
        posix_spawnp,
        "Execute the program specified by path in a new process.",
    ),
];

/// What `register_at_fork` was given: before, in the child, in the parent.
static HOOKS: [OnceLock<Rooted<Ref<List>>>; 3] = [const { OnceLock::new() }; 3];
const BEFORE: usize = 0;
const IN_CHILD: usize = 1;
const IN_PARENT: usize = 2;

fn hooks(th: &Thread, when: usize) -> Result<Ref<List>, Raised> {
    if let Some(hooks) = HOOKS[when].get() {
        return Ok(hooks.get());
    }
    let list = List::new(th)?;
    Ok(HOOKS[when].get_or_init(|| Heap::get().roots().root(list)).get())
}

fn register_at_fork(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    if args.iter().all(|arg| arg.is_unbound()) {
        return Err(th.type_error("At least one argument is required."));
    }
    for (&hook, name) in args.iter().zip(["before", "after_in_child", "after_in_parent"]) {
        if !hook.is_unbound() && !th.is_callable(hook) {
            let kind = th.type_name(hook);
            return Err(th.type_error(format!("'{name}' must be callable, not {kind}")));
        }
    }
    for (&hook, when) in args.iter().zip([BEFORE, IN_CHILD, IN_PARENT]) {
        if !hook.is_unbound() {
            hooks(th, when)?.push(th, hook)?;
        }
    }
    Ok(Value::NONE)
}

/// Calls hooks; what they raise is reported and goes no further.
fn call_hooks(th: &mut Thread, when: usize) -> Result<(), Raised> {
    let mut all = hooks(th, when)?.snapshot(th)?;
    if when == BEFORE {
        all.as_mut_slice().reverse();
    }
    for &hook in all.iter() {
        match th.call(hook, &[]) {
            Ok(_) => {}
            Err(Raised::Abort) => return Err(Raised::Abort),
            Err(Raised::Exception) => th.write_unraisable("Exception ignored in", hook),
        }
    }
    Ok(())
}

/// What the child of a fork does before it runs any more Python.
pub fn after_fork_in_child(th: &mut Thread) -> Result<(), Raised> {
    th.after_fork_in_child()?;
    call_hooks(th, IN_CHILD)
}

/// Forks with all other threads stopped; `make` is the call that forks and gives 0 in the child.
/// Runs the hooks, whether or not it succeeds.
pub fn fork_process(
    th: &mut Thread,
    make: impl FnOnce() -> Outcome<i32>,
) -> Result<Outcome<i32>, Raised> {
    irrevocable(th)?;
    call_hooks(th, BEFORE)?;
    let result = th.fork_world(|| {
        let result = make();
        (result, result == Ok(0))
    });
    match result {
        Ok(0) => after_fork_in_child(th)?,
        _ => call_hooks(th, IN_PARENT)?,
    }
    Ok(result)
}

fn warn_of_threads(th: &mut Thread, function: &str) -> Result<(), Raised> {
    if th.thread_count() <= 1 {
        return Ok(());
    }
    let pid = process::getpid();
    let message = format!(
        "This process (pid={pid}) is multi-threaded, use of {function}() may lead to deadlocks in the child."
    );
    th.warn(&classes::DEPRECATION_WARNING, &message, 1)
}

/// Nothing is started any more once the runtime is taken down.
pub fn refuse_at_end(th: &Thread, what: &str) -> Result<(), Raised> {
    if th.vm.finalising.load(Ordering::Acquire) {
        let message = format!("{what} at interpreter shutdown");
        return Err(th.raise_message(&classes::PYTHON_FINALIZATION_ERROR, &message));
    }
    Ok(())
}

fn fork(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    refuse_at_end(th, "can't fork")?;
    match fork_process(th, process::fork)? {
        Ok(pid) => {
            if pid != 0 {
                warn_of_threads(th, "fork")?;
            }
            Ok(Value::from_i32(pid))
        }
        Err(errno) => Err(th.os_error(errno)),
    }
}

fn forkpty(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    refuse_at_end(th, "can't fork")?;
    let (master, slave) = run(th, terminal::open_pair)?;
    let result = fork_process(th, || {
        let result = process::fork();
        if result == Ok(0) {
            // A child without a terminal finds out soon enough.
            let _ = terminal::log_in(slave);
        }
        result
    })?;
    let _ = crate::system::file::close(if result == Ok(0) { master } else { slave });
    match result {
        Ok(0) => Ok(Tuple::from_slice(th, &[Value::from_i32(0), Value::from_i32(-1)])?.value()),
        Ok(pid) => {
            warn_of_threads(th, "forkpty")?;
            Ok(Tuple::from_slice(th, &[Value::from_i32(pid), Value::from_i32(master)])?.value())
        }
        Err(errno) => {
            let _ = crate::system::file::close(master);
            Err(th.os_error(errno))
        }
    }
}

/// The arguments of a new program.
fn arguments(th: &mut Thread, value: Value, function: &str) -> Result<Vec<CString>, Raised> {
    if value.cast::<List>().is_none() && value.cast::<Tuple>().is_none() {
        let message = match function {
            "execv" => "execv() arg 2 must be a tuple or list".to_owned(),
            _ => format!("{function}: argv must be a tuple or list"),
        };
        return Err(th.type_error(message));
    }
    let mut items = RootVec::new();
    th.collect(value, &mut items)?;
    let mut all = Vec::with_capacity(items.len());
    for &item in items.iter() {
        all.push(system_text(th, item)?);
    }
    match all.first() {
        None => Err(th.value_error(match function {
            "execv" => "execv() arg 2 must not be empty".to_owned(),
            _ => format!("{function}: argv must not be empty"),
        })),
        Some(first) if first.is_empty() => Err(th.value_error(match function {
            "execv" => "execv() arg 2 first element cannot be empty".to_owned(),
            _ => format!("{function}: argv first element cannot be empty"),
        })),
        Some(_) => Ok(all),
    }
}

/// An environment: `name=value` for each key of a mapping.
pub(crate) fn environment(
    th: &mut Thread,
    value: Value,
    function: &str,
) -> Result<Vec<CString>, Raised> {
    if th.class_of(value).special(th, orochi_vm::class::Special::GetItem).is_none()
        || value.cast::<Str>().is_some()
        || value.cast::<Bytes>().is_some()
    {
        let message = format!("{function}: environment must be a mapping object");
        return Err(th.type_error(message));
    }
    let keys = th.call_method(value, name!(th, "keys"), &[])?;
    let values = th.call_method(value, name!(th, "values"), &[])?;
    let (mut names, mut contents) = (RootVec::new(), RootVec::new());
    th.collect(keys, &mut names)?;
    th.collect(values, &mut contents)?;
    let mut all = Vec::with_capacity(names.len());
    for (&name, &content) in names.iter().zip(contents.iter()) {
        let (name, content) = (system_text(th, name)?, system_text(th, content)?);
        if name.is_empty() || name.to_bytes()[1..].contains(&b'=') {
            return Err(th.value_error("illegal environment variable name"));
        }
        let line = [name.to_bytes(), b"=", content.to_bytes()].concat();
        if let Ok(line) = CString::new(line) {
            all.push(line);
        }
    }
    Ok(all)
}

fn execv(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "execv", "path", PATH)?;
    let argv = arguments(th, args[1], "execv")?;
    irrevocable(th)?;
    let errno = process::exec(path.target(), &argv, None);
    Err(th.os_error_for(errno, &[path.shown]))
}

fn execve(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let path = place(th, args[0], "execve", "path", PATH_OR_FD)?;
    let argv = arguments(th, args[1], "execve")?;
    let env = environment(th, args[2], "execve")?;
    irrevocable(th)?;
    let errno = process::exec(path.target(), &argv, Some(&env));
    Err(th.os_error_for(errno, &[path.shown]))
}

fn signals(th: &mut Thread, value: Value) -> Result<Vec<i32>, Raised> {
    let mut items = RootVec::new();
    th.collect(value, &mut items)?;
    let mut all = Vec::with_capacity(items.len());
    for &item in items.iter() {
        let signal = c_int(th, item)?;
        if !(1..=64).contains(&signal) {
            return Err(th.value_error(format!("signal number {signal} out of range [1; 64]")));
        }
        all.push(signal);
    }
    Ok(all)
}

fn file_actions(th: &mut Thread, value: Value) -> Result<Vec<SpawnAction>, Raised> {
    let mut items = RootVec::new();
    th.collect(value, &mut items)?;
    let mut all = Vec::with_capacity(items.len());
    for &item in items.iter() {
        let Some(parts) = item.cast::<Tuple>().filter(|parts| !parts.is_empty()) else {
            return Err(th.type_error("Each file_actions element must be a non-empty tuple"));
        };
        let expect = |th: &Thread, count: usize, what: &str| {
            if parts.len() == count { Ok(()) } else { Err(th.type_error(what)) }
        };
        all.push(match c_int(th, parts.get(0))? {
            0 => {
                expect(th, 5, "A open file_action tuple must have 5 elements")?;
                let fd = c_int(th, parts.get(1))?;
                let path = system_text(th, parts.get(2))?;
                let (flags, mode) = (c_int(th, parts.get(3))?, c_int(th, parts.get(4))? as u32);
                SpawnAction::Open(fd, path, flags, mode)
            }
            1 => {
                expect(th, 2, "A close file_action tuple must have 2 elements")?;
                SpawnAction::Close(c_int(th, parts.get(1))?)
            }
            2 => {
                expect(th, 3, "A dup2 file_action tuple must have 3 elements")?;
                SpawnAction::Dup2(c_int(th, parts.get(1))?, c_int(th, parts.get(2))?)
            }
            3 => {
                expect(th, 2, "A closefrom file_action tuple must have 2 elements")?;
                SpawnAction::CloseFrom(c_int(th, parts.get(1))?)
            }
            _ => return Err(th.type_error("Unknown file_actions identifier")),
        });
    }
    Ok(all)
}

fn spawn(th: &mut Thread, args: &[Value], function: &str, search: bool) -> Result<Value, Raised> {
    let path = place(th, args[0], function, "path", PATH)?;
    let argv = arguments(th, args[1], function)?;
    let env = match given(args[2]) {
        Some(env) => Some(environment(th, env, function)?),
        None => None,
    };
    let mut options = SpawnOptions { search, ..SpawnOptions::default() };
    if let Some(actions) = given(args[3]) {
        options.actions = file_actions(th, actions)?;
    }
    if let Some(group) = given(args[4]) {
        options.group = Some(c_int(th, group)?);
    }
    options.reset_ids = truth_or(th, args[5], false)?;
    options.new_session = truth_or(th, args[6], false)?;
    if let Some(mask) = given(args[7]) {
        options.mask = Some(signals(th, mask)?);
    }
    if let Some(defaults) = given(args[8]) {
        options.defaults = Some(signals(th, defaults)?);
    }
    if let Some(scheduler) = given(args[9]) {
        let Some(pair) = scheduler.cast::<Tuple>().filter(|pair| pair.len() == 2) else {
            return Err(th.type_error("A scheduler tuple must have two elements"));
        };
        let policy = match given(pair.get(0)) {
            Some(policy) => Some(c_int(th, policy)?),
            None => None,
        };
        options.scheduler = Some((policy, super::scheduling::priority(th, pair.get(1))?));
    }
    let pid =
        run_on(th, &[path.shown], || process::spawn(&path.path, &argv, env.as_deref(), &options))?;
    Ok(Value::from_i32(pid))
}

fn posix_spawn(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    spawn(th, args, "posix_spawn", false)
}

fn posix_spawnp(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    spawn(th, args, "posix_spawnp", true)
}
