//! Calling things.
//!
//! Functions, native functions, bound methods and classes are called directly; everything else
//! through the `__call__` of its class. Arguments travel as one slice, the values of named ones
//! last, so putting a receiver in front is the only copying there is.

use crate::class::{Class, Special, flags};
use crate::exception::{self, Raised, classes};
use crate::heap::{RootVec, Value};
use crate::interpreter::frame::as_function;
use crate::native::{self, Arguments, METHOD_DESCRIPTOR, NativeFunction, WRAPPER_DESCRIPTOR};
use crate::object::{Ref, ValueCast};
use crate::operation::native_of;
use crate::thread::Thread;
use crate::types;
use crate::types::function::Function;
use crate::types::method::Method;
use crate::types::staticmethod::StaticMethod;
use crate::types::str::Str;

/// Arguments up to which a receiver is put in front without a heap vector.
const FEW: usize = 8;

impl Thread {
    /// `callable(*args)`
    #[inline]
    pub fn call(&mut self, callable: Value, args: &[Value]) -> Result<Value, Raised> {
        self.call_with(callable, Arguments::positional(args))
    }

    /// `callable(*args, **named)`
    pub fn call_with(&mut self, callable: Value, args: Arguments) -> Result<Value, Raised> {
        if let Some(function) = as_function(callable) {
            return self.call_function(function, args);
        }
        if let Some(native) = callable.cast::<NativeFunction>() {
            return self.call_native(native, args);
        }
        if let Some(method) = callable.cast_exact::<Method>() {
            let (function, receiver) = (method.function.get(), method.receiver.get());
            return self.prepended(receiver, args, |th, args| th.call_with(function, args));
        }
        self.check_native_stack()?;
        if let Some(class) = callable.cast::<Class>() {
            let own = self.class_of(callable).special(self, Special::Call);
            if own.and_then(native_of) == Some(types::type_::call as *const ()) {
                return self.instantiate(class, args);
            }
        }
        self.call_by_protocol(callable, args)
    }

    /// `type(callable).__call__(callable, …)`
    fn call_by_protocol(&mut self, callable: Value, args: Arguments) -> Result<Value, Raised> {
        let class = self.class_of(callable);
        match class.special(self, Special::Call) {
            Some(method) => self.call_bound(method, callable, args),
            None => {
                Err(self.type_error(format!("'{}' object is not callable", class.display_name())))
            }
        }
    }

    /// Calls a native function: its receiver, if it is bound, in front.
    fn call_native(
        &mut self,
        native: Ref<NativeFunction>,
        args: Arguments,
    ) -> Result<Value, Raised> {
        self.check_native_stack()?;
        let receiver = native.receiver.get();
        if native.signature.get().receiver && !receiver.is_unbound() {
            return self.prepended(receiver, args, |th, args| run_native(th, native, args));
        }
        run_native(self, native, args)
    }

    /// Hands the arguments with `receiver` in front to `call`.
    #[inline]
    pub(crate) fn prepended<T>(
        &mut self,
        receiver: Value,
        args: Arguments,
        call: impl FnOnce(&mut Thread, Arguments) -> Result<T, Raised>,
    ) -> Result<T, Raised> {
        let count = args.values.len();
        if count < FEW {
            let mut few = [Value::UNBOUND; FEW];
            few[0] = receiver;
            few[1..=count].copy_from_slice(args.values);
            return call(self, Arguments { values: &few[..=count], names: args.names });
        }
        let mut all = RootVec::with_capacity(count + 1);
        all.push(receiver);
        all.extend_from_slice(args.values);
        call(self, Arguments { values: all.as_slice(), names: args.names })
    }

    /// Calls what was found for a special method on the class of `receiver`.
    #[inline(always)]
    pub fn call_descriptor_method(
        &mut self,
        method: Value,
        receiver: Value,
        args: &[Value],
    ) -> Result<Value, Raised> {
        match *args {
            [] => self.call_slot(method, &[receiver]),
            [a] => self.call_slot(method, &[receiver, a]),
            [a, b] => self.call_slot(method, &[receiver, a, b]),
            _ => self.call_bound(method, receiver, Arguments::positional(args)),
        }
    }

    /// As [`Self::call_descriptor_method`], with the receiver in front of the arguments.
    #[inline]
    pub fn call_slot(&mut self, method: Value, args: &[Value]) -> Result<Value, Raised> {
        if let Some(native) = native::as_slot(method) {
            self.check_native_stack()?;
            return run_native(self, native, Arguments::positional(args));
        }
        if let Some(function) = as_function(method) {
            return self.call_function(function, Arguments::positional(args));
        }
        self.call_bound(method, args[0], Arguments::positional(&args[1..]))
    }

    /// As [`Self::call_descriptor_method`], with named arguments.
    pub fn call_bound(
        &mut self,
        method: Value,
        receiver: Value,
        args: Arguments,
    ) -> Result<Value, Raised> {
        if let Some(function) = as_function(method) {
            return self.prepended(receiver, args, |th, args| th.call_function(function, args));
        }
        if let Some(native) = method.cast::<NativeFunction>() {
            let kind = self.class_of(method);
            if kind == WRAPPER_DESCRIPTOR.class() || kind == METHOD_DESCRIPTOR.class() {
                self.check_native_stack()?;
                return self.prepended(receiver, args, |th, args| run_native(th, native, args));
            }
        }
        let class = self.class_of(receiver);
        let bound = self.descriptor_get(method, receiver, class)?;
        self.call_with(bound, args)
    }

    /// Calls a special method, looked up on the class; `None` if the class has none.
    #[inline]
    pub fn call_special(
        &mut self,
        object: Value,
        special: Special,
        args: &[Value],
    ) -> Result<Option<Value>, Raised> {
        match self.class_of(object).special(self, special) {
            Some(method) => self.call_descriptor_method(method, object, args).map(Some),
            None => Ok(None),
        }
    }

    /// `object.name(*args)`; the name is interned.
    pub fn call_method(
        &mut self,
        object: Value,
        name: Ref<Str>,
        args: &[Value],
    ) -> Result<Value, Raised> {
        let method = self.get_attribute(object, name)?;
        self.call(method, args)
    }

    /// `type.__call__`: makes an instance by `__new__` and `__init__`.
    pub fn instantiate(&mut self, class: Ref<Class>, args: Arguments) -> Result<Value, Raised> {
        if class == types::type_::SPEC.class() {
            if args.names.is_none() && args.values.len() == 1 {
                return Ok(self.class_of(args.values[0]).value());
            }
            if args.split().0.len() != 3 {
                return Err(self.type_error("type() takes 1 or 3 arguments"));
            }
        }
        if class == types::weakref::SPEC.class()
            && let [object] = *args.values
            && args.names.is_none()
        {
            let made = types::weakref::plain(self, object)?;
            if !made.is_unbound() {
                return Ok(made);
            }
        }
        let new = class.special(self, Special::New);
        let init = class.special(self, Special::Init);
        if class.has(flags::NO_NEW) || new.is_none() {
            return Err(
                self.type_error(format!("cannot create '{}' instances", class.full_name(self)))
            );
        }
        if new.and_then(native_of) == Some(types::object::new as *const ()) {
            return self.instantiate_plainly(class, init, args);
        }
        let instance = if class.has(flags::EXCEPTION)
            && args.names.is_none()
            && exception::is_plain_new(new)
        {
            let made = exception::new_plain(self, class, args.values)?;
            if exception::is_plain_init(init) {
                return Ok(made);
            }
            made
        } else {
            let new = self.static_function(new.unwrap_or(Value::NONE), class)?;
            self.prepended(class.value(), args, |th, args| th.call_with(new, args))?
        };
        if !self.is_instance(instance, class) {
            return Ok(instance);
        }
        let own = self.class_of(instance);
        let Some(init) = own.special(self, Special::Init) else { return Ok(instance) };
        self.initialise(instance, init, args)
    }

    /// Makes an instance of a class whose `__new__` is `object`'s.
    fn instantiate_plainly(
        &mut self,
        class: Ref<Class>,
        init: Option<Value>,
        args: Arguments,
    ) -> Result<Value, Raised> {
        types::object::check_new(self, class, !args.values.is_empty())?;
        let instance = types::object::new_instance(self, class)?;
        match init {
            // What `object.__init__` would say of arguments has just been said.
            Some(init) if native_of(init) != Some(types::object::init as *const ()) => {
                self.initialise(instance, init, args)
            }
            _ => Ok(instance),
        }
    }

    /// Calls `__init__` of a new instance; the result is the instance.
    fn initialise(
        &mut self,
        instance: Value,
        init: Value,
        args: Arguments,
    ) -> Result<Value, Raised> {
        let returned = self.call_bound(init, instance, args)?;
        if returned.is_none() { Ok(instance) } else { Err(self.init_returned(returned)) }
    }

    /// What `__new__` found in a class's namespace means when it is called.
    fn static_function(&mut self, found: Value, class: Ref<Class>) -> Result<Value, Raised> {
        if let Some(wrapped) = found.cast_exact::<StaticMethod>() {
            return Ok(wrapped.function.get());
        }
        if found.cast::<NativeFunction>().is_some() || found.cast::<Function>().is_some() {
            return Ok(found);
        }
        self.descriptor_get_from_class(found, class)
    }

    #[cold]
    fn init_returned(&self, value: Value) -> Raised {
        self.type_error(format!("__init__() should return None, not '{}'", self.type_name(value)))
    }

    /// `callable(value)`
    pub fn is_callable(&self, value: Value) -> bool {
        self.class_of(value).special(self, Special::Call).is_some()
            || value.cast::<Function>().is_some()
            || value.cast::<NativeFunction>().is_some()
            || value.cast::<Method>().is_some()
            || value.cast::<Class>().is_some()
    }

    /// The name of a value's class, for messages.
    pub fn type_name(&self, value: Value) -> String {
        self.class_of(value).name_in_messages()
    }

    /// If the next item of an iterator that raised is `StopIteration`: takes it, so that the result
    /// is its value.
    pub fn take_stop_iteration(&self, raised: Raised) -> Option<Value> {
        self.catch(raised, &classes::STOP_ITERATION)
    }
}

/// Runs the code of a native function with all arguments, the receiver included.
#[inline]
fn run_native(
    th: &mut Thread,
    native: Ref<NativeFunction>,
    args: Arguments,
) -> Result<Value, Raised> {
    let receiver = args.values.first().copied();
    let result = if args.names.is_none() && native.signature.get().is_direct(args.values.len()) {
        (native.method.get().function)(th, args.values)
    } else {
        native::bind(th, native, args)
    };
    match (&result, receiver) {
        (Err(Raised::Exception), Some(receiver)) => {
            name_wrong_receiver(th, native, receiver, result)
        }
        (&Ok(value), Some(receiver)) if value == Value::NOT_IMPLEMENTED => {
            name_wrong_receiver(th, native, receiver, result)
        }
        _ => result,
    }
}

/// A method that was taken from one class and put into another meets receivers that it has no
/// use for. It has refused this one, if so; the error tells which method that was.
#[cold]
#[inline(never)]
fn name_wrong_receiver(
    th: &mut Thread,
    native: Ref<NativeFunction>,
    receiver: Value,
    result: Result<Value, Raised>,
) -> Result<Value, Raised> {
    let kind = th.class_of(native.value());
    let slot = kind == WRAPPER_DESCRIPTOR.class();
    if !slot && kind != METHOD_DESCRIPTOR.class() {
        return result;
    }
    let Some(owner) = native.owner.get().cast::<Class>() else { return result };
    if th.is_instance(receiver, owner) {
        return result;
    }
    if let Err(raised) = result {
        if !th.raised_is(raised, &classes::TYPE_ERROR) {
            return result;
        }
        th.take_exception();
    }
    let (name, got) = (native.name.get().display(), th.type_name(receiver));
    let owner = owner.display_name();
    Err(th.type_error(match slot {
        true => format!("descriptor '{name}' requires a '{owner}' object but received a '{got}'"),
        false => {
            format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{got}' object")
        }
    }))
}
