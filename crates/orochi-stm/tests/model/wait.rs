//! A block that waits for a change of what it has read, one shared access a step.

use crate::state::{Mutation, OBJECTS, Pc, Thread, Word};
use crate::step::Run;

impl Run<'_> {
    /// A block waits until something it has read is about to change: it turns what it owns into
    /// marked `Shared`, gives up its age, and sleeps until whoever revokes one of its marks wounds it.
    pub fn awaiting(&mut self, me: Thread) -> Result<bool, &'static str> {
        match me.pc {
            Pc::AwaitUndo => {
                self.undo(me);
                self.me().object = 0;
                self.go(Pc::AwaitMark)
            }
            Pc::AwaitMark | Pc::AwaitShare if me.object == OBJECTS => self.go(Pc::AwaitAge),
            Pc::AwaitMark if !self.is_mine(self.state.words[me.object]) => {
                self.me().object += 1;
                Ok(true)
            }
            Pc::AwaitMark if self.is(Mutation::AwaitKeepsWords) => {
                self.me().marks |= 1 << me.object;
                self.me().object += 1;
                Ok(true)
            }
            Pc::AwaitMark => {
                if !self.is(Mutation::AwaitWithoutMark) {
                    self.me().marks |= 1 << me.object;
                }
                self.go(Pc::AwaitShare)
            }
            Pc::AwaitShare => {
                self.state.words[me.object] = Word::Shared;
                self.me().object += 1;
                self.go(Pc::AwaitMark)
            }
            Pc::AwaitAge => {
                if !self.is(Mutation::AwaitKeepsAge) {
                    self.me().age = None;
                }
                self.me().request = false;
                self.wake_waiters_for_me();
                self.go(Pc::AwaitLeave)
            }
            Pc::AwaitLeave => {
                self.me().then = Pc::AwaitReset;
                self.go(Pc::Leave)
            }
            Pc::AwaitReset => {
                self.me().woken = false;
                self.go(Pc::AwaitLook)
            }
            Pc::AwaitLook => {
                let look = !self.is(Mutation::AwaitNoLook);
                self.go(if me.token.wounded && look { Pc::AwaitReturn } else { Pc::AwaitSleep })
            }
            Pc::AwaitSleep => {
                if !me.woken {
                    return Ok(false);
                }
                self.go(Pc::AwaitReset)
            }
            _ => {
                self.come_back();
                let commits = self.is(Mutation::AwaitReadsOn);
                self.go(if commits { Pc::Commit } else { Pc::Undo })
            }
        }
    }
}
