//! Global names.
//!
//! Each name of a module's namespace has a cell of its own, which never moves, so a cache holds
//! the cell's address: reading a global is the cell's read barrier and a load. (Cells that the open
//! atomic block has made are not cached: undoing it takes them from their namespace.) A name that is a
//! built-in caches both cells, the module's (unbound) and that of `builtins`, and a later
//! definition in the module is seen without further ado. A code object runs with one namespace
//! only (`call::claim_code` sees to that), so the cache need not compare it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::{a, c, d, exception, finish, frame, get, next, proceed, set, sync};
use orochi_compiler::bytecode::FOR_UPDATE;

use super::cache;
use crate::exception::{Raised, classes};
use crate::handlers;
use crate::heap::Value;
use crate::object::{Ref, ValueCast, Writing};
use crate::thread::Thread;
use crate::types::dict::{Dict, GlobalCell};
use crate::types::str::Str;

/// Low bit of a cache word: the address is that of two cells' addresses.
pub(super) const BUILTIN: u64 = 1;
/// Low bits of the cache word of an in-place statement, which holds the name's cell for writing.
const UPDATE: u64 = 3;
/// The low bits that are no part of the address.
pub(super) const TAGS: u64 = 3;

#[inline(always)]
pub(super) unsafe fn cell_at(address: u64) -> Ref<GlobalCell> {
    // SAFETY: caches hold addresses of cells, which their namespace keeps.
    unsafe { Ref::from_ptr(address as *const GlobalCell) }
}

/// The value of a cell, or unbound if it is that or cannot be read at once.
#[inline(always)]
unsafe fn read(th: &Thread, cell: Ref<GlobalCell>) -> Value {
    if th.stm.can_read(&cell.header().owner) {
        // SAFETY: the barrier has been passed.
        unsafe { cell.unguarded().value.get() }
    } else {
        Value::UNBOUND
    }
}

handlers! {
    fn load_global(th, pc, regs, word, table) {
        let cached = cache::load(pc.add(1));
        // Neither empty nor tagged.
        if cached.rotate_right(1) as i64 > 0 {
            let cell = cell_at(cached);
            if th.stm.owns_to_read(&cell.header().owner) {
                let value = cell.unguarded().value.get();
                if !value.is_unbound() {
                    set(regs, a(word), value);
                    return next(th, pc.add(2), regs, table);
                }
            }
        }
        load_global_other(th, pc, regs, word, table)
    }

    /// Built-in names, in-place statements and cells that are `Shared`.
    #[inline(never)]
    fn load_global_other(th, pc, regs, word, table) {
        let cached = cache::load(pc.add(1));
        if cached == 0 {
            return load_global_slow(th, pc, regs, word, table);
        }
        let mut value;
        if cached & TAGS == BUILTIN {
            let cells = (cached & !BUILTIN) as *const [u64; 2];
            value = read(th, cell_at((*cells)[1]));
            let own = cell_at((*cells)[0]);
            if !th.stm.can_read(&own.header().owner) || !own.unguarded().value.get().is_unbound() {
                value = Value::UNBOUND;
            }
        } else {
            let cell = cell_at(cached & !TAGS);
            value = read(th, cell);
            if cached & TAGS == UPDATE && !th.stm.can_write(&cell.header().owner) {
                value = Value::UNBOUND;
            }
        }
        if value.is_unbound() {
            return load_global_slow(th, pc, regs, word, table);
        }
        set(regs, a(word), value);
        next(th, pc.add(2), regs, table)
    }

    #[cold]
    #[inline(never)]
    fn load_global_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        if cfg!(any(feature = "zeal", debug_assertions)) {
            assert!(names_cells(cache::load(pc.add(1))), "a cached cell is gone");
        }
        let function = frame::function(regs).callable();
        let (globals, builtins) = (function.globals.get(), function.builtins.get());
        let name = frame::name(regs, c(word));
        let result = if d(word) & FOR_UPDATE != 0 {
            lookup_to_update(th, pc, globals, builtins, name)
        } else {
            lookup(th, pc, globals, builtins, name)
        };
        finish(th, pc, regs, word, table, 2, result)
    }

    fn store_global(th, pc, regs, word, table) {
        let cached = cache::load(pc.add(1));
        if cached != 0 && cached & BUILTIN == 0 {
            let cell = cell_at(cached);
            if th.stm.can_write(&cell.header().owner) && !cell.unguarded().value.get().is_unbound() {
                cell.unguarded().value.set(&Writing::assume(), get(regs, a(word)));
                return next(th, pc.add(2), regs, table);
            }
        }
        store_global_slow(th, pc, regs, word, table)
    }

    #[cold]
    #[inline(never)]
    fn store_global_slow(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let globals = frame::function(regs).callable().globals.get();
        let result = assign(th, pc, globals, frame::name(regs, c(word)), get(regs, a(word)));
        proceed(th, pc, regs, table, 2, result)
    }

    fn del_global(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let globals = frame::function(regs).callable().globals.get();
        let result = delete(th, globals, frame::name(regs, c(word)));
        match result {
            Ok(()) => next(th, pc.add(1), regs, table),
            Err(Raised::Exception) => exception::unwind(th, pc, regs, 0, table),
            Err(Raised::Abort) => exception::abort(th, pc, regs, 0, table),
        }
    }
}

/// Whether a cache is empty or what it names are cells.
unsafe fn names_cells(cached: u64) -> bool {
    // SAFETY: a cache word that is not empty holds the address of a cell or of two addresses; what
    // is there is an object, whatever its type, unless the heap has taken the cell away.
    let is_cell =
        |address| unsafe { cell_at(address) }.value().cast_exact::<GlobalCell>().is_some();
    match cached & TAGS {
        _ if cached == 0 => true,
        BUILTIN => {
            // SAFETY: as above; pairs stay.
            unsafe { *((cached & !BUILTIN) as *const [u64; 2]) }.into_iter().all(is_cell)
        }
        _ => is_cell(cached & !TAGS),
    }
}

/// Looks a global or built-in name up and fills the cache at `pc`.
#[inline(never)]
pub(super) fn lookup(
    th: &mut Thread,
    pc: *const u64,
    globals: Ref<Dict>,
    builtins: Ref<Dict>,
    name: Ref<Str>,
) -> Result<Value, Raised> {
    lookup_tagged(th, pc, globals, builtins, name, 0)
}

fn lookup_tagged(
    th: &mut Thread,
    pc: *const u64,
    globals: Ref<Dict>,
    builtins: Ref<Dict>,
    name: Ref<Str>,
    tag: u64,
) -> Result<Value, Raised> {
    if globals.value().cast_exact::<Dict>().is_none() {
        return lookup_in_subclass(th, globals, builtins, name);
    }
    // SAFETY: the instruction has a cache word.
    let site = unsafe { pc.add(1) };
    if let Some(value) = globals.get_str(th, name)? {
        if let Some(cell) = globals.cell(th, name, false)?
            && th.block.may_cache(cell)
        {
            cache::store(site, cell.as_ptr() as u64 | tag);
        }
        return Ok(value);
    }
    let Some(value) = builtins.get_str(th, name)? else {
        return Err(undefined(th, name));
    };
    let (own, builtin) = (globals.cell(th, name, true)?, builtins.cell(th, name, false)?);
    if let (Some(own), Some(builtin)) = (own, builtin)
        && th.block.may_cache(own)
        && th.block.may_cache(builtin)
    {
        // SAFETY: as above.
        if unsafe { cache::load(site) } & BUILTIN == 0 {
            let cells = pair_of([own.as_ptr() as u64, builtin.as_ptr() as u64]);
            cache::store(site, std::ptr::from_ref(cells) as u64 | BUILTIN);
        }
    }
    Ok(value)
}

/// The two words at an address that stays. All sites that name the same built-in in one module
/// share it; and since it says nothing but the addresses, so do modules that follow each other in
/// one place.
fn pair_of(cells: [u64; 2]) -> &'static [u64; 2] {
    static PAIRS: Mutex<BTreeSet<&'static [u64; 2]>> = Mutex::new(BTreeSet::new());
    let mut pairs = PAIRS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&pair) = pairs.get(&cells) {
        return pair;
    }
    let pair: &'static [u64; 2] = Box::leak(Box::new(cells));
    pairs.insert(pair);
    pair
}

/// Globals of a subclass of dict are asked through their own `__getitem__`, which may make values
/// up (`annotationlib` does so), hence each time anew.
#[cold]
#[inline(never)]
fn lookup_in_subclass(
    th: &mut Thread,
    globals: Ref<Dict>,
    builtins: Ref<Dict>,
    name: Ref<Str>,
) -> Result<Value, Raised> {
    match th.get_item(globals.value(), name.value()) {
        Ok(value) => Ok(value),
        Err(raised) if th.catch(raised, &classes::KEY_ERROR).is_some() => {
            builtins.get_str(th, name)?.ok_or_else(|| undefined(th, name))
        }
        Err(raised) => Err(raised),
    }
}

/// As [`lookup`] for an in-place statement: the name's cell is held for writing when its value is
/// read.
#[inline(never)]
pub(super) fn lookup_to_update(
    th: &mut Thread,
    pc: *const u64,
    globals: Ref<Dict>,
    builtins: Ref<Dict>,
    name: Ref<Str>,
) -> Result<Value, Raised> {
    let value = lookup_tagged(th, pc, globals, builtins, name, UPDATE)?;
    let Some(cell) = globals.cell(th, name, false)? else { return Ok(value) };
    let held = th.write(cell)?.value.get();
    Ok(if held.is_unbound() { value } else { held })
}

/// Raises `NameError` for a name that is nowhere.
#[cold]
pub(super) fn undefined(th: &Thread, name: Ref<Str>) -> Raised {
    let raised = th.name_error(format!("name '{}' is not defined", name.display()));
    crate::exception::set_name_error_name(th, th.raised.get(), name);
    raised
}

#[inline(never)]
pub(super) fn assign(
    th: &mut Thread,
    pc: *const u64,
    globals: Ref<Dict>,
    name: Ref<Str>,
    value: Value,
) -> Result<(), Raised> {
    globals.set_str(th, name, value)?;
    if let Some(cell) = globals.cell(th, name, false)?
        && th.block.may_cache(cell)
    {
        // SAFETY: the instruction has a cache word.
        cache::store(unsafe { pc.add(1) }, cell.as_ptr() as u64);
    }
    Ok(())
}

#[inline(never)]
fn delete(th: &mut Thread, globals: Ref<Dict>, name: Ref<Str>) -> Result<(), Raised> {
    match globals.delete_str(th, name)? {
        Some(_) => Ok(()),
        None => Err(undefined(th, name)),
    }
}
