//! `repr` of containers that contain themselves.

use super::object::List;
use crate::exception::Raised;
use crate::heap::Value;
use crate::object::{Ref, ValueCast};
use crate::thread::{Local, Thread};
use crate::types::str::Str;

impl Thread {
    /// Runs `make`, which makes the `repr` of `object`, unless this thread is doing that already:
    /// then the result is `inside`. Bounds the depth of the native stack, too.
    pub fn repr_guarded(
        &mut self,
        object: Value,
        inside: &str,
        make: impl FnOnce(&mut Thread) -> Result<Ref<Str>, Raised>,
    ) -> Result<Ref<Str>, Raised> {
        self.check_native_stack()?;
        if !self.enter_repr(object)? {
            return self.new_str(inside);
        }
        let result = make(self);
        if result != Err(Raised::Abort) {
            self.leave_repr(object)?;
        }
        result
    }

    /// Notes that the `repr` of `object` is being made; false if that was so already.
    pub fn enter_repr(&mut self, object: Value) -> Result<bool, Raised> {
        let running = match self.local(Local::ReprRunning).cast::<List>() {
            Some(running) => running,
            None => {
                let list = List::new(self)?;
                self.set_local(Local::ReprRunning, list.value());
                list
            }
        };
        let running = self.write(running)?;
        if running.as_slice().contains(&object) {
            return Ok(false);
        }
        running.push(object)?;
        Ok(true)
    }

    /// Notes that the `repr` of `object` is done.
    pub fn leave_repr(&mut self, object: Value) -> Result<(), Raised> {
        if let Some(running) = self.local(Local::ReprRunning).cast::<List>() {
            let running = self.write(running)?;
            if let Some(at) = running.as_slice().iter().rposition(|&entry| entry == object) {
                running.splice(at, 1, &[])?;
            }
        }
        Ok(())
    }
}
