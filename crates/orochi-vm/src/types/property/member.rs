//! What Python sees of the descriptors of `__slots__`.

use crate::class::{Class, GetSet, Method, getter, method};
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::ValueCast;
use crate::thread::Thread;
use crate::types::member::Member;
use crate::types::tuple::Tuple;

/// Methods of `member_descriptor`.
pub static MEMBER_METHODS: &[Method] = &[
    method(
        "__get__($self, instance, owner=None, /)",
        get,
        "Return an attribute of instance, which is of type owner.",
    ),
    method("__set__($self, instance, value, /)", set, "Set an attribute of instance to value."),
    method("__delete__($self, instance, /)", delete, "Delete an attribute of instance."),
    method("__repr__($self, /)", repr, "Return repr(self)."),
    method("__reduce__($self, /)", reduce, ""),
];

/// Attributes of `member_descriptor`.
pub static MEMBER_GETSET: &[GetSet] = &[
    getter("__name__", |th, m| Ok(th.receiver::<Member>(m)?.name.get().value()), ""),
    getter("__objclass__", |th, m| Ok(th.receiver::<Member>(m)?.owner.get()), ""),
    getter("__qualname__", qualname, ""),
    getter("__doc__", doc, ""),
];

fn get(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let member = th.receiver::<Member>(args[0])?;
    if args[1].is_none() {
        return Ok(args[0]);
    }
    member.read(th, args[1])
}

fn set(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Member>(args[0])?.write(th, args[1], args[2])?;
    Ok(Value::NONE)
}

fn delete(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    th.receiver::<Member>(args[0])?.write(th, args[1], Value::UNBOUND)?;
    Ok(Value::NONE)
}

fn repr(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let member = th.receiver::<Member>(args[0])?;
    let owner =
        member.owner.get().cast::<Class>().map_or_else(String::new, |class| class.display_name());
    let name = member.name.get().display();
    Ok(th.new_str(&format!("<member '{name}' of '{owner}' objects>"))?.value())
}

fn reduce(th: &mut Thread, args: &[Value]) -> Result<Value, Raised> {
    let member = th.receiver::<Member>(args[0])?;
    let getattr = th.builtin(crate::name!(th, "getattr"))?;
    let arguments = Tuple::from_slice(th, &[member.owner.get(), member.name.get().value()])?;
    Ok(Tuple::from_slice(th, &[getattr, arguments.value()])?.value())
}

fn doc(th: &mut Thread, member: Value) -> Result<Value, Raised> {
    match th.receiver::<Member>(member)?.entry.get() {
        Some(entry) if !entry.doc.is_empty() => Ok(th.new_str(entry.doc)?.value()),
        _ => Ok(Value::NONE),
    }
}

fn qualname(th: &mut Thread, member: Value) -> Result<Value, Raised> {
    let member = th.receiver::<Member>(member)?;
    let owner = member.owner.get().cast::<Class>();
    let owner = owner.map_or_else(String::new, |class| th.display_str(class.qualname.get()));
    Ok(th.new_str(&format!("{owner}.{}", member.name.get().display()))?.value())
}
