//! The protocol, one shared access a step. What is merged into one step here (waking all
//! waiters, handing all words over) is one loop in the code whose parts do not meet each other.

use crate::state::{
    Inner, Item, Mode, Mutation, OBJECTS, Op, Pc, Program, State, THREADS, Thread, Token, Word,
};

/// What a thread's next step leads to.
#[allow(clippy::large_enum_variant, reason = "a state is copied once a step anyway")]
pub enum Stepped {
    To(State),
    Blocked,
    Wrong(&'static str),
}

/// One step of thread `t`.
pub fn step(state: &State, t: usize, program: &Program, mutation: Mutation) -> Stepped {
    let mut run = Run { state: *state, t, program, mutation };
    match run.step() {
        Ok(true) => Stepped::To(run.state),
        Ok(false) => Stepped::Blocked,
        Err(what) => Stepped::Wrong(what),
    }
}

pub struct Run<'a> {
    pub state: State,
    pub t: usize,
    program: &'a Program,
    mutation: Mutation,
}

impl Run<'_> {
    pub fn me(&mut self) -> &mut Thread {
        &mut self.state.threads[self.t]
    }

    pub fn go(&mut self, pc: Pc) -> Result<bool, &'static str> {
        self.me().pc = pc;
        Ok(true)
    }

    pub fn is(&self, mutation: Mutation) -> bool {
        self.mutation == mutation
    }

    pub fn count(&self) -> usize {
        self.program.threads.len()
    }

    fn item(&self) -> Option<Item> {
        self.program.threads[self.t].get(self.state.threads[self.t].item).copied()
    }

    pub fn is_mine(&self, word: Word) -> bool {
        let me = &self.state.threads[self.t];
        let lo = if self.is(Mutation::OnlyNewestIsMine) { me.hi } else { me.epoch };
        matches!(word, Word::Owned { by, epoch, .. }
            if by == self.t && (lo..=me.hi).contains(&epoch))
    }

    pub fn is_older(&self, other: usize) -> bool {
        let age = |t: usize| (self.state.threads[t].age.unwrap_or(u8::MAX), t);
        age(self.t) < age(other)
    }

    pub fn take_age(&mut self) {
        if self.me().age.is_none() {
            self.me().age = Some(self.state.next_age);
            self.state.next_age += 1;
        }
    }

    pub fn wake_waiters_for_me(&mut self) {
        let t = self.t;
        for thread in &mut self.state.threads {
            thread.woken |= thread.want.is_some() && thread.target == t;
        }
    }

    pub fn wake_waiters_at(&mut self, object: usize) {
        for thread in &mut self.state.threads {
            thread.woken |= thread.want.is_some_and(|(wanted, _)| wanted == object);
        }
    }

    /// A new epoch, outside blocks.
    fn bump(&mut self) {
        let me = self.me();
        me.epoch = me.hi + 1;
        me.hi = me.epoch;
        me.token = Token::new(me.epoch);
    }

    fn set_access(&mut self, op: Op) {
        let (object, write) = match op {
            Op::Add(object) => (object, true),
            Op::Read(object) => (object, false),
        };
        self.me().object = object;
        self.me().write = write;
    }

    fn step(&mut self) -> Result<bool, &'static str> {
        let me = *self.me();
        let object = me.object;
        match me.pc {
            Pc::Next => self.next(me),
            Pc::Swap => {
                self.me().request = false;
                self.me().revoke = false;
                self.go(Pc::Acknowledge)
            }
            Pc::Acknowledge => {
                self.me().acknowledged = [true; THREADS];
                self.me().other = 0;
                self.go(Pc::Answer)
            }
            Pc::Answer => self.answer(me),
            Pc::GrantStore { to, object, epoch } => {
                let w = self.is(Mutation::GrantCarriesW);
                self.state.words[object] = Word::Owned { by: to, epoch, w };
                self.state.threads[to].woken = true;
                self.go(Pc::Answer)
            }
            Pc::ShareStore { to, object } => {
                self.state.words[object] = Word::Shared;
                self.state.threads[to].woken = true;
                self.go(Pc::Answer)
            }
            Pc::Enter => {
                self.take_age();
                if !self.is(Mutation::EnterWithoutBump) {
                    self.bump();
                }
                let pair = matches!(self.item(), Some(Item::Pair(..)));
                let me = self.me();
                me.token.atomic = true;
                me.marks = 0;
                me.undo = [None; OBJECTS];
                me.inner_undo = [None; OBJECTS];
                me.inner = Inner::Before;
                me.op = 0;
                me.asked = false;
                me.reads_before = me.read_count;
                me.mode = if pair { Mode::Pair } else { Mode::Block };
                if pair { self.begin_pair() } else { self.go(Pc::Next) }
            }
            Pc::Savepoint => {
                self.me().inner = Inner::Open;
                self.raise_hi();
                self.go(Pc::Next)
            }
            Pc::InnerEnd => self.end_inner(me),
            Pc::Load => self.load(me),
            Pc::LoadToken => {
                let token = self.state.threads[me.other].token;
                self.me().seen_token = token;
                let Word::Owned { epoch, .. } = me.seen else { return Err("token of no owner") };
                if !token.owns(epoch) || self.is(Mutation::ClaimLive) {
                    return self.go(Pc::Cas);
                }
                if token.away {
                    return self.go(Pc::BumpOther { then_return: false });
                }
                self.me().then = Pc::Want;
                self.go(Pc::Leave)
            }
            Pc::BumpOther { then_return } => {
                let other = &mut self.state.threads[me.other].token;
                if *other == me.seen_token {
                    // Who is away is in no block, and has one epoch.
                    other.epoch += 1;
                    other.hi += 1;
                }
                self.go(if then_return { Pc::Return } else { Pc::Load })
            }
            Pc::Cas => {
                if self.state.words[object] == me.seen {
                    let w = me.write && me.mode == Mode::Plain;
                    let only_read =
                        matches!(me.seen, Word::Owned { by, w: false, .. } if by != self.t);
                    self.state.words[object] = if !me.write && me.mode == Mode::Plain && only_read {
                        Word::Shared
                    } else {
                        Word::Owned { by: self.t, epoch: me.hi, w }
                    };
                }
                self.go(Pc::Load)
            }
            Pc::EnableWrites => {
                if !self.is_mine(self.state.words[object]) {
                    return Err("W on somebody else's object");
                }
                let value = self.state.values[object];
                if me.mode == Mode::Block && !self.is(Mutation::NoUndo) {
                    let me = self.me();
                    let open = me.inner == Inner::Open;
                    let log = if open { &mut me.inner_undo } else { &mut me.undo };
                    log[object].get_or_insert(value);
                }
                self.state.words[object] = Word::Owned { by: self.t, epoch: me.hi, w: true };
                self.go(Pc::Load)
            }
            Pc::Mark => {
                if !self.is(Mutation::NoMark) {
                    self.me().marks |= 1 << object;
                }
                self.claimed(me)
            }
            Pc::Access => {
                let value = self.state.values[object];
                if me.write {
                    return self.go(Pc::Store { value: value + 1 });
                }
                self.me().reads[me.read_count] = value;
                self.me().read_count += 1;
                self.done(me)
            }
            Pc::Store { value } => {
                self.state.values[object] = value;
                self.done(me)
            }
            Pc::Leave => {
                let away = me.mode == Mode::Plain || self.is(Mutation::BlockGoesAway);
                self.me().token.away |= away;
                self.me().token.safe |= !away;
                self.me().woken = false;
                self.go(Pc::LeaveCheck)
            }
            Pc::LeaveCheck => {
                if me.request && !self.is(Mutation::NoPollCheckAfterAway) {
                    self.me().request = false;
                    if me.mode != Mode::Plain {
                        self.me().asked = true;
                    } else if me.token.epoch == me.epoch {
                        self.me().token.epoch += 1;
                        self.me().token.hi += 1;
                    }
                    self.wake_waiters_for_me();
                }
                self.go(me.then)
            }
            Pc::Want => {
                self.me().want = Some((object, me.write));
                self.me().target = me.other;
                self.go(Pc::Request)
            }
            Pc::Request => {
                self.state.threads[me.other].request = true;
                self.go(if self.is(Mutation::NoSecondLook) { Pc::Sleep } else { Pc::LookAtWord })
            }
            Pc::LookAtWord => {
                let same = self.state.words[object].same_owner(me.seen);
                self.go(if same { Pc::LookAtToken } else { Pc::Return })
            }
            Pc::LookAtToken => self.look_at_token(me),
            Pc::Wound => {
                if self.state.threads[me.other].token != me.seen_token {
                    let give_up = self.is(Mutation::WoundNotRetried);
                    return self.go(if give_up { Pc::Sleep } else { Pc::LookAtToken });
                }
                self.wound(me.other);
                self.go(Pc::Sleep)
            }
            Pc::Sleep => {
                if !me.woken {
                    return Ok(false);
                }
                self.go(Pc::Return)
            }
            Pc::Return => {
                self.come_back();
                if matches!(self.item(), Some(Item::Away)) && me.mode == Mode::Plain {
                    self.me().item += 1;
                    return self.go(Pc::Next);
                }
                let wounded = me.mode != Mode::Plain && self.me().token.wounded;
                self.go(if wounded { Pc::Undo } else { Pc::Load })
            }
            Pc::AwayLeave => {
                self.me().token.away = true;
                self.me().then = Pc::Return;
                self.go(Pc::LeaveCheck)
            }
            Pc::Exit => {
                self.bump();
                self.me().request = false;
                self.wake_waiters_for_me();
                self.go(Pc::Done)
            }
            Pc::Done => Ok(false),
            Pc::EndShort => {
                let me = self.me();
                me.token.atomic = false;
                me.request |= me.asked || me.token.wounded;
                me.token.wounded = false;
                me.asked = false;
                me.mode = Mode::Plain;
                me.age = None;
                self.go(Pc::EndShortLook)
            }
            Pc::EndShortLook => {
                let Some(Item::Pair(first, second)) = self.item() else { return Err("no pair") };
                let lost = [first, second].into_iter().any(|op| match op {
                    Op::Add(_) => false,
                    Op::Read(object) => {
                        let word = self.state.words[object];
                        !self.is_mine(word) && word != Word::Shared
                    }
                });
                if lost && !self.is(Mutation::NoShortLook) {
                    return self.go(Pc::AbortHand);
                }
                self.me().op = 2;
                self.access_pair()
            }
            Pc::Commit => {
                if me.request || me.asked {
                    self.me().asked = true;
                    self.hand_over();
                }
                self.go(Pc::CommitBump)
            }
            Pc::CommitBump => {
                self.bump();
                if me.asked {
                    self.wake_waiters_for_me();
                }
                let me = self.me();
                me.asked = false;
                me.undo = [None; OBJECTS];
                me.mode = Mode::Plain;
                me.age = None;
                me.item += 1;
                self.go(Pc::Next)
            }
            Pc::Undo => {
                if !self.is(Mutation::UndoAfterBump) {
                    self.undo(me);
                }
                self.go(Pc::AbortHand)
            }
            Pc::AbortHand => {
                self.hand_over();
                self.go(Pc::AbortBump)
            }
            Pc::AbortBump => {
                self.bump();
                self.wake_waiters_for_me();
                let late = self.is(Mutation::UndoAfterBump);
                let cancels = matches!(self.item(), Some(Item::Cancel(_)));
                let length = self.item().map_or(0, |item| item.ops().len());
                let me = self.me();
                me.mode = Mode::Plain;
                me.asked = false;
                let over = cancels && me.op == length;
                if over {
                    me.item += 1;
                    me.age = None;
                } else {
                    me.read_count = me.reads_before;
                }
                me.then = if over { Pc::Next } else { Pc::Enter };
                let then = me.then;
                self.go(if late { Pc::LateUndo } else { then })
            }
            Pc::LateUndo => {
                self.undo(me);
                self.go(me.then)
            }
            Pc::AwaitUndo
            | Pc::AwaitMark
            | Pc::AwaitShare
            | Pc::AwaitAge
            | Pc::AwaitLeave
            | Pc::AwaitReset
            | Pc::AwaitLook
            | Pc::AwaitSleep
            | Pc::AwaitReturn => self.awaiting(me),
            Pc::Revoke
            | Pc::RevokeNumber
            | Pc::RevokePublish
            | Pc::RevokePoll
            | Pc::RevokeAcks
            | Pc::RevokeMarks
            | Pc::RevokeReturn
            | Pc::RevokeEnd
            | Pc::Meet
            | Pc::MeetNumber
            | Pc::ReadOn
            | Pc::TakeBack
            | Pc::TakeBackMark => self.revocation(me),
        }
    }

    /// Between operations.
    fn next(&mut self, me: Thread) -> Result<bool, &'static str> {
        if me.request || me.revoke {
            return self.go(Pc::Swap);
        }
        if me.mode == Mode::Block {
            if me.token.wounded {
                return self.go(Pc::Undo);
            }
            let (ops, end) = match self.item() {
                Some(Item::Block(ops)) => (ops, Pc::Commit),
                Some(Item::Cancel(ops)) => (ops, Pc::Undo),
                Some(item @ Item::Nested { before, inner, .. }) => {
                    let ends = before.len() + inner.len();
                    if me.inner == Inner::Before && me.op == before.len() {
                        return self.go(Pc::Savepoint);
                    }
                    if me.inner == Inner::Open && me.op == ends {
                        return self.go(Pc::InnerEnd);
                    }
                    (&*item.ops(), Pc::Commit)
                }
                Some(item @ Item::Until { least, .. }) => {
                    let seen = me.read_count.checked_sub(1).map(|last| me.reads[last]);
                    let met = seen.is_some_and(|value| value >= least);
                    (&*item.ops(), if met { Pc::Commit } else { Pc::AwaitUndo })
                }
                _ => return Err("no block"),
            };
            let Some(&op) = ops.get(me.op) else { return self.go(end) };
            self.set_access(op);
            return self.go(Pc::Load);
        }
        match self.item() {
            None => self.go(Pc::Exit),
            Some(Item::Plain(op)) => {
                self.set_access(op);
                self.go(Pc::Load)
            }
            Some(Item::Twice(object)) => {
                self.me().op = 0;
                self.set_access(Op::Read(object));
                self.go(Pc::Load)
            }
            Some(Item::Pair(..)) => {
                self.me().op = 0;
                self.begin_pair()
            }
            Some(Item::Block(_) | Item::Cancel(_) | Item::Nested { .. } | Item::Until { .. }) => {
                self.go(Pc::Enter)
            }
            Some(Item::Away) => self.go(Pc::AwayLeave),
        }
    }

    fn begin_pair(&mut self) -> Result<bool, &'static str> {
        let Some(Item::Pair(first, _)) = self.item() else { return Err("no pair") };
        self.me().waited = false;
        self.set_access(first);
        self.go(Pc::Load)
    }

    fn access_pair(&mut self) -> Result<bool, &'static str> {
        let Some(Item::Pair(first, second)) = self.item() else { return Err("no pair") };
        let op = if self.me().op == 3 { second } else { first };
        self.set_access(op);
        self.go(Pc::Access)
    }

    /// The barrier.
    fn load(&mut self, me: Thread) -> Result<bool, &'static str> {
        let word = self.state.words[me.object];
        self.me().seen = word;
        match word {
            Word::Owned { w, epoch, .. } if self.is_mine(word) => {
                if me.write && !(w && epoch == me.hi) {
                    self.go(Pc::EnableWrites)
                } else {
                    self.claimed(me)
                }
            }
            Word::Owned { by, .. } => {
                self.me().other = by;
                self.go(Pc::LoadToken)
            }
            Word::Shared if !me.write && me.mode == Mode::Plain => self.claimed(me),
            Word::Shared if !me.write => self.go(Pc::Mark),
            Word::Shared if self.is(Mutation::SharedToOwned) => self.go(Pc::Cas),
            Word::Shared => self.go(Pc::Revoke),
            Word::Revoking(by) => {
                self.me().other = by;
                self.go(Pc::Meet)
            }
        }
    }

    /// The object may be accessed; a pair needs both first.
    pub fn claimed(&mut self, me: Thread) -> Result<bool, &'static str> {
        let Some(Item::Pair(_, second)) = self.item() else { return self.go(Pc::Access) };
        match (me.op, me.mode) {
            (0, _) => {
                self.me().op = 1;
                self.me().waited = false;
                self.set_access(second);
                self.go(Pc::Load)
            }
            (_, Mode::Pair) => self.go(Pc::EndShort),
            _ if me.waited && !self.is(Mutation::NoShortBlock) => self.go(Pc::Enter),
            _ => {
                self.me().op = 2;
                self.access_pair()
            }
        }
    }

    /// An access is over.
    fn done(&mut self, me: Thread) -> Result<bool, &'static str> {
        match self.item() {
            Some(Item::Block(_) | Item::Cancel(_) | Item::Nested { .. } | Item::Until { .. }) => {
                self.me().op += 1
            }
            // No poll in between: one operation.
            Some(Item::Twice(_)) if me.op == 0 => {
                self.me().op = 1;
                return self.go(Pc::Load);
            }
            Some(Item::Pair(first, _))
                if me.op == 2 || me.op == 3 && matches!(first, Op::Read(_)) =>
            {
                self.me().op += 1;
                return self.access_pair();
            }
            _ => {
                self.me().item += 1;
                self.me().age = None;
            }
        }
        self.go(Pc::Next)
    }

    fn answer(&mut self, me: Thread) -> Result<bool, &'static str> {
        let t = self.t;
        let asks = |thread: &Thread| thread.want.filter(|_| thread.target == t);
        let next = (me.other..self.count())
            .filter(|&other| other != t)
            .find_map(|other| asks(&self.state.threads[other]).map(|want| (other, want)));
        let Some((other, (object, write))) = next else { return self.go(Pc::Next) };
        self.me().other = other + 1;
        let word = self.state.words[object];
        if !self.is_mine(word) {
            self.state.threads[other].woken = true;
            return self.go(Pc::Answer);
        }
        let only_read = matches!(word, Word::Owned { w: false, .. });
        if me.mode != Mode::Plain && !self.is(Mutation::BlockGrants) {
            if !write && only_read {
                self.me().marks |= 1 << object;
                return self.go(Pc::ShareStore { to: other, object });
            }
            self.me().asked = true;
            return self.go(Pc::Answer);
        }
        let asking = self.state.threads.iter().filter(|thread| asks(thread).is_some()).count();
        if asking > 1 && me.mode == Mode::Plain {
            self.bump();
            self.wake_waiters_for_me();
            return self.go(Pc::Next);
        }
        if !write && only_read && me.mode == Mode::Plain {
            return self.go(Pc::ShareStore { to: other, object });
        }
        let epoch = self.state.threads[other].token.hi;
        self.go(Pc::GrantStore { to: other, object, epoch })
    }

    fn look_at_token(&mut self, me: Thread) -> Result<bool, &'static str> {
        let block = me.mode != Mode::Plain;
        if block && me.token.wounded {
            return self.go(Pc::Return);
        }
        let token = self.state.threads[me.other].token;
        self.me().seen_token = token;
        let next = match me.seen {
            Word::Owned { epoch, .. } if !token.owns(epoch) => Pc::Return,
            Word::Owned { .. } if token.away => Pc::BumpOther { then_return: true },
            Word::Owned { .. }
                if block && token.atomic && !token.wounded && self.is_older(me.other) =>
            {
                Pc::Wound
            }
            Word::Revoking(_)
                if block && self.is_older(me.other) && !self.is(Mutation::NoTakeBack) =>
            {
                Pc::Return
            }
            _ => Pc::Sleep,
        };
        self.go(next)
    }

    pub fn wound(&mut self, other: usize) {
        let wake = !self.is(Mutation::WoundNoWake);
        let victim = &mut self.state.threads[other];
        victim.token.wounded = true;
        victim.request = true;
        victim.woken |= wake;
    }

    pub fn come_back(&mut self) {
        let keep = self.is(Mutation::KeepEpochOnReturn);
        let me = self.me();
        me.want = None;
        me.token.away = false;
        me.token.safe = false;
        me.acknowledged = [true; THREADS];
        me.waited = true;
        if !keep {
            me.epoch = me.token.epoch;
            me.hi = me.token.hi;
        }
    }

    /// Each wanted word of mine to its oldest requester.
    fn hand_over(&mut self) {
        self.me().request = false;
        for object in 0..OBJECTS {
            if !self.is_mine(self.state.words[object]) {
                continue;
            }
            let oldest = (0..self.count())
                .filter(|&other| other != self.t)
                .filter(|&other| {
                    let thread = &self.state.threads[other];
                    thread.target == self.t && thread.want.is_some_and(|want| want.0 == object)
                })
                .min_by_key(|&other| (self.state.threads[other].age.unwrap_or(u8::MAX), other));
            if let Some(to) = oldest {
                let epoch = self.state.threads[to].token.hi;
                self.state.words[object] = Word::Owned { by: to, epoch, w: false };
            }
        }
    }

    pub fn undo(&mut self, me: Thread) {
        let mut logs = [me.inner_undo, me.undo];
        if self.is(Mutation::InnerLogReplayedLast) {
            logs.reverse();
        }
        for log in logs {
            self.replay(log);
        }
        self.me().undo = [None; OBJECTS];
        self.me().inner_undo = [None; OBJECTS];
    }

    fn replay(&mut self, log: [Option<u8>; OBJECTS]) {
        for (value, old) in self.state.values.iter_mut().zip(log) {
            *value = old.unwrap_or(*value);
        }
    }

    /// The newest epoch moves on: what is written from now on is logged again.
    fn raise_hi(&mut self) {
        if self.is(Mutation::SavepointKeepsEpoch) {
            return;
        }
        let gives_up = self.is(Mutation::SavepointGivesUp);
        let me = self.me();
        me.token.hi += 1;
        me.hi = me.token.hi;
        if gives_up {
            me.token.epoch = me.hi;
            me.epoch = me.hi;
        }
    }

    /// The inner block ends: undone alone, or as a part of the outer one from then on.
    fn end_inner(&mut self, me: Thread) -> Result<bool, &'static str> {
        let undone = matches!(self.item(), Some(Item::Nested { undone: true, .. }));
        if undone {
            self.replay(me.inner_undo);
            if !self.is(Mutation::RollbackKeepsEpoch) {
                self.raise_hi();
            }
        } else if !self.is(Mutation::InnerLogForgotten) {
            for (outer, inner) in self.me().undo.iter_mut().zip(me.inner_undo) {
                *outer = outer.or(inner);
            }
        }
        self.me().inner_undo = [None; OBJECTS];
        self.me().inner = Inner::Over;
        self.go(Pc::Next)
    }
}
