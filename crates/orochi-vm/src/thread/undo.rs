//! The undo log of atomic blocks.
//!
//! The first write to an object in a block's newest epoch passes the slow path of the write
//! barrier, which calls [`log`] before it lets the write happen. So nothing a block changes can be
//! missed: whoever holds an object for writing has come by here. What is logged is a shallow copy
//! of the object's words, its shape, and of the storage that only it points to (items of a list,
//! table of a dict, registers of a generator, overflow slots). Storage that is replaced while the
//! block runs stays as it was; its old contents are logged with the object that had it.
//!
//! Storage of more than [`LARGE`] words is not copied: it is marked, its object never gets the
//! right to write for the whole block, so that every operation comes by here, and the functions
//! through which such storage is written log the words that they overwrite ([`log_words`]).
//!
//! Replaying is positional: words go back to where they were, newest entry first, down to a mark.
//! It compares, hashes, allocates and calls nothing. Three kinds of objects are treated apart:
//!
//! * *Classes* are read without a barrier, and what others have cached of them must be told: see
//!   [`Thread::forget_restored_classes`].
//! * *Frames* follow the windows of the stack, which an abort leaves one by one: only what Python
//!   has stored in them goes back.
//! * Objects with memory of Rust's own ([`TypeSpec::finalise`](crate::class::TypeSpec::finalise))
//!   say how to copy it ([`TypeSpec::save`](crate::class::TypeSpec::save)); the others make the
//!   block inevitable.
//!
//! The log is a root of the collector, conservatively: its words keep alive what they point to.

use orochi_stm::{Logged, OwnerWord};

use super::Thread;
use crate::class::{Class, TypeSpec};
use crate::heap::{Header, RootVec, ShapeId, Value, layout_of, word_at};
use crate::object::{Ref, ValueCast};
use crate::shape::{Shape, known, shape_flags, shape_of_object};
use crate::types::frame::Frame;
use crate::types::generator::Generator;

/// Puts native memory back to what it was.
pub type Restore = Box<dyn FnOnce()>;

/// What one thread's open block would have to undo.
///
/// Each entry is its words, in order, then the address they came from, then a word that holds the
/// number of words (high half), the shape (24 bits) and the [`kind`].
#[derive(Default)]
pub(crate) struct UndoLog {
    words: Vec<u64>,
    /// For entries of kind `NATIVE`, in order.
    natives: Vec<Restore>,
    /// Classes that a replay has restored and nobody has been told of yet.
    classes: RootVec,
    /// The namespaces that they lost: caches may name cells of these until they are told.
    namespaces: RootVec,
    /// Objects with storage that logs its writes, each once or more often.
    large: Vec<usize>,
    /// Something was not logged, because the block was inevitable.
    incomplete: bool,
}

/// Where a replay stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark(usize);

/// What an entry restores.
mod kind {
    /// All words of an object behind its header, and its shape.
    pub(super) const OBJECT: u64 = 0;
    /// All words of storage behind its header.
    pub(super) const STORAGE: u64 = 1;
    /// Native memory: no words.
    pub(super) const NATIVE: u64 = 2;
    /// A class.
    pub(super) const CLASS: u64 = 3;
    /// A frame object.
    pub(super) const FRAME: u64 = 4;
    /// One word of an object, and its byte offset.
    pub(super) const FIELD: u64 = 5;
}

impl UndoLog {
    /// The words, for the collector.
    pub(crate) fn as_words(&self) -> &[usize] {
        // SAFETY: words of 64 bits are words of this machine.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), self.words.len()) }
    }

    /// Makes room for an entry of so many words; false if there is no memory.
    fn reserve(&mut self, count: usize) -> bool {
        self.words.capacity() - self.words.len() >= count + 2
            || self.words.try_reserve(count + 2).is_ok()
    }

    /// Appends the words of an object behind its header.
    ///
    /// # Safety
    /// `object` is held and has at least `count` words behind its header. There is room for so many
    /// ([`UndoLog::reserve`]).
    #[inline(always)]
    unsafe fn push(&mut self, object: *const Header, count: usize, shape: ShapeId, kind: u64) {
        debug_assert!(self.words.capacity() - self.words.len() >= count + 2, "reserved");
        let head = (count as u64) << 32 | u64::from(shape.0) << 8 | kind;
        // SAFETY: the caller's promise, for both; words are atomics, so the collector may look.
        unsafe {
            let to = self.words.as_mut_ptr().add(self.words.len());
            for at in 0..count {
                let word = word_at(object, 8 * (at + 1));
                *to.add(at) = word.load(std::sync::atomic::Ordering::Relaxed);
            }
            *to.add(count) = object as u64;
            *to.add(count + 1) = head;
            self.words.set_len(self.words.len() + count + 2);
        }
    }

    /// Takes the newest entry: address, shape and kind; its words are then the last `count`.
    fn pop(&mut self) -> Option<(*mut Header, usize, ShapeId, u64)> {
        let head = self.words.pop()?;
        let address = self.words.pop()?;
        let shape = ShapeId((head >> 8) as u32 & 0xFF_FFFF);
        Some((address as *mut Header, (head >> 32) as usize, shape, head & 0xFF))
    }
}

/// Words of an object or of storage behind the header.
///
/// # Safety
/// A live object.
unsafe fn words_of(object: *const Header) -> usize {
    // SAFETY: the caller's promise.
    unsafe { layout_of(object).size_of(object) / 8 - 1 }
}

/// Calls `each` with the storage that only this object points to.
///
/// # Safety
/// A live object of this shape, held.
unsafe fn each_storage(object: *const Header, shape: &Shape, mut each: impl FnMut(*const Header)) {
    let mut visit = |offset: usize| {
        // SAFETY: offsets of references to storage lie inside the object.
        let value = unsafe { crate::heap::value_at(object, offset) };
        if value.is_object() {
            each(value.object_ptr());
        }
    };
    // SAFETY: the caller's promise.
    let owned = unsafe { layout_of(object).owned };
    // A class's namespace is replaced, never changed, in a block.
    let namespace = std::mem::offset_of!(Class, namespace);
    let class = shape.native.extends(&crate::types::type_::SPEC);
    for &offset in owned {
        if !class || offset as usize != namespace {
            visit(offset as usize);
        }
    }
    if shape.has(shape_flags::TAIL | shape_flags::DICT) {
        visit(shape.overflow_offset(object));
    }
}

/// The hook of the write barrier: copies what the thread is about to change.
pub(crate) fn log(th: &Thread, word: &OwnerWord) -> Logged {
    if let Some(logged) = copy_instance(th, word) {
        return logged;
    }
    let logged = copy(th, word);
    if matches!(logged, Logged::Impossible) && th.elides() {
        // In the middle of a claim the lock cannot be taken: the section starts over.
        th.block.section.takes_lock.set(true);
        th.stm.doom();
    }
    logged
}

/// The part for what most first writes are to: an instance of a class of the program's, with all
/// attributes in itself. `None`: it is something else.
#[inline(always)]
fn copy_instance(th: &Thread, word: &OwnerWord) -> Option<Logged> {
    let object = std::ptr::from_ref(word).cast::<Header>();
    // SAFETY: owner words are the first word of live objects; the thread owns this one.
    unsafe {
        let shape = shape_of_object(Value::from_bits(object as u64));
        if !std::ptr::eq(shape.native, &crate::types::object::SPEC)
            || shape.has(shape_flags::TAIL | shape_flags::DICT)
            || th.stm.is_inevitable()
        {
            return None;
        }
        let (mut log, count) = (th.undo.borrow_mut(), words_of(object));
        if !log.reserve(count) {
            return None;
        }
        log.push(object, count, shape.id, kind::OBJECT);
    }
    Some(Logged::Whole)
}

#[inline(never)]
fn copy(th: &Thread, word: &OwnerWord) -> Logged {
    let mut log = th.undo.borrow_mut();
    if th.stm.is_inevitable() && !th.block.keeps_log() {
        log.incomplete = true;
        return Logged::Whole;
    }
    let object = std::ptr::from_ref(word).cast::<Header>();
    // SAFETY: owner words are the first word of live objects; the thread owns this one, and its
    // storage with it.
    unsafe {
        let shape = shape_of_object(Value::from_bits(object as u64));
        let native: &'static TypeSpec = shape.native;
        let count = words_of(object);
        let mut native_memory = None;
        if native.finalise.is_some() {
            let Some(save) = native.save else { return Logged::Impossible };
            native_memory = Some(save(object));
        }
        let special = if native.extends(&crate::types::type_::SPEC) {
            kind::CLASS
        } else if std::ptr::eq(native, &crate::types::frame::SPEC) {
            kind::FRAME
        } else {
            kind::OBJECT
        };
        let mut large = false;
        if special != kind::FRAME {
            let mut room = true;
            let window = Value::from_bits(object as u64).cast::<Generator>().is_some();
            each_storage(object, shape, |storage| {
                let (count, shape) = (words_of(storage), (*storage).shape_relaxed());
                if count > LARGE && !window && LOGS_ITSELF.contains(&shape) {
                    large = true;
                    (*storage).owner.set_logs_writes(true);
                    return;
                }
                room = room && log.reserve(count);
                if room {
                    log.push(storage, count, shape, kind::STORAGE);
                }
            });
            if !room {
                return Logged::Impossible;
            }
        }
        if !log.reserve(count + 2) {
            return Logged::Impossible;
        }
        log.push(object, count, shape.id, special);
        if let Some(restore) = native_memory {
            // Replayed first, while the object's words still say what the block has done.
            log.natives.push(restore);
            log.push(object, 0, shape.id, kind::NATIVE);
        }
        if large {
            let address = object as usize;
            if log.large.last() != Some(&address) && !log.large.contains(&address) {
                log.large.push(address);
            }
            return Logged::ByOperation;
        }
    }
    Logged::Whole
}

/// Storage of more words than this is not copied: whatever writes to it logs what it overwrites.
const LARGE: usize = 1024;

/// Storage whose every writer asks [`logs_writes`] first.
const LOGS_ITSELF: [ShapeId; 3] = [known::VALUE_ARRAY, known::DICT_TABLE, known::SET_TABLE];

/// Whether whoever writes to this storage, whose object is held, must say so first
/// ([`log_words`]). Such storage is found in large containers that a block has written to.
#[inline(always)]
pub(crate) fn logs_writes(storage: &Header) -> bool {
    storage.owner.logs_writes()
}

/// Some words of storage that [`logs_writes`] are about to be overwritten: `count` of them, from
/// the byte offset `from` on. Outside blocks the storage stops asking.
#[cold]
#[inline(never)]
pub(crate) fn log_words(storage: &Header, from: usize, count: usize) {
    let th = Thread::current();
    if !th.stm.in_block() {
        storage.owner.set_logs_writes(false);
        return;
    }
    let mut log = th.undo.borrow_mut();
    if th.stm.is_inevitable() && !th.block.keeps_log() {
        log.incomplete = true;
        return;
    }
    log.words.reserve(count + 2);
    // An entry's words begin eight bytes behind its address.
    let address = std::ptr::from_ref(storage).wrapping_byte_add(from - Header::SIZE);
    // SAFETY: the caller holds the object of the storage, which has these words; there is room.
    unsafe { log.push(address, count, storage.shape_relaxed(), kind::STORAGE) };
}

/// A word of an object that is written without being claimed is about to be: what an exception gets
/// as it travels. That it was is undone with the block.
#[cold]
#[inline(never)]
pub(crate) fn log_field(th: &Thread, object: &Header, offset: usize) {
    let mut log = th.undo.borrow_mut();
    if th.stm.is_inevitable() && !th.block.keeps_log() {
        log.incomplete = true;
        return;
    }
    // SAFETY: a word of a live object.
    let word = unsafe { word_at(object, offset) };
    let word = word.load(std::sync::atomic::Ordering::Relaxed);
    let head = 2 << 32 | u64::from(object.shape_relaxed().0) << 8 | kind::FIELD;
    log.words.extend([word, offset as u64, std::ptr::from_ref(object) as u64, head]);
}

/// Puts everything back that was logged since the mark, newest first. Everything logged is still
/// owned.
pub(crate) fn replay(th: &Thread, to: Mark) {
    let mut log = th.undo.borrow_mut();
    while log.words.len() > to.0 {
        let Some((object, count, shape, kind)) = log.pop() else { return };
        let from = log.words.len() - count;
        // SAFETY: logged from this object or storage, which the log has kept alive and the thread
        // still owns; the size of an object never changes.
        unsafe {
            match kind {
                kind::NATIVE => {
                    if let Some(restore) = log.natives.pop() {
                        restore();
                    }
                }
                kind::CLASS => {
                    let class: Ref<Class> = Ref::from_ptr(object.cast());
                    log.namespaces.push(class.namespace.get().value());
                    Class::restore(object, &log.words[from..]);
                    log.classes.push(Value::from_bits(object as u64));
                }
                kind::FRAME => Frame::restore(object, &log.words[from..]),
                kind::FIELD => {
                    let to = word_at(object, log.words[from + 1] as usize);
                    to.store(log.words[from], std::sync::atomic::Ordering::Relaxed);
                }
                _ => {
                    for (at, &word) in log.words[from..].iter().enumerate() {
                        let to = word_at(object, 8 * (at + 1));
                        to.store(word, std::sync::atomic::Ordering::Relaxed);
                    }
                }
            }
            if kind != kind::STORAGE {
                if kind != kind::NATIVE && kind != kind::FIELD {
                    (*object).set_shape(shape);
                }
                // A collection may have made the object old since.
                th.heap_write_note(&*object);
            }
        }
        log.words.truncate(from);
    }
}

/// The block is over: nothing will be undone.
pub(crate) fn forget(th: &Thread) {
    let mut log = th.undo.borrow_mut();
    log.words.clear();
    log.natives.clear();
    log.large.clear();
    log.incomplete = false;
    // A block that touched enormously much does not keep its log's memory.
    if log.words.capacity() > 1 << 22 {
        log.words = Vec::new();
    }
}

/// Whether the open block has written to an object that does not say so in its owner word.
pub(crate) fn has_written(th: &Thread, word: &OwnerWord) -> bool {
    th.undo.borrow().large.contains(&(std::ptr::from_ref(word) as usize))
}

/// Where the log is now.
pub(crate) fn mark(th: &Thread) -> Mark {
    Mark(th.undo.borrow().words.len())
}

/// Whether everything the block did has been logged.
pub(crate) fn is_complete(th: &Thread) -> bool {
    !th.undo.borrow().incomplete
}

impl Thread {
    /// After a replay: whoever has cached what a restored class said is told.
    pub(crate) fn forget_restored_classes(&mut self) {
        if self.undo.get_mut().classes.as_slice().is_empty() && !self.stm.is_alone() {
            return;
        }
        self.tell_of_restored_classes();
    }

    #[cold]
    fn tell_of_restored_classes(&mut self) {
        let restored = std::mem::take(&mut self.undo.get_mut().classes);
        let mut affected = RootVec::new();
        for class in restored.as_slice() {
            let Some(class) = class.cast::<Class>() else { continue };
            // Outside blocks nothing fails here but memory, and then the class alone is told.
            if self.with_subclasses(class, &mut affected).is_err() {
                self.take_exception();
                affected.push(class.value());
            }
        }
        self.classes_changed(affected.as_slice());
        self.undo.get_mut().namespaces = RootVec::new();
    }
}
