//! Rare operations, called by number.

use orochi_compiler::bytecode::Intrinsic;
use orochi_compiler::code::flags as code_flags;

use super::{b, d, finish, frame, get, sync};
use crate::exception::{self, Raised, classes};
use crate::handlers;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::{generator, typing_};

handlers! {
    fn intrinsic(th, pc, regs, word, table) {
        sync(th, pc, regs);
        let flags = frame::code(regs).flags.get();
        let result = perform(th, regs, b(word), d(word), flags);
        finish(th, pc, regs, word, table, 1, result)
    }
}

#[inline(never)]
unsafe fn perform(
    th: &mut Thread,
    regs: *mut Value,
    base: usize,
    number: u8,
    flags: u32,
) -> Result<Value, Raised> {
    // SAFETY: the operands lie in the window (I1).
    let argument = |at: usize| unsafe { get(regs, base + at) };
    let Some(which) = Intrinsic::ALL.get(number as usize) else {
        return Err(th.system_error("unknown intrinsic"));
    };
    match which {
        Intrinsic::DisplayHook => display(th, argument(0)),
        Intrinsic::StopIterationError => stop_iteration_error(th, argument(0), flags),
        Intrinsic::AsyncGenWrap => generator::wrap(th, argument(0)),
        Intrinsic::TypeVar => {
            typing_::new_type_var(th, argument(0), Value::UNBOUND, Value::UNBOUND)
        }
        Intrinsic::TypeVarWithBound => {
            typing_::new_type_var(th, argument(0), argument(1), Value::UNBOUND)
        }
        Intrinsic::TypeVarWithConstraints => {
            typing_::new_type_var(th, argument(0), Value::UNBOUND, argument(1))
        }
        Intrinsic::ParamSpec => typing_::new_param_spec(th, argument(0)),
        Intrinsic::TypeVarTuple => typing_::new_type_var_tuple(th, argument(0)),
        Intrinsic::SetTypeParamDefault => typing_::set_default(th, argument(0), argument(1)),
        Intrinsic::SubscriptGeneric => typing_::subscript_generic(th, argument(0)),
        Intrinsic::TypeAlias => typing_::new_type_alias(th, argument(0), argument(1), argument(2)),
        Intrinsic::SetFunctionTypeParams => {
            let (function, parameters) = (argument(0), argument(1));
            if let Some(function) = function.cast::<Function>() {
                let guard = th.write(function)?;
                guard.type_params.set(guard.token(), parameters);
            }
            Ok(function)
        }
        Intrinsic::SetupAnnotations => setup_annotations(th, argument(0)),
        Intrinsic::ClassResult => {
            let (namespace, cell) = (argument(0), argument(1));
            if !cell.is_none() && !cell.is_unbound() {
                store(th, namespace, "__classcell__", cell)?;
                return Ok(cell);
            }
            Ok(Value::NONE)
        }
    }
}

/// Shows the value of an interactive statement.
fn display(th: &mut Thread, value: Value) -> Result<Value, Raised> {
    match th.vm.sys.get().get_str(th, crate::name!(th, "displayhook"))? {
        Some(hook) => th.call(hook, &[value]),
        None => Err(th.runtime_error("lost sys.displayhook")),
    }
}

/// What is to be raised for an exception that leaves a generator's body: a `StopIteration` would
/// look like its end.
fn stop_iteration_error(th: &mut Thread, raised: Value, flags: u32) -> Result<Value, Raised> {
    let asynchronous = flags & code_flags::ASYNC_GENERATOR != 0;
    let message = if th.is_instance(raised, classes::STOP_ITERATION.class()) {
        if asynchronous {
            "async generator raised StopIteration"
        } else if flags & code_flags::COROUTINE != 0 {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if asynchronous && th.is_instance(raised, classes::STOP_ASYNC_ITERATION.class()) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(raised);
    };
    let text = th.new_str(message)?.value();
    let error = exception::new_exception(th, classes::RUNTIME_ERROR.class(), &[text])?;
    exception::set_cause(th, error, raised);
    exception::replace_context(th, error, raised);
    Ok(error)
}

fn store(th: &mut Thread, namespace: Value, name: &str, value: Value) -> Result<(), Raised> {
    let name = th.intern(name)?;
    match namespace.cast_exact::<Dict>() {
        Some(dict) => dict.set_str(th, name, value),
        None => th.set_item(namespace, name.value(), value),
    }
}

fn setup_annotations(th: &mut Thread, namespace: Value) -> Result<Value, Raised> {
    let name = crate::name!(th, "__annotations__");
    let there = match namespace.cast_exact::<Dict>() {
        Some(dict) => dict.get_str(th, name)?.is_some(),
        None => match th.get_item(namespace, name.value()) {
            Ok(_) => true,
            Err(raised) if th.catch(raised, &classes::KEY_ERROR).is_some() => false,
            Err(raised) => return Err(raised),
        },
    };
    if !there {
        let fresh = Dict::new(th)?.value();
        store(th, namespace, "__annotations__", fresh)?;
    }
    Ok(Value::NONE)
}
