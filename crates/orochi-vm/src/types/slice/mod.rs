//! `slice`, and what a slice means for a sequence of a given length.

mod methods;

pub use methods::indices_of;

use crate::class::{GetSet, NativeLayout, TypeFlags, TypeSpec, function, member};
use crate::exception::Raised;
use crate::heap::Value;
use crate::heap_object;
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::list::List;
use crate::types::tuple::Tuple;

heap_object! {
    /// A slice.
    pub immutable struct Slice: SPEC {
        values {
            /// `start`
            start: Value,
            /// `stop`
            stop: Value,
            /// `step`
            step: Value,
        }
        storage {}
        data {}
    }
}

/// The class `slice`.
pub static SPEC: TypeSpec = TypeSpec {
    doc: "slice(stop)\nslice(start, stop[, step])\n\n\
          Create a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
    flags: TypeFlags::IMMUTABLE,
    new: Some(function("__new__($cls, /, *args)", methods::new, "")),
    methods: methods::METHODS,
    getset: GETSET,
    ..TypeSpec::named("slice", NativeLayout::of::<Slice>())
};

static GETSET: &[GetSet] = &[
    member("start", |th, slice| Ok(th.receiver::<Slice>(slice)?.start.get()), ""),
    member("stop", |th, slice| Ok(th.receiver::<Slice>(slice)?.stop.get()), ""),
    member("step", |th, slice| Ok(th.receiver::<Slice>(slice)?.step.get()), ""),
];

/// The bounds of a slice as machine integers, before the length of the sequence is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// First index, or the far end if missing.
    pub start: i64,
    /// End, or the far end if missing.
    pub stop: i64,
    /// Never zero, never `i64::MIN`.
    pub step: i64,
}

/// The items a slice picks from a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// The first index; if there are none, where items would be put.
    pub start: usize,
    /// From one to the next.
    pub step: i64,
    /// How many there are.
    pub count: usize,
}

impl Ref<Slice> {
    /// Reads the bounds; runs `__index__` where they are no integers. The sequence's length is to be
    /// looked at afterwards.
    #[inline]
    pub fn bounds(self, th: &mut Thread) -> Result<Bounds, Raised> {
        let plain = |value: Value| value.is_int() || value.is_none();
        let step = self.step.get();
        if plain(self.start.get())
            && plain(self.stop.get())
            && (step.is_none() || (step.is_int() && step.as_int() != 0))
        {
            let or =
                |value: Value, missing: i64| if value.is_int() { value.as_int() } else { missing };
            let step = or(step, 1);
            let (first, last) = if step < 0 { (i64::MAX, i64::MIN) } else { (0, i64::MAX) };
            return Ok(Bounds {
                start: or(self.start.get(), first),
                stop: or(self.stop.get(), last),
                step,
            });
        }
        self.general_bounds(th)
    }

    #[inline(never)]
    fn general_bounds(self, th: &mut Thread) -> Result<Bounds, Raised> {
        let step = match self.step.get() {
            step if step.is_none() => 1,
            step => th.index_clamped(step)?.max(-i64::MAX),
        };
        if step == 0 {
            return Err(th.value_error("slice step cannot be zero"));
        }
        let (first, last) = if step < 0 { (i64::MAX, i64::MIN) } else { (0, i64::MAX) };
        let start = match self.start.get() {
            start if start.is_none() => first,
            start => th.index_clamped(start)?,
        };
        let stop = match self.stop.get() {
            stop if stop.is_none() => last,
            stop => th.index_clamped(stop)?,
        };
        Ok(Bounds { start, stop, step })
    }
}

/// `container[low:high]` of a list or tuple, where the bounds are small integers or `None`; `None`
/// for everything else.
pub fn fast(
    th: &mut Thread,
    container: Value,
    low: Value,
    high: Value,
) -> Option<Result<Value, Raised>> {
    let bound = |value: Value, missing: i64| match value {
        value if value.is_int() => Some(value.as_int()),
        value if value.is_none() => Some(missing),
        _ => None,
    };
    let bounds = Bounds { start: bound(low, 0)?, stop: bound(high, i64::MAX)?, step: 1 };
    if let Some(list) = container.cast_exact::<List>() {
        let guard = match th.read(list) {
            Ok(guard) => guard,
            Err(raised) => return Some(Err(raised)),
        };
        let picked = bounds.pick(guard.len());
        let part = &guard.as_slice()[picked.start..][..picked.count];
        return Some(List::from_slice(guard.thread(), part).map(Ref::value));
    }
    let tuple = container.cast_exact::<Tuple>()?;
    let picked = bounds.pick(tuple.len());
    if picked.count == tuple.len() {
        return Some(Ok(container));
    }
    let part = &tuple.as_slice()[picked.start..][..picked.count];
    Some(Tuple::from_slice(th, part).map(Ref::value))
}

impl Bounds {
    /// Which items of a sequence of this length are meant.
    #[inline]
    pub fn pick(self, length: usize) -> Picked {
        let length = length as i64;
        let (low, high) = if self.step < 0 { (-1, length - 1) } else { (0, length) };
        let clamp = |index: i64| {
            let index = if index < 0 { index.saturating_add(length) } else { index };
            index.clamp(low, high.max(low))
        };
        // A stop that is missing in a slice that goes backwards lies below all indices.
        let stop = if self.stop == i64::MIN { low } else { clamp(self.stop) };
        let start = clamp(self.start);
        let count = if self.step > 0 {
            if start < stop { (stop - start - 1) / self.step + 1 } else { 0 }
        } else if stop < start {
            (start - stop - 1) / -self.step + 1
        } else {
            0
        };
        Picked { start: start.max(0) as usize, step: self.step, count: count as usize }
    }
}

impl Picked {
    /// The index of the `n`th item picked.
    #[inline(always)]
    pub fn index(self, n: usize) -> usize {
        (self.start as i64 + self.step * n as i64) as usize
    }

    /// The same items from the lowest index up.
    pub fn ascending(self) -> Picked {
        if self.step > 0 || self.count == 0 {
            return Picked { step: self.step.abs(), ..self };
        }
        Picked { start: self.index(self.count - 1), step: -self.step, count: self.count }
    }
}

impl Slice {
    /// `slice(start, stop, step)`
    #[inline]
    pub fn new(th: &Thread, start: Value, stop: Value, step: Value) -> Result<Ref<Slice>, Raised> {
        Slice::allocate(th, start, stop, step)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Picked};

    #[test]
    fn bounds_pick_what_python_picks() {
        let check = |start, stop, step, length, expected: &[usize]| {
            let picked = Bounds { start, stop, step }.pick(length);
            let indices: Vec<usize> = (0..picked.count).map(|n| picked.index(n)).collect();
            assert_eq!(indices, expected, "[{start}:{stop}:{step}] of {length}");
        };
        check(0, i64::MAX, 1, 3, &[0, 1, 2]);
        check(i64::MAX, i64::MIN, -1, 3, &[2, 1, 0]);
        check(i64::MAX, i64::MIN, -1, 0, &[]);
        check(-2, i64::MAX, 1, 5, &[3, 4]);
        check(1, -1, 2, 6, &[1, 3]);
        check(-100, 100, 3, 7, &[0, 3, 6]);
        check(5, 1, 1, 7, &[]);
        check(4, -100, -2, 5, &[4, 2, 0]);
        check(0, i64::MAX, i64::MAX, 5, &[0]);
        let backwards = Bounds { start: 4, stop: 0, step: -2 }.pick(5);
        assert_eq!(backwards.ascending(), Picked { start: 2, step: 2, count: 2 });
    }
}
