//! What threads share, and what each remembers.

/// Objects in the model.
pub const OBJECTS: usize = 2;
/// At most so many threads.
pub const THREADS: usize = 3;
/// At most so many values read by a thread.
pub const READS: usize = 4;

/// One access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    Add(usize),
    Read(usize),
}

/// One statement of a thread.
#[derive(Clone, Copy, Debug)]
pub enum Item {
    /// Plain code.
    Plain(Op),
    /// An operation that looks at one object twice.
    Twice(usize),
    /// An operation on two objects. One that begins by reading ends by reading the same again.
    Pair(Op, Op),
    /// An atomic block.
    Block(&'static [Op]),
    /// An atomic block that undoes itself at its end.
    Cancel(&'static [Op]),
    /// An atomic block with an inner one, which is undone alone or kept.
    Nested { before: &'static [Op], inner: &'static [Op], after: &'static [Op], undone: bool },
    /// An atomic block that reads an object and, while that is below a value, undoes itself and
    /// waits for a change of what it has read. It reads the other object first, if told to.
    Until { object: usize, least: u8, both: bool },
    /// A blocking call.
    Away,
}

/// How far a block has come with its inner one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Inner {
    #[default]
    Before,
    Open,
    Over,
}

impl Item {
    /// The accesses that belong together.
    pub fn ops(self) -> Vec<Op> {
        match self {
            Item::Plain(op) => vec![op],
            Item::Twice(object) => vec![Op::Read(object), Op::Read(object)],
            Item::Pair(a @ Op::Read(_), b) => vec![a, b, a],
            Item::Pair(a, b) => vec![a, b],
            Item::Block(ops) | Item::Cancel(ops) => ops.to_vec(),
            Item::Nested { before, inner, after, .. } => [before, inner, after].concat(),
            Item::Until { object, both: false, .. } => vec![Op::Read(object)],
            Item::Until { object, both: true, .. } => vec![Op::Read(1 - object), Op::Read(object)],
            Item::Away => Vec::new(),
        }
    }
}

/// What each thread runs, and what the objects' words say at the beginning.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    pub threads: &'static [&'static [Item]],
    pub initial: Option<Word>,
}

impl Program {
    /// `initial`: the words of both objects; otherwise each belongs to one of the first threads.
    pub const fn new(threads: &'static [&'static [Item]], initial: Option<Word>) -> Self {
        Program { threads, initial }
    }
}

/// An owner word. The model has one tid a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    Owned { by: usize, epoch: u8, w: bool },
    Shared,
    Revoking(usize),
}

impl Word {
    pub fn same_owner(self, other: Word) -> bool {
        match (self, other) {
            (Word::Owned { by, epoch, .. }, Word::Owned { by: b, epoch: e, .. }) => {
                by == b && epoch == e
            }
            _ => self == other,
        }
    }
}

/// What a thread publishes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Token {
    /// The oldest live epoch.
    pub epoch: u8,
    /// The newest.
    pub hi: u8,
    pub away: bool,
    pub safe: bool,
    pub atomic: bool,
    pub wounded: bool,
}

impl Token {
    pub fn new(epoch: u8) -> Token {
        Token { epoch, hi: epoch, ..Token::default() }
    }

    /// Whether an object claimed in this epoch belongs to who publishes the token.
    pub fn owns(self, epoch: u8) -> bool {
        (self.epoch..=self.hi).contains(&epoch)
    }
}

/// Where a thread is: the next shared access it makes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pc {
    /// Between operations: poll, then the next item or op.
    Next,
    Swap,
    Acknowledge,
    Answer,
    GrantStore {
        to: usize,
        object: usize,
        epoch: u8,
    },
    ShareStore {
        to: usize,
        object: usize,
    },
    Enter,
    Savepoint,
    InnerEnd,
    Load,
    LoadToken,
    BumpOther {
        then_return: bool,
    },
    Cas,
    EnableWrites,
    Mark,
    Access,
    Store {
        value: u8,
    },
    // Waiting for a live owner or a revoker.
    Leave,
    LeaveCheck,
    Want,
    Request,
    LookAtWord,
    LookAtToken,
    Wound,
    Sleep,
    Return,
    // Revocation.
    Revoke,
    RevokeNumber,
    RevokePublish,
    RevokePoll,
    RevokeAcks,
    RevokeMarks,
    RevokeReturn,
    RevokeEnd,
    Meet,
    MeetNumber,
    ReadOn,
    TakeBack,
    TakeBackMark,
    // Ends.
    EndShort,
    EndShortLook,
    Commit,
    CommitBump,
    Undo,
    AbortHand,
    AbortBump,
    LateUndo,
    // A block that waits for a change.
    AwaitUndo,
    AwaitMark,
    AwaitShare,
    AwaitAge,
    AwaitLeave,
    AwaitReset,
    AwaitLook,
    AwaitSleep,
    AwaitReturn,
    AwayLeave,
    Exit,
    Done,
}

/// Plain code, a short block for two objects, an atomic block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    Plain,
    Pair,
    Block,
}

/// One thread: what it publishes, then what it remembers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Thread {
    pub token: Token,
    pub request: bool,
    pub revoke: bool,
    pub want: Option<(usize, bool)>,
    pub target: usize,
    pub woken: bool,
    pub age: Option<u8>,
    pub marks: u8,
    /// Whether the number of this thread's revocation can be seen by others.
    pub numbered: bool,
    /// Whether the running revocation (at most one a thread) of each other thread is
    /// acknowledged by this one.
    pub acknowledged: [bool; THREADS],

    pub pc: Pc,
    /// After a poll or a return.
    pub then: Pc,
    pub mode: Mode,
    pub item: usize,
    pub op: usize,
    pub object: usize,
    pub write: bool,
    pub seen: Word,
    pub seen_token: Token,
    pub epoch: u8,
    pub hi: u8,
    pub other: usize,
    pub asked: bool,
    pub undo: [Option<u8>; OBJECTS],
    /// What has been logged since the savepoint.
    pub inner_undo: [Option<u8>; OBJECTS],
    pub inner: Inner,
    pub reads: [u8; READS],
    pub read_count: usize,
    pub reads_before: usize,
    /// A pair that lost what it held goes on as a short block.
    pub waited: bool,
}

/// Everything.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct State {
    pub words: [Word; OBJECTS],
    pub values: [u8; OBJECTS],
    pub threads: [Thread; THREADS],
    pub next_age: u8,
}

impl State {
    pub fn initial(program: &Program) -> State {
        let count = program.threads.len();
        let thread = |index: usize| Thread {
            token: Token::default(),
            request: false,
            revoke: false,
            want: None,
            target: 0,
            woken: false,
            age: None,
            marks: 0,
            numbered: false,
            acknowledged: [true; THREADS],
            pc: if index < count { Pc::Next } else { Pc::Done },
            then: Pc::Next,
            mode: Mode::Plain,
            item: 0,
            op: 0,
            object: 0,
            write: false,
            seen: Word::Shared,
            seen_token: Token::default(),
            epoch: 0,
            hi: 0,
            other: 0,
            asked: false,
            undo: [None; OBJECTS],
            inner_undo: [None; OBJECTS],
            inner: Inner::Before,
            reads: [u8::MAX; READS],
            read_count: 0,
            reads_before: 0,
            waited: false,
        };
        let word = |object: usize| {
            program.initial.unwrap_or(Word::Owned { by: object % count, epoch: 0, w: true })
        };
        State {
            words: [word(0), word(1)],
            values: [0; OBJECTS],
            threads: [thread(0), thread(1), thread(2)],
            next_age: 0,
        }
    }

    /// Forgets what will not be read again and renames epochs and ages in order, so that
    /// retries do not make states differ for ever.
    pub fn normalise(&mut self) {
        for thread in &mut self.threads {
            let waits = matches!(
                thread.pc,
                Pc::Leave
                    | Pc::LeaveCheck
                    | Pc::Want
                    | Pc::Request
                    | Pc::LookAtWord
                    | Pc::LookAtToken
                    | Pc::Wound
                    | Pc::Sleep
                    | Pc::BumpOther { .. }
            );
            let sees = waits
                || matches!(
                    thread.pc,
                    Pc::LoadToken
                        | Pc::Cas
                        | Pc::EnableWrites
                        | Pc::Revoke
                        | Pc::Meet
                        | Pc::MeetNumber
                        | Pc::ReadOn
                        | Pc::TakeBack
                        | Pc::TakeBackMark
                );
            if !sees {
                thread.seen = Word::Shared;
            }
            if !matches!(thread.pc, Pc::BumpOther { .. } | Pc::Wound) {
                thread.seen_token = Token::default();
            }
            if !waits && !matches!(thread.pc, Pc::AwaitLook | Pc::AwaitSleep) {
                thread.woken = false;
            }
        }
        for by in 0..THREADS {
            let mut used = [false; 256];
            self.each_epoch(by, |epoch| used[*epoch as usize] = true);
            let mut names = [0; 256];
            let mut next = 0;
            for (name, used) in names.iter_mut().zip(used) {
                if used {
                    *name = next;
                    next += 1;
                }
            }
            self.each_epoch(by, |epoch| *epoch = names[*epoch as usize]);
        }
        let mut ages: Vec<u8> = self.threads.iter().filter_map(|thread| thread.age).collect();
        ages.sort_unstable();
        for thread in &mut self.threads {
            thread.age =
                thread.age.and_then(|age| ages.iter().position(|&a| a == age)).map(|n| n as u8);
        }
        self.next_age = ages.len() as u8;
    }

    /// Every place that holds an epoch of thread `by`.
    fn each_epoch(&mut self, by: usize, mut visit: impl FnMut(&mut u8)) {
        let visit_word = |word: &mut Word, visit: &mut dyn FnMut(&mut u8)| {
            if let Word::Owned { by: owner, epoch, .. } = word
                && *owner == by
            {
                visit(epoch);
            }
        };
        for word in &mut self.words {
            visit_word(word, &mut visit);
        }
        for (index, thread) in self.threads.iter_mut().enumerate() {
            visit_word(&mut thread.seen, &mut visit);
            if index == by {
                visit(&mut thread.token.epoch);
                visit(&mut thread.token.hi);
                visit(&mut thread.epoch);
                visit(&mut thread.hi);
            }
            if thread.other == by && matches!(thread.pc, Pc::BumpOther { .. } | Pc::Wound) {
                visit(&mut thread.seen_token.epoch);
                visit(&mut thread.seen_token.hi);
            }
            if let Pc::GrantStore { to, epoch, .. } = &mut thread.pc
                && *to == by
            {
                visit(epoch);
            }
        }
    }
}

/// A rule dropped on purpose. Not here: rules that only keep some thread from starving (give
/// before waking when leaving; an age for plain revokers), which a search for reachable ends
/// does not see, and marking before taking a revocation back or before sharing what a block waits
/// for, which acknowledgements imply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutation {
    None,
    NoPollCheckAfterAway,
    NoSecondLook,
    KeepEpochOnReturn,
    ClaimLive,
    GrantCarriesW,
    NoUndo,
    UndoAfterBump,
    EnterWithoutBump,
    BlockGoesAway,
    BlockGrants,
    NoMark,
    NoMarkCheck,
    NoAcks,
    AckBeforeCas,
    SharedToOwned,
    NoTakeBack,
    NoReadOn,
    ReadOnUnnumbered,
    ReadOnAcknowledged,
    ReadOnWithoutLook,
    BlindRevocationEnd,
    WoundNoWake,
    WoundNotRetried,
    NoShortBlock,
    NoShortLook,
    SavepointKeepsEpoch,
    SavepointGivesUp,
    RollbackKeepsEpoch,
    InnerLogForgotten,
    InnerLogReplayedLast,
    OnlyNewestIsMine,
    AwaitWithoutMark,
    AwaitKeepsWords,
    AwaitKeepsAge,
    AwaitNoLook,
    AwaitReadsOn,
}

impl Mutation {
    pub const ALL: &'static [Mutation] = &[
        Mutation::NoPollCheckAfterAway,
        Mutation::NoSecondLook,
        Mutation::KeepEpochOnReturn,
        Mutation::ClaimLive,
        Mutation::GrantCarriesW,
        Mutation::NoUndo,
        Mutation::UndoAfterBump,
        Mutation::EnterWithoutBump,
        Mutation::BlockGoesAway,
        Mutation::BlockGrants,
        Mutation::NoMark,
        Mutation::NoMarkCheck,
        Mutation::NoAcks,
        Mutation::AckBeforeCas,
        Mutation::SharedToOwned,
        Mutation::NoTakeBack,
        Mutation::NoReadOn,
        Mutation::ReadOnUnnumbered,
        Mutation::ReadOnAcknowledged,
        Mutation::ReadOnWithoutLook,
        Mutation::BlindRevocationEnd,
        Mutation::WoundNoWake,
        Mutation::WoundNotRetried,
        Mutation::NoShortBlock,
        Mutation::NoShortLook,
        Mutation::SavepointKeepsEpoch,
        Mutation::SavepointGivesUp,
        Mutation::RollbackKeepsEpoch,
        Mutation::InnerLogForgotten,
        Mutation::InnerLogReplayedLast,
        Mutation::OnlyNewestIsMine,
        Mutation::AwaitWithoutMark,
        Mutation::AwaitKeepsWords,
        Mutation::AwaitKeepsAge,
        Mutation::AwaitNoLook,
        Mutation::AwaitReadsOn,
    ];
}
