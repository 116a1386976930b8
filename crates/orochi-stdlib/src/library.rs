//! The embedded pure-Python library: one archive of compiled modules.
//!
//! `build.rs` writes it: a magic, the number of modules, an index of eight 32-bit numbers a module
//! in the order of their names (place and length of the name; 1 for a package; place, packed and
//! full size of the code; packed and full size of the source, which follows it), the names, and
//! the blobs, each packed with LZ4. Nothing is unpacked before it is asked for.

use std::sync::Arc;

use orochi_compiler::code::{Code, Constant};
use orochi_compiler::marshal;

static ARCHIVE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/library.bin"));
const INDEX: usize = 12;
const ENTRY: usize = 32;

/// A module of the library.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    at: usize,
}

fn number(at: usize) -> usize {
    let bytes = ARCHIVE.get(at..at + 4).and_then(|b| b.try_into().ok());
    bytes.map_or(0, |bytes| u32::from_le_bytes(bytes) as usize)
}

fn count() -> usize {
    number(8)
}

/// Finds a module by its full name.
pub fn find(name: &str) -> Option<Entry> {
    let (mut low, mut high) = (0, count());
    while low < high {
        let middle = (low + high) / 2;
        let entry = Entry { at: INDEX + ENTRY * middle };
        match entry.name().cmp(name) {
            std::cmp::Ordering::Equal => return Some(entry),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// All modules, by name.
pub fn all() -> impl Iterator<Item = Entry> {
    (0..count()).map(|index| Entry { at: INDEX + ENTRY * index })
}

impl Entry {
    fn field(self, index: usize) -> usize {
        number(self.at + 4 * index)
    }

    /// Its full name.
    pub fn name(self) -> &'static str {
        let at = self.field(0);
        ARCHIVE
            .get(at..at + self.field(1))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or("")
    }

    /// Whether it is a package.
    pub fn is_package(self) -> bool {
        self.field(2) != 0
    }

    /// Its code, with the file name it was packed with: `<frozen name>`.
    pub fn code(self) -> Option<Code> {
        let packed = ARCHIVE.get(self.field(3)..self.field(3) + self.field(4))?;
        let bytes = lz4_flex::decompress(packed, self.field(5)).ok()?;
        marshal::load(&bytes).ok()
    }

    /// Its code, as if compiled from that file.
    pub fn code_of_file(self, filename: &str) -> Option<Code> {
        let mut code = self.code()?;
        set_filename(&mut code, &filename.into());
        Some(code)
    }

    /// Its source text.
    pub fn source(self) -> Option<Vec<u8>> {
        let at = self.field(3) + self.field(4);
        let packed = ARCHIVE.get(at..at + self.field(6))?;
        lz4_flex::decompress(packed, self.field(7)).ok()
    }
}

fn set_filename(code: &mut Code, filename: &Arc<str>) {
    code.filename = filename.clone();
    for constant in &mut code.constants {
        if let Constant::Code(inner) = constant
            // Just unpacked, so nobody shares it.
            && let Some(inner) = Arc::get_mut(inner)
        {
            set_filename(inner, filename);
        }
    }
}

/// What there is under a dotted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Nothing,
    /// A module.
    Module,
    /// A package.
    Package,
    /// A folder with modules, but no package of its own.
    Folder,
}

/// What there is under a dotted name.
pub fn place(name: &str) -> Place {
    if let Some(entry) = find(name) {
        return if entry.is_package() { Place::Package } else { Place::Module };
    }
    let inside = |other: &str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    if all().any(|entry| inside(entry.name())) { Place::Folder } else { Place::Nothing }
}
