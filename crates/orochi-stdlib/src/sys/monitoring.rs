//! `sys.monitoring` (PEP 669): tools, their callbacks and the events they ask for.
//!
//! The interpreter tells [`deliver`] of the events that any tool wants anywhere; here they come to the
//! callbacks of the tools that want them in that code. Which events are reported is said at
//! `interpreter/monitor.rs` of orochi-vm.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use orochi_vm::class::{Method, function};
use orochi_vm::exception::Raised;
use orochi_vm::heap::{Heap, Rooted, Value};
use orochi_vm::interpreter::monitor::Event;
use orochi_vm::native::ModuleSpec;
use orochi_vm::object::{Ref, ValueCast};
use orochi_vm::thread::Thread;
use orochi_vm::types::code::Code;
use orochi_vm::types::dict::Dict;
use orochi_vm::types::module::Module;
use orochi_vm::types::simple_namespace::new_namespace;
use orochi_vm::types::str::Str;
use orochi_vm::types::tuple::Tuple;

use crate::argument::c_int;

const TOOLS: usize = 8;
/// Tools that users may take.
const PUBLIC_TOOLS: i32 = 6;

/// The events by name, with their bits.
const EVENTS: &[(&str, i32)] = &[
    ("PY_START", 1),
    ("PY_RESUME", 1 << 1),
    ("PY_RETURN", 1 << 2),
    ("PY_YIELD", 1 << 3),
    ("CALL", 1 << 4),
    ("LINE", 1 << 5),
    ("INSTRUCTION", 1 << 6),
    ("JUMP", 1 << 7),
    ("BRANCH_LEFT", 1 << 8),
    ("BRANCH_RIGHT", 1 << 9),
    ("STOP_ITERATION", 1 << 10),
    ("RAISE", 1 << 11),
    ("EXCEPTION_HANDLED", 1 << 12),
    ("PY_UNWIND", 1 << 13),
    ("PY_THROW", 1 << 14),
    ("RERAISE", 1 << 15),
    ("C_RETURN", 1 << 16),
    ("C_RAISE", 1 << 17),
    ("BRANCH", 1 << 18),
    ("NO_EVENTS", 0),
];
const ALL_EVENTS: i32 = (1 << 19) - 1;
/// Events that can be asked for in one code object.
const LOCAL_EVENTS: i32 = ((1 << 11) - 1) | (1 << 18);
const C_EVENTS: i32 = 1 << 16 | 1 << 17;
const CALL_EVENT: i32 = 1 << 4;

static MODULE: ModuleSpec = ModuleSpec {
    functions: FUNCTIONS,
    execute: Some(execute),
    ..ModuleSpec::named("sys.monitoring")
};

static FUNCTIONS: &[Method] = &[
    function("use_tool_id(tool_id, name, /)", use_tool_id, ""),
    function("clear_tool_id(tool_id, /)", clear_tool_id, ""),
    function("free_tool_id(tool_id, /)", free_tool_id, ""),
    function("get_tool(tool_id, /)", get_tool, ""),
    function("register_callback(tool_id, event, func, /)", register_callback, ""),
    function("get_events(tool_id, /)", get_events, ""),
    function("set_events(tool_id, event_set, /)", set_events, ""),
    function("get_local_events(tool_id, code, /)", get_local_events, ""),
    function("set_local_events(tool_id, code, event_set, /)", set_local_events, ""),
    function("restart_events()", restart_events, ""),
    function("_all_events()", all_events, ""),
];

/// Names by tool, callbacks by (tool, event), events of code objects by (tool, identity).
static STATE: OnceLock<Rooted<Ref<Dict>>> = OnceLock::new();
static ACTIVE: [AtomicU32; TOOLS] = [const { AtomicU32::new(0) }; TOOLS];
/// What each tool wants in any code object at least.
static LOCAL: [AtomicU32; TOOLS] = [const { AtomicU32::new(0) }; TOOLS];
/// Events that a callback does not want any more: (callback, code, place).
static DISABLED: OnceLock<Rooted<Ref<Dict>>> = OnceLock::new();
/// The key of `DISABLE` in the state.
const DISABLE_KEY: i32 = 999;
/// The key of `MISSING` in the state.
const MISSING_KEY: i32 = 998;

pub(super) fn fill(th: &mut Thread, sys: Ref<Module>) -> Result<(), Raised> {
    let state = Dict::new(th)?;
    let _ = STATE.set(Heap::get().roots().root(state));
    let disabled = Dict::new(th)?;
    let _ = DISABLED.set(Heap::get().roots().root(disabled));
    let module = MODULE.make(th)?;
    sys.dict().set_str(th, th.name("monitoring"), module.value())
}

fn execute(th: &mut Thread, module: Ref<Module>) -> Result<(), Raised> {
    let mut events = Vec::with_capacity(EVENTS.len());
    for &(name, bits) in EVENTS {
        events.push((name, Value::from_i32(bits)));
    }
    let events = new_namespace(th, &events)?;
    let (disable, missing) = (th.new_plain_object()?, th.new_plain_object()?);
    state(th)?.set(th, Value::from_i32(DISABLE_KEY), disable)?;
    state(th)?.set(th, Value::from_i32(MISSING_KEY), missing)?;
    for (name, value) in [
        ("events", events),
        ("DISABLE", disable),
        ("MISSING", missing),
        ("DEBUGGER_ID", Value::from_i32(0)),
        ("COVERAGE_ID", Value::from_i32(1)),
        ("PROFILER_ID", Value::from_i32(2)),
        ("OPTIMIZER_ID", Value::from_i32(5)),
    ] {
        module.dict().set_str(th, th.name(name), value)?;
    }
    Ok(())
}

fn state(th: &Thread) -> Result<Ref<Dict>, Raised> {
    match STATE.get() {
        Some(state) => Ok(state.get()),
        None => Err(th.runtime_error("sys.monitoring is not ready")),
    }
}

fn tool(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let tool = c_int(th, value)?;
    if !(0..PUBLIC_TOOLS).contains(&tool) {
        return Err(th.value_error(format!("invalid tool {tool} (must be between 0 and 5)")));
    }
    Ok(tool)
}

fn name_of(th: &mut Thread, tool: i32) -> Result<Value, Raised> {
    let state = state(th)?;
    Ok(state.get(th, Value::from_i32(tool))?.unwrap_or(Value::NONE))
}

/// A tool that somebody uses.
fn used_tool(th: &mut Thread, value: Value) -> Result<i32, Raised> {
    let tool = tool(th, value)?;
    if name_of(th, tool)?.is_none() {
        return Err(th.value_error(format!("tool {tool} is not in use")));
    }
    Ok(tool)
}

fn use_tool_id(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    if args[1].cast::<Str>().is_none() {
        return Err(th.value_error("tool name must be a str"));
    }
    if !name_of(th, tool)?.is_none() {
        return Err(th.value_error(format!("tool {tool} is already in use")));
    }
    state(th)?.set(th, Value::from_i32(tool), args[1])?;
    Ok(Value::NONE)
}

/// The key of a callback, beyond those of the tools.
fn callback_key(tool: i32, event: usize) -> Value {
    Value::from_i32(1000 * (tool + 1) + event as i32)
}

fn clear(th: &mut Thread, tool: i32) -> Result<(), Raised> {
    let state = state(th)?;
    for event in 0..EVENTS.len() {
        state.delete(th, callback_key(tool, event))?;
    }
    ACTIVE[tool as usize].store(0, Ordering::Relaxed);
    LOCAL[tool as usize].store(0, Ordering::Relaxed);
    let local: Vec<i64> = local_keys(th, state, tool)?;
    for key in local {
        let key = th.int_from_i64(key)?;
        state.delete(th, key)?;
    }
    renew(th);
    Ok(())
}

/// The keys of the events that a tool wants in code objects.
fn local_keys(th: &mut Thread, state: Ref<Dict>, tool: i32) -> Result<Vec<i64>, Raised> {
    let (mut keys, mut position) = (Vec::new(), 0);
    while let Some((key, _, next)) = state.entry_from(th, position)? {
        position = next;
        if let Some(key) = orochi_vm::types::int::as_i64(key)
            && key < 0
            && -key % 8 == i64::from(tool)
        {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// Has the interpreter report what any tool wants.
fn renew(th: &mut Thread) {
    let mut wanted =
        ACTIVE.iter().chain(&LOCAL).fold(0, |set, own| set | own.load(Ordering::Relaxed));
    if wanted & CALL_EVENT as u32 != 0 {
        wanted |= C_EVENTS as u32;
    }
    th.monitor(wanted, deliver);
}

/// Calls the callbacks of the tools that want an event.
fn deliver(
    th: &mut Thread,
    event: Event,
    code: Ref<Code>,
    at: u32,
    values: &[Value],
) -> Result<(), Raised> {
    let bit = 1
        << match event {
            // They come with calls.
            Event::CReturn | Event::CRaise => Event::Call as u32,
            event => event as u32,
        };
    for tool in 0..PUBLIC_TOOLS {
        let everywhere = ACTIVE[tool as usize].load(Ordering::Relaxed) & bit != 0;
        let somewhere = LOCAL[tool as usize].load(Ordering::Relaxed) & bit != 0;
        if everywhere || somewhere && local_events(th, tool, code.value())? & bit != 0 {
            tell(th, tool, event, code, at, values)?;
        }
    }
    Ok(())
}

fn local_events(th: &mut Thread, tool: i32, code: Value) -> Result<u32, Raised> {
    let key = local_key(th, tool, code)?;
    let events = state(th)?.get(th, key)?;
    Ok(events.and_then(orochi_vm::types::int::as_i64).map_or(0, |events| events as u32))
}

fn tell(
    th: &mut Thread,
    tool: i32,
    event: Event,
    code: Ref<Code>,
    at: u32,
    values: &[Value],
) -> Result<(), Raised> {
    let key = callback_key(tool, event as usize);
    let state = state(th)?;
    let Some(callback) = state.get(th, key)? else { return Ok(()) };
    let place = th.int_from_i64(i64::from(at))?;
    let identity = th.int_from_u64(code.value().bits())?;
    let site = Tuple::from_slice(th, &[key, identity, place])?.value();
    let disabled = DISABLED.get().map(Rooted::get);
    if let Some(disabled) = disabled
        && disabled.get(th, site)?.is_some()
    {
        return Ok(());
    }
    let mut arguments = [code.value(), place, Value::UNBOUND, Value::UNBOUND];
    for (argument, &value) in arguments[2..].iter_mut().zip(values) {
        *argument = if value.is_unbound() {
            state.get(th, Value::from_i32(MISSING_KEY))?.unwrap_or(Value::NONE)
        } else {
            value
        };
    }
    let answer = th.call(callback, &arguments[..2 + values.len()])?;
    if state.get(th, Value::from_i32(DISABLE_KEY))? != Some(answer) {
        return Ok(());
    }
    if LOCAL_EVENTS & 1 << event as i32 == 0 {
        state.delete(th, key)?;
        let name = EVENTS.iter().find(|(_, bits)| *bits == 1 << event as i32);
        let name = name.map_or("", |(name, _)| name);
        return Err(th.value_error(format!("Cannot disable {name} events. Callback removed.")));
    }
    match disabled {
        Some(disabled) => disabled.set(th, site, Value::TRUE),
        None => Ok(()),
    }
}

fn clear_tool_id(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    if !name_of(th, tool)?.is_none() {
        clear(th, tool)?;
    }
    Ok(Value::NONE)
}

fn free_tool_id(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    if !name_of(th, tool)?.is_none() {
        clear(th, tool)?;
        state(th)?.delete(th, Value::from_i32(tool))?;
    }
    Ok(Value::NONE)
}

fn get_tool(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    name_of(th, tool)
}

fn register_callback(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    let event = c_int(th, args[1])?;
    if event <= 0 || event.count_ones() != 1 {
        return Err(th.value_error("The callback can only be set for one event at a time"));
    }
    if event > ALL_EVENTS {
        return Err(th.value_error(format!("invalid event {event}")));
    }
    let key = callback_key(tool, event.trailing_zeros() as usize);
    let state = state(th)?;
    let old = state.get(th, key)?.unwrap_or(Value::NONE);
    if args[2].is_none() {
        state.delete(th, key)?;
    } else {
        state.set(th, key, args[2])?;
    }
    Ok(old)
}

fn get_events(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    Ok(Value::from_i32(ACTIVE[tool as usize].load(Ordering::Relaxed) as i32))
}

/// A set of events, without those that come with `CALL`.
fn event_set(th: &mut Thread, value: Value, local: bool) -> Result<i32, Raised> {
    let mut set = c_int(th, value)?;
    if !(0..=ALL_EVENTS).contains(&set) {
        return Err(th.value_error(format!("invalid event set {set:#x}")));
    }
    if set & C_EVENTS != 0 {
        if set & CALL_EVENT == 0 {
            return Err(th.value_error("cannot set C_RETURN or C_RAISE events independently"));
        }
        set &= !C_EVENTS;
    }
    if local && set & !LOCAL_EVENTS != 0 {
        return Err(th.value_error(format!("invalid local event set {set:#x}")));
    }
    Ok(set)
}

fn set_events(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = used_tool(th, args[0])?;
    let set = event_set(th, args[1], false)?;
    ACTIVE[tool as usize].store(set as u32, Ordering::Relaxed);
    renew(th);
    Ok(Value::NONE)
}

fn local_key(th: &Thread, tool: i32, code: Value) -> Result<Value, Raised> {
    if code.cast::<Code>().is_none() {
        return Err(th.type_error("code must be a code object"));
    }
    th.int_from_i64(-(((code.bits() & 0xFFFF_FFFF_FFFF) as i64) * 8 + i64::from(tool)))
}

fn get_local_events(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = tool(th, args[0])?;
    let key = local_key(th, tool, args[1])?;
    Ok(state(th)?.get(th, key)?.unwrap_or(Value::from_i32(0)))
}

fn set_local_events(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let tool = used_tool(th, args[0])?;
    let key = local_key(th, tool, args[1])?;
    let set = event_set(th, args[2], true)?;
    state(th)?.set(th, key, Value::from_i32(set))?;
    LOCAL[tool as usize].fetch_or(set as u32, Ordering::Relaxed);
    renew(th);
    Ok(Value::NONE)
}

fn restart_events(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    if let Some(disabled) = DISABLED.get().map(Rooted::get) {
        disabled.clear(th)?;
    }
    Ok(Value::NONE)
}

fn all_events(th: &mut Thread, _: &[Value]) -> Result<Value, Raised> {
    let dict = Dict::new(th)?;
    for &(name, bits) in EVENTS.iter().filter(|(_, bits)| *bits != 0) {
        let tools = (0..TOOLS)
            .filter(|&tool| ACTIVE[tool].load(Ordering::Relaxed) & bits as u32 != 0)
            .fold(0, |set, tool| set | 1 << tool);
        if tools != 0 {
            dict.set_str(th, th.name(name), Value::from_i32(tools))?;
        }
    }
    Ok(dict.value())
}
