//! Lines of the program.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// A frame of a stack.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize)]
pub struct Frame {
    /// The file, as the code object names it.
    pub file: String,
    /// From 1; 0 if not known.
    pub line: u64,
    /// The function's qualified name.
    pub function: String,
}

impl Frame {
    /// From what the virtual machine writes for code.
    pub(crate) fn of(text: &str, line: u64) -> Frame {
        let mut parts = text.split('\0');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        Frame { file: part(), function: part(), line }
    }

    /// Whether it belongs to the library rather than to the program.
    fn is_library(&self) -> bool {
        self.file.starts_with('<') && self.file.contains("orochi")
            || self.file.starts_with("<frozen")
            || self.file.contains("/orochi-library/")
            || self.file.contains("/lib/python3")
            || self.file.contains("/lib/orochi3")
            || self.file.contains("/orochi/Lib/")
            || LIBRARY.with_borrow(|prefix| !prefix.is_empty() && self.file.starts_with(prefix))
    }

    /// Whether something is known.
    pub(crate) fn is_known(&self) -> bool {
        !self.file.is_empty()
    }
}

std::thread_local! {
    /// Where the library of the program that wrote the log is.
    static LIBRARY: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Says where the library is.
pub(crate) fn set_library(prefix: &str) {
    LIBRARY.set(prefix.to_owned());
}

/// The frame that a reader wants to see: the innermost one of the program's own, or else the
/// innermost one there is.
pub(crate) fn own_frame(stack: &[Frame]) -> Frame {
    let own = stack.iter().find(|frame| !frame.is_library());
    own.or(stack.first()).cloned().unwrap_or_default()
}

/// The sources, as far as they can be read.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    folder: PathBuf,
    files: RefCell<HashMap<String, Option<Vec<String>>>>,
}

impl Sources {
    pub(crate) fn in_folder(folder: &str) -> Sources {
        Sources { folder: folder.into(), ..Sources::default() }
    }

    fn with_lines<R>(&self, file: &str, look: impl FnOnce(&[String]) -> R) -> Option<R> {
        let mut files = self.files.borrow_mut();
        let lines = files.entry(file.to_owned()).or_insert_with(|| {
            let path = Path::new(file);
            let path = if path.is_absolute() { path.to_owned() } else { self.folder.join(path) };
            // Devices and pipes have no end.
            let bytes = path.is_file().then(|| std::fs::read(path).ok()).flatten()?;
            Some(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
        });
        lines.as_deref().map(look)
    }

    /// The text of a line, without its indentation; empty if it cannot be had.
    pub(crate) fn line(&self, frame: &Frame) -> String {
        let index = usize::try_from(frame.line).ok().and_then(|line| line.checked_sub(1));
        let line =
            |lines: &[String]| index.and_then(|at| lines.get(at)).map(|l| l.trim().to_owned());
        self.with_lines(&frame.file, line).flatten().unwrap_or_default()
    }

    /// The whole file, if it can be had and is no longer than a megabyte.
    pub(crate) fn text(&self, file: &str) -> Option<String> {
        let text = self.with_lines(file, |lines| lines.join("\n"))?;
        (text.len() <= 1 << 20).then_some(text)
    }
}
