//! Waiting for descriptors: `select`, `poll`, `epoll`.

use std::mem::MaybeUninit;

use super::{Outcome, check};

/// A descriptor and the events that are waited for or have come.
pub type Watched = libc::pollfd;

/// `poll`; a negative time waits for ever.
pub fn poll(watched: &mut [Watched], milliseconds: i32) -> Outcome<i32> {
    // SAFETY: as many entries as said.
    check(unsafe { libc::poll(watched.as_mut_ptr(), watched.len() as libc::nfds_t, milliseconds) })
}

/// `epoll_create1`
pub fn epoll_create(flags: i32) -> Outcome<i32> {
    // SAFETY: a plain number.
    check(unsafe { libc::epoll_create1(flags) })
}

/// `epoll_ctl`
pub fn epoll_control(epoll: i32, operation: i32, fd: i32, events: u32) -> Outcome<i32> {
    let mut event = libc::epoll_event { events, u64: fd as u32 as u64 };
    // SAFETY: an event that the call reads.
    check(unsafe { libc::epoll_ctl(epoll, operation, fd, &mut event) })
}

/// `epoll_wait`: descriptors and events.
pub fn epoll_wait(epoll: i32, most: usize, milliseconds: i32) -> Outcome<Vec<(i32, u32)>> {
    let mut events: Vec<MaybeUninit<libc::epoll_event>> = vec![MaybeUninit::uninit(); most];
    // SAFETY: room for as many events as said; those counted are initialised.
    unsafe {
        let count =
            check(libc::epoll_wait(epoll, events.as_mut_ptr().cast(), most as i32, milliseconds))?;
        let events = events[..count as usize].iter().map(|event| event.assume_init());
        Ok(events.map(|event| ({ event.u64 } as i32, { event.events })).collect())
    }
}
