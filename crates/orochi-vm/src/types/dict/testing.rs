//! A Python thread for unit tests of containers.

use std::sync::Once;

use crate::thread::Thread;
use crate::vm::{Settings, start};

static START: Once = Once::new();

/// Runs `test` on a Python thread of its own. The runtime's main thread stays away for ever.
pub(crate) fn with_thread<R>(test: impl FnOnce(&mut Thread) -> R) -> R {
    START.call_once(|| {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut main = start::start(Settings::default()).expect("the runtime starts");
            sender.send(()).expect("the test waits");
            main.away(|| {
                loop {
                    std::thread::park();
                }
            })
        });
        receiver.recv().expect("the runtime starts");
    });
    let vm = start::current().expect("the runtime has started");
    let mut th = Thread::new(vm).expect("there is room for a thread");
    th.begin();
    let result = test(&mut th);
    th.end();
    result
}
