//! Texts and stacks by number: each is written to the log once, before the first record that
//! names it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use super::file::{LogFile, State};
use super::format::{self, NAME, STACK};

/// So many different ones are told apart; what comes later is unknown.
const MOST: usize = 1 << 16;

/// The tables of texts and stacks.
#[derive(Debug, Default)]
pub(super) struct Tables {
    texts: HashMap<Box<[u8]>, u32>,
    stacks: HashMap<Box<[(u32, u32)]>, u32>,
}

/// What a host uses to give things numbers.
#[derive(Debug)]
pub struct Names {
    pub(super) file: LogFile,
    pub(super) tables: Mutex<Tables>,
}

fn text_record(id: u32, text: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    format::push(&mut payload, u64::from(id));
    payload.extend_from_slice(text);
    record(NAME, &payload)
}

fn stack_record(id: u32, frames: &[(u32, u32)]) -> Vec<u8> {
    let mut payload = Vec::new();
    format::push(&mut payload, u64::from(id));
    for &(name, line) in frames {
        format::push(&mut payload, u64::from(name));
        format::push(&mut payload, u64::from(line));
    }
    record(STACK, &payload)
}

fn record(kind: u64, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    format::push(&mut out, kind);
    format::push(&mut out, payload.len() as u64);
    out.extend_from_slice(payload);
    out
}

impl Names {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No code that can panic runs under this lock.
        self.tables.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The number of a text; 0 when there are too many.
    pub fn text(&self, text: &[u8]) -> u32 {
        let mut tables = self.tables();
        let count = tables.texts.len();
        if let Some(&id) = tables.texts.get(text) {
            return id;
        }
        if count >= MOST {
            return 0;
        }
        let id = count as u32 + 1;
        tables.texts.insert(text.into(), id);
        self.file.write_records(&mut self.file.lock(), 0, &text_record(id, text));
        id
    }

    /// The number of a stack: for each frame, the innermost first, the number of a text that names
    /// its code, and its line. 0 when it is empty or there are too many.
    pub fn stack(&self, frames: &[(u32, u32)]) -> u32 {
        if frames.is_empty() {
            return 0;
        }
        let mut tables = self.tables();
        let count = tables.stacks.len();
        if let Some(&id) = tables.stacks.get(frames) {
            return id;
        }
        if count >= MOST {
            return 0;
        }
        let id = count as u32 + 1;
        tables.stacks.insert(frames.into(), id);
        self.file.write_records(&mut self.file.lock(), 0, &stack_record(id, frames));
        id
    }

    /// Writes all of them to a file that has none yet.
    pub(super) fn write_all(&self, state: &mut State) {
        let tables = self.tables();
        let mut records = Vec::new();
        for (text, &id) in &tables.texts {
            records.extend(text_record(id, text));
        }
        for (frames, &id) in &tables.stacks {
            records.extend(stack_record(id, frames));
        }
        self.file.write_records(state, 0, &records);
    }
}
