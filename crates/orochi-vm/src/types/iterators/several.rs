//! Taking one item from each of several iterators, for `zip` and `map`.

use crate::exception::Raised;
use crate::heap::{RootVec, Value};
use crate::object::{Ref, ValueCast};
use crate::thread::Thread;
use crate::types::tuple::Tuple;

/// Up to so many items are kept on the native stack.
const FEW: usize = 8;

/// What came out.
pub(super) enum Row<R> {
    /// An item from each.
    Full(R),
    /// The iterator at this index was exhausted, those before it were not.
    Ended(usize),
}

/// Takes an item from each iterator and, if there is one from all, runs `use_row` on them.
pub(super) fn take_row<R>(
    th: &mut Thread,
    iterators: Ref<Tuple>,
    use_row: impl FnOnce(&mut Thread, &[Value]) -> Result<R, Raised>,
) -> Result<Row<R>, Raised> {
    let count = iterators.len();
    if count <= FEW {
        let mut items = [Value::UNBOUND; FEW];
        for (index, item) in items.iter_mut().enumerate().take(count) {
            match th.next(iterators.get(index))? {
                Some(value) => *item = value,
                None => return Ok(Row::Ended(index)),
            }
        }
        return use_row(th, &items[..count]).map(Row::Full);
    }
    let mut items = RootVec::with_capacity(count);
    for index in 0..count {
        match th.next(iterators.get(index))? {
            Some(value) => items.push(value),
            None => return Ok(Row::Ended(index)),
        }
    }
    use_row(th, &items).map(Row::Full)
}

/// The iterators of the iterables in a tuple.
pub(super) fn iterators_of(th: &mut Thread, iterables: Value) -> Result<Ref<Tuple>, Raised> {
    let Some(iterables) = iterables.cast::<Tuple>() else { return Ok(th.vm.empty_tuple.get()) };
    let mut iterators = RootVec::with_capacity(iterables.len());
    for &iterable in iterables.as_slice() {
        let iterator = th.iterate(iterable)?;
        iterators.push(iterator);
    }
    Tuple::from_slice(th, &iterators)
}

/// With `strict`: an error unless all iterators ended together. `ended` is the index of the one
/// that was found exhausted.
pub(super) fn check_ends(
    th: &mut Thread,
    name: &str,
    iterators: Ref<Tuple>,
    ended: usize,
) -> Result<(), Raised> {
    let before =
        |n: usize| if n == 1 { "argument 1".to_owned() } else { format!("arguments 1-{n}") };
    if ended > 0 {
        return Err(th.value_error(format!(
            "{name}() argument {} is shorter than {}",
            ended + 1,
            before(ended)
        )));
    }
    for index in 1..iterators.len() {
        if th.next(iterators.get(index))?.is_some() {
            return Err(th.value_error(format!(
                "{name}() argument {} is longer than {}",
                index + 1,
                before(index)
            )));
        }
    }
    Ok(())
}
