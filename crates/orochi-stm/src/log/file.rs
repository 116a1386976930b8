//! The file of the log, and the buffers of the threads.
//!
//! A thread appends records to a buffer of its own and writes it out as one chunk when it is
//! full, when some time has passed, and at its end. Whoever closes the log writes what is left in
//! everybody's buffer: a buffer's length is published after its bytes, and goes back to zero under
//! the file's lock only.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use super::format::{CHUNK, CHUNK_HEAD, LONGEST, MAGIC};
use crate::sync::ticks;

/// Bytes of a thread's buffer.
const BUFFER: usize = 16 << 10;
/// No log grows longer than this.
const LONGEST_FILE: u64 = 2 << 30;

/// What a thread has recorded and not yet written.
#[derive(Debug)]
pub(super) struct Buffer {
    pub(super) thread: u32,
    bytes: Box<[AtomicU8]>,
    length: AtomicUsize,
}

impl Buffer {
    pub(super) fn new(thread: u32) -> Buffer {
        let bytes = (0..BUFFER).map(|_| AtomicU8::new(0)).collect();
        Buffer { thread, bytes, length: AtomicUsize::new(0) }
    }

    /// Whether a record may not fit any more.
    pub(super) fn is_full(&self) -> bool {
        self.length.load(Ordering::Relaxed) + LONGEST > BUFFER
    }

    pub(super) fn is_empty(&self) -> bool {
        self.length.load(Ordering::Relaxed) == 0
    }

    /// Appends a record; by the buffer's own thread, after `is_full` has said no.
    pub(super) fn append(&self, record: &[u8]) {
        let length = self.length.load(Ordering::Relaxed);
        let room = &self.bytes[length..length + record.len()];
        for (to, &byte) in room.iter().zip(record) {
            to.store(byte, Ordering::Relaxed);
        }
        self.length.store(length + record.len(), Ordering::Release);
    }

    fn taken(&self) -> Vec<u8> {
        let length = self.length.load(Ordering::Acquire);
        self.bytes[..length].iter().map(|byte| byte.load(Ordering::Relaxed)).collect()
    }

    /// Forgets what was recorded, under the lock of the file.
    pub(super) fn clear(&self) {
        self.length.store(0, Ordering::Relaxed);
    }
}

/// The file, once opened; under one lock.
#[derive(Debug)]
pub(super) struct LogFile {
    state: Mutex<State>,
    /// The clocks when the log was opened.
    pub(super) origin: u64,
    opened: Instant,
}

#[derive(Debug)]
pub(super) struct State {
    path: PathBuf,
    text: String,
    /// `None`: closed, or it could not be written to.
    file: Option<File>,
    written: u64,
    pub(super) buffers: Vec<Arc<Buffer>>,
}

/// Opens the file for this process alone. If another one writes to it, which may have begun this
/// one with the same environment, the file gets the process's number behind its name.
fn create(path: &Path) -> io::Result<File> {
    let open = |path: &Path| File::options().create(true).write(true).truncate(false).open(path);
    let file = open(path)?;
    // What cannot be locked (a pipe, `/dev/null`) is nobody's in particular.
    if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
        let own = of_process(path);
        let file = open(&own)?;
        file.set_len(0)?;
        return Ok(file);
    }
    if file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(file)
}

/// The name of the log of a process whose parent has the plain one.
fn of_process(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    name.into()
}

impl LogFile {
    pub(super) fn open(path: &Path, text: &str) -> io::Result<LogFile> {
        let file = create(path)?;
        let mut state = State {
            path: path.to_owned(),
            text: text.to_owned(),
            file: Some(file),
            written: 0,
            buffers: Vec::new(),
        };
        state.write_head()?;
        Ok(LogFile { state: Mutex::new(state), origin: ticks(), opened: Instant::now() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs under this lock.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The time of an event.
    pub(super) fn since(&self, time: u64) -> u64 {
        time.saturating_sub(self.origin)
    }

    /// Writes a thread's buffer as a chunk. False: the file takes no more.
    pub(super) fn write(&self, state: &mut State, buffer: &Buffer) -> bool {
        let done = self.write_records(state, buffer.thread, &buffer.taken());
        buffer.clear();
        done
    }

    /// Writes records as a chunk of `thread`. False: the file takes no more.
    pub(super) fn write_records(&self, state: &mut State, thread: u32, records: &[u8]) -> bool {
        let mut chunk = Vec::with_capacity(CHUNK_HEAD + records.len());
        for word in [CHUNK, records.len() as u32, thread, 0] {
            chunk.extend_from_slice(&word.to_le_bytes());
        }
        let nanos = self.opened.elapsed().as_nanos() as u64;
        for word in [self.since(ticks()), nanos] {
            chunk.extend_from_slice(&word.to_le_bytes());
        }
        chunk.extend_from_slice(records);
        state.append(&chunk)
    }
}

impl State {
    fn write_head(&mut self) -> io::Result<()> {
        let text = format!("{}pid={}\n", self.text, std::process::id());
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&(text.len() as u32).to_le_bytes());
        head.extend_from_slice(text.as_bytes());
        self.written = head.len() as u64;
        match &mut self.file {
            Some(file) => file.write_all(&head),
            None => Ok(()),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> bool {
        if self.written > LONGEST_FILE {
            self.file = None;
        }
        let Some(file) = &mut self.file else { return false };
        self.written += bytes.len() as u64;
        if file.write_all(bytes).is_err() {
            // A full disk is no reason to disturb the program.
            self.file = None;
        }
        self.file.is_some()
    }

    pub(super) fn close(&mut self) {
        self.file = None;
    }

    /// In the child of a fork: a log of its own, with nothing of the parent's in it. `survivor`: the
    /// number of the only thread, plus one.
    pub(super) fn begin_anew(&mut self, survivor: u64) {
        if self.file.is_some() {
            self.file = create(&of_process(&self.path)).ok();
            if self.write_head().is_err() {
                self.file = None;
            }
        }
        self.buffers.retain(|buffer| u64::from(buffer.thread) + 1 == survivor);
        self.buffers.iter().for_each(|buffer| buffer.clear());
    }
}
