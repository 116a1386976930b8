//! A thread's native stack, as the collector reads it.
//!
//! Rust frames and compiled code hold references in registers and stack slots, and nobody keeps
//! track of which. So the collector takes every aligned word between the top of the stack and the
//! thread's first frame for a possible reference. For that a thread that stops or goes away must
//! have its callee-saved registers in memory: [`with_spilled_registers`] writes them into its own
//! frame and hands on the stack pointer below it.

use std::arch::asm;

/// Calls `f` with a stack pointer above which everything the caller's frames hold, callee-saved
/// registers included, lies in memory until `f` returns.
#[inline(never)]
pub fn with_spilled_registers<R>(f: impl FnOnce(usize) -> R) -> R {
    let mut registers = [0usize; 6];
    let top: usize;
    // SAFETY: stores six registers into an array of six words and reads the stack pointer.
    unsafe {
        asm!(
            "mov [{to}], rbx",
            "mov [{to} + 8], rbp",
            "mov [{to} + 16], r12",
            "mov [{to} + 24], r13",
            "mov [{to} + 32], r14",
            "mov [{to} + 40], r15",
            "mov {top}, rsp",
            to = in(reg) registers.as_mut_ptr(),
            top = out(reg) top,
            options(nostack, preserves_flags),
        );
    }
    let result = f(top);
    std::hint::black_box(&registers);
    result
}

/// The bounds of a thread's native stack.
#[derive(Clone, Copy, Debug)]
pub struct NativeStack {
    /// One past the highest byte.
    base: usize,
    /// The lowest byte the thread may use.
    lowest: usize,
}

impl NativeStack {
    /// The current thread's stack.
    pub fn current() -> NativeStack {
        let here = 0usize;
        let here = (&raw const here).addr();
        // SAFETY: the calls fill in and free a plain attribute record.
        unsafe {
            let mut attributes = std::mem::zeroed::<libc::pthread_attr_t>();
            let mut lowest = std::ptr::null_mut();
            let mut size = 0;
            if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) == 0 {
                let known = libc::pthread_attr_getstack(&attributes, &mut lowest, &mut size) == 0;
                libc::pthread_attr_destroy(&mut attributes);
                if known {
                    return NativeStack { base: lowest.addr() + size, lowest: lowest.addr() };
                }
            }
        }
        // The system would not say: what the caller's callers hold lies within a page or so of
        // here only if the thread has just begun, which is when this is asked.
        NativeStack { base: (here + 4096) & !4095, lowest: here.saturating_sub(256 << 10) }
    }

    /// One past the highest byte.
    pub fn base(&self) -> usize {
        self.base
    }

    /// The lowest byte the thread may use: what a stack check compares with.
    pub fn lowest(&self) -> usize {
        self.lowest
    }

    /// The words from a stack pointer up to the base.
    ///
    /// # Safety
    /// `top` is a stack pointer of this thread, and the thread stays below the frame it belongs to
    /// while the slice is read.
    pub unsafe fn words(&self, top: usize) -> &[usize] {
        let top = (top + 7) & !7;
        if top >= self.base {
            return &[];
        }
        // SAFETY: everything between the stack pointer and the base is mapped.
        unsafe {
            std::slice::from_raw_parts(
                std::ptr::with_exposed_provenance(top),
                (self.base - top) / size_of::<usize>(),
            )
        }
    }
}
