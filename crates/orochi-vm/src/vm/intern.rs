//! Interned strings: equal ones are identical, so names compare by address.
//!
//! They live for ever, as shapes, namespaces and compiled code rely on their addresses.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Mutex;

use hashbrown::HashTable;
use orochi_text::Text;

use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::shape::AddressHasher;
use crate::thread::Thread;
use crate::types::str::Str;

/// The table of interned strings, in shards so that threads seldom meet.
pub struct Table {
    shards: [Mutex<Shard>; 16],
}

struct Shard {
    /// Indices into `strings`.
    table: HashTable<u32>,
    strings: RootVec,
}

impl Table {
    /// An empty table.
    pub(crate) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| {
                Mutex::new(Shard { table: HashTable::new(), strings: RootVec::new() })
            }),
        }
    }

    /// The interned string equal to the characters, which `make` makes if there is none yet.
    fn find_or_insert(
        &self,
        hash: u64,
        equal: impl Fn(&Str) -> bool,
        make: impl FnOnce() -> Result<Ref<Str>, Raised>,
    ) -> Result<Ref<Str>, Raised> {
        let shard = &self.shards[(hash >> 60) as usize];
        let mut shard = shard.lock().unwrap_or_else(|e| e.into_inner());
        let Shard { table, strings } = &mut *shard;
        let string = |index: u32| -> Ref<Str> {
            match strings.as_slice()[index as usize].cast() {
                Some(string) => string,
                None => unreachable!("the table holds strings only"),
            }
        };
        if let Some(&index) = table.find(hash, |&index| equal(&string(index))) {
            return Ok(string(index));
        }
        let made = make()?;
        made.set_interned();
        let index = strings.as_slice().len() as u32;
        table.insert_unique(hash, index, |&index| string(index).hash());
        strings.push(made.value());
        Ok(made)
    }
}

impl Thread {
    /// The interned string with these characters.
    pub fn intern(&self, text: &str) -> Result<Ref<Str>, Raised> {
        if text.is_ascii() {
            let units = Text::One(text.as_bytes());
            let hash = orochi_text::hash::hash_string(super::hash_key(), units) as u64;
            return self.vm.interned.find_or_insert(
                hash,
                |s| s.ascii() == Some(text),
                || Str::from_text(self, Text::One(text.as_bytes())),
            );
        }
        Ok(self.intern_str(self.new_str(text)?))
    }

    /// The interned string equal to `string`, which may be `string` itself. An instance of a
    /// subclass is interned by its characters.
    pub fn intern_str(&self, string: Ref<Str>) -> Ref<Str> {
        if string.is_interned() {
            return string;
        }
        let exact = string.value().cast_exact::<Str>().is_some();
        let make = || if exact { Ok(string) } else { Str::from_text(self, string.text()) };
        let found = self.vm.interned.find_or_insert(
            string.hash(),
            |s| orochi_text::compare::equal(s.text(), string.text()),
            make,
        );
        found.unwrap_or(string)
    }

    /// The interned string of a name that the runtime uses.
    ///
    /// # Panics
    /// When memory is exhausted before the program has begun.
    pub fn name(&self, text: &str) -> Ref<Str> {
        match self.intern(text) {
            Ok(name) => name,
            Err(_) => panic!("out of memory while interning a name"),
        }
    }
}

/// An interned name that is looked up once: `name!(th, "append")`.
#[macro_export]
macro_rules! name {
    ($th:expr, $text:literal) => {{
        static NAME: $crate::vm::intern::CachedName = $crate::vm::intern::CachedName::new();
        NAME.get($th, $text)
    }};
}

/// See [`name!`].
pub struct CachedName(std::sync::atomic::AtomicUsize);

impl CachedName {
    /// Not looked up yet.
    #[allow(clippy::new_without_default, reason = "only for statics")]
    pub const fn new() -> Self {
        Self(std::sync::atomic::AtomicUsize::new(0))
    }

    /// The name.
    #[inline(always)]
    pub fn get(&self, th: &Thread, text: &str) -> Ref<Str> {
        let address = self.0.load(std::sync::atomic::Ordering::Relaxed);
        if address != 0 {
            // SAFETY: the address of an interned string, which lives for ever.
            return unsafe { Ref::from_ptr(address as *const Str) };
        }
        let name = th.name(text);
        self.0.store(name.as_ptr() as usize, std::sync::atomic::Ordering::Relaxed);
        name
    }
}

/// Hashes a value by address, for tables of identity.
pub fn identity_hash(value: Value) -> u64 {
    let hasher = BuildHasherDefault::<AddressHasher>::default();
    let mut state = std::hash::BuildHasher::build_hasher(&hasher);
    (value.bits() as usize).hash(&mut state);
    state.finish()
}
