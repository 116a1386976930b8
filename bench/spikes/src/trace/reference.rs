//! The loop of the trace as Rust, with the same checks, compiled by rustc: the yardstick.

use super::Frame;
use crate::dispatch::machine::{FIRST_INSTANCE_SHAPE, Header, Thread};
use crate::value::{INT_SHIFT, Value};
use std::sync::atomic::Ordering::{Acquire, Relaxed};

const ONE: i64 = 1 << INT_SHIFT;

/// The float in the object's field, if owner word, shape and tag are as expected.
#[inline(always)]
fn checked_field(th: &Thread, frame: &Frame) -> Option<f64> {
    let header = frame.object.0 as *const Header;
    // SAFETY: the frame's object is live and has one slot behind its header.
    unsafe {
        if (*header).owner.load(Acquire) != th.write_token
            || (*header).shape != FIRST_INSTANCE_SHAPE
        {
            return None;
        }
        let value = *header.add(1).cast::<Value>();
        value.is_float().then(|| value.to_float())
    }
}

/// Runs the loop, with owner, shape and tag checked before it (`PEELED`) or in each iteration.
pub fn run<const PEELED: bool>(th: &mut Thread, frame: &mut Frame) {
    let slot = (frame.object.0 as *mut Value).wrapping_add(1);
    let Some(mut x) = checked_field(th, frame) else { return };
    while th.poll.load(Relaxed) == 0 && frame.i < frame.n && frame.i & frame.mask != 0 {
        if !PEELED {
            let Some(loaded) = checked_field(th, frame) else { return };
            x = loaded;
        }
        x = x * 0.999 + 1.0;
        // SAFETY: as in `checked_field`.
        unsafe { *slot = Value::float(x) };
        let Some(s) = frame.i.checked_mul(3).and_then(|product| frame.s.checked_add(product))
        else {
            return;
        };
        let Some(i) = frame.i.checked_add(ONE) else { return };
        (frame.s, frame.i) = (s, i);
    }
}
