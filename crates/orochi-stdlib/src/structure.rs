//! Named tuples that native modules return: `os.stat_result`, `sys.flags` and their like.

use std::sync::OnceLock;

use orochi_vm::exception::Raised;
use orochi_vm::heap::Value;
use orochi_vm::thread::Thread;
use orochi_vm::types::structseq::{Field, StructSequence, field};

/// A kind of named tuple, declared as a static by the module that returns it.
pub struct Structure {
    name: &'static str,
    doc: &'static str,
    fields: &'static [&'static str],
    visible: usize,
    sealed: bool,
    kind: OnceLock<&'static StructSequence>,
}

impl Structure {
    /// A kind called `module.name`. The first `visible` fields are items of the tuple, the others
    /// are reached by name only; a field without a name is reached by index only.
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        fields: &'static [&'static str],
        visible: usize,
    ) -> Self {
        Self { name, doc, fields, visible, sealed: false, kind: OnceLock::new() }
    }

    /// As it is, but Python code cannot make instances.
    pub const fn sealed(mut self) -> Self {
        self.sealed = true;
        self
    }

    fn kind(&'static self) -> &'static StructSequence {
        self.kind.get_or_init(|| {
            let (module, name) = self.name.rsplit_once('.').unwrap_or(("builtins", self.name));
            let fields: Box<[Field]> = self.fields.iter().map(|name| field(name, "")).collect();
            let kind = StructSequence::new(module, name, self.doc, Box::leak(fields), self.visible);
            Box::leak(Box::new(if self.sealed { kind.sealed() } else { kind }))
        })
    }

    /// The class.
    pub fn class(&'static self, th: &mut Thread) -> Result<Value, Raised> {
        Ok(self.kind().class(th)?.value())
    }

    /// An instance with these values, one for each field.
    pub fn make(&'static self, th: &mut Thread, values: &[Value]) -> Result<Value, Raised> {
        self.kind().make(th, values)
    }
}
