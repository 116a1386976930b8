//! The heap's addresses.

/// Reserves zeroed memory that costs nothing until touched.
pub(crate) fn reserve(bytes: usize) -> Option<*mut u8> {
    // SAFETY: a new private mapping at an address of the system's choice.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    (at != libc::MAP_FAILED).then_some(at.cast())
}
