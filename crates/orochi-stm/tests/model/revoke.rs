//! Taking a `Shared` object back, and meeting that, one shared access a step.

use crate::state::{Mode, Mutation, Pc, Thread, Word};
use crate::step::Run;

impl Run<'_> {
    /// Taking a `Shared` object back.
    pub fn revocation(&mut self, me: Thread) -> Result<bool, &'static str> {
        let (t, object) = (self.t, me.object);
        let block = me.mode != Mode::Plain;
        let late_cas = self.is(Mutation::AckBeforeCas);
        let may_go_on = (late_cas && me.pc == Pc::RevokeAcks
            || self.state.words[object] == Word::Revoking(t))
            && !(block && me.token.wounded);
        match me.pc {
            Pc::Revoke => {
                if !late_cas {
                    if self.state.words[object] != Word::Shared {
                        return self.go(Pc::Load);
                    }
                    self.state.words[object] = Word::Revoking(t);
                    self.me().numbered = false;
                }
                self.take_age();
                self.go(Pc::RevokeNumber)
            }
            Pc::RevokeNumber => {
                for (index, thread) in self.state.threads.iter_mut().enumerate() {
                    if index != t && thread.pc != Pc::Done {
                        thread.acknowledged[t] = false;
                    }
                }
                self.go(Pc::RevokePublish)
            }
            Pc::RevokePublish => {
                self.me().numbered = true;
                self.me().then = Pc::RevokePoll;
                self.go(Pc::Leave)
            }
            Pc::RevokePoll => {
                for (index, thread) in self.state.threads.iter_mut().enumerate() {
                    if index != t && thread.pc != Pc::Done {
                        thread.revoke = true;
                    }
                }
                self.me().other = 0;
                let skip = self.is(Mutation::NoAcks);
                self.go(if skip { Pc::RevokeMarks } else { Pc::RevokeAcks })
            }
            Pc::RevokeAcks if me.other == self.count() => {
                self.me().other = 0;
                if late_cas && self.state.words[object] == Word::Shared {
                    self.state.words[object] = Word::Revoking(t);
                }
                self.go(Pc::RevokeMarks)
            }
            Pc::RevokeAcks => {
                let other = self.state.threads[me.other];
                let done = me.other == t
                    || other.pc == Pc::Done
                    || other.acknowledged[t]
                    || other.token.away
                    || other.token.safe;
                if done {
                    self.me().other += 1;
                    return Ok(true);
                }
                if may_go_on { Ok(false) } else { self.go(Pc::RevokeReturn) }
            }
            Pc::RevokeMarks if me.other == self.count() => self.go(Pc::RevokeReturn),
            Pc::RevokeMarks => {
                let other = self.state.threads[me.other];
                let reads = me.other != t && other.token.atomic && other.marks >> object & 1 == 1;
                if !reads || self.is(Mutation::NoMarkCheck) {
                    self.me().other += 1;
                    return Ok(true);
                }
                if !may_go_on {
                    return self.go(Pc::RevokeReturn);
                }
                if self.is_older(me.other) && !other.token.wounded {
                    self.wound(me.other);
                    return Ok(true);
                }
                Ok(false)
            }
            Pc::RevokeReturn => {
                self.come_back();
                if block && self.me().token.wounded {
                    if self.state.words[object] == Word::Revoking(t) {
                        self.state.words[object] = Word::Shared;
                        self.wake_waiters_at(object);
                    }
                    return self.go(Pc::Undo);
                }
                self.go(Pc::RevokeEnd)
            }
            Pc::RevokeEnd => {
                let mine = self.state.words[object] == Word::Revoking(t);
                if mine || self.is(Mutation::BlindRevocationEnd) {
                    self.state.words[object] = Word::Owned { by: t, epoch: me.epoch, w: false };
                    self.wake_waiters_at(object);
                }
                self.go(Pc::Load)
            }
            Pc::Meet => {
                if block && self.is_older(me.other) && !self.is(Mutation::NoTakeBack) {
                    return self.go(if me.write { Pc::TakeBack } else { Pc::TakeBackMark });
                }
                if !me.write && !block && !self.is(Mutation::NoReadOn) {
                    return self.go(Pc::MeetNumber);
                }
                self.me().then = Pc::Want;
                self.go(Pc::Leave)
            }
            Pc::MeetNumber => {
                let numbered = self.state.threads[me.other].numbered;
                if !numbered && self.state.words[object] != me.seen {
                    return self.go(Pc::Load);
                }
                if !numbered && !self.is(Mutation::ReadOnUnnumbered) {
                    return Ok(false);
                }
                let reads_on = !numbered
                    || !me.acknowledged[me.other]
                    || self.is(Mutation::ReadOnAcknowledged);
                if reads_on {
                    return self.go(Pc::ReadOn);
                }
                self.me().then = Pc::Want;
                self.go(Pc::Leave)
            }
            Pc::ReadOn => {
                let same = self.state.words[object] == me.seen;
                if same || self.is(Mutation::ReadOnWithoutLook) {
                    return self.claimed(me);
                }
                self.go(Pc::Load)
            }
            Pc::TakeBackMark => {
                self.me().marks |= 1 << object;
                self.go(Pc::TakeBack)
            }
            _ => {
                if self.state.words[object] != me.seen {
                    return self.go(Pc::Load);
                }
                self.wake_waiters_at(object);
                if me.write {
                    self.state.words[object] = Word::Revoking(t);
                    self.me().numbered = false;
                    return self.go(Pc::RevokeNumber);
                }
                self.state.words[object] = Word::Shared;
                self.go(Pc::Load)
            }
        }
    }
}
