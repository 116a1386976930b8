//! Conflicts: incidents between the same two lines, summed up.

use std::collections::{BTreeSet, HashMap};

use crate::incident::{Incident, Kind, Known};
use crate::place::{Frame, own_frame};

/// One side of a conflict.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    pub(crate) frame: Frame,
    /// The stack of the incident that lost most.
    pub(crate) stack: Vec<Frame>,
    /// Threads that were on this side.
    pub(crate) threads: BTreeSet<u32>,
    /// What this side lost, in ticks, and how often.
    pub(crate) lost: u64,
    pub(crate) count: u64,
    pub(crate) undone: u64,
    /// How it is known that the object was touched here.
    pub(crate) known: Known,
    longest: u64,
}

/// Incidents with the same lines.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub(crate) kind: Kind,
    pub(crate) object: String,
    pub(crate) sides: [Side; 2],
    pub(crate) revocations: u64,
    pub(crate) contended: u64,
    pub(crate) writes: u64,
    /// The longest incident: its beginning and length.
    pub(crate) longest: (u64, u64),
}

impl Conflict {
    /// Ticks lost.
    pub(crate) fn lost(&self) -> u64 {
        self.sides.iter().map(|side| side.lost).sum()
    }

    /// How many incidents.
    pub(crate) fn count(&self) -> u64 {
        self.sides.iter().map(|side| side.count).sum()
    }

    /// Adds one with the same lines.
    fn absorb(&mut self, other: Conflict) {
        self.contended += other.contended;
        self.writes += other.writes;
        self.longest = std::cmp::max_by_key(self.longest, other.longest, |longest| longest.1);
        for (own, side) in self.sides.iter_mut().zip(other.sides) {
            own.threads.extend(side.threads);
            own.lost += side.lost;
            own.count += side.count;
            own.undone += side.undone;
            own.known = own.known.max(side.known);
            if own.stack.is_empty() {
                own.stack = side.stack;
            }
        }
    }

    /// How many attempts were undone.
    pub(crate) fn undone(&self) -> u64 {
        self.sides.iter().map(|side| side.undone).sum()
    }
}

/// What an object is, without the operation, which differs between the sides.
fn subject(object: &str) -> &str {
    object.rsplit_once('\t').map_or(object, |(subject, _)| subject)
}

/// By what an incident is told from others whose other side is not known.
type AskKey = (Kind, String, Frame);

/// The other side of incidents of which it is not known: the one that those with the same own
/// side and object have lost most to.
fn likely_sides(incidents: &[Incident]) -> HashMap<AskKey, (Frame, Vec<Frame>)> {
    let mut seen: HashMap<AskKey, HashMap<Frame, (u64, Vec<Frame>)>> = HashMap::new();
    for incident in incidents.iter().filter(|incident| incident.known > Known::Near) {
        let (own, other) = (own_frame(&incident.asks), own_frame(&incident.has));
        let mut note = |from: &Frame, to: Frame, stack: &[Frame]| {
            let key = (incident.kind, subject(&incident.object).to_owned(), from.clone());
            let entry = seen.entry(key).or_default().entry(to);
            entry.or_insert_with(|| (0, stack.to_vec())).0 += incident.lost + 1;
        };
        note(&own, other.clone(), &incident.has);
        note(&other, own, &incident.asks);
    }
    let likeliest = |sides: HashMap<Frame, (u64, Vec<Frame>)>| {
        let most = sides.into_iter().max_by_key(|(frame, (lost, _))| (*lost, frame.clone()));
        most.map(|(frame, (_, stack))| (frame, stack))
    };
    seen.into_iter().filter_map(|(key, sides)| Some((key, likeliest(sides)?))).collect()
}

/// Conflicts by kind, subject and lines.
type Found = HashMap<(Kind, String, Frame, Frame), Conflict>;

/// What is taken from its readers is then waited for by them: one conflict.
fn merge_waits_for_readers(found: &mut Found) {
    let taken: Vec<_> =
        found.keys().filter(|(kind, ..)| *kind == Kind::Revocation).cloned().collect();
    for key in taken {
        let mut plain = key.clone();
        plain.0 = Kind::Plain;
        if let Some(waits) = found.remove(&plain)
            && let Some(conflict) = found.get_mut(&key)
        {
            conflict.absorb(waits);
        }
    }
}

/// The conflicts, the worst first.
pub(crate) fn conflicts(incidents: &[Incident]) -> Vec<Conflict> {
    let likely = likely_sides(incidents);
    let mut found: Found = HashMap::new();
    for incident in incidents {
        let own = own_frame(&incident.asks);
        let (mut other, mut stack) = (own_frame(&incident.has), incident.has.clone());
        let mut sure = incident.known;
        if sure == Known::Near {
            let key = (incident.kind, subject(&incident.object).to_owned(), own.clone());
            if let Some((frame, known)) = likely.get(&key) {
                (other, stack, sure) = (frame.clone(), known.clone(), Known::Inferred);
            }
        }
        // Whichever side waited: one conflict.
        let swapped = other < own;
        let (first, second) = if swapped { (&other, &own) } else { (&own, &other) };
        let key =
            (incident.kind, subject(&incident.object).to_owned(), first.clone(), second.clone());
        let conflict = found.entry(key).or_insert_with(|| Conflict {
            kind: incident.kind,
            object: incident.object.clone(),
            sides: [
                Side { frame: first.clone(), ..Side::default() },
                Side { frame: second.clone(), ..Side::default() },
            ],
            revocations: 0,
            contended: 0,
            writes: 0,
            longest: (0, 0),
        });
        conflict.revocations += u64::from(incident.kind == Kind::Revocation && !incident.undone);
        conflict.contended += u64::from(incident.contended);
        conflict.writes += u64::from(incident.write);
        if incident.lost >= conflict.longest.1 {
            conflict.longest = (incident.start, incident.lost);
            conflict.object.clone_from(&incident.object);
        }
        let asks = &mut conflict.sides[usize::from(swapped)];
        asks.threads.insert(incident.thread);
        asks.lost += incident.lost;
        asks.count += 1;
        asks.undone += u64::from(incident.undone);
        asks.known = Known::Recorded;
        if incident.lost >= asks.longest {
            asks.longest = incident.lost;
            asks.stack.clone_from(&incident.asks);
        }
        let has = &mut conflict.sides[usize::from(!swapped)];
        has.threads.extend(incident.other);
        has.known = has.known.max(sure);
        if has.stack.is_empty() {
            has.stack = stack;
        }
    }
    merge_waits_for_readers(&mut found);
    let mut all: Vec<Conflict> = found.into_values().collect();
    all.sort_by(|a, b| {
        let key = |c: &Conflict| (c.lost(), c.count());
        key(b).cmp(&key(a)).then_with(|| a.sides[0].frame.cmp(&b.sides[0].frame))
    });
    all
}
