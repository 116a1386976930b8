//! Taking the import machinery out of tracebacks: who imports a module that fails wants to see
//! the import statement and the module's own code, not the machinery between them.

use crate::exception::{BaseException, classes, set_traceback, travelling_traceback};
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::frame::Frame;
use crate::types::traceback::Traceback;

/// The files the machinery is in.
const FILES: [&str; 2] =
    ["<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"];
/// The machinery's function through which it calls code that is not its own.
const GATE: &str = "_call_with_frames_removed";

/// Removes runs of entries of the machinery from the traceback of the exception in flight: all of
/// them if it is an `ImportError`, else those that end where other code was called.
pub(crate) fn remove_import_frames(th: &mut Thread) {
    let Some(exception) = th.raised.get().cast::<BaseException>() else { return };
    if th.vm.settings.verbose > 0 {
        return;
    }
    let always = th.is_instance(exception.value(), classes::IMPORT_ERROR.class());
    let raised = th.raised.get();
    // What `next` of the entry (or the traceback itself, if there is none) is to be changed.
    let mut last_kept: Option<Ref<Traceback>> = None;
    let mut before_run: Option<Ref<Traceback>> = None;
    let mut inside = false;
    let mut link = travelling_traceback(exception);
    while let Some(entry) = link.cast::<Traceback>() {
        let Ok((next, machinery, gate)) = describe(th, entry) else { break };
        if machinery && !inside {
            before_run = last_kept;
        }
        inside = machinery;
        if machinery && (always || gate) {
            match before_run {
                None => set_traceback(th, exception, next),
                Some(kept) => {
                    let Ok(guard) = th.write(kept) else { break };
                    guard.next.set(guard.token(), next);
                }
            }
            last_kept = before_run;
        } else {
            last_kept = Some(entry);
        }
        link = next;
    }
    th.raised.set(raised);
}

/// The next entry, whether this one is of the machinery, and whether of its gate.
fn describe(
    th: &mut Thread,
    entry: Ref<Traceback>,
) -> Result<(Value, bool, bool), crate::exception::Raised> {
    let fields = th.read(entry)?;
    let (next, frame) = (fields.next.get(), fields.frame.get());
    let Some(frame) = frame.cast::<Frame>() else { return Ok((next, false, false)) };
    let code = frame.code();
    let machinery = code.filename.get().ascii().is_some_and(|file| FILES.contains(&file));
    let gate = code.name.get().ascii() == Some(GATE);
    Ok((next, machinery, gate))
}
