//! What a conflict is called, and what to do about it.

use crate::conflict::Conflict;
use crate::incident::Kind;

/// The fields of an object's text.
pub(crate) struct Object<'t> {
    pub(crate) category: &'t str,
    pub(crate) type_name: &'t str,
    pub(crate) expression: &'t str,
    pub(crate) operation: &'t str,
}

impl<'t> Object<'t> {
    pub(crate) fn of(text: &'t str) -> Object<'t> {
        let mut parts = text.split('\t');
        let mut part = || parts.next().unwrap_or_default();
        Object { category: part(), type_name: part(), expression: part(), operation: part() }
    }

    /// The object in words.
    pub(crate) fn in_words(&self) -> String {
        let name = self.expression;
        let kind = match self.category {
            "" => return "an object".to_owned(),
            "inevitable" if name.is_empty() => {
                return "the right to do what cannot be undone".to_owned();
            }
            "inevitable" => return format!("the right to do what cannot be undone (`{name}`)"),
            "object" => self.type_name,
            "namespace" => "namespace of the module, at",
            "storage" => "part of a large container",
            "attribute" | "class attribute" | "global" | "closure variable" => self.category,
            _ if self.type_name.is_empty() => self.category,
            _ => self.type_name,
        };
        match name {
            "" => format!("{} {kind}", if kind.starts_with(VOWELS) { "an" } else { "a" }),
            _ => format!("{kind} `{name}`"),
        }
    }
}

const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

/// The name of the kind, in `--json`.
pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Blocks => "blocks",
        Kind::BlockAndPlain => "block-and-plain",
        Kind::Plain => "plain",
        Kind::Revocation => "revocation",
        Kind::Lock => "lock",
        Kind::Inevitable => "inevitable",
    }
}

/// The kind in words.
pub(crate) fn kind_in_words(conflict: &Conflict) -> &'static str {
    let reads = conflict.writes < conflict.count();
    match conflict.kind {
        Kind::Blocks if reads => "one block reads what another one writes",
        Kind::Blocks => "two blocks want to write the same",
        Kind::BlockAndPlain => "a block and code outside blocks want the same",
        Kind::Plain if conflict.contended > 0 => "threads fight for the same (outside blocks)",
        Kind::Plain => "threads take the same from each other (outside blocks)",
        Kind::Revocation => "what many threads read is written",
        Kind::Lock if conflict.undone() > 0 => "a block was undone to wait for a lock",
        Kind::Lock => "threads wait for a lock",
        Kind::Inevitable => "two blocks do what cannot be undone",
    }
}

/// Whether the operation counts something up.
fn counts(object: &Object<'_>, texts: &[String]) -> bool {
    let name = object.expression.rsplit('.').next().unwrap_or_default();
    let added = |text: &String| {
        let target = text.split_once("+=").or_else(|| text.split_once("-="));
        target.is_some_and(|(target, _)| target.trim_end().ends_with(name))
    };
    matches!(object.category, "attribute" | "class attribute" | "global" | "closure variable")
        && (texts.iter().any(added) || matches!(name, "count" | "total" | "counter"))
}

/// Whether the operation adds to a container.
fn appends(object: &Object<'_>) -> bool {
    let names = ["append", "appendleft", "extend", "insert", "ListAppend", "InplaceAdd", "Add"];
    names.contains(&object.operation)
}

/// What to do about it.
pub(crate) fn hint(conflict: &Conflict, texts: &[String]) -> String {
    let object = Object::of(&conflict.object);
    match conflict.kind {
        Kind::Inevitable => {
            return "Take what cannot be undone (printing, files, sockets) out of the block: \
                    collect what to write in the block and write it behind its end."
                .to_owned();
        }
        Kind::Lock if conflict.undone() > 0 => {
            return "A block needs no lock: leave the lock out where all who use the data use \
                    blocks, or take it before the block begins."
                .to_owned();
        }
        Kind::Lock => {
            return "Hold the lock for less, or use `with transaction.atomic:` in its place: \
                    blocks run in parallel where they touch different objects."
                .to_owned();
        }
        _ => {}
    }
    if counts(&object, texts) {
        return "Many add to one number: use `transaction.counter()`, whose `add()` never \
                conflicts, or sum up in a local variable and add once at the end."
            .to_owned();
    }
    let by_type = match object.category {
        "dict" | "defaultdict" | "OrderedDict" | "collections.OrderedDict" => Some(
            "Different keys of one dict: use `transaction.stmdict`, or a dict for each thread, \
             merged at the end.",
        ),
        "set" => Some(
            "Different elements of one set: use `transaction.stmset`, or a set for each thread, \
             united at the end.",
        ),
        "list" | "collections.deque" | "deque" if appends(&object) => Some(
            "One list that all append to: let each task return its results \
             (`transaction.map`), or collect them in a list of its own and extend the shared one once.",
        ),
        "_queue.SimpleQueue" | "SimpleQueue" => Some(
            "One queue that all use: pass on several items at a time, or use `transaction.queue`.",
        ),
        _ => None,
    };
    if let Some(hint) = by_type {
        return hint.to_owned();
    }
    if object.category == "namespace" {
        return "A new name came into the module, or one was deleted, while others looked names up: \
                define global names before the threads start."
            .to_owned();
    }
    if conflict.kind == Kind::Revocation {
        return "Written seldom, read often is cheap; this is written often. Write it less \
                often, all at once, or split what changes from what does not."
            .to_owned();
    }
    match conflict.kind {
        Kind::Blocks => {
            "Make the blocks shorter, touch the shared object as late as possible in them, or \
             split it so that different tasks touch different objects."
        }
        Kind::BlockAndPlain => {
            "The code outside waits for the end of the block: make the block shorter, or let it \
             touch the object last."
        }
        _ => {
            "Let each thread work on objects of its own and hand over results in batches; or put \
             the operations that belong together into one block."
        }
    }
    .to_owned()
}
