//! The process's allocator: mimalloc, which is asked for nothing that the machine cannot have.
//!
//! Linux hands out address space for any size a program names and kills the program when it
//! writes to it. A Python program that says `bytearray(2 ** 46)` expects a `MemoryError`, so one
//! allocation of more than the machine's memory fails here; the runtime turns that into the
//! exception wherever a size comes from the program.
//!
//! Its first gigabyte of addresses is ours: what mimalloc reserves for itself it asks the system to
//! back by huge pages, which costs a small program half as much memory again and no less time.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicUsize, Ordering};

use mimalloc::MiMalloc;

unsafe extern "C" {
    /// Lets mimalloc allocate from memory that the caller has mapped and keeps for ever.
    fn mi_manage_os_memory(
        start: *mut libc::c_void,
        size: usize,
        is_committed: bool,
        is_pinned: bool,
        is_zero: bool,
        numa_node: libc::c_int,
    ) -> bool;
}

/// Addresses reserved at first.
const FIRST: usize = 1 << 30;

/// Gives mimalloc its first memory. To be called before anything is allocated; if the system has none
/// to give, mimalloc sees to itself.
pub fn prepare() {
    // SAFETY: a new private mapping at an address of the system's choice.
    let start = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            FIRST,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if start == libc::MAP_FAILED {
        return;
    }
    // SAFETY: fresh zeroed memory of that size, readable and writable, which nobody else knows of.
    unsafe { mi_manage_os_memory(start, FIRST, true, false, true, -1) };
}

/// See the module's head.
pub struct Bounded;

/// The largest single allocation, in bytes; 0 until it is known.
static LARGEST: AtomicUsize = AtomicUsize::new(0);
/// Sizes that need no look at the machine.
const ORDINARY: usize = 1 << 26;

#[cold]
fn is_too_large(size: usize) -> bool {
    let mut largest = LARGEST.load(Ordering::Relaxed);
    if largest == 0 {
        // SAFETY: sysconf only reads.
        let (pages, page) =
            unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
        largest = match (usize::try_from(pages), usize::try_from(page)) {
            (Ok(pages), Ok(page)) if pages > 0 => pages.saturating_mul(page),
            _ => usize::MAX,
        };
        LARGEST.store(largest, Ordering::Relaxed);
    }
    size > largest
}

// SAFETY: everything is done by mimalloc; a null pointer is what an allocator may always return.
unsafe impl GlobalAlloc for Bounded {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > ORDINARY && is_too_large(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as the caller vouches.
        unsafe { MiMalloc.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller vouches.
        unsafe { MiMalloc.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > ORDINARY && is_too_large(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: as the caller vouches.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > ORDINARY && is_too_large(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: as the caller vouches.
        unsafe { MiMalloc.realloc(block, layout, size) }
    }
}
