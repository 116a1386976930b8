//! The weak reference object.

use super::SPEC;
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::Ref;
use crate::thread::Thread;

heap_object! {
    /// A weak reference or proxy; its class tells which. The collector, with the world stopped,
    /// replaces a dead referent by None.
    pub immutable struct WeakRef: SPEC {
        values {
            /// What is called with the reference when the referent has died, or None.
            callback: Value,
        }
        storage {}
        data {
            /// The referent, or None once it has died. Not traced.
            referent: Value,
            /// The referent's hash once asked for, or zero.
            hash: i64,
        }
    }
}

impl WeakRef {
    /// A reference without a callback.
    pub fn plain(th: &Thread, referent: Value) -> Result<Ref<WeakRef>, Raised> {
        WeakRef::allocate(th, Value::NONE, referent, 0)
    }

    /// The hash, if somebody has asked for it before.
    #[inline]
    pub fn known_hash(&self) -> Option<i64> {
        let hash = self.hash.get();
        (hash != 0).then_some(hash)
    }

    /// The referent, if it is alive. From then on the caller's copy keeps it so.
    #[inline]
    pub fn target(&self) -> Option<Value> {
        let referent = self.referent.get();
        referent.is_object().then_some(referent)
    }
}

const _: () = assert!(
    std::mem::offset_of!(WeakRef, callback) == 8 && std::mem::offset_of!(WeakRef, referent) == 16
);
